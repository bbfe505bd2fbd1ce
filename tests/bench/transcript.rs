//! The transcript's part of a frame, 120x40, in a session of many items.

use crate::made::{delta, long_session};
use divan::{Bencher, black_box};
use longhaul::session::{Item, State};
use longhaul::ui::text::{Look, highlight};
use longhaul::ui::theme::Theme;
use longhaul::ui::transcript::{Cache, Move, View, render};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const AREA: Rect = Rect::new(0, 0, 120, 40);
const ITEMS: usize = 10_000;

fn items(state: &State) -> &[Item] {
    &state.sessions[0].items
}

/// What the cache is for: nothing changed. Must not depend on the number of items.
#[divan::bench(args = [100, 10_000])]
fn frame_at_the_end_of_items(bencher: Bencher<'_, '_>, count: usize) {
    highlight::load_now();
    let (state, _) = long_session(count);
    let theme = Theme::terminal();
    let look = Look::new(&theme);
    let (view, mut cache, mut screen) = (View::default(), Cache::default(), Buffer::empty(AREA));
    bencher.bench_local(|| render(AREA, &mut screen, black_box(items(&state)), &view, &mut cache, &look));
}

/// A jump into the blue: everything on the screen is laid out.
#[divan::bench]
fn frame_laid_out_anew(bencher: Bencher<'_, '_>) {
    highlight::load_now();
    let (state, _) = long_session(ITEMS);
    let theme = Theme::terminal();
    let look = Look::new(&theme);
    let (view, mut screen) = (View::default(), Buffer::empty(AREA));
    bencher
        .with_inputs(Cache::default)
        .bench_local_values(|mut cache| render(AREA, &mut screen, black_box(items(&state)), &view, &mut cache, &look));
}

/// The hot path of a live run: the answer grew and its end is on the screen.
#[divan::bench]
fn frame_while_the_end_streams(bencher: Bencher<'_, '_>) {
    highlight::load_now();
    let (mut state, mut log) = long_session(ITEMS);
    let theme = Theme::terminal();
    let look = Look::new(&theme);
    let (view, mut cache, mut screen) = (View::default(), Cache::default(), Buffer::empty(AREA));
    let mut step = 0_u32;
    bencher.bench_local(|| {
        step += 1;
        if step.is_multiple_of(200) {
            // Answers end some time; a new one keeps what is measured at a human length.
            log.begin_answer(&mut state);
        }
        state.apply(&log.wrap(delta()));
        render(AREA, &mut screen, items(&state), &view, &mut cache, &look)
    });
}

/// One line up in the middle, and drawn.
#[divan::bench]
fn key_in_the_middle(bencher: Bencher<'_, '_>) {
    highlight::load_now();
    let (state, _) = long_session(ITEMS);
    let theme = Theme::terminal();
    let look = Look::new(&theme);
    let (mut view, mut cache, mut screen) = (View::default(), Cache::default(), Buffer::empty(AREA));
    render(AREA, &mut screen, items(&state), &view, &mut cache, &look);
    view.handle(&Move::To(items(&state)[ITEMS / 2].seq), items(&state), &mut cache, &look)
        .unwrap();
    let mut down = true;
    bencher.bench_local(|| {
        down = !down;
        let step = Move::Lines(if down { 1 } else { -1 });
        view.handle(black_box(&step), items(&state), &mut cache, &look).unwrap();
        render(AREA, &mut screen, items(&state), &view, &mut cache, &look)
    });
}
