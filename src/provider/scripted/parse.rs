//! The TOML form of a script.
//!
//! Owns keys, defaults and checks; knows nothing of serving. Invariant: unknown keys are refused, so a
//! misspelt `when` cannot silently become a turn that always plays.

use super::ScriptError;
use super::aside::Aside;
use super::script::{Fault, FaultKind, Script, ScriptedCall, ScriptedSession, ScriptedUsage, Turn};
use crate::protocol::Role;
use regex::Regex;
use serde::Deserialize;
use std::time::Duration;

const YEAR: Duration = Duration::from_secs(365 * 86_400);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptForm {
    #[serde(default)]
    script: Defaults,
    #[serde(default)]
    session: Vec<SessionForm>,
    #[serde(default)]
    aside: Vec<AsideForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AsideForm {
    when: String,
    text: String,
    think_ms: Option<u32>,
    #[serde(default)]
    again: bool,
    #[serde(default)]
    call: Vec<CallForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Defaults {
    model: String,
    chars_per_second: f64,
    think_ms: u32,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            model: super::MODEL.to_owned(),
            chars_per_second: 600.0,
            think_ms: 150,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionForm {
    role: Role,
    #[serde(default)]
    title: String,
    #[serde(default)]
    turn: Vec<TurnForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TurnForm {
    thinking: Option<String>,
    text: Option<String>,
    when: Option<String>,
    step: Option<usize>,
    think_ms: Option<u32>,
    usage: Option<UsageForm>,
    stop_reason: Option<String>,
    fault: Option<FaultForm>,
    #[serde(default)]
    call: Vec<CallForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallForm {
    tool: String,
    #[serde(default)]
    input: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct UsageForm {
    input: u64,
    output: u64,
    cache_read: u64,
    cache_write: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultForm {
    kind: FaultName,
    code: Option<u16>,
    times: Option<u32>,
    retry_after: Option<f64>,
    #[serde(default)]
    after_bytes: usize,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
enum FaultName {
    Status,
    Cut,
    Stall,
    ErrorEvent,
    Garbage,
}

/// Parses and checks a script.
pub(super) fn script(text: &str) -> Result<Script, ScriptError> {
    let form: ScriptForm = toml::from_str(text).map_err(|error| ScriptError::Syntax {
        reason: error.to_string().trim_end().to_owned(),
    })?;
    let defaults = form.script;
    if !(1.0..=1e6).contains(&defaults.chars_per_second) {
        return Err(invalid("[script]", "`chars_per_second` must be from 1 to 1000000"));
    }
    let mut sessions = Vec::with_capacity(form.session.len());
    for (number, form) in (1..).zip(form.session) {
        let place = if form.title.is_empty() {
            format!("session {number}")
        } else {
            format!("session {number} \"{}\"", form.title)
        };
        sessions.push(session(form, &place, &defaults)?);
    }
    let asides = (1..)
        .zip(form.aside)
        .map(|(number, form)| aside(form, &format!("aside {number}"), &defaults))
        .collect::<Result<_, _>>()?;
    if sessions.is_empty() {
        return Err(invalid("the script", "it has no [[session]]"));
    }
    Ok(Script {
        model: defaults.model,
        chars_per_second: defaults.chars_per_second,
        sessions,
        asides,
    })
}

fn aside(form: AsideForm, place: &str, defaults: &Defaults) -> Result<Aside, ScriptError> {
    if form.text.trim().is_empty() {
        return Err(invalid(place, "`text` must not be blank"));
    }
    Ok(Aside {
        when: pattern(&form.when, place)?,
        text: form.text,
        calls: form.call.into_iter().map(call).collect(),
        again: form.again,
        think: Duration::from_millis(form.think_ms.unwrap_or(defaults.think_ms).into()),
    })
}

fn pattern(text: &str, place: &str) -> Result<Regex, ScriptError> {
    Regex::new(text).map_err(|error| invalid(place, &format!("`when` is not a regular expression: {error}")))
}

fn call(form: CallForm) -> ScriptedCall {
    ScriptedCall {
        tool: form.tool,
        input: serde_json::Value::Object(form.input).to_string(),
    }
}

fn session(form: SessionForm, place: &str, defaults: &Defaults) -> Result<ScriptedSession, ScriptError> {
    if form.turn.is_empty() {
        return Err(invalid(place, "it has no [[session.turn]]"));
    }
    let mut turns: Vec<Turn> = Vec::with_capacity(form.turn.len());
    // A script may count its steps from 0 or from 1: the first turn, if it says so, sets the base.
    let base = form.turn.first().and_then(|turn| turn.step).unwrap_or(0);
    if base > 1 {
        return Err(invalid(&format!("{place}, turn 1"), "the first `step` must be 0 or 1"));
    }
    for (number, form) in (1..).zip(form.turn) {
        let place = format!("{place}, turn {number}");
        let before = turns.last();
        let following = before.map_or(0, |turn| turn.step + 1);
        let step = match form.step {
            None => following,
            Some(step) => step
                .checked_sub(base)
                .filter(|step| *step == following || Some(*step) == before.map(|turn| turn.step))
                .ok_or_else(|| {
                    let expected = following + base;
                    let reason =
                        format!("`step = {step}` leaves a gap or goes back: {expected} comes next (the first turn is step {base})");
                    invalid(&place, &reason)
                })?,
        };
        if before.is_some_and(|turn| turn.step == step && turn.when.is_none()) {
            return Err(invalid(&place, "it can never play: the alternative before it has no `when`"));
        }
        turns.push(turn(form, step, &place, defaults)?);
    }
    Ok(ScriptedSession {
        role: form.role,
        title: form.title,
        turns,
    })
}

fn turn(form: TurnForm, step: usize, place: &str, defaults: &Defaults) -> Result<Turn, ScriptError> {
    let blank = |text: &Option<String>| text.as_deref().is_some_and(|text| text.trim().is_empty());
    if blank(&form.text) || blank(&form.thinking) {
        return Err(invalid(
            place,
            "`text` and `thinking` must not be blank: leave them out instead",
        ));
    }
    if form.text.is_none() && form.call.is_empty() {
        return Err(invalid(place, "it needs a `text` or a [[session.turn.call]]"));
    }
    if form.call.iter().any(|call| call.tool.is_empty()) {
        return Err(invalid(place, "a call has an empty `tool`"));
    }
    let when = form.when.as_deref().map(|when| pattern(when, place)).transpose()?;
    Ok(Turn {
        step,
        when,
        thinking: form.thinking,
        text: form.text,
        calls: form.call.into_iter().map(call).collect(),
        think: Duration::from_millis(form.think_ms.unwrap_or(defaults.think_ms).into()),
        usage: form.usage.map(|usage| ScriptedUsage {
            input: usage.input,
            output: usage.output,
            cache_read: usage.cache_read,
            cache_write: usage.cache_write,
        }),
        stop_reason: form.stop_reason,
        fault: form.fault.map(|form| fault(&form, place)).transpose()?,
    })
}

fn fault(form: &FaultForm, place: &str) -> Result<Fault, ScriptError> {
    let code = form.code.unwrap_or(529);
    if !(400..=599).contains(&code) {
        return Err(invalid(place, "the fault's `code` must be an error status, 400 to 599"));
    }
    if form.times == Some(0) {
        return Err(invalid(place, "the fault's `times` must be at least 1"));
    }
    let retry_after = form
        .retry_after
        .map(|seconds| {
            Duration::try_from_secs_f64(seconds)
                .ok()
                .filter(|wait| *wait <= YEAR)
                .ok_or_else(|| invalid(place, "the fault's `retry_after` must be seconds, a year of them at most"))
        })
        .transpose()?;
    let kind = match form.kind {
        FaultName::Status => FaultKind::Status { code, retry_after },
        FaultName::Cut => FaultKind::Cut,
        FaultName::Stall => FaultKind::Stall,
        FaultName::ErrorEvent => FaultKind::ErrorEvent { code },
        FaultName::Garbage => FaultKind::Garbage,
    };
    Ok(Fault {
        kind,
        times: form.times.unwrap_or(1),
        after_bytes: form.after_bytes,
    })
}

fn invalid(place: &str, reason: &str) -> ScriptError {
    ScriptError::Invalid {
        place: place.to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        script(text).unwrap_err().to_string()
    }

    #[test]
    fn defaults_and_implicit_steps() {
        let script = script(
            r#"
            [[session]]
            role = "initializer"
            title = "plan"
            [[session.turn]]
            text = "one"
            [[session.turn]]
            text = "two, after a failure"
            when = "not ok"
            step = 1
            [[session.turn]]
            text = "two"
            step = 1
            [[session.turn]]
            text = "three"
            fault = { kind = "status", code = 529, times = 2, retry_after = 1, after_bytes = 0 }
            [[session.turn.call]]
            tool = "bash"
            input = { command = "ls" }
            "#,
        )
        .unwrap();
        assert_eq!(script.model, "scripted-demo");
        let session = &script.sessions[0];
        assert_eq!(session.role, Role::Initializer);
        assert_eq!(session.turns.iter().map(|turn| turn.step).collect::<Vec<_>>(), [0, 1, 1, 2]);
        assert_eq!(session.turns[3].calls[0].input, r#"{"command":"ls"}"#);
        assert_eq!(session.turns[0].think, Duration::from_millis(150));
        let fault = session.turns[3].fault.unwrap();
        assert_eq!(fault.times, 2);
        let retry_after = Some(Duration::from_secs(1));
        assert_eq!(fault.kind, FaultKind::Status { code: 529, retry_after });
    }

    #[test]
    fn steps_may_count_from_one() {
        let text = "[[session]]\nrole='coding'\n[[session.turn]]\nstep=1\ntext='a'\n[[session.turn]]\nstep=2\ntext='b'\n";
        let script = script(text).unwrap();
        assert_eq!(
            script.sessions[0].turns.iter().map(|turn| turn.step).collect::<Vec<_>>(),
            [0, 1]
        );
    }

    #[test]
    fn refusals_name_the_place() {
        let head = "[[session]]\nrole='coding'\ntitle='login'\n[[session.turn]]\ntext='a'\n[[session.turn]]\n";
        assert_eq!(
            refusal(&format!("{head}text='b'\nwhen='('\n")).lines().next().unwrap(),
            "the script cannot be played: session 1 \"login\", turn 2: `when` is not a regular expression: regex parse error:"
        );
        assert!(
            refusal(&format!("{head}text='b'\nstep=4\n")).contains("turn 2: `step = 4` leaves a gap or goes back: 1 comes next")
        );
        assert!(refusal(&format!("{head}text='b'\nstep=0\n")).contains("turn 2: it can never play"));
        assert!(refusal(&format!("{head}thinking='b'\n")).contains("turn 2: it needs a `text` or a [[session.turn.call]]"));
        assert!(refusal(&format!("{head}text=' '\n")).contains("must not be blank"));
        assert!(refusal(&format!("{head}text='b'\nfault={{kind='status',code=200}}\n")).contains("error status"));
        assert!(refusal("[[session]]\nrole='coding'\n").contains("session 1: it has no [[session.turn]]"));
        assert!(refusal("").contains("no [[session]]"));
    }

    #[test]
    fn unknown_keys_are_refused_with_their_line() {
        let error = refusal("[[session]]\nrole='coding'\n[[session.turn]]\ntext='a'\nwhenn='b'\n");
        assert!(error.contains("line 5") && error.contains("whenn"), "{error}");
        let error = refusal("[[session]]\nrole='poet'\n");
        assert!(error.contains("line 2") && error.contains("poet"), "{error}");
    }
}
