//! An answer that arrives in steps and is on the screen after each: with the stable prefix kept, against laying it out anew.

use crate::made::{answer, cuts};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use longhaul::ui::text::markdown::{MarkdownStream, render};
use longhaul::ui::text::{Look, highlight};
use longhaul::ui::theme::Theme;

const SIZE: usize = 100_000;
/// Bytes between two frames; the reader is far behind a model that writes so fast.
const STEP: usize = 1_000;
const COLUMNS: usize = 76;

/// The whole of a 100 KB answer, frame by frame.
#[divan::bench(sample_size = 1)]
fn stream_100_kb(bencher: Bencher<'_, '_>) {
    highlight::load_now();
    let text = answer(SIZE);
    let cuts = cuts(&text, STEP);
    let theme = Theme::terminal();
    let look = Look::new(&theme);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        let mut stream = MarkdownStream::new(COLUMNS);
        for end in &cuts {
            stream.update(black_box(&text[..*end]), &look);
        }
        stream
    });
}

/// One frame more at the end of an answer. Must not depend on its length.
#[divan::bench(args = [1_000, 100_000])]
fn frame_after_bytes(bencher: Bencher<'_, '_>, bytes: usize) {
    highlight::load_now();
    let mut text = answer(bytes);
    let theme = Theme::terminal();
    let look = Look::new(&theme);
    let mut stream = MarkdownStream::new(COLUMNS);
    stream.update(&text, &look);
    let mut step = 0_u32;
    bencher.bench_local(|| {
        step += 1;
        // A paragraph now and then, as models do: one that never ends would be measured instead.
        text.push_str(if step.is_multiple_of(16) {
            "end.\n\n"
        } else {
            "some words more "
        });
        stream.update(&text, &look);
    });
}

/// The same frame without the cache: what the one above is measured against.
#[divan::bench(args = [1_000, 100_000], sample_size = 1)]
fn frame_laid_out_anew_of_bytes(bencher: Bencher<'_, '_>, bytes: usize) {
    highlight::load_now();
    let text = answer(bytes);
    let theme = Theme::terminal();
    let look = Look::new(&theme);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| render(black_box(&text), COLUMNS, &look));
}
