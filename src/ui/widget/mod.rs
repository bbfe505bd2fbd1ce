//! Small pieces that several panes draw: rows, title rules, bars, boxes.
//!
//! They write straight into the buffer: a list of ten thousand rows costs what its visible rows cost.

mod spark;

pub use spark::{legend, spark};

use super::model::Field;
use super::text::{Clean, Glyph, Look, spans_width, truncate_spans, width};
use super::theme::Slot;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Widget};

/// Draws one row: `left` from the left, cut to leave room for `right`, which goes first when there is no room for both.
pub fn row(buf: &mut Buffer, area: Rect, look: &Look<'_>, left: Vec<Span<'static>>, right: Vec<Span<'static>>) {
    if area.is_empty() {
        return;
    }
    let width = usize::from(area.width);
    let mark = look.glyph(Glyph::Ellipsis);
    let right_width = spans_width(&right);
    let keep_right = right_width > 0 && right_width + 12 <= width;
    let room = if keep_right { width - right_width - 1 } else { width };
    buf.set_line(area.x, area.y, &Line::from(truncate_spans(left, room, mark)), area.width);
    if keep_right {
        let x = area.x + u16::try_from(width - right_width).unwrap_or(0);
        buf.set_line(x, area.y, &Line::from(right), area.right().saturating_sub(x));
    }
}

/// Marks a row as selected: reversed and without colours of its own, which would make a patchwork of backgrounds.
pub fn select(buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let style = look.style(Slot::Selection);
    for position in area.intersection(*buf.area()).positions() {
        let cell = &mut buf[position];
        cell.fg = Color::Reset;
        cell.bg = Color::Reset;
        cell.modifier.remove(Modifier::DIM);
        cell.set_style(style);
    }
}

/// Draws a pane's title row: a rule with the title at its left and facts at its right.
pub fn title(buf: &mut Buffer, area: Rect, look: &Look<'_>, left: Vec<Span<'static>>, right: Vec<Span<'static>>) {
    if area.is_empty() {
        return;
    }
    let slot = if look.focused { Slot::BorderFocused } else { Slot::Border };
    let rule = look.glyph(Glyph::Rule);
    let style = look.style(slot);
    for x in area.left()..area.right() {
        buf[(x, area.y)].set_symbol(rule).set_style(style);
    }
    let mark = look.glyph(Glyph::Ellipsis);
    let right_width = spans_width(&right);
    let width = usize::from(area.width);
    let keep_right = right_width > 0 && right_width + 16 <= width;
    let room = width.saturating_sub(if keep_right { right_width + 6 } else { 3 });
    let mut spans = vec![Span::raw(" ")];
    spans.extend(truncate_spans(left, room, mark));
    spans.push(Span::raw(" "));
    over_rule(buf, area.x + 1, area, spans);
    if keep_right {
        let mut spans = vec![Span::raw(" ")];
        spans.extend(right);
        spans.push(Span::raw(" "));
        let x = area.x + u16::try_from(width.saturating_sub(right_width + 3)).unwrap_or(0);
        over_rule(buf, x, area, spans);
    }
}

/// Writes over a rule; its style must not show through.
pub fn over_rule(buf: &mut Buffer, x: u16, area: Rect, spans: Vec<Span<'static>>) {
    let width = u16::try_from(spans_width(&spans)).unwrap_or(u16::MAX);
    for x in x..x.saturating_add(width).min(area.right()) {
        buf[(x, area.y)].reset();
    }
    buf.set_line(x, area.y, &Line::from(spans), area.right().saturating_sub(x));
}

/// Draws the rule between two columns, joined to the title rows that meet it.
pub fn column_rule(buf: &mut Buffer, rule: Rect, look: &Look<'_>, meets: impl Fn(u16) -> (bool, bool)) {
    let style = look.style(Slot::Border);
    for y in rule.top()..rule.bottom() {
        let symbol = match (look.ascii, y == rule.top(), meets(y)) {
            (true, true, _) | (true, _, (true, _) | (_, true)) => "+",
            (true, ..) => "|",
            (false, true, _) => "┬",
            (false, _, (true, true)) => "┼",
            (false, _, (true, false)) => "┤",
            (false, _, (false, true)) => "├",
            (false, ..) => "│",
        };
        buf[(rule.x, y)].set_symbol(symbol).set_style(style);
    }
}

/// Returns a bar of `width` columns, filled in the ratio of `done` to `all`.
#[must_use]
pub fn bar(look: &Look<'_>, width: usize, done: usize, all: usize) -> Vec<Span<'static>> {
    let share = (width * done).checked_div(all).unwrap_or(0);
    // The first one done shows, however many there are.
    let full = share.max(usize::from(done > 0)).min(width);
    vec![
        Span::styled(look.glyph(Glyph::BarFull).repeat(full), look.style(Slot::Pass)),
        Span::styled(
            look.glyph(Glyph::BarEmpty).repeat(width.saturating_sub(full)),
            look.style(Slot::Dim),
        ),
    ]
}

const ASCII_BORDER: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// Draws an empty window with a title and returns its inside.
pub fn window(buf: &mut Buffer, area: Rect, look: &Look<'_>, heading: &str) -> Rect {
    Clear.render(area, buf);
    let set = if look.ascii { ASCII_BORDER } else { border::ROUNDED };
    let block = Block::bordered()
        .border_set(set)
        .border_style(look.style(Slot::BorderFocused))
        .title(Span::styled(format!(" {heading} "), look.style(Slot::TitleFocused)));
    let inner = block.inner(area);
    block.render(area, buf);
    Rect {
        x: inner.x.saturating_add(1),
        width: inner.width.saturating_sub(2),
        ..inner
    }
}

/// Returns a rectangle of at most the given size in the middle of the screen, above the footer.
#[must_use]
pub fn centered(screen: Rect, width: u16, height: u16) -> Rect {
    let width = width.min(screen.width);
    let height = height.min(screen.height.saturating_sub(1));
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height.saturating_sub(1) - height) / 2,
        width,
        height,
    }
}

/// Draws a line that is typed in, behind a label of ours; returns where the terminal's cursor belongs.
pub fn input(buf: &mut Buffer, area: Rect, look: &Look<'_>, label: &str, field: &Field) -> Position {
    let typed = Clean::line(&field.text()).span(look.style(Slot::Text));
    let spans = vec![Span::styled(label.to_owned(), look.style(Slot::Key)), typed];
    buf.set_line(area.x, area.y, &Line::from(spans), area.width);
    let (_, column) = field.cursor();
    let before: String = field.text().chars().take(column).collect();
    let x = width(label) + width(Clean::line(&before).as_str());
    Position {
        x: area.x + u16::try_from(x).unwrap_or(u16::MAX).min(area.width.saturating_sub(1)),
        y: area.y,
    }
}

/// Draws lines from the top of an area and returns the area below them.
pub fn lines(buf: &mut Buffer, area: Rect, lines: &[Line<'static>]) -> Rect {
    for (line, y) in lines.iter().zip(area.top()..area.bottom()) {
        buf.set_line(area.x, y, line, area.width);
    }
    let used = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height);
    Rect {
        y: area.y + used,
        height: area.height - used,
        ..area
    }
}

/// Puts a style under everything in an area.
pub fn tint(buf: &mut Buffer, area: Rect, style: Style) {
    buf.set_style(area.intersection(*buf.area()), style);
}
