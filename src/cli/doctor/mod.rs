//! `longhaul doctor`: what this machine has, what is missing, and where each setting comes from.
//!
//! Only looks; writes nothing and asks no network. Invariant: a `fail` names its next step, and no secret is printed.

mod checks;

use super::args::DoctorArgs;
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::{project, settings};
use crate::config::{Origin, Resolved};
use crate::ui::text::Clean;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Check {
    name: &'static str,
    level: Level,
    found: String,
    next: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Ok,
    Warn,
    Fail,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self {
            name,
            level: Level::Ok,
            found: found.into(),
            next: String::new(),
        }
    }

    fn warn(name: &'static str, found: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            name,
            level: Level::Warn,
            found: found.into(),
            next: next.into(),
        }
    }

    fn fail(name: &'static str, found: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            name,
            level: Level::Fail,
            found: found.into(),
            next: next.into(),
        }
    }
}

/// Runs the command.
///
/// # Errors
/// Fails if the output does; what is found wrong is printed, and ends in [`Exit::Precondition`] if anything fails.
pub fn run(args: &DoctorArgs, console: &mut Console) -> Result<Exit, Failure> {
    let workspace = project::workspace(&args.dir)?;
    let loaded = settings::load(Some(&workspace));
    let mut checks = vec![
        checks::git(&workspace)?,
        checks::shell(&workspace),
        checks::terminal(),
        checks::locale(),
        checks::state(&workspace),
    ];
    checks.push(match &loaded {
        Ok(resolved) => checks::key(&resolved.settings),
        Err(_) => Check::warn("key", "not looked at: the settings cannot be read", "mend the settings first"),
    });
    if let Ok(resolved) = &loaded {
        checks.push(checks::notices(&resolved.settings, &workspace));
        checks.extend(checks::tests(&resolved.settings, &workspace));
    }
    checks.push(checks::sandbox());
    checks.push(checks::repository(&workspace));
    match &loaded {
        Ok(resolved) => checks.push(Check::ok("settings", sources(resolved))),
        Err(Failure::User { message, .. }) => checks.push(Check::fail("settings", message, "mend the file at that line")),
        Err(_) => {}
    }
    for check in &checks {
        print(check, console)?;
    }
    if let Ok(resolved) = &loaded {
        print_settings(resolved, console)?;
    }
    let failed = checks.iter().any(|check| check.level == Level::Fail);
    Ok(if failed { Exit::Precondition } else { Exit::Done })
}

fn print(check: &Check, console: &mut Console) -> Result<(), Failure> {
    let level = match check.level {
        Level::Ok => "ok  ",
        Level::Warn => "warn",
        Level::Fail => "FAIL",
    };
    console.line(format!("{level}  {:<10}  {}", check.name, Clean::line(&check.found)))?;
    if !check.next.is_empty() {
        console.line(format!("{:18}-> {}", "", Clean::line(&check.next)))?;
    }
    Ok(())
}

/// Says which sources took part.
fn sources(resolved: &Resolved) -> String {
    let user = settings::user_file().map_or_else(|| "none".to_owned(), |path| path.display().to_string());
    let set = resolved
        .values
        .iter()
        .filter(|value| !matches!(value.origin, Origin::BuiltIn | Origin::Model))
        .count();
    format!("{set} set by you, the rest built in; your file: {user}")
}

fn print_settings(resolved: &Resolved, console: &mut Console) -> Result<(), Failure> {
    console.line("")?;
    for value in &resolved.values {
        let text = format!("{} = {}", value.key, value.value);
        console.line(format!(
            "      {}  ({})",
            Clean::line(&text),
            Clean::line(&value.origin.to_string())
        ))?;
    }
    for value in &resolved.ignored {
        let text = format!("{} = {}", value.key, value.value);
        console.line(format!(
            "warn  {}  ({}): ignored, a project may set only [verify]",
            Clean::line(&text),
            Clean::line(&value.origin.to_string())
        ))?;
    }
    Ok(())
}
