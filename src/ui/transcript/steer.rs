//! Carries out a reader's moves.

use super::cache::Cache;
use super::fold::Fold;
use super::item;
use super::moves::Move;
use super::place::At;
use super::search::Search;
use super::sheet::Sheet;
use super::travel::{Put, go, jump};
use super::view::{Stand, View, Window};
use crate::session::Item;
use crate::ui::text::Look;

impl View {
    /// Carries out a move. `Err` is a short sentence for the status line: nothing was found, or cannot be done.
    ///
    /// # Errors
    /// Says why the reader stays where they are.
    pub fn handle(&mut self, step: &Move, items: &[Item], cache: &mut Cache, look: &Look<'_>) -> Result<(), &'static str> {
        cache.begin(look);
        let rows = usize::from(cache.area.1.max(1));
        if let Some(search) = &mut self.search {
            search.refresh(items);
        }
        match step {
            Move::Bottom => self.at = None,
            Move::FoldAll => self.folds.set_all(Fold::Shut),
            Move::UnfoldAll => self.folds.set_all(Fold::Open),
            Move::EndSearch => self.search = None,
            Move::Search(query) => {
                self.search = Some(Search::new(query, items)?);
                self.seek(items, cache, look, rows, Search::first)?;
            }
            Move::NextHit => self.seek(items, cache, look, rows, Search::next)?,
            Move::PreviousHit => self.seek(items, cache, look, rows, Search::previous)?,
            Move::ToggleFold => self.toggle(items, cache, look, rows)?,
            Move::Lines(_)
            | Move::Scroll(_)
            | Move::HalfPages(_)
            | Move::Pages(_)
            | Move::Top
            | Move::NextTurn
            | Move::PreviousTurn
            | Move::NextBlock
            | Move::PreviousBlock
            | Move::Next(_)
            | Move::Previous(_)
            | Move::To(_) => {
                let mut sheet = self.sheet(items, None, cache, look);
                let Some(window) = self.window(&mut sheet, rows) else {
                    return Err("nothing here yet");
                };
                let next = go(&mut sheet, window, rows, step)?;
                let scrolls = matches!(step, Move::Scroll(_) | Move::HalfPages(_) | Move::Pages(_));
                // Scrolling where there is nothing to scroll is no reason to stop following.
                if self.follows() && scrolls && next.is_none_or(|next| next.top == window.top) {
                    return Ok(());
                }
                let stand = next.and_then(|window| self.stand(&mut sheet, window, rows));
                self.at = stand;
            }
        }
        Ok(())
    }

    /// Names a window's places, and notes what has been seen in it.
    fn stand(&self, sheet: &mut Sheet<'_>, window: Window, rows: usize) -> Option<Stand> {
        let lowest = sheet.step(window.top, i64::try_from(rows).unwrap_or(0) - 1);
        let newest = if self.follows() { sheet.items.len() - 1 } else { lowest.index };
        let seen = sheet.items.get(newest)?.seq;
        Some(Stand {
            top: sheet.place(window.top)?,
            cursor: sheet.place(window.cursor)?,
            seen: self.at.map_or(seen, |stand| stand.seen.max(seen)),
        })
    }

    fn toggle(&mut self, items: &[Item], cache: &mut Cache, look: &Look<'_>, rows: usize) -> Result<(), &'static str> {
        let mut sheet = self.sheet(items, None, cache, look);
        let Some(mut window) = self.window(&mut sheet, rows) else {
            return Err("nothing here yet");
        };
        let item = &items[window.cursor.index];
        let height = |fold| item::height(item, fold, sheet.width, look);
        let now = self.folds.of(item.seq);
        let is_group = item::is_quiet_read(item) && now != Fold::Open;
        let next = match now {
            Fold::Open | Fold::Whole => Fold::Shut,
            Fold::Shut => Fold::Open,
            Fold::Auto if is_group || height(Fold::Open) > height(Fold::Auto) => Fold::Open,
            Fold::Auto if height(Fold::Shut) < height(Fold::Auto) => Fold::Shut,
            Fold::Auto => return Err("there is nothing more to unfold"),
        };
        let follows = self.follows();
        window.cursor.line = 0;
        let stand = self.stand(&mut sheet, window, rows);
        self.folds.set(item.seq, next);
        if !follows {
            self.at = stand;
        }
        Ok(())
    }

    fn seek(
        &mut self,
        items: &[Item],
        cache: &mut Cache,
        look: &Look<'_>,
        rows: usize,
        pick: fn(&Search, &mut Sheet<'_>, At) -> Option<At>,
    ) -> Result<(), &'static str> {
        let Some(search) = &self.search else {
            return Err("no search; / starts one");
        };
        let mut sheet = self.sheet(items, None, cache, look);
        let Some(window) = self.window(&mut sheet, rows) else {
            return Err("nothing here yet");
        };
        let Some(mut hit) = pick(search, &mut sheet, window.cursor) else {
            return Err("not found");
        };
        // A hit inside something folded opens it, and the group it is folded into.
        if hit.line < 0 {
            let leader = sheet.visible_at(hit.index).unwrap_or(hit.index);
            self.folds.set(items[leader].seq, Fold::Open);
            self.folds.set(items[hit.index].seq, Fold::Open);
            let mut sheet = self.sheet(items, None, cache, look);
            hit.line = self
                .search
                .as_ref()
                .and_then(|search| search.first_line(&mut sheet, hit.index))
                .unwrap_or(0);
        }
        let mut sheet = self.sheet(items, None, cache, look);
        let window = jump(&mut sheet, window, hit, rows, Put::AtEase);
        self.at = self.stand(&mut sheet, window, rows);
        Ok(())
    }
}
