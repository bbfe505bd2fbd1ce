//! Where messages come from: the keyboard, the link, signals. Each has a thread of its own; none of them draws.

use super::handover::KeyGate;
use super::mailbox::Mailbox;
use super::msg::Msg;
use super::notice::Focus;
use super::{UiError, terminal};
use crate::link::{Client, Update};
use crossterm::event::{Event, KeyEventKind};
use ratatui::layout::Size;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::thread::Builder;
use std::time::Instant;

/// Starts the threads that read keys and signals.
///
/// # Errors
/// Fails if a thread or a signal handler cannot be made.
pub fn start(mailbox: &Mailbox, origin: Instant, gate: &KeyGate) -> Result<(), UiError> {
    signals(mailbox.clone(), gate.clone())?;
    keys(mailbox.clone(), origin, gate.clone())
}

/// Subscribes to the log.
pub fn subscribe(client: &Client, mailbox: &Mailbox) {
    let mailbox = mailbox.clone();
    client.subscribe(Box::new(move |update| {
        mailbox.data(match update {
            // Only asks whether anybody is here: nothing to draw.
            Update::Events(events) if events.is_empty() => return !mailbox.is_closed(),
            Update::Events(events) => Msg::Events(events),
            Update::CaughtUp => Msg::CaughtUp,
            Update::Closed => Msg::Closed,
            Update::Reopened => Msg::Reopened,
        })
    }));
}

/// The thread is left behind when the UI ends: it sleeps in a read that only a key ends, and waking it up
/// now and then to look would cost wake-ups while nothing happens.
fn keys(mailbox: Mailbox, origin: Instant, gate: KeyGate) -> Result<(), UiError> {
    let read = move || {
        loop {
            gate.pass();
            let msg = match crossterm::event::read() {
                Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => Msg::Key(key, origin.elapsed()),
                Ok(Event::Paste(text)) => Msg::Paste(text),
                Ok(Event::Mouse(mouse)) => Msg::Mouse(mouse),
                Ok(Event::Resize(width, height)) => Msg::Resize(Size { width, height }),
                Ok(Event::FocusGained) => Msg::Focus(Focus::Here),
                Ok(Event::FocusLost) => Msg::Focus(Focus::Away),
                Ok(Event::Key(_)) => continue,
                // The terminal is gone.
                Err(_) => Msg::Terminate(SIGHUP),
            };
            let last = matches!(msg, Msg::Terminate(_));
            if !mailbox.urgent(msg) || last {
                return;
            }
        }
    };
    Builder::new().name("keys".into()).spawn(read).map_err(UiError::Thread)?;
    Ok(())
}

fn signals(mailbox: Mailbox, gate: KeyGate) -> Result<(), UiError> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGCONT]).map_err(UiError::Thread)?;
    let watch = move || {
        let mut asked = false;
        for signal in &mut signals {
            if signal == SIGCONT {
                mailbox.urgent(Msg::Continued);
                continue;
            }
            if signal == SIGINT && gate.is_closed() && !mailbox.is_closed() {
                // Meant for the program that has the keyboard; the terminal sends it to the whole group.
                continue;
            }
            if asked || !mailbox.urgent(Msg::Terminate(signal)) {
                // Asked twice, or the UI has left already: do what the signal does by itself.
                terminal::restore();
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
            asked = true;
        }
    };
    Builder::new().name("signals".into()).spawn(watch).map_err(UiError::Thread)?;
    Ok(())
}
