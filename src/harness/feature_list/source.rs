//! A list's bytes and the text in them.
//!
//! Owns encodings: UTF-8 and UTF-16 of both orders, with and without a byte order mark. Does not own what the text says. Invariant:
//! [`Source::spliced`] leaves every byte outside of the replaced spans as it was, whatever the encoding; spans are those of
//! [`Source::text`], in which a byte order mark stands as U+FEFF.

use super::position::line_and_column;
use std::ops::Range;

/// How a file writes text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    form: Form,
    mark: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// Its name, for people: `UTF-8`, `UTF-16LE with BOM`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match (self.form, self.mark) {
            (Form::Utf8, false) => "UTF-8",
            (Form::Utf8, true) => "UTF-8 with BOM",
            (Form::Utf16Le, false) => "UTF-16LE",
            (Form::Utf16Le, true) => "UTF-16LE with BOM",
            (Form::Utf16Be, false) => "UTF-16BE",
            (Form::Utf16Be, true) => "UTF-16BE with BOM",
        }
    }

    /// Finds out from the first bytes. JSON begins with two characters of ASCII, so a zero among them tells.
    fn of(bytes: &[u8]) -> Result<Self, String> {
        let (form, mark) = match bytes {
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, 1..=255, ..] | [1..=255, 0, 0, 0, ..] => {
                return Err("the file is UTF-32".into());
            }
            [0xff, 0xfe, ..] => (Form::Utf16Le, true),
            [0xfe, 0xff, ..] => (Form::Utf16Be, true),
            [0xef, 0xbb, 0xbf, ..] => (Form::Utf8, true),
            [1..=255, 0, ..] => (Form::Utf16Le, false),
            [0, 1..=255, ..] => (Form::Utf16Be, false),
            _ => (Form::Utf8, false),
        };
        Ok(Self { form, mark })
    }

    fn encode(self, text: &str, out: &mut Vec<u8>) {
        match self.form {
            Form::Utf8 => out.extend_from_slice(text.as_bytes()),
            Form::Utf16Le => text.encode_utf16().for_each(|unit| out.extend(unit.to_le_bytes())),
            Form::Utf16Be => text.encode_utf16().for_each(|unit| out.extend(unit.to_be_bytes())),
        }
    }
}

/// A replacement of text.
pub type Splice = (Range<usize>, String);

/// Bytes that are no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoText {
    /// What they are instead.
    pub what: String,
    /// Line and column from 1, where it is one place.
    pub at: Option<(usize, usize)>,
}

/// A file's bytes, decoded.
#[derive(Debug, Clone)]
pub struct Source {
    encoding: Encoding,
    text: String,
    /// The bytes, where they are not the text's own.
    wide: Vec<u8>,
}

impl Source {
    /// Decodes.
    ///
    /// # Errors
    /// What the bytes are instead of text, and where.
    pub fn read(bytes: Vec<u8>) -> Result<Self, NoText> {
        let nowhere = |what| NoText { what, at: None };
        let encoding = Encoding::of(&bytes).map_err(nowhere)?;
        if encoding.form == Form::Utf8 {
            let text = String::from_utf8(bytes).map_err(|error| {
                let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
                let valid = String::from_utf8_lossy(valid);
                let (line, column) = line_and_column(&valid, valid.len());
                NoText {
                    what: format!("the bytes at line {line}, column {column} are not UTF-8"),
                    at: Some((line, column)),
                }
            })?;
            let wide = Vec::new();
            return Ok(Self { encoding, text, wide });
        }
        let (pairs, rest) = bytes.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(nowhere(format!(
                "the file is {} and ends in half a character",
                encoding.name()
            )));
        }
        let unit = |pair: &[u8; 2]| match encoding.form {
            Form::Utf16Be => u16::from_be_bytes(*pair),
            Form::Utf8 | Form::Utf16Le => u16::from_le_bytes(*pair),
        };
        // Half of a surrogate pair becomes U+FFFD, which is one unit as well: offsets stay true.
        let characters = char::decode_utf16(pairs.iter().map(unit));
        let text = characters.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        let wide = bytes;
        Ok(Self { encoding, text, wide })
    }

    /// The text, with the byte order mark if there is one.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The exact bytes that were read.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self.encoding.form {
            Form::Utf8 => self.text.as_bytes(),
            Form::Utf16Le | Form::Utf16Be => &self.wide,
        }
    }

    /// The encoding.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The bytes with spans of the text replaced. Spans do not overlap; of two insertions at one place the first one stands first.
    #[must_use]
    pub fn spliced(&self, splices: &[Splice]) -> Vec<u8> {
        let mut ordered: Vec<&Splice> = splices.iter().collect();
        ordered.sort_by_key(|(span, _)| (span.start, span.end));
        let mut out = Vec::with_capacity(self.bytes().len() + 64);
        let (mut text_at, mut byte_at) = (0, 0);
        for (span, new) in ordered {
            let from = byte_at + self.length(text_at..span.start);
            out.extend_from_slice(self.bytes().get(byte_at..from).unwrap_or_default());
            self.encoding.encode(new, &mut out);
            byte_at = from + self.length(span.clone());
            text_at = span.end;
        }
        out.extend_from_slice(self.bytes().get(byte_at..).unwrap_or_default());
        out
    }

    /// Bytes that a piece of the text takes in the file.
    fn length(&self, span: Range<usize>) -> usize {
        match self.encoding.form {
            Form::Utf8 => span.len(),
            Form::Utf16Le | Form::Utf16Be => self.text.get(span).unwrap_or("").encode_utf16().count() * 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str, little: bool) -> Vec<u8> {
        let units = text.encode_utf16();
        let pair = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        units.flat_map(pair).collect()
    }

    #[test]
    fn every_encoding_is_found_and_spliced_in_its_own_bytes() {
        let plain = "[\"é😀\", true, 1]";
        for (mark, name) in [(false, ""), (true, " with BOM")] {
            let text = if mark { format!("\u{feff}{plain}") } else { plain.to_owned() };
            let new = text.replace("true", "\"ü😀\"");
            let at = text.find("true").unwrap();
            let splice = [(at..at + 4, "\"ü😀\"".to_owned())];
            for (bytes, expected, form) in [
                (text.clone().into_bytes(), new.clone().into_bytes(), "UTF-8"),
                (wide(&text, true), wide(&new, true), "UTF-16LE"),
                (wide(&text, false), wide(&new, false), "UTF-16BE"),
            ] {
                let source = Source::read(bytes.clone()).unwrap();
                assert_eq!((source.text(), source.bytes()), (text.as_str(), bytes.as_slice()));
                assert_eq!(source.encoding().name(), format!("{form}{name}"));
                assert_eq!(source.spliced(&splice), expected);
                assert_eq!(source.spliced(&[]), bytes);
            }
        }
    }

    #[test]
    fn several_splices_stand_in_order_and_lone_surrogates_keep_their_bytes() {
        let mut bytes = wide("[\"", true);
        bytes.extend([0x00, 0xd8]);
        bytes.extend(wide("\", false, 2]", true));
        let source = Source::read(bytes.clone()).unwrap();
        let at = source.text().find("false").unwrap();
        let end = source.text().len();
        let out = source.spliced(&[(end..end, "\n".into()), (at..at + 5, "true".into()), (0..0, " ".into())]);
        let mut expected = wide(" [\"", true);
        expected.extend([0x00, 0xd8]);
        expected.extend(wide("\", true, 2]\n", true));
        assert_eq!(out, expected);
    }

    #[test]
    fn what_is_no_text_is_named() {
        let told = |bytes: &[u8]| Source::read(bytes.to_vec()).unwrap_err().what;
        assert_eq!(told(b"[\0\0\0"), "the file is UTF-32");
        assert_eq!(told(&[0xff, 0xfe, 0, 0]), "the file is UTF-32");
        assert_eq!(told(b"[\0]"), "the file is UTF-16LE and ends in half a character");
        assert_eq!(told(b"[\n \"\xe9\"]"), "the bytes at line 2, column 3 are not UTF-8");
    }
}
