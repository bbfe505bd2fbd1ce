//! The history of the list: at the sizes that matter, without colour, without Unicode, while it is read, and what its keys do.

use super::*;
use crate::protocol::event::{Culprit, Event, FeatureFlipped, FlipBy, RegressionTraced};
use crate::protocol::{Answer, HistoryProgress, ListFact, ListFactKind, ListHistory, ListStep, Query};
use crate::ui::msg::Effect;
use crate::ui::samples::{sample_audit, sample_history};
use crate::ui::screenshots::{history_of, recorded};

/// F002, set back by the harness at a session's start.
fn set_back() -> FeatureFlipped {
    FeatureFlipped {
        feature: "F002".into(),
        from: FeatureStatus::Passing,
        to: FeatureStatus::Failing,
        evidence: None,
        by: FlipBy::Harness,
        reason: "the smoke test fails: 02-list".into(),
    }
}

#[test]
fn the_history_at_every_size() {
    for size in SIZES.into_iter().chain([(60, 20)]) {
        let mut model = history_of(live(size));
        check("history", &mut model);
        keys(&mut model, "J J");
        check("history-further", &mut model);
    }
}

#[test]
fn chart_and_facts_can_be_told_without_colour_and_without_unicode() {
    let mut model = history_of(live((80, 24)));
    model.appearance = monochrome();
    let drawn = draw(&mut model);
    assert!(
        drawn
            .content()
            .iter()
            .all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
    );
    insta::assert_snapshot!("history-styles-no-color", styles(&drawn));
    let mut model = history_of(live((80, 24)));
    model.appearance = monochrome();
    model.appearance.ascii = true;
    let plain = draw(&mut model);
    assert!(plain.content().iter().all(|cell| cell.symbol().is_ascii()));
    check("history-ascii", &mut model);
}

#[test]
fn enter_opens_the_commit_under_the_cursor_and_back_returns_to_it() {
    let mut model = history_of(live((120, 40)));
    keys(&mut model, "J");
    let marked = crate::ui::update::history::selected(&model).unwrap().commit.id.clone();
    assert_eq!(marked.short(), "a5120cd");
    let effects = keys(&mut model, "Enter");
    assert_eq!(model.pages.last().unwrap().subject, Subject::Commit(marked.clone()));
    assert!(
        effects.contains(&Effect::Ask(Query::CommitDiff { commit: marked.clone() })),
        "{effects:?}"
    );
    keys(&mut model, "Esc");
    assert_eq!(crate::ui::update::history::selected(&model).unwrap().commit.id, marked);
}

#[test]
fn it_is_read_in_the_background_and_ended_when_nobody_looks() {
    let mut model = live((80, 24));
    model.state.open_questions.clear();
    model.mode = Mode::Offline;
    let asked = keys(&mut model, "H");
    assert_eq!(asked, [Effect::Ask(Query::ListHistory)]);
    check("history-reading", &mut model);
    assert_eq!(keys(&mut model, "j k"), [], "it is asked for once");
    for (done, all, said) in [
        (1_300, None, "looking for the list in 1,300 commits"),
        (412, Some(2_000), "412 of 2,000 commits"),
    ] {
        let so_far = Answer::HistoryProgress(HistoryProgress { done, all });
        update(&mut model, Msg::Answered(Query::ListHistory, so_far));
        assert!(screen(&mut model).contains(said), "{}", screen(&mut model));
    }
    check("history-progress", &mut model);
    assert_eq!(keys(&mut model, "Esc"), [Effect::Forget(Query::ListHistory)]);
    // Asked for again, and answered this time: there is nothing left to end.
    assert_eq!(keys(&mut model, "H"), [Effect::Ask(Query::ListHistory)]);
    let told = sample_history(&model.state);
    update(
        &mut model,
        Msg::Answered(Query::ListHistory, Answer::ListHistory(Box::new(told))),
    );
    assert!(screen(&mut model).contains("no longer passing: F004"));
    assert_eq!(keys(&mut model, "Esc"), []);
}

#[test]
fn what_fell_and_passed_again_within_a_session_is_told_and_leads_to_its_feature() {
    for size in [(80, 24), (60, 20)] {
        let mut model = history_of(live(size));
        let flip = |to| FeatureFlipped {
            feature: "F002".into(),
            from: FeatureStatus::Failing,
            to,
            evidence: None,
            by: FlipBy::Harness,
            reason: "the smoke test fails: 02-list".into(),
        };
        tell(&mut model, flip(FeatureStatus::Failing));
        tell(&mut model, flip(FeatureStatus::Passing));
        let words = screen(&mut model).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words.contains("no longer passing: F002 (by the harness, no commit shows it)"),
            "{words}"
        );
        keys(&mut model, "g g");
        check("history-within-session", &mut model);
        keys(&mut model, "Enter");
        assert_eq!(model.pages.last().unwrap().subject, Subject::Feature("F002".into()));
    }
}

#[test]
fn the_chart_ends_with_what_is_so_now_and_a_flip_with_a_known_cause_leads_to_its_commit() {
    let mut model = history_of(live((120, 40)));
    let (passing, all) = model.state.features.progress();
    let legend = |passing: usize| format!("passing {passing} (");
    assert!(screen(&mut model).contains(&legend(passing)), "{}", screen(&mut model));
    let back = set_back();
    tell(&mut model, back);
    let now = screen(&mut model);
    assert!(
        now.contains(&legend(passing - 1)) && now.contains(&format!("total {all}")),
        "{now}"
    );
    let made = &model.state.commits.last().unwrap().made;
    let (commit, subject) = (made.commit.clone(), "Wrong list".to_owned());
    let words = format!("F002 (by the harness, broken by {} {subject})", commit.short());
    let traced = RegressionTraced {
        feature: "F002".into(),
        good: None,
        culprit: Culprit::Commit {
            commit: commit.clone(),
            subject,
        },
        runs: 3,
        duration_ms: 1_000,
    };
    tell(&mut model, traced);
    keys(&mut model, "g g");
    let setbacks = model.state.setbacks();
    assert_eq!(
        setbacks.iter().filter_map(|back| back.commit()).collect::<Vec<_>>(),
        [&commit]
    );
    assert!(
        setbacks.iter().any(|back| crate::ui::history::setback(back).contains(&words)),
        "{setbacks:?}"
    );
    let now = screen(&mut model);
    assert!(now.contains("(by the harness, broken"), "{now}");
    keys(&mut model, "Enter");
    assert_eq!(model.pages.last().unwrap().subject, Subject::Commit(commit));
}

#[test]
fn what_a_run_found_broken_at_its_start_is_told_there_and_not_within_the_session_before() {
    let mut model = history_of(live((120, 40)));
    let last = model.state.current().unwrap().number;
    let (ended, started) = (sample_audit(&model.state).pop().unwrap(), recorded().unwrap());
    let started = started
        .iter()
        .find(|told| matches!(told.event, Event::RunStarted(_)))
        .unwrap();
    let back = set_back();
    for (event, shown, told) in [
        (None, "within the session", format!("within {last}")),
        (Some(ended), "after the session", format!("after {last}")),
        (
            Some(started.event.clone()),
            "after the session, at the start of a run",
            format!("at the start of a run, after {last}"),
        ),
    ] {
        if let Some(event) = event {
            tell(&mut model, event);
        }
        tell(&mut model, back.clone());
        let setbacks = model.state.setbacks();
        let own = setbacks.iter().rfind(|back| back.feature.id == "F002").unwrap();
        assert_eq!((own.session, own.stretch.of(last).to_string()), (last, told));
        keys(&mut model, "g g");
        let drawn = screen(&mut model);
        let heading = drawn
            .lines()
            .find(|line| line.contains(&format!("{last} ")) && line.contains("the session"));
        assert!(
            heading.is_some_and(|line| line.trim_end().ends_with(shown)),
            "{shown}: {drawn}"
        );
    }
}

#[test]
fn what_a_person_set_back_is_not_called_lost() {
    let mut model = live((120, 40));
    let told = sample_history(&model.state);
    let is_f004 =
        |fact: &ListFact| fact.kind == ListFactKind::Regressed && fact.features.iter().any(|feature| feature.id == "F004");
    let lost = |step: &&ListStep| step.facts.iter().any(is_f004);
    let commit = told.steps.iter().find(lost).unwrap().commit.id.clone();
    model.state.hand_commits.push((model.state.last_seq, commit));
    keys(&mut model, "H");
    let answer = Answer::ListHistory(Box::new(told));
    update(&mut model, Msg::Answered(Query::ListHistory, answer));
    let shown = screen(&mut model);
    assert!(shown.contains("set back by hand: F004"), "{shown}");
}

#[test]
fn a_commit_that_is_made_meanwhile_has_it_read_again() {
    let mut model = history_of(live((80, 24)));
    let commits = model.state.recent_commits().to_vec();
    let effects = tell(
        &mut model,
        RepositoryObserved {
            branch: "main".into(),
            head: None,
            total: 9,
            commits,
            dirty: Vec::new(),
            tree: None,
            code: None,
        },
    );
    assert!(effects.contains(&Effect::Ask(Query::ListHistory)), "{effects:?}");
    assert!(
        screen(&mut model).contains("no longer passing: F004"),
        "what was read stays until then"
    );
}

#[test]
fn a_quiet_history_and_one_that_cannot_be_told_say_so() {
    let mut model = live((80, 24));
    keys(&mut model, "H");
    let told = ListHistory {
        steps: sample_history(&model.state).steps.split_off(7),
        main: 19,
        ..ListHistory::default()
    };
    let quiet = ListHistory {
        steps: told.steps.into_iter().filter(|step| step.facts.is_empty()).collect(),
        ..told
    };
    update(
        &mut model,
        Msg::Answered(Query::ListHistory, Answer::ListHistory(Box::new(quiet))),
    );
    check("history-quiet", &mut model);
    model.history.refresh();
    let now = model.elapsed;
    update(&mut model, Msg::Drawn(now));
    let message = "no commit of /home/ada/notes has a feature list at feature_list.json".to_owned();
    update(&mut model, Msg::Answered(Query::ListHistory, Answer::Failed { message }));
    assert!(screen(&mut model).contains("The history cannot be told: no commit of"));
}
