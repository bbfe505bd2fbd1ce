//! Tool calls: one line each; opened, what was asked and what came back.

use super::output::{self, INDENT};
use super::row::{NAME, Row, fold_mark, head};
use super::{Scene, input};
use crate::protocol::{CallStatus, RawJson, ToolKind};
use crate::session::Call;
use crate::ui::text::highlight::Painter;
use crate::ui::text::{Glyph, Wrap, diff, format, truncate_spans};
use crate::ui::theme::Slot;
use crate::ui::transcript::fold::Fold;
use ratatui::text::{Line, Span};

/// Lines shown of a running call's output, of a failed one's, and of a failed one's when shut.
const RUNNING: usize = 5;
const FAILED: usize = 6;
const FAILED_SHUT: usize = 3;
/// Lines shown of an edit unless it is opened, and when it is.
const EDIT: usize = 12;
const EDIT_OPEN: usize = 400;

/// Lays out a call.
pub(super) fn lines(call: &Call, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let mut below = below(call, scene);
    let mut lines = vec![row(call, !below.is_empty(), scene)];
    lines.append(&mut below);
    lines
}

/// Returns the word for what a call does: the API's own edit tool is several tools in one.
#[must_use]
pub fn verb(call: &Call) -> String {
    if !is_edit_tool(call) {
        return call.tool.clone();
    }
    match input::text(&call.input, "command").as_deref() {
        Some("view") => "read".to_owned(),
        Some("create") => "write".to_owned(),
        Some("str_replace" | "insert") | None => "edit".to_owned(),
        Some(other) => other.to_owned(),
    }
}

fn is_edit_tool(call: &Call) -> bool {
    matches!(
        call.tool.as_str(),
        "str_replace_based_edit_tool" | "str_replace_editor" | "text_editor"
    )
}

/// Returns the whole command that a call runs, with all of its lines; of other calls the title.
#[must_use]
pub fn command(call: &Call) -> String {
    let command = input::text(&call.input, "command").filter(|_| !is_edit_tool(call));
    command.unwrap_or_else(|| call.title.clone())
}

/// Returns what a call is about, also while its input is still coming in.
#[must_use]
pub fn title(call: &Call) -> String {
    if !call.title.is_empty() {
        // The verb of the API's edit tool is said by `verb`.
        let verbs = ["view ", "create ", "str_replace ", "insert "];
        let path = verbs
            .iter()
            .find_map(|verb| call.title.strip_prefix(verb))
            .filter(|_| is_edit_tool(call));
        return path.unwrap_or(&call.title).to_owned();
    }
    let names = if is_edit_tool(call) {
        &["path"][..]
    } else {
        &[
            "command", "path", "pattern", "query", "message", "id", "question", "text", "summary",
        ]
    };
    input::first(&call.input, names).unwrap_or_default()
}

fn row(call: &Call, is_open: bool, scene: &Scene<'_>) -> Line<'static> {
    let look = scene.look;
    let (mark, slot) = match call.status {
        CallStatus::InProgress => (Glyph::Active, Slot::Active),
        CallStatus::Pending => (Glyph::Todo, Slot::Dim),
        CallStatus::Completed | CallStatus::Failed | CallStatus::Refused | CallStatus::Cancelled => (fold_mark(is_open), Slot::Dim),
    };
    let (state, state_slot) = state(call);
    let is_look = matches!(call.kind, Some(ToolKind::Read | ToolKind::Search));
    let mut row = Row::new(look, mark, slot)
        .word(&verb(call), Slot::ToolName, NAME)
        .title(&title(call), if is_look { Slot::ToolDetail } else { Slot::Text });
    if let Some((added, removed)) = call.lines {
        let text = match (added, removed) {
            (added, 0) => format!("+{added}"),
            (added, removed) => format!("+{added} -{removed}"),
        };
        row = row.right(&text, Slot::Dim, 7);
    }
    let running = call.started.zip(look.now).filter(|_| call.status == CallStatus::InProgress);
    let time = match (call.duration_ms, running) {
        (Some(ms), _) => format::duration_ms(ms),
        (None, Some((started, now))) => format::minutes(started, now),
        (None, None) => String::new(),
    };
    row.right(&time, Slot::Dim, 5).state(&state, state_slot, 7).line(scene.width)
}

fn state(call: &Call) -> (String, Slot) {
    match (call.status, call.exit_code) {
        (CallStatus::Pending, _) if !call.input_done => ("writing".to_owned(), Slot::Dim),
        // "Waiting" is for the human; this one waits for the call before it.
        (CallStatus::Pending, _) => ("queued".to_owned(), Slot::Dim),
        (CallStatus::InProgress, _) if call.waits => ("waits for you".to_owned(), Slot::Human),
        (CallStatus::InProgress, _) => ("running".to_owned(), Slot::Active),
        (CallStatus::Completed, None | Some(0)) => ("ok".to_owned(), Slot::Dim),
        (CallStatus::Completed | CallStatus::Failed, Some(code)) if code != 0 => (format!("exit {code}"), Slot::Fail),
        (CallStatus::Completed | CallStatus::Failed, _) => ("failed".to_owned(), Slot::Fail),
        (CallStatus::Refused, _) => ("refused".to_owned(), Slot::Warning),
        (CallStatus::Cancelled, _) => ("stopped".to_owned(), Slot::Warning),
    }
}

fn below(call: &Call, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let output = scene.output.unwrap_or(&call.output.text);
    let went_wrong =
        matches!(call.status, CallStatus::Failed | CallStatus::Refused) || call.exit_code.is_some_and(|code| code != 0);
    let whole = scene.fold == Fold::Whole;
    match (scene.fold, call.status) {
        (Fold::Open | Fold::Whole, _) => {
            let mut lines = asked(call, scene);
            let shows_all = call.kind == Some(ToolKind::Edit) && call.status == CallStatus::Completed && !whole;
            if !shows_all || lines.is_empty() {
                lines.extend(output::opened(output, Slot::ToolDetail, whole, scene));
            }
            lines
        }
        (Fold::Auto, CallStatus::Pending) if !call.input_done => {
            let written = input::first(&call.input, &["file_text", "content", "new_str", "new_string"]);
            output::tail(&written.unwrap_or_default(), RUNNING, Slot::ToolDetail, scene)
        }
        (Fold::Auto, CallStatus::InProgress) => output::tail(output, RUNNING, Slot::ToolDetail, scene),
        (Fold::Auto, _) if went_wrong => output::last_words(output, FAILED, scene),
        (Fold::Shut, _) if went_wrong => output::last_words(output, FAILED_SHUT, scene),
        (Fold::Auto, _) => replacement(call).map_or_else(Vec::new, |rows| changes(&rows, call, EDIT, scene)),
        (Fold::Shut, _) => Vec::new(),
    }
}

/// Shows what was asked for: the command, the edit, the content, or the input as it is.
pub(super) fn asked(call: &Call, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let cap = if scene.fold == Fold::Whole { usize::MAX } else { EDIT_OPEN };
    if let Some(rows) = replacement(call) {
        return changes(&rows, call, cap, scene);
    }
    if let Some(content) = input::first(&call.input, &["file_text", "content"]).filter(|_| call.kind != Some(ToolKind::Read)) {
        return changes(&diff::of_new(&content), call, cap, scene);
    }
    match call.kind {
        Some(ToolKind::Execute) | None => match input::text(&call.input, "command").filter(|_| !is_edit_tool(call)) {
            Some(command) => code(&command, "sh", "$ ", scene),
            None => code(&pretty(&call.input), "json", "", scene),
        },
        Some(ToolKind::Read | ToolKind::Search) if scene.fold != Fold::Whole => Vec::new(),
        Some(_) => code(&pretty(&call.input), "json", "", scene),
    }
}

/// Hands over what was asked for as text: the command, both sides of an edit, the content, or the input as it is.
pub(crate) fn input_texts(call: &Call, take: &mut dyn FnMut(&str)) {
    let names = [
        "command",
        "path",
        "old_str",
        "old_string",
        "old",
        "new_str",
        "new_string",
        "new",
        "insert_text",
        "file_text",
        "content",
    ];
    let mut any = false;
    for text in names.iter().filter_map(|name| input::text(&call.input, name)) {
        any = true;
        take(&text);
    }
    if !any {
        take(&call.input);
    }
}

/// Returns the rows of an edit that replaces or inserts text; `None` for every other call.
fn replacement(call: &Call) -> Option<Vec<diff::Row>> {
    let old = input::first(&call.input, &["old_str", "old_string", "old"]);
    let new = input::first(&call.input, &["new_str", "new_string", "new", "insert_text"]);
    (old.is_some() || new.is_some()).then(|| diff::of_edit(&old.unwrap_or_default(), &new.unwrap_or_default()))
}

fn changes(rows: &[diff::Row], call: &Call, cap: usize, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let path = input::text(&call.input, "path").unwrap_or_else(|| title(call));
    // Only as many rows are laid out as can be shown.
    let some = &rows[..rows.len().min(cap.saturating_add(1))];
    let lines = diff::lines(some, &path, scene.width.saturating_sub(INDENT), scene.look);
    let more = rows.len() - some.len();
    let mut lines: Vec<_> = lines
        .into_iter()
        .map(|mut line| {
            line.spans.insert(0, Span::raw(" ".repeat(INDENT)));
            Line::from(truncate_spans(line.spans, scene.width, ""))
        })
        .collect();
    if more > 0 {
        lines.truncate(cap);
        lines.push(super::row::more_line(rows.len() - cap, INDENT, scene));
        return lines;
    }
    head(lines, cap, INDENT, scene)
}

fn code(text: &str, language: &str, prompt: &'static str, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let look = scene.look;
    let mut painter = if look.color {
        Painter::for_language(language)
    } else {
        Painter::plain()
    };
    let first = [Span::raw(" ".repeat(INDENT)), Span::styled(prompt, look.style(Slot::Dim))];
    let rest = [Span::raw(" ".repeat(INDENT + prompt.len()))];
    let mut lines = Vec::new();
    for line in text.trim_end().split('\n') {
        let wrap = Wrap {
            width: scene.width,
            first: if lines.is_empty() { &first } else { &rest },
            rest: &rest,
        };
        lines.extend(wrap.columns(&painter.line(line, look.style(Slot::CodeBlock))));
    }
    lines
}

fn pretty(input: &str) -> String {
    let value = RawJson::parse(input.to_owned()).map(|raw| raw.value());
    match value.and_then(|value| serde_json::to_string_pretty(&value)) {
        Ok(text) => text,
        Err(_) => input.to_owned(),
    }
}
