//! The terminal as a borrowed thing: taken over on entry, given back whatever happens.
//!
//! Owns raw mode, the alternate screen and every mode we switch on, and the one [`restore`] that switches all of
//! them off. Does not own what is drawn. Invariant: `restore` is idempotent, never fails, and runs from `Drop`,
//! from the panic hook of the UI's thread, and from the signal thread as a last resort.

use super::UiError;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Size};
use ratatui::{Frame, TerminalOptions, Viewport};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::thread::ThreadId;

/// Alternate screen, bracketed paste, reports of the focus, and the wheel as arrow keys (1007, its former value saved first).
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1004h\x1b[?1007s\x1b[?1007h\x1b[2J";
/// Every mode off that we or a dependency could have switched on; unknown ones are ignored by terminals.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?1007l\x1b[?1007r\x1b[0m\x1b[?1049l\x1b[?25h";
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";
/// Remembers the window's title, and gives it back (XTWINOPS 22 and 23; terminals without them keep ours).
const TITLE_PUSH: &[u8] = b"\x1b[22;2t";
const TITLE_POP: &[u8] = b"\x1b[23;2t";
const FRAME_BEGIN: &[u8] = b"\x1b[?2026h";
const FRAME_END: &[u8] = b"\x1b[?2026l";

static ACTIVE: AtomicBool = AtomicBool::new(false);
/// Whether a title of ours stands in the window.
static TITLED: AtomicBool = AtomicBool::new(false);
static UI_THREAD: Mutex<Option<ThreadId>> = Mutex::new(None);
static ELSEWHERE: Mutex<Vec<String>> = Mutex::new(Vec::new());
static HOOK: Once = Once::new();

/// Gives the terminal back. Safe to call at any time, from any thread, any number of times.
pub fn restore() {
    if ACTIVE.swap(false, Ordering::SeqCst) {
        // Each step is tried whatever became of the one before.
        let mut out = io::stdout().lock();
        if TITLED.swap(false, Ordering::SeqCst) {
            let _ = out.write_all(TITLE_POP);
        }
        let _ = out.write_all(LEAVE);
        let _ = out.flush();
        let _ = crossterm::terminal::disable_raw_mode();
    }
}

/// Says whether both ends of the program's terminal are one.
///
/// # Errors
/// Fails with [`UiError::NotATerminal`] before anything was touched.
pub fn check() -> Result<(), UiError> {
    if !io::stdin().is_terminal() {
        return Err(UiError::NotATerminal { end: "standard input" });
    }
    if !io::stdout().is_terminal() {
        return Err(UiError::NotATerminal { end: "standard output" });
    }
    Ok(())
}

/// Puts our panic hook before the one in force. A panic of the UI's own thread restores the terminal and then tells;
/// one of another thread must not tear the screen down under the UI: it is kept and told when the UI has left.
fn install_hook() {
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let ui = *UI_THREAD.lock().unwrap_or_else(PoisonError::into_inner);
            if ui == Some(std::thread::current().id()) || !ACTIVE.load(Ordering::SeqCst) {
                restore();
                previous(info);
            } else {
                let mut kept = ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() < 16 {
                    let name = std::thread::current().name().unwrap_or("unnamed").to_owned();
                    kept.push(format!("thread `{name}`: {info}"));
                }
            }
        }));
    });
}

/// Takes what other threads panicked with while the terminal was ours.
#[must_use]
pub fn take_panics() -> Vec<String> {
    std::mem::take(&mut *ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Collects a frame's bytes so that they reach the terminal in one write; ratatui itself flushes several times a frame.
#[derive(Debug, Clone, Default)]
struct Collected(Rc<RefCell<Vec<u8>>>);

impl Write for Collected {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal while it is ours.
#[derive(Debug)]
pub struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Collected>>,
    collected: Collected,
    out: File,
    mouse: bool,
    /// The title in the window; `None` before the first.
    title: Option<String>,
}

impl Terminal {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// Fails if it is not one or cannot be switched; then it is left as it was.
    pub fn enter() -> Result<Self, UiError> {
        check()?;
        install_hook();
        *UI_THREAD.lock().unwrap_or_else(PoisonError::into_inner) = Some(std::thread::current().id());
        // A descriptor of our own: std's line-buffered handle would split a frame into several writes.
        let out = File::from(io::stdout().as_fd().try_clone_to_owned().map_err(UiError::Terminal)?);
        switch_on().map_err(UiError::Terminal)?;
        let collected = Collected(Rc::new(RefCell::new(Vec::with_capacity(1 << 16))));
        let options = TerminalOptions {
            viewport: Viewport::Fullscreen,
        };
        let inner = ratatui::Terminal::with_options(CrosstermBackend::new(collected.clone()), options).map_err(|error| {
            restore();
            UiError::Terminal(error)
        })?;
        Ok(Self {
            inner,
            collected,
            out,
            mouse: false,
            title: None,
        })
    }

    /// Draws a frame: one synchronized update, one write. `view` returns where the hidden cursor is left.
    ///
    /// # Errors
    /// Fails if the terminal is gone.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>) -> Option<Position>) -> Result<(), UiError> {
        let mut rest = None;
        self.collected.write_all(FRAME_BEGIN).map_err(UiError::Terminal)?;
        self.inner.draw(|frame| rest = view(frame)).map_err(UiError::Terminal)?;
        if let Some(rest) = rest {
            write!(self.collected, "\x1b[{};{}H", u32::from(rest.y) + 1, u32::from(rest.x) + 1).map_err(UiError::Terminal)?;
        }
        self.write_now(FRAME_END)
    }

    /// Returns the size in cells.
    ///
    /// # Errors
    /// Fails if the terminal is gone.
    pub fn size(&self) -> Result<Size, UiError> {
        self.inner.size().map_err(UiError::Terminal)
    }

    /// Makes the next frame paint every cell.
    ///
    /// # Errors
    /// Fails if the terminal is gone.
    pub fn forget(&mut self) -> Result<(), UiError> {
        let size = self.size()?;
        // Not `clear()`: that asks the terminal where its cursor is and would wait for the answer on our input.
        self.inner
            .resize(ratatui::layout::Rect::new(0, 0, size.width, size.height))
            .map_err(UiError::Terminal)
    }

    /// Switches mouse capture.
    ///
    /// # Errors
    /// Fails if the terminal is gone.
    pub fn set_mouse(&mut self, on: bool) -> Result<(), UiError> {
        self.mouse = on;
        self.write_now(if on { MOUSE_ON } else { MOUSE_OFF })
    }

    /// Sets the window's title with the next frame, if it is another one. The first call remembers the user's own.
    ///
    /// # Errors
    /// Fails if the terminal is gone.
    pub fn set_title(&mut self, title: &str) -> Result<(), UiError> {
        if self.title.as_deref() == Some(title) && TITLED.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mut bytes = Vec::new();
        // After a suspension too: the shell has its own title meanwhile.
        if !TITLED.swap(true, Ordering::SeqCst) {
            bytes.extend_from_slice(TITLE_PUSH);
        }
        bytes.extend_from_slice(b"\x1b]2;");
        bytes.extend_from_slice(title.as_bytes());
        bytes.extend_from_slice(b"\x1b\\");
        self.title = Some(title.to_owned());
        self.collected.write_all(&bytes).map_err(UiError::Terminal)
    }

    /// Writes what was collected and these bytes after it, at once.
    ///
    /// # Errors
    /// Fails if the terminal is gone.
    pub fn write_now(&mut self, bytes: &[u8]) -> Result<(), UiError> {
        let mut pending = self.collected.0.borrow_mut();
        pending.extend_from_slice(bytes);
        let sent = self.out.write_all(&pending);
        pending.clear();
        sent.map_err(UiError::Terminal)
    }

    /// Gives the terminal to the shell until the user returns, then takes it back.
    ///
    /// # Errors
    /// Fails if the terminal cannot be taken back.
    pub fn suspend(&mut self) -> Result<(), UiError> {
        restore();
        // The whole foreground group, so that a wrapper such as `cargo run` stops with us and the shell notices.
        // Where nothing can stop us (no job control) this returns at once and nothing is lost.
        let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
        self.resume()
    }

    /// Switches our modes on again and paints everything, after a stop of any kind.
    ///
    /// # Errors
    /// Fails if the terminal cannot be taken back.
    pub fn resume(&mut self) -> Result<(), UiError> {
        // A shell that stopped us by SIGSTOP has changed the line discipline behind crossterm's back, which would
        // believe that raw mode is on and do nothing.
        let _ = crossterm::terminal::disable_raw_mode();
        switch_on().map_err(UiError::Terminal)?;
        if self.mouse {
            self.write_now(MOUSE_ON)?;
        }
        self.forget()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

fn switch_on() -> io::Result<()> {
    crossterm::terminal::enable_raw_mode()?;
    ACTIVE.store(true, Ordering::SeqCst);
    let mut out = io::stdout().lock();
    let entered = out.write_all(ENTER).and_then(|()| out.flush());
    drop(out);
    if entered.is_err() {
        restore();
    }
    entered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restore_outside_the_ui_writes_nothing_and_can_be_repeated() {
        restore();
        restore();
        assert!(!ACTIVE.load(Ordering::SeqCst));
    }

    #[test]
    fn every_mode_that_is_entered_is_left() {
        let leave = String::from_utf8_lossy(LEAVE);
        for on in [ENTER, MOUSE_ON, FRAME_BEGIN] {
            let text = String::from_utf8_lossy(on);
            for mode in text
                .split("\x1b[?")
                .filter_map(|part| part.split_once('h'))
                .map(|(number, _)| number)
            {
                assert!(leave.contains(&format!("\x1b[?{mode}l")), "mode {mode} is never left");
            }
        }
    }
}
