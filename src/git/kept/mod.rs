//! What of a repository is not the agent's to change: kept as it was, found out when it changes, put back.

pub mod held_settings;
pub mod hooks;
pub mod identity;
pub mod moved;
pub mod replaced;
pub mod settings;
pub mod shallow;
pub mod underway;
