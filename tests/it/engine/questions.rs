//! Questions of the agent: who answers them, and when policy may not.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_question_reaches_the_human_and_the_answer_the_agent() {
    let mut lab = Lab::new();
    lab.attendance = Attendance::Attended;
    lab.settings.stall_sessions = 1;
    let asks = coding(
        &(call(
            "ask_human",
            r#"{ question = "Tabs or spaces?", choices = ["tabs", "spaces"] }"#,
        ) + &ends()),
    );
    let running = lab.start(&[INITIALIZER, &asks].concat()).await;
    let client = running.engine.client();
    let wait = client.clone();
    let seen = tokio::task::spawn_blocking(move || wait_for(&wait, |e| matches!(e, Event::QuestionAsked(_))))
        .await
        .unwrap();
    let Event::QuestionAsked(asked) = &seen.last().unwrap().event else {
        unreachable!()
    };
    client
        .send(Command::AnswerQuestion {
            question: asked.question,
            text: "spaces".into(),
        })
        .unwrap();
    let ran = running.finish().await;
    assert!(
        ran.log
            .iter()
            .any(|e| matches!(&e.event, Event::ToolFinished(f) if f.output.text == "The human answers: spaces"))
    );
    assert!(
        ran.log
            .iter()
            .any(|e| matches!(&e.event, Event::QuestionAnswered(a) if a.by == "human"))
    );
    assert!(ran.state.open_questions.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_leaves_a_question_alone_that_somebody_has_open() {
    let mut lab = Lab::new();
    lab.attendance = Attendance::Attended;
    lab.question_timeout = Duration::from_secs(2);
    lab.settings.stall_sessions = 1;
    let asks = coding(&(call("ask_human", r#"{ question = "Tabs or spaces?" }"#) + &ends()));
    let running = lab.start(&[INITIALIZER, &asks].concat()).await;
    let client = running.engine.client();
    let saw = |wanted: fn(&Event) -> bool| {
        let client = client.clone();
        tokio::task::spawn_blocking(move || wait_for(&client, wanted))
    };
    let seen = saw(|e| matches!(e, Event::QuestionAsked(_))).await.unwrap();
    let Event::QuestionAsked(asked) = &seen.last().unwrap().event else {
        unreachable!()
    };
    let question = asked.question;
    assert!(asked.until.is_some(), "the log says when policy would answer");
    client.send(Command::HoldQuestion { question }).unwrap();
    saw(|e| matches!(e, Event::QuestionHeld(_))).await.unwrap();
    client.send(Command::ReleaseQuestion { question }).unwrap();
    let ran = running.finish().await;
    let of_question: Vec<&str> = ran.kinds().into_iter().filter(|kind| kind.starts_with("question_")).collect();
    assert_eq!(
        of_question,
        ["question_asked", "question_held", "question_released", "question_answered"]
    );
    assert!(
        ran.log
            .iter()
            .any(|e| matches!(&e.event, Event::QuestionAnswered(a) if a.by == "policy"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_answers_gets_the_default_that_the_agent_named() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let asks = |default: &str| {
        let input = format!(r#"{{ question = "Which colour?", choices = ["red", "blue"], default = "{default}" }}"#);
        call("ask_human", &input)
    };
    let turns = asks("blue") + &asks("green") + &ends();
    let ran = lab.run(&[INITIALIZER, &coding(&turns)].concat()).await;
    let asked = ran.all(|event| match event {
        Event::QuestionAsked(asked) => Some(asked.fallback()),
        _ => None,
    });
    assert_eq!(asked, [Some(2)], "a question with a default that is no choice is not put");
    let told = ran.all(|event| match event {
        Event::ToolFinished(finished) => Some(finished.output.text.clone()),
        _ => None,
    });
    let has = |part: &str| told.iter().any(|text| text.contains(part));
    assert!(has("Take your default: blue"), "{told:?}");
    assert!(has("`default` is none of `choices`"), "{told:?}");
    assert!(
        ran.log
            .iter()
            .any(|e| matches!(&e.event, Event::QuestionAnswered(a) if a.by == "policy" && a.text.ends_with("default: blue")))
    );
}
