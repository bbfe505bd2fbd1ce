//! How the recorded project's list could have gone: the recorded commits, with some that a person would look at among them.

use crate::protocol::event::CommitInfo;
use crate::protocol::{ListFact, ListFactKind, ListHistory, ListStep, NamedFeature, Oid};
use crate::session::State;
use jiff::{SignedDuration, Timestamp};

/// A commit of the sample: its place, all features, those that pass, those that begin and those that cease to.
struct Stand<'a> {
    at: Option<u32>,
    total: u32,
    passing: u32,
    passed: &'a [&'a str],
    regressed: &'a [&'a str],
}

/// Returns the history of the recorded list.
#[must_use]
pub fn sample_history(state: &State) -> ListHistory {
    let mut told = ListHistory {
        path: "feature_list.json".to_owned(),
        commits: 21,
        main: 19,
        steps: Vec::new(),
        notes: vec![
            "4c1d9aa: passed over, feature_list.json:31:5: a comma or the end of the object is expected, not a string".to_owned(),
        ],
    };
    let begun = state.commits.first().map_or(Timestamp::UNIX_EPOCH, |commit| commit.time);
    let day = |days: i64| begun.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(begun);
    let fact = |kind, ids: &[&str], detail: &str| ListFact {
        kind,
        features: names(ids),
        detail: detail.to_owned(),
        brought: false,
    };
    fn stand<'a>(at: Option<u32>, total: u32, passing: u32, passed: &'a [&'a str], regressed: &'a [&'a str]) -> Stand<'a> {
        Stand {
            at,
            total,
            passing,
            passed,
            regressed,
        }
    }
    let before = [
        (
            "e07b1f2",
            "Write down what is wanted",
            9,
            stand(Some(2), 9, 0, &[], &[]),
            fact(ListFactKind::Created, &[], "9 features"),
        ),
        (
            "91c0d3e",
            "Plan more of it",
            6,
            stand(None, 16, 0, &[], &[]),
            fact(
                ListFactKind::Added,
                &["F010", "F011", "F012", "F013", "F014", "F015", "F016"],
                "",
            ),
        ),
        (
            "77f20ab",
            "Merge plan",
            5,
            stand(Some(5), 16, 0, &[], &[]),
            ListFact {
                brought: true,
                ..fact(
                    ListFactKind::Added,
                    &["F010", "F011", "F012", "F013", "F014", "F015", "F016"],
                    "",
                )
            },
        ),
        (
            "4c1d9aa",
            "wip",
            3,
            stand(Some(6), 0, 0, &[], &[]),
            fact(
                ListFactKind::Broken,
                &[],
                "feature_list.json:31:5: a comma or the end of the object is expected, not a string",
            ),
        ),
        (
            "3fe8b60",
            "All of it works now",
            2,
            stand(Some(8), 16, 6, &["F001", "F002", "F003", "F005", "F006", "F007"], &[]),
            fact(ListFactKind::BulkFlip, &["F001", "F002", "F003", "F005", "F006", "F007"], ""),
        ),
        (
            "a5120cd",
            "Begin again, by sessions",
            1,
            stand(Some(9), 14, 0, &[], &["F001", "F002", "F003", "F005", "F006", "F007"]),
            fact(ListFactKind::Removed, &["F015", "F016"], ""),
        ),
    ];
    for (id, subject, days, stand, fact) in before {
        let mut facts = vec![fact];
        if !stand.regressed.is_empty() {
            facts.push(ListFact {
                kind: ListFactKind::Regressed,
                features: names(stand.regressed),
                detail: String::new(),
                brought: false,
            });
        }
        let commit = info(Oid::from(format!("{id}{:033}", 0).as_str()), subject, day(days));
        told.steps.push(step(commit, &stand, facts));
    }
    let mut passing: u32 = 0;
    for (at, commit) in (11..).zip(&state.commits) {
        let passed = commit.made.feature.as_ref().map(ToString::to_string);
        let lost: &[&str] = if at == 17 { &["F004"] } else { &[] };
        passing = passing + u32::from(passed.is_some()) - u32::from(!lost.is_empty());
        let passed: Vec<&str> = passed.as_deref().into_iter().collect();
        let facts = if lost.is_empty() {
            Vec::new()
        } else {
            vec![fact(ListFactKind::Regressed, lost, "")]
        };
        let subject = commit.made.message.lines().next().unwrap_or_default();
        let commit = info(commit.made.commit.clone(), subject, commit.time);
        told.steps
            .push(step(commit, &stand(Some(at), 14, passing, &passed, lost), facts));
    }
    told
}

fn step(commit: CommitInfo, stand: &Stand<'_>, facts: Vec<ListFact>) -> ListStep {
    let readable = !facts.iter().any(|fact| fact.kind == ListFactKind::Broken);
    ListStep {
        commit,
        parent: None,
        merge: facts.iter().any(|fact| fact.brought),
        at: stand.at,
        path: Some("feature_list.json".to_owned()),
        total: readable.then_some(stand.total),
        passing: readable.then_some(stand.passing),
        passed: names(stand.passed),
        regressed: names(stand.regressed),
        facts,
    }
}

fn info(id: Oid, subject: &str, time: Timestamp) -> CommitInfo {
    CommitInfo {
        id,
        subject: subject.to_owned(),
        author: "Ada".to_owned(),
        time,
    }
}

fn names(ids: &[&str]) -> Vec<NamedFeature> {
    let name = |id: &&str| NamedFeature {
        id: (*id).to_owned(),
        text: String::new(),
    };
    ids.iter().map(name).collect()
}
