//! Laid-out items, capped in bytes; what was not drawn for longest goes first.

use super::fold::Fold;
use crate::protocol::Seq;
use crate::ui::text::markdown::MarkdownStream;
use crate::ui::text::{Look, highlight, memory};
use crate::ui::theme::Theme;
use ratatui::text::Line;
use std::collections::{HashMap, hash_map};

/// Bytes of laid-out lines kept by default.
const CAP: usize = 8 << 20;

/// Laid-out items. One for all sessions: items are known by their `seq`.
#[derive(Debug)]
pub struct Cache {
    entries: HashMap<Key, Entry>,
    bytes: usize,
    cap: usize,
    frame: u64,
    stamp: Option<Stamp>,
    /// Columns and rows of the area drawn last.
    pub(super) area: (u16, u16),
}

/// What a layout depends on besides the item itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub seq: Seq,
    pub width: usize,
    pub fold: Fold,
}

/// What an entry was made from; another state of it means laying out again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Source {
    /// The item's revision; of a group, its last member's.
    pub revision: Seq,
    /// Members of a group of reads, 1 for everything else.
    pub members: usize,
    /// Seconds on the clock of what is still running; zero for everything else.
    pub tick: u64,
}

/// An item's lines.
#[derive(Debug)]
pub(super) enum Body {
    /// Laid out whole.
    Lines(Vec<Line<'static>>),
    /// Markdown that may still grow.
    Prose(Box<MarkdownStream>),
}

#[derive(Debug)]
struct Entry {
    source: Source,
    body: Body,
    bytes: usize,
    used: u64,
}

/// What all layouts depend on.
#[derive(Debug, PartialEq)]
struct Stamp {
    theme: Theme,
    ascii: bool,
    color: bool,
    highlighted: bool,
}

impl Default for Cache {
    fn default() -> Self {
        Self::with_cap(CAP)
    }
}

impl Cache {
    /// Makes a cache that keeps at most about `bytes` of laid-out lines, and always what is on the screen.
    #[must_use]
    pub fn with_cap(bytes: usize) -> Self {
        Self {
            entries: HashMap::new(),
            bytes: 0,
            cap: bytes,
            frame: 0,
            stamp: None,
            area: (80, 24),
        }
    }

    /// Returns the bytes held, estimated.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Counts the items laid out.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Begins a frame or a move: drops everything if the look changed, and what is over the cap.
    pub(super) fn begin(&mut self, look: &Look<'_>) {
        let stamp = Stamp {
            theme: look.theme.clone(),
            ascii: look.ascii,
            color: look.color,
            highlighted: highlight::is_ready(),
        };
        if self.stamp.as_ref() != Some(&stamp) {
            self.entries.clear();
            self.bytes = 0;
            self.stamp = Some(stamp);
        }
        if self.bytes > self.cap {
            self.evict();
        }
        self.frame += 1;
    }

    /// Returns an item's lines, laid out by `make` (which may grow an older body) unless they are at hand.
    pub(super) fn body(&mut self, key: Key, source: Source, make: impl FnOnce(Option<Body>) -> Body) -> &Body {
        let used = self.frame;
        match self.entries.entry(key) {
            hash_map::Entry::Occupied(entry) => {
                let entry = entry.into_mut();
                entry.used = used;
                if entry.source != source {
                    self.bytes -= entry.bytes;
                    let old = std::mem::replace(&mut entry.body, Body::Lines(Vec::new()));
                    entry.body = make(Some(old));
                    entry.source = source;
                    entry.bytes = entry.body.bytes();
                    self.bytes += entry.bytes;
                }
                &entry.body
            }
            hash_map::Entry::Vacant(place) => {
                let body = make(None);
                let bytes = body.bytes();
                self.bytes += bytes;
                let entry = Entry {
                    source,
                    body,
                    bytes,
                    used,
                };
                &place.insert(entry).body
            }
        }
    }

    fn evict(&mut self) {
        let mut ages: Vec<(u64, Key)> = self.entries.iter().map(|(key, entry)| (entry.used, *key)).collect();
        ages.sort_unstable_by_key(|(used, _)| *used);
        for (used, key) in ages {
            if self.bytes <= self.cap / 4 * 3 || used == self.frame {
                return;
            }
            if let Some(entry) = self.entries.remove(&key) {
                self.bytes -= entry.bytes;
            }
        }
    }
}

impl Body {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Lines(lines) => lines.len(),
            Self::Prose(prose) => prose.len(),
        }
    }

    pub(super) fn line(&self, index: usize) -> Option<&Line<'static>> {
        match self {
            Self::Lines(lines) => lines.get(index),
            Self::Prose(prose) => prose.line(index),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Lines(lines) => size_of::<Entry>() + lines.iter().map(memory).sum::<usize>(),
            Self::Prose(prose) => prose.bytes(),
        }
    }
}
