//! One TAP stream at one indentation: its points, its plan, and whether they agree.

use super::line::{Directive, Point};
use crate::protocol::{CaseStatus, TestCase};
use std::collections::BTreeSet;

/// Lines of detail kept per case.
const DETAIL_LINES: usize = 8;
/// Characters kept of one such line.
const DETAIL_WIDTH: usize = 200;

/// What stands for a stream without a plan.
pub(super) const NO_PLAN: &str = "no plan";
/// How the name of a failed case begins that stands for the end which a stream gave itself.
pub(super) const BAIL: &str = "Bail out!";

/// A stream being read.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// Spaces before its lines.
    pub(super) indent: usize,
    /// File that the next point comes from, where a comment said so.
    pub(super) file: Option<String>,
    /// File it began with.
    origin: Option<String>,
    /// Whether its points come from several files (a runner that numbers on).
    mixed: bool,
    /// Name of the subtest, where its header said so.
    pub(super) title: Option<String>,
    /// Planned number of points, once the plan was seen.
    pub(super) plan: Option<u64>,
    /// Whether the plan came last and agreed: whatever follows is another stream.
    pub(super) complete: bool,
    /// Results so far, subtests flattened.
    pub(super) cases: Vec<TestCase>,
    /// Points so far.
    pub(super) points: u64,
    /// Numbers seen, for naming what is missing; points without one count on.
    numbers: BTreeSet<u64>,
    /// Results of a subtest that has ended and waits for its own test point.
    children: Vec<TestCase>,
    /// That subtest's name, where its header said so.
    children_title: Option<String>,
    /// Whether the last point takes details: it failed, and is the last case.
    pub(super) open: bool,
    /// Whether the stream said why it stopped.
    pub(super) bailed: bool,
}

impl Stream {
    pub(super) fn new(indent: usize, file: Option<String>) -> Self {
        Self {
            indent,
            file,
            ..Self::default()
        }
    }

    /// Whether anything of TAP was seen in it.
    pub(super) const fn begun(&self) -> bool {
        self.points > 0 || self.plan.is_some()
    }

    /// Whether it said how many points it has, and all came.
    pub(super) fn has_ended(&self) -> bool {
        self.bailed || self.points > 0 && self.plan == Some(self.points)
    }

    /// Whether a point of this number cannot belong to this stream any more: numbering starts again.
    pub(super) fn restarts_at(&self, number: Option<u64>) -> bool {
        self.complete || (number == Some(1) && self.numbers.contains(&1))
    }

    pub(super) fn promise(&mut self, count: u64) {
        self.begin();
        self.plan = Some(count);
        self.complete = self.points > 0 && self.points == count;
    }

    fn begin(&mut self) {
        if !self.begun() {
            self.origin.clone_from(&self.file);
        } else if self.origin != self.file {
            self.mixed = true;
        }
    }

    /// Takes the results of a subtest that has ended.
    pub(super) fn adopt(&mut self, title: Option<String>, cases: Vec<TestCase>) {
        if !cases.is_empty() {
            self.children_title = title;
            self.children.extend(cases);
        }
    }

    /// A case about the stream as a whole belongs to the file it began with, or to none if it has several.
    fn fail_whole(&mut self, what: &str, detail: String) {
        let file = if self.mixed { None } else { self.origin.take() };
        self.file = file;
        self.fail(what, detail);
    }

    fn name(&self, name: &str) -> String {
        self.file
            .as_ref()
            .map_or_else(|| name.to_owned(), |file| format!("{file}: {name}"))
    }

    pub(super) fn add(&mut self, point: Point) {
        self.begin();
        self.points += 1;
        self.numbers.insert(point.number.unwrap_or(self.points));
        let children = std::mem::take(&mut self.children);
        let (status, detail) = match (&point.directive, point.ok) {
            (Some(Directive::Skip(why)), _) => (CaseStatus::Skipped, why.clone()),
            (Some(Directive::Todo(why)), _) => (CaseStatus::Todo, why.clone()),
            (None, true) => (CaseStatus::Passed, String::new()),
            (None, false) => (CaseStatus::Failed, String::new()),
        };
        let title = if point.name.is_empty() {
            format!("test {}", point.number.unwrap_or(self.points))
        } else {
            point.name
        };
        // The point of a subtest repeats what its children say; it stands for itself only where they do not explain it.
        let explained = !children.is_empty()
            && (status != CaseStatus::Failed || children.iter().any(|child| child.status == CaseStatus::Failed));
        for mut child in children {
            child.name = self.name(&format!("{title} > {}", child.name));
            if status == CaseStatus::Todo && child.status == CaseStatus::Failed {
                child.status = CaseStatus::Todo;
            }
            self.cases.push(child);
        }
        self.open = !explained;
        if !explained {
            let name = self.name(&title);
            self.cases.push(TestCase {
                name,
                status,
                duration_ms: point.duration_ms,
                detail,
                attempts: Vec::new(),
            });
        }
    }

    /// Adds a line to what the last case says about itself, if it failed.
    pub(super) fn detail(&mut self, line: &str) {
        let Some(case) = self
            .cases
            .last_mut()
            .filter(|case| self.open && case.status == CaseStatus::Failed)
        else {
            return;
        };
        if case.detail.lines().count() < DETAIL_LINES && !line.trim().is_empty() {
            if !case.detail.is_empty() {
                case.detail.push('\n');
            }
            case.detail.extend(line.trim_end().chars().take(DETAIL_WIDTH));
        }
    }

    /// Sets the last case's time, if it has none.
    pub(super) fn duration(&mut self, milliseconds: Option<u64>) {
        if let Some(case) = self.cases.last_mut().filter(|_| self.open) {
            case.duration_ms = case.duration_ms.or(milliseconds);
        }
    }

    pub(super) fn fail(&mut self, what: &str, detail: String) {
        let name = self.name(what);
        self.cases.push(TestCase {
            name,
            status: CaseStatus::Failed,
            duration_ms: None,
            detail,
            attempts: Vec::new(),
        });
        self.open = false;
    }

    pub(super) fn skip_all(&mut self, why: &str) {
        let name = self.name("all tests");
        self.cases.push(TestCase {
            name,
            status: CaseStatus::Skipped,
            duration_ms: None,
            detail: why.to_owned(),
            attempts: Vec::new(),
        });
        self.open = false;
    }

    /// Ends the stream: what was promised and what came are compared.
    pub(super) fn close(mut self) -> Vec<TestCase> {
        let mut orphans = std::mem::take(&mut self.children);
        for orphan in &mut orphans {
            let name = self
                .children_title
                .as_ref()
                .map_or_else(|| orphan.name.clone(), |title| format!("{title} > {}", orphan.name));
            orphan.name = self.name(&name);
        }
        self.cases.append(&mut orphans);
        if self.bailed {
            return self.cases;
        }
        match self.plan {
            Some(planned) if planned != self.points => {
                let missing: Vec<u64> = (1..=planned.min(10_000))
                    .filter(|number| !self.numbers.contains(number))
                    .collect();
                let shown: Vec<String> = missing.iter().take(10).map(u64::to_string).collect();
                let more = if missing.len() > shown.len() { ", …" } else { "" };
                let detail = if missing.is_empty() {
                    String::new()
                } else {
                    format!("missing: {}{more}", shown.join(", "))
                };
                self.fail_whole(&format!("planned {planned} tests, ran {}", self.points), detail);
            }
            // A subtest's end is seen by its indentation; a whole stream without a plan may have been cut off.
            None if self.points > 0 && self.indent == 0 => {
                self.fail_whole(
                    NO_PLAN,
                    format!("{} tests ran, but no line `1..{0}` says that these were all", self.points),
                );
            }
            Some(_) | None => {}
        }
        self.cases
    }
}
