use super::Clean;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use regex::Regex;
use std::sync::LazyLock;

/// Everything Unicode calls a control, a format character, a separator or ignorable, but LF.
static HIDDEN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}&&[^\n]]").unwrap());

#[test]
fn shows_what_a_terminal_would_obey() {
    assert_eq!(Clean::line("a\x1b]52;c;ZXZpbA==\x07b").as_str(), "a␛]52;c;ZXZpbA==␇b");
    assert_eq!(Clean::line("a\u{9b}31mb\x7f").as_str(), "a<U+009B>31mb␡");
    assert_eq!(Clean::line("two\nlines\r").as_str(), "two␊lines␍");
    assert_eq!(Clean::block("two\r\nlines\x08").as_str(), "two\nlines␈");
}

#[test]
fn shows_what_hides_or_reorders() {
    assert_eq!(
        Clean::line("a\u{202e}b\u{200b}c\u{2028}").as_str(),
        "a<U+202E>b<U+200B>c<U+2028>"
    );
    assert_eq!(Clean::line("\u{e0041}\u{3164}").as_str(), "<U+E0041><U+3164>");
    assert_eq!(Clean::line("\u{301}a\u{301}").as_str(), "<U+0301>a\u{301}");
    assert_eq!(Clean::line("rm\u{a0}\u{a0}x\u{a0}y").as_str(), "rm<U+00A0><U+00A0>x\u{a0}y");
}

#[test]
fn leaves_everyday_text_alone() {
    for text in [
        "naïve café",
        "漢字かな交じり",
        "Привет",
        "שלום",
        "हिन्दी",
        "✓ done · 👍🏽 🇫🇷",
        "a < b && c > d",
        "ﾊﾞ",
    ] {
        assert_eq!(Clean::line(text).as_str(), text);
    }
    assert_eq!(Clean::line("⚠\u{fe0f} careful").as_str(), "⚠ careful");
    assert_eq!(Clean::line("👩\u{200d}💻").as_str(), "👩💻");
}

#[test]
fn expands_tabs_by_column_and_line() {
    assert_eq!(Clean::block("a\tb\n\tc\n漢\td").as_str(), "a   b\n    c\n漢  d");
    assert_eq!(Clean::exact("\ta").as_str(), "␉   a");
}

#[test]
fn leaves_out_colours_only_from_output_and_only_colours() {
    assert_eq!(Clean::output("\x1b[1;32mok\x1b[0m \x1b[2Jx \x1b[").as_str(), "ok ␛[2Jx ␛[");
    assert_eq!(Clean::block("\x1b[32mok").as_str(), "␛[32mok");
}

#[test]
fn cuts_endless_lines_and_says_so() {
    let clean = Clean::block(&format!("{}\nshort", "é".repeat(150_000)));
    let lines: Vec<&str> = clean.lines().collect();
    assert!(
        lines[0].ends_with("[283616 bytes more on this line]"),
        "{}",
        &lines[0][16_384..]
    );
    assert_eq!(lines[1], "short");
    assert_eq!(Clean::exact(&"x".repeat(300_000)).as_str().len(), 300_000);
}

#[test]
fn exact_draws_blanks_and_escapes_its_own_marks() {
    assert_eq!(Clean::exact("a \nb\u{2003}c").as_str(), "a␠\nb<U+2003>c");
    assert_eq!(Clean::exact("␛ <U+202E>").as_str(), "<U+241B> <U+003C>U+202E>");
}

#[test]
fn no_character_that_unicode_calls_hidden_passes_any_form() {
    for c in (0..=0x0010_ffff).filter_map(char::from_u32) {
        if !HIDDEN.is_match(c.encode_utf8(&mut [0; 4])) {
            continue;
        }
        let text = format!("x{c}x");
        for clean in [
            Clean::line(&text),
            Clean::block(&text),
            Clean::output(&text),
            Clean::exact(&text),
        ] {
            assert!(!HIDDEN.is_match(clean.as_str()), "U+{:04X} -> {clean}", u32::from(c));
        }
    }
}

fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        "[ -~]{1,4}",
        prop::sample::select(vec![
            "\x1b[31m",
            "\x1b]0;x\x07",
            "\t",
            "\r\n",
            "\n",
            " ",
            "␛",
            "␠",
            "<U+202E>",
            "<",
            "U+",
            "\u{202e}",
            "\u{200d}",
            "\u{fe0f}",
            "👩",
            "e",
            "\u{301}",
            "\u{a0}",
            "\u{1160}",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nothing_hidden_survives(text in nasty()) {
        for clean in [Clean::line(&text), Clean::block(&text), Clean::output(&text), Clean::exact(&text)] {
            prop_assert!(!HIDDEN.is_match(clean.as_str()), "{:?}", clean);
        }
        prop_assert!(!Clean::line(&text).as_str().contains('\n'));
    }

    #[test]
    fn exact_is_injective(a in nasty(), b in nasty()) {
        prop_assert_eq!(a == b, Clean::exact(&a) == Clean::exact(&b), "{:?} {:?}", a, b);
    }

    #[test]
    fn exact_is_injective_under_small_edits(text in nasty(), at in any::<prop::sample::Index>(), c in any::<char>()) {
        let mut other: Vec<char> = text.chars().collect();
        let index = at.index(other.len() + 1);
        other.insert(index, c);
        let other: String = other.into_iter().collect();
        prop_assert_ne!(Clean::exact(&text), Clean::exact(&other));
    }

    #[test]
    fn everything_clean_is_drawn(text in nasty()) {
        let clean = Clean::line(&text);
        let columns = u16::try_from(clean.width()).unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns.max(1), 1));
        let (end, _) = buffer.set_span(0, 0, &clean.clone().span(Style::new()), columns);
        prop_assert_eq!(end, columns, "{:?}", clean);
        let mut drawn = String::new();
        let mut skip = 0;
        for cell in buffer.content().iter().take(usize::from(columns)) {
            if skip == 0 {
                drawn.push_str(cell.symbol());
                skip = super::width(cell.symbol());
            }
            skip -= 1;
        }
        prop_assert_eq!(drawn.as_str(), clean.as_str());
    }
}

#[test]
fn a_hangul_vowel_with_nothing_to_join_is_shown() {
    assert_eq!(Clean::line("\u{903}\u{1161}").as_str(), "\u{903}<U+1161>");
    assert_eq!(Clean::line("\u{1112}\u{1161}\u{11ab}").as_str(), "\u{1112}\u{1161}\u{11ab}");
}

#[test]
fn a_joiner_outside_an_emoji_is_shown() {
    for (text, shown) in [
        ("a\u{200d}b", "a<U+200D>b"),
        ("1\u{200d}2", "1<U+200D>2"),
        ("あ\u{200d}い", "あ<U+200D>い"),
        ("→\u{200d}x", "→<U+200D>x"),
        ("👩\u{200d}", "👩<U+200D>"),
        ("👩\u{200d}\u{200d}💻", "👩<U+200D><U+200D>💻"),
        ("あ\u{fe0f}", "あ<U+FE0F>"),
    ] {
        assert_eq!(Clean::line(text).as_str(), shown);
    }
    assert_eq!(Clean::line("❤\u{fe0f}\u{200d}🔥 👍🏽\u{200d}💻").as_str(), "❤🔥 👍🏽💻");
}
