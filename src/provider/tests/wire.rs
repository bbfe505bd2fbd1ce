//! Servers that misbehave in ways that no script can.

use super::*;
use crate::provider::ProviderError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
const STREAM: &str = include_str!("stream.sse");

/// Serves every connection with `respond`, once its request has come in.
async fn serving<F, R>(respond: F) -> String
where
    F: Fn(TcpStream, String) -> R + Send + 'static,
    R: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 64 << 10];
            let size = stream.read(&mut request).await.unwrap();
            respond(stream, String::from_utf8_lossy(&request[..size]).into_owned()).await;
        }
    });
    base_url
}

async fn answering(response: &'static str) -> String {
    serving(move |mut stream, _| async move {
        stream.write_all(response.as_bytes()).await.unwrap();
    })
    .await
}

fn once(base_url: String) -> ProviderConfig {
    ProviderConfig {
        max_retries: Some(0),
        ..config(base_url)
    }
}

#[tokio::test]
async fn a_key_that_is_echoed_does_not_get_into_the_error() {
    let base_url = serving(|mut stream, request| async move {
        assert!(request.contains(&format!("x-api-key: {KEY}\r\n")));
        let body = format!(r#"{{"type":"error","error":{{"type":"authentication_error","message":"bad key {KEY}"}}}}"#);
        let head = format!(
            "HTTP/1.1 401 Unauthorized\r\nrequest-id: req_1\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).await.unwrap();
    })
    .await;
    let items = exchange(&client(config(base_url)), ask("go")).await;
    let error = "authentication_error (HTTP 401): bad key [key]. Check the API key (`key_env`, `key_command`) [req_1]";
    assert_eq!(last_error(&items), error);
    assert!(!format!("{items:?}").contains(KEY));
}

#[tokio::test]
async fn an_answer_that_ends_without_its_end_mark_is_called_so() {
    let base_url = serving(|mut stream, _| async move {
        let whole = STREAM.find("event: message_delta").unwrap();
        let _ = stream.write_all(format!("{HEAD}{}", &STREAM[..whole]).as_bytes()).await;
    })
    .await;
    let items = exchange(&client(once(base_url)), ask("go")).await;
    assert_eq!(kinds(&items).last(), Some(&"failed in part"));
    let error = last_error(&items);
    assert!(error.starts_with("the answer ended before its end mark"), "{error}");
    assert!(!error.contains("connection was lost"), "{error}");
}

#[tokio::test]
async fn pings_are_life_and_trickling_bytes_are_not() {
    let ping = "event: ping\ndata: {\"type\": \"ping\"}\n\n";
    let base_url = serving(move |mut stream, _| async move {
        stream.write_all(HEAD.as_bytes()).await.unwrap();
        for _ in 0..11 {
            stream.write_all(ping.as_bytes()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        stream.write_all(STREAM.as_bytes()).await.unwrap();
    })
    .await;
    let patient = ProviderConfig {
        idle_timeout: Duration::from_millis(1000),
        ..once(base_url)
    };
    assert_eq!(kinds(&exchange(&client(patient), ask("go")).await).last(), Some(&"finished"));
    let base_url = serving(move |mut stream, _| async move {
        let began = STREAM.find("event: ping").unwrap();
        let _ = stream.write_all(format!("{HEAD}{}", &STREAM[..began]).as_bytes()).await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let idle_timeout = Duration::from_millis(200);
    let impatient = ProviderConfig {
        idle_timeout,
        ..once(base_url)
    };
    let items = exchange(&client(impatient), ask("go")).await;
    assert!(
        matches!(items.last(), Some(StreamItem::Failed { error: ProviderError::Silent(_), partial: true, usage }) if usage.input == 12)
    );
}

#[tokio::test]
async fn other_answers_than_a_stream() {
    let items = exchange(
        &client(once(
            answering("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>").await,
        )),
        ask("go"),
    )
    .await;
    assert!(
        last_error(&items).contains("text/html in place of an event stream"),
        "{}",
        last_error(&items)
    );
    let error = concat!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 74\r\n\r\n",
        r#"{"type":"error","error":{"type":"permission_error","message":"not for u"}}"#
    );
    let items = exchange(&client(config(answering(error).await)), ask("go")).await;
    assert!(
        last_error(&items).starts_with("permission_error (HTTP 200): not for u. Check that the key"),
        "{}",
        last_error(&items)
    );
    let moved = "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n";
    let items = exchange(&client(config(answering(moved).await)), ask("go")).await;
    assert!(
        last_error(&items).contains("HTTP 307. The server points elsewhere"),
        "{}",
        last_error(&items)
    );
}

#[tokio::test]
async fn no_connection_is_tried_again_until_cancelled() {
    // Bound, then closed: nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let cancel = CancellationToken::new();
    let mut items = client(config(base_url.clone())).stream(ask("go"), cancel.clone());
    for _ in 0..3 {
        let Some(StreamItem::Retrying { error, .. }) = items.recv().await else {
            panic!()
        };
        let host = base_url.trim_start_matches("http://");
        assert!(
            error.to_string().starts_with(&format!("no connection to {host}: ")),
            "{error}"
        );
        assert!(!error.to_string().contains("/v1/"), "{error}");
    }
    cancel.cancel();
    assert!(matches!(
        collect(items).await.last(),
        Some(StreamItem::Failed {
            error: ProviderError::Cancelled,
            ..
        })
    ));
}

#[tokio::test]
async fn a_missing_message_stop_costs_nothing_and_disorder_is_an_error() {
    let listener = |stream: String| async move {
        serving(move |mut socket, _| {
            let bytes = format!("{HEAD}{stream}");
            async move { socket.write_all(bytes.as_bytes()).await.unwrap() }
        })
        .await
    };
    let unstopped = STREAM.split_once("event: message_stop").unwrap().0.to_owned();
    let items = exchange(&client(once(listener(unstopped).await)), ask("go")).await;
    assert!(matches!(items.last(), Some(StreamItem::Finished { usage, .. }) if usage.output == 42 && usage.cache_read == 3));
    let disordered = STREAM.replacen("\"index\":1", "\"index\":5", 1);
    let items = exchange(&client(once(listener(disordered).await)), ask("go")).await;
    assert!(
        last_error(&items).contains("content block 5 where 1 was due"),
        "{}",
        last_error(&items)
    );
    let novel = STREAM.replacen("event: ping\ndata: {\"type\":\"ping\"}", "event: dream\ndata: not json", 1);
    let items = exchange(&client(once(listener(novel).await)), ask("go")).await;
    assert_eq!(kinds(&items).last(), Some(&"finished"));
}
