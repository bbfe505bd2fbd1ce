//! Marks that the sanitizer put in place of characters, told from the text around them: loud where something hides, quiet
//! where it is only white space.
//!
//! Invariant: styles change, text does not.

use super::look::Look;
use crate::ui::theme::Slot;
use ratatui::text::Span;

/// Styles the marks in spans that were cleaned with [`super::Clean::exact`].
#[must_use]
pub fn reveal(spans: Vec<Span<'static>>, look: &Look<'_>) -> Vec<Span<'static>> {
    let marked = |span: &Span<'_>| span.content.contains("<U+") || span.content.chars().any(is_picture);
    if !spans.iter().any(marked) {
        return spans;
    }
    let mut out = Vec::with_capacity(spans.len() + 4);
    for span in spans {
        cut(&span, look, &mut out);
    }
    out
}

fn cut(span: &Span<'static>, look: &Look<'_>, out: &mut Vec<Span<'static>>) {
    let mut rest = span.content.as_ref();
    while let Some((from, length, slot)) = next(rest) {
        let (before, tail) = rest.split_at(from);
        let (mark, after) = tail.split_at(length);
        if !before.is_empty() {
            out.push(Span::styled(before.to_owned(), span.style));
        }
        out.push(Span::styled(mark.to_owned(), look.style(slot)));
        rest = after;
    }
    if !rest.is_empty() || span.content.is_empty() {
        out.push(Span::styled(rest.to_owned(), span.style));
    }
}

/// Finds the next mark: where it begins, its length in bytes, how it is styled.
fn next(text: &str) -> Option<(usize, usize, Slot)> {
    let escape = text.find("<U+");
    let picture = text.char_indices().find(|(_, c)| is_picture(*c));
    match (escape, picture) {
        (Some(at), picture) if picture.is_none_or(|(other, _)| at < other) => {
            let length = text[at..].find('>').map_or(text.len() - at, |end| end + 1);
            Some((at, length, Slot::Badge))
        }
        (_, Some((at, c))) => {
            let quiet = matches!(c, '\u{2409}' | '\u{240d}' | '\u{2420}');
            Some((at, c.len_utf8(), if quiet { Slot::Dim } else { Slot::Badge }))
        }
        _ => None,
    }
}

const fn is_picture(c: char) -> bool {
    matches!(c, '\u{2400}'..='\u{2421}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::Clean;
    use crate::ui::theme::Theme;

    #[test]
    fn text_stays_and_only_what_hides_is_loud() {
        let theme = Theme::terminal();
        let look = Look::new(&theme);
        let text = Clean::exact("\tif\u{202e} x\u{1b}[0m \r");
        let before = text.as_str().to_owned();
        let spans = reveal(vec![text.span(look.style(Slot::Text))], &look);
        let joined: String = spans.iter().map(|span| span.content.as_ref()).collect();
        assert_eq!(joined, before);
        let loud: Vec<&str> = spans
            .iter()
            .filter(|span| span.style == look.style(Slot::Badge))
            .map(|span| span.content.as_ref())
            .collect();
        assert_eq!(loud, ["<U+202E>", "␛"]);
    }
}
