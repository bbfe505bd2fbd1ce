//! `longhaul features set` beside other programs, other names of the file, and what a killed one left.

use crate::cli::Place;
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;
use std::fs;
use std::os::unix::fs::MetadataExt as _;

const LIST: &str = "[{\"id\": \"A\", \"status\": \"todo\"}, {\"id\": \"B\", \"status\": \"done\"}]\n";

fn with_list(text: &str) -> Place {
    let place = Place::new();
    fs::write(place.project().join("l.json"), text).unwrap();
    place
}

#[test]
fn many_at_once_all_get_their_turn_and_no_flag_is_lost() {
    let ids: Vec<String> = (1..=13).map(|number| format!("F{number:02}")).collect();
    let features: Vec<String> = ids
        .iter()
        .map(|id| format!("{{\"id\": \"{id}\", \"passes\": false}}"))
        .collect();
    let place = with_list(&format!("[{}]", features.join(", ")));
    let quiet = || std::process::Stdio::piped();
    let children = ids.iter().map(|id| {
        let mut set = place.program(["features", "set", "l.json", id, "passing"]);
        set.stdout(quiet()).stderr(quiet()).spawn().unwrap()
    });
    for child in children.collect::<Vec<_>>() {
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let now = fs::read_to_string(place.project().join("l.json")).unwrap();
    assert_eq!(now, format!("[{}]", features.join(", ").replace("false", "true")));
    assert_eq!(fs::read_dir(place.project()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn what_a_killed_one_left_goes_with_the_next() {
    let place = with_list(LIST);
    let left = place.project().join(".longhaul-a3Xyz9.tmp");
    let mut children = Vec::new();
    // Killed wherever it is; what it leaves must be known again.
    for _ in 0..4 {
        children.push(place.program(["features", "set", "l.json", "A", "passing"]).spawn().unwrap());
    }
    for child in &mut children {
        let _ = child.kill();
        child.wait().unwrap();
    }
    fs::write(&left, "half").unwrap();
    fs::write(place.project().join(".longhaul-notes.tmp"), "a person's").unwrap();
    fs::write(place.project().join("l.json"), LIST).unwrap();
    place
        .longhaul(&["features", "set", "l.json", "A", "passing"])
        .assert()
        .success();
    let mut names: Vec<_> = fs::read_dir(place.project())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, [".longhaul-notes.tmp", "l.json"]);
}

#[test]
fn a_list_with_another_name_is_left_alone_and_the_way_out_is_said() {
    let place = with_list(LIST);
    let (list, other) = (place.project().join("l.json"), place.project().join("other.json"));
    fs::hard_link(&list, &other).unwrap();
    let set = || place.longhaul(&["features", "set", "l.json", "A", "passing"]).assert();
    set()
        .code(3)
        .stderr(contains("has 2 names (hard links)").and(contains("nothing was written")));
    assert_eq!(fs::read_to_string(&list).unwrap(), LIST);
    assert_eq!(fs::metadata(&list).unwrap().ino(), fs::metadata(&other).unwrap().ino());
    fs::remove_file(&other).unwrap();
    set().success();
}

#[test]
fn a_word_that_nobody_can_read_is_refused() {
    let place = with_list(LIST);
    for (word, why) in [
        ("", "cannot be empty"),
        (" ", "cannot be empty"),
        ("\u{1b}[31m", "U+001B"),
        ("a\u{202e}b", "U+202E"),
    ] {
        let set = place
            .longhaul(&["features", "set", "l.json", "A", "passing", "--word", word])
            .assert();
        set.code(2).stderr(contains(why));
    }
    assert_eq!(fs::read_to_string(place.project().join("l.json")).unwrap(), LIST);
}

#[test]
fn a_word_of_the_lists_own_is_taken_as_what_it_says_and_any_other_refused_with_those_it_has() {
    let list = "{\"status_values\": {\"Shipped\": \"done\"}, \"features\": [{\"id\": \"A\", \"status\": \"in_progress\"}]}";
    let place = with_list(list);
    let now = || fs::read_to_string(place.project().join("l.json")).unwrap();
    let set = |words: &[&str]| {
        place
            .longhaul(&[&["features", "set", "l.json", "A"], words].concat())
            .assert()
    };
    set(&["wontfix"]).code(2).stderr(contains(
        "has no word \"wontfix\" for a state (its words: in_progress, Shipped): say one of these, or passing or failing",
    ));
    set(&["shipped", "--word", "done"])
        .code(2)
        .stderr(contains("with --word say passing or failing"));
    assert_eq!(now(), list);
    set(&["shipped"]).success().stdout(contains("A passes now"));
    let shipped = list.replace("in_progress", "Shipped");
    assert_eq!(now(), shipped);
    set(&["passing"]).success().stdout(contains("nothing was written"));
    set(&["in_progress"]).code(2).stderr(contains("(its words: Shipped)"));

    fs::write(place.project().join("l.json"), "[{\"id\": \"A\", \"passes\": false}]").unwrap();
    set(&["done"]).code(2).stderr(contains(
        "has no words for a state, and \"done\" is none: say passing or failing",
    ));
}
