//! What the agent stages on the way to a commit, in a run in place: it follows the commit, and what the person staged stays.

use crate::support::{INITIALIZER, Lab, Ran, call, coding, ends};

/// A project with its skeleton committed; each further run is one session.
async fn begun() -> Lab {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.write("old.txt", "line 5\n");
    lab.write("gone.txt", "to be forgotten\n");
    lab.write("x.txt", "committed\n");
    lab.run(INITIALIZER).await;
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    lab
}

fn bash(command: &str) -> String {
    call("bash", &format!("{{ command = '''{command}''' }}"))
}

fn commit() -> String {
    call("commit", r#"{ message = "By the agent" }"#)
}

async fn session(lab: &Lab, turns: &[String]) -> Ran {
    let note = call("progress_note", r#"{ text = "Noted." }"#);
    let ran = lab.run(&coding(&(note + &turns.concat() + &ends()))).await;
    assert_eq!(lab.git(&["log", "-1", "--format=%s"]), "By the agent");
    ran
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_agent_staged_and_changed_again_follows_its_commit() {
    let lab = begun().await;
    let turns = [
        bash("echo one > one.txt; git add one.txt; echo two > one.txt"),
        bash("git mv old.txt moved.txt; echo LINE 5 > moved.txt; git rm -q --cached gone.txt; git add -N . ; echo half > late.txt"),
        commit(),
    ];
    let ran = session(&lab, &turns).await;
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    assert_eq!(lab.git(&["show", "HEAD:one.txt"]), "two");
    assert_eq!(lab.git(&["show", "HEAD:moved.txt"]), "LINE 5");
    let ended = ran.state.current().unwrap().ended.clone().unwrap().1;
    assert_eq!(ended.dirty, Vec::<String>::new());
    assert!(!ran.requests.iter().any(|body| body.contains("are not committed")));
    // A person's next plain commit takes nothing back.
    lab.write("u.txt", "user\n");
    lab.git(&["add", "u.txt"]);
    lab.git(&["commit", "-qm", "the person's own"]);
    assert_eq!(lab.git(&["show", "--format=", "--name-only", "HEAD"]), "u.txt");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_person_staged_stays_beside_what_the_agent_staged() {
    let lab = begun().await;
    lab.write("x.txt", "staged by the person\n");
    lab.git(&["add", "x.txt"]);
    lab.write("x.txt", "on disk\n");
    let again = call("commit", r#"{ message = "Nothing" }"#);
    let turns = [bash("echo 1 > y.txt; git add y.txt; echo 2 > y.txt"), commit(), again];
    let ran = session(&lab, &turns).await;
    assert_eq!(lab.git(&["status", "--porcelain"]), "MM x.txt");
    assert_eq!(lab.git(&["show", ":x.txt"]), "staged by the person");
    assert_eq!(lab.git(&["show", "HEAD:y.txt"]), "2");
    // It is theirs to commit: the agent owes nothing.
    assert!(ran.requests.iter().any(|body| body.contains("Nothing to commit")));
    assert!(!ran.requests.iter().any(|body| body.contains("are not committed")));
    let ended = ran.state.current().unwrap().ended.clone().unwrap().1;
    assert_eq!(ended.dirty, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_both_staged_is_the_person_s_where_it_is_what_they_staged() {
    let lab = begun().await;
    for name in ["x.txt", "old.txt"] {
        lab.write(name, "by the person\n");
        lab.git(&["add", name]);
    }
    let turns = [
        bash("echo agent > x.txt; echo agent > old.txt; git add x.txt old.txt"),
        bash("echo by the person > x.txt; git add x.txt; echo last > x.txt; echo last > old.txt"),
        commit(),
    ];
    session(&lab, &turns).await;
    assert_eq!(lab.git(&["status", "--porcelain"]), "MM x.txt");
    assert_eq!(lab.git(&["show", ":x.txt"]), "by the person");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_staged_and_then_taken_back_on_disk_is_not_owed_at_the_end() {
    let lab = begun().await;
    let turns = [
        bash("echo new > n.txt"),
        commit(),
        bash("echo try > x.txt; git add x.txt; echo committed > x.txt"),
    ];
    let ran = session(&lab, &turns).await;
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    assert!(!ran.requests.iter().any(|body| body.contains("are not committed")));
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_that_stage_files_are_the_agent_s_too() {
    let lab = begun().await;
    let turns = [
        bash("echo 'echo a > t.txt; git add t.txt; echo b > t.txt; test $(cat t.txt) = b' > tests/03-stages.sh"),
        commit(),
    ];
    session(&lab, &turns).await;
    let status = lab.git(&["status", "--porcelain"]);
    assert!(!status.contains("MM") && !status.contains("AM"), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_differs_only_in_line_ends_that_git_converts_is_committed() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.git(&["config", "core.autocrlf", "true"]);
    lab.write("init.sh", "echo one\r\necho two\r\n");
    lab.write(".gitattributes", "dos.txt text eol=crlf\n");
    lab.write("dos.txt", "one\r\ntwo\r\n");
    lab.commit_all("first");
    lab.run(INITIALIZER).await;
    let turns = [
        bash(r"printf 'echo one\necho two\n' > init.sh; printf 'one\ntwo\r\n' > dos.txt; echo x > x.txt"),
        commit(),
    ];
    let ran = session(&lab, &turns).await;
    assert_eq!(
        lab.git(&["show", "--format=", "--name-only", "HEAD"]),
        "claude-progress.txt\nx.txt"
    );
    let ended = ran.state.current().unwrap().ended.clone().unwrap().1;
    assert_eq!(ended.dirty, Vec::<String>::new());
    assert!(!ran.requests.iter().any(|body| body.contains("are not committed")));
    assert_eq!(lab.git(&["status", "--porcelain"]), "", "git itself says so too");
    assert_eq!(lab.read("init.sh"), "echo one\necho two\n");
}
