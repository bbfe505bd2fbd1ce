//! Which turn answers which request.
//!
//! Owns the conversations seen so far and their cached prefixes; does no IO and knows no time. Invariant: a
//! request that is sent again gets the same turn, and a conversation keeps its session.

use super::answer::Answer;
use super::script::{Fault, Script, Turn};
use crate::protocol::{Role, Usage};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// What the ids of an aside's calls begin with.
const ASIDE: &str = "aside";

/// The script and how far it has been played.
#[derive(Debug)]
pub(super) struct Book {
    script: Script,
    conversations: Vec<Conversation>,
    taken: Vec<bool>,
    unplanned: Vec<String>,
}

#[derive(Debug)]
struct Conversation {
    opening: String,
    session: Option<usize>,
    furthest: usize,
    /// Number of calls of the answer given at each step.
    calls: HashMap<usize, usize>,
    cached: Vec<u8>,
    faults: HashMap<usize, u32>,
}

/// What shall be sent.
#[derive(Debug)]
pub(super) struct Choice {
    pub answer: Answer,
    pub turn: Turn,
    pub fault: Option<Fault>,
    /// Session and turn, both from 0, unless unplanned.
    pub played: Option<(usize, usize)>,
}

impl Book {
    pub(super) fn new(script: Script) -> Self {
        Self {
            taken: vec![false; script.sessions.len()],
            script,
            conversations: Vec::new(),
            unplanned: Vec::new(),
        }
    }

    pub(super) const fn script(&self) -> &Script {
        &self.script
    }

    /// Returns a line for each request that the script did not foresee.
    pub(super) fn unplanned(&self) -> &[String] {
        &self.unplanned
    }

    /// Chooses the turn for a request that has been checked.
    pub(super) fn choose(&mut self, body: &Value) -> Choice {
        let messages = body["messages"].as_array().map_or(&[][..], Vec::as_slice);
        let answers = messages.iter().filter(|message| message["role"] == "assistant").count();
        let index = self.conversation(body, messages, answers);
        let conversation = &mut self.conversations[index];
        conversation.furthest = conversation.furthest.max(answers);
        let step = conversation.step(messages);
        let said = messages.last().map(said).unwrap_or_default();
        let aside = self.script.asides.iter().find_map(|aside| aside.answer(&said, messages));
        let planned = conversation.session.filter(|_| aside.is_none()).and_then(|session| {
            let turns = &self.script.sessions[session].turns;
            let plays = |turn: &Turn| turn.step == step && turn.when.as_ref().is_none_or(|when| when.is_match(&said));
            turns.iter().position(plays).map(|turn| (session, turn))
        });
        let is_aside = aside.is_some();
        let turn = match (aside, planned) {
            (Some(aside), _) => aside,
            (None, Some((session, turn))) => self.script.sessions[session].turns[turn].clone(),
            (None, None) => {
                let session = conversation.session.map_or_else(
                    || "a session too many".into(),
                    |session| self.script.sessions[session].title.clone(),
                );
                self.unplanned.push(format!("{session}: step {step}"));
                beyond_the_script()
            }
        };
        let model = body["model"].as_str().unwrap_or(&self.script.model);
        // The ids of an aside tell on the next request that it takes no step.
        let tag = if is_aside {
            format!("{ASIDE}{}{index}_{answers}", &conversation.opening[..6])
        } else {
            conversation.calls.insert(step, turn.calls.len());
            format!("{}{index}_{answers}", &conversation.opening[..6])
        };
        let mut answer = Answer::of(&turn, model, &tag);
        let prompt = Prompt::of(body);
        answer.usage = turn.usage.map_or_else(
            || prompt.usage(&conversation.cached, answer.spoken()),
            |usage| Usage {
                input: usage.input,
                output: usage.output,
                cache_read: usage.cache_read,
                cache_write_5m: usage.cache_write,
                cache_write_1h: 0,
            },
        );
        let fault = planned.and(turn.fault).filter(|fault| {
            let failed = conversation.faults.entry(planned.map_or(0, |(_, turn)| turn)).or_default();
            *failed += 1;
            *failed <= fault.times
        });
        if fault.is_none() && prompt.marked > 0 {
            conversation.cached = prompt.bytes;
            conversation.cached.truncate(prompt.marked);
        }
        Choice {
            answer,
            turn,
            fault,
            played: planned,
        }
    }

    /// Returns the index of the request's conversation, which may be a new one.
    fn conversation(&mut self, body: &Value, messages: &[Value], step: usize) -> usize {
        let opening = Sha256::digest(messages.first().map(said).unwrap_or_default());
        let opening: String = opening.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        // A first request after later ones is a new conversation that happens to begin with the same words.
        let known = self
            .conversations
            .iter()
            .rposition(|known| known.opening == opening && (step > 0 || known.furthest == 0));
        known.unwrap_or_else(|| {
            let session = self.next_session(role(&body["system"]));
            if let Some(session) = session {
                self.taken[session] = true;
            }
            self.conversations.push(Conversation {
                opening,
                session,
                furthest: step,
                calls: HashMap::new(),
                cached: Vec::new(),
                faults: HashMap::new(),
            });
            self.conversations.len() - 1
        })
    }

    fn next_session(&self, role: Option<Role>) -> Option<usize> {
        let sessions = self.script.sessions.iter().zip(&self.taken);
        sessions
            .enumerate()
            .find(|(_, (session, taken))| !**taken && role.is_none_or(|role| role == session.role))
            .map(|(index, _)| index)
    }
}

impl Conversation {
    /// Counts the answers that took a step: no asides, none that was cut off before its calls were whole.
    fn step(&self, messages: &[Value]) -> usize {
        let mut step = 0;
        for message in messages.iter().filter(|message| message["role"] == "assistant") {
            let blocks = message["content"].as_array().map_or(&[][..], Vec::as_slice);
            let ids: Vec<&str> = blocks.iter().filter_map(|block| block["id"].as_str()).collect();
            let aside = ids
                .iter()
                .any(|id| id.strip_prefix("toolu_").is_some_and(|id| id.starts_with(ASIDE)));
            let cut = self.calls.get(&step).is_some_and(|&calls| ids.len() < calls);
            if !aside && !cut {
                step += 1;
            }
        }
        step
    }
}

/// Estimates the tokens of a text.
pub(super) const fn tokens(bytes: usize) -> u64 {
    bytes.div_ceil(4) as u64
}

/// Estimates the tokens of a whole prompt.
pub(super) fn prompt_tokens(body: &Value) -> u64 {
    tokens(Prompt::of(body).bytes.len())
}

fn beyond_the_script() -> Turn {
    let call = super::ScriptedCall {
        tool: "end_session".into(),
        input: json!({"summary": "The script has ended: no turn is planned for this request."}).to_string(),
    };
    Turn {
        step: 0,
        when: None,
        thinking: None,
        text: Some("The script has ended: no turn is planned for this request.".into()),
        calls: vec![call],
        think: std::time::Duration::ZERO,
        usage: None,
        stop_reason: None,
        fault: None,
    }
}

/// Reads the line `role: coding` of a system prompt.
fn role(system: &Value) -> Option<Role> {
    let text = flat(system);
    let named = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("role:"))
        .map(str::trim);
    named.filter_map(|name| serde_json::from_value(json!(name)).ok()).next()
}

/// Returns the text of a message, tool results included, joined by line feeds.
fn said(message: &Value) -> String {
    flat(&message["content"])
}

/// Joins the texts of a string, or of blocks that may hold blocks.
fn flat(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let texts = blocks.iter().map(|block| {
                block["text"]
                    .as_str()
                    .map_or_else(|| flat(&block["content"]), ToOwned::to_owned)
            });
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

/// A prompt as one run of bytes, breakpoints taken out: what the prompt cache compares.
struct Prompt {
    bytes: Vec<u8>,
    /// Where its last breakpoint lies, 0 without any.
    marked: usize,
}

impl Prompt {
    fn of(body: &Value) -> Self {
        let mut prompt = Self {
            bytes: Vec::new(),
            marked: 0,
        };
        prompt.add(&body["tools"]);
        prompt.add(&body["system"]);
        for message in body["messages"].as_array().into_iter().flatten() {
            prompt
                .bytes
                .extend_from_slice(message["role"].as_str().unwrap_or_default().as_bytes());
            prompt.add(&message["content"]);
        }
        prompt
    }

    fn add(&mut self, blocks: &Value) {
        match blocks {
            Value::Array(blocks) => {
                for block in blocks {
                    let mut block = block.clone();
                    let mark = block.as_object_mut().and_then(|block| block.shift_remove("cache_control"));
                    self.bytes.extend_from_slice(block.to_string().as_bytes());
                    if mark.is_some() {
                        self.marked = self.bytes.len();
                    }
                }
            }
            Value::String(text) => self.bytes.extend_from_slice(text.as_bytes()),
            _ => {}
        }
    }

    /// Splits the prompt into what is read from the cache, written to it, and neither.
    fn usage(&self, cached: &[u8], spoken: usize) -> Usage {
        let read = if self.marked > 0 && self.bytes.starts_with(cached) {
            cached.len()
        } else {
            0
        };
        let whole = tokens(self.bytes.len());
        let marked = tokens(self.marked.max(read));
        let cache_read = tokens(read);
        Usage {
            input: whole - marked,
            output: tokens(spoken).max(1),
            cache_read,
            cache_write_5m: marked - cache_read,
            cache_write_1h: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> Book {
        let script = r#"
            [[session]]
            role = "coding"
            [[session.turn]]
            text = "first"
            [[session.turn.call]]
            tool = "commit"
            input = { message = "one" }
            [[session.turn]]
            text = "second"
            [[aside]]
            when = "denied: (.+)"
            text = "You say: $1"
            again = true
        "#;
        Book::new(Script::parse(script).unwrap())
    }

    fn heard(book: &mut Book, messages: &[Value]) -> (String, Vec<Value>) {
        let body = json!({"model": "scripted-demo", "system": "role: coding", "messages": messages});
        let whole = book.choose(&body).answer.whole();
        let blocks = whole["content"].as_array().unwrap().clone();
        (blocks[0]["text"].as_str().unwrap().to_owned(), blocks)
    }

    fn result(blocks: &[Value], error: bool, text: &str) -> Value {
        let id = &blocks[1]["id"];
        json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "is_error": error, "content": text}]})
    }

    #[test]
    fn an_aside_takes_no_step() {
        let mut book = book();
        let mut messages = vec![json!({"role": "user", "content": "begin"})];
        let (text, blocks) = heard(&mut book, &messages);
        assert_eq!(text, "first");
        messages.push(json!({"role": "assistant", "content": blocks}));
        messages.push(result(&blocks, true, "denied: too long"));
        for round in ["too long", "still too long"] {
            let (text, blocks) = heard(&mut book, &messages);
            assert_eq!(text, format!("You say: {round}"));
            assert_eq!(
                blocks[1]["input"],
                json!({"message": "one"}),
                "what was denied is asked again"
            );
            messages.push(json!({"role": "assistant", "content": blocks}));
            let last = round == "still too long";
            messages.push(result(&blocks, !last, if last { "done" } else { "denied: still too long" }));
        }
        assert_eq!(heard(&mut book, &messages).0, "second");
        assert_eq!(book.unplanned(), [""; 0]);
    }

    #[test]
    fn an_answer_that_was_cut_off_is_given_again() {
        let mut book = book();
        let mut messages = vec![json!({"role": "user", "content": "begin"})];
        heard(&mut book, &messages);
        messages.push(json!({"role": "assistant", "content": [{"type": "text", "text": "fir"}]}));
        messages.push(json!({"role": "user", "content": "I stopped you. Go on."}));
        let (text, blocks) = heard(&mut book, &messages);
        assert_eq!(text, "first");
        messages.push(json!({"role": "assistant", "content": blocks}));
        messages.push(result(&blocks, false, "done"));
        assert_eq!(heard(&mut book, &messages).0, "second");
    }
}
