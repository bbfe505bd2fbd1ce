//! Errors whose audience is the model: what happened, and what to do next.

use std::path::PathBuf;

/// Why a file tool did not do what it was asked. Paths are as the model gave them.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// The input cannot be used.
    #[error(transparent)]
    Input(#[from] super::InputError),
    /// No path at all, or one no system accepts.
    #[error("the path is empty or holds a NUL character: give a path within the workspace")]
    BadPath,
    /// The path, with all links followed, leaves the workspace.
    #[error("{path} is outside the workspace {}: give a path inside it, relative or absolute", workspace.display())]
    Outside {
        /// As given.
        path: String,
        /// The workspace.
        workspace: PathBuf,
    },
    /// The path leads into git's own files.
    #[error(
        "{path} belongs to git: file tools do not touch `.git`; use `git log`, `git show` and `git diff` in bash to look, and the `commit` tool to commit"
    )]
    InsideGit {
        /// As given.
        path: String,
    },
    /// The links on the way lead in a circle, or through `..` of something that does not exist.
    #[error("{path} cannot be followed to a file ({reason}): give the plain path without links or `..`")]
    Unfollowable {
        /// As given.
        path: String,
        /// Why.
        reason: &'static str,
    },
    /// No such file.
    #[error("there is no file {path}: look for it with `glob`, or create it")]
    NotFound {
        /// As given.
        path: String,
    },
    /// A directory where a file is needed.
    #[error("{path} is a directory: name a file in it (view it, or use `glob`, to see what is there)")]
    IsDirectory {
        /// As given.
        path: String,
    },
    /// A file where a directory is needed.
    #[error("{path} cannot be made because a part of it is a file: choose another path")]
    ParentIsFile {
        /// As given.
        path: String,
    },
    /// A pipe, socket or device.
    #[error("{path} is a {kind}, not a file: file tools leave it alone")]
    Special {
        /// As given.
        path: String,
        /// What it is.
        kind: &'static str,
    },
    /// Too large to take in.
    #[error("{path} has {bytes} bytes, more than file tools take in (10 MB): use `search`, or `head`, `tail` and `sed -n` in bash")]
    TooLarge {
        /// As given.
        path: String,
        /// Its size.
        bytes: u64,
    },
    /// Not text.
    #[error("{path} is not a text file ({bytes} bytes, with NUL bytes): use `file`, `xxd` or a program for its format in bash")]
    Binary {
        /// As given.
        path: String,
        /// Its size.
        bytes: u64,
    },
    /// Marked as not to be written.
    #[error("{path} is read-only: if it really must change, run `chmod u+w` on it in bash first")]
    ReadOnly {
        /// As given.
        path: String,
    },
    /// A range of lines that the file does not have.
    #[error(
        "lines {from} to {to} are not in {path}, which has {lines} lines: give a range within 1 and {lines} (-1 as its end means the last line)"
    )]
    BadRange {
        /// As given.
        path: String,
        /// First line asked for.
        from: i64,
        /// Last line asked for.
        to: i64,
        /// Lines there are.
        lines: usize,
    },
    /// A line to insert after that the file does not have.
    #[error("line {line} is not in {path}, which has {lines} lines: give 0 for its start up to {lines} for its end")]
    BadLine {
        /// As given.
        path: String,
        /// Line asked for.
        line: i64,
        /// Lines there are.
        lines: usize,
    },
    /// The text to replace is empty.
    #[error("the text to replace is empty: give the exact text that is in {path} now, or use insert or create")]
    EmptyOld {
        /// As given.
        path: String,
    },
    /// The text to replace is what it shall become.
    #[error("the text to replace and its replacement are the same: nothing was changed in {path}")]
    SameText {
        /// As given.
        path: String,
    },
    /// The text to replace is not there.
    #[error("the text to replace is not in {path}{hint}: view the file and give the exact text, with its white space")]
    NoMatch {
        /// As given.
        path: String,
        /// What comes close, with a leading space, or nothing.
        hint: String,
    },
    /// The text to replace is there more than once.
    #[error("the text to replace is in {path} {count} times (lines {lines}): add lines around it until it is unique")]
    ManyMatches {
        /// As given.
        path: String,
        /// How often.
        count: usize,
        /// Where, at most ten.
        lines: String,
    },
    /// The pattern of a search or glob is wrong.
    #[error("the pattern `{pattern}` is not usable: {reason}. {advice}")]
    BadPattern {
        /// As given.
        pattern: String,
        /// The parser's words, one line.
        reason: String,
        /// What to do.
        advice: &'static str,
    },
    /// The system said no.
    #[error("{path} could not be {verb}: {source}. Look at it with `ls -la` in bash")]
    Io {
        /// As given.
        path: String,
        /// `read`, `written`.
        verb: &'static str,
        /// The system's words.
        source: std::io::Error,
    },
    /// A command could not be started.
    #[error("the command could not be run: {0}. Call the tool again with {{\"restart\": true}}, then once more with the command")]
    Process(#[from] crate::process::ProcessError),
    /// The shell's place for its state is gone.
    #[error("the shell's state cannot be kept ({0}): tell the user with `ask_human`, because no command can run")]
    Scratch(std::io::Error),
    /// No such tool.
    #[error("there is no tool `{name}`; the tools are: {known}")]
    Unknown {
        /// As called.
        name: String,
        /// All names.
        known: String,
    },
    /// A harness tool reached the toolbox.
    #[error("`{name}` is carried out by the harness and cannot run here: call it on its own")]
    NotHere {
        /// As called.
        name: String,
    },
    /// The call was cancelled before it ended.
    #[error("the call was stopped before it ended")]
    Cancelled,
    /// A worker of ours died.
    #[error("the tool broke down ({0}): try once more, and if it happens again work around it with bash")]
    Broken(String),
}
