//! A conservative look at shell commands: which simple commands they run, which of git's would commit or destroy, which paths
//! they write.
//!
//! Owns splitting and unwrapping. Does not own policy on paths ([`super::Guard::rule`]) and is no boundary: a shell can always say
//! it another way, and [`super::Guard::verify`] is what holds. Invariant: words that are only data, as in `echo "git commit"`,
//! are never taken for commands.

mod git;
mod lexer;
mod named;
mod quotes;
mod reads;
mod standing;
mod unwrap;
mod writes;

#[cfg(test)]
mod tests;

pub use reads::only_reads;
pub use standing::{Standing, candidates, covers, is_sound, programs};

use lexer::{Simple, Word};
use std::path::{Path, PathBuf};

/// How much of what lies at a path is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The file itself.
    Content,
    /// It and everything below it.
    Whole,
}

/// Something a command would write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touch {
    /// A path, relative to the workspace or absolute, not normalised.
    Path {
        /// The path.
        path: PathBuf,
        /// How much of it.
        access: Access,
    },
    /// A pattern that the shell would expand.
    Glob {
        /// The pattern, as [`Touch::Path`].
        pattern: String,
        /// How much of each match.
        access: Access,
    },
    /// A file of this name in a place that the words alone do not tell.
    Unplaced {
        /// The file's name.
        name: String,
    },
    /// Code in another language that writes files; it may name guarded ones.
    Code {
        /// The code.
        text: String,
    },
}

/// What a script would do, as far as its words tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Why the first git command that is not the agent's to run is refused, as told to the agent.
    pub refusal: Option<String>,
    /// What it would write.
    pub touches: Vec<Touch>,
}

/// Scripts within scripts that are followed.
const MAX_DEPTH: usize = 8;

/// Looks through a script, nested ones included.
#[must_use]
pub fn examine(script: &str) -> Found {
    let mut examiner = Examiner {
        found: Found::default(),
        place: Some(PathBuf::new()),
    };
    examiner.script(script, 0);
    examiner.found
}

/// Paths that a script's words may name, nested scripts included, relative to where it starts or absolute; most name no file.
#[must_use]
pub fn named(script: &str) -> Vec<PathBuf> {
    named::named(script)
}

struct Examiner {
    found: Found,
    /// Directory relative to the workspace (or absolute) after the `cd`s so far; `None` once a `cd` could not be followed.
    place: Option<PathBuf>,
}

impl Examiner {
    fn script(&mut self, text: &str, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let mut before: Option<Simple> = None;
        for simple in lexer::commands(text) {
            for nested in &simple.nested {
                // A substitution runs in its own process: its `cd` does not last.
                let place = self.place.clone();
                self.script(nested, depth + 1);
                self.place = place;
            }
            for redirect in &simple.writes {
                self.touch(redirect, Access::Content);
            }
            let piped = if simple.piped { before.take() } else { None };
            self.simple(&simple, piped.as_ref(), depth);
            before = Some(simple);
        }
    }

    fn simple(&mut self, simple: &Simple, piped: Option<&Simple>, depth: usize) {
        let mut queue = vec![simple.words.clone()];
        let mut rounds = 0;
        while let Some(words) = queue.pop() {
            rounds += 1;
            if rounds > 32 {
                return;
            }
            match unwrap::unwrap(&words) {
                unwrap::Unwrapped::Nothing => {}
                unwrap::Unwrapped::Again(inner) => queue.extend(inner),
                unwrap::Unwrapped::Scripts(scripts) => {
                    for script in scripts {
                        self.script(&script, depth + 1);
                    }
                }
                unwrap::Unwrapped::ReadsScript => {
                    let said = simple.stdin.clone().or_else(|| piped.and_then(unwrap::printed));
                    if let Some(script) = said {
                        self.script(&script, depth + 1);
                    }
                }
                unwrap::Unwrapped::Program(program, arguments) => self.program(&program, arguments, simple),
            }
        }
    }

    fn program(&mut self, program: &str, arguments: &[Word], simple: &Simple) {
        match program {
            "cd" | "pushd" => self.cd(arguments),
            "popd" => self.place = None,
            "git" => {
                let refusal = git::refusal(arguments);
                self.found.refusal = self.found.refusal.take().or(refusal);
                for (word, access) in git::writes(arguments) {
                    self.touch(&word, access);
                }
            }
            _ => {
                for (word, access) in writes::targets(program, arguments) {
                    self.touch(&word, access);
                }
                if let Some(text) = writes::code(program, arguments, simple.stdin.as_deref()) {
                    self.found.touches.push(Touch::Code { text });
                }
            }
        }
    }

    fn cd(&mut self, arguments: &[Word]) {
        let target = arguments.iter().find(|word| !word.is_option());
        self.place = match (target, self.place.take()) {
            (Some(word), _) if word.expands || word.text == "-" || word.text.starts_with('~') => None,
            (Some(word), _) if Path::new(&word.text).is_absolute() => Some(PathBuf::from(&word.text)),
            (Some(word), Some(place)) => Some(place.join(&word.text)),
            (Some(_), None) | (None, _) => None,
        };
    }

    fn touch(&mut self, word: &Word, access: Access) {
        let path = Path::new(&word.text);
        let name = || path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        let placed = if path.is_absolute() {
            Some(path.to_owned())
        } else {
            self.place.as_ref().map(|place| place.join(path))
        };
        let touch = match placed {
            _ if word.expands || word.text.starts_with('~') => name().map(|name| Touch::Unplaced { name }),
            None => name().map(|name| Touch::Unplaced { name }),
            Some(path) if word.globs => path.to_str().map(|pattern| Touch::Glob {
                pattern: pattern.to_owned(),
                access,
            }),
            Some(path) => Some(Touch::Path { path, access }),
        };
        self.found.touches.extend(touch);
    }
}
