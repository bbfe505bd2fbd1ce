//! The repository under a run: its settings are not the agent's, and it stays the one that the run began with.

use crate::support::{Lab, Ran, call, coding, ends, wait_for};
use longhaul::protocol::Event;
use longhaul::protocol::event::{BreachFound, EndCause, RunOutcome};

/// What every script begins with: names that no ruling can read.
const NAMES: &str = "G=$(printf 'g%s' it); D=$($G rev-parse --git-dir); ";

fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.write(
        "feature_list.json",
        "[{\"id\": \"F001\", \"description\": \"add\", \"passes\": false}]\n",
    );
    lab.commit_all("a list");
    lab.write("add.sh", "exit 1\n");
    lab.commit_all("begin");
    lab
}

fn bash(script: &str) -> String {
    call("bash", &format!("{{ command = '''{NAMES}{script}''' }}"))
}

fn commit() -> String {
    call("commit", r#"{ message = "Add two numbers" }"#)
}

fn breaches(ran: &Ran) -> Vec<BreachFound> {
    ran.all(|event| match event {
        Event::BreachFound(breach) => Some(breach.clone()),
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_command_sets_in_the_repository_is_put_back_and_told() {
    let sets = [
        ("$G config core.bare true", "core.bare"),
        ("$G config core.worktree /tmp", "core.worktree"),
        ("$G config core.hooksPath hooks", "core.hooksPath"),
        ("$G config core.fsmonitor 'sh x.sh'", "core.fsmonitor"),
        (
            "$G config filter.x.clean 'sed s/3/4/'; echo '* filter=x' > .gitattributes",
            "filter.x.clean",
        ),
        ("$G config include.path ../evil", "include.path"),
        ("echo '[core' > $D/config", "core"),
        ("rm $D/config", "core.bare"),
        ("rm $D/config; mkfifo $D/config", "core.bare"),
        ("rm $D/config; mkdir $D/config; echo x > $D/config/x", "core.bare"),
        ("mkdir -p $D/info; echo '* filter=x' > $D/info/attributes", "*"),
        ("mkdir -p $D/info; echo 'add.sh' > $D/info/exclude", "add.sh"),
        ("mkdir -p $D/info; $G rev-parse HEAD > $D/info/grafts", "other parents"),
        (
            "mkdir -p ../else/objects; echo $PWD/../else/objects > $D/objects/info/alternates",
            "another place",
        ),
        ("$G rev-parse HEAD > $D/shallow", "earlier commits"),
        ("$G replace HEAD HEAD~1", "git replace"),
        ("$G replace HEAD HEAD~1; $G pack-refs --all", "git replace"),
        ("mkdir -p $D/refs/replace; echo nonsense > $D/refs/replace/x", "nonsense"),
        (
            "H=$($G rev-parse HEAD); mkdir -p $D/refs/replace; mkfifo $D/refs/replace/$H",
            "git replace",
        ),
    ];
    for (script, named) in sets {
        let lab = lab();
        let before = lab.read(".git/config");
        let ran = lab
            .session(bash(&format!("echo 'echo 3' > add.sh; {script}")) + &commit())
            .await;
        let told = ran.result(0);
        assert!(
            told.contains("[harness] .git/") && told.contains("put back"),
            "{script}: {told}"
        );
        let breaches = breaches(&ran);
        assert_eq!(breaches.len(), 1, "{script}: {breaches:?}");
        assert!(
            breaches[0].restored && breaches[0].detail.contains(named),
            "{script}: {breaches:?}"
        );
        if !named.contains("replace") && named != "nonsense" {
            let name = breaches[0].path.trim_start_matches(".git/");
            assert!(script.contains(&format!("$D/{name}")) || name == "config", "{script}: {name}");
        }
        assert_eq!(lab.read(".git/config"), before, "{script}");
        assert_eq!(lab.git(&["replace", "-l"]), "", "{script}");
        assert_eq!(lab.git(&["log", "--format=%s"]).lines().count(), 3, "{script}");
        assert!(ran.result(1).contains("Committed"), "{script}: {}", ran.result(1));
        assert_eq!(lab.git(&["show", "HEAD:add.sh"]), "echo 3", "{script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_put_in_a_commits_place_stays_as_it_was() {
    for script in ["true", "$G replace -d $($G rev-parse HEAD~1)", "$G replace -f HEAD~1 HEAD"] {
        let lab = lab();
        let (head, first) = (lab.git(&["rev-parse", "HEAD"]), lab.git(&["rev-parse", "HEAD~1"]));
        let other = lab.git(&["commit-tree", "-m", "another beginning", "HEAD~1^{tree}"]);
        lab.git(&["replace", "HEAD~1", &other]);
        let ran = lab.session(bash(script)).await;
        let kept = lab.git(&["rev-parse", &format!("refs/replace/{first}")]);
        assert_eq!(kept, other, "{script}");
        let breaches = breaches(&ran);
        assert_eq!(breaches.len(), usize::from(script != "true"), "{breaches:?}");
        for breach in breaches {
            assert!(breach.restored && breach.path.ends_with(&first), "{breach:?}");
            assert!(
                script.contains("-d") || breach.detail.contains(&head),
                "what was taken out is named: {breach:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_was_fetched_further_back_is_left_so() {
    let lab = lab();
    let head = lab.git(&["rev-parse", "HEAD"]);
    lab.git(&[
        "clone",
        "-q",
        "--bare",
        &format!("file://{}", lab.path("").display()),
        "../whole.git",
    ]);
    lab.write(".git/shallow", &format!("{head}\n"));
    lab.git(&["-c", "gc.reflogExpire=now", "gc", "-q", "--prune=now"]);
    assert_eq!(lab.git(&["log", "--format=%s"]), "begin");
    let ran = lab.session(bash("$G fetch -q --unshallow ../whole.git")).await;
    assert_eq!(breaches(&ran), []);
    assert_eq!(lab.git(&["log", "--format=%s"]).lines().count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_in_the_background_does_not_set_anything_between_two_calls() {
    let lab = lab();
    let before = lab.read(".git/config");
    let sneaks = bash("(until [ -e go ]; do :; done; $G config core.bare true; touch done; sleep 60) > /dev/null 2>&1 &")
        + &call(
            "str_replace_based_edit_tool",
            r#"{ command = "create", path = "go", file_text = "x" }"#,
        )
        + &bash("until [ -e done ]; do :; done")
        + &bash("rm -f go done; echo 'echo 3' > add.sh")
        + &commit();
    let ran = lab.session(sneaks).await;
    assert_eq!(lab.read(".git/config"), before);
    assert_eq!(breaches(&ran).len(), 1, "{:?}", breaches(&ran));
    assert!(ran.result(4).contains("Committed"), "{}", ran.result(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_sets_something_while_it_is_checked_proves_nothing() {
    let lab = lab();
    let before = lab.read(".git/config");
    let turns = bash("echo 'git config core.fsmonitor x; echo 3' > add.sh")
        + &call(
            "record_check",
            r#"{ id = "F001", steps = [{ command = "sh add.sh", expect = ["3"] }] }"#,
        );
    let ran = lab.session(turns).await;
    assert!(
        ran.result(1).contains("Not recorded") && ran.result(1).contains(".git/config"),
        "{}",
        ran.result(1)
    );
    assert_eq!(lab.read(".git/config"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_sets_between_two_calls_stays() {
    let lab = lab();
    // The model thinks while the person types.
    let waits = bash("true")
        + "\n[[session.turn]]\nfault = { kind = \"stall\", after_bytes = 0, times = 1 }\ntext = \"Looking.\"\n[[session.turn.call]]\ntool = \"bash\"\ninput = { command = \"echo 'echo 3' > add.sh\" }\n"
        + &commit();
    let running = lab
        .start(&["[script]\nmodel = \"scripted-demo\"\n", &coding(&(waits + &ends()))].concat())
        .await;
    let client = running.engine.client();
    tokio::task::spawn_blocking(move || {
        wait_for(&client, |e| matches!(e, Event::ToolFinished(_)));
        wait_for(&client, |e| matches!(e, Event::TurnStarted(t) if t.turn.0 == 2))
    })
    .await
    .unwrap();
    lab.git(&["config", "core.abbrev", "12"]);
    let ran = running.finish().await;
    assert_eq!(breaches(&ran), []);
    assert_eq!(lab.git(&["config", "core.abbrev"]), "12");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_says_it_has_no_files_is_worked_on() {
    let lab = lab();
    lab.git(&["config", "core.bare", "true"]);
    let ran = lab
        .session(call("bash", r#"{ command = "echo 'echo 3' > add.sh" }"#) + &commit())
        .await;
    assert!(ran.result(1).contains("Committed"), "{}", ran.result(1));
    assert_eq!(lab.git(&["show", "HEAD:add.sh"]), "echo 3");
    assert_eq!(lab.git(&["config", "core.bare"]), "true", "a person's setting is theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_repository_in_its_place_ends_the_session() {
    let other = "$G init -q; $G add add.sh; $G -c user.name=x -c user.email=x@y commit -qm z";
    for (script, where_it_is, commits) in [
        (format!("mv $D $D.old; {other}"), ".git.old", "z"),
        (format!("mv $D ../kept; {other}"), "kept", "z"),
        (format!("mkdir deep; mv $D deep/er; {other}"), "deep/er", "z"),
        (format!("rm -rf $D; {other}"), "neither in this directory nor beside it", "z"),
        (
            format!("mkdir ../kept; mv $D/* ../kept; {other}"),
            "does not hold the commit",
            "z",
        ),
        ("mv $D ../kept".to_owned(), "kept", ""),
    ] {
        let lab = lab();
        let ran = lab.session(bash(&script) + &bash("echo more > more.txt") + &commit()).await;
        assert_eq!(ran.ended.outcome, RunOutcome::Failed, "{script}");
        assert!(
            ran.ended.reason.contains(where_it_is) && ran.ended.reason.contains("run again"),
            "{script}: {}",
            ran.ended.reason
        );
        let session = ran.state.current().unwrap();
        assert_eq!(session.end_cause(), Some(EndCause::Failed), "{script}");
        let last = breaches(&ran).pop().unwrap();
        assert_eq!((last.path.as_str(), last.restored), (".git", false), "{script}");
        assert_eq!(ran.count("commit_made"), 0, "{script}");
        if !commits.is_empty() {
            assert_eq!(lab.git(&["log", "--format=%s"]), commits, "{script}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_a_command_hides_from_git_are_shown_again_and_told() {
    let lab = lab();
    lab.write("own.sh", "echo own\n");
    lab.commit_all("own");
    lab.git(&["update-index", "--skip-worktree", "own.sh"]);
    let hides =
        "$G update-index --assume-unchanged add.sh; $G update-index --skip-worktree feature_list.json; echo 'echo 3' > add.sh";
    let ran = lab.session(bash(hides) + &commit()).await;
    let found = breaches(&ran);
    assert!(
        found.len() == 1 && found[0].restored && found[0].path == ".git/index",
        "{found:?}"
    );
    assert!(
        found[0]
            .detail
            .contains("add.sh (assume-unchanged), feature_list.json (skip-worktree)"),
        "{found:?}"
    );
    assert!(ran.result(0).contains("[harness] .git/index"), "{}", ran.result(0));
    let flags = lab.git(&["ls-files", "-v"]);
    assert!(
        flags.contains("H add.sh") && flags.contains("H feature_list.json") && flags.contains("S own.sh"),
        "a person's own stays: {flags}"
    );
    lab.write("add.sh", "echo 5\n");
    assert!(
        lab.git(&["status", "--porcelain"]).contains("M add.sh"),
        "git shows what changes"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_a_person_hides_from_git_stay_hidden_and_it_is_told() {
    let lab = lab();
    for (name, flag) in [("own.sh", "--skip-worktree"), ("mine.sh", "--assume-unchanged")] {
        lab.write(name, "echo own\n");
        lab.commit_all(name);
        lab.git(&["update-index", flag, name]);
    }
    let shows = "$G update-index --no-skip-worktree own.sh; $G update-index --no-assume-unchanged mine.sh; echo 'echo 3' > add.sh";
    let ran = lab.session(bash(shows) + &commit()).await;
    let told = ran.result(0);
    assert!(told.contains("mine.sh (assume-unchanged), own.sh (skip-worktree)"), "{told}");
    let flags = lab.git(&["ls-files", "-v"]);
    assert!(flags.contains("S own.sh") && flags.contains("h mine.sh"), "{flags}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_init_sh_sets_in_the_repository_is_put_back_and_told() {
    for (script, named, path) in [
        ("git config core.hooksPath hooks", "core.hooksPath", ".git/config"),
        ("git config filter.x.clean 'sed s/3/4/'", "filter.x.clean", ".git/config"),
        ("git config core.bare true", "core.bare", ".git/config"),
        (
            "mkdir -p .git/info; echo add.sh > .git/info/exclude",
            "add.sh",
            ".git/info/exclude",
        ),
    ] {
        let lab = lab();
        lab.write("init.sh", &format!("{script}\n"));
        lab.commit_all("starts");
        let before = std::fs::read_to_string(lab.path(".git/config")).unwrap();
        let ran = lab.session(bash("echo 'echo 3' > add.sh") + &commit()).await;
        assert!(ran.result(1).contains("Committed"), "{script}: {}", ran.result(1));
        assert_eq!(std::fs::read_to_string(lab.path(".git/config")).unwrap(), before, "{script}");
        let breaches = breaches(&ran);
        assert_eq!(breaches.len(), 1, "{script}: {breaches:?}");
        assert!(breaches[0].restored && breaches[0].path == path, "{script}: {breaches:?}");
        assert!(breaches[0].detail.contains(named), "{script}: {breaches:?}");
        let told = format!("[harness] this script changed {path}");
        assert!(ran.requests.iter().any(|body| body.contains(&told)), "{script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_a_command_leaves_is_gone_back_to_and_the_commit_is_made_there() {
    for script in [
        "$G symbolic-ref HEAD refs/heads/evil",
        "echo ref: refs/heads/evil > $D/HEAD",
        "$G checkout -q -b feature/x",
        "rm $D/HEAD",
        "echo nonsense > $D/HEAD",
        "$G checkout -q --detach",
        "$G checkout -q --detach HEAD~1",
        "$G checkout -q --orphan evil",
        "(sleep 0.3; $G checkout -q -b feature/x) > /dev/null 2>&1 & sleep 1",
    ] {
        let lab = lab();
        let (branch, head) = (lab.git(&["symbolic-ref", "HEAD"]), lab.git(&["rev-parse", "HEAD"]));
        let ran = lab
            .session(bash(&format!("{script}; echo 'echo 3' > add.sh")) + &commit())
            .await;
        let found = breaches(&ran);
        assert_eq!(found.len(), 1, "{script}: {found:?}");
        assert!(
            found[0].restored && found[0].path == ".git/HEAD" && found[0].detail.contains("HEAD"),
            "{script}: {found:?}"
        );
        assert!(ran.result(0).contains("put back"), "{script}: {}", ran.result(0));
        assert!(ran.result(1).contains("Committed"), "{script}: {}", ran.result(1));
        assert_eq!(lab.git(&["symbolic-ref", "HEAD"]), branch, "{script}");
        assert_eq!(lab.git(&["rev-parse", "HEAD~1"]), head, "{script}");
        assert_eq!(lab.git(&["show", "HEAD:add.sh"]), "echo 3", "{script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_command_leaves_half_done_in_git_is_ended_with_the_files_as_they_are() {
    // Another branch, whose change of add.sh fits, or does not.
    let side = "$G checkout -q -b side; echo 'echo 4' > NAME; $G add NAME; $G -c user.name=x -c user.email=x@y commit -qm side; $G checkout -q -; ";
    for (what, name, script) in [
        ("merge", "new.sh", "$G merge -q --no-ff --no-commit side"),
        ("merge", "new.sh", "$G rev-parse HEAD > $D/MERGE_HEAD"),
        (
            "merge",
            "add.sh",
            "echo 'echo 5' > add.sh; $G -c user.name=x -c user.email=x@y commit -qam ours; $G merge -q side",
        ),
        ("revert", "new.sh", "$G revert --no-commit HEAD"),
        (
            "cherry-pick",
            "add.sh",
            "echo 'echo 5' > add.sh; $G -c user.name=x -c user.email=x@y commit -qam ours; $G cherry-pick side",
        ),
        (
            "rebase",
            "add.sh",
            "echo 'echo 5' > add.sh; $G -c user.name=x -c user.email=x@y commit -qam ours; $G rebase side",
        ),
        ("bisect", "new.sh", "$G bisect start"),
    ] {
        let lab = lab();
        let branch = lab.git(&["symbolic-ref", "HEAD"]);
        let script = side.replace("NAME", name) + script;
        let ran = lab.session(bash(&script) + &bash("echo 'echo 3' > add.sh") + &commit()).await;
        let found = breaches(&ran);
        let ended = found
            .iter()
            .find(|breach| breach.detail.contains(&format!("a {what} was left")));
        assert!(ended.is_some_and(|breach| breach.restored), "{script}: {found:?}");
        assert!(ran.result(2).contains("Committed"), "{script}: {}", ran.result(2));
        assert_eq!(lab.git(&["symbolic-ref", "HEAD"]), branch, "{script}");
        assert_eq!(lab.git(&["show", "HEAD:add.sh"]), "echo 3", "{script}");
        assert_eq!(lab.git(&["status", "--porcelain"]), "", "{script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_a_command_makes_unreadable_is_put_back_and_told() {
    for script in ["$G update-index --split-index", "echo nonsense > $D/index"] {
        let lab = lab();
        lab.write("mine.txt", "staged\n");
        lab.git(&["add", "mine.txt"]);
        let ran = lab
            .session(bash(&format!("echo 'echo 3' > add.sh; {script}")) + &commit())
            .await;
        let found = breaches(&ran);
        assert_eq!(found.len(), 1, "{script}: {found:?}");
        assert!(found[0].restored && found[0].path == ".git/index", "{script}: {found:?}");
        assert!(ran.result(1).contains("Committed"), "{script}: {}", ran.result(1));
        assert_eq!(lab.git(&["show", "HEAD:add.sh"]), "echo 3", "{script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_a_command_moves_away_from_its_history_is_put_back_and_nothing_is_lost() {
    let orphan = "C=$($G -c user.name=x -c user.email=x@y commit-tree -m z HEAD^{tree}); ";
    for (script, kept) in [
        (format!("{orphan}$G update-ref $($G symbolic-ref HEAD) $C"), true),
        ("$G update-ref $($G symbolic-ref HEAD) HEAD~1".to_owned(), true),
        ("$G reset -q --hard HEAD~1".to_owned(), true),
        ("$G -c user.name=x -c user.email=x@y commit -q --amend -m z".to_owned(), true),
        ("$G update-ref -d $($G symbolic-ref HEAD)".to_owned(), false),
    ] {
        let lab = lab();
        let head = lab.git(&["rev-parse", "HEAD"]);
        let ran = lab
            .session(bash(&format!("{script}; echo 'echo 3' > add.sh")) + &commit())
            .await;
        let found = breaches(&ran);
        assert_eq!(found.len(), 1, "{script}: {found:?}");
        assert!(
            found[0].restored && found[0].path.starts_with("branch ") && found[0].detail.contains("put back"),
            "{script}: {found:?}"
        );
        assert!(ran.result(1).contains("Committed"), "{script}: {}", ran.result(1));
        assert_eq!(lab.git(&["rev-parse", "HEAD~1"]), head, "{script}");
        assert_eq!(lab.git(&["show", "HEAD:add.sh"]), "echo 3", "{script}");
        let refs = lab.git(&["for-each-ref", "--format=%(refname)", "refs/longhaul/moved"]);
        assert_eq!(refs.contains("refs/longhaul/moved/1"), kept, "{script}: {refs}");
        assert!(
            !kept || found[0].detail.contains("refs/longhaul/moved/1"),
            "{script}: {found:?}"
        );
    }
}
