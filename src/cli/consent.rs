//! Asks before an agent's commands run unconfined.
//!
//! Invariant: without a typed `yes` on a terminal, or the flag, no run starts.

use super::args::RunArgs;
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use crate::config::Settings;
use crate::protocol::event::Limits;
use crate::ui::text::{Clean, format};
use std::io::{self, BufRead, IsTerminal as _};
use std::path::Path;

/// Says how commands run, and asks unless the flag agrees already.
///
/// # Errors
/// Fails if there is nobody to ask, or the answer is not `yes`.
pub fn ask(args: &RunArgs, settings: &Settings, workspace: &Path, console: &mut Console) -> Result<(), Failure> {
    if args.yes_unconfined {
        return Ok(());
    }
    if args.output.is_headless() || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::user(
            Exit::Usage,
            "the agent's commands would run unconfined, as you, and nobody can be asked here; if you agree, add --yes-unconfined",
        ));
    }
    for line in question(settings, workspace) {
        console.note(&line)?;
    }
    console.prompt("Type yes to start: ")?;
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::unready(format!("cannot read the answer: {error}")))?;
    if answer.trim().eq_ignore_ascii_case("yes") {
        Ok(())
    } else {
        Err(Failure::user(
            Exit::Stopped,
            "not started: only the whole word yes starts a run",
        ))
    }
}

fn question(settings: &Settings, workspace: &Path) -> Vec<String> {
    let limits = limits(&settings.limits);
    vec![
        "The agent's commands will run unconfined: they can read, change and send".to_owned(),
        "anything that you can. This version has no sandbox: use a container or a".to_owned(),
        "machine of its own for what matters.".to_owned(),
        String::new(),
        format!("  project  {}", Clean::line(&workspace.display().to_string())),
        format!(
            "  model    {} at {}",
            Clean::line(&settings.model),
            Clean::line(&settings.base_url)
        ),
        format!("  limits   {limits}"),
        String::new(),
    ]
}

/// Says the limits in force in one line.
fn limits(limits: &Limits) -> String {
    let parts = [
        limits.cost.map(|cost| cost.to_string()),
        limits.tokens.map(|tokens| format!("{} tokens", format::tokens(tokens))),
        limits
            .seconds
            .map(|seconds| format::duration_ms(seconds.saturating_mul(1000))),
        limits.sessions.map(|sessions| format::plural(sessions as usize, "session")),
        limits
            .turns
            .map(|turns| format!("{} a session", format::plural(turns as usize, "turn"))),
    ];
    let set: Vec<String> = parts.into_iter().flatten().collect();
    if set.is_empty() {
        "none: it goes on until every feature passes; see `longhaul run --help`".to_owned()
    } else {
        set.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Cost;

    #[test]
    fn limits_are_said_in_one_line() {
        assert!(limits(&Limits::default()).starts_with("none"));
        let all = Limits {
            cost: Some(Cost(25_000_000_000)),
            seconds: Some(28_800),
            sessions: Some(1),
            ..Limits::default()
        };
        assert_eq!(limits(&all), "$25.00, 8h00m, 1 session");
    }
}
