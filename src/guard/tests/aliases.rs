//! Aliases of Cargo's in agreed settings: those that the verify command does not reach are the agent's.

use super::*;

const SETTINGS_OF_CARGO: &str = "[alias]\nci = 'test --workspace'\nall = 'ci --all-features'\nxtask = 'run -p xtask --'\n";

/// What a change of the aliases is told as, with this verify command and this script beside it.
fn told(command: &str, script: &str, after: &str) -> Vec<String> {
    let world = World::new();
    fs::create_dir_all(world.path(".cargo")).unwrap();
    fs::write(world.path(".cargo/config.toml"), SETTINGS_OF_CARGO).unwrap();
    fs::write(world.path("check.sh"), script).unwrap();
    fs::write(world.path("deeper.sh"), "cargo xtask\n").unwrap();
    world.guard.agree_tests([".cargo/config.toml"]).unwrap();
    let named = world.guard.named_by(command);
    world.guard.agree_verify(named).unwrap();
    fs::write(world.path(".cargo/config.toml"), after).unwrap();
    world.verify().into_iter().map(|breach| breach.detail).collect()
}

#[test]
fn an_alias_that_the_verify_command_does_not_reach_may_come_and_change() {
    let with = |name: &str, now: &str| {
        let mut lines: Vec<String> = SETTINGS_OF_CARGO
            .lines()
            .map(|line| {
                if line.starts_with(&format!("{name} =")) {
                    now.to_owned()
                } else {
                    line.to_owned()
                }
            })
            .collect();
        if !SETTINGS_OF_CARGO.contains(&format!("\n{name} =")) {
            lines.push(now.to_owned());
        }
        lines.join("\n") + "\n"
    };
    for (command, script, after) in [
        ("cargo test", "", with("xtask", "xtask = 'run -p tasks --'")),
        ("cargo test", "", with("ci", "ci = 'test --lib'")),
        ("cargo test", "", with("t2", "t2 = 'test --lib'")),
        ("cargo test", "", with("nextest", "nextest = 'build'")),
        ("sh check.sh", "cargo test \"$@\"\n", with("ci", "ci = 'build'")),
        ("cargo xtask", "", with("ci", "ci = 'test --lib'")),
        ("cargo +nightly test --profile ci", "", with("xtask", "")),
    ] {
        assert_eq!(told(command, script, &after), [""; 0], "{command}: {after}");
    }
    for (command, script, after, how) in [
        ("cargo ci", "", with("ci", "ci = 'test --lib'"), "the alias ci changed"),
        ("cargo all", "", with("ci", "ci = 'test --lib'"), "the alias ci changed"),
        ("sh check.sh", "cargo ci\n", with("ci", ""), "the alias ci removed"),
        ("cargo ci", "", with("ci", "ci = 'build'"), "the alias ci changed"),
        (
            "sh check.sh",
            "sh deeper.sh\n",
            with("xtask", "xtask = 'run'"),
            "the alias xtask changed",
        ),
        (
            "cargo nextest run",
            "",
            with("nextest", "nextest = 'build'"),
            "the alias nextest added",
        ),
        ("cargo hawk", "", with("hawk", "hawk = 'run -p x'"), "the alias hawk added"),
        (
            "sh check.sh",
            "cargo $WHAT\n",
            with("ci", "ci = 'build'"),
            "the alias ci changed",
        ),
        (
            "cargo test",
            "",
            format!("{SETTINGS_OF_CARGO}[env]\nTZ = 'UTC'\n"),
            "env.TZ added",
        ),
        (
            "cargo test",
            "",
            with("xtask", "xtask = 'run'") + "[target.x86_64-unknown-linux-gnu]\nrunner = 'true'\n",
            "target.x86_64-unknown-linux-gnu.runner added",
        ),
        (
            "cargo test",
            "",
            format!("{SETTINGS_OF_CARGO}[build]\nrustc-wrapper = './x'\n"),
            "build.rustc-wrapper added",
        ),
    ] {
        assert_eq!(told(command, script, &after), [how], "{command}: {after}");
    }
}

#[test]
fn without_a_known_verify_command_every_alias_counts() {
    let world = World::new();
    fs::create_dir_all(world.path(".cargo")).unwrap();
    fs::write(world.path(".cargo/config.toml"), SETTINGS_OF_CARGO).unwrap();
    world.guard.agree_tests([".cargo/config.toml"]).unwrap();
    fs::write(world.path(".cargo/config.toml"), "[alias]\nci = 'build'\n").unwrap();
    assert_eq!(world.verify().len(), 1);
}
