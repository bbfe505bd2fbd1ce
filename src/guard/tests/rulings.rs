//! What is ruled beforehand: file tools by path, commands by what they write.

use super::*;

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

/// A test that a feature names and that checks nothing may be written, by whatever route; one that checks something may not.
#[test]
fn a_skeleton_is_open_until_it_checks_something() {
    let world = World::new();
    let list = r#"[{"id": "F001", "passes": false, "tests": ["tests/03.sh", "tests/04.sh"]}]"#;
    world.shell(&format!(
        "printf '%s' '{list}' > feature_list.json; printf 'exit 1\\n' | tee tests/03.sh tests/05.sh > tests/04.sh"
    ));
    world.guard.adopt(Path::new("feature_list.json")).unwrap();
    world
        .guard
        .agree_tests(["tests/03.sh", "tests/04.sh", "tests/05.sh"])
        .unwrap();
    for write in [
        "echo x > tests/03.sh",
        "sed -i s/1/2/ tests/03.sh",
        "python3 -c \"open('tests/03.sh','w')\"",
    ] {
        assert_eq!(world.rule(write), Verdict::allow(), "{write}");
    }
    assert_eq!(world.rule_path("tests/03.sh"), Verdict::allow());
    let gone = world.rule("rm tests/03.sh");
    assert!(gone.reason.contains("checks nothing yet: write it"), "{}", gone.reason);
    // No feature names that one.
    assert_eq!(world.rule_path("tests/05.sh").ruling, Ruling::Deny);
    let real = "echo '[ \"$(./add 1 2)\" = 3 ]' > tests/03.sh; chmod 755 tests/03.sh";
    world.shell(real);
    assert_eq!(world.verify(), []);
    world.shell("rm tests/03.sh; echo x > tests/05.sh");
    assert_eq!(world.verify().len(), 2);
    assert!(fs::read_to_string(world.path("tests/03.sh")).unwrap().contains("./add"));
    // Agreed with the next commit.
    world.guard.settle().unwrap();
    assert_eq!(world.rule_path("tests/03.sh").ruling, Ruling::Deny);
    world.shell("printf 'exit 1\\n' > tests/03.sh");
    assert_eq!(world.verify().len(), 1);
    assert_eq!(
        fs::metadata(world.path("tests/03.sh")).unwrap().permissions().mode() & 0o777,
        0o755
    );
}
