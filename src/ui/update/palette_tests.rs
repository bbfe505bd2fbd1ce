//! The palette: what can be done comes first, what cannot says why, and an empty result says what to try.

use crate::ui::model::Model;
use crate::ui::testing::{keys, live, screen, text};
use crate::ui::update::obstacle;

/// The names of the rows, and whether each can be run.
fn rows(model: &Model, query: &str) -> Vec<(&'static str, bool)> {
    let rows = model.palette_rows(query).into_iter();
    rows.map(|entry| (entry.name, obstacle(model, entry.action).is_none()))
        .collect()
}

#[test]
fn what_cannot_be_done_comes_last_with_the_reason() {
    let mut model = live((120, 40));
    keys(&mut model, ":");
    for query in ["", "next", "roll", "hunk", "s"] {
        let rows = rows(&model, query);
        let first_off = rows.iter().position(|(_, can)| !can).unwrap_or(rows.len());
        assert!(rows.iter().skip(first_off).all(|(_, can)| !can), "{query}: {rows:?}");
    }
    assert!(rows(&model, "next").len() > rows(&model, "next-").len());
    keys(&mut model, "Up");
    text(&mut model, "hunk");
    assert!(screen(&mut model).contains("only in commit view"));
}

#[test]
fn a_name_typed_in_full_is_never_taken_for_another() {
    let mut model = live((120, 40));
    keys(&mut model, ":");
    assert_eq!(rows(&model, "stop-now").first(), Some(&("stop-now", false)));
    assert_eq!(rows(&model, "pause").first(), Some(&("pause", true)));
}

#[test]
fn an_empty_result_says_what_was_searched_and_what_to_try() {
    for size in [(40, 12), (80, 24)] {
        let mut model = live(size);
        keys(&mut model, ":");
        text(&mut model, "zzq\u{202e}");
        let shown = screen(&mut model);
        assert!(shown.contains("No action has \"zzq<U+202E>\""), "{shown}");
        assert!(shown.contains("Try a word"), "{shown}");
        assert!(!shown.contains("no key matches"), "{shown}");
        keys(&mut model, "Esc ? /");
        text(&mut model, "zzq");
        let shown = screen(&mut model);
        assert!(shown.contains("Nothing has \"zzq\""), "{shown}");
    }
}

#[test]
fn a_name_is_whole_and_the_reason_follows_what_the_action_does() {
    let mut model = live((120, 40));
    keys(&mut model, ":");
    text(&mut model, "hunk");
    let shown = screen(&mut model);
    let entry = model.palette_rows("hunk")[0];
    let row = shown.lines().find(|line| line.contains(&format!("{}  ", entry.name)));
    let row = row.unwrap_or_else(|| panic!("{shown}"));
    let about: String = entry.about.chars().take(20).collect();
    assert!(row.contains(&about) && row.contains("; only in"), "{row}");
    let mut model = live((40, 12));
    keys(&mut model, ":");
    text(&mut model, "hunk");
    assert!(
        screen(&mut model).contains(&format!("{}  ", entry.name)),
        "{}",
        screen(&mut model)
    );
}

#[test]
fn where_a_row_is_too_narrow_for_both_the_reason_is_whole_and_the_description_is_cut() {
    for (name, about_too) in [("finish-worktree", false), ("stop-after-session", true)] {
        let mut model = live((120, 40));
        keys(&mut model, ":");
        text(&mut model, name);
        let shown = screen(&mut model);
        let entry = model.palette_rows(name)[0];
        let reason = obstacle(&model, entry.action).expect("it cannot be done");
        let row = shown.lines().find(|line| line.contains(&format!("│ {name} ")));
        let row = row.unwrap_or_else(|| panic!("{shown}"));
        assert!(row.contains(&reason) && !row.contains(entry.about), "{row}");
        let begun: String = entry.about.chars().take(12).collect();
        assert_eq!(row.contains(&begun), about_too, "{row}");
    }
}

#[test]
fn a_key_that_begins_something_elsewhere_says_so_and_the_next_one_is_not_taken_for_itself() {
    let mut model = live((120, 40));
    keys(&mut model, "2 e");
    let shown = screen(&mut model);
    assert!(
        shown.contains("e begins nothing here; only in features: reword the selected"),
        "{shown}"
    );
    assert_eq!(keys(&mut model, "q"), [], "a part of what was meant");
    assert!(model.popup.is_none() && screen(&mut model).contains("nothing was done"));
    keys(&mut model, "q");
    assert!(model.popup.is_some(), "a key of its own again");
}
