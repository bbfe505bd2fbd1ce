//! Checkpoints, moves back and forth, and what each of them leaves as it is.

pub mod apply;
pub mod checkpoint;
pub mod gone;
pub mod rehearse;
pub mod rollback;
pub mod saved;
pub mod since;
pub mod spared;
pub mod staged;
