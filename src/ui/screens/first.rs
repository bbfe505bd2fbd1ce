//! What is shown before a run of this window: the past, a first start, a screen that has read nothing yet.

use super::*;

#[test]
fn watching_and_looking_back_is_said() {
    let mut model = live((80, 24));
    model.mode = Mode::Following;
    check("following", &mut model);
    model.mode = Mode::Offline;
    check("offline", &mut model);
}

#[test]
fn first_start() {
    for size in [(40, 12), (80, 24), (120, 40)] {
        check("start-empty", &mut empty(Mode::Offline, size));
        let mut model = empty(Mode::Offline, size);
        let feature = |index: u32| Feature {
            id: format!("#{index}").into(),
            description: "something".into(),
            status: if index <= 142 {
                FeatureStatus::Passing
            } else {
                FeatureStatus::Failing
            },
            ..Feature::default()
        };
        tell(
            &mut model,
            FeatureListLoaded {
                path: "feature_list.json".into(),
                features: (1..=200).map(feature).collect(),
                notices: Vec::new(),
            },
        );
        let commit = CommitInfo {
            id: "1234567890abcdef".into(),
            subject: "first".into(),
            author: "Ada".into(),
            time: jiff::Timestamp::UNIX_EPOCH,
        };
        tell(
            &mut model,
            RepositoryObserved {
                branch: "main".into(),
                head: None,
                commits: vec![commit],
                total: 57,
                dirty: vec!["?? a".into(), " M b".into()],
            },
        );
        check("start-other-harness", &mut model);
    }
}

#[test]
fn the_empty_screen_before_anything_is_read() {
    let mut model = Model::plain(Mode::Live, Size { width: 80, height: 24 });
    check("opening", &mut model);
}
