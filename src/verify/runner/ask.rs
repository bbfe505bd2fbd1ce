//! How a runner that is called by a command of the project's own is brought to tell its tests apart.
//!
//! Owns what is added to a command as people write it, `pytest -q` or `npm test`: arguments where the command itself makes the call,
//! else the runner's own variable of the environment, which passes through wrappers. Does not own what a wrapper stands for
//! ([`Calls`]). Invariant: which tests run, and with which exit code, stays as it was; a command that asks for a report itself, and a
//! call that says where its report goes, stay as they are.

use super::calls::{Call, Calls, Word, name};
use super::javascript::{
    ASKED_VARIABLE, JEST_OPTIONS, MOCHA_OPTIONS, NODE_REPORTER_VARIABLE, VITEST_OUTPUT, node_asking, node_reporter,
};
use super::{Root, python};
use crate::verify::REPORT_VARIABLE;
use std::path::Path;

/// A runner that is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pytest,
    Jest,
    Vitest,
    Mocha,
    Node,
    Go,
    Cargo,
}

/// What is run in place of a command, so that its tests are told one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asking {
    /// The command with what was added to it.
    pub command: String,
    /// Variables it is given.
    pub variables: Vec<(&'static str, String)>,
    /// How many report files were asked for.
    pub reports: usize,
    /// Names of formats whose printed text tells no more than these reports; `None`: nothing but them is to be read.
    pub beside: Option<Vec<&'static str>>,
}

impl Asking {
    /// Nothing to add to this command.
    #[must_use]
    pub fn none(command: &str) -> Self {
        Self {
            command: command.to_owned(),
            ..Self::default()
        }
    }
}

/// Finds what to add to a command whose report is to go to the file `report`, and to others whose names begin alike.
#[must_use]
pub fn ask(root: &Path, command: &str, report: &Path) -> Asking {
    let root = Root::new(root);
    let calls = Calls::of(&root, command);
    let mut adding = Adding {
        root: &root,
        report: report.to_string_lossy().into_owned(),
        edits: Vec::new(),
        asking: Asking::default(),
    };
    let kinds: Vec<(Option<Kind>, &Call)> = calls.all.iter().map(|call| (kind(call), call)).collect();
    let mut read = Vec::new();
    for (kind, call) in &kinds {
        let alone = !calls.loops && kinds.iter().filter(|(other, _)| other == kind).count() == 1;
        let Some(kind) = kind else { continue };
        if adding.add(*kind, call, alone) {
            read.push(kind.format());
        }
    }
    let Adding {
        mut edits, mut asking, ..
    } = adding;
    asking.beside = (kinds.len() > 1 && !read.is_empty()).then_some(read);
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.0));
    command.clone_into(&mut asking.command);
    for (from, to, text) in edits {
        asking.command.replace_range(from..to, &text);
    }
    asking
}

/// Says how a command can be brought to tell its tests one by one, for whom a run of it told none.
#[must_use]
pub fn advice(root: &Path, command: &str) -> String {
    let root = Root::new(root);
    let calls = Calls::of(&root, command);
    let told = calls.all.iter().find_map(|call| {
        Some(match kind(call)? {
            Kind::Pytest => "pytest names every test with `pytest -v`".to_owned(),
            Kind::Jest => format!("jest does with `npx jest {JEST_OPTIONS}`"),
            Kind::Vitest => format!("vitest does with `npx vitest run --reporter=json {VITEST_OUTPUT}`"),
            Kind::Mocha => format!("mocha does with `npx mocha {MOCHA_OPTIONS}`"),
            Kind::Node => "node does with `node --test --test-reporter=tap`".to_owned(),
            Kind::Go => "go names every test with `go test -v`".to_owned(),
            Kind::Cargo => "cargo names every test with `cargo test` (without `--quiet`)".to_owned(),
        })
    });
    let unittest = calls
        .all
        .iter()
        .any(|call| call.program().first().is_some_and(|word| word.text == "unittest"));
    told.unwrap_or_else(|| {
        let python = if unittest { "pytest runs the tests of unittest too: `python3 -m pytest -v`. " } else { "" };
        format!(
            "{python}Tests are read one by one from what `pytest -v`, `cargo test`, `go test -v`, `node --test`, jest, vitest and mocha tell, \
             from TAP, and from JUnit XML that the command writes to the file ${REPORT_VARIABLE}"
        )
    })
}

/// Says whether a call is one of a runner that is known.
pub(super) fn runs_tests(call: &Call) -> bool {
    kind(call).is_some()
}

/// Says whether a command is known to call a runner that tells its tests one by one.
#[must_use]
pub fn is_known(root: &Path, command: &str) -> bool {
    Calls::of(&Root::new(root), command).all.iter().any(runs_tests)
}

/// Says whether a call is one of `go test`.
pub(super) fn runs_go(call: &Call) -> bool {
    kind(call) == Some(Kind::Go)
}

impl Kind {
    /// The format of what it prints.
    const fn format(self) -> &'static str {
        match self {
            Self::Pytest => "pytest",
            Self::Jest | Self::Vitest => "jest",
            Self::Mocha => "mocha",
            Self::Node => "TAP",
            Self::Go => "go test",
            Self::Cargo => "cargo test",
        }
    }
}

/// The runner that a call calls.
fn kind(call: &Call) -> Option<Kind> {
    let program = call.program();
    let at = |number: usize| program.get(number).map(|word| word.text.as_str()).unwrap_or_default();
    match name(at(0)) {
        "pytest" | "py.test" => Some(Kind::Pytest),
        "vitest" => Some(Kind::Vitest),
        "jest" => Some(Kind::Jest),
        "react-scripts" if at(1) == "test" => Some(Kind::Jest),
        "mocha" | "_mocha" => Some(Kind::Mocha),
        "go" if at(1) == "test" => Some(Kind::Go),
        "cargo" => {
            let asked = program.iter().skip(1).find(|word| !word.text.starts_with('+'));
            asked
                .filter(|word| matches!(word.text.as_str(), "test" | "t"))
                .map(|_| Kind::Cargo)
        }
        // What leads to a program is passed over: then node's flags and the files are left.
        _ => (call.has(&["--test"])
            && call
                .words
                .iter()
                .any(|word| matches!(name(&word.text), "node" | "tsx" | "nodejs")))
        .then_some(Kind::Node),
    }
}

struct Adding<'a> {
    root: &'a Root,
    report: String,
    /// From, to, and what goes there.
    edits: Vec<(usize, usize, String)>,
    asking: Asking,
}

impl Adding<'_> {
    /// Adds what makes this call tell its tests; says whether that is a report file.
    fn add(&mut self, kind: Kind, call: &Call, alone: bool) -> bool {
        match kind {
            Kind::Pytest => alone && self.pytest(call),
            Kind::Jest => {
                let own = call.has(&["--json", "--outputFile", "--watch", "--watchAll"]);
                !own && (self.append(call, JEST_OPTIONS) || alone && self.imported(call))
            }
            Kind::Vitest => {
                let reporter = if call.has(&["--reporter"]) {
                    ""
                } else {
                    "--reporter=default "
                };
                let options = format!("{reporter}--reporter=json {VITEST_OUTPUT}");
                !call.has(&["--outputFile", "--outputFile.json", "watch", "--watch", "-w", "bench", "list"])
                    && (self.append(call, &options) || alone && self.imported(call))
            }
            Kind::Mocha => {
                let watches = call.has(&["--watch", "-w"]);
                !watches && (self.append(call, MOCHA_OPTIONS) || alone && !call.piped && self.mocha(call))
            }
            Kind::Node => {
                let own = call.has(&["--test-reporter", "--test-reporter-destination", "--watch", "NODE_OPTIONS"]);
                alone && !call.piped && !own && self.node(call)
            }
            Kind::Go => {
                self.go(call);
                false
            }
            Kind::Cargo => {
                self.cargo(call);
                false
            }
        }
    }

    /// The next report file's name as the shell reads it.
    fn next(&mut self, options: &str) -> String {
        self.asking.reports += 1;
        match self.asking.reports {
            1 => options.to_owned(),
            more => options.replace(&format!("${REPORT_VARIABLE}"), &format!("${REPORT_VARIABLE}-{more}")),
        }
    }

    /// The next report file by its path, if that needs no quotes.
    fn path(&mut self) -> Option<String> {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '+');
        if !self.report.chars().all(plain) {
            return None;
        }
        self.asking.reports += 1;
        Some(match self.asking.reports {
            1 => self.report.clone(),
            more => format!("{}-{more}", self.report),
        })
    }

    fn append(&mut self, call: &Call, options: &str) -> bool {
        let Some((end, lead)) = call.end else { return false };
        let options = self.next(options);
        self.edits.push((end, end, format!("{lead} {options}")));
        true
    }

    fn pytest(&mut self, call: &Call) -> bool {
        let own = ["--junitxml", "--junit-xml", "PYTEST_ADDOPTS", "no:junitxml", "-pno:junitxml"];
        if call.has(&own) || python::reports_itself(self.root) {
            return false;
        }
        let Some(path) = self.path() else { return false };
        self.asking
            .variables
            .push(("PYTEST_ADDOPTS", format!("-o junit_family=xunit1 --junitxml={path}")));
        true
    }

    fn mocha(&mut self, call: &Call) -> bool {
        if call.has(&["--reporter", "-R", "MOCHA_OPTIONS"]) {
            return false;
        }
        let Some(path) = self.path() else { return false };
        let options = format!("--reporter json --reporter-option output={path}");
        self.asking.variables.push(("MOCHA_OPTIONS", options));
        true
    }

    /// Before the files, where the command itself makes the call: what stands after one is taken for a file.
    fn node(&mut self, call: &Call) -> bool {
        let test = call.words.iter().find(|word| word.text == "--test");
        if let (true, Some(Word { at, .. })) = (call.own, test) {
            let options = format!(
                " --test-reporter=spec --test-reporter-destination=stdout --test-reporter=\"${NODE_REPORTER_VARIABLE}\" \
                 --test-reporter-destination=\"${REPORT_VARIABLE}\""
            );
            let options = self.next(&options);
            self.edits.push((at.end, at.end, options));
            return true;
        }
        let Some(path) = self.path() else { return false };
        let options = format!(
            "--test-reporter=spec --test-reporter-destination=stdout --test-reporter={} --test-reporter-destination={path}",
            node_reporter()
        );
        self.node_options(&options);
        true
    }

    /// By a module that node loads before it, for it has no variable of its own.
    fn imported(&mut self, call: &Call) -> bool {
        if call.piped || call.has(&["NODE_OPTIONS", "react-scripts"]) {
            return false;
        }
        let known = self.asking.variables.iter().any(|(name, _)| *name == ASKED_VARIABLE);
        let Some(path) = (!known).then(|| self.path()).flatten() else {
            return false;
        };
        self.node_options(&format!("--import={}", node_asking()));
        self.asking.variables.push((ASKED_VARIABLE, path));
        true
    }

    /// Adds to node's own variable, behind what the environment says already.
    fn node_options(&mut self, options: &str) {
        let known = self.asking.variables.iter_mut().find(|(name, _)| *name == "NODE_OPTIONS");
        match known {
            Some((_, value)) => *value = format!("{value} {options}"),
            None => {
                let before = std::env::var("NODE_OPTIONS").unwrap_or_default();
                let value = format!("{before} {options}").trim_start().to_owned();
                self.asking.variables.push(("NODE_OPTIONS", value));
            }
        }
    }

    fn go(&mut self, call: &Call) {
        if call.piped || call.has(&["-json", "-v", "--json", "--v", "-test.v", "GOFLAGS"]) {
            return;
        }
        let word = call.program().get(1).filter(|_| call.own);
        match word {
            Some(word) => self.edits.push((word.at.end, word.at.end, " -v".to_owned())),
            // It stands for what `go env -w` has set, too.
            None if self.asking.variables.iter().all(|(name, _)| *name != "GOFLAGS") => {
                let flags = format!("{} -v", go_flags());
                self.asking.variables.push(("GOFLAGS", flags.trim_start().to_owned()));
            }
            None => {}
        }
    }

    /// A quiet run names neither tests nor files.
    fn cargo(&mut self, call: &Call) {
        for word in call.words.iter().filter(|_| call.own) {
            if matches!(word.text.as_str(), "-q" | "--quiet") {
                self.edits.push((word.at.start, word.at.end, String::new()));
            }
        }
    }
}

/// What `go env -w` has set for all commands, which a variable of the environment would put out of force.
fn go_flags() -> String {
    let home = |name: &str| std::env::var_os(name).map(std::path::PathBuf::from);
    let folders = [
        home("XDG_CONFIG_HOME"),
        home("HOME").map(|home| home.join(".config")),
        home("HOME").map(|home| home.join("Library/Application Support")),
    ];
    let text = folders
        .into_iter()
        .flatten()
        .find_map(|folder| Root::new(&folder).text("go/env"));
    let text = text.unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix("GOFLAGS="))
        .unwrap_or_default()
        .to_owned()
}

/// Whether a run ended because its runner is older than what was added to its command.
#[must_use]
pub fn is_refused(exit: Option<i32>, printed: &str) -> bool {
    let said = |words: &[&str]| printed.lines().any(|line| words.iter().all(|word| line.contains(word)));
    // What a wrapper makes of node's own exit code is the wrapper's.
    if said(&["--import", "is not allowed in NODE_OPTIONS"]) {
        return true;
    }
    match exit {
        // https://nodejs.org/api/process.html#exit-codes
        Some(9) => said(&["--test-reporter", "NODE_OPTIONS"]) || said(&["bad option: --test-reporter"]),
        // https://docs.pytest.org/en/stable/reference/exit-codes.html
        Some(4) => said(&["unrecognized arguments", "--junitxml"]),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
