//! What a session leaves uncommitted, as the next one is told of it.

use crate::support::{INITIALIZER, Lab, call, coding, ends};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_session_left_uncommitted_is_not_somebody_s() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.run(INITIALIZER).await;
    lab.run(&coding(&(call("bash", r#"{ command = "echo half > half.txt" }"#) + &ends())))
        .await;
    lab.write("mine.txt", "a person's\n");
    let ran = lab.run(&coding(&ends())).await;
    let told = ran.requests.iter().any(|body| {
        body.contains("Left uncommitted when session 2 ended:\\n?? half.txt\\nLeft uncommitted by somebody before this session:\\n?? mine.txt")
    });
    assert!(told, "{:?}", ran.requests.first());
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_go_in_with_another_session_s_commit_are_told_beside_the_feature_they_were_made_for() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(3);
    let claims = |id: &str, word: &str, number: &str| {
        let made = format!("echo '[ \"$(cat {word}.txt)\" = {word} ]' > tests/{number}-{word}.sh; echo {word} > {word}.txt");
        call("bash", &format!("{{ command = '''{made}''' }}"))
            + &call("feature_passed", &format!("{{ id = \"{id}\", evidence = \"its test\" }}"))
    };
    let first = coding(&(claims("F001", "hello", "01") + &ends()));
    let commit = call("commit", r#"{ message = "Say both" }"#);
    let second = coding(&(claims("F002", "bye", "02") + &commit + &ends()));
    let ran = lab.run(&[INITIALIZER, &first, &second].concat()).await;
    let made = &ran.state.commits.last().unwrap().made.commit;
    for row in &ran.state.features.rows {
        assert_eq!(ran.state.commits_of(row), [made], "{row:?}");
    }
}
