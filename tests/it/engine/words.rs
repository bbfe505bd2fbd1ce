//! What the agent says of its work, in notes, in the notes' file and as it ends, held against a long list of which a third passes.

use crate::support::{Lab, Ran, call, coding};

/// A project of somebody else's: 46 features, of which 16 pass by its list.
fn lab() -> Lab {
    let mut lab = Lab::new();
    let feature = |n: usize| {
        let passes = n <= 16;
        format!("{{\"id\": \"F{n:03}\", \"description\": \"Feature number {n} does its thing\", \"passes\": {passes}}}")
    };
    let features: Vec<String> = (1..=46).map(feature).collect();
    lab.write("feature_list.json", &format!("[\n{}\n]\n", features.join(",\n")));
    lab.commit_all("Skeleton");
    lab.settings.stall_sessions = 100;
    lab
}

fn notes(text: &str) -> String {
    call("progress_note", &format!("{{ text = '''{text}''' }}")) + &call("commit", r#"{ message = "Note where it stands" }"#)
}

fn closes(summary: &str) -> String {
    call("end_session", &format!("{{ summary = '''{summary}''' }}"))
}

/// Plays sessions, and returns what the audit of each holds against its words.
async fn against(lab: &mut Lab, sessions: &[String]) -> (Ran, Vec<Vec<String>>) {
    lab.settings.limits.sessions = Some(u32::try_from(sessions.len()).unwrap());
    let script = format!("[script]\nmodel = \"scripted-demo\"\n{}", sessions.concat());
    let ran = lab.run(&script).await;
    assert_eq!(ran.unplanned, Vec::<String>::new());
    let found = |session: &longhaul::session::Session| {
        let checks = &session.ended.as_ref().unwrap().1.checks;
        let of_words = checks
            .iter()
            .filter(|(what, holds)| !holds && what.contains("agree with the list"));
        of_words.map(|(what, _)| what.clone()).collect()
    };
    let found = ran.state.sessions.iter().map(found).collect();
    (ran, found)
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_that_lie_below_what_is_true_are_found_session_after_session() {
    let fortieth = "says that F040 is done";
    let everything = "says that everything is done, the list 16/46";
    let cases = [
        ("- [x] F040 number forty", fortieth),
        ("## Completed\n- F040 number forty", fortieth),
        ("Everything is done, nothing left to do.", everything),
        ("Nothing left to do.", everything),
        ("Remaining: none", everything),
        ("All 45 done", "says that 45 features are done, the list 16/46"),
        ("Features passing: 44 of 45", "says 44/45, the list 16/46"),
        ("F040 now passes its tests.", fortieth),
        ("F040 works, TODO nothing", fortieth),
        ("- [ ] F040 number forty", ""),
        ("Remaining: F040", ""),
        ("All done.", ""),
    ];
    let session = |(lie, _): &(&str, &str)| coding(&(notes(&format!("F001 prints its number.\n\n{lie}")) + &closes("over")));
    let sessions: Vec<String> = cases.iter().map(session).collect();
    let (_, found) = against(&mut lab(), &sessions).await;
    for ((lie, told), found) in cases.iter().zip(&found) {
        let expected: Vec<String> = match told.is_empty() {
            true => Vec::new(),
            false => vec![format!("notes agree with the list ({told})")],
        };
        assert_eq!(found, &expected, "{lie}");
    }
    assert_eq!(found.len(), cases.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_words_that_name_single_features_are_answered_once_and_told() {
    let lie = closes("F040 passes.");
    let sessions = [
        coding(&(notes("Looked around.") + &lie + &lie)),
        coding(&(notes("Looked again.") + &lie + &closes("F040 does not pass yet."))),
        coding(&(notes("Looked at F001.") + &closes("F001 passes; F040 is left."))),
    ];
    let (ran, found) = against(&mut lab(), &sessions).await;
    let told = "closing words agree with the list (says that F040 is done)".to_owned();
    assert_eq!(found, [vec![told], Vec::new(), Vec::new()]);
    let answers = ran.all(|event| match event {
        longhaul::protocol::Event::ToolFinished(done) if done.output.text.starts_with("Not yet.") => Some(done.output.text.clone()),
        _ => None,
    });
    assert_eq!(answers.len(), 2, "{answers:?}");
    assert!(
        answers[0].contains("The summary says that F040 is done.\n30 of 46 features do not pass:"),
        "{answers:?}"
    );
}

fn bash(command: &str) -> String {
    call("bash", &format!("{{ command = {command:?} }}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_that_the_agent_writes_into_the_file_itself_are_held_to_the_list_too() {
    let sessions = [
        coding(
            &(bash("printf 'F001 prints its number.\\n\\nF040 works.\\n' >> claude-progress.txt")
                + &closes("over")
                + &closes("over")),
        ),
        // What stood there before is not said again.
        coding(&(bash("echo 'F040 does not pass yet.' >> claude-progress.txt") + &closes("over") + &closes("over"))),
        coding(
            &(notes("Looked around.")
                + &bash("sed -i '1s/^/Nothing left to do.\\n\\n/' claude-progress.txt")
                + &closes("over")
                + &closes("over")),
        ),
        coding(&(closes("over") + &closes("over"))),
    ];
    let mut lab = lab();
    let (ran, found) = against(&mut lab, &sessions).await;
    let told = |lie: &str| vec![format!("notes agree with the list ({lie})")];
    let everything = told("says that everything is done, the list 16/46");
    assert_eq!(found, [told("says that F040 is done"), Vec::new(), everything, Vec::new()]);
    let written = |n: usize| {
        let checks = &ran.state.sessions[n].ended.as_ref().unwrap().1.checks;
        checks.iter().find(|(what, _)| what == "progress notes written").unwrap().1
    };
    assert_eq!([written(0), written(1), written(2), written(3)], [true, true, true, false]);
    let ended = &ran.state.sessions[0].ended.as_ref().unwrap().1;
    let at = ended
        .checks
        .iter()
        .position(|(what, _)| what.starts_with("notes agree"))
        .unwrap();
    assert_eq!(ended.places[at].len(), 1, "the call that wrote it: {:?}", ended.places[at]);
}
