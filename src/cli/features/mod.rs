//! `longhaul features`: a project's features with their history, any feature list file, a flag set by hand.

mod file;
mod set;

use super::args::{FeaturesArgs, FeaturesCommand};
use super::console::Console;
use super::failure::Failure;
use super::project::Project;
use super::words;
use crate::protocol::event::Culprit;
use crate::protocol::{Check, Evidence, EvidenceKind, Feature, FeatureStatus};
use crate::session::state::FeatureRow;
use crate::ui::text::{Clean, format, width};
use serde::Serialize;

/// The machine-readable form. Fields are added, never renamed.
#[derive(Debug, Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    feature: &'a Feature,
    regressed: bool,
    sessions: Vec<u32>,
    commits: Vec<&'a str>,
    evidence: Option<&'a str>,
    evidence_kind: Option<EvidenceKind>,
    check: Option<&'a Check>,
    broken_by: Option<&'a Culprit>,
    cost_usd: f64,
}

/// Runs the command.
///
/// # Errors
/// Fails if the project or the list cannot be read.
pub fn run(args: &FeaturesArgs, console: &mut Console) -> Result<(), Failure> {
    if let Some(FeaturesCommand::Set(args)) = &args.act {
        return set::run(args, console);
    }
    let args = &args.list;
    if args.path.exists() && !args.path.is_dir() {
        return file::print(&args.path, args.json, console);
    }
    let project = Project::open_with(&args.path, args.list.as_deref())?;
    if let Some(error) = project.list_error {
        return Err(error.into());
    }
    let (rows, notices) = (project.state.features.rows, project.state.features.notices);
    if args.json {
        console.json(&rows.iter().map(json).collect::<Vec<_>>())?;
    } else {
        print(&rows, console)?;
    }
    for notice in &notices {
        console.note(format!("note: {}", Clean::line(notice)))?;
    }
    Ok(())
}

fn print(rows: &[FeatureRow], console: &mut Console) -> Result<(), Failure> {
    if rows.is_empty() {
        console.line("no features yet; the first session of `longhaul run` writes the list")?;
        return Ok(());
    }
    let ids: Vec<Clean> = rows.iter().map(|row| Clean::line(row.feature.id.as_str())).collect();
    let columns = ids.iter().map(|id| width(id.as_str())).max().unwrap_or_default().min(24);
    for (row, id) in rows.iter().zip(&ids) {
        let status = words::status(row.feature.status, row.regressed);
        let pad = " ".repeat(columns.saturating_sub(id.width()));
        console.line(format!(
            "{status:<9}  {id}{pad}  {}{}",
            Clean::line(&row.feature.description),
            history(row)
        ))?;
    }
    let passing = rows.iter().filter(|row| row.feature.status == FeatureStatus::Passing).count();
    console.line(format!("{passing} of {} pass", rows.len()))?;
    Ok(())
}

fn evidence(row: &FeatureRow) -> Option<&Evidence> {
    row.flips.last().and_then(|flip| flip.evidence.as_ref())
}

fn history(row: &FeatureRow) -> String {
    let proof = evidence(row)
        .map(|evidence| format!("  [{}]", Clean::line(&evidence.summary)))
        .unwrap_or_default();
    if row.sessions.is_empty() {
        return proof;
    }
    let sessions: Vec<_> = row.sessions.iter().map(|session| session.0.to_string()).collect();
    let commits = if row.commits.is_empty() {
        String::new()
    } else {
        format!(", {}", format::plural(row.commits.len(), "commit"))
    };
    let word = if sessions.len() == 1 { "session" } else { "sessions" };
    format!(
        "{proof}  ({word} {}{commits}, {})",
        sessions.join(" "),
        words::cost(&row.totals)
    )
}

fn json(row: &FeatureRow) -> Row<'_> {
    Row {
        feature: &row.feature,
        regressed: row.regressed && row.feature.status != FeatureStatus::Passing,
        sessions: row.sessions.iter().map(|session| session.0).collect(),
        commits: row.commits.iter().map(crate::protocol::Oid::as_str).collect(),
        evidence: evidence(row).map(|evidence| evidence.summary.as_str()),
        evidence_kind: evidence(row).map(|evidence| evidence.kind),
        check: row.check.as_ref().map(|kept| &kept.check),
        broken_by: row
            .traced
            .as_ref()
            .filter(|_| row.regressed)
            .map(|(_, traced)| &traced.culprit),
        cost_usd: row.totals.cost.usd(),
    }
}
