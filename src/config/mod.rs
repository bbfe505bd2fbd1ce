//! Not built yet.

pub mod pricing;
