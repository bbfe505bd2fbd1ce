//! Items laid out on demand: heights, gaps, groups, and steps from line to line.

use super::cache::{Body, Cache, Key, Source};
use super::fold::{Fold, Folds};
use super::item;
use super::place::At;
use crate::session::{Item, ItemKind, Session};
use crate::ui::text::Look;
use ratatui::text::Line;

/// Reads are grouped within stretches of this many items, so that finding a group's first member is bounded.
const STRETCH: usize = 64;
/// Items that are looked over for the item that tells a harness call's effect.
const EFFECT_WITHIN: usize = 8;

/// One session's items at one width.
pub(super) struct Sheet<'a> {
    pub items: &'a [Item],
    pub folds: &'a Folds,
    pub session: Option<&'a Session>,
    pub cache: &'a mut Cache,
    pub look: &'a Look<'a>,
    pub width: usize,
}

impl Sheet<'_> {
    /// Returns an item's lines. No lines: it is not shown.
    pub(super) fn body(&mut self, index: usize) -> &Body {
        let items = self.items;
        let item = &items[index];
        let fold = self.folds.of(item.seq);
        let key = Key {
            seq: item.seq,
            width: self.width,
            fold,
        };
        let members = self.members(index);
        let last = &items[index + members.saturating_sub(1)];
        let source = Source {
            revision: last.revision.max(item.revision),
            members,
            tick: item::tick(item, self.look, self.session),
        };
        let scene = item::Scene {
            width: self.width,
            fold,
            look: self.look,
            session: self.session,
            output: None,
        };
        self.cache.body(key, source, |old| match members {
            0 => Body::Lines(Vec::new()),
            1 => item::body(item, &scene, old),
            _ => Body::Lines(item::group(&items[index..index + members], &scene)),
        })
    }

    /// Counts an item's lines, without the gap above it.
    pub(super) fn height(&mut self, index: usize) -> usize {
        self.body(index).len()
    }

    /// Returns an item's line, and `None` for the gap above it.
    pub(super) fn line(&mut self, at: At) -> Option<&Line<'static>> {
        self.body(at.index).line(usize::try_from(at.line).ok()?)
    }

    /// Lays out at another width for a moment.
    pub(super) fn at_width<T>(&mut self, width: usize, ask: impl FnOnce(&mut Sheet<'_>) -> T) -> T {
        ask(&mut Sheet {
            items: self.items,
            folds: self.folds,
            session: self.session,
            cache: &mut *self.cache,
            look: self.look,
            width,
        })
    }

    /// Says whether an item has lines of its own, without laying it out.
    pub(super) fn is_shown(&self, index: usize) -> bool {
        self.members(index) > 0 && !item::is_blank(&self.items[index])
    }

    /// Returns 1 if a blank line stands above the item.
    pub(super) fn gap(&self, index: usize) -> isize {
        let airy = |index: usize| item::is_airy(&self.items[index]);
        let before = (0..index).rev().take(STRETCH).find(|before| self.is_shown(*before));
        before.map_or(0, |before| isize::from(airy(index) || airy(before)))
    }

    /// Returns the visible item at `index`, else the nearest before it, else the nearest after it.
    pub(super) fn visible_at(&mut self, index: usize) -> Option<usize> {
        if self.height(index) > 0 {
            return Some(index);
        }
        self.visible_before(index).or_else(|| self.visible_after(index))
    }

    pub(super) fn visible_after(&mut self, index: usize) -> Option<usize> {
        (index + 1..self.items.len()).find(|index| self.height(*index) > 0)
    }

    pub(super) fn visible_before(&mut self, index: usize) -> Option<usize> {
        (0..index).rev().find(|index| self.height(*index) > 0)
    }

    /// Returns the very first line.
    pub(super) fn first(&mut self) -> Option<At> {
        let index = (0..self.items.len()).find(|index| self.height(*index) > 0)?;
        Some(At { index, line: 0 })
    }

    /// Returns the very last line.
    pub(super) fn last(&mut self) -> Option<At> {
        let index = self.visible_before(self.items.len())?;
        Some(At {
            index,
            line: self.last_line(index),
        })
    }

    fn last_line(&mut self, index: usize) -> isize {
        isize::try_from(self.height(index)).unwrap_or(isize::MAX) - 1
    }

    /// Steps one line down.
    pub(super) fn down(&mut self, at: At) -> Option<At> {
        if at.line < self.last_line(at.index) {
            return Some(At { line: at.line + 1, ..at });
        }
        let index = self.visible_after(at.index)?;
        Some(At {
            index,
            line: -self.gap(index),
        })
    }

    /// Steps one line up.
    pub(super) fn up(&mut self, at: At) -> Option<At> {
        if at.line > -self.gap(at.index) {
            return Some(At { line: at.line - 1, ..at });
        }
        let index = self.visible_before(at.index)?;
        Some(At {
            index,
            line: self.last_line(index),
        })
    }

    /// Steps `lines` lines, as far as there are any.
    pub(super) fn step(&mut self, mut at: At, lines: i64) -> At {
        for _ in 0..lines.unsigned_abs() {
            let next = if lines < 0 { self.up(at) } else { self.down(at) };
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }

    /// Counts items that one line stands for: 0 for an item that another one tells, more than 1 for a group of reads.
    fn members(&self, index: usize) -> usize {
        if self.is_told_elsewhere(index) {
            return 0;
        }
        if !self.joins(index) {
            return 1;
        }
        let begins = index.is_multiple_of(STRETCH) || !self.joins(index - 1);
        if !begins {
            return usize::from(!self.leader_is_folded(index));
        }
        if self.folds.of(self.items[index].seq) == Fold::Open {
            return 1;
        }
        let stretch_end = (index / STRETCH + 1) * STRETCH;
        let end = (index + 1..self.items.len().min(stretch_end)).find(|index| !self.joins(*index));
        end.unwrap_or(self.items.len().min(stretch_end)) - index
    }

    fn joins(&self, index: usize) -> bool {
        self.items.get(index).is_some_and(item::is_quiet_read)
    }

    fn leader_is_folded(&self, index: usize) -> bool {
        let stretch = index / STRETCH * STRETCH;
        let leader = (stretch..index)
            .rev()
            .find(|index| !self.joins(*index))
            .map_or(stretch, |before| before + 1);
        self.folds.of(self.items[leader].seq) != Fold::Open
    }

    /// Says whether a call is told by another item: a commit, a flip, a note that came of it, or its refusal.
    fn is_told_elsewhere(&self, index: usize) -> bool {
        let ItemKind::Call(call) = &self.items[index].kind else {
            return false;
        };
        let mut after = self.items.iter().skip(index + 1).take(EFFECT_WITHIN);
        self.folds.of(self.items[index].seq) != Fold::Open && after.any(|after| item::tells(&after.kind, call))
    }
}
