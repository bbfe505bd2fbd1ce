//! Rules about commands: making one of a command that waits, listing them, revoking one.
//!
//! Invariant: a rule is made only by a key that was typed after the very pattern, place and time it stands for had been drawn.

use super::availability::only_watches;
use super::motion;
use crate::protocol::Command;
use crate::protocol::event::GateKind;
use crate::session::StandingRule;
use crate::ui::keymap::Action;
use crate::ui::model::review::Latch;
use crate::ui::model::{Always, Model, Page, Subject};
use crate::ui::msg::Effect;
use crate::ui::page::{self, Mark};
use std::time::Duration;

/// Does an action of this topic.
pub fn perform(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Always => open(model),
        Action::Rules => {
            model.pages.retain(|page| page.subject != Subject::Rules);
            model.pages.push(Page::new(Subject::Rules));
        }
        Action::AddRule => add(model, effects),
        Action::WiderRule => change(model, |always| always.step(1)),
        Action::NarrowerRule => change(model, |always| always.step(-1)),
        Action::RuleScope => change(model, Always::next_scope),
        Action::RuleExpiry => change(model, Always::next_expiry),
        Action::RevokeRule => revoke(model, effects),
        _ => {}
    }
}

/// Says why an action of this topic cannot be done now.
#[must_use]
pub fn refusal(model: &Model, action: Action) -> Option<&'static str> {
    match action {
        Action::Always => {
            let open = model.open_review().and_then(|review| review.gate.as_ref());
            let waits = open.is_some_and(|open| {
                let gate = open.opened.gate;
                open.opened.what == GateKind::Command && model.state.open_gates.iter().any(|open| open.opened.gate == gate)
            });
            (!waits)
                .then_some("rules are made of commands that wait")
                .or_else(|| only_watches(model))
        }
        Action::AddRule => {
            let none = model.open_always().is_none_or(|always| always.candidate().is_none());
            only_watches(model).or_else(|| none.then_some("no rule can be made of this command"))
        }
        Action::RuleScope | Action::RuleExpiry => {
            let none = model.open_always().is_none_or(|always| always.candidate().is_none());
            none.then_some("no rule can be made of this command")
        }
        Action::WiderRule | Action::NarrowerRule => {
            let proposal = model.open_always().and_then(Always::proposal);
            let few = proposal.is_none_or(|proposal| proposal.candidates.len() < 2);
            few.then_some("there is no other pattern for this command")
        }
        Action::RevokeRule => {
            let now = model.clock.or(model.state.last_time).unwrap_or_default();
            match selected(model) {
                None => Some("put the cursor on a rule"),
                Some(rule) if !rule.holds(now) => Some("this rule does not hold any more"),
                Some(_) if model.mode == crate::link::Mode::Following => {
                    Some("this window only watches; revoke it where the run was started")
                }
                Some(_) => None,
            }
        }
        _ => None,
    }
}

/// Opens the page for the command that waits on the visible review.
fn open(model: &mut Model) {
    let Some(gate) = model.open_review().and_then(|review| review.gate.as_ref()) else {
        return;
    };
    let always = Always::new(gate.opened.gate, &gate.opened.body, model.elapsed);
    model.always = Some(always);
    model.pages.push(Page::new(Subject::Always));
}

/// Takes a key that follows an Enter which came too soon, if it would leave: who pressed that took the rule for made, and what they
/// type next would answer something else. Returns whether it was such a key; the next one counts.
pub fn hold_back(model: &mut Model, action: Action) -> bool {
    let open = model.open_always().is_some();
    let Some(always) = model.always.as_mut().filter(|always| open && always.is_held) else {
        return false;
    };
    if action == Action::AddRule {
        return false;
    }
    always.is_held = false;
    let leaves = matches!(action, Action::Back | Action::Leave | Action::Rules);
    if leaves {
        let (add, back) = (model.keymap.key_text(Action::AddRule), model.keymap.key_text(Action::Back));
        model.refuse(format!(
            "no rule is made yet: {add} came too soon and makes it now, {back} again leaves without one"
        ));
    }
    leaves
}

/// Changes what the rule will be: nothing is made of it before that was drawn too.
fn change(model: &mut Model, change: impl FnOnce(&mut Always)) {
    let now = model.elapsed;
    if let Some(always) = &mut model.always {
        change(always);
        always.latch = Latch::pressed(now);
        always.seen = 0;
    }
    motion::page_to(model, 0);
}

/// Returns the rows that must have been on the screen before the rule can be made: those that say what it is.
fn needed(model: &Model) -> Option<usize> {
    let open = model.pages.last().filter(|page| page.subject == Subject::Always)?;
    let document = page::document(model, open, page::area(model).width);
    document.marks.first().map(|stop| stop.row)
}

fn add(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.elapsed;
    let Some(always) = model.open_always() else { return };
    if needed(model).is_some_and(|rows| rows > always.seen) {
        if let Some(always) = &mut model.always {
            always.is_held = true;
        }
        return model.refuse("scroll down first: not all of the rule was on the screen");
    }
    if !always.latch.is_armed(now) {
        return super::review::too_soon(model);
    }
    let Some(candidate) = always.candidate() else { return };
    let (pattern, enough) = (candidate.pattern.clone(), candidate.enough && model.still_waits(always));
    let (scope, expiry) = (always.scope, always.expiry);
    let told = if enough {
        format!("rule sent: `{pattern}`; the command runs by it")
    } else {
        format!("rule sent: `{pattern}`")
    };
    effects.push(Effect::Send(Command::AddRule { pattern, scope, expiry }));
    model.always = None;
    model.pages.retain(|page| page.subject != Subject::Always);
    if enough {
        model.pages.retain(|page| !matches!(page.subject, Subject::Review(_)));
    }
    model.say(told);
}

/// Returns the rule under the cursor of the visible list.
#[must_use]
pub fn selected(model: &Model) -> Option<&StandingRule> {
    let open = model.pages.last().filter(|page| page.subject == Subject::Rules)?;
    let document = page::document(model, open, page::area(model).width);
    let stops = document.marks.iter().filter(|stop| stop.mark == Mark::File);
    let under = stops.rev().find(|stop| stop.row <= open.cursor)?.file;
    model.state.rules.get(under)
}

fn revoke(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(rule) = selected(model).map(|rule| rule.id) else {
        return;
    };
    effects.push(Effect::Send(Command::RevokeRule { rule }));
    model.say(format!("asked to revoke {rule}"));
}

/// Notes that the page was drawn, once there is something on it to decide on.
pub fn drawn(model: &mut Model, at: Duration) {
    let covered = model.popup.is_some() || model.search.is_some();
    if covered || model.open_always().and_then(Always::candidate).is_none() {
        return;
    }
    let top = model.pages.last().map_or(0, |page| page.scroll);
    let bottom = top + usize::from(page::area(model).height);
    let needed = needed(model).unwrap_or(usize::MAX);
    if let Some(always) = &mut model.always {
        // What was jumped over was not read.
        if top <= always.seen {
            always.seen = always.seen.max(bottom);
        }
        if always.seen >= needed {
            always.latch.drawn(at);
        }
    }
}
