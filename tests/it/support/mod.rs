//! What integration tests share: a throw-away project with a real repository, a scripted model, and a run to its end.

use longhaul::config::Settings;
use longhaul::config::pricing::Prices;
use longhaul::engine::{self, Attendance, Plan};
use longhaul::link::{Client, Update};
use longhaul::protocol::event::RunEnded;
use longhaul::protocol::{Autonomy, Envelope, Event, Seq};
use longhaul::provider::scripted::{Script, Server, Speed};
use longhaul::provider::{Anthropic, Key, ProviderConfig, install_tls};
use longhaul::session::State;
use longhaul::store::{self, ProjectDir};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

/// The key that tests use; it must turn up nowhere.
pub const CANARY_KEY: &str = "sk-canary-0123456789-never-to-be-seen";

/// A workspace with a repository, and a state directory beside it.
pub struct Lab {
    root: tempfile::TempDir,
    pub settings: Settings,
    pub attendance: Attendance,
    pub question_timeout: Duration,
    pub trust_list: bool,
    pub persons: Vec<String>,
}

/// A run that is over.
pub struct Ran {
    pub ended: RunEnded,
    pub log: Vec<Envelope>,
    pub state: State,
    pub unplanned: Vec<String>,
    pub requests: Vec<String>,
}

/// A run under way.
pub struct Running {
    pub engine: engine::Engine,
    pub server: Server,
    pub dir: ProjectDir,
}

impl Lab {
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let lab = Self {
            root,
            settings: settings(),
            attendance: Attendance::Unattended,
            question_timeout: Duration::from_secs(20),
            trust_list: false,
            persons: Vec::new(),
        };
        std::fs::create_dir(lab.workspace()).unwrap();
        lab.git(&["init", "-q", "-b", "main"]);
        lab.git(&["config", "user.name", "Ada"]);
        lab.git(&["config", "user.email", "ada@example.org"]);
        lab
    }

    pub fn workspace(&self) -> PathBuf {
        self.root.path().join("notes")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.workspace().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn state_root(&self) -> PathBuf {
        self.root.path().join("state")
    }

    pub fn dir(&self) -> ProjectDir {
        ProjectDir::in_state_root(&self.state_root(), &self.workspace()).unwrap()
    }

    pub fn git(&self, args: &[&str]) -> String {
        let done = Command::new("git")
            .args(args)
            .current_dir(self.workspace())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "git {args:?}: {}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8_lossy(&done.stdout).trim_end().to_owned()
    }

    pub fn commit_all(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", message]);
    }

    /// Starts a run with a scripted model that types as fast as it can.
    pub async fn start(&self, script: &str) -> Running {
        let script = Script::parse(script).unwrap_or_else(|error| panic!("{error}"));
        let server = Server::start(script, Speed(0.0)).unwrap();
        let engine = self.start_with(&server.base_url()).await.unwrap();
        Running {
            engine,
            server,
            dir: self.dir(),
        }
    }

    pub async fn start_with(&self, base_url: &str) -> Result<engine::Engine, engine::EngineError> {
        install_tls();
        let provider = Anthropic::new(ProviderConfig {
            base_url: base_url.to_owned(),
            key: Key::new(CANARY_KEY).unwrap(),
            idle_timeout: Duration::from_secs(5),
            first_byte_timeout: Duration::from_secs(5),
            max_retries: Some(3),
            user_agent: "longhaul-tests".into(),
        })
        .unwrap();
        engine::start(Plan {
            workspace: self.workspace(),
            project_dir: self.dir(),
            settings: self.settings.clone(),
            spec: Some("Build a notes program.".into()),
            provider: Arc::new(provider),
            prices: Prices::builtin(),
            project_name: "notes".into(),
            attendance: self.attendance,
            question_timeout: self.question_timeout,
            trust_list: self.trust_list,
            persons: self.persons.clone(),
            worktree: None,
        })
        .await
    }

    /// Runs one coding session of these turns (TOML), and ends it.
    pub async fn session(&self, turns: String) -> Ran {
        let session = coding(&(turns + &ends()));
        self.run(&format!("[script]\nmodel = \"scripted-demo\"\n{session}")).await
    }

    /// Runs a script to its end.
    pub async fn run(&self, script: &str) -> Ran {
        self.start(script).await.finish().await
    }

    /// Searches everything below the lab for a byte string; returns the files that hold it.
    pub fn files_with(&self, needle: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.root.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else if entry.file_type().unwrap().is_file() && contains(&entry.path(), needle) {
                    found.push(entry.path());
                }
            }
        }
        found
    }
}

fn contains(path: &Path, needle: &str) -> bool {
    std::fs::read(path).is_ok_and(|bytes| bytes.windows(needle.len()).any(|window| window == needle.as_bytes()))
}

impl Running {
    pub async fn finish(self) -> Ran {
        let ended = tokio::time::timeout(Duration::from_secs(60), self.engine.wait())
            .await
            .expect("the run did not end");
        let read = store::read(&self.dir, Seq(1)).unwrap();
        assert!(read.problems.is_empty(), "{:?}", read.problems);
        let state = State::fold(&read.envelopes);
        let unplanned = self.server.unplanned();
        let requests = self.server.requests().iter().map(|recorded| recorded.body.clone()).collect();
        Ran {
            ended,
            log: read.envelopes,
            state,
            unplanned,
            requests,
        }
    }
}

impl Ran {
    pub fn kinds(&self) -> Vec<&'static str> {
        self.log
            .iter()
            .filter(|e| !e.event.is_ephemeral())
            .map(|e| e.event.kind())
            .collect()
    }

    /// Every event of one kind, as `pick` takes it.
    pub fn all<T>(&self, pick: impl Fn(&Event) -> Option<T>) -> Vec<T> {
        self.log.iter().filter_map(|envelope| pick(&envelope.event)).collect()
    }

    pub fn count(&self, kind: &str) -> usize {
        self.log.iter().filter(|envelope| envelope.event.kind() == kind).count()
    }

    /// The result of the n-th tool call (from 0), as the model was told.
    pub fn result(&self, n: usize) -> String {
        let results: Vec<String> = self
            .log
            .iter()
            .filter_map(|e| {
                if let Event::ToolFinished(f) = &e.event {
                    Some(f.output.text.clone())
                } else {
                    None
                }
            })
            .collect();
        results
            .get(n)
            .unwrap_or_else(|| panic!("only {} results", results.len()))
            .clone()
    }
}

/// Waits for a condition, a minute at most.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until an event fits, and returns everything up to it.
pub fn wait_for(client: &Client, wanted: impl Fn(&Event) -> bool + Send + 'static) -> Vec<Arc<Envelope>> {
    until(&subscribed(client), wanted)
}

/// Sends a command to a log that no run writes, and waits for what it is answered: a refusal is told to who listens by then, and not kept.
pub fn answered(client: &Client, command: longhaul::protocol::Command, wanted: impl Fn(&Event) -> bool + Send + 'static) {
    let told = subscribed(client);
    until(&told, |_| true);
    client.send(command).unwrap();
    until(&told, wanted);
}

fn subscribed(client: &Client) -> mpsc::Receiver<Arc<Envelope>> {
    let (sender, receiver) = mpsc::sync_channel(1024);
    client.subscribe(Box::new(move |update| match update {
        Update::Events(events) => events.into_iter().all(|event| sender.send(event).is_ok()),
        Update::CaughtUp => true,
        Update::Closed | Update::Reopened => true,
    }));
    receiver
}

fn until(told: &mpsc::Receiver<Arc<Envelope>>, wanted: impl Fn(&Event) -> bool) -> Vec<Arc<Envelope>> {
    let mut seen = Vec::new();
    loop {
        let envelope = told.recv_timeout(Duration::from_secs(20)).expect("the event did not come");
        let fits = wanted(&envelope.event);
        seen.push(envelope);
        if fits {
            return seen;
        }
    }
}

fn settings() -> Settings {
    let mut settings = Settings::builtin();
    settings.model = "scripted-demo".into();
    settings.session_pause_ms = 0;
    settings.autonomy = Autonomy::Auto;
    settings
}

/// A session of a script that writes a project with two features, tested by a TAP script.
pub const INITIALIZER: &str = r##"
[script]
model = "scripted-demo"

[[session]]
role = "initializer"
[[session.turn]]
text = "I set the project up."
[[session.turn.call]]
tool = "bash"
[session.turn.call.input]
command = '''
mkdir -p tests
cat > feature_list.json <<'END'
[
  {"id": "F001", "category": "functional", "description": "say hello", "steps": ["run it"], "passes": false, "tests": ["tests/01-hello.sh"]},
  {"id": "F002", "category": "functional", "description": "say bye", "steps": ["run it"], "passes": false, "tests": ["tests/02-bye.sh"]}
]
END
cat > tests/run.sh <<'END'
n=0; bad=0
for t in tests/[0-9]*.sh; do
  [ -e "$t" ] || continue
  n=$((n+1))
  if sh "$t"; then echo "ok $n - $t: works"; else echo "not ok $n - $t: works"; bad=1; fi
done
echo "1..$n"; exit $bad
END
'''
[[session.turn]]
[[session.turn.call]]
tool = "declare_verify"
input = { command = "sh tests/run.sh" }
[[session.turn.call]]
tool = "progress_note"
input = { text = "Set up." }
[[session.turn.call]]
tool = "commit"
input = { message = "Skeleton" }
[[session.turn]]
[[session.turn.call]]
tool = "end_session"
input = { summary = "planned" }
"##;

/// A coding session that builds one of the two features (`hello`, F001 or `bye`, F002) and ends well.
pub fn builds(id: &str, number: &str, word: &str) -> String {
    format!(
        r##"
[[session]]
role = "coding"
[[session.turn]]
thinking = "A test first."
text = "A failing test for **{word}**."
[[session.turn.call]]
tool = "bash"
input = {{ command = "echo 'test \"$(cat {word}.txt)\" = {word}' > tests/{number}-{word}.sh; sh tests/run.sh; echo {word} > {word}.txt; sh tests/run.sh" }}
[[session.turn]]
[[session.turn.call]]
tool = "feature_passed"
input = {{ id = "{id}", evidence = "its test passes" }}
[[session.turn.call]]
tool = "progress_note"
input = {{ text = "Built {word}." }}
[[session.turn.call]]
tool = "commit"
input = {{ message = "Say {word}" }}
[[session.turn.call]]
tool = "end_session"
input = {{ summary = "built {word}" }}
"##
    )
}

/// A coding session with the given turns (TOML), for what goes wrong.
pub fn coding(turns: &str) -> String {
    format!("\n[[session]]\nrole = \"coding\"\n{turns}")
}

/// A turn with one call.
pub fn call(tool: &str, input: &str) -> String {
    format!("\n[[session.turn]]\n[[session.turn.call]]\ntool = \"{tool}\"\ninput = {input}\n")
}

/// The turn that ends a session, twice, because the harness may ask once for what is owed.
pub fn ends() -> String {
    call("end_session", r#"{ summary = "over" }"#) + &call("end_session", r#"{ summary = "over" }"#)
}
