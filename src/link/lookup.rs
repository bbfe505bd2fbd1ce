//! Answers to look-ups: diffs from the repository, whole texts from the blob store, the next window from the log and the files.
//! Each on a short-lived thread, never the caller's.

use super::{Reply, Wanted, past, present};
use crate::config::Settings;
use crate::git::Repo;
use crate::harness::FeatureList;
use crate::harness::feature_list::raw;
use crate::harness::history;
use crate::harness::notes::edit;
use crate::harness::prompt::{Attendance, Prompts};
use crate::harness::rehearsal::rehearse;
use crate::harness::survey;
use crate::harness::window::{PreviewInput, preview};
use crate::protocol::event::RunInterrupted;
use crate::protocol::{Answer, HistoryProgress, Query, Seq, Survey};
use crate::session::State;
use crate::store::{self, Blobs, ProjectDir};
use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;

/// Where look-ups are answered from.
#[derive(Debug, Clone)]
pub struct Lookups {
    /// The workspace, for git.
    pub workspace: PathBuf,
    /// The feature list, relative to it.
    pub list: PathBuf,
    /// The project's blobs.
    pub blobs: Blobs,
    /// Size in bytes above which a move back leaves new files alone.
    pub limit: u64,
    /// Which look-up of the list's history is waited for.
    pub history: Wanted,
    /// What previews of the next window are made from; `None` where there is none to be made.
    pub next: Option<NextWindowSource>,
}

/// Where a preview of the next window comes from, besides the workspace.
#[derive(Debug, Clone)]
pub struct NextWindowSource {
    /// The project's log.
    pub dir: ProjectDir,
    /// Settings in force.
    pub settings: Settings,
    /// Prompts in force.
    pub prompts: Arc<Prompts>,
    /// Whether somebody will be there to answer.
    pub attendance: Attendance,
    /// The specification, where it is known.
    pub spec: Option<String>,
}

impl NextWindowSource {
    /// What the next window would be made from. A run that is on, in whichever process, goes by its own settings and flags; its log
    /// tells them.
    fn terms(&self, state: &State) -> (Settings, Attendance, Option<String>) {
        let run = state.run.as_ref().filter(|run| run.ended.is_none());
        let terms = run.and_then(|run| run.window.as_ref());
        let mut settings = self.settings.clone();
        match terms.filter(|_| self.dir.holder().ok().flatten().is_some()) {
            Some(terms) => {
                if let Some(run) = run {
                    settings.model.clone_from(&run.model);
                }
                settings.context_window = terms.context_window;
                settings.features_per_session = terms.features_per_session;
                settings.verify.command.clone_from(&terms.verify_command);
                settings.verify.tests.clone_from(&terms.test_globs);
                let attendance = if terms.attended {
                    Attendance::Attended
                } else {
                    Attendance::Unattended
                };
                (settings, attendance, terms.spec.clone())
            }
            None => {
                // Its flags are over with a run, but which model works on the project is told by nothing else.
                let last = state.run.as_ref().filter(|run| run.model != settings.model);
                if let Some((run, terms)) = last.and_then(|run| Some((run, run.window.as_ref()?))) {
                    settings.model.clone_from(&run.model);
                    settings.context_window = terms.context_window;
                }
                (settings, self.attendance, self.spec.clone())
            }
        }
    }
}

impl Lookups {
    /// Answers on another thread.
    pub fn ask(&self, query: Query, mut reply: Reply) {
        let own = self.clone();
        let wanted = (query == Query::ListHistory).then(|| self.history.begin());
        let look = move || match wanted {
            None => reply(own.answer(&query)),
            Some(wanted) => {
                let reply = RefCell::new(reply);
                let pace = |so_far: HistoryProgress| {
                    if wanted() && so_far.is_worth_telling() {
                        (reply.borrow_mut())(Answer::HistoryProgress(so_far));
                    }
                    wanted()
                };
                if let Some(answer) = own.history(&pace) {
                    (reply.borrow_mut())(answer);
                }
            }
        };
        if let Err(error) = std::thread::Builder::new().name("lookup".into()).spawn(look) {
            tracing::error!(%error, "no thread for a look-up");
        }
    }

    /// Ends a look-up that nobody waits for.
    pub fn forget(&self, query: &Query) {
        if *query == Query::ListHistory {
            self.history.forget();
        }
    }

    /// How the list went through the commits; nothing once nobody wants to know.
    fn history(&self, pace: history::Pace<'_>) -> Option<Answer> {
        if let Some(message) = self.gone() {
            return Some(Answer::Failed { message });
        }
        match history::history(&self.workspace, &self.list, pace) {
            Ok(told) => told.map(|told| Answer::ListHistory(Box::new(told))),
            Err(error) => Some(Answer::Failed {
                message: error.to_string(),
            }),
        }
    }

    /// What lies in the workspace; of the user's home only where agents keep transcripts is looked at.
    fn survey(&self) -> Survey {
        survey::survey(&self.workspace, home().as_deref(), std::env::var_os("PATH").as_deref())
    }

    /// Says that there is nothing to look at: a worktree goes when its work is brought home, from whichever terminal.
    fn gone(&self) -> Option<String> {
        let told = || {
            format!(
                "{} is no more; if its work was brought home, leave and open the project again",
                self.workspace.display()
            )
        };
        (!self.workspace.is_dir()).then(told)
    }

    fn answer(&self, query: &Query) -> Answer {
        // What was kept of the project is there all the same.
        let is_kept = matches!(query, Query::Blob { .. });
        if let Some(message) = self.gone().filter(|_| !is_kept) {
            return Answer::Failed { message };
        }
        let answer = match query {
            Query::CommitDiff { commit } => Repo::discover(&self.workspace)
                .and_then(|repo| repo.commit_diff(commit))
                .map(Answer::CommitDiff)
                .map_err(|error| error.to_string()),
            Query::TreeDiff { from, to } => Repo::discover(&self.workspace)
                .and_then(|repo| repo.changes(from.as_ref(), to))
                .map(|files| Answer::TreeDiff { files })
                .map_err(|error| error.to_string()),
            Query::Rehearse { target } => rehearse(&self.workspace, &self.list, target, self.limit)
                .map(|rehearsal| Answer::Rehearsal(Box::new(rehearsal)))
                .map_err(|error| error.to_string()),
            Query::Blob { blob } => self
                .blobs
                .get(blob)
                .map(|bytes| Answer::Blob {
                    text: String::from_utf8_lossy(&bytes).into_owned(),
                    path: self.blobs.path(blob).display().to_string(),
                })
                .map_err(|error| error.to_string()),
            Query::Notes => edit::load(&self.workspace)
                .map(|now| Answer::Notes {
                    text: now.text,
                    hash: now.hash,
                })
                .map_err(|error| error.to_string()),
            Query::ProposeRule { command } => self.rule_proposal(command),
            Query::NextWindow => self.next_window(),
            Query::Survey => Ok(Answer::Survey(Box::new(self.survey()))),
            Query::Transcript { path } => survey::transcript::transcript(&self.workspace, home().as_deref(), path)
                .map(|told| Answer::Transcript(Box::new(told)))
                .map_err(|error| error.to_string()),
            Query::ListText => Ok(Answer::ListText(Box::new(raw(
                &self.workspace.join(&self.list),
                &self.list.display().to_string(),
            )))),
            Query::ListHistory => Ok(self.history(&|_| true).unwrap_or_else(|| Answer::ListHistory(Box::default()))),
        };
        answer.unwrap_or_else(|message| Answer::Failed { message })
    }

    /// What could be made a rule of a command, and what it would have meant so far.
    fn rule_proposal(&self, command: &str) -> Result<Answer, String> {
        let log = match &self.next {
            Some(source) if source.dir.exists() => store::read(&source.dir, Seq(1)).map_err(|error| error.to_string())?.envelopes,
            _ => Vec::new(),
        };
        Ok(Answer::RuleProposal(Box::new(past::propose(command, &log, &self.workspace))))
    }

    /// Folds the log and what is on disk now, and composes the window that a session would begin with.
    fn next_window(&self) -> Result<Answer, String> {
        let Some(source) = &self.next else {
            return Err("there is no next session to preview here".into());
        };
        let mut state = State::default();
        if source.dir.exists() {
            // Asked before reading: a run that ends meanwhile is then seen as ended by its log.
            let is_held = source.dir.holder().map_err(|error| error.to_string())?.is_some();
            let log = store::read(&source.dir, Seq(1)).map_err(|error| error.to_string())?;
            state = State::fold(&log.envelopes);
            if !is_held {
                state.tell(RunInterrupted {});
            }
        }
        for event in present::events(&source.dir, &self.workspace, &source.settings.feature_list, false) {
            state.tell(event);
        }
        if state.project.is_empty() {
            state.project = self
                .workspace
                .file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        }
        let (settings, attendance, spec) = source.terms(&state);
        let list = PathBuf::from(&state.features.path);
        let committed = present::committed(&self.workspace, &list);
        let input = PreviewInput {
            committed: committed.as_ref().map(FeatureList::features),
            state: &state,
            settings: &settings,
            workspace: &self.workspace,
            prompts: &source.prompts,
            attendance,
            spec: spec.as_deref(),
        };
        preview(&input)
            .map(|next| Answer::NextWindow(Box::new(next)))
            .map_err(|error| error.to_string())
    }
}

/// The user's home, where agents keep transcripts.
fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute())
}
