//! What waits for a person's look, in everything that a run prints where nobody is asked.

use super::runs::{run_args, serve};
use super::*;
use crate::support::{call, coding, ends};

/// What a run printed in which the placeholder of a test of F002 was to be committed, and F002 was claimed with it.
fn run(place: &Place, level: &str) -> String {
    let bash = |script: &str| call("bash", &format!("{{ command = '''{script} '''}}"));
    let claim = |id: &str| {
        call(
            "feature_passed",
            &format!("{{ id = \"{id}\", evidence = \"its test passes\" }}"),
        )
    };
    let hello = "echo 'echo hello' > hello.sh; echo 'test \"$(sh hello.sh)\" = hello' > tests/01-hello.sh";
    let placeholder = "printf '%s\\n' '# to be written' true > tests/02-bye.sh";
    let first = bash(&format!("{hello}; {placeholder}")) + &call("commit", r#"{ message = "Say hello" }"#) + &claim("F001");
    let second = bash("echo 'echo bye' > bye.sh") + &claim("F002");
    let script = [INITIALIZER, &coding(&(first + &ends())), &coding(&(second + &ends()))].concat();
    let server = serve(&script, 0.0);
    let mut args = run_args(&server);
    args.extend(["--autonomy", level, "--max-sessions", "3"].map(str::to_owned));
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let output = place.longhaul(&args).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    assert!(
        printed.contains("F001 passes") && !printed.contains("F002 passes"),
        "{printed}"
    );
    printed
}

fn status(place: &Place) -> serde_json::Value {
    let json = place.longhaul(&["status", "--json"]).output().unwrap();
    serde_json::from_slice(&json.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feature_that_a_committed_weak_test_holds_back_is_named_in_the_run_at_its_end_and_in_the_status() {
    let place = greeter();
    let printed = run(&place, "deferred");
    let waits = &status(&place)["waits"][0];
    assert_eq!(
        (waits["feature"].as_str(), waits["files"][0].as_str()),
        (Some("F002"), Some("tests/02-bye.sh")),
        "{printed}"
    );
    let told = format!(
        "a person must look at commit {}: weak tests in tests/02-bye.sh keep F002 from passing",
        &waits["commit"].as_str().unwrap()[..7]
    );
    let (during, end) = printed.split_once("run ended: ").unwrap_or_else(|| panic!("{printed}"));
    assert!(during.contains("feature_passed was refused: Not flipped: commit"), "{during}");
    assert!(during.contains(&told), "{during}");
    assert!(end.contains(&format!("waits     {told}")), "{end}");
    place.longhaul(&["status"]).assert().success().stdout(contains(told));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_nobody_was_asked_about_is_named_until_one_is_made() {
    let place = greeter();
    let printed = run(&place, "auto");
    let refused = &status(&place)["refused_commit"];
    let reason = refused["reason"].as_str().unwrap_or_else(|| panic!("{printed}"));
    assert_eq!(refused["session"], 2);
    assert!(reason.contains("tests/02-bye.sh:1 the script: does nothing"), "{reason}");
    let (during, end) = printed.split_once("run ended: ").unwrap_or_else(|| panic!("{printed}"));
    assert!(during.contains("denied by policy: new tests prove nothing yet"), "{during}");
    assert!(
        during.contains("feature_passed was refused: Not flipped: a new test of this feature proves nothing yet"),
        "{during}"
    );
    let told = "refused   the commit of s2 was refused, and none was made since: new tests prove nothing yet, and no person is there to judge \
                whether that is right: new test that proves nothing: tests/02-bye.sh:1 the script: does nothing";
    assert!(
        end.contains(told) && end.contains("with `--autonomy commits` you judge it"),
        "{end}"
    );
    place.longhaul(&["status"]).assert().success().stdout(contains(told));
}
