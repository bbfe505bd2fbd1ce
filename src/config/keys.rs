//! Every key that can be set, and what its value may be.
//!
//! Invariant: this table and `assets/config.default.toml` name the same keys (tested).

use super::{NotifyBackend, WorktreeUse, nearest};
use crate::protocol::Autonomy;
use jiff::SignedDuration;
use toml::Value;

/// A key.
#[derive(Debug)]
pub(super) struct Key {
    /// Dotted name.
    pub(super) name: &'static str,
    /// What its value may be.
    pub(super) kind: Kind,
    /// Whether it counts in a project's own file, which nobody has vouched for.
    pub(super) untrusted: bool,
}

/// Kinds of values.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Globs,
    Bool,
    /// A whole number within bounds.
    Whole(i64, i64),
    /// A number above 0 and up to 1.
    Share,
    /// US dollars above 0.
    Dollars,
    /// A time such as `90m`.
    Time,
    /// `Name <mail>`.
    Author,
    /// An http or https address.
    Address,
    Choice(&'static [&'static str]),
    /// Some of these words, at least one.
    Choices(&'static [&'static str]),
    /// A program and its arguments.
    Program,
}

const fn key(name: &'static str, kind: Kind) -> Key {
    Key {
        name,
        kind,
        untrusted: false,
    }
}

const fn open(name: &'static str, kind: Kind) -> Key {
    Key {
        name,
        kind,
        untrusted: true,
    }
}

/// The words for the levels of autonomy.
const AUTONOMY: [&str; 4] = [
    Autonomy::ALL[0].word(),
    Autonomy::ALL[1].word(),
    Autonomy::ALL[2].word(),
    Autonomy::ALL[3].word(),
];

/// The table, in the order of the default file.
pub(super) const KEYS: &[Key] = &[
    key("model", Kind::Text),
    key("base_url", Kind::Address),
    key("key_env", Kind::Text),
    key("key_command", Kind::Text),
    key("max_tokens", Kind::Whole(256, 1_000_000)),
    key("thinking", Kind::Bool),
    key("context_window", Kind::Whole(8_000, 100_000_000)),
    key("context_reset_at", Kind::Share),
    key("idle_timeout_seconds", Kind::Whole(1, 86_400)),
    key("first_byte_timeout_seconds", Kind::Whole(1, 86_400)),
    key("max_retries", Kind::Whole(0, 1_000_000)),
    key("features_per_session", Kind::Whole(1, 1_000)),
    key("session_pause_ms", Kind::Whole(0, 86_400_000)),
    key("stall_sessions", Kind::Whole(1, 1_000)),
    key("audit_holds", Kind::Bool),
    key("question_timeout_seconds", Kind::Whole(1, 86_400 * 365)),
    key("checkpoint_max_file_mb", Kind::Whole(1, 100_000)),
    key("checkpoint_keep_days", Kind::Whole(0, 36_500)),
    key("checkpoint_keep_sessions", Kind::Whole(1, 1_000_000)),
    key("author", Kind::Author),
    key("commit_trailer", Kind::Bool),
    key("durability", Kind::Choice(&["group", "full"])),
    key("autonomy", Kind::Choice(&AUTONOMY)),
    key("worktree", Kind::Choice(&WorktreeUse::WORDS)),
    key("limits.sessions", Kind::Whole(1, 1_000_000)),
    key("limits.turns", Kind::Whole(1, 1_000_000)),
    key("limits.tokens", Kind::Whole(1, i64::MAX)),
    key("limits.cost", Kind::Dollars),
    key("limits.time", Kind::Time),
    key("circling.told", Kind::Whole(0, 10_000)),
    key("circling.hand_off", Kind::Whole(0, 10_000)),
    key("circling.ask", Kind::Whole(0, 1_000)),
    open("verify.command", Kind::Text),
    open("verify.rerun", Kind::Text),
    open("verify.timeout_seconds", Kind::Whole(1, 86_400)),
    open("verify.retries", Kind::Whole(0, 10)),
    open("verify.reports", Kind::Globs),
    open("verify.check_seconds", Kind::Whole(0, 86_400)),
    open("verify.bisect_seconds", Kind::Whole(0, 86_400)),
    open("verify.tests", Kind::Globs),
    open("verify.guarded", Kind::Globs),
    key("bash.timeout_seconds", Kind::Whole(1, 86_400)),
    key("bash.output_head", Kind::Whole(256, 1_000_000)),
    key("bash.output_tail", Kind::Whole(256, 1_000_000)),
    key("ui.ascii", Kind::Bool),
    key("ui.color", Kind::Bool),
    key("ui.mouse", Kind::Bool),
    key("ui.title", Kind::Bool),
    key("notify.backends", Kind::Choices(&NotifyBackend::WORDS)),
    key("notify.command", Kind::Program),
    key("notify.dwell_seconds", Kind::Whole(0, 86_400)),
    key("notify.cool_down_seconds", Kind::Whole(0, 86_400)),
];

/// Finds a key by its dotted name.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// Finds the known key that a mistyped one is most like.
pub(super) fn like(name: &str) -> Option<&'static str> {
    nearest(name, KEYS.iter().map(|key| key.name)).or_else(|| {
        // `[verify] cmd` or a key in the wrong table: the last part alone may tell.
        let last = name.rsplit('.').next().unwrap_or(name);
        KEYS.iter()
            .map(|key| key.name)
            .find(|known| known.rsplit('.').next() == Some(last))
    })
}

impl Kind {
    /// Says in words what a value must be.
    pub(super) fn expected(self) -> String {
        match self {
            Self::Text => "a non-empty text".to_owned(),
            Self::Globs => "a list of valid globs".to_owned(),
            Self::Bool => "true or false".to_owned(),
            Self::Whole(least, i64::MAX) => format!("a whole number, at least {least}"),
            Self::Whole(least, most) => format!("a whole number from {least} to {most}"),
            Self::Share => "a share above 0 and up to 1, such as 0.8".to_owned(),
            Self::Dollars => "an amount of US dollars above 0, such as 25.0".to_owned(),
            Self::Time => "a time such as \"90m\", \"8h\" or \"1d 12h\"".to_owned(),
            Self::Author => "`Name <mail>`".to_owned(),
            Self::Address => "an address that begins with http:// or https://".to_owned(),
            Self::Choice(words) => format!("one of \"{}\"", words.join("\", \"")),
            Self::Choices(words) => format!("a list of one or more of \"{}\"", words.join("\", \"")),
            Self::Program => "a list of a program and its arguments, such as [\"ntfy\", \"send\"]".to_owned(),
        }
    }

    /// Says whether a value will do.
    pub(super) fn accepts(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text, Value::String(text)) => !text.trim().is_empty(),
            (Self::Globs, Value::Array(items)) => items
                .iter()
                .all(|item| item.as_str().is_some_and(|glob| globset::Glob::new(glob).is_ok())),
            (Self::Bool, Value::Boolean(_)) => true,
            (Self::Whole(least, most), Value::Integer(number)) => (least..=most).contains(number),
            (Self::Share, value) => number(value).is_some_and(|share| share > 0.0 && share <= 1.0),
            (Self::Dollars, value) => number(value).is_some_and(|amount| amount > 0.0 && amount < 1e9),
            (Self::Time, Value::String(text)) => seconds(text).is_some(),
            (Self::Author, Value::String(text)) => author(text).is_some(),
            (Self::Address, Value::String(text)) => {
                let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
                host.is_some_and(|host| !host.is_empty() && !host.contains(char::is_whitespace))
            }
            (Self::Choices(words), Value::Array(items)) => {
                let known = |item: &Value| item.as_str().is_some_and(|word| words.contains(&word));
                !items.is_empty() && items.iter().all(known)
            }
            (Self::Program, Value::Array(items)) => {
                let named = items.first().and_then(Value::as_str).is_some_and(|name| !name.is_empty());
                named && items.iter().all(Value::is_str)
            }
            (Self::Choice(words), Value::String(text)) => words.contains(&text.as_str()),
            _ => false,
        }
    }

    /// Reads a value from a flag or a variable, where everything is text.
    pub(super) fn read_text(self, text: &str) -> Value {
        let plain = || Value::String(text.to_owned());
        match self {
            Self::Bool => text.parse().map_or_else(|_| plain(), Value::Boolean),
            Self::Whole(..) => text.replace(['_', ','], "").parse().map_or_else(|_| plain(), Value::Integer),
            Self::Share | Self::Dollars => text.trim_start_matches('$').parse().map_or_else(|_| plain(), Value::Float),
            Self::Globs | Self::Choices(_) => {
                Value::Array(text.split(',').map(|item| Value::String(item.trim().to_owned())).collect())
            }
            Self::Text | Self::Time | Self::Author | Self::Address | Self::Choice(_) | Self::Program => plain(),
        }
    }
}

/// Reads a number, whole or not.
#[expect(clippy::cast_precision_loss, reason = "amounts this large are refused")]
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))
}

/// Reads a time such as `8h` in seconds; days count 24 hours.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let (days, rest) = match text.split_once('d') {
        Some((days, rest)) if days.bytes().all(|byte| byte.is_ascii_digit()) => (days.parse::<u64>().ok()?, rest.trim()),
        _ => (0, text),
    };
    let rest = if rest.is_empty() && days > 0 {
        SignedDuration::ZERO
    } else {
        rest.parse::<SignedDuration>().ok()?
    };
    let total = days.checked_mul(86_400)?.checked_add(u64::try_from(rest.as_secs()).ok()?)?;
    (total > 0).then_some(total)
}

/// Splits `Name <mail>`.
pub(super) fn author(text: &str) -> Option<(String, String)> {
    let (name, mail) = text.trim().strip_suffix('>')?.rsplit_once('<')?;
    let (name, mail) = (name.trim(), mail.trim());
    let odd = |text: &str| text.is_empty() || text.contains(['<', '>', '\n', '\0']);
    (!odd(name) && !odd(mail)).then(|| (name.to_owned(), mail.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_authors_are_read() {
        assert_eq!(seconds("90m"), Some(5_400));
        assert_eq!(seconds("8h"), Some(28_800));
        assert_eq!(seconds("1h30m"), Some(5_400));
        assert_eq!(seconds("2d"), Some(172_800));
        assert_eq!(seconds("1d 12h"), Some(129_600));
        for bad in ["", "0s", "soon", "-5m", "8", "d"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
        assert_eq!(author("Ada L <a@b.c>"), Some(("Ada L".into(), "a@b.c".into())));
        for bad in ["Ada", "<a@b>", "Ada <>", "A\nB <b>"] {
            assert_eq!(author(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_key_in_the_wrong_table_is_found_by_its_last_part() {
        assert_eq!(like("timeout.mouse"), Some("ui.mouse"));
        assert_eq!(like("verfy.command"), Some("verify.command"));
        assert_eq!(like("zzzzzz"), None);
    }
}
