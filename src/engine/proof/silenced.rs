//! Checks that hold whatever the programs of the project do.
//!
//! Owns trying a check on a copy in which these do nothing, only fail, print something else, or are missing. How a program is silenced is
//! said by `verify::silenced`. Invariant: that a check does not need the programs was seen, and so was that it holds in a copy at all
//! before it counts for the check that it fails without them.

use super::repeats::{LARGEST, NOT_OURS, kind};
use super::scratch::rewrite;
use crate::engine::commit::draft::named;
use crate::engine::context::dispatch::Dispatch;
use crate::engine::error::EngineError;
use crate::git::Repo;
use crate::protocol::CheckRun;
use crate::verify::check::{self, Plan};
use crate::verify::{Repeated, StandIn, caller, in_place_of_binary, is_compiled, is_named, repeated, silenced};
use ignore::WalkBuilder;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Time for trying a check where something must be built first.
const LIMIT: Duration = Duration::from_secs(120);
/// Time on top of three times what the check took, for one that should hold: programs start cold.
const GRACE: Duration = Duration::from_secs(10);
/// Seconds that a program stays at most which stands in the place of one in the background.
const STAYS: u64 = 10;

/// What was seen of a check on copies of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine) enum Need {
    /// It holds without programs at work: the sentence says how.
    Nothing(String),
    /// It fails without them, and holds with them.
    Seen,
    /// Nothing can be told.
    Unknown,
}

/// What is made of a copy's programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variant {
    AsTheyAre,
    StandIns(StandIn),
    Missing,
}

/// A program of the copy.
struct Program {
    /// Within the project.
    name: String,
    /// What it was.
    bytes: Vec<u8>,
}

/// A copy of the project and its programs.
struct Copy {
    place: PathBuf,
    programs: Vec<Program>,
    /// Whether some are compiled, and at work in part when they are silenced.
    compiled: bool,
}

impl Dispatch {
    /// Says whether a check that holds needs the programs of the project. One that is `suspected` to show nothing must hold in a copy
    /// as they are, too; another is tried only if all programs can be silenced.
    ///
    /// # Errors
    /// If a copy cannot be made, or a shell not be started.
    pub(in crate::engine) async fn needs_programs(
        &self,
        run: &CheckRun,
        plan: &Plan,
        suspected: bool,
        cancel: &CancellationToken,
    ) -> Result<Need, EngineError> {
        // With other texts in the data as well, what is only read out of these is no finding here.
        let looked = repeated(run).filter(|_| !suspected);
        let Some(tree) = &run.tree else {
            return Ok(Need::Unknown);
        };
        let project = &self.project;
        let scratch = project.dir.root().join("scratch").join("silenced");
        let head = project.git(Repo::head).await?;
        // What git ignores stays away: what an earlier build left there would be found by a build that does nothing.
        let limit = LIMIT.min(plan.timeout);
        let place = project
            .lay_out_repository(tree, head.as_ref(), &scratch, limit, cancel)
            .await?;
        let steps = run.check.steps.iter();
        let commands = steps.map(|step| step.command.as_str()).collect::<Vec<_>>().join("\n");
        // What cannot be read or written cannot be judged.
        let is_test = |path: &str| project.guard.is_test(Path::new(path));
        let need = match copy(place, looked.as_ref(), &commands, &is_test) {
            Ok(copy) if !copy.programs.is_empty() && (suspected || !copy.compiled) => {
                let trial = Trial {
                    copy,
                    commands,
                    run,
                    plan,
                    cancel,
                };
                trial.need(suspected).await?
            }
            _ => Need::Unknown,
        };
        // Best effort: files of ours that stay are in nobody's way.
        let _ = fs::remove_dir_all(&scratch);
        Ok(need)
    }
}

/// The trials of one check, one after the other in one copy: what they leave there the check leaves in the project too.
struct Trial<'a> {
    copy: Copy,
    commands: String,
    run: &'a CheckRun,
    plan: &'a Plan,
    cancel: &'a CancellationToken,
}

impl Trial<'_> {
    async fn need(&self, suspected: bool) -> Result<Need, EngineError> {
        let stays = if backgrounds(&self.commands) {
            (self.run.duration_ms / 1000 + 1).min(STAYS)
        } else {
            0
        };
        let all = self.copy.programs.iter().map(|program| program.name.clone());
        let (named_here, others): (Vec<String>, Vec<String>) = all.partition(|name| is_named(&self.commands, name));
        let is_called = !named_here.is_empty();
        let programs = named(if is_called { &named_here } else { &others });
        for (stand_in, what, how) in [
            (StandIn::Idle, "do nothing", "did nothing and ended well"),
            (StandIn::Failing, "only fail", "did nothing and ended with exit code 1"),
            (
                StandIn::Other(stays),
                "only print something else",
                "printed seven lines of other words and ended well",
            ),
        ] {
            match self.holds(Variant::StandIns(stand_in)).await? {
                None => return Ok(Need::Unknown),
                Some(false) => {}
                // One that calls no program of the project, and does without all of them, may show something else of it.
                Some(true) if !suspected && !is_called && self.holds(Variant::Missing).await? != Some(false) => {
                    return Ok(Need::Unknown);
                }
                Some(true) => {
                    return Ok(Need::Nothing(format!(
                        "it holds with programs that {what} too (tried on a copy in which {programs} {how})"
                    )));
                }
            }
        }
        if !suspected {
            return Ok(Need::Unknown);
        }
        Ok(match self.holds(Variant::AsTheyAre).await? {
            Some(true) => Need::Seen,
            _ => Need::Unknown,
        })
    }

    /// Whether the check holds on the copy with these programs; `None`: they could not be written, or it was stopped.
    async fn holds(&self, variant: Variant) -> Result<Option<bool>, EngineError> {
        if self.copy.set(variant, &self.commands).is_err() {
            return Ok(None);
        }
        let took = Duration::from_millis(self.run.duration_ms);
        let limit = match variant {
            _ if self.copy.compiled => LIMIT,
            Variant::AsTheyAre => took * 3 + GRACE,
            Variant::StandIns(StandIn::Other(stays)) => check::patience(took) + Duration::from_secs(stays * 2),
            _ => check::patience(took),
        };
        let plan = Plan {
            cwd: self.copy.place.clone(),
            elsewhere: true,
            timeout: limit.min(self.plan.timeout),
            ..self.plan.clone()
        };
        let ran = check::run(plan, self.cancel.clone()).await?;
        Ok((!ran.cancelled).then(|| ran.run.holds()))
    }
}

/// Finds the programs of a copy, and changes in its data what is looked for there.
fn copy(place: PathBuf, looked: Option<&Repeated>, commands: &str, is_test: &dyn Fn(&str) -> bool) -> io::Result<Copy> {
    let mut walk = WalkBuilder::new(&place);
    walk.standard_filters(false).follow_links(false);
    walk.filter_entry(|entry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || name != ".git" && !NOT_OURS.contains(&name.as_ref())
    });
    let (mut programs, mut compiled) = (Vec::new(), false);
    let is_file = |entry: &ignore::DirEntry| entry.file_type().is_some_and(|kind| kind.is_file());
    for path in walk.build().flatten().filter(is_file).map(ignore::DirEntry::into_path) {
        let name = path.strip_prefix(&place).unwrap_or(&path).to_string_lossy().into_owned();
        let bytes = fs::read(&path)?;
        compiled |= is_compiled(&name);
        // Tests stay: without them a run of none of them would end well.
        if is_test(&name) {
            continue;
        }
        if instead(&path, &name, &bytes, commands, StandIn::Idle)?.is_some() {
            programs.push(Program { name, bytes });
        } else if let (Some(looked), Ok(text)) = (looked, str::from_utf8(&bytes))
            && kind(&name, &[commands.to_owned()]).is_some()
            && bytes.len() as u64 <= LARGEST
            && !looked.found(text).is_empty()
        {
            rewrite(&path, looked.change(text).as_bytes())?;
        }
    }
    Ok(Copy {
        place,
        programs,
        compiled,
    })
}

/// What stands in the place of a file, if it is a program that can be silenced.
fn instead(path: &Path, name: &str, bytes: &[u8], commands: &str, stand_in: StandIn) -> io::Result<Option<String>> {
    let Ok(text) = str::from_utf8(bytes) else {
        let runs = path.metadata()?.mode() & 0o111 != 0;
        return Ok(runs.then(|| in_place_of_binary(stand_in)));
    };
    let made = silenced(name, text, caller(commands, name), stand_in);
    Ok(made.map(|made| made.text))
}

/// Whether commands leave something running in the background.
fn backgrounds(commands: &str) -> bool {
    let bytes = commands.as_bytes();
    let at = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied();
    let is_alone = |place: usize| {
        let (before, after) = (at(place.checked_sub(1)), at(place.checked_add(1)));
        !matches!(before, Some(b'&' | b'>' | b'<' | b'|')) && !matches!(after, Some(b'&' | b'>'))
    };
    commands.match_indices('&').any(|(place, _)| is_alone(place))
}

impl Copy {
    /// Puts the variant's programs there.
    fn set(&self, variant: Variant, commands: &str) -> io::Result<()> {
        for program in &self.programs {
            let path = self.place.join(&program.name);
            match variant {
                Variant::AsTheyAre => rewrite(&path, &program.bytes)?,
                Variant::StandIns(stand_in) => {
                    let made = instead(&path, &program.name, &program.bytes, commands, stand_in)?;
                    rewrite(&path, made.unwrap_or_default().as_bytes())?;
                }
                Variant::Missing => fs::remove_file(&path)?,
            }
        }
        Ok(())
    }
}
