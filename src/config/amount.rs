//! Amounts that limits are given in, as a person types them: numbers, dollars, times.
//!
//! Pure. Invariant: what this file prints, it reads back equal.

use super::keys;
use crate::protocol::Cost;

/// Reads a whole number above zero; `_` and `,` may part its digits.
#[must_use]
pub fn whole(text: &str) -> Option<u64> {
    text.trim().replace(['_', ','], "").parse().ok().filter(|number| *number > 0)
}

/// Reads an amount of US dollars above zero, with or without its sign.
#[must_use]
pub fn dollars(text: &str) -> Option<Cost> {
    let amount: f64 = text.trim().trim_start_matches('$').parse().ok()?;
    // A million tokens at this price per million: the amount itself.
    (amount > 0.0 && amount < 1e9).then(|| Cost::of_tokens(1_000_000, amount))
}

/// Prints an amount exactly, with two decimals at least, as [`dollars`] reads it.
#[must_use]
pub fn money(cost: Cost) -> String {
    let decimals = format!("{:09}", cost.0 % 1_000_000_000);
    let kept = decimals.trim_end_matches('0').len().max(2);
    format!("${}.{}", cost.0 / 1_000_000_000, &decimals[..kept])
}

/// Reads a time such as `8h` in seconds; days count 24 hours.
#[must_use]
pub fn seconds(text: &str) -> Option<u64> {
    keys::seconds(text)
}

/// Prints a time as [`seconds`] reads it.
#[must_use]
pub fn time(seconds: u64) -> String {
    let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let parts = [(days, "d "), (hours, "h"), (minutes, "m"), (rest, "s")];
    let text: String = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_back_as_printed_and_nonsense_is_not_read() {
        for wanted in [1, 59, 60, 61, 3_600, 5_400, 86_399, 86_400, 129_600, 1_000_001] {
            assert_eq!(seconds(&time(wanted)), Some(wanted), "{}", time(wanted));
        }
        assert_eq!(
            (whole("400_000"), whole(" 1,000 "), whole("0"), whole("1.5")),
            (Some(400_000), Some(1_000), None, None)
        );
        for cost in [1, 20, 1_000_000, 10_000_000, 1_234_567_891, 2_500_000_000, 25_000_000_000].map(Cost) {
            assert_eq!(dollars(&money(cost)), Some(cost), "{}", money(cost));
        }
        assert_eq!(money(Cost(2_500_000_000)), "$2.50");
        assert_eq!(dollars("$2.50"), Some(Cost(2_500_000_000)));
        for bad in ["", "$", "-1", "0", "NaN", "inf", "2 dollars"] {
            assert_eq!(dollars(bad), None, "{bad}");
        }
    }
}
