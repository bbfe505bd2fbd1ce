//! The guard against real shells and real damage, on a workspace of its own.

mod adoption;
mod aliases;
mod rulings;

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
            guarded_globs: Vec::new(),
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
        guarded_globs: Vec::new(),
    });
    let later = later.unwrap();
    let breaches = later.verify(None).unwrap();
    assert!(
        !breaches[0].restored && breaches[0].detail.contains("gone or damaged"),
        "{breaches:?}"
    );
    assert_eq!(later.trusted(Path::new("feature_list.json")), None);
}
