//! What windows begin with: rules for sections, what was sent, notes that a person edited.

use super::At;
use crate::protocol::event::{ExternalChangeSeen, ExternalKind, GateKind, NotesEdited, SectionRuled, WindowComposed};
use crate::session::Headway;
use crate::session::state::{OpenGate, Outside, State};
use crate::session::timeline::ItemKind;

impl State {
    pub(super) fn section_ruled(&mut self, event: &SectionRuled) {
        self.window_rules.set(event.section.clone(), event.rule.clone(), event.span);
    }

    pub(super) fn window_composed(&mut self, at: At, event: &WindowComposed) {
        if let Some(session) = self.session_mut(at.session) {
            session.window.clone_from(&event.sections);
        }
    }

    /// To a reader of the transcript a person's edit is one, whichever way it came in.
    pub(super) fn notes_edited(&mut self, at: At, event: &NotesEdited) {
        self.present_noted();
        self.measure(at, Headway::begin_anew);
        let seen = ExternalChangeSeen {
            what: ExternalKind::Notes,
            paths: Vec::new(),
            detail: format!(
                "the {} edited the progress notes: +{} -{} lines",
                event.by, event.added, event.removed
            ),
        };
        let of_a_commit = |open: &&mut OpenGate| open.opened.what == GateKind::Commit;
        for open in self.open_gates.iter_mut().filter(of_a_commit) {
            open.outside = Some(Outside::of(&seen));
            open.notes_edited |= event.by == "human";
        }
        self.push(at, ItemKind::External(seen));
    }
}
