//! The page of a session's audit: opening it, and what its findings speak of.

use crate::protocol::SessionNo;
use crate::ui::model::{Model, Page, Popup, Subject};
use crate::ui::page::{self, Mark};

/// Opens the page of the selected session, else of the one shown; of a session that goes on: of the one before it.
pub fn open(model: &mut Model) {
    if let Some(session) = session(model) {
        model.popup = None;
        model.pages.push(Page::new(Subject::Audit(session)));
    }
}

/// Says why there is no audit to show.
#[must_use]
pub fn refusal(model: &Model) -> Option<&'static str> {
    match &model.popup {
        Some(Popup::Sessions(_)) => session(model)
            .is_none()
            .then_some("this session has no end yet; its audit comes with it"),
        None | Some(Popup::Help(_) | Popup::Palette(_)) => session(model).is_none().then_some("no session has ended yet"),
        Some(_) => Some("close this window first"),
    }
}

fn session(model: &Model) -> Option<SessionNo> {
    let ended = |number: &SessionNo| model.state.session(*number).is_some_and(|session| session.ended.is_some());
    if let Some(Popup::Sessions(cursor)) = &model.popup {
        let rows = model.session_rows(&cursor.filter);
        return rows.get(cursor.index()).map(|session| session.number).filter(ended);
    }
    let shown = model.shown_session().map(|session| session.number);
    let last = || {
        let mut all = model.state.sessions.iter().rev().map(|session| session.number);
        all.find(ended)
    };
    shown.filter(ended).or_else(last)
}

/// Opens what stands under the cursor.
pub fn open_place(model: &mut Model) {
    let Some(Subject::Audit(session)) = model.pages.last().map(|page| page.subject.clone()) else {
        return;
    };
    let Some(open) = model.pages.last() else { return };
    let document = page::document(model, open, page::area(model).width);
    let stops = document.marks.iter().filter(|stop| stop.mark == Mark::File);
    let under = stops.rev().find(|stop| stop.row <= open.cursor).map(|stop| stop.file);
    let place = under.and_then(|at| page::audit::stops(model, session).into_iter().nth(at));
    match place.flatten() {
        Some(subject) => model.pages.push(Page::new(subject)),
        None => model.refuse("this finding speaks of no entry or commit; J goes to the next"),
    }
}

#[cfg(test)]
mod tests {
    use crate::protocol::event::AuditPlace;
    use crate::ui::model::Subject;
    use crate::ui::testing::{keys, screen, tell, undisturbed};

    #[test]
    fn the_audit_of_any_session_opens_and_its_findings_lead_on() {
        let mut model = undisturbed((120, 40));
        keys(&mut model, "O");
        let Some(Subject::Audit(last)) = model.subject() else {
            panic!("no audit")
        };
        assert!(
            model.state.session(last).unwrap().ended.is_some(),
            "of the last session that ended"
        );
        keys(&mut model, "Esc s G O");
        assert_eq!(
            model.subject(),
            Some(Subject::Audit(crate::protocol::SessionNo(1))),
            "of the chosen session"
        );
        keys(&mut model, "Esc");

        // A log of now tells what each finding speaks of.
        let commit = model
            .state
            .commits
            .iter()
            .rev()
            .find(|commit| commit.session == last)
            .unwrap()
            .made
            .commit
            .clone();
        let seq = model.state.session(last).unwrap().items[1].seq;
        let session = model
            .state
            .sessions
            .iter_mut()
            .find(|session| session.number == last)
            .unwrap();
        let (_, ended) = session.ended.as_mut().unwrap();
        ended.checks = vec![("oriented".into(), true), ("messages say \u{202e}what changed".into(), false)];
        ended.places = vec![
            vec![AuditPlace::Event { seq }],
            vec![AuditPlace::Commit { commit: commit.clone() }, AuditPlace::Event { seq }],
        ];
        // What is told makes pages be laid out anew.
        tell(&mut model, crate::protocol::event::NoteAdded { text: "x".into() });
        keys(&mut model, "O");
        let drawn = screen(&mut model);
        assert!(
            drawn.contains("1 of 2 findings are against it") && !drawn.contains('\u{202e}'),
            "{drawn}"
        );
        keys(&mut model, "J Enter");
        assert_eq!(model.subject(), Some(Subject::Commit(commit)), "the finding's first place");
        keys(&mut model, "Esc J J Enter");
        assert_eq!(model.subject(), Some(Subject::Item(last, seq)), "its second");
    }
}
