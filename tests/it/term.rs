//! A real terminal for tests: the program in a pty, its screen in an emulator, conditions to wait for instead of sleeps.

mod bytes;

pub use bytes::{foreign, modes_left_on};
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a condition may take to come true; generous, because it is met at once when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// A home and a place for state that belong to one test alone.
pub struct Place {
    root: tempfile::TempDir,
}

/// A program in a terminal of its own.
pub struct Term {
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    child: Option<Box<dyn Child + Send + Sync>>,
    shared: Arc<(Mutex<Seen>, Condvar)>,
    line_discipline: String,
}

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    closed: bool,
    hung_up: bool,
}

impl Seen {
    /// Says whether the last synchronized update is whole: half a frame shows what no user sees.
    fn is_between_frames(&self) -> bool {
        let last = |mark: &[u8]| self.raw.windows(mark.len()).rposition(|bytes| bytes == mark);
        self.closed || last(b"\x1b[?2026l") >= last(b"\x1b[?2026h")
    }
}

impl Place {
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let place = Self { root };
        std::fs::create_dir(place.project()).unwrap();
        // Notices are bytes that no other test expects on its screen.
        place.configure("[notify]\nbackends = [\"off\"]\n");
        place
    }

    /// An empty directory at first.
    pub fn project(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap().join("app")
    }

    pub fn home(&self) -> &Path {
        self.root.path()
    }

    pub fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    /// Writes the user's settings.
    pub fn configure(&self, settings: &str) {
        let directory = self.root.path().join(".config/longhaul");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("config.toml"), settings).unwrap();
    }

    /// Makes the project a repository without a commit, with a spec beside it.
    pub fn greeter(&self) {
        for args in [
            &["init", "-q", "-b", "main"][..],
            &["config", "user.name", "Ada"],
            &["config", "user.email", "ada@example.org"],
        ] {
            let done = std::process::Command::new("git")
                .args(args)
                .current_dir(self.project())
                .status();
            assert!(done.unwrap().success(), "{args:?}");
        }
        std::fs::write(self.project().join("app_spec.txt"), "Build a greeter.").unwrap();
    }

    /// Starts longhaul in the project's directory, 120x40.
    pub fn longhaul(&self, args: &[&str]) -> Term {
        self.longhaul_with(args, &[], (120, 40))
    }

    pub fn longhaul_with(&self, args: &[&str], env: &[(&str, &str)], size: (u16, u16)) -> Term {
        self.start(env!("CARGO_BIN_EXE_longhaul"), args, env, size)
    }

    /// Starts longhaul in a directory below the project's, 120x40.
    pub fn longhaul_in(&self, directory: &str, args: &[&str]) -> Term {
        self.start_in(
            &self.project().join(directory),
            env!("CARGO_BIN_EXE_longhaul"),
            args,
            &[],
            (120, 40),
        )
    }

    /// Starts any program in the project's directory, with nothing of the tester's environment but `PATH` and `TMPDIR`.
    pub fn start(&self, program: &str, args: &[&str], env: &[(&str, &str)], size: (u16, u16)) -> Term {
        self.start_in(&self.project(), program, args, env, size)
    }

    fn start_in(&self, directory: &Path, program: &str, args: &[&str], env: &[(&str, &str)], (columns, rows): (u16, u16)) -> Term {
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.cwd(directory);
        command.env_clear();
        for name in ["PATH", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("HOME", self.home());
        command.env("LONGHAUL_STATE_DIR", self.state());
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        for (name, value) in env {
            command.env(name, value);
        }
        Term::start(command, columns, rows)
    }
}

impl Term {
    fn start(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let pty = native_pty_system().openpty(size(columns, rows)).unwrap();
        let line_discipline = format!("{:?}", pty.master.get_termios());
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let parser = vt100::Parser::new(rows, columns, 0);
        let seen = Seen {
            parser,
            raw: Vec::new(),
            closed: false,
            hung_up: false,
        };
        let shared = Arc::new((Mutex::new(seen), Condvar::new()));
        let mut reader = pty.master.try_clone_reader().unwrap();
        let writer = Arc::clone(&shared);
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            loop {
                let read = reader.read(&mut buffer).unwrap_or(0);
                let mut seen = lock(&writer.0);
                seen.parser.process(&buffer[..read]);
                seen.raw.extend_from_slice(&buffer[..read]);
                seen.closed = read == 0;
                writer.1.notify_all();
                if read == 0 || seen.hung_up {
                    return;
                }
            }
        });
        Self {
            keys: Some(pty.master.take_writer().unwrap()),
            master: Some(pty.master),
            child: Some(child),
            shared,
            line_discipline,
        }
    }

    /// Types.
    pub fn keys(&mut self, keys: &str) {
        let out = self.keys.as_mut().unwrap();
        out.write_all(keys.as_bytes()).unwrap();
        out.flush().unwrap();
    }

    /// Everything the program wrote so far.
    pub fn raw(&self) -> Vec<u8> {
        self.seen().raw.clone()
    }

    /// The text on the screen now.
    pub fn text(&self) -> String {
        self.seen().parser.screen().contents()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        lock(&self.shared.0)
    }

    #[track_caller]
    fn wait(&self, what: &str, reached: impl Fn(&Seen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        while !seen.is_between_frames() || !reached(&seen) {
            let left = deadline.saturating_duration_since(Instant::now());
            let screen = seen.parser.screen().contents();
            assert!(
                !left.is_zero() && !seen.closed,
                "waited for {what}; the screen (ended: {}):\n{screen}",
                seen.closed
            );
            seen = self
                .shared
                .1
                .wait_timeout(seen, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Waits until the screen fulfils a condition.
    #[track_caller]
    pub fn until(&self, what: &str, reached: impl Fn(&str) -> bool) {
        self.wait(what, |seen| reached(&seen.parser.screen().contents()));
    }

    /// Waits until a text is on the screen.
    #[track_caller]
    pub fn see(&self, text: &str) {
        self.until(text, |screen| screen.contains(text));
    }

    /// Waits until a text is gone from the screen.
    #[track_caller]
    pub fn see_no(&self, text: &str) {
        self.until(&format!("no more of {text}"), |screen| !screen.contains(text));
    }

    /// Presses a key until a dialog is gone: in its first moment it takes no decision, and a key too soon begins that moment anew.
    #[track_caller]
    pub fn decide(&mut self, key: &str, dialog: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.keys(key);
            let there = |seen: &mut Seen| !seen.closed && seen.parser.screen().contents().contains(dialog);
            let again = Duration::from_millis(700);
            let waited = self.shared.1.wait_timeout_while(self.seen(), again, there);
            if !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out() {
                return;
            }
            assert!(Instant::now() < deadline, "{key} does not close {dialog}");
        }
    }

    /// Waits until the program gave the alternate screen back, or took it.
    #[track_caller]
    pub fn see_alternate(&self, wanted: bool) {
        self.wait("the alternate screen", |seen| {
            seen.parser.screen().alternate_screen() == wanted
        });
    }

    /// Waits until the program wrote at least so many bytes.
    #[track_caller]
    pub fn wrote(&self, bytes: usize) {
        self.wait("more output", |seen| seen.raw.len() >= bytes);
    }

    /// Changes the terminal's size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        // One after the other, and the emulator first: what was drawn for the old size may be garbled, as in life.
        self.seen().parser.screen_mut().set_size(rows, columns);
        self.master.as_ref().unwrap().resize(size(columns, rows)).unwrap();
    }

    /// Sends a signal: `TERM`, `HUP`, `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let done = std::process::Command::new("kill")
            .args([&format!("-{name}"), &pid])
            .status()
            .unwrap();
        assert!(done.success());
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().process_id().unwrap()
    }

    /// Closes the terminal's window, as a lost connection does, and waits for the program's end. The program must be
    /// writing something now and then: the emulator lets go of the terminal at its next output.
    #[track_caller]
    pub fn close_window(mut self) -> ExitStatus {
        self.seen().hung_up = true;
        self.keys = None;
        self.master = None;
        let mut child = self.child.take().unwrap();
        let (tell, ended) = std::sync::mpsc::channel();
        std::thread::spawn(move || tell.send(child.wait()));
        ended
            .recv_timeout(PATIENCE)
            .expect("the program outlived its terminal")
            .unwrap()
    }

    /// Waits for the program's end, and checks that the terminal is as it was before and that nothing was ever sent
    /// to it that is not ours.
    #[track_caller]
    pub fn ends_restored(self) -> Ended {
        let ended = self.ends();
        assert_eq!(foreign(&ended.raw), [""; 0], "nothing but our own sequences was written");
        ended
    }

    /// The same for a program that was asked to send sequences of other kinds.
    #[track_caller]
    pub fn ends(mut self) -> Ended {
        self.wait_closed();
        let line_discipline = format!("{:?}", self.master.as_ref().unwrap().get_termios());
        assert_eq!(line_discipline, self.line_discipline, "the line discipline is as before");
        let status = self.child.take().unwrap().wait().unwrap();
        let seen = self.seen();
        let screen = seen.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen was left");
        assert!(!screen.hide_cursor(), "the cursor is back");
        assert_eq!(modes_left_on(&seen.raw), [""; 0], "every mode is off");
        Ended {
            status,
            screen: screen.contents(),
            raw: seen.raw.clone(),
        }
    }

    #[track_caller]
    fn wait_closed(&self) {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        while !seen.closed {
            let left = deadline.saturating_duration_since(Instant::now());
            let screen = seen.parser.screen().contents();
            assert!(!left.is_zero(), "the program did not end; the screen:\n{screen}");
            seen = self
                .shared
                .1
                .wait_timeout(seen, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        // A test that failed half-way must not leave a program behind; one that ended is not hurt by this.
        if let Some(child) = &mut self.child {
            let _ = child.kill();
        }
    }
}

/// A program that ended and gave its terminal back.
pub struct Ended {
    pub status: ExitStatus,
    /// What is left on the screen.
    pub screen: String,
    /// Everything it ever wrote.
    pub raw: Vec<u8>,
}

/// What a failed test saw can still be read.
fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

const fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}
