//! Test runs: which runner a project uses, how it is run, what it says test by test, and whose tests these are.
//!
//! Owns the runners known ([`runner::RUNNERS`]), the formats they report in ([`format`]), the run itself with its time limit and its
//! retries, recorded checks, and which results prove a feature. Does not own when tests are run (the engine) nor spawning (`process`).
//! Invariant: a run never reads as all passed unless its command ended well, at least one test passed, none failed, and nothing
//! about its report is amiss.

mod asked;
pub mod broken;
pub mod check;
#[cfg(test)]
mod corpus;
pub mod format;
mod halves;
mod looked_up;
mod nameless;
mod own;
mod partial;
mod printed;
mod progress;
mod repeated;
mod reports;
mod retry;
mod run;
pub mod runner;
mod silenced;
mod steady;
mod surroundings;
#[cfg(test)]
mod tests;

pub use crate::protocol::naming::{lies_in, matches, names};
pub use format::COMMAND_CASE;
pub use halves::Halves;
pub use looked_up::looks_up;
pub use nameless::{disbelieve, how_to_name, is_nameless};
pub use own::{Own, own, own_tests};
pub use printed::{lay_there, printed};
pub use repeated::{Repeated, repeated};
pub use reports::REPORT_VARIABLE;
pub use run::{Plan, Ran, run, run_and_tell};
pub use silenced::{StandIn, caller, in_place_of_binary, is_compiled, is_named, silenced};
pub use steady::steady;
