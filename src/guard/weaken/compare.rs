//! Comparing tests with what they were.
//!
//! Invariant: a test is first looked for under its own name, then elsewhere, before it counts as deleted.

use super::live::words;
use super::moot;
use super::settled::{only_repeats, stand_in};
use super::suite::{Check, Suite, Test};
use super::{Kind, Weakening};
use std::collections::HashSet;

/// A test with the path of its file.
type Placed<'a> = (&'a str, &'a Test);

pub(super) fn suites(files: &[(&str, Suite, Suite)]) -> Vec<Weakening> {
    let before: Vec<Placed<'_>> = files
        .iter()
        .flat_map(|(path, old, _)| old.tests.iter().map(|test| (*path, test)))
        .collect();
    let after: Vec<Placed<'_>> = files
        .iter()
        .flat_map(|(path, _, new)| new.tests.iter().map(|test| (*path, test)))
        .collect();
    let mut taken = HashSet::new();
    let mut pairs: Vec<Option<usize>> = vec![None; before.len()];
    // The surest way to know a test again comes first, for all of them.
    let ways: [fn(&Placed<'_>, &Placed<'_>) -> bool; 5] = [
        |old, new| old.0 == new.0 && old.1.path == new.1.path,
        |old, new| old.1.path == new.1.path,
        |old, new| old.1.leaf() == new.1.leaf() && shares_checks(old.1, new.1),
        |old, new| !old.1.statements.is_empty() && old.1.statements == new.1.statements,
        |old, new| has_checks_of(old.1, new.1),
    ];
    for way in ways {
        for (place, old) in before.iter().enumerate() {
            if pairs.get(place).is_some_and(Option::is_some) {
                continue;
            }
            let found = after
                .iter()
                .enumerate()
                .find(|(at, new)| !taken.contains(at) && way(old, new));
            if let (Some((at, _)), Some(pair)) = (found, pairs.get_mut(place)) {
                taken.insert(at);
                *pair = Some(at);
            }
        }
    }
    // What moved into a new test or a helper is checked there.
    let fresh = after
        .iter()
        .enumerate()
        .filter(|(at, _)| !taken.contains(at))
        .map(|(_, (_, test))| *test);
    let elsewhere: Vec<&Test> = fresh.chain(files.iter().flat_map(|(_, _, new)| &new.helpers)).collect();
    let mut found = Vec::new();
    for ((path, old), pair) in before.iter().zip(&pairs) {
        match pair.and_then(|at| after.get(at)) {
            Some((path, new)) => changed(path, old, new, &elsewhere, &mut found),
            None if absorbed(old, &after) => {}
            None => found.push(finding(path, old.line, old, Kind::Deleted, "deleted".to_owned())),
        }
    }
    for (path, old, new) in files {
        for helper in old.helpers.iter().filter(|helper| !helper.checks.is_empty()) {
            let now = new.helpers.iter().find(|other| other.path == helper.path);
            if let Some(now) = now {
                changed(path, helper, now, &elsewhere, &mut found);
            }
        }
    }
    for (at, (path, new)) in after.iter().enumerate() {
        if !taken.contains(&at) {
            added(path, new, &mut found);
        }
    }
    found.sort_by(|a, b| (&a.path, a.line, a.kind).cmp(&(&b.path, b.line, b.kind)));
    found
}

fn shares_checks(old: &Test, new: &Test) -> bool {
    old.checks.is_empty()
        || old
            .checks
            .iter()
            .any(|check| new.checks.iter().any(|other| other.text == check.text))
}

/// Renamed and rewritten at once: it still checks all that it did.
fn has_checks_of(old: &Test, new: &Test) -> bool {
    !old.checks.is_empty()
        && old
            .checks
            .iter()
            .all(|check| new.checks.iter().any(|other| other.text == check.text))
}

/// Merged into another test, which now checks what it did.
fn absorbed(old: &Test, after: &[Placed<'_>]) -> bool {
    after.iter().any(|(_, new)| has_checks_of(old, new))
}

fn finding(path: &str, line: usize, test: &Test, kind: Kind, how: String) -> Weakening {
    Weakening {
        path: path.to_owned(),
        line,
        test: test.name(),
        kind,
        how,
        new: false,
    }
}

/// What is new in `now`, counted.
fn new_marks(then: &[String], now: &[String]) -> Vec<String> {
    let mut left = then.to_vec();
    now.iter()
        .filter(|mark| match left.iter().position(|other| other == *mark) {
            Some(at) => {
                left.swap_remove(at);
                false
            }
            None => true,
        })
        .cloned()
        .collect()
}

fn changed(path: &str, old: &Test, new: &Test, elsewhere: &[&Test], found: &mut Vec<Weakening>) {
    if old.fails && old.statements.is_empty() {
        // It was still to be written, and is judged as new.
        added(path, new, found);
        return;
    }
    let mut tell = |line, kind, how| found.push(finding(path, line, new, kind, how));
    if let Some(mark) = new_marks(&old.off, &new.off).first() {
        tell(new.line, Kind::Skipped, format!("switched off by `{mark}`"));
        return;
    }
    if let Some(mark) = new_marks(&old.only, &new.only).first() {
        tell(new.line, Kind::Only, format!("`{mark}` leaves all other tests out"));
    }
    if !old.is_idle() && new.is_idle() {
        tell(new.line, Kind::Emptied, "does nothing any more".to_owned());
        return;
    }
    if new.swallows > old.swallows {
        tell(new.line, Kind::Swallowed, "a failed check is caught and dropped".to_owned());
    }
    if let Some(how) = new_marks(&old.blunt, &new.blunt).first() {
        tell(new.line, Kind::Swallowed, how.clone());
    }
    if let Some(fake) = new_marks(&old.faked, &new.faked).first() {
        let how = format!("what is tested is replaced: `{}`", short(fake));
        tell(new.line, Kind::Expectation, how);
    }
    if let (None, Some(check)) = (only_repeats(old), only_repeats(new)) {
        let how = format!("all it checks is `{}`, a call against itself", short(&check.text));
        tell(check.line, Kind::AlwaysTrue, how);
    }
    checks(old, new, elsewhere, &mut tell);
    cases(old, new, &mut tell);
}

fn checks(old: &Test, new: &Test, elsewhere: &[&Test], tell: &mut impl FnMut(usize, Kind, String)) {
    let texts = |checks: &[Check]| checks.iter().map(|check| check.text.clone()).collect::<Vec<_>>();
    let (before, after) = (texts(&old.checks), texts(&new.checks));
    let gone_texts = new_marks(&after, &before);
    let come_texts = new_marks(&before, &after);
    let gone: Vec<&Check> = old.real_checks().filter(|check| gone_texts.contains(&check.text)).collect();
    let mut come: Vec<&Check> = new.checks.iter().filter(|check| come_texts.contains(&check.text)).collect();
    let (mut told, mut lost) = (0, Vec::new());
    for check in come.extract_if(.., |check| check.always) {
        told += 1;
        tell(check.line, Kind::AlwaysTrue, format!("`{}` always holds", short(&check.text)));
    }
    let all = come.clone();
    for check in gone {
        // A call of a helper that is in another file now is no check there, and says the same.
        if new.statements.contains(&check.text) || elsewhere.iter().any(|test| covers(&test.checks, check)) {
            continue;
        }
        if let Some(at) = come.iter().position(|other| other.subject == check.subject) {
            let now = come.swap_remove(at);
            if now.expected != check.expected && !is_named(new, check, now) {
                told += 1;
                let how = format!("expected `{}`, now `{}`", short(&check.expected), short(&now.expected));
                tell(now.line, Kind::Expectation, how);
            }
        } else if let Some(at) = come.iter().position(|other| other.expected == check.expected) {
            come.swap_remove(at);
        } else if !all
            .iter()
            .any(|other| words_of(check).all(|word| words(&other.text).any(|known| known == word)))
        {
            lost.push(check);
        }
    }
    let (had, has) = (old.real_checks().count(), new.real_checks().count());
    if let (Some(first), 0) = (lost.first(), told) {
        let how = if had > has {
            format!("{has} of {had} checks are left")
        } else {
            format!("`{}` is checked no more", short(&first.text))
        };
        tell(new.line, Kind::Fewer, how);
    }
}

/// Says whether one of these checks looks at the same and expects the same, whatever the names of what is expected.
fn covers(checks: &[Check], check: &Check) -> bool {
    let same = |other: &Check| {
        let operator = |check: &Check| check.expected.split(' ').next().unwrap_or_default().to_owned();
        other.text == check.text || (other.subject == check.subject && operator(other) == operator(check))
    };
    checks.iter().any(|other| !other.always && same(other))
}

/// The value expected was given a name, and is still in the test.
fn is_named(new: &Test, then: &Check, now: &Check) -> bool {
    let value = |check: &Check| {
        check
            .expected
            .split_once(' ')
            .map_or(String::new(), |(_, value)| value.to_owned())
    };
    let (was, is) = (value(then), value(now));
    let name = !is.is_empty() && is.chars().all(|c| c.is_alphanumeric() || c == '_') && is.starts_with(|c: char| c.is_alphabetic());
    name && !was.is_empty() && new.statements.iter().any(|statement| statement.contains(&was))
}

fn words_of(check: &Check) -> impl Iterator<Item = &str> {
    words(&check.subject)
        .chain(words(&check.expected))
        .filter(|word| !word.starts_with("assert") && !matches!(*word, "toBe" | "equal" | "Equal"))
}

fn cases(old: &Test, new: &Test, tell: &mut impl FnMut(usize, Kind, String)) {
    let (had, has) = (old.cases.len(), new.cases.len());
    let gone = new_marks(&new.cases, &old.cases);
    let come = new_marks(&old.cases, &new.cases);
    if had > has {
        tell(new.line, Kind::Fewer, format!("{has} of {had} cases are left"));
    } else if let (Some(then), Some(now)) = (gone.first(), come.first()) {
        tell(
            new.line,
            Kind::Expectation,
            format!("case `{}`, now `{}`", short(then), short(now)),
        );
    }
}

/// A test that is new checks something, or says that it is not there yet.
fn added(path: &str, new: &Test, found: &mut Vec<Weakening>) {
    let finding = |path: &str, line, test: &Test, kind, how| Weakening {
        new: true,
        ..finding(path, line, test, kind, how)
    };
    // Where all that it does is to leave instead of failing, that is no matter of where it runs.
    let leaves = new.checks.is_empty() && moot::is_all(new) && new.off.iter().all(|mark| mark.contains(" if "));
    // That it is to panic is what it checks.
    if !(new.off.iter().all(|mark| mark == "#[should_panic]") || leaves) {
        return;
    }
    if let Some(mark) = new.only.first() {
        found.push(finding(
            path,
            new.line,
            new,
            Kind::Only,
            format!("`{mark}` leaves all other tests out"),
        ));
    }
    if new.is_idle() {
        found.push(finding(
            path,
            new.line,
            new,
            Kind::Emptied,
            "new, and does nothing".to_owned(),
        ));
        return;
    }
    if new.swallows > 0 {
        let how = "new, and a failed check is caught and dropped".to_owned();
        found.push(finding(path, new.line, new, Kind::Swallowed, how));
    }
    if let Some(how) = new.blunt.first() {
        found.push(finding(path, new.line, new, Kind::Swallowed, format!("new, and {how}")));
    }
    if let Some(check) = only_repeats(new) {
        let how = format!("new, and all it checks is `{}`, a call against itself", short(&check.text));
        found.push(finding(path, check.line, new, Kind::AlwaysTrue, how));
    }
    if let Some(stand_in) = stand_in(new) {
        let how = format!("new, and all it checks is its own `{}`", short(stand_in));
        found.push(finding(path, new.line, new, Kind::AlwaysTrue, how));
    }
    if let Some(check) = new.checks.first().filter(|_| new.real_checks().count() == 0) {
        let how = format!("new, and all it checks is `{}`, which always holds", short(&check.text));
        found.push(finding(path, check.line, new, Kind::AlwaysTrue, how));
    }
    if new.checks.is_empty() && moot::is_all(new) {
        let told = new.moot.first().map(|(line, _, how)| (*line, format!("new, and {how}")));
        found.extend(told.map(|(line, how)| finding(path, line, new, Kind::AlwaysTrue, how)));
    } else if let Some(depends) = moot::only_sometimes(new) {
        let how = format!("new, and it checks only where `{}`", short(depends));
        found.push(finding(path, new.line, new, Kind::Sometimes, how));
    } else if new.only_calls {
        let how = "new, and it only calls: nothing is compared".to_owned();
        found.push(finding(path, new.line, new, Kind::OnlyCalls, how));
    }
}

/// Enough of a text to know it by.
fn short(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut cut: String = text.chars().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        cut.push('…');
    }
    cut
}
