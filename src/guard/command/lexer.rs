//! Splitting a shell script into simple commands, after POSIX.1-2024 chapter 2 and bash's additions.
//!
//! Never fails: what it does not understand stays a word. Quotes are resolved, so a quoted word is one word.

use std::mem::take;

/// A word with its quotes taken off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// Whether any of it was quoted.
    pub(super) quoted: bool,
    /// Whether the shell would expand a variable or command in it.
    pub(super) expands: bool,
    /// Whether the shell would expand it as a pattern.
    pub(super) globs: bool,
}

impl Word {
    pub(super) fn is_option(&self) -> bool {
        self.text.starts_with('-') && self.text.len() > 1
    }
}

/// A simple command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Simple {
    pub(super) words: Vec<Word>,
    /// Targets of redirections that write.
    pub(super) writes: Vec<Word>,
    /// Sources of redirections that read.
    pub(super) reads: Vec<Word>,
    /// What a here-document or here-string feeds it.
    pub(super) stdin: Option<String>,
    /// Scripts substituted within its words.
    pub(super) nested: Vec<String>,
    /// Whether it reads what the command before it prints.
    pub(super) piped: bool,
}

/// Splits a script.
pub(super) fn commands(script: &str) -> Vec<Simple> {
    let mut lexer = Lexer {
        chars: script.chars().collect(),
        at: 0,
        done: Vec::new(),
        simple: Simple::default(),
        word: None,
        redirect: None,
        heredocs: Vec::new(),
    };
    lexer.run();
    lexer.done
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Redirect {
    Write,
    Read,
    HereString,
    HereDoc { tabs: bool },
}

struct HereDoc {
    delimiter: Word,
    tabs: bool,
    /// Index of its command among those done.
    command: usize,
}

/// The scanner; its quotes are in [`super::quotes`].
pub(super) struct Lexer {
    pub(super) chars: Vec<char>,
    pub(super) at: usize,
    done: Vec<Simple>,
    pub(super) simple: Simple,
    word: Option<Word>,
    redirect: Option<Redirect>,
    heredocs: Vec<HereDoc>,
}

impl Lexer {
    pub(super) fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek(0);
        self.at += 1;
        c
    }

    pub(super) fn word(&mut self) -> &mut Word {
        self.word.get_or_insert_with(Word::default)
    }

    fn run(&mut self) {
        while let Some(c) = self.next() {
            match c {
                '\\' => match self.next() {
                    Some('\n') | None => {}
                    Some(c) => {
                        let word = self.word();
                        word.text.push(c);
                        word.quoted = true;
                    }
                },
                '\'' => self.single(),
                '"' => self.double(),
                '$' => self.dollar(),
                '`' => self.backtick(),
                '#' if self.word.is_none() => {
                    while self.peek(0).is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                ' ' | '\t' | '\r' => self.end_word(),
                '\n' => {
                    self.end_command(false);
                    self.heredoc_bodies();
                }
                ';' | '(' | ')' => self.end_command(false),
                '|' => {
                    let or = self.peek(0) == Some('|');
                    if or || self.peek(0) == Some('&') {
                        self.at += 1;
                    }
                    self.end_command(!or);
                }
                '&' if self.peek(0) == Some('>') => {
                    self.at += 1;
                    self.end_word();
                    self.angle_out();
                }
                '&' => self.end_command(false),
                '<' | '>' if self.peek(0) == Some('(') => {
                    self.at += 1;
                    let inner = self.balanced();
                    self.simple.nested.push(inner);
                    self.word().expands = true;
                }
                '>' | '<' => {
                    if self
                        .word
                        .as_ref()
                        .is_some_and(|word| !word.quoted && word.text.chars().all(|c| c.is_ascii_digit()))
                    {
                        self.word = None;
                    }
                    self.end_word();
                    if c == '>' { self.angle_out() } else { self.angle_in() }
                }
                c => {
                    let word = self.word();
                    word.globs |= matches!(c, '*' | '?' | '[');
                    word.text.push(c);
                }
            }
        }
        self.end_command(false);
        self.heredoc_bodies();
    }

    /// After `>` or `&>`.
    fn angle_out(&mut self) {
        if self.peek(0) == Some('&') && matches!(self.peek(1), Some('0'..='9' | '-')) {
            self.at += 2;
            return;
        }
        while matches!(self.peek(0), Some('>' | '|' | '&')) {
            self.at += 1;
        }
        self.redirect = Some(Redirect::Write);
    }

    /// After `<`.
    fn angle_in(&mut self) {
        let rest: String = self.chars.iter().skip(self.at).take(2).collect();
        let (redirect, length) = match rest.as_str() {
            "<<" => (Redirect::HereString, 2),
            "<-" => (Redirect::HereDoc { tabs: true }, 2),
            text if text.starts_with('<') => (Redirect::HereDoc { tabs: false }, 1),
            text if text.starts_with('>') => (Redirect::Write, 1),
            text if text.starts_with('&') => (Redirect::Read, 1),
            _ => (Redirect::Read, 0),
        };
        self.at += length;
        self.redirect = Some(redirect);
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else {
            return;
        };
        match self.redirect.take() {
            None => self.simple.words.push(word),
            Some(Redirect::Write) => self.simple.writes.push(word),
            Some(Redirect::Read) => self.simple.reads.push(word),
            Some(Redirect::HereString) => self.simple.stdin = Some(word.text),
            Some(Redirect::HereDoc { tabs }) => self.heredocs.push(HereDoc {
                delimiter: word,
                tabs,
                command: self.done.len(),
            }),
        }
    }

    fn end_command(&mut self, pipe: bool) {
        self.end_word();
        self.redirect = None;
        let simple = take(&mut self.simple);
        let heredoc = self.heredocs.iter().any(|heredoc| heredoc.command == self.done.len());
        // Nothing between a `|` and the end of its line: the pipe goes on.
        let mut carried = simple.piped;
        if heredoc || simple.words.len() + simple.writes.len() + simple.nested.len() > 0 {
            carried = false;
            self.done.push(simple);
        }
        self.simple.piped = pipe || carried;
    }

    fn heredoc_bodies(&mut self) {
        for heredoc in take(&mut self.heredocs) {
            let mut body = String::new();
            while self.at < self.chars.len() {
                let line: String = self.chars.iter().skip(self.at).take_while(|c| **c != '\n').collect();
                self.at += line.chars().count() + 1;
                let line = if heredoc.tabs { line.trim_start_matches('\t') } else { &line };
                if line == heredoc.delimiter.text {
                    break;
                }
                body.push_str(line);
                body.push('\n');
            }
            // An unquoted delimiter lets the shell substitute in the body.
            let nested = if heredoc.delimiter.quoted {
                Vec::new()
            } else {
                substitutions(&body)
            };
            if let Some(command) = self.done.get_mut(heredoc.command) {
                command.stdin = Some(body);
                command.nested.extend(nested);
            }
        }
        self.at = self.at.min(self.chars.len());
    }
}

/// Scripts substituted in a text that the shell reads as if double-quoted.
pub(super) fn substitutions(text: &str) -> Vec<String> {
    let mut lexer = Lexer {
        chars: text.replace('"', "\\\"").chars().collect(),
        at: 0,
        done: Vec::new(),
        simple: Simple::default(),
        word: None,
        redirect: None,
        heredocs: Vec::new(),
    };
    lexer.double();
    lexer.simple.nested
}
