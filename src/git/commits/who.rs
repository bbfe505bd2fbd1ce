//! Who commits, and from which settings git is told: as the git program has it.
//!
//! Owns what libgit2 does not look at: the variables that name another configuration (`GIT_CONFIG_GLOBAL`, `GIT_CONFIG_SYSTEM`,
//! `GIT_CONFIG_NOSYSTEM`), those that hold settings (`GIT_CONFIG_COUNT`, `GIT_CONFIG_KEY_n`, `GIT_CONFIG_VALUE_n`) and those that name a
//! person (<https://git-scm.com/docs/git#_environment_variables>). Does not read `GIT_CONFIG_PARAMETERS`, in which git hands `-c` to its
//! own children. Invariant: only the environment of this program decides, never that of a command of the agent.

use crate::git::GitError;
use crate::git::repo::Repo;
use git2::{Config, ConfigLevel, Repository, Signature};
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Looks a variable of the environment up.
type Variables<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The variable that says how many settings stand in variables.
const COUNT: &str = "GIT_CONFIG_COUNT";

/// Where no file can be.
const NOWHERE: &str = "/dev/null/none";

/// Which of the two that a commit names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::git) enum Part {
    Author,
    Committer,
}

/// The configuration of a repository, with the user's and the system's.
pub(in crate::git) fn config(repo: &Repository) -> Result<Config, git2::Error> {
    // Opening it has settled it.
    repo.config()
}

/// The user's and the system's alone.
pub(in crate::git) fn user_config() -> Result<Config, git2::Error> {
    settled(&|name| std::env::var_os(name), Config::open_default()?)
}

/// Has libgit2 itself read, for as long as a repository is open, what the variables name: its rules of line ends then are git's.
///
/// # Errors
/// If a setting in the variables is none; git itself does nothing then.
pub(in crate::git) fn settle(repo: &Repository) -> Result<(), git2::Error> {
    settled(&|name| std::env::var_os(name), repo.config()?).map(|_| ())
}

/// Puts what the variables name in its place in a configuration, which all who hold it share.
///
/// Conditions on the repository (`includeIf`) hold in no file that a variable names: libgit2 asks for none of a file that is added.
fn settled(variables: Variables<'_>, mut config: Config) -> Result<Config, git2::Error> {
    let named = |name: &str| variables(name).map(PathBuf::from);
    let off =
        named("GIT_CONFIG_NOSYSTEM").is_some_and(|value| !["", "0", "false", "no", "off"].iter().any(|no| value == Path::new(no)));
    // A file that is none stands for no file, so that the one that is there by default goes.
    let mut instead = |path: PathBuf, level: ConfigLevel| {
        let path = if path.is_file() { path } else { PathBuf::from(NOWHERE) };
        config.add_file(&path, level, true)
    };
    match named("GIT_CONFIG_SYSTEM") {
        _ if off => instead(NOWHERE.into(), ConfigLevel::System)?,
        Some(system) => instead(system, ConfigLevel::System)?,
        None => {}
    }
    if let Some(global) = named("GIT_CONFIG_GLOBAL") {
        instead(NOWHERE.into(), ConfigLevel::XDG)?;
        instead(global, ConfigLevel::Global)?;
    }
    let set = held(variables)?;
    if !set.is_empty() {
        // libgit2 takes settings from files alone, and keeps what it read of one that is gone.
        let unwritten = |error: std::io::Error| git2::Error::from_str(&format!("{COUNT} cannot be read: {error}"));
        let mut file = tempfile::NamedTempFile::new().map_err(unwritten)?;
        for (key, value) in set {
            file.write_all(written(&key, &value)?.as_bytes()).map_err(unwritten)?;
        }
        config.add_file(file.path(), ConfigLevel::App, true)?;
    }
    Ok(config)
}

/// A setting as it stands in a file; libgit2's own writer does not escape quotes beside a `#`.
fn written(key: &str, value: &str) -> Result<String, git2::Error> {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let parts = key.split_once('.').map(|(section, rest)| match rest.rsplit_once('.') {
        Some((part, name)) => (section, format!(" \"{}\"", escaped(part)), name),
        None => (section, String::new(), rest),
    });
    match parts {
        Some((section, part, name)) if plain(section) && plain(name) && !key.contains('\n') => {
            Ok(format!("[{section}{part}]\n\t{name} = \"{}\"\n", escaped(value)))
        }
        _ => Err(git2::Error::from_str(&format!(
            "{COUNT} counts {key:?}, which is no setting's name"
        ))),
    }
}

/// The settings that stand in the variables themselves, in their order.
fn held(variables: Variables<'_>) -> Result<Vec<(String, String)>, git2::Error> {
    let text = |name: &str| variables(name).map(|value| value.into_string());
    let wrong = |told: String| Err(git2::Error::from_str(&told));
    let count = match text(COUNT) {
        None => return Ok(Vec::new()),
        Some(Ok(count)) if count.is_empty() => return Ok(Vec::new()),
        Some(count) => count.ok().and_then(|count| count.trim().parse::<u32>().ok()),
    };
    let Some(count) = count else {
        return wrong(format!("{COUNT} is no number"));
    };
    let mut set = Vec::new();
    for n in 0..count {
        let (key, value) = (format!("GIT_CONFIG_KEY_{n}"), format!("GIT_CONFIG_VALUE_{n}"));
        match (text(&key), text(&value)) {
            (Some(Ok(name)), Some(Ok(value))) => set.push((name, value)),
            (None, _) => return wrong(format!("{COUNT} is {count}, and {key} is not set")),
            (_, None) => return wrong(format!("{COUNT} is {count}, and {value} is not set")),
            _ => return wrong(format!("{key} or {value} is not UTF-8")),
        }
    }
    // Nothing here speaks to another machine: these may hold secrets, and go into no file.
    set.retain(|(key, _)| {
        let key = key.to_lowercase();
        !["http.", "credential.", "url."]
            .iter()
            .any(|section| key.starts_with(section))
    });
    Ok(set)
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
            let base = repo.map_or_else(Config::open_default, Repository::config).unwrap();
            let config = settled(&variables, base).unwrap();
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
    #[test]
    fn settings_in_variables_stand_above_every_file_and_a_broken_count_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let told = |set: &[(&str, &str)]| {
            let repo = Repository::init(dir.path().join("r")).unwrap();
            repo.config().unwrap().set_str("user.name", "Here").unwrap();
            let variables = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into());
            settled(&variables, repo.config()?)?;
            let get = |name: &str| {
                repo.config()
                    .unwrap()
                    .snapshot()
                    .unwrap()
                    .get_string(name)
                    .unwrap_or_default()
            };
            Ok::<_, git2::Error>([get("user.name"), get("branch.a \"b\" \\.c.remote"), get("http.x.extraheader")])
        };
        let two = [
            ("GIT_CONFIG_COUNT", "3"),
            ("GIT_CONFIG_KEY_0", "user.name"),
            ("GIT_CONFIG_VALUE_0", "Ada \"L\" # \\x\n "),
            ("GIT_CONFIG_KEY_1", "http.x.extraheader"),
            ("GIT_CONFIG_VALUE_1", "secret"),
            ("GIT_CONFIG_KEY_2", "branch.a \"b\" \\.c.remote"),
            ("GIT_CONFIG_VALUE_2", "far"),
        ];
        assert_eq!(told(&two).unwrap(), ["Ada \"L\" # \\x\n ", "far", ""]);
        assert_eq!(told(&two[1..]).unwrap()[0], "Here");
        assert_eq!(told(&[("GIT_CONFIG_COUNT", "")]).unwrap()[0], "Here");
        let broken = |set: &[(&str, &str)]| told(set).unwrap_err().message().to_owned();
        assert_eq!(broken(&[("GIT_CONFIG_COUNT", "x")]), "GIT_CONFIG_COUNT is no number");
        assert!(
            broken(&[&[("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "user")], &two[2..3]].concat())
                .contains("no setting's name")
        );
        assert_eq!(broken(&two[..2]), "GIT_CONFIG_COUNT is 3, and GIT_CONFIG_VALUE_0 is not set");
        assert_eq!(broken(&two[..3]), "GIT_CONFIG_COUNT is 3, and GIT_CONFIG_KEY_1 is not set");
    }
}
