//! What the agent staged, told from what the person staged, also where a kill comes in between.

use super::Lab;
use crate::git::CommitRequest;

/// Runs git commands as the agent's: between two looks at the index.
fn agent(lab: &Lab, work: impl FnOnce()) {
    let repo = lab.repo();
    let mark = repo.mark_index(None).unwrap();
    work();
    repo.note_staging(mark).unwrap();
}

fn stages(lab: &Lab, path: &str, text: &str) {
    lab.write(path, text);
    lab.git(&["add", path]);
}

#[test]
fn a_kill_between_the_commit_and_the_index_is_healed_at_the_next_start() {
    let lab = Lab::with_commit();
    stages(&lab, "p.txt", "the person's\n");
    agent(&lab, || stages(&lab, "a.txt", "half\n"));
    lab.write("a.txt", "whole\n");
    lab.write("p.txt", "on disk\n");
    let repo = lab.repo();
    let (tree, head) = (repo.snapshot().unwrap(), repo.head().unwrap());
    let request = CommitRequest {
        tree: &tree.id,
        expected_parent: head.as_ref(),
        message: "cut off",
        author: None,
    };
    repo.commit_then(request, None, || lab.write(".git/index.lock", "")).unwrap();
    std::fs::remove_file(lab.root().join(".git/index.lock")).unwrap();
    assert_eq!(lab.git(&["status", "--porcelain"]), "MM a.txt\nMM p.txt");
    assert!(lab.repo().mend_index().unwrap());
    assert_eq!(lab.git(&["status", "--porcelain"]), "MM p.txt");
}

#[test]
fn what_a_person_stages_over_it_is_theirs() {
    let lab = Lab::with_commit();
    agent(&lab, || stages(&lab, "a.txt", "the agent's\n"));
    stages(&lab, "a.txt", "the person's\n");
    lab.write("a.txt", "on disk\n");
    lab.commit("by the harness").unwrap();
    lab.repo().settle_index().unwrap();
    assert_eq!(lab.git(&["status", "--porcelain"]), "MM a.txt");
    assert_eq!(lab.git(&["show", ":a.txt"]), "the person's");
    assert!(!lab.exists(".git/longhaul-index-agent"), "nothing of the agent's is left");
}

#[test]
fn a_commit_of_one_file_leaves_the_rest_of_the_agent_s_staging() {
    let lab = Lab::with_commit();
    agent(&lab, || {
        lab.git(&["rm", "-q", "--cached", "a.txt"]);
        stages(&lab, "odd\tname\n.txt", "new\n");
    });
    let (repo, head) = (lab.repo(), lab.repo().head().unwrap().unwrap());
    let tree = repo
        .tree_with(&head, std::path::Path::new("a.txt"), b"by hand\n")
        .unwrap()
        .unwrap();
    repo.commit(CommitRequest {
        tree: &tree,
        expected_parent: Some(&head),
        message: "by hand",
        author: None,
    })
    .unwrap();
    assert_eq!(
        lab.git(&["-c", "core.quotePath=false", "diff", "--cached", "--name-only", "-z"]),
        "odd\tname\n.txt\0"
    );
    assert!(lab.repo().mark_index(None).is_ok());
}

#[test]
fn an_index_that_did_not_move_is_not_read_again() {
    let lab = Lab::with_commit();
    let repo = lab.repo();
    let mark = repo.mark_index(None).unwrap();
    // What cannot be read would fail.
    let index = lab.root().join(".git/index");
    let bytes = std::fs::read(&index).unwrap();
    let times = std::fs::metadata(&index).unwrap().modified().unwrap();
    let file = std::fs::OpenOptions::new().write(true).open(&index).unwrap();
    std::io::Write::write_all(&mut &file, &vec![0; bytes.len()]).unwrap();
    file.set_modified(times).unwrap();
    let mark = repo.mark_index(Some(mark)).unwrap();
    assert!(repo.note_staging(mark).is_ok());
    file.set_modified(std::time::SystemTime::now()).unwrap();
    assert!(lab.repo().mark_index(None).is_err());
}

#[test]
fn a_commit_keeps_what_a_person_told_git_not_to_look_at() {
    let lab = Lab::with_commit();
    for path in ["b.txt", "c.txt"] {
        stages(&lab, path, "1\n");
    }
    lab.git(&["commit", "-q", "-m", "more"]);
    lab.git(&["update-index", "--assume-unchanged", "a.txt"]);
    lab.git(&["update-index", "--skip-worktree", "b.txt"]);
    for path in ["a.txt", "b.txt", "c.txt"] {
        lab.write(path, "by the harness\n");
    }
    lab.commit("by the harness").unwrap();
    lab.repo().settle_index().unwrap();
    assert_eq!(lab.git(&["ls-files", "-v"]), "h a.txt\nS b.txt\nH c.txt");
    assert_eq!(
        lab.git(&["diff", "--cached", "--name-only"]),
        "",
        "the entries follow the commit"
    );
    assert_eq!(lab.git(&["show", ":b.txt"]), "by the harness");
}
