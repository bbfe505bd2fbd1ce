//! The one sanitizer: foreign text (from a model, a tool, a file, git) reaches the screen only as [`Clean`].
//!
//! Nothing that a terminal could act on, and nothing that hides or reorders text, survives; it is shown
//! instead: control characters as control pictures (`␛[31m`), everything else that has no shape of its own
//! as `<U+202E>`. Literal control pictures and a literal `<U+` are escaped too, so that [`Clean::exact`] is
//! injective: two different texts never come out equal. The reading forms ([`Clean::line`], [`Clean::block`],
//! [`Clean::output`]) give up only what costs a reader more than it tells: emoji joiners, CR before LF,
//! single odd spaces, columns of a tab, and the end of very long lines (which they say).

use super::hidden::{Class, classify, joins_cluster};
use super::width::width;
use ratatui::style::Style;
use ratatui::text::Span;
use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

/// Columns between tab stops.
const TAB: usize = 4;
/// Bytes of one source line that are shown; lines of 300 KB occur.
const LINE_CAP: usize = 16 * 1024;
/// Combining marks on one base character that are drawn; more are shown as escapes.
const MARKS: usize = 8;

/// Text that is safe to draw and shows what it hides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Clean(String);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Line,
    Block,
    Output,
    Exact,
    Name,
}

impl Form {
    /// Whether two different texts never come out equal.
    const fn is_exact(self) -> bool {
        matches!(self, Self::Exact | Self::Name)
    }

    const fn ends_lines(self) -> bool {
        !matches!(self, Self::Line | Self::Name)
    }
}

impl Clean {
    /// Cleans one line; line feeds are shown as `␊`.
    #[must_use]
    pub fn line(text: &str) -> Self {
        Self(clean(text, Form::Line))
    }

    /// Cleans a text of several lines; LF and CR LF part lines.
    #[must_use]
    pub fn block(text: &str) -> Self {
        Self(clean(text, Form::Block))
    }

    /// Cleans what a command printed: as [`Clean::block`], with colour codes (SGR) left out.
    #[must_use]
    pub fn output(text: &str) -> Self {
        Self(clean(text, Form::Output))
    }

    /// Cleans without losing anything: for everything that a person approves. Lines are parted by LF;
    /// blanks at a line's end, tabs, and spaces other than U+0020 are drawn; nothing is cut.
    #[must_use]
    pub fn exact(text: &str) -> Self {
        Self(clean(text, Form::Exact))
    }

    /// Cleans one line without losing anything, a file's name before all: as [`Clean::exact`], and line feeds are shown as `␊`.
    #[must_use]
    pub fn name(text: &str) -> Self {
        Self(clean(text, Form::Name))
    }

    /// Takes a text of our own.
    #[must_use]
    pub fn literal(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the text, giving up its proof of being clean.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// Says whether there is nothing to draw.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the columns it takes as one line.
    #[must_use]
    pub fn width(&self) -> usize {
        width(&self.0)
    }

    /// Iterates over its lines.
    pub fn lines(&self) -> std::str::Lines<'_> {
        self.0.lines()
    }

    /// Turns it into a span.
    #[must_use]
    pub fn span(self, style: impl Into<Style>) -> Span<'static> {
        Span::styled(self.0, style.into())
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn clean(text: &str, form: Form) -> String {
    let ends_lines = form.ends_lines();
    let plain = |byte: u8| matches!(byte, b' '..=b'~') || (ends_lines && byte == b'\n');
    if !form.is_exact() && text.len() <= LINE_CAP && !text.contains("<U+") && text.bytes().all(plain) {
        return text.to_owned();
    }
    let mut out = Out::new(text.len(), form);
    if form.is_exact() {
        out.line(text);
    } else if ends_lines {
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                out.end_line();
            }
            out.capped(line.strip_suffix('\r').unwrap_or(line));
        }
    } else {
        out.capped(text);
    }
    out.text
}

struct Out {
    text: String,
    form: Form,
    /// Byte in `text` up to which `column` is counted.
    counted: usize,
    column: usize,
    /// Combining marks on the last base; `None` where there is no base to combine with.
    marks: Option<usize>,
}

impl Out {
    fn new(size: usize, form: Form) -> Self {
        Self {
            text: String::with_capacity(size + size / 8),
            form,
            counted: 0,
            column: 0,
            marks: None,
        }
    }

    fn end_line(&mut self) {
        self.text.push('\n');
        self.counted = self.text.len();
        self.column = 0;
        self.marks = None;
    }

    fn capped(&mut self, line: &str) {
        if line.len() <= LINE_CAP {
            return self.line(line);
        }
        let mut cut = LINE_CAP;
        while !line.is_char_boundary(cut) {
            cut -= 1;
        }
        let (shown, rest) = line.split_at(cut);
        self.line(shown);
        self.text.push_str(&format!(" [{} bytes more on this line]", rest.len()));
    }

    fn line(&mut self, line: &str) {
        let mut chars = line.chars().peekable();
        let mut before = None;
        while let Some(c) = chars.next() {
            self.char(c, before, &mut chars);
            before = Some(c);
        }
    }

    fn char(&mut self, c: char, before: Option<char>, rest: &mut Peekable<Chars<'_>>) {
        let exact = self.form.is_exact();
        match classify(c) {
            Class::Plain if c == '<' && begins_escape(rest) => self.escape(c),
            Class::Plain if c == ' ' && exact && matches!(rest.peek(), None | Some('\n')) => self.picture(c),
            Class::Plain => self.base(c),
            Class::Control if c == '\n' && exact && self.form.ends_lines() => self.end_line(),
            Class::Control if c == '\t' => self.tab(),
            Class::Control if c == '\u{1b}' && self.form == Form::Output && skip_color(rest) => {}
            Class::Control => self.picture(c),
            Class::Mark if !joins_cluster(c, before) => self.escape(c),
            Class::Mark => match self.marks {
                Some(marks) if marks < MARKS => {
                    self.text.push(c);
                    self.marks = Some(marks + 1);
                }
                _ => self.escape(c),
            },
            Class::Blank if !exact && !before.is_some_and(is_blank) && !rest.peek().copied().is_some_and(is_blank) => self.base(c),
            Class::Joiner if !exact && self.marks.is_some() && joins(c, before, rest.peek().copied()) => {}
            Class::Private if !exact => self.base(c),
            Class::Blank | Class::Joiner | Class::Private | Class::Hidden | Class::Picture => self.escape(c),
        }
    }

    fn base(&mut self, c: char) {
        self.text.push(c);
        self.marks = Some(0);
    }

    fn picture(&mut self, c: char) {
        let code = u32::from(c);
        let picture = match code {
            0..=0x20 => char::from_u32(0x2400 + code),
            0x7f => Some('\u{2421}'),
            _ => None,
        };
        match picture {
            Some(picture) => {
                self.text.push(picture);
                self.marks = None;
            }
            None => self.escape(c),
        }
    }

    fn escape(&mut self, c: char) {
        self.text.push_str(&format!("<U+{:04X}>", u32::from(c)));
        self.marks = None;
    }

    fn tab(&mut self) {
        if self.form.is_exact() {
            self.text.push('\u{2409}');
        }
        self.column += width(&self.text[self.counted..]);
        let pad = TAB - self.column % TAB;
        self.text.extend(std::iter::repeat_n(' ', pad));
        self.column += pad;
        self.counted = self.text.len();
        self.marks = None;
    }
}

/// Says whether `U+` follows, which would make a literal `<` look like one of our escapes.
fn begins_escape(rest: &Peekable<Chars<'_>>) -> bool {
    let mut ahead = rest.clone();
    ahead.next() == Some('U') && ahead.next() == Some('+')
}

/// Skips the rest of a well-formed colour code (`[1;31m`) after its ESC; leaves anything else alone.
fn skip_color(rest: &mut Peekable<Chars<'_>>) -> bool {
    let mut ahead = rest.clone();
    if ahead.next() != Some('[') {
        return false;
    }
    for length in 0..32 {
        match ahead.next() {
            Some('0'..='9' | ';' | ':') => {}
            Some('m') => {
                for _ in 0..length + 2 {
                    rest.next();
                }
                return true;
            }
            _ => return false,
        }
    }
    false
}

fn is_blank(c: char) -> bool {
    c == ' ' || classify(c) == Class::Blank
}

/// Says whether a joiner or a presentation selector does its everyday work inside an emoji.
fn joins(joiner: char, before: Option<char>, after: Option<char>) -> bool {
    let emoji =
        |c: char| matches!(u32::from(c), 0x203c..=0x2bff | 0x3030 | 0x303d | 0x3297 | 0x3299 | 0x1f000..=0x1faff | 0xa9 | 0xae);
    let keycap = |c: char| matches!(c, '#' | '*' | '0'..='9');
    match joiner {
        // A presentation selector may stand between an emoji and its joiner.
        '\u{200d}' => before.is_some_and(|c| c == '\u{fe0f}' || emoji(c)) && after.is_some_and(emoji),
        _ => before.is_some_and(|c| emoji(c) || keycap(c)),
    }
}
