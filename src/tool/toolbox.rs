//! The tools of one session, ready to be called.

use super::bash::{Shell, asked_for};
use super::catalog::{Tool, names, specs};
use super::describe::paths;
use super::harness_call::is_harness;
use super::input::{BashInput, EditInput, EditorInput, GlobInput, ReadInput, SearchInput, WriteInput, parse};
use super::place::{Place, resolve};
use super::{ToolError, ToolOutcome, ToolSpec, edit, find, search, view};
use crate::process::{Group, Stopped, Survivor, Work};
use crate::protocol::RawJson;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

/// Limits of the `bash` tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BashLimits {
    /// Time a command may take unless the call says otherwise.
    pub timeout: Duration,
    /// Bytes of output shown from the start.
    pub head: usize,
    /// Bytes of output shown from the end.
    pub tail: usize,
}

impl Default for BashLimits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(2),
            head: 16 * 1024,
            tail: 16 * 1024,
        }
    }
}

/// Where a session's tools work.
#[derive(Debug, Clone)]
pub struct ToolContext {
    /// The workspace, canonical.
    pub workspace: PathBuf,
    /// A directory of ours outside the workspace, for the shell's state; made when needed.
    pub scratch: PathBuf,
    /// Limits of commands.
    pub bash: BashLimits,
}

/// Runs the calls of one session's model.
#[derive(Debug)]
pub struct Toolbox {
    workspace: PathBuf,
    group: Group,
    /// One command at a time: the next starts where the last ended.
    shell: Mutex<Shell>,
}

impl Toolbox {
    /// Makes the tools of a session. Touches nothing yet.
    #[must_use]
    pub fn new(context: ToolContext) -> Self {
        let group = Group::new();
        let shell = Shell::new(context.workspace.clone(), &context.scratch, context.bash, group.clone());
        Self {
            workspace: context.workspace,
            group,
            shell: Mutex::new(shell),
        }
    }

    /// Returns the registry of the session's background processes, for what the harness itself starts.
    #[must_use]
    pub const fn group(&self) -> &Group {
        &self.group
    }

    /// Returns the tools that `model` is offered, always in the same order.
    #[must_use]
    pub fn specs(&self, model: &str) -> Vec<ToolSpec> {
        specs(model)
    }

    /// Lists the files a call would write, links followed, relative to the workspace; what cannot be followed is listed as given.
    #[must_use]
    pub fn paths(&self, name: &str, input: &RawJson) -> Vec<PathBuf> {
        let real = |path: PathBuf| resolve(&self.workspace, &path.to_string_lossy()).map_or(path, |place| place.relative);
        paths(name, input).into_iter().map(real).collect()
    }

    /// Returns the directory that the next command starts in; `None` while one runs.
    #[must_use]
    pub fn directory(&self) -> Option<PathBuf> {
        Some(self.shell.try_lock().ok()?.directory().to_owned())
    }

    /// Runs a call to its end. Never fails: what goes wrong is told to the model in the outcome.
    pub async fn call(
        &self,
        name: &str,
        input: &RawJson,
        cancel: CancellationToken,
        on_output: mpsc::Sender<String>,
    ) -> ToolOutcome {
        self.try_call(name, input, cancel, on_output).await.into()
    }

    /// Lists what the session's commands left running.
    pub async fn background(&self) -> Vec<Survivor> {
        let mut running = self.group.live().await;
        for one in &mut running {
            one.command = asked_for(std::mem::take(&mut one.command));
        }
        running
    }

    /// Adds up what background processes are at.
    pub async fn background_work(&self) -> Work {
        self.group.work().await
    }

    /// Stops all background processes and says what they were.
    pub async fn close(&self) -> Vec<Stopped> {
        let mut stopped = self.group.close().await;
        for one in &mut stopped {
            one.command = asked_for(std::mem::take(&mut one.command));
        }
        stopped
    }

    async fn try_call(
        &self,
        name: &str,
        input: &RawJson,
        cancel: CancellationToken,
        on_output: mpsc::Sender<String>,
    ) -> Result<ToolOutcome, ToolError> {
        let tool = Tool::named(name).ok_or_else(|| ToolError::Unknown {
            name: name.to_owned(),
            known: names(),
        })?;
        if is_harness(tool) {
            return Err(ToolError::NotHere { name: name.to_owned() });
        }
        if tool == Tool::Bash {
            let input: BashInput = parse(tool, input)?;
            return self.shell.lock().await.call(input, cancel, on_output).await;
        }
        let (workspace, input) = (self.workspace.clone(), input.clone());
        tokio::task::spawn_blocking(move || Files { workspace }.call(tool, &input, &cancel))
            .await
            .unwrap_or_else(|error| Err(ToolError::Broken(error.to_string())))
    }
}

/// The tools that only look at and change files.
struct Files {
    workspace: PathBuf,
}

impl Files {
    fn call(&self, tool: Tool, input: &RawJson, cancel: &CancellationToken) -> Result<ToolOutcome, ToolError> {
        match tool {
            Tool::TextEditor => match parse(tool, input)? {
                EditorInput::View { path, view_range } => view::view(&self.place(&path)?, view_range),
                EditorInput::Create { path, file_text } => edit::create(&self.place(&path)?, &file_text),
                EditorInput::StrReplace { path, old_str, new_str } => edit::replace(&self.place(&path)?, &old_str, &new_str),
                EditorInput::Insert {
                    path,
                    insert_line,
                    insert_text,
                } => edit::insert(&self.place(&path)?, insert_line, &insert_text),
            },
            Tool::Read => {
                let ReadInput { path, offset, limit } = parse(tool, input)?;
                let range = (offset.is_some() || limit.is_some()).then(|| {
                    let from = offset.unwrap_or(1);
                    (from, limit.map_or(-1, |limit| from.saturating_add(limit.max(1)) - 1))
                });
                view::view(&self.place(&path)?, range)
            }
            Tool::Write => {
                let WriteInput { path, content } = parse(tool, input)?;
                edit::create(&self.place(&path)?, &content)
            }
            Tool::Edit => {
                let EditInput {
                    path,
                    old_text,
                    new_text,
                } = parse(tool, input)?;
                edit::replace(&self.place(&path)?, &old_text, &new_text)
            }
            Tool::Glob => {
                let GlobInput { pattern, path } = parse(tool, input)?;
                find::glob(
                    &self.workspace,
                    &self.place(path.as_deref().unwrap_or("."))?,
                    &pattern,
                    cancel,
                )
            }
            Tool::Search => {
                let input: SearchInput = parse(tool, input)?;
                search::search(
                    &self.workspace,
                    &self.place(input.path.as_deref().unwrap_or("."))?,
                    &input,
                    cancel,
                )
            }
            Tool::Bash
            | Tool::Commit
            | Tool::RunTests
            | Tool::RecordCheck
            | Tool::FeaturePassed
            | Tool::FeatureFailed
            | Tool::ProgressNote
            | Tool::AskHuman
            | Tool::EndSession
            | Tool::DeclareVerify
            | Tool::ProposeChange => Err(ToolError::NotHere {
                name: tool.name().to_owned(),
            }),
        }
    }

    fn place(&self, given: &str) -> Result<Place, ToolError> {
        resolve(&self.workspace, given)
    }
}
