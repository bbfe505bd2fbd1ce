mod moving;

use super::fixture::{bash, gallery_items, item, read, text};
use super::fold::Fold;
use super::view::Window;
use super::*;
use crate::protocol::event::{CommitMade, EndCause, Ruling, RulingMade, SessionEnded};
use crate::protocol::{CallStatus, Cost, Payload, Role, Seq, SessionNo, ToolKind, TurnNo, Usage, samples};
use crate::session::state::Totals;
use crate::session::{Activity, Item, ItemKind, Session};
use crate::ui::text::Look;
use crate::ui::theme::Theme;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::{BTreeMap, HashMap};

pub(super) fn session(items: Vec<Item>) -> Session {
    Session {
        number: SessionNo(5),
        role: Role::Coding,
        model: "m".into(),
        context_window: 200_000,
        head: None,
        started: fixture::at(0),
        ended: None,
        feature: Some("F008".into()),
        turn: TurnNo(12),
        context_tokens: 0,
        orientation: Some((8_200, 0.041)),
        window: Vec::new(),
        totals: Totals {
            usage: Usage {
                input: 21_000,
                ..Usage::default()
            },
            cost: Cost(60_000_000),
            ..Totals::default()
        },
        activity: Activity::Ended,
        activity_since: fixture::at(400),
        retry: None,
        headway: crate::session::Headway::default(),
        track: crate::session::headway::Track::default(),
        items,
        calls: HashMap::new(),
        open_blocks: BTreeMap::new(),
        alone: BTreeMap::new(),
    }
}

struct Desk {
    theme: Theme,
    cache: Cache,
    view: View,
    items: Vec<Item>,
    area: Rect,
}

impl Desk {
    fn new(items: Vec<Item>, columns: u16, rows: u16) -> Self {
        Self {
            theme: Theme::terminal(),
            cache: Cache::default(),
            view: View::default(),
            items,
            area: Rect::new(0, 0, columns, rows),
        }
    }

    fn frame(&mut self) -> (Frame, Vec<String>) {
        let mut buffer = Buffer::empty(self.area);
        let look = Look::new(&self.theme);
        let frame = render(self.area, &mut buffer, &self.items, &self.view, &mut self.cache, &look);
        (frame, text_of(&buffer))
    }

    fn screen(&mut self) -> String {
        self.frame().1.join("\n")
    }

    fn go(&mut self, step: Move) -> Result<(), &'static str> {
        let look = Look::new(&self.theme);
        self.view.handle(&step, &self.items, &mut self.cache, &look)
    }

    fn window(&mut self) -> Window {
        self.frame();
        let look = Look::new(&self.theme);
        let mut sheet = self.view.sheet(&self.items, None, &mut self.cache, &look);
        self.view.window(&mut sheet, usize::from(self.area.height)).unwrap()
    }

    fn at_cursor(&self) -> u64 {
        self.view.item_at_cursor(&self.items).unwrap().seq.0
    }
}

fn text_of(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    let row = |y| {
        (0..area.width)
            .map(|x| buffer[(x, y)].symbol())
            .collect::<String>()
            .trim_end()
            .to_owned()
    };
    (0..area.height).map(row).collect()
}

fn paragraphs(count: u64) -> Vec<Item> {
    (1..=count)
        .map(|n| {
            item(
                n,
                n as u32 / 3,
                text(&format!("paragraph {n} {}", "and more words ".repeat(n as usize % 7)), true),
            )
        })
        .collect()
}

#[test]
fn a_session_as_it_is_read() {
    let mut desk = Desk::new(gallery_items(), 80, 60);
    insta::assert_snapshot!("end", desk.screen());
    desk.go(Move::Top).unwrap();
    insta::assert_snapshot!("top", desk.screen());
}

#[test]
fn the_end_card_tells_the_sessions_sums() {
    let ended = SessionEnded {
        cause: EndCause::ContextFull,
        summary: String::new(),
        dirty: Vec::new(),
        next: Some("F009".into()),
        checks: vec![("oriented before first edit".into(), true), ("one feature".into(), true)],
        places: Vec::new(),
        left: None,
    };
    let session = session(vec![item(400, 12, ItemKind::Closed(ended))]);
    let theme = Theme::terminal();
    let mut buffer = Buffer::empty(Rect::new(0, 0, 100, 8));
    render_session(
        buffer.area,
        &mut buffer,
        &session,
        &View::default(),
        &mut Cache::default(),
        &Look::new(&theme),
    );
    insta::assert_snapshot!(text_of(&buffer).join("\n"));
}

#[test]
fn reads_in_a_row_share_a_line_and_harness_calls_are_told_by_their_effect() {
    let mut commit_call = bash("Filter notes", "committed", 0);
    commit_call.tool = "commit".into();
    commit_call.kind = Some(ToolKind::Other);
    let made = CommitMade {
        message: "Filter notes".into(),
        ..samples::commit_made(samples::oid('1'), None)
    };
    let mut items: Vec<Item> = (1..=5)
        .map(|n| item(n, 1, ItemKind::Call(read(&format!("src/{n}.rs")))))
        .collect();
    items.push(item(6, 1, ItemKind::Call(bash("ls", "", 0))));
    items.push(item(7, 1, ItemKind::Call(commit_call)));
    items.push(item(8, 1, ItemKind::Commit(made)));
    let mut desk = Desk::new(items, 80, 12);
    insta::assert_snapshot!("groups", desk.screen());
    desk.go(Move::Top).unwrap();
    desk.go(Move::ToggleFold).unwrap();
    assert!(desk.screen().contains("src/5.rs") && desk.frame().1.iter().filter(|row| row.contains("read")).count() == 5);
    desk.go(Move::To(Seq(3))).unwrap();
    assert_eq!(desk.at_cursor(), 3);
}

#[test]
fn a_refused_call_is_told_by_its_ruling() {
    let mut refused = bash("git commit -am wip", "", 0);
    refused.status = CallStatus::Refused;
    refused.exit_code = None;
    let ruling = RulingMade {
        call: refused.id.clone(),
        title: "git commit -am wip".into(),
        ruling: Ruling::Deny,
        guard: "git".into(),
        reason: "Commits are made with the commit tool.".into(),
    };
    let mut desk = Desk::new(
        vec![item(1, 1, ItemKind::Call(refused)), item(2, 1, ItemKind::Ruling(ruling))],
        80,
        4,
    );
    insta::assert_snapshot!("refusal", desk.screen());
}

#[test]
fn odd_sizes_and_no_items_draw_something_or_nothing() {
    let mut empty = Desk::new(Vec::new(), 40, 5);
    assert_eq!(empty.screen().trim(), "");
    assert!(empty.go(Move::Lines(1)).is_err());
    assert!(empty.view.item_at_cursor(&empty.items).is_none());
    for (columns, rows) in [(0, 0), (1, 1), (2, 1), (1, 40), (500, 1), (3, 3)] {
        let mut desk = Desk::new(gallery_items(), columns, rows);
        desk.frame();
        for step in [
            Move::Lines(-3),
            Move::Pages(-2),
            Move::ToggleFold,
            Move::Lines(1),
            Move::Top,
            Move::Pages(3),
            Move::Bottom,
        ] {
            let _ = desk.go(step);
            desk.frame();
        }
    }
}

#[test]
fn a_frame_lays_out_only_what_it_shows() {
    let mut desk = Desk::new(paragraphs(100_000), 80, 40);
    desk.frame();
    assert!(desk.cache.len() < 60, "{}", desk.cache.len());
    desk.go(Move::Top).unwrap();
    desk.frame();
    desk.go(Move::To(Seq(50_000))).unwrap();
    desk.frame();
    assert!(desk.cache.len() < 250, "{}", desk.cache.len());
}

#[test]
fn the_cache_keeps_to_its_cap() {
    let mut desk = Desk::new(paragraphs(2_000), 80, 20);
    desk.cache = Cache::with_cap(100_000);
    for _ in 0..150 {
        desk.frame();
        let _ = desk.go(Move::Pages(-1));
        assert!(desk.cache.bytes() < 150_000, "{}", desk.cache.bytes());
    }
}

#[test]
fn what_waits_or_runs_ticks() {
    let mut call = bash("sleep", "", 0);
    call.status = CallStatus::InProgress;
    let mut desk = Desk::new(vec![item(1, 1, ItemKind::Call(call))], 40, 5);
    assert!(desk.frame().0.ticking);
    desk.items[0] = item(1, 1, ItemKind::Call(bash("sleep", "", 0)));
    assert!(!desk.frame().0.ticking);
}

#[test]
fn nothing_waits_once_the_session_is_over() {
    let gate = item(
        1,
        1,
        fixture::gallery()
            .into_iter()
            .find(|(name, _)| *name == "gate, open")
            .unwrap()
            .1
            .kind,
    );
    let theme = Theme::terminal();
    let mut session = session(vec![gate]);
    let mut cache = Cache::default();
    let mut shown = |session: &Session| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 3));
        let look = Look {
            now: Some(fixture::at(100)),
            ..Look::new(&theme)
        };
        let frame = render_session(buffer.area, &mut buffer, session, &View::default(), &mut cache, &look);
        (frame.ticking, text_of(&buffer).join("\n"))
    };
    let (ticking, text) = shown(&session);
    assert!(ticking && text.contains("waiting for you 1m"), "{text}");
    let ended = SessionEnded {
        cause: EndCause::Stopped,
        summary: String::new(),
        dirty: Vec::new(),
        next: None,
        checks: Vec::new(),
        places: Vec::new(),
        left: None,
    };
    session.ended = Some((fixture::at(60), ended));
    let (ticking, text) = shown(&session);
    assert!(!ticking && text.contains("never answered"), "{text}");
    // What is asked between two sessions stands behind the end of the first.
    session.ended = session.ended.map(|(_, ended)| (fixture::at(0), ended));
    let (ticking, text) = shown(&session);
    assert!(ticking && text.contains("waiting for you 1m"), "{text}");
}

#[derive(Debug, Clone)]
enum Doing {
    Append(usize),
    Grow,
    FoldAway(prop::sample::Index),
    Resize(u16, u16),
}

fn doing() -> impl Strategy<Value = Doing> {
    prop_oneof![
        (1usize..5).prop_map(Doing::Append),
        Just(Doing::Grow),
        any::<prop::sample::Index>().prop_map(Doing::FoldAway),
        (20u16..120, 4u16..40).prop_map(|(columns, rows)| Doing::Resize(columns, rows)),
    ]
}

fn mixed(seq: u64) -> Item {
    let kinds = gallery_items();
    let mut item = kinds[seq as usize * 7 % kinds.len()].clone();
    item.seq = Seq(seq);
    item.revision = Seq(seq);
    item.turn = TurnNo(seq as u32 / 10);
    item
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever happens elsewhere, the top line stays; after a resize and back too.
    #[test]
    fn the_readers_place_never_moves(up in 1i32..60, doings in prop::collection::vec(doing(), 1..12)) {
        let mut desk = Desk::new((1..=80).map(mixed).collect(), 80, 20);
        desk.frame();
        desk.go(Move::Lines(-up)).unwrap();
        desk.go(Move::Scroll(-10)).unwrap();
        let area = desk.area;
        let window = desk.window();
        let rows: Vec<String> = desk.frame().1;
        for doing in doings {
            match doing {
                Doing::Append(count) => {
                    let next = desk.items.last().unwrap().seq.0 + 1;
                    desk.items.extend((next..next + count as u64).map(mixed));
                }
                Doing::Grow => {
                    let last = desk.items.len() - 1;
                    desk.items[last].kind = ItemKind::Call(crate::session::Call { output: Payload::inline("more\n".repeat(30)), ..bash("x", "", 1) });
                    desk.items[last].revision = desk.items[last].revision.next();
                }
                Doing::FoldAway(index) => {
                    // Only what is not on the screen, as when items fold by themselves.
                    let index = index.index(window.top.index.max(1));
                    if index + 2 < window.top.index {
                        let seq = desk.items[index].seq;
                        desk.view.folds.set(seq, Fold::Open);
                    }
                }
                Doing::Resize(columns, rows) => {
                    desk.area = Rect::new(0, 0, columns, rows);
                    desk.frame();
                    let narrow = desk.window();
                    prop_assert!(narrow.top <= narrow.cursor);
                    desk.area = area;
                }
            }
            prop_assert_eq!(desk.window(), window);
            // The rows above the growing end are the same rows.
            let now = desk.frame().1;
            if window.top.index + 40 < desk.items.len() {
                prop_assert_eq!(&now[..10], &rows[..10]);
            }
        }
    }

    #[test]
    fn the_cursor_is_always_on_the_screen(steps in prop::collection::vec((0u8..12, 20u16..100, 3u16..30), 1..30)) {
        let mut desk = Desk::new((1..=60).map(mixed).collect(), 80, 20);
        for (step, columns, rows) in steps {
            let step = match step {
                0 => Move::Lines(-1),
                1 => Move::Lines(2),
                2 => Move::Scroll(-5),
                3 => Move::Scroll(3),
                4 => Move::HalfPages(-1),
                5 => Move::Pages(1),
                6 => Move::NextTurn,
                7 => Move::PreviousBlock,
                8 => Move::ToggleFold,
                9 => Move::Next(Kind::Error),
                10 => Move::Search("tag".into()),
                _ => Move::Previous(Kind::Tool),
            };
            let _ = desk.go(step);
            desk.area = Rect::new(0, 0, columns, rows);
            prop_assert!(desk.frame().0.cursor.is_some());
        }
    }

    #[test]
    fn streaming_prose_is_drawn_as_if_it_had_come_at_once(cuts in prop::collection::vec(1usize..40, 1..12)) {
        let whole = "# Title\n\nSome *prose* here.\n\n```sh\nls -l\necho done\n```\n\n- one\n- two\n\nThe end of it.";
        let mut desk = Desk::new(vec![item(1, 1, text("", false))], 40, 30);
        let mut end = 0;
        for cut in cuts {
            end = (end + cut).min(whole.len());
            desk.items[0] = item(1, 1, text(&whole[..end], end == whole.len()));
            desk.items[0].revision = Seq(1 + end as u64);
            let mut fresh = Desk::new(desk.items.clone(), 40, 30);
            prop_assert_eq!(desk.frame().1, fresh.frame().1);
        }
    }
}
