//! The shell: what lasts from call to call, what does not, and how calls end.

use super::super::bash::Shell;
use super::super::input::BashInput;
use super::{Lab, limits};
use crate::process::{Group, which};
use crate::protocol::{CallStatus, RawJson};
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A shell of one kind, called by command.
struct OneShell {
    lab: Lab,
    shell: Shell,
}

impl OneShell {
    /// Returns one of each kind that this machine has.
    fn kinds() -> Vec<Self> {
        let mut programs: Vec<PathBuf> = ["bash", "sh"].iter().filter_map(|name| which(name, None)).collect();
        programs.dedup_by_key(|program| program.canonicalize().ok());
        assert!(!programs.is_empty());
        let shell = |program: PathBuf| {
            let lab = Lab::new();
            let shell = Shell::new(lab.workspace.clone(), &lab.scratch, limits(), Group::new()).with_program(&program);
            Self { lab, shell }
        };
        programs.into_iter().map(shell).collect()
    }

    async fn run(&mut self, command: &str) -> (String, Option<i32>) {
        let input = BashInput {
            command: Some(command.to_owned()),
            restart: false,
            timeout_seconds: None,
        };
        let (sender, _receiver) = mpsc::channel(64);
        let done = self.shell.call(input, CancellationToken::new(), sender).await.unwrap();
        (done.shown, done.exit_code)
    }

    async fn says(&mut self, command: &str, expected: &str) {
        let (shown, code) = self.run(command).await;
        assert_eq!((shown.trim_end(), code), (expected, Some(0)), "{command} in {:?}", self.shell);
    }
}

#[tokio::test]
async fn directory_and_exports_last_and_nothing_else() {
    for mut shell in OneShell::kinds() {
        let sub = shell.lab.workspace.join("a b");
        std::fs::create_dir(&sub).unwrap();
        shell
            .run("cd 'a b'; export X='it'\"'\"'s \"odd\"\nand $two lines'; Y=private; unset HOME; set -e")
            .await;
        shell.says("pwd", sub.to_str().unwrap()).await;
        shell.says("printf %s \"$X\"", "it's \"odd\"\nand $two lines").await;
        shell
            .says("echo \"[${Y-}][${HOME-gone}]\"; false; echo on", "[][gone]\non")
            .await;
        shell.says("cd ..; cd - > /dev/null; pwd", sub.to_str().unwrap()).await;
        shell
            .says(
                "echo \"$OLDPWD\"; echo $#; echo \"${__lh_x-none}\"",
                &format!("{}\n0\nnone", shell.lab.workspace.display()),
            )
            .await;
    }
}

#[tokio::test]
async fn state_survives_every_way_to_leave() {
    for mut shell in OneShell::kinds() {
        let mut n = 0;
        for (leave, code) in [
            ("exit 3", 3),
            ("set -e; false; echo never", 1),
            ("set -eu; echo ${nope}", 1),
            ("false", 1),
            ("set -C; (exit 4)", 4),
        ] {
            n += 1;
            let (shown, got) = shell.run(&format!("export N={n}; {leave}")).await;
            let failed_as_it_should = if leave.contains("nope") {
                got != Some(0)
            } else {
                got == Some(code)
            };
            assert!(failed_as_it_should, "{leave} in {:?}: {got:?} {shown}", shell.shell);
            shell.says("echo $N", &n.to_string()).await;
        }
        // The command's own trap takes the place of ours, yet the state is kept if the command runs to its end.
        let (shown, _) = shell.run("trap 'echo bye' EXIT; export N=trapped").await;
        assert!(shown.contains("bye"), "{shown}");
        shell.says("echo $N", "trapped").await;
    }
}

#[tokio::test]
async fn what_cannot_be_saved_leaves_the_state_before() {
    for mut shell in OneShell::kinds() {
        shell.run("export N=before; cd /tmp").await;
        for broken in ["export N=after; exec true", "export N=after; kill -9 $$", "if then fi ((("] {
            shell.run(broken).await;
            shell.says("echo $N; pwd", "before\n/tmp").await;
        }
        let (shown, code) = shell.run("echo 'unfinished").await;
        assert!(
            code != Some(0) && shown.to_lowercase().contains("nterminated") || shown.contains("unexpected EOF"),
            "{shown}"
        );
        shell
            .says("export PATH=/nowhere; pwd() { :; }; printf() { :; }; echo still", "still")
            .await;
        shell.says("echo $N $PATH", "before /nowhere").await;
    }
}

#[tokio::test]
async fn a_directory_that_is_gone_is_told() {
    for mut shell in OneShell::kinds() {
        shell.run("mkdir gone; cd gone; rmdir ../gone").await;
        let (shown, code) = shell.run("pwd").await;
        assert!(
            shown.contains("is gone") && shown.ends_with(&format!("{}\n", shell.lab.workspace.display())),
            "{shown}"
        );
        assert_eq!(code, Some(0));
    }
}

#[tokio::test]
async fn long_commands_are_not_too_long() {
    for mut shell in OneShell::kinds() {
        let script = format!(
            "cat > big <<'END'\n{}END\nexport N=1; wc -c < big",
            "0123456789abcde\n".repeat(20_000)
        );
        let (shown, code) = shell.run(&script).await;
        assert_eq!((shown.trim(), code), ("320000", Some(0)));
        shell.says("echo $N", "1").await;
    }
}

#[tokio::test]
async fn keys_are_not_in_the_environment() {
    let lab = Lab::new();
    let shown = lab.ok("bash", json!({"command": "env"})).await;
    assert!(shown.contains("PATH=") && shown.contains("GIT_PAGER=cat"));
    assert!(
        !shown.to_uppercase().contains("API_KEY") && !shown.contains("CARGO_PKG"),
        "{shown}"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_descriptor_of_ours_is_inherited() {
    for mut shell in OneShell::kinds() {
        shell
            .says(
                "for fd in 3 4 5 6 7 8 9; do [ ! -e /proc/self/fd/$fd ] || readlink /proc/self/fd/$fd; done; echo none",
                "none",
            )
            .await;
    }
}

#[tokio::test]
async fn exit_codes_signals_and_silence_are_told() {
    let lab = Lab::new();
    assert_eq!(lab.ok("bash", json!({"command": "true"})).await, "(no output)");
    assert_eq!(
        lab.ok("bash", json!({"command": "printf x; exit 5"})).await,
        "x\n[exit code 5]"
    );
    assert_eq!(
        lab.ok("bash", json!({"command": "kill -11 $$"})).await,
        "[ended by signal 11]"
    );
    assert_eq!(
        lab.ok("bash", json!({"command": "cat"})).await,
        "(no output)",
        "standard input is empty"
    );
}

#[tokio::test]
async fn long_output_is_cut_and_kept_whole_beside() {
    let lab = Lab::new();
    let done = lab.call("bash", json!({"command": "seq 1 5000"})).await;
    assert!(done.shown.starts_with("1\n2\n") && done.shown.contains("bytes left out") && done.shown.ends_with("5000\n"));
    assert!(done.shown.len() < 2_200);
    assert_eq!(done.whole.unwrap().len(), 23_893);
    assert_eq!(lab.call("bash", json!({"command": "echo short"})).await.whole, None);
}

#[tokio::test]
async fn the_time_limit_of_a_call() {
    let lab = Lab::new();
    let done = lab
        .call("bash", json!({"command": "echo started; sleep 60", "timeout_seconds": 1}))
        .await;
    assert_eq!(done.status, CallStatus::Failed);
    assert!(
        done.shown.starts_with("started\n[stopped after 1 s") && done.shown.contains("in the background"),
        "{}",
        done.shown
    );
}

#[tokio::test]
async fn a_cancelled_call_says_so_and_keeps_the_shell_usable() {
    let lab = Lab::new();
    let (sender, mut receiver) = mpsc::channel(64);
    let cancel = CancellationToken::new();
    let input = RawJson::of(&json!({"command": "echo ready; sleep 60"})).unwrap();
    let call = lab.tools.call("bash", &input, cancel.clone(), sender);
    let stop = async {
        assert_eq!(receiver.recv().await.unwrap(), "ready\n");
        cancel.cancel();
    };
    let (done, ()) = tokio::join!(call, stop);
    assert_eq!(done.status, CallStatus::Cancelled);
    assert_eq!(lab.ok("bash", json!({"command": "echo on"})).await, "on\n");
}

#[tokio::test]
async fn background_servers_live_on_until_the_session_ends() {
    let lab = Lab::new();
    let shown = lab
        .ok("bash", json!({"command": "sleep 300 > log 2>&1 & echo started"}))
        .await;
    assert!(
        shown.starts_with("started\n[something it started is still running"),
        "{shown}"
    );
    let live = lab.tools.background().await;
    assert_eq!(live.len(), 1, "{live:?}");
    assert_eq!(
        lab.ok("bash", json!({"command": format!("kill -0 {} && echo alive", live[0].pid)}))
            .await,
        "alive\n"
    );
    let stopped = lab.tools.close().await;
    assert_eq!(stopped.len(), 1);
    assert!(stopped[0].command.contains("sleep"));
    assert!(lab.tools.background().await.is_empty());
}

#[tokio::test]
async fn a_restart_forgets_and_stops() {
    let lab = Lab::new();
    lab.ok("bash", json!({"command": "export N=1; cd /; sleep 300 > /dev/null 2>&1 &"}))
        .await;
    let shown = lab.ok("bash", json!({"restart": true})).await;
    assert!(shown.contains("restarted") && shown.contains("sleep 300"), "{shown}");
    let workspace = lab.workspace.display().to_string();
    assert_eq!(
        lab.ok("bash", json!({"command": "echo \"[${N-}]\"; pwd"})).await,
        format!("[]\n{workspace}\n")
    );
}

#[tokio::test]
async fn wrong_inputs_are_explained() {
    let lab = Lab::new();
    for (input, needle) in [
        (json!({}), "there is no command"),
        (json!({"command": "  "}), "there is no command"),
        (json!({"command": "a\u{0}b"}), "NUL"),
        (json!({"command": 7}), "invalid type"),
    ] {
        let told = lab.err("bash", input).await;
        assert!(
            told.contains(needle) && told.contains("call it again with `command`"),
            "{told}"
        );
    }
    let unknown = lab.err("bahs", json!({})).await;
    assert!(
        unknown.contains("there is no tool `bahs`") && unknown.contains("bash, "),
        "{unknown}"
    );
    assert!(
        lab.err("commit", json!({"message": "x"}))
            .await
            .contains("carried out by the harness")
    );
}

#[tokio::test]
async fn output_is_streamed_while_it_runs() {
    let lab = Lab::new();
    let (sender, mut receiver) = mpsc::channel(64);
    let input = RawJson::of(&json!({"command": "echo one; while [ ! -e go ]; do sleep 0.02; done; echo two"})).unwrap();
    let call = lab.tools.call("bash", &input, CancellationToken::new(), sender);
    let watch = async {
        let first = receiver.recv().await.unwrap();
        lab.write("go", "");
        (first, receiver.recv().await.unwrap())
    };
    let (done, pieces) = tokio::time::timeout(Duration::from_secs(20), async { tokio::join!(call, watch) })
        .await
        .unwrap();
    assert_eq!(
        (done.shown.as_str(), pieces.0.as_str(), pieces.1.as_str()),
        ("one\ntwo\n", "one\n", "two\n")
    );
}
