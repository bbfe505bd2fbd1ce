//! What the update function is told and what it asks for: messages in, effects out, both plain data.

use crate::protocol::{Answer, Command, Envelope, FinishWay, Query};
use crate::ui::notice::{Focus, Notice};
use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;
use ratatui::layout::Size;
use std::sync::Arc;
use std::time::Duration;

/// Something the UI is told.
#[derive(Debug)]
pub enum Msg {
    /// A key, and when it was read, counted from the start of the UI.
    Key(KeyEvent, Duration),
    /// Text pasted into the terminal.
    Paste(String),
    /// The mouse, while captured.
    Mouse(MouseEvent),
    /// The window got the focus, or lost it.
    Focus(Focus),
    /// The terminal has a new size.
    Resize(Size),
    /// Events of the log, in order.
    Events(Vec<Arc<Envelope>>),
    /// The past was delivered; what follows is live.
    CaughtUp,
    /// No run is on any more that the link could follow.
    Closed,
    /// Another process runs the project: this window watches it.
    Reopened,
    /// The answer to a look-up.
    Answered(Query, Answer),
    /// A command could not be sent; the sentence says why.
    NotSent(String),
    /// The person's own editor has ended: the text, or why there is none.
    EditedOutside(Result<String, String>),
    /// The wall clock moved on by as much as the screen shows.
    Clock(Timestamp),
    /// A frame was drawn, and when.
    Drawn(Duration),
    /// Something slow is ready (the grammars of the highlighter); the screen may be drawn again.
    Ready,
    /// The process was stopped and goes on.
    Continued,
    /// The process was asked to end by a signal of this number.
    Terminate(i32),
}

/// Something the loop shall do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send a command to the engine.
    Send(Command),
    /// Look something up.
    Ask(Query),
    /// Nobody waits for the answer any more.
    Forget(Query),
    /// Put a text into the terminal's clipboard.
    Copy(String),
    /// Tell a person who looks elsewhere.
    Notify(Notice),
    /// Switch mouse capture.
    CaptureMouse(bool),
    /// Give the terminal and a text to the person's own editor until it ends.
    EditOutside {
        /// Name of what is edited.
        name: String,
        /// The text.
        text: String,
    },
    /// Give the terminal to the shell until the user returns.
    Suspend,
    /// Take the terminal back after the process was stopped from outside.
    Resume,
    /// Paint every cell again.
    Repaint,
    /// Draw once more: what the frame has shown is part of what the screen tells.
    DrawAgain,
    /// Leave the UI.
    Quit(Exit),
}

/// What the screen can lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A run in this directory.
    Run,
    /// The demo.
    Demo,
    /// The end of the project's worktree.
    Finish(FinishWay),
}

/// How the user left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By choice; no run of this process was live, or its end was seen.
    Left,
    /// To start something that the caller must start.
    Start(Wanted),
    /// By a signal; a live run must be stopped by the caller.
    Terminated(i32),
}
