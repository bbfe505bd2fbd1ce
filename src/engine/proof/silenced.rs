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
    None(String),
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

/// A copy with other programs.
#[derive(Debug, Default)]
struct Made {
    /// Whose place was taken, by path.
    programs: Vec<String>,
    /// Whether some are compiled, and at work in part.
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
        let mut trial = Trial {
            dispatch: self,
            run,
            plan,
            suspected,
            looked,
            programs: Vec::new(),
            cancel,
        };
        let idle = trial.holds(Variant::StandIns(StandIn::Idle)).await?;
        let (Some(idle), programs) = (idle, named(&trial.programs)) else {
            return Ok(Need::Unknown);
        };
        let failing = !idle && trial.holds(Variant::StandIns(StandIn::Failing)).await? == Some(true);
        // Without programs of the project a check may show something else of it.
        if (idle || failing) && (suspected || trial.holds(Variant::Missing).await? == Some(false)) {
            let (what, how) = if idle {
                ("do nothing", "ended well")
            } else {
                ("only fail", "ended with exit code 1")
            };
            return Ok(Need::None(format!(
                "it holds with programs that {what} too (tried on a copy in which {programs} did nothing and {how})"
            )));
        }
        if idle || failing || !suspected {
            return Ok(Need::Unknown);
        }
        Ok(match trial.holds(Variant::AsTheyAre).await? {
            Some(true) => Need::Seen,
            _ => Need::Unknown,
        })
    }
}

/// The trials of one check.
struct Trial<'a> {
    dispatch: &'a Dispatch,
    run: &'a CheckRun,
    plan: &'a Plan,
    suspected: bool,
    looked: Option<Repeated>,
    programs: Vec<String>,
    cancel: &'a CancellationToken,
}

impl Trial<'_> {
    /// Whether the check holds on a copy; `None`: there is nothing to silence, or it was stopped.
    async fn holds(&mut self, variant: Variant) -> Result<Option<bool>, EngineError> {
        let project = &self.dispatch.project;
        let Some(tree) = &self.run.tree else { return Ok(None) };
        let scratch = project.dir.root().join("scratch").join("silenced");
        let until = Instant::now() + LIMIT.min(self.plan.timeout);
        let place = project.copy(tree, &scratch, until, self.cancel).await?;
        let commands: Vec<&str> = self.run.check.steps.iter().map(|step| step.command.as_str()).collect();
        let made = silence(&place, &commands.join("\n"), variant, self.looked.as_ref());
        let held = match made {
            Ok(made) if made.programs.is_empty() || made.compiled && !self.suspected => None,
            // What cannot be written cannot be judged.
            Err(_) => None,
            Ok(made) => {
                self.programs = made.programs;
                let took = Duration::from_millis(self.run.duration_ms);
                let limit = if made.compiled { LIMIT } else { took * 3 + GRACE };
                let plan = Plan {
                    cwd: place,
                    timeout: limit.min(self.plan.timeout),
                    ..self.plan.clone()
                };
                let ran = check::run(plan, self.cancel.clone()).await?;
                (!ran.cancelled).then(|| ran.run.holds())
            }
        };
        // Best effort: files of ours that stay are in nobody's way.
        let _ = fs::remove_dir_all(&scratch);
        Ok(held)
    }
}

/// Makes the programs of a copy do nothing, or takes them away, and changes what is looked for in its data.
fn silence(place: &Path, commands: &str, variant: Variant, looked: Option<&Repeated>) -> io::Result<Made> {
    let mut made = Made::default();
    let mut walk = WalkBuilder::new(place);
    walk.standard_filters(false).follow_links(false);
    walk.filter_entry(|entry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || name != ".git" && !NOT_OURS.contains(&name.as_ref())
    });
    // All are found before the first is made anew.
    let entries: Vec<PathBuf> = walk
        .build()
        .flatten()
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(ignore::DirEntry::into_path)
        .collect();
    for path in entries {
        let name = path.strip_prefix(place).unwrap_or(&path).to_string_lossy().into_owned();
        let bytes = fs::read(&path)?;
        let stand_in = match variant {
            Variant::StandIns(stand_in) => stand_in,
            _ => StandIn::Idle,
        };
        let instead = match String::from_utf8(bytes) {
            Ok(text) => {
                made.compiled |= is_compiled(&name);
                let instead = silenced(&name, &text, caller(commands, &name), stand_in);
                match (instead, looked) {
                    (None, Some(looked)) if text.len() as u64 <= LARGEST && !looked.found(&text).is_empty() => {
                        rewrite(&path, looked.change(&text).as_bytes())?;
                        None
                    }
                    (instead, _) => instead.map(|instead| instead.text),
                }
            }
            Err(_) => runs(&path)?.then(|| format!("#!/bin/sh\nexit {}\n", i32::from(stand_in == StandIn::Failing))),
        };
        let Some(instead) = instead else { continue };
        match variant {
            Variant::AsTheyAre => {}
            Variant::StandIns(_) => rewrite(&path, instead.as_bytes())?,
            Variant::Missing => fs::remove_file(&path)?,
        }
        made.programs.push(name);
    }
    Ok(made)
}

fn runs(path: &Path) -> io::Result<bool> {
    Ok(path.metadata()?.mode() & 0o111 != 0)
}
