//! The parts of an orientation, one function each.

use super::OrientInput;
use super::left_behind;
use crate::harness::{NOTES, notes};
use crate::protocol::event::OrientationPart;
use crate::protocol::{CaseStatus, Feature, FeatureStatus};
use std::fmt::Write as _;
use std::fs;

fn part(name: &str, command: &str, text: String) -> Option<OrientationPart> {
    (!text.trim().is_empty()).then(|| OrientationPart {
        name: name.into(),
        command: command.into(),
        text,
    })
}

/// Entries of the working directory shown.
const LISTED: usize = 60;

pub(super) fn directory(input: &OrientInput<'_>) -> Option<OrientationPart> {
    let mut names: Vec<String> = fs::read_dir(input.workspace)
        .map(|entries| {
            let named = |entry: fs::DirEntry| {
                let slash = if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    "/"
                } else {
                    ""
                };
                format!("{}{slash}", entry.file_name().to_string_lossy())
            };
            entries
                .filter_map(Result::ok)
                .map(named)
                .filter(|name| name != ".git/" && name != ".git")
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    let left = names.len().saturating_sub(LISTED);
    names.truncate(LISTED);
    let mut text = format!("{}\n", input.workspace.display());
    text.push_str(&if names.is_empty() {
        "(empty)".to_owned()
    } else {
        names.join("  ")
    });
    if left > 0 {
        let _ = write!(text, "  and {left} more");
    }
    part("working directory", "pwd; ls", text)
}

/// Failing features named after the summary.
const FAILING_SHOWN: usize = 12;

pub(super) fn feature_list(input: &OrientInput<'_>) -> Option<OrientationPart> {
    if input.features.is_empty() {
        return None;
    }
    let open: Vec<&Feature> = input
        .features
        .iter()
        .filter(|feature| feature.status != FeatureStatus::Passing)
        .collect();
    let passing = input.features.len() - open.len();
    let mut text = format!("{}: {passing} of {} pass.\n", input.feature_list, input.features.len());
    let done: Vec<&str> = input
        .features
        .iter()
        .filter(|f| f.status == FeatureStatus::Passing)
        .map(|f| f.id.as_str())
        .collect();
    if !done.is_empty() {
        let _ = writeln!(text, "Passing: {}", spans(&done));
    }
    if !open.is_empty() {
        text.push_str("Not passing, most important first:\n");
    }
    for feature in open.iter().take(FAILING_SHOWN) {
        let mark = if input.next.is_some_and(|next| next.id == feature.id) {
            "→"
        } else {
            "-"
        };
        let _ = writeln!(text, "{mark} {} {}", feature.id, short(&feature.description, 110));
    }
    if open.len() > FAILING_SHOWN {
        let _ = writeln!(text, "… and {} more in the file", open.len() - FAILING_SHOWN);
    }
    part("feature list", "", text)
}

/// Ids, at most 30 of them.
fn spans(ids: &[&str]) -> String {
    let shown = ids.iter().take(30).copied().collect::<Vec<_>>().join(" ");
    if ids.len() > 30 {
        format!("{shown} and {} more", ids.len() - 30)
    } else {
        shown
    }
}

fn short(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or("").trim_end()),
        None => line,
    }
}

pub(super) fn notes(input: &OrientInput<'_>) -> Option<OrientationPart> {
    let text = notes::newest(input.notes?, input.cap);
    part("progress notes", &format!("tail {NOTES}"), text)
}

pub(super) fn git_log(input: &OrientInput<'_>) -> Option<OrientationPart> {
    let repository = input.repository?;
    let mut text = String::new();
    if repository.commits.is_empty() {
        text.push_str("no commit yet");
    }
    for commit in repository.commits.iter().take(20) {
        let _ = writeln!(text, "{} {}", commit.id.short(), short(&commit.subject, 100));
    }
    part("git log", "git log --oneline -20", text)
}

pub(super) fn git_status(input: &OrientInput<'_>) -> Option<OrientationPart> {
    let repository = input.repository?;
    let mut text = format!("On branch {}. ", repository.branch);
    if repository.dirty.is_empty() {
        text.push_str("Nothing uncommitted.");
    } else {
        let own = |line: &&String| input.own_flips && line.split_once(' ').is_some_and(|(_, path)| path == input.feature_list);
        let (own, rest): (Vec<&String>, Vec<&String>) = repository.dirty.iter().partition(own);
        if !own.is_empty() {
            let _ = writeln!(
                text,
                "{}: features set back by the harness, which go along with your next commit.",
                input.feature_list
            );
        }
        let known = |line: &&String| input.left.is_some_and(|(_, left)| left.contains(line));
        let (left, other): (Vec<&String>, Vec<&String>) = rest.into_iter().partition(known);
        if let Some((session, _)) = input.left.filter(|_| !left.is_empty()) {
            uncommitted(
                &mut text,
                &format!("Left uncommitted when session {} ended", session.0),
                &left,
            );
        }
        if !other.is_empty() {
            uncommitted(&mut text, "Left uncommitted by somebody before this session", &other);
        }
    }
    part("git status", "git status --short", text)
}

fn uncommitted(text: &mut String, heading: &str, lines: &[&String]) {
    let _ = writeln!(text, "{heading}:");
    for line in lines.iter().take(30) {
        let _ = writeln!(text, "{line}");
    }
    if lines.len() > 30 {
        let _ = writeln!(text, "… and {} more", lines.len() - 30);
    }
}

/// Failing tests told with their details.
const FAILURES_SHOWN: usize = 10;

pub(super) fn tests(input: &OrientInput<'_>) -> Option<OrientationPart> {
    let run = input.tests?;
    let totals = run.totals();
    let end = match (run.cut(), run.exit_code) {
        (Some(cut), _) => format!("it was {cut}, and of the tests that it did not get to nothing is known"),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => "it was killed".to_owned(),
    };
    let mut text = format!(
        "{} passed, {} failed, {} skipped; {end}.\n",
        totals.passed, totals.failed, totals.skipped
    );
    let regressed = |name: &str| {
        input
            .features
            .iter()
            .any(|f| f.status == FeatureStatus::Passing && crate::verify::names(f, name))
    };
    let mut failed: Vec<_> = run.cases.iter().filter(|case| case.status == CaseStatus::Failed).collect();
    // What worked before comes first: it is to be mended before anything new.
    failed.sort_by_key(|case| !regressed(&case.name));
    for case in failed.iter().take(FAILURES_SHOWN) {
        let mark = if regressed(&case.name) {
            " (of a feature marked as passing)"
        } else {
            ""
        };
        let _ = writeln!(text, "FAILED {}{mark}", short(&case.name, 150));
        if regressed(&case.name) {
            for line in case.detail.lines().take(4) {
                let _ = writeln!(text, "    {}", short(line, 150));
            }
        }
    }
    if crate::verify::broken::broke_off(run) {
        for line in crate::verify::broken::printed(run, FAILURES_SHOWN) {
            let _ = writeln!(text, "    {line}");
        }
    }
    if failed.len() > FAILURES_SHOWN {
        let _ = writeln!(text, "… and {} more failures", failed.len() - FAILURES_SHOWN);
    }
    part("smoke test", &run.command, text)
}

pub(super) fn feature_files(input: &OrientInput<'_>) -> Option<OrientationPart> {
    let next = input.next?;
    let mut text = String::new();
    for name in next.files.iter().chain(&next.tests).take(30) {
        // Names come from a file that anybody may have written: nothing outside the workspace is looked at.
        let path = std::path::Path::new(name);
        let inside = path
            .components()
            .all(|part| matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir));
        if !inside {
            continue;
        }
        let path = input.workspace.join(path);
        match fs::metadata(&path) {
            Ok(meta) if meta.is_file() && meta.len() <= 2_000_000 => {
                let lines = fs::read(&path).map_or(0, |bytes| memchr::memchr_iter(b'\n', &bytes).count());
                let _ = writeln!(text, "{name}: {lines} lines");
            }
            Ok(meta) if meta.is_file() => {
                let _ = writeln!(text, "{name}: {} MB", meta.len() / 1_000_000);
            }
            Ok(_) => {
                let _ = writeln!(text, "{name}: a directory");
            }
            Err(_) => {
                let _ = writeln!(text, "{name}: not there yet");
            }
        }
    }
    part(&format!("files of {}", next.id), "", text)
}

pub(super) fn left_behind(input: &OrientInput<'_>) -> Option<OrientationPart> {
    let marks = left_behind::scan(input.workspace, &[input.feature_list, NOTES]);
    let mut text = marks.shown.join("\n");
    if marks.total > marks.shown.len() {
        let _ = write!(text, "\n… and {} more", marks.total - marks.shown.len());
    }
    if marks.cut {
        text.push_str("\n(not every file was looked into)");
    }
    part("left behind", "grep -rnwE 'TODO|FIXME' .", text)
}

pub(super) fn init(input: &OrientInput<'_>) -> Option<OrientationPart> {
    let command = input.init?;
    part("start", "", format!("The project is started with `{command}`."))
}
