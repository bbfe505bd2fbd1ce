//! What stands before the lines of nested quotes and list items.

use crate::ui::text::glyph::Glyph;
use crate::ui::text::look::Look;
use crate::ui::text::width::{spans_width, width as columns_of};
use crate::ui::theme::Slot;
use ratatui::text::Span;

/// A container that indents its content.
#[derive(Debug)]
pub(super) enum Container {
    /// A block quote.
    Quote,
    /// A list; the next number, if it is ordered.
    List(Option<u64>),
    /// An item with its mark, and whether the mark was drawn.
    Item(String, bool),
}

/// The containers around a block.
#[derive(Debug, Default)]
pub(super) struct Nesting(Vec<Container>);

impl Nesting {
    pub(super) fn push(&mut self, container: Container) {
        self.0.push(container);
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    /// Opens an item of the innermost list.
    pub(super) fn push_item(&mut self, look: &Look<'_>) {
        let depth = self
            .0
            .iter()
            .filter(|container| matches!(container, Container::List(_)))
            .count();
        let mark = match self.0.last_mut() {
            Some(Container::List(Some(number))) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ if depth % 2 == 1 => format!("{} ", look.glyph(Glyph::Bullet)),
            _ => format!("{} ", look.glyph(Glyph::BulletInner)),
        };
        self.0.push(Container::Item(mark, false));
    }

    /// Says whether the innermost container is an item whose mark was not drawn yet.
    pub(super) fn owes_mark(&self) -> bool {
        matches!(self.0.last(), Some(Container::Item(_, false)))
    }

    pub(super) fn is_in_list(&self) -> bool {
        self.0.iter().any(|container| matches!(container, Container::List(_)))
    }

    pub(super) fn is_in_quote(&self) -> bool {
        self.0.iter().any(|container| matches!(container, Container::Quote))
    }

    /// Returns the bars of the quotes around a blank line.
    pub(super) fn quotes(&self, look: &Look<'_>) -> Vec<Span<'static>> {
        let outer = self
            .0
            .iter()
            .take_while(|container| matches!(container, Container::Quote))
            .take(8);
        outer.map(|_| quote_bar(look)).collect()
    }

    /// Returns what stands before the first line of the next block and before its other lines. Marks of items
    /// are drawn once. Containers that would eat more than half of the width are not drawn.
    pub(super) fn prefixes(&mut self, width: usize, look: &Look<'_>) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
        let mut first = Vec::new();
        let mut rest = Vec::new();
        for container in &mut self.0 {
            let (a, b) = match container {
                Container::List(_) => continue,
                Container::Quote => {
                    let bar = quote_bar(look);
                    (bar.clone(), bar)
                }
                Container::Item(mark, drawn) => {
                    let blank = Span::raw(" ".repeat(columns_of(mark)));
                    if std::mem::replace(drawn, true) {
                        (blank.clone(), blank)
                    } else {
                        (Span::styled(mark.clone(), look.style(Slot::Dim)), blank)
                    }
                }
            };
            first.push(a);
            rest.push(b);
            if spans_width(&rest) > width / 2 {
                first.pop();
                rest.pop();
                break;
            }
        }
        (first, rest)
    }
}

fn quote_bar(look: &Look<'_>) -> Span<'static> {
    Span::styled(format!("{} ", look.glyph(Glyph::Bar)), look.style(Slot::Border))
}
