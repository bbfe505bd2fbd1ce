//! A project of pytest in which one module ends the program of all tests: each of the others has the commit that broke it itself.

use super::ended::{self, change, script};
use crate::support::{Lab, Ran, call, coding, ends};
use longhaul::protocol::FeatureStatus;
use std::os::unix::fs::symlink;
use std::path::Path;

const COMMAND: &str = ".venv/bin/python -m pytest -q";
const EXIT: &str = "import os\n\n\ndef f():\n    os._exit(0)\n";

/// Four modules, each with a file of tests, all proven and committed.
async fn built() -> Lab {
    let mut lab = Lab::new();
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/runners/venv");
    assert!(
        installed.exists(),
        "{} is not there: see why this test is ignored",
        installed.display()
    );
    symlink(installed, lab.path(".venv")).unwrap();
    lab.settings.stall_sessions = 1;
    lab.settings.verify.command = Some(COMMAND.into());
    lab.write("longhaul.toml", &format!("[verify]\ncommand = \"{COMMAND}\"\n"));
    lab.write(".gitignore", ".venv\n__pycache__\n.pytest_cache\n");
    lab.write("conftest.py", "");
    let feature =
        |n: u32| format!("{{\"id\": \"F00{n}\", \"description\": \"{n}\", \"passes\": false, \"tests\": [\"tests/test_{n}.py\"]}}");
    let features: Vec<String> = (1..=5).map(feature).collect();
    lab.write("feature_list.json", &format!("[{}]", features.join(",\n")));
    let mut sessions = Vec::new();
    for n in 1..=4 {
        lab.write(&format!("m{n}.py"), "def f():\n    return 0\n");
        let test = format!("def test_f():\n    from m{n} import f\n    assert f() == {n}\n");
        lab.write(&format!("tests/test_{n}.py"), &test);
        let calls = call("bash", &format!("{{ command = \"sed -i 's/0/{n}/' m{n}.py\" }}"))
            + &call("feature_passed", &format!("{{ id = \"F00{n}\", evidence = \"its test\" }}"))
            + &call("commit", &format!("{{ message = \"Write f in m{n}\" }}"));
        sessions.push(coding(&(calls + &ends())));
    }
    lab.commit_all("begin");
    sessions.push(coding(&ends()));
    let ran = lab.run(&script(&sessions)).await;
    let passing = (0..4).all(|at| ran.state.features.rows[at].feature.status == FeatureStatus::Passing);
    assert!(passing, "{:?}", ran.ended);
    lab
}

async fn blamed(lab: &Lab) -> (Vec<(String, String)>, Ran) {
    let ran = lab.run(&script(&[coding(&ends())])).await;
    let mut blamed = ended::blamed(&ran);
    blamed.sort();
    (blamed, ran)
}

fn each(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted
        .iter()
        .map(|(feature, commit)| ((*feature).to_owned(), (*commit).to_owned()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs pytest: python3 -m venv target/runners/venv && target/runners/venv/bin/pip install pytest"]
async fn what_broke_before_and_after_an_exit_has_its_own_commit() {
    let lab = built().await;
    change(&lab, "m3.py", "def f():\n    return 33\n", "Wrong f3");
    change(&lab, "m2.py", EXIT, "Exit in f2");
    change(&lab, "m4.py", "def f():\n    return 44\n", "Wrong f4");
    change(&lab, "m1.py", "def f():\n    return 1\n# one\n", "Comment m1");
    let (blamed, ran) = blamed(&lab).await;
    let wanted = [("F002", "Exit in f2"), ("F003", "Wrong f3"), ("F004", "Wrong f4")];
    assert_eq!(blamed, each(&wanted));
    let read = ran.requests.iter().rfind(|body| body.contains("git status --short")).unwrap();
    assert!(
        read.contains("Wrong f4") && !read.contains("F004 worked before and fails now: not"),
        "{read}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs pytest: python3 -m venv target/runners/venv && target/runners/venv/bin/pip install pytest"]
async fn what_broke_after_an_exit_at_import_has_its_own_commit() {
    let lab = built().await;
    let at_import = "from m2 import f\n\n\ndef test_f():\n    assert f() == 2\n";
    change(
        &lab,
        "m2.py",
        "import os\nos._exit(0)\n\n\ndef f():\n    return 2\n",
        "Exit at import of m2",
    );
    change(&lab, "tests/test_2.py", at_import, "Import m2 first");
    change(&lab, "m3.py", "def f():\n    return 33\n", "Wrong f3");
    change(&lab, "m4.py", "import sys\n\n\ndef f():\n    sys.exit(0)\n", "sys.exit in f4");
    change(&lab, "m1.py", "def f():\n    return 1\n# one\n", "Comment m1");
    let (blamed, _) = blamed(&lab).await;
    let wanted = [
        ("F002", "Exit at import of m2"),
        ("F003", "Wrong f3"),
        ("F004", "sys.exit in f4"),
    ];
    assert_eq!(blamed, each(&wanted));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs pytest: python3 -m venv target/runners/venv && target/runners/venv/bin/pip install pytest"]
async fn what_broke_while_an_exit_was_there_is_found_after_that_is_mended() {
    let lab = built().await;
    change(&lab, "m2.py", EXIT, "Exit in f2");
    change(&lab, "m4.py", "def f():\n    return 44\n", "Wrong f4");
    change(&lab, "m1.py", "def f():\n    return 1\n# one\n", "Comment m1");
    change(&lab, "m2.py", "def f():\n    return 2\n", "Mend f2");
    let (blamed, _) = blamed(&lab).await;
    assert_eq!(blamed, each(&[("F004", "Wrong f4")]));
}
