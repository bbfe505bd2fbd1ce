//! Where everything stands for a given size, focus and zoom. Pure arithmetic, shared by update (which must know how
//! many rows a pane shows) and view.
//!
//! A pane is a title row and the rows below it; columns are parted by one column of rule. There is no outer frame:
//! at 80 columns two columns of frame are two columns of text.

use ratatui::layout::{Rect, Size};

/// A pane of the main view.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    /// The feature list.
    #[default]
    Features,
    /// The transcript.
    Transcript,
    /// Commits.
    Git,
    /// Tests.
    Tests,
}

impl Pane {
    /// All panes in the order of their digits.
    pub const ALL: [Self; 4] = [Self::Features, Self::Transcript, Self::Git, Self::Tests];

    /// Returns the digit that focuses it.
    #[must_use]
    pub const fn digit(self) -> usize {
        self as usize + 1
    }

    /// Returns its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Features => "Features",
            Self::Transcript => "Transcript",
            Self::Git => "Git",
            Self::Tests => "Tests",
        }
    }
}

/// How much room the focused pane takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Zoom {
    /// Its usual place.
    #[default]
    Normal,
    /// Half of the screen at least.
    Half,
    /// All of it.
    Full,
}

/// A pane's place: its title row and its body, which is empty if the pane is squashed to its title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which pane.
    pub pane: Pane,
    /// Title row and body together.
    pub area: Rect,
}

impl Place {
    /// Returns the rows below the title.
    #[must_use]
    pub const fn body(&self) -> Rect {
        Rect {
            y: self.area.y.saturating_add(1),
            height: self.area.height.saturating_sub(1),
            ..self.area
        }
    }

    /// Says whether only the title is shown.
    #[must_use]
    pub const fn squashed(&self) -> bool {
        self.area.height <= 1
    }
}

/// The main view, laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// First row.
    pub header: Rect,
    /// Panes in reading order; those that are not on the screen are missing.
    pub places: Vec<Place>,
    /// The third column's upper part: what is selected, in detail.
    pub preview: Option<Rect>,
    /// Columns of rule between columns of panes.
    pub rules: Vec<Rect>,
    /// Last row.
    pub footer: Rect,
}

/// The smallest screen that shows panes.
pub const SMALLEST: Size = Size { width: 40, height: 10 };

impl Layout {
    /// Finds a pane's place.
    #[must_use]
    pub fn place(&self, pane: Pane) -> Option<&Place> {
        self.places.iter().find(|place| place.pane == pane)
    }

    /// Lays out a screen.
    #[must_use]
    pub fn of(size: Size, focus: Pane, zoom: Zoom) -> Self {
        let header = Rect::new(0, 0, size.width, size.height.min(1));
        let footer = Rect::new(
            0,
            size.height.saturating_sub(1),
            size.width,
            size.height.saturating_sub(1).min(1),
        );
        let body = Rect::new(0, 1, size.width, size.height.saturating_sub(2));
        let mut layout = Self {
            header,
            places: Vec::with_capacity(4),
            preview: None,
            rules: Vec::new(),
            footer,
        };
        let single = size.width < 80 || size.height < 20;
        if single || zoom == Zoom::Full {
            layout.places.push(Place { pane: focus, area: body });
        } else if zoom == Zoom::Half {
            layout.half(body, focus);
        } else if size.width >= 170 && size.height >= 40 {
            layout.three_columns(body, focus);
        } else {
            layout.two_columns(body, focus);
        }
        layout
    }

    fn split(&mut self, body: Rect, left: u16) -> (Rect, Rect) {
        let rule = Rect::new(body.x + left, body.y, 1, body.height);
        self.rules.push(rule);
        let right = Rect::new(rule.x + 1, body.y, body.width.saturating_sub(left + 1), body.height);
        (Rect { width: left, ..body }, right)
    }

    /// Stacks panes in a column. `shares` are rows wanted including the title; the one marked to grow takes the rest.
    fn stack(&mut self, column: Rect, wanted: &[(Pane, u16)], grow: Pane) {
        let fixed: u16 = wanted.iter().filter(|(pane, _)| *pane != grow).map(|(_, rows)| *rows).sum();
        let mut y = column.y;
        for (pane, rows) in wanted {
            let rows = if *pane == grow {
                column.height.saturating_sub(fixed)
            } else {
                *rows
            };
            self.places.push(Place {
                pane: *pane,
                area: Rect::new(column.x, y, column.width, rows),
            });
            y += rows;
        }
    }

    fn two_columns(&mut self, body: Rect, focus: Pane) {
        let roomy = body.width >= 110 && body.height >= 28;
        let left_width = if roomy {
            (body.width * 33 / 100).clamp(38, 52)
        } else {
            (body.width * 27 / 80).clamp(27, 36)
        };
        let (left, right) = self.split(body, left_width);
        if roomy {
            // Features over tests; the transcript over the commits.
            let low = (body.height / 3).clamp(8, 14);
            self.stack(left, &[(Pane::Features, 0), (Pane::Tests, low)], Pane::Features);
            let commits = (body.height / 4).clamp(6, 10);
            self.stack(right, &[(Pane::Transcript, 0), (Pane::Git, commits)], Pane::Transcript);
            return;
        }
        // One list open, the others squashed to their titles with counts.
        let open = if focus == Pane::Transcript { Pane::Features } else { focus };
        if body.height >= 34 {
            self.stack(left, &[(Pane::Features, 0), (Pane::Git, 9), (Pane::Tests, 9)], Pane::Features);
        } else {
            self.stack(left, &[(Pane::Features, 1), (Pane::Git, 1), (Pane::Tests, 1)], open);
        }
        self.stack(right, &[(Pane::Transcript, 0)], Pane::Transcript);
    }

    fn three_columns(&mut self, body: Rect, _focus: Pane) {
        let left_width = (body.width * 24 / 100).clamp(42, 56);
        let (left, rest) = self.split(body, left_width);
        let right_width = (body.width * 29 / 100).clamp(48, 80);
        let (middle, right) = self.split(rest, rest.width.saturating_sub(right_width + 1));
        self.stack(left, &[(Pane::Features, 0), (Pane::Git, body.height * 2 / 5)], Pane::Features);
        self.stack(middle, &[(Pane::Transcript, 0)], Pane::Transcript);
        let tests = body.height * 2 / 5;
        self.preview = Some(Rect {
            height: body.height.saturating_sub(tests),
            ..right
        });
        self.places.push(Place {
            pane: Pane::Tests,
            area: Rect::new(right.x, body.y + body.height.saturating_sub(tests), right.width, tests),
        });
    }

    fn half(&mut self, body: Rect, focus: Pane) {
        let left_width = (body.width * 2 / 5).min(body.width / 2);
        let (left, right) = self.split(body, left_width);
        let others: Vec<Pane> = Pane::ALL.into_iter().filter(|pane| *pane != focus).collect();
        let open = if focus == Pane::Transcript {
            Pane::Features
        } else {
            Pane::Transcript
        };
        let rows = if body.height >= 34 { body.height / 4 } else { 1 };
        let wanted: Vec<(Pane, u16)> = others.iter().map(|pane| (*pane, rows)).collect();
        self.stack(left, &wanted, open);
        self.stack(right, &[(focus, 0)], focus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(width: u16, height: u16) -> Layout {
        Layout::of(Size { width, height }, Pane::Features, Zoom::Normal)
    }

    #[test]
    fn eighty_by_twenty_four_shows_features_and_transcript_and_two_titles() {
        let layout = at(80, 24);
        assert_eq!(layout.place(Pane::Features).unwrap().area, Rect::new(0, 1, 27, 20));
        assert!(layout.place(Pane::Git).unwrap().squashed());
        assert!(layout.place(Pane::Tests).unwrap().squashed());
        assert_eq!(layout.place(Pane::Transcript).unwrap().area, Rect::new(28, 1, 52, 22));
        let focused = Layout::of(Size { width: 80, height: 24 }, Pane::Tests, Zoom::Normal);
        assert!(!focused.place(Pane::Tests).unwrap().squashed());
        assert!(focused.place(Pane::Features).unwrap().squashed());
    }

    #[test]
    fn wide_screens_have_a_third_column_and_narrow_ones_a_single_pane() {
        assert!(at(200, 60).preview.is_some());
        assert_eq!(at(200, 60).places.len(), 4);
        assert_eq!(at(79, 60).places.len(), 1);
        assert_eq!(at(200, 19).places.len(), 1);
    }

    proptest! {
        #[test]
        fn nothing_overlaps_or_leaves_the_screen(width in 0u16..260, height in 0u16..120, focus in 0usize..4, zoom in 0usize..3) {
            let zoom = [Zoom::Normal, Zoom::Half, Zoom::Full][zoom];
            let layout = Layout::of(Size { width, height }, Pane::ALL[focus], zoom);
            let screen = Rect::new(0, 0, width, height);
            let mut areas: Vec<Rect> = layout.places.iter().map(|place| place.area).collect();
            areas.extend(layout.preview);
            areas.extend(&layout.rules);
            areas.extend([layout.header, layout.footer]);
            areas.retain(|area| !area.is_empty());
            for (index, area) in areas.iter().enumerate() {
                prop_assert_eq!(area.intersection(screen), *area);
                for other in &areas[index + 1..] {
                    prop_assert!(!area.intersects(*other), "{:?} {:?}", area, other);
                }
            }
        }
    }
}
