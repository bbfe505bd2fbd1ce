//! The texts as a model gets them, and mistakes in overrides.

use super::*;
use crate::protocol::{Feature, SessionNo};
use std::fs;

fn facts() -> Facts {
    Facts {
        project: "notes".into(),
        workspace: "/w/notes".into(),
        feature_list: "feature_list.json".into(),
        test_globs: vec!["tests/**".into()],
        features_per_session: 1,
        session: SessionNo(3),
        spec: Some("A note taker. Use {{braces}} freely.".into()),
        feature: Some((
            Feature {
                id: "F002".into(),
                description: "Lists notes".into(),
                steps: vec!["run list".into()],
                tests: vec!["tests/02.sh".into()],
                ..Feature::default()
            },
            "regressed".into(),
        )),
        ..Facts::default()
    }
}

#[test]
fn system_prompts_carry_their_role_line_and_no_open_braces() {
    let prompts = Prompts::load(None).unwrap();
    for role in [Role::Initializer, Role::Coding] {
        let text = prompts.system(role, &facts());
        assert_eq!(text.lines().next(), Some(format!("role: {role}").as_str()));
        assert!(!text.contains("{{"), "{text}");
        assert!(text.contains("## Tools") && text.contains("`feature_passed`"));
        assert!(
            text.len() < 9_000,
            "a system prompt is paid for with every request: {}",
            text.len()
        );
    }
}

#[test]
fn system_prompts_do_not_change_with_the_session() {
    let prompts = Prompts::load(None).unwrap();
    let later = Facts {
        session: SessionNo(9),
        feature: None,
        handed_off: Some(HandOff {
            words: "x".into(),
            repeated: None,
        }),
        ..facts()
    };
    assert_eq!(prompts.system(Role::Coding, &facts()), prompts.system(Role::Coding, &later));
}

fn first_message(prompts: &Prompts, role: Role, orientation: &str, facts: &Facts) -> String {
    let own = |block| (block == Block::Orientation).then(|| orientation.to_owned());
    prompts
        .first_message(role, facts, own)
        .into_iter()
        .map(|piece| piece.text)
        .collect()
}

#[test]
fn first_messages_hold_orientation_feature_and_spec_verbatim() {
    let prompts = Prompts::load(None).unwrap();
    let text = first_message(&prompts, Role::Coding, "abc {{x}}", &facts());
    assert!(text.contains("session 3") && text.contains("abc {{x}}"), "{text}");
    assert!(
        text.contains("Your feature is **F002** (regressed): Lists notes\n\n1. run list\n\nIts own tests: tests/02.sh."),
        "{text}"
    );
    assert!(!text.contains("\n\n\n"), "{text}");
    let text = first_message(&prompts, Role::Initializer, "abc {{x}}", &facts());
    assert!(text.contains("Use {{braces}} freely."), "{text}");
}

#[test]
fn a_hand_off_is_passed_on() {
    let prompts = Prompts::load(None).unwrap();
    let facts = Facts {
        handed_off: Some(HandOff {
            words: "half of F002".into(),
            repeated: None,
        }),
        ..facts()
    };
    assert!(first_message(&prompts, Role::Coding, "", &facts).contains("<hand_off>\nhalf of F002\n</hand_off>"));
    assert!(prompts.hand_off(0.804).contains("80 % full"));
    assert!(prompts.reminder_end().contains("end_session"));
    assert!(prompts.reminder_notes().contains("progress_note"));
    let dirty: Vec<String> = (0..25).map(|n| format!("M f{n}")).collect();
    assert!(prompts.reminder_dirty(&dirty).contains("    M f19\n    and 5 more\n"));
}

#[test]
fn overrides_replace_single_files_and_change_the_hash() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("fragments")).unwrap();
    fs::write(dir.path().join("fragments/tools.md"), "TOOLS of {{project}}").unwrap();
    let (own, builtin) = (Prompts::load(Some(dir.path())).unwrap(), Prompts::load(None).unwrap());
    assert!(own.system(Role::Coding, &facts()).contains("TOOLS of notes"));
    assert_ne!(own.hash(Role::Coding), builtin.hash(Role::Coding));
    assert_eq!(builtin.hash(Role::Coding).len(), 12);
    assert_ne!(builtin.hash(Role::Coding), builtin.hash(Role::Initializer));
}

#[test]
fn mistakes_in_overrides_are_errors_at_load() {
    let cases = [
        (
            "coding.md",
            "role: coding\nhello {{nmae}}",
            "prompt coding.md, line 2: unknown placeholder `{{nmae}}`; here are allowed: project, workspace",
        ),
        (
            "coding.md",
            "hello",
            "prompt coding.md, line 1: the line `role: coding` is missing",
        ),
        (
            "coding.md",
            "role: coding\n\n{{project",
            "prompt coding.md, line 3: `{{` without `}}`",
        ),
        ("coding.md", "role: coding\n{{session}}", "unknown placeholder `{{session}}`"),
        ("coding.md", "role: coding\n{{fragment:no}}", "there is no fragment `no`"),
        (
            "fragments/tools.md",
            "{{fragment:tools}}",
            "prompt fragments/tools.md, line 1: a fragment cannot include another",
        ),
        ("fragments/reminder_end.md", "{{used}}", "here are allowed: none"),
        ("codign.md", "", "codign.md: replaces no prompt; the names are initializer.md"),
    ];
    for (name, text, expected) in cases {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("fragments")).unwrap();
        fs::write(dir.path().join(name), text).unwrap();
        let message = Prompts::load(Some(dir.path())).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
}
