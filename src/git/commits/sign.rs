//! Signed commits, made by the git program as the user's configuration says.
//!
//! Owns which configuration is followed: what is signed with may come from the repository, which program signs only from the user.
//! Invariant: no hook, pager or file monitor runs, and no program that the repository's own configuration names.

use super::who;
use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::repo::Repo;
use crate::process::{EnvPolicy, Invocation, Stdin, run, which};
use crate::protocol::Oid;
use git2::{Config, ConfigLevel};
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a signature may take: a person may have to touch a key or type a passphrase in a window.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the programs that sign come from, with what git itself takes.
const PROGRAMS: [(&str, &str); 4] = [
    ("gpg.program", "gpg"),
    ("gpg.openpgp.program", "gpg"),
    ("gpg.x509.program", "gpgsm"),
    ("gpg.ssh.program", "ssh-keygen"),
];

/// Variables that agents of keys are reached by.
const PASSED: [&str; 3] = ["GNUPGHOME", "SSH_AUTH_SOCK", "GPG_AGENT_INFO"];

/// What is signed is what was asked for, and nothing that a replace ref shows in its place.
const NO_REPLACE: &str = "GIT_NO_REPLACE_OBJECTS";

/// How commits are signed: `commit.gpgsign` is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signing {
    key: Option<String>,
    /// Configuration for the signing git, in place of the repository's.
    config: Vec<(String, String)>,
    /// Which program signs, by whose setting, and which of the repository's is passed over.
    by: String,
}

/// A commit to be signed.
#[derive(Debug, Clone)]
pub struct Unsigned {
    /// Its tree.
    pub tree: Oid,
    /// Its parents, the first one first.
    pub parents: Vec<Oid>,
    /// Its message, as it will stand in the commit.
    pub message: String,
    /// Name and mail of its author.
    pub author: (String, String),
    /// And of its committer.
    pub committer: (String, String),
}

impl Repo {
    /// Reads whether and how the user wants commits signed; `None` if they do not.
    ///
    /// # Errors
    /// If the configuration cannot be read.
    pub fn signing(&self) -> Result<Option<Signing>, GitError> {
        let config = who::config(&self.git).doing("read the configuration")?;
        if !config.get_bool("commit.gpgsign").unwrap_or(false) {
            return Ok(None);
        }
        let user = who::user_config().doing("read the user's configuration")?;
        let mut set: Vec<(String, String)> = PROGRAMS
            .iter()
            .map(|(name, usual)| {
                // The general name stands in for OpenPGP's own, as in git.
                let own = user.get_string(name).or_else(|error| match *name {
                    "gpg.openpgp.program" => user.get_string("gpg.program"),
                    _ => Err(error),
                });
                ((*name).to_owned(), own.unwrap_or_else(|_| (*usual).to_owned()))
            })
            .collect();
        let command = user.get_string("gpg.ssh.defaultKeyCommand").unwrap_or_default();
        set.push(("gpg.ssh.defaultKeyCommand".to_owned(), command));
        set.push((
            "gpg.format".to_owned(),
            config.get_string("gpg.format").unwrap_or_else(|_| "openpgp".to_owned()),
        ));
        let by = chosen(&config, &user, &set);
        Ok(Some(Signing {
            by,
            key: config.get_string("user.signingKey").ok(),
            config: set,
        }))
    }
}

/// Tells which of the programs in `set` signs, and why that one.
fn chosen(config: &Config, user: &Config, set: &[(String, String)]) -> String {
    let of = |name: &str| {
        set.iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let names: &[&str] = match of("gpg.format") {
        "ssh" => &["gpg.ssh.program"],
        "x509" => &["gpg.x509.program"],
        _ => &["gpg.openpgp.program", "gpg.program"],
    };
    let named = |config: &Config| {
        let found = names.iter().find_map(|name| config.get_entry(name).ok());
        found.map(|entry| {
            (
                entry.name().unwrap_or(names[0]).to_owned(),
                entry.level(),
                entry.value().unwrap_or_default().to_owned(),
            )
        })
    };
    let program = of(names[0]);
    let whose = match named(user) {
        Some((name, ConfigLevel::App, _)) => format!("{name} in GIT_CONFIG_COUNT's settings"),
        Some((name, ConfigLevel::System | ConfigLevel::ProgramData, _)) => format!("{name} in the system's git settings"),
        Some((name, ..)) => format!("{name} in your git settings"),
        None => "git's usual one, as your own settings name none".to_owned(),
    };
    let passed = match named(config) {
        Some((name, ConfigLevel::Local | ConfigLevel::Worktree, theirs)) if theirs != program => format!(
            "; {name} in the repository's own settings, `{theirs}`, is passed over, as whoever writes there could have anything run: \
             if it is right, set it with `git config --global`"
        ),
        _ => String::new(),
    };
    format!("`{program}` was to sign: {whose}{passed}")
}

impl Signing {
    /// Has git write a signed commit; no branch moves.
    ///
    /// # Errors
    /// [`GitError::Sign`] with git's own words.
    pub async fn sign(&self, workdir: &Path, commit: Unsigned) -> Result<Oid, GitError> {
        let failed = |reason: String| GitError::Sign {
            reason: format!("{reason}; {}", self.by),
        };
        let git = which("git", Some(workdir)).ok_or_else(|| failed("no git program is on PATH".to_owned()))?;
        let mut args: Vec<OsString> = Vec::new();
        let fixed = [("core.hooksPath", "/dev/null"), ("core.fsmonitor", "false")];
        let set = self.config.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in fixed.into_iter().chain(set) {
            args.extend(["-c".into(), format!("{name}={value}").into()]);
        }
        args.push("commit-tree".into());
        args.push(format!("-S{}", self.key.as_deref().unwrap_or_default()).into());
        for parent in &commit.parents {
            args.extend(["-p".into(), parent.as_str().into()]);
        }
        args.extend(["-F".into(), "-".into(), commit.tree.as_str().into()]);
        let ((name, mail), (committer, theirs)) = (commit.author, commit.committer);
        let who = [
            ("GIT_AUTHOR_NAME", &name),
            ("GIT_AUTHOR_EMAIL", &mail),
            ("GIT_COMMITTER_NAME", &committer),
            ("GIT_COMMITTER_EMAIL", &theirs),
        ];
        let passed = PASSED
            .iter()
            .filter_map(|name| Some((OsString::from(name), std::env::var_os(name)?)));
        let env = who
            .iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)))
            .chain(passed)
            .chain([(NO_REPLACE.into(), "1".into())]);
        // What git starts for the person meanwhile, such as the agent of their key, is theirs.
        let mut ask = Invocation::new(&git, workdir).args(args).timeout(PATIENCE).daemons_stay();
        ask.env = EnvPolicy::Inherit(env.collect());
        ask.stdin = Stdin::Bytes(commit.message.into_bytes());
        let done = run(ask, CancellationToken::new(), None).await?;
        let said = done.output.shown.trim();
        // Signing programs may print warnings into the same pipe.
        let id = said
            .lines()
            .map(str::trim)
            .find(|line| line.len() == 40 && line.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match id {
            Some(id) if done.exit_code == Some(0) => Ok(Oid::from(id)),
            _ if done.timed_out => Err(failed(format!("no signature came within {} seconds", PATIENCE.as_secs()))),
            _ => Err(failed(
                said.lines()
                    .rev()
                    .take(3)
                    .collect::<Vec<_>>()
                    .into_iter()
                    .rev()
                    .collect::<Vec<_>>()
                    .join("; "),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    #[tokio::test]
    async fn a_commit_is_signed_on_its_parent_whatever_git_would_show_in_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let git = |args: &[&str]| {
            let done = Command::new("git").args(args).current_dir(dir.path()).output().unwrap();
            String::from_utf8_lossy(&done.stdout).trim().to_owned()
        };
        let program = dir.path().join("gpg");
        let script = "#!/bin/sh\ncat > /dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\necho signature\n";
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        git(&["init", "-q"]);
        let tree = git(&["hash-object", "-w", "-t", "tree", "/dev/null"]);
        let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
        let parent = git(&[&who[..], &["commit-tree", "-m", "first", &tree]].concat());
        let other = git(&["hash-object", "-w", "gpg"]);
        git(&["replace", "-f", &parent, &other]);
        git(&["update-ref", &format!("refs/replace/{parent}"), &other]);
        let signing = Signing {
            by: String::new(),
            key: None,
            config: vec![("gpg.program".to_owned(), program.display().to_string())],
        };
        let unsigned = Unsigned {
            tree: Oid(tree),
            parents: vec![Oid(parent.clone())],
            message: "second".to_owned(),
            author: ("Ada".to_owned(), "ada@example.org".to_owned()),
            committer: ("Ada".to_owned(), "ada@example.org".to_owned()),
        };
        let signed = signing.sign(dir.path(), unsigned).await.unwrap();
        let commit = git(&["cat-file", "commit", &signed.0]);
        assert!(commit.contains(&format!("parent {parent}")), "{commit}");
    }
}
