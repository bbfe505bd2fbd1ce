//! The client over real HTTP: against the scripted server, and against raw bytes where that is too well-behaved.

mod cuts;
mod faults;
mod talk;
mod wire;

use super::scripted::{Script, Server, Speed};
use super::{Anthropic, Backoff, Key, Message, ProviderConfig, Request, Speaker, StreamItem};
use crate::protocol::RawJson;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

const KEY: &str = "sk-test-key";

fn raw(value: &serde_json::Value) -> RawJson {
    RawJson::of(value).unwrap()
}

fn text(text: &str) -> RawJson {
    raw(&serde_json::json!({"type": "text", "text": text}))
}

fn user(content: Vec<RawJson>) -> Message {
    Message {
        role: Speaker::User,
        content,
    }
}

fn ask(words: &str) -> Request {
    Request {
        model: "scripted-demo".into(),
        system: vec![text("You code.\nrole: coding\n")],
        messages: vec![user(vec![text(words)])],
        tools: vec![raw(&serde_json::json!({"type": "bash_20250124", "name": "bash"}))],
        max_tokens: 1000,
        thinking: true,
        ..Request::default()
    }
}

fn config(base_url: String) -> ProviderConfig {
    ProviderConfig {
        base_url,
        key: Key::new(KEY).unwrap(),
        idle_timeout: Duration::from_secs(20),
        first_byte_timeout: Duration::from_secs(20),
        max_retries: None,
        user_agent: "longhaul-test".into(),
    }
}

fn client(config: ProviderConfig) -> Anthropic {
    let instant = Duration::from_millis(1);
    Anthropic::new(config).unwrap().with_backoff(Backoff {
        first: instant,
        longest: instant,
    })
}

/// Starts a script of one coding session whose turns are given.
fn server(turns: &str, speed: f64) -> Server {
    let script = format!("[script]\nthink_ms = 0\n[[session]]\nrole = \"coding\"\n{turns}");
    Server::start(Script::parse(&script).unwrap(), Speed(speed)).unwrap()
}

async fn collect(mut items: Receiver<StreamItem>) -> Vec<StreamItem> {
    let mut all = Vec::new();
    while let Some(item) = items.recv().await {
        all.push(item);
    }
    all
}

async fn exchange(client: &Anthropic, request: Request) -> Vec<StreamItem> {
    collect(client.stream(request, CancellationToken::new())).await
}

fn blocks(items: &[StreamItem]) -> Vec<RawJson> {
    let block = |item: &StreamItem| match item {
        StreamItem::BlockFinished { block, .. } => Some(block.clone()),
        _ => None,
    };
    items.iter().filter_map(block).collect()
}

/// Names the kinds of items, runs of deltas as one.
fn kinds(items: &[StreamItem]) -> Vec<&'static str> {
    let mut kinds: Vec<_> = items
        .iter()
        .map(|item| match item {
            StreamItem::Retrying { .. } => "retrying",
            StreamItem::Started { .. } => "started",
            StreamItem::BlockStarted { .. } => "block",
            StreamItem::Delta { .. } => "delta",
            StreamItem::BlockFinished { .. } => "whole",
            StreamItem::Finished { .. } => "finished",
            StreamItem::Failed { partial: true, .. } => "failed in part",
            StreamItem::Failed { partial: false, .. } => "failed",
        })
        .collect();
    kinds.dedup();
    kinds
}

fn last_error(items: &[StreamItem]) -> String {
    match items.last() {
        Some(StreamItem::Failed { error, .. }) => error.to_string(),
        other => panic!("no failure but {other:?}"),
    }
}
