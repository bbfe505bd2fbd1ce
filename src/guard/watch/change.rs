//! A burst of changes, and what is told about it.

use crate::harness::NOTES;
use crate::protocol::event::{ExternalChangeSeen, ExternalKind};
use std::collections::BTreeSet;

/// Paths kept of one burst; more are only counted.
const KEPT: usize = 5_000;

/// Paths told.
const TOLD: usize = 20;

/// What changed from outside, gathered over a short while.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Files of the working tree, relative to the workspace, sorted.
    pub paths: BTreeSet<String>,
    /// Refs by their full names, `HEAD`, `packed-refs`.
    pub refs: BTreeSet<String>,
    /// Whether there may be more: the system dropped notifications, or the burst was larger than is kept.
    pub incomplete: bool,
}

impl Change {
    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.refs.is_empty() && !self.incomplete
    }

    pub(super) fn add_path(&mut self, path: String) {
        if self.paths.len() < KEPT {
            self.paths.insert(path);
        } else {
            self.incomplete = true;
        }
    }

    pub(super) fn add_ref(&mut self, name: String) {
        if self.refs.len() < KEPT {
            self.refs.insert(name);
        } else {
            self.incomplete = true;
        }
    }

    /// Says of events that a process of the agent, left running in the background, may have made the change: nobody can tell whose it is,
    /// so it is not called one from outside.
    #[must_use]
    pub fn of_either(events: Vec<ExternalChangeSeen>) -> Vec<ExternalChangeSeen> {
        let neutral = |seen: ExternalChangeSeen| {
            let detail = seen.detail.replacen("changed from outside", ExternalChangeSeen::BY_EITHER, 1);
            ExternalChangeSeen { detail, ..seen }
        };
        events.into_iter().map(neutral).collect()
    }

    /// The events to log: one for each sort of thing that changed, the most telling first.
    #[must_use]
    pub fn events(&self, feature_list: &str) -> Vec<ExternalChangeSeen> {
        let one = |what, path: &str, detail: &str| ExternalChangeSeen {
            what,
            paths: vec![path.to_owned()],
            detail: detail.to_owned(),
        };
        let mut events = Vec::new();
        if self.paths.contains(feature_list) {
            events.push(one(
                ExternalKind::FeatureList,
                feature_list,
                "the feature list was changed from outside",
            ));
        }
        if self.paths.contains(NOTES) {
            events.push(one(
                ExternalKind::Notes,
                NOTES,
                "the progress notes were changed from outside",
            ));
        }
        if !self.refs.is_empty() {
            let detail = format!(
                "{} changed from outside: another git client, or a person",
                count(self.refs.len(), "ref")
            );
            events.push(ExternalChangeSeen {
                what: ExternalKind::Refs,
                paths: told(self.refs.iter()),
                detail,
            });
        }
        let rest: Vec<&String> = self
            .paths
            .iter()
            .filter(|path| *path != feature_list && *path != NOTES)
            .collect();
        if !rest.is_empty() || self.incomplete {
            let more = if self.incomplete { ", and perhaps more" } else { "" };
            let detail = format!("{}{more} changed from outside", count(rest.len(), "file"));
            events.push(ExternalChangeSeen {
                what: ExternalKind::Tree,
                paths: told(rest.into_iter()),
                detail,
            });
        }
        events
    }
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

fn told<'a>(all: impl ExactSizeIterator<Item = &'a String>) -> Vec<String> {
    let more = all.len().saturating_sub(TOLD);
    let mut paths: Vec<String> = all.take(TOLD).cloned().collect();
    if more > 0 {
        paths.push(format!("and {more} more"));
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_background_process_may_have_written_is_not_laid_on_a_person() {
        let change = Change {
            paths: ["a.log", "b.log", NOTES].map(str::to_owned).into(),
            ..Change::default()
        };
        let told: Vec<String> = Change::of_either(change.events("feature_list.json"))
            .into_iter()
            .map(|seen| seen.detail)
            .collect();
        let either = "changed while background processes of the agent run: by one of them, or from outside";
        assert_eq!(
            told,
            [format!("the progress notes were {either}"), format!("2 files {either}")]
        );
        let alone = change.events("feature_list.json").pop().unwrap();
        assert_eq!(alone.detail, "2 files changed from outside");
    }
}
