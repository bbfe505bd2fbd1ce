//! Which characters have no shape of their own, by class. Data for [`super::clean`]; decides nothing.
//!
//! Sources: Unicode 17 general categories Cc, Cf, Zl, Zp, Zs and the property `Default_Ignorable_Code_Point`.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthChar;

/// What the sanitizer must know about a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Draws itself.
    Plain,
    /// C0, DEL or C1.
    Control,
    /// Combines with the character before it.
    Mark,
    /// Looks like a space and is not U+0020.
    Blank,
    /// Joins or selects forms inside emoji: ZWJ and the presentation selectors.
    Joiner,
    /// Private use: whatever the font says.
    Private,
    /// Invisible: bidi controls, zero width, TAG characters, fillers, separators, noncharacters.
    Hidden,
    /// A control picture, which the sanitizer itself writes.
    Picture,
}

/// Tells the class of a character.
pub(super) fn classify(c: char) -> Class {
    match u32::from(c) {
        0x20..=0x7e => Class::Plain,
        0..=0x1f | 0x7f..=0x9f => Class::Control,
        0xa0 | 0x1680 | 0x2000..=0x200a | 0x202f | 0x205f | 0x2800 | 0x3000 => Class::Blank,
        0x200d | 0xfe0e | 0xfe0f => Class::Joiner,
        0x2400..=0x2421 => Class::Picture,
        // Soft hyphen, grapheme joiner, Arabic and Syriac format marks, Hangul and Khmer fillers, Mongolian selectors.
        0xad | 0x34f | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2 => Class::Hidden,
        0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x3164 | 0xffa0 => Class::Hidden,
        // Zero width, bidi controls, line and paragraph separators, invisible operators, deprecated format characters.
        0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f => Class::Hidden,
        // Variation selectors, byte order mark, specials, noncharacters of the BMP.
        0xfe00..=0xfe0d | 0xfeff | 0xfff0..=0xfffb | 0xfdd0..=0xfdef => Class::Hidden,
        // Format characters of other scripts, musical and shorthand controls.
        0x110bd | 0x110cd | 0x13430..=0x1343f | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a => Class::Hidden,
        // TAG characters, further variation selectors, and the rest of that plane's ignorable range.
        0xe0000..=0xe0fff => Class::Hidden,
        code if code & 0xfffe == 0xfffe => Class::Hidden,
        0xe000..=0xf8ff | 0xf0000..=0x10fffd => Class::Private,
        // Halfwidth sound marks are drawn in a column of their own (as ratatui counts them).
        0xff9e | 0xff9f => Class::Plain,
        _ if c.width() == Some(0) => Class::Mark,
        _ => Class::Plain,
    }
}

/// Characters of a text that do not show by themselves, counted by what they could be meant for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Concealed {
    /// Bidirectional controls, which reorder what is read.
    pub bidi: usize,
    /// Characters without a shape: zero width, TAG characters, fillers.
    pub invisible: usize,
    /// Control characters other than tab, line feed and the return before it.
    pub controls: usize,
    /// Blanks that look like a space and are none.
    pub blanks: usize,
}

impl Concealed {
    /// Counts in a text of any length.
    #[must_use]
    pub fn within(text: &str) -> Self {
        let mut found = Self::default();
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
            return found;
        }
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match classify(c) {
                Class::Control if matches!(c, '\n' | '\t') => {}
                Class::Control if c == '\r' && matches!(chars.peek(), None | Some('\n')) => {}
                Class::Control => found.controls += 1,
                Class::Blank => found.blanks += 1,
                Class::Hidden if matches!(u32::from(c), 0x61c | 0x200e..=0x200f | 0x202a..=0x202e | 0x2066..=0x2069) => {
                    found.bidi += 1;
                }
                Class::Hidden => found.invisible += 1,
                Class::Plain | Class::Mark | Class::Joiner | Class::Private | Class::Picture => {}
            }
        }
        found
    }

    /// Counts in a file's name, in which neither line feed nor tab is white space that anybody expects.
    #[must_use]
    pub fn within_name(name: &str) -> Self {
        let found = Self::within(name);
        let controls = name.chars().filter(|c| c.is_control()).count();
        Self { controls, ..found }
    }

    /// Adds what another text holds.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            bidi: self.bidi + other.bidi,
            invisible: self.invisible + other.invisible,
            controls: self.controls + other.controls,
            blanks: self.blanks + other.blanks,
        }
    }

    /// Says whether there is none.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// Says whether a character without width joins the cluster of the one before it. One that does not (a Hangul vowel after anything
/// but its lead, a code point that this version of Unicode gives no class) would be a cluster without width, which terminals drop.
pub(super) fn joins_cluster(c: char, before: Option<char>) -> bool {
    let Some(before) = before else { return false };
    let pair: String = [before, c].into_iter().collect();
    pair.graphemes(true).count() == 1
}
