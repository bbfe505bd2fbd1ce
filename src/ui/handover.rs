//! Handing the keyboard to another program: while it runs, no thread of ours reads a key.
//!
//! Owns the gate that the keys' thread passes before every read. Invariant: between [`KeyGate::close`] returning `true` and
//! [`KeyGate::open`], that thread waits at the gate.

use rustix::process::{Signal, getpid, kill_process};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the thread may take to come to the gate.
const PATIENCE: Duration = Duration::from_secs(2);

/// The gate. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct KeyGate {
    inner: Arc<(Mutex<Gate>, Condvar)>,
}

#[derive(Debug, Default)]
struct Gate {
    closed: bool,
    waiting: bool,
}

impl KeyGate {
    /// Waits while the gate is closed. Called by the thread that reads keys, before every read.
    pub fn pass(&self) {
        let mut gate = self.lock();
        gate.waiting = true;
        self.inner.1.notify_all();
        while gate.closed {
            gate = self.inner.1.wait(gate).unwrap_or_else(PoisonError::into_inner);
        }
        gate.waiting = false;
    }

    /// Closes the gate and waits until the thread stands at it. Returns whether it does; if not, the gate is open again.
    #[must_use]
    pub fn close(&self) -> bool {
        self.lock().closed = true;
        // The thread sleeps in a read that only input or a new size ends: it is told of a new size.
        let _ = kill_process(getpid(), Signal::WINCH);
        let gate = self.lock();
        let (mut gate, _) = self
            .inner
            .1
            .wait_timeout_while(gate, PATIENCE, |gate| !gate.waiting)
            .unwrap_or_else(PoisonError::into_inner);
        gate.closed = gate.waiting;
        gate.waiting
    }

    /// Opens the gate.
    pub fn open(&self) {
        self.lock().closed = false;
        self.inner.1.notify_all();
    }

    /// Says whether another program has the keyboard.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    fn lock(&self) -> MutexGuard<'_, Gate> {
        self.inner.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn the_reader_waits_at_a_closed_gate_and_goes_on_when_it_opens() {
        let gate = KeyGate::default();
        let (told, passed) = mpsc::sync_channel(1);
        let (go, wanted) = mpsc::sync_channel::<()>(1);
        let own = gate.clone();
        let reader = std::thread::spawn(move || {
            for () in wanted {
                own.pass();
                told.send(()).unwrap();
            }
        });
        go.send(()).unwrap();
        passed.recv().unwrap();
        go.send(()).unwrap();
        passed.recv().unwrap();
        let closing = gate.clone();
        let closed = std::thread::spawn(move || closing.close());
        while !gate.is_closed() {
            std::thread::yield_now();
        }
        go.send(()).unwrap();
        assert!(closed.join().unwrap());
        assert!(passed.try_recv().is_err(), "it passed a closed gate");
        gate.open();
        passed.recv().unwrap();
        drop(go);
        reader.join().unwrap();
    }
}
