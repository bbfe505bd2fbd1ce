//! Lists of every shape that is met in the wild, in `tests/corpus/lists`: what is read of each is in `tests/corpus/facts`, and every
//! flag of every list is flipped.
//!
//! `INSTA_UPDATE=always` writes the facts anew: look at the difference before it is committed, each line of it says what a person
//! will see of somebody's list.

use super::super::vocabulary::Kind;
use super::super::{FeatureList, SetFlag};
use crate::protocol::FeatureStatus;
use std::fmt::Write as _;
use std::path::PathBuf;

fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/lists");
    let mut lists: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (
                path.file_stem().unwrap().to_str().unwrap().to_owned(),
                std::fs::read(&path).unwrap(),
            )
        })
        .collect();
    lists.sort();
    lists
}

/// What a flip does, as a person would say it: the values before and after.
fn change(list: &FeatureList, at: usize, passes: bool) -> String {
    let set = SetFlag {
        passes,
        ..SetFlag::default()
    };
    match list.splices(at, set) {
        Err(error) => format!(
            "refused: {}",
            error.to_string().trim_start_matches("list: ").trim_start_matches("list:")
        ),
        Ok(splices) if splices.is_empty() => "as it is".to_owned(),
        Ok(splices) => {
            let one = |(span, new): &(std::ops::Range<usize>, String)| format!("{} => {new}", &list.text()[span.clone()]);
            splices.iter().map(one).collect::<Vec<_>>().join(", ")
        }
    }
}

fn facts(bytes: &[u8]) -> String {
    let list = match FeatureList::parse("list", bytes.to_vec()) {
        Ok(list) => list,
        Err(error) => return format!("refused: {error}\n"),
    };
    let mut out = format!(
        "container {}, flag {}, {}\n",
        list.container(),
        list.flag_key().unwrap_or("none"),
        list.encoding()
    );
    for (at, feature) in list.features().iter().enumerate() {
        let own = list.own_id(at).map_or("no id".to_owned(), |own| format!("id {own:?}"));
        write!(out, "\n{} ({own}) {:?}", feature.id, feature.status).unwrap();
        for (name, text) in [
            ("word", &feature.word),
            ("category", &feature.category),
            ("title", &feature.title),
            ("text", &feature.description),
            ("priority", &feature.priority),
        ] {
            if !text.is_empty() {
                write!(out, "\n  {name}: {text}").unwrap();
            }
        }
        for (name, texts) in [
            ("steps", &feature.steps),
            ("tests", &feature.tests),
            ("depends", &feature.depends),
        ] {
            if !texts.is_empty() {
                write!(out, "\n  {name}: {texts:?}").unwrap();
            }
        }
        for detail in &feature.details {
            write!(out, "\n  + {}: {}", detail.key, detail.value.replace('\n', " ")).unwrap();
        }
        write!(out, "\n  to passing: {}", change(&list, at, true)).unwrap();
        write!(out, "\n  to failing: {}", change(&list, at, false)).unwrap();
    }
    for notice in list.notices() {
        write!(out, "\nnotice: {notice}").unwrap();
    }
    out.push('\n');
    out
}

#[test]
fn every_list_is_read_as_its_facts_say() {
    let lists = corpus();
    assert!(lists.len() >= 60, "{} lists", lists.len());
    insta::with_settings!({ snapshot_path => "../../../../tests/corpus/facts", prepend_module_to_snapshot => false, omit_expression => true }, {
        for (name, bytes) in lists {
            insta::assert_snapshot!(name.as_str(), facts(&bytes));
        }
    });
}

/// The text of bytes in any encoding, by other means than the reader's.
fn plainly(bytes: &[u8]) -> String {
    let wide = |of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks(2).map(|pair| of([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, ..] | [_, 0, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] | [0, _, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

/// Where two texts differ: what stands in each between the common beginning and the common end.
fn difference<'a>(a: &'a str, b: &'a str) -> (usize, usize) {
    let start = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let end = a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count();
    (start, a.len() - end.min(a.len() - start))
}

#[test]
fn every_flip_of_every_list_changes_its_flag_and_no_other_byte() {
    let (mut made, mut same) = (0, 0);
    for (name, bytes) in corpus() {
        let Ok(list) = FeatureList::parse(&name, bytes.clone()) else {
            continue;
        };
        for at in 0..list.features().len() {
            for passes in [true, false] {
                let set = SetFlag {
                    passes,
                    ..SetFlag::default()
                };
                let Ok(flipped) = list.set(at, set) else { continue };
                let flag = list.flag(at).unwrap();
                let (before, after) = (plainly(&bytes), plainly(&flipped));
                if flipped == bytes {
                    let status = list.features()[at].status;
                    assert_eq!(status == FeatureStatus::Passing, passes, "{name} {at}");
                    same += 1;
                    continue;
                }
                made += 1;
                let (start, end) = difference(&before, &after);
                let (first, last) = (
                    flag.tokens.iter().map(|token| token.span.start).min(),
                    flag.tokens.iter().map(|token| token.span.end).max(),
                );
                assert!(first.unwrap() <= start && end <= last.unwrap(), "{name} {at}: {start}..{end}");

                let now = FeatureList::parse(&name, flipped.clone()).unwrap();
                assert_eq!(now.encoding(), list.encoding());
                assert_eq!(now.features()[at].status == FeatureStatus::Passing, passes, "{name} {at}");
                for (other, (was, is)) in list.features().iter().zip(now.features()).enumerate() {
                    assert!(other == at || was == is, "{name}: {other} changed with {at}");
                }
                // Back again with the word that it had.
                let word = flag
                    .tokens
                    .iter()
                    .find(|token| token.kind == Kind::Word)
                    .map(|token| token.shown.clone());
                let back = SetFlag {
                    passes: !passes,
                    word: word.as_deref(),
                    settle: false,
                };
                let known = flag.tokens.iter().all(|token| token.passes.is_some());
                let one_word = flag.tokens.iter().filter(|token| token.kind == Kind::Word).count() < 2;
                if known && one_word {
                    assert_eq!(now.set(at, back).unwrap(), bytes, "{name} {at}: there and back");
                }
            }
        }
    }
    assert!(made > 100 && same > 100, "{made} flips, {same} that change nothing");
}
