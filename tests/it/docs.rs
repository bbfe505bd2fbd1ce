//! What README.md says of keys, settings and exit codes is made from the tables that the program itself uses.
//! `UPDATE_DOCS=1 cargo test docs` rewrites it.

use longhaul::cli::exit;
use longhaul::{config, ui};
use std::fmt::Write;
use std::path::Path;

fn check(section: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (open, close) = (format!("<!-- {section} -->\n"), format!("<!-- /{section} -->"));
    let start = readme.find(&open).unwrap_or_else(|| panic!("README.md has no {open}")) + open.len();
    let end = readme.find(&close).unwrap_or_else(|| panic!("README.md has no {close}"));
    if &readme[start..end] == wanted {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_DOCS").is_some(),
        "README.md: {section} is stale; run `UPDATE_DOCS=1 cargo test docs -- --test-threads=1`"
    );
    std::fs::write(&path, format!("{}{wanted}{}", &readme[..start], &readme[end..])).unwrap();
}

#[test]
fn docs_readme_keys() {
    check("keys", &ui::keymap::document::markdown());
}

#[test]
fn docs_readme_config() {
    let mut wanted = String::from("| Setting | Built-in | |\n|---|---|---|\n");
    for key in config::reference() {
        let value = if key.unset {
            format!("unset, such as `{}`", key.value)
        } else {
            format!("`{}`", key.value)
        };
        let _ = writeln!(
            wanted,
            "| `{}` | {} | {} |",
            key.key,
            value.replace('|', "\\|"),
            key.text.replace('|', "\\|")
        );
    }
    check("config", &wanted);
}

#[test]
fn docs_readme_exit_codes() {
    let mut wanted = String::from("| Code | |\n|---|---|\n");
    for (_, code, meaning) in exit::TABLE {
        let _ = writeln!(wanted, "| {code} | {meaning} |");
    }
    check("exit", &wanted);
}

#[test]
fn docs_changelog_names_this_version() {
    let changelog = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("CHANGELOG.md")).unwrap();
    assert!(changelog.contains(&format!("## {}", env!("CARGO_PKG_VERSION"))));
}
