//! What a reader should know of a list: what is odd in it, and what was made of that.
//!
//! Invariant: what is said once of the whole list is not said again of each of its features, and there are at most [`MOST`] lines.

use super::container::Container;
use super::counters;
use super::entry::Entry;
use super::json::Document;
use super::line_and_column;
use crate::protocol::Feature;
use std::collections::HashMap;

/// Notices shown at most; a hostile list could have one per element.
const MOST: usize = 50;

/// Collects them, those about the whole list first, then in file order.
pub fn of(text: &str, document: &Document, container: &Container<'_>, features: &[Feature], entries: &[Entry]) -> Vec<String> {
    let mut whole = about_ids(entries);
    let mut odd: Vec<(usize, String)> = document.oddities.iter().chain(&container.oddities).cloned().collect();
    odd.extend(counters::stale(text, &document.root, features));
    about_flags(entries, &mut whole, &mut odd);
    twins(text, entries, &mut odd);
    odd.sort_by_key(|(at, _)| *at);
    let total = odd.len();
    whole.extend(odd.into_iter().take(MOST).map(|(at, what)| {
        let (line, column) = line_and_column(text, at);
        format!("line {line}, column {column}: {what}")
    }));
    if total > MOST {
        whole.push(format!("and {} more", total - MOST));
    }
    whole
}

fn about_ids(entries: &[Entry]) -> Vec<String> {
    let with = entries.iter().filter(|entry| entry.own_id.is_some()).count();
    if with == 0 || with == entries.len() {
        return Vec::new();
    }
    vec![format!(
        "{with} of {} features have an id; the others are named by their place",
        entries.len()
    )]
}

/// Says what stands in the place of a flag, where all have one that is none.
fn odd_value(entries: &[Entry]) -> Option<String> {
    let (_, first) = entries.first()?.flag.trouble.as_ref()?;
    let named = first.starts_with('"') && !first.ends_with("times in it");
    let same = entries
        .iter()
        .all(|entry| entry.flag.trouble.as_ref().is_some_and(|(_, why)| why == first));
    (named && same).then(|| format!("{first}, in each feature"))
}

fn about_flags(entries: &[Entry], whole: &mut Vec<String>, odd: &mut Vec<(usize, String)>) {
    let flagless = |entry: &&Entry| entry.flag.tokens.is_empty();
    if !entries.is_empty() && entries.iter().all(|entry| flagless(&entry) && !is_element(entry)) {
        let said = odd_value(entries).unwrap_or_else(|| "no feature says whether it passes".to_owned());
        whole.push(format!("{said}, so none can be flipped; they count as not passing"));
    } else {
        for (index, entry) in entries.iter().enumerate() {
            let number = index + 1;
            let flag = &entry.flag;
            let start = flag.tokens.first().map_or(entry.span.start, |token| token.span.start);
            if let Some((at, why)) = &flag.trouble {
                let what = if is_element(entry) {
                    format!("element {number}")
                } else {
                    format!("feature {number}")
                };
                let why = why.strip_prefix("the element ").unwrap_or(why);
                let joint = if is_element(entry) { " " } else { ": " };
                let so = if flag.tokens.is_empty() {
                    "it counts as not passing"
                } else {
                    "none of them is flipped"
                };
                odd.push((*at, format!("{what}{joint}{why}; {so}")));
            } else if flag.disagrees() {
                let what = format!(
                    "feature {number}: its flags disagree ({}); it stays so until a person settles it",
                    flag.shown()
                );
                odd.push((start, what));
            }
            let stranger = flag.tokens.iter().find(|token| token.passes.is_none());
            if let Some(token) = stranger {
                let word = &token.shown;
                let empty = if word.is_empty() {
                    "which says nothing"
                } else {
                    "a word that is not known to mean done or not done"
                };
                odd.push((start, format!("feature {number}: \"{}\" says \"{word}\", {empty}", token.key)));
            }
        }
    }
    let several = entries
        .iter()
        .find(|entry| entry.flag.trouble.is_none() && entry.flag.tokens.len() > 1);
    if let Some(entry) = several {
        let keys: Vec<String> = entry.flag.tokens.iter().map(|token| format!("\"{}\"", token.key)).collect();
        whole.push(format!(
            "features have more than one flag ({}); a flip sets all of them",
            keys.join(", ")
        ));
    }
}

/// Whether it is no object at all.
fn is_element(entry: &Entry) -> bool {
    entry
        .flag
        .trouble
        .as_ref()
        .is_some_and(|(_, why)| why.starts_with("the element "))
}

fn twins(text: &str, entries: &[Entry], odd: &mut Vec<(usize, String)>) {
    let mut first: HashMap<&str, (usize, usize)> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let Some(id) = entry.own_id.as_deref() else { continue };
        let Some((at, start)) = first.get(id) else {
            first.insert(id, (index, entry.span.start));
            continue;
        };
        // Lines are counted from the top each time: past the ones that are shown it is not worth it.
        let line = if odd.len() < MOST {
            line_and_column(text, *start).0
        } else {
            0
        };
        let what = format!(
            "the id \"{id}\" is taken already (line {line}); they are named by their places, #{} and #{}",
            at + 1,
            index + 1
        );
        odd.push((entry.span.start, what));
    }
}
