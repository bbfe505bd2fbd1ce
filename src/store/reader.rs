//! Reading the log from start to end, streaming.
//!
//! Never writes, never blocks on damage: what cannot be read is reported and skipped. Invariant: returns
//! exactly the events that the healer would keep, so a reader and the next writer agree on the log.

use super::lines::{self, Ending, Line};
use super::segment::Segment;
use super::sequence::{Finding, Sequencer};
use super::{ProjectDir, StoreError};
use crate::protocol::{Envelope, Event, Seq};
use std::fs::File;
use std::io::{BufReader, ErrorKind};
use std::path::{Path, PathBuf};

/// Bytes read at once.
pub(super) const BUFFER: usize = 256 << 10;

/// Something in the log that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The segment.
    pub path: PathBuf,
    /// Line number within it, from 1.
    pub line: u64,
    /// What is wrong, one line.
    pub reason: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.reason)
    }
}

/// A log as read.
#[derive(Debug, Default)]
pub struct ReadLog {
    /// Events in order.
    pub envelopes: Vec<Envelope>,
    /// What was skipped or is missing.
    pub problems: Vec<Problem>,
}

/// Reads all events from number `from` on (that one included).
///
/// # Errors
/// Fails if a directory or file cannot be read; damaged content is no error.
pub fn read(dir: &ProjectDir, from: Seq) -> Result<ReadLog, StoreError> {
    let mut envelopes = Vec::new();
    let problems = scan(dir, from, |envelope| envelopes.push(envelope))?;
    Ok(ReadLog { envelopes, problems })
}

/// Hands all events from number `from` on (that one included) to `each` without keeping them, and returns the problems.
///
/// # Errors
/// Fails if a directory or file cannot be read; damaged content is no error.
pub fn scan(dir: &ProjectDir, from: Seq, mut each: impl FnMut(Envelope)) -> Result<Vec<Problem>, StoreError> {
    let segments = dir.segments()?;
    let first = start_segment(&segments, from)?;
    let mut sequencer = Sequencer::default();
    let mut problems = Vec::new();
    for segment in segments.get(first..).unwrap_or_default() {
        scan_segment(&segment.path, &mut sequencer, &mut problems, &mut |envelope| {
            if envelope.seq >= from {
                each(envelope);
            }
        })?;
    }
    Ok(problems)
}

/// Finds what `pick` takes from an event of the newest session that has such an event: the first of them there. Reads no further
/// than that, so it is for what a session says once, at its start.
///
/// # Errors
/// Fails if a directory or file cannot be read; damaged content is passed over.
pub fn latest<T>(dir: &ProjectDir, pick: impl Fn(&Event) -> Option<T>) -> Result<Option<T>, StoreError> {
    for segment in dir.segments()?.iter().rev() {
        let mut reader = BufReader::with_capacity(BUFFER, open(&segment.path)?);
        let mut buffer = Vec::new();
        while lines::read_line(&mut reader, &mut buffer)
            .map_err(StoreError::io("read", &segment.path))?
            .0
            != Ending::Nothing
        {
            if let Line::Event(envelope, _) = lines::parse(&buffer)
                && let Some(found) = pick(&envelope.event)
            {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

/// Finds the newest event that `pick` takes something from. Reads session after session, the newest first, each to its end.
///
/// # Errors
/// As [`latest`].
pub fn last<T>(dir: &ProjectDir, pick: impl Fn(&Event) -> Option<T>) -> Result<Option<T>, StoreError> {
    for segment in dir.segments()?.iter().rev() {
        let mut found = None;
        let mut sequencer = Sequencer::default();
        scan_segment(&segment.path, &mut sequencer, &mut Vec::new(), &mut |envelope| {
            found = pick(&envelope.event).or(found.take());
        })?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Reads one segment to its end. Its last event may still be held by the sequencer unless this flushes it, which it does:
/// a jump across segments is judged by the line that follows within the same file only.
pub(super) fn scan_segment(
    path: &Path,
    sequencer: &mut Sequencer,
    problems: &mut Vec<Problem>,
    each: &mut dyn FnMut(Envelope),
) -> Result<(), StoreError> {
    let mut reader = BufReader::with_capacity(BUFFER, open(path)?);
    let (mut buffer, mut found, mut number) = (Vec::new(), Vec::new(), 0_u64);
    loop {
        let (ending, taken) = lines::read_line(&mut reader, &mut buffer).map_err(StoreError::io("read", path))?;
        number += 1;
        let problem = match ending {
            Ending::Nothing => break,
            Ending::Torn => {
                problems.push(Problem {
                    path: path.to_owned(),
                    line: number,
                    reason: format!("{taken} bytes of an unfinished event; they are moved aside when the next run begins"),
                });
                break;
            }
            Ending::TooLong => Some(format!("a line of {taken} bytes; skipped")),
            Ending::Whole => take(lines::parse(&buffer), number, sequencer, &mut found),
        };
        if let Some(reason) = problem {
            if ending == Ending::TooLong {
                sequencer.bad();
            }
            problems.push(Problem {
                path: path.to_owned(),
                line: number,
                reason,
            });
        }
        deliver(&mut found, path, problems, each);
    }
    sequencer.flush(&mut found);
    deliver(&mut found, path, problems, each);
    Ok(())
}

/// Passes a parsed line to the sequencer; returns what is wrong with the line itself.
pub(super) fn take(line: Line, number: u64, sequencer: &mut Sequencer, found: &mut Vec<Finding>) -> Option<String> {
    match line {
        Line::Event(envelope, remark) => {
            sequencer.push(envelope, number, found);
            remark
        }
        Line::Bad(reason) => {
            sequencer.bad();
            Some(reason)
        }
        Line::Empty => Some("an empty line".to_owned()),
    }
}

/// Sorts findings into events and problems.
pub(super) fn deliver(found: &mut Vec<Finding>, path: &Path, problems: &mut Vec<Problem>, each: &mut dyn FnMut(Envelope)) {
    for finding in found.drain(..) {
        match finding {
            Finding::Event(envelope) => each(*envelope),
            Finding::Problem { line, reason } => problems.push(Problem {
                path: path.to_owned(),
                line,
                reason,
            }),
        }
    }
}

/// Finds the last segment that begins at or before `from`, so that the ones before it need not be read.
pub(super) fn start_segment(segments: &[Segment], from: Seq) -> Result<usize, StoreError> {
    if from.0 <= 1 {
        return Ok(0);
    }
    for (index, segment) in segments.iter().enumerate().rev() {
        if first_seq(&segment.path)?.is_some_and(|first| first <= from) {
            return Ok(index);
        }
    }
    Ok(0)
}

fn first_seq(path: &Path) -> Result<Option<Seq>, StoreError> {
    let mut reader = BufReader::new(open(path)?);
    let mut buffer = Vec::new();
    let (ending, _) = lines::read_line(&mut reader, &mut buffer).map_err(StoreError::io("read", path))?;
    Ok(match (ending, lines::parse(&buffer)) {
        (Ending::Whole, Line::Event(envelope, _)) => Some(envelope.seq),
        _ => None,
    })
}

/// Opens a segment; a directory or a vanished file says so.
pub(super) fn open(path: &Path) -> Result<File, StoreError> {
    let file = File::open(path).map_err(StoreError::io("open", path))?;
    let meta = file.metadata().map_err(StoreError::io("look at", path))?;
    if meta.is_file() {
        Ok(file)
    } else {
        Err(StoreError::io("read", path)(ErrorKind::InvalidInput.into()))
    }
}
