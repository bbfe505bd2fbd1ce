//! Go: `go test` with its events.

use super::{Found, Runner};

/// `go test -json`.
pub(super) const GO: Runner = Runner {
    name: "go test",
    find: |root| {
        let file = root.first(&["go.mod", "go.work"])?;
        Some(Found::new("go test -json ./...", format!("there is a {file}")))
    },
};
