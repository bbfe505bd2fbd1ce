//! The audit of a session: what the machine can tell of how it was worked, once it has ended.
//!
//! Owns the questions and the words of their answers. Does not own the facts (the engine gathers them) nor what follows from them.
//! Invariant: a question is asked only where there is something to answer it by; what a person did is never held against the session.

mod claims;
mod left;
mod list;
mod message;
mod places;
#[cfg(test)]
mod tests;

pub use left::Changed;

use super::NOTES;
use crate::protocol::event::{AuditPlace, ExternalKind, FlipBy};
use crate::protocol::{Feature, FeatureStatus, Oid, Role, SessionNo, TestPurpose};
use crate::session::timeline::{Item, ItemKind};
use crate::session::{Session, State};
use claims::{Said, contradictions, overclaims};
use std::collections::BTreeSet;

/// What is told of a session before which nothing could be tried: no command runs tests, and no feature passes by a recorded check.
/// It is so from the start and none of the session's doing, so it holds nothing up ([`holds_up`]).
const UNTRIED: &str = "smoke test ran (nothing tells how the tests are run; set `verify.command`)";

/// Places that a finding names before it is cut.
const NAMED: usize = 3;

/// What is known of a session that has just ended.
#[derive(Debug)]
pub struct Worked<'a> {
    /// The log, folded.
    pub state: &'a State,
    /// The session.
    pub session: SessionNo,
    /// Whether it was told where the project stands before it could edit anything.
    pub oriented: bool,
    /// Whether a command is known that runs the tests.
    pub has_tests: bool,
    /// Features that a session may finish.
    pub features: u32,
    /// Guarded files that were changed and put back.
    pub breaches: u32,
    /// Paths that are not committed.
    pub dirty: &'a [String],
    /// The agent's closing words, if it ended the session.
    pub summary: Option<&'a str>,
    /// What came into the file of progress notes since the session began; `None` if that is not known.
    pub noted: Option<&'a str>,
    /// Files of the session that no commit can hold, because they lie where a submodule is not filled.
    pub beyond: &'a [String],
    /// The list when it began and now; `None` where either cannot be read.
    pub lists: Option<(Vec<Feature>, Vec<Feature>)>,
    /// What its commits changed, as far as it is text.
    pub changes: &'a [Changed],
    /// The same of each commit, where it was read.
    pub commits: &'a [OfCommit],
}

/// What one commit changed, and what there was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfCommit {
    /// Its id.
    pub commit: Oid,
    /// What it changed, as far as it is text.
    pub changes: Vec<Changed>,
    /// Paths before and after it, and those of files that lie there though no commit holds them.
    pub paths: BTreeSet<String>,
}

/// The files that a commit's message names by their path.
#[must_use]
pub fn named_files(message: &str) -> Vec<String> {
    message::files::named(message)
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, with what speaks against it.
    pub what: String,
    /// Whether it is as it should be.
    pub holds: bool,
    /// What it speaks of.
    pub places: Vec<AuditPlace>,
}

/// Says whether a session's answer is one to be looked at before the next session.
#[must_use]
pub fn holds_up(what: &str, holds: bool) -> bool {
    !holds && what != UNTRIED
}

/// Answers every question that applies.
#[must_use]
pub fn audit(worked: &Worked<'_>) -> Vec<Finding> {
    let Some(session) = worked.state.session(worked.session) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut find = |(what, holds): (String, bool), places: Vec<AuditPlace>| found.push(Finding { what, holds, places });
    if session.role == Role::Coding {
        find(
            ("oriented before the first edit".to_owned(), worked.oriented),
            places::orientation(session, worked.oriented),
        );
        find(smoke(worked, session), places::smoke(session, worked.has_tests));
        find(list::features(worked), places::flips(worked, session));
        if let Some(told) = list::evidence(worked) {
            find(told, places::flips(worked, session));
        }
        if let Some(told) = list::only_flags(worked) {
            find(told, places::commits(worked, false));
        }
    }
    find(moved(session), places::rounds(session));
    find(untouched(worked, session), places::breaches(session));
    find(clean(worked), places::writers(worked, session));
    if !worked.beyond.is_empty() {
        let (what, holds) = told(
            "no file lies where a submodule is not filled and no commit holds it",
            worked.beyond.to_vec(),
        );
        find((what, holds), Vec::new());
    }
    let noted = noted(worked, session);
    let mut notes = notes(session);
    notes.extend(noted.as_deref());
    find(
        ("progress notes written".to_owned(), !notes.is_empty()),
        places::notes(worked, session, false),
    );
    if !notes.is_empty() {
        let mut lies: Vec<String> = Vec::new();
        for note in &notes {
            let found = contradictions(note, Said::Note, worked.state, worked.session).into_iter();
            let new: Vec<String> = found.filter(|lie| !lies.contains(lie)).collect();
            lies.extend(new);
        }
        let told = told("notes agree with the list", lies);
        let lies = !told.1;
        find(told, places::notes(worked, session, lies));
    }
    let closing = worked.summary.filter(|_| session.role == Role::Coding);
    let lies = closing.map(|summary| contradictions(summary, Said::Closing, worked.state, worked.session));
    if let Some(lies) = lies.filter(|lies| !lies.is_empty()) {
        let places = places::open_features(worked, &lies);
        find(told("closing words agree with the list", lies), places);
    }
    if let Some(told) = marks(worked.changes) {
        find(told, places::commits(worked, false));
    }
    if let Some(told) = messages(worked) {
        let empty = !told.1;
        find(told, places::commits(worked, empty));
    }
    found
}

/// Whether nothing was done to what is guarded; what was could not always be put back.
fn untouched(worked: &Worked<'_>, session: &Session) -> (String, bool) {
    let left = |item: &&Item| matches!(&item.kind, ItemKind::Breach(breach) if !breach.restored);
    let left = session.items.iter().filter(left).count();
    let back = (worked.breaches as usize).saturating_sub(left);
    let mut told = Vec::new();
    for (count, what) in [(back, "put back"), (left, "left as it is")] {
        if count > 0 {
            told.push(format!("{count} {what}"));
        }
    }
    match told.is_empty() {
        true => ("guarded files untouched".to_owned(), true),
        false => (format!("guarded files untouched ({})", told.join(", ")), false),
    }
}

/// Whether all is committed. A list that the harness set back after the last commit is not of the agent's doing.
fn clean(worked: &Worked<'_>) -> (String, bool) {
    let board = &worked.state.features;
    let committed = worked.state.commits.last().map(|commit| commit.seq).unwrap_or_default();
    let set_back = |path: &String| {
        let flips = board.rows.iter().flat_map(|row| &row.flips);
        let last = flips
            .filter(|flip| flip.session == worked.session || flip.seq > committed)
            .max_by_key(|flip| flip.seq);
        path_of(path) == board.path && last.is_some_and(|flip| flip.by == FlipBy::Harness)
    };
    let (ours, theirs): (Vec<&String>, Vec<&String>) = worked.dirty.iter().partition(|path| set_back(path));
    let what = if ours.is_empty() || !theirs.is_empty() {
        "tree clean".to_owned()
    } else {
        format!("tree clean (but for {}, set back by the harness)", board.path)
    };
    (what, theirs.is_empty())
}

/// The path in a line that begins with its state, as `M path`.
fn path_of(dirty: &str) -> &str {
    dirty
        .trim_start()
        .split_once(' ')
        .map_or(dirty, |(_, path)| path.trim_start())
}

/// A question with what was found against it.
fn told(what: &str, against: Vec<String>) -> (String, bool) {
    match listed(&against) {
        None => (what.to_owned(), true),
        Some(named) => (format!("{what} ({named})"), false),
    }
}

/// What was found, the first few of it; `None` if nothing was.
fn listed(found: &[String]) -> Option<String> {
    let rest = found.len().saturating_sub(NAMED);
    let named = found[..found.len().min(NAMED)].join("; ");
    match rest {
        0 => (!found.is_empty()).then_some(named),
        rest => Some(format!("{named} and {rest} more")),
    }
}

/// Says what the closing words of a session claim that the list gives the lie; `None` if they claim no such thing.
#[must_use]
pub fn overclaimed(summary: &str, state: &State, session: SessionNo) -> Option<String> {
    listed(&overclaims(summary, Said::Closing, state, session))
}

/// Whether it went forward, by what its calls were answered.
fn moved(session: &Session) -> (String, bool) {
    let against = session
        .circled()
        .map(|seen| format!("{} rounds: {}", seen.rounds, seen.repeated()));
    told("kept moving", against.into_iter().collect())
}

/// Whether what passed before was tried at the start: by the tests, or, where no command runs any, by the recorded checks.
fn smoke(worked: &Worked<'_>, session: &Session) -> (String, bool) {
    let ran = session.items.iter().any(|item| is_smoke(&item.kind, worked.has_tests));
    match ran || worked.has_tests {
        true => ("smoke test ran".to_owned(), ran),
        false => (UNTRIED.to_owned(), false),
    }
}

/// Whether an entry is a run of the smoke test: of the tests, or of a recorded check where there is no command for tests.
fn is_smoke(kind: &ItemKind, has_tests: bool) -> bool {
    match kind {
        ItemKind::Tests(run) => run.purpose == TestPurpose::Smoke,
        ItemKind::Check(run) => !has_tests && run.purpose == TestPurpose::Smoke,
        _ => false,
    }
}

/// The texts of the notes that the session wrote.
fn notes(session: &Session) -> Vec<&str> {
    let kinds = session.items.iter().map(|item| &item.kind);
    let texts = kinds.filter_map(|kind| match kind {
        ItemKind::Note { text } => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

/// What the session wrote into the notes' file by itself; `None` if that is nothing, or a person wrote there meanwhile.
fn noted(worked: &Worked<'_>, session: &Session) -> Option<String> {
    let by_others = |kind: &ItemKind| matches!(kind, ItemKind::External(seen) if seen.what == ExternalKind::Notes || seen.paths.iter().any(|path| path == NOTES));
    if session.items.iter().any(|item| by_others(&item.kind)) {
        return None;
    }
    let mut came = worked.noted?.to_owned();
    for note in notes(session) {
        came = came.replacen(note.replace("\r\n", "\n").trim_end(), "", 1);
    }
    let says = |line: &str| !line.trim().is_empty() && !line.starts_with("## Session ");
    came.lines().any(says).then_some(came)
}

/// Marks of unfinished work that are new. Nothing is said where the session committed nothing.
fn marks(changes: &[Changed]) -> Option<(String, bool)> {
    let code: Vec<&Changed> = changes.iter().filter(|file| !is_prose(&file.path)).collect();
    let counted = left::newly(&code).into_iter();
    let against = counted.map(|(count, path)| format!("{count} in {path}")).collect();
    (!changes.is_empty()).then(|| told("nothing left for later in the code", against))
}

/// Texts for people may speak of what is to be done.
fn is_prose(path: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, ending)| matches!(ending, "md" | "txt" | "json" | "rst"))
}

fn messages(worked: &Worked<'_>) -> Option<(String, bool)> {
    let own = || worked.state.commits.iter().filter(|commit| commit.session == worked.session);
    let features: Vec<&Feature> = worked.state.features.rows.iter().map(|row| &row.feature).collect();
    let against: Vec<String> = own()
        .filter_map(|commit| {
            let subject = message::subject(&commit.made.message);
            if is_empty(worked, subject) {
                return Some(format!("\"{subject}\""));
            }
            let read = worked.commits.iter().find(|read| read.commit == commit.made.commit);
            let changes = read.map_or(worked.changes, |read| &read.changes);
            let why = overdone(worked, &message::as_claim(subject, &features))
                .or_else(|| message::untrue(subject, &features, changes, commit.made.removed))
                .or_else(|| message::files::nowhere(subject, read?));
            why.map(|why| format!("\"{subject}\": {why}"))
        })
        .collect();
    (own().count() > 0).then(|| told("commit messages say what changed", against))
}

/// What a commit's message calls done that is not. Only that is held against it: what it counts was so when it was made, and what was
/// set back since may have passed then.
fn overdone(worked: &Worked<'_>, claims: &str) -> Option<String> {
    let set_back = |flip: &crate::session::state::Flip| flip.session == worked.session && flip.to == FeatureStatus::Failing;
    if worked.state.features.rows.iter().any(|row| row.flips.iter().any(set_back)) {
        return None;
    }
    contradictions(claims, Said::Note, worked.state, worked.session)
        .into_iter()
        .find(|lie| lie.starts_with("says that ") && lie.ends_with(" done"))
}

/// Says whether a commit's message says nothing of what changed.
fn is_empty(worked: &Worked<'_>, text: &str) -> bool {
    let rows = worked.state.features.rows.iter();
    let features: Vec<&Feature> = rows.map(|row| &row.feature).collect();
    let ids: Vec<&str> = features.iter().map(|feature| feature.id.as_str()).collect();
    let names_code = message::names_code(text, &ids, worked.changes);
    !names_code && message::is_empty(text, &ids, &|word| message::is_of_the_work(word, &features, worked.changes))
}
