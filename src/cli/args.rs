//! The command line as data: the one source of parsing, `--help`, completions and the man page.
//!
//! Owns names and help texts only. Invariant: a value that is also a setting is passed on as typed, so that
//! there is one place that judges it.

mod features;
mod moves;

pub use features::{FeaturesArgs, FeaturesCommand, FeaturesList, Said, SetArgs};
pub use moves::{FinishArgs, MoveArgs, RollbackArgs, WayArgs};

use super::exit;
use crate::protocol::Autonomy;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use std::path::PathBuf;

/// A terminal supervisor for long-running coding agents.
///
/// Without a command it opens the project in DIR, or in this directory: the live run if there is one, else its past. A project of
/// another harness is only looked at: nothing is written into it, and nothing of it is run.
#[derive(Debug, Parser)]
#[command(name = "longhaul", version, args_conflicts_with_subcommands = true, max_term_width = 100, after_help = exit::help(), after_long_help = long_help())]
pub struct Cli {
    /// Without a command: the project to open [default: this directory]
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Without a command: the project's feature list, where it has several
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build the project in DIR, session after session, until every feature passes
    Run(Box<RunArgs>),
    /// Watch a scripted agent build a small project: no key, no cost, real files, tests and commits
    Demo(DemoArgs),
    /// Print where the project stands
    Status(ReadArgs),
    /// List the features, from a project or from a feature list file
    Features(FeaturesArgs),
    /// List the sessions
    Sessions(ReadArgs),
    /// List what waits for you in the project's run
    Gates(ReadArgs),
    /// List the rules about commands that run without asking, or revoke one
    Rules(RulesArgs),
    /// List the checkpoints: what a project can be taken back to
    Checkpoints(ReadArgs),
    /// Take files, branch, feature list and notes back to a checkpoint or a commit; the state left is kept
    Rollback(RollbackArgs),
    /// Bring the work of a project's worktree to your branch: merged, as one commit, or left as it is
    Finish(FinishArgs),
    /// Take back the latest rollback
    Undo(MoveArgs),
    /// Do again what was undone last
    Redo(MoveArgs),
    /// Print what the next session will read, by section, and what changed since the last one
    Window(ReadArgs),
    /// Print how the feature list went through the commits: what passed when, and what is worth a look
    History(HistoryArgs),
    /// Run the project's tests once, by hand, and print what failed first
    ///
    /// It reads the tree as it is and takes no lock: a live run of the project goes on beside it, and nothing is recorded.
    Verify(VerifyArgs),
    /// Try out whether a notice reaches you while you look elsewhere
    Notify(NotifyArgs),
    /// Check what longhaul needs on this machine and where each setting comes from
    Doctor(DoctorArgs),
    /// Print the completions for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the man page
    Man,
    /// Tools for longhaul's own making
    #[command(subcommand, hide = true)]
    Debug(DebugCommand),
}

impl Command {
    /// Says whether a program reads what it prints: one JSON value, of a failure too. A run prints its log instead.
    #[must_use]
    pub const fn prints_json(&self) -> bool {
        match self {
            Self::Status(args) | Self::Sessions(args) | Self::Gates(args) | Self::Checkpoints(args) | Self::Window(args) => {
                args.json
            }
            Self::Features(args) => args.list.json,
            Self::Rules(args) => args.list.json,
            Self::Rollback(args) => args.to.json,
            Self::Undo(args) | Self::Redo(args) => args.json,
            Self::History(args) => args.json,
            Self::Verify(args) => args.json,
            _ => false,
        }
    }
}

/// Commands for people who work on longhaul.
#[derive(Debug, Subcommand)]
pub enum DebugCommand {
    /// Draw the README's pictures from a recorded log
    Screenshots {
        /// Where to
        dir: PathBuf,
    },
    /// Stream a made-up run through the real screen, to measure keys under load
    Stream {
        /// Events a second
        #[arg(long, value_name = "N", default_value_t = 1000)]
        rate: u32,
    },
    /// Make a checkpoint, for tests that kill it
    Checkpoint {
        /// The project
        dir: PathBuf,
    },
    /// Commit all files as the engine does, for tests that kill it
    Commit {
        /// The project
        dir: PathBuf,
    },
    /// Make the project's worktree as a run does, for tests that kill it
    Worktree {
        /// The project
        dir: PathBuf,
    },
}

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The project: the top directory of a git repository
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// The project's feature list, where it has several or an unusual one
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// What to build; needed until the project has a feature list [default: DIR/app_spec.txt]
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,
    /// Take the list's word as yours for features that it calls passing and that nothing has shown to pass
    #[arg(long)]
    pub trust_list: bool,
    /// Make DIR, if it is not there, and an empty git repository in it
    #[arg(long)]
    pub create: bool,
    /// Start beside changes that are not committed; what the agent does not change of them stays out of its commits
    #[arg(long)]
    pub allow_dirty: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the command's own")]
    pub place: PlaceArgs,
    /// Agree that the agent's commands run unconfined, as you, without being asked on the terminal
    #[arg(long)]
    pub yes_unconfined: bool,
    /// The model to use, as the provider knows it
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// Where the Messages API is reached
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Features a session may finish before it ends
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub features_per_session: Option<String>,
    /// What waits for you: manual, commits, deferred or auto [default: as configured; without the full-screen view deferred]
    #[arg(long, value_name = "LEVEL")]
    pub autonomy: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the command's own")]
    pub limits: LimitArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the command's own")]
    pub output: OutputArgs,
}

/// Where a run works.
#[derive(Debug, Args)]
pub struct PlaceArgs {
    /// Work in a worktree beside DIR, on a branch of its own [default for a repository with commits that longhaul did not work on]
    #[arg(long, conflicts_with = "in_place")]
    pub worktree: bool,
    /// Work in DIR itself, on its branch [default for all others]
    #[arg(long)]
    pub in_place: bool,
}

/// Limits of a run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// Stop after this many US dollars
    #[arg(long, value_name = "USD", allow_negative_numbers = true)]
    pub max_cost: Option<String>,
    /// Stop after this many tokens, prompts and answers together
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub max_tokens: Option<String>,
    /// Stop after this many sessions
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub max_sessions: Option<String>,
    /// End a session after this many turns
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub max_turns: Option<String>,
    /// Stop after this time: 90m, 8h, 2d
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub max_time: Option<String>,
}

/// How a run is shown.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Print one line per event instead of opening the full-screen view
    #[arg(long)]
    pub headless: bool,
    /// Print the session log's own JSON lines; implies --headless
    #[arg(long)]
    pub json: bool,
    /// Without the full-screen view: take orders from standard input, a line each (`approve 2`, `deny 2 REASON`, `pause`, `steer TEXT`;
    /// `help` lists them)
    #[arg(long)]
    pub orders: bool,
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Where to build it: a directory that is empty or does not exist [default: a new one among the temporary files]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// How fast the scripted model types: 1 as a model does, 0 without any wait
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// What waits for you: manual, commits, deferred or auto
    #[arg(long, value_name = "LEVEL", default_value = "auto", value_parser = level)]
    pub autonomy: Autonomy,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the command's own")]
    pub output: OutputArgs,
}

/// Options of commands that only read.
#[derive(Debug, Args)]
pub struct ReadArgs {
    /// The project
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// The project
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// The project's list, where it has several
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// Print JSON: an object with the commits that made another list, each with its counts, flips and facts
    #[arg(long)]
    pub json: bool,
}

/// Options of `rules`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct RulesArgs {
    #[command(subcommand)]
    #[expect(missing_docs, reason = "a doc comment here would replace the command's own")]
    pub act: Option<RulesCommand>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the command's own")]
    pub list: ReadArgs,
}

/// Names the right order of a command line whose words are right and whose order is not; `line` begins with the program.
#[must_use]
pub fn reordered(line: &[String]) -> Option<String> {
    let words: Vec<&str> = line.iter().skip(1).map(String::as_str).collect();
    let (rules, rest) = words.split_first()?;
    let at = rest.iter().position(|word| *word == "revoke").filter(|at| *at > 0)?;
    let is_rule = |word: &&str| word.strip_prefix(['R', 'r']).unwrap_or(word).parse::<u32>().is_ok();
    let mut others: Vec<&str> = rest
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != at)
        .map(|(_, word)| *word)
        .collect();
    let id = others.iter().rposition(is_rule).map_or("ID", |index| others.remove(index));
    (*rules == "rules").then(|| format!("longhaul rules revoke {id} {}", others.join(" ")))
}

/// What can be done with a rule.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Take a rule back; commands like it are asked about again
    Revoke {
        /// The rule, such as R3
        #[arg(value_name = "ID")]
        id: String,
        /// The project
        #[arg(value_name = "DIR", default_value = ".")]
        dir: PathBuf,
    },
}

/// Options of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The project
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Tell only the tests that this feature names, and whether they prove it; one without tests has its recorded check run again
    #[arg(long, value_name = "ID")]
    pub feature: Option<String>,
    /// Further attempts while tests fail; those that then pass are flaky [default: as configured]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=10))]
    pub retries: Option<u32>,
}

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// The project
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
}

/// Options of `notify`.
#[derive(Debug, Args)]
pub struct NotifyArgs {
    /// Send one notice by every configured way, and say how to tell whether it arrived
    #[arg(long, required = true)]
    pub test: bool,
    /// Send it by this way only: auto, osc9, osc99, osc777, bell, notify-send, command
    #[arg(long, value_name = "WAY")]
    pub backend: Option<String>,
}

impl OutputArgs {
    /// Says whether there is no full-screen view.
    #[must_use]
    pub const fn is_headless(&self) -> bool {
        self.headless || self.json
    }

    /// Says whether nobody is there to decide anything.
    #[must_use]
    pub const fn is_unwatched(&self) -> bool {
        self.is_headless() && !self.orders
    }
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.0..=1000.0).contains(&speed) => Ok(speed),
        _ => Err("must be a number from 0 to 1000".to_owned()),
    }
}

fn level(text: &str) -> Result<Autonomy, String> {
    Autonomy::of(text).ok_or_else(|| format!("must be one of {}", Autonomy::ALL.map(Autonomy::word).join(", ")))
}

fn long_help() -> String {
    format!(
        "{}\n\n\
        Files:\n  \
        $XDG_CONFIG_HOME/longhaul/config.toml  settings; `longhaul doctor` prints them with their sources\n  \
        DIR/longhaul.toml                      the project's own [verify] settings\n  \
        $XDG_STATE_HOME/longhaul/projects/     session logs; LONGHAUL_STATE_DIR names another place\n\n\
        Environment:\n  \
        ANTHROPIC_API_KEY   the key (`key_env` names another variable, `key_command` a program)\n  \
        ANTHROPIC_BASE_URL  where the Messages API is reached\n  \
        LONGHAUL_MODEL      the model\n  \
        LONGHAUL_LOG        what is traced into longhaul.log, such as `debug`\n  \
        NO_COLOR            no colours",
        exit::help()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_sound_and_help_has_the_exit_codes() {
        Cli::command().debug_assert();
        let help = Cli::command().render_long_help().to_string();
        assert!(help.contains("Exit codes:") && help.contains("LONGHAUL_STATE_DIR"), "{help}");
    }

    #[test]
    fn words_in_the_wrong_order_are_told_in_the_right_one() {
        let told = |line: &str| reordered(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let right = Some("longhaul rules revoke R1 ../p".to_owned());
        assert_eq!(told("longhaul rules ../p revoke R1"), right);
        assert_eq!(told("longhaul rules R1 revoke ../p"), right);
        assert_eq!(
            told("longhaul rules ../p revoke").as_deref(),
            Some("longhaul rules revoke ID ../p")
        );
        assert_eq!(told("longhaul rules revoke R1 ../p --nonsense"), None);
        assert_eq!(told("longhaul gates ../p revoke R1"), None);
    }

    #[test]
    fn speeds_are_bounded() {
        let parse = |speed: &str| Cli::try_parse_from(["longhaul", "demo", "--speed", speed]).is_ok();
        assert!(parse("0") && parse("2.5"));
        for bad in ["-1", "NaN", "fast", "inf"] {
            assert!(!parse(bad), "{bad}");
        }
    }
}
