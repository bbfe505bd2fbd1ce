//! The feature list edited by keys, with no run on: the file, its commit and the log all have it.

use crate::term::{Place, Term};
use std::process::Command;

fn git(place: &Place, args: &[&str]) -> String {
    let done = Command::new("git")
        .args(args)
        .current_dir(place.project().join("notes"))
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
}

/// A demo that has ended.
fn past(place: &Place) -> Term {
    let mut term = place.longhaul(&["demo", "--dir", "notes", "--speed", "0"]);
    term.see("look around");
    term.keys("q");
    term.ends_restored();
    place.longhaul_in("notes", &[])
}

#[test]
fn a_feature_is_reworded_moved_and_flipped_by_keys() {
    let place = Place::new();
    let mut term = past(&place);
    git(&place, &["config", "user.name", "Ada"]);
    git(&place, &["config", "user.email", "ada@example.com"]);
    term.see(" past ");
    term.keys("1Ge");
    term.see("split the selected feature");
    term.keys("r");
    term.see("Reword F015");
    term.see("you are asked whether it still does");
    term.keys(" at once");
    term.see("not saved");
    term.keys("\x13");
    term.see("2 to be proven anew");
    term.decide("2", "2 to be proven anew");
    term.see("say why it is to be proven anew");
    // Down to the reason's line.
    term.keys("\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\x1b[Bother words\x13");
    term.see("2 to be proven anew");
    term.decide("2", "2 to be proven anew");
    term.see("reword F015, to be proven anew: in the list, commit");
    // The escape with a letter is one key.
    term.keys("\x1bk");
    term.see("move F015 after F013: in the list");
    term.keys("ef");
    term.see("It passes: F015");
    term.keys("\x13");
    term.see("say why");
    term.keys("tried it\x13");
    term.see("F015 passes: in the list");
    term.keys("\r");
    term.see("by hand: tried it");
    term.see("Edited by hand");
    term.keys("qq");
    assert_eq!(term.ends_restored().status.exit_code(), 0);
    assert_eq!(
        git(&place, &["log", "-3", "--format=%s"]),
        "features: F015 passes (by hand)\nfeatures: move F015 after F013 (by hand)\nfeatures: reword F015, to be proven anew (by hand)"
    );
    assert_eq!(git(&place, &["diff", "--name-only", "HEAD~3"]), "feature_list.json");
    assert_eq!(git(&place, &["status", "--porcelain"]), "");
}
