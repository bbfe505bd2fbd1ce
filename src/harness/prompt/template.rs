//! A tiny strict template: `{{name}}` is a value, `{{fragment:name}}` another file, anything else in double braces an error.

use super::PromptError;

macro_rules! slots {
    ($($variant:ident = $name:literal),* $(,)?) => {
        /// A placeholder.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Slot { $($variant),* }

        impl Slot {
            const ALL: &[Self] = &[$(Self::$variant),*];

            const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }
    };
}

slots! {
    Project = "project",
    Workspace = "workspace",
    FeatureList = "feature_list",
    Notes = "notes",
    Init = "init",
    TestGlobs = "test_globs",
    SessionFeatures = "session_features",
    Human = "human",
    Session = "session",
    Spec = "spec",
    Verify = "verify",
    Feature = "feature",
    HandedOff = "handed_off",
    Orientation = "orientation",
    Used = "used",
    Dirty = "dirty",
    Rounds = "rounds",
    Repeats = "repeats",
}

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Slot(Slot),
}

/// Finds the text of a fragment by its name.
pub(super) type Fragments<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A checked template.
#[derive(Debug, Clone)]
pub(super) struct Template {
    parts: Vec<Part>,
}

impl Template {
    /// Reads a template that may use the given slots; fragments may use the same, but no further fragments.
    pub(super) fn parse(name: &str, text: &str, allowed: &[Slot], fragments: &Fragments<'_>) -> Result<Self, PromptError> {
        let mut parts = Vec::new();
        parse_into(&mut parts, name, text, allowed, Some(fragments))?;
        Ok(Self { parts })
    }

    /// Fills the template. Where a slot that stands alone on its line is empty, the line and one blank line after it go.
    pub(super) fn fill(&self, value: impl Fn(Slot) -> String) -> String {
        let pieces = self.pieces(value, |_| false);
        pieces.into_iter().map(|piece| piece.text).collect()
    }

    /// As [`Template::fill`], with the slots that `apart` names kept as pieces of their own, empty ones too.
    pub(super) fn pieces(&self, value: impl Fn(Slot) -> String, apart: impl Fn(Slot) -> bool) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut line_begins = true;
        let mut swallow = false;
        for part in &self.parts {
            let (slot, text) = match part {
                Part::Text(text) if swallow => {
                    let rest = text.strip_prefix("\n\n").or_else(|| text.strip_prefix('\n'));
                    swallow = false;
                    (None, rest.unwrap_or(text).to_owned())
                }
                Part::Text(text) => (None, text.clone()),
                Part::Slot(slot) => {
                    let value = value(*slot);
                    swallow = value.is_empty() && line_begins;
                    (apart(*slot).then_some(*slot), value)
                }
            };
            if !text.is_empty() {
                line_begins = text.ends_with('\n');
            }
            match pieces.last_mut() {
                Some(last) if last.slot.is_none() && slot.is_none() => last.text.push_str(&text),
                _ => pieces.push(Piece { slot, text }),
            }
        }
        for piece in pieces.iter_mut().rev() {
            piece.text.truncate(piece.text.trim_end().len());
            if !piece.text.is_empty() {
                break;
            }
        }
        pieces
    }
}

/// A stretch of a filled template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The slot it fills, if that was to be kept apart.
    pub slot: Option<Slot>,
    /// Its text.
    pub text: String,
}

fn parse_into(
    parts: &mut Vec<Part>,
    name: &str,
    text: &str,
    allowed: &[Slot],
    fragments: Option<&Fragments<'_>>,
) -> Result<(), PromptError> {
    let fail = |at: usize, what: String| {
        let line = text.get(..at).unwrap_or("").matches('\n').count() + 1;
        Err(PromptError::Template {
            name: name.to_owned(),
            line,
            what,
        })
    };
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("{{")) {
        let open = at + found;
        parts.push(Part::Text(text.get(at..open).unwrap_or("").to_owned()));
        let inner = text.get(open + 2..).unwrap_or("");
        let Some(length) = inner
            .find("}}")
            .filter(|length| !inner.get(..*length).unwrap_or("").contains('\n'))
        else {
            return fail(open, "`{{` without `}}` on its line".into());
        };
        let word = inner.get(..length).unwrap_or("").trim();
        at = open + 2 + length + 2;
        if let Some(fragment) = word.strip_prefix("fragment:") {
            let Some(fragments) = fragments else {
                return fail(open, "a fragment cannot include another".into());
            };
            let Some(inside) = fragments(fragment) else {
                return fail(open, format!("there is no fragment `{fragment}`"));
            };
            parse_into(parts, &format!("fragments/{fragment}.md"), inside.trim_end(), allowed, None)?;
            continue;
        }
        match Slot::ALL.iter().find(|slot| slot.name() == word && allowed.contains(slot)) {
            Some(slot) => parts.push(Part::Slot(*slot)),
            None => {
                let names: Vec<&str> = allowed.iter().map(|slot| slot.name()).collect();
                let names = if names.is_empty() { "none".into() } else { names.join(", ") };
                return fail(
                    open,
                    format!("unknown placeholder `{{{{{word}}}}}`; here are allowed: {names}"),
                );
            }
        }
    }
    parts.push(Part::Text(text.get(at..).unwrap_or("").to_owned()));
    Ok(())
}
