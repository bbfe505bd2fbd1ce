//! The loop: takes messages, folds them in, carries out effects, draws when there is something new to see.
//!
//! Owns time and the terminal. Invariant: a key is on the screen before any event that was queued after it is folded
//! in; data is drawn at most so many times a second; at rest nothing is written and nobody wakes up.

use super::handover::KeyGate;
use super::mailbox::Mailbox;
use super::model::{Appearance, Model};
use super::msg::{Effect, Exit, Msg};
use super::notice::{self, Attention};
use super::terminal::{self, Terminal};
use super::text::highlight;
use super::update::{RENEWAL, update};
use super::view::view;
use super::{Options, OutsideEditor, UiError, source, title, zone};
use crate::link::{Client, Mode};
use crossterm::event::{KeyCode, KeyModifiers};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::Write;
use std::time::{Duration, Instant};

/// Between two frames that only data asked for.
const FRAME: Duration = Duration::from_millis(33);
/// The same while events pour in: nobody reads thirty pages a second.
const FRAME_FLOOD: Duration = Duration::from_millis(60);
/// More events than this since the last frame are a flood.
const FLOOD: usize = 60;
/// The same over a network.
const FRAME_REMOTE: Duration = Duration::from_millis(100);
/// How long events are folded in before a look at the clock.
const SLICE: Duration = Duration::from_millis(8);
/// Between two frames while seconds are counted on the screen.
const SECOND: Duration = Duration::from_secs(1);
/// Other ages on the screen are in minutes.
const MINUTE: Duration = Duration::from_secs(60);

struct App {
    client: Client,
    mailbox: Mailbox,
    terminal: Terminal,
    gate: KeyGate,
    editor: Option<OutsideEditor>,
    model: Model,
    origin: Instant,
    frame: Duration,
    title_bar: bool,
    notice: notice::Setup,
    drawn: Instant,
    /// Whether a frame was drawn since the log's past was folded in.
    present: bool,
    dirty: bool,
    folded: usize,
}

/// Runs the UI until the user leaves.
///
/// # Errors
/// Fails if there is no terminal, the key file is refused, or the terminal goes away.
pub fn run(client: Client, options: Options) -> Result<Exit, UiError> {
    let keymap = options.keymap()?;
    terminal::check()?;
    let origin = Instant::now();
    let mut terminal = Terminal::enter()?;
    let appearance = Appearance {
        theme: options.theme(),
        ascii: options.environment.wants_ascii(options.ascii),
        zone: TimeZone::UTC,
    };
    let mut model = Model::new(client.mode(), appearance, keymap, terminal.size()?);
    model.state.project.clone_from(&options.title);
    model.attention = Attention::new(options.notice.policy);
    draw(&mut terminal, &mut model, options.title_bar)?;

    // The user sees a screen; now for what takes time.
    let mailbox = Mailbox::default();
    let told = mailbox.clone();
    highlight::on_ready(move || {
        told.urgent(Msg::Ready);
    });
    let gate = KeyGate::default();
    source::start(&mailbox, origin, &gate)?;
    source::subscribe(&client, &mailbox);
    model.appearance.zone = zone::local();
    model.guided = options.guided;
    if options.mouse {
        model.mouse = true;
        terminal.set_mouse(true)?;
    }
    let mut app = App {
        client,
        mailbox,
        terminal,
        gate,
        editor: options.editor,
        model,
        origin,
        frame: if options.environment.remote { FRAME_REMOTE } else { FRAME },
        title_bar: options.title_bar,
        notice: options.notice,
        drawn: Instant::now(),
        present: false,
        dirty: false,
        folded: 0,
    };
    let exit = app.serve();
    if matches!(exit, Ok(Exit::Start(_))) {
        // What is asked next is asked on the bare terminal: the keys' thread must not take the answer. If it does not come to the gate,
        // the first line typed may be lost, and the question stays.
        let _ = app.gate.close();
    }
    app.mailbox.close();
    drop(app);
    tell_panics();
    exit
}

impl App {
    fn serve(&mut self) -> Result<Exit, UiError> {
        loop {
            let Some(msg) = self.mailbox.take(self.deadline()) else {
                // Either a frame is due, or a minute has passed.
                self.draw()?;
                continue;
            };
            let by_hand = matches!(
                msg,
                Msg::Key(..)
                    | Msg::Paste(_)
                    | Msg::Mouse(_)
                    | Msg::Resize(_)
                    | Msg::Answered(..)
                    | Msg::NotSent(_)
                    | Msg::Ready
                    | Msg::EditedOutside(_)
            );
            if let Some(exit) = self.handle(msg)? {
                return Ok(exit);
            }
            self.dirty = true;
            if by_hand {
                if let Some(exit) = self.drain_keys()? {
                    return Ok(exit);
                }
                self.draw()?;
            } else if let Some(exit) = self.drain_data()? {
                return Ok(exit);
            }
        }
    }

    /// When to wake up without a message: for a frame that is due, or for the ages on the screen while something runs.
    fn deadline(&self) -> Option<Instant> {
        if self.dirty {
            return Some(self.drawn + self.interval());
        }
        let moves = self.model.run_is_live() || self.model.mode == Mode::Following;
        let age = moves.then(|| self.drawn + if self.model.counts_seconds() { SECOND } else { MINUTE });
        let hold = self.model.holding.map(|_| self.drawn + RENEWAL);
        let armed = self.model.next_change().map(|at| self.origin + at);
        let notice = self.model.attention.wake().map(|at| self.origin + at);
        let note = self.model.note_until().map(|at| self.origin + at);
        let left = moves.then(|| self.model.stuck_in(Timestamp::now())).flatten();
        let stuck = left.map(|left| (Instant::now() + left).max(self.drawn + self.frame));
        age.into_iter()
            .chain(stuck)
            .chain(note)
            .chain(hold)
            .chain(armed)
            .chain(notice)
            .min()
    }

    fn interval(&self) -> Duration {
        if self.model.caught_up && !self.present {
            // The past is folded: the first frame that shows the project is what somebody waits for.
            Duration::ZERO
        } else if self.folded > FLOOD {
            self.frame.max(FRAME_FLOOD)
        } else {
            self.frame
        }
    }

    /// Takes keys that came in the meantime (a held key, a burst), so that one frame shows them all.
    fn drain_keys(&mut self) -> Result<Option<Exit>, UiError> {
        while let Some(msg) = self.mailbox.take_urgent() {
            if let Some(exit) = self.handle(msg)? {
                return Ok(Some(exit));
            }
        }
        Ok(None)
    }

    /// Folds queued events in for a slice of time, keys first, then draws if a frame is due.
    fn drain_data(&mut self) -> Result<Option<Exit>, UiError> {
        let began = Instant::now();
        while began.elapsed() < SLICE && !self.mailbox.has_urgent() {
            let Some(msg) = self.mailbox.take(Some(began)) else { break };
            if let Some(exit) = self.handle(msg)? {
                return Ok(Some(exit));
            }
        }
        if self.drawn.elapsed() >= self.interval() {
            self.draw()?;
        }
        Ok(None)
    }

    fn handle(&mut self, msg: Msg) -> Result<Option<Exit>, UiError> {
        match &msg {
            Msg::Key(key, _) => panic_if_asked(key.code, key.modifiers),
            Msg::Events(events) => self.folded += events.len(),
            _ => {}
        }
        for effect in update(&mut self.model, msg) {
            match effect {
                Effect::Quit(exit) => return Ok(Some(exit)),
                Effect::Send(command) => {
                    if let Err(refused) = self.client.send(command) {
                        update(&mut self.model, Msg::NotSent(refused.to_string()));
                    }
                }
                Effect::Ask(query) => {
                    let mailbox = self.mailbox.clone();
                    let asked = query.clone();
                    self.client.ask(
                        query,
                        Box::new(move |answer| {
                            mailbox.urgent(Msg::Answered(asked.clone(), answer));
                        }),
                    );
                }
                Effect::Forget(query) => self.client.forget(&query),
                Effect::Copy(text) => {
                    let mut bytes = Vec::new();
                    let sequence = crossterm::clipboard::CopyToClipboard::to_clipboard_from(text);
                    crossterm::queue!(bytes, sequence).map_err(UiError::Terminal)?;
                    self.terminal.write_now(&bytes)?;
                }
                Effect::Notify(notice) => {
                    let bytes = self.notice.tell(&notice);
                    if !bytes.is_empty() {
                        self.terminal.write_now(&bytes)?;
                    }
                }
                Effect::CaptureMouse(on) => self.terminal.set_mouse(on)?,
                Effect::EditOutside { name, text } => self.edit_outside(&name, &text)?,
                Effect::Suspend => self.terminal.suspend()?,
                Effect::Resume => self.terminal.resume()?,
                Effect::Repaint => self.terminal.forget()?,
                Effect::DrawAgain => self.dirty = true,
            }
        }
        Ok(None)
    }

    /// Gives terminal and keyboard to the person's own editor, and takes them back.
    fn edit_outside(&mut self, name: &str, text: &str) -> Result<(), UiError> {
        let outcome = match self.editor.clone() {
            None => Err("no editor can be opened from here".to_owned()),
            Some(_) if !self.gate.close() => Err("the keyboard could not be handed over; type here instead".to_owned()),
            Some(editor) => {
                terminal::restore();
                let outcome = editor.edit(name, text);
                self.terminal.resume()?;
                self.gate.open();
                outcome
            }
        };
        self.handle(Msg::EditedOutside(outcome))?;
        Ok(())
    }

    fn draw(&mut self) -> Result<(), UiError> {
        update(&mut self.model, Msg::Clock(Timestamp::now()));
        // What the screen says of keys that will decide in a moment is said of this moment.
        self.model.elapsed = self.origin.elapsed();
        draw(&mut self.terminal, &mut self.model, self.title_bar)?;
        self.drawn = Instant::now();
        self.present = self.model.caught_up;
        self.dirty = false;
        self.folded = 0;
        // What a frame asks for is a question's hold; it never ends the loop.
        self.handle(Msg::Drawn(self.origin.elapsed()))?;
        Ok(())
    }
}

fn draw(terminal: &mut Terminal, model: &mut Model, title_bar: bool) -> Result<(), UiError> {
    if title_bar {
        terminal.set_title(&title::of(model))?;
    }
    terminal.draw(|frame| {
        // The size of this very frame: asked for a moment earlier it can be another one while a window is dragged.
        let area = frame.area();
        model.resize(area.as_size());
        model.settle();
        let cursors = view(model, area, frame.buffer_mut());
        if let Some(position) = cursors.typing {
            frame.set_cursor_position(position);
        }
        cursors.resting.filter(|_| cursors.typing.is_none())
    })
}

/// Lets a test prove that a panic leaves the terminal as it was.
fn panic_if_asked(code: KeyCode, modifiers: KeyModifiers) {
    let chord = modifiers.contains(KeyModifiers::CONTROL) && matches!(code, KeyCode::Char('\\' | '4'));
    if chord && std::env::var_os("LONGHAUL_DEBUG_PANIC").is_some() {
        #[expect(
            clippy::panic,
            reason = "asked for by the environment, for a test of the terminal's restoration"
        )]
        {
            panic!("asked for by LONGHAUL_DEBUG_PANIC");
        }
    }
}

/// Tells on the restored terminal what other threads panicked with meanwhile.
fn tell_panics() {
    for panic in terminal::take_panics() {
        let _ = writeln!(std::io::stderr(), "longhaul: a background {panic}");
    }
}
