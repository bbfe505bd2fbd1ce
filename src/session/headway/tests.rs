//! The measure over written traces, and its laws over generated ones.

mod circling;
mod innocent;
mod laws;
mod little;
mod waiting;

use crate::protocol::event::*;
use crate::protocol::*;
use crate::session::{Beat, Headway, State};

/// The rounds after which the built-in settings have the agent told.
const TOLD: u32 = 6;

/// A log, written turn by turn, with the rounds that the measure counted at the end of each.
struct Trace {
    state: State,
    rounds: Vec<u32>,
    calls: u32,
    /// What runs beside the agent.
    running: Option<StillRunning>,
}

impl Trace {
    fn new() -> Self {
        let mut trace = Self {
            state: State::default(),
            rounds: Vec::new(),
            calls: 0,
            running: None,
        };
        trace.tell(FeatureListLoaded {
            path: "feature_list.json".into(),
            features: ["F1", "F2"]
                .map(|id| Feature {
                    id: id.into(),
                    ..Feature::default()
                })
                .into(),
            notices: Vec::new(),
        });
        trace.session();
        trace
    }

    fn session(&mut self) -> &mut Self {
        let number = self.state.sessions.len() + 1;
        let time = jiff::Timestamp::UNIX_EPOCH;
        let begun = SessionStarted {
            role: Role::Coding,
            model: "m".into(),
            context_window: 1000,
            head: None,
            prompt_hash: String::new(),
            list: None,
        };
        self.state.apply(&Envelope {
            v: FORMAT_VERSION,
            seq: self.state.last_seq.next(),
            time,
            session: SessionNo(u32::try_from(number).unwrap()),
            event: begun.into(),
        });
        self.kept("at-start", CheckpointCause::SessionStart, None);
        self.tell(FeatureSelected {
            feature: "F1".into(),
            reason: String::new(),
        })
    }

    fn tell(&mut self, event: impl Into<Event>) -> &mut Self {
        self.state.tell(event);
        self
    }

    /// A turn of the given calls.
    fn turn(&mut self, calls: impl FnOnce(&mut Self)) -> &mut Self {
        let turn = self.state.current().unwrap().turn.next();
        self.tell(TurnStarted { turn });
        calls(self);
        self.rounds.push(self.headway().rounds());
        self
    }

    fn headway(&self) -> &Headway {
        &self.state.current().unwrap().headway
    }

    fn beats(&mut self) -> Vec<Beat> {
        self.tell(TurnStarted { turn: TurnNo(9_999) });
        let beats = self.state.features.get(&"F1".into()).unwrap().track.beats.clone();
        beats.into()
    }

    fn call(&mut self, tool: &str, kind: ToolKind, input: &str, ended: (CallStatus, Option<i32>), output: &str) -> CallId {
        self.calls += 1;
        let call = CallId::from(format!("call-{}", self.calls).as_str());
        self.tell(ToolStarted {
            call: call.clone(),
            tool: tool.into(),
            kind,
            title: input.into(),
            input: RawJson::of(&serde_json::json!({ "input": input })).unwrap(),
        });
        self.tell(ToolFinished {
            call: call.clone(),
            status: ended.0,
            output: Payload::inline(output),
            exit_code: ended.1,
            duration_ms: 3_600_000,
            lines: None,
            running: self.running,
        });
        call
    }

    fn sh(&mut self, command: &str, code: i32, output: &str) -> CallId {
        self.call(
            "bash",
            ToolKind::Execute,
            command,
            (CallStatus::Completed, Some(code)),
            output,
        )
    }

    fn read(&mut self, path: &str, content: &str) {
        self.call("read", ToolKind::Read, path, (CallStatus::Completed, None), content);
    }

    /// An edit after which the files are `tree`.
    fn edit(&mut self, what: &str, tree: &str) {
        let call = self.call("edit", ToolKind::Edit, what, (CallStatus::Completed, None), "edited");
        self.kept(tree, CheckpointCause::Step, Some(call));
    }

    /// An edit of so many lines of a file, as a checkpoint tells it.
    fn edit_lines(&mut self, path: &str, lines: u32) {
        let call = self.call("edit", ToolKind::Edit, path, (CallStatus::Completed, None), "edited");
        self.wrote(call, path, lines);
    }

    /// A command that writes so many lines of a file.
    fn sh_lines(&mut self, command: &str, ended: (i32, &str), path: &str, lines: u32) {
        let call = self.sh(command, ended.0, ended.1);
        self.wrote(call, path, lines);
    }

    /// The files are as they never were, by a call that wrote so many lines of one.
    fn wrote(&mut self, call: CallId, path: &str, lines: u32) {
        let (path, lines) = (path.into(), Some(lines));
        let tree = format!("tree after {call}");
        self.kept_with(&tree, CheckpointCause::Step, Some(call), vec![FileWritten { path, lines }]);
    }

    fn kept(&mut self, tree: &str, cause: CheckpointCause, call: Option<CallId>) {
        self.kept_with(tree, cause, call, Vec::new());
    }

    fn kept_with(&mut self, tree: &str, cause: CheckpointCause, call: Option<CallId>, wrote: Vec<FileWritten>) {
        let checkpoint = CheckpointId(u32::try_from(self.state.checkpoints.len() + 1).unwrap());
        self.tell(CheckpointMade {
            checkpoint,
            cause,
            tree: tree.into(),
            code: None,
            head: None,
            call,
            left_out: Vec::new(),
            wrote,
        });
    }

    /// A run of the tests that the agent asked for.
    fn tests(&mut self, purpose: TestPurpose, cases: &[(&str, bool, &str)]) {
        let case = |(name, passes, detail): &(&str, bool, &str)| TestCase {
            name: (*name).into(),
            status: if *passes { CaseStatus::Passed } else { CaseStatus::Failed },
            duration_ms: Some(3),
            detail: (*detail).into(),
            attempts: Vec::new(),
        };
        self.tell(TestRunFinished {
            run: TestRun {
                purpose,
                command: "make test".into(),
                tree: None,
                cases: cases.iter().map(case).collect(),
                exit_code: Some(i32::from(cases.iter().any(|case| !case.1))),
                timed_out: false,
                duration_ms: 5,
                output: Payload::default(),
                moved: false,
                code: None,
                limit_seconds: None,
                under_way: Vec::new(),
                only: Vec::new(),
            },
            gone: Vec::new(),
        });
    }

    /// Processes of the agent's commands run on, and have used so much CPU time.
    fn runs(&mut self, processes: u32, cpu_ms: u64) {
        self.running = Some(StillRunning {
            processes,
            cpu_ms,
            ..StillRunning::default()
        });
    }

    fn commit(&mut self, tree: &str) {
        self.tell(CommitMade {
            tree: tree.into(),
            feature: Some("F1".into()),
            ..samples::commit_made(format!("c-{tree}").as_str(), None)
        });
    }

    fn most(&self) -> u32 {
        self.rounds.iter().copied().max().unwrap_or(0)
    }

    /// The turn, from 1, at whose end the agent is told.
    fn found_at(&self) -> Option<usize> {
        self.rounds.iter().position(|rounds| *rounds >= TOLD).map(|at| at + 1)
    }
}
