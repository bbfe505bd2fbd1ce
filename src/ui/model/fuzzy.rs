//! How well a few typed letters fit a name: they must occur in its order, and count more at the start of a word and side by side.
//!
//! Invariant: an empty query fits everything equally; adding a letter to a query never makes a name fit that did not before.

/// A letter that follows the one before it without a gap.
const SIDE_BY_SIDE: u32 = 6;
/// A letter at the start of a word.
const WORD_START: u32 = 5;
/// Any letter.
const LETTER: u32 = 1;

/// Returns how well `query` fits `name`, more is better; `None` if it does not. Case and blanks in the query do not count.
#[must_use]
pub fn score(query: &str, name: &str) -> Option<u32> {
    let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<char>>();
    let name = lower(name);
    // The best score of the query so far that ends at each letter of the name.
    let mut best: Vec<Option<u32>> = Vec::new();
    for (index, wanted) in lower(query).into_iter().filter(|c| !c.is_whitespace()).enumerate() {
        let mut earlier = None;
        let mut next = Vec::with_capacity(name.len());
        for (at, letter) in name.iter().enumerate() {
            let start = at == 0 || !name[at - 1].is_alphanumeric();
            let own = LETTER + if start { WORD_START } else { 0 };
            let adjacent = at.checked_sub(1).and_then(|before| best.get(before).copied().flatten());
            let reached = if index == 0 {
                Some(0)
            } else {
                adjacent.map(|sum| sum + SIDE_BY_SIDE).max(earlier)
            };
            next.push(reached.filter(|_| *letter == wanted).map(|sum| sum + own));
            earlier = earlier.max(best.get(at).copied().flatten());
        }
        best = next;
        if best.iter().all(Option::is_none) {
            return None;
        }
    }
    Some(best.into_iter().flatten().max().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_in_order_fit_and_others_do_not() {
        assert!(score("nh", "next-hunk").is_some());
        assert!(score("NEXT hunk", "next-hunk").is_some());
        assert_eq!(score("kn", "next-hunk"), None);
        assert_eq!(score("", "next-hunk"), Some(0));
        assert_eq!(score("x", ""), None);
    }

    #[test]
    fn starts_of_words_and_runs_of_letters_count_more() {
        let order = |query: &str, better: &str, worse: &str| {
            assert!(score(query, better) > score(query, worse), "{query}: {better} before {worse}");
        };
        order("nh", "next-hunk", "enough");
        order("pau", "pause", "paging-around-us");
        order("ne", "next-error", "find-one");
        // The first `e` is not the best one.
        order("er", "next-error", "e-bar");
    }

    proptest! {
        #[test]
        fn a_longer_query_never_fits_where_a_shorter_one_did_not(query in "[a-d]{0,4}", more in "[a-d]", name in "[a-d-]{0,10}") {
            let longer = score(&format!("{query}{more}"), &name);
            prop_assert!(longer.is_none() || score(&query, &name).is_some());
        }

        #[test]
        fn whatever_is_left_out_of_a_name_fits_it(name in "[a-z]{1,12}", keep in proptest::collection::vec(any::<bool>(), 12)) {
            let query: String = name.chars().zip(keep).filter(|(_, keep)| *keep).map(|(c, _)| c).collect();
            prop_assert!(score(&query, &name).is_some());
        }
    }
}
