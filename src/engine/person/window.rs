//! What a person changes of the windows to come: the progress notes, and sections left out or edited.

use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::harness::notes::edit;
use crate::protocol::event::SectionRuled;
use crate::protocol::{RuleSpan, SectionId, SectionRule};

/// Saves a person's edit of the progress notes, unless it was made from a version that is gone. Returns what the agent must be told.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn save_notes(project: &Project, base: &str, text: &str) -> Result<Option<String>, EngineError> {
    let _ours = project.watcher.expect();
    let (event, told) = edit::save_for_human(&project.workspace, base, text);
    project.record(event)?;
    Ok(told)
}

/// Records a person's rule for a section.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn rule(project: &Project, section: SectionId, rule: SectionRule, span: RuleSpan) -> Result<(), EngineError> {
    project.record(SectionRuled { section, rule, span })
}
