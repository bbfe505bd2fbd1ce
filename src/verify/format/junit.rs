//! JUnit XML in the dialects of its writers (<https://github.com/testmoapp/junitxml>): pytest, node, vitest, Maven, Gradle and others.
//!
//! Owns which of the many attributes name a test's file. Invariant: a document that ends early, or a suite that promises more tests
//! than it holds, is amiss. Entities other than XML's own five are not expanded, so that a small file stays small.

use super::report::{Found, seconds};
use super::{Format, Report};
use crate::protocol::CaseStatus;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Suites within suites.
const DEPTH: usize = 64;
/// Bytes kept of what one test says.
const CAPTURED: usize = 64 * 1024;

/// JUnit's XML.
#[derive(Debug, Clone, Copy)]
pub(super) struct Junit;

impl Format for Junit {
    fn name(&self) -> &'static str {
        "JUnit XML"
    }

    fn detects(&self, text: &str) -> bool {
        start(text).is_some()
    }

    fn read(&self, text: &str, report: &mut Report) {
        let mut rest = text;
        // Some tools print several documents after each other; each begins further on.
        while let Some(document) = start(rest) {
            let read = Walk::default().document(document, report);
            rest = document.get(read.max(1)..).unwrap_or_default();
        }
    }
}

/// Finds where a document begins: its first suite at the start of a line or after the declaration.
fn start(text: &str) -> Option<&str> {
    let at = memchr::memmem::find_iter(text.as_bytes(), "<testsuite").find(|at| {
        let before = text.get(..*at).unwrap_or_default().trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with(['\n', '>', '\u{feff}'])
    })?;
    text.get(at..)
}

#[derive(Debug, Default)]
struct Walk {
    suites: Vec<Suite>,
    test: Option<Test>,
    /// Elements open in all, and those within the test.
    depth: usize,
    inner: usize,
    /// Whether text belongs to what the test says.
    listens: bool,
}

#[derive(Debug, Default)]
struct Suite {
    name: String,
    file: String,
    promised: u64,
    /// Tests and suites within.
    held: u64,
}

#[derive(Debug, Default)]
struct Test {
    file: String,
    class: String,
    name: String,
    duration_ms: Option<u64>,
    status: Option<CaseStatus>,
    said: String,
    flaky: bool,
}

impl Walk {
    /// Reads one document; returns how many bytes it has.
    fn document(mut self, text: &str, report: &mut Report) -> usize {
        let mut reader = Reader::from_str(text);
        loop {
            let event = reader.read_event();
            let at = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
            match event {
                Ok(Event::Start(element)) => {
                    self.depth += 1;
                    self.open(&element, report);
                }
                Ok(Event::Empty(element)) => {
                    self.depth += 1;
                    self.open(&element, report);
                    self.close(report);
                }
                Ok(Event::End(_)) => self.close(report),
                Ok(Event::Text(text)) => self.hear(&text),
                Ok(Event::CData(text)) => self.hear(&text),
                Ok(Event::GeneralRef(entity)) => self.hear(&resolve(&entity)),
                Ok(Event::Eof) => {
                    if self.depth > 0 {
                        report.amiss("a JUnit report ends before its last element does");
                    }
                    self.give_up(report);
                    return text.len();
                }
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
                Err(error) => {
                    report.amiss(format!("a JUnit report is broken at byte {at}: {error}"));
                    self.give_up(report);
                    return text.len();
                }
            }
            if self.depth == 0 {
                return at;
            }
            if self.suites.len() > DEPTH {
                report.amiss("a JUnit report nests its suites too deep");
                return text.len();
            }
        }
    }

    fn open(&mut self, element: &BytesStart<'_>, report: &mut Report) {
        if let Some(test) = &mut self.test {
            self.inner += 1;
            self.listens = self.inner == 1 && test.verdict(element);
            return;
        }
        match element.name().as_ref() {
            "testsuites" | "testsuite" => {
                if let Some(parent) = self.suites.last_mut() {
                    parent.held += 1;
                }
                self.suites.push(Suite {
                    name: attribute(element, "name"),
                    file: attribute(element, "file"),
                    promised: attribute(element, "tests").parse().unwrap_or(0),
                    held: 0,
                });
            }
            "testcase" => {
                self.inner = 0;
                self.test = Some(Test::of(element, self.suites.last()));
            }
            // Properties and outputs of suites; a place in the stack keeps the closing tags in step.
            "property" | "properties" | "system-out" | "system-err" => {}
            "error" | "failure" => report.amiss("a suite failed outside its tests"),
            _ => {}
        }
    }

    fn close(&mut self, report: &mut Report) {
        self.depth = self.depth.saturating_sub(1);
        self.listens = false;
        if self.test.is_some() {
            if self.inner > 0 {
                self.inner -= 1;
            } else if let Some(test) = self.test.take() {
                if let Some(suite) = self.suites.last_mut() {
                    suite.held += 1;
                }
                test.add(&self.groups(), report);
            }
        } else if self.suites.len() > self.depth
            && let Some(suite) = self.suites.pop()
        {
            // pytest 9 counts each subtest, and writes down the tests that they are of.
            if suite.promised > suite.held && suite.name != "pytest" {
                report.amiss(format!(
                    "the suite `{}` promises {} tests and holds {}",
                    suite.name, suite.promised, suite.held
                ));
            }
            if let Some(parent) = self.suites.last_mut() {
                parent.held += suite.held;
            }
        }
    }

    /// The suites within suites, which are groups of a file's tests; the outermost one is the run or the file.
    fn groups(&self) -> Vec<&str> {
        let inner = self.suites.iter().skip(1);
        inner
            .map(|suite| suite.name.as_str())
            .filter(|name| !name.is_empty())
            .collect()
    }

    fn hear(&mut self, text: &str) {
        if self.listens
            && let Some(test) = &mut self.test
            && test.said.len() + text.len() < CAPTURED
        {
            test.said.push_str(text);
        }
    }

    /// What was open when the document broke off is kept, as failed.
    fn give_up(&mut self, report: &mut Report) {
        if let Some(mut test) = self.test.take() {
            test.status = Some(CaseStatus::Failed);
            test.add(&self.groups(), report);
        }
    }
}

impl Test {
    fn of(element: &BytesStart<'_>, suite: Option<&Suite>) -> Self {
        let (own, class) = (attribute(element, "file"), attribute(element, "classname"));
        let file = match suite {
            _ if !own.is_empty() => own,
            Some(suite) if !suite.file.is_empty() => suite.file.clone(),
            // vitest and others put the file's path where Java has its class.
            _ if class.contains('/') => class.clone(),
            _ => String::new(),
        };
        Self {
            file,
            class,
            name: attribute(element, "name"),
            duration_ms: seconds(&attribute(element, "time")),
            ..Self::default()
        }
    }

    /// Takes an element within the test; returns whether its text is what the test says.
    fn verdict(&mut self, element: &BytesStart<'_>) -> bool {
        let status = match element.name().as_ref() {
            "failure" | "error" => CaseStatus::Failed,
            "skipped" if matches!(attribute(element, "type").as_str(), "todo" | "pytest.xfail") => CaseStatus::Todo,
            "skipped" => CaseStatus::Skipped,
            "flakyFailure" | "flakyError" => {
                self.flaky = true;
                return false;
            }
            _ => return false,
        };
        // A test that is marked as known to fail may hold its failure too.
        if self.status != Some(CaseStatus::Todo) && (self.status.is_none() || status == CaseStatus::Failed) {
            self.status = Some(status);
            self.said = attribute(element, "message");
            self.said.push('\n');
            return status == CaseStatus::Failed;
        }
        false
    }

    fn add(&self, groups: &[&str], report: &mut Report) {
        // How pytest tells that it broke down itself (INTERNALERROR).
        if self.class == "pytest" && self.name == "internal" && self.status == Some(CaseStatus::Failed) {
            let said = self.said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
            report.amiss(format!("pytest ended by an error within it: {}", said.trim()));
            return;
        }
        let file = self.file.as_str();
        let module = module_of(file);
        // pytest: `tests.test_cart.TestCart` in tests/test_cart.py is the class `TestCart`.
        let class = match self.class.strip_prefix(&module).filter(|_| !module.is_empty()) {
            Some(class) => class.trim_start_matches('.').replace('.', "::"),
            None if self.class == file || self.class == "test" => String::new(),
            None => self.class.clone(),
        };
        let is_module = file.ends_with(".py") && self.name == module;
        let (place, name) = match (file.is_empty(), class.is_empty()) {
            (false, _) if is_module => (file, String::new()),
            (false, false) if !module.is_empty() => (file, format!("{class}::{}", self.name)),
            // A Java class is what its tests are filed under.
            (true, false) if class.contains('.') => (class.as_str(), self.name.clone()),
            (_, false) => (file, format!("{class} > {}", self.name)),
            // Only node's own reporter says by its suites what a test is a part of.
            (_, true) if self.class == "test" => (file, grouped(groups, &self.name)),
            (_, true) => (file, self.name.clone()),
        };
        let found = Found {
            file: place,
            name: &name,
            duration_ms: self.duration_ms,
            detail: &self.said,
        };
        report.add(self.status.unwrap_or(CaseStatus::Passed), &found);
        if self.flaky {
            report.flaky(place, &name);
        }
    }
}

fn grouped(groups: &[&str], name: &str) -> String {
    let mut all = groups.to_vec();
    all.push(name);
    all.join(" > ")
}

/// `tests/test_cart.py` as Python names it: `tests.test_cart`.
fn module_of(file: &str) -> String {
    file.strip_suffix(".py")
        .map_or_else(String::new, |path| path.replace('/', "."))
}

fn attribute(element: &BytesStart<'_>, name: &str) -> String {
    // Without the check for duplicates, which takes quadratic time.
    let mut all = element.attributes();
    let found = all
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.as_ref() == name);
    found.map_or_else(String::new, |attribute| {
        attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_or_else(|_| attribute.value.to_string(), std::borrow::Cow::into_owned)
    })
}

fn resolve(entity: &str) -> String {
    quick_xml::escape::unescape(&format!("&{entity};")).map_or_else(|_| String::new(), std::borrow::Cow::into_owned)
}
