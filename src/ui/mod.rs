//! L5: the terminal: the only user of ratatui and crossterm.

pub mod text;
pub mod theme;
pub mod transcript;
