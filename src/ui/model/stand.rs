//! Where a reader stood when they followed a link.

use super::{Cursor, Model, Page};
use crate::protocol::{FeatureId, Oid, SessionNo};
use crate::ui::layout::{Pane, Zoom};
use crate::ui::transcript::View;

/// What was on the screen.
#[derive(Debug, Clone)]
pub struct Stand {
    pages: Vec<Page>,
    focus: Pane,
    last_list: Pane,
    zoom: Zoom,
    reading: Option<SessionNo>,
    view: Option<(SessionNo, View)>,
    features: Cursor<FeatureId>,
    commits: Cursor<Oid>,
    tests: Cursor<String>,
}

impl Stand {
    /// Remembers what is on the screen.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        let shown = model.shown_session().map(|session| session.number);
        Self {
            pages: model.pages.clone(),
            focus: model.focus,
            last_list: model.last_list,
            zoom: model.zoom,
            reading: model.reading,
            view: shown.and_then(|session| Some((session, model.views.get(&session)?.clone()))),
            features: model.features.clone(),
            commits: model.commits.clone(),
            tests: model.tests.clone(),
        }
    }

    /// Puts it on the screen again.
    pub fn take(self, model: &mut Model) {
        // What belongs to a page that was closed since, a review or an editor, is gone with it.
        let had = |page: &Page| page.subject.has_links() || model.pages.contains(page);
        let pages = self.pages.into_iter().filter(had).collect();
        model.pages = pages;
        (model.focus, model.last_list, model.zoom) = (self.focus, self.last_list, self.zoom);
        model.reading = self.reading;
        if let Some((session, view)) = self.view {
            model.views.insert(session, view);
        }
        (model.features, model.commits, model.tests) = (self.features, self.commits, self.tests);
    }
}
