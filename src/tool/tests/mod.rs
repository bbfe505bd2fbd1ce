//! Calls as a model makes them, against real files and real shells.

mod bash;
mod files;
mod finding;

use super::{BashLimits, ToolContext, ToolOutcome, Toolbox};
use crate::protocol::{CallStatus, RawJson};
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A workspace with tools.
struct Lab {
    _dir: tempfile::TempDir,
    workspace: PathBuf,
    scratch: PathBuf,
    tools: Toolbox,
}

impl Lab {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let (workspace, scratch) = (root.join("ws"), root.join("scratch"));
        std::fs::create_dir_all(workspace.join(".git")).unwrap();
        let tools = Toolbox::new(ToolContext {
            workspace: workspace.clone(),
            scratch: scratch.clone(),
            bash: limits(),
        });
        Self {
            _dir: dir,
            workspace,
            scratch,
            tools,
        }
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let file = self.workspace.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }

    fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.workspace.join(path)).unwrap()
    }

    async fn call(&self, name: &str, input: Value) -> ToolOutcome {
        let (sender, _receiver) = mpsc::channel(64);
        self.tools
            .call(name, &RawJson::of(&input).unwrap(), CancellationToken::new(), sender)
            .await
    }

    /// Makes a call that must work, and returns what it says.
    async fn ok(&self, name: &str, input: Value) -> String {
        let done = self.call(name, input).await;
        assert_eq!(done.status, CallStatus::Completed, "{}", done.shown);
        done.shown
    }

    /// Makes a call that must fail, and returns what the model is told.
    async fn err(&self, name: &str, input: Value) -> String {
        let done = self.call(name, input).await;
        assert_eq!(done.status, CallStatus::Failed, "{}", done.shown);
        done.shown
    }
}

fn limits() -> BashLimits {
    BashLimits {
        timeout: Duration::from_secs(20),
        head: 1_000,
        tail: 1_000,
    }
}
