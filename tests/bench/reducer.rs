//! The reducer: a whole log, and one event more at the end of a long one.

use crate::made::{Log, delta, long_session};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use longhaul::protocol::Envelope;
use longhaul::session::State;

#[divan::bench]
fn fold_10k_events(bencher: Bencher<'_, '_>) {
    let log: Vec<Envelope> = Log::default().take(10_000).collect();
    bencher
        .counter(ItemsCount::new(log.len()))
        .bench(|| State::fold(black_box(&log)));
}

/// Must not depend on the session's length.
#[divan::bench(args = [100, 10_000])]
fn apply_delta_after_items(bencher: Bencher<'_, '_>, items: usize) {
    let (mut state, mut log) = long_session(items);
    let mut envelope = log.wrap(delta());
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| {
        state.apply(black_box(&envelope));
        envelope.seq = envelope.seq.next();
    });
}
