//! The names and words that lists use: the one place to add a new one.
//!
//! Owns tables and how names are compared; what is done with them is for the readers beside it. Names are asked for in the order in
//! which they stand here. Invariant: names and words that differ only in case, `_`, `-` and spaces are the same.

/// Keys that hold the features, the first one present counts.
pub const CONTAINERS: [&str; 7] = [
    "features",
    "user_stories",
    "stories",
    "scenarios",
    "tasks",
    "items",
    "requirements",
];

/// Keys that hold groups of features, which hold them in turn under one of [`CONTAINERS`].
pub const GROUPS: [&str; 12] = [
    "phases",
    "epics",
    "milestones",
    "sprints",
    "categories",
    "modules",
    "sections",
    "groups",
    "areas",
    "stages",
    "iterations",
    "releases",
];

/// What a flag's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// One of [`WORDS`].
    Word,
}

/// Keys of the flag, the most telling one first.
pub const FLAGS: [(&str, Kind); 7] = [
    ("passes", Kind::Bool),
    ("passing", Kind::Bool),
    ("status", Kind::Word),
    ("state", Kind::Word),
    ("done", Kind::Bool),
    ("completed", Kind::Bool),
    ("implemented", Kind::Bool),
];

/// How much a word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Only that it passes, or that it does not.
    Plain,
    /// That it does not pass and somebody is at it: written by a flip only if the list has nothing plainer.
    Underway,
    /// That it does not pass, and why: nobody but a person can say that.
    Particular,
}

/// Words of a status: whether it passes, and how much more the word says.
pub const WORDS: [(&str, bool, Rank); 24] = [
    ("done", true, Rank::Plain),
    ("completed", true, Rank::Plain),
    ("complete", true, Rank::Plain),
    ("pass", true, Rank::Plain),
    ("passed", true, Rank::Plain),
    ("passing", true, Rank::Plain),
    ("accepted", true, Rank::Plain),
    ("finished", true, Rank::Plain),
    ("pending", false, Rank::Plain),
    ("planned", false, Rank::Plain),
    ("not_started", false, Rank::Plain),
    ("todo", false, Rank::Plain),
    ("not_done", false, Rank::Plain),
    ("incomplete", false, Rank::Plain),
    ("failing", false, Rank::Plain),
    ("failed", false, Rank::Plain),
    ("fail", false, Rank::Plain),
    ("spec_ready", false, Rank::Underway),
    ("in_progress", false, Rank::Underway),
    ("active", false, Rank::Underway),
    ("blocked", false, Rank::Particular),
    ("skipped", false, Rank::Particular),
    ("paused", false, Rank::Particular),
    ("existing", false, Rank::Particular),
];

/// Where a list declares its own words, as paths from the root.
pub const DECLARED: [&[&str]; 7] = [
    &["rules", "valid_status"],
    &["status_legend"],
    &["status_values"],
    &["conventions", "status_values"],
    &["rules", "status_values"],
    &["valid_status"],
    &["meta", "status_values"],
];

/// Keys of the id.
pub const IDS: [&str; 6] = ["id", "feature_id", "story_id", "task_id", "scenario_id", "requirement_id"];

/// Keys of what the user can do once it works.
pub const TEXTS: [&str; 9] = [
    "description",
    "user_visible_behavior",
    "behavior",
    "desc",
    "describen",
    "summary",
    "user_story",
    "requirement",
    "text",
];

/// Keys of a short name; the text of a feature that has none of [`TEXTS`].
pub const TITLES: [&str; 5] = ["title", "name", "feature", "story", "scenario"];

/// Keys of how to check it.
pub const STEPS: [&str; 14] = [
    "steps",
    "test_steps",
    "verification_steps",
    "acceptance_criteria",
    "acceptance",
    "criteria",
    "verification",
    "verify",
    "verify_cmd",
    "verify_command",
    "verification_command",
    "test",
    "test_command",
    "how_to_verify",
];

/// Keys of the text of a step that is an object.
pub const STEP_TEXTS: [&str; 12] = [
    "description",
    "title",
    "text",
    "step",
    "name",
    "action",
    "criterion",
    "criteria",
    "content",
    "command",
    "cmd",
    "desc",
];

/// Keys of the kind of feature.
pub const CATEGORIES: [&str; 1] = ["category"];

/// Keys of the features it depends on.
pub const DEPENDS: [&str; 3] = ["dependencies", "depends_on", "depends"];

/// Keys of its priority.
pub const PRIORITIES: [&str; 1] = ["priority"];

/// Keys of its own tests.
pub const TESTS: [&str; 1] = ["tests"];

/// Keys of the files it touches.
pub const FILES: [&str; 1] = ["files"];

/// Objects beside the features that hold counters.
pub const COUNTERS: [&str; 7] = ["meta", "metadata", "stats", "statistics", "summary", "progress", "totals"];

/// What a counter counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// All features.
    All,
    /// Those that pass.
    Passing,
    /// Those that do not.
    Open,
}

/// Names of counters.
pub const COUNTED: [(&str, Counted); 19] = [
    ("total", Counted::All),
    ("total_features", Counted::All),
    ("total_stories", Counted::All),
    ("total_tasks", Counted::All),
    ("feature_count", Counted::All),
    ("count", Counted::All),
    ("passing", Counted::Passing),
    ("passed", Counted::Passing),
    ("passing_features", Counted::Passing),
    ("passed_features", Counted::Passing),
    ("completed", Counted::Passing),
    ("completed_features", Counted::Passing),
    ("complete", Counted::Passing),
    ("done", Counted::Passing),
    ("failing", Counted::Open),
    ("not_passing", Counted::Open),
    ("failing_features", Counted::Open),
    ("remaining", Counted::Open),
    ("remaining_features", Counted::Open),
];

/// Whether two names or words are the same.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    // Asked for every key of every feature: nearly all differ in their first letter already.
    let first = |text: &str| {
        text.bytes()
            .next()
            .filter(u8::is_ascii_alphanumeric)
            .map(|byte| byte.to_ascii_lowercase())
    };
    match (first(a), first(b)) {
        (Some(one), Some(other)) if one != other => false,
        _ => folded(a).eq(folded(b)),
    }
}

/// The word's entry in [`WORDS`].
#[must_use]
pub fn word(text: &str) -> Option<(bool, Rank)> {
    let found = WORDS.iter().find(|(word, ..)| same(word, text));
    found.map(|(_, passes, rank)| (*passes, *rank))
}

fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    let letters = text.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
    letters.flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_and_joints() {
        assert!(same("userStories", "user_stories") && same("Not Started", "not-started"));
        assert!(!same("pass", "passes") && !same("", "id"));
        assert_eq!(word("In-Progress"), Some((false, Rank::Underway)));
        assert_eq!(word("wontfix"), None);
    }

    #[test]
    fn no_word_stands_twice() {
        for (at, (word, ..)) in WORDS.iter().enumerate() {
            assert!(WORDS[..at].iter().all(|(other, ..)| !same(other, word)), "{word}");
        }
    }
}
