//! Live output of a command: pieces gathered into about ten a second, whole characters only.

use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// Time between two pieces.
const PACE: Duration = Duration::from_millis(100);

/// Longest piece; of a flood only the end of each tenth of a second is passed on.
const PIECE: usize = 16 * 1024;

/// Passes output on until the command's side closes. A slow receiver misses pieces, it never holds the command up.
pub(super) async fn gather(mut from: mpsc::Receiver<Vec<u8>>, to: mpsc::Sender<String>) {
    let mut pending: Vec<u8> = Vec::new();
    let mut pace = interval_at(Instant::now() + PACE, PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            bytes = from.recv() => match bytes {
                Some(bytes) => {
                    pending.extend_from_slice(&bytes);
                    if pending.len() > PIECE {
                        pending.drain(..pending.len() - PIECE);
                    }
                }
                None => break,
            },
            _ = pace.tick() => {
                let whole = pending.len() - split_end(&pending);
                if whole > 0 {
                    let _ = to.try_send(String::from_utf8_lossy(&pending[..whole]).into_owned());
                    pending.drain(..whole);
                }
            }
        }
    }
    if !pending.is_empty() {
        let _ = to.try_send(String::from_utf8_lossy(&pending).into_owned());
    }
}

/// Returns how many bytes at the end are the start of a character whose rest has not come yet.
fn split_end(bytes: &[u8]) -> usize {
    let last = bytes.utf8_chunks().last();
    // Only an invalid end that could still become valid counts: at most three bytes, a lead byte first.
    let invalid = last.map_or(&[][..], |chunk| chunk.invalid());
    let could_grow = std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
    if could_grow { invalid.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unfinished_characters_wait() {
        for (bytes, waits) in [
            (&b"abc"[..], 0),
            (b"a\xc3", 1),
            (b"a\xe2\x82", 2),
            (b"a\xff", 0),
            (b"a\x80", 0),
            (b"\xc3\xa9", 0),
            (b"", 0),
        ] {
            assert_eq!(split_end(bytes), waits, "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn a_character_comes_whole() {
        let (sender, receiver) = mpsc::channel(64);
        let (out, mut pieces) = mpsc::channel(64);
        let task = tokio::spawn(gather(receiver, out));
        sender.send(vec![b'x', 0xc3]).await.unwrap();
        assert_eq!(pieces.recv().await.unwrap(), "x");
        sender.send(vec![0xa9]).await.unwrap();
        assert_eq!(pieces.recv().await.unwrap(), "é");
        sender.send(b"end".to_vec()).await.unwrap();
        drop(sender);
        assert_eq!(pieces.recv().await.unwrap(), "end");
        assert_eq!(pieces.recv().await, None);
        task.await.unwrap();
    }

    #[tokio::test]
    async fn a_flood_comes_in_few_pieces() {
        let (sender, receiver) = mpsc::channel(64);
        let (out, mut pieces) = mpsc::channel(64);
        let task = tokio::spawn(gather(receiver, out));
        let started = Instant::now();
        for _ in 0..2_000 {
            sender.send(vec![b'x'; 1_000]).await.unwrap();
        }
        drop(sender);
        let mut count = 0;
        while let Some(piece) = pieces.recv().await {
            assert!(piece.len() <= PIECE);
            count += 1;
        }
        assert!(count <= started.elapsed().as_millis() / PACE.as_millis() + 2, "{count}");
        task.await.unwrap();
    }
}
