//! A decoder for server-sent events: bytes in, events out.
//!
//! Owns the format (WHATWG HTML, "Server-sent events"); does no IO and knows nothing of models.
//! Invariant: how the bytes are cut into chunks changes nothing.

/// An event line longer than this is not the API's.
const LONGEST: usize = 64 << 20;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SseEvent {
    /// Its `event` field, `message` if it has none.
    pub event: String,
    /// Its `data` lines, joined by line feeds.
    pub data: String,
}

/// Raised by a line or an event larger than 64 MB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLong;

/// The decoder's state between chunks.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    line: Vec<u8>,
    event: String,
    data: Option<String>,
    started: bool,
    after_carriage_return: bool,
    lines: u64,
}

impl Decoder {
    /// Takes a chunk and appends the events that it completes to `events`.
    pub(super) fn push(&mut self, mut chunk: &[u8], events: &mut Vec<SseEvent>) -> Result<(), TooLong> {
        while !chunk.is_empty() {
            // CR LF is one line end, also if a chunk ends between the two.
            if std::mem::take(&mut self.after_carriage_return) && chunk[0] == b'\n' {
                chunk = &chunk[1..];
                continue;
            }
            let Some(end) = memchr::memchr2(b'\n', b'\r', chunk) else {
                self.grow(chunk)?;
                break;
            };
            self.grow(&chunk[..end])?;
            self.after_carriage_return = chunk[end] == b'\r';
            chunk = &chunk[end + 1..];
            let line = std::mem::take(&mut self.line);
            events.extend(self.take_line(&line));
            self.line = line;
            self.line.clear();
        }
        Ok(())
    }

    /// Counts the whole lines seen so far: the sign of life that timeouts go by.
    pub(super) const fn lines(&self) -> u64 {
        self.lines
    }

    fn grow(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        if self.line.len() + self.data.as_ref().map_or(0, String::len) + bytes.len() > LONGEST {
            return Err(TooLong);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn take_line(&mut self, line: &[u8]) -> Option<SseEvent> {
        self.lines += 1;
        let line = if std::mem::replace(&mut self.started, true) {
            line
        } else {
            line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
        };
        if line.is_empty() {
            return self.dispatch();
        }
        // A whole line at a time, so that a character is never decoded in halves.
        let line = String::from_utf8_lossy(line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            // Comments (an empty field), `id`, `retry` and fields to come.
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<SseEvent> {
        let event = std::mem::take(&mut self.event);
        let data = self.data.take()?;
        let event = if event.is_empty() { "message".to_owned() } else { event };
        Some(SseEvent { event, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<SseEvent> {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        for chunk in chunks {
            decoder.push(chunk, &mut events).unwrap();
        }
        events
    }

    fn event(event: &str, data: &str) -> SseEvent {
        SseEvent {
            event: event.into(),
            data: data.into(),
        }
    }

    const SAMPLE: &str = "\u{feff}: hello\r\nevent: ping\r\ndata: {}\r\n\r\ndata: first\ndata:second\ndata\n\nid: 7\nevent: nothing\n\nretry: 3\rdata: \u{1f980}é:\u{2028}\r\revent: text\ndata:  two spaces\n\ndata: never ended\n";

    fn sample() -> Vec<SseEvent> {
        vec![
            event("ping", "{}"),
            event("message", "first\nsecond\n"),
            event("message", "\u{1f980}é:\u{2028}"),
            event("text", " two spaces"),
        ]
    }

    #[test]
    fn the_format() {
        assert_eq!(decode([SAMPLE.as_bytes()]), sample());
    }

    #[test]
    fn every_split_in_two_and_every_single_byte() {
        let bytes = SAMPLE.as_bytes();
        for cut in 0..=bytes.len() {
            assert_eq!(decode([&bytes[..cut], &bytes[cut..]]), sample(), "cut at {cut}");
        }
        assert_eq!(decode(bytes.chunks(1)), sample());
    }

    #[test]
    fn a_prefix_gives_a_prefix_of_the_events() {
        let bytes = SAMPLE.as_bytes();
        for cut in 0..=bytes.len() {
            let events = decode([&bytes[..cut]]);
            assert!(sample().starts_with(&events), "cut at {cut}: {events:?}");
        }
    }

    #[test]
    fn invalid_utf8_is_replaced_whatever_the_split() {
        let bytes = b"data: a\xf0\x9fb\xff\n\n";
        let whole = decode([&bytes[..]]);
        assert_eq!(whole, [event("message", "a\u{fffd}b\u{fffd}")]);
        assert_eq!(decode(bytes.chunks(1)), whole);
    }

    #[test]
    fn lines_without_end_are_given_up() {
        let mut decoder = Decoder::default();
        let chunk = vec![b'x'; 1 << 20];
        let pushed = (0..65).try_for_each(|_| decoder.push(&chunk, &mut Vec::new()));
        assert_eq!(pushed, Err(TooLong));
    }

    fn pieces() -> impl Strategy<Value = Vec<String>> {
        let field = prop_oneof![
            "event: [a-z_]{0,8}",
            "data: ?[ -~éß🦀]{0,20}",
            ": ?[a-z]{0,5}",
            "id: [0-9]{1,3}",
            "data",
            "[a-z]{0,4}"
        ];
        let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\r")];
        prop::collection::vec(
            (
                field,
                end,
                prop::option::of(prop_oneof![Just("\n"), Just("\r\n"), Just("\r")]),
            ),
            0..20,
        )
        .prop_map(|lines| {
            lines
                .into_iter()
                .map(|(line, end, blank)| format!("{line}{end}{}", blank.unwrap_or("")))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn any_stream_any_chunks(lines in pieces(), bom: bool, mut cuts in prop::collection::vec(0..400_usize, 0..12)) {
            let text = format!("{}{}", if bom { "\u{feff}" } else { "" }, lines.concat());
            let bytes = text.as_bytes();
            cuts.retain(|cut| *cut < bytes.len());
            cuts.sort_unstable();
            let mut chunks = Vec::new();
            let mut from = 0;
            for cut in cuts.into_iter().chain([bytes.len()]) {
                chunks.push(&bytes[from..cut]);
                from = cut;
            }
            let whole = decode([bytes]);
            prop_assert_eq!(&decode(chunks), &whole);
            prop_assert_eq!(decode(bytes.chunks(1)), whole);
        }

        #[test]
        fn any_bytes_any_chunks(bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b':'), Just(b'd'), any::<u8>()], 0..200), size in 1..7_usize) {
            prop_assert_eq!(decode(bytes.chunks(size)), decode([&bytes[..]]));
        }
    }
}
