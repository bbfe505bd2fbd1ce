//! `make test`: whatever the project's own Makefile does.

use super::{Found, Runner};

/// `make test`.
pub(super) const MAKE: Runner = Runner {
    name: "make test",
    find: |root| {
        // The order in which make itself looks.
        let file = root.first(&["GNUmakefile", "makefile", "Makefile"])?;
        let text = root.text(file)?;
        let target = ["test", "check"].into_iter().find(|target| has_target(&text, target))?;
        Some(Found::new(
            format!("make {target}"),
            format!("{file} has a target `{target}`"),
        ))
    },
};

fn has_target(text: &str, target: &str) -> bool {
    text.lines().any(|line| {
        line.split_once(':').is_some_and(|(targets, rest)| {
            !line.starts_with(['\t', '#', ' ', '.'])
                && !rest.starts_with('=')
                && targets.split_whitespace().any(|name| name == target)
        })
    })
}
