//! Composing: the sections are the message, rules change what they say and nothing else.

use super::*;
use crate::harness::prompt::HandOff;
use crate::protocol::{Feature, FeatureId, SessionNo};

fn facts() -> Facts {
    Facts {
        project: "notes".into(),
        workspace: "/w/notes".into(),
        feature_list: "feature_list.json".into(),
        test_globs: vec!["tests/**".into()],
        features_per_session: 1,
        session: SessionNo(3),
        spec: Some("A note taker.".into()),
        verify_command: Some("sh tests/run.sh".into()),
        feature: Some((
            Feature {
                id: FeatureId::from("F002"),
                description: "Lists notes".into(),
                ..Feature::default()
            },
            "regressed".into(),
        )),
        handed_off: Some(HandOff {
            words: "half of it".into(),
            repeated: None,
        }),
        ..Facts::default()
    }
}

fn part(name: &str, text: &str) -> OrientationPart {
    OrientationPart {
        name: name.into(),
        command: format!("show {name}"),
        text: text.into(),
    }
}

fn parts() -> [OrientationPart; 3] {
    [
        part("git log", "abc first"),
        part("git status", "clean"),
        part("files of F002", "list.sh: 3 lines"),
    ]
}

fn compose(role: Role, rules: &WindowRules) -> Window {
    Window::compose(&Prompts::load(None).unwrap(), role, &facts(), &parts(), rules)
}

fn ruled_by(id: &str, rule: SectionRule) -> WindowRules {
    let mut rules = WindowRules::default();
    rules.set(SectionId::new(id), rule, RuleSpan::Once);
    rules
}

fn names(window: &Window) -> Vec<&str> {
    window.sections.iter().map(|section| section.id.as_str()).collect()
}

#[test]
fn a_coding_window_has_its_sections_in_order() {
    let window = compose(Role::Coding, &WindowRules::default());
    assert_eq!(
        names(&window),
        [
            "system",
            "system: what a session is",
            "system: tools",
            "system: a clean state",
            "system: rules the harness holds",
            "opening",
            "hand-off",
            "before the orientation",
            "git log",
            "git status",
            "feature files",
            "after the orientation",
            "checks",
            "feature",
            "closing",
        ]
    );
}

#[test]
fn without_rules_the_sections_are_the_prompts_byte_for_byte() {
    let prompts = Prompts::load(None).unwrap();
    for role in [Role::Coding, Role::Initializer] {
        let window = compose(role, &WindowRules::default());
        assert_eq!(window.system(), prompts.system(role, &facts()));
        let orientation = orient::text(&parts());
        let whole: String = prompts
            .first_message(role, &facts(), |block| {
                (block == Block::Orientation).then(|| orientation.clone())
            })
            .into_iter()
            .map(|piece| piece.text)
            .collect();
        assert_eq!(window.first(), whole);
        assert_eq!(window.parts, parts());
        assert!(window.sections.iter().all(|section| section.sent.trim() == section.natural));
    }
}

#[test]
fn a_section_that_is_off_is_gone_without_a_gap() {
    for id in ["git log", "git status", "feature files", "hand-off", "checks"] {
        let window = compose(Role::Coding, &ruled_by(id, SectionRule::Off));
        let section = window.sections.iter().find(|section| section.id.as_str() == id).unwrap();
        assert_eq!(section.sent.trim(), "");
        assert!(!window.first().contains(&section.natural), "{id}");
        assert!(!window.first().contains("\n\n\n"), "{id}: {}", window.first());
        assert!(window.sent().iter().all(|sent| sent.section.as_str() != id));
    }
    let window = compose(Role::Coding, &ruled_by("git log", SectionRule::Off));
    assert_eq!(window.parts.len(), 2);
    let window = compose(Role::Coding, &ruled_by("system: a clean state", SectionRule::Off));
    assert!(!window.system().contains("## A clean state") && window.system().contains("## Rules"));
}

#[test]
fn an_edited_section_says_what_the_person_wrote() {
    let edited = |text: &str| SectionRule::Edited { text: text.into() };
    let window = compose(
        Role::Coding,
        &ruled_by("git log", edited("## git log\nwhat matters: abc\n\n")),
    );
    assert!(
        window.first().contains("## git log\nwhat matters: abc\n\n## git status"),
        "{}",
        window.first()
    );
    assert_eq!(window.parts[0].text, "what matters: abc");
    let window = compose(Role::Coding, &ruled_by("checks", edited("Run everything.")));
    assert!(
        window.first().contains("</orientation>\n\nRun everything.\n\nYour feature"),
        "{}",
        window.first()
    );
}

#[test]
fn what_the_method_needs_follows_no_rule() {
    for id in ["system", "system: rules the harness holds", "feature", "opening", "closing"] {
        let window = compose(Role::Coding, &ruled_by(id, SectionRule::Off));
        assert_eq!(window.first(), compose(Role::Coding, &WindowRules::default()).first());
        assert_eq!(window.system(), compose(Role::Coding, &WindowRules::default()).system());
        let section = window.sections.iter().find(|section| section.id.as_str() == id).unwrap();
        assert!(section.fixed.is_some() && section.rule.is_none(), "{id}");
    }
}

#[test]
fn with_everything_off_the_frame_stays_whole() {
    let mut rules = WindowRules::default();
    for id in ["git log", "git status", "feature files", "hand-off", "checks"] {
        rules.set(SectionId::new(id), SectionRule::Off, RuleSpan::Always);
    }
    let text = compose(Role::Coding, &rules).first();
    assert!(
        text.contains("<orientation>\n</orientation>\n\nYour feature is **F002**"),
        "{text}"
    );
}
