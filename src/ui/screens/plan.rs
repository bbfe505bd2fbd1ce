//! Editing the feature list: the menu of edits and the forms.

use super::*;
use crate::protocol::event::{FeatureFlipped, FeatureListEdited, FlipBy};
use crate::protocol::{Evidence, EvidenceKind, FeatureEdit};

const SMALL: [(u16, u16); 3] = [(60, 20), (80, 24), (120, 40)];

fn selecting(size: (u16, u16)) -> Model {
    let mut model = live(size);
    perform(&mut model, Action::FocusFeatures, &mut Vec::new());
    perform(&mut model, Action::Bottom, &mut Vec::new());
    model.settle();
    model
}

/// A form that says what is wrong with it.
pub(super) fn in_trouble(size: (u16, u16)) -> Model {
    let mut model = selecting(size);
    perform(&mut model, Action::FlipFeature, &mut Vec::new());
    perform(&mut model, Action::SaveText, &mut Vec::new());
    model
}

#[test]
fn the_menu_and_the_forms() {
    for size in SMALL {
        let mut model = selecting(size);
        keys(&mut model, "e");
        check("plan-menu", &mut model);
        for (name, action) in [
            ("plan-reword", Action::RewordFeature),
            ("plan-add", Action::AddFeature),
            ("plan-split", Action::SplitFeature),
        ] {
            let mut model = selecting(size);
            perform(&mut model, action, &mut Vec::new());
            check(name, &mut model);
        }
    }
    for size in SMALL {
        let mut model = live(size);
        keys(&mut model, "1 g g e r");
        keys(&mut model, "! C-s");
        check("plan-does-it-still-pass", &mut model);
    }
    let mut model = in_trouble((60, 20));
    check("plan-flip-without-a-reason", &mut model);
    update(&mut model, Msg::Paste("Tried it on three machines.".into()));
    perform(&mut model, Action::SaveText, &mut Vec::new());
    check("plan-on-its-way", &mut model);
}

#[test]
fn a_person_s_edits_stand_beside_the_feature() {
    let mut model = selecting((80, 24));
    tell(
        &mut model,
        FeatureListEdited {
            by: "human".into(),
            edit: FeatureEdit::Flip {
                feature: "F014".into(),
                passes: true,
                word: None,
            },
            title: "F014 passes".into(),
            reason: "tried it on three machines".into(),
            renamed: Vec::new(),
            commit: Some("1234567890abcdef".into()),
        },
    );
    tell(
        &mut model,
        FeatureFlipped {
            feature: "F014".into(),
            from: FeatureStatus::Failing,
            to: FeatureStatus::Passing,
            by: FlipBy::Human,
            evidence: Some(Evidence {
                kind: EvidenceKind::Human,
                summary: "by hand".into(),
                tree: None,
                session: SessionNo(8),
            }),
            reason: "tried it on three machines".into(),
        },
    );
    model.pages = vec![Page::new(Subject::Feature("F014".into()))];
    check("plan-feature-page", &mut model);
}
