//! One settings file as flat keys with their lines.
//!
//! Pure. Invariant: every key of the file comes out exactly once, with the line it stands on.

use super::ConfigError;
use super::layers::Document;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

/// A key of a file.
#[derive(Debug, PartialEq)]
pub(super) struct Entry {
    /// Dotted name.
    pub(super) key: String,
    /// Its value.
    pub(super) value: Value,
    /// Line, from 1.
    pub(super) line: usize,
}

/// Parses a file into its entries, in file order.
pub(super) fn entries(document: &Document) -> Result<Vec<Entry>, ConfigError> {
    let text = document.text.as_str();
    let syntax = |error: &toml::de::Error| ConfigError::Syntax {
        path: document.path.clone(),
        line: error.span().map_or(1, |span| line_of(text, span.start)),
        message: error.message().replace('\n', "; "),
    };
    // Twice: once for values, once for places.
    let values: Table = toml::from_str(text).map_err(|error| syntax(&error))?;
    let places = DeTable::parse(text).map_err(|error| syntax(&error))?;
    let mut all = Vec::new();
    collect(text, "", &values, places.get_ref(), &mut all);
    all.sort_by_key(|entry| entry.line);
    Ok(all)
}

fn collect(text: &str, prefix: &str, values: &Table, places: &DeTable<'_>, all: &mut Vec<Entry>) {
    for (name, place) in places {
        let Some(value) = values.get(name.get_ref().as_ref()) else {
            continue;
        };
        let key = if prefix.is_empty() {
            name.get_ref().to_string()
        } else {
            format!("{prefix}.{}", name.get_ref())
        };
        match (value, table(place)) {
            (Value::Table(inner), Some(places)) if !inner.is_empty() => collect(text, &key, inner, places, all),
            // An empty table sets nothing.
            (Value::Table(_), _) => {}
            _ => all.push(Entry {
                key,
                value: value.clone(),
                line: line_of(text, name.span().start),
            }),
        }
    }
}

fn table<'a, 'b>(place: &'a Spanned<DeValue<'b>>) -> Option<&'a DeTable<'b>> {
    place.get_ref().as_table()
}

fn line_of(text: &str, at: usize) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes().get(..at).unwrap_or_default()).count() + 1
}
