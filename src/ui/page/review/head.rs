//! The facts that a change is judged by: tests on exactly this tree, what the guards found, what it cost.
//!
//! Invariant: nothing is called good that is not known; what is stale, missing or wrong is loud and says so in words.

use super::{Outline, found, label, particulars};
use crate::protocol::event::{CommitFacts, GateKind};
use crate::protocol::{Oid, TestTotals};
use crate::session::state::Totals;
use crate::ui::model::Model;
use crate::ui::model::review::{Extent, Review, Target};
use crate::ui::page::item_at;
use crate::ui::pane::header::money;
use crate::ui::text::{Clean, Glyph, Look, Wrap, format};
use crate::ui::theme::Slot;
use ratatui::text::{Line, Span};

/// What the facts say of how much was seen.
#[derive(Clone, Copy)]
pub(super) enum Tally<'a> {
    /// The change is not counted yet; the words stand there all the same, so that nothing moves when it is.
    Later,
    /// So many hunks.
    Of(&'a Outline),
    /// It stands elsewhere on the screen.
    Elsewhere,
}

/// Returns left and right of the page's first row.
pub(super) fn title(model: &Model, review: &Review, width: u16, look: &Look<'_>) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
    let bold = |text: String| Clean::line(&text).span(look.style(Slot::TitleFocused));
    let text = |text: &str| Clean::line(text).span(look.style(Slot::Text));
    let roomy = width >= 60;
    let (place, all) = model.place_of(&review.target);
    match (&review.target, &review.gate) {
        (Target::Gate(gate), Some(open)) => {
            let count = if all > 1 {
                format!(" {place} of {all}")
            } else {
                String::new()
            };
            let mut left = vec![Span::raw(" "), bold(format!("Review{count}")), Span::raw("  ")];
            left.push(text(kind(open.opened.what)));
            let feature = open.opened.commit.as_ref().and_then(|facts| facts.feature.as_ref());
            if let Some(feature) = feature {
                left.push(Span::styled(" for ", look.style(Slot::Text)));
                left.push(Clean::line(feature.as_str()).span(look.style(Slot::Bold)));
                if let Some(row) = model.state.features.get(feature).filter(|_| roomy) {
                    left.push(text(&format!(" {}", row.feature.description)));
                }
            }
            let age = look.now.map(|now| format::minutes(open.since, now)).unwrap_or_default();
            let waits = if roomy {
                format!("waiting {age}   {gate} ")
            } else {
                format!("{age}  {gate} ")
            };
            (left, vec![Span::styled(waits, look.style(Slot::Warning))])
        }
        (Target::Commit(commit), _) => {
            let owed = model.state.debts.iter().find(|debt| &debt.commit == commit);
            let count = if all > 1 {
                format!(" {place} of {all}")
            } else {
                String::new()
            };
            let left = vec![
                Span::raw(" "),
                bold(format!("Looking back{count}")),
                text(&format!("  commit {}", commit.short())),
            ];
            let right = owed.map(|debt| {
                let hunks = format::plural(model.unseen_of(debt) as usize, "hunk");
                if roomy {
                    format!("{hunks} not seen by anyone ")
                } else {
                    format!("{hunks} unseen ")
                }
            });
            let right = right.map(|text| Span::styled(text, look.style(Slot::Warning)));
            (left, right.into_iter().collect())
        }
        (Target::Gate(gate), None) => (vec![Span::raw(" "), bold(gate.to_string())], Vec::new()),
    }
}

const fn kind(kind: GateKind) -> &'static str {
    match kind {
        GateKind::Commit => "commit",
        GateKind::Command => "a shell command",
        GateKind::Artifact => "a change of what is guarded",
        GateKind::Limit => "work past a limit",
    }
}

/// Lays the facts out. The counts of what was seen need the change's outline.
pub(super) fn facts(model: &Model, review: &Review, tally: Tally<'_>, width: u16, look: &Look<'_>) -> Vec<Line<'static>> {
    let mut rows = Rows {
        lines: Vec::new(),
        width: usize::from(width.saturating_sub(1)),
        look,
    };
    match (&review.gate, &review.target) {
        (Some(open), _) => {
            if let Some(facts) = &open.opened.commit {
                tests(model, facts, open.opened.tree.as_ref(), &mut rows);
                found::facts(facts, &mut rows);
            }
            particulars::facts(review, open, &mut rows);
            cost(model, review, tally, &mut rows);
        }
        (None, Target::Commit(commit)) => {
            if let Some((told, is_strange)) = model.maker(commit) {
                let slot = if is_strange { Slot::Warning } else { Slot::Text };
                rows.row(None, "made by", &[Clean::line(&told).span(look.style(slot))]);
            }
            if let Some(made) = model.made(commit) {
                let spans = match made.made.tests_after {
                    Some(after) => totals(made.made.tests_before, after, look, " on exactly this tree"),
                    None => vec![Span::styled("none were run", look.style(Slot::Dim))],
                };
                rows.row(Some(good(made.made.tests_after)), "tests", &spans);
                if let Some(facts) = &made.facts {
                    found::of_made(facts, &mut rows);
                }
            }
            cost(model, review, tally, &mut rows);
        }
        (None, Target::Gate(_)) => {}
    }
    rows.lines
}

fn good(after: Option<TestTotals>) -> bool {
    after.is_some_and(|after| after.failed == 0 && after.total() > 0)
}

/// The facts, line by line.
pub(super) struct Rows<'a> {
    lines: Vec<Line<'static>>,
    width: usize,
    pub(super) look: &'a Look<'a>,
}

impl Rows<'_> {
    /// Adds a fact behind its mark and its label.
    pub(super) fn row(&mut self, good: Option<bool>, name: &'static str, spans: &[Span<'static>]) {
        let mark = match good {
            Some(true) => self.look.mark(Glyph::Pass, Slot::Pass),
            Some(false) => self.look.mark(Glyph::Fail, Slot::Fail),
            None => Span::raw(" "),
        };
        let first = [Span::raw(" "), mark, Span::raw(" "), label(name, self.look)];
        let rest = [Span::raw(" ".repeat(3 + 9))];
        let wrap = Wrap {
            width: self.width,
            first: &first,
            rest: &rest,
        };
        self.lines.extend(wrap.words(spans));
    }
}

fn totals(before: Option<TestTotals>, after: TestTotals, look: &Look<'_>, place: &str) -> Vec<Span<'static>> {
    let word = |totals: TestTotals| format!("{}/{}", totals.passed, totals.total());
    let slot = if after.failed == 0 { Slot::Pass } else { Slot::Fail };
    let mut spans = vec![Span::styled(word(after), look.style(slot))];
    if after.failed > 0 {
        spans.push(Span::styled(format!(", {} fail", after.failed), look.style(Slot::Fail)));
    }
    if after.skipped > 0 {
        spans.push(Span::styled(format!(", {} skipped", after.skipped), look.style(Slot::Text)));
    }
    spans.push(Clean::line(place).span(look.style(Slot::Text)));
    if let Some(before) = before {
        spans.push(Span::styled(format!("   before {}", word(before)), look.style(Slot::Dim)));
        let (now, then) = (after.total(), before.total());
        if now != then {
            let sign = if now > then { '+' } else { '-' };
            let slot = if now > then { Slot::Text } else { Slot::Warning };
            let word = if now > then { "new" } else { "fewer" };
            spans.push(Span::styled(
                format!("   {sign}{} {word}", now.abs_diff(then)),
                look.style(slot),
            ));
        }
    }
    spans
}

fn tests(model: &Model, facts: &CommitFacts, tree: Option<&Oid>, rows: &mut Rows<'_>) {
    let look = rows.look;
    let Some(after) = facts.tests_after else {
        return uncounted(model, facts, tree, rows);
    };
    let age = age_of(model, facts.tested_tree.as_ref(), look).unwrap_or_default();
    if facts.tested_tree.is_some() && facts.tested_tree.as_ref() == tree {
        let place = format!(" on exactly this tree {}{age}", tree.map_or("", Oid::short));
        return rows.row(
            Some(good(Some(after))),
            "tests",
            &totals(facts.tests_before, after, look, &place),
        );
    }
    let place = match &facts.tested_tree {
        Some(tree) => format!(" on tree {}{age}", tree.short()),
        None => " on a tree that is not known".to_owned(),
    };
    let mut spans = vec![Span::styled(" STALE ", look.style(Slot::Badge)), Span::raw(" ")];
    spans.extend(totals(facts.tests_before, after, look, &place));
    let this = tree.map(|tree| format!("   this is {}", tree.short())).unwrap_or_default();
    spans.push(Clean::line(&this).span(look.style(Slot::Warning)));
    rows.row(Some(false), "tests", &spans);
}

/// Tells of tests that were not run, or of a run that names no single test.
fn uncounted(model: &Model, facts: &CommitFacts, tree: Option<&Oid>, rows: &mut Rows<'_>) {
    let look = rows.look;
    let run = model.state.tests.latest.as_ref().map(|(_, _, run)| run);
    let run = run.filter(|run| run.tree.is_some() && run.tree == facts.tested_tree);
    let (good, text) = match (&facts.tested_tree, run) {
        (None, _) => (false, "none were run: nothing is known of this tree".to_owned()),
        (Some(tested), _) if Some(tested) != tree => (false, format!("STALE: run on tree {}, this is another", tested.short())),
        (Some(tested), Some(run)) => {
            let end = run
                .exit_code
                .map_or_else(|| "killed".to_owned(), |code| format!("exit {code}"));
            let good = run.exit_code == Some(0);
            (
                good,
                format!(
                    "{end} on exactly this tree {}; the command names no single test",
                    tested.short()
                ),
            )
        }
        (Some(tested), None) => (
            false,
            format!("run on exactly this tree {}, but nothing was counted", tested.short()),
        ),
    };
    let slot = if good { Slot::Pass } else { Slot::Warning };
    rows.row(Some(good), "tests", &[Clean::line(&text).span(look.style(slot))]);
}

/// How long ago the tree was tested, if the latest run is that one.
fn age_of(model: &Model, tree: Option<&Oid>, look: &Look<'_>) -> Option<String> {
    let (session, seq, run) = model.state.tests.latest.as_ref()?;
    if run.tree.is_none() || run.tree.as_ref() != tree {
        return None;
    }
    let item = item_at(model.state.session(*session)?, *seq)?;
    Some(format!(", {} ago", format::minutes(item.time, look.now?)))
}

fn cost(model: &Model, review: &Review, tally: Tally<'_>, rows: &mut Rows<'_>) {
    let look = rows.look;
    let mut spans = Vec::new();
    let facts = review.gate.as_ref().and_then(|open| open.opened.commit.as_ref());
    let made = match &review.target {
        Target::Commit(commit) => model.made(commit).map(|made| &made.made),
        Target::Gate(_) => None,
    };
    let feature = facts
        .and_then(|facts| facts.feature.as_ref())
        .or(made.and_then(|made| made.feature.as_ref()));
    let spent = match feature.and_then(|feature| model.state.features.get(feature)) {
        Some(row) => Some(("feature ", &row.totals)),
        None => model.state.current().map(|session| ("session ", &session.totals)),
    };
    if let Some((whose, totals)) = spent.filter(|(_, totals)| totals.requests > 0) {
        spans.push(Span::styled(format!("{whose}{}", spend(totals)), look.style(Slot::Text)));
    }
    let size = facts
        .map(|facts| (facts.files, facts.added, facts.removed))
        .or(made.map(|made| (made.files, made.added, made.removed)));
    if let Some((files, added, removed)) = size {
        spans.push(Span::styled(
            format!("   {}", format::plural(files as usize, "file")),
            look.style(Slot::Text),
        ));
        spans.push(Span::styled(format!("  +{added}"), look.style(Slot::Added)));
        spans.push(Span::styled(format!(" -{removed}"), look.style(Slot::Removed)));
    }
    let outline = match tally {
        Tally::Later => Some(None),
        Tally::Of(outline) => Some(Some(outline)),
        Tally::Elsewhere => None,
    };
    if let Some(outline) = outline.filter(|_| review.query().is_some()) {
        spans.push(Span::styled(
            format!("   {}", seen(model, review, outline)),
            look.style(Slot::Text),
        ));
    }
    if !spans.is_empty() {
        rows.row(None, "cost", &spans);
    }
}

/// Prints how much was seen: of what is in view, and of the whole change, which is what the log counts.
fn seen(model: &Model, review: &Review, outline: Option<&Outline>) -> String {
    let all: usize = outline.map_or(0, |outline| outline.hunks.iter().sum());
    let of = |extent, all| format!("{} of {}", seen_by_now(model, review, extent), format::plural(all, "hunk"));
    match (review.extent, super::change_of(model, review, Extent::Whole)) {
        (Extent::Whole, _) => format!("seen {}", of(Extent::Whole, all)),
        (Extent::SinceLast, super::Change::Files(files)) => {
            let whole = files.iter().map(|file| file.hunks() as usize).sum();
            let (part, whole) = (of(Extent::SinceLast, all), of(Extent::Whole, whole));
            format!("seen {part} since the last round, {whole} in all")
        }
        (Extent::SinceLast, _) => format!("seen {} since the last round", of(Extent::SinceLast, all)),
    }
}

/// Counts the hunks seen: of unseen work those too that were seen in another window, or days ago.
fn seen_by_now(model: &Model, review: &Review, extent: Extent) -> usize {
    let debt = match (&review.target, extent) {
        (Target::Commit(commit), Extent::Whole) => model.debt(commit),
        (Target::Commit(_), Extent::SinceLast) | (Target::Gate(_), _) => None,
    };
    debt.map_or(review.progress.seen(extent), |debt| model.seen_of(debt) as usize)
}

fn spend(totals: &Totals) -> String {
    let mut text = format!("{}, {} tokens", money(totals), format::tokens(totals.usage.total()));
    if totals.retries > 0 {
        let word = if totals.retries == 1 { "retry" } else { "retries" };
        text.push_str(&format!(", {} {word}", totals.retries));
    }
    text
}

/// Says in a few words what stands against approving; for screens where the facts do not fit.
pub(super) fn chips(model: &Model, review: &Review, outline: Option<&Outline>, look: &Look<'_>) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    if let Some(open) = &review.gate
        && let Some(facts) = &open.opened.commit
    {
        let (text, slot) = match facts.tests_after {
            None => ("no tests run".to_owned(), Slot::Warning),
            Some(_) if facts.tested_tree.is_none() || facts.tested_tree != open.opened.tree => {
                ("tests STALE".to_owned(), Slot::Badge)
            }
            Some(after) if after.failed > 0 => (format!("{} tests fail", after.failed), Slot::Fail),
            Some(after) => (format!("tests {}/{}", after.passed, after.total()), Slot::Pass),
        };
        spans.push(Span::styled(text, look.style(slot)));
        spans.push(Span::raw("  "));
        spans.extend(not_ok(facts, usize::from(facts.git_failure.is_some()), look));
    }
    if let Target::Commit(commit) = &review.target
        && let Some(facts) = model.made(commit).and_then(|made| made.facts.as_ref())
    {
        spans.extend(not_ok(facts, 0, look));
    }
    if review.query().is_some() {
        let all: usize = outline.map_or(0, |outline| outline.hunks.iter().sum());
        let text = format!("seen {}/{all}", seen_by_now(model, review, review.extent));
        spans.push(Span::styled(text, look.style(Slot::Text)));
    }
    spans
}

/// Counts what stands against a commit, with so many things that its facts do not list; nothing if all is well.
fn not_ok(facts: &CommitFacts, beside: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let bad = facts.findings.iter().filter(|(good, _)| !good).count() + facts.left_out.len() + beside;
    let told = format!("{} {bad} not ok", look.glyph(Glyph::Fail));
    match bad {
        0 => Vec::new(),
        _ => vec![Span::styled(told, look.style(Slot::Fail)), Span::raw("  ")],
    }
}
