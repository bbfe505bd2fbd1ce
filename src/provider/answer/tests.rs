//! Answers without HTTP: orders, disorders and what is unknown.

use super::*;
use serde_json::json;

/// Folds events given as their data; the outcome of the first that fails.
fn fold(events: &[Value]) -> (Vec<StreamItem>, Answer, Option<ProviderError>) {
    let (mut items, mut answer) = (Vec::new(), Answer::new("req_1".into()));
    for data in events {
        let event = SseEvent {
            event: data["type"].as_str().unwrap_or("message").into(),
            data: data.to_string(),
        };
        if let Err(error) = answer.take(&event, &mut items) {
            return (items, answer, Some(error));
        }
    }
    (items, answer, None)
}

fn head() -> Value {
    json!({"type": "message_start", "message": {"id": "msg_1", "model": "m", "usage": {"input_tokens": 7, "output_tokens": 1}}})
}

fn start(index: u32, block: &Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn grow(index: u32, delta: &Value) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

fn stop(index: u32) -> Value {
    json!({"type": "content_block_stop", "index": index})
}

fn call() -> Value {
    json!({"type": "tool_use", "id": "toolu_1", "name": "bash", "input": {}})
}

fn partial(json: &str) -> Value {
    json!({"type": "input_json_delta", "partial_json": json})
}

#[test]
fn a_call_that_max_tokens_cut_short_is_not_delivered_though_it_was_stopped() {
    let end = json!({"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 99}});
    let (mut items, mut answer, error) = fold(&[
        head(),
        start(0, &call()),
        grow(0, &partial("{\"command\": \"rm -r /tm")),
        stop(0),
        end,
    ]);
    assert_eq!(error, None);
    let last = answer.finish(&mut items);
    assert!(
        !items.iter().any(|item| matches!(item, StreamItem::BlockFinished { .. })),
        "{items:?}"
    );
    let Some(StreamItem::Finished { stop_reason, usage, .. }) = last else {
        panic!()
    };
    assert_eq!((stop_reason, usage.input, usage.output), (StopReason::MaxTokens, 7, 99));
}

#[test]
fn a_large_input_and_interleaved_blocks() {
    let large = "x".repeat(10 << 20);
    let mut events = vec![head(), start(0, &call()), start(1, &json!({"type": "text", "text": ""}))];
    let text = format!("{{\"text\":\"{large}\"}}");
    events.extend(
        text.as_bytes()
            .chunks(64 << 10)
            .map(|part| grow(0, &partial(std::str::from_utf8(part).unwrap()))),
    );
    events.extend([grow(1, &json!({"type": "text_delta", "text": "hi"})), stop(0), stop(1)]);
    let (items, answer, error) = fold(&events);
    assert_eq!(error, None);
    assert!(answer.has_started() && !answer.is_over());
    let sizes: Vec<usize> = items
        .iter()
        .filter_map(|item| match item {
            StreamItem::BlockFinished { block, .. } => Some(block.get().len()),
            _ => None,
        })
        .collect();
    assert_eq!(
        sizes,
        [
            call().to_string().len() - "{}".len() + text.len(),
            r#"{"type":"text","text":"hi"}"#.len()
        ]
    );
}

#[test]
fn unknown_events_blocks_deltas_and_reasons_pass() {
    let novel = json!({"type": "dream", "content": 1});
    let (mut items, mut answer, error) = fold(&[
        head(),
        json!({"type": "ping"}),
        json!({"type": "vision", "index": 4}),
        start(0, &novel),
        grow(0, &json!({"type": "dream_delta", "depth": 2})),
        stop(0),
        json!({"type": "message_delta", "delta": {"stop_reason": "woke_up"}, "usage": {}}),
        json!({"type": "message_stop"}),
    ]);
    assert_eq!(error, None);
    assert!(
        matches!(answer.finish(&mut items), Some(StreamItem::Finished { stop_reason: StopReason::Other(reason), .. }) if reason == "woke_up")
    );
    let Some(StreamItem::BlockFinished { kind, block, .. }) = items.last() else {
        panic!("{items:?}")
    };
    assert_eq!(
        (kind, block.get()),
        (&BlockKind::Other("dream".into()), r#"{"type":"dream","content":1,"depth":2}"#)
    );
}

#[test]
fn an_answer_without_content_is_an_answer() {
    let end = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}});
    let (mut items, mut answer, _) = fold(&[head(), end]);
    assert!(matches!(answer.finish(&mut items), Some(StreamItem::Finished { .. })));
    assert!(matches!(&items[..], [StreamItem::Started { request_id, .. }] if request_id == "req_1"));
}

#[test]
fn disorder_is_an_error() {
    let text = json!({"type": "text", "text": ""});
    let delta = json!({"type": "text_delta", "text": "x"});
    for (events, reason) in [
        (vec![start(0, &text)], "content before message_start"),
        (vec![head(), head()], "a second message_start"),
        (vec![head(), grow(0, &delta)], "content block 0, which is not open"),
        (
            vec![head(), start(0, &text), start(0, &text)],
            "content block 0 where 1 was due",
        ),
        (vec![head(), start(0, &text), stop(0), grow(0, &delta)], "not open"),
        (vec![head(), start(0, &text), stop(1)], "content block 1, which is not open"),
        (
            vec![head(), json!({"type": "content_block_start", "index": 0})],
            "a content_block_start event that cannot be read",
        ),
        (vec![head(), start(0, &json!("text"))], "a content block:"),
    ] {
        let error = fold(&events).2.unwrap().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn error_bodies_are_read_whatever_they_are() {
    let body = json!({"type": "error", "request_id": "req_2", "error": {
        "type": "rate_limit_error", "message": "no more", "details": {"error_code": "enforced_spend_limit_reached"}}});
    let error = ApiError::parse(Some(429), &body.to_string(), "");
    assert!(error.is_spend_limit());
    assert_eq!(error.request_id, "req_2");
    assert!(!ProviderError::Api(error).is_transient());
    let error = ApiError::parse(Some(502), &format!(" <html>{}\n", "é".repeat(9000)), "req_3");
    assert_eq!((error.message.chars().count(), error.kind.as_str()), (601, ""));
    assert_eq!(ApiError::parse(Some(503), "", "").to_string(), "HTTP 503");
    let event = json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
    assert_eq!(
        fold(&[head(), event]).2.unwrap().to_string(),
        "overloaded_error: Overloaded [req_1]"
    );
}
