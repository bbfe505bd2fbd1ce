//! TAP, the Test Anything Protocol, versions 12 to 14 (<https://testanything.org/tap-version-14-specification.html>).
//!
//! Owns nested subtests, directives, YAML diagnostics, bail-outs, and the comparison with the plan. Several streams may follow
//! each other in one output; a comment that is nothing but a path (`# tests/01-add.sh`) names the file of what follows.
//! Invariant: a promised test that did not come is a failed case, never a silent gap.

mod line;
mod stream;

use super::{Format, Report};
use crate::protocol::TestCase;
use line::{Line, classify, milliseconds};
use stream::Stream;

/// TAP in all its dialects.
#[derive(Debug, Clone, Copy)]
pub(in crate::verify) struct Tap;

impl Format for Tap {
    fn name(&self) -> &'static str {
        "TAP"
    }

    /// A version line, a plan, a bail-out or a numbered point at the margin: nothing else prints these.
    fn detects(&self, output: &str) -> bool {
        output.lines().any(|line| match classify(line.trim_end()) {
            Line::Version | Line::Plan { .. } | Line::Bail(_) => true,
            Line::Point(point) => point.number.is_some(),
            Line::Subtest(_) | Line::Comment(_) | Line::Other => false,
        })
    }

    fn read(&self, text: &str, report: &mut Report) {
        for case in cases(text) {
            report.push(case);
        }
    }
}

/// Says whether a case stands only for what a stream promised and has not kept yet.
pub(in crate::verify) fn is_owed(name: &str) -> bool {
    is_promise(name.rsplit(": ").next().unwrap_or(name))
}

/// Says whether a failed case tells that results are missing which could be any test's: it is of no file and of no subtest.
pub(in crate::verify) fn is_short(name: &str) -> bool {
    is_promise(name) || name.starts_with(stream::BAIL)
}

fn is_promise(what: &str) -> bool {
    what == stream::NO_PLAN || what.starts_with("planned ") && what.contains(" tests, ran ")
}

/// Returns the file that a text which was cut off was at, where a comment named it: its stream has not come to its end.
pub(in crate::verify) fn under_way(text: &str) -> Option<String> {
    let mut reader = Reader::new();
    for line in text.lines() {
        reader.line(line.trim_end());
    }
    let outermost = reader.open.into_iter().next();
    outermost.filter(|stream| !stream.has_ended())?.file
}

/// Reads the results in the order in which they came.
pub(in crate::verify) fn cases(text: &str) -> Vec<TestCase> {
    let mut reader = Reader::new();
    for line in text.lines() {
        reader.line(line.trim_end());
    }
    reader.finish()
}

struct Reader {
    done: Vec<TestCase>,
    /// Open streams, outermost first; never empty.
    open: Vec<Stream>,
    /// File named by the last comment at the margin.
    file: Option<String>,
    /// Indentation of the YAML block we are in.
    yaml: Option<usize>,
}

impl Reader {
    fn new() -> Self {
        Self {
            done: Vec::new(),
            open: vec![Stream::new(0, None)],
            file: None,
            yaml: None,
        }
    }

    fn line(&mut self, raw: &str) {
        let text = raw.trim_start_matches(' ');
        let indent = raw.len() - text.len();
        if let Some(margin) = self.yaml {
            if text == "..." && indent <= margin {
                self.yaml = None;
                return;
            }
            // A block whose end was lost ends where TAP goes on at or left of the point.
            let left = indent < margin && matches!(classify(text), Line::Point(_) | Line::Plan { .. } | Line::Bail(_));
            if !left {
                self.yaml_line(raw.get(margin.min(indent)..).unwrap_or(text));
                return;
            }
            self.yaml = None;
        }
        if text == "---"
            && self
                .open
                .last()
                .is_some_and(|stream| stream.points > 0 && indent > stream.indent)
        {
            self.yaml = Some(indent);
            return;
        }
        match classify(text) {
            Line::Version => self.version(indent),
            Line::Plan { count, skip } => self.plan(indent, count, skip),
            Line::Point(point) => {
                self.settle(indent);
                if self.open.len() == 1 && self.open.last().is_some_and(|stream| stream.restarts_at(point.number)) {
                    self.next_stream();
                }
                if let Some(stream) = self.open.last_mut() {
                    stream.add(point);
                }
            }
            Line::Bail(why) => self.bail(why),
            Line::Subtest(name) => {
                // The header stands at the parent's margin (TAP 14) or at the subtest's own (older printers).
                self.close_deeper(indent);
                let parent = self.open.last().map_or(0, |stream| stream.indent);
                self.settle(if indent > parent { indent } else { indent + 4 });
                if let Some(stream) = self.open.last_mut().filter(|stream| !stream.begun()) {
                    stream.title = Some(name.to_owned());
                }
            }
            Line::Comment(text) => self.comment(indent, text),
            Line::Other => {}
        }
    }

    fn yaml_line(&mut self, line: &str) {
        if let Some(stream) = self.open.last_mut() {
            match line.strip_prefix("duration_ms:") {
                Some(time) => stream.duration(milliseconds(time)),
                None => stream.detail(line),
            }
        }
    }

    fn version(&mut self, indent: usize) {
        self.settle(indent);
        if self.open.len() == 1 && self.open.last().is_some_and(Stream::begun) {
            self.next_stream();
        }
    }

    fn plan(&mut self, indent: usize, count: u64, skip: Option<&str>) {
        self.settle(indent);
        if self.open.len() == 1 && self.open.last().is_some_and(|stream| stream.plan.is_some()) {
            self.next_stream();
        }
        if let Some(stream) = self.open.last_mut() {
            stream.promise(count);
            if count == 0
                && let Some(why) = skip
            {
                stream.skip_all(why);
            }
        }
    }

    fn bail(&mut self, why: &str) {
        if let Some(stream) = self.open.last_mut() {
            let what = if why.is_empty() {
                stream::BAIL.to_owned()
            } else {
                format!("{} {why}", stream::BAIL)
            };
            stream.fail(&what, "the tests stopped here".into());
        }
        for stream in &mut self.open {
            stream.bailed = true;
        }
    }

    fn comment(&mut self, indent: usize, text: &str) {
        if indent == 0
            && let Some(file) = file_name(text)
        {
            self.settle(0);
            self.file = Some(file.to_owned());
            if let Some(stream) = self.open.last_mut() {
                stream.open = false;
                // One plan may span several files (a runner that numbers on): then only the names change.
                stream.file = Some(file.to_owned());
            }
            return;
        }
        if let Some(stream) = self.open.iter_mut().rev().find(|stream| stream.indent <= indent) {
            stream.detail(text);
        }
    }

    /// Opens or closes subtests until the innermost stream has this indentation.
    fn settle(&mut self, indent: usize) {
        self.close_deeper(indent);
        if self.open.last().is_some_and(|stream| stream.indent < indent) {
            self.open.push(Stream::new(indent, None));
        }
    }

    fn close_deeper(&mut self, indent: usize) {
        while self.open.len() > 1 && self.open.last().is_some_and(|stream| stream.indent > indent) {
            self.close_child();
        }
    }

    fn close_child(&mut self) {
        if let Some(mut child) = self.open.pop() {
            let title = child.title.take();
            let cases = child.close();
            if let Some(parent) = self.open.last_mut() {
                parent.adopt(title, cases);
            }
        }
    }

    /// Ends the outermost stream and begins the next one.
    fn next_stream(&mut self) {
        let next = Stream::new(0, self.file.clone());
        if let Some(stream) = self.open.pop() {
            self.done.extend(stream.close());
        }
        self.open.push(next);
    }

    fn finish(mut self) -> Vec<TestCase> {
        while self.open.len() > 1 {
            self.close_child();
        }
        if let Some(stream) = self.open.pop() {
            self.done.extend(stream.close());
        }
        self.done
    }
}

/// The path, if the comment is nothing else.
fn file_name(comment: &str) -> Option<&str> {
    let name = comment.strip_prefix("file:").map_or(comment, str::trim_start);
    let extension = name
        .rsplit('/')
        .next()
        .and_then(|last| last.rsplit_once('.'))
        .is_some_and(|(stem, extension)| {
            !stem.is_empty() && (1..=5).contains(&extension.len()) && extension.chars().all(|c| c.is_ascii_alphabetic())
        });
    let path = !name.is_empty() && !name.contains(char::is_whitespace) && !name.contains("://");
    (path && (extension || (name.contains('/') && name.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c)))))
        .then_some(name)
}
