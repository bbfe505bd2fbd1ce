//! A run without the full-screen view: one line per event of note, or the log's own JSON, and a progress line.
//!
//! Owns the loop; [`narrate`] owns the words. Reads the same link and the same reducer as the screen does.
//! Invariant: what goes wrong with the output never touches the run; the log has everything.

pub(super) mod gates;
mod listen;
mod narrate;
mod progress;
mod steered;

use super::console::Console;
use super::orders::{Shown, hint};
use crate::link::{Client, Update};
use crate::protocol::{Answer, Command, Envelope, Event, GateId, Seq, StopMode};
use crate::session::State;
use crate::ui::notice::{Attention, Setup};
use crate::ui::text::Clean;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Batches of events that may wait to be printed; a slow reader of our output slows the subscription, not the engine.
const WAITING: usize = 64;
/// How often the progress line's ages are brought up to date.
const TICK: Duration = Duration::from_secs(1);
/// How long a gate waits for orders that were given before the last one came.
const GRACE: Duration = Duration::from_secs(3);

/// Prints a run until it ends.
pub struct Watch<'a> {
    console: &'a mut Console,
    json: bool,
    /// Events up to this one are history.
    after: Seq,
    state: State,
    zone: TimeZone,
    muted: bool,
    began: Instant,
    notice: Setup,
    attention: Attention,
    /// Whether orders come from standard input.
    listens: bool,
    /// Whether no order comes any more.
    deaf: bool,
    /// The gate that nobody can answer, and since when it was seen to wait.
    unanswered: Option<(GateId, Instant)>,
    shown: Shown,
}

/// What a watch is woken by.
enum Incoming {
    /// Things happened.
    Events(Vec<Arc<Envelope>>),
    /// The source of events is at its end.
    Closed,
    /// A line was typed.
    Line(String),
    /// No line comes any more.
    Deaf,
    /// What a gate is about was looked up.
    Change(GateId, Answer),
}

impl<'a> Watch<'a> {
    /// Prepares to print what comes after an event.
    #[must_use]
    pub fn new(console: &'a mut Console, json: bool, after: Seq) -> Self {
        Self {
            console,
            json,
            after,
            state: State::default(),
            zone: TimeZone::system(),
            muted: false,
            began: Instant::now(),
            notice: Setup::default(),
            attention: Attention::default(),
            listens: false,
            deaf: false,
            unanswered: None,
            shown: Shown::default(),
        }
    }

    /// Also takes orders from standard input.
    #[must_use]
    pub fn listening(self) -> Self {
        Self { listens: true, ..self }
    }

    /// Also tells a person who looks elsewhere: nobody is taken to watch lines go by.
    #[must_use]
    pub fn telling(self, notice: Setup) -> Self {
        Self {
            attention: Attention::new(notice.policy),
            notice,
            ..self
        }
    }

    /// Prints until the run's end was printed, or nothing more comes.
    pub fn until_end(mut self, client: &Client) {
        let (sender, receiver) = mpsc::sync_channel(WAITING);
        if self.listens {
            listen::to_standard_input(sender.clone());
        }
        let events = sender.clone();
        client.subscribe(Box::new(move |update| match update {
            Update::Events(batch) => events.send(Incoming::Events(batch)).is_ok(),
            Update::CaughtUp => true,
            Update::Closed | Update::Reopened => {
                let _ = events.send(Incoming::Closed);
                false
            }
        }));
        loop {
            match receiver.recv_timeout(TICK) {
                Ok(Incoming::Events(events)) => {
                    let ended = events.iter().any(|envelope| self.take(envelope));
                    self.tell();
                    if ended {
                        break;
                    }
                }
                Ok(Incoming::Line(line)) => self.obey(&line, client, &sender),
                Ok(Incoming::Change(gate, answer)) => self.show_change(gate, answer),
                Ok(Incoming::Deaf) => {
                    self.deaf = true;
                    self.reply("no more orders come, for standard input has ended; the run stops at a gate that waits for you, and a question gets its default \
                         answer when its time is up");
                }
                Err(RecvTimeoutError::Timeout) => self.tell(),
                Ok(Incoming::Closed) | Err(RecvTimeoutError::Disconnected) => break,
            }
            self.stop_if_nobody_answers(client);
            self.show_progress();
        }
        let _ = self.console.erase_progress();
    }

    /// A gate that nobody can answer any more would hold the run for ever. The last orders may still be on their way to it.
    fn stop_if_nobody_answers(&mut self, client: &Client) {
        let waits = self.state.open_gates.first().map(|open| open.opened.gate);
        let Some(gate) = waits.filter(|_| self.deaf && self.state.last_seq > self.after) else {
            self.unanswered = None;
            return;
        };
        match self.unanswered {
            Some((known, since)) if known == gate => {
                if since.elapsed() < GRACE {
                    return;
                }
                self.deaf = false;
                self.reply(&format!(
                    "nobody can answer {gate} any more: the run stops, its files stay as they are; `longhaul run` goes on from there"
                ));
                let _ = client.send(Command::Stop { mode: StopMode::Now });
            }
            _ => self.unanswered = Some((gate, Instant::now())),
        }
    }

    /// Takes one event; says whether it ends the run.
    fn take(&mut self, envelope: &Arc<Envelope>) -> bool {
        self.state.apply(envelope);
        if envelope.seq <= self.after {
            return false;
        }
        self.attention.happened(&envelope.event, &self.state);
        if self.json {
            if let Ok(line) = envelope.to_line() {
                self.print(&line);
            }
        } else {
            let time = envelope.time.to_zoned(self.zone.clone()).strftime("%H:%M:%S").to_string();
            for line in narrate::lines(&envelope.event, envelope.session, &self.state) {
                self.print(&format!("{time}  {}", Clean::line(&line)));
            }
            if self.listens
                && let Event::GateOpened(opened) = &envelope.event
                && self.state.run.as_ref().is_some_and(|run| run.autonomy.asks(opened.what))
            {
                self.print(&format!("{:10}{}", "", hint(opened)));
            }
        }
        matches!(envelope.event, Event::RunEnded(_))
    }

    fn tell(&mut self) {
        for notice in self.attention.look(&self.state, self.began.elapsed()) {
            // Whether it arrives changes nothing here, as with every line.
            let _ = self.console.alert(&self.notice.tell(&notice));
        }
    }

    fn print(&mut self, line: &str) {
        if !self.muted && self.console.line(line).is_err() {
            // The reader is gone or the disk is full: the run goes on, its log is whole.
            self.muted = true;
        }
    }

    fn show_progress(&mut self) {
        if self.muted || !self.console.shows_progress() || self.state.last_seq <= self.after {
            return;
        }
        let text = Clean::line(&progress::line(&self.state, Timestamp::now()));
        self.muted = self.console.progress(&text).is_err();
    }
}
