//! L1: settings, from layers whose sources are remembered.

pub mod pricing;

/// How often the log is synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Events of weight at once, the rest within 100 ms.
    Group,
    /// Also every tool call before it starts.
    Full,
}
