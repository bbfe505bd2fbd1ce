//! Runs and demos from a shell: their codes, their output, how they are interrupted.

use super::refusals::refused;
use super::*;

/// Serves a script on this machine; must be called inside a runtime with several threads.
pub(super) fn serve(script: &str, speed: f64) -> Server {
    Server::start(Script::parse(script).unwrap(), Speed(speed)).unwrap()
}

/// In place, for these tests look at what a run leaves in the directory that it was given.
pub(super) fn run_args(server: &Server) -> Vec<String> {
    let url = server.base_url();
    [
        "run",
        ".",
        "--headless",
        "--yes-unconfined",
        "--model",
        "scripted-demo",
        "--base-url",
        &url,
    ]
    .map(str::to_owned)
    .to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_run_prints_the_log_itself_and_ends_with_success() {
    let place = greeter();
    let script = [INITIALIZER, &builds("F001", "01", "hello"), &builds("F002", "02", "bye")].concat();
    let server = serve(&script, 0.0);
    let mut args = run_args(&server);
    args.push("--json".into());
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let output = place.longhaul(&args).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let dir = ProjectDir::in_state_root(&place.state(), &place.project()).unwrap();
    let log = store::read(&dir, Seq(0)).unwrap();
    let printed: Vec<_> = std::str::from_utf8(&output.stdout)
        .unwrap()
        .lines()
        .map(|line| Envelope::from_line(line).unwrap())
        .collect();
    assert_eq!(printed, log.envelopes);
    assert_eq!(log.problems, []);
    assert!(
        stderr.contains("features  2 of 2 pass") && stderr.contains("sessions  3 (1 initializer, 2 coding)"),
        "{stderr}"
    );
    assert!(server.unplanned().is_empty(), "{:?}", server.unplanned());
    place
        .longhaul(&["status"])
        .assert()
        .success()
        .stdout(contains("2 of 2 pass").and(contains("every feature passes")));
    place
        .longhaul(&["features"])
        .assert()
        .success()
        .stdout(contains("passes     F002  say bye  [tests 1/1 on tree ").and(contains("(session 3, 1 commit")));
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_are_of_whom_git_itself_would_name() {
    let place = greeter();
    let config = place.root.path().join("other-gitconfig");
    fs::write(&config, "[user]\n\tname = Clara\n\temail = clara@example.org\n").unwrap();
    let git = |args: &[&str]| {
        let done = std::process::Command::new("git")
            .args(args)
            .current_dir(place.project())
            .output()
            .unwrap();
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    };
    for setting in ["user.name", "user.email"] {
        git(&["config", "--unset", setting]);
    }
    let server = serve(&[INITIALIZER, &builds("F001", "01", "hello")].concat(), 0.0);
    let mut args = run_args(&server);
    args.extend(["--max-sessions".into(), "2".into()]);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let done = place
        .longhaul(&args)
        .env("GIT_CONFIG_GLOBAL", &config)
        .env("GIT_AUTHOR_NAME", "Ada")
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "committer.email")
        .env("GIT_CONFIG_VALUE_0", "set@example.org")
        .output()
        .unwrap();
    assert_eq!(
        git(&["log", "-1", "--format=%an <%ae> %cn <%ce>", "longhaul/master"]),
        "Ada <clara@example.org> Clara <set@example.org>",
        "{done:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_and_a_refused_key_have_codes_of_their_own() {
    let place = greeter();
    let script = [INITIALIZER, &builds("F001", "01", "hello"), &builds("F002", "02", "bye")].concat();
    let server = serve(&script, 0.0);
    let mut args = run_args(&server);
    args.extend(["--max-sessions".into(), "2".into()]);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    place
        .longhaul(&args)
        .assert()
        .code(6)
        .stdout(contains("limit met").and(contains("features  1 of 2 pass")));

    let place = greeter();
    let refusing = INITIALIZER.replacen(
        "text = \"I set",
        "fault = { kind = \"status\", code = 401, times = 99 }\ntext = \"I set",
        1,
    );
    let server = serve(&refusing, 0.0);
    let args = run_args(&server);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    place
        .longhaul(&args)
        .assert()
        .code(4)
        .stdout(contains("authentication_error"));
}

#[test]
fn a_base_url_where_nobody_answers_ends_the_run_with_its_name() {
    let place = greeter();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    place
        .longhaul(&["run", ".", "--headless", "--yes-unconfined", "--base-url", &url])
        .assert()
        .code(5)
        .stdout(
            contains(format!("cannot reach {url}"))
                .and(contains("refused"))
                .and(contains("--base-url")),
        );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_lost_during_the_run_is_told_plainly() {
    let place = greeter();
    let state = place.state();
    let server = serve(
        &INITIALIZER.replacen("mkdir -p", &format!("rm -rf {}\nmkdir -p", state.display()), 1),
        0.0,
    );
    let args = run_args(&server);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    place.longhaul(&args).assert().code(3).stdout(
        contains("the session log was lost")
            .and(contains("was removed while it was being written"))
            .and(contains(format!("log       {}", state.display())))
            .and(contains("of 0 pass").not())
            .and(contains("look back").not()),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_stops_a_headless_run_cleanly() {
    let place = greeter();
    let server = serve(
        &INITIALIZER.replacen("text = \"I set", "think_ms = 3600000\ntext = \"I set", 1),
        1.0,
    );
    let mut child = place
        .program(run_args(&server))
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(
        lines
            .by_ref()
            .any(|line| line.unwrap().contains("session 1 (initializer) starts"))
    );
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(8), "{rest:#?}");
    assert!(rest.iter().any(|line| line.contains("session 1 ended: stopped")), "{rest:#?}");
    place
        .longhaul(&["status", "--json"])
        .assert()
        .success()
        .stdout(contains("\"standing\": \"stopped\""));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_run_left_running_is_stopped_by_the_next() {
    let place = greeter();
    let pid_file = place.root.path().join("pid");
    let waiting = format!("echo $$ > {0}.new; mv {0}.new {0}; sleep 600", pid_file.display());
    let turn = format!("[[session.turn]]\n[[session.turn.call]]\ntool = \"bash\"\ninput = {{ command = \"{waiting}\" }}\n");
    let server = serve(
        &INITIALIZER.replacen("[[session.turn]]", &format!("{turn}[[session.turn]]"), 1),
        0.0,
    );
    let mut killed = place
        .program(run_args(&server))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !pid_file.exists() {
        assert!(std::time::Instant::now() < deadline, "the command never ran");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let pid = fs::read_to_string(&pid_file).unwrap().trim().to_owned();
    let lives = || fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
    assert!(lives(), "the command outlives a kill");

    let server = serve(INITIALIZER, 0.0);
    let mut args = run_args(&server);
    args.extend(["--max-sessions".into(), "1".into()]);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    place
        .longhaul(&args)
        .assert()
        .code(6)
        .stdout(contains("that a killed run had left running were stopped").and(contains("sleep 600")));
    assert!(!lives());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_headless_run_that_waits_says_for_what_and_another_terminal_can_read_it() {
    let place = greeter();
    let server = serve(INITIALIZER, 0.0);
    let mut child = place
        .program(run_args(&server))
        .args(["--autonomy", "commits"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let waiting = lines
        .by_ref()
        .map(Result::unwrap)
        .find(|line| line.contains("waiting for you"))
        .unwrap();
    assert!(
        waiting.contains("waiting for you: commit Skeleton (") && waiting.ends_with(", gate 1"),
        "{waiting}"
    );
    place.longhaul(&["gates"]).assert().success().stdout(
        contains("commit Skeleton (")
            .and(contains("gate 1, for "))
            .and(contains("  ok   agreed tests untouched")),
    );
    let json = place.longhaul(&["gates", "--json"]).output().unwrap().stdout;
    let gates: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(
        (&gates[0]["gate"], &gates[0]["kind"], &gates[0]["body"]),
        (&1.into(), &"commit".into(), &"Skeleton".into())
    );
    assert_eq!(gates[0]["tree"], gates[0]["commit"]["tested_tree"]);
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(8), "{rest:#?}");
    assert!(
        rest.iter().any(|line| line.contains("gate 1 void: the run stops")),
        "{rest:#?}"
    );
    place
        .longhaul(&["gates"])
        .assert()
        .success()
        .stdout("no run is on, so no gate waits\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_nobody_watches_waits_for_nobody_whatever_is_configured() {
    for (configured, level) in [("manual", "deferred"), ("commits", "deferred"), ("auto", "auto")] {
        let place = greeter();
        place.settings(&format!("autonomy = \"{configured}\"\n"));
        let server = serve(INITIALIZER, 0.0);
        let mut args = run_args(&server);
        args.extend(["--json".into(), "--max-sessions".into(), "1".into()]);
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        let started = format!("\"autonomy\":\"{level}\"");
        place
            .longhaul(&args)
            .assert()
            .code(6)
            .stdout(contains(started).and(contains("\"commit_made\"")));
    }
    let place = greeter();
    refused(&place, &["--autonomy", "some"], 2, "one of \"manual\"");
    place
        .longhaul(&["demo", "--autonomy", "some"])
        .assert()
        .code(2)
        .stderr(contains("must be one of manual, commits, deferred, auto"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_nowhere_even_if_the_agent_prints_it() {
    let place = greeter();
    let leak = format!("printf '%s\\n' {CANARY_KEY}; yes {CANARY_KEY} | head -n 4000");
    let turn = format!(
        "[[session.turn]]\ntext = \"It is {CANARY_KEY}.\"\n[[session.turn.call]]\ntool = \"bash\"\ninput = {{ command = \"{leak}\" }}\n"
    );
    let script = INITIALIZER.replacen("[[session.turn]]", &format!("{turn}[[session.turn]]"), 1);
    let server = serve(&script.replace('\\', "\\\\"), 0.0);
    let mut args = run_args(&server);
    args.extend(["--max-sessions".into(), "1".into()]);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let output = place.longhaul(&args).env("ANTHROPIC_API_KEY", CANARY_KEY).output().unwrap();
    assert_eq!(output.status.code(), Some(6), "{}", String::from_utf8_lossy(&output.stderr));
    let all = files(&place.state());
    assert!(
        all.iter().any(|(path, _)| path.parent().unwrap().ends_with("blobs")),
        "the long output is a blob"
    );
    assert!(all.iter().any(|(_, bytes)| memmem(bytes, b"[redacted]")));
    for (path, bytes) in all {
        assert!(!memmem(&bytes, CANARY_KEY.as_bytes()), "{}", path.display());
    }
    assert!(!memmem(&output.stdout, CANARY_KEY.as_bytes()));
}

fn memmem(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
