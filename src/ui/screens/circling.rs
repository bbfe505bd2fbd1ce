//! A run whose work goes round: header, panes, the feature's page, the question in the end.

use super::*;
use crate::protocol::QuestionId;
use crate::protocol::event::QuestionAsked;
use crate::ui::samples::sample_circling;
use crate::ui::testing::undisturbed;

fn circling(size: (u16, u16)) -> Model {
    let mut model = undisturbed(size);
    for event in sample_circling(&model.state) {
        tell(&mut model, event);
    }
    model
}

/// The question that a person is asked in the end.
fn question() -> QuestionAsked {
    let choices = [
        "go on: a fresh session tries F008 again",
        "skip F008 for the rest of this run",
        "stop the run",
    ];
    QuestionAsked {
        default: None,
        question: QuestionId(9),
        text: "F008 goes round: 2 sessions were ended for it. The last one repeated: `sh tests/run.sh tests/08-tags.sh` failed 14 \
               times in the same way.\n\nWhat shall become of F008? An answer in your own words goes to the agent as a message, and it \
               tries again."
            .into(),
        choices: choices.map(str::to_owned).into(),
        about: Some("F008".into()),
        until: None,
    }
}

#[test]
fn work_that_goes_round_is_told_by_word_and_spark_line() {
    for size in SIZES {
        let mut model = circling(size);
        check("circling", &mut model);
        model.pages = vec![Page::new(Subject::Feature("F008".into()))];
        check("circling-feature", &mut model);
    }
    let mut model = circling((120, 40));
    model.appearance.ascii = true;
    check("circling-ascii", &mut model);
}

#[test]
fn a_person_is_asked_what_becomes_of_the_feature() {
    for size in SIZES {
        let mut model = undisturbed(size);
        tell(&mut model, question());
        perform(&mut model, Action::Answer, &mut Vec::new());
        check("circling-question", &mut model);
    }
}
