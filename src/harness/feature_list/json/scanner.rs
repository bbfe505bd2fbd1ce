//! Structure: values, arrays, objects and what may stand between them.

use super::{Fault, MAX_DEPTH, Member, Node, Value};

/// Reads a text from front to back.
pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) depth: usize,
    pub(super) oddities: Vec<(usize, String)>,
    pub(super) comments: Extra,
    pub(super) commas: Extra,
}

/// What is read although JSON does not know it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extra {
    pub(super) first: usize,
    pub(super) count: usize,
}

impl Extra {
    pub(super) const fn at(&mut self, at: usize) {
        if self.count == 0 {
            self.first = at;
        }
        self.count += 1;
    }
}

impl Scanner<'_> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn fault(&self, what: impl Into<String>) -> Fault {
        Fault {
            at: self.at,
            what: what.into(),
        }
    }

    /// What stands here, for an error sentence.
    pub(super) fn found(&self) -> String {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            None => "the end of the file".into(),
            Some('\'') => "`'` (JSON quotes with `\"`)".into(),
            Some(c) if c.is_control() || (!c.is_ascii() && !c.is_alphanumeric()) => format!("the character U+{:04X}", u32::from(c)),
            Some(c) => format!("`{c}`"),
        }
    }

    pub(super) fn value(&mut self) -> Result<Node, Fault> {
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.word()?,
            _ => return Err(self.fault(format!("expected a value, found {}", self.found()))),
        };
        Ok(Node {
            span: start..self.at,
            value,
        })
    }

    pub(super) fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Value, Fault>) -> Result<Value, Fault> {
        if self.depth == MAX_DEPTH {
            return Err(self.fault(format!("nested more than {MAX_DEPTH} levels deep")));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    pub(super) fn array(&mut self) -> Result<Value, Fault> {
        self.at += 1;
        let mut items = Vec::new();
        self.blank()?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(items));
        }
        loop {
            self.blank()?;
            items.push(self.value()?);
            if self.ends(b']')? {
                return Ok(Value::Array(items));
            }
        }
    }

    pub(super) fn object(&mut self) -> Result<Value, Fault> {
        self.at += 1;
        let mut members: Vec<Member> = Vec::new();
        self.blank()?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(members));
        }
        loop {
            self.blank()?;
            let at = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.fault(format!("expected a key in double quotes, found {}", self.found())));
            }
            let key = self.string()?;
            self.blank()?;
            if self.peek() != Some(b':') {
                return Err(self.fault(format!("expected `:` after the key \"{key}\", found {}", self.found())));
            }
            self.at += 1;
            self.blank()?;
            let value = self.value()?;
            // Linear: objects here have a dozen keys; in a hostile one only the first 256 are compared.
            if members.len() < 256 && members.iter().any(|member| member.key == key) {
                self.oddities
                    .push((at, format!("the key \"{key}\" stands twice in one object")));
            }
            members.push(Member { key, at, value });
            if self.ends(b'}')? {
                return Ok(Value::Object(members));
            }
        }
    }

    /// After an element: says whether `close` ends the list; otherwise passes one comma.
    pub(super) fn ends(&mut self, close: u8) -> Result<bool, Fault> {
        self.blank()?;
        match self.peek() {
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(true)
            }
            Some(b',') => {
                let comma = self.at;
                self.at += 1;
                self.blank()?;
                let ends = self.peek() == Some(close);
                if ends {
                    self.commas.at(comma);
                    self.at += 1;
                }
                Ok(ends)
            }
            _ => Err(self.fault(format!("expected `,` or `{}`, found {}", char::from(close), self.found()))),
        }
    }
}
