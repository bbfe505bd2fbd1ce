//! What a run of a recorded check left: what each step printed, and the files that it kept.
//!
//! Owns the text for the feature's page, in short, and for the run's own page, whole. Does not fetch anything; it says which blobs it
//! needs. Invariant: nothing of another program is shown but through the sanitizer; what is no text is named with its path instead.

use super::sheet::Sheet;
use crate::protocol::{BlobId, CheckRun, FeatureId, KeptFile, Payload, Seq, SessionNo};
use crate::ui::model::{Loaded, Model};
use crate::ui::text::{Clean, Look, format};
use crate::ui::theme::Slot;
use ratatui::text::Span;

/// Lines that the feature's page shows of what a step printed.
const SHOWN: usize = 6;

/// Finds the latest run of a feature's check, with the session and the event that tell it.
#[must_use]
pub fn latest<'a>(model: &'a Model, id: &FeatureId) -> Option<(&'a CheckRun, SessionNo, Seq)> {
    let kept = model.state.check_of(model.state.features.get(id)?)?;
    let run = model.state.check_run(id, &kept.last)?;
    Some((run, kept.last.session, kept.last.seq))
}

/// Lists what must be fetched to show a run whole.
#[must_use]
pub fn blobs(run: &CheckRun) -> Vec<BlobId> {
    let outputs = run.steps.iter().filter_map(|step| step.output.blob.clone());
    outputs.chain(run.files.iter().filter_map(|file| file.blob.clone())).collect()
}

/// Says whether all of that is there, or known to be lost.
#[must_use]
pub fn is_fetched(model: &Model, run: &CheckRun) -> bool {
    let there = |blob: &BlobId| model.blobs.get(blob).is_some_and(|found| *found != Loaded::Pending);
    blobs(run).iter().all(there)
}

/// Shows a run in short: how each step ended, the first lines that it printed, and the files.
pub fn short(sheet: &mut Sheet<'_>, model: &Model, run: &CheckRun, look: &Look<'_>) {
    for (index, step) in run.steps.iter().enumerate() {
        let end = match (step.timed_out, step.exit_code) {
            (true, _) => "stopped by its time limit".to_owned(),
            (false, Some(code)) => format!("exit {code}"),
            (false, None) => "killed".to_owned(),
        };
        let lead = Span::styled(format!("{:>2}. ", index + 1), look.style(Slot::Dim));
        let text = &step.output.text;
        let told = if text.trim().is_empty() {
            ", printed nothing"
        } else {
            ", printed:"
        };
        let end = format!("{end} after {}{told}", format::duration_ms(step.duration_ms));
        sheet.item(vec![lead], &[Span::styled(end, look.style(Slot::Text))]);
        let lines = text.trim_end().lines();
        for line in lines.clone().take(SHOWN) {
            sheet.item(
                vec![Span::raw("    ")],
                &[Clean::line(line).span(look.style(Slot::ToolDetail))],
            );
        }
        let more = lines.count().saturating_sub(SHOWN);
        if more > 0 {
            sheet.text(
                &format!(
                    "    {} {} more",
                    look.glyph(crate::ui::text::Glyph::Ellipsis),
                    format::plural(more, "line")
                ),
                Slot::Dim,
            );
        }
    }
    for file in &run.files {
        facts(sheet, model, file);
    }
}

/// Shows what the run's own page has beyond its entry: outputs that the entry holds in part, and the files with their text.
pub fn whole(sheet: &mut Sheet<'_>, model: &Model, run: &CheckRun) {
    for (wanted, step) in run.check.steps.iter().zip(&run.steps) {
        let Payload { blob: Some(blob), .. } = &step.output else {
            continue;
        };
        sheet.heading("All that it printed");
        sheet.fact("command", &wanted.command);
        match model.blobs.get(blob) {
            Some(Loaded::Ready(text)) => sheet.output(text, Slot::Text),
            Some(Loaded::Failed(reason)) => sheet.text(&format!("It cannot be had: {reason}"), Slot::Warning),
            Some(Loaded::Pending) | None => sheet.text(&format!("Fetching {}.", format::bytes(step.output.bytes)), Slot::Dim),
        }
    }
    for file in &run.files {
        sheet.heading("Kept file");
        facts(sheet, model, file);
        let found = file.blob.as_ref().and_then(|blob| model.blobs.get(blob));
        match found {
            Some(Loaded::Ready(text)) if is_text(text) => {
                sheet.gap();
                sheet.output(text, Slot::Text);
            }
            Some(Loaded::Failed(reason)) => sheet.text(&format!("It cannot be had: {reason}"), Slot::Warning),
            Some(_) | None => {}
        }
    }
}

/// A kept file: its name, size and kind, and where its bytes lie.
fn facts(sheet: &mut Sheet<'_>, model: &Model, file: &KeptFile) {
    let found = file.blob.as_ref().and_then(|blob| model.blobs.get(blob));
    let kind = match found {
        Some(Loaded::Ready(text)) if is_text(text) => ", text",
        Some(Loaded::Ready(_)) => kind(&file.path),
        _ => "",
    };
    sheet.fact("keeps", &format!("{}, {}{kind}", file.path, format::bytes(file.bytes)));
    let path = file.blob.as_ref().and_then(|blob| model.blob_paths.get(blob));
    match (&file.blob, path) {
        (None, _) => sheet.fact("at", "nowhere: its bytes were not kept"),
        (Some(_), Some(path)) => sheet.fact("at", path),
        (Some(_), None) => {}
    }
}

/// Whether bytes that were read as text are such.
fn is_text(text: &str) -> bool {
    !text.contains(['\0', char::REPLACEMENT_CHARACTER])
}

/// What a file that is no text is called, by its ending.
fn kind(path: &str) -> &'static str {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    match ending.as_str() {
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "bmp" | "svg" => ", an image",
        "pdf" => ", a PDF",
        "zip" | "gz" | "tar" | "tgz" | "xz" | "zst" => ", an archive",
        _ => ", not text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::event::{CheckRan, FeatureListLoaded};
    use crate::protocol::{Answer, Check, CheckStep, Query, StepRun, TestPurpose};
    use crate::ui::msg::Effect;
    use crate::ui::testing::{keys, screen, tell, undisturbed};
    use crate::ui::update::open;

    fn run(feature: FeatureId) -> CheckRun {
        let file = |path: &str, blob: &str| KeptFile {
            path: path.into(),
            bytes: 2_048,
            blob: Some(BlobId(blob.into())),
        };
        let many: String = (1..=40).map(|n| format!("line {n}\n")).collect();
        CheckRun {
            feature,
            purpose: TestPurpose::Evidence,
            tree: Some("5ab91e2f00".into()),
            check: Check {
                steps: vec![CheckStep {
                    command: "./notes export".into(),
                    expect: vec!["line 1".into()],
                    exit: 0,
                }],
                files: vec!["out.txt".into(), "shot.png".into()],
            },
            steps: vec![StepRun {
                exit_code: Some(0),
                timed_out: false,
                missing: Vec::new(),
                duration_ms: 120,
                output: Payload {
                    text: format!("\u{1b}[31mred\u{1b}[0m\n{many}"),
                    bytes: 500_000,
                    blob: Some(BlobId("whole".into())),
                },
            }],
            files: vec![file("out.txt", "text"), file("shot.png", "image")],
            amiss: Vec::new(),
            duration_ms: 140,
        }
    }

    #[test]
    fn what_a_check_printed_and_kept_is_shown_with_its_path_and_opened_whole() {
        let mut model = undisturbed((120, 200));
        let mut features: Vec<_> = model.state.features.rows.iter().map(|row| row.feature.clone()).collect();
        features[0].tests.clear();
        let id = features[0].id.clone();
        let path = model.state.features.path.clone();
        tell(
            &mut model,
            FeatureListLoaded {
                path,
                features,
                notices: Vec::new(),
            },
        );
        tell(&mut model, CheckRan { run: run(id.clone()) });
        model
            .pages
            .push(crate::ui::model::Page::new(crate::ui::model::Subject::Feature(id)));
        let mut effects = Vec::new();
        open::look_up_what_is_shown(&mut model, &mut effects);
        let asked = |effects: &[Effect], name: &str| {
            let wanted = Query::Blob {
                blob: BlobId(name.into()),
            };
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::Ask(query) if *query == wanted))
        };
        assert!(asked(&effects, "text") && asked(&effects, "image"), "{effects:?}");
        for (name, text) in [
            ("text", "kept words\n"),
            ("image", "\u{fffd}PNG\0"),
            ("whole", "the very end\n"),
        ] {
            let blob = BlobId(name.into());
            let answer = Answer::Blob {
                text: text.into(),
                path: format!("/state/blobs/{name}"),
            };
            open::file(&mut model, Query::Blob { blob }, answer);
        }
        let page = screen(&mut model);
        for told in [
            "exit 0 after 0.1s, printed:",
            "line 5",
            "35 lines more",
            "out.txt, 2 KB, text",
            "/state/blobs/text",
            "shot.png, 2 KB, an image",
            "/state/blobs/image",
            "Enter opens the whole of it",
        ] {
            assert!(page.contains(told), "{told}: {page}");
        }
        assert!(!page.contains("line 6\n") && !page.contains('\u{1b}'), "{page}");
        keys(&mut model, "Enter");
        let page = screen(&mut model);
        for told in ["./notes export", "the very end", "kept words", "/state/blobs/image"] {
            assert!(page.contains(told), "{told}: {page}");
        }
    }
}
