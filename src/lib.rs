//! longhaul: a terminal supervisor for long-running coding agents.
//!
//! One developer at a keyboard watches an agent build software over many context windows. Below the terminal runs a harness
//! (initializer and coding sessions, feature list, progress notes, git) in which "done" means done and nothing is lost.
//! This page is the architecture; each module's page says what it owns, what it does not, and one invariant.
//!
//! # The idea
//!
//! Everything that happens is an [`Event`](protocol::Event) in an append-only log. One pure reducer, [`session::State::apply`],
//! folds the log into state. Live view, headless output, reports, following another process and resuming after a crash
//! are uses of that one reducer. The engine writes events; clients send commands; nothing is drawn that is not in the log
//! (one exception, said where it is made: who reads the log of a project that no process holds is also shown its list and repository as
//! they are on disk now, and that a run without an end was interrupted, told as events that are never written).
//!
//! ```text
//! provider / tool -> engine -> store::Writer (append, then publish) -> link -> session::State::apply -> ui view
//! key -> action -> msg -> ui effect -> command -> link -> engine
//! ```
//!
//! # Where things are
//!
//! | Layer | Modules | |
//! |---|---|---|
//! | L0 | [`protocol`] | ids, envelopes, events, commands, queries: the words of everything else |
//! | L1 | [`session`], [`config`] | the reducer and the state it folds to; settings by layers, prices. Pure |
//! | L2 | [`store`], [`git`], [`process`], [`provider`] | the log and blobs; the only users of git2, of processes, of HTTP; the scripted model server |
//! | L3 | [`guard`], [`tool`], [`verify`], [`harness`] | rulings and restored files; the agent's tools; test runs and parsers; feature list, notes, prompts, orientation |
//! | L4 | [`engine`], [`link`] | runs sessions; connects clients to them, or to a log |
//! | L5 | [`ui`] | the terminal |
//! | L6 | [`cli`], [`telemetry`] | the command line; traces to a file |
//!
//! A module imports only lower layers (`tests/it/architecture.rs` holds the table and checks it, and where each outside crate may
//! be named, and how long a file may grow). The terminal reaches the engine through [`link`] alone.
//!
//! # The log
//!
//! A project's log is one sequence of envelopes, `seq` growing by one from 1, cut into segments, a file a session:
//! `sessions/NNNN-<role>-<time>.jsonl` in the project's state directory outside the workspace. An event is written before it is
//! acted on or published; commits, gate decisions, flips and ends are also synced to the disk first, the rest within 100 ms.
//! A torn tail is set aside and healed before the first append. Text deltas are ephemeral: they are in the log so that a reader
//! can catch up in the middle of an answer, but dropping them changes nothing at any turn's end.
//!
//! # A run
//!
//! `engine::start` takes the project's lock and sets the supervisor going: session after session until every feature passes, a
//! limit is met, headway stops, or the user stops it. A session is a fresh context window: the harness starts the project, runs
//! the tests, sets back what regressed, chooses the feature, gathers orientation, and sends the first message. From there a pure
//! machine (`engine::context::turn`) decides: request, answer, tool calls one after the other, results, next request. Every call goes
//! through one dispatch: guard -> gate -> tool -> verify -> event. The agent's commits are made only there, from the very tree that
//! was tested. Its features are flipped only there, one JSON token at a time, on evidence.
//!
//! At its end the session is audited ([`harness::audit`]), its notes and closing words too. That reads prose, which is a help and no
//! proof: what passes, and when a run is done, is decided by evidence alone, whatever the words say.
//!
//! Whether the work moves or goes round is measured by the reducer, turn by turn, from calls and their results alone
//! ([`session::headway`]). What follows at which threshold is `engine::run::circling`'s: the agent is told, the session handed off, a person
//! asked; each step is an event before it is taken.
//!
//! # Where a run works
//!
//! In a repository with commits and no log of ours, a run gets a worktree beside the user's checkout, on a branch `longhaul/…` that
//! begins at HEAD; anywhere else it works in place, and a project stays where it was begun. Why beside it: what a project reaches by
//! `../` is where it was, editors find it, and it is not inside the repository's tree (unclean `git status`, tools that walk up) nor
//! inside the state directory (where the log is); only where that place cannot be written, or lies in another repository, the state
//! directory takes it. The project is named by the checkout: its state directory remembers the worktree (`store`), the worktree's
//! lease names the checkout (`git`), and `engine::place` finds one from the other. [`engine::finish`] brings the work home: merged
//! in memory, refused if anything is in the way, moved by compare-and-swap, with a record that lets a cut-off homecoming be finished.
//!
//! # A person's part
//!
//! What waits for a person is a gate: opened, answered and decided in the log (`engine::person::gates`), its answer bound to the gate's
//! number and the tree that was shown. How much waits is the level of autonomy ([`protocol::Autonomy`]). The feature list is a
//! person's to edit ([`harness::plan`]): in its bytes, between two steps, each edit a commit of its own that the agent is told of; a
//! feature keeps its history where an edit gives it another id. The review page
//! (`ui::page::review`) decides nothing by itself: its keys count only once everything was drawn and a moment has passed. Pause,
//! interrupt, messages and the order of features are commands like any other, answered by events; the one word for what the
//! project is doing comes from [`session::State::phase`].
//!
//! What a person types goes out as typed or not at all: one rule ([`protocol::typed`]) says which characters do not show or are obeyed
//! by terminals, and the form that holds one stays, with its place named. Only what a file held before an edit may stay in it.
//!
//! A move back begins a new way through the log ([`session::way`]): what is told of features and commits is of that way, and undoing
//! the move brings the old one back. Going back is looked at before it is done (`ui::page::rehearsal`), and what goes out names the
//! state that was shown: whoever makes the move refuses if it is another by then. In a live run that is the engine, which ends the run first; where no run is on it is
//! [`engine::rollback`] too, under the project's lock, handed to [`link`] by whoever opens it ([`link::Mover`]) because the link may
//! not reach into the engine beside it.
//!
//! # Differences from the plan this grew from
//!
//! - `process` is a folder and stands in L2 as the only spawner; `pricing` is part of [`config`].
//! - `seq` counts per project, not per session: a client's position is then one number, and commands like "the commit of event
//!   #812" need no session beside it.
//! - `engine::run::facts` and `engine::context::harness_calls` came out of `dispatch`, which else would have been two things.

pub mod cli;
pub mod config;
pub mod engine;
pub mod git;
pub mod guard;
pub mod harness;
pub mod link;
pub mod process;
pub mod protocol;
pub mod provider;
pub mod session;
pub mod store;
pub mod telemetry;
pub mod tool;
pub mod ui;
pub mod verify;
