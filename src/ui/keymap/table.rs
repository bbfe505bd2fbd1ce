//! The table of actions. Longer than other files because it is data: one row an action.

use super::action::Context::{
    Always, Audit as AuditPage, Diff, Document, Editor, Everywhere, Feature, History, Leave, List, Main, Message, NextWindow,
    Palette, Proof, Question, Queue, Rehearsal, Review, Rules, Search, Start, Survey, Transcript, Unsaved, Versions, Word, Writing,
};
use super::action::{Context, Entry};

macro_rules! actions {
    // The doc comment is the description: said once, shown by rustdoc, help and README alike.
    ($(#[doc = $about:literal] $action:ident: $name:literal, $short:literal, [$($context:ident),+], [$($key:literal),*], [$($vim:literal),*];)+) => {
        /// Something a key can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $(#[doc = $about] $action,)+
        }

        /// Every action, in the order help and documentation list them.
        pub const TABLE: &[Entry] = &[
            $(Entry {
                action: Action::$action,
                name: $name,
                about: $about.trim_ascii(),
                short: $short,
                contexts: &[$($context),+],
                keys: &[$($key),*],
                vim: &[$($vim),*],
            },)+
        ];
    };
}

actions! {
    /// show every key, with search; keys that cannot be used now say why
    Help: "help", "help", [Everywhere], ["?", "F1"], [];
    /// go back, close what is open, clear the search
    Back: "back", "back", [Everywhere], ["Esc"], [];
    /// leave longhaul, or close what is open; asks first while a run of this process is live
    Leave: "leave", "leave", [Everywhere], ["q"], [];
    /// clear the input or close what is open; twice offers to stop or leave
    Cancel: "cancel", "", [Everywhere], ["C-c"], [];
    /// suspend to the shell; `fg` returns
    Suspend: "suspend", "", [Everywhere], ["C-z"], [];
    /// draw the whole screen again
    Redraw: "redraw", "", [Everywhere], ["C-l"], [];
    /// turn mouse capture on or off; off leaves selecting text to the terminal
    Mouse: "mouse", "", [Everywhere], ["m"], [];
    /// find an action by a few letters, and do it
    Palette: "palette", "palette", [Everywhere], [":", "C-p"], [];

    /// move down
    Down: "down", "", [List, Transcript, Document, Review], ["j", "Down"], [];
    /// move up
    Up: "up", "", [List, Transcript, Document, Review], ["k", "Up"], [];
    /// move half a page down
    HalfPageDown: "half-page-down", "", [List, Transcript, Document, Review], ["C-d"], [];
    /// move half a page up
    HalfPageUp: "half-page-up", "", [List, Transcript, Document, Review], ["C-u"], [];
    /// move a page down
    PageDown: "page-down", "", [List, Transcript, Document, Review], ["C-f", "PgDn"], [];
    /// move a page down, as readers of text do
    ReadOn: "read-on", "", [List, Transcript, Document], ["Space"], [];
    /// move a page up
    PageUp: "page-up", "", [List, Transcript, Document, Review], ["C-b", "PgUp"], [];
    /// go to the top
    Top: "top", "", [List, Transcript, Document, Review], ["g g", "Home"], [];
    /// go to the bottom; in the transcript also follow what is new
    Bottom: "bottom", "", [List, Transcript, Document, Review], ["G", "End"], [];
    /// open the selected row, or the last run of a feature's check; fold or unfold a transcript entry, a file or a section
    Open: "open", "open", [List, Transcript, Diff, NextWindow, History, Survey, AuditPage, Feature], ["Enter"], ["z a"];
    /// show the whole of a transcript entry on a page of its own
    OpenWhole: "open-whole", "whole", [Transcript], ["o"], [];
    /// fold everything
    CollapseAll: "collapse-all", "", [Transcript, Diff, NextWindow, Survey], ["-"], ["z M"];
    /// unfold everything
    ExpandAll: "expand-all", "", [Transcript, Diff, NextWindow, Survey], ["="], ["z R"];

    /// go to the previous turn
    PreviousTurn: "previous-turn", "", [Transcript], ["{"], [];
    /// go to the next turn
    NextTurn: "next-turn", "turn", [Transcript], ["}"], [];
    /// go to the previous entry
    PreviousBlock: "previous-block", "", [Transcript], ["K"], [];
    /// go to the next entry
    NextBlock: "next-block", "", [Transcript], ["J"], [];
    /// go to the next tool call
    NextTool: "next-tool", "", [Transcript], ["] t"], [];
    /// go to the previous tool call
    PreviousTool: "previous-tool", "", [Transcript], ["[ t"], [];
    /// go to the next error or refusal
    NextError: "next-error", "error", [Transcript], ["] e"], [];
    /// go to the previous error or refusal
    PreviousError: "previous-error", "", [Transcript], ["[ e"], [];
    /// go to the next question or approval
    NextApproval: "next-approval", "", [Transcript], ["] a"], [];
    /// go to the previous question or approval
    PreviousApproval: "previous-approval", "", [Transcript], ["[ a"], [];
    /// go to the next commit
    NextCommit: "next-commit", "", [Transcript], ["] c"], [];
    /// go to the previous commit
    PreviousCommit: "previous-commit", "", [Transcript], ["[ c"], [];
    /// go to the next hunk
    NextHunk: "next-hunk", "hunk", [Diff], ["] h", "}"], [];
    /// go to the previous hunk
    PreviousHunk: "previous-hunk", "", [Diff], ["[ h", "{"], [];
    /// go to the next file, section, commit or finding
    NextFile: "next-file", "file", [Diff, NextWindow, History, Survey, AuditPage], ["J"], [];
    /// go to the previous file, section, commit or finding
    PreviousFile: "previous-file", "", [Diff, NextWindow, History, Survey, AuditPage], ["K"], [];
    /// focus the features
    FocusFeatures: "focus-features", "", [Main], ["1"], [];
    /// focus the transcript
    FocusTranscript: "focus-transcript", "", [Main], ["2"], [];
    /// focus the commits
    FocusGit: "focus-git", "", [Main], ["3"], [];
    /// focus the tests
    FocusTests: "focus-tests", "", [Main], ["4"], [];
    /// focus the next pane
    NextPane: "next-pane", "pane", [Main], ["Tab"], ["C-w w", "g t"];
    /// focus the previous pane
    PreviousPane: "previous-pane", "", [Main], ["S-Tab"], ["g T"];
    /// focus the pane to the left
    PaneLeft: "pane-left", "", [Main], ["h", "Left"], ["C-w h"];
    /// focus the pane to the right
    PaneRight: "pane-right", "", [Main], ["l", "Right"], ["C-w l"];
    /// focus the pane below
    PaneDown: "pane-down", "", [Main], [], ["C-w j"];
    /// focus the pane above
    PaneUp: "pane-up", "", [Main], [], ["C-w k"];
    /// enlarge the focused pane: normal, half, full
    ZoomIn: "zoom-in", "zoom", [Main], ["+"], ["C-w o"];
    /// shrink the focused pane again
    ZoomOut: "zoom-out", "", [Main], ["_"], [];

    /// open the oldest change, command or question that waits for you
    Answer: "answer", "answer", [Main], ["a"], [];
    /// look at the oldest commit that was made without you
    ReviewDebt: "review-debt", "look back", [Main], ["u"], [];
    /// choose how much waits for you
    Autonomy: "autonomy", "", [Main], ["M"], [];
    /// pause after this step; again takes the pause back, or goes on
    Pause: "pause", "pause", [Main], ["p"], [];
    /// interrupt the agent at once and pause: its answer is dropped, its command is killed
    Interrupt: "interrupt", "", [Main], ["P"], [];
    /// write to the agent, which reads it at its next step; waiting messages can be changed there
    Message: "message", "message", [Main], ["i"], [];
    /// show what going back to this row would do; looking back at unseen work: to before it
    RollBack: "roll-back", "roll back", [Main, List, Document, Review], ["R"], [];
    /// show what taking the latest move back would do
    UndoMove: "undo-move", "", [Main, List, Document], ["z"], ["z u"];
    /// show what making the move again that was taken back would do
    RedoMove: "redo-move", "", [Main, List, Document], ["Z"], [];
    /// write to the agent and interrupt it: it reads that first
    MessageNow: "message-now", "", [Main], ["I"], [];
    /// reword the selected feature
    RewordFeature: "reword-feature", "reword", [Feature], ["e r"], [];
    /// add a feature behind the selected one
    AddFeature: "add-feature", "", [Feature], ["e a"], [];
    /// split the selected feature into two
    SplitFeature: "split-feature", "", [Feature], ["e s"], [];
    /// move the selected feature up: it comes earlier
    MoveFeatureUp: "move-feature-up", "", [Feature], ["e k", "A-k"], [];
    /// move the selected feature down: it comes later
    MoveFeatureDown: "move-feature-down", "", [Feature], ["e j", "A-j"], [];
    /// say by hand that the feature passes, or does not
    FlipFeature: "flip-feature", "", [Feature], ["e f"], [];
    /// take the feature out of the list, with a reason
    RemoveFeature: "remove-feature", "", [Feature], ["e d"], [];
    /// run the selected test again, by the harness
    RerunTest: "rerun-test", "rerun", [List, Main, Document], ["r t"], [];
    /// run the failed tests again
    RerunFailed: "rerun-failed", "", [Main, Document], ["r f"], [];
    /// run all tests; the agent's commands wait meanwhile
    RerunAll: "rerun-all", "", [Main, Document], ["r a"], [];
    /// stop the test run that you asked for
    StopTests: "stop-tests", "stop tests", [Main, Document], ["r x"], [];
    /// go to the feature that the selected row belongs to
    GoFeature: "go-feature", "", [Main, Document], ["g f"], [];
    /// go to the commit of the selected row; of a test: the one made after its result changed
    GoCommit: "go-commit", "", [Main, Document], ["g c"], [];
    /// go to the selected row's moment in the transcript; of a test: the run that changed its result
    GoMoment: "go-moment", "", [Main, Document], ["g m"], [];
    /// go to the test of the selected row, a failing one first
    GoTest: "go-test", "", [Main, Document], ["g r"], [];
    /// come back from where a link was followed
    GoBack: "go-back", "", [Main, Document], ["C-o", "g b"], [];
    /// leave the feature out of this run, or take it back in
    SkipFeature: "skip-feature", "skip", [Feature], ["X", "e x"], [];
    /// work on the feature next, or let it wait its turn
    PickFeature: "pick-feature", "next", [Feature], ["T", "e t"], [];
    /// list the sessions; the chosen one is shown in the transcript
    Sessions: "sessions", "sessions", [Main], ["s"], [];
    /// show what the machine found at the end of the session, whole
    Audit: "audit", "audit", [Main, List], ["O"], [];
    /// show how the feature list went through the commits, and what is worth a look
    ListHistory: "list-history", "history", [Main, Start], ["H"], [];
    /// show what lies in the directory: lists, notes by entry, init.sh, transcripts; nothing is run
    Survey: "survey", "what lies here", [Main, Start], ["D"], [];
    /// show the summary of the run
    Summary: "summary", "summary", [Main], ["S"], [];
    /// bring the work of the worktree to your branch, or leave it: merge, squash, leave
    FinishWorktree: "finish-worktree", "finish", [Main, List], ["F"], [];
    /// search the text, or filter the list
    Find: "find", "search", [List, Transcript, Document, Review], ["/"], [];
    /// go to the next match
    NextMatch: "next-match", "", [List, Transcript, Document, Review], ["n"], [];
    /// go to the previous match
    PreviousMatch: "previous-match", "", [List, Transcript, Document, Review], ["N"], [];
    /// copy a part of what is selected; a menu shows which
    Copy: "copy", "copy", [Main, Document, Review], ["y"], [];
    /// copy the whole of what is selected, as it came
    CopyWhole: "copy-whole", "", [Main, Document, Review], ["Y"], [];

    /// go on to the project; no agent is started
    EnterProject: "enter-project", "look around", [Start], ["o", "Enter"], [];
    /// leave this screen and run what stands in app_spec.txt here: `longhaul run .`
    StartRun: "start-run", "run", [Start], ["r"], [];
    /// leave this screen and run the demo: `longhaul demo`
    StartDemo: "start-demo", "demo", [Start], ["d"], [];

    /// stop the run once the running step is done
    StopAfterStep: "stop-after-step", "stop after this step", [Leave], ["t"], [];
    /// stop the run once the running session has ended
    StopAfterSession: "stop-after-session", "stop after this session", [Leave], ["s"], [];
    /// stop the run at once; running commands are killed
    StopNow: "stop-now", "stop now", [Leave], ["x"], [];
    /// take the stop back: the run goes on
    CancelStop: "cancel-stop", "go on", [Leave], ["c"], [];
    /// stay, nothing changes
    Stay: "stay", "stay", [Leave], ["Esc", "q", "C-c"], [];

    /// approve what is shown; of a commit made without you: looked at
    Approve: "approve", "approve", [Review], ["a"], [];
    /// deny, with a line of reason; the agent goes on
    Deny: "deny", "deny", [Review], ["d"], [];
    /// comment on the line under the cursor, on a hunk's first line: on the hunk; on a commit that is made: kept for the next session
    Comment: "comment", "comment", [Review], ["c"], [];
    /// mark the hunk as seen and go to the next that is not
    MarkSeen: "mark-seen", "seen", [Review], ["Space"], [];
    /// rewrite the commit's message
    EditMessage: "edit-message", "message", [Review], ["e"], [];
    /// deny, with a line of reason; the run stops after this step
    DenyAndStop: "deny-and-stop", "deny and stop", [Review], ["D"], [];
    /// go to the next that waits
    NextWaiting: "next-waiting", "next", [Review], ["s"], [];
    /// show only what changed since the last round, or all again
    SinceLast: "since-last-round", "since last round", [Review], ["w"], [];
    /// let commands like this one run without asking: choose which, where and for how long
    Always: "always", "always", [Review], ["A"], [];
    /// end what the agent left running, so that nothing writes files while you decide; the agent is told
    EndProcesses: "end-processes", "end what runs", [Review], ["x"], [];
    /// put before and after beside each other, or above each other again
    Split: "split", "split", [Review], ["|"], [];

    /// keep what is written; of a reason: deny
    KeepWriting: "keep-writing", "keep", [Writing], ["Enter"], [];
    /// drop what is written
    DropWriting: "drop-writing", "drop", [Writing], ["Esc", "C-c"], [];

    /// send the message
    SendMessage: "send-message", "send", [Message], ["Enter", "C-s"], [];
    /// close the window; what is typed is kept
    PutAside: "put-aside", "close", [Message, Queue], ["Esc", "C-c"], [];
    /// mark the waiting message above
    PreviousWaiting: "previous-waiting", "waiting ones", [Message, Queue], ["Up"], [];
    /// mark the waiting message below, or go back to the text
    LaterWaiting: "later-waiting", "", [Message, Queue], ["Down"], [];
    /// change the marked message
    ChangeWaiting: "change-waiting", "change", [Queue], ["e", "Enter"], [];
    /// take the marked message back
    WithdrawWaiting: "withdraw-waiting", "take back", [Queue], ["d", "x"], [];

    /// send the answer, or the choice that is marked
    SendAnswer: "send-answer", "send", [Question], ["Enter", "C-s"], [];
    /// begin a new line
    NewLine: "new-line", "new line", [Question, Writing, Message], ["A-Enter", "C-j"], [];
    /// put the agent's commit message in the place of yours, and back
    OtherWords: "other-words", "agent's words", [Writing], ["C-r"], [];
    /// copy what is typed
    CopyAnswer: "copy-answer", "copy", [Question, Writing, Message], ["C-y"], [];
    /// mark the next choice
    NextChoice: "next-choice", "choose", [Question], ["Down", "Tab"], [];
    /// mark the previous choice
    PreviousChoice: "previous-choice", "", [Question], ["Up", "S-Tab"], [];
    /// show what of a long question is below
    QuestionPageDown: "question-page-down", "", [Question], ["PgDn"], [];
    /// show what of a long question is above
    QuestionPageUp: "question-page-up", "", [Question], ["PgUp"], [];
    /// not now: the question goes on waiting
    NotNow: "not-now", "not now", [Question], ["Esc", "C-c"], [];

    /// keep the search or filter and go back to the pane
    KeepSearch: "keep-search", "keep", [Search], ["Enter"], [];
    /// drop the search or filter
    DropSearch: "drop-search", "clear", [Search], ["Esc", "C-c"], [];

    /// do the marked action where the palette was opened
    RunChosen: "run-chosen", "do it", [Palette], ["Enter"], [];
    /// mark the next action
    NextFound: "next-found", "choose", [Palette], ["Down", "C-n", "Tab"], [];
    /// mark the previous action
    PreviousFound: "previous-found", "", [Palette], ["Up", "C-p", "S-Tab"], [];
    /// go a page down in the palette
    PageFoundDown: "page-found-down", "", [Palette], ["PgDn"], [];
    /// go a page up in the palette
    PageFoundUp: "page-found-up", "", [Palette], ["PgUp"], [];
    /// close the palette, nothing is done
    ClosePalette: "close-palette", "close", [Palette], ["Esc", "C-c"], [];
    /// show what the next context window will read, by section
    NextWindow: "next-window", "next window", [Main], ["W"], [];
    /// leave a section out once, for good, or not at all
    CycleSection: "cycle-section", "on/off", [NextWindow], ["x"], [];
    /// edit a section's text for the next session, or for good
    EditSection: "edit-section", "edit", [NextWindow], ["e"], [];
    /// list the rules about commands, and revoke them
    Rules: "rules", "", [Main, Review, Always], [], [];
    /// make the rule; the command that waits runs by it
    AddRule: "add-rule", "make the rule", [Always], ["Enter"], [];
    /// take a pattern that stands for more commands
    WiderRule: "wider-rule", "wider", [Always], ["l", "Right", "Tab"], [];
    /// take a pattern that stands for fewer commands
    NarrowerRule: "narrower-rule", "narrower", [Always], ["h", "Left", "S-Tab"], [];
    /// let it hold in this run, or in every run of this project
    RuleScope: "rule-scope", "where", [Always], ["s"], [];
    /// let it hold for this session, 24 hours, 7 days or until it is revoked
    RuleExpiry: "rule-expiry", "how long", [Always], ["t"], [];
    /// revoke the rule under the cursor
    RevokeRule: "revoke-rule", "revoke", [Rules], ["x"], [];
    /// edit the progress notes
    EditNotes: "edit-notes", "notes", [Main, NextWindow], ["E"], [];
    /// save the text; a section's for the next session
    SaveText: "save-text", "save", [Editor], ["C-s"], [];
    /// save a section's text for every session from the next one on
    SaveForGood: "save-for-good", "", [Editor], ["A-s"], [];
    /// take the last change back
    UndoTyping: "undo-typing", "undo", [Editor], ["C-u"], [];
    /// make a change that was taken back again
    RedoTyping: "redo-typing", "redo", [Editor], ["C-r"], [];
    /// search the text
    FindTyped: "find-typed", "search", [Editor], ["C-f"], [];
    /// go to the next match
    FindTypedAgain: "find-typed-again", "", [Editor], ["C-g"], [];
    /// go on in $VISUAL or $EDITOR
    EditOutside: "edit-outside", "$EDITOR", [Editor], ["C-e"], [];
    /// copy the whole text
    CopyTyped: "copy-typed", "copy", [Editor], ["C-y"], [];
    /// close the editor; asks first where text is not saved
    LeaveEditor: "leave-editor", "close", [Editor], ["Esc", "C-c"], [];
    /// save and close
    SaveAndClose: "save-and-close", "save and close", [Unsaved], ["C-s"], [];
    /// drop what is not saved and close
    DropChanges: "drop-changes", "drop the changes", [Unsaved], ["C-x"], [];
    /// go on typing
    KeepTyping: "keep-typing", "go on typing", [Unsaved], ["Esc", "C-c"], [];
    /// keep your text: it takes the place of the file's
    KeepMine: "keep-mine", "yours", [Versions], ["1"], [];
    /// take the file's text in place of yours
    TakeTheirs: "take-theirs", "the file's", [Versions], ["2"], [];
    /// edit both versions in one text
    EditMerged: "edit-merged", "both", [Versions], ["3"], [];
    /// it passes still: its flag stays as it is
    StillPasses: "still-passes", "it still passes", [Proof], ["1"], [];
    /// it is to be proven anew: its flag is set back, with your reason
    ProveAnew: "prove-anew", "to be proven anew", [Proof], ["2"], [];
    /// back to your text; nothing is saved
    CloseVersions: "close-versions", "back", [Versions, Proof], ["Esc", "q", "C-c"], [];

    /// begin the word that makes the move
    TypeWord: "type-word", "confirm", [Rehearsal], ["b"], [];
    /// make the move, if the word is typed
    MoveBack: "move-back", "do it", [Word], ["Enter"], [];
    /// drop the word; nothing is changed
    DropWord: "drop-word", "not now", [Word], ["Esc", "C-c"], [];
}

impl Action {
    /// Returns its row of the table.
    #[must_use]
    pub fn entry(self) -> &'static Entry {
        // The table is made by the same macro as the enum, in the same order.
        &TABLE[self as usize]
    }

    /// Finds an action by its name in the configuration file.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|entry| entry.name == name).map(|entry| entry.action)
    }

    /// Says whether it applies in a context.
    #[must_use]
    pub fn applies_in(self, context: Context) -> bool {
        self.entry().contexts.contains(&context)
    }
}
