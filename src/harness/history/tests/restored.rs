//! Lists that others took the place of and that came back, and how far a telling is.

use super::*;
use crate::protocol::HistoryProgress;

#[test]
fn a_list_that_was_replaced_and_is_restored_is_called_so_and_no_features_are_paired() {
    let lab = Lab::new();
    let ids: Vec<String> = (0..20).map(|n| format!("F{n:02}")).collect();
    let list = |passes: usize| {
        let of = ids.iter().enumerate().map(|(n, id)| (id.as_str(), n < passes));
        text(&of.collect::<Vec<_>>())
    };
    lab.write("feature_list.json", &list(10));
    let plan = lab.commit("plan");
    lab.write(
        "feature_list.json",
        "{\"userStories\": [{\"id\": \"US-1\", \"title\": \"other\", \"passes\": false}]}",
    );
    lab.commit("replaced");
    lab.write("feature_list.json", &list(10));
    lab.commit("as it was");
    lab.write("feature_list.json", "[{\"description\": \"else\", \"passes\": false}]");
    lab.commit("replaced again");
    lab.write("feature_list.json", &list(12));
    let more = lab.commit("with two more");
    lab.commit_list("another", &[("X", false), ("Y", false)]);
    lab.write("feature_list.json", &list(12));
    lab.commit("the latest is meant");
    let told = lab.told();
    let [first, latest] = [&plan, &more].map(|commit| commit[..7].to_owned());
    assert_eq!(
        lines(&told),
        "plan 10/20 +[] -[] Created()\n\
         replaced 0/1 +[] -[] Replaced()\n\
         as it was 10/20 +[] -[] Restored()\n\
         replaced again 0/1 +[] -[] Replaced()\n\
         with two more 12/20 +[F10 F11] -[] Restored()\n\
         another 0/2 +[] -[] Replaced()\n\
         the latest is meant 12/20 +[] -[] Restored()\n"
    );
    let detail = |at: usize| told.steps[at].facts[0].detail.clone();
    let third = told.steps[2].commit.id.short().to_owned();
    assert_eq!(detail(2), format!("as in {first}"));
    assert_eq!(detail(4), format!("as in {third}, changed"));
    assert_eq!(detail(6), format!("as in {latest}"));
}

#[test]
fn how_far_it_is_is_told_commit_by_commit_and_unchanged_features_are_read_once() {
    let lab = Lab::new();
    for n in 0..4 {
        lab.commit_list(&format!("c{n}"), &[("A", n > 0), ("B", n > 1), ("C", n > 2)]);
    }
    let seen = std::cell::RefCell::new(Vec::new());
    let pace = |so_far: HistoryProgress| {
        seen.borrow_mut().push((so_far.done, so_far.all));
        true
    };
    history(&lab.root(), Path::new("feature_list.json"), &pace).unwrap().unwrap();
    let walked: Vec<_> = (1..=4).map(|n| (n, None)).collect();
    let told: Vec<_> = (1..=4).map(|n| (n, Some(4))).collect();
    assert_eq!(seen.into_inner(), [walked, told].concat());
}
