//! `longhaul features` on lists that other people's tools wrote: read, flipped, found.

use crate::cli::Place;
use crate::support::{INITIALIZER, Lab};
use longhaul::config::Durability;
use longhaul::protocol::event::{FeatureListLoaded, FlipBy};
use longhaul::protocol::{FeatureStatus, Role, Seq, SessionNo};
use longhaul::session::State;
use longhaul::store::{self, ProjectDir, Writer};
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

const STORIES: &str = "{\r\n  \"meta\": {\"total\": 9},\r\n  \"userStories\": [\r\n    {\"id\": \"US-1\", \"title\": \"Pay\", \"description\": \"by card\", \"acceptanceCriteria\": [\"a receipt\"], \"status\": \"in_progress\"},\r\n    {\"id\": \"US-2\", \"title\": \"Cancel\", \"status\": \"Done\"},\r\n    {\"id\": \"US-2\", \"title\": \"Return\", \"status\": \"pending\"}\r\n  ]\r\n}";

#[test]
fn a_file_is_described_as_it_is() {
    let place = Place::new();
    fs::write(place.project().join("prd.json"), STORIES).unwrap();
    let file = place.longhaul(&["features", "prd.json", "--json"]).output().unwrap();
    let sheet: Value = serde_json::from_slice(&file.stdout).unwrap();
    let told = |key: &str| sheet[key].as_str().unwrap();
    assert_eq!(
        (told("container"), told("flag"), told("encoding")),
        ("userStories", "status", "UTF-8")
    );
    let first = &sheet["features"][0];
    assert_eq!((first["index"].as_u64(), first["id"].as_str()), (Some(1), Some("US-1")));
    assert_eq!(
        (first["text"].as_str(), first["title"].as_str()),
        (Some("by card"), Some("Pay"))
    );
    assert_eq!(
        (first["status"].as_str(), first["steps"][0].as_str()),
        (Some("failing"), Some("a receipt"))
    );
    assert_eq!(first["flags"][0]["value"], "in_progress");
    assert_eq!(sheet["features"][1]["status"], "passing");
    let notices = sheet["notices"].to_string();
    assert!(
        notices.contains("says 9, the list has 3") && notices.contains("\\\"US-2\\\" is taken already"),
        "{notices}"
    );

    let table = contains("failing    US-1  [in_progress] Pay").and(contains("1 of 3 pass  (userStories, flag \"status\", UTF-8)"));
    place.longhaul(&["features", "prd.json"]).assert().success().stdout(table);
    // The directory has it at a usual place.
    place
        .longhaul(&["features"])
        .assert()
        .success()
        .stdout(contains("US-1  by card"));
}

#[test]
fn a_broken_file_is_shown_with_the_place_of_the_fault() {
    let place = Place::new();
    fs::write(
        place.project().join("l.json"),
        "[\n  {\"passes\": false},\n  {\"passes\" true}\n]\n",
    )
    .unwrap();
    let shown = contains("3 |   {\"passes\" true}\n  |             ^");
    place
        .longhaul(&["features", "l.json"])
        .assert()
        .code(3)
        .stdout(shown)
        .stderr(contains("l.json:3:13: expected `:`"));
    let output = place.longhaul(&["features", "l.json", "--json"]).output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((told["line"].as_u64(), told["column"].as_u64()), (Some(3), Some(13)));
    assert!(told["text"].as_str().unwrap().ends_with("true}\n]\n"));
}

#[test]
fn whatever_is_wrong_a_program_reads_why_and_where() {
    let place = Place::new();
    let told = |path: &str| {
        let output = place.longhaul(&["features", path, "--json"]).output().unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{path}: {error}"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code() == Some(3) && !said.contains("rollback"),
            "{path}: {said}"
        );
        told
    };
    fs::write(place.project().join("latin.json"), b"[\n {\"id\": \"caf\xe9\"}]").unwrap();
    let latin = told("latin.json");
    assert_eq!((&latin["line"], &latin["column"]), (&2.into(), &13.into()));
    assert!(latin["text"].as_str().unwrap().contains("caf\u{fffd}\"}]"), "{latin}");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        place.project().join("pipe.json"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from(0o600),
        0,
    )
    .unwrap();
    let large = fs::File::create(place.project().join("large.json")).unwrap();
    large.set_len(50_000_001).unwrap();
    for (path, why) in [
        ("pipe.json", "is not a regular file"),
        ("/dev/null", "is not a regular file"),
        ("large.json", "more than a feature list may hold"),
        ("nosuch.json", "there is no file or directory nosuch.json"),
    ] {
        let told = told(path);
        assert!(told["error"].as_str().unwrap().contains(why), "{path}: {told}");
    }
    fs::write(place.project().join("feature_list.json"), "[\n  oops\n]").unwrap();
    let output = place.longhaul(&["features", "--json"]).output().unwrap();
    let own: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&own["line"], &own["column"], &own["text"]),
        (&2.into(), &3.into(), &"[\n  oops\n]".into())
    );
    let output = place.longhaul(&["verify", "--json"]).output().unwrap();
    let other: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(other["exit_code"], 3);
}

#[test]
fn set_writes_one_value_through_a_link_and_keeps_the_mode() {
    let place = Place::new();
    let (real, link) = (place.project().join("real.json"), place.project().join("link.json"));
    fs::write(&real, STORIES).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o604)).unwrap();
    symlink("real.json", &link).unwrap();
    let set = |words: &[&str]| place.longhaul(&[&["features", "set", "link.json"], words].concat()).assert();

    set(&["US-1", "passing"]).success().stdout(contains("US-1 passes now"));
    let now = STORIES.replace("in_progress", "Done");
    assert_eq!(fs::read_to_string(&real).unwrap(), now);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o604);
    set(&["1", "passing"])
        .success()
        .stdout(contains("says already that it passes; nothing was written"));

    set(&["US-2", "passing"])
        .code(2)
        .stderr(contains("names 2 features: #2 (line 5), #3 (line 6)"));
    set(&["3", "passing"]).success();
    assert_eq!(fs::read_to_string(&real).unwrap(), now.replace("pending", "Done"));
    // Nothing is left that says "pending".
    set(&["#3", "failing"])
        .code(3)
        .stderr(contains("has no word for \"status\"").and(contains("--word")));
    set(&["#3", "failing", "--word", "done"])
        .code(3)
        .stderr(contains("says that it passes"));
    set(&["#3", "failing", "--word", "pending"]).success();
    assert_eq!(fs::read_to_string(&real).unwrap(), now);
    set(&["US-9", "passing"])
        .code(2)
        .stderr(contains("there is no feature `US-9`"));
}

#[test]
fn set_leaves_what_is_not_plain_to_a_person() {
    let place = Place::new();
    let file = place.project().join("l.json");
    let text = "[{\"id\": 2, \"passes\": true, \"status\": \"pending\"}, {\"id\": 1, \"passes\": false, \"status\": \"done\"}]";
    fs::write(&file, text).unwrap();
    let set = |words: &[&str]| place.longhaul(&[&["features", "set", "l.json"], words].concat()).assert();
    // All ids are numbers: a number is an id.
    set(&["2", "passing"]).code(3).stderr(contains("the pass flag of `2`"));
    for typed in ["3", "-1"] {
        let told = format!("there is no feature `{typed}`; the ids are 2, 1; places go from #1 to #2");
        set(&[typed, "passing"]).code(2).stderr(contains(told));
    }
    set(&["#1", "passing"])
        .code(3)
        .stderr(contains("flags disagree (passes: true, status: pending)").and(contains("--settle")));
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    set(&["#1", "failing", "--settle"]).success();
    assert_eq!(fs::read_to_string(&file).unwrap(), text.replacen("true", "false", 1));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    set(&["#2", "failing", "--settle"])
        .code(3)
        .stderr(contains("cannot be written"));
}

#[tokio::test(flavor = "multi_thread")]
async fn set_in_a_project_of_ours_is_recorded_and_committed() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.run(INITIALIZER).await;
    let file = lab.path("feature_list.json");
    let set = |words: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("longhaul").unwrap();
        command
            .args(["features", "set"])
            .arg(&file)
            .args(words)
            .env("LONGHAUL_STATE_DIR", lab.state_root());
        command.assert()
    };
    set(&["F002", "passing", "--reason", "tried it"])
        .success()
        .stdout(contains("F002 passes now; commit "));
    assert_eq!(
        lab.git(&["log", "-1", "--format=%B"]).trim_end(),
        "features: F002 passes (by hand)\n\ntried it"
    );
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    let state = State::fold(&store::read(&lab.dir(), Seq(1)).unwrap().envelopes);
    let flip = state.features.get(&"F002".into()).unwrap().flips.last().unwrap().clone();
    assert_eq!(
        (flip.by, flip.to, flip.reason.as_str()),
        (FlipBy::Human, FeatureStatus::Passing, "tried it")
    );

    let held = lab.dir().lock().unwrap();
    set(&["F002", "failing"]).code(9).stderr(contains("runs this project"));
    drop(held);
    assert!(fs::read_to_string(&file).unwrap().contains("true"));
}

#[test]
fn several_lists_are_named_and_none_is_picked() {
    let place = Place::new();
    fs::create_dir(place.project().join(".claude")).unwrap();
    fs::write(
        place.project().join(".claude/feature_list.json"),
        r#"[{"id":"A","passes":true}]"#,
    )
    .unwrap();
    fs::write(place.project().join("prd.json"), STORIES).unwrap();
    let told = contains("there are 2 feature lists: .claude/feature_list.json, prd.json; say which with --list");
    place.longhaul(&["features"]).assert().code(2).stderr(told);
    place
        .longhaul(&["features", "--list", ".claude/feature_list.json"])
        .assert()
        .success()
        .stdout(contains("passes     A"));
    place
        .longhaul(&["features", "--list", "gone.json"])
        .assert()
        .code(2)
        .stderr(contains("there is no gone.json"));
    // The log of a project knows its own.
    let dir = ProjectDir::in_state_root(&place.state(), &place.project()).unwrap();
    let mut writer = Writer::open(dir.lock().unwrap(), Durability::Full).unwrap();
    writer.begin_segment(SessionNo(1), Role::Coding).unwrap();
    let loaded = FeatureListLoaded {
        path: "prd.json".into(),
        features: Vec::new(),
        notices: Vec::new(),
    };
    writer.append(SessionNo(1), loaded.into()).unwrap();
    drop(writer);
    place
        .longhaul(&["features"])
        .assert()
        .success()
        .stdout(contains("US-1  by card"));
}

#[test]
fn a_flag_that_is_a_string_is_told_as_one() {
    let place = Place::new();
    fs::write(
        place.project().join("features.json"),
        r#"[{"id": "F1", "passes": "false"}, {"id": "F2", "passes": "true"}]"#,
    )
    .unwrap();
    let why = "\"passes\" is a string, not true or false";
    place
        .longhaul(&["features", "features.json"])
        .assert()
        .success()
        .stdout(contains(format!("no flag: {why}")))
        .stderr(contains(format!("{why}, in each feature, so none can be flipped")));
}
