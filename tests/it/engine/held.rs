//! What is agreed stays in the history: the harness's own commit neither takes it out nor changes it, whatever was done to git.

use crate::support::{Lab, Ran, call};
use longhaul::protocol::Event;

const AGREED: [&str; 4] = ["feature_list.json", "longhaul.toml", "run.sh", "tests/t1.sh"];

/// What every script begins with: names that no ruling can read.
const NAMES: &str = "G=$(printf 'g%s' it); T=$(echo tes*); L=$(echo feature_l*); ";

fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.settings.verify.command = Some("sh run.sh".into());
    lab.settings.limits.sessions = Some(1);
    lab.write("longhaul.toml", "[verify]\nretries = 0\n");
    lab.write(
        "feature_list.json",
        "[{\"id\": \"F001\", \"description\": \"add\", \"passes\": false, \"tests\": [\"tests/t1.sh\"]}]\n",
    );
    lab.write(
        "run.sh",
        "if sh tests/t1.sh; then r=ok; else r='not ok'; fi\necho \"$r 1 - tests/t1.sh\"; echo 1..1\n",
    );
    lab.write("tests/t1.sh", "test \"$(sh add.sh 1 2)\" = 3\n");
    lab.commit_all("begin");
    lab
}

fn bash(script: &str) -> String {
    call("bash", &format!("{{ command = '''{NAMES}{script}''' }}"))
}

fn commit() -> String {
    call("commit", r#"{ message = "Add two numbers" }"#)
}

fn breaches(ran: &Ran) -> Vec<String> {
    ran.all(|event| match event {
        Event::BreachFound(breach) => Some(breach.path.clone()),
        _ => None,
    })
}

/// The bytes of every agreed file, as the last commit has them.
fn in_history(lab: &Lab) -> Vec<String> {
    AGREED
        .iter()
        .map(|path| lab.git(&["show", &format!("HEAD:{path}")]))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_out_of_the_index_and_ignored_stays_in_the_commit() {
    let lab = lab();
    let before = in_history(&lab);
    let untracks =
        "echo 'echo 3' > add.sh; $G rm -rq --cached $T $L run.sh longhaul.toml; ls $T/* $L run.sh longhaul.toml > .gitignore";
    let ran = lab.session(bash(untracks) + &commit()).await;
    let told = ran.result(1);
    assert!(told.contains("Committed") && told.contains("tests/t1.sh"), "{told}");
    assert_eq!(lab.git(&["show", "--format=", "--name-only", "HEAD"]), ".gitignore\nadd.sh");
    assert_eq!(in_history(&lab), before);
    assert_eq!(breaches(&ran), AGREED);
    assert_eq!(lab.git(&["status", "--porcelain"]), "", "the index follows");
    assert_eq!(lab.git(&["ls-files", "tests"]), "tests/t1.sh");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_that_is_proven_is_in_the_commit_of_a_list_that_git_was_told_to_forget() {
    let lab = lab();
    let untracks = "echo 'echo 3' > add.sh; $G rm -q --cached $L; echo $L > .gitignore";
    let passed = call("feature_passed", r#"{ id = "F001", evidence = "its test passes" }"#);
    let ran = lab.session(bash(untracks) + &passed + &commit()).await;
    assert!(ran.result(1).contains("passes now"), "{}", ran.result(1));
    assert!(lab.git(&["show", "HEAD:feature_list.json"]).contains("\"passes\": true"));
    assert_eq!(breaches(&ran), ["feature_list.json"], "told once, not at each look");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_content_in_the_index_does_not_come_into_the_commit() {
    // A filter keeps the harness from taking the file: it would keep what the index has.
    let forged = "h=$(echo 'exit 0' | $G hash-object -w --stdin); $G update-index --cacheinfo 100644,$h,$T/t1.sh; echo \"$T/t1.sh filter=x\" > .gitattributes";
    let submodule = "$G rm -rq --cached $T; $G update-index --add --cacheinfo 160000,$($G rev-parse HEAD),$T";
    let nested = "$G rm -rq --cached $T; $G init -q $T";
    let executable = "$G update-index --chmod=+x $T/t1.sh; $G update-index --assume-unchanged $T/t1.sh";
    for script in [forged, submodule, nested, executable] {
        let lab = lab();
        lab.git(&["config", "filter.x.clean", "cat"]);
        let before = in_history(&lab);
        let ran = lab
            .session(bash(&format!("echo 'echo 3' > add.sh; {script}")) + &commit())
            .await;
        assert!(ran.result(1).contains("Committed"), "{script}: {}", ran.result(1));
        assert_eq!(in_history(&lab), before, "{script}");
        let entry = lab.git(&["ls-tree", "HEAD", "tests/t1.sh"]);
        assert!(entry.starts_with("100644 blob"), "{script}: {entry}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_took_out_of_the_history_stays_out() {
    let lab = lab();
    lab.git(&["rm", "-q", "--cached", "longhaul.toml"]);
    lab.write(".gitignore", "longhaul.toml\n");
    lab.commit_all("settings are mine");
    let ran = lab
        .session(bash("echo 'echo 3' > add.sh; echo '*.log' >> .gitignore") + &commit())
        .await;
    assert!(ran.result(1).contains("Committed"), "{}", ran.result(1));
    assert_eq!(
        (breaches(&ran), lab.git(&["ls-files", "longhaul.toml"])),
        (Vec::new(), String::new())
    );
}
