//! The one table of marks that we draw ourselves, each with its ASCII stand-in.
//!
//! Owns no colour and no foreign text. Invariant: every mark is one column wide except where its ASCII
//! form says otherwise, and none of them is an emoji.

macro_rules! glyphs {
    ($($(#[$meta:meta])* $name:ident = $unicode:literal / $ascii:literal,)*) => {
        /// A mark.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Glyph {
            $($(#[$meta])* $name,)*
        }

        impl Glyph {
            /// All marks, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Returns the mark for a terminal with (`false`) or without (`true`) a Unicode font.
            #[must_use]
            pub const fn get(self, ascii: bool) -> &'static str {
                match self {
                    $(Self::$name => if ascii { $ascii } else { $unicode },)*
                }
            }
        }
    };
}

glyphs! {
    /// Passed, held, approved.
    Pass = "✓" / "+",
    /// Failed, refused.
    Fail = "✗" / "x",
    /// Not begun.
    Todo = "○" / "o",
    /// Left out.
    Skip = "–" / "-",
    /// Under way.
    Active = "●" / "*",
    /// Something folded that can be opened.
    Folded = "▸" / ">",
    /// Something open that can be folded.
    Unfolded = "▾" / "v",
    /// The harness did something that lasts: a commit, a flip.
    Fact = "◆" / "#",
    /// The same, still pending.
    FactPending = "◇" / "-",
    /// A guard spoke.
    Guard = "▲" / "!",
    /// A person is asked or speaks.
    Person = "▌" / "|",
    /// Text was left out.
    Ellipsis = "…" / "...",
    /// The filled part of a bar.
    BarFull = "━" / "=",
    /// The empty part of a bar.
    BarEmpty = "╌" / "-",
    /// A test that passed, in a history strip.
    CellPass = "▪" / "#",
    /// A test that did not, in a history strip.
    CellFail = "▫" / ".",
    /// A turn that went round, in a spark line.
    SparkRound = "▁" / "_",
    /// A turn that tells nothing.
    SparkIdle = "▂" / ".",
    /// A turn that looked at something new.
    SparkLooked = "▄" / "-",
    /// A turn that made new files of the old.
    SparkChanged = "▆" / "=",
    /// A turn that proved something.
    SparkProved = "█" / "#",
    /// Further down.
    Down = "↓" / "v",
    /// Further up.
    Up = "↑" / "^",
    /// From one state to the next.
    Arrow = "→" / "->",
    /// Horizontal rule.
    Rule = "─" / "-",
    /// Vertical rule.
    Bar = "│" / "|",
    /// Crossing of rules.
    Cross = "┼" / "+",
    /// First level of a list.
    Bullet = "•" / "*",
    /// Second level of a list.
    BulletInner = "◦" / "-",
    /// Between parts of a line.
    Dot = "·" / "-",
    /// Times.
    Times = "×" / "x",
    /// The cursor's line, where colour cannot tell it.
    Cursor = ">" / ">",
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::width;

    #[test]
    fn every_mark_has_an_ascii_form_and_a_width_of_one() {
        for glyph in Glyph::ALL {
            assert!(glyph.get(true).is_ascii(), "{glyph:?}");
            assert_eq!(width(glyph.get(false)), 1, "{glyph:?}");
        }
    }
}
