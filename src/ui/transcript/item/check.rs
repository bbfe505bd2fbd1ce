//! A recorded check that the harness ran.

use super::Scene;
use super::output;
use super::row::{NAME, Row, words};
use super::run::purpose;
use crate::protocol::event::RegressionTraced;
use crate::protocol::{CheckRun, CheckStep, StepRun};
use crate::ui::text::{Clean, Glyph, format, truncate_spans};
use crate::ui::theme::Slot;
use crate::ui::transcript::fold::Fold;
use ratatui::text::{Line, Span};

/// A run: its count, and what does not hold; opened, every step with what it printed.
pub(super) fn check(run: &CheckRun, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let failure = run.failure();
    let (mark, slot, state) = match failure {
        None => (Glyph::Pass, Slot::Pass, ("holds", Slot::Dim)),
        Some(_) => (Glyph::Fail, Slot::Fail, ("failed", Slot::Fail)),
    };
    let row = Row::new(scene.look, mark, slot)
        .word("check", Slot::Harness, NAME)
        .title(run.feature.as_str(), Slot::Bold)
        .title(&run.counts(), slot)
        .title(purpose(run.purpose), Slot::Text)
        .right(&format::duration_ms(run.duration_ms), Slot::Dim, 5)
        .state(state.0, state.1, 7);
    let mut lines = vec![row.line(scene.width)];
    let is_open = matches!(scene.fold, Fold::Open | Fold::Whole);
    if is_open {
        let went = run.steps.iter().map(Some).chain(std::iter::repeat(None));
        for (wanted, went) in run.check.steps.iter().zip(went) {
            step(wanted, went, scene, &mut lines);
        }
        for file in &run.files {
            let told = format!("kept {}, {}", file.path, format::bytes(file.bytes));
            lines.extend(words(&told, Slot::Dim, 2, scene));
        }
    }
    if let Some(failure) = failure.filter(|_| scene.fold != Fold::Shut) {
        lines.extend(words(&failure, Slot::Fail, 2, scene));
        let last = run.steps.last().map_or("", |step| step.output.text.as_str());
        if !is_open {
            lines.extend(output::last_words(last, 3, scene));
        }
    }
    lines
}

fn step(wanted: &CheckStep, went: Option<&StepRun>, scene: &Scene<'_>, lines: &mut Vec<Line<'static>>) {
    let look = scene.look;
    let (mark, slot) = match went {
        None => (Glyph::Todo, Slot::Dim),
        Some(went) if went.missing.is_empty() && went.exit_code == Some(wanted.exit) => (Glyph::Pass, Slot::Pass),
        Some(_) => (Glyph::Fail, Slot::Fail),
    };
    let mut spans = vec![
        Span::raw("  "),
        look.mark(mark, slot),
        Span::raw(" "),
        Clean::line(&wanted.command).span(look.style(Slot::Text)),
    ];
    if let Some(went) = went {
        let took = format!("  {}", format::duration_ms(went.duration_ms));
        spans.push(Span::styled(took, look.style(Slot::Dim)));
    }
    lines.push(Line::from(truncate_spans(spans, scene.width, look.glyph(Glyph::Ellipsis))));
    for text in &wanted.expect {
        let is_missing = went.is_some_and(|went| went.missing.contains(text));
        let (word, slot) = if is_missing {
            ("does not print", Slot::Fail)
        } else {
            ("must print", Slot::Dim)
        };
        lines.extend(words(&format!("{word} \"{}\"", text.trim()), slot, 4, scene));
    }
    if let Some(went) = went {
        lines.extend(output::opened(
            &went.output.text,
            Slot::ToolDetail,
            scene.fold == Fold::Whole,
            scene,
        ));
    }
}

/// What broke a feature.
pub(super) fn traced(traced: &RegressionTraced, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let tried = format::plural(traced.runs as usize, "state");
    let row = Row::new(scene.look, Glyph::Fact, Slot::Regressed)
        .word(traced.feature.as_str(), Slot::Bold, 0)
        .title(&traced.words(), Slot::Text)
        .right(&format!("{tried} tried"), Slot::Dim, 0)
        .right(&format::duration_ms(traced.duration_ms), Slot::Dim, 5);
    vec![row.line(scene.width)]
}
