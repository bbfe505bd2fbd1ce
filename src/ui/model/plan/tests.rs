//! Forms over the plan: what they start from, refuse and send.

use super::*;

fn feature(description: &str, steps: &[&str]) -> Feature {
    Feature {
        id: "F1".into(),
        description: description.into(),
        steps: steps.iter().map(|step| (*step).to_owned()).collect(),
        ..Feature::default()
    }
}

fn open(wanted: Wanted, feature: &Feature) -> Result<(FeatureForm, String), &'static str> {
    FeatureForm::open(wanted, Some(feature), Base::default())
}

fn reword() -> Wanted {
    Wanted::Reword { feature: "F1".into() }
}

#[test]
fn a_feature_reads_back_as_it_was_and_changed_words_as_they_were_typed() {
    let feature = feature(" Logs in\n\nwith a key ", &["open", "type\nand press Enter", " look "]);
    let (form, text) = open(reword(), &feature).unwrap();
    assert_eq!(
        text,
        "Logs in\n\nwith a key\n\n- open\n- type\n  and press Enter\n- look\n\nreason: "
    );
    assert_eq!(form.cursor(&text), (2, 10), "behind the last word of the description");
    assert_eq!(form.read(&text).unwrap_err(), "nothing was changed yet");
    let typed = text
        .replace("- open", "- go\n-\n- open")
        .replace("reason: ", "reason: for\nclarity");
    let (edit, reason) = form.read(&typed).unwrap();
    let FeatureEdit::Reword { text, .. } = edit else { panic!() };
    assert_eq!(
        text.description, " Logs in\n\nwith a key ",
        "untouched, its white space is the list's"
    );
    assert_eq!(text.steps, ["go", "open", "type\nand press Enter", " look "]);
    assert_eq!(reason, "for\nclarity");
}

#[test]
fn what_becomes_of_the_flag_of_a_passing_feature_that_gets_other_words_is_asked() {
    let mut feature = feature("Logs in", &["open"]);
    feature.status = FeatureStatus::Passing;
    let (form, text) = open(reword(), &feature).unwrap();
    assert_eq!(text, "Logs in\n\n- open\n\nreason: ");
    assert!(form.rules().contains("evidence of the old words"));
    let read = |proof, text: &str| {
        let form = FeatureForm { proof, ..form.clone() };
        match form.read(text) {
            Ok((FeatureEdit::Reword { unproven, .. }, _)) => Ok((unproven, form.asks_for_proof())),
            Ok(_) => panic!("another edit"),
            Err(why) => Err(why),
        }
    };
    let typed = text.replace("Logs in", "Logs out");
    assert_eq!(read(None, &typed), Ok((false, true)), "it is asked, and not flipped before");
    assert_eq!(read(Some(Proof::Stands), &typed), Ok((false, false)));
    assert!(read(Some(Proof::Anew), &typed).unwrap_err().contains("say why"));
    let reasoned = format!("{typed}other words");
    assert_eq!(read(Some(Proof::Anew), &reasoned), Ok((true, false)));
    assert!(
        !open(
            reword(),
            &Feature {
                status: FeatureStatus::Failing,
                ..feature.clone()
            }
        )
        .unwrap()
        .0
        .asks_for_proof()
    );
}

#[test]
fn a_split_needs_two_descriptions_and_one_line_between() {
    let feature = feature("Logs in and out", &["log in", "log out"]);
    let (form, text) = open(Wanted::Split { feature: "F1".into() }, &feature).unwrap();
    assert_eq!(form.cursor(&text), (6, 0));
    assert!(form.read(&text).unwrap_err().contains("begins with its description"));
    let typed = "Logs in\n- log in\n---\nLogs out\n- log out\nreason: two things";
    let (edit, reason) = form.read(typed).unwrap();
    let FeatureEdit::Split { first, second, .. } = edit else {
        panic!()
    };
    assert_eq!(
        (first.description.as_str(), second.description.as_str()),
        ("Logs in", "Logs out")
    );
    assert_eq!(
        (second.steps.as_slice(), reason.as_str()),
        (["log out".to_owned()].as_slice(), "two things")
    );
    assert!(
        form.read(&typed.replace("---", ""))
            .unwrap_err()
            .contains("write two features")
    );
    let (form, _) = open(reword(), &feature).unwrap();
    assert!(form.read(typed).unwrap_err().contains("here is only one"));
}

#[test]
fn a_flip_asks_for_its_reason_and_a_new_feature_for_its_words() {
    let feature = feature("x", &[]);
    let wanted = Wanted::Flip {
        feature: "F1".into(),
        passes: true,
    };
    let (form, text) = open(wanted, &feature).unwrap();
    assert!(form.read(&text).unwrap_err().contains("say why"));
    assert_eq!(form.read(" tried it\n").unwrap().1, "tried it");
    let (form, text) = open(
        Wanted::Add {
            after: Some("F1".into()),
        },
        &feature,
    )
    .unwrap();
    assert!(form.read(&text).unwrap_err().contains("begins with its description"));
    let (edit, _) = form.read(&format!("Greets{text}")).unwrap();
    let FeatureEdit::Add { text, .. } = edit else { panic!() };
    assert_eq!((text.description.as_str(), text.steps.len()), ("Greets", 0));
}

#[test]
fn words_that_look_like_marks_are_not_put_into_a_form() {
    for (description, steps) in [("- x", &[][..]), ("a\n- b", &[]), ("a", &[""])] {
        assert!(
            open(reword(), &feature(description, steps)).is_err(),
            "{description:?} {steps:?}"
        );
    }
    assert!(
        open(reword(), &feature("a", &["b\n- c", "- d\nreason: e"])).is_ok(),
        "marks count at a line's start alone"
    );
    let split = Wanted::Split { feature: "F1".into() };
    assert!(open(split, &feature("a\n---\nb", &[])).is_err());
}
