//! A person's part: gates and the rules that answer for them, questions, the run's course, the list's edits, the windows to come.

pub mod asking;
pub mod edits;
pub mod gates;
pub mod permit;
pub mod propose;
pub mod questions;
pub mod raise;
pub mod review;
pub mod rules;
pub mod steer;
pub mod window;
