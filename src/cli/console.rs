//! Writing to standard output and standard error, outside the full-screen interface.
//!
//! Owns the progress line (on standard error, only on a terminal, erased before anything else is printed).
//! Invariant: foreign text comes here only through [`Clean`] or as JSON.

use crate::ui::text::{Clean, truncate, width};
use serde::Serialize;
use std::io::{self, IsTerminal as _, Write};

/// Where a command prints.
pub struct Console {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    /// Columns of the terminal behind standard error, `None` if it is none.
    columns: Option<usize>,
    progress: bool,
    /// Whether anything went to standard output.
    printed: bool,
}

impl Console {
    /// Takes the process's own streams.
    #[must_use]
    pub fn standard() -> Self {
        let columns = io::stderr().is_terminal().then(|| columns(io::stderr()).unwrap_or(80));
        Self {
            out: Box::new(io::BufWriter::new(io::stdout())),
            err: Box::new(io::stderr()),
            columns,
            progress: false,
            printed: false,
        }
    }

    /// Writes to given streams; `columns` as for a terminal of that width.
    #[cfg(test)]
    pub(super) fn to(out: impl Write + Send + 'static, err: impl Write + Send + 'static, columns: Option<usize>) -> Self {
        Self {
            out: Box::new(out),
            err: Box::new(err),
            columns,
            progress: false,
            printed: false,
        }
    }

    /// Prints one line.
    ///
    /// # Errors
    /// Fails if standard output does.
    pub fn line(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        self.erase_progress()?;
        self.printed = true;
        writeln!(self.out, "{}", text.as_ref())?;
        self.out.flush()
    }

    /// Prints a value as JSON, indented.
    ///
    /// # Errors
    /// Fails if standard output does.
    pub fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut self.out, value)?;
        self.line("")
    }

    /// Says whether anything was printed to standard output yet.
    #[must_use]
    pub const fn has_printed(&self) -> bool {
        self.printed
    }

    /// Prints a line to standard error.
    ///
    /// # Errors
    /// Fails if standard error does.
    pub fn note(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        self.erase_progress()?;
        writeln!(self.err, "{}", text.as_ref())
    }

    /// Sends bytes of ours that are not text to the terminal behind standard error; to nothing else.
    ///
    /// # Errors
    /// Fails if the terminal is gone.
    pub fn alert(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.columns.is_none() || bytes.is_empty() {
            return Ok(());
        }
        self.err.write_all(bytes)?;
        self.err.flush()
    }

    /// Asks for input on the same line of standard error.
    ///
    /// # Errors
    /// Fails if standard error does.
    pub fn prompt(&mut self, text: &str) -> io::Result<()> {
        self.erase_progress()?;
        write!(self.err, "{text}")?;
        self.err.flush()
    }

    /// Says whether a progress line would be seen.
    #[must_use]
    pub const fn shows_progress(&self) -> bool {
        self.columns.is_some()
    }

    /// Replaces the progress line.
    ///
    /// # Errors
    /// Fails if standard error does.
    pub fn progress(&mut self, text: &Clean) -> io::Result<()> {
        let Some(columns) = self.columns else { return Ok(()) };
        // The last column stays free: a full line would wrap and could not be erased.
        let room = columns.saturating_sub(1);
        let shown = if width(text.as_str()) > room {
            truncate(text.as_str(), room, "…")
        } else {
            text.as_str().to_owned()
        };
        write!(self.err, "\r\x1b[K{shown}")?;
        self.progress = true;
        self.err.flush()
    }

    /// Takes the progress line away.
    ///
    /// # Errors
    /// Fails if standard error does.
    pub fn erase_progress(&mut self) -> io::Result<()> {
        if self.progress {
            self.progress = false;
            write!(self.err, "\r\x1b[K")?;
            self.err.flush()?;
        }
        Ok(())
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.erase_progress();
        let _ = self.out.flush();
    }
}

fn columns(stream: impl std::os::fd::AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(stream).ok()?;
    (size.ws_col > 0).then_some(size.ws_col.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Pipe(Arc<Mutex<Vec<u8>>>);

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Pipe {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    #[test]
    fn the_progress_line_is_erased_before_anything_else_and_never_wraps() {
        let both = Pipe::default();
        let mut console = Console::to(both.clone(), both.clone(), Some(8));
        console.progress(&Clean::literal("123456789")).unwrap();
        console.line("out").unwrap();
        console.note("err").unwrap();
        drop(console);
        assert_eq!(both.text(), "\r\x1b[K123456…\r\x1b[Kout\nerr\n");
    }

    #[test]
    fn without_a_terminal_there_is_no_progress_line() {
        let (out, err) = (Pipe::default(), Pipe::default());
        let mut console = Console::to(out.clone(), err.clone(), None);
        console.progress(&Clean::literal("x")).unwrap();
        drop(console);
        assert_eq!((out.text(), err.text()), (String::new(), String::new()));
    }
}
