use super::*;
use crate::ui::text::{Look, width};
use crate::ui::theme::Theme;
use ratatui::style::Modifier;

const PATCH: &str = "@@ -38,3 +38,4 @@ main\n   search)\n-    awk -v q=\"$1\" 'index($0,q)' \"$file\" ;;\n+    awk -v q=\"$1\" -v t=\"$tag\" 'match($0,q,t)' \"$file\" ;;\n+    echo\n \tlist)\n\\ No newline at end of file\n";

fn draw(rows: &[Row], columns: usize) -> String {
    let theme = Theme::terminal();
    let lines = lines(rows, "bin/notes.txt", columns, &Look::new(&theme));
    for line in &lines {
        assert!(width(&line.to_string()) <= columns);
    }
    lines
        .iter()
        .map(|line| line.to_string().trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn patches_are_numbered_on_both_sides() {
    insta::assert_snapshot!(draw(&of_patch(PATCH), 80));
}

#[test]
fn narrow_patches_wrap_under_their_text_and_keep_one_number() {
    insta::assert_snapshot!(draw(&of_patch(PATCH), 40));
}

#[test]
fn edits_show_what_changed_with_what_is_around_it() {
    let old: String = (1..=30).map(|n| format!("line {n}\n")).collect();
    let new = old.replace("line 5\n", "line five\n").replace("line 25\n", "");
    let rows = of_edit(&old, &new);
    assert_eq!(counts(&rows), (1, 2));
    insta::assert_snapshot!(draw(&rows, 40));
}

#[test]
fn changed_words_stand_out() {
    let theme = Theme::terminal();
    let rows = of_edit("let total = sum(a, b);", "let total = sum(a, c);");
    let lines = lines(&rows, "a.zz", 60, &Look::new(&theme));
    let strong = |index: usize| -> String {
        let spans = lines[index].spans.iter();
        spans
            .filter(|span| span.style.add_modifier.contains(Modifier::UNDERLINED))
            .map(|span| span.content.as_ref())
            .collect()
    };
    assert_eq!((strong(0).as_str(), strong(1).as_str()), ("b", "c"));
}

#[test]
fn new_files_are_all_added() {
    let rows = of_new("a\nb\n");
    assert_eq!(rows.iter().map(|row| row.new).collect::<Vec<_>>(), [Some(1), Some(2)]);
    assert_eq!(counts(&rows), (2, 0));
}

#[test]
fn odd_patches_are_shown_as_they_are() {
    assert_eq!(of_patch(""), []);
    let rows = of_patch("@@ nonsense\n+x\ncut here");
    assert_eq!(
        rows.iter().map(|row| row.kind).collect::<Vec<_>>(),
        [RowKind::Hunk, RowKind::Added, RowKind::Note]
    );
    assert_eq!(rows[1].new, None);
}
