//! What becomes the agreed state, and what does not: hand-overs, adoption by a person, the start of a session.

use super::*;

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
        guarded_globs: Vec::new(),
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
            guarded_globs: Vec::new(),
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
