//! What a run tells before it ends.
//!
//! Owns reading the output again and again while it grows. Invariant: what is told here is for looking at only; results are read once
//! more, from the whole, when the run has ended.

use super::COMMAND_CASE;
use super::format::{self, Left, plain};
use crate::protocol::event::TestRunProgressed;
use crate::protocol::{CaseStatus, TestTotals};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;

/// Time between two words.
const EVERY: Duration = Duration::from_secs(1);
/// Bytes of output up to which results are counted: every word reads all of it again.
const READ: usize = 2 * 1024 * 1024;
/// Characters of the last line.
const LINE: usize = 160;

/// Follows a run's output until its end.
pub(super) async fn follow(root: PathBuf, mut output: mpsc::Receiver<Vec<u8>>, told: mpsc::Sender<TestRunProgressed>) {
    let mut reader = Reader {
        root,
        ..Reader::default()
    };
    let mut clock = tokio::time::interval(EVERY);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // The first tick is at once.
    clock.tick().await;
    let mut news = false;
    loop {
        tokio::select! {
            piece = output.recv() => match piece {
                Some(piece) => {
                    reader.take(&piece);
                    news = true;
                }
                None => return,
            },
            _ = clock.tick(), if news => {
                news = false;
                let Ok((back, word)) = tokio::task::spawn_blocking(move || { let word = reader.word(); (reader, word) }).await else {
                    return;
                };
                reader = back;
                // Whoever is slow misses a word; the next one holds all counts again.
                if told.send(word).await.is_err() {
                    return;
                }
            }
        }
    }
}

#[derive(Debug, Default)]
struct Reader {
    root: PathBuf,
    printed: Vec<u8>,
    /// The end of the output, where no more of it is kept.
    end: Vec<u8>,
    totals: TestTotals,
    failed: BTreeSet<String>,
}

impl Reader {
    fn take(&mut self, piece: &[u8]) {
        if self.printed.len() + piece.len() <= READ {
            self.printed.extend_from_slice(piece);
        }
        self.end.extend_from_slice(piece);
        let over = self.end.len().saturating_sub(8 * LINE);
        self.end.drain(..over);
    }

    fn word(&mut self) -> TestRunProgressed {
        // Of a line that is not whole yet nobody knows what it says.
        let whole = self.printed.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let text = plain(self.printed.get(..whole).unwrap_or_default());
        let cases = format::read(&Left {
            printed: &text,
            reports: &[],
            amiss: &[],
            beside: None,
            exit: None,
            root: &self.root,
            unbuilt: &[],
            go_names: false,
        });
        let mut failed = Vec::new();
        self.totals = TestTotals::default();
        for case in cases.iter().filter(|case| case.name != COMMAND_CASE) {
            match case.status {
                // It may yet come to its end.
                CaseStatus::Failed if case.detail.starts_with(format::UNENDED) || format::tap::is_owed(&case.name) => {}
                CaseStatus::Failed => {
                    self.totals.failed += 1;
                    if self.failed.insert(case.name.clone()) {
                        failed.push(case.name.clone());
                    }
                }
                CaseStatus::Passed => self.totals.passed += 1,
                CaseStatus::Skipped | CaseStatus::Todo => self.totals.skipped += 1,
            }
        }
        TestRunProgressed {
            totals: self.totals,
            failed,
            last: self.last(),
        }
    }

    /// The last line that says something to a person.
    fn last(&self) -> String {
        let text = plain(&self.end);
        let mut lines = text.lines().rev().map(str::trim);
        let line = lines.find(|line| !line.is_empty() && !line.starts_with('{'));
        line.unwrap_or_default().chars().take(LINE).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(pieces: &[&str]) -> Vec<TestRunProgressed> {
        let mut reader = Reader::default();
        let word = |piece: &&str| {
            reader.take(piece.as_bytes());
            reader.word()
        };
        pieces.iter().map(word).collect()
    }

    #[test]
    fn counts_grow_and_a_failure_is_told_once() {
        let words = heard(&["TAP version 13\nok 1 - a\nnot ok 2 - b\nok 3 -", " c\nnot ok 4 - d\n"]);
        let counts: Vec<_> = words.iter().map(|word| (word.totals.passed, word.totals.failed)).collect();
        assert_eq!(counts, [(1, 1), (2, 2)]);
        let failed: Vec<_> = words.iter().map(|word| word.failed.join(",")).collect();
        assert_eq!(failed, ["b", "d"]);
        assert_eq!(words[0].last, "ok 3 -");
        assert_eq!(words[1].last, "not ok 4 - d");
    }

    #[test]
    fn a_test_that_goes_on_has_not_failed() {
        let begun = "{\"Action\":\"run\",\"Package\":\"m\",\"Test\":\"TestA\"}\n";
        let words = heard(&[begun, "{\"Action\":\"fail\",\"Package\":\"m\",\"Test\":\"TestA\"}\n"]);
        assert_eq!((words[0].totals.failed, words[1].totals.failed), (0, 1));
        assert_eq!(words[1].failed, ["m: TestA"]);
    }
}
