//! What is told of features whose work nobody has committed.

use crate::protocol::event::{FeatureFlipped, OrientationPart};
use crate::session::State;

/// Tells of features that were shown to work and are in no commit: they are not broken.
#[must_use]
pub fn uncommitted(state: &State) -> Option<OrientationPart> {
    let rows = state.features.rows.iter().filter(|row| state.is_uncommitted(row));
    let (ids, seen): (Vec<&str>, Vec<Option<String>>) = rows
        .map(|row| {
            let seen = state.last_flip(row).and_then(|flip| FeatureFlipped::seen_lost(&flip.reason));
            let id = row.feature.id.as_str();
            (id, seen.map(|seen| format!("{id}: {seen}")))
        })
        .unzip();
    let seen: Vec<String> = seen.into_iter().flatten().collect();
    let found = match seen.as_slice() {
        [] => "Nothing of it was seen to fail.".to_owned(),
        seen => format!("It is not in the files any more, or not whole ({}).", seen.join("; ")),
    };
    (!ids.is_empty()).then(|| OrientationPart {
        name: "not committed".to_owned(),
        command: String::new(),
        text: format!(
            "Shown to work, and never committed, for a commit was denied or the run ended before it: {}. {found} Look at `git status` and at \
             what the human said; what is sound of it, claim again and commit.",
            ids.join(", ")
        ),
    })
}
