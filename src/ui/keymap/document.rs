//! The table as documentation: the README's key list and the commented key file that ships.

use super::action::Context;
use super::table::TABLE;
use super::{Keymap, Preset};
use std::fmt::Write;

/// Prints the keys as Markdown tables, one for each place where keys apply.
#[must_use]
pub fn markdown() -> String {
    let keymap = Keymap::preset(Preset::Default);
    let mut out = String::new();
    for context in Context::ALL {
        let rows: Vec<_> = TABLE
            .iter()
            .filter(|entry| entry.contexts.first() == Some(&context))
            .collect();
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(out, "| {} | |\n|---|---|", sentence_case(context.title()));
        for entry in rows {
            let keys: Vec<_> = keymap
                .keys(entry.action)
                .map(|keys| format!("`{}`", escape(&keys.to_string())))
                .collect();
            let vim = if entry.vim.is_empty() {
                String::new()
            } else {
                let vim: Vec<_> = entry
                    .vim
                    .iter()
                    .map(|keys| format!("`{}`", keys.replace("z ", "z").replace("g ", "g")))
                    .collect();
                format!(" (vim: {})", vim.join(" "))
            };
            let _ = writeln!(out, "| {}{} | {} |", keys.join(" "), vim, escape(entry.about));
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// Prints `assets/keymap.default.toml`: every action with its keys, commented out with `#: `.
#[must_use]
pub fn key_file() -> String {
    let mut out = String::from(
        "# The keys of longhaul. Copy this file to keymap.toml beside your config.toml and change what you like.\n\
         # Keys: a character, or Enter Esc Tab Space Backspace Up Down Left Right Home End PgUp PgDn F1..F12,\n\
         # with C- (Ctrl), A- (Alt) or S- (Shift) before it. A space makes a sequence: \"] e\".\n\
         # A key that would mean two things in one place is refused when longhaul starts.\n\n\
         # \"default\", or \"vim\" which adds za zM zR, gt gT and C-w h j k l w o.\n\
         preset = \"default\"\n\n[keys]\n",
    );
    for entry in TABLE {
        let keys: Vec<_> = entry.keys.iter().map(|key| format!("{key:?}")).collect();
        let _ = writeln!(out, "# {}\n#: {} = [{}]", entry.about, entry.name, keys.join(", "));
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|")
}

fn sentence_case(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// Rewrites the part of a file that is generated, or says that it is stale.
    fn check(path: &Path, wanted: &str) {
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, wanted).unwrap();
        }
        let found = std::fs::read_to_string(path).unwrap();
        assert!(
            found == wanted,
            "{} is stale: run `UPDATE_DOCS=1 cargo test docs`",
            path.display()
        );
    }

    #[test]
    fn docs_key_file_is_current() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/keymap.default.toml");
        check(&path, &key_file());
    }
}
