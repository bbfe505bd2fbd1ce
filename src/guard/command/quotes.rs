//! Quotes, expansions and substitutions within words.

use super::lexer::{Lexer, substitutions};

impl Lexer {
    pub(super) fn single(&mut self) {
        let from = self.at;
        while self.peek(0).is_some_and(|c| c != '\'') {
            self.at += 1;
        }
        let text: String = self.chars.get(from..self.at).unwrap_or(&[]).iter().collect();
        self.at += 1;
        let word = self.word();
        word.quoted = true;
        word.text.push_str(&text);
    }

    pub(super) fn double(&mut self) {
        self.word().quoted = true;
        while let Some(c) = self.next() {
            match c {
                '"' => return,
                '\\' => match self.next() {
                    Some('\n') | None => {}
                    Some(c @ ('"' | '\\' | '$' | '`')) => self.word().text.push(c),
                    Some(c) => self.word().text.extend(['\\', c]),
                },
                '$' if self.peek(0) != Some('\'') => self.dollar(),
                '`' => self.backtick(),
                c => self.word().text.push(c),
            }
        }
    }

    /// After `$`.
    pub(super) fn dollar(&mut self) {
        match self.peek(0) {
            Some('(') => {
                self.at += 1;
                let inner = self.balanced();
                self.simple.nested.push(inner);
                self.word().expands = true;
            }
            Some('{') => {
                let from = self.at;
                while self.peek(0).is_some_and(|c| c != '}') {
                    self.at += 1;
                }
                self.at += 1;
                let inner: String = self
                    .chars
                    .get(from..self.at.min(self.chars.len()))
                    .unwrap_or(&[])
                    .iter()
                    .collect();
                self.simple.nested.extend(substitutions(&inner));
                let word = self.word();
                word.expands = true;
                word.text.push('$');
                word.text.push_str(&inner);
            }
            Some('\'') => {
                self.at += 1;
                self.ansi();
            }
            Some('"') => {}
            Some(c) if c.is_alphanumeric() || "_@*#?$!-".contains(c) => {
                let word = self.word();
                word.expands = true;
                word.text.push('$');
            }
            _ => self.word().text.push('$'),
        }
    }

    /// After `$'`: C escapes.
    pub(super) fn ansi(&mut self) {
        self.word().quoted = true;
        while let Some(c) = self.next() {
            let c = match c {
                '\'' => return,
                '\\' => match self.next() {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('x') => {
                        let digits: String = (0..2)
                            .map_while(|_| self.peek(0).filter(char::is_ascii_hexdigit).inspect(|_| self.at += 1))
                            .collect();
                        u8::from_str_radix(&digits, 16).map_or('x', char::from)
                    }
                    Some(c) => c,
                    None => return,
                },
                c => c,
            };
            self.word().text.push(c);
        }
    }

    pub(super) fn backtick(&mut self) {
        let mut inner = String::new();
        while let Some(c) = self.next() {
            match c {
                '`' => break,
                '\\' => inner.extend(self.next()),
                c => inner.push(c),
            }
        }
        self.simple.nested.push(inner);
        self.word().expands = true;
    }

    /// The text up to the bracket that closes the one just passed, quotes respected.
    pub(super) fn balanced(&mut self) -> String {
        let from = self.at;
        let mut depth = 1;
        while let Some(c) = self.next() {
            match c {
                '\\' => self.at += 1,
                '\'' | '"' => {
                    while let Some(inner) = self.next() {
                        if inner == c {
                            break;
                        }
                        if inner == '\\' && c == '"' {
                            self.at += 1;
                        }
                    }
                }
                '(' => depth += 1,
                ')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                _ => {}
            }
        }
        let end = self.at.min(self.chars.len());
        let closed = usize::from(depth == 0);
        self.chars.get(from..end - closed).unwrap_or(&[]).iter().collect()
    }
}
