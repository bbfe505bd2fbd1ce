//! Hooks and signatures where work comes home.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn hooks_that_did_not_run_for_a_commit_of_ours_are_named() {
    let place = worked();
    fs::write(place.app().join("mine.txt"), "mine\n").unwrap();
    place.git(&["add", "mine.txt"]);
    place.git(&["commit", "-q", "-m", "mine", "mine.txt"]);
    for hook in ["pre-commit", "pre-merge-commit"] {
        let path = place.app().join(".git/hooks").join(hook);
        fs::write(&path, "#!/bin/sh\ntouch ../ran\nexit 1\n").unwrap();
        fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let finished = place.longhaul(&["finish", "--merge"]).assert().success();
    finished.stderr(contains("pre-merge-commit did not run for this commit"));
    assert!(!place.above().join("ran").exists());
    assert!(place.app().join("hello.txt").exists());
}

/// Brings the work of a place home in one way while the user signs commits; returns the commit.
fn signed(way: &str) -> (Place, String) {
    let place = worked();
    fs::write(place.app().join("mine.txt"), "mine\n").unwrap();
    place.git(&["add", "mine.txt"]);
    place.git(&["commit", "-q", "-m", "mine", "mine.txt"]);
    let key = place.above().join("key");
    let mut keygen = std::process::Command::new("ssh-keygen");
    assert!(
        keygen
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(&key)
            .status()
            .unwrap()
            .success()
    );
    let allowed = place.above().join("allowed");
    let public = fs::read_to_string(key.with_extension("pub")).unwrap();
    fs::write(&allowed, format!("ada@example.org {public}")).unwrap();
    for (name, value) in [
        ("commit.gpgsign", "true"),
        ("gpg.format", "ssh"),
        ("user.signingkey", key.to_str().unwrap()),
        ("gpg.ssh.allowedSignersFile", allowed.to_str().unwrap()),
    ] {
        place.git(&["config", name, value]);
    }
    place.longhaul(&["finish", way]).assert().success();
    let commit = place.git(&["cat-file", "commit", "main"]);
    place.git(&["verify-commit", "main"]);
    (place, commit)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs ssh-keygen: apt-get install openssh-client"]
async fn a_merge_and_a_squash_are_signed_where_the_user_signs() {
    let (place, merge) = signed("--merge");
    assert_eq!(merge.matches("\nparent ").count(), 2, "{merge}");
    assert!(merge.contains("gpgsig -----BEGIN SSH SIGNATURE-----"), "{merge}");
    assert!(place.app().join("hello.txt").exists() && !place.tree().exists());
    let (place, squash) = signed("--squash");
    assert_eq!(squash.matches("\nparent ").count(), 1, "{squash}");
    assert!(squash.contains("gpgsig -----BEGIN SSH SIGNATURE-----"), "{squash}");
    assert!(squash.contains("F001 say hello"), "{squash}");
    assert!(place.app().join("hello.txt").exists() && !place.tree().exists());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs ssh-keygen: apt-get install openssh-client"]
async fn without_a_signature_no_work_comes_home() {
    let place = worked();
    for (name, value) in [
        ("commit.gpgsign", "true"),
        ("gpg.format", "ssh"),
        ("user.signingkey", "/no/such/key"),
    ] {
        place.git(&["config", name, value]);
    }
    let before = place.git(&["rev-parse", "main"]);
    place
        .longhaul(&["finish", "--squash"])
        .assert()
        .code(3)
        .stderr(contains("/no/such/key"));
    assert_eq!(place.git(&["rev-parse", "main"]), before);
    assert!(place.tree().join("hello.txt").exists() && place.finished().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_signature_says_which_program_ran_and_by_whose_setting() {
    let place = worked();
    let program = |name: &str| {
        let path = place.above().join(name);
        fs::write(&path, format!("#!/bin/sh\necho {name} has no key >&2\nexit 1\n")).unwrap();
        fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path.display().to_string()
    };
    let (mine, theirs) = (program("my-gpg"), program("their-gpg"));
    place.git(&["config", "commit.gpgsign", "true"]);
    place.git(&["config", "gpg.program", &theirs]);
    let config = place.above().join("gitconfig");
    fs::write(&config, format!("[gpg]\n\tprogram = {mine}\n")).unwrap();
    let passed_over = format!("gpg.program in the repository's own settings, `{theirs}`, is passed over");

    let by_file = place
        .longhaul(&["finish", "--squash"])
        .env("GIT_CONFIG_GLOBAL", &config)
        .assert();
    let told = format!("`{mine}` was to sign: gpg.program in your git settings");
    by_file
        .code(3)
        .stderr(contains("my-gpg has no key").and(contains(&told)).and(contains(&passed_over)));

    let mut by_variable = place.longhaul(&["finish", "--squash"]);
    by_variable
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "gpg.program");
    let told = format!("`{mine}` was to sign: gpg.program in GIT_CONFIG_COUNT's settings");
    by_variable
        .env("GIT_CONFIG_VALUE_0", &mine)
        .assert()
        .code(3)
        .stderr(contains(&told));

    let by_none = place.longhaul(&["finish", "--squash"]).assert().code(3);
    by_none.stderr(contains("`gpg` was to sign: git's usual one, as your own settings name none").and(contains(&passed_over)));
    assert!(place.finished().is_empty());
}
