//! Who commits, and from which files git is told: as the git program has it.
//!
//! Owns what libgit2 does not look at: the variables that name another configuration (`GIT_CONFIG_GLOBAL`, `GIT_CONFIG_SYSTEM`,
//! `GIT_CONFIG_NOSYSTEM`) and those that name a person (<https://git-scm.com/docs/git#_environment_variables>). Invariant: only the
//! environment of this program decides, never that of a command of the agent.

use crate::git::GitError;
use crate::git::repo::Repo;
use git2::{Config, ConfigLevel, Repository, Signature};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Looks a variable of the environment up.
type Variables<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Which of the two that a commit names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::git) enum Part {
    Author,
    Committer,
}

/// The configuration of a repository, with the user's and the system's.
pub(in crate::git) fn config(repo: &Repository) -> Result<Config, git2::Error> {
    with(&|name| std::env::var_os(name), Some(repo))
}

/// The user's and the system's alone.
pub(in crate::git) fn user_config() -> Result<Config, git2::Error> {
    with(&|name| std::env::var_os(name), None)
}

/// Conditions on the repository (`includeIf`) hold only where no variable names another file: libgit2 asks for none of a file alone.
fn with(variables: Variables<'_>, repo: Option<&Repository>) -> Result<Config, git2::Error> {
    let named = |name: &str| variables(name).map(PathBuf::from);
    let off =
        named("GIT_CONFIG_NOSYSTEM").is_some_and(|value| !["", "0", "false", "no", "off"].iter().any(|no| value == Path::new(no)));
    let (system, global) = (named("GIT_CONFIG_SYSTEM"), named("GIT_CONFIG_GLOBAL"));
    if system.is_none() && global.is_none() && !off {
        return match repo {
            Some(repo) => repo.config(),
            None => Config::open_default(),
        };
    }
    let mut config = Config::new()?;
    let mut add = |path: Option<PathBuf>, level: ConfigLevel| match path.filter(|path| path.is_file()) {
        Some(path) => config.add_file(&path, level, true),
        None => Ok(()),
    };
    if !off {
        add(system.or_else(|| Config::find_system().ok()), ConfigLevel::System)?;
    }
    match global {
        Some(global) => add(Some(global), ConfigLevel::Global)?,
        None => {
            add(Config::find_xdg().ok(), ConfigLevel::XDG)?;
            add(Config::find_global().ok(), ConfigLevel::Global)?;
        }
    }
    if let Some(repo) = repo {
        add(Some(repo.commondir().join("config")), ConfigLevel::Local)?;
        add(Some(repo.path().join("config.worktree")), ConfigLevel::Worktree)?;
    }
    Ok(config)
}

impl Repo {
    /// Returns who stands in a commit: the given, else whom git would name.
    pub(in crate::git) fn person(&self, given: Option<&(String, String)>, part: Part) -> Result<Signature<'static>, GitError> {
        if let Some((name, mail)) = given {
            return Signature::now(name, mail).map_err(|_| GitError::BadAuthor {
                name: name.clone(),
                mail: mail.clone(),
            });
        }
        let config = config(&self.git).map_err(|_| GitError::NoAuthor)?;
        let (name, mail) = person(&|name| std::env::var_os(name), &config, part).ok_or(GitError::NoAuthor)?;
        Signature::now(&name, &mail).map_err(|_| GitError::NoAuthor)
    }
}

/// Name and mail in git's own order: the part's variable, its setting, the user's setting, and for the mail what the system calls theirs.
fn person(variables: Variables<'_>, config: &Config, part: Part) -> Option<(String, String)> {
    let (variable, setting) = match part {
        Part::Author => ("GIT_AUTHOR", "author"),
        Part::Committer => ("GIT_COMMITTER", "committer"),
    };
    let of = |what: &str| {
        let set = variables(&format!("{variable}_{}", what.to_uppercase())).and_then(|value| value.into_string().ok());
        let set = set.filter(|value| !value.trim().is_empty());
        let configured = |section: &str| config.get_string(&format!("{section}.{what}")).ok();
        set.or_else(|| configured(setting)).or_else(|| configured("user"))
    };
    let mail = of("email").or_else(|| variables("EMAIL")?.into_string().ok());
    Some((of("name")?, mail?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_files_and_the_person_that_variables_name_come_first_as_with_git() {
        let dir = tempfile::tempdir().unwrap();
        let repo = Repository::init(dir.path().join("r")).unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(
            path("global"),
            "[user]\n\tname = Ada\n\temail = ada@example.org\n[commit]\n\tgpgsign = true\n",
        )
        .unwrap();
        fs::write(path("system"), "[user]\n\tname = Sys\n[committer]\n\tname = Kept\n").unwrap();
        let told = |set: &[(&str, OsString)], repo: Option<&Repository>, part: Part| {
            let variables = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
            let config = with(&variables, repo).unwrap();
            (
                person(&variables, &config, part),
                config.get_bool("commit.gpgsign").unwrap_or(false),
            )
        };
        let who = |name: &str, mail: &str| Some((name.to_owned(), mail.to_owned()));
        let files = [
            ("GIT_CONFIG_GLOBAL", path("global").into()),
            ("GIT_CONFIG_SYSTEM", path("system").into()),
        ];
        assert_eq!(told(&files, None, Part::Author), (who("Ada", "ada@example.org"), true));
        assert_eq!(told(&files, None, Part::Committer).0, who("Kept", "ada@example.org"));
        let off = [files.as_slice(), &[("GIT_CONFIG_NOSYSTEM", "1".into())]].concat();
        assert_eq!(told(&off, None, Part::Committer).0, who("Ada", "ada@example.org"));
        let named = [
            files.as_slice(),
            &[("GIT_AUTHOR_NAME", "Bob".into()), ("GIT_AUTHOR_EMAIL", " ".into())],
        ]
        .concat();
        assert_eq!(told(&named, None, Part::Author).0, who("Bob", "ada@example.org"));
        // The repository's own stand above both.
        repo.config().unwrap().set_str("user.email", "here@example.org").unwrap();
        assert_eq!(
            told(&files, Some(&repo), Part::Author),
            (who("Ada", "here@example.org"), true)
        );
        let none = [
            ("GIT_CONFIG_GLOBAL", path("absent").into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
        ];
        assert_eq!(told(&none, None, Part::Author), (None, false));
    }
}
