//! Amounts that limits are given in, as a person types them: numbers, dollars, times.
//!
//! Pure. Invariant: what this file prints exactly, it reads back equal.

use super::keys;
use crate::protocol::Cost;

/// Reads a whole number above zero; `_` may part its digits, and `,` its thousands.
#[must_use]
pub fn whole(text: &str) -> Option<u64> {
    digits(text.trim())?.parse().ok().filter(|number| *number > 0)
}

/// The digits of a number, without what parts them; `None` if there is anything else. A comma that parts no thousands may be a decimal
/// one, and such a number is another.
fn digits(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let is_whole = groups
        .next()
        .is_some_and(|first| text.len() == first.len() || first.len() <= 3)
        && groups.all(|group| group.len() == 3);
    let digits = text.replace(['_', ','], "");
    (is_whole && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// Reads an amount of US dollars above zero in plain digits, with or without its sign; before the point they may be parted as those of
/// [`whole`] are.
#[must_use]
pub fn dollars(text: &str) -> Option<Cost> {
    let text = text.trim();
    let text = text.strip_prefix('$').unwrap_or(text).trim_start();
    let (whole, part) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let whole = digits(whole)?;
    let is_part = |part: &str| (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !part.is_none_or(is_part) || whole.is_empty() && part.is_none() || whole.len() > 9 {
        return None;
    }
    let digits = format!("{whole}{:0<9}", part.unwrap_or_default());
    digits.parse().ok().filter(|nanos| *nanos > 0).map(Cost)
}

/// Prints an amount exactly, with two decimals at least, as [`dollars`] reads it.
#[must_use]
pub fn money(cost: Cost) -> String {
    let decimals = format!("{:09}", cost.0 % 1_000_000_000);
    let kept = decimals.trim_end_matches('0').len().max(2);
    format!("${}.{}", cost.0 / 1_000_000_000, &decimals[..kept])
}

/// Prints a number of tokens as people read it: `950`, `12.3k`, `1.2M`. Not exact, and not read back.
#[must_use]
pub fn tokens(count: u64) -> String {
    scaled(count, 1000, ["", "k", "M", "G"])
}

/// Prints a number in the largest unit that it fills, with one decimal where that tells more.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
pub fn scaled(count: u64, step: u64, units: [&str; 4]) -> String {
    if count < step {
        return format!("{count}{}", units[0]);
    }
    let mut value = count as f64 / step as f64;
    let mut unit = 1;
    while value >= 999.5 && unit < 3 {
        value /= step as f64;
        unit += 1;
    }
    if value < 99.95 {
        let number = format!("{value:.1}");
        format!("{}{}", number.strip_suffix(".0").unwrap_or(&number), units[unit])
    } else {
        format!("{value:.0}{}", units[unit])
    }
}

/// Prints a whole number with its thousands parted, as [`whole`] reads it: `1,204,331`.
#[must_use]
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
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
        for number in [1, 999, 1_000, 1_204_331] {
            assert_eq!(whole(&count(number)), Some(number), "{}", count(number));
        }
        for cost in [1, 20, 1_000_000, 10_000_000, 1_234_567_891, 2_500_000_000, 25_000_000_000].map(Cost) {
            assert_eq!(dollars(&money(cost)), Some(cost), "{}", money(cost));
        }
        assert_eq!(money(Cost(2_500_000_000)), "$2.50");
        assert_eq!(dollars("$2.50"), Some(Cost(2_500_000_000)));
        assert_eq!(dollars("$1,250.5"), Some(Cost(1_250_500_000_000)));
        assert_eq!(dollars("10_000"), Some(Cost(10_000_000_000_000)));
        assert_eq!(dollars(".5"), Some(Cost(500_000_000)));
        let bad = [
            "",
            "$",
            "-1",
            "0",
            "NaN",
            "inf",
            "2 dollars",
            "1e3",
            "$1E3",
            "+5",
            "$$5",
            "1.",
            "1.2.3",
            "1.0000000001",
            ",",
            "5,50",
            "1,2,3",
            "1234,567",
            "5$",
        ];
        for bad in bad {
            assert_eq!(dollars(bad), None, "{bad}");
        }
    }
}
