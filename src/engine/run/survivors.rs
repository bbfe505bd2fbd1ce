//! What a run that was killed left running, and its end.
//!
//! Owns the file `processes` of the state directory: the marks of the processes that ran this project. Invariant: a mark is in the
//! file before anything that carries it is started, and goes only after all that carried it was stopped.

use crate::engine::error::EngineError;
use crate::process::{self, Stopped};
use crate::protocol::event::{ExternalChangeSeen, ExternalKind};
use crate::store::ProjectDir;
use std::io;
use std::path::PathBuf;

/// Commands named to a person.
const NAMED: usize = 20;

/// Writes this process's mark down and returns those before it. To be called with the project's lock held: so their processes are
/// dead, or are this one.
///
/// # Errors
/// Fails if the file cannot be read or written.
pub fn remember(dir: &ProjectDir) -> Result<Vec<String>, EngineError> {
    let failed = |source| EngineError::File {
        what: format!("{} cannot be used", file(dir).display()),
        source,
    };
    let before = match std::fs::read(file(dir)) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(failed(error)),
    };
    let dead: Vec<String> = before
        .lines()
        .filter(|mark| *mark != process::mark())
        .map(str::to_owned)
        .collect();
    write(dir, &dead).map_err(failed)?;
    Ok(dead)
}

/// Stops what still carries one of these marks, and forgets them. Returns what a person must know of it.
pub async fn reap(dir: &ProjectDir, dead: Vec<String>) -> Option<ExternalChangeSeen> {
    let mut stopped = Vec::new();
    for mark in &dead {
        stopped.extend(process::reap(mark).await);
    }
    // If this fails the next run looks for them once more and finds nothing.
    if let Err(error) = write(dir, &[]) {
        tracing::warn!(%error, "the marks of earlier runs stay");
    }
    told(stopped, |processes| match processes {
        1 => "1 process that a killed run had left running was stopped".to_owned(),
        n => format!("{n} processes that a killed run had left running were stopped"),
    })
}

/// Does both at once for a caller that has no runtime to wait in.
///
/// # Errors
/// Fails if the file cannot be read or written, or no thread can be had to wait in.
pub fn reap_now(dir: &ProjectDir) -> Result<Option<ExternalChangeSeen>, EngineError> {
    let dead = remember(dir)?;
    if dead.is_empty() {
        return Ok(None);
    }
    let wait = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(runtime.block_on(reap(dir, dead)))
    };
    // On a thread of its own: the caller's may belong to a runtime after all, and one cannot be waited for inside another.
    let waited = std::thread::scope(|scope| scope.spawn(wait).join());
    let stopped: io::Result<_> = waited.unwrap_or_else(|_| Err(io::Error::other("the thread that stopped them ended early")));
    stopped.map_err(|source| EngineError::File {
        what: "what a killed run left running cannot be stopped".to_owned(),
        source,
    })
}

/// Says what was stopped, in words for so many processes; `None` if there was nothing.
pub fn told(stopped: Vec<Stopped>, words: impl Fn(usize) -> String) -> Option<ExternalChangeSeen> {
    let count = stopped.len();
    if count == 0 {
        return None;
    }
    let detail = words(count);
    tracing::warn!(?stopped, "{detail}");
    let mut paths: Vec<String> = stopped.into_iter().take(NAMED).map(|one| one.command).collect();
    if count > NAMED {
        paths.push(format!("and {} more", count - NAMED));
    }
    Some(ExternalChangeSeen {
        what: ExternalKind::Processes,
        paths,
        detail,
    })
}

/// Replaces the file: these marks, then our own.
fn write(dir: &ProjectDir, dead: &[String]) -> io::Result<()> {
    let lines: String = dead
        .iter()
        .map(String::as_str)
        .chain([process::mark()])
        .map(|mark| format!("{mark}\n"))
        .collect();
    let new = file(dir).with_extension("new");
    std::fs::write(&new, lines)?;
    std::fs::rename(new, file(dir))
}

fn file(dir: &ProjectDir) -> PathBuf {
    dir.root().join("processes")
}
