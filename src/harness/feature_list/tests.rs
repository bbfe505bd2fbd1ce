//! Lists as people and models write them; flips over generated documents.

mod corpus;
mod generated;

use super::json::Value;
use super::*;
use crate::protocol::FeatureStatus;
use proptest::prelude::*;

fn list(text: &str) -> FeatureList {
    FeatureList::parse("feature_list.json", text.as_bytes().to_vec()).unwrap()
}

fn refusal(text: &str) -> String {
    FeatureList::parse("l.json", text.as_bytes().to_vec())
        .unwrap_err()
        .to_string()
}

const SMALL: &str = r#"[
  {"id": "F001", "category": "functional", "description": "Adds a note", "steps": ["run add", "look"], "passes": true, "tests": ["tests/01-add.sh"]},
  {"id": "F002", "description": "Lists notes", "steps": [], "passes": false, "files": ["notes.sh"], "owner": {"passes": true}}
]
"#;

#[test]
fn reads_every_key_of_the_array_form() {
    let list = list(SMALL);
    assert!(list.notices().is_empty(), "{:?}", list.notices());
    let [first, second] = list.features() else { panic!() };
    assert_eq!(
        (first.id.as_str(), first.category.as_str(), first.description.as_str()),
        ("F001", "functional", "Adds a note")
    );
    assert_eq!(
        (first.steps.len(), first.tests.as_slice()),
        (2, ["tests/01-add.sh".to_owned()].as_slice())
    );
    assert_eq!(first.status, FeatureStatus::Passing);
    assert_eq!((second.status, second.files.len()), (FeatureStatus::Failing, 1));
}

#[test]
fn a_flip_touches_one_token_and_not_the_flags_of_nested_objects() {
    let list = list(SMALL);
    let flipped = list.flip(&"F002".into(), true).unwrap();
    assert_eq!(
        String::from_utf8(flipped).unwrap(),
        SMALL.replacen("\"passes\": false", "\"passes\": true", 1)
    );
    assert_eq!(list.flip(&"F001".into(), true).unwrap(), SMALL.as_bytes());
}

#[test]
fn bom_crlf_tabs_escapes_and_a_missing_final_newline_survive() {
    let text = "\u{feff}[\r\n\t{ \"passes\"\t:\tfalse ,\r\n\"description\":\"\\u00e9 \u{e9} \\ud83d\\ude00\"}]";
    let list = list(text);
    assert_eq!(list.features()[0].description, "é é 😀");
    assert_eq!(list.features()[0].id.as_str(), "#1");
    let flipped = list.flip(&"#1".into(), true).unwrap();
    assert_eq!(String::from_utf8(flipped).unwrap(), text.replace("false", "true"));
}

#[test]
fn integer_ids_are_ids_and_equal_ones_are_refused() {
    let text = "[{\"id\":7,\"passes\":false},\n{\"id\":7,\"passes\":false},\n{\"id\":8,\"passes\":false}]";
    let list = list(text);
    assert_eq!(
        list.notices(),
        ["line 2, column 1: the id \"7\" is taken already (line 1); they are named by their places, #1 and #2"]
    );
    let message = list.flip(&"7".into(), true).unwrap_err().to_string();
    assert!(
        message.contains("names 2 features: #1 (line 1), #2 (line 2); name the one by its place"),
        "{message}"
    );
    assert!(list.flip(&"8".into(), true).is_ok());
    assert!(
        list.flip(&"9".into(), true)
            .unwrap_err()
            .to_string()
            .contains("the ids are #1, #2, 8")
    );
}

#[test]
fn unusable_flags_are_noticed_and_never_flipped() {
    let text = r#"[{"passes":"yes"},{"description":"x"},{"passes":true,"passes":false},{"passes":true,"passes":true},3]"#;
    let list = list(text);
    let statuses: Vec<FeatureStatus> = list.features().iter().map(|feature| feature.status).collect();
    use FeatureStatus::{Passing, Unknown};
    assert_eq!(statuses, [Unknown, Unknown, Unknown, Passing, Unknown]);
    for id in ["#1", "#2", "#3", "#4", "#5"] {
        assert!(matches!(list.flip(&id.into(), true), Err(ListError::Flag { .. })), "{id}");
    }
    let notices = list.notices().join("\n");
    assert!(
        notices.contains("line 1, column 12: feature 1: \"passes\" is a string"),
        "{notices}"
    );
    assert!(notices.contains("the key \"passes\" stands twice in one object"), "{notices}");
    assert!(notices.contains("element 5 is a number"), "{notices}");
}

#[test]
fn other_shapes_are_named_and_read_only() {
    assert!(
        refusal(r#"{"feature": [], "meta": 1}"#)
            .contains("holds no feature list that is known, so it is read-only: an object with the keys \"feature\", \"meta\"")
    );
    assert!(refusal("[1,2]").contains("an array without a single object"));
    assert!(refusal(r#"[{"host":"a"}]"#).contains("neither a flag nor a text"));
    assert!(refusal("\"x\"").contains("a string at the top level"));
    assert_eq!(list("[]").features().len(), 0);
}

#[test]
fn syntax_errors_name_line_and_column() {
    for (text, expected) in [
        (
            "[\n  {\"passes\": true,,}\n]",
            "l.json:2:19: expected a key in double quotes, found `,`",
        ),
        ("[,]", "l.json:1:2: expected a value, found `,`"),
        ("[{\"passes\": tru}]", "l.json:1:13: expected a value, found `tru`"),
        ("[\n/ none\n]", "l.json:2:1: expected a value, found `/`"),
        ("[{\"a\":\"x\ny\"}]", "l.json:1:7: this string is not closed on its line"),
        ("[{\"a\":\"x", "l.json:1:7: this string is never closed"),
        ("[{\"a\":NaN}]", "l.json:1:7: `NaN` is not a JSON number"),
        ("[{'a':1}]", "l.json:1:3: expected a key in double quotes, found `'`"),
        ("[]]", "l.json:1:3: the document ends here, but `]` follows"),
        ("[{\"a\" 1}]", "l.json:1:7: expected `:` after the key \"a\", found `1`"),
        ("[01]", "l.json:1:3: a number does not begin with 0"),
        ("[1 2]", "l.json:1:4: expected `,` or `]`, found `2`"),
        ("[\"\\x\"]", "l.json:1:3: unknown escape"),
        ("[\"\\u12\"]", "l.json:1:3: \\u needs four"),
        ("[True]", "l.json:1:2: `True` is Python"),
        ("[", "l.json:1:2: expected a value, found the end of the file"),
    ] {
        assert!(refusal(text).starts_with(expected), "{text:?} gave {}", refusal(text));
    }
    assert!(refusal(&"[".repeat(70)).contains("nested more than 64 levels deep"));
}

#[test]
fn what_is_no_text_is_named() {
    let cut = FeatureList::parse("l", vec![0xff, 0xfe, b'[', 0, b']'])
        .unwrap_err()
        .to_string();
    assert_eq!(
        cut,
        "l: the file is UTF-16LE with BOM and ends in half a character; save it as UTF-8"
    );
    let latin = FeatureList::parse("l", b"[\n \"\xe9\"]".to_vec()).unwrap_err().to_string();
    assert_eq!(latin, "l: the bytes at line 2, column 3 are not UTF-8; save it as UTF-8");
    assert_eq!(list("").notices().len(), 1);
    assert_eq!(list("\u{feff} \r\n").features().len(), 0);
}

#[test]
fn lone_surrogates_are_noticed() {
    let list = list(r#"[{"description":"a\ud800b","passes":false}]"#);
    assert_eq!(list.features()[0].description, "a\u{fffd}b");
    assert!(list.notices()[0].contains("half of a surrogate pair"));
    assert!(list.flip(&"#1".into(), true).is_ok());
}

#[test]
fn a_missing_file_is_none_and_a_directory_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    assert!(FeatureList::read(&dir.path().join("feature_list.json")).unwrap().is_none());
    assert!(matches!(FeatureList::read(dir.path()), Err(ListError::NotAFile { .. })));
}

#[test]
fn comparison_names_what_was_touched() {
    let old = list(SMALL);
    let against = |from: &str, to: &str| compare(&old, &list(&SMALL.replacen(from, to, 1)));
    assert_eq!(against("\"passes\": false", "\"passes\": true"), "flag set to passing: F002");
    assert_eq!(against("Lists notes", "Lists"), "description edited: F002");
    assert_eq!(against("  {", "{"), "bytes changed, every feature as before");
    assert_eq!(
        compare(
            &old,
            &list(&format!("[{}", &SMALL[SMALL.find("  {\"id\": \"F002").unwrap()..]))
        ),
        "removed: F001"
    );
    assert_eq!(against("[\n", "[{\"id\":\"F000\",\"passes\":false},\n"), "added: F000");
    let bare = list(r#"[{"description":"a","passes":false},{"description":"b","passes":false}]"#);
    let edited = list(r#"[{"description":"a","passes":true},{"description":"c","passes":false}]"#);
    assert_eq!(compare(&bare, &edited), "description edited: #2; flag set to passing: #1");
}

/// A JSON document as text, with the whitespace and spelling a person or a model may give it.
fn arbitrary_json() -> impl Strategy<Value = String> {
    let blank = prop_oneof![Just(""), Just(" "), Just("\n  "), Just("\r\n"), Just("\t")];
    let text = prop_oneof![
        "[ a-z\\[\\]{},:]{0,12}",
        Just("passes".to_owned()),
        Just("é\\u00e9\\n\\\"\\\\".to_owned()),
        Just("true".to_owned())
    ]
    .prop_map(|words| format!("\"{words}\""));
    let leaf = prop_oneof![
        text.clone(),
        Just("true".to_owned()),
        Just("false".to_owned()),
        Just("null".to_owned()),
        Just("-1.50e+3".to_owned())
    ];
    leaf.prop_recursive(3, 24, 4, move |inner| {
        let pair =
            (text.clone(), blank.clone(), inner.clone()).prop_map(|(key, blank, value)| format!("{key}{blank}:{blank}{value}"));
        prop_oneof![
            (prop::collection::vec(inner, 0..4), blank.clone())
                .prop_map(|(items, blank)| format!("[{blank}{}{blank}]", items.join(&format!("{blank},")))),
            (prop::collection::vec(pair, 0..4), blank.clone())
                .prop_map(|(items, blank)| format!("{{{blank}{}{blank}}}", items.join(&format!(",{blank}")))),
        ]
    })
}

prop_compose! {
    fn arbitrary_feature()(
        extras in prop::collection::vec(("[a-z]{3,8}_x", arbitrary_json()), 0..3),
        flag in any::<bool>(),
        place in 0_usize..4,
        blank in prop_oneof![Just(""), Just(" "), Just("\n\t"), Just("\r\n    ")],
        steps in arbitrary_json(),
    ) -> (String, bool) {
        let mut members: Vec<String> = extras.iter().enumerate().map(|(n, (key, value))| format!("\"{key}{n}\":{blank}{value}")).collect();
        members.push(format!("\"steps\" :{blank}{steps}"));
        let place = place.min(members.len());
        members.insert(place, format!("\"passes\"{blank}:{blank}{flag}"));
        (format!("{{{blank}{}{blank}}}", members.join(&format!(",{blank}"))), flag)
    }
}

proptest! {
    #[test]
    fn a_flip_changes_exactly_one_token_and_two_flips_nothing(
        features in prop::collection::vec(arbitrary_feature(), 1..6),
        pick in any::<prop::sample::Index>(),
        bom in any::<bool>(),
        tail in prop_oneof![Just(""), Just("\n"), Just("\r\n\r\n")],
        blank in prop_oneof![Just(""), Just("\n"), Just(" ")],
    ) {
        let objects: Vec<&str> = features.iter().map(|(text, _)| text.as_str()).collect();
        let text = format!("{}[{blank}{}{blank}]{tail}", if bom { "\u{feff}" } else { "" }, objects.join(","));
        let list = FeatureList::parse("l", text.clone().into_bytes()).unwrap();
        prop_assert_eq!(list.features().len(), features.len());
        let at = pick.index(features.len());
        let was = features[at].1;
        let id = list.features()[at].id.clone();
        let flipped = list.flip(&id, !was).unwrap();

        let strip = |bytes: &[u8]| serde_json::from_str::<serde_json::Value>(std::str::from_utf8(bytes).unwrap().trim_start_matches('\u{feff}')).unwrap();
        let mut expected = strip(text.as_bytes());
        expected[at]["passes"] = (!was).into();
        prop_assert_eq!(strip(&flipped), expected);

        let (old, new) = (was.to_string(), (!was).to_string());
        let same = text.bytes().zip(&flipped).take_while(|(a, b)| a == *b).count();
        // `true` and `false` share no first letter, so the first difference is the token's start.
        prop_assert_eq!(&text.as_bytes()[same..same + old.len()], old.as_bytes());
        prop_assert_eq!(&flipped[same..same + new.len()], new.as_bytes());
        prop_assert_eq!(&text.as_bytes()[same + old.len()..], &flipped[same + new.len()..]);

        let again = FeatureList::parse("l", flipped).unwrap().flip(&id, was).unwrap();
        prop_assert_eq!(again, text.into_bytes());
    }

    #[test]
    fn the_scanner_agrees_with_serde_json(text in arbitrary_json()) {
        let document = json::scan(&text).unwrap();
        prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
        prop_assert_eq!(&text[document.root.span.clone()], text.as_str());
        if let Value::Text(words) = document.root.value {
            prop_assert_eq!(words, serde_json::from_str::<String>(&text).unwrap());
        }
    }

    #[test]
    fn no_damage_makes_the_reader_panic(mut bytes in arbitrary_json().prop_map(String::into_bytes), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let strict = serde_json::from_str::<serde_json::Value>(text).is_ok();
            // serde_json refuses lone surrogates, which we notice instead; everything else agrees.
            let ours = json::scan(text).is_ok_and(|document| document.strict);
            prop_assert!(strict == ours || text.contains("\\u"), "{text:?}");
        }
        let _ = FeatureList::parse("l", bytes);
    }
}

#[test]
fn a_place_that_is_none_is_answered_with_the_places_there_are() {
    let list = list(SMALL);
    assert_eq!((list.find("#2").unwrap(), list.find("1").unwrap()), (1, 0));
    for typed in ["#0", "#3"] {
        let told = list.find(typed).unwrap_err().to_string();
        assert!(told.ends_with("the ids are F001, F002; places go from #1 to #2"), "{told}");
    }
    let told = list.find("F9").unwrap_err().to_string();
    assert!(told.ends_with("the ids are F001, F002"), "{told}");
}
