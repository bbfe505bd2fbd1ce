//! A feature list of ten thousand features: read, flipped, scrolled and filtered.

use crossterm::event::{KeyCode, KeyEvent};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use longhaul::harness::FeatureList;
use longhaul::link::Mode;
use longhaul::protocol::event::FeatureListLoaded;
use longhaul::ui::model::Model;
use longhaul::ui::msg::Msg;
use longhaul::ui::update::update;
use longhaul::ui::view::view;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use std::time::Duration;

const FEATURES: usize = 10_000;
const SCREEN: Rect = Rect::new(0, 0, 120, 40);

/// As people write them: two steps, a few keys beside, a status in words.
fn text(features: usize) -> String {
    let one = |n: usize| {
        let status = ["pending", "done", "in_progress"][n % 3];
        format!(
            "  {{\n    \"id\": \"F{n:05}\",\n    \"title\": \"Feature {n}\",\n    \"description\": \"A visitor can do the thing of number {n} and sees that it is done\",\n    \"steps\": [\"open the page\", \"do {n}\"],\n    \"priority\": {},\n    \"owner\": \"agent-{}\",\n    \"status\": \"{status}\"\n  }}",
            n % 4,
            n % 7
        )
    };
    let all: Vec<String> = (0..features).map(one).collect();
    format!("{{\"features\": [\n{}\n]}}\n", all.join(",\n"))
}

fn list() -> FeatureList {
    FeatureList::parse("list", text(FEATURES).into_bytes()).unwrap()
}

#[divan::bench]
fn read_10k(bencher: Bencher<'_, '_>) {
    let bytes = text(FEATURES).into_bytes();
    bencher
        .counter(BytesCount::new(bytes.len()))
        .with_inputs(|| bytes.clone())
        .bench_values(|bytes| FeatureList::parse("list", bytes));
}

#[divan::bench]
fn flip_one_of_10k(bencher: Bencher<'_, '_>) {
    let list = list();
    let id = list.features()[FEATURES / 2].id.clone();
    bencher.bench(|| list.flip(black_box(&id), true));
}

/// The main view over the list, with a filter.
fn model(filter: &str) -> Model {
    let size = Size::new(SCREEN.width, SCREEN.height);
    let mut model = Model::plain(Mode::Offline, size);
    model.state.tell(FeatureListLoaded {
        path: "list".into(),
        features: list().features().to_vec(),
        notices: Vec::new(),
    });
    update(&mut model, Msg::CaughtUp);
    press(&mut model, KeyCode::Char('1'));
    model.features.filter = filter.to_owned();
    model
}

fn press(model: &mut Model, key: KeyCode) {
    update(model, Msg::Key(KeyEvent::from(key), Duration::from_secs(1)));
    model.settle();
}

/// A key and the frame after it: one row down, one up. With a filter that leaves most rows, one that leaves few, and one beyond ASCII.
#[divan::bench(args = ["", "number", "f0777", "é"])]
fn key_and_frame(bencher: Bencher<'_, '_>, filter: &str) {
    let mut model = model(filter);
    let mut screen = Buffer::empty(SCREEN);
    let mut down = false;
    bencher.bench_local(|| {
        down = !down;
        press(&mut model, KeyCode::Char(if down { 'j' } else { 'k' }));
        view(&model, SCREEN, &mut screen)
    });
}

/// The end of the list and its beginning.
#[divan::bench]
fn jump_and_frame(bencher: Bencher<'_, '_>) {
    let mut model = model("");
    let mut screen = Buffer::empty(SCREEN);
    let mut down = false;
    bencher.bench_local(|| {
        down = !down;
        press(&mut model, KeyCode::Char(if down { 'G' } else { 'g' }));
        view(&model, SCREEN, &mut screen)
    });
}
