//! A memory of fixed size, and the numbers that stand in it for calls, results and file states.
//!
//! Owns what counts as the same. Invariant: the memory never holds more than it was made for; what is forgotten counts as new.

use crate::protocol::Payload;
use serde_json::Value;
use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The things last seen, by number.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Seen {
    order: VecDeque<u64>,
    known: HashSet<u64>,
}

/// Numbers that a memory holds.
const MOST: usize = 2048;
/// Numbers that one of lines holds.
const LINES: usize = 16_384;

impl Seen {
    /// Remembers a number. Returns whether it was new.
    pub(super) fn note(&mut self, number: u64) -> bool {
        self.note_among(number, MOST)
    }

    /// Remembers the lines of an output. Returns whether any was new. How a command ended is none.
    pub(super) fn note_lines(&mut self, output: &str) -> bool {
        let mut any = false;
        for line in output.lines().filter(|line| says_something(line)).take(LINES / 4) {
            any |= self.note_among(gist(line.trim()), LINES);
        }
        any
    }

    fn note_among(&mut self, number: u64, most: usize) -> bool {
        if !self.known.insert(number) {
            return false;
        }
        self.order.push_back(number);
        if self.order.len() > most
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

/// Makes one number of several parts.
pub(super) fn number(parts: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

/// The number of a call: its tool and its input, however that is laid out.
pub(super) fn call(tool: &str, input: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    tool.hash(&mut hasher);
    match serde_json::from_str::<Value>(input) {
        Ok(value) => canonical(&value, &mut hasher),
        Err(_) => input.hash(&mut hasher),
    }
    hasher.finish()
}

/// The number of an output to the byte, whatever of it is kept.
pub(super) fn output(output: &Payload) -> u64 {
    match &output.blob {
        Some(whole) => number(whole.as_str()),
        None => number(output.text.as_str()),
    }
}

/// Lines that make an output long enough to be known again: many questions have the same answer of one line.
const LONG: usize = 2;

/// Says whether an output is so long that another question would hardly be answered by the same lines.
pub(super) fn is_long(output: &str) -> bool {
    output.lines().filter(|line| says_something(line)).nth(LONG - 1).is_some()
}

/// Says whether the output of a call holds more than how it ended.
pub(super) fn says_something(output: &str) -> bool {
    let is_code = |line: &str| line == "(no output)" || line.starts_with("[exit code ") && line.ends_with(']');
    output.lines().map(str::trim).any(|line| !line.is_empty() && !is_code(line))
}

/// The number of an output apart from what differs between two runs of the same thing: times, addresses in memory, numbers of threads
/// and processes, names of temporary files, ports that the system gave.
pub(super) fn gist(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for line in text.split_inclusive('\n') {
        // Whoever opens a long log waits for this: most lines hold no number.
        if line.bytes().any(|byte| byte.is_ascii_digit()) {
            timeless(line, &mut hasher);
        } else {
            hasher.write(line.as_bytes());
        }
    }
    hasher.finish()
}

fn timeless(line: &str, hasher: &mut DefaultHasher) {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '.' | ':' | '_');
    let mut after_time = false;
    let mut around = Around::new(line);
    for part in line.split_inclusive(|c| !is_word(c)) {
        let word = part.trim_end_matches(|c| !is_word(c));
        let says_nothing = around.names_a_run(word, &part[word.len()..]);
        if is_time(word) || word.starts_with("0x") || says_nothing {
            hasher.write(b"#");
            after_time = !says_nothing;
        } else if !(word.is_empty() || after_time && is_unit(word)) {
            hasher.write(word.as_bytes());
            after_time = false;
        }
        hasher.write(&part.as_bytes()[word.len()..]);
    }
}

/// What of a line tells what a word in it is.
struct Around<'a> {
    /// `thread 'adds' (25081) panicked`, as Rust has it.
    panics: bool,
    before: &'a str,
    above: &'a str,
    /// Below a directory for temporary files, until the next `/`.
    is_temporary: bool,
}

impl<'a> Around<'a> {
    fn new(line: &str) -> Self {
        Self {
            panics: line.trim_start().starts_with("thread '"),
            before: "",
            above: "",
            is_temporary: false,
        }
    }

    /// Says whether a word, which `end` follows, is a number or name that the system gave for this run.
    fn names_a_run(&mut self, word: &'a str, end: &str) -> bool {
        let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        let port = word.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        let numbered = ["pid", "PID", "process", "thread", "goroutine", "pytest"];
        let given = is_number && (numbered.contains(&self.before) || self.panics && end.starts_with(')'))
            || port.is_some_and(|port| port >= EPHEMERAL)
            || self.is_temporary && word.bytes().any(|byte| byte.is_ascii_digit() || byte == b'.');
        if end.starts_with('/') {
            self.is_temporary = TEMPORARY.contains(&word) && (self.above.is_empty() || word == "T");
            self.above = word;
        } else if !(end.is_empty() || end.starts_with('-')) {
            (self.is_temporary, self.above) = (false, "");
        }
        if !word.is_empty() {
            self.before = word;
        }
        given
    }
}

/// The first port that Linux gives to whoever does not ask for one.
const EPHEMERAL: u16 = 32_768;

/// Directories that hold temporary files: of most systems, and of macOS.
const TEMPORARY: [&str; 2] = ["tmp", "T"];

/// `0.52`, `12ms`, `1.5s`, `10:41:07.25`. A whole number alone is none: it may be a line, a count, a port.
fn is_time(word: &str) -> bool {
    let figures = word.trim_end_matches(|c: char| c.is_alphabetic());
    let unit = &word[figures.len()..];
    let shape = |c: char| c.is_ascii_digit() || matches!(c, '.' | ':');
    let told = figures.starts_with(|c: char| c.is_ascii_digit()) && figures.chars().all(shape);
    let clock = figures.split(':').count() == 3;
    let fraction = figures.split('.').count() == 2 && figures.ends_with(|c: char| c.is_ascii_digit());
    told && (clock || is_unit(unit) || fraction && unit.is_empty())
}

/// A unit may stand apart from its number, which is then a whole one in one run and a fraction in the next.
fn is_unit(word: &str) -> bool {
    matches!(word, "ns" | "us" | "µs" | "ms" | "s" | "sec" | "secs" | "seconds")
}

/// The order of an object's keys says nothing.
fn canonical(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(key, _)| *key);
            fields.len().hash(hasher);
            for (key, value) in fields {
                key.hash(hasher);
                canonical(value, hasher);
            }
        }
        Value::Array(items) => {
            items.len().hash(hasher);
            items.iter().for_each(|item| canonical(item, hasher));
        }
        Value::String(text) => text.trim_end().hash(hasher),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string().hash(hasher),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_the_same_however_its_input_is_laid_out() {
        let one = call("bash", r#"{"command":"ls","timeout":5}"#);
        assert_eq!(one, call("bash", "{ \"timeout\": 5,\n \"command\": \"ls\\n\" }"));
        for other in [r#"{"command":"ls"}"#, r#"{"command":"ls","timeout":6}"#, "", "{"] {
            assert_ne!(one, call("bash", other), "{other}");
        }
        assert_ne!(one, call("sh", r#"{"command":"ls","timeout":5}"#));
    }

    #[test]
    fn times_and_addresses_say_nothing_and_all_else_does() {
        let one = gist("ok 1 - adds (0.52s)\nnot ok 2 - at 0x7ffe12 line 40 12ms\n10:41:07 done in 3 s");
        assert_eq!(
            one,
            gist("ok 1 - adds (1.9s)\nnot ok 2 - at 0x10 line 40 7ms\n10:42:11.5 done in 3 s")
        );
        assert_ne!(gist("line 40"), gist("line 41"));
        assert_ne!(gist("12 passed"), gist("13 passed"));
        assert_ne!(gist("localhost:80"), gist("localhost:81"));
        assert_ne!(gist("v1.2.3"), gist("v1.2.4"));
        assert_eq!(gist("finished in 0.3 seconds"), gist("finished in 0.5 seconds"));
    }

    #[test]
    fn what_the_system_gave_for_a_run_says_nothing() {
        for (one, other) in [
            (
                "thread 'adds' (25081) panicked at src/a.rs:4:5",
                "thread 'adds' (25193) panicked at src/a.rs:4:5",
            ),
            ("cannot open /tmp/tmp.Ab12Cd/out", "cannot open /tmp/tmp.Xy98Zw/out"),
            ("in /tmp/.tmpAb1/x/y.rs", "in /tmp/.tmpQr7/x/y.rs"),
            (
                "/tmp/pytest-of-me/pytest-12/test_a0/f",
                "/tmp/pytest-of-me/pytest-13/test_a0/f",
            ),
            ("/var/folders/xy/T/tmp1ab/f", "/var/folders/xy/T/tmp2cd/f"),
            ("killed pid 4711", "killed pid 4712"),
            ("goroutine 12 [running]", "goroutine 19 [running]"),
            ("refused 127.0.0.1:40123", "refused 127.0.0.1:51877"),
        ] {
            assert_eq!(gist(one), gist(other), "{one}");
        }
        for (one, other) in [
            (
                "thread 'adds' (25081) panicked at src/a.rs:4:5",
                "thread 'adds' (25081) panicked at src/a.rs:5:5",
            ),
            ("/tmp/tmp.Ab12Cd/out", "/tmp/tmp.Ab12Cd/in"),
            ("/src/a1/f", "/src/a2/f"),
            ("left: (1)", "left: (2)"),
            ("test 3 failed", "test 4 failed"),
        ] {
            assert_ne!(gist(one), gist(other), "{one}");
        }
    }

    #[test]
    fn a_code_alone_says_nothing() {
        assert!(!says_something("[exit code 1]") && !says_something(" \n[exit code 1]\n"));
        assert!(says_something("no\n[exit code 1]"));
    }

    #[test]
    fn the_memory_forgets_the_oldest_first() {
        let mut seen = Seen::default();
        for number in 0..=MOST as u64 {
            assert!(seen.note(number));
        }
        assert!(!seen.note(1) && !seen.note(MOST as u64), "known");
        assert!(seen.note(0), "forgotten");
        assert_eq!((seen.order.len(), seen.known.len()), (MOST, MOST));
    }
}
