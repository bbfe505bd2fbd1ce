//! A program that the person works in: it has our terminal, in our process group, until it ends.

use super::{ProcessError, orphans};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Command;

/// Runs a command line of the person's with `argument` behind it and the terminal as its input and output. Returns its exit code,
/// `None` if a signal ended it. It gets `env` and nothing else.
///
/// Unlike a child of an agent it stays in our process group: the terminal sends its signals there. What it leaves is the person's.
///
/// # Errors
/// Fails if there is no shell to run it.
pub fn interactive(command: &str, argument: &Path, env: &BTreeMap<OsString, OsString>) -> Result<Option<i32>, ProcessError> {
    let failed = |source| ProcessError::Spawn {
        program: command.to_owned(),
        source,
    };
    let mut shell = Command::new("/bin/sh");
    shell
        .arg("-c")
        // The command may have arguments of its own, as in `code --wait`; the path is one word whatever is in it.
        .arg(format!("{command} \"$1\""))
        .arg("sh")
        .arg(OsStr::new(argument))
        .env_clear()
        .envs(env)
        .envs([orphans::persons()]);
    let mut child = orphans::start(|| shell.spawn(), |child| Some(child.id())).map_err(failed)?;
    Ok(child.wait().map_err(failed)?.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_gets_its_arguments_the_path_and_only_the_given_environment() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a b.txt");
        std::fs::write(&path, "").unwrap();
        let env = BTreeMap::from([
            ("PATH".into(), std::env::var_os("PATH").unwrap()),
            ("WORD".into(), "x y".into()),
        ]);
        let script = r#"sh -c 'env | grep -c "^HOME=" >> "$2"; echo "$1 $WORD" >> "$2"; exit 3' sh given"#;
        assert_eq!(interactive(script, &path, &env).unwrap(), Some(3));
        assert_eq!(std::fs::read_to_string(path).unwrap(), "0\ngiven x y\n");
    }
}
