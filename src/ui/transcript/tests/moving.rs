//! Moving, folding and searching in a transcript.

use super::*;

#[test]
fn follows_until_the_reader_leaves_and_again_at_the_end() {
    let mut desk = Desk::new(paragraphs(30), 40, 10);
    assert!(desk.screen().contains("paragraph 30"));
    desk.go(Move::Pages(-1)).unwrap();
    assert!(!desk.view.follows());
    let before = desk.screen();
    desk.items.extend((31..=40).map(|n| item(n, 11, text("new", true))));
    assert_eq!(desk.screen(), before);
    assert_eq!(desk.frame().0.new_below, 10);
    for _ in 0..20 {
        desk.go(Move::Pages(1)).unwrap();
    }
    assert!(desk.view.follows());
    assert_eq!(desk.view.new_below(&desk.items), 0);
    desk.go(Move::Top).unwrap();
    assert_eq!(desk.at_cursor(), 1);
    desk.go(Move::Bottom).unwrap();
    assert!(desk.view.follows());
    assert_eq!(desk.at_cursor(), 40);
}

#[test]
fn the_cursor_goes_line_by_line_and_never_rests_between_items() {
    let mut desk = Desk::new(paragraphs(9), 40, 8);
    desk.go(Move::Top).unwrap();
    let mut seen = Vec::new();
    for _ in 0..60 {
        let window = desk.window();
        assert!(window.cursor.line >= 0);
        assert!(desk.frame().0.cursor.is_some());
        seen.push(desk.at_cursor());
        desk.go(Move::Lines(1)).unwrap();
        if desk.view.follows() {
            break;
        }
    }
    seen.dedup();
    assert_eq!(seen, (1..=9).collect::<Vec<_>>());
    desk.go(Move::Lines(-1)).unwrap();
    assert!(!desk.view.follows());
}

#[test]
fn jumps_by_turn_block_and_kind() {
    let mut items = gallery_items();
    items.push(item(100, 9, ItemKind::Call(bash("false", "no\n", 1))));
    let mut desk = Desk::new(items, 80, 20);
    desk.frame();
    desk.go(Move::Top).unwrap();
    desk.go(Move::NextTurn).unwrap();
    assert_eq!(desk.view.turn_at_cursor(&desk.items), Some(TurnNo(2)));
    desk.go(Move::Lines(1)).unwrap();
    desk.go(Move::PreviousTurn).unwrap();
    assert_eq!(desk.at_cursor(), 9);
    desk.go(Move::PreviousTurn).unwrap();
    assert_eq!(desk.at_cursor(), 1);
    assert!(desk.go(Move::PreviousTurn).is_err());
    desk.go(Move::Next(Kind::Error)).unwrap();
    assert_eq!(desk.at_cursor(), 10);
    desk.go(Move::Previous(Kind::Tool)).unwrap();
    assert_eq!(desk.at_cursor(), 9);
    desk.go(Move::Next(Kind::Gate)).unwrap();
    desk.go(Move::Next(Kind::Commit)).unwrap();
    assert!(matches!(
        desk.view.item_at_cursor(&desk.items).unwrap().kind,
        ItemKind::Commit(_)
    ));
    desk.go(Move::NextBlock).unwrap();
    desk.go(Move::PreviousBlock).unwrap();
    assert!(matches!(
        desk.view.item_at_cursor(&desk.items).unwrap().kind,
        ItemKind::Commit(_)
    ));
    desk.go(Move::To(Seq(100))).unwrap();
    assert_eq!(desk.at_cursor(), 100);
    assert_eq!(desk.go(Move::Next(Kind::Error)), Err("no further error this way"));
}

#[test]
fn folds_toggle_and_errors_stay_in_sight() {
    let long: String = (1..=50).map(|n| format!("line {n}\n")).collect();
    let mut desk = Desk::new(
        vec![
            item(1, 1, ItemKind::Call(bash("make", &long, 2))),
            item(2, 1, ItemKind::Call(bash("ls", &long, 0))),
        ],
        60,
        70,
    );
    let rows = |desk: &mut Desk| desk.frame().1.iter().filter(|row| !row.is_empty()).count();
    assert_eq!(rows(&mut desk), 8);
    desk.go(Move::ToggleFold).unwrap();
    assert!(desk.view.follows(), "folding at the end keeps following");
    assert!(rows(&mut desk) > 50);
    desk.go(Move::ToggleFold).unwrap();
    assert_eq!(rows(&mut desk), 8);
    desk.go(Move::FoldAll).unwrap();
    assert_eq!(rows(&mut desk), 5);
    assert!(desk.screen().contains("line 50"));
    desk.go(Move::UnfoldAll).unwrap();
    assert!(desk.frame().1.iter().any(|row| row.contains("line 7")));
}

#[test]
fn jumps_pass_over_what_has_no_line_of_its_own() {
    let hidden = || ItemKind::Thinking {
        text: String::new(),
        done: true,
    };
    let mut items = Vec::new();
    for turn in 1..=4_u32 {
        let seq = u64::from(turn) * 10;
        items.push(item(seq, turn, hidden()));
        items.push(item(seq + 1, turn, ItemKind::Call(read("a"))));
        items.push(item(seq + 2, turn, ItemKind::Call(read("b"))));
        items.push(item(seq + 3, turn, text("prose", true)));
    }
    let mut desk = Desk::new(items, 60, 6);
    desk.frame();
    desk.go(Move::Top).unwrap();
    let mut seen = vec![desk.at_cursor()];
    while desk.go(Move::NextTurn).is_ok() {
        seen.push(desk.at_cursor());
    }
    assert_eq!(seen, [11, 21, 31, 41]);
    let mut back = Vec::new();
    while desk.go(Move::PreviousTurn).is_ok() {
        back.push(desk.at_cursor());
    }
    assert_eq!(back, [31, 21, 11]);
    while desk.go(Move::Next(Kind::Tool)).is_ok() {
        back.push(desk.at_cursor());
    }
    assert_eq!(back[3..], [21, 31, 41]);
}

#[test]
fn search_looks_into_what_is_folded_and_into_what_comes_later() {
    let long: String = (1..=50)
        .map(|n| format!("line {n} {}\n", if n == 5 { "Needle" } else { "" }))
        .collect();
    let mut items = paragraphs(20);
    items.insert(3, item(4, 1, ItemKind::Call(bash("ls", &long, 0))));
    for (index, item) in items.iter_mut().enumerate() {
        item.seq = Seq(index as u64 + 1);
        item.revision = item.seq;
    }
    let mut desk = Desk::new(items, 60, 12);
    desk.frame();
    desk.go(Move::Search("needle".into())).unwrap();
    assert_eq!(desk.at_cursor(), 4);
    assert!(desk.screen().contains("line 5 Needle"));
    let hits = desk.view.hits().unwrap();
    assert_eq!((hits.total, hits.current), (1, Some(1)));
    desk.items.push(item(99, 9, text("another needle, and needle", true)));
    desk.go(Move::NextHit).unwrap();
    assert_eq!(desk.at_cursor(), 99);
    desk.go(Move::NextHit).unwrap();
    assert_eq!(desk.at_cursor(), 4);
    desk.go(Move::PreviousHit).unwrap();
    assert_eq!(desk.at_cursor(), 99);
    assert_eq!(desk.go(Move::Search("nowhere".into())), Err("not found"));
    desk.go(Move::EndSearch).unwrap();
    assert_eq!(desk.go(Move::NextHit), Err("no search; / starts one"));
}
