//! Rust: `cargo nextest` where the project has a configuration for it, else `cargo test`, whose text is all that stable has.

use super::{Found, Root, Runner};

/// `cargo nextest run`.
pub(super) const NEXTEST: Runner = Runner {
    name: "cargo nextest",
    find: |root| {
        manifest(root)?;
        let config = [".config/nextest.toml", ".config/nextest"]
            .into_iter()
            .find(|path| root.is_file(path))?;
        root.has_program("cargo-nextest").then(|| {
            Found::new(
                format!("cargo nextest run --no-fail-fast{}", workspace(root)),
                format!("Cargo.toml and {config}, and cargo-nextest is installed"),
            )
        })
    },
};

/// `cargo test`.
pub(super) const TEST: Runner = Runner {
    name: "cargo test",
    find: |root| {
        manifest(root)?;
        Some(Found::new(
            format!("cargo test --no-fail-fast{}", workspace(root)),
            "there is a Cargo.toml",
        ))
    },
};

fn manifest(root: &Root) -> Option<String> {
    root.text("Cargo.toml")
        .filter(|text| text.contains("[package]") || text.contains("[workspace]"))
}

/// A package at the root of a workspace is all that cargo tests unless it is told otherwise.
fn workspace(root: &Root) -> &'static str {
    let heads = |text: &str, head| text.lines().any(|line| line.trim() == head);
    match manifest(root) {
        Some(text) if heads(&text, "[package]") && heads(&text, "[workspace]") => " --workspace",
        _ => "",
    }
}
