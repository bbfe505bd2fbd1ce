//! A feature list file as it is read, whoever wrote it.

use super::super::console::Console;
use super::super::failure::Failure;
use super::super::words;
use crate::harness::feature_list::{FeatureList, ListError, line_and_column, read_bytes, source};
use crate::protocol::{Detail, Feature, FeatureStatus};
use crate::ui::text::{Clean, width};
use serde::Serialize;
use std::path::Path;

/// Lines shown before and after the one that cannot be read.
const AROUND: usize = 3;

/// The machine-readable form. Fields are added, never renamed.
#[derive(Debug, Serialize)]
struct Sheet<'a> {
    file: String,
    container: &'a str,
    flag: Option<&'a str>,
    encoding: &'static str,
    features: Vec<Row<'a>>,
    notices: &'a [String],
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    /// Place in the list, from 1.
    index: usize,
    /// As the file has it.
    id: Option<&'a str>,
    text: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    title: &'a str,
    steps: &'a [String],
    /// `passing`, `failing` or `unknown`.
    status: FeatureStatus,
    /// The list's own words for it.
    flags: Vec<Said<'a>>,
    category: &'a str,
    priority: &'a str,
    depends: &'a [String],
    tests: &'a [String],
    files: &'a [String],
    details: &'a [Detail],
}

#[derive(Debug, Serialize)]
struct Said<'a> {
    key: &'a str,
    value: &'a str,
}

/// What is printed of a file that is no list.
#[derive(Debug, Serialize)]
struct Unread {
    file: String,
    error: String,
    line: Option<usize>,
    column: Option<usize>,
    text: Option<String>,
}

/// Prints a list.
///
/// # Errors
/// Fails if it cannot be read; its text is printed before that, as far as it is text.
pub fn print(path: &Path, json: bool, console: &mut Console) -> Result<(), Failure> {
    let list = match read_bytes(path) {
        Ok(Some(bytes)) => FeatureList::parse(&path.display().to_string(), bytes),
        Ok(None) => return Err(Failure::unready(format!("{} is gone", path.display()))),
        Err(error) => Err(error),
    };
    let list = match list {
        Ok(list) => list,
        Err(error) if json => {
            tell_unread(path, &error, console)?;
            return Err(Failure::unready(format!("the feature list cannot be read: {error}")));
        }
        Err(error) => {
            let shown = around(path, &error, console)?;
            let how = if shown { "is shown as it is" } else { "cannot be read" };
            return Err(Failure::unready(format!("the feature list {how}: {error}")));
        }
    };
    if json {
        console.json(&sheet(path, &list))?;
    } else {
        table(&list, console)?;
    }
    for notice in list.notices() {
        console.note(format!("note: {}", Clean::line(notice)))?;
    }
    Ok(())
}

fn sheet<'a>(path: &Path, list: &'a FeatureList) -> Sheet<'a> {
    let row = |(at, feature): (usize, &'a Feature)| Row {
        index: at + 1,
        id: list.own_id(at),
        text: &feature.description,
        title: &feature.title,
        steps: &feature.steps,
        status: feature.status,
        flags: list.flag(at).map_or_else(Vec::new, |flag| {
            let said = flag.tokens.iter().map(|token| Said {
                key: &token.key,
                value: &token.shown,
            });
            said.collect()
        }),
        category: &feature.category,
        priority: &feature.priority,
        depends: &feature.depends,
        tests: &feature.tests,
        files: &feature.files,
        details: &feature.details,
    };
    Sheet {
        file: path.display().to_string(),
        container: list.container(),
        flag: list.flag_key(),
        encoding: list.encoding(),
        features: list.features().iter().enumerate().map(row).collect(),
        notices: list.notices(),
    }
}

fn table(list: &FeatureList, console: &mut Console) -> Result<(), Failure> {
    let ids: Vec<Clean> = list
        .features()
        .iter()
        .map(|feature| Clean::line(feature.id.as_str()))
        .collect();
    let columns = ids.iter().map(|id| width(id.as_str())).max().unwrap_or_default().min(24);
    for (feature, id) in list.features().iter().zip(&ids) {
        let status = words::status(feature.status);
        let pad = " ".repeat(columns.saturating_sub(id.width()));
        let word = match feature.word.as_str() {
            "" => String::new(),
            word => format!("[{}] ", Clean::line(word)),
        };
        let text = if feature.title.is_empty() {
            &feature.description
        } else {
            &feature.title
        };
        console.line(format!("{status:<9}  {id}{pad}  {word}{}", Clean::line(text)))?;
    }
    let passing = list
        .features()
        .iter()
        .filter(|feature| feature.status == FeatureStatus::Passing)
        .count();
    let flag = list.flag_key().map_or_else(|| no_flag(list), |key| format!("flag \"{key}\""));
    console.line(format!(
        "{passing} of {} pass  ({}, {}, {})",
        list.features().len(),
        Clean::line(list.container()),
        Clean::line(&flag),
        list.encoding()
    ))?;
    Ok(())
}

/// Says that there is no flag, or why what looks like one is none.
fn no_flag(list: &FeatureList) -> String {
    let trouble = list.flag(0).and_then(|flag| flag.trouble.as_ref());
    let odd = trouble.filter(|(_, why)| why.starts_with('"'));
    odd.map_or_else(|| "no flag".to_owned(), |(_, why)| format!("no flag: {why}"))
}

/// Tells a program why a file is no list, where, and what is in it as far as it is text.
///
/// # Errors
/// Fails if standard output does.
pub fn tell_unread(path: &Path, error: &ListError, console: &mut Console) -> Result<(), Failure> {
    let at = error.place();
    console.json(&Unread {
        file: path.display().to_string(),
        error: error.to_string(),
        line: at.map(|(line, _)| line),
        column: at.map(|(_, column)| column),
        text: text(path, error),
    })?;
    Ok(())
}

/// What stands in a file that is no list. Bytes that are no text are replaced where the rest is.
fn text(path: &Path, error: &ListError) -> Option<String> {
    let bytes = read_bytes(path).ok().flatten()?;
    match source::Source::read(bytes.clone()) {
        Ok(source) => Some(source.text().to_owned()),
        Err(_) => error.place().map(|_| String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// Shows a person the place of a file that cannot be read as a list; says whether there was anything to show.
fn around(path: &Path, error: &ListError, console: &mut Console) -> Result<bool, Failure> {
    let at = error.place();
    let Some(text) = text(path, error) else { return Ok(false) };
    let (last, _) = line_and_column(&text, text.len());
    let (line, column) = at.unwrap_or((1, 1));
    for (number, shown) in text.lines().enumerate().map(|(index, shown)| (index + 1, shown)) {
        if number.abs_diff(line) > AROUND {
            continue;
        }
        let digits = last.to_string().len();
        // A file in one line is not printed whole; the place in it is what is asked for.
        let cut: String = shown.chars().skip(column.saturating_sub(60)).take(160).collect();
        let cut = if number == line {
            cut
        } else {
            shown.chars().take(160).collect()
        };
        console.line(format!("{number:>digits$} | {}", Clean::line(&cut)))?;
        if at.is_some() && number == line {
            let before: String = shown.chars().take(column - 1).skip(column.saturating_sub(60)).collect();
            let pad = " ".repeat(width(Clean::line(&before).as_str()));
            console.line(format!("{} | {pad}^", " ".repeat(digits)))?;
        }
    }
    Ok(true)
}
