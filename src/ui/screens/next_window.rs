//! What the next window will read, and the editor of the notes.

use super::*;

#[test]
fn the_next_window_and_the_editor() {
    for size in [(40, 12), (80, 24), (120, 40)] {
        check("next-window", &mut window_of(live(size)));
        check("notes", &mut notes_of(live(size)));
    }
    let mut model = window_of(live((80, 24)));
    if let Some(Loaded::Ready(next)) = &mut model.next_window.loaded {
        let removed = crate::harness::removed::Removed {
            feature: "F002".into(),
            by_check: false,
            files: vec!["tests/02-list.sh".into()],
        };
        next.doubts.push(removed.words());
    }
    model.next_window.revision += 1;
    check("next-window-removed-test", &mut model);
    let mut model = notes_of(live((80, 24)));
    let theirs = format!("{}\nThe agent wrote this at the end.\n", NOTES.trim_end());
    tell(&mut model, crate::protocol::event::NoteAdded { text: "x".into() });
    update(&mut model, Msg::Answered(Query::Notes, notes_answer(&theirs)));
    check("notes-changed-meanwhile", &mut model);
    perform(&mut model, Action::SaveText, &mut Vec::new());
    check("notes-two-versions", &mut model);
    let mut model = notes_of(live((80, 24)));
    perform(&mut model, Action::LeaveEditor, &mut Vec::new());
    check("notes-unsaved", &mut model);
}
