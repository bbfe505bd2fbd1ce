//! Checks that the harness ran.

use crate::protocol::CheckRun;
use serde::{Deserialize, Serialize};

/// A recorded check was run. One that holds and was run as evidence is the feature's check from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRan {
    /// How it went.
    pub run: CheckRun,
}
