use super::*;
use crate::ui::text::{highlight, width};
use crate::ui::theme::Theme;
use proptest::prelude::*;

const SAMPLE: &str = include_str!("sample.md");

fn draw(text: &str, columns: usize, ascii: bool) -> String {
    let theme = if ascii { Theme::monochrome() } else { Theme::terminal() };
    let look = Look {
        ascii,
        color: !ascii,
        ..Look::new(&theme)
    };
    let lines = render(text, columns, &look);
    for line in &lines {
        assert!(width(&line.to_string()) <= columns, "{line:?}");
    }
    lines
        .iter()
        .map(|line| line.to_string().trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn sample_at_three_widths() {
    insta::assert_snapshot!("sample_80", draw(SAMPLE, 80, false));
    insta::assert_snapshot!("sample_40", draw(SAMPLE, 40, false));
    insta::assert_snapshot!("sample_24_ascii", draw(SAMPLE, 24, true));
}

#[test]
fn swallowed_definitions_and_markup_are_shown() {
    assert_eq!(draw("[a]: http://x.y\n\ntext [a]", 40, false), "[a]: http://x.y\n\ntext [a]");
    assert_eq!(draw("<b>x</b> &#x202e; &lt;", 40, false), "<b>x</b> <U+202E> <");
    assert_eq!(draw("<!-- note\nmore -->", 40, false), "<!-- note\nmore -->");
}

#[test]
fn unfinished_fences_are_code() {
    assert_eq!(draw("a\n```sh\nls\n\n  x", 40, false), "a\n\n│ ls\n│\n│   x");
    assert_eq!(draw("1. a\n```\nb\n```\n2. c", 40, false), "1. a\n\n│ b\n\n2. c");
    assert_eq!(draw("- a\n  ```\n  b\n  ```\n- c", 40, false), "• a\n  │ b\n• c");
}

#[test]
fn what_is_written_behind_a_language_is_shown() {
    assert_eq!(draw("```sh and more\nls\n```", 40, false), "│ sh and more\n│ ls");
    assert_eq!(
        draw("- a\n  ```sh and more\n  ls\n  ```", 40, false),
        "• a\n  │ sh and more\n  │ ls"
    );
}

#[test]
fn deep_nesting_never_eats_the_line() {
    let text = format!("{} deep", ">".repeat(5_000));
    assert!(draw(&text, 20, false).ends_with("deep"));
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "word ",
        "**bold** ",
        "`code` ",
        "[link](http://x.y) ",
        "\n",
        "\n\n",
        "- item\n",
        "  - inner\n",
        "1. one\n",
        "> quote\n",
        "```sh\n",
        "```\n",
        "~~~\n",
        "    code\n",
        "# Head\n",
        "---\n",
        "| a | b |\n|---|---|\n",
        "| 1 | 2 |\n",
        "[ref]: http://x\n",
        "[ref] ",
        "<br>\n",
        "<!--\n",
        "-->\n",
        "- [x] done\n",
        "漢字",
        "é",
        "\t",
        "  ",
        "*",
        "_",
        "`",
        "fn main() {}\n",
        "\r\n",
        "===\n",
        "\\",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn growing_equals_whole(text in pieces(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8), columns in 2usize..50) {
        let theme = Theme::terminal();
        let look = Look::new(&theme);
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).filter(|at| text.is_char_boundary(*at)).collect();
        ends.push(text.len());
        ends.sort_unstable();
        let mut stream = MarkdownStream::new(columns);
        for end in ends {
            stream.update(&text[..end], &look);
            let whole = render(&text[..end], columns, &look);
            prop_assert_eq!(stream.lines().cloned().collect::<Vec<_>>(), whole.clone());
            for line in &whole {
                prop_assert!(width(&line.to_string()) <= columns, "{:?}", line);
            }
        }
    }

    #[test]
    fn words_are_never_lost(text in pieces()) {
        let theme = Theme::terminal();
        let shown: String = render(&text, 2_000, &Look::new(&theme)).iter().map(ToString::to_string).collect();
        for word in ["word", "bold", "code", "item", "inner", "quote", "Head", "漢字", "main"] {
            // A fence's language alone is shown by its colours.
            let told = text.lines().filter(|line| !line.contains("```") && !line.contains("~~~"));
            let written: usize = told.map(|line| line.matches(word).count()).sum();
            prop_assert!(shown.matches(word).count() >= written, "{} in {:?} -> {:?}", word, text, shown);
        }
    }
}

#[test]
fn code_is_coloured_once_the_grammars_are_there() {
    highlight::load_now();
    let theme = Theme::terminal();
    let look = Look::new(&theme);
    let coloured = render("```rust\nlet x = \"a\"; // note\n```", 40, &look);
    assert!(coloured[0].spans.len() > 4, "{coloured:?}");
    let plain = render("```rust\nlet x = \"a\"; // note\n```", 40, &Look { color: false, ..look });
    assert_eq!(plain[0].to_string(), coloured[0].to_string());
    assert_eq!(plain[0].spans.len(), 3);
}

#[test]
fn a_long_text_costs_its_open_end() {
    let theme = Theme::terminal();
    let look = Look::new(&theme);
    let mut text = String::new();
    let mut stream = MarkdownStream::new(60);
    for part in 0..300 {
        text.push_str(match part % 5 {
            0 => "Some prose that goes on for a while, and then a little longer.\n\n",
            1 => "- one\n- two\n\n",
            2 => "```sh\n",
            3 => "echo a line of code\necho another\n",
            _ => "```\n",
        });
        stream.update(&text, &look);
        assert!(stream.unsettled() < 8, "{} open lines after {part} parts", stream.unsettled());
    }
    assert!(stream.len() > 500);
}
