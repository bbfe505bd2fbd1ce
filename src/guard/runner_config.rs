//! Files that decide how tests are run: which they are, and what in them counts.
//!
//! Owns reading such a file down to facts (a script, a section, a table) and saying which change of them is a breach. Does not own what
//! is done about it. Pure. Invariant: a change that leaves every fact as it was is none: layout, comments, dependencies and all that
//! has nothing to do with tests are free.

mod implied;
mod packages;
mod reach;
#[cfg(test)]
mod tests;

pub(super) use implied::implied;
pub(super) use reach::Reach;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// What in a file decides how tests are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it. Programs in JavaScript and TypeScript are among these: what such a file comes to is known only by running it, so
    /// every change of its text counts, comments too.
    Whole,
    /// All of it once it is there; a new one only if it speaks of tests.
    Shared,
    /// Scripts and the runners' own keys.
    Package,
    /// Test targets and the profile they are built with.
    Cargo,
    /// The runners' own tables.
    Pyproject,
    /// The runners' own sections.
    Sections,
    /// Everything but fixtures that are new.
    Conftest,
    /// How a package manager runs scripts.
    Manager,
    /// All of Cargo's settings but those of how it builds, fetches and looks.
    CargoSettings,
}

/// Names of files that are configuration from the first letter to the last, wherever they lie.
const WHOLE: [&str; 12] = [
    "pytest.ini",
    ".pytest.ini",
    "nextest.toml",
    "noxfile.py",
    ".taprc",
    ".mocharc",
    ".mocharc.js",
    ".mocharc.cjs",
    ".mocharc.json",
    ".mocharc.yml",
    ".mocharc.yaml",
    ".mocharc.jsonc",
];

/// Tools whose configuration is a file `<tool>.config.<ending>`.
const CONFIGURED: [&str; 6] = ["jest", "vitest", "playwright", "cypress", "ava", "karma"];

/// The file that vitest falls back to, which builds the program as well.
const SHARED: &str = "vite.config.";

/// Facts of a file: what, and how it stands.
type Facts = BTreeMap<String, String>;

/// What in the file of this name decides how tests are run; `None`: nothing.
pub(super) fn part(path: &Path) -> Option<Part> {
    let name = path.file_name()?.to_str()?;
    let configured = |tool: &str| {
        name.strip_prefix(tool).is_some_and(|rest| {
            rest.starts_with(".config.") || rest.starts_with(".workspace.") || rest == ".conf.js" || rest.starts_with(".setup.")
        })
    };
    match name {
        "package.json" => Some(Part::Package),
        "Cargo.toml" => Some(Part::Cargo),
        "pyproject.toml" => Some(Part::Pyproject),
        "setup.cfg" | "tox.ini" => Some(Part::Sections),
        "conftest.py" => Some(Part::Conftest),
        ".npmrc" | ".pnpmrc" | ".yarnrc" | ".yarnrc.yml" | "pnpm-workspace.yaml" => Some(Part::Manager),
        // Plugins of pytest are found by it.
        "entry_points.txt" => Some(Part::Whole),
        "config" | "config.toml" if path.parent().is_some_and(|parent| parent.ends_with(".cargo")) => Some(Part::CargoSettings),
        _ if name.starts_with(SHARED) => Some(Part::Shared),
        _ if WHOLE.contains(&name) || CONFIGURED.iter().any(|tool| configured(tool)) => Some(Part::Whole),
        _ => None,
    }
}

/// Says whether a file of this name may decide how tests are run.
#[must_use]
pub(super) fn configures_tests(path: impl AsRef<Path>) -> bool {
    part(path.as_ref()).is_some()
}

/// Says what a change does to how tests are run; `None` if nothing. `reach` is what the verify command reaches.
pub(super) fn breach(part: Part, before: &[u8], after: &[u8], reach: &Reach) -> Option<String> {
    if before == after {
        return None;
    }
    let Some(mut was) = facts(part, before) else {
        // It could not be read before, so nothing was agreed but its bytes.
        return Some("its content changed, and it could not be read before".to_owned());
    };
    let Some(mut now) = facts(part, after) else {
        return Some("it cannot be read any more".to_owned());
    };
    reach.narrow(&mut was, &mut now);
    for (fact, how) in &was {
        match now.get(fact) {
            Some(other) if other == how => {}
            Some(_) => return Some(format!("{fact} changed")),
            // What runs no tests any more is told of no more, and stands there still.
            None if part == Part::CargoSettings && packages::names_alias(after, fact) => return Some(format!("{fact} changed")),
            None => return Some(format!("{fact} removed")),
        }
    }
    now.iter()
        .find(|(fact, how)| !was.contains_key(*fact) && !may_appear((part, reach), fact, how, &was))
        .map(|(fact, _)| format!("{fact} added"))
}

/// Says whether a file that is new decides how the tests that are already there are run.
#[must_use]
pub(super) fn takes_over(path: impl AsRef<Path>, text: &[u8]) -> bool {
    match part(path.as_ref()) {
        Some(part @ Part::Conftest) => breach(part, b"", text, &Reach::Everything).is_some(),
        Some(part @ (Part::Pyproject | Part::Sections | Part::Manager)) => facts(part, text).is_none_or(|facts| !facts.is_empty()),
        Some(part @ Part::CargoSettings) => {
            // Cargo reads a file without an ending instead of one with it, with the aliases that are there.
            let instead = path.as_ref().extension().is_none();
            facts(part, text).is_none_or(|facts| facts.keys().any(|fact| instead || !packages::is_new_word(fact)))
        }
        Some(Part::Whole) => true,
        Some(Part::Shared) => String::from_utf8_lossy(text).contains("test"),
        // A new package brings scripts and targets of its own.
        Some(Part::Package | Part::Cargo) | None => false,
    }
}

/// Names the setting of Cargo's by which a new file decides, where one does.
pub(super) fn decides_by(path: impl AsRef<Path>, text: &[u8]) -> Option<String> {
    let part = part(path.as_ref()).filter(|part| *part == Part::CargoSettings)?;
    facts(part, text)?.into_keys().find(|fact| !packages::is_new_word(fact))
}

fn may_appear((part, reach): (Part, &Reach), fact: &str, how: &str, was: &Facts) -> bool {
    match part {
        Part::Whole | Part::Shared | Part::Pyproject | Part::Sections | Part::Manager => false,
        Part::CargoSettings => {
            packages::is_new_word(fact) && !fact.strip_prefix(packages::ALIAS).is_some_and(|name| reach.tells_cargo(name))
        }
        Part::Package => fact.strip_prefix("the script ").is_some_and(|name| {
            // npm runs `pretest` before `test` by itself.
            let base = name.strip_prefix("pre").or_else(|| name.strip_prefix("post"));
            base.is_none_or(|base| !was.contains_key(&format!("the script {base}")))
        }),
        Part::Cargo => {
            let off = ["\"harness\":false", "\"test\":false", "required-features"];
            let runs = |how: &str| !off.iter().any(|word| how.contains(word)) && is_where_it_would_be(how);
            fact.starts_with("the member ") || (fact.starts_with("the test target ") && runs(how))
        }
        Part::Conftest => !how.contains("def pytest_") && !how.contains("autouse") && only_declares(how),
    }
}

/// Whether a test target of Cargo has the file that its name stands for: with another it would take the place of that one.
fn is_where_it_would_be(target: &str) -> bool {
    let target: Value = serde_json::from_str(target).unwrap_or_default();
    let text = |key: &str| target.get(key).and_then(Value::as_str);
    let name = text("name").unwrap_or_default();
    text("path").is_none_or(|path| {
        [format!("tests/{name}.rs"), format!("tests/{name}/main.rs")]
            .iter()
            .any(|usual| usual == path)
    })
}

/// Whether a piece of a conftest.py does nothing when it is read but declare something.
fn only_declares(piece: &str) -> bool {
    let starts = [
        "def ",
        "async def ",
        "class ",
        "import ",
        "from ",
        "@pytest.fixture",
        "@fixture",
    ];
    let Some(head) = piece.lines().find(|line| !line.starts_with('@')) else {
        return false;
    };
    if !starts.iter().any(|start| piece.starts_with(start)) || (head.contains(';') && !head.contains("def ")) {
        return false;
    }
    if !head.starts_with("class ") {
        return true;
    }
    // The body of a class is run when it is read.
    let rest = head.split_once(':').map_or("", |(_, rest)| rest.trim());
    let mut body = piece.lines().skip_while(|line| *line != head).skip(1).peekable();
    let margin = body.peek().map_or(0, |line| line.len() - line.trim_start().len());
    let plain = |line: &str| {
        let name = line
            .trim_start_matches(|c: char| c.is_alphanumeric() || c == '_')
            .trim_start();
        ["def ", "async def ", "@", "pass", "\"", "'", "#"]
            .iter()
            .any(|start| line.starts_with(start))
            || name.starts_with(['=', ':'])
    };
    let outer = body.filter(|line| line.len() - line.trim_start().len() <= margin);
    matches!(rest, "" | "pass" | "...") && outer.map(str::trim).all(|line| plain(line) && !line.contains(';'))
}

/// The facts of a file; `None` if it cannot be read.
fn facts(part: Part, bytes: &[u8]) -> Option<Facts> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(match part {
        Part::Whole | Part::Shared => whole(text),
        Part::Package => package(&serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?),
        Part::Cargo => cargo(&toml_value(text)?),
        Part::Pyproject => pyproject(&toml_value(text)?),
        Part::Sections => sections(text),
        Part::Conftest => blocks(text),
        Part::Manager => packages::settings(text),
        Part::CargoSettings => packages::of_cargo(&toml_value(text)?),
    })
}

fn toml_value(text: &str) -> Option<Value> {
    serde_json::to_value(toml::from_str::<toml::Table>(text).ok()?).ok()
}

fn fact(facts: &mut Facts, name: impl Into<String>, value: Option<&Value>) {
    if let Some(value) = value {
        facts.insert(name.into(), sorted(value).to_string());
    }
}

/// The same value with its keys in order: their order says nothing.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let ordered: BTreeMap<&String, Value> = map.iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(ordered.into_iter().map(|(key, value)| (key.clone(), value)).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        plain => plain.clone(),
    }
}

fn whole(text: &str) -> Facts {
    let read = serde_json::from_str::<Value>(text).ok().or_else(|| toml_value(text));
    let plain = || {
        let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        Value::String(lines.join("\n"))
    };
    let mut all = Facts::new();
    fact(&mut all, "its content", Some(&read.unwrap_or_else(plain)));
    all
}

fn package(value: &Value) -> Facts {
    let mut all = Facts::new();
    for (name, script) in value.get("scripts").and_then(Value::as_object).into_iter().flatten() {
        // As it is written: what it names is looked for.
        all.insert(
            format!("the script {name}"),
            script.as_str().map_or_else(|| script.to_string(), str::to_owned),
        );
    }
    for runner in ["jest", "mocha", "ava", "tap", "vitest"] {
        fact(&mut all, format!("the key {runner}"), value.get(runner));
    }
    all
}

fn cargo(value: &Value) -> Facts {
    let mut all = Facts::new();
    let list = |name: &str| value.get(name).and_then(Value::as_array).into_iter().flatten();
    for target in list("test") {
        let name = target.get("name").and_then(Value::as_str).unwrap_or_default();
        fact(&mut all, format!("the test target {name}"), Some(target));
    }
    for key in ["test", "doctest", "harness"] {
        fact(
            &mut all,
            format!("{key} of the library"),
            value.pointer(&format!("/lib/{key}")),
        );
        for target in list("bin") {
            let name = target.get("name").and_then(Value::as_str).unwrap_or_default();
            fact(&mut all, format!("{key} of the program {name}"), target.get(key));
        }
    }
    let library = value.pointer("/lib/path").and_then(Value::as_str).unwrap_or("src/lib.rs");
    all.insert("the path of the library".into(), library.to_owned());
    for path in [
        "/package/autotests",
        "/profile/test",
        "/workspace/default-members",
        "/workspace/exclude",
    ] {
        fact(&mut all, path.trim_start_matches('/').replace('/', "."), value.pointer(path));
    }
    // Tests inherit these.
    for key in ["debug-assertions", "overflow-checks", "panic"] {
        fact(
            &mut all,
            format!("profile.dev.{key}"),
            value.pointer(&format!("/profile/dev/{key}")),
        );
    }
    let members = value.pointer("/workspace/members").and_then(Value::as_array);
    for member in members.into_iter().flatten().filter_map(Value::as_str) {
        all.insert(format!("the member {member}"), String::new());
    }
    all
}

fn pyproject(value: &Value) -> Facts {
    let mut all = Facts::new();
    for tool in ["pytest", "tox", "nox", "hatch/envs"] {
        fact(
            &mut all,
            format!("[tool.{}]", tool.replace('/', ".")),
            value.pointer(&format!("/tool/{tool}")),
        );
    }
    all
}

/// Sections of an ini file that belong to a runner.
fn sections(text: &str) -> Facts {
    let mut all = Facts::new();
    let mut section = None;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            let own = matches!(name, "pytest" | "tool:pytest" | "tox" | "aliases") || name.starts_with("testenv");
            section = own.then(|| format!("[{name}]"));
            if let Some(section) = &section {
                all.entry(section.clone()).or_default();
            }
        } else if let (Some(section), false) = (&section, line.is_empty() || line.starts_with(['#', ';'])) {
            let lines = all.entry(section.clone()).or_default();
            lines.push_str(line);
            lines.push('\n');
        }
    }
    all
}

/// The pieces of a Python file that begin at its left edge, each known by its text.
fn blocks(text: &str) -> Facts {
    let mut pieces: Vec<String> = Vec::new();
    let mut decorated = false;
    for line in text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty() && !line.trim_start().starts_with('#'))
    {
        let begins = !line.starts_with([' ', '\t', ')', ']', '}']);
        match pieces.last_mut() {
            Some(last) if !begins || decorated => {
                last.push('\n');
                last.push_str(line);
            }
            _ => pieces.push(line.to_owned()),
        }
        if begins {
            decorated = line.starts_with('@');
        }
    }
    let name = |piece: &String| {
        let heads = piece.lines().find(|line| !line.starts_with('@')).unwrap_or(piece);
        heads.split(['(', ':', '=']).next().unwrap_or(heads).trim().to_owned()
    };
    pieces
        .into_iter()
        .map(|piece| (format!("`{}`", name(&piece)), piece))
        .collect()
}
