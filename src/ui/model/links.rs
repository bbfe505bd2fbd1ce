//! The linked cursor: which feature, commit, moment of a transcript and test belong to what is selected.
//!
//! Owns the links, read from the log alone, so that they are the same in a live run and in the past. Does not own going there
//! (`update::links`). Invariant: a link leads to something that can be shown, or says why there is none.

use super::{Model, Subject};
use crate::protocol::event::Culprit;
use crate::protocol::{CaseStatus, Feature, FeatureId, Oid, Seq, SessionNo};
use crate::session::board::Trace;
use crate::session::state::{CaseHistory, Commit, FeatureRow};
use crate::session::timeline::{Item, ItemKind};
use crate::session::{Session, State};
use crate::ui::page;
use crate::verify;

/// Kinds of ends a link has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// A feature.
    Feature,
    /// A commit.
    Commit,
    /// An entry of a transcript.
    Moment,
    /// A test.
    Test,
}

/// Where a test's present result came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turned {
    /// The session.
    pub session: SessionNo,
    /// Its entry for the run.
    pub run: Seq,
}

/// Why there is no link.
type Why = &'static str;

impl Model {
    /// Returns what of a kind belongs to a subject.
    ///
    /// # Errors
    /// The reason for which nothing does.
    pub fn linked(&self, from: &Subject, to: End) -> Result<Subject, Why> {
        let from = &self.from(from);
        match to {
            End::Feature => self.feature_of(from).map(Subject::Feature),
            End::Commit => self.commit_of(from).map(Subject::Commit),
            End::Moment => self.moment_of(from).map(|(session, seq)| Subject::Item(session, seq)),
            End::Test => self.test_of(from).map(|case| Subject::Test(case.name.clone())),
        }
    }

    /// An audit stands for its session's end.
    fn from(&self, subject: &Subject) -> Subject {
        let end = |session: &SessionNo| Some(Subject::Item(*session, self.state.session(*session)?.items.last()?.seq));
        match subject {
            Subject::Audit(session) => end(session).unwrap_or_else(|| subject.clone()),
            other => other.clone(),
        }
    }

    fn feature_of(&self, from: &Subject) -> Result<FeatureId, Why> {
        let listed = |id: &FeatureId| {
            let row = self.state.features.get(id);
            row.map(|row| row.feature.id.clone())
                .ok_or("this feature is no longer in the list")
        };
        match from {
            Subject::Feature(id) => Ok(id.clone()),
            Subject::Commit(commit) => {
                let made = self.told(commit)?;
                listed(made.made.feature.as_ref().ok_or("this commit is of no feature")?)
            }
            Subject::Test(name) => {
                let rows = self.state.features.rows.iter().map(|row| &row.feature);
                let named = |feature: &&Feature| verify::names(feature, name);
                let found = rows.into_iter().find(named).map(|feature| feature.id.clone());
                found.ok_or("no feature names this test")
            }
            Subject::Item(session, seq) => match &self.entry(*session, *seq)?.1.kind {
                ItemKind::Flipped(flip) => listed(&flip.feature),
                ItemKind::Commit(made) => listed(made.feature.as_ref().ok_or("this commit is of no feature")?),
                _ => {
                    let session = self.state.session(*session).ok_or("this session is gone")?;
                    listed(session.feature.as_ref().ok_or("this session works on no feature")?)
                }
            },
            _ => Err(NOWHERE),
        }
    }

    fn commit_of(&self, from: &Subject) -> Result<Oid, Why> {
        match from {
            Subject::Commit(commit) => Ok(commit.clone()),
            Subject::Feature(id) => {
                let commits = &self.row(id)?.commits;
                commits.last().cloned().ok_or("nothing was committed for this feature")
            }
            Subject::Test(name) => {
                let case = self.case(name)?;
                if let Some(trace) = self.cause_of(case) {
                    return match &trace.found.culprit {
                        Culprit::Commit { commit, .. } => Ok(commit.clone()),
                        Culprit::Uncommitted { .. } => Err("what broke it is in no commit"),
                        Culprit::Unknown { .. } => Err("what broke it was looked for and not found"),
                    };
                }
                let turned = self.turned(case).ok_or("no run told its result")?;
                self.commit_after(turned.run)
                    .ok_or("nothing was committed since its result changed")
            }
            Subject::Item(session, seq) => {
                let (session, _) = self.entry(*session, *seq)?;
                let mut own = self.state.commits.iter().filter(|commit| commit.session == session.number);
                let found = own.clone().find(|commit| commit.seq >= *seq).or_else(|| own.next_back());
                found
                    .map(|commit| commit.made.commit.clone())
                    .ok_or("this session made no commit")
            }
            _ => Err(NOWHERE),
        }
    }

    fn moment_of(&self, from: &Subject) -> Result<(SessionNo, Seq), Why> {
        match from {
            Subject::Item(session, seq) => Ok((*session, *seq)),
            Subject::Commit(commit) => {
                let made = self.told(commit)?;
                Ok((made.session, made.seq))
            }
            Subject::Test(name) => {
                let turned = self
                    .turned(self.case(name)?)
                    .ok_or("the run that told its result is in no transcript")?;
                Ok((turned.session, turned.run))
            }
            Subject::Feature(id) => {
                let row = self.row(id)?;
                let flips = row.flips.iter().rev().map(|flip| (flip.session, flip.seq));
                let shown = |(session, seq): &(SessionNo, Seq)| self.entry(*session, *seq).is_ok();
                let begun = || {
                    let session = self.state.session(*row.sessions.last()?)?;
                    Some((session.number, session.items.first()?.seq))
                };
                let found = flips.into_iter().find(shown).or_else(begun);
                found.ok_or("no session has worked on this feature")
            }
            _ => Err(NOWHERE),
        }
    }

    fn test_of(&self, from: &Subject) -> Result<&CaseHistory, Why> {
        match from {
            Subject::Test(name) => self.case(name),
            Subject::Feature(id) => self
                .own_test(&self.row(id)?.feature)
                .ok_or("no run told of a test of this feature"),
            Subject::Commit(commit) => {
                let made = self.told(commit)?;
                let own = made.made.feature.as_ref().and_then(|id| self.state.features.get(id));
                own.and_then(|row| self.own_test(&row.feature))
                    .ok_or("no run told of a test of this commit's feature")
            }
            Subject::Item(session, seq) => {
                let (session, _) = self.entry(*session, *seq)?;
                let before = session.items.iter().take_while(|item| item.seq <= *seq);
                let runs = before.filter_map(|item| match &item.kind {
                    ItemKind::Tests(run) => Some(run.as_ref()),
                    _ => None,
                });
                let run = runs.last().ok_or("no test run came before this in its session")?;
                let failed = run.cases.iter().find(|case| case.status == CaseStatus::Failed);
                let case = failed.or(run.cases.first()).ok_or("that run names no tests")?;
                self.case(&case.name)
            }
            _ => Err(NOWHERE),
        }
    }

    /// Returns the run at which a test's result became what it is.
    #[must_use]
    pub fn turned(&self, case: &CaseHistory) -> Option<Turned> {
        let run = self.state.turned(case)?;
        let holds = |session: &&Session| page::item_at(session, run).is_some();
        let session = self.state.sessions.iter().rev().find(holds)?.number;
        Some(Turned { session, run })
    }

    /// Returns what was found to have broken a test that failed, or that the run named no more, by the time that its feature's breaker was
    /// looked for, and does so since.
    #[must_use]
    pub fn cause_of(&self, case: &CaseHistory) -> Option<&Trace> {
        let is_lost = match self.state.result_now(case) {
            Some(status) => status == CaseStatus::Failed,
            None => case.changes.last().is_some_and(|(_, status)| status.is_none()),
        };
        let lost = self.state.turned(case).filter(|_| is_lost)?;
        let rows = self.state.features.rows.iter();
        let own = rows.filter(|row| verify::names(&row.feature, &case.name));
        own.filter_map(|row| self.state.trace_of(row)).find(|trace| lost < trace.seq)
    }

    /// Returns the commit that first holds what a run ran on, as far as the log tells.
    #[must_use]
    pub fn commit_after(&self, run: Seq) -> Option<Oid> {
        let after = self.state.commits.iter().find(|commit| commit.seq > run);
        after.map(|commit| commit.made.commit.clone())
    }

    /// A feature's first failing test, else its first one.
    fn own_test(&self, feature: &Feature) -> Option<&CaseHistory> {
        let cases = self.state.tests.cases.iter();
        let mut own = cases.filter(|case| verify::names(feature, &case.name));
        let fails = |case: &&CaseHistory| self.state.result_now(case) == Some(CaseStatus::Failed);
        own.clone().find(fails).or_else(|| own.next())
    }

    fn case(&self, name: &str) -> Result<&CaseHistory, Why> {
        let board = &self.state.tests;
        let place = board.by_name.get(name).and_then(|place| board.cases.get(*place));
        place.ok_or("no run names this test")
    }

    fn row(&self, id: &FeatureId) -> Result<&FeatureRow, Why> {
        let State { features, .. } = &self.state;
        features.get(id).ok_or("this feature is no longer in the list")
    }

    fn told(&self, commit: &Oid) -> Result<&Commit, Why> {
        self.made(commit)
            .ok_or("the log does not tell of this commit: it was made without longhaul")
    }

    fn entry(&self, session: SessionNo, seq: Seq) -> Result<(&Session, &Item), Why> {
        let session = self.state.session(session).ok_or("this session is gone")?;
        page::item_at(session, seq)
            .map(|item| (session, item))
            .ok_or("this entry is gone")
    }
}

/// Said where a page is about nothing that has links.
const NOWHERE: Why = "nothing here leads there; select a feature, a commit, a test or a transcript entry";
