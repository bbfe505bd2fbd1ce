//! What a statement says that stands where the work should be.
//!
//! Owns the words of it, in whatever language. Invariant: a statement that says for whom something is not there, says no more than that.

/// What the name of an error holds by which work is said to be missing, in small letters.
const ERRORS: [&str; 4] = [
    "notimplemented",
    "notyetimplemented",
    "unimplementederror",
    "unimplementedexception",
];
/// Words of a message that say so.
const SAID: [&str; 6] = [
    "not implemented",
    "not yet implemented",
    "unimplemented",
    "implement me",
    "to be implemented",
    "not been implemented",
];
/// Words of a message to those who write a subclass.
const FOR_OTHERS: [&str; 7] = [
    "subclass",
    "override",
    "overrid",
    "abstract",
    "derived",
    "implementor",
    "implementer",
];

/// Says whether a statement that fails says that the work is missing: by its error's name, or by its message.
pub(super) fn says_missing(statement: &str) -> bool {
    let lower = statement.to_lowercase();
    if FOR_OTHERS.iter().any(|word| lower.contains(word)) {
        return false;
    }
    let message = message(&lower);
    let name = lower.split(['"', '\'', '`']).next().unwrap_or_default();
    ERRORS.iter().any(|error| name.contains(error))
        || SAID.iter().any(|said| message.contains(said))
        || ["todo", "fixme"].iter().any(|word| {
            message
                .strip_prefix(word)
                .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        })
}

/// Says whether a class is there for others to be made from: by its name, or because one is.
pub(super) fn is_base(name: &str, extended: &dyn Fn(&str) -> bool) -> bool {
    ["Abstract", "Base", "Interface"].iter().any(|word| name.contains(word)) || extended(name)
}

/// What stands between the first quotes.
fn message(statement: &str) -> &str {
    let opens = |c: char| matches!(c, '"' | '\'' | '`');
    let Some((_, rest)) = statement.split_once(opens) else {
        return "";
    };
    rest.split(opens).next().unwrap_or_default().trim_start()
}
