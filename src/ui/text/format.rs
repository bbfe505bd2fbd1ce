//! Numbers and times as people read them: short, and of a steady width.

pub use crate::config::amount::{count, tokens};

use crate::config::amount::scaled;
use jiff::Timestamp;

/// Prints a wall time in milliseconds: `0.2s`, `41s`, `6m40s`, `1h04m`, `3d07h`.
#[must_use]
pub fn duration_ms(ms: u64) -> String {
    if ms < 9_950 {
        let tenths = (ms + 50) / 100;
        return format!("{}.{}s", tenths / 10, tenths % 10);
    }
    let seconds = (ms + 500) / 1000;
    match seconds {
        0..=59 => format!("{seconds}s"),
        60..=3599 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3600..=86_399 => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d{:02}h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// Prints an age: `now` under five seconds, then `41s`, `3m`, `1h04m`, `3d`.
#[must_use]
pub fn age(since: Timestamp, now: Timestamp) -> String {
    let seconds = seconds_between(since, now);
    match seconds {
        0..=4 => "now".to_owned(),
        5..=59 => format!("{seconds}s"),
        60..=3599 => format!("{}m", seconds / 60),
        3600..=86_399 => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// Prints an age in whole minutes, `<1m` under one: a screen at rest is not drawn again, and a second on it would be stale.
#[must_use]
pub fn minutes(since: Timestamp, now: Timestamp) -> String {
    match seconds_between(since, now) {
        0..=59 => "<1m".to_owned(),
        _ => age(since, now),
    }
}

/// Returns whole seconds from `since` to `now`, zero if the clock went back.
#[must_use]
pub fn seconds_between(since: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(now.as_second() - since.as_second()).unwrap_or(0)
}

/// Prints a size: `950 B`, `12.3 KB`, `1.2 MB`.
#[must_use]
pub fn bytes(count: u64) -> String {
    scaled(count, 1024, [" B", " KB", " MB", " GB"])
}

/// Prints a count with its noun: `1 line`, `3 lines`.
#[must_use]
pub fn plural(n: usize, noun: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {noun}{s}", count(n as u64))
}

/// Prints a count with its thousands apart: `2,000`.
#[must_use]
pub fn grouped(n: u32) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Says how many of the commits that were made are on a branch now: `17`, or `11 on main now, of 17 made`.
#[must_use]
pub fn commits(held: usize, made: usize, branch: &str) -> String {
    if held == made {
        made.to_string()
    } else {
        format!("{held} on {branch} now, of {made} made")
    }
}

/// Prints a share of one as a percentage: `4.1%`, `38%`.
#[must_use]
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value < 9.95 {
        format!("{value:.1}%")
    } else {
        format!("{value:.0}%")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let shown: Vec<String> = [
            0, 40, 160, 9_949, 9_950, 41_000, 59_499, 59_500, 400_000, 3_840_000, 90_000_000,
        ]
        .into_iter()
        .map(duration_ms)
        .collect();
        assert_eq!(
            shown,
            [
                "0.0s", "0.0s", "0.2s", "9.9s", "10s", "41s", "59s", "1m00s", "6m40s", "1h04m", "1d01h"
            ]
        );
    }

    #[test]
    fn ages_never_run_backwards() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        assert_eq!(age(at(100), at(50)), "now");
        assert_eq!(age(at(0), at(41)), "41s");
        assert_eq!(age(at(0), at(200)), "3m");
        assert_eq!(age(at(0), at(3_840)), "1h04m");
        assert_eq!(age(at(0), at(300_000)), "3d");
    }

    #[test]
    fn counts() {
        assert_eq!(tokens(950), "950");
        assert_eq!(tokens(12_345), "12.3k");
        assert_eq!(tokens(412_000), "412k");
        assert_eq!(tokens(999_999), "1M");
        assert_eq!(tokens(21_020), "21k");
        assert_eq!(bytes(300 * 1024), "300 KB");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(plural(1, "line"), "1 line");
        assert_eq!(percent(0.041), "4.1%");
        assert_eq!(percent(0.38), "38%");
    }
}
