//! The view: a frame as a function of the model and the screen.

use super::keymap::{Resolution, Situation};
use super::layout::{Layout, Pane, SMALLEST};
use super::model::{Model, Subject};
use super::text::{Look, truncate};
use super::theme::Slot;
use super::{page, pane, popup, widget};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

/// Where cursors go after a frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursors {
    /// The terminal's visible cursor: where text is typed.
    pub typing: Option<Position>,
    /// Where the hidden cursor rests: on the focused row, for screen magnifiers.
    pub resting: Option<Position>,
}

/// Draws a frame.
pub fn view(model: &Model, screen: Rect, buf: &mut Buffer) -> Cursors {
    let look = model.appearance.look(model.clock, true);
    if model.is_too_small() {
        too_small(model, screen, buf, &look);
        return Cursors::default();
    }
    let header = Rect { height: 1, ..screen };
    let footer = Rect {
        y: screen.bottom().saturating_sub(1),
        height: 1,
        ..screen
    };
    let mut cursors = Cursors::default();
    if let Some((open, Subject::Review(target))) = model.pages.last().map(|open| (open, &open.subject)) {
        // Every row of the screen is for what is decided on.
        (cursors.resting, cursors.typing) = page::review::draw(model, open, target, buf, &look);
    } else {
        pane::header::draw(model, header, buf, &look);
        let editor = model.editor.as_ref().filter(|_| model.is_editing());
        cursors.resting = if let Some(editor) = editor {
            cursors.typing = page::editor::draw(model, editor, screen, buf, &look);
            None
        } else if let (Some(open), Some(going)) = (model.pages.last(), model.open_move()) {
            let (resting, typing) = page::rehearsal::draw(model, open, going, screen, buf, &look);
            cursors.typing = typing;
            resting
        } else if let Some(open) = model.pages.last() {
            page::draw(model, open, screen, buf, &look)
        } else if model.is_first_start() {
            page::start::draw(model, screen, buf, &look);
            None
        } else {
            panes(model, &model.layout(), buf)
        };
        let typing = pane::footer::draw(model, footer, buf, &look);
        cursors.typing = typing.or(cursors.typing);
    }
    if let Some(open) = &model.popup {
        let typing = popup::draw(model, open, screen, buf, &look);
        cursors.typing = cursors.typing.or(typing);
    }
    half_typed(model, screen, buf, &look);
    cursors
}

fn panes(model: &Model, layout: &Layout, buf: &mut Buffer) -> Option<Position> {
    let mut resting = None;
    for place in &layout.places {
        let focused = place.pane == model.focus;
        let look = model.appearance.look(model.clock, focused);
        let cursor = match place.pane {
            Pane::Features => {
                pane::features::draw(model, place, buf, &look);
                row_of(
                    place.body(),
                    model.features.index(),
                    model.features.window(usize::MAX, 0).start,
                )
            }
            Pane::Transcript => pane::transcript::draw(model, place, buf, &look),
            Pane::Git => {
                pane::git::draw(model, place, buf, &look);
                let shift = usize::from(model.pending_commit().is_some());
                row_of(
                    place.body(),
                    model.commits.index() + shift,
                    model.commits.window(usize::MAX, 0).start,
                )
            }
            Pane::Tests => {
                pane::tests::draw(model, place, buf, &look);
                row_of(place.body(), model.tests.index(), model.tests.window(usize::MAX, 0).start)
            }
        };
        if focused {
            resting = cursor;
        }
    }
    let quiet = model.appearance.look(model.clock, false);
    if let Some(area) = layout.preview {
        pane::preview::draw(model, area, buf, &quiet);
    }
    for rule in &layout.rules {
        let title_at = |y: u16, meets: &dyn Fn(Rect) -> bool| {
            layout
                .places
                .iter()
                .map(|place| place.area)
                .chain(layout.preview)
                .any(|area| area.y == y && meets(area))
        };
        widget::column_rule(buf, *rule, &quiet, |y| {
            (
                title_at(y, &|area| area.right() == rule.x),
                title_at(y, &|area| area.x == rule.x + 1),
            )
        });
    }
    resting
}

fn row_of(body: Rect, index: usize, top: usize) -> Option<Position> {
    let y = body.y + u16::try_from(index.checked_sub(top)?).ok()?;
    (y < body.bottom()).then_some(Position { x: body.x, y })
}

/// Shows what may follow a prefix key, over whatever is on the screen.
fn half_typed(model: &Model, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    if model.resolver.typed().is_empty() {
        return;
    }
    let situation: Situation = model.situation();
    if let Resolution::Pending(follow) = model.keymap.resolve(model.resolver.typed(), situation) {
        popup::which_key(model, &follow, screen, buf, look);
    }
}

/// Says on a screen of any size what there is to know.
fn too_small(model: &Model, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let (phase, _) = model.phase();
    let (glyph, word, slot) = pane::header::phase_word(phase);
    let (passing, all) = model.state.features.progress();
    let mut rows = vec![
        (format!("{} {word}", look.glyph(glyph)), slot),
        (format!("{passing}/{all} features"), Slot::Text),
    ];
    if model.waiting() > 0 {
        rows.insert(1, (format!("{} waiting for you", model.waiting()), Slot::Warning));
    }
    rows.push(("too small".to_owned(), Slot::Dim));
    rows.push((format!("needs {}x{}", SMALLEST.width, SMALLEST.height), Slot::Dim));
    for ((text, slot), y) in rows.into_iter().zip(screen.top()..screen.bottom()) {
        let text = truncate(&text, usize::from(screen.width), "");
        buf.set_line(screen.x, y, &Line::styled(text, look.style(slot)), screen.width);
    }
}
