//! Screens as pictures: a buffer written as SVG, cell by cell, for the README and for looking at one's own work.

use super::text::width;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::fmt::Write;

const CELL_WIDTH: f64 = 8.4;
const CELL_HEIGHT: f64 = 18.0;
const MARGIN: f64 = 14.0;
const FOREGROUND: &str = "#d5d9e0";
const BACKGROUND: &str = "#15181e";

/// The sixteen named colours as a calm dark terminal shows them.
const PALETTE: [&str; 16] = [
    "#20242c", "#e5707a", "#8fc27a", "#e0b566", "#6fa8e8", "#c58fd8", "#5fc2c9", "#c8ccd4", "#6b7280", "#f0868f", "#a6d68f",
    "#edc97f", "#8abcf5", "#d6a5e8", "#7cd8de", "#ffffff",
];

#[derive(PartialEq, Eq, Clone)]
struct Paint {
    foreground: &'static str,
    background: Option<&'static str>,
    bold: bool,
    dim: bool,
    italic: bool,
    underlined: bool,
}

/// Writes a buffer as a standalone SVG.
#[must_use]
pub fn svg(buf: &Buffer) -> String {
    let area = buf.area();
    let (pixels_x, pixels_y) = (
        f64::from(area.width) * CELL_WIDTH + 2.0 * MARGIN,
        f64::from(area.height) * CELL_HEIGHT + 2.0 * MARGIN,
    );
    let mut out = String::new();
    let _ = writeln!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{pixels_x:.0}" height="{pixels_y:.0}" viewBox="0 0 {pixels_x:.0} {pixels_y:.0}" font-family="'DejaVu Sans Mono','JetBrains Mono',Menlo,Consolas,monospace" font-size="14">"##
    );
    let _ = writeln!(out, r#"<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>"#);
    for y in area.top()..area.bottom() {
        row(buf, y, &mut out);
    }
    out.push_str("</svg>\n");
    out
}

fn row(buf: &Buffer, y: u16, out: &mut String) {
    let area = buf.area();
    let mut x = area.left();
    while x < area.right() {
        let paint = paint(&buf[(x, y)]);
        let start = x;
        let mut text = String::new();
        let mut rules = String::new();
        while x < area.right() && self::paint(&buf[(x, y)]) == paint {
            let symbol = buf[(x, y)].symbol();
            if let Some(arms) = arms(symbol) {
                rule(arms, x, y, &mut rules);
                text.push(' ');
            } else {
                text.push_str(symbol);
            }
            x += u16::try_from(width(symbol).max(1)).unwrap_or(1);
        }
        run(&text, start, x, y, &paint, out);
        if !rules.is_empty() {
            let opacity = if paint.dim { r#" opacity="0.55""# } else { "" };
            let _ = writeln!(
                out,
                r#"<path d="{rules}" stroke="{}" fill="none"{opacity}/>"#,
                paint.foreground
            );
        }
    }
}

fn run(text: &str, start: u16, end: u16, y: u16, paint: &Paint, out: &mut String) {
    let left = MARGIN + f64::from(start) * CELL_WIDTH;
    let top = MARGIN + f64::from(y) * CELL_HEIGHT;
    let length = f64::from(end - start) * CELL_WIDTH;
    if let Some(background) = paint.background {
        let _ = writeln!(
            out,
            r#"<rect x="{left:.1}" y="{top:.1}" width="{length:.1}" height="{CELL_HEIGHT}" fill="{background}"/>"#
        );
    }
    if text.trim().is_empty() {
        return;
    }
    let mut style = String::new();
    if paint.bold {
        style.push_str(r#" font-weight="bold""#);
    }
    if paint.italic {
        style.push_str(r#" font-style="italic""#);
    }
    if paint.underlined {
        style.push_str(r#" text-decoration="underline""#);
    }
    if paint.dim {
        style.push_str(r#" opacity="0.55""#);
    }
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(
        out,
        r#"<text x="{left:.1}" y="{:.1}" fill="{}" textLength="{length:.1}" lengthAdjust="spacingAndGlyphs" xml:space="preserve"{style}>{escaped}</text>"#,
        top + CELL_HEIGHT * 0.74,
        paint.foreground,
    );
}

fn paint(cell: &Cell) -> Paint {
    let modifier = cell.modifier;
    let foreground = color(cell.fg).unwrap_or(FOREGROUND);
    let background = color(cell.bg);
    let reversed = modifier.contains(Modifier::REVERSED);
    Paint {
        foreground: if reversed {
            background.unwrap_or(BACKGROUND)
        } else {
            foreground
        },
        background: if reversed { Some(foreground) } else { background },
        bold: modifier.contains(Modifier::BOLD),
        dim: modifier.contains(Modifier::DIM),
        italic: modifier.contains(Modifier::ITALIC),
        underlined: modifier.contains(Modifier::UNDERLINED),
    }
}

/// Says which ways a line-drawing character reaches: up, down, left, right. Fonts do not fill the height of a line of
/// text, so rules drawn as text would be dashed.
fn arms(symbol: &str) -> Option<[bool; 4]> {
    Some(match symbol {
        "│" => [true, true, false, false],
        "─" => [false, false, true, true],
        "╭" => [false, true, false, true],
        "╮" => [false, true, true, false],
        "╰" => [true, false, false, true],
        "╯" => [true, false, true, false],
        "┬" => [false, true, true, true],
        "├" => [true, true, false, true],
        "┤" => [true, true, true, false],
        "┼" => [true, true, true, true],
        _ => return None,
    })
}

fn rule(arms: [bool; 4], x: u16, y: u16, out: &mut String) {
    let left = MARGIN + f64::from(x) * CELL_WIDTH;
    let top = MARGIN + f64::from(y) * CELL_HEIGHT;
    let (middle_x, middle_y) = (left + CELL_WIDTH / 2.0, top + CELL_HEIGHT / 2.0);
    let ends = [
        (middle_x, top),
        (middle_x, top + CELL_HEIGHT),
        (left, middle_y),
        (left + CELL_WIDTH, middle_y),
    ];
    for ((end_x, end_y), _) in ends.into_iter().zip(arms).filter(|(_, there)| *there) {
        let _ = write!(out, "M{middle_x:.1} {middle_y:.1}L{end_x:.1} {end_y:.1}");
    }
}

const fn color(color: Color) -> Option<&'static str> {
    let index = match color {
        Color::Reset | Color::Rgb(..) => return None,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Indexed(index) if index < 16 => index as usize,
        Color::Indexed(_) => return None,
    };
    Some(PALETTE[index])
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn text_is_escaped_and_styles_become_attributes() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 1));
        buf.set_string(0, 0, "<a&b>", Style::new().fg(Color::Red).bold());
        let picture = svg(&buf);
        assert!(picture.contains("&lt;a&amp;b&gt;"));
        assert!(picture.contains("font-weight=\"bold\"") && picture.contains(PALETTE[1]));
    }
}
