//! What features rest on: test runs, recorded checks, evidence, and what is tried again, traced and set back.

pub mod before;
pub mod beside;
pub mod bisect;
pub mod checks;
pub mod ended;
pub mod evidence;
pub mod features;
pub mod grounds;
pub mod hung;
pub mod regress;
pub mod repeats;
pub mod scratch;
pub mod silenced;
pub mod steady;
pub mod testing;
pub mod told;
pub mod unrun;
