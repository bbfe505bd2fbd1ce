//! How entries are laid out in a file, and new text after their manner.
//!
//! Owns white space, key order and the tokens that are written. Invariant: of an entry that is reworded, a step that stays keeps its
//! bytes, and so does everything that the edit does not name; a comment is never repeated.

use super::words::{Beyond, next_id, token};
use crate::harness::feature_list::entry::Roles;
use crate::harness::feature_list::flag;
use crate::harness::feature_list::json::{Member, Node, Value, without_comments};
use crate::harness::feature_list::shown::shown;
use crate::harness::feature_list::source::Splice;
use crate::harness::feature_list::steps;
use crate::protocol::plan::FeatureText;

/// White space of an array: before the first item, between two (with the comma), behind the last.
#[derive(Debug, Clone)]
struct Spacing {
    open: String,
    between: String,
    close: String,
}

/// The manner of a file.
pub struct Layout<'a> {
    text: &'a str,
    beyond: Beyond,
    /// Names of the keys for the text and the steps, as the entries have them.
    names: (&'a str, &'a str),
    /// Of a steps array; that of the first one with steps in it.
    steps: Spacing,
}

/// Values of the flags that a new entry gets, by the place of the member in its model.
pub type Flags = [(usize, String)];

/// What a new entry takes from the list.
pub struct New<'a> {
    /// Ids that are taken.
    pub taken: &'a [&'a str],
    /// Its flags.
    pub flags: &'a Flags,
    /// What it says.
    pub text: &'a FeatureText,
}

impl<'a> Layout<'a> {
    /// Reads the manner of a list from its entries.
    pub fn of(text: &'a str, entries: &'a [Node]) -> Self {
        let member =
            |entry: &'a Node, role: fn(&Roles) -> Option<usize>| role(&roles(entry)).and_then(|at| entry.members().get(at));
        let name = |role: fn(&Roles) -> Option<usize>| {
            entries
                .iter()
                .find_map(|entry| member(entry, role))
                .map(|member| member.key.as_str())
        };
        let steps = entries.iter().filter_map(|entry| member(entry, |roles| roles.steps));
        let steps = steps.filter_map(|member| spacing(text, &member.value)).next();
        Self {
            text,
            beyond: Beyond::of(text),
            names: (
                name(|roles| roles.text).unwrap_or("description"),
                name(|roles| roles.steps).unwrap_or("steps"),
            ),
            steps: steps.unwrap_or_else(|| Spacing {
                open: String::new(),
                between: ", ".to_owned(),
                close: String::new(),
            }),
        }
    }

    /// The manner of a list without entries: the reference's, with the file's line ends.
    pub fn reference(text: &'a str) -> Self {
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let (open, close) = (format!("{end}      "), format!("{end}    "));
        let between = format!(",{open}");
        Self {
            text,
            beyond: Beyond::Plain,
            names: ("description", "steps"),
            steps: Spacing { open, between, close },
        }
    }

    /// The file's line end.
    pub fn line_end(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// An entry as the reference writes it, at the depth of a top-level array.
    pub fn object(&self, text: &FeatureText) -> String {
        let end = self.line_end();
        format!(
            "{{{end}    \"category\": \"functional\",{end}    \"description\": {},{end}    \"steps\": {},{end}    \"passes\": false{end}  }}",
            self.token(&text.description),
            self.array(&text.steps, &self.steps, &[]),
        )
    }

    /// An entry after the manner of `model`: its key order and white space, its category, a new id if it has one. Other keys are left
    /// out: what they say is the model's.
    ///
    /// # Errors
    /// Half a sentence: the model's steps are of a kind that no text makes.
    pub fn like(&self, model: &Node, new: &New<'_>) -> Result<String, &'static str> {
        let (members, roles, text) = (model.members(), roles(model), new.text);
        let mut written: Vec<String> = Vec::new();
        for (at, member) in members.iter().enumerate() {
            let here = Some(at);
            let flag = new.flags.iter().find(|(place, _)| *place == at);
            let value = match flag {
                Some((_, token)) => token.clone(),
                None if here == roles.id => next_id(self.text, &member.value, new.taken, self.beyond),
                None if here == roles.category => self.slice(member.value.span.clone()).to_owned(),
                None if here == roles.text => self.token(&text.description),
                None if here == roles.steps => self.steps_like(&member.value, &text.steps)?,
                None => continue,
            };
            written.push(format!("{}{value}", self.lead(member)));
        }
        if roles.text.is_none() {
            written.push(self.member(members, self.names.0, &self.token(&text.description)));
        }
        if roles.steps.is_none() && !text.steps.is_empty() {
            written.push(self.member(members, self.names.1, &self.array(&text.steps, &self.steps, &[])));
        }
        let open = members.first().map_or("", |first| self.slice(model.span.start + 1..first.at));
        let close = members
            .last()
            .map_or("", |last| self.slice(last.value.span.end..model.span.end.saturating_sub(1)));
        let (open, close) = (without_comments(open), without_comments(close));
        Ok(format!("{{{open}{}{close}}}", written.join(&self.between(model, members))))
    }

    fn steps_like(&self, model: &Node, steps: &[String]) -> Result<String, &'static str> {
        match (&model.value, steps) {
            (Value::Text(_), [one]) => Ok(self.token(one)),
            (Value::Array(items), [_, ..]) if items.iter().any(Node::is_object) => {
                Err("the steps of this list are objects, not texts")
            }
            (Value::Object(_), [_, ..]) => Err("the checks of this list are objects, not texts"),
            _ => {
                let own = spacing(self.text, model);
                Ok(self.array(steps, own.as_ref().unwrap_or(&self.steps), &[]))
            }
        }
    }

    /// The text that changes where an entry says something else.
    ///
    /// # Errors
    /// Half a sentence: its steps are of a kind that cannot be changed so.
    pub fn reword(&self, entry: &Node, text: &FeatureText) -> Result<Vec<Splice>, &'static str> {
        let (members, roles) = (entry.members(), roles(entry));
        let at = |place: Option<usize>| place.and_then(|place| members.get(place));
        let mut splices = Vec::new();
        let mut missing = Vec::new();
        match at(roles.text) {
            Some(member) if shown(self.text, &member.value) == text.description => {}
            Some(member) => splices.push((member.value.span.clone(), self.token(&text.description))),
            None if text.description.is_empty() => {}
            None => missing.push(self.member(members, self.names.0, &self.token(&text.description))),
        }
        match at(roles.steps) {
            Some(member) => splices.extend(self.restep(&member.value, &text.steps)?),
            None if text.steps.is_empty() => {}
            None => missing.push(self.member(members, self.names.1, &self.array(&text.steps, &self.steps, &[]))),
        }
        if let (Some(last), false) = (members.last(), missing.is_empty()) {
            let gap = self.between(entry, members);
            let at = last.value.span.end;
            splices.push((at..at, missing.iter().map(|member| format!("{gap}{member}")).collect()));
        }
        Ok(splices)
    }

    /// Changes steps one by one where their number stays, else writes the array anew; a step that stays keeps its bytes.
    fn restep(&self, value: &Node, new: &[String]) -> Result<Vec<Splice>, &'static str> {
        if steps::read(self.text, value) == new {
            return Ok(Vec::new());
        }
        let items = match (&value.value, new) {
            (Value::Array(items), _) => items,
            (Value::Object(_), _) => return Err("its checks are an object, not texts"),
            (Value::Text(_), [one]) => return Ok(vec![(value.span.clone(), self.token(one))]),
            _ => return Ok(vec![(value.span.clone(), self.array(new, &self.steps, &[]))]),
        };
        if items.len() == new.len() {
            let changed = items
                .iter()
                .zip(new)
                .filter(|(item, step)| steps::step(self.text, item) != **step);
            let splice = |(item, step): (&Node, &String)| match steps::words(item) {
                Some(words) => (words.value.span.clone(), self.token(step.trim_end_matches(steps::DONE))),
                None => (item.span.clone(), self.token(step)),
            };
            return Ok(changed.map(splice).collect());
        }
        if items.iter().any(Node::is_object) {
            return Err("its steps are objects, so their number cannot be changed here");
        }
        if self.has_comments(value) {
            return Err("a comment stands between its steps, which would be lost");
        }
        let own = spacing(self.text, value);
        let spacing = own.as_ref().unwrap_or(&self.steps);
        Ok(vec![(value.span.clone(), self.array(new, spacing, items))])
    }

    fn has_comments(&self, array: &Node) -> bool {
        let ends = array.items().iter().map(|item| (item.span.start, item.span.end));
        let closing = (array.span.end, array.span.end);
        let mut at = array.span.start;
        ends.chain(std::iter::once(closing)).any(|(start, end)| {
            let gap = self.slice(at..start);
            at = end;
            gap.contains('/')
        })
    }

    /// Writes an array of strings; where one says what an item of `kept` says, the item's bytes are used.
    fn array(&self, steps: &[String], spacing: &Spacing, kept: &[Node]) -> String {
        if steps.is_empty() {
            return "[]".to_owned();
        }
        let item = |step: &String| {
            let old = kept.iter().find(|item| shown(self.text, item) == *step);
            old.map_or_else(|| self.token(step), |item| self.slice(item.span.clone()).to_owned())
        };
        let items: Vec<String> = steps.iter().map(item).collect();
        format!("[{}{}{}]", spacing.open, items.join(&spacing.between), spacing.close)
    }

    /// A member's key and colon, as they stand.
    fn lead(&self, member: &Member) -> String {
        let raw = self.slice(member.at..member.value.span.start);
        let colon = raw.rfind(':').and_then(|at| raw.get(at..)).unwrap_or(":");
        if colon.trim() == ":" && !raw.contains('/') {
            raw.to_owned()
        } else {
            format!("{}: ", self.token(&member.key))
        }
    }

    /// A member that an entry has not got yet.
    fn member(&self, members: &[Member], key: &str, value: &str) -> String {
        let colon = members.first().map_or_else(
            || ": ".to_owned(),
            |first| {
                let lead = self.lead(first);
                lead.rfind('"')
                    .and_then(|quote| lead.get(quote + 1..))
                    .unwrap_or(": ")
                    .to_owned()
            },
        );
        format!("\"{key}\"{colon}{value}")
    }

    /// What stands between two members of an entry.
    fn between(&self, entry: &Node, members: &[Member]) -> String {
        match members {
            [first, second, ..] => without_comments(self.slice(first.value.span.end..second.at)),
            [only] => {
                let lead = without_comments(self.slice(entry.span.start + 1..only.at));
                format!(",{}", if lead.is_empty() { " " } else { &lead })
            }
            [] => ", ".to_owned(),
        }
    }

    fn token(&self, text: &str) -> String {
        token(text, self.beyond)
    }

    fn slice(&self, span: std::ops::Range<usize>) -> &'a str {
        self.text.get(span).unwrap_or("")
    }
}

/// Which member of an entry is what.
pub fn roles(entry: &Node) -> Roles {
    let (_, flags) = flag::read(entry.members(), entry.span.start);
    Roles::of(entry.members(), flags)
}

/// The white space of an array with items.
fn spacing(text: &str, array: &Node) -> Option<Spacing> {
    let items = array.items();
    let (first, last) = (items.first()?, items.last()?);
    let open = without_comments(text.get(array.span.start + 1..first.span.start)?);
    let close = without_comments(text.get(last.span.end..array.span.end.checked_sub(1)?)?);
    let between = match items.get(1) {
        Some(second) => without_comments(text.get(first.span.end..second.span.start)?),
        None => format!(",{}", if open.is_empty() { " " } else { &open }),
    };
    Some(Spacing { open, between, close })
}
