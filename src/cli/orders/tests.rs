use super::*;
use crate::protocol::event::{CommitFacts, GateOpened, QuestionAsked};
use crate::protocol::{CallId, FileDiff, SessionNo};
use jiff::Timestamp;

#[test]
fn a_long_subject_is_cut_to_a_line_and_the_number_stays() {
    let mut opened = gate(7, GateKind::Commit).opened;
    opened.title = "Say ".repeat(90);
    let line = crate::cli::headless::gates::waiting_within(&opened, 100);
    assert!(
        line.chars().count() <= 100 && line.contains('…') && line.ends_with("gate 7"),
        "{line}"
    );
}

fn gate(number: u32, what: GateKind) -> OpenGate {
    OpenGate {
        opened: GateOpened {
            gate: GateId(number),
            what,
            call: CallId("c".into()),
            title: "Add a note".into(),
            body: String::new(),
            tree: (what == GateKind::Commit).then(|| "5ab91e".into()),
            commit: None,
            particulars: None,
        },
        outside: None,
        notes_edited: false,
        session: SessionNo(1),
        since: Timestamp::UNIX_EPOCH,
    }
}

/// A run at whose gates 3 (a commit) and 4 (a limit) and question 1 a person is asked.
fn waiting() -> State {
    State {
        open_gates: vec![gate(3, GateKind::Commit), gate(4, GateKind::Limit)],
        open_questions: vec![QuestionAsked {
            default: None,
            question: QuestionId(1),
            text: "Tabs?".into(),
            choices: vec!["tabs".into(), "spaces".into()],
            about: None,
            until: None,
        }],
        ..State::default()
    }
}

fn command(line: &str) -> Result<Option<Command>, String> {
    let order = Order::parse(line)?.ok_or("blank")?;
    order.command(&waiting(), &Shown::default())
}

fn answer(line: &str) -> GateAnswer {
    match command(line) {
        Ok(Some(Command::DecideGate(answer))) => answer,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn a_decision_is_bound_to_the_open_gate_and_its_tree() {
    let approved = answer(" approve\t3 \r\n");
    assert_eq!(
        (
            approved.gate,
            approved.decision,
            approved.tree.as_ref().map(|tree| tree.as_str())
        ),
        (GateId(3), GateDecision::Approve, Some("5ab91e"))
    );
    assert_eq!(approved.seen, None, "nothing of the change was printed");
    let denied = answer("deny 3 quote  $tag");
    assert_eq!(
        (denied.decision, denied.reason.as_str()),
        (GateDecision::Reject, "quote  $tag")
    );
    assert_eq!(answer("deny-stop 3").decision, GateDecision::RejectAndStop);
    assert_eq!(answer("approve 4 $2.50").message.as_deref(), Some("$2.50"));
}

#[test]
fn what_decides_nothing_says_why() {
    for (line, why) in [
        (
            "approve",
            "`approve` needs a number first: `approve 3`; `gates` lists what waits",
        ),
        ("approve 9", "gate 9 does not wait; open: 3, 4"),
        (
            "approve 3 please",
            "gate 3 is not about a limit: `approve 3` takes nothing after it",
        ),
        (
            "approve all",
            "`approve` needs a number first: `approve 3`; `gates` lists what waits",
        ),
        ("y", "`y` is no order; `help` lists them"),
        ("aaaa", "`aaaa` is no order; `help` lists them"),
        ("Approve 3", "`Approve` is no order; `help` lists them"),
        ("resume now", "`resume` takes nothing after it; `help` lists the orders"),
        ("answer 1", "`answer` needs words: `answer 1 yes, keep it`"),
        ("answer 2 tabs", "question 2 does not wait"),
        ("steer", "`steer` needs something after it: `steer use tabs`"),
        ("autonomy full", "the levels are manual, commits, deferred and auto"),
    ] {
        assert_eq!(command(line), Err(why.to_owned()), "{line}");
    }
    let nobody = Order::Approve(GateId(1), String::new()).command(&State::default(), &Shown::default());
    assert_eq!(nobody, Err("gate 1 does not wait: nothing waits for you".to_owned()));
}

#[test]
fn a_choice_is_named_by_its_number_and_other_words_are_the_answer() {
    let text = |line| match command(line) {
        Ok(Some(Command::AnswerQuestion { text, .. })) => text,
        other => panic!("{line}: {other:?}"),
    };
    let answers = ["answer 1 2", "answer 1 3", "answer 1 0", "answer 1 both, by file"].map(text);
    assert_eq!(answers, ["spaces", "3", "0", "both, by file"]);
}

#[test]
fn a_choice_that_is_a_number_itself_is_meant_by_its_text() {
    let asked = QuestionAsked {
        choices: ["3", "5", "8"].map(str::to_owned).to_vec(),
        ..waiting().open_questions.remove(0)
    };
    assert_eq!(
        ["3", " 8 ", "1", "4", ""].map(|typed| asked.meant(typed)),
        [Some(0), Some(2), None, None, None]
    );
}

#[test]
fn steering_stopping_and_the_level_are_the_commands_of_the_screen() {
    let say = |text: &str, when| Command::Steer(Steer::Say { text: text.into(), when });
    let pause = |mode| Command::Steer(Steer::Pause { mode });
    for (line, meant) in [
        ("pause", pause(PauseMode::AfterStep)),
        ("pause now", pause(PauseMode::Now)),
        ("resume", Command::Steer(Steer::Resume)),
        ("steer use tabs", say("use tabs", Delivery::NextStep)),
        ("steer-now use tabs", say("use tabs", Delivery::Now)),
        (
            "stop session",
            Command::Stop {
                mode: StopMode::AfterSession,
            },
        ),
        ("autonomy auto", Command::SetAutonomy { level: Autonomy::Auto }),
    ] {
        assert_eq!(command(line), Ok(Some(meant)), "{line}");
    }
}

#[test]
fn every_order_that_help_lists_is_understood() {
    for (words, _) in ORDERS {
        let line = words
            .replace(" N", " 3")
            .replace(" F", " F001")
            .replace("LEVEL", "auto")
            .replace("TEXT", "words")
            .replace("REASON", "words");
        assert!(matches!(Order::parse(&line), Ok(Some(_))), "{words}");
    }
    assert_eq!(Order::parse("  \r\n"), Ok(None));
}

#[test]
fn a_change_that_was_printed_counts_as_seen() {
    let mut shown = Shown::default();
    let file = |path: &str, patch: &str| FileDiff {
        path: path.into(),
        old_path: None,
        status: 'M',
        added: 2,
        removed: 0,
        note: String::new(),
        patch: patch.into(),
    };
    let files = [file("a.sh", "@@ -1 +1,2 @@\n+x\n@@ -9 +10,2 @@\n+y\n"), file("b.png", "")];
    assert_eq!(
        changes(&files),
        [
            "M a.sh  +2 -0",
            "@@ -1 +1,2 @@",
            "+x",
            "@@ -9 +10,2 @@",
            "+y",
            "M b.png  +2 -0",
            "end of the change: 2 files"
        ]
    );
    shown.printed(GateId(3), &files);
    let order = Order::Approve(GateId(3), String::new());
    let Ok(Some(Command::DecideGate(answer))) = order.command(&waiting(), &shown) else {
        panic!("no decision");
    };
    assert_eq!(
        answer.seen.map(|seen| (seen.hunks, seen.hunks_seen, seen.end)),
        Some((3, 3, true))
    );
}

#[test]
fn a_line_with_a_character_that_does_not_show_is_no_order() {
    for line in ["deny 3 why \u{202e}", "steer a\u{200b}b", "answer 1 \u{1b}[2J"] {
        let told = command(line).unwrap_err();
        assert!(told.starts_with("line 1 holds U+"), "{told}");
    }
}

#[test]
fn a_commit_that_the_pre_commit_hook_refuses_is_approved_by_a_word_of_its_own() {
    let mut state = waiting();
    let facts = CommitFacts {
        hook_failure: Some("The user's pre-commit hook fails with exit code 3.".into()),
        ..CommitFacts::default()
    };
    state.open_gates[0].opened.commit = Some(Box::new(facts));
    let command = |line: &str| Order::parse(line).unwrap().unwrap().command(&state, &Shown::default());
    let told = command("approve 3").unwrap_err();
    assert!(told.ends_with("exit code 3. `approve 3 over-hook` commits over it"), "{told}");
    let Ok(Some(Command::DecideGate(answer))) = command("approve 3 over-hook") else {
        panic!()
    };
    assert_eq!((answer.decision, answer.message), (GateDecision::Approve, None));
    assert!(hint(&state.open_gates[0].opened).contains("approve 3 over-hook"));
}
