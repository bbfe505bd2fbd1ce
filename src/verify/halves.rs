//! Which of several tests end the program that runs them all: they are run by halves.
//!
//! Owns what is to be run next. Does not own the runs, nor how long they may take. Invariant: what was run and ended is run again only
//! in smaller parts, and all together, which is known to end, never.

use std::collections::VecDeque;

/// What is left to be run, largest parts first.
#[derive(Debug)]
pub struct Halves<'a, T> {
    open: VecDeque<&'a [T]>,
}

impl<'a, T> Halves<'a, T> {
    /// Begins with the halves of what is known to end; one alone is run for itself.
    #[must_use]
    pub fn of(all: &'a [T]) -> Self {
        let open = VecDeque::new();
        let mut halves = Self { open };
        match all {
            [] => {}
            [_] => halves.open.push_back(all),
            _ => halves.part(all),
        }
        halves
    }

    /// Has the halves of a part run that ended, too.
    pub fn part(&mut self, part: &'a [T]) {
        let (first, second) = part.split_at(part.len() / 2);
        self.open.extend([first, second]);
    }

    /// Lists what was not run yet.
    pub fn left(&self) -> impl Iterator<Item = &'a T> {
        self.open.iter().copied().flatten()
    }
}

impl<'a, T> Iterator for Halves<'a, T> {
    type Item = &'a [T];

    fn next(&mut self) -> Option<&'a [T]> {
        self.open.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs by halves with these ending; what was run, and what was found to end.
    fn found(all: &[u32], ending: &[u32]) -> (Vec<Vec<u32>>, Vec<u32>) {
        let (mut ran, mut found) = (Vec::new(), Vec::new());
        let mut halves = Halves::of(all);
        while let Some(part) = halves.next() {
            ran.push(part.to_vec());
            match (part, part.iter().any(|one| ending.contains(one))) {
                ([one], true) => found.push(*one),
                (_, true) => halves.part(part),
                (_, false) => {}
            }
        }
        (ran, found)
    }

    #[test]
    fn what_ends_is_found_and_all_together_are_not_run_again() {
        let (ran, ending) = found(&[1, 2, 3, 4, 5], &[4]);
        assert_eq!(ending, [4]);
        assert_eq!(ran, [vec![1, 2], vec![3, 4, 5], vec![3], vec![4, 5], vec![4], vec![5]]);
        assert_eq!(found(&[1], &[1]), (vec![vec![1]], vec![1]));
        assert_eq!(found(&[1, 2, 3], &[1, 3]).1, [1, 3]);
        assert_eq!(found(&[], &[]).0, Vec::<Vec<u32>>::new());
    }

    #[test]
    fn what_was_not_run_is_left() {
        let all = [1, 2, 3];
        let mut halves = Halves::of(&all);
        assert_eq!(halves.next(), Some([1].as_slice()));
        assert_eq!(halves.left().copied().collect::<Vec<_>>(), [2, 3]);
    }
}
