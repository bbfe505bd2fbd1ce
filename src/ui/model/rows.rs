//! The rows of each list in the order they are shown, filtered. Computed when needed, never kept: the log is the truth.

use super::needle::Needle;
use super::{Model, Popup};
use crate::protocol::event::{CommitInfo, GateKind};
use crate::protocol::{CaseStatus, FeatureId, FeatureStatus, Oid, SessionNo};
use crate::session::Session;
use crate::session::state::{CaseHistory, Commit, Debt, FeatureRow, OpenGate};
use crate::ui::keymap::{Action, Entry, Situation, table::TABLE};
use crate::ui::layout::Pane;
use crate::ui::{pane, popup};
use std::collections::BTreeSet;

/// What a feature's row says of it, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It passes.
    Passing,
    /// It passes by the list, and its own tests failed in a later run.
    Doubted,
    /// It passes by the list, and its own tests are gone since.
    Bereft,
    /// It passes by the list, and its own tests did not run in a later run.
    Unrun,
    /// A session works on it.
    InProgress,
    /// It passed once and something broke it.
    Regressed,
    /// It passed once and a person set it open.
    Reopened,
    /// It passed, and its work was never committed.
    Uncommitted,
    /// A person leaves it out of this run.
    Skipped,
    /// A person wants it next.
    Next,
    /// It does not pass yet.
    Open,
}

impl Standing {
    /// Returns the word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passing => "passing",
            Self::Doubted => "tests fail",
            Self::Bereft => "tests gone",
            Self::Unrun => "did not run",
            Self::InProgress => "in progress",
            Self::Regressed => "regressed",
            Self::Reopened => "open again",
            Self::Uncommitted => "not committed",
            Self::Skipped => "skipped",
            Self::Next => "next",
            Self::Open => "open",
        }
    }
}

/// Orders actions for a situation: its own before the general ones, what only the focused pane has before what moves about everywhere.
pub(super) fn nearness(below: Situation, entry: &Entry) -> (usize, bool) {
    let contexts = below.contexts();
    let place = contexts.iter().position(|context| entry.contexts.contains(context));
    (place.unwrap_or(contexts.len()), entry.contexts.len() > 1)
}

impl Model {
    /// Says how a feature stands.
    #[must_use]
    pub fn standing(&self, row: &FeatureRow) -> Standing {
        let at_work = self
            .state
            .current()
            .is_some_and(|session| session.ended.is_none() && session.feature.as_ref() == Some(&row.feature.id));
        // What a person picked or skipped ends with the run.
        let ordered = |ids: &[FeatureId]| self.state.takes_orders() && ids.contains(&row.feature.id);
        match row.feature.status {
            FeatureStatus::Passing => match self.state.doubt_of(row) {
                Some(doubt) if doubt.tests.is_empty() && doubt.gone.is_empty() => Standing::Unrun,
                Some(doubt) if doubt.tests.is_empty() => Standing::Bereft,
                Some(_) => Standing::Doubted,
                None => Standing::Passing,
            },
            _ if at_work => Standing::InProgress,
            _ if ordered(&self.state.features.skipped) => Standing::Skipped,
            _ if ordered(&self.state.features.picked) => Standing::Next,
            _ if row.regressed => Standing::Regressed,
            _ if row.reopened => Standing::Reopened,
            _ if self.state.is_uncommitted(row) => Standing::Uncommitted,
            FeatureStatus::Failing | FeatureStatus::Unknown => Standing::Open,
        }
    }

    /// Returns the features that pass the filter, in file order.
    #[must_use]
    pub fn feature_rows(&self) -> Vec<&FeatureRow> {
        self.features_matching(&self.features.filter)
    }

    fn features_matching(&self, filter: &str) -> Vec<&FeatureRow> {
        let rows = self.state.features.rows.iter();
        if filter.is_empty() {
            return rows.collect();
        }
        let needle = Needle::new(filter);
        rows.filter(|row| {
            let feature = &row.feature;
            let texts = [
                feature.id.as_str(),
                &feature.title,
                &feature.description,
                &feature.category,
                &feature.word,
            ];
            needle.is_in(&texts) || needle.is_in(&[self.standing(row).word()])
        })
        .collect()
    }

    /// Returns the newest commits that pass the filter, newest first.
    #[must_use]
    pub fn commit_rows(&self) -> Vec<&CommitInfo> {
        self.commits_matching(&self.commits.filter)
    }

    fn commits_matching(&self, filter: &str) -> Vec<&CommitInfo> {
        let rows = self.state.recent_commits().iter();
        rows.filter(|commit| {
            if filter.is_empty() {
                return true;
            }
            let feature = self.made(&commit.id).and_then(|made| made.made.feature.as_ref());
            let feature = feature.map_or("", |feature| feature.as_str());
            Needle::new(filter).is_in(&[&commit.subject, commit.id.as_str(), &commit.author, feature])
        })
        .collect()
    }

    /// Finds what the log tells of a commit that the engine made.
    #[must_use]
    pub fn made(&self, commit: &Oid) -> Option<&Commit> {
        self.state.commits.iter().rev().find(|made| &made.made.commit == commit)
    }

    /// Says who made a commit, and whether that was the agent past the harness; `None` where nothing is known of it.
    #[must_use]
    pub fn maker(&self, commit: &Oid) -> Option<(String, bool)> {
        if self.state.strange_commits.iter().any(|(_, strange)| strange == commit) {
            return Some(("not the harness: a command of the agent".to_owned(), true));
        }
        if let Some(made) = self.made(commit) {
            let approved = match made.approved_by.as_deref() {
                Some("human") => ", with your approval".to_owned(),
                Some(by) => format!(", let through by {by}"),
                None => String::new(),
            };
            return Some((format!("the agent in {}{approved}", made.session), false));
        }
        if self.state.is_by_hand(commit) {
            return Some(("you, by an edit of the feature list".to_owned(), false));
        }
        let info = self.state.recent_commits().iter().find(|info| &info.id == commit);
        let author = info.map(|info| &info.author).filter(|author| !author.is_empty())?;
        Some((format!("{author}, outside a session"), false))
    }

    /// Returns what of a commit no person has seen, if anything.
    #[must_use]
    pub fn debt(&self, commit: &Oid) -> Option<&Debt> {
        self.state.debts.iter().find(|debt| &debt.commit == commit)
    }

    /// Returns the tests that pass the filter: those of the run that speaks for the files first, failures before the rest.
    #[must_use]
    pub fn test_rows(&self) -> Vec<&CaseHistory> {
        self.tests_matching(&self.tests.filter)
    }

    fn tests_matching(&self, filter: &str) -> Vec<&CaseHistory> {
        let rows = self.state.tests.cases.iter();
        let mut rows: Vec<&CaseHistory> = rows
            .filter(|case| filter.is_empty() || Needle::new(filter).is_in(&[&case.name, &case.detail]))
            .collect();
        let fails_again: BTreeSet<&str> = self.fails_now().collect();
        rows.sort_by_cached_key(|case| {
            let now = self.state.result_now(case);
            let again = fails_again.contains(case.name.as_str());
            (now.is_none() && !again, !again, now != Some(CaseStatus::Failed))
        });
        rows
    }

    /// Says whether a test failed and passed on the tree that it was run on last.
    #[must_use]
    pub fn is_flaky_now(&self, case: &CaseHistory) -> bool {
        let last = case.steady.as_ref().map(|steady| &steady.ground);
        case.flaky.as_ref().is_some_and(|flaky| Some(&flaky.ground) == last)
    }

    /// Names the tests that have failed in the run that is under way.
    pub fn fails_now(&self) -> impl Iterator<Item = &str> {
        let running = self.state.tests.running.iter();
        running.flat_map(|running| running.failed.iter().map(String::as_str))
    }

    /// Returns the sessions, newest first.
    #[must_use]
    pub fn session_rows(&self, filter: &str) -> Vec<&Session> {
        let rows = self.state.sessions.iter().rev();
        rows.filter(|session| {
            let feature = session.feature.as_ref().map_or("", |feature| feature.as_str());
            let SessionNo(number) = session.number;
            Needle::new(filter).is_in(&[&format!("s{number}"), session.role.as_str(), feature])
        })
        .collect()
    }

    /// Returns the actions that pass a filter, those of the present situation first, its own before the general ones.
    #[must_use]
    pub fn help_rows(&self, filter: &str) -> Vec<&'static Entry> {
        let below = self.situation_below();
        let rows = TABLE.iter();
        let mut rows: Vec<&Entry> = rows
            .filter(|entry| {
                let keys: Vec<String> = self.keymap.keys(entry.action).map(ToString::to_string).collect();
                let contexts = entry
                    .contexts
                    .iter()
                    .map(|context| context.title())
                    .collect::<Vec<_>>()
                    .join(" ");
                filter == keys.join("") || Needle::new(filter).is_in(&[entry.name, entry.about, &contexts])
            })
            .collect();
        rows.sort_by_key(|entry| nearness(below, entry));
        rows
    }

    /// Returns the auto-selected feature: the one at work, else the first that does not pass.
    pub(super) fn feature_at_work(&self, rows: &[&FeatureRow]) -> usize {
        let at = |wanted: Standing| rows.iter().position(|row| self.standing(row) == wanted);
        at(Standing::InProgress)
            .or_else(|| at(Standing::Regressed))
            .or_else(|| at(Standing::Open))
            .unwrap_or(0)
    }

    /// Moves every list's window so that its selection is visible. Called once before a frame.
    pub fn settle(&mut self) {
        self.drop_old_note();
        let layout = self.layout();
        let height = |pane| layout.place(pane).map_or(0, |place| usize::from(place.body().height));

        let mut cursor = std::mem::take(&mut self.features);
        let rows = self.features_matching(&cursor.filter);
        let auto = self.feature_at_work(&rows);
        cursor.settle(rows.len(), height(Pane::Features), auto, |row| {
            rows.get(row).map(|row| row.feature.id.clone())
        });
        self.features = cursor;

        let mut cursor = std::mem::take(&mut self.commits);
        let rows = self.commits_matching(&cursor.filter);
        let shown = height(Pane::Git).saturating_sub(usize::from(self.pending_commit().is_some()));
        cursor.settle(rows.len(), shown, 0, |row| rows.get(row).map(|commit| commit.id.clone()));
        self.commits = cursor;

        let mut cursor = std::mem::take(&mut self.tests);
        let rows = self.tests_matching(&cursor.filter);
        let shown = height(Pane::Tests);
        let shown = shown.saturating_sub(usize::from(pane::tests::live_rows(self, shown)));
        cursor.settle(rows.len(), shown, 0, |row| rows.get(row).map(|case| case.name.clone()));
        self.tests = cursor;
        self.settle_popup();
        self.find_place();
    }

    fn settle_popup(&mut self) {
        let height = popup::list_height(self.size);
        match self.popup.take() {
            Some(Popup::Help(mut cursor)) => {
                let rows = self.help_rows(&cursor.filter);
                cursor.settle(rows.len(), height, 0, |row| {
                    rows.get(row).map(|entry: &&Entry| -> Action { entry.action })
                });
                self.popup = Some(Popup::Help(cursor));
            }
            Some(Popup::Palette(mut palette)) => {
                let rows = self.palette_rows(&palette.cursor.filter);
                palette
                    .cursor
                    .settle(rows.len(), height.saturating_sub(popup::QUERY_ROWS), 0, |row| {
                        rows.get(row).map(|entry| entry.action)
                    });
                self.popup = Some(Popup::Palette(palette));
            }
            Some(Popup::Sessions(mut cursor)) => {
                let rows = self.session_rows(&cursor.filter);
                cursor.settle(rows.len(), height, 0, |row| rows.get(row).map(|session| session.number));
                self.popup = Some(Popup::Sessions(cursor));
            }
            other => self.popup = other,
        }
    }

    /// Returns the commit that waits for a decision, as one line.
    #[must_use]
    pub fn pending_commit(&self) -> Option<&OpenGate> {
        let mut gates = self.state.open_gates.iter();
        gates.find(|open| open.opened.what == GateKind::Commit)
    }
}
