//! The words for an edit: its title, its commit, and what the agent is told.
//!
//! Pure. Invariant: an agent that is told of an edit can go on without reading the list again: it learns the new words and ids.

use super::Made;
use crate::harness::feature_list::edit::Edited;
use crate::protocol::FeatureId;
use crate::protocol::plan::{FeatureEdit, FeatureText};
use std::fmt::Write as _;

/// Renamed features that are named one by one; past them the agent reads the list.
const NAMED: usize = 20;

/// Says an edit in one line.
pub(super) fn title(edit: &FeatureEdit, edited: &Edited) -> String {
    let place = |after: &Option<FeatureId>, first: &str| match after {
        Some(after) => format!("after {after}"),
        None => first.to_owned(),
    };
    match edit {
        FeatureEdit::Add { after, .. } => format!("add {} {}", edited.feature, place(after, "as the first")),
        FeatureEdit::Reword {
            feature, unproven: true, ..
        } => format!("reword {feature}, to be proven anew"),
        FeatureEdit::Reword { feature, .. } => format!("reword {feature}"),
        FeatureEdit::Split { feature, .. } => format!("split {feature} into {feature} and {}", edited.feature),
        FeatureEdit::Move { feature, after } => format!("move {feature} {}", place(after, "to the front")),
        FeatureEdit::Remove { feature } => format!("remove {feature}"),
        FeatureEdit::Flip {
            feature, passes: true, ..
        } => format!("{feature} passes"),
        FeatureEdit::Flip {
            feature, passes: false, ..
        } => format!("{feature} does not pass"),
    }
}

/// The message of its commit.
pub(super) fn message(title: &str, reason: &str) -> String {
    let subject = format!("features: {title} (by hand)");
    if reason.is_empty() {
        subject
    } else {
        format!("{subject}\n\n{reason}")
    }
}

/// What an agent that is at work is told.
#[must_use]
pub fn told(made: &Made) -> String {
    let edited = &made.edited;
    let mut told = format!("[harness] The human edited the feature list just now: {}", edited.title);
    if edited.reason.is_empty() {
        told.push('.');
    } else {
        let _ = write!(told, " ({}).", edited.reason);
    }
    match &edited.edit {
        FeatureEdit::Reword { feature, text, unproven } => {
            says(&mut told, &edited.id_now(feature), text);
            if *unproven {
                told.push_str("\nWhat it passed by was evidence of other words: it does not pass until it is proven by these.");
            }
        }
        FeatureEdit::Split { feature, first, second } => {
            says(&mut told, &edited.id_now(feature), first);
            told.push_str("\nThe new one behind it says:");
            body(&mut told, second);
        }
        FeatureEdit::Add { text, .. } => {
            told.push_str("\nThe new feature says:");
            body(&mut told, text);
        }
        FeatureEdit::Remove { feature } => {
            let _ = write!(told, "\n{feature} as you know it is asked for no more: build nothing for it.");
        }
        FeatureEdit::Move { .. } | FeatureEdit::Flip { .. } => {}
    }
    if !edited.renamed.is_empty() {
        told.push_str("\nFeatures have other ids now, use only these:");
        for one in edited.renamed.iter().take(NAMED) {
            let _ = write!(told, " {} is {},", one.from, one.to);
        }
        told.pop();
        told.push_str(if edited.renamed.len() > NAMED {
            " and so on; read the list."
        } else {
            "."
        });
    }
    told.push_str("\nThe list stands as it is now, and is committed if git tracks it. Go by it from here on.");
    told
}

fn says(told: &mut String, id: &FeatureId, text: &FeatureText) {
    let _ = write!(told, "\n{id} says now:");
    body(told, text);
}

fn body(told: &mut String, text: &FeatureText) {
    let _ = write!(told, " {}", text.description);
    for (number, step) in text.steps.iter().enumerate() {
        let _ = write!(told, "\n  {}. {step}", number + 1);
    }
}
