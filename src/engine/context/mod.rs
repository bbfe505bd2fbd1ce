//! One context window: the pure machine of its turns, what carries out their effects, and the one way from a call to a tool.

pub mod conversation;
pub mod dispatch;
pub mod driver;
pub mod effect;
pub mod harness_calls;
pub mod orders;
pub mod turn;
