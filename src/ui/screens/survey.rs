//! What lies in a directory of another harness, at the sizes that matter.

use super::*;
use crate::protocol::{Answer, ForeignEntry, ForeignSaid, ForeignTranscript, ToolKind, TranscriptKind};
use crate::ui::model::FOREIGN;
use crate::ui::msg::Effect;
use crate::ui::samples::sample_survey;

#[test]
fn what_lies_in_a_directory_of_another_harness() {
    for size in SIZES {
        let mut model = empty(Mode::Offline, size);
        let asked = keys(&mut model, "D");
        assert_eq!(asked, [Effect::Ask(Query::Survey)]);
        update(
            &mut model,
            Msg::Answered(Query::Survey, Answer::Survey(Box::new(sample_survey()))),
        );
        check("survey", &mut model);
        keys(&mut model, "=");
        let all = screen(&mut model);
        keys(&mut model, "-");
        assert_ne!(all, screen(&mut model));
        assert!(!screen(&mut model).contains("Tags can be filtered"), "folded");
        keys(&mut model, "J J J J Enter G");
        check("survey-script", &mut model);
    }
}

#[test]
fn an_empty_directory_and_one_that_cannot_be_looked_into_say_so() {
    let mut model = empty(Mode::Offline, (80, 24));
    keys(&mut model, "D");
    update(&mut model, Msg::Answered(Query::Survey, Answer::Survey(Box::default())));
    check("survey-empty", &mut model);
    // It is looked for anew whenever the page is opened.
    assert_eq!(keys(&mut model, "Esc D"), [Effect::Ask(Query::Survey)]);
    let message = "gone".to_owned();
    update(&mut model, Msg::Answered(Query::Survey, Answer::Failed { message }));
    assert!(screen(&mut model).contains("cannot be looked into: gone"));
}

fn foreign() -> ForeignTranscript {
    let call = |id: &str, title: &str| ForeignSaid::Call {
        id: id.into(),
        tool: "Bash".into(),
        kind: ToolKind::Execute,
        title: title.into(),
        input: format!("{{\"command\": \"{title}\"}}"),
    };
    let result = |id: &str, text: &str, failed| ForeignSaid::Result {
        id: id.into(),
        text: text.into(),
        failed,
        exit_code: None,
    };
    let text = |text: &str| ForeignSaid::Text { text: text.into() };
    let said = vec![
        ForeignSaid::Prompt {
            by_person: true,
            text: "Read claude-progress.txt and build the next feature".into(),
        },
        ForeignSaid::Thinking {
            text: "Tags come next.".into(),
        },
        text("I look at the **notes** first."),
        call("t1", "cat claude-progress.txt"),
        result("t1", "Session 2: search works\nNext: tags", false),
        call("t2", "sh tests/run.sh"),
        result("t2", "not ok 8 - tags\n\u{1b}[31m1 failed\u{1b}[0m", true),
        ForeignSaid::Prompt {
            by_person: false,
            text: "<command-name>/compact</command-name>".into(),
        },
        ForeignSaid::Event {
            text: "the context was compacted".into(),
        },
        call("t3", "git commit -m tags"),
        text("Tags can be filtered now."),
    ];
    let begun = jiff::Timestamp::UNIX_EPOCH;
    let entry = |(at, said)| ForeignEntry {
        time: begun.checked_add(jiff::SignedDuration::from_secs(at)).ok(),
        said,
    };
    ForeignTranscript {
        path: "logs/session-3.jsonl".into(),
        kind: TranscriptKind::ClaudeCode,
        entries: (0..).zip(said).map(entry).collect(),
        broken: vec![17],
        cut: false,
    }
}

#[test]
fn a_transcript_opens_whole_and_is_read_like_a_session_of_ours() {
    for size in [(60, 20), (80, 24), (120, 40)] {
        let mut model = empty(Mode::Offline, size);
        keys(&mut model, "D");
        let survey = Answer::Survey(Box::new(sample_survey()));
        update(&mut model, Msg::Answered(Query::Survey, survey));
        let path = "logs/session-3.jsonl".to_owned();
        let asked = keys(&mut model, "J J J J J Enter");
        let query = Query::Transcript { path };
        assert_eq!(asked, [Effect::Ask(query.clone())]);
        update(&mut model, Msg::Answered(query, Answer::Transcript(Box::new(foreign()))));
        assert_eq!(model.shown_session().map(|session| session.number), Some(FOREIGN));
        check("foreign", &mut model);
        // Everything opens, and nothing of what was printed is obeyed.
        keys(&mut model, "=");
        let mut seen = screen(&mut model);
        for _ in 0..6 {
            keys(&mut model, "C-f");
            seen.push_str(&screen(&mut model));
        }
        for part in [
            "you",
            "Tags come next",
            "Next: tags",
            "1 failed",
            "/compact",
            "git commit -m tags",
            "Tags can be filtered",
            "17",
        ] {
            assert!(seen.contains(part), "{part} at {size:?}: {seen}");
        }
        assert_eq!(model.state.sessions.len(), 0, "it is no session of the project");
        keys(&mut model, "g g J J Enter o");
        let _ = screen(&mut model);
        keys(&mut model, "Esc D");
        assert_eq!(model.pages.last().unwrap().subject, Subject::Survey);
    }
}

#[test]
fn what_is_unfolded_on_the_last_row_comes_into_view() {
    let mut model = empty(Mode::Offline, (80, 24));
    keys(&mut model, "D");
    let mut survey = sample_survey();
    survey.transcripts.clear();
    survey.notes[0].entries = (0..30)
        .map(|number| crate::protocol::NotesEntry {
            heading: format!("Session {number}"),
            session: Some(number),
            text: String::new(),
        })
        .collect();
    update(&mut model, Msg::Answered(Query::Survey, Answer::Survey(Box::new(survey))));
    keys(&mut model, "J J");
    for _ in 0..40 {
        keys(&mut model, "J");
    }
    assert!(!screen(&mut model).contains("npm run dev"));
    keys(&mut model, "Enter");
    assert!(screen(&mut model).contains("npm run dev"), "{}", screen(&mut model));
}

#[test]
fn the_cursor_does_not_stop_on_empty_lines() {
    let mut model = empty(Mode::Offline, (120, 40));
    keys(&mut model, "D");
    let survey = Answer::Survey(Box::new(sample_survey()));
    update(&mut model, Msg::Answered(Query::Survey, survey));
    for key in ["j"; 30].into_iter().chain(["k"; 30]).chain(["C-d", "C-u", "G", "g g"]) {
        keys(&mut model, key);
        let (cursor, scroll) = model.pages.last().map(|page| (page.cursor, page.scroll)).unwrap();
        let area = crate::ui::page::area(&model);
        let shown = screen(&mut model);
        let line = shown.lines().nth(usize::from(area.y) + cursor - scroll).unwrap();
        assert!(!line.trim().is_empty(), "{key} leads to row {cursor}: {shown}");
    }
}
