//! Generated lists in every container, flag, spelling and encoding: a flip changes its value and nothing else.

use super::super::{FeatureList, SetFlag};
use crate::protocol::FeatureStatus;
use proptest::prelude::*;

/// A list's text with a mark where each flag's value stands, and the values.
#[derive(Debug, Clone)]
struct Made {
    text: String,
    /// Byte spans of the values, and whether they say that the feature passes.
    values: Vec<(std::ops::Range<usize>, bool)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Utf8,
    Utf8Mark,
    Le,
    LeMark,
    Be,
    BeMark,
}

fn bytes(text: &str, form: Form) -> Vec<u8> {
    let marked = |of: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> { format!("{mark}{text}").encode_utf16().flat_map(of).collect() };
    match form {
        Form::Utf8 => text.as_bytes().to_vec(),
        Form::Utf8Mark => format!("\u{feff}{text}").into_bytes(),
        Form::Le => marked(u16::to_le_bytes, ""),
        Form::LeMark => marked(u16::to_le_bytes, "\u{feff}"),
        Form::Be => marked(u16::to_be_bytes, ""),
        Form::BeMark => marked(u16::to_be_bytes, "\u{feff}"),
    }
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![
        Just(Form::Utf8),
        Just(Form::Utf8Mark),
        Just(Form::Le),
        Just(Form::LeMark),
        Just(Form::Be),
        Just(Form::BeMark),
    ]
}

/// The flag's key and its values for not passing and passing.
fn flag() -> impl Strategy<Value = [&'static str; 3]> {
    prop_oneof![
        Just(["passes", "false", "true"]),
        Just(["passing", "false", "true"]),
        Just(["status", "\"pending\"", "\"done\""]),
        Just(["status", "\"Not Started\"", "\"Completed\""]),
        Just(["state", "\"not-started\"", "\"p\\u0061ssed\""]),
        Just(["implemented", "false", "true"]),
    ]
}

fn container() -> impl Strategy<Value = [&'static str; 2]> {
    prop_oneof![
        Just(["[", "]"]),
        Just(["{\"project\": \"é\", \"features\": [", "], \"tail\": [{\"passes\": true}]}"]),
        Just(["{\"userStories\":[", "]}"]),
        Just([
            "{\"phases\": [{\"name\": \"p\", \"features\": [",
            "]}, {\"name\": \"q\", \"features\": []}]}"
        ]),
        Just(["// a comment {[\"\n{\"tasks\": [", ",],}\n// the end"]),
    ]
}

prop_compose! {
    fn made()(
        [open, close] in container(),
        [key, no, yes] in flag(),
        blank in prop_oneof![Just(""), Just(" "), Just("\n  "), Just("\r\n\t"), Just(" /* passes: true */ ")],
        // Both words are there twice, so that a flip has one to go by, and one to go back by.
        rest in prop::collection::vec((any::<bool>(), "[a-zé漢😀 \\\\/{}\\[\\],:]{0,12}", any::<bool>()), 0..6),
        tail in prop_oneof![Just(""), Just("\n"), Just("\r\n\r\n")],
    ) -> Made {
        let fixed = [true, true, false, false].map(|passes| (passes, "é".to_owned(), false));
        let (mut text, mut values) = (open.to_owned(), Vec::new());
        for (index, (passes, words, first)) in fixed.into_iter().chain(rest).enumerate() {
            if index > 0 {
                text.push(',');
                text.push_str(blank);
            }
            let words = words.replace('\\', "\\\\");
            let others = format!("\"description\":{blank}\"{words}\", \"steps\": [{{\"title\": \"x\", \"passes\": {}}}]", !passes);
            text.push('{');
            if !first {
                text.push_str(&others);
                text.push(',');
            }
            text.push_str(&format!("\"{key}\"{blank}:{blank}"));
            let value = if passes { yes } else { no };
            values.push((text.len()..text.len() + value.len(), passes));
            text.push_str(value);
            if first {
                text.push(',');
                text.push_str(&others);
            }
            text.push('}');
        }
        text.push_str(close);
        text.push_str(tail);
        Made { text, values }
    }
}

proptest! {
    #[test]
    fn a_flip_changes_one_value_and_back_again_is_as_before(made in made(), form in form(), pick in any::<prop::sample::Index>()) {
        let before = bytes(&made.text, form);
        let list = FeatureList::parse("l", before.clone()).unwrap();
        prop_assert_eq!(list.features().len(), made.values.len());
        let at = pick.index(made.values.len());
        let (span, passes) = made.values[at].clone();
        prop_assert_eq!(list.features()[at].status == FeatureStatus::Passing, passes);

        let set = |passes| SetFlag { passes, ..SetFlag::default() };
        prop_assert_eq!(list.set(at, set(passes)).unwrap(), before.clone());
        let flipped = list.set(at, set(!passes)).unwrap();
        let (other, _) = made.values.iter().find(|(_, other)| *other != passes).unwrap();
        let mut expected = made.text.clone();
        expected.replace_range(span, &made.text[other.clone()]);
        prop_assert_eq!(&flipped, &bytes(&expected, form));

        let again = FeatureList::parse("l", flipped).unwrap();
        prop_assert_eq!(again.set(at, set(passes)).unwrap(), before);
    }

    #[test]
    fn arbitrary_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = FeatureList::parse("l", bytes);
    }

    #[test]
    fn a_damaged_list_is_read_or_refused(made in made(), form in form(), at in any::<prop::sample::Index>(), with in prop::collection::vec(any::<u8>(), 0..4)) {
        let mut bytes = bytes(&made.text, form);
        let at = at.index(bytes.len());
        bytes.splice(at..(at + 2).min(bytes.len()), with);
        if let Ok(list) = FeatureList::parse("l", bytes) {
            for at in 0..list.features().len() {
                let _ = list.set(at, SetFlag::default());
            }
        }
    }
}
