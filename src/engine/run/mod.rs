//! The run and its sessions: which comes next, how one is opened, told where it stands, judged, and ended; what a killed run left.

pub mod audit;
pub mod circling;
pub mod claimed;
pub mod errand;
pub mod facts;
pub mod left_running;
pub mod left_settings;
pub mod limits;
pub mod orientation;
pub mod place;
pub mod session;
pub mod supervisor;
pub mod survivors;
pub mod victory;
