//! Histories made with the git program: merges, renames, deletions, lists replaced and broken.

mod restored;

use super::{HistoryError, history};
use crate::protocol::ListFactKind::{
    Added, AddedPassing, Broken, BulkFlip, Created, Deleted, Edited, Regressed, Removed, Renamed, Replaced, Restored,
};
use crate::protocol::{ListFactKind, ListHistory, ListStep};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Lab {
    dir: tempfile::TempDir,
    ticks: std::cell::Cell<u32>,
}

impl Lab {
    fn new() -> Self {
        let lab = Self {
            dir: tempfile::tempdir().unwrap(),
            ticks: 0.into(),
        };
        lab.git(&["init", "-q", "-b", "main"]);
        lab
    }

    fn root(&self) -> PathBuf {
        self.dir.path().canonicalize().unwrap()
    }

    fn git(&self, args: &[&str]) -> String {
        git(&self.root(), args, self.ticks.get())
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Commits everything there is, a minute after the commit before.
    fn commit(&self, message: &str) -> String {
        self.ticks.set(self.ticks.get() + 1);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn commit_list(&self, message: &str, list: &[(&str, bool)]) -> String {
        self.write("feature_list.json", &text(list));
        self.commit(message)
    }

    fn merge(&self, branch: &str) {
        self.ticks.set(self.ticks.get() + 1);
        self.git(&["merge", "-q", "--no-ff", "-m", &format!("merge {branch}"), branch]);
    }

    fn told(&self) -> ListHistory {
        history(&self.root(), Path::new("feature_list.json"), &|_| true)
            .unwrap()
            .unwrap()
    }
}

fn git(dir: &Path, args: &[&str], minute: u32) -> String {
    let date = format!("2026-01-31T10:{:02}:00Z", minute % 60);
    let done = Command::new("git")
        .current_dir(dir)
        .args([
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@example.com",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_AUTHOR_DATE", &date)
        .env("GIT_COMMITTER_DATE", &date)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

/// A list of features, each with an id and a text of its own.
fn text(list: &[(&str, bool)]) -> String {
    let one =
        |(id, passes): &(&str, bool)| format!("  {{\"id\": \"{id}\", \"description\": \"what {id} does\", \"passes\": {passes}}}");
    format!("[\n{}\n]\n", list.iter().map(one).collect::<Vec<_>>().join(",\n"))
}

fn kinds(step: &ListStep) -> Vec<ListFactKind> {
    step.facts.iter().map(|fact| fact.kind).collect()
}

/// A line a step: subject, counts, flips, facts with their features.
fn lines(told: &ListHistory) -> String {
    let mut out = String::new();
    for step in &told.steps {
        let counts = step
            .passing
            .map_or("-".to_owned(), |passing| format!("{passing}/{}", step.total.unwrap()));
        let ids = |features: &[crate::protocol::NamedFeature]| features.iter().map(|f| f.id.clone()).collect::<Vec<_>>().join(" ");
        write!(
            out,
            "{} {counts} +[{}] -[{}]",
            step.commit.subject,
            ids(&step.passed),
            ids(&step.regressed)
        )
        .unwrap();
        for fact in &step.facts {
            let brought = if fact.brought { " brought" } else { "" };
            write!(out, " {:?}({}{brought})", fact.kind, ids(&fact.features)).unwrap();
        }
        out.push('\n');
    }
    out
}

#[test]
fn a_plain_history_is_told_commit_by_commit() {
    let lab = Lab::new();
    lab.write("README", "no list yet");
    lab.commit("begin");
    lab.commit_list("plan", &[("A", false), ("B", false), ("C", false)]);
    lab.commit_list("build A", &[("A", true), ("B", false), ("C", false)]);
    lab.write("code", "nothing about the list");
    lab.commit("work");
    lab.commit_list("more", &[("A", false), ("B", true), ("C", false), ("D", false), ("E", true)]);
    lab.commit_list("less", &[("A", false), ("B", true), ("D", false), ("E", true)]);
    lab.write("feature_list.json", &lab_text_edited());
    lab.commit("reword");
    let told = lab.told();
    assert_eq!(
        lines(&told),
        "plan 0/3 +[] -[] Created()\n\
         build A 1/3 +[A] -[]\n\
         more 2/5 +[B] -[A] Added(D) AddedPassing(E) Regressed(A)\n\
         less 2/4 +[] -[] Removed(C)\n\
         reword 2/4 +[] -[] Edited(D)\n"
    );
    assert_eq!((told.commits, told.main, told.path.as_str()), (7, 7, "feature_list.json"));
    let places: Vec<_> = told.steps.iter().map(|step| step.at.unwrap()).collect();
    assert_eq!(places, [2, 3, 5, 6, 7]);
    assert_eq!(told.steps[4].facts[0].detail, "description");
    assert_eq!(told.notes, Vec::<String>::new());
}

fn lab_text_edited() -> String {
    text(&[("A", false), ("B", true), ("D", false), ("E", true)]).replace("what D does", "what D did")
}

#[test]
fn a_merge_is_held_against_its_first_parent_and_invents_nothing() {
    let lab = Lab::new();
    lab.commit_list("plan", &[("A", false), ("B", false), ("C", false), ("D", true)]);
    lab.git(&["switch", "-q", "-c", "side"]);
    lab.commit_list("side builds B", &[("A", false), ("B", true), ("C", false), ("D", true)]);
    lab.commit_list("side drops C", &[("A", false), ("B", true), ("D", true)]);
    lab.git(&["switch", "-q", "main"]);
    lab.commit_list("main builds A", &[("A", true), ("B", false), ("C", false), ("D", true)]);
    lab.ticks.set(lab.ticks.get() + 1);
    let merged = Command::new("git")
        .current_dir(lab.root())
        .args(["merge", "--no-commit", "side"])
        .output()
        .unwrap();
    assert!(!merged.status.success(), "the two versions are brought together by hand");
    // The one who merges also takes D's pass away: nobody's doing but the merge's.
    lab.commit_list("merge side", &[("A", true), ("B", true), ("D", false)]);
    let told = lab.told();
    let said = lines(&told);
    assert!(said.contains("main builds A 2/4 +[A] -[]\n"), "{said}");
    assert!(said.contains("side drops C 2/3 +[] -[] Removed(C)\n"), "{said}");
    assert!(
        said.contains("merge side 2/3 +[B] -[D] Removed(C brought) Regressed(D)\n"),
        "{said}"
    );
    // On the line that leads to HEAD there are three commits.
    let on_main: Vec<_> = told.steps.iter().filter_map(|step| step.at).collect();
    assert_eq!((told.main, on_main), (3, vec![1, 2, 3]));
    assert_eq!(told.steps.iter().filter(|step| step.merge).count(), 1);
}

#[test]
fn a_list_that_a_merge_brings_whole_is_the_branchs() {
    let lab = Lab::new();
    lab.write("README", "hello");
    lab.commit("begin");
    lab.git(&["switch", "-q", "-c", "side"]);
    lab.commit_list("plan", &[("A", false)]);
    lab.git(&["switch", "-q", "main"]);
    lab.write("other", "x");
    lab.commit("else");
    lab.merge("side");
    let told = lab.told();
    assert_eq!(
        lines(&told),
        "plan 0/1 +[] -[] Created()\nmerge side 0/1 +[] -[] Created( brought)\n"
    );
    assert_eq!(told.steps[0].at, None);
    assert_eq!(told.steps[1].at, Some(3));
}

#[test]
fn renames_are_followed_also_with_an_edit_and_over_two_commits() {
    let lab = Lab::new();
    let mut list: Vec<(String, bool)> = (0..30).map(|n| (format!("F{n:03}"), false)).collect();
    let all = |list: &[(String, bool)]| text(&list.iter().map(|(id, passes)| (id.as_str(), *passes)).collect::<Vec<_>>());
    lab.write("docs/todo.json", &all(&list));
    lab.commit("plan");
    list[0].1 = true;
    lab.git(&["mv", "docs/todo.json", "features.json"]);
    lab.write("features.json", &all(&list));
    lab.commit("move and build");
    lab.git(&["mv", "features.json", "prd.json"]);
    lab.commit("move");
    lab.git(&["rm", "-q", "prd.json"]);
    lab.commit("take away");
    lab.write("feature_list.json", &all(&list));
    lab.commit("put back");
    let told = lab.told();
    let kinds: Vec<_> = told.steps.iter().map(kinds).collect();
    assert_eq!(
        kinds,
        [vec![Created], vec![Renamed], vec![Renamed], vec![Deleted], vec![Restored]],
        "{}",
        lines(&told)
    );
    assert_eq!(told.steps[1].passed.len(), 1);
    assert_eq!(
        (told.steps[0].path.as_deref(), told.path.as_str()),
        (Some("docs/todo.json"), "feature_list.json")
    );
    assert_eq!(told.steps[2].facts[0].detail, "features.json");
    assert_eq!((told.steps[3].path.as_deref(), told.steps[3].total), (None, None));
}

#[test]
fn a_list_that_comes_back_is_held_against_the_one_that_went() {
    let lab = Lab::new();
    lab.commit_list("plan", &[("A", true), ("B", false), ("C", false)]);
    std::fs::remove_file(lab.root().join("feature_list.json")).unwrap();
    lab.commit("away");
    lab.commit_list("back", &[("A", true), ("B", true)]);
    let told = lab.told();
    assert_eq!(
        lines(&told),
        "plan 1/3 +[] -[] Created()\naway - +[] -[] Deleted()\nback 2/2 +[B] -[] Restored() Removed(C)\n"
    );
    // Without one at HEAD its history is still there.
    std::fs::remove_file(lab.root().join("feature_list.json")).unwrap();
    lab.commit("away again");
    assert_eq!(kinds(lab.told().steps.last().unwrap()), [Deleted]);
}

#[test]
fn broken_versions_are_named_and_passed_over() {
    let lab = Lab::new();
    lab.commit_list("plan", &[("A", false), ("B", false)]);
    lab.write("feature_list.json", "[\n  {\"id\": \"A\", \"passes\" true}\n]\n");
    lab.commit("breaks it");
    lab.write("feature_list.json", "{\"name\": \"no list\"}");
    lab.commit("worse");
    lab.commit_list("mends it", &[("A", true), ("B", false)]);
    let told = lab.told();
    assert_eq!(
        lines(&told),
        "plan 0/2 +[] -[] Created()\nbreaks it - +[] -[] Broken()\nworse - +[] -[] Broken()\nmends it 1/2 +[A] -[]\n"
    );
    let id = told.steps[1].commit.id.short();
    assert!(
        told.notes[0].starts_with(&format!("{id}: passed over, feature_list.json:2:")),
        "{:?}",
        told.notes
    );
    assert_eq!(told.notes.len(), 2);
}

#[test]
fn many_flips_at_once_and_another_list_are_facts() {
    let lab = Lab::new();
    let list = |passes: usize| {
        (0..8)
            .map(|n| (["A", "B", "C", "D", "E", "F", "G", "H"][n], n < passes))
            .collect::<Vec<_>>()
    };
    lab.commit_list("plan", &list(0));
    lab.commit_list("four", &list(4));
    lab.commit_list("none", &list(0));
    lab.commit_list("five", &list(5));
    lab.commit_list("another", &[("X", false), ("Y", false), ("A", true)]);
    let told = lab.told();
    let kinds: Vec<_> = told.steps.iter().map(kinds).collect();
    assert_eq!(
        kinds,
        [vec![Created], vec![], vec![Regressed], vec![BulkFlip], vec![Replaced]]
    );
    assert_eq!(told.steps[4].facts[0].detail, "8 features became 3, 1 of them as before");
}

#[test]
fn features_without_ids_are_known_by_their_texts() {
    let lab = Lab::new();
    let list = |texts: &[&str]| {
        let one = |text: &&str| format!("{{\"description\": \"{text}\", \"passes\": false}}");
        format!("[{}]", texts.iter().map(one).collect::<Vec<_>>().join(","))
    };
    lab.write("feature_list.json", &list(&["one", "two", "two", "three", "four"]));
    lab.commit("plan");
    lab.write("feature_list.json", &list(&["zero", "one", "two", "two", "three"]));
    lab.commit("another first, no last");
    let told = lab.told();
    let facts = &told.steps[1].facts;
    let said: Vec<_> = facts.iter().map(|fact| (fact.kind, fact.features[0].text.as_str())).collect();
    assert_eq!(said, [(Removed, "four"), (Added, "zero")]);
}

#[test]
fn a_shallow_clone_says_where_it_ends() {
    let lab = Lab::new();
    for n in 0..6 {
        lab.commit_list(&format!("c{n}"), &[("A", n > 4), ("B", n % 2 == 0)]);
    }
    let clone = tempfile::tempdir().unwrap();
    let (from, to) = (format!("file://{}", lab.root().display()), clone.path().join("c"));
    git(clone.path(), &["clone", "-q", "--depth", "3", &from, to.to_str().unwrap()], 0);
    let told = history(&to, Path::new("feature_list.json"), &|_| true).unwrap().unwrap();
    assert_eq!(told.commits, 3);
    assert_eq!(
        lines(&told),
        "c3 0/2 +[] -[]\nc4 1/2 +[B] -[]\nc5 1/2 +[A] -[B] Regressed(B)\n"
    );
    assert!(
        told.notes[0].contains("shallow") && told.notes[0].contains("--unshallow"),
        "{:?}",
        told.notes
    );
}

#[test]
fn a_project_below_its_repository_has_its_own_list() {
    let lab = Lab::new();
    lab.write("app/feature_list.json", &text(&[("A", false)]));
    lab.write("feature_list.json", &text(&[("X", true), ("Y", true)]));
    lab.commit("plan");
    let told = history(&lab.root().join("app"), Path::new("feature_list.json"), &|_| true)
        .unwrap()
        .unwrap();
    assert_eq!((told.path.as_str(), told.steps[0].total), ("app/feature_list.json", Some(1)));
}

#[test]
fn what_has_no_list_says_so_and_one_who_left_is_not_waited_for() {
    let lab = Lab::new();
    lab.commit("empty");
    let none = history(&lab.root(), Path::new("feature_list.json"), &|_| true).unwrap_err();
    assert!(
        matches!(none, HistoryError::None { .. }) && none.to_string().contains("--list FILE"),
        "{none}"
    );
    lab.commit_list("plan", &[("A", false)]);
    assert_eq!(
        history(&lab.root(), Path::new("feature_list.json"), &|_| false).unwrap(),
        None
    );
    let elsewhere = tempfile::tempdir().unwrap();
    assert!(matches!(
        history(elsewhere.path(), Path::new("feature_list.json"), &|_| true),
        Err(HistoryError::Git(_))
    ));
}

#[test]
fn facts_worth_a_look_are_all_but_how_the_list_came_about() {
    let quiet = [Created, Renamed];
    let loud = [
        Deleted,
        Restored,
        Replaced,
        Broken,
        Removed,
        Added,
        AddedPassing,
        Edited,
        Regressed,
        BulkFlip,
    ];
    assert!(quiet.iter().all(|kind| !kind.is_worth_a_look()) && loud.iter().all(|kind| kind.is_worth_a_look()));
}
