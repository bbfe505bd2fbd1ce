//! L6: the command line: parses it, checks what a command needs, connects the layers below, prints.
//!
//! Owns arguments, exit codes, messages and plain output; the full-screen view is `ui`'s. The only layer that
//! knows of all others. Invariant: a command that refuses to start has changed nothing and says in one
//! message what, where, and what to do next.

pub mod args;
mod checkpoints;
mod consent;
pub mod console;
mod debug;
mod demo;
mod doctor;
mod editor;
pub mod exit;
pub mod failure;
mod features;
mod finish;
mod gates;
mod gone;
mod headless;
mod history;
mod key;
mod launch;
mod manual;
mod moving;
mod notice;
mod open;
mod orders;
mod preflight;
mod project;
mod replay;
mod rollback;
mod rules;
mod run;
mod sessions;
mod settings;
mod signals;
mod status;
mod summary;
mod verify;
mod window;
mod words;
mod workplace;

use crate::protocol::Target;
use args::{Cli, Command};
use clap::Parser as _;
use console::Console;
use exit::Exit;
use failure::Failure;
use serde::Serialize;
use std::process::ExitCode;

/// Runs the program with the process's own arguments and streams.
#[must_use]
pub fn main() -> ExitCode {
    // Traces of internal errors; user errors never get here.
    let _ = color_eyre::config::HookBuilder::default()
        .display_env_section(false)
        .install();
    crate::process::hide_from_children();
    crate::process::adopt();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            let line: Vec<String> = std::env::args().collect();
            if let Some(right) = args::reordered(&line) {
                let _ = Console::standard().note(format!(
                    "longhaul: the words are wanted in this order: {}",
                    crate::ui::text::Clean::line(&right)
                ));
            }
            return if error.use_stderr() { Exit::Usage } else { Exit::Done }.into();
        }
    };
    let mut console = Console::standard();
    let json = cli.command.as_ref().is_some_and(Command::prints_json);
    match dispatch(cli, &mut console) {
        Ok(exit) => exit.into(),
        Err(failure) => report(failure, json, &mut console).into(),
    }
}

fn dispatch(cli: Cli, console: &mut Console) -> Result<Exit, Failure> {
    match cli.command {
        Some(Command::Status(args)) => status::run(&args, console).map(|()| Exit::Done),
        Some(Command::Features(args)) => features::run(&args, console).map(|()| Exit::Done),
        Some(Command::Gates(args)) => gates::run(&args, console).map(|()| Exit::Done),
        Some(Command::Rules(args)) => rules::run(&args, console).map(|()| Exit::Done),
        Some(Command::Sessions(args)) => sessions::run(&args, console).map(|()| Exit::Done),
        Some(Command::Checkpoints(args)) => checkpoints::run(&args, console).map(|()| Exit::Done),
        Some(Command::Rollback(args)) => rollback::rollback(&args, console).map(|()| Exit::Done),
        Some(Command::Finish(args)) => finish::run(&args, console).map(|()| Exit::Done),
        Some(Command::Undo(args)) => rollback::undo(&Target::Undo, &args, console).map(|()| Exit::Done),
        Some(Command::Redo(args)) => rollback::undo(&Target::Redo, &args, console).map(|()| Exit::Done),
        Some(Command::Window(args)) => window::run(&args, console).map(|()| Exit::Done),
        Some(Command::Notify(args)) => notice::trial(&args, console).map(|()| Exit::Done),
        Some(Command::History(args)) => history::run(&args, console).map(|()| Exit::Done),
        Some(Command::Verify(args)) => verify::run(&args, console),
        Some(Command::Doctor(args)) => doctor::run(&args, console),
        Some(Command::Completions { shell }) => manual::completions(shell, console).map(|()| Exit::Done),
        Some(Command::Man) => manual::man(console).map(|()| Exit::Done),
        Some(Command::Run(args)) => run::run(&args, console),
        Some(Command::Demo(args)) => demo::run(&args, console),
        Some(Command::Debug(command)) => debug::run(&command, console).map(|()| Exit::Done),
        None => match open::run(cli.dir.as_deref(), cli.list.as_deref(), console)? {
            None => Ok(Exit::Done),
            Some(line) => dispatch(Cli::parse_from(line), console),
        },
    }
}

/// What a program that asked for JSON reads of a command that failed.
#[derive(Debug, Serialize)]
struct Failed<'a> {
    error: &'a str,
    exit_code: u8,
}

fn report(failure: Failure, json: bool, console: &mut Console) -> Exit {
    match failure {
        Failure::User { exit, message } => {
            if json && !console.has_printed() {
                let failed = Failed {
                    error: &message,
                    exit_code: exit.code(),
                };
                let _ = console.json(&failed);
            }
            // Messages quote file names and other people's words.
            let _ = console.note(format!("longhaul: {}", crate::ui::text::Clean::block(&message)));
            exit
        }
        Failure::Internal(report) => {
            let _ = console.note(format!("longhaul: internal error, please report it:\n{report:?}"));
            Exit::Internal
        }
        Failure::NobodyReads => Exit::Done,
    }
}
