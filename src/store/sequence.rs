//! Numbers of events: what is in order, what is missing, what lies.
//!
//! Pure. Invariant: the envelopes let through have strictly growing numbers, and damage to one number costs
//! at most that one event.

use crate::protocol::{Envelope, Seq};

/// Decides line by line which events belong to the log. One line is one number, so a bad line explains one missing number.
#[derive(Debug, Default)]
pub(super) struct Sequencer {
    last: Option<Seq>,
    bad_since: u64,
    // An event whose number jumps ahead, held until the next line tells a lost stretch from a damaged number.
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    envelope: Box<Envelope>,
    expected: Seq,
    line: u64,
    bad_behind: u64,
}

/// What the sequencer says of a line, in terms of line numbers handed to it.
#[derive(Debug, PartialEq)]
pub(super) enum Finding {
    /// The event belongs to the log.
    Event(Box<Envelope>),
    /// Something is wrong at a line.
    Problem {
        /// Line number, from 1.
        line: u64,
        /// What.
        reason: String,
    },
}

impl Sequencer {
    /// Returns the number of the last event let through, counting bad lines behind it: the next event's number is one more.
    pub(super) fn last(&self) -> Seq {
        Seq(self.last.unwrap_or_default().0 + self.bad_since)
    }

    /// Takes note of a line that is no event.
    pub(super) fn bad(&mut self) {
        self.bad_since += 1;
        if let Some(held) = &mut self.held {
            held.bad_behind += 1;
        }
    }

    /// Takes an event from `line`.
    pub(super) fn push(&mut self, envelope: Box<Envelope>, line: u64, out: &mut Vec<Finding>) {
        if let Some(held) = self.held.take() {
            let goes_on_below = envelope.seq < held.envelope.seq && self.last.is_none_or(|last| envelope.seq > last);
            if goes_on_below {
                // The log goes on from before the jump: it was the held event's number that is damaged.
                out.push(Finding::Problem {
                    line: held.line,
                    reason: format!(
                        "its number is {} where {} belongs; left out",
                        held.envelope.seq, held.expected
                    ),
                });
                self.bad_since += 1;
            } else {
                self.accept_jump(held, out);
            }
        }
        match self.last {
            Some(last) if envelope.seq <= last => {
                out.push(Finding::Problem {
                    line,
                    reason: format!("its number {} was already used (last was {last}); left out", envelope.seq),
                });
                self.bad_since += 1;
            }
            Some(last) if envelope.seq.0 > last.0 + 1 + self.bad_since => {
                let expected = Seq(last.0 + 1 + self.bad_since);
                self.held = Some(Held {
                    envelope,
                    expected,
                    line,
                    bad_behind: 0,
                });
            }
            _ => self.accept(envelope, out),
        }
    }

    /// Lets a held event through at the end of the log.
    pub(super) fn flush(&mut self, out: &mut Vec<Finding>) {
        if let Some(held) = self.held.take() {
            self.accept_jump(held, out);
        }
    }

    fn accept_jump(&mut self, held: Held, out: &mut Vec<Finding>) {
        let missing = held.envelope.seq.0 - held.expected.0;
        out.push(Finding::Problem {
            line: held.line,
            reason: format!("{missing} events before {} are missing", held.envelope.seq),
        });
        self.accept(held.envelope, out);
        self.bad_since = held.bad_behind;
    }

    fn accept(&mut self, envelope: Box<Envelope>, out: &mut Vec<Finding>) {
        self.last = Some(envelope.seq);
        self.bad_since = 0;
        out.push(Finding::Event(envelope));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::event::NoteAdded;
    use crate::protocol::{FORMAT_VERSION, SessionNo};

    /// Feeds numbers (0 = a bad line) and returns the numbers let through, the lines complained about, and the last number.
    fn run(numbers: &[u64]) -> (Vec<u64>, Vec<u64>, u64) {
        let (mut sequencer, mut out) = (Sequencer::default(), Vec::new());
        for (index, number) in numbers.iter().enumerate() {
            if *number == 0 {
                sequencer.bad();
                continue;
            }
            let envelope = Envelope {
                v: FORMAT_VERSION,
                seq: Seq(*number),
                time: jiff::Timestamp::UNIX_EPOCH,
                session: SessionNo(1),
                event: NoteAdded { text: String::new() }.into(),
            };
            sequencer.push(Box::new(envelope), index as u64 + 1, &mut out);
        }
        sequencer.flush(&mut out);
        let mut result = (Vec::new(), Vec::new(), sequencer.last().0);
        for finding in out {
            match finding {
                Finding::Event(envelope) => result.0.push(envelope.seq.0),
                Finding::Problem { line, .. } => result.1.push(line),
            }
        }
        result
    }

    #[test]
    fn a_bad_line_explains_one_missing_number() {
        assert_eq!(run(&[1, 2, 0, 4]), (vec![1, 2, 4], vec![], 4));
        assert_eq!(run(&[1, 2, 0, 0]), (vec![1, 2], vec![], 4));
    }

    #[test]
    fn gaps_and_repeats_are_reported() {
        assert_eq!(run(&[1, 2, 5, 6]), (vec![1, 2, 5, 6], vec![3], 6));
        assert_eq!(run(&[1, 2, 2, 3]), (vec![1, 2, 3], vec![3], 3));
        assert_eq!(run(&[1, 9]), (vec![1, 9], vec![2], 9));
    }

    #[test]
    fn one_damaged_number_costs_one_event() {
        assert_eq!(run(&[1, 2, 903, 4, 5]), (vec![1, 2, 4, 5], vec![3], 5));
        assert_eq!(run(&[1, 2, 1, 4, 5]), (vec![1, 2, 4, 5], vec![3], 5));
        assert_eq!(run(&[1, 2, 903, 0, 5]), (vec![1, 2, 5], vec![3], 5));
        assert_eq!(run(&[1, 2, 903, 0]), (vec![1, 2, 903], vec![3], 904));
    }
}
