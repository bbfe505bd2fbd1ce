//! What is shown before a run of this window: the past, a first start, a screen that has read nothing yet.

use super::*;
use crate::protocol::{Answer, RawList};
use crate::ui::msg::Effect;

#[test]
fn watching_and_looking_back_is_said() {
    let mut model = live((80, 24));
    model.mode = Mode::Following;
    check("following", &mut model);
    model.mode = Mode::Offline;
    check("offline", &mut model);
}

#[test]
fn first_start() {
    for size in [(40, 12), (80, 24), (120, 40)] {
        check("start-empty", &mut empty(Mode::Offline, size));
        let mut model = empty(Mode::Offline, size);
        let feature = |index: u32| Feature {
            id: format!("#{index}").into(),
            description: "something".into(),
            status: if index <= 142 {
                FeatureStatus::Passing
            } else {
                FeatureStatus::Failing
            },
            ..Feature::default()
        };
        tell(
            &mut model,
            FeatureListLoaded {
                path: "feature_list.json".into(),
                features: (1..=200).map(feature).collect(),
                notices: Vec::new(),
            },
        );
        let commit = CommitInfo {
            id: "1234567890abcdef".into(),
            subject: "first".into(),
            author: "Ada".into(),
            time: jiff::Timestamp::UNIX_EPOCH,
        };
        tell(
            &mut model,
            RepositoryObserved {
                branch: "main".into(),
                head: None,
                commits: vec![commit],
                total: 57,
                dirty: vec!["?? a".into(), " M b".into()],
                tree: None,
                code: None,
            },
        );
        check("start-other-harness", &mut model);
    }
}

/// A list whose rows cannot be shown, as its text stands.
fn bare(size: (u16, u16), notices: &[&str], told: Option<RawList>) -> Model {
    let mut model = empty(Mode::Offline, size);
    let listed = FeatureListLoaded {
        path: "feature_list.json".into(),
        features: Vec::new(),
        notices: notices.iter().map(ToString::to_string).collect(),
    };
    tell(&mut model, listed);
    let asked = keys(&mut model, "o");
    assert_eq!(asked, [Effect::Ask(Query::ListText)], "its text is looked up");
    if let Some(told) = told {
        update(&mut model, Msg::Answered(Query::ListText, Answer::ListText(Box::new(told))));
    }
    model
}

const FAULT: &str = "a comma or the end of the object is expected, not a string; the file is left as it is";

fn broken() -> RawList {
    let entry = |number: u32| {
        format!("  {{\"id\": \"F{number:03}\", \"description\": \"a user can do thing {number}\", \"passes\": false}},\n")
    };
    let mut text: String = (1..=14).map(entry).collect();
    text.insert_str(0, "[\n");
    text.push_str("  {\"id\": \"F015\", \"description\": \"a user can do more\" \"passes\": \u{1b}[31mfalse}\n]\n");
    RawList {
        path: "feature_list.json".into(),
        reason: format!("16:54: {FAULT}"),
        at: Some((16, 54)),
        first_line: 1,
        bytes: text.len() as u64,
        text,
        cut: false,
        broken: true,
    }
}

#[test]
fn a_list_that_cannot_be_read_is_shown_with_the_whole_reason_the_place_and_its_text() {
    for size in [(40, 12), (60, 20), (80, 24), (120, 40)] {
        let notice = format!("/home/ada/notes/feature_list.json:16:54: {FAULT}");
        let mut model = bare(size, &[&notice], Some(broken()));
        check("list-broken", &mut model);
        let words = |screen: String| screen.split_whitespace().collect::<Vec<_>>().join(" ");
        if size.0 == 60 {
            assert!(words(screen(&mut model)).contains(FAULT), "{}", screen(&mut model));
        }
        keys(&mut model, "G");
        let scrolled = screen(&mut model);
        assert!(words(scrolled.clone()).contains("Where reading stops"), "{scrolled}");
        keys(&mut model, "g g Enter");
        assert_eq!(model.pages.last().unwrap().subject, Subject::List);
        check("list-broken-whole", &mut model);
        assert!(words(screen(&mut model)).contains(FAULT), "{}", screen(&mut model));
        keys(&mut model, "G");
        assert!(screen(&mut model).contains('␛'), "control characters are shown: {scrolled}");
    }
}

#[test]
fn an_unknown_shape_and_an_empty_list_say_all_of_it() {
    let unknown = "holds no feature list that is known, so it is read-only: an object with the keys \"name\", \"items\"";
    let empty_file = "the file is empty: a list without features";
    for size in [(60, 20), (80, 24)] {
        let told = RawList {
            path: "feature_list.json".into(),
            reason: unknown.into(),
            text: "{\"name\": \"x\", \"items\": [1, 2]}\n".into(),
            first_line: 1,
            broken: true,
            ..RawList::default()
        };
        check("list-unknown", &mut bare(size, &[unknown], Some(told)));
        let told = RawList {
            path: "feature_list.json".into(),
            reason: empty_file.into(),
            first_line: 1,
            ..RawList::default()
        };
        check("list-empty", &mut bare(size, &[empty_file], Some(told)));
    }
}

#[test]
fn a_list_in_one_long_line_is_shown_where_reading_stops() {
    let mut told = broken();
    told.text = told.text.replace('\n', "");
    let column = told.text.find("\"passes\": \u{1b}").unwrap() + 1;
    told.at = Some((1, u32::try_from(column).unwrap()));
    let mut model = bare((80, 24), &["no"], Some(told));
    keys(&mut model, "Enter");
    check("list-broken-one-line", &mut model);
}

#[test]
fn the_first_page_never_stands_over_the_header() {
    for size in [(30, 6), (40, 10), (60, 20), (80, 24)] {
        let mut model = empty(Mode::Offline, size);
        model.state.project = "notes".into();
        let notice = |line: u32| {
            format!(
                "line {line}, column 5: feature {line}: its flags disagree (passes: true, status: pending); it stays so until a person settles it"
            )
        };
        let listed = FeatureListLoaded {
            path: "feature_list.json".into(),
            features: vec![Feature::default()],
            notices: (1..=5).map(notice).collect(),
        };
        tell(&mut model, listed);
        check("start-crowded", &mut model);
        assert!(size.1 < 10 || !screen(&mut model).lines().next().unwrap().contains("No session"));
    }
}

#[test]
fn flags_that_disagree_are_called_so_in_the_list_and_on_the_page() {
    for size in [(80, 24), (120, 40)] {
        let mut model = empty(Mode::Offline, size);
        let feature = Feature {
            id: "F001".into(),
            description: "a user can".into(),
            status: FeatureStatus::Unknown,
            word: "flags disagree (passes: true, status: pending)".into(),
            ..Feature::default()
        };
        let listed = FeatureListLoaded {
            path: "feature_list.json".into(),
            features: vec![feature],
            notices: Vec::new(),
        };
        tell(&mut model, listed);
        keys(&mut model, "o");
        assert!(screen(&mut model).contains("disagree"), "{}", screen(&mut model));
        assert_eq!(model.focus, Pane::Features, "keys of a list work at once");
        keys(&mut model, "Enter");
        let page = screen(&mut model);
        assert!(
            page.contains("its flags disagree") && page.contains("(passes: true, status: pending)"),
            "{page}"
        );
    }
}

#[test]
fn the_empty_screen_before_anything_is_read() {
    let mut model = Model::plain(Mode::Live, Size { width: 80, height: 24 });
    check("opening", &mut model);
}
