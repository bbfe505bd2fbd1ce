//! What header and footer keep when there is little room.

use crate::protocol::event::{
    AutonomyChanged, BreachFound, CommitInfo, FeatureFlipped, FlipBy, GateDecided, PreCommitFinished, PreCommitStarted,
    StrangeCommit,
};
use crate::protocol::{Autonomy, FeatureStatus, GateDecision, GateId};
use crate::session::state::Debt;
use crate::ui::keymap::Action;
use crate::ui::testing::{keys, live, screen, tell, undisturbed};
use crate::ui::update::{perform, refusal};

#[test]
fn a_waiting_question_leaves_context_and_cost_in_the_header() {
    let screen = screen(&mut live((80, 24)));
    let header = screen.lines().next().unwrap();
    for part in [
        "waiting",
        "6/14",
        "s9 F008",
        "ctx 25%",
        "$0.17",
        "unconfined",
        "1 waiting (a)",
    ] {
        assert!(header.contains(part), "{part}: {header}");
    }
    assert!(screen.contains("regressed"), "a word of state is whole");
}

#[test]
fn header_and_footer_drop_whole_items() {
    let actions = [
        None,
        Some(Action::Leave),
        Some(Action::Answer),
        Some(Action::Help),
        Some(Action::Find),
    ];
    for action in actions {
        let ends = |size: (u16, u16)| {
            let mut model = live(size);
            if let Some(action) = action {
                perform(&mut model, action, &mut Vec::new());
            }
            let screen = screen(&mut model);
            let mut rows = screen.lines();
            let (first, last) = (rows.next().unwrap_or_default(), rows.next_back().unwrap_or_default());
            (first.to_owned(), last.to_owned())
        };
        let (_, whole) = ends((200, 60));
        let words: Vec<&str> = whole.split_whitespace().collect();
        for width in 40..=120 {
            let (_, footer) = ends((width, 10));
            for word in footer.split_whitespace() {
                assert!(words.contains(&word), "{action:?} at {width}: `{word}` of {footer}");
            }
        }
    }
}

#[test]
fn the_count_of_what_waits_outlives_names_and_words() {
    let branch = |name: &str| {
        let mut taken = crate::ui::screens::worktree::taken();
        taken.tree.branch = name.into();
        taken
    };
    let mut model = live((80, 24));
    tell(&mut model, branch("longhaul/a-rather-long-branch-name"));
    let mut header = |width: u16| {
        model.size.width = width;
        screen(&mut model).lines().next().unwrap().to_owned()
    };
    assert!(header(200).contains("waiting for you") && header(200).contains("on longhaul/a-rather-long-branch-name"));
    for width in 40..=200 {
        let header = header(width);
        let has = |part: &str| header.contains(part);
        assert!(has("1 waiting (a)") && has("▌ waiting"), "{width}: {header}");
        assert!(
            !has("branch-name") || has("waiting for you"),
            "the branch gives way first, {width}: {header}"
        );
    }
    let shortened = (60..120).any(|width| header(width).contains("on …/a-rather-long-b…"));
    assert!(shortened, "the branch is shortened before it is dropped");
}

#[test]
fn a_window_on_the_past_does_not_say_that_nothing_can_be_saved() {
    let mut model = live((80, 24));
    model.mode = crate::link::Mode::Offline;
    for (width, badge) in [(200, " past: what you edit is saved "), (80, " past "), (40, " past ")] {
        model.size.width = width;
        let shown = screen(&mut model);
        let header = shown.lines().next().unwrap();
        assert!(header.contains(badge) && !header.contains("read-only"), "{header}");
    }
    assert_eq!(refusal(&model, Action::EditNotes), None, "as the badge says");
    (model.mode, model.size.width) = (crate::link::Mode::Following, 80);
    assert!(screen(&mut model).contains(" read-only "));
}

#[test]
fn a_pre_commit_hook_is_named_while_it_runs_with_its_time_and_limit() {
    for (width, hung) in [(80, 12), (120, 12), (80, 400)] {
        let mut model = undisturbed((width, 24));
        assert!(!model.counts_seconds());
        tell(&mut model, PreCommitStarted { timeout_seconds: 600 });
        assert!(model.counts_seconds());
        let since = model.state.current().unwrap().activity_since;
        model.clock = Some(since + jiff::SignedDuration::from_secs(hung));
        let shown = screen(&mut model);
        let header = shown.lines().next().unwrap();
        let ran = if hung == 12 { "12s" } else { "6m40s" };
        assert!(
            header.contains(&format!("pre-commit hook {ran} of 10m00s")),
            "{width}: {header}"
        );
        tell(&mut model, PreCommitFinished { how: "passes".into() });
        assert!(!screen(&mut model).contains("pre-commit hook") && !model.counts_seconds());
    }
}

#[test]
fn a_commit_past_the_harness_and_a_feature_whose_commit_was_denied_say_so_in_their_rows() {
    let mut model = undisturbed((120, 40));
    let commit = crate::protocol::Oid::from("c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00");
    let strange = StrangeCommit {
        commit: commit.clone(),
        hunks: 2,
    };
    let mut seen = model.state.repository.clone().unwrap();
    let info = CommitInfo {
        id: commit.clone(),
        ..seen.commits[0].clone()
    };
    seen.commits.insert(0, info);
    seen.head = Some(commit);
    tell(&mut model, seen);
    let breach = BreachFound {
        path: "branch main".into(),
        call: None,
        detail: "moved by a command of the agent".into(),
        restored: false,
        in_commit: false,
        commits: vec![strange],
    };
    tell(&mut model, breach);
    keys(&mut model, "u");
    let back = screen(&mut model);
    assert!(back.contains("made by  not the harness: a command of the agent"), "{back}");
    keys(&mut model, "Esc");
    let shown = screen(&mut model);
    assert!(shown.contains("unseen, not by the harness"), "{shown}");
    assert_eq!(model.unseen_hunks(), 2);

    let open = model
        .state
        .features
        .rows
        .iter()
        .find(|row| row.feature.status != FeatureStatus::Passing);
    let flipped = FeatureFlipped {
        feature: open.unwrap().feature.id.clone(),
        from: FeatureStatus::Failing,
        to: FeatureStatus::Passing,
        by: FlipBy::Agent,
        evidence: None,
        reason: String::new(),
    };
    tell(&mut model, flipped);
    let denied = GateDecided {
        gate: GateId(90),
        decision: GateDecision::Reject,
        by: "human".into(),
        reason: "no".into(),
        tree: Some("aaaa".into()),
        message: None,
        comments: Vec::new(),
        seen: None,
    };
    tell(&mut model, denied);
    let shown = screen(&mut model);
    assert!(shown.contains("denied"), "{shown}");
}

#[test]
fn how_commands_are_confined_and_who_decides_outlast_what_is_said_elsewhere() {
    for width in [80, 100, 110, 120, 200] {
        let mut model = live((width, 40));
        tell(&mut model, AutonomyChanged { level: Autonomy::Auto });
        let commit = model.state.commits.last().unwrap().made.commit.clone();
        model.state.debts.push(Debt {
            commit,
            unseen: 5,
            hunks: 5,
        });
        let header = screen(&mut model).lines().next().unwrap().to_owned();
        let narrow = ["unconfined", "ctx 25%", "1 waiting (a)"].as_slice();
        let wide = ["unconfined", " auto ", "debt 5", "ctx 25%", "$0.17", "1 waiting (a)"].as_slice();
        for part in if width < 100 { narrow } else { wide } {
            assert!(header.contains(part), "{width}: {part}: {header}");
        }
    }
}
