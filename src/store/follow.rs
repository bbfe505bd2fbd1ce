//! Following a log that another process, or another thread, is writing.
//!
//! Polls; reads only what is new; goes on to new segments. Invariant: every event is returned once, in order,
//! and never before its line feed is there.

use super::lines::{self, Ending};
use super::reader::{self, BUFFER, Problem};
use super::segment::Segment;
use super::sequence::{Finding, Sequencer};
use super::{ProjectDir, StoreError};
use crate::protocol::{Envelope, Seq};
use std::io::{BufReader, Seek as _, SeekFrom};

/// A place in a growing log.
#[derive(Debug)]
pub struct Follower {
    dir: ProjectDir,
    from: Seq,
    place: Option<Place>,
    sequencer: Sequencer,
    problems: Vec<Problem>,
}

#[derive(Debug)]
struct Place {
    segment: Segment,
    // Behind the last whole line that was read.
    offset: u64,
    line: u64,
}

impl Follower {
    /// Follows from event `from` on (that one included). Touches nothing until polled.
    #[must_use]
    pub fn new(dir: &ProjectDir, from: Seq) -> Self {
        Self {
            dir: dir.clone(),
            from,
            place: None,
            sequencer: Sequencer::default(),
            problems: Vec::new(),
        }
    }

    /// Returns the events written since the last call; none is no error.
    ///
    /// # Errors
    /// Fails if the log cannot be read, or became shorter than what was read.
    pub fn poll(&mut self) -> Result<Vec<Envelope>, StoreError> {
        let mut events = Vec::new();
        loop {
            // Listed before reading: once a newer segment exists, nothing more is written to the one at hand.
            let segments = self.dir.segments()?;
            if self.place.is_none() {
                let start = reader::start_segment(&segments, self.from)?;
                let Some(segment) = segments.get(start) else {
                    return Ok(events);
                };
                self.place = Some(Place::start_of(segment));
            }
            self.read_on(&mut events)?;
            let newer = segments
                .iter()
                .find(|segment| self.place.as_ref().is_some_and(|place| place.is_before(segment)));
            match newer {
                Some(segment) => self.place = Some(Place::start_of(segment)),
                None => return Ok(events),
            }
        }
    }

    /// Returns and forgets the problems met so far.
    pub fn take_problems(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.problems)
    }

    fn read_on(&mut self, events: &mut Vec<Envelope>) -> Result<(), StoreError> {
        let Some(place) = &mut self.place else { return Ok(()) };
        let path = &place.segment.path;
        let mut file = reader::open(path)?;
        let length = file.metadata().map_err(StoreError::io("look at", path))?.len();
        if length < place.offset {
            return Err(StoreError::Cut { path: path.clone() });
        }
        if length == place.offset {
            return Ok(());
        }
        file.seek(SeekFrom::Start(place.offset))
            .map_err(StoreError::io("read", path))?;
        let mut reader = BufReader::with_capacity(BUFFER, file);
        let (mut buffer, mut found) = (Vec::new(), Vec::<Finding>::new());
        loop {
            let (ending, taken) = lines::read_line(&mut reader, &mut buffer).map_err(StoreError::io("read", path))?;
            let reason = match ending {
                // An unfinished line may be one that is being written: it is read again from its start.
                Ending::Nothing | Ending::Torn => break,
                Ending::TooLong => {
                    self.sequencer.bad();
                    Some(format!("a line of {taken} bytes; skipped"))
                }
                Ending::Whole => reader::take(lines::parse(&buffer), place.line + 1, &mut self.sequencer, &mut found),
            };
            place.offset += taken;
            place.line += 1;
            self.problems.extend(reason.map(|reason| Problem {
                path: path.clone(),
                line: place.line,
                reason,
            }));
        }
        // A live log cannot wait for the next line to judge a jump.
        self.sequencer.flush(&mut found);
        let from = self.from;
        reader::deliver(&mut found, path, &mut self.problems, &mut |envelope| {
            if envelope.seq >= from {
                events.push(envelope);
            }
        });
        Ok(())
    }
}

impl Place {
    fn start_of(segment: &Segment) -> Self {
        Self {
            segment: segment.clone(),
            offset: 0,
            line: 0,
        }
    }

    fn is_before(&self, segment: &Segment) -> bool {
        let key = |segment: &Segment| (segment.session, segment.time, segment.path.clone());
        key(&self.segment) < key(segment)
    }
}
