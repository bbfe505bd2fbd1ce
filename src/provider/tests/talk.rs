//! Conversations that go well.

use super::*;
use crate::protocol::{BlockKind, StopReason};
use serde_json::{Value, json};

const LOOP: &str = r#"
[[session.turn]]
thinking = "First I look, é🦀."
text = "Let me look."
[[session.turn.call]]
tool = "bash"
input = { command = "printf 'a\n\"b\"'" }
[[session.turn]]
when = "no such file"
step = 1
text = "Not there."
[[session.turn]]
step = 1
text = "Done."
"#;

fn answered(mut request: Request, answer: Vec<RawJson>, result: &str) -> Request {
    let call = answer.last().unwrap().value()["id"].clone();
    request.messages.push(Message {
        role: Speaker::Assistant,
        content: answer,
    });
    let result = json!({"type": "tool_result", "tool_use_id": call, "content": [{"type": "text", "text": result}]});
    request.messages.push(user(vec![raw(&result)]));
    request
}

#[tokio::test]
async fn a_tool_loop_keeps_every_byte_and_reads_its_own_cache() {
    let server = server(LOOP, 0.0);
    let client = client(config(server.base_url()));
    let first = exchange(&client, ask("go")).await;
    assert_eq!(
        kinds(&first),
        [
            "started", "block", "delta", "whole", "block", "delta", "whole", "block", "delta", "whole", "finished"
        ]
    );
    let blocks = blocks(&first);
    assert_eq!(blocks[0].value()["thinking"], "First I look, é🦀.");
    assert_eq!(blocks[2].value()["input"]["command"], "printf 'a\n\"b\"'");
    assert!(
        matches!(&first[0], StreamItem::Started { model, request_id, .. } if model == "scripted-demo" && request_id == "req_scripted")
    );
    let call = first.iter().find_map(|item| match item {
        StreamItem::BlockStarted {
            kind: BlockKind::ToolUse,
            tool,
            call,
            index,
        } => Some((tool.clone(), call.clone(), *index)),
        _ => None,
    });
    let (tool, call, index) = call.unwrap();
    assert_eq!((tool.as_deref(), index), (Some("bash"), 2));
    assert_eq!(call.unwrap().as_str(), blocks[2].value()["id"]);
    let typed: String = first
        .iter()
        .filter_map(|item| match item {
            StreamItem::Delta { index: 2, text } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(serde_json::from_str::<Value>(&typed).unwrap(), blocks[2].value()["input"]);
    let Some(StreamItem::Finished {
        stop_reason,
        usage: first_usage,
        ..
    }) = first.last()
    else {
        panic!()
    };
    assert_eq!(*stop_reason, StopReason::ToolUse);
    assert!(first_usage.cache_write_5m > 0 && first_usage.cache_read == 0 && first_usage.output > 1);

    let second = exchange(&client, answered(ask("go"), blocks.clone(), "ok")).await;
    assert_eq!(super::blocks(&second)[0].value()["text"], "Done.");
    let Some(StreamItem::Finished { stop_reason, usage, .. }) = second.last() else {
        panic!()
    };
    assert_eq!(*stop_reason, StopReason::EndTurn);
    assert_eq!(
        usage.cache_read, first_usage.cache_write_5m,
        "the prefix must not have changed"
    );

    let requests = server.requests();
    assert_eq!(
        requests.iter().map(|request| request.played).collect::<Vec<_>>(),
        [Some((0, 0)), Some((0, 2))]
    );
    assert!(requests[1].body.contains(blocks[0].get()), "thinking goes back verbatim");
    assert_eq!(requests[0].body.matches("cache_control").count(), 3);
    assert_eq!(requests[1].body.matches("cache_control").count(), 4);
    assert!(server.unplanned().is_empty());
}

#[tokio::test]
async fn turns_branch_on_what_the_last_result_says() {
    let server = server(LOOP, 0.0);
    let client = client(config(server.base_url()));
    let first = blocks(&exchange(&client, ask("go")).await);
    let second = exchange(&client, answered(ask("go"), first, "cat: no such file")).await;
    assert_eq!(blocks(&second)[0].value()["text"], "Not there.");
}

#[tokio::test]
async fn sessions_are_given_out_by_role_in_order_and_then_the_script_is_over() {
    let script = "[script]\nthink_ms=0\n[[session]]\nrole='coding'\n[[session.turn]]\ntext='c1'\n[[session]]\nrole='initializer'\n[[session.turn]]\ntext='i1'\n[[session]]\nrole='coding'\n[[session.turn]]\ntext='c2'\n";
    let server = Server::start(Script::parse(script).unwrap(), Speed(0.0)).unwrap();
    let client = client(config(server.base_url()));
    let mut initializer = ask("plan");
    initializer.system = vec![text("You plan.\n  role: initializer\n")];
    for (request, expected) in [
        (initializer, "i1"),
        (ask("one"), "c1"),
        (ask("one"), "c1"),
        (ask("two"), "c2"),
    ] {
        assert_eq!(blocks(&exchange(&client, request).await)[0].value()["text"], expected);
    }
    assert!(server.unplanned().is_empty());
    let beyond = blocks(&exchange(&client, ask("three")).await);
    assert_eq!(beyond[1].value()["name"], "end_session");
    assert_eq!(server.unplanned(), ["a session too many: step 0"]);
}

#[tokio::test]
async fn typing_comes_in_small_pieces() {
    let server = server(
        "[[session.turn]]\ntext = 'A sentence that is long enough to be typed in pieces, more than one of them.'",
        10.0,
    );
    let items = exchange(&client(config(server.base_url())), ask("go")).await;
    let sizes: Vec<usize> = items
        .iter()
        .filter_map(|item| match item {
            StreamItem::Delta { text, .. } => Some(text.chars().count()),
            _ => None,
        })
        .collect();
    // 600 characters a second at speed 10, 25 ms apart.
    assert!(sizes.iter().all(|size| *size <= 150), "{sizes:?}");
    let slow = super::server("[[session.turn]]\ntext = 'Twenty characters...'", 1.0);
    let items = exchange(&client(config(slow.base_url())), ask("go")).await;
    assert_eq!(
        items.iter().filter(|item| matches!(item, StreamItem::Delta { .. })).count(),
        2
    );
}

#[tokio::test]
async fn usage_can_be_scripted_and_a_reason_too() {
    let turn = "[[session.turn]]\ntext = 'x'\nstop_reason = 'max_tokens'\nusage = { input = 1, output = 2, cache_read = 3, cache_write = 4 }";
    let server = server(turn, 0.0);
    let items = exchange(&client(config(server.base_url())), ask("go")).await;
    let Some(StreamItem::Finished { stop_reason, usage, .. }) = items.last() else {
        panic!()
    };
    assert_eq!(*stop_reason, StopReason::MaxTokens);
    assert_eq!(
        (usage.input, usage.output, usage.cache_read, usage.cache_write_5m),
        (1, 2, 3, 4)
    );
}

#[tokio::test]
async fn tokens_are_counted() {
    let server = server("[[session.turn]]\ntext = 'x'", 0.0);
    let client = client(config(server.base_url()));
    let short = client.count_tokens(&ask("go")).await.unwrap();
    let long = client.count_tokens(&ask(&"go ".repeat(400))).await.unwrap();
    assert!(short > 10 && long > short + 250, "{short} {long}");
    assert_eq!(server.requests()[0].path, "/v1/messages/count_tokens");
    let error = client
        .count_tokens(&Request {
            model: "gpt-9".into(),
            ..ask("go")
        })
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("not_found_error (HTTP 404): model: gpt-9. Check `model`"),
        "{error}"
    );
}

#[tokio::test]
async fn our_own_mistakes_are_refused() {
    let server = server("[[session.turn]]\ntext = 'x'", 0.0);
    let mut request = ask("go");
    request.messages.push(user(vec![text("again")]));
    let items = exchange(&client(config(server.base_url())), request).await;
    assert_eq!(kinds(&items), ["failed"]);
    assert!(last_error(&items).contains("roles must alternate"), "{}", last_error(&items));
}

#[tokio::test]
async fn an_answer_is_typed_at_its_pace_after_its_wait() {
    let text = "t".repeat(90);
    let script = format!("[script]\nthink_ms = 120\n[[session]]\nrole = 'coding'\n[[session.turn]]\ntext = '{text}'\n");
    let server = Server::start(Script::parse(&script).unwrap(), Speed(1.0)).unwrap();
    let asked = std::time::Instant::now();
    let mut items = client(config(server.base_url())).stream(ask("go"), CancellationToken::new());
    while !matches!(items.recv().await, Some(StreamItem::BlockStarted { .. })) {}
    let began = std::time::Instant::now();
    assert!(began - asked >= Duration::from_millis(120));
    assert_eq!(kinds(&collect(items).await), ["delta", "whole", "finished"]);
    // 90 characters at 600 a second.
    assert!(began.elapsed() >= Duration::from_millis(130), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_request_without_stream_gets_one_message() {
    let server = server(LOOP, 0.0);
    crate::provider::install_tls();
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let send = async |path: &str, body: Value| {
        let request = http
            .post(format!("{}{path}", server.base_url()))
            .header("anthropic-version", "2023-06-01");
        let response = request.json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let body = json!({"model": "scripted-demo", "max_tokens": 9, "messages": [{"role": "user", "content": "go"}]});
    let (status, message) = send("/v1/messages?beta=true", body.clone()).await;
    assert_eq!(status, 200);
    assert_eq!(message["content"][1]["text"], "Let me look.");
    assert_eq!(message["stop_reason"], "tool_use");
    let (status, error) = send("/v1/complete", body).await;
    assert_eq!((status, &error["error"]["type"]), (404, &json!("not_found_error")));
}

#[tokio::test]
async fn a_server_that_is_dropped_closes_its_port() {
    let server = server(LOOP, 0.0);
    let address = server.base_url().trim_start_matches("http://").to_owned();
    assert!(tokio::net::TcpStream::connect(&address).await.is_ok());
    drop(server);
    while tokio::net::TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    for speed in [-1.0, f64::NAN, f64::INFINITY, 1e-9] {
        let script = Script::parse("[[session]]\nrole='coding'\n[[session.turn]]\ntext='a'").unwrap();
        assert!(
            Server::start(script, Speed(speed))
                .unwrap_err()
                .to_string()
                .contains("speed: it must be 0 or from 0.01")
        );
    }
}
