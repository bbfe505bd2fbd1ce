//! Lines of a log: split on `\n` and nothing else, parsed with patience.
//!
//! Owns how bytes become lines and lines become envelopes; knows no files' meaning. Invariant: memory is
//! bounded by [`MAX_LINE`] whatever the file holds.

use crate::protocol::Envelope;
use std::io::{self, BufRead};

/// Longest line that is kept in memory; longer ones are skipped and reported.
pub(super) const MAX_LINE: usize = 256 << 20;

/// What stood on a line.
#[derive(Debug)]
pub(super) enum Line {
    /// An event, and a remark if something about it was repaired.
    Event(Box<Envelope>, Option<String>),
    /// Not an event; why.
    Bad(String),
    /// Nothing between two line feeds.
    Empty,
}

/// How reading a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// With its line feed.
    Whole,
    /// With its line feed, but it was longer than [`MAX_LINE`] and is not in the buffer.
    TooLong,
    /// Without a line feed: the end of the file.
    Torn,
    /// There was nothing left.
    Nothing,
}

/// Reads one line into `buffer` (without its line feed) and returns how it ended and how many bytes it took.
pub(super) fn read_line(reader: &mut impl BufRead, buffer: &mut Vec<u8>) -> io::Result<(Ending, u64)> {
    buffer.clear();
    let mut taken = 0_u64;
    loop {
        let available = match reader.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            return Ok((if taken == 0 { Ending::Nothing } else { Ending::Torn }, taken));
        }
        let end = memchr::memchr(b'\n', available);
        let part = end.unwrap_or(available.len());
        if buffer.len() < MAX_LINE {
            let room = MAX_LINE - buffer.len();
            buffer.extend_from_slice(&available[..part.min(room)]);
        }
        let used = part + usize::from(end.is_some());
        reader.consume(used);
        taken += used as u64;
        if end.is_some() {
            let too_long = taken > MAX_LINE as u64 + 1;
            return Ok((if too_long { Ending::TooLong } else { Ending::Whole }, taken));
        }
    }
}

/// Parses a line, without its line feed.
pub(super) fn parse(bytes: &[u8]) -> Line {
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    if bytes.is_empty() {
        return Line::Empty;
    }
    let error = match serde_json::from_slice::<Envelope>(bytes) {
        Ok(envelope) => return Line::Event(Box::new(envelope), None),
        Err(error) => error,
    };
    // Bytes that are not UTF-8 inside an otherwise whole event cost those characters, not the event.
    if std::str::from_utf8(bytes).is_err()
        && let Ok(envelope) = Envelope::from_line(&String::from_utf8_lossy(bytes))
    {
        return Line::Event(
            Box::new(envelope),
            Some("it holds bytes that are not UTF-8; they were replaced".into()),
        );
    }
    if bytes.iter().all(|byte| *byte == 0) {
        return Line::Bad(format!("{} zero bytes instead of an event", bytes.len()));
    }
    Line::Bad(format!("not an event: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufReader, Cursor};

    fn endings(bytes: &[u8]) -> Vec<(Vec<u8>, Ending)> {
        // A tiny buffer, so that lines span refills.
        let mut reader = BufReader::with_capacity(3, Cursor::new(bytes));
        let (mut all, mut buffer) = (Vec::new(), Vec::new());
        loop {
            let (ending, _) = read_line(&mut reader, &mut buffer).unwrap();
            if ending == Ending::Nothing {
                return all;
            }
            all.push((buffer.clone(), ending));
        }
    }

    #[test]
    fn only_a_line_feed_ends_a_line() {
        let text = "a\u{2028}b\u{85}\rc\0d\ne\n\nf";
        let lines = endings(text.as_bytes());
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[0], ("a\u{2028}b\u{85}\rc\0d".as_bytes().to_vec(), Ending::Whole));
        assert_eq!(lines[2].0, b"");
        assert_eq!(lines[3], (b"f".to_vec(), Ending::Torn));
    }

    #[test]
    fn bad_utf8_inside_an_event_is_replaced() {
        let mut bytes =
            br#"{"v":1,"seq":1,"time":"2026-01-01T00:00:00Z","session":1,"event":{"type":"note_added","text":"a?b"}}"#.to_vec();
        let at = bytes.iter().position(|byte| *byte == b'?').unwrap();
        bytes[at] = 0xff;
        match parse(&bytes) {
            Line::Event(envelope, Some(_)) => assert!(envelope.to_line().unwrap().contains("a\u{fffd}b")),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn zero_bytes_are_called_so() {
        assert!(matches!(parse(&[0; 9]), Line::Bad(reason) if reason.contains("9 zero bytes")));
        assert!(matches!(parse(b"\r"), Line::Empty));
    }
}
