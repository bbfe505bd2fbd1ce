//! Texts of any size: short ones inline, long ones as head and tail with the whole in a blob.

use super::BlobId;
use serde::{Deserialize, Serialize};

/// A text as the model or the user sees it, and where the whole of it lies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The text, or its head and tail with a line in between that says how much is missing.
    pub text: String,
    /// Size of the whole in bytes.
    pub bytes: u64,
    /// The whole, if `text` is not it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob: Option<BlobId>,
}

impl Payload {
    /// Wraps a text that needs no blob.
    #[must_use]
    pub fn inline(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            bytes: text.len() as u64,
            text,
            blob: None,
        }
    }
}
