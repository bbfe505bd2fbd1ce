//! How the link makes a move back while no run is on.
//!
//! Owns nothing but the handle: a move is the engine's (guard, log and repository change together), and the engine stands beside the
//! link, above which it may not reach. So whoever opens the link hands the move in. Invariant: without a mover, a move is refused.

use crate::protocol::{Oid, Target};
use std::sync::Arc;

/// Makes a move to a target, if the project still is in the state of that name; else says why nothing was moved, and, given the files that
/// were shown, which of them changed. Blocks.
#[derive(Clone)]
pub struct Mover(Arc<MoveFn>);

type MoveFn = dyn Fn(&Target, &str, Option<&Oid>) -> Result<(), String> + Send + Sync;

impl Mover {
    /// Makes one.
    pub fn new(go: impl Fn(&Target, &str, Option<&Oid>) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(go))
    }

    pub(super) fn go(&self, target: &Target, seen: &str, files: Option<&Oid>) -> Result<(), String> {
        (self.0)(target, seen, files)
    }
}
