//! The guard against real shells and real damage, on a workspace of its own.

use super::*;
use crate::protocol::FeatureStatus;
use proptest::prelude::*;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

const LIST: &str = "[\n  {\"id\": \"F001\", \"description\": \"one\", \"passes\": false},\n  {\"id\": \"F002\", \"description\": \"two\", \"passes\": false}\n]\n";

struct World {
    dir: tempfile::TempDir,
    guard: Guard,
}

impl World {
    /// A workspace with a guarded list, two agreed tests in different folders, settings, and some code.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let workspace = dir.path().canonicalize().unwrap().join("work");
        fs::create_dir_all(workspace.join("tests/deep")).unwrap();
        fs::create_dir_all(workspace.join("src")).unwrap();
        for (path, text) in [
            ("feature_list.json", LIST),
            ("longhaul.toml", "[verify]\n"),
            ("tests/01.sh", "echo 1..1\necho ok 1\n"),
            ("tests/deep/02.sh", "exit 0\n"),
            ("src/main.sh", "echo hello\n"),
        ] {
            fs::write(workspace.join(path), text).unwrap();
        }
        let guard = Guard::new(GuardContext {
            workspace,
            baseline: dir.path().join("baseline"),
            feature_list: "feature_list.json".into(),
            test_globs: Vec::new(),
        })
        .unwrap();
        guard.adopt_all().unwrap();
        guard
            .agree_tests(["tests/01.sh", "tests/deep/02.sh", "src/main.sh", "feature_list.json"])
            .unwrap();
        Self { dir, guard }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.guard.workspace.join(path)
    }

    fn shell(&self, script: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let invocation = crate::process::Invocation::shell(script, &self.guard.workspace);
        let finished = runtime
            .block_on(crate::process::run(
                invocation,
                tokio_util::sync::CancellationToken::new(),
                None,
            ))
            .unwrap();
        assert_eq!(finished.exit_code, Some(0), "{script}: {}", finished.output.shown);
    }

    /// Bytes and modes of everything guarded.
    fn picture(&self) -> Vec<(String, Vec<u8>, u32)> {
        let one = |path: String| {
            let whole = self.path(&path);
            let meta = fs::symlink_metadata(&whole).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(meta.is_file(), "{path}");
            (path, fs::read(&whole).unwrap(), meta.permissions().mode())
        };
        self.guard.guarded().into_iter().map(one).collect()
    }

    fn verify(&self) -> Vec<BreachFound> {
        self.guard.verify(Some(&CallId("toolu_1".into()))).unwrap()
    }

    fn rule(&self, command: &str) -> Verdict {
        let input = RawJson::of(&serde_json::json!({ "command": command })).unwrap();
        self.guard.rule("bash", &input, &[])
    }

    fn rule_path(&self, path: &str) -> Verdict {
        self.guard
            .rule("write", &RawJson::parse("{}".into()).unwrap(), &[PathBuf::from(path)])
    }
}

#[test]
fn only_lists_settings_and_agreed_tests_are_guarded() {
    let world = World::new();
    assert_eq!(
        world.guard.guarded(),
        ["feature_list.json", "longhaul.toml", "tests/01.sh", "tests/deep/02.sh"]
    );
    assert!(world.verify().is_empty());
    world.shell("echo x > tests/03.sh; echo y > src/main.sh; rm src/main.sh");
    assert!(world.verify().is_empty());
}

/// Each route, for the list and for a test: the file is as it was, the breach is told once, and the next look is quiet.
#[test]
fn every_route_of_writing_is_found_and_undone() {
    let routes = [
        "echo x > $F",
        "echo x >> $F",
        ": > $F",
        "sed -i.bak s/e/E/ $F",
        "cp src/main.sh $F",
        "mv src/main.sh $F",
        "mv $F gone",
        "rm $F",
        "rm $F && mkdir $F && echo x > $F/y",
        "rm $F && ln -s src/main.sh $F",
        "cp $F same && rm $F && ln -s $PWD/same $F",
        "ln $F hard && echo x > hard",
        "chmod 777 $F",
        "chmod 400 $F",
        "rm $F && mkfifo $F",
        "printf x | dd of=$F conv=notrunc 2>/dev/null",
        "cp -p $F keep && echo x > $F && touch -r keep $F",
        "head -c 5 $F > new && mv new $F",
        "perl -pi -e s/e/E/ $F",
        "tr a-z A-Z < $F > new && cat new > $F",
        "rm -rf tests feature_list.json longhaul.toml",
        "mv tests t0 && mv feature_list.json f0",
        "mv tests t0 && ln -s t0 tests; echo x > $F",
        "mv tests t0 && cp -R t0 tests && echo x > $F",
        "rm -rf tests && echo x > tests; rm -f feature_list.json",
        "rm tests/deep/02.sh && rmdir tests/deep; [ ! -f $F ] || echo x > $F",
        "echo x > $F & wait",
        "truncate -s 100M $F",
    ];
    for route in routes {
        for file in ["feature_list.json", "tests/deep/02.sh"] {
            let world = World::new();
            let before = world.picture();
            world.shell(&format!("F={file}; {route}"));
            let breaches = world.verify();
            assert!(!breaches.is_empty(), "{route} on {file} was not noticed");
            assert!(
                breaches.iter().all(|breach| breach.restored && breach.call.is_some()),
                "{route} on {file}: {breaches:?}"
            );
            assert_eq!(world.picture(), before, "{route} on {file}");
            assert_eq!(world.verify(), [], "{route} on {file}");
        }
    }
}

#[test]
fn breaches_say_in_one_line_what_was_touched() {
    let detail = |script: &str| {
        let world = World::new();
        world.shell(script);
        let breaches = world.verify();
        breaches
            .iter()
            .map(|breach| format!("{}: {}", breach.path, breach.detail))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(
        detail("sed -i.bak '3s/false/true/' feature_list.json"),
        "feature_list.json: flag set to passing: F002"
    );
    assert_eq!(
        detail("sed -i.bak '2d' feature_list.json"),
        "feature_list.json: removed: F001"
    );
    assert_eq!(
        detail("printf '[' > feature_list.json"),
        "feature_list.json: made unreadable (feature_list.json:1:2: expected a value, found the end of the file)"
    );
    assert_eq!(detail("echo exit 0 > tests/01.sh"), "tests/01.sh: 1 line added, 2 removed");
    assert_eq!(detail("rm tests/01.sh"), "tests/01.sh: deleted, moved or renamed");
    assert_eq!(
        detail("mv tests t"),
        "tests/: directory deleted or renamed: 2 guarded files put back; the same bytes, moved to t/01.sh and 1 more, were removed there"
    );
    assert_eq!(
        detail("mv tests t; ln -s t tests"),
        "tests/: directory replaced by a symlink: 2 guarded files put back; the same bytes, moved to t/01.sh and 1 more, were removed there"
    );
    assert_eq!(
        detail("chmod 600 tests/01.sh; chmod 644 tests/deep/02.sh"),
        "tests/01.sh: mode changed from 644 to 600"
    );
    assert_eq!(
        detail("rm tests/01.sh; mkdir tests/01.sh"),
        "tests/01.sh: replaced by a directory"
    );
}

#[test]
fn a_renamed_copy_goes_once_its_files_are_back_and_new_content_stays() {
    let world = World::new();
    let before = world.picture();
    world.shell("mv tests t0");
    let breaches = world.verify();
    assert_eq!(world.picture(), before);
    assert!(!world.path("t0").exists(), "{breaches:?}");
    assert!(breaches[0].detail.contains("t0/"), "{breaches:?}");

    // What the agent added or changed is its own, and is told.
    world.shell("echo new > tests/03.sh; mv tests t1; echo changed >> t1/deep/02.sh; cp t1/01.sh copy.sh");
    let breaches = world.verify();
    assert_eq!(world.picture(), before);
    assert!(!world.path("t1/01.sh").exists());
    assert_eq!(fs::read_to_string(world.path("t1/03.sh")).unwrap(), "new\n");
    assert_eq!(fs::read_to_string(world.path("t1/deep/02.sh")).unwrap(), "exit 0\nchanged\n");
    assert!(world.path("copy.sh").exists(), "a copy is no move");
    assert!(breaches[0].detail.contains("kept: t1/deep/02.sh"), "{breaches:?}");

    world.shell("mv tests/01.sh aside.sh; ln tests/deep/02.sh second.sh; rm tests/deep/02.sh");
    world.verify();
    assert_eq!(world.picture(), before);
    assert!(!world.path("aside.sh").exists() && !world.path("second.sh").exists());
}

#[test]
fn what_stood_in_the_way_is_kept() {
    let world = World::new();
    world.shell("rm feature_list.json && mkdir feature_list.json && echo mine > feature_list.json/work; echo better > tests/01.sh");
    world.verify();
    assert_eq!(
        fs::read_to_string(world.path("feature_list.json.set-aside-1/work")).unwrap(),
        "mine\n"
    );
    let replaced: Vec<_> = fs::read_dir(world.dir.path().join("baseline/replaced"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(replaced.len(), 1);
    assert_eq!(fs::read_to_string(&replaced[0]).unwrap(), "better\n");
}

#[test]
fn a_damaged_copy_is_not_restored_from() {
    let world = World::new();
    let baseline = world.dir.path().join("baseline");
    for entry in fs::read_dir(&baseline).unwrap().map(|entry| entry.unwrap().path()) {
        if !entry.ends_with("table.json") {
            fs::write(entry, "forged").unwrap();
        }
    }
    world.shell("echo x > tests/01.sh");
    // This guard was there before the copies were spoiled, and holds them in memory.
    let breaches = world.verify();
    assert!(breaches[0].restored, "{breaches:?}");
    assert_eq!(fs::read(world.path("tests/01.sh")).unwrap(), b"echo 1..1\necho ok 1\n");
    world.shell("echo x > tests/01.sh");
    let later = Guard::resume(GuardContext {
        workspace: world.guard.workspace.clone(),
        baseline,
        feature_list: "feature_list.json".into(),
        test_globs: Vec::new(),
    });
    let later = later.unwrap();
    let breaches = later.verify(None).unwrap();
    assert!(
        !breaches[0].restored && breaches[0].detail.contains("gone or damaged"),
        "{breaches:?}"
    );
    assert_eq!(later.trusted(Path::new("feature_list.json")), None);
}

#[test]
fn the_harness_hands_over_without_a_breach_and_keeps_the_mode() {
    let world = World::new();
    let path = Path::new("feature_list.json");
    fs::set_permissions(world.path("feature_list.json"), fs::Permissions::from_mode(0o600)).unwrap();
    world.guard.adopt(path).unwrap();
    let list = crate::harness::FeatureList::parse("l", world.guard.trusted(path).unwrap()).unwrap();
    let bytes = list.flip(&"F002".into(), true).unwrap();
    world.guard.hand_over(path, &bytes).unwrap();
    assert!(world.verify().is_empty());
    let now = crate::harness::FeatureList::read(&world.path("feature_list.json"))
        .unwrap()
        .unwrap();
    assert_eq!(now.get(&"F002".into()).unwrap().status, FeatureStatus::Passing);
    assert_eq!(
        fs::metadata(world.path("feature_list.json")).unwrap().permissions().mode() & 0o777,
        0o600
    );
    world.shell("echo x > feature_list.json");
    world.verify();
    assert_eq!(
        fs::read(world.path("feature_list.json")).unwrap(),
        bytes,
        "restored to what was handed over"
    );
}

#[test]
fn a_person_may_change_and_delete_what_is_then_adopted() {
    let world = World::new();
    world.shell("echo changed > tests/01.sh; rm tests/deep/02.sh longhaul.toml");
    for path in ["tests/01.sh", "tests/deep/02.sh", "longhaul.toml", "src/main.sh"] {
        world.guard.adopt(Path::new(path)).unwrap();
    }
    assert!(world.verify().is_empty());
    assert_eq!(world.guard.guarded(), ["feature_list.json", "tests/01.sh"]);
}

#[test]
fn a_session_that_starts_does_not_take_damage_for_right() {
    let world = World::new();
    let before = world.picture();
    world.shell("echo x > feature_list.json; rm longhaul.toml tests/01.sh");
    world.guard.adopt_all().unwrap();
    world.guard.agree_tests(["tests/01.sh", "tests/deep/02.sh"]).unwrap();
    assert_eq!(world.verify().len(), 3);
    assert_eq!(world.picture(), before);
}

#[test]
fn settings_that_appear_are_set_aside_until_a_person_adopts_them() {
    let world = World::new();
    fs::remove_file(world.path("longhaul.toml")).unwrap();
    world.guard.adopt(Path::new("longhaul.toml")).unwrap();
    world.shell("echo '[verify]' > longhaul.toml");
    let breaches = world.verify();
    assert_eq!(
        (breaches.len(), breaches[0].path.as_str(), breaches[0].restored),
        (1, "longhaul.toml", true)
    );
    assert!(world.path("longhaul.toml.set-aside-1").exists() && !world.path("longhaul.toml").exists());
    assert!(world.verify().is_empty());
    world.shell("echo '[verify]' > longhaul.toml");
    world.guard.adopt(Path::new("longhaul.toml")).unwrap();
    assert!(world.verify().is_empty());
}

#[test]
fn the_initializer_may_write_until_its_first_commit() {
    let dir = tempfile::tempdir().unwrap();
    let workspace = dir.path().canonicalize().unwrap().join("work");
    fs::create_dir(&workspace).unwrap();
    let context = GuardContext {
        workspace,
        baseline: dir.path().join("b"),
        feature_list: "feature_list.json".into(),
        test_globs: Vec::new(),
    };
    let world = World {
        guard: Guard::new(context).unwrap(),
        dir,
    };
    world.guard.initializing(true);
    world.shell("echo '[' > feature_list.json");
    world.guard.adopt_all().unwrap();
    for path in ["feature_list.json", "longhaul.toml", "tests/01.sh"] {
        assert_eq!(world.rule_path(path), Verdict::allow());
    }
    assert_eq!(world.rule("cat > feature_list.json <<'EOF'\n[]\nEOF"), Verdict::allow());
    assert_eq!(world.rule("git commit -m x").guard, "git");
    world.shell("mkdir tests; echo '[]' > feature_list.json; echo x > tests/01.sh; echo > longhaul.toml");
    assert!(world.verify().is_empty());
    world.guard.initializing(false);
    world.guard.adopt_all().unwrap();
    assert_eq!(
        world.guard.agree_tests(["tests/01.sh", "feature_list.json"]).unwrap(),
        ["tests/01.sh"]
    );
    assert_eq!(world.guard.agree_tests(["tests/01.sh"]).unwrap(), [""; 0]);
    for path in ["feature_list.json", "longhaul.toml", "tests/01.sh"] {
        assert_eq!(world.rule_path(path).ruling, Ruling::Deny, "{path}");
    }
    world.shell("echo y > feature_list.json");
    assert_eq!(world.verify().len(), 1);
}

#[test]
fn links_among_the_tests_stay_links() {
    let world = World::new();
    symlink("01.sh", world.path("tests/link.sh")).unwrap();
    world.guard.agree_tests(["tests/link.sh"]).unwrap();
    world.shell("rm tests/link.sh; echo x > tests/link.sh");
    assert_eq!(world.verify()[0].detail, "a symlink replaced by something else");
    assert_eq!(fs::read_link(world.path("tests/link.sh")).unwrap(), Path::new("01.sh"));
    world.shell("ln -sf deep/02.sh tests/link.sh");
    assert_eq!(world.verify()[0].detail, "its symlink was pointed elsewhere");
    assert!(world.verify().is_empty());
}

#[test]
fn the_next_run_is_told_what_changed_in_between() {
    let world = World::new();
    let next = || {
        let context = GuardContext {
            workspace: world.guard.workspace.clone(),
            baseline: world.dir.path().join("baseline"),
            feature_list: "feature_list.json".into(),
            test_globs: Vec::new(),
        };
        Guard::new(context).unwrap()
    };
    assert_eq!(next().changed_since_last_run(), []);
    world.shell("sed -i.bak '2s/false/true/' feature_list.json; rm -r tests/deep; echo x >> longhaul.toml");
    let told = next().changed_since_last_run();
    let expected = [
        ("feature_list.json", "flag set to passing: F001"),
        ("longhaul.toml", "1 line added"),
        ("tests/deep/02.sh", "deleted, moved or renamed"),
    ];
    assert_eq!(told, expected.map(|(path, how)| (path.to_owned(), how.to_owned())));
    let guard = next();
    guard.adopt_all().unwrap();
    assert_eq!(guard.changed_since_last_run(), []);
}

#[test]
fn what_cannot_be_guarded_among_the_tests_is_passed_over() {
    let world = World::new();
    world.shell("mkdir tests/submodule real; echo x > real/a; ln -s ../real tests/linked; truncate -s 100M tests/huge.bin; echo x > tests/ok.sh");
    let agreed = world
        .guard
        .agree_tests([
            "tests/submodule",
            "tests/linked/a",
            "tests/huge.bin",
            "tests/gone.sh",
            "tests/ok.sh",
        ])
        .unwrap();
    assert_eq!(agreed, ["tests/ok.sh"]);
}

#[test]
fn a_list_behind_a_link_is_refused_at_adoption() {
    let world = World::new();
    world.shell("mv feature_list.json real.json; ln -s real.json feature_list.json");
    assert!(
        world
            .guard
            .adopt(Path::new("feature_list.json"))
            .unwrap_err()
            .to_string()
            .contains("it is a symlink, so it cannot be guarded")
    );
}

#[test]
fn file_tools_are_ruled_by_path() {
    let world = World::new();
    for (path, guard) in [
        ("feature_list.json", "feature_list"),
        ("./src/../feature_list.json", "feature_list"),
        ("tests/01.sh", "test_files"),
        ("longhaul.toml", "path"),
        (".git/hooks/pre-commit", "git"),
        ("sub/.GIT/config", "git"),
        ("../outside", "path"),
        ("/etc/passwd", "path"),
    ] {
        let verdict = world.rule_path(path);
        assert_eq!((verdict.ruling, verdict.guard), (Ruling::Deny, guard), "{path}");
    }
    let absolute = world.path("tests/01.sh").display().to_string();
    assert!(world.rule_path(&absolute).reason.starts_with("tests/01.sh is an agreed test"));
    for path in [
        "src/main.sh",
        "tests/new.sh",
        ".gitignore",
        ".github/x",
        "sub/feature_list.json",
    ] {
        assert_eq!(world.rule_path(path), Verdict::allow(), "{path}");
    }
}

#[test]
fn commands_are_ruled_by_what_they_write() {
    let world = World::new();
    for (command, guard) in [
        ("echo x > feature_list.json", "feature_list"),
        ("cd src && cp x ../feature_list.json", "feature_list"),
        ("sed -i 's/false/true/' feature_list.json", "feature_list"),
        ("jq . feature_list.json > t && mv t feature_list.json", "feature_list"),
        ("cp x/feature_list.json .", "feature_list"),
        ("rm *.json", "feature_list"),
        ("echo x > \"$PWD/feature_list.json\"", "feature_list"),
        ("python3 -c \"open('feature_list.json','w')\"", "feature_list"),
        ("cat x | tee feature_list.json", "feature_list"),
        ("bash -c 'echo > feature_list.json'", "feature_list"),
        ("rm tests/01.sh", "test_files"),
        ("rm -rf tests", "test_files"),
        ("mv tests t0", "test_files"),
        ("chmod -x tests/01.sh", "test_files"),
        ("sed -i s/1/0/ tests/*.sh", "test_files"),
        ("git rm tests/01.sh", "test_files"),
        ("cd tests && mv 01.sh 01.bak", "test_files"),
        ("echo '' > longhaul.toml", "path"),
        ("echo x > .git/HEAD", "git"),
        ("rm -rf .git", "git"),
        ("rm -rf .", "path"),
        ("rm -rf ..", "path"),
        ("git commit -am x", "git"),
    ] {
        let verdict = world.rule(command);
        assert_eq!((verdict.ruling, verdict.guard), (Ruling::Deny, guard), "{command}");
        assert!(verdict.reason.ends_with('.'), "{}", verdict.reason);
    }
    for command in [
        "cat feature_list.json",
        "jq '.[].passes' feature_list.json > /tmp/x",
        "python3 -c \"import json; print(json.load(open('feature_list.json')))\"",
        "grep -c false feature_list.json && sh tests/01.sh",
        "cp feature_list.json /tmp/",
        "echo x > tests/03.sh",
        "mv new.sh tests/",
        "git add -A; git status",
        "rm -rf build src/tmp /tmp/elsewhere",
        "echo 'feature_list.json > x'",
        "cat .git/HEAD",
        "echo node_modules > .gitignore",
        "sed -n 1p feature_list.json",
    ] {
        assert_eq!(world.rule(command), Verdict::allow(), "{command}");
    }
    let input = RawJson::parse("{\"restart\": true}".into()).unwrap();
    assert_eq!(world.guard.rule("bash", &input, &[]), Verdict::allow());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// Any sequence of damage ends as it began.
    #[test]
    fn any_sequence_of_damage_is_undone(steps in prop::collection::vec((0_usize..8, 0_usize..4), 1..8)) {
        let world = World::new();
        let before = world.picture();
        for (how, which) in steps {
            let file = ["feature_list.json", "tests/01.sh", "tests/deep/02.sh", "longhaul.toml"][which];
            let path = world.path(file);
            // Earlier damage may stand in the way of later damage; that is as good.
            let _ = match how {
                0 => fs::write(&path, "x"),
                1 => fs::remove_file(&path),
                2 => fs::create_dir(&path),
                3 => symlink("/etc/passwd", &path),
                4 => fs::rename(world.path("tests"), world.path("moved")),
                5 => fs::write(world.path("tests"), "a file"),
                6 => fs::set_permissions(&path, fs::Permissions::from_mode(0o700)),
                _ => fs::remove_dir_all(world.path("tests")),
            };
        }
        world.verify();
        prop_assert_eq!(world.picture(), before);
        prop_assert!(world.verify().is_empty());
    }
}
