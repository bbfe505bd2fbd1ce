//! What a person may tell a run by lines of text, and what each line means for the run as it stands.
//!
//! Owns the words of an order, its [`Order::parse`] and the [`Command`] it comes to. Does not own where the lines come from nor what
//! is printed. Pure. Invariant: an order that decides names a gate that is open now and is bound to the tree of that gate, so a line
//! that was typed too early, or for another change, decides nothing.

mod show;
#[cfg(test)]
mod tests;

pub use show::{Shown, changes};

use crate::protocol::event::{GateKind, GateOpened};
use crate::protocol::typed;
use crate::protocol::{
    Autonomy, Command, Delivery, FeatureId, GateAnswer, GateDecision, GateId, OrderChange, PauseMode, QuestionId, Steer, StopMode,
};
use crate::session::State;
use crate::session::state::OpenGate;

/// One order, read from a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// List the orders.
    Help,
    /// List what waits.
    Waiting,
    /// Print what a gate is about: the change, the command.
    Show(GateId),
    /// Let what waits at a gate pass; the text is another limit than the one offered.
    Approve(GateId, String),
    /// Do not let it pass, and say why.
    Deny {
        /// Which gate.
        gate: GateId,
        /// Whether the agent is stopped.
        stop: bool,
        /// Why, may be empty.
        reason: String,
    },
    /// Answer a question: the number of a choice, or a text.
    Answer(QuestionId, String),
    /// Pause, speak to the agent, change the order of the work.
    Steer(Steer),
    /// Stop the run.
    Stop(StopMode),
    /// Let fewer or more things wait.
    Autonomy(Autonomy),
}

/// What stands behind the approval of a commit that the user's pre-commit hook does not let through.
const OVER_HOOK: &str = "over-hook";

/// The orders as `help` lists them.
pub const ORDERS: [(&str, &str); 13] = [
    ("gates", "list what waits for you"),
    ("show N", "print what gate N is about: the change, the command"),
    (
        "approve N",
        "let it pass; at a limit `approve N AMOUNT` sets another one, over a failed pre-commit hook it is `approve N over-hook`",
    ),
    ("deny N REASON", "do not; the agent gets the reason and goes on"),
    ("deny-stop N REASON", "do not, and stop the run"),
    (
        "answer N TEXT",
        "answer question N: the number of a choice, or words of your own",
    ),
    ("pause", "pause after the running step; `pause now` interrupts it"),
    ("resume", "go on"),
    (
        "steer TEXT",
        "tell the agent at its next step; `steer-now TEXT` interrupts it for that",
    ),
    ("pick F", "work on feature F next; `unpick F` takes it back"),
    ("skip F", "leave feature F out; `unskip F` takes it back in"),
    ("autonomy LEVEL", "manual, commits, deferred or auto"),
    ("stop", "stop after the running step; `stop session`, `stop now`"),
];

impl Order {
    /// Reads a line. A blank one is no order.
    ///
    /// # Errors
    /// A sentence for the person: what was not understood, and what could have been meant.
    pub fn parse(line: &str) -> Result<Option<Self>, String> {
        let line = line.trim();
        if let Some(found) = typed::hidden(line) {
            return Err(found.to_string());
        }
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let plain = |order: Self| match rest {
            "" => Ok(order),
            _ => Err(format!("`{word}` takes nothing after it; `help` lists the orders")),
        };
        let order = match word {
            "" => return Ok(None),
            "help" | "?" => plain(Self::Help)?,
            "gates" => plain(Self::Waiting)?,
            "resume" => plain(Self::Steer(Steer::Resume))?,
            "show" => match numbered(word, rest)? {
                (gate, "") => Self::Show(GateId(gate)),
                _ => return Err("`show` takes one number: `show 3`".to_owned()),
            },
            "approve" => {
                let (gate, amount) = numbered(word, rest)?;
                Self::Approve(GateId(gate), amount.to_owned())
            }
            "deny" | "deny-stop" => {
                let (gate, reason) = numbered(word, rest)?;
                Self::Deny {
                    gate: GateId(gate),
                    stop: word == "deny-stop",
                    reason: reason.to_owned(),
                }
            }
            "answer" => match numbered(word, rest)? {
                (_, "") => return Err("`answer` needs words: `answer 1 yes, keep it`".to_owned()),
                (question, text) => Self::Answer(QuestionId(question), text.to_owned()),
            },
            "pause" => Self::Steer(Steer::Pause {
                mode: match rest {
                    "" => PauseMode::AfterStep,
                    "now" => PauseMode::Now,
                    _ => return Err("`pause` or `pause now`".to_owned()),
                },
            }),
            "steer" | "steer-now" => Self::Steer(Steer::Say {
                text: needed(word, rest, "use tabs")?,
                when: if word == "steer" { Delivery::NextStep } else { Delivery::Now },
            }),
            "pick" => order(word, rest, OrderChange::Pick)?,
            "unpick" => order(word, rest, OrderChange::Unpick)?,
            "skip" => order(word, rest, OrderChange::Skip)?,
            "unskip" => order(word, rest, OrderChange::Unskip)?,
            "autonomy" => {
                Self::Autonomy(Autonomy::of(rest).ok_or_else(|| "the levels are manual, commits, deferred and auto".to_owned())?)
            }
            "stop" => Self::Stop(match rest {
                "" => StopMode::AfterStep,
                "session" => StopMode::AfterSession,
                "now" => StopMode::Now,
                _ => return Err("`stop`, `stop session` or `stop now`".to_owned()),
            }),
            _ => return Err(format!("`{word}` is no order; `help` lists them")),
        };
        Ok(Some(order))
    }

    /// What the order comes to for a run that stands so; `None` for one that only asks for something to be printed.
    ///
    /// # Errors
    /// A sentence for the person: why it cannot be carried out.
    pub fn command(self, state: &State, shown: &Shown) -> Result<Option<Command>, String> {
        let answer = |gate: GateId, decision, reason: String| {
            let open = open(state, gate)?;
            Ok::<_, String>(GateAnswer {
                gate,
                tree: open.opened.tree.clone(),
                decision,
                reason,
                message: None,
                comments: Vec::new(),
                seen: shown.seen(gate),
            })
        };
        Ok(Some(match self {
            Self::Help | Self::Waiting | Self::Show(_) => return Ok(None),
            Self::Approve(gate, amount) => {
                let opened = &open(state, gate)?.opened;
                let limit = opened.what == GateKind::Limit;
                let failure = opened.commit.as_ref().and_then(|facts| facts.hook_failure.as_ref());
                let over = failure.is_some() && amount == OVER_HOOK;
                if let Some(failure) = failure.filter(|_| !over) {
                    return Err(format!("{failure} `approve {} {OVER_HOOK}` commits over it", gate.0));
                }
                let amount = if over { String::new() } else { amount };
                if !amount.is_empty() && !limit {
                    return Err(format!(
                        "{gate} is not about a limit: `approve {}` takes nothing after it",
                        gate.0
                    ));
                }
                Command::DecideGate(GateAnswer {
                    message: (!amount.is_empty()).then_some(amount),
                    ..answer(gate, GateDecision::Approve, String::new())?
                })
            }
            Self::Deny { gate, stop, reason } => Command::DecideGate(if stop {
                answer(gate, GateDecision::RejectAndStop, reason)?
            } else {
                answer(gate, GateDecision::Reject, reason)?
            }),
            Self::Answer(question, text) => {
                let asked = state.open_questions.iter().find(|asked| asked.question == question);
                let asked = asked.ok_or_else(|| format!("{question} does not wait"))?;
                let choice = asked.meant(&text).and_then(|place| asked.choices.get(place).cloned());
                let text = choice.unwrap_or(text);
                Command::AnswerQuestion { question, text }
            }
            Self::Steer(steer) => Command::Steer(steer),
            Self::Stop(mode) => Command::Stop { mode },
            Self::Autonomy(level) => Command::SetAutonomy { level },
        }))
    }
}

/// The orders that answer a gate, for the line after the one that tells of it.
#[must_use]
pub fn hint(opened: &GateOpened) -> String {
    let gate = opened.gate.0;
    let hook = opened.commit.as_ref().is_some_and(|facts| facts.hook_failure.is_some());
    let amount = match opened.what {
        GateKind::Limit => " [AMOUNT]",
        GateKind::Commit if hook => " over-hook",
        GateKind::Commit | GateKind::Command | GateKind::Artifact => "",
    };
    format!("show {gate}, approve {gate}{amount}, deny {gate} REASON")
}

/// Finds an open gate.
///
/// # Errors
/// Says which gates are open instead.
pub fn open(state: &State, gate: GateId) -> Result<&OpenGate, String> {
    let mut gates = state.open_gates.iter();
    gates.find(|open| open.opened.gate == gate).ok_or_else(|| {
        let others: Vec<String> = state.open_gates.iter().map(|open| open.opened.gate.0.to_string()).collect();
        if others.is_empty() {
            format!("{gate} does not wait: nothing waits for you")
        } else {
            format!("{gate} does not wait; open: {}", others.join(", "))
        }
    })
}

fn numbered<'a>(word: &str, rest: &'a str) -> Result<(u32, &'a str), String> {
    let (number, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let number = number
        .parse()
        .map_err(|_| format!("`{word}` needs a number first: `{word} 3`; `gates` lists what waits"))?;
    Ok((number, rest.trim()))
}

fn needed(word: &str, rest: &str, example: &str) -> Result<String, String> {
    match rest {
        "" => Err(format!("`{word}` needs something after it: `{word} {example}`")),
        _ => Ok(rest.to_owned()),
    }
}

fn order(word: &str, rest: &str, change: OrderChange) -> Result<Order, String> {
    let feature = FeatureId(needed(word, rest, "F003")?);
    Ok(Order::Steer(Steer::Order { feature, change }))
}
