//! Edits of lists in other shapes than the reference's.

use super::*;
use crate::protocol::plan::FeatureEdit as Edit;

fn words(description: &str, steps: &[&str]) -> FeatureText {
    FeatureText {
        description: description.to_owned(),
        steps: steps.iter().map(|step| (*step).to_owned()).collect(),
    }
}

fn list(text: &str) -> FeatureList {
    FeatureList::parse("l", text.as_bytes().to_vec()).unwrap()
}

fn after(text: &str, edit: &Edit) -> String {
    String::from_utf8(list(text).edit(edit).unwrap().list.bytes().to_vec()).unwrap()
}

fn refused(text: &str, edit: &Edit) -> String {
    list(text).edit(edit).unwrap_err().to_string()
}

fn add(behind: &str, text: FeatureText) -> Edit {
    let after = Some(behind.into());
    Edit::Add { after, text }
}

const STORIES: &str = r#"{
  "status_legend": {"open": "pending", "passed": ""},
  "phases": [
    {"name": "one", "stories": [
      {"id": "US-1", "title": "Log in", "acceptanceCriteria": ["a page"], "status": "open"}
    ]},
    {"name": "two", "stories": []}
  ]
}"#;

#[test]
fn a_new_entry_takes_keys_and_words_of_its_neighbours() {
    let edited = after(STORIES, &add("US-1", words("Log out", &["no page"])));
    let entry = r#"{"id": "US-2", "title": "Log out", "acceptanceCriteria": ["no page"], "status": "open"}"#;
    assert_eq!(
        edited,
        STORIES.replace("\"open\"}\n", &format!("\"open\"}},\n      {entry}\n"))
    );
    let reworded = Edit::Reword {
        unproven: false,
        feature: "US-1".into(),
        text: words("Sign in", &["a page", "a name"]),
    };
    let expected = STORIES
        .replace("Log in", "Sign in")
        .replace("[\"a page\"]", "[\"a page\", \"a name\"]");
    assert_eq!(after(STORIES, &reworded), expected);
}

#[test]
fn the_first_entry_of_an_empty_list_stands_as_deep_as_the_list() {
    let text = "{\n  \"project\": \"x\",\n  \"features\": []\n}\n";
    let add = Edit::Add {
        after: None,
        text: words("Starts", &[]),
    };
    let entry = "[\n    {\n      \"category\": \"functional\",\n      \"description\": \"Starts\",\n      \"steps\": [],\n      \"passes\": false\n    }\n  ]";
    assert_eq!(after(text, &add), text.replace("[]", entry));
    assert!(refused("{\"features\": [ /* none */ ]}", &add).contains("a comment stands in the empty list"));
}

#[test]
fn comments_stay_where_they_are_and_are_not_repeated() {
    let text = "[\n  // the first\n  {\"description\": \"a\" /* short */, \"steps\": [\"x\", /* then */ \"y\"], \"passes\": false}, // said\n  // the second\n  {\"description\": \"b\", \"passes\": true},\n]\n";
    let edited = after(text, &add("#1", words("c", &[])));
    for comment in ["// the first", "/* short */", "/* then */", "// said", "// the second"] {
        assert_eq!(edited.matches(comment).count(), 1, "{comment} in {edited}");
    }
    let longer = |steps: &[&str]| Edit::Reword {
        unproven: false,
        feature: "#1".into(),
        text: words("a", steps),
    };
    assert!(refused(text, &longer(&["x"])).contains("a comment stands between its steps"));
    assert_eq!(after(text, &longer(&["x", "z"])), text.replace("\"y\"", "\"z\""));
}

#[test]
fn steps_that_are_objects_are_reworded_inside_and_nothing_else() {
    let text = r#"[{"description": "a", "steps": [{"id": 1, "title": "open", "done": true}, {"id": 2, "title": "shut", "done": false}], "passes": false}]"#;
    let reword = |steps: &[&str]| Edit::Reword {
        unproven: false,
        feature: "#1".into(),
        text: words("a", steps),
    };
    assert_eq!(after(text, &reword(&["enter (done)", "shut"])), text.replace("open", "enter"));
    assert!(refused(text, &reword(&["open (done)"])).contains("its steps are objects"));
    assert!(refused(text, &add("#1", words("b", &["x"]))).contains("the steps of this list are objects"));
    assert!(after(text, &add("#1", words("b", &[]))).contains(r#"{"description": "b", "steps": [], "passes": false}"#));
    let object = r#"[{"title": "a", "verification": {"cmd": "x"}, "passes": false}]"#;
    assert!(refused(object, &reword(&["cmd: y"])).contains("its checks are an object"));
}

#[test]
fn a_person_settles_flags_that_disagree_and_gives_the_word_that_is_missing() {
    let text = r#"[{"title": "a", "passes": true, "status": "pending"}]"#;
    let flip = |passes, word: Option<&str>| Edit::Flip {
        feature: "#1".into(),
        passes,
        word: word.map(str::to_owned),
    };
    assert_eq!(after(text, &flip(false, None)), text.replace("true", "false"));
    assert!(refused(text, &flip(true, None)).contains("has no word for \"status\" that says that a feature passes"));
    assert_eq!(after(text, &flip(true, Some("done"))), text.replace("pending", "done"));
    assert!(refused(text, &flip(true, Some("blocked"))).contains("\"blocked\" says that it does not pass"));
}

#[test]
fn an_edit_of_a_list_in_utf16_writes_utf16() {
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let text = "[{\"title\": \"ä😀\", \"passes\": false}, {\"title\": \"b\", \"passes\": true}]";
    let list = FeatureList::parse("l", wide(text)).unwrap();
    let moved = Edit::Move {
        feature: "#2".into(),
        after: None,
    };
    let expected = "[{\"title\": \"b\", \"passes\": true}, {\"title\": \"ä😀\", \"passes\": false}]";
    assert_eq!(list.edit(&moved).unwrap().list.bytes(), wide(expected));
    let added = list.edit(&add("#1", words("ü", &[]))).unwrap();
    assert_eq!(
        added.list.text(),
        text.replace("}, {", "}, {\"title\": \"ü\", \"passes\": false}, {")
    );
    assert_eq!(added.list.bytes(), wide(added.list.text()));
}
