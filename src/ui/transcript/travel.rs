//! Where a move leads: from one window to the next. Knows no view, changes nothing.

use super::moves::Move;
use super::place::{At, index_of};
use super::sheet::Sheet;
use super::view::{Window, top_showing};
use crate::protocol::TurnNo;
use crate::session::Item;

/// Where a jump's target is put.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    /// Where it is if it is on the screen, else a third down.
    AtEase,
    /// On the first row.
    OnTop,
}

/// Works out the window after a move; `None` follows the end.
pub(super) fn go(sheet: &mut Sheet<'_>, window: Window, rows: usize, step: &Move) -> Result<Option<Window>, &'static str> {
    let page = i64::try_from(rows).unwrap_or(1);
    match step {
        Move::Lines(lines) => Ok(by_lines(sheet, window, rows, i64::from(*lines))),
        Move::Scroll(lines) => Ok(scroll(sheet, window, rows, i64::from(*lines), false)),
        Move::HalfPages(pages) => Ok(scroll(sheet, window, rows, i64::from(*pages) * (page / 2).max(1), true)),
        Move::Pages(pages) => Ok(scroll(sheet, window, rows, i64::from(*pages) * (page - 2).max(1), true)),
        Move::Top => {
            let first = sheet.first().ok_or("nothing here yet")?;
            Ok(Some(Window {
                top: first,
                cursor: first,
            }))
        }
        _ => {
            let (index, put) = target(sheet, window.cursor, step)?;
            let index = sheet.visible_at(index).ok_or("nothing here yet")?;
            Ok(Some(jump(sheet, window, At { index, line: 0 }, rows, put)))
        }
    }
}

/// Moves the cursor; going down from the very last line resumes following.
fn by_lines(sheet: &mut Sheet<'_>, window: Window, rows: usize, lines: i64) -> Option<Window> {
    let mut cursor = window.cursor;
    for _ in 0..lines.unsigned_abs() {
        // The blank line above an item is no place for a cursor.
        let mut next = sheet.step(cursor, lines.signum());
        if next.line < 0 {
            next = sheet.step(next, lines.signum());
        }
        if next.line < 0 || next == cursor {
            break;
        }
        cursor = next;
    }
    if lines > 0 && cursor == window.cursor {
        return None;
    }
    let room = i64::try_from(rows).unwrap_or(1) - 1;
    Some(Window {
        top: top_showing(sheet, window.top, cursor, room),
        cursor,
    })
}

/// Moves the window, and the cursor along with it (`carry`) or only as far as it must to stay in sight.
fn scroll(sheet: &mut Sheet<'_>, window: Window, rows: usize, lines: i64, carry: bool) -> Option<Window> {
    let room = i64::try_from(rows).unwrap_or(1) - 1;
    let last = sheet.last()?;
    let lowest = sheet.step(last, -room);
    let top = sheet.step(window.top, lines);
    // Over-scrolled windows (after a fold) may stay, but go no further.
    let top = if lines > 0 { top.min(lowest.max(window.top)) } else { top };
    let mut cursor = if carry {
        sheet.step(window.cursor, lines)
    } else {
        window.cursor
    };
    if lines > 0 && top == window.top && (!carry || cursor == window.cursor) {
        return None;
    }
    let end = sheet.step(top, room);
    cursor = cursor.clamp(top, end.max(top));
    if cursor.line < 0 {
        cursor.line = 0;
    }
    Some(Window { top, cursor })
}

pub(super) fn jump(sheet: &mut Sheet<'_>, window: Window, target: At, rows: usize, put: Put) -> Window {
    let room = i64::try_from(rows).unwrap_or(1) - 1;
    let top = match put {
        Put::OnTop => target,
        Put::AtEase if top_showing(sheet, window.top, target, room) == window.top => window.top,
        Put::AtEase => sheet.step(target, -(room / 3)),
    };
    Window { top, cursor: target }
}

/// Finds the item that a jump goes to.
fn target(sheet: &mut Sheet<'_>, cursor: At, step: &Move) -> Result<(usize, Put), &'static str> {
    let items = sheet.items;
    let turn = items.get(cursor.index).map_or(TurnNo(0), |item| item.turn);
    let shown = |index: &usize| sheet.is_shown(*index);
    let begins = |turn: TurnNo| (0..items.len()).filter(|index| items[*index].turn == turn).find(shown);
    let next = |found: &dyn Fn(&Item) -> bool| {
        (cursor.index + 1..items.len())
            .filter(|index| found(&items[*index]))
            .find(shown)
    };
    let previous = |found: &dyn Fn(&Item) -> bool| (0..cursor.index).rev().filter(|index| found(&items[*index])).find(shown);
    match step {
        Move::NextTurn => {
            let index = next(&|item| item.turn > turn).ok_or("this is the last turn")?;
            Ok((index, Put::OnTop))
        }
        Move::PreviousTurn => {
            let here = begins(turn).filter(|index| *index < cursor.index || cursor.line > 0);
            let before = previous(&|item| item.turn < turn).and_then(|index| begins(items[index].turn));
            Ok((here.or(before).ok_or("this is the first turn")?, Put::OnTop))
        }
        Move::NextBlock => Ok((
            sheet.visible_after(cursor.index).ok_or("this is the last block")?,
            Put::AtEase,
        )),
        Move::PreviousBlock if cursor.line > 0 => Ok((cursor.index, Put::AtEase)),
        Move::PreviousBlock => Ok((
            sheet.visible_before(cursor.index).ok_or("this is the first block")?,
            Put::AtEase,
        )),
        Move::Next(kind) => Ok((next(&|item| kind.matches(item)).ok_or(kind.none_left())?, Put::AtEase)),
        Move::Previous(kind) => Ok((previous(&|item| kind.matches(item)).ok_or(kind.none_left())?, Put::AtEase)),
        Move::To(seq) => Ok((index_of(items, *seq).ok_or("nothing here yet")?, Put::AtEase)),
        _ => Err("not a jump"),
    }
}
