//! Which role the next session has. Pure.
//!
//! Does not own which feature it takes ([`crate::session::State::next_feature`]). Invariant: the list's features alone and whether anything is
//! committed decide.

use crate::protocol::{Feature, Role};

/// Which role the next session has. A list without any commit is what an initializer left that was cut off: it is not done.
#[must_use]
pub const fn role(features: &[Feature], has_commit: bool) -> Role {
    if features.is_empty() || !has_commit {
        Role::Initializer
    } else {
        Role::Coding
    }
}
