//! Output of any size in bounded memory: the first 16 MB whole, head and tail for showing, everything counted.

use std::collections::VecDeque;

/// Bytes of output that are kept whole.
pub const WHOLE_CAP: usize = 16 * 1024 * 1024;

/// Past this many bytes the whole cap is reserved at once, so that growth never copies (untouched pages cost nothing).
const RESERVE_AT: usize = 256 * 1024;

/// What a child printed, standard output and error in the order they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    /// For reading: everything, or head and tail with a line between them that says how many bytes are left out. Lossy UTF-8.
    pub shown: String,
    /// The first 16 MB, byte for byte.
    pub whole: Vec<u8>,
    /// How many bytes were printed in all; more than `whole.len()` if it was cut.
    pub total: u64,
}

/// Collects output as it comes.
#[derive(Debug)]
pub(super) struct Capture {
    head: usize,
    tail: usize,
    cap: usize,
    whole: Vec<u8>,
    /// The last `tail` bytes of what came after the cap.
    ring: VecDeque<u8>,
    total: u64,
}

impl Capture {
    pub(super) fn new(head: usize, tail: usize) -> Self {
        Self::with_cap(head, tail, WHOLE_CAP)
    }

    fn with_cap(head: usize, tail: usize, cap: usize) -> Self {
        Self {
            head: head.min(cap),
            tail,
            cap,
            whole: Vec::new(),
            ring: VecDeque::new(),
            total: 0,
        }
    }

    /// Takes the next bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let (kept, over) = bytes.split_at(bytes.len().min(self.cap - self.whole.len()));
        if self.whole.len() + kept.len() > RESERVE_AT && self.whole.capacity() < self.cap {
            self.whole.reserve_exact(self.cap - self.whole.len());
        }
        self.whole.extend_from_slice(kept);
        let over = &over[over.len().saturating_sub(self.tail)..];
        let excess = (self.ring.len() + over.len()).saturating_sub(self.tail);
        self.ring.drain(..excess);
        self.ring.extend(over);
    }

    /// Ends the collection.
    pub(super) fn finish(self) -> Captured {
        let Self {
            head,
            tail,
            whole,
            ring,
            total,
            ..
        } = self;
        let shown = if total <= (head as u64).saturating_add(tail as u64) {
            // What came after the cap is at most a tail long, so the ring has all of it.
            let rest: Vec<u8> = ring.into();
            if rest.is_empty() {
                String::from_utf8_lossy(&whole).into_owned()
            } else {
                String::from_utf8_lossy(&[&whole[..], &rest].concat()).into_owned()
            }
        } else {
            cut(head, tail, &whole, &ring, total)
        };
        Captured { shown, whole, total }
    }
}

/// Joins head, a line on what is missing, and tail.
fn cut(head: usize, tail: usize, whole: &[u8], ring: &VecDeque<u8>, total: u64) -> String {
    let head = without_split_end(&whole[..head.min(whole.len())]);
    let mut end: Vec<u8> = Vec::with_capacity(tail);
    if ring.len() < tail {
        let from_whole = (tail - ring.len()).min(whole.len() - head.len());
        end.extend_from_slice(&whole[whole.len() - from_whole..]);
    }
    end.extend(ring.iter());
    let end = &end[ceil_boundary(&end)..];
    let missing = total - head.len() as u64 - end.len() as u64;
    let mut shown = String::from_utf8_lossy(head).into_owned();
    if !shown.is_empty() && !shown.ends_with('\n') {
        shown.push('\n');
    }
    shown.push_str(&format!("… {missing} bytes left out …\n"));
    shown.push_str(&String::from_utf8_lossy(end));
    shown
}

/// Drops a character from the end that the cut has split.
fn without_split_end(bytes: &[u8]) -> &[u8] {
    for back in 1..=bytes.len().min(3) {
        let at = bytes.len() - back;
        if !is_continuation(bytes[at]) {
            let wants = bytes[at].leading_ones() as usize;
            return if wants > back { &bytes[..at] } else { bytes };
        }
    }
    bytes
}

/// Moves a cut at the start of a tail up past the rest of a split character.
fn ceil_boundary(bytes: &[u8]) -> usize {
    bytes.iter().take(3).take_while(|&&byte| is_continuation(byte)).count()
}

const fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn collect(head: usize, tail: usize, cap: usize, chunks: &[&[u8]]) -> Captured {
        let mut capture = Capture::with_cap(head, tail, cap);
        for chunk in chunks {
            capture.push(chunk);
        }
        capture.finish()
    }

    #[test]
    fn short_output_is_shown_as_it_is() {
        let got = collect(4, 4, 100, &[b"abc", b"defgh"]);
        assert_eq!(got.shown, "abcdefgh");
        assert_eq!(got.total, 8);
    }

    #[test]
    fn long_output_is_head_count_tail() {
        let got = collect(4, 3, 100, &[b"abcdefghijkl"]);
        assert_eq!(got.shown, "abcd\n… 5 bytes left out …\njkl");
        assert_eq!(got.whole, b"abcdefghijkl");
    }

    #[test]
    fn tail_spans_the_cap() {
        let got = collect(2, 6, 8, &[b"abcdefgh", b"ij"]);
        assert_eq!(got.shown, "ab\n… 2 bytes left out …\nefghij");
        assert_eq!(got.whole, b"abcdefgh");
        assert_eq!(got.total, 10);
    }

    #[test]
    fn characters_are_not_split() {
        let text = "ééééé".as_bytes();
        let got = collect(3, 3, 100, &[text]);
        assert_eq!(got.shown, "é\n… 6 bytes left out …\né");
    }

    #[test]
    fn invalid_utf8_is_replaced_only_where_shown() {
        let got = collect(10, 10, 100, &[b"a\xff\xfeb"]);
        assert_eq!(got.shown, "a\u{fffd}\u{fffd}b");
        assert_eq!(got.whole, b"a\xff\xfeb");
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            cuts in proptest::collection::vec(0usize..300, 0..8),
            head in 0usize..60, tail in 0usize..60, cap in 0usize..200,
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.push(bytes.len());
            cuts.sort_unstable();
            let mut from = 0;
            let chunks: Vec<&[u8]> = cuts.into_iter().map(|to| { let chunk = &bytes[from..to]; from = to; chunk }).collect();
            prop_assert_eq!(collect(head, tail, cap, &chunks), collect(head, tail, cap, &[&bytes]));
        }

        #[test]
        fn nothing_is_lost_uncounted(text in "[a-zé\n]{0,300}", head in 0usize..60, tail in 0usize..60, cap in 0usize..200) {
            let got = collect(head, tail, cap, &[text.as_bytes()]);
            prop_assert_eq!(got.total, text.len() as u64);
            prop_assert_eq!(&got.whole[..], &text.as_bytes()[..text.len().min(cap)]);
            match got.shown.split_once("… ").and_then(|(start, rest)| rest.split_once(" bytes left out …\n").map(|(n, end)| (start, n, end))) {
                None => prop_assert_eq!(got.shown, text),
                Some((start, n, end)) => {
                    let missing: usize = n.parse().unwrap();
                    prop_assert!(text.ends_with(end));
                    let kept = text.len() - missing - end.len();
                    prop_assert!(start.starts_with(&text[..kept]) && start[kept..].trim_end_matches('\n').is_empty());
                    prop_assert!(kept <= head && end.len() <= tail);
                }
            }
        }
    }
}
