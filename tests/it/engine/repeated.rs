//! Recorded checks whose output only repeats what lies in files of the project.

use super::checks::{CLAIM, lab, session, status, tried};
use longhaul::protocol::FeatureStatus;

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_repeats_what_lies_in_a_file_shows_nothing() {
    let only = |file: &'static str| Some(file);
    tried(&[
        (
            "echo 42 > o1.txt",
            "curl -s file://$PWD/o1.txt",
            "42",
            only("it prints what stands in o1.txt"),
        ),
        (
            "echo V=42 > o1.env",
            ". ./o1.env; echo $V",
            "42",
            only("what stands in o1.env"),
        ),
        (
            "echo '{\"a\":42}' > o1.json",
            "node -p \"require('./o1.json').a\"",
            "42",
            only("what stands in o1.json"),
        ),
        (
            "echo 42 > o1.txt; echo 'cat o1.txt' > show.sh",
            "sh show.sh; echo done",
            "42|done",
            only("what stands in o1.txt: with other text there it prints that; let a step make the input"),
        ),
        (
            "echo milk > o1.txt; echo 'print(open(\"o1.txt\").read())' > show.py",
            "python3 show.py",
            "milk",
            only("what stands in o1.txt"),
        ),
        (
            "echo 42 > o1; printf 'show:\\n\\t@cat o1\\n' > Makefile",
            "make -s show",
            "42",
            only("what stands in o1:"),
        ),
        // Where git ignores it, and in two files.
        (
            "mkdir out; echo 42 > out/o1.txt; echo bread > o2.csv; echo 'cat out/o1.txt o2.csv' > show.sh",
            "sh show.sh",
            "42|bread",
            only("what stands in o2.csv, out/o1.txt"),
        ),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_with_files_beside_it_shows_something() {
    tried(&[
        // It comes to 42 and does not copy it; with others there it comes to another sum.
        (
            "printf '40\\n2\\n42\\n' > in.txt; echo 'head -2 $1 | paste -sd+ | bc' > sum.sh",
            "sh sum.sh in.txt",
            "42",
            None,
        ),
        // The order is what it shows.
        (
            "printf 'milk\\nbread\\n' > in.txt; echo 'sort $1' > list.sh",
            "sh list.sh in.txt",
            "bread\nmilk",
            None,
        ),
        // The step makes its input.
        (
            "mkdir out; echo milk > out/in.txt; echo 'cat $1' > list.sh",
            "echo milk > out/in.txt; sh list.sh out/in.txt",
            "milk",
            None,
        ),
        // The text stands in a file that it does not read.
        (
            "echo 'prints 42' > README.md; echo 'echo 42' > app.sh",
            "sh app.sh",
            "42",
            None,
        ),
        // A program without an ending is no data.
        (
            "printf 'cat <<E\\nUsage: app\\nE\\n' > app",
            "sh ./app --help | cat",
            "Usage: app",
            None,
        ),
        // One text of two is its own.
        (
            "echo milk > in.txt; echo 'echo all: $(cat in.txt)' > list.sh",
            "sh list.sh",
            "milk|all:",
            None,
        ),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_a_committed_file_that_is_looked_up_by_its_key_shows_something() {
    const GET: &str = "printf 'import json, sys\\nd = json.load(open(sys.argv[1]))\\nfor k in sys.argv[2].split(\".\"): d = d[k]\\nprint(d)\\n' > get.py; \
                       echo 'import sys; print(open(sys.argv[1]).read())' > show.py";
    for (command, expect, is_taken) in [
        ("python3 get.py config.json server.port", "8080", true),
        ("python3 get.py config.json name", "demo service", true),
        ("python3 show.py answer.txt", "42", false),
        ("python3 show.py config.json server", "demo service", false),
        ("python3 show.py lines.txt name", "demo service", false),
        ("node -p \"require('./config.json').name\"", "demo service", false),
    ] {
        let lab = lab();
        lab.write("config.json", "{\"server\":{\"port\":8080},\"name\":\"demo service\"}\n");
        lab.write("lines.txt", "name\ndemo service\nserver\n8080\n");
        lab.write("answer.txt", "42\n");
        lab.commit_all("data");
        let toml = |value: serde_json::Value| toml::Value::try_from(value).unwrap().to_string();
        let work = toml(serde_json::json!({ "command": GET }));
        let step = toml(serde_json::json!({ "id": "F001", "steps": [{ "command": command, "expect": [expect] }] }));
        let ran = session(&lab, &[("bash", &work), ("record_check", &step), ("feature_passed", CLAIM)]).await;
        let told = ran.result(1);
        assert_eq!(status(&ran) == FeatureStatus::Passing, is_taken, "{command}: {told}");
        assert!(is_taken || told.starts_with("Not recorded: "), "{command}: {told}");
    }
}
