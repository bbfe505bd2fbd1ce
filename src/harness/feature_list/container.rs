//! Where in a document the features stand.
//!
//! Owns the search by key name ([`CONTAINERS`], [`GROUPS`]); never by size. Invariant: what is found is every element of the arrays
//! that are named in [`Container::path`], in file order; nothing is left out and nothing taken from elsewhere.

use super::json::{Member, Node, Value};
use super::vocabulary::{CONTAINERS, FLAGS, GROUPS, IDS, STEPS, TEXTS, TITLES, same};

/// Deepest nesting of groups in groups.
const MAX_LEVELS: usize = 4;

/// Where the features stand.
#[derive(Debug)]
pub struct Container<'n> {
    /// `$` for a top-level array, else key names: `features`, `phases[].features`.
    pub path: String,
    /// The arrays, in file order.
    pub parts: Vec<Part<'n>>,
    /// What was passed over or is in the way, with its byte offset.
    pub oddities: Vec<(usize, String)>,
}

/// One array of features.
#[derive(Debug)]
pub struct Part<'n> {
    /// The array.
    pub array: &'n Node,
    /// The object that groups it, if one does.
    pub group: Option<&'n Node>,
}

/// Finds the features of a document.
///
/// # Errors
/// Half a sentence that says what the document is instead.
pub fn find(root: &Node) -> Result<Container<'_>, String> {
    let mut container = Container {
        path: "$".to_owned(),
        parts: Vec::new(),
        oddities: Vec::new(),
    };
    match &root.value {
        Value::Array(items) => {
            if !items.is_empty() && !items.iter().any(Node::is_object) {
                return Err("an array without a single object in it".into());
            }
            if container.grouped(root, "$", 0) {
                return Ok(container);
            }
            if !items.is_empty() && !items.iter().any(tells) {
                return Err("an array whose objects have neither a flag nor a text that a feature could have".into());
            }
            container.parts.push(Part {
                array: root,
                group: None,
            });
            Ok(container)
        }
        Value::Object(members) if container.within(members, None, "", 0) => {
            container.passed_over(members);
            Ok(container)
        }
        _ => Err(describe(root)),
    }
}

impl<'n> Container<'n> {
    /// Looks for features in an object: by a key of their own first, else in its groups.
    fn within(&mut self, members: &'n [Member], group: Option<&'n Node>, path: &str, level: usize) -> bool {
        if let Some(member) = direct(members) {
            let path = joined(path, &member.key);
            if !self.grouped(&member.value, &path, level) {
                self.named(path);
                let array = &member.value;
                self.parts.push(Part { array, group });
            }
            return true;
        }
        let groups = GROUPS.iter().flat_map(|name| arrays(members, name).next());
        for member in groups {
            if self.groups(&member.value, &joined(path, &member.key), level) {
                return true;
            }
        }
        false
    }

    /// An array of features by its name may hold groups of them: its elements then have no flag and hold arrays of objects that do.
    fn grouped(&mut self, array: &'n Node, path: &str, level: usize) -> bool {
        let mut objects = array.items().iter().filter(|item| item.is_object()).peekable();
        let inside = |item: &Node| direct(item.members()).is_some_and(|inner| inner.value.items().iter().any(has_flag));
        let holds = objects.peek().is_some() && !objects.clone().any(has_flag) && objects.any(inside);
        holds && self.groups(array, path, level)
    }

    fn groups(&mut self, array: &'n Node, path: &str, level: usize) -> bool {
        if level == MAX_LEVELS {
            return false;
        }
        let before = self.parts.len();
        let mut odd = Vec::new();
        for (index, item) in array.items().iter().enumerate() {
            let number = index + 1;
            if !item.is_object() {
                odd.push((
                    item.span.start,
                    format!("element {number} of {path} is {}, not a group", item.kind()),
                ));
            } else if !self.within(item.members(), Some(item), &format!("{path}[]"), level + 1) {
                odd.push((item.span.start, format!("element {number} of {path} holds no features")));
            }
        }
        let found = self.parts.len() > before;
        if found {
            self.oddities.extend(odd);
        }
        found
    }

    fn named(&mut self, path: String) {
        if self.parts.is_empty() {
            self.path = path;
        } else if self.path.split(", ").all(|known| known != path) {
            self.path = format!("{}, {path}", self.path);
        }
    }

    /// Says which other arrays of the root could have been meant.
    fn passed_over(&mut self, members: &[Member]) {
        let taken = self.path.split(['[', ',']).next().unwrap_or_default().to_owned();
        for member in members {
            let objects = member.value.items().iter().filter(|item| item.is_object()).count();
            let known = CONTAINERS.iter().any(|name| same(name, &member.key));
            if known && objects > 0 && member.key != taken {
                let what = format!(
                    "\"{}\" holds {objects} objects too; the features are those of \"{taken}\"",
                    member.key
                );
                self.oddities.push((member.at, what));
            }
        }
    }
}

/// The first key of [`CONTAINERS`] that holds an array.
fn direct(members: &[Member]) -> Option<&Member> {
    CONTAINERS.iter().find_map(|name| arrays(members, name).next())
}

/// Members of a name that hold an array; of equal keys the last one counts.
fn arrays<'n>(members: &'n [Member], name: &str) -> impl Iterator<Item = &'n Member> {
    let named = members.iter().rev().filter(move |member| same(&member.key, name));
    named.filter(|member| matches!(member.value.value, Value::Array(_)))
}

fn has_flag(item: &Node) -> bool {
    has(item, FLAGS.iter().map(|(name, _)| *name))
}

/// Whether an object says anything that a feature says.
fn tells(item: &Node) -> bool {
    has_flag(item) || has(item, TEXTS.into_iter().chain(TITLES)) || (has(item, IDS) && has(item, STEPS))
}

fn has<'a>(item: &Node, names: impl IntoIterator<Item = &'a str>) -> bool {
    let mut names = names.into_iter();
    names.any(|name| item.members().iter().any(|member| same(&member.key, name)))
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn describe(root: &Node) -> String {
    if !root.is_object() {
        return format!("{} at the top level", root.kind());
    }
    let members = root.members();
    if members.is_empty() {
        return "an empty object at the top level".into();
    }
    let misshapen = members
        .iter()
        .find(|member| CONTAINERS.iter().any(|name| same(name, &member.key)));
    if let Some(member) = misshapen {
        return format!("\"{}\" is {}, not an array", member.key, member.value.kind());
    }
    let keys: Vec<String> = members.iter().take(5).map(|member| format!("\"{}\"", member.key)).collect();
    let more = if members.len() > keys.len() { ", …" } else { "" };
    format!("an object with the keys {}{more}", keys.join(", "))
}
