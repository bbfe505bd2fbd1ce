//! A stream cut at every byte: a tool call is whole, or it is not there.

use super::*;
use crate::provider::answer::Answer;
use crate::provider::sse::Decoder;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const STREAM: &str = include_str!("stream.sse");
const CALL: &str = r#"{"type":"tool_use","id":"toolu_1","name":"bash","input":{"command": "rm -r \"a b\" é"}}"#;

fn check(cut: usize, items: &[StreamItem]) {
    let calls: Vec<_> = blocks(items)
        .into_iter()
        .filter(|block| block.value()["type"] == "tool_use")
        .collect();
    let end = STREAM.find("event: message_delta").unwrap();
    match &calls[..] {
        [] => assert!(cut < end, "cut at {cut}: the call is lost"),
        [call] => {
            assert!(cut >= end, "cut at {cut}: a call too early");
            assert_eq!(call.get(), CALL);
        }
        more => panic!("cut at {cut}: {more:?}"),
    }
}

#[test]
fn every_byte_of_the_stream() {
    for cut in 0..=STREAM.len() {
        let mut decoder = Decoder::default();
        let (mut events, mut items) = (Vec::new(), Vec::new());
        let mut answer = Answer::default();
        for chunk in STREAM.as_bytes()[..cut].chunks(7) {
            decoder.push(chunk, &mut events).unwrap();
        }
        for event in events {
            answer.take(&event, &mut items).unwrap();
        }
        let last = answer.finish(&mut items);
        let known = STREAM.find("event: message_stop").unwrap();
        assert_eq!(last.is_some(), cut >= known, "cut at {cut}");
        check(cut, &items);
    }
}

#[tokio::test]
async fn many_bytes_over_http() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let cuts: Arc<Vec<usize>> = Arc::new((0..=STREAM.len()).step_by(23).collect());
    let plan = Arc::clone(&cuts);
    // One connection a request, each cut one step later.
    let server = tokio::spawn(async move {
        for cut in plan.iter() {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 16 << 10];
            let _ = stream.read(&mut request).await.unwrap();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\ncontent-length: 99999\r\n\r\n";
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(&STREAM.as_bytes()[..*cut]).await.unwrap();
            stream.flush().await.unwrap();
        }
    });
    let client = client(ProviderConfig {
        max_retries: Some(0),
        ..config(base_url)
    });
    for cut in cuts.iter() {
        let items = exchange(&client, ask("go")).await;
        check(*cut, &items);
        let last = kinds(&items).pop().unwrap();
        let began = STREAM.find("event: content_block_delta").unwrap();
        let known = STREAM.find("event: message_stop").unwrap();
        let expected = if *cut >= known {
            "finished"
        } else if *cut >= began {
            "failed in part"
        } else {
            "failed"
        };
        assert_eq!(last, expected, "cut at {cut}: {items:?}");
    }
    server.await.unwrap();
}
