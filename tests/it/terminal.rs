//! The program in a real terminal: what it draws, how it takes keys, and that it gives the terminal back.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail here")]

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// Longer than anything takes on a loaded machine; reached only by a failing test.
const PATIENCE: Duration = Duration::from_secs(30);

struct Output {
    screen: vt100::Parser,
    raw: Vec<u8>,
    closed: bool,
}

impl Output {
    /// Says whether the last synchronized update is whole: half a frame shows what no user sees.
    fn is_between_frames(&self) -> bool {
        let last = |mark: &[u8]| self.raw.windows(mark.len()).rposition(|bytes| bytes == mark);
        last(b"\x1b[?2026l") >= last(b"\x1b[?2026h")
    }
}

/// A program in a pseudo terminal, with the screen it has drawn.
struct Session {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Arc<(Mutex<Output>, Condvar)>,
}

impl Session {
    fn start(args: &[&str], env: &[(&str, &str)], (columns, rows): (u16, u16)) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_longhaul"));
        command.args(args);
        let home = std::env::temp_dir();
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("LC_ALL", "C.UTF-8"),
            ("LONGHAUL_STATE_DIR", home.to_str().unwrap()),
        ] {
            command.env(name, value);
        }
        for (name, value) in env {
            command.env(name, value);
        }
        command.cwd(home);
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let keys = pty.master.take_writer().unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let output = Arc::new((
            Mutex::new(Output {
                screen: vt100::Parser::new(rows, columns, 0),
                raw: Vec::new(),
                closed: false,
            }),
            Condvar::new(),
        ));
        let shared = Arc::clone(&output);
        std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            loop {
                let read = reader.read(&mut bytes).unwrap_or(0);
                let mut output = shared.0.lock().unwrap();
                output.screen.process(&bytes[..read]);
                output.raw.extend_from_slice(&bytes[..read]);
                output.closed = read == 0;
                shared.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Self {
            master: pty.master,
            child,
            keys,
            output,
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    #[track_caller]
    fn wait(&self, what: &str, reached: impl Fn(&Output) -> bool) {
        let began = Instant::now();
        let mut output = self.output.0.lock().unwrap();
        while !(output.closed || output.is_between_frames()) || !reached(&output) {
            let left = PATIENCE.saturating_sub(began.elapsed());
            assert!(
                !left.is_zero(),
                "waited for {what}; the screen is\n{}",
                output.screen.screen().contents()
            );
            output = self.output.1.wait_timeout(output, left).unwrap().0;
        }
    }

    #[track_caller]
    fn see(&self, text: &str) {
        self.wait(text, |output| output.screen.screen().contents().contains(text));
    }

    #[track_caller]
    fn see_no(&self, text: &str) {
        self.wait(&format!("no {text}"), |output| {
            !output.screen.screen().contents().contains(text)
        });
    }

    fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.output.0.lock().unwrap().screen.screen_mut().set_size(rows, columns);
        self.master.resize(size).unwrap();
    }

    /// Waits for the program's end and checks that every mode is as it was before.
    #[track_caller]
    fn ends_restored(mut self) -> String {
        self.wait("the end", |output| output.closed);
        self.child.wait().unwrap();
        let output = self.output.0.lock().unwrap();
        let screen = output.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen was left");
        assert!(!screen.hide_cursor(), "the cursor is back");
        assert!(!screen.bracketed_paste(), "bracketed paste is off");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let raw = String::from_utf8_lossy(&output.raw).into_owned();
        let last = |mode: &str| raw.rfind(mode).unwrap_or(0);
        assert!(
            last("\x1b[?2026l") > last("\x1b[?2026h"),
            "the last synchronized update was ended"
        );
        screen.contents()
    }
}

fn streaming(env: &[(&str, &str)]) -> Session {
    let session = Session::start(&["debug", "stream", "--rate", "2000"], env, (120, 40));
    session.see("made-up feature 20");
    session
}

#[test]
fn keys_answer_while_events_stream() {
    let mut session = streaming(&[]);
    session.press("?");
    session.see("Enter does it");
    session.press("q");
    session.see_no("Enter does it");
    session.press("1");
    session.press("/20\r");
    session.see_no("made-up feature 19");
    session.press("\x1b");
    session.see("made-up feature 19");
    session.press("q");
    session.ends_restored();
}

#[test]
fn any_size_is_drawn_and_the_screen_comes_back() {
    let mut session = streaming(&[]);
    for (columns, rows) in [(60, 15), (30, 6), (1, 1), (200, 60), (80, 24)] {
        session.resize(columns, rows);
        if columns >= 60 {
            session.see("? help");
        }
    }
    session.see("made-up feature 12");
    session.press("q");
    session.ends_restored();
}

#[test]
fn pasted_text_does_nothing() {
    let mut session = streaming(&[]);
    session.press("\x1b[200~qqq1/\r\x1b[201~");
    session.see("pasted text was dropped");
    session.press("q");
    session.ends_restored();
}

#[test]
fn a_panic_restores_the_terminal_before_it_is_told() {
    let mut session = streaming(&[("LONGHAUL_DEBUG_PANIC", "1"), ("RUST_BACKTRACE", "0")]);
    session.press("m\x1c");
    let left = session.ends_restored();
    assert!(left.contains("asked for by LONGHAUL_DEBUG_PANIC"), "{left}");
}

#[test]
#[cfg(unix)]
fn signals_restore_the_terminal() {
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::HUP] {
        let session = streaming(&[]);
        let pid = i32::try_from(session.child.process_id().unwrap()).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), signal).unwrap();
        session.ends_restored();
    }
}

#[test]
fn without_colour_only_attributes_are_written() {
    let mut session = streaming(&[("NO_COLOR", "1")]);
    session.press("1?");
    session.see("Enter does it");
    session.press("qq");
    let output = Arc::clone(&session.output);
    session.ends_restored();
    let raw = String::from_utf8_lossy(&output.0.lock().unwrap().raw).into_owned();
    assert!(!raw.contains("\x1b[38;5;") && !raw.contains("\x1b[48;5;"));
}
