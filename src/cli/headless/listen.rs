//! Orders from standard input: read on a thread of their own, carried out between two lines of output.
//!
//! Invariant: what an order came to is said by the event it leads to; only what leads to none is answered here.

use super::{Incoming, Watch};
use crate::cli::orders::{ORDERS, Order, changes, open};
use crate::link::Client;
use crate::protocol::{Answer, Command, GateId, Query, Steer};
use crate::ui::text::Clean;
use std::io::{BufRead, Read as _};
use std::sync::mpsc::SyncSender;

/// Longest line that is read as one, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Starts to read. A thread that waits for a line does not keep the program from ending.
pub(super) fn to_standard_input(sender: SyncSender<Incoming>) {
    let reader = move || read(std::io::stdin().lock(), |incoming| sender.send(incoming).is_ok());
    if let Err(error) = std::thread::Builder::new().name("orders".into()).spawn(reader) {
        tracing::warn!(%error, "no thread for orders");
    }
}

fn read(mut input: impl BufRead, mut tell: impl FnMut(Incoming) -> bool) {
    loop {
        let mut line = Vec::new();
        match (&mut input).take(LONGEST).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => break,
            Ok(_) if !tell(Incoming::Line(String::from_utf8_lossy(&line).into_owned())) => return,
            Ok(_) => {}
        }
    }
    tell(Incoming::Deaf);
}

impl Watch<'_> {
    /// Carries out one line.
    pub(super) fn obey(&mut self, line: &str, client: &Client, sender: &SyncSender<Incoming>) {
        let said = match Order::parse(line) {
            Ok(None) => return,
            Ok(Some(order)) => self.carry_out(order, client, sender),
            Err(sentence) => Err(sentence),
        };
        if let Err(sentence) = said {
            self.reply(&format!("not done: {sentence}"));
        }
    }

    fn carry_out(&mut self, order: Order, client: &Client, sender: &SyncSender<Incoming>) -> Result<(), String> {
        match &order {
            Order::Help => {
                for (words, meaning) in ORDERS {
                    self.reply(&format!("  {words:<20} {meaning}"));
                }
            }
            Order::Waiting => self.list(),
            Order::Show(gate) => self.show(*gate, client, sender)?,
            _ => {}
        }
        let Some(command) = order.command(&self.state, &self.shown)? else {
            return Ok(());
        };
        if let Command::Steer(Steer::Pause { .. }) = &command
            && self.state.run.is_none()
        {
            return Err("the run has not started yet".to_owned());
        }
        client.send(command).map_err(|closed| closed.to_string())
    }

    fn list(&mut self) {
        let gates = self.state.open_gates.iter().map(|open| super::gates::waiting(&open.opened));
        let questions = self.state.open_questions.iter().map(super::gates::asked);
        let lines: Vec<String> = gates.chain(questions).collect();
        if lines.is_empty() {
            self.reply("nothing waits for you");
        }
        for line in lines {
            self.reply(&line);
        }
    }

    /// Prints what a gate is about, or looks it up first.
    fn show(&mut self, gate: GateId, client: &Client, sender: &SyncSender<Incoming>) -> Result<(), String> {
        let opened = open(&self.state, gate)?.opened.clone();
        self.reply(&format!("{gate}: {}", opened.title));
        for line in opened.body.lines() {
            self.reply(&format!("  {line}"));
        }
        for (fine, finding) in opened.sentences() {
            self.reply(&format!("  {} {finding}", if fine { "ok " } else { "NOT" }));
        }
        if let Some((from, to)) = opened.change() {
            let sender = sender.clone();
            let reply = Box::new(move |answer| {
                let _ = sender.send(Incoming::Change(gate, answer));
            });
            client.ask(Query::TreeDiff { from, to }, reply);
        }
        Ok(())
    }

    pub(super) fn show_change(&mut self, gate: GateId, answer: Answer) {
        match answer {
            Answer::TreeDiff { files } => {
                for line in changes(&files) {
                    self.reply(&line);
                }
                self.shown.printed(gate, &files);
            }
            Answer::Failed { message } => self.reply(&format!("the change of {gate} cannot be shown: {message}")),
            _ => {}
        }
    }

    /// Answers an order. Behind JSON lines it goes to standard error.
    pub(super) fn reply(&mut self, line: &str) {
        let line = Clean::line(line);
        if self.json {
            let _ = self.console.note(line.as_str());
        } else {
            self.print(line.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_to_the_end_and_a_long_one_in_parts() {
        let long = "x".repeat(usize::try_from(LONGEST).unwrap() + 5);
        let input = format!("approve 1\r\n\u{fffd}\n{long}");
        let mut got = Vec::new();
        read(input.as_bytes(), |incoming| {
            got.push(match incoming {
                Incoming::Line(line) => line.len(),
                Incoming::Deaf => 0,
                _ => unreachable!(),
            });
            true
        });
        assert_eq!(got, [11, 4, usize::try_from(LONGEST).unwrap(), 5, 0]);
    }
}
