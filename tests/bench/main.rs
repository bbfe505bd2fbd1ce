//! Benchmarks of what runs for every event and every frame: `cargo bench`, or `cargo bench -- store` for some of them.
//!
//! What a user feels (start, keys, idle) is measured from outside, in a pseudo terminal: `tests/bench/terminal.py`.
//! Inputs are made by `made` and are the same on every machine and in every run.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up must stop")]

mod features;
mod made;
mod markdown;
mod reducer;
mod sanitizer;
mod store;
mod transcript;

use std::time::Duration;

fn main() {
    // A second for each: enough for a hundred samples of all but the heaviest, and the whole stays below a minute.
    divan::Divan::default()
        .max_time(Duration::from_secs(1))
        .config_with_args()
        .main();
}
