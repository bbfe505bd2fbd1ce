//! Which keys of the review page can do nothing now, and why.

use super::page;
use crate::ui::keymap::Action;
use crate::ui::model::Model;
use crate::ui::model::review::{Review, Standing, Target};
use crate::ui::page::review::{Change, ROOM_FOR_SPLIT};
use crate::ui::update::availability::{only_watches, watches_another};

/// Says why an action of the page cannot be done now; `None` if it can, or if no review is open.
pub fn refusal(model: &Model, action: Action) -> Option<&'static str> {
    let Some(review) = model.open_review() else {
        return (action == Action::EndProcesses).then_some("this is for while something of the agent waits on its page");
    };
    match action {
        Action::EndProcesses => match (&review.target, &review.standing) {
            (Target::Commit(_), _) => Some("this commit is made, and waits for nothing"),
            (Target::Gate(_), Standing::Gone(_)) => Some("this no longer waits"),
            (Target::Gate(_), _) => watches(model, review),
        },
        Action::Approve | Action::Deny | Action::DenyAndStop => {
            watches(model, review).or_else(|| cannot_decide(model, review, action))
        }
        Action::EditMessage if !review.is_commit() && review.proposed_limit().is_none() => {
            Some("nothing here has a message to edit")
        }
        Action::EditMessage => only_watches(model),
        Action::OtherWords => (!super::has_other_words(review)).then_some("there is no other wording here"),
        Action::SinceLast => review.previous().is_none().then_some("this is the first round"),
        Action::Split if review.query().is_none() => Some("there is nothing to compare here"),
        Action::Split => (model.size.width < ROOM_FOR_SPLIT).then_some("beside each other needs 120 columns"),
        Action::Comment | Action::MarkSeen => {
            let files = matches!(page::change(model, review), Change::Files(_));
            let watches = watches(model, review).filter(|_| action == Action::Comment);
            (!files).then_some("there is no line of a change here").or(watches)
        }
        Action::NextWaiting => {
            let (place, all) = model.place_of(&review.target);
            // A question is nothing to read.
            let all = match (&review.target, only_watches(model)) {
                (Target::Gate(_), Some(_)) => model.state.open_gates.len(),
                _ => all,
            };
            (all <= usize::from(place > 0)).then_some("nothing else waits for you")
        }
        _ => None,
    }
}

/// Says that this window only watches what is reviewed, if it does: a commit that was made needs no run to be looked at.
pub fn watches(model: &Model, review: &Review) -> Option<&'static str> {
    match review.target {
        Target::Gate(_) => only_watches(model),
        Target::Commit(_) => watches_another(model),
    }
}

fn cannot_decide(model: &Model, review: &Review, action: Action) -> Option<&'static str> {
    match (&review.standing, page::change(model, review), &review.target, action) {
        (Standing::Sent, ..) => Some("the answer is on its way"),
        (Standing::Gone(_), ..) => Some("this no longer waits: nothing was sent"),
        (.., Target::Commit(_), Action::Deny | Action::DenyAndStop) => {
            Some("this commit is made: comment on it, or roll back to before it")
        }
        (_, Change::Pending, ..) => Some("the change is not read yet"),
        (_, Change::Failed(_), _, Action::Approve) => Some("what could not be read cannot be approved"),
        _ => None,
    }
}
