//! How many recorded checks a session's start runs, which, and what is said of the others.

use super::regress::{first_message, look, script};
use crate::support::{Lab, Ran, call, coding, ends};
use longhaul::protocol::{Event, TestPurpose};

#[tokio::test(flavor = "multi_thread")]
async fn of_more_checks_than_their_time_allows_those_that_waited_longest_are_run_and_the_others_named() {
    let mut lab = Lab::new();
    (lab.settings.stall_sessions, lab.settings.features_per_session) = (3, 9);
    lab.settings.limits.sessions = Some(1);
    let feature = |n: usize| format!("{{\"id\": \"F00{n}\", \"description\": \"greet {n}\", \"passes\": false}}");
    lab.write(
        "feature_list.json",
        &format!("[{}]", (1..=6).map(feature).collect::<Vec<_>>().join(",\n")),
    );
    lab.write("greet", "exit 1\n");
    lab.commit_all("begin");
    // Each takes a second, and a little: of five, three go into four.
    let mut calls = call("bash", r#"{ command = "printf 'sleep 1; echo hello $1\n' > greet" }"#);
    for n in 1..=5 {
        let check = format!(r#"{{ id = "F00{n}", steps = [{{ command = "sh greet {n}", expect = ["hello {n}"] }}] }}"#);
        calls += &call("record_check", &check);
        calls += &call("feature_passed", &format!(r#"{{ id = "F00{n}", evidence = "ran it" }}"#));
        calls += &call("commit", &format!(r#"{{ message = "Greet number {n}" }}"#));
    }
    let ran = lab.run(&script(&[coding(&(calls + &ends()))])).await;
    assert_eq!(ran.state.features.progress(), (5, 6), "{:?}", ran.ended);
    lab.settings.verify.check_seconds = 4;
    let smoked = |ran: &Ran| {
        let last = ran.state.current().unwrap().number;
        let of_last = ran.log.iter().filter(|envelope| envelope.session == last);
        let ids = of_last.filter_map(|envelope| match &envelope.event {
            Event::CheckRan(ran) if ran.run.purpose == TestPurpose::Smoke => Some(ran.run.feature.to_string()),
            _ => None,
        });
        ids.collect::<Vec<_>>()
    };
    let (ran, _) = look(&lab).await;
    assert_eq!(smoked(&ran), ["F001", "F002", "F003"]);
    let told = "Recorded checks of passing features: 3 hold, 0 do not. 2 more were not run, because their time was over \
                (check_seconds): F004, F005. They come first next time.";
    assert!(first_message(&ran).contains(told), "{}", first_message(&ran));
    let (ran, _) = look(&lab).await;
    assert_eq!(smoked(&ran), ["F004", "F005", "F001"]);
    assert_eq!(ran.state.features.progress(), (5, 6), "what was not run stays as it was");
}
