//! Every kind of fault, before and after content.

use super::*;
use crate::provider::ProviderError;

fn turn(fault: &str) -> String {
    format!("[[session.turn]]\ntext = 'Some text that is answered in the end.'\nfault = {fault}\n")
}

#[tokio::test]
async fn what_fails_before_content_is_sent_again() {
    for fault in [
        "{ kind = 'status', code = 529, times = 2 }",
        "{ kind = 'status', code = 429, retry_after = 0, times = 2 }",
        "{ kind = 'status', code = 500, times = 2 }",
        "{ kind = 'cut', times = 2 }",
        "{ kind = 'cut', after_bytes = 40, times = 2 }",
        "{ kind = 'error_event', times = 2 }",
        "{ kind = 'error_event', after_bytes = 700, code = 529, times = 2 }",
        "{ kind = 'garbage', times = 2 }",
    ] {
        let server = server(&turn(fault), 0.0);
        let items = exchange(&client(config(server.base_url())), ask("go")).await;
        let retries = items
            .iter()
            .filter(|item| matches!(item, StreamItem::Retrying { .. }))
            .count();
        if fault.contains("700") {
            // Within the first content already.
            assert_eq!(kinds(&items).last(), Some(&"failed in part"), "{fault}: {items:?}");
            continue;
        }
        assert_eq!(retries, 2, "{fault}: {items:?}");
        assert_eq!(
            kinds(&items),
            ["retrying", "started", "block", "delta", "whole", "finished"],
            "{fault}"
        );
        assert_eq!(
            server.requests().iter().filter(|request| request.spoilt).count(),
            2,
            "{fault}"
        );
        assert!(server.unplanned().is_empty());
    }
}

#[tokio::test]
async fn what_fails_after_content_is_not() {
    for fault in ["cut", "error_event", "garbage", "stall"] {
        let server = server(&turn(&format!("{{ kind = '{fault}', after_bytes = 760 }}")), 0.0);
        let idle_timeout = Duration::from_millis(if fault == "stall" { 300 } else { 20_000 });
        let config = ProviderConfig {
            idle_timeout,
            ..config(server.base_url())
        };
        let items = exchange(&client(config), ask("go")).await;
        assert_eq!(kinds(&items).last(), Some(&"failed in part"), "{fault}: {items:?}");
        let Some(StreamItem::Failed { error, usage, .. }) = items.last() else {
            panic!()
        };
        assert!(usage.cache_write_5m > 0, "{fault}: the prompt is spent");
        match fault {
            "cut" => assert!(matches!(error, ProviderError::Cut { .. }), "{error}"),
            "error_event" => assert_eq!(error.to_string(), "overloaded_error: Overloaded [req_scripted]"),
            "garbage" => assert!(matches!(error, ProviderError::Unexpected { .. }), "{error}"),
            _ => assert_eq!(*error, ProviderError::Silent(idle_timeout)),
        }
        assert_eq!(server.requests().len(), 1, "{fault}: sent again");
    }
}

/// A port of this machine that nobody listens on, though it was free to listen on a moment ago.
fn refused_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[tokio::test]
async fn an_address_where_nobody_ever_answered_is_given_up_after_a_few_tries() {
    let url = format!("http://127.0.0.1:{}", refused_port());
    let items = exchange(&client(config(url.clone())), ask("go")).await;
    assert_eq!(kinds(&items), ["retrying", "failed"]);
    assert_eq!(items.len(), 4, "three are sent again: {items:?}");
    let error = last_error(&items);
    assert!(
        error.contains(&url) && error.contains("refused") && error.contains("--base-url"),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_that_has_answered_once_is_waited_for_without_limit() {
    let server = server(&turn("{ kind = 'status', code = 400 }"), 0.0);
    let url = server.base_url();
    let client = client(config(url));
    // A refusal is an answer too: somebody is there.
    assert_eq!(kinds(&exchange(&client, ask("go")).await), ["failed"]);
    drop(server);
    let cancel = CancellationToken::new();
    let mut items = client.stream(ask("go"), cancel.clone());
    for tried in 1..=12 {
        let item = items.recv().await;
        assert!(
            matches!(&item, Some(StreamItem::Retrying { attempt, error: ProviderError::Unreachable { .. }, .. }) if *attempt == tried),
            "{item:?}"
        );
    }
    cancel.cancel();
    collect(items).await;
}

#[tokio::test]
async fn a_stall_before_content_is_cut_short_and_sent_again() {
    let server = server(&turn("{ kind = 'stall', after_bytes = 0 }"), 0.0);
    let first_byte_timeout = Duration::from_millis(150);
    let config = ProviderConfig {
        first_byte_timeout,
        ..config(server.base_url())
    };
    let items = exchange(&client(config), ask("go")).await;
    assert!(
        matches!(&items[0], StreamItem::Retrying { error: ProviderError::NoAnswer(waited), .. } if *waited == first_byte_timeout)
    );
    assert_eq!(kinds(&items).last(), Some(&"finished"));
}

#[tokio::test]
async fn waiting_does_not_cure_these() {
    for (code, advice) in [
        (400, "check `model`"),
        (401, "Check the API key"),
        (402, "billing"),
        (403, "may use this model"),
        (404, "Check `model` and `base_url`"),
        (413, "fresh session"),
    ] {
        let server = server(&turn(&format!("{{ kind = 'status', code = {code} }}")), 0.0);
        let items = exchange(&client(config(server.base_url())), ask("go")).await;
        assert_eq!(kinds(&items), ["failed"], "{code}");
        assert!(last_error(&items).contains(advice), "{}", last_error(&items));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn the_wait_that_the_server_asks_for_is_kept() {
    let server = server(&turn("{ kind = 'status', code = 429, retry_after = 0.08 }"), 1.0);
    let before = std::time::Instant::now();
    let items = exchange(&client(config(server.base_url())), ask("go")).await;
    let Some(StreamItem::Retrying {
        attempt: 1,
        delay,
        error,
        ..
    }) = items.first()
    else {
        panic!("{items:?}")
    };
    assert_eq!(*delay, Duration::from_millis(80));
    assert!(before.elapsed() >= *delay);
    assert_eq!(
        error.to_string(),
        "rate_limit_error (HTTP 429): This request would exceed your rate limit. [req_scripted]"
    );
}

#[tokio::test]
async fn retries_can_be_limited() {
    let server = server(&turn("{ kind = 'status', code = 529, times = 9 }"), 0.0);
    let config = ProviderConfig {
        max_retries: Some(2),
        ..config(server.base_url())
    };
    let items = exchange(&client(config), ask("go")).await;
    assert_eq!(kinds(&items), ["retrying", "failed"]);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_wait_of_an_hour_is_honoured_and_can_be_cancelled() {
    let server = server(&turn("{ kind = 'status', code = 429, retry_after = 3600 }"), 1.0);
    let cancel = CancellationToken::new();
    let mut items = client(config(server.base_url())).stream(ask("go"), cancel.clone());
    let Some(StreamItem::Retrying { delay, .. }) = items.recv().await else {
        panic!()
    };
    assert_eq!(delay, Duration::from_secs(3600));
    cancel.cancel();
    let rest = collect(items).await;
    assert!(
        matches!(
            &rest[..],
            [StreamItem::Failed {
                error: ProviderError::Cancelled,
                partial: false,
                ..
            }]
        ),
        "{rest:?}"
    );
}

#[tokio::test]
async fn a_stream_can_be_cancelled_and_its_usage_is_known() {
    let server = server(&turn("{ kind = 'stall', after_bytes = 760 }"), 0.0);
    let cancel = CancellationToken::new();
    let mut items = client(config(server.base_url())).stream(ask("go"), cancel.clone());
    while !matches!(items.recv().await, Some(StreamItem::BlockStarted { .. })) {}
    cancel.cancel();
    let rest = collect(items).await;
    let Some(StreamItem::Failed {
        error: ProviderError::Cancelled,
        usage,
        partial: true,
    }) = rest.last()
    else {
        panic!("{rest:?}")
    };
    assert!(usage.prompt() > 0);
}

#[tokio::test]
async fn nobody_listening_ends_the_request() {
    let server = server(&turn("{ kind = 'stall', after_bytes = 760 }"), 0.0);
    let client = client(config(server.base_url()));
    let mut items = client.stream(ask("go"), CancellationToken::new());
    while !matches!(items.recv().await, Some(StreamItem::BlockStarted { .. })) {}
    drop(items);
    // The task held the last other handle on the means of exchange.
    while client.handles() > 1 {
        tokio::task::yield_now().await;
    }
}
