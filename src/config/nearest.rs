//! "Did you mean": the known name that is most like a mistyped one.

/// Returns the name nearest to `word`, unless all are too far to be what was meant.
#[must_use]
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let closest = names.into_iter().map(|name| (distance(word, name), name)).min()?;
    (closest.0 <= word.chars().count().div_ceil(3).max(1)).then_some(closest.1)
}

/// Counts the insertions, deletions, replacements and swaps of neighbours between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant_and_stays_silent_otherwise() {
        let names = ["model", "verify.command", "limits.tokens"];
        assert_eq!(nearest("modle", names), Some("model"));
        assert_eq!(nearest("verify.comand", names), Some("verify.command"));
        assert_eq!(nearest("limits.token", names), Some("limits.tokens"));
        assert_eq!(nearest("colour", names), None);
        assert_eq!(nearest("x", []), None);
        assert_eq!(distance("", "abc"), 3);
    }
}
