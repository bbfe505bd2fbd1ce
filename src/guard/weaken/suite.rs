//! What a test file holds, whatever its language.

/// What stands between the names of groups and of their tests.
pub(super) const GROUP: &str = " › ";

/// The tests of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Suite {
    /// In file order.
    pub tests: Vec<Test>,
    /// Functions that are no tests and check something for them.
    pub helpers: Vec<Test>,
}

/// One test.
#[derive(Debug, Clone, Default)]
pub(super) struct Test {
    /// Names of the groups it stands in, and its own.
    pub path: Vec<String>,
    /// What else says what it is for: the name of a script, and what is said before it.
    pub about: String,
    /// Line, from 1.
    pub line: usize,
    /// Why it does not run, or why its failure does not count: one entry per mark.
    pub off: Vec<String>,
    /// What makes it run alone.
    pub only: Vec<String>,
    /// Places that catch a failed check and drop it.
    pub swallows: usize,
    /// Why no failure inside it counts, whatever fails.
    pub blunt: Vec<String>,
    /// What it puts in the place of what it tests.
    pub faked: Vec<String>,
    /// Functions that a mock stands for, each with the written value that the mock hands back.
    pub replaced: Vec<(String, String)>,
    /// Whether it fails whatever the program does, as a test does that is still to be written: it proves nothing, and nothing wrong.
    pub fails: bool,
    /// What it does, one statement each, up to where it leaves.
    pub statements: Vec<String>,
    /// Statements of which nothing can come: their line, their text, and why.
    pub moot: Vec<(usize, String, String)>,
    /// Statements that pass where a program prints nothing: their line, their text, and what they deny.
    pub denials: Vec<(usize, String, String)>,
    /// Whether a call may be all that it does: as it is read, that none of its statements hands its outcome on.
    pub only_calls: bool,
    /// Rows of the tables it runs over.
    pub cases: Vec<String>,
    /// What it checks.
    pub checks: Vec<Check>,
}

/// One check of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    /// Line, from 1.
    pub line: usize,
    /// The whole of it on one line.
    pub text: String,
    /// What is looked at.
    pub subject: String,
    /// What it is to be: the comparison and the value.
    pub expected: String,
    /// Whether it holds whatever the program does.
    pub always: bool,
}

impl Test {
    pub(super) fn name(&self) -> String {
        self.path.join(GROUP)
    }

    pub(super) fn leaf(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// Says whether it passes and can tell nothing.
    pub(super) fn is_idle(&self) -> bool {
        self.statements.is_empty() && !(self.fails && self.blunt.is_empty())
    }

    pub(super) fn real_checks(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| !check.always)
    }
}

/// Calls of helpers are checks: they are counted as such in each test that makes them.
pub(super) fn call_helpers(suite: &mut Suite) {
    let names: Vec<String> = {
        let checking = suite.helpers.iter().filter(|helper| !helper.checks.is_empty());
        checking.map(|helper| helper.leaf().to_owned()).collect()
    };
    for test in &mut suite.tests {
        for statement in &test.statements {
            let called = names.iter().find(|name| {
                statement
                    .strip_prefix(name.as_str())
                    .is_some_and(|rest| rest.starts_with('('))
                    || statement.contains(&format!(" {name}("))
                    || statement.contains(&format!(".{name}("))
            });
            let known = |name: &&String| !test.checks.iter().any(|check| check.text.starts_with(name.as_str()));
            if let Some(name) = called.filter(known) {
                let arguments = statement.split_once('(').map_or("", |(_, rest)| rest);
                test.checks.push(Check {
                    line: test.line,
                    text: statement.clone(),
                    subject: format!("{name} {}", arguments.split(',').next().unwrap_or_default()),
                    expected: arguments.to_owned(),
                    always: false,
                });
            }
        }
    }
}
