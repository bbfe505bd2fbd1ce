//! A context window's beginning, by section: composed once, for the session that is about to start and for a preview of it alike.
//!
//! Owns which sections there are, which of them a person may leave out or edit, and putting them together. Does not own the words
//! (`prompt`), what orientation finds (`orient`) or running anything. Invariant: the texts of the sections, put together in their
//! order, are the system prompt and the first message, byte for byte.

mod preview;
mod scene;
#[cfg(test)]
mod tests;

pub use preview::{PreviewInput, preview};
pub use scene::{Scene, differ_by_own_flips};

use super::orient;
use super::prompt::{Block, Facts, Piece, Prompts};
use crate::protocol::Role;
use crate::protocol::event::OrientationPart;
use crate::protocol::window::{Place, RuleSpan, SectionId, SectionRule, SentSection, WindowRules};

/// Name of the part that tells how `init.sh` ended.
pub const START: &str = "start";

/// Heading of the system prompt's section that the harness enforces.
const RULES: &str = "rules the harness holds";

/// A section of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Which.
    pub id: SectionId,
    /// Where it stands.
    pub place: Place,
    /// Its text as the harness made it, without white space at its ends.
    pub natural: String,
    /// What is sent of it, white space to the next section included; empty if it is left out.
    pub sent: String,
    /// What a person decided about it.
    pub rule: Option<(SectionRule, RuleSpan)>,
    /// Why it can be neither left out nor edited, if so.
    pub fixed: Option<&'static str>,
}

/// The beginning of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Its sections in order, left-out ones in their places.
    pub sections: Vec<Section>,
    /// The orientation's parts as they are sent.
    pub parts: Vec<OrientationPart>,
}

impl Window {
    /// Composes the beginning of a session's window: what the harness has to say, as a person's rules leave it.
    #[must_use]
    pub fn compose(prompts: &Prompts, role: Role, facts: &Facts, parts: &[OrientationPart], rules: &WindowRules) -> Self {
        let mut sections = system(&prompts.system(role, facts), rules);
        let (orientation, sent_parts) = orientation(parts, rules);
        let told: String = orientation.iter().map(|section| section.sent.as_str()).collect();
        let pieces = prompts.first_message(role, facts, |block| match block {
            Block::Orientation => Some(told.clone()),
            other => ruled(rules, &block_id(other), fixed(other)).map(|(rule, _)| match rule {
                SectionRule::On => Prompts::block(facts, other),
                SectionRule::Off => String::new(),
                SectionRule::Edited { text } => text.trim().to_owned(),
            }),
        });
        let count = pieces.len();
        for (at, piece) in pieces.iter().enumerate() {
            match piece.block {
                Some(Block::Orientation) => sections.extend(orientation.iter().cloned()),
                Some(block) => {
                    let natural = Prompts::block(facts, block).trim().to_owned();
                    if !natural.is_empty() || !piece.text.is_empty() {
                        sections.push(Section {
                            id: block_id(block),
                            place: Place::First,
                            natural,
                            sent: piece.text.clone(),
                            rule: ruled(rules, &block_id(block), fixed(block)),
                            fixed: fixed(block),
                        });
                    }
                }
                // White space between blocks belongs to what stands before it.
                None if piece.text.trim().is_empty() && !sections.is_empty() => {
                    if let Some(before) = sections.last_mut() {
                        before.sent.push_str(&piece.text);
                    }
                }
                None => sections.push(Section {
                    id: SectionId::new(frame(&pieces, at, count)),
                    place: Place::First,
                    natural: piece.text.trim().to_owned(),
                    sent: piece.text.clone(),
                    rule: None,
                    fixed: Some("it frames the message"),
                }),
            }
        }
        Self {
            sections,
            parts: sent_parts,
        }
    }

    /// The system prompt.
    #[must_use]
    pub fn system(&self) -> String {
        self.text(Place::System).trim_end().to_owned()
    }

    /// The first message.
    #[must_use]
    pub fn first(&self) -> String {
        self.text(Place::First)
    }

    /// The sections that are sent, for the log.
    #[must_use]
    pub fn sent(&self) -> Vec<SentSection> {
        let kept = self.sections.iter().filter(|section| !section.sent.trim().is_empty());
        let sent = |section: &Section| SentSection {
            section: section.id.clone(),
            place: section.place,
            text: section.sent.trim().to_owned(),
        };
        kept.map(sent).collect()
    }

    fn text(&self, place: Place) -> String {
        let here = self.sections.iter().filter(|section| section.place == place);
        here.map(|section| section.sent.as_str()).collect()
    }
}

/// A section's rule; a fixed one follows none.
fn ruled(rules: &WindowRules, id: &SectionId, fixed: Option<&'static str>) -> Option<(SectionRule, RuleSpan)> {
    let (rule, span) = rules.of(id).filter(|_| fixed.is_none())?;
    Some((rule.clone(), span))
}

/// What is sent of a text under a rule, before the white space that follows it.
fn under<'a>(rule: Option<&'a (SectionRule, RuleSpan)>, natural: &'a str) -> Option<&'a str> {
    match rule {
        None | Some((SectionRule::On, _)) => Some(natural),
        Some((SectionRule::Off, _)) => None,
        Some((SectionRule::Edited { text }, _)) => Some(text.trim()),
    }
    .filter(|text| !text.is_empty())
}

/// The system prompt by its headings.
fn system(text: &str, rules: &WindowRules) -> Vec<Section> {
    let mut starts = vec![0];
    starts.extend(text.match_indices("\n## ").map(|(at, _)| at + 1));
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .filter_map(|(start, end)| text.get(*start..end))
        .filter(|whole| !whole.is_empty())
        .map(|whole| {
            let heading = whole.strip_prefix("## ").and_then(|rest| rest.lines().next());
            let heading = heading.map(|heading| heading.trim().to_lowercase());
            let fixed = match heading.as_deref() {
                None => Some("it tells the session its role"),
                Some(RULES) => Some("the harness holds these rules whether they are told or not"),
                Some(_) => None,
            };
            let id = SectionId::new(heading.map_or_else(|| "system".into(), |heading| format!("system: {heading}")));
            let natural = whole.trim();
            let space = whole.get(whole.trim_end().len()..).unwrap_or("");
            let rule = ruled(rules, &id, fixed);
            let sent = under(rule.as_ref(), natural).map_or_else(String::new, |text| format!("{text}{space}"));
            Section {
                id,
                place: Place::System,
                natural: natural.to_owned(),
                sent,
                rule,
                fixed,
            }
        })
        .collect()
}

/// The orientation by its parts, and the parts as they are sent.
fn orientation(parts: &[OrientationPart], rules: &WindowRules) -> (Vec<Section>, Vec<OrientationPart>) {
    let mut sections: Vec<Section> = Vec::new();
    let mut sent_parts = Vec::new();
    for part in parts {
        let id = part_id(part);
        let natural = orient::text(std::slice::from_ref(part));
        let rule = ruled(rules, &id, None);
        let sent = under(rule.as_ref(), &natural).unwrap_or("").to_owned();
        if !sent.is_empty() {
            if let Some(before) = sections.iter_mut().rev().find(|section| !section.sent.is_empty()) {
                before.sent.push_str("\n\n");
            }
            let edited = matches!(rule, Some((SectionRule::Edited { .. }, _)));
            let text = if edited { without_heading(&sent) } else { &part.text };
            sent_parts.push(OrientationPart {
                name: part.name.clone(),
                command: part.command.clone(),
                text: text.to_owned(),
            });
        }
        sections.push(Section {
            id,
            place: Place::First,
            natural,
            sent,
            rule,
            fixed: None,
        });
    }
    (sections, sent_parts)
}

fn without_heading(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("## ") => rest,
        _ => text,
    }
}

/// Parts keep their id from session to session although the name of one tells the feature.
fn part_id(part: &OrientationPart) -> SectionId {
    SectionId::new(if part.name.starts_with("files of ") {
        "feature files"
    } else {
        &part.name
    })
}

fn block_id(block: Block) -> SectionId {
    SectionId::new(block_name(block))
}

const fn block_name(block: Block) -> &'static str {
    match block {
        Block::HandedOff => "hand-off",
        Block::Spec => "specification",
        Block::Orientation => "orientation",
        Block::Verify => "checks",
        Block::Feature => "feature",
    }
}

/// What the method needs cannot be left out.
const fn fixed(block: Block) -> Option<&'static str> {
    match block {
        Block::Feature => Some("the session must know its feature; its words are the feature list's"),
        Block::Spec => Some("the session builds from it; give another with --spec"),
        Block::HandedOff | Block::Orientation | Block::Verify => None,
    }
}

/// The name of the words between blocks, by where they stand.
fn frame(pieces: &[Piece], at: usize, count: usize) -> String {
    let next = pieces.get(at + 1).and_then(|piece| piece.block);
    let before = at.checked_sub(1).and_then(|at| pieces.get(at)).and_then(|piece| piece.block);
    match (before, next) {
        _ if at == 0 => "opening".into(),
        _ if at + 1 == count => "closing".into(),
        (_, Some(block @ (Block::Orientation | Block::Spec))) => format!("before the {}", block_name(block)),
        (Some(block), _) => format!("after the {}", block_name(block)),
        (None, _) => "between".into(),
    }
}
