//! Edits of lists as people and models write them, and of generated ones.

use super::*;
use crate::protocol::plan::FeatureEdit as Edit;
use proptest::prelude::*;

fn list(text: &str) -> FeatureList {
    FeatureList::parse("feature_list.json", text.as_bytes().to_vec()).unwrap()
}

fn words(description: &str, steps: &[&str]) -> FeatureText {
    FeatureText {
        description: description.to_owned(),
        steps: steps.iter().map(|step| (*step).to_owned()).collect(),
    }
}

fn text(edited: &Edited) -> String {
    String::from_utf8(edited.list.bytes().to_vec()).unwrap()
}

fn make(text: &str, edit: &Edit) -> Edited {
    list(text).edit(edit).unwrap()
}

fn refused(text: &str, edit: &Edit) -> String {
    list(text).edit(edit).unwrap_err().to_string()
}

/// As the reference writes it: no ids, two steps, one passes.
const PLAIN: &str = "[\n  {\n    \"category\": \"functional\",\n    \"description\": \"Adds a note\",\n    \"steps\": [\n      \"run add\",\n      \"look\"\n    ],\n    \"passes\": true\n  },\n  {\n    \"category\": \"style\",\n    \"description\": \"Lists notes\",\n    \"steps\": [],\n    \"passes\": false\n  }\n]\n";

const SMALL: &str = r#"[
  {"id": "F001", "category": "functional", "description": "Adds a note", "steps": ["run add", "look"], "passes": true, "tests": ["t/a.sh"]},
  {"id": "F002", "description": "Lists notes", "steps": [], "passes": false, "owner": {"passes": true, "description": "x"}}
]
"#;

#[test]
fn a_new_entry_is_laid_out_like_its_neighbour() {
    let add = |after: &str| Edit::Add {
        after: Some(after.into()),
        text: words("Finds \"notes\"", &["run find", "see é"]),
    };
    let edited = make(PLAIN, &add("#1"));
    let entry = "  {\n    \"category\": \"functional\",\n    \"description\": \"Finds \\\"notes\\\"\",\n    \"steps\": [\n      \"run find\",\n      \"see é\"\n    ],\n    \"passes\": false\n  },\n";
    let at = PLAIN.find("  {\n    \"category\": \"style\"").unwrap();
    assert_eq!(text(&edited), format!("{}{entry}{}", &PLAIN[..at], &PLAIN[at..]));
    assert_eq!(edited.feature.as_str(), "#2");
    let renamed: Vec<_> = edited
        .renamed
        .iter()
        .map(|one| (one.from.as_str(), one.to.as_str()))
        .collect();
    assert_eq!(renamed, [("#2", "#3")]);

    let edited = make(SMALL, &add("F002"));
    let last = ",\n  {\"id\": \"F003\", \"description\": \"Finds \\\"notes\\\"\", \"steps\": [\"run find\", \"see é\"], \"passes\": false}\n]\n";
    assert_eq!(text(&edited), SMALL.replace("\n]\n", last));
    assert!(edited.renamed.is_empty(), "ids of its own stay");
    assert_eq!(edited.feature.as_str(), "F003");
}

#[test]
fn a_new_entry_can_be_the_first_or_the_only_one() {
    let add = Edit::Add {
        after: None,
        text: words("Greets", &[]),
    };
    let edited = make(SMALL, &add);
    assert_eq!(edited.list.features()[0].description, "Greets");
    assert!(text(&edited).ends_with(&SMALL[4..]), "{}", text(&edited));
    for (empty, ends) in [("", "\n"), ("\u{feff}\r\n", "\n"), ("[]", "]"), ("[ ]\r\n", "]\r\n")] {
        let edited = make(empty, &add);
        assert!(text(&edited).ends_with(ends), "{empty:?}: {:?}", text(&edited));
        assert_eq!(text(&edited).starts_with('\u{feff}'), empty.starts_with('\u{feff}'));
        let lone_feeds = text(&edited).replace("\r\n", "").contains('\n');
        assert_eq!(lone_feeds, !empty.contains("\r\n"), "{empty:?}");
    }
    let one = make("[{\"description\":\"a\",\"passes\":true}]", &add);
    assert_eq!(
        text(&one),
        "[{\"description\":\"Greets\",\"passes\":false}, {\"description\":\"a\",\"passes\":true}]"
    );
}

#[test]
fn rewording_touches_the_words_and_nothing_else() {
    let reword = |feature: &str, text| Edit::Reword {
        unproven: false,
        feature: feature.into(),
        text,
    };
    let edited = make(SMALL, &reword("F001", words("Adds a note", &["run add", "look twice"])));
    assert_eq!(text(&edited), SMALL.replace("\"look\"", "\"look twice\""));
    let edited = make(SMALL, &reword("F001", words("Adds notes", &["look", "run add", "end"])));
    let expected = SMALL
        .replace("\"Adds a note\"", "\"Adds notes\"")
        .replace("[\"run add\", \"look\"]", "[\"look\", \"run add\", \"end\"]");
    assert_eq!(text(&edited), expected);
    let edited = make(SMALL, &reword("F002", words("Lists notes", &["a"])));
    assert_eq!(text(&edited), SMALL.replace("\"steps\": []", "\"steps\": [\"a\"]"));
    assert!(refused(SMALL, &reword("F001", words("Adds a note", &["run add", "look"]))).contains("it is so already"));
    assert!(refused(SMALL, &reword("F009", words("x", &[]))).contains("there is no feature `F009`"));
}

#[test]
fn escapes_unknown_keys_and_odd_white_space_survive() {
    let odd = "\u{feff}[\r\n\t{ \"passes\"\t:\tfalse ,\r\n\t\"x\": [1e5, {\"steps\": [\"no\"]}],\"description\":\"\\u00e9\\/\",\r\n\t\"steps\" :[ \"\\u0061\" , \"b\" ]}]";
    let edited = make(
        odd,
        &Edit::Reword {
            unproven: false,
            feature: "#1".into(),
            text: words("é/", &["a", "c", "b"]),
        },
    );
    assert_eq!(
        text(&edited),
        odd.replace("[ \"\\u0061\" , \"b\" ]", "[ \"\\u0061\" , \"c\" , \"b\" ]")
    );
    let edited = make(
        odd,
        &Edit::Reword {
            unproven: false,
            feature: "#1".into(),
            text: words("ü", &["a", "b"]),
        },
    );
    assert_eq!(
        text(&edited),
        odd.replace("\"\\u00e9\\/\"", "\"\\u00fc\""),
        "a file without raw characters beyond ASCII gets none"
    );
}

#[test]
fn missing_words_are_added_to_an_entry() {
    let bare = "[\n  {\n    \"passes\": false\n  }\n]";
    let edited = make(
        bare,
        &Edit::Reword {
            unproven: false,
            feature: "#1".into(),
            text: words("Greets", &["run"]),
        },
    );
    assert_eq!(
        text(&edited),
        "[\n  {\n    \"passes\": false,\n    \"description\": \"Greets\",\n    \"steps\": [\"run\"]\n  }\n]"
    );
}

#[test]
fn a_split_keeps_flag_and_tests_with_the_first() {
    let edited = make(
        SMALL,
        &Edit::Split {
            feature: "F001".into(),
            first: words("Adds a note", &["run add"]),
            second: words("Shows it", &["look"]),
        },
    );
    let [first, second, third] = edited.list.features() else {
        panic!()
    };
    assert_eq!(
        (first.id.as_str(), first.status, first.tests.len()),
        ("F001", FeatureStatus::Passing, 1)
    );
    assert_eq!(
        (second.id.as_str(), second.status, second.tests.len()),
        ("F003", FeatureStatus::Failing, 0)
    );
    assert_eq!((second.category.as_str(), third.id.as_str()), ("functional", "F002"));
    assert!(text(&edited).contains("\"steps\": [\"run add\"], \"passes\": true, \"tests\": [\"t/a.sh\"]},\n  {\"id\": \"F003\""));
}

#[test]
fn a_move_carries_an_entry_and_leaves_the_commas() {
    let three = "[ {\"passes\":true,\"description\":\"a\"},\n\n{\"description\":\"b\",\"passes\":false} ,{\"passes\":false}]";
    let go = |feature: &str, after: Option<&str>| Edit::Move {
        feature: feature.into(),
        after: after.map(Into::into),
    };
    let edited = make(three, &go("#3", None));
    assert_eq!(
        text(&edited),
        "[ {\"passes\":false},\n\n{\"passes\":true,\"description\":\"a\"} ,{\"description\":\"b\",\"passes\":false}]"
    );
    let renamed: Vec<_> = edited
        .renamed
        .iter()
        .map(|one| (one.from.as_str(), one.to.as_str()))
        .collect();
    assert_eq!(renamed, [("#3", "#1"), ("#1", "#2"), ("#2", "#3")]);
    assert_eq!(edited.feature.as_str(), "#1");
    assert_eq!(text(&make(&text(&edited), &go("#1", Some("#3")))), three, "and back again");
    assert!(refused(three, &go("#1", None)).contains("it is so already"));
    assert!(refused(three, &go("#1", Some("#1"))).contains("it is so already"));
}

#[test]
fn what_cannot_be_edited_in_place_is_refused() {
    let split = |feature: &str| Edit::Split {
        feature: feature.into(),
        first: words("a", &[]),
        second: words("b", &[]),
    };
    let twice = SMALL.replace("F002", "F001");
    assert!(refused(&twice, &split("F001")).contains("names 2 features: #1 (line 2), #2 (line 3)"));
    assert!(refused("[{\"passes\":true}, 5]", &split("#2")).contains("it is not an object"));
    let flagless = "[{\"passes\": \"yes\"}]";
    assert!(refused(flagless, &split("#1")).contains("has a flag to go by"));
    let flip = Edit::Flip {
        feature: "#1".into(),
        passes: true,
        word: None,
    };
    assert!(refused(flagless, &flip).contains("the pass flag of `#1` cannot be changed"));
}

/// A list in some layout: indent, line ends, separators, key order, escapes, unknown keys, with or without ids, byte order mark and
/// final line end.
fn any_list() -> impl Strategy<Value = String> {
    let item = (
        "[a-zé\"\\\\ ]{0,6}",
        prop::collection::vec("[a-z\u{1F600}\t]{0,4}", 0..4),
        any::<bool>(),
        0..4_usize,
    );
    let layout = (0..4_usize, any::<[bool; 5]>());
    (prop::collection::vec(item, 1..6), layout).prop_map(|(items, (indent, [crlf, bom, ids, ascii, last]))| {
        let end = if crlf { "\r\n" } else { "\n" };
        let (row, cell) = match indent {
            0 => (String::new(), " ".to_owned()),
            1 => (format!("{end}\t"), format!("{end}\t\t")),
            2 => (format!("{end}  "), format!("{end}    ")),
            _ => (end.to_owned(), String::new()),
        };
        let quote = |text: &str| words::token(text, if ascii { words::Beyond::Escaped } else { words::Beyond::Plain });
        let entries: Vec<String> = items
            .iter()
            .enumerate()
            .map(|(at, (description, steps, passes, order))| {
                let steps: Vec<String> = steps.iter().map(|step| quote(step)).collect();
                let mut members = vec![
                    format!("\"description\": {}", quote(description)),
                    format!("\"steps\" :[{}]", steps.join(", ")),
                    format!("\"passes\":{passes}"),
                    "\"x\": {\"passes\": [true, 1.0e2], \"steps\": null}".to_owned(),
                ];
                members.rotate_left(*order);
                if ids {
                    members.push(format!("\"id\": \"F{:03}\"", at + 1));
                }
                format!("{{{cell}{}{row}}}", members.join(&format!(",{cell}")))
            })
            .collect();
        format!(
            "{}[{row}{}{}]{}",
            if bom { "\u{feff}" } else { "" },
            entries.join(&format!(",{row}")),
            if indent == 0 { "" } else { end },
            if last { end } else { "" }
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_byte_outside_of_the_touched_entries_stays(
        before in any_list(), pick in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(), what in 0..4_usize,
        said in ("[a-zü\"\n]{1,8}", prop::collection::vec("[a-z\\\\é]{1,5}", 0..4)),
    ) {
        let list = list(&before);
        let all = list.features();
        let (at, to) = (pick.index(all.len()), other.index(all.len()));
        let feature = all[at].id.clone();
        let said = FeatureText { description: said.0, steps: said.1 };
        let edit = match what {
            0 => Edit::Add { after: Some(feature), text: said.clone() },
            1 => Edit::Reword { unproven: false, feature, text: said.clone() },
            2 => Edit::Split { feature, first: said.clone(), second: said.clone() },
            _ => Edit::Move { feature, after: Some(all[to].id.clone()) },
        };
        let Ok(edited) = list.edit(&edit) else {
            // Only what changes nothing may be refused.
            let same = match what {
                1 => all[at].description == said.description && all[at].steps == said.steps,
                _ => what == 3 && (to == at || to + 1 == at),
            };
            prop_assert!(same, "{:?}", list.edit(&edit).unwrap_err().to_string());
            return Ok(());
        };
        let after = text(&edited);
        let (low, high) = if what == 3 { (at.min(to), at.max(to)) } else { (at, at) };
        let begins = if what == 0 { list.entries[low].span.end } else { list.entries[low].span.start };
        prop_assert!(after.starts_with(&before[..begins]), "{} {}", before, after);
        prop_assert!(after.ends_with(&before[list.entries[high].span.end..]), "{} {}", before, after);
        prop_assert!(what != 0 || after.len() > before.len());
        if what == 3 {
            let sorted = |text: &str| { let mut bytes = text.as_bytes().to_vec(); bytes.sort_unstable(); bytes };
            prop_assert_eq!(sorted(&before), sorted(&after), "a move writes nothing new");
        }
        let crlf = before.contains("\r\n");
        prop_assert_eq!(after.matches('\n').count() > 0 && after.matches("\r\n").count() == after.matches('\n').count(), crlf);
        // The others say what they said, and in the same bytes.
        for (entry, stands) in all.iter().zip(&list.entries) {
            let touched = entry.id == all[at].id && what != 3;
            prop_assert!(touched && what != 0 || after.contains(&before[stands.span.clone()]), "{} {}", before, after);
        }
        let read = serde_json::from_str::<serde_json::Value>(after.trim_start_matches('\u{feff}'));
        prop_assert!(read.is_ok());
    }
}

#[test]
fn an_entry_goes_and_its_neighbours_stay_byte_for_byte() {
    let remove = |id: &str| Edit::Remove { feature: id.into() };
    let first = make(SMALL, &remove("F001"));
    let line = SMALL.lines().nth(1).unwrap();
    assert_eq!(text(&first), SMALL.replace(&format!("{line}\n"), ""));
    assert_eq!((first.feature.as_str(), first.renamed.len()), ("F001", 0));
    let last = make(SMALL, &remove("F002"));
    let line = SMALL.lines().nth(2).unwrap();
    assert_eq!(text(&last), SMALL.replace(&format!(",\n{line}"), ""));
    let edited = make(PLAIN, &remove("#1"));
    assert_eq!(edited.list.features()[0].description, "Lists notes");
    let renamed = edited.renamed.iter().map(|one| (one.from.as_str(), one.to.as_str()));
    assert_eq!(renamed.collect::<Vec<_>>(), [("#2", "#1")]);

    assert!(refused(SMALL, &remove("F009")).contains("F009"));
    assert!(refused(&text(&last), &remove("F001")).contains("the only one"));
}
