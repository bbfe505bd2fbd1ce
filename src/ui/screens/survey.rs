//! What lies in a directory of another harness, at the sizes that matter.

use super::*;
use crate::protocol::Answer;
use crate::ui::msg::Effect;
use crate::ui::samples::sample_survey;

#[test]
fn what_lies_in_a_directory_of_another_harness() {
    for size in SIZES {
        let mut model = empty(Mode::Offline, size);
        let asked = keys(&mut model, "D");
        assert_eq!(asked, [Effect::Ask(Query::Survey)]);
        update(
            &mut model,
            Msg::Answered(Query::Survey, Answer::Survey(Box::new(sample_survey()))),
        );
        check("survey", &mut model);
        keys(&mut model, "=");
        let all = screen(&mut model);
        keys(&mut model, "-");
        assert_ne!(all, screen(&mut model));
        assert!(!screen(&mut model).contains("Tags can be filtered"), "folded");
        keys(&mut model, "J J J J Enter G");
        check("survey-script", &mut model);
    }
}

#[test]
fn an_empty_directory_and_one_that_cannot_be_looked_into_say_so() {
    let mut model = empty(Mode::Offline, (80, 24));
    keys(&mut model, "D");
    update(&mut model, Msg::Answered(Query::Survey, Answer::Survey(Box::default())));
    check("survey-empty", &mut model);
    // It is looked for anew whenever the page is opened.
    assert_eq!(keys(&mut model, "Esc D"), [Effect::Ask(Query::Survey)]);
    let message = "gone".to_owned();
    update(&mut model, Msg::Answered(Query::Survey, Answer::Failed { message }));
    assert!(screen(&mut model).contains("cannot be looked into: gone"));
}
