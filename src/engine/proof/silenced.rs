//! Checks that hold whatever the programs of the project do.
//!
//! Owns trying a check on copies in which these do nothing, only fail, or are missing. How a program is silenced is said by
//! `verify::silenced`. Invariant: that a check does not need the programs was seen, and so was that it holds in a copy at all before it
//! counts for the check that it fails without them.

use super::repeats::{LARGEST, NOT_OURS};
use super::scratch::rewrite;
use crate::engine::commit::draft::named;
use crate::engine::context::dispatch::Dispatch;
use crate::engine::error::EngineError;
use crate::protocol::CheckRun;
use crate::verify::check::{self, Plan};
use crate::verify::{Repeated, StandIn, caller, is_compiled, repeated, silenced};
use ignore::WalkBuilder;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Time for trying a check where something must be built first.
const LIMIT: Duration = Duration::from_secs(120);
/// Time on top of three times what the check took: a copy is made, and programs start cold.
const GRACE: Duration = Duration::from_secs(10);

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
        let until = Instant::now() + LIMIT.min(plan.timeout);
        let place = project.copy(tree, &scratch, until, cancel).await?;
        let steps = run.check.steps.iter();
        let commands = steps.map(|step| step.command.as_str()).collect::<Vec<_>>().join("\n");
        // What cannot be read or written cannot be judged.
        let need = match copy(place, looked.as_ref(), &commands) {
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
        let Some(idle) = self.holds(Variant::StandIns(StandIn::Idle)).await? else {
            return Ok(Need::Unknown);
        };
        let names: Vec<String> = self.copy.programs.iter().map(|program| program.name.clone()).collect();
        let programs = named(&names);
        let failing = !idle && self.holds(Variant::StandIns(StandIn::Failing)).await? == Some(true);
        // Without programs of the project a check may show something else of it.
        if (idle || failing) && (suspected || self.holds(Variant::Missing).await? == Some(false)) {
            let (what, how) = if idle {
                ("do nothing", "ended well")
            } else {
                ("only fail", "ended with exit code 1")
            };
            return Ok(Need::Nothing(format!(
                "it holds with programs that {what} too (tried on a copy in which {programs} did nothing and {how})"
            )));
        }
        if idle || failing || !suspected {
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
        let limit = if self.copy.compiled { LIMIT } else { took * 3 + GRACE };
        let plan = Plan {
            cwd: self.copy.place.clone(),
            timeout: limit.min(self.plan.timeout),
            ..self.plan.clone()
        };
        let ran = check::run(plan, self.cancel.clone()).await?;
        Ok((!ran.cancelled).then(|| ran.run.holds()))
    }
}

/// Finds the programs of a copy, and changes in its data what is looked for there.
fn copy(place: PathBuf, looked: Option<&Repeated>, commands: &str) -> io::Result<Copy> {
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
        if instead(&path, &name, &bytes, commands, StandIn::Idle)?.is_some() {
            programs.push(Program { name, bytes });
        } else if let (Some(looked), Ok(text)) = (looked, str::from_utf8(&bytes))
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
        return Ok(runs.then(|| format!("#!/bin/sh\nexit {}\n", i32::from(stand_in == StandIn::Failing))));
    };
    let made = silenced(name, text, caller(commands, name), stand_in);
    Ok(made.map(|made| made.text))
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
