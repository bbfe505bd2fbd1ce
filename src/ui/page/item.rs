//! A transcript entry's page: the whole of it, with an output that was too long for the log fetched from its blob. A refusal's is
//! also that of the refused call.

use super::sheet::Sheet;
use super::{Document, check, item_at};
use crate::protocol::{Payload, Seq, SessionNo};
use crate::session::timeline::{Item, ItemKind};
use crate::ui::model::{Loaded, Model};
use crate::ui::text::{Look, format};
use crate::ui::theme::Slot;
use crate::ui::transcript;

const fn output(item: &Item) -> Option<&Payload> {
    match &item.kind {
        ItemKind::Call(call) => Some(&call.output),
        ItemKind::Tests(run) => Some(&run.output),
        _ => None,
    }
}

/// Returns the fetched whole of an entry's output.
#[must_use]
pub fn whole(model: &Model, session: SessionNo, seq: Seq) -> Option<&Loaded<String>> {
    let item = item_at(model.session(session)?, seq)?;
    let found = model.blobs.get(output(item)?.blob.as_ref()?)?;
    (*found != Loaded::Pending).then_some(found)
}

/// Says whether all that the page needs was fetched.
#[must_use]
pub fn is_fetched(model: &Model, session: SessionNo, seq: Seq) -> bool {
    let item = model.session(session).and_then(|session| item_at(session, seq));
    match item.map(|item| &item.kind) {
        Some(ItemKind::Check(run)) => check::is_fetched(model, run),
        _ => whole(model, session, seq).is_some(),
    }
}

/// Lays the page out.
#[must_use]
pub fn document(model: &Model, session: SessionNo, seq: Seq, width: u16, look: &Look<'_>) -> Document {
    let mut sheet = Sheet::new(width, look);
    let of = model.session(session);
    let Some(item) = of.and_then(|session| item_at(session, seq)) else {
        sheet.text("This entry is gone.", Slot::Dim);
        return sheet.finish();
    };
    let fetched = whole(model, session, seq);
    let text = match fetched {
        Some(Loaded::Ready(text)) => Some(text.as_str()),
        Some(Loaded::Failed(reason)) => {
            sheet.text(&format!("Only a part of the output is here: {reason}"), Slot::Warning);
            None
        }
        Some(Loaded::Pending) | None => None,
    };
    if let Some(payload) = output(item).filter(|payload| payload.blob.is_some() && fetched.is_none()) {
        sheet.text(&format!("Fetching {} of output.", format::bytes(payload.bytes)), Slot::Dim);
    }
    let width = sheet.width();
    sheet.lines(transcript::detail_lines(item, of, text, width, look));
    if let ItemKind::Check(run) = &item.kind {
        check::whole(&mut sheet, model, run);
    }
    sheet.finish()
}

#[cfg(test)]
mod tests {
    use crate::protocol::event::{BlockFinished, BlockStarted, Ruling, RulingMade, ToolFinished, TurnStarted};
    use crate::protocol::{BlockKind, CallId, CallStatus, Payload, RawJson};
    use crate::ui::model::{Model, Popup, Subject};
    use crate::ui::msg::Effect;
    use crate::ui::testing::{keys, screen, tell, undisturbed};
    use serde_json::{Value, json};

    const REASON: &str = "The settings of git are not yours to change.";

    /// The page of a call that a guard refused, opened by the key.
    fn refused(tool: &str, title: &str, input: &Value) -> Model {
        let mut model = undisturbed((120, 40));
        let call = CallId::from("refused");
        let turn = model.state.current().unwrap().turn.next();
        tell(&mut model, TurnStarted { turn });
        tell(
            &mut model,
            BlockStarted {
                index: 0,
                kind: BlockKind::ToolUse,
                tool: Some(tool.into()),
                call: Some(call.clone()),
            },
        );
        let block = json!({ "type": "tool_use", "id": "refused", "name": tool, "input": input });
        tell(
            &mut model,
            BlockFinished {
                index: 0,
                kind: BlockKind::ToolUse,
                block: RawJson::of(&block).unwrap(),
            },
        );
        tell(
            &mut model,
            RulingMade {
                call: call.clone(),
                title: title.into(),
                ruling: Ruling::Deny,
                guard: "git".into(),
                reason: REASON.into(),
            },
        );
        let ruled = model.state.last_seq;
        tell(
            &mut model,
            ToolFinished {
                call,
                status: CallStatus::Refused,
                output: Payload::inline(REASON),
                exit_code: None,
                duration_ms: 1,
                lines: None,
                running: None,
            },
        );
        screen(&mut model);
        keys(&mut model, "2 G o");
        assert!(
            matches!(model.subject(), Some(Subject::Item(_, seq)) if seq == ruled),
            "{:?}",
            model.subject()
        );
        model
    }

    /// What the page says, without blanks and frames: a long line is cut into rows anywhere.
    fn said(model: &mut Model) -> String {
        bare(&screen(model))
    }

    fn bare(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace() && *c != '│').collect()
    }

    #[test]
    fn a_refused_command_is_read_and_copied_whole_with_its_reason() {
        let settings: Vec<String> = (1..=30).map(|n| format!("filter.lfs.setting{n}=cat")).collect();
        let command = format!(
            "for k in {}; do\n  git config \"$k\"\ndone; cat .git/config",
            settings.join(" ")
        );
        let title = format!("for k in {}…", settings[..5].join(" "));
        let mut model = refused("bash", &title, &json!({ "command": command }));
        let page = said(&mut model);
        for part in settings
            .iter()
            .map(String::as_str)
            .chain(["$ for k in", "cat .git/config", REASON])
        {
            assert!(page.contains(&bare(part)), "{part} is missing:\n{page}");
        }
        let copied = keys(&mut model, "Y");
        assert!(
            matches!(&copied[..], [Effect::Copy(text)] if text.contains(&command) && text.contains(REASON)),
            "{copied:?}"
        );
        keys(&mut model, "y");
        assert!(
            matches!(&model.popup, Some(Popup::Copy(_))),
            "what was asked can be copied by itself"
        );
        let input = keys(&mut model, "i");
        assert!(
            matches!(&input[..], [Effect::Copy(text)] if text.contains("done; cat") && !text.contains(REASON)),
            "{input:?}"
        );
    }

    #[test]
    fn the_command_of_a_refused_call_is_copied_with_all_of_its_lines() {
        let command = "cd x\n\n  make test <<'EOF'\na\nEOF\n";
        let mut model = refused("bash", "cd x ⏎ make test <<'EOF' ⏎ a ⏎ EOF", &json!({ "command": command }));
        keys(&mut model, "y");
        assert_eq!(keys(&mut model, "c"), [Effect::Copy(command.into())]);
        let mut model = refused(
            "str_replace_based_edit_tool",
            "view ../x",
            &json!({ "command": "view", "path": "../x" }),
        );
        keys(&mut model, "y");
        assert_eq!(keys(&mut model, "c"), [Effect::Copy("view ../x".into())]);
    }

    #[test]
    fn a_refused_edit_shows_what_it_would_have_changed_and_a_refused_look_names_its_path() {
        let input = json!({ "path": "tests/a.sh", "old_str": "exit 1", "new_str": "exit 0" });
        let mut model = refused("edit", "tests/a.sh", &input);
        let page = screen(&mut model);
        assert!(
            page.contains("exit 1") && page.contains("exit 0") && page.contains(REASON),
            "{page}"
        );

        let path = format!("../{}end", "deep/".repeat(30));
        let input = json!({ "command": "view", "path": path });
        let mut model = refused("str_replace_based_edit_tool", "view ../deep…", &input);
        let page = said(&mut model);
        assert!(page.contains(&path) && !page.contains("$view"), "{page}");
    }
}
