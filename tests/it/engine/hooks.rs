//! Hooks that come or change while a run is on: put back, kept aside, told; and what a run left behind is not run by the next.

use super::gates::lab as project;
use crate::support::{Lab, Ran, call, coding, ends};
use longhaul::protocol::event::{BreachFound, ExternalChangeSeen};
use longhaul::protocol::{Autonomy, Event};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// What every script begins with: names that no ruling can read.
const NAMES: &str = "D=.gi; D=${D}t; H=$D/hooks; mkdir -p $H; ";

fn lab() -> Lab {
    let mut lab = project(Autonomy::Auto);
    lab.settings.limits.sessions = Some(1);
    lab.write(
        "feature_list.json",
        "[{\"id\": \"F001\", \"description\": \"add\", \"passes\": false}]\n",
    );
    lab.commit_all("a list");
    lab
}

fn install(lab: &Lab, name: &str, script: &str) {
    lab.write(name, &format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(lab.path(name), std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn bash(script: &str) -> String {
    call("bash", &format!("{{ command = '''{NAMES}{script}''' }}"))
}

fn commit() -> String {
    bash("echo 'echo 3' > add.sh") + &call("commit", r#"{ message = "Add two numbers" }"#)
}

fn breaches(ran: &Ran) -> Vec<BreachFound> {
    ran.all(|event| match event {
        Event::BreachFound(breach) => Some(breach.clone()),
        _ => None,
    })
}

fn seen(ran: &Ran) -> Vec<ExternalChangeSeen> {
    ran.all(|event| match event {
        Event::ExternalChangeSeen(seen) if seen.paths.iter().any(|path| path.contains("hooks")) => Some(seen.clone()),
        _ => None,
    })
}

/// The file that a message says something is kept as.
fn kept(detail: &str) -> PathBuf {
    let (_, path) = detail.split_once("kept as ").unwrap();
    PathBuf::from(path.split(';').next().unwrap())
}

const PLANT: &str = "printf '#!/bin/sh\\ntouch ../ran\\nexit 1\\n' > $H/pre-commit; chmod +x $H/pre-commit";

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_a_command_brings_is_taken_out_told_and_audited_and_commits_go_on() {
    let lab = lab();
    let ran = lab.session(bash(PLANT) + &commit()).await;
    let told = ran.result(0);
    assert!(
        told.contains("[harness] .git/hooks/pre-commit: this hook was not there") && told.contains("put back"),
        "{told}"
    );
    let found = breaches(&ran);
    assert!(
        found.len() == 1 && found[0].restored && found[0].call.is_some() && found[0].path == ".git/hooks/pre-commit",
        "{found:?}"
    );
    let kept = std::fs::read_to_string(kept(&found[0].detail)).unwrap();
    assert!(kept.contains("touch ../ran"), "{kept}");
    assert!(ran.result(2).contains("Committed"), "{}", ran.result(2));
    assert!(!lab.path(".git/hooks/pre-commit").exists() && !lab.path("../ran").exists());
    let audited = ran.all(|event| match event {
        Event::SessionEnded(ended) => Some(ended.checks.clone()),
        _ => None,
    });
    let untouched = audited[0]
        .iter()
        .find(|(what, _)| what.contains("guarded files untouched"))
        .unwrap();
    assert!(!untouched.1, "{audited:?}");
    // The next run has nothing to tell of it, and nothing to run.
    let ran = lab
        .run(&coding(
            &(bash("echo 'echo 4' > add.sh") + &call("commit", r#"{ message = "Add four" }"#) + &ends()),
        ))
        .await;
    assert_eq!(lab.git(&["log", "-1", "--format=%s"]), "Add four");
    assert!(seen(&ran).is_empty() && !lab.path("../ran").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_hook_stays_what_it_was_whatever_a_command_does_to_it() {
    let ways = [
        (PLANT, "changed"),
        ("rm $H/pre-commit", "removed"),
        ("chmod -x $H/pre-commit", "does not run"),
        ("ln -sf ../../add.sh $H/pre-commit", "changed"),
        ("rm $H/pre-commit; mkfifo $H/pre-commit", "changed"),
        ("rm $H/pre-commit; mkdir $H/pre-commit", "removed"),
        ("echo exit 1 >> $H/lib/helper", "changed"),
        ("mv $H $D/h2; cp -r $D/h2 evil; ln -s ../evil $H", "link to ../evil"),
        ("rm -r $H; echo x > $H", "something else"),
        ("mv $H $D/h2", "removed"),
    ];
    for (way, named) in ways {
        let lab = lab();
        install(
            &lab,
            ".git/hooks/pre-commit",
            "echo asked >> ../asked; . .git/hooks/lib/helper",
        );
        install(&lab, ".git/hooks/lib/helper", "echo helped");
        let ran = lab.session(bash(way) + &commit()).await;
        let found = breaches(&ran);
        assert!(
            found.iter().all(|breach| breach.restored) && found.iter().any(|breach| breach.detail.contains(named)),
            "{way}: {found:?}"
        );
        assert!(ran.result(2).contains("Committed"), "{way}: {}", ran.result(2));
        assert_eq!(lab.read("../asked"), "asked\n", "{way}: the person's own is asked");
        assert!(!lab.path("../ran").exists(), "{way}");
        let link = lab.path(".git/hooks").read_link();
        assert!(link.is_err(), "{way}: {link:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_to_the_directory_that_the_configuration_names_is_taken_out_too() {
    let lab = lab();
    lab.git(&["config", "core.hooksPath", "../hooks"]);
    install(&lab, "../hooks/pre-push", "exit 0");
    let ran = lab
        .session(bash("echo x > ../hooks/post-commit; echo x > ../hooks/pre-push") + &commit())
        .await;
    let found = breaches(&ran);
    let paths: Vec<_> = found.iter().map(|breach| breach.path.as_str()).collect();
    assert_eq!(paths, ["../hooks/post-commit", "../hooks/pre-push"]);
    assert!(!lab.path("../hooks/post-commit").exists());
    assert_eq!(lab.read("../hooks/pre-push"), "#!/bin/sh\nexit 0\n");
    assert!(ran.result(2).contains("Committed"), "{}", ran.result(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_among_the_projects_own_files_is_work_like_any_other() {
    let lab = lab();
    lab.git(&["config", "core.hooksPath", ".husky"]);
    let ran = lab
        .session(bash("mkdir .husky; echo exit 0 > .husky/pre-commit") + &commit())
        .await;
    assert_eq!(breaches(&ran), []);
    assert_eq!(lab.git(&["show", "HEAD:.husky/pre-commit"]), "exit 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_background_process_leaves_no_hook_behind() {
    let lab = lab();
    let sneaks = bash(&format!(
        "(until [ -e ../go ]; do :; done; {PLANT}; touch ../done; sleep 60) > /dev/null 2>&1 &"
    )) + &call("view_image", "{}")
        + &bash("touch ../go; until [ -e ../done ]; do :; done")
        + &commit();
    let ran = lab.session(sneaks).await;
    assert!(ran.result(4).contains("Committed"), "{}", ran.result(4));
    assert!(!lab.path(".git/hooks/pre-commit").exists() && !lab.path("../ran").exists());
    // One that writes as the session ends.
    let script = bash(&format!(
        "(until [ -e ../over ]; do :; done; {PLANT}; touch ../late; sleep 60) > /dev/null 2>&1 &"
    )) + &call("read_file", "{}")
        + &ends();
    lab.write("../over", "");
    let ran = lab.run(&coding(&script)).await;
    assert!(!lab.path(".git/hooks/pre-commit").exists(), "{:?}", breaches(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_a_person_sets_up_between_two_runs_is_theirs() {
    let lab = lab();
    lab.session(commit()).await;
    install(&lab, ".git/hooks/pre-commit", "echo asked >> ../asked");
    let turns = bash("echo 'echo 4' > add.sh") + &call("commit", r#"{ message = "Add four" }"#) + &ends();
    let ran = lab.run(&coding(&turns)).await;
    assert_eq!(lab.git(&["log", "-1", "--format=%s"]), "Add four");
    assert_eq!(lab.read("../asked"), "asked\n");
    assert!(seen(&ran).is_empty() && breaches(&ran).is_empty());
}

/// Makes the last run one that was killed in a command: nothing says how it ended.
fn kill(lab: &Lab) {
    for segment in lab.dir().segments().unwrap() {
        let text = std::fs::read_to_string(&segment.path).unwrap();
        let lines = text.lines().filter(|line| !line.contains("\"run_ended\""));
        let cut: String = lines.map(|line| format!("{line}\n")).collect();
        std::fs::write(&segment.path, cut).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_run_left_in_gits_settings_turns_no_hook_of_a_person_off() {
    for is_killed in [true, false] {
        let lab = lab();
        install(&lab, ".git/hooks/pre-commit", "echo asked >> ../asked");
        lab.session(commit()).await;
        if is_killed {
            kill(&lab);
        }
        install(&lab, "../evil/pre-commit", "touch ../ran");
        lab.git(&["config", "core.hooksPath", "../evil"]);
        lab.git(&["config", "user.signature", "mine"]);
        let turns = bash("echo 'echo 4' > add.sh") + &call("commit", r#"{ message = "Add four" }"#) + &ends();
        let ran = lab.run(&coding(&turns)).await;
        assert!(!lab.path("../ran").exists() || !is_killed);
        let told = ran.all(|event| match event {
            Event::ExternalChangeSeen(seen) if seen.paths == [".git/config"] => Some(seen.detail.clone()),
            _ => None,
        });
        let path = lab.git(&["config", "--default", "", "core.hooksPath"]);
        if is_killed {
            assert!(told.len() == 1 && told[0].contains("core.hooksPath;"), "{told:?}");
            assert_eq!(path, "");
            assert_eq!(lab.git(&["config", "user.signature"]), "mine", "what runs nothing stays");
            assert_eq!(lab.read("../asked"), "asked\nasked\n");
            let kept = std::fs::read_to_string(kept(&told[0])).unwrap();
            assert!(kept.contains("hooksPath") && kept.contains("mine"), "{kept}");
            let put_back = &ran.state.run.as_ref().unwrap().put_back;
            assert!(
                put_back.len() == 1 && put_back[0].starts_with(".git/config: core.hooksPath; the file is kept as "),
                "{put_back:?}"
            );
            assert!(ran.requests[0].contains(".git/config: core.hooksPath"), "the agent is told");
        } else {
            assert_eq!(
                (told, path.as_str()),
                (Vec::new(), "../evil"),
                "a person's settings are theirs"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_run_left_among_the_hooks_is_not_run_by_the_next() {
    let lab = lab();
    install(&lab, ".git/hooks/pre-push", "exit 0");
    lab.session(commit()).await;
    kill(&lab);
    install(&lab, ".git/hooks/pre-commit", "touch ../ran");
    std::fs::remove_file(lab.path(".git/hooks/pre-push")).unwrap();
    let turns = bash("echo 'echo 4' > add.sh") + &call("commit", r#"{ message = "Add four" }"#) + &ends();
    let ran = lab.run(&coding(&turns)).await;
    assert_eq!(lab.git(&["log", "-1", "--format=%s"]), "Add four");
    assert!(!lab.path("../ran").exists());
    let told = seen(&ran);
    let paths: Vec<_> = told.iter().flat_map(|seen| &seen.paths).collect();
    assert_eq!(paths, [".git/hooks/pre-commit", ".git/hooks/pre-push"]);
    assert!(
        told[0].detail.contains("came while the last run was on, or after"),
        "{told:?}"
    );
    let kept = std::fs::read_to_string(kept(&told[0].detail)).unwrap();
    assert!(kept.contains("touch ../ran"), "{kept}");
    assert_eq!(lab.read(".git/hooks/pre-push"), "#!/bin/sh\nexit 0\n");
}
