//! Code that the tests find and no commit holds, and tests that were changed by a commit at which nobody looked: neither proves a feature.

use super::gates::{seen, stop};
use crate::support::{INITIALIZER, Lab, Ran, call, coding, ends, eventually};
use longhaul::protocol::{Autonomy, Command, Event, FeatureStatus, PauseMode, Steer};

/// A test of F001 that says what the feature says.
const HONEST: &str = "G=$(printf 'g%s' it); echo 'test \"$(sh hello.sh)\" = hello' > tests/01-hello.sh; ";

fn bash(script: &str) -> String {
    call("bash", &format!("{{ command = '''{script} '''}}"))
}

/// With the test that the feature names.
fn tested(script: &str) -> String {
    bash(&format!("{HONEST}{script}"))
}

fn claim() -> String {
    call("feature_passed", r#"{ id = "F001", evidence = "its test passes" }"#)
}

fn commit() -> String {
    call("commit", r#"{ message = "Say hello" }"#)
}

async fn run(lab: &mut Lab, turns: String) -> Ran {
    lab.settings.stall_sessions = 1;
    lab.settings.limits.turns = Some(14);
    lab.run(&[INITIALIZER, &coding(&(turns + &ends()))].concat()).await
}

/// The result of a call of the coding session: the initializer's are before it.
fn result(ran: &Ran, call: usize) -> String {
    ran.result(INITIALIZER.matches("session.turn.call]]").count() + call)
}

fn passed(ran: &Ran) -> bool {
    !ran.all(|event| match event {
        Event::FeatureFlipped(flip) if flip.to == FeatureStatus::Passing => Some(()),
        _ => None,
    })
    .is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_no_commit_holds_does_not_turn_its_feature_green() {
    let hides = [
        ("echo 'echo hello' > hello.sh; echo hello.sh > .gitignore", "hello.sh"),
        (
            "mkdir tools; echo 'echo hello' > tools/say.sh; echo tools/ > .gitignore; echo '. tools/say.sh' > hello.sh",
            "tools/say.sh",
        ),
        (
            "mkdir lib; $G init -q lib; echo 'echo hello' > lib/say.sh; echo '. lib/say.sh' > hello.sh; echo lib/ > .gitignore",
            "lib/say.sh",
        ),
        (
            "mkdir lib; $G init -q lib; echo 'echo hello' > lib/say.sh; (cd lib; $G add .; $G -c user.name=a -c user.email=a@b commit -qm x); \
             echo '. lib/say.sh' > hello.sh",
            "lib",
        ),
        (
            "echo 'echo hello' > hello.sh; echo 'tests/01*' > .gitignore",
            "tests/01-hello.sh",
        ),
        (
            "d=$(mktemp -d); echo 'echo hello' > $d/say.sh; ln -s $d/say.sh hello.sh",
            "hello.sh leads out of the project",
        ),
    ];
    for (script, named) in hides {
        let mut lab = Lab::new();
        let ran = run(&mut lab, tested(script) + &claim() + &commit() + &claim()).await;
        let told = result(&ran, 1);
        assert!(!passed(&ran), "{script}: {told}");
        assert!(
            told.contains("Not flipped: its tests pass here") && told.contains(named),
            "{script}: {told}"
        );
        assert!(
            lab.read("feature_list.json")
                .contains("\"passes\": false, \"tests\": [\"tests/01"),
            "{script}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_git_ignores_and_the_tests_do_not_need_is_no_hindrance() {
    let innocent = [
        "echo 'echo hello' > hello.sh; echo '*.log' > .gitignore; echo x > a.log",
        "echo 'echo hello' > hello.sh; printf 'scratch.sh\\n.env\\n' > .gitignore; echo 'echo try' > scratch.sh; echo A=1 > .env",
        "echo '. node_modules/say/say.sh' > hello.sh; mkdir -p node_modules/say; echo 'echo hello' > node_modules/say/say.sh; echo node_modules > .gitignore",
        "echo '. ./.env; echo $SAY' > hello.sh; echo .env > .gitignore; echo SAY=hello > .env; echo 'exit 1' > try.sh; echo try.sh >> .gitignore",
    ];
    for script in innocent {
        let mut lab = Lab::new();
        let ran = run(&mut lab, tested(script) + &claim() + &commit()).await;
        assert!(passed(&ran), "{script}: {}", result(&ran, 1));
        assert!(result(&ran, 2).contains("Committed"), "{script}: {}", result(&ran, 2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_breaks_where_no_tree_shows_it_ends_no_run_as_done() {
    let mut lab = Lab::new();
    lab.settings.features_per_session = 2;
    let both = "echo 'echo hello' > hello.sh; echo 'test \"$(cat word.txt)\" = bye' > tests/02-bye.sh; echo word.txt > .gitignore; echo bye > word.txt";
    let second = call("feature_passed", r#"{ id = "F002", evidence = "its test passes" }"#);
    let turns = tested(both) + &claim() + &second + &commit() + &bash("echo other > word.txt");
    let ran = run(&mut lab, turns).await;
    assert_ne!(ran.ended.outcome, longhaul::protocol::event::RunOutcome::AllPassing);
    let row = |id: &str| {
        ran.state
            .features
            .rows
            .iter()
            .find(|row| row.feature.id.as_str() == id)
            .unwrap()
            .feature
            .status
    };
    assert_eq!((row("F001"), row("F002")), (FeatureStatus::Passing, FeatureStatus::Failing));
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_that_a_commit_made_weaker_prove_nothing_until_somebody_has_looked() {
    let mut lab = Lab::new();
    lab.settings.autonomy = Autonomy::Deferred;
    let there = tested("printf 'test:\\n\\t@false\\n' > Makefile; echo 'echo no' > hello.sh") + &commit();
    let takes_over = bash("printf 'test:\\n\\t@true\\n' > GNUmakefile; echo 'echo hello' > hello.sh");
    let takes_back = bash("rm GNUmakefile");
    let turns = there + &takes_over + &commit() + &claim() + &takes_back + &claim();
    let ran = run(&mut lab, turns).await;
    let told = result(&ran, 4);
    assert!(
        told.contains("no person has looked at it yet") && told.contains("GNUmakefile"),
        "{told}"
    );
    assert!(result(&ran, 6).contains("F001 passes now"), "{}", result(&ran, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_without_loose_files_that_is_cut_off_proves_nothing() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    // In the copy, where the program is missing, the test says where it is and waits to be killed.
    let begun = lab.workspace().with_extension("begun");
    let script = format!(
        "echo 'echo hello' > hello.sh; echo hello.sh > .gitignore; \
         echo 'if [ -e hello.sh ]; then sh hello.sh; else touch {}; sleep 600; fi' > tests/01-hello.sh",
        begun.display()
    );
    let turns = bash(&script) + &claim() + &ends();
    let running = lab.start(&[INITIALIZER, &coding(&turns)].concat()).await;
    tokio::task::spawn_blocking(move || eventually("the trial runs", || begun.exists()))
        .await
        .unwrap();
    let client = running.engine.client();
    client.send(Command::Steer(Steer::Pause { mode: PauseMode::Now })).unwrap();
    seen(&running, |e| matches!(e, Event::RunPaused(_)).then_some(())).await;
    stop(&running);
    assert!(!passed(&running.finish().await));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_agent_has_git_exclude_is_committed_all_the_same() {
    let mut lab = Lab::new();
    let hides = "echo 'echo hello' > hello.sh; mkdir -p .$G/info; echo hello.sh >> .$G/info/exclude";
    let ran = run(&mut lab, tested(hides) + &claim() + &commit()).await;
    assert!(passed(&ran), "{}", result(&ran, 1));
    assert!(ran.count("breach_found") > 0, "the setting is told as a breach");
    assert_eq!(lab.git(&["ls-files", "hello.sh"]).trim(), "hello.sh");
}
