//! Edits in real repositories, checked with the files and git's own objects.

use super::*;
use crate::harness::FEATURE_LIST;
use crate::protocol::event::FeatureListEdited;
use std::cell::RefCell;
use std::path::PathBuf;
use std::process::Command;

const LIST: &str = "[\n  {\"id\": \"F1\", \"description\": \"one\", \"steps\": [\"a\"], \"passes\": false},\n  {\"id\": \"F2\", \"description\": \"two\", \"steps\": [], \"passes\": false}\n]\n";

struct Lab {
    dir: tempfile::TempDir,
    /// What was written, last one last.
    written: RefCell<Vec<Vec<u8>>>,
}

impl Lab {
    fn new() -> Self {
        let lab = Self {
            dir: tempfile::tempdir().unwrap(),
            written: RefCell::default(),
        };
        lab.git(&["init", "-q", "-b", "main"]);
        lab.git(&["config", "user.name", "Ada"]);
        lab.git(&["config", "user.email", "ada@example.com"]);
        lab
    }

    fn committed(files: &[(&str, &str)]) -> Self {
        let lab = Self::new();
        for (name, text) in files {
            std::fs::write(lab.path(name), text).unwrap();
        }
        lab.git(&["add", "-A"]);
        lab.git(&["commit", "-qm", "first"]);
        lab
    }

    fn root(&self) -> PathBuf {
        self.dir.path().canonicalize().unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    fn git(&self, args: &[&str]) -> String {
        let done = Command::new("git").args(args).current_dir(self.dir.path()).output().unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
    }

    fn list(&self) -> String {
        std::fs::read_to_string(self.path(FEATURE_LIST)).unwrap()
    }

    fn base(&self) -> Base {
        Base::of(FeatureList::read(&self.path(FEATURE_LIST)).unwrap().unwrap().features())
    }

    fn make(&self, base: &Base, edit: &FeatureEdit, reason: &str) -> Result<Made, PlanError> {
        self.at(None, |bench| Asked { base, edit, reason }.carry_out(bench))
    }

    fn at<T>(&self, pending: Option<&std::path::Path>, act: impl FnOnce(&Bench<'_>) -> T) -> T {
        act(&Bench {
            workspace: &self.root(),
            list: std::path::Path::new(FEATURE_LIST),
            trusted: None,
            session: SessionNo(3),
            author: None,
            finish: &|message| format!("{message}\n\nBy: test"),
            sign: &|_| Ok(None),
            write: &|bytes| {
                self.written.borrow_mut().push(bytes.to_vec());
                std::fs::write(self.path(FEATURE_LIST), bytes).map_err(|error| error.to_string())
            },
            pending,
        })
    }
}

fn reword(feature: &str, description: &str) -> FeatureEdit {
    FeatureEdit::Reword {
        feature: feature.into(),
        text: FeatureText {
            description: description.into(),
            steps: vec!["a".into()],
        },
        unproven: false,
    }
}

fn flip(feature: &str, passes: bool) -> FeatureEdit {
    FeatureEdit::Flip {
        feature: feature.into(),
        passes,
        word: None,
    }
}

#[test]
fn the_commit_holds_the_edit_alone_whatever_else_changed() {
    let lab = Lab::committed(&[(FEATURE_LIST, LIST), ("a.txt", "a"), ("b.txt", "b")]);
    std::fs::write(lab.path("a.txt"), "changed").unwrap();
    std::fs::write(lab.path("b.txt"), "staged").unwrap();
    lab.git(&["add", "b.txt"]);
    let base = lab.base();
    // The agent got F2 to pass and has not committed that yet.
    let flipped = LIST.replacen("[], \"passes\": false", "[], \"passes\": true", 1);
    std::fs::write(lab.path(FEATURE_LIST), &flipped).unwrap();

    let made = lab.make(&base, &reword("F1", "once"), " clearer\n").unwrap();
    assert_eq!(lab.list(), flipped.replace("\"one\"", "\"once\""));
    assert_eq!(
        lab.git(&["show", "HEAD:feature_list.json"]),
        LIST.replace("\"one\"", "\"once\"").trim_end()
    );
    assert_eq!(lab.git(&["diff", "--name-only", "HEAD~1", "HEAD"]), FEATURE_LIST);
    assert_eq!(
        lab.git(&["status", "--porcelain"]),
        " M a.txt\nM  b.txt\n M feature_list.json"
    );
    assert_eq!(
        lab.git(&["log", "-1", "--format=%B"]),
        "features: reword F1 (by hand)\n\nclearer\n\nBy: test"
    );
    let FeatureListEdited {
        commit, title, reason, ..
    } = &made.edited;
    assert_eq!(commit.as_ref().unwrap().as_str(), lab.git(&["rev-parse", "HEAD"]));
    assert_eq!((title.as_str(), reason.as_str()), ("reword F1", "clearer"));
    assert!(told(&made).contains("F1 says now: once\n  1. a"), "{}", told(&made));
}

#[test]
fn a_list_that_changed_since_it_was_shown_is_left_alone() {
    let lab = Lab::committed(&[(FEATURE_LIST, LIST)]);
    let base = lab.base();
    let other = LIST.replace("two", "zwei");
    std::fs::write(lab.path(FEATURE_LIST), &other).unwrap();
    let refused = lab.make(&base, &reword("F1", "once"), "").unwrap_err();
    assert!(refused.to_string().contains("has changed since it was shown"), "{refused}");
    assert_eq!(
        (lab.list(), lab.git(&["rev-list", "--count", "HEAD"])),
        (other.clone(), "1".to_owned())
    );
    // Shown anew it is refused still: those words are somebody's, and not of this edit.
    let refused = lab.make(&lab.base(), &reword("F1", "once"), "").unwrap_err().to_string();
    assert!(
        refused.contains("description edited: F2") && refused.contains("git commit feature_list.json"),
        "{refused}"
    );
    assert_eq!(
        (lab.list(), lab.git(&["rev-list", "--count", "HEAD"])),
        (other, "1".to_owned())
    );
    lab.git(&["commit", "-qam", "mine"]);
    lab.make(&lab.base(), &reword("F1", "once"), "").unwrap();
    assert_eq!(lab.git(&["diff", "HEAD~1", "HEAD", "--numstat"]), "1\t1\tfeature_list.json");
}

#[test]
fn a_passing_feature_with_other_words_is_set_back_by_the_same_edit_if_that_is_wanted() {
    let passing = LIST.replacen("false", "true", 1);
    let lab = Lab::committed(&[(FEATURE_LIST, &passing)]);
    lab.make(&lab.base(), &reword("F1", "once"), "").unwrap();
    assert_eq!(lab.list(), passing.replace("one", "once"), "its flag is let alone");
    let FeatureEdit::Reword { feature, mut text, .. } = reword("F1", "once") else {
        panic!()
    };
    text.description = "twice".into();
    let unproven = true;
    let edit = FeatureEdit::Reword { feature, text, unproven };
    let told_why = lab.make(&lab.base(), &edit, " ").unwrap_err().to_string();
    assert!(told_why.contains("needs a reason"), "{told_why}");
    let made = lab.make(&lab.base(), &edit, "it says more").unwrap();
    assert_eq!(lab.list(), LIST.replace("one", "twice"));
    let flipped = made.flipped.as_ref().unwrap();
    assert!(flipped.reason.ends_with("of other words: it says more"), "{}", flipped.reason);
    assert_eq!((flipped.from, flipped.to), (FeatureStatus::Passing, FeatureStatus::Failing));
    assert_eq!(
        lab.git(&["log", "-1", "--format=%s"]),
        "features: reword F1, to be proven anew (by hand)"
    );
    assert!(told(&made).contains("it does not pass until"), "{}", told(&made));
}

#[test]
fn characters_that_do_not_show_never_reach_the_list() {
    let lab = Lab::committed(&[(FEATURE_LIST, LIST)]);
    for words in ["on\u{202e}ce", "on\u{200b}ce", "on\u{1b}ce"] {
        let refused = lab.make(&lab.base(), &reword("F1", words), "").unwrap_err();
        assert!(matches!(refused, PlanError::Hidden { line: 1, .. }), "{refused}");
    }
    assert!(lab.written.borrow().is_empty());
    lab.make(&lab.base(), &reword("F1", "un été 🎉"), "").unwrap();
}

#[test]
fn a_flip_needs_a_reason_and_says_who() {
    let lab = Lab::committed(&[(FEATURE_LIST, LIST)]);
    let refused = lab.make(&lab.base(), &flip("F1", true), "  ").unwrap_err();
    assert_eq!(refused.to_string(), "a flip needs a reason");
    assert!(lab.written.borrow().is_empty());
    let made = lab.make(&lab.base(), &flip("F1", true), "tried it").unwrap();
    let flipped = made.flipped.unwrap();
    assert_eq!((flipped.by, flipped.reason.as_str()), (FlipBy::Human, "tried it"));
    assert_eq!(flipped.evidence.unwrap().kind, EvidenceKind::Human);
    assert_eq!(lab.git(&["log", "-1", "--format=%s"]), "features: F1 passes (by hand)");
    assert_eq!(lab.list(), LIST.replacen("false", "true", 1));
}

#[test]
fn a_flip_back_to_what_is_committed_makes_no_commit() {
    let lab = Lab::committed(&[(FEATURE_LIST, LIST)]);
    std::fs::write(lab.path(FEATURE_LIST), LIST.replacen("false", "true", 1)).unwrap();
    let made = lab.make(&lab.base(), &flip("F1", false), "it does not").unwrap();
    assert_eq!((made.edited.commit, lab.list()), (None, LIST.to_owned()));
    assert_eq!(lab.git(&["rev-list", "--count", "HEAD"]), "1");
}

#[test]
fn an_edit_that_cannot_be_committed_is_taken_back_or_not_begun() {
    let lab = Lab::new();
    std::fs::write(lab.path(FEATURE_LIST), LIST).unwrap();
    let refused = lab.make(&lab.base(), &reword("F1", "once"), "").unwrap_err();
    assert!(matches!(refused, PlanError::NotBegun), "{refused}");

    let lab = Lab::committed(&[(FEATURE_LIST, LIST)]);
    lab.git(&["checkout", "-q", "--detach"]);
    let refused = lab.make(&lab.base(), &reword("F1", "once"), "").unwrap_err();
    assert!(
        refused.to_string().contains("not made, for it cannot be committed"),
        "{refused}"
    );
    assert!(lab.written.borrow().is_empty(), "found out before anything was written");

    let lab = Lab::committed(&[(FEATURE_LIST, LIST)]);
    let lock = lab.path(".git/refs/heads/main.lock");
    std::fs::write(&lock, "").unwrap();
    let refused = lab.make(&lab.base(), &reword("F1", "once"), "").unwrap_err();
    assert!(matches!(refused, PlanError::Git(_)), "{refused}");
    assert_eq!(
        (lab.written.borrow().len(), lab.list()),
        (2, LIST.to_owned()),
        "written, and taken back"
    );
}

#[test]
fn a_list_that_git_does_not_track_is_edited_without_a_commit() {
    let lab = Lab::committed(&[(".gitignore", "feature_list.json\n")]);
    std::fs::write(lab.path(FEATURE_LIST), LIST).unwrap();
    let made = lab.make(&lab.base(), &reword("F2", "zwei"), "").unwrap();
    assert_eq!(made.edited.commit, None);
    assert_eq!(lab.git(&["rev-list", "--count", "HEAD"]), "1");
    assert!(lab.list().contains("zwei"));
}

#[test]
fn words_that_are_missing_are_asked_for() {
    let lab = Lab::committed(&[(FEATURE_LIST, LIST)]);
    let refused = lab.make(&lab.base(), &reword("F1", " "), "").unwrap_err();
    assert_eq!(refused.to_string(), "a feature needs a description");
    let hidden = lab.make(&lab.base(), &reword("F1", "once"), "why\u{202e}").unwrap_err();
    assert!(matches!(hidden, PlanError::Git(_)), "{hidden}");
    assert!(lab.written.borrow().is_empty());
}

#[test]
fn the_agent_is_told_of_every_new_id() {
    let plain = LIST.replace("\"id\": \"F1\", ", "").replace("\"id\": \"F2\", ", "");
    let lab = Lab::committed(&[(FEATURE_LIST, &plain)]);
    let edit = FeatureEdit::Move {
        feature: "#2".into(),
        after: None,
    };
    let made = lab.make(&lab.base(), &edit, "first things first").unwrap();
    let told = told(&made);
    assert!(told.contains("move #2 to the front (first things first)."), "{told}");
    assert!(told.contains("other ids now, use only these: #2 is #1, #1 is #2."), "{told}");
    assert_eq!(made.edited.id_now(&"#1".into()).as_str(), "#2");
}

#[test]
fn a_feature_goes_with_a_reason_and_the_agent_is_told() {
    let lab = Lab::committed(&[(FEATURE_LIST, LIST)]);
    let remove = FeatureEdit::Remove { feature: "F1".into() };
    assert!(
        lab.make(&lab.base(), &remove, " ")
            .unwrap_err()
            .to_string()
            .contains("reason")
    );
    let made = lab.make(&lab.base(), &remove, "out of scope").unwrap();
    assert!(!lab.list().contains("F1") && lab.list().contains("F2"));
    assert_eq!(lab.git(&["log", "-1", "--format=%s"]), "features: remove F1 (by hand)");
    assert!(lab.git(&["log", "-1", "--format=%b"]).contains("out of scope"));
    let said = told(&made);
    assert!(
        said.contains("remove F1 (out of scope)") && said.contains("asked for no more"),
        "{said}"
    );
}

/// An edit that is killed once this much of it was done, and what is said of it then.
fn cut_off(file: bool, commit: bool) -> (Lab, Vec<crate::protocol::Event>) {
    let lab = Lab::committed(&[(FEATURE_LIST, LIST)]);
    let record = tempfile::tempdir().unwrap();
    let record = record.path().join("edit.json");
    let (base, edit, reason) = (lab.base(), flip("F1", true), "tried it");
    let asked = Asked {
        base: &base,
        edit: &edit,
        reason,
    };
    lab.at(Some(&record), |bench| asked.carry_out(bench)).unwrap();
    if !commit {
        lab.git(&["reset", "-q", "--soft", "HEAD~1"]);
    }
    if !file {
        std::fs::write(lab.path(FEATURE_LIST), LIST).unwrap();
    }
    std::fs::write(lab.path(".longhaul-aB3xYz.tmp"), "half").unwrap();
    let told = lab.at(Some(&record), settle).unwrap();
    assert!(!lab.path(".longhaul-aB3xYz.tmp").exists());
    assert!(record.exists(), "it stays until it is told");
    forget(Some(&record)).unwrap();
    assert!(lab.at(Some(&record), settle).unwrap().is_empty());
    (lab, told)
}

#[test]
fn an_edit_that_is_cut_off_is_whole_or_not_at_all() {
    use crate::protocol::Event;
    for file in [false, true] {
        let (lab, told) = cut_off(file, false);
        assert_eq!(lab.list(), LIST, "not committed: taken back");
        let [Event::FeatureEditRefused(refused)] = &told[..] else {
            panic!("{told:?}")
        };
        assert!(
            refused.reason.contains("cut off") && refused.edit == flip("F1", true),
            "{refused:?}"
        );
    }
    let (lab, told) = cut_off(true, true);
    assert!(lab.list().contains("true"));
    let [Event::FeatureListEdited(edited), Event::FeatureFlipped(flipped)] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(edited.commit.as_ref().unwrap().as_str(), lab.git(&["rev-parse", "HEAD"]));
    assert_eq!(flipped.to, FeatureStatus::Passing);
}

#[test]
fn what_somebody_wrote_after_a_cut_off_edit_stays() {
    let lab = Lab::committed(&[(FEATURE_LIST, LIST)]);
    let record = lab.path("edit.json");
    let (base, edit) = (lab.base(), flip("F1", true));
    let asked = Asked {
        base: &base,
        edit: &edit,
        reason: "tried it",
    };
    lab.at(Some(&record), |bench| asked.carry_out(bench)).unwrap();
    lab.git(&["reset", "-q", "--soft", "HEAD~1"]);
    let other = LIST.replace("one", "mine");
    std::fs::write(lab.path(FEATURE_LIST), &other).unwrap();
    let told = lab.at(Some(&record), settle).unwrap();
    assert_eq!(lab.list(), other);
    assert!(format!("{told:?}").contains("changed since: it is left as it is"), "{told:?}");
}
