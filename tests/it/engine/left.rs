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
