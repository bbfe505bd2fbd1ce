//! `longhaul demo`: a scripted model over real HTTP builds a small project with real tools.
//!
//! Owns where it is built and which settings it needs; the script is data in `assets/demo`.
//! Invariant: it needs no key and no network, and touches nothing but its own new directory and the state directory.

use super::args::DemoArgs;
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::launch::{Launch, Show, launch, runtime};
use super::{settings, words};
use crate::config::Settings;
use crate::git::Repo;
use crate::process::which;
use crate::protocol::Autonomy;
use crate::provider::Key;
use crate::provider::scripted::{MODEL, Script, Server, Speed};
use crate::store::ProjectDir;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the demo builds.
const SPEC: &str = include_str!("../../assets/demo/app_spec.txt");

/// The script's files in their order; joined they are one script.
const SCRIPT: [&str; 9] = [
    include_str!("../../assets/demo/00-script.toml"),
    include_str!("../../assets/demo/10-initializer.toml"),
    include_str!("../../assets/demo/20-coding.toml"),
    include_str!("../../assets/demo/30-coding.toml"),
    include_str!("../../assets/demo/40-coding.toml"),
    include_str!("../../assets/demo/50-coding.toml"),
    include_str!("../../assets/demo/60-coding.toml"),
    include_str!("../../assets/demo/70-coding.toml"),
    include_str!("../../assets/demo/90-asides.toml"),
];

/// Features a session of the script builds.
const FEATURES_PER_SESSION: u32 = 3;
/// A small window, so that one of the script's sessions fills it and hands off. The script's sizes are made for it.
const WINDOW: u64 = 24_000;
/// A question waits this long at speed 1, so that a demo that is only watched goes on when nobody answers.
const QUESTION: Duration = Duration::from_secs(8);
/// Pause between sessions at speed 1, so that the end card can be read.
const PAUSE: Duration = Duration::from_millis(1_500);

/// Runs the command.
///
/// # Errors
/// Fails if a program is missing or the directory cannot be used.
pub fn run(args: &DemoArgs, console: &mut Console) -> Result<Exit, Failure> {
    let show = Show::of(&args.output)?;
    for program in ["git", "sh", "awk"] {
        if which(program, None).is_none() {
            return Err(Failure::unready(format!(
                "the demo project needs `{program}`, which is not on PATH; install it"
            )));
        }
    }
    let mut settings = demo_settings(args.speed, args.autonomy)?;
    let runtime = runtime()?;
    let script = Script::parse(&SCRIPT.join("\n")).map_err(|error| Failure::Internal(error.into()))?;
    ProjectDir::check_writable(&ProjectDir::state_root()?)?;
    let workspace = make_workspace(args.dir.as_deref())?;
    let dir = ProjectDir::for_workspace(&workspace)?;
    let server = {
        let _inside = runtime.enter();
        Server::start(script, Speed(args.speed))
            .map_err(|error| Failure::unready(format!("the demo's model server cannot start: {error}")))?
    };
    settings.base_url = server.base_url();
    console.note(format!(
        "building a small project in {} with a scripted model",
        words::path(&workspace)
    ))?;
    let plan = Launch {
        checkout: workspace.clone(),
        workspace,
        worktree: None,
        dir,
        settings,
        spec: Some(SPEC.to_owned()),
        trust_list: false,
        persons: Vec::new(),
        key: Key::none(),
        question_timeout: patience(args.speed, args.autonomy, show),
        guided: args.autonomy <= Autonomy::Commits,
        show,
        orders: args.output.orders,
    };
    Ok(launch(&runtime, plan, console)?.exit)
}

/// The built-in settings with what the script needs, and the user's for the screen and for notices.
fn demo_settings(speed: f64, autonomy: Autonomy) -> Result<Settings, Failure> {
    let user = settings::load(None)?.settings;
    Ok(Settings {
        model: MODEL.to_owned(),
        context_window: WINDOW,
        features_per_session: FEATURES_PER_SESSION,
        autonomy,
        session_pause_ms: u64::try_from(at_speed(PAUSE, speed).as_millis()).unwrap_or(u64::MAX),
        // A machine without a git identity can show the demo too.
        author: Some(("longhaul demo".to_owned(), "demo@longhaul.invalid".to_owned())),
        ui: user.ui,
        notify: user.notify,
        ..Settings::builtin()
    })
}

/// How long a question waits. Who is asked about commits on a screen is there to answer: it waits as long as in any run.
fn patience(speed: f64, autonomy: Autonomy, show: Show) -> Duration {
    if show == Show::Screen && autonomy <= Autonomy::Commits {
        Duration::from_secs(Settings::builtin().question_timeout_seconds)
    } else {
        at_speed(QUESTION, speed)
    }
}

/// Scales a wait as the script's own waits are; speed 0 waits for nothing.
fn at_speed(wait: Duration, speed: f64) -> Duration {
    if speed > 0.0 {
        Duration::try_from_secs_f64(wait.as_secs_f64() / speed).unwrap_or(wait)
    } else {
        Duration::ZERO
    }
}

/// Makes the directory, its repository and the spec in it; refuses one that holds anything.
fn make_workspace(dir: Option<&Path>) -> Result<PathBuf, Failure> {
    let dir = match dir {
        Some(dir) => dir.to_owned(),
        None => tempfile::Builder::new()
            .prefix("longhaul-demo-")
            .tempdir()
            .map_err(|error| Failure::unready(format!("no temporary directory can be made: {error}; name one with --dir")))?
            .keep(),
    };
    match fs::read_dir(&dir).map(Iterator::count) {
        Ok(1..) => {
            return Err(Failure::unready(format!(
                "{} is not empty; name a directory that is empty or does not exist",
                words::path(&dir)
            )));
        }
        Ok(0) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(Failure::unready(format!(
                "{} cannot be used: {error}; name a directory that is empty or does not exist",
                words::path(&dir)
            )));
        }
    }
    let repo = Repo::init(&dir)?;
    let spec = repo.workdir().join("app_spec.txt");
    fs::write(&spec, SPEC).map_err(|error| Failure::unready(format!("{} cannot be written: {error}", words::path(&spec))))?;
    Ok(repo.workdir().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_parses() {
        assert!(Script::parse(&SCRIPT.join("\n")).unwrap().turns() > 20);
    }

    #[test]
    fn a_directory_with_anything_in_it_is_refused_untouched() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("mine"), "x").unwrap();
        assert!(matches!(make_workspace(Some(dir.path())), Err(Failure::User { .. })));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        let made = make_workspace(Some(&dir.path().join("new/app"))).unwrap();
        assert!(made.join(".git").exists());
        assert_eq!(fs::read_to_string(made.join("app_spec.txt")).unwrap(), SPEC);
    }

    #[test]
    fn a_question_waits_for_whoever_takes_part_and_not_for_a_watcher() {
        for autonomy in [Autonomy::Manual, Autonomy::Commits] {
            assert!(
                patience(50.0, autonomy, Show::Screen) >= Duration::from_secs(600),
                "{autonomy:?}"
            );
            assert_eq!(patience(0.0, autonomy, Show::Lines), Duration::ZERO);
        }
        assert_eq!(patience(1.0, Autonomy::Auto, Show::Screen), QUESTION);
        assert_eq!(patience(0.0, Autonomy::Deferred, Show::Json), Duration::ZERO);
    }

    #[test]
    fn waits_scale_with_the_speed() {
        assert_eq!(at_speed(Duration::from_secs(4), 2.0), Duration::from_secs(2));
        assert_eq!(at_speed(Duration::from_secs(4), 0.0), Duration::ZERO);
    }
}
