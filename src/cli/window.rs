//! `longhaul window`: what the next session will read, by section, with sizes and what changed since the last one.

use super::args::ReadArgs;
use super::console::Console;
use super::failure::Failure;
use super::{project, settings};
use crate::link;
use crate::protocol::window::{LineChange, NextWindow, Place, SectionPreview};
use crate::protocol::{Answer, Query};
use crate::ui::page::next_window::ruled;
use crate::ui::text::{Clean, format};
use std::sync::mpsc;

/// Runs the command.
///
/// # Errors
/// Fails if the project, its log or its notes cannot be read.
pub fn run(args: &ReadArgs, console: &mut Console) -> Result<(), Failure> {
    let place = project::place(&args.dir)?;
    let mut settings = settings::load(Some(&place.checkout))?.settings;
    settings.feature_list = project::list(&place, None)?;
    let client = link::offline_in(place.dir, &place.workspace, &settings, None);
    let (sender, answer) = mpsc::sync_channel(1);
    client.ask(
        Query::NextWindow,
        Box::new(move |answer| {
            // Nobody waits any more only if this command is being killed.
            let _ = sender.send(answer);
        }),
    );
    match answer.recv() {
        Ok(Answer::NextWindow(next)) if args.json => console.json(&next)?,
        Ok(Answer::NextWindow(next)) => print(&next, console)?,
        Ok(Answer::Failed { message }) => return Err(Failure::unready(message)),
        Ok(_) | Err(_) => return Err(Failure::unready("the next window was not looked up; try again")),
    }
    Ok(())
}

fn print(next: &NextWindow, console: &mut Console) -> Result<(), Failure> {
    console.line(format!(
        "session {}, {}: about {} tokens of {} ({})",
        next.session.0,
        next.role,
        format::count(next.tokens),
        format::count(next.context_window),
        Clean::line(&next.model)
    ))?;
    for reason in next.unlikely.iter().chain(&next.doubts) {
        console.line(format!("but: {}", Clean::line(reason)))?;
    }
    match next.compared_with {
        Some(session) => console.line(format!("compared with session {}", session.0))?,
        None => console.line("compared with nothing: the log has no sections of a session of this role")?,
    }
    let mut place = None;
    for section in &next.sections {
        if place != Some(section.place) {
            console.line(match section.place {
                Place::System => "\n=== system prompt ===",
                Place::First => "\n=== first message ===",
            })?;
            place = Some(section.place);
        }
        print_section(section, next.compared_with.is_some(), console)?;
    }
    Ok(())
}

fn print_section(section: &SectionPreview, compared: bool, console: &mut Console) -> Result<(), Failure> {
    let (added, removed) = section.changes();
    let mut facts = vec![format!("{} tokens", format::count(section.tokens))];
    if (added, removed) != (0, 0) {
        facts.push(format!("+{added} -{removed}"));
    }
    facts.extend(ruled(section).map(str::to_owned));
    if section.later {
        facts.push("runs at the session's start; this is how it ended last".into());
    }
    console.line(format!(
        "\n--- {} ({})",
        Clean::line(section.section.as_str()),
        facts.join(", ")
    ))?;
    if section.is_off() {
        return Ok(());
    }
    if compared {
        for line in &section.lines {
            let mark = match line.change {
                LineChange::Same => ' ',
                LineChange::Added => '+',
                LineChange::Removed => '-',
            };
            console.line(format!("{mark} {}", Clean::line(&line.text)).trim_end())?;
        }
    } else {
        console.line(Clean::block(&section.text).as_str())?;
    }
    Ok(())
}
