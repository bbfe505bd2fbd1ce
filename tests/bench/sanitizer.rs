//! The sanitizer: everything that is drawn goes through it.

use crate::made::answer;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use longhaul::ui::text::Clean;

const SIZE: usize = 1 << 20;

#[divan::bench]
fn prose(bencher: Bencher<'_, '_>) {
    let text = answer(SIZE);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Clean::block(black_box(&text)));
}

/// A test run's output with a colour change in every line.
#[divan::bench]
fn coloured_output(bencher: Bencher<'_, '_>) {
    let text = repeat("\x1b[32mok\x1b[0m 17 - adds a note\tand finds it again\r\n");
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Clean::output(black_box(&text)));
}

/// Nothing but what a terminal would act on or a reader would be fooled by.
#[divan::bench]
fn hostile(bencher: Bencher<'_, '_>) {
    let text = repeat("\x1b]52;c;cm0gLXJm\x07\x1b[2J\u{202e}txt.exe\u{200b}\u{e0041}\u{9b}1m\n");
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Clean::block(black_box(&text)));
}

/// One line of 300 KB, as minified files have.
#[divan::bench]
fn one_endless_line(bencher: Bencher<'_, '_>) {
    let text = "x=function(){return 1};".repeat(300_000 / 23);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Clean::output(black_box(&text)));
}

fn repeat(line: &str) -> String {
    line.repeat(SIZE / line.len())
}
