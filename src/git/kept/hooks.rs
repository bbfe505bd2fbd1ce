//! The directories that git takes hooks from, held as they were, so that whatever came there or changed can be put back.
//!
//! Owns the copy and the putting back. Does not judge who may change a hook. Files that git gives as samples are none of it, and
//! neither is what is no file or larger than [`LARGEST`]. Invariant: nothing that is taken out is lost: it is kept aside first, and named.

use crate::git::GitError;
use crate::git::commits::who;
use crate::git::error::Doing;
use crate::git::repo::Repo;
use crate::git::tree::disk::is_absent;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use git2::Config;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// Directories below one of hooks that are entered.
const DEPTH: usize = 4;

/// The most that is held of one file.
const LARGEST: u64 = 4 << 20;

/// All hooks at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HooksMark {
    places: Vec<Place>,
}

/// A directory of hooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    dir: PathBuf,
    /// How it is called to a person.
    shown: String,
    /// Where it leads, if it is a link itself.
    link: Option<PathBuf>,
    /// By the path below it; `None` for what is not held.
    hooks: BTreeMap<String, Option<Hook>>,
}

/// A file among hooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Hook {
    link: Option<PathBuf>,
    runs: bool,
    /// What runs, at a link's end too.
    #[serde(serialize_with = "encode", deserialize_with = "decode")]
    bytes: Vec<u8>,
}

/// A hook that was not as it had been, and is again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookChange {
    /// What it is called: `.git/hooks/pre-commit`.
    pub path: String,
    /// What was seen, in words.
    pub detail: String,
}

impl Repo {
    /// Looks at the hooks that git would run here, and those that the user has for all repositories.
    ///
    /// # Errors
    /// If the configuration cannot be read.
    pub fn mark_hooks(&self) -> Result<HooksMark, GitError> {
        let own = self.git.commondir().join("hooks");
        let named = |config: &Config| config.get_path("core.hooksPath").ok().map(|dir| self.workdir().join(dir));
        let user = who::user_config().doing("read the user's configuration")?;
        let here = who::config(&self.git).doing("read the configuration")?;
        // A directory among the project's files that only the project itself names is work like any other, and nothing here follows it.
        let is_work = |dir: &PathBuf| {
            let dir = dir.canonicalize().unwrap_or_else(|_| dir.clone());
            dir.starts_with(self.workdir()) && !dir.starts_with(self.git.commondir())
        };
        let elsewhere = [named(&user), named(&here).filter(|dir| !is_work(dir))];
        let mut places = vec![Place::look(own, ".git/hooks".to_owned())];
        for dir in elsewhere.into_iter().flatten() {
            if places.iter().all(|place| place.dir != dir) {
                let shown = dir.strip_prefix(self.workdir()).unwrap_or(&dir).display().to_string();
                places.push(Place::look(dir, shown));
            }
        }
        Ok(HooksMark { places })
    }
}

impl HooksMark {
    /// Puts back what differs now and `is_meant`, which is asked with the time of the change where one can be told, and says what it was.
    /// What is taken out goes to the directory `aside`.
    ///
    /// # Errors
    /// If something cannot be kept aside or put back; what was before it is.
    pub fn put_back(&self, aside: &Path, is_meant: impl Fn(Option<Timestamp>) -> bool) -> Result<Vec<HookChange>, GitError> {
        let mut changes = Vec::new();
        for place in &self.places {
            place.put_back(aside, &is_meant, &mut changes)?;
        }
        Ok(changes)
    }
}

impl Place {
    fn look(dir: PathBuf, shown: String) -> Self {
        let mut hooks = BTreeMap::new();
        look(&dir, "", DEPTH, &mut hooks);
        let link = fs::read_link(&dir).ok();
        Self { dir, shown, link, hooks }
    }

    fn put_back(
        &self,
        aside: &Path,
        is_meant: &impl Fn(Option<Timestamp>) -> bool,
        changes: &mut Vec<HookChange>,
    ) -> Result<(), GitError> {
        let unwritten = |path: &Path| {
            let path = path.to_owned();
            move |source| GitError::Write { path, source }
        };
        let mut change = |name: &str, detail: String| {
            let path = format!("{}/{name}", self.shown);
            changes.push(HookChange { path, detail });
        };
        let link = fs::read_link(&self.dir).ok();
        if link != self.link && is_meant(changed(&self.dir)) {
            if let Some(target) = &link {
                fs::remove_file(&self.dir).map_err(unwritten(&self.dir))?;
                change(
                    "",
                    format!("the directory of hooks had become a link to {}", target.display()),
                );
            }
            if let Some(target) = &self.link {
                if self.dir.symlink_metadata().is_ok() {
                    let kept = keep(&self.dir, aside).map_err(unwritten(&self.dir))?;
                    change(
                        "",
                        format!(
                            "the directory of hooks was no link any more; it is kept as {}",
                            kept.display()
                        ),
                    );
                }
                symlink(target, &self.dir).map_err(unwritten(&self.dir))?;
            }
        }
        if !self.hooks.is_empty() && self.dir.metadata().is_ok_and(|meta| !meta.is_dir()) && is_meant(changed(&self.dir)) {
            let kept = keep(&self.dir, aside).map_err(unwritten(&self.dir))?;
            change(
                "",
                format!("the directory of hooks had become something else, kept as {}", kept.display()),
            );
        }
        let mut now = BTreeMap::new();
        look(&self.dir, "", DEPTH, &mut now);
        for name in now.keys().filter(|name| !self.hooks.contains_key(*name)) {
            let path = self.dir.join(name);
            if !is_meant(changed(&path)) {
                continue;
            }
            let kept = keep(&path, aside).map_err(unwritten(&path))?;
            let detail = format!(
                "this hook was not there when the run began; it was taken out and is kept as {}",
                kept.display()
            );
            change(name, detail);
        }
        // The hook that git runs is compared once more where it is run.
        let held = self.hooks.iter().filter_map(|(name, hook)| Some((name, hook.as_ref()?)));
        for (name, was) in held {
            let (path, seen) = (self.dir.join(name), now.get(name));
            if seen == Some(&Some(was.clone())) || !is_meant(changed(&path)) {
                continue;
            }
            let detail = match seen {
                None => "this hook was removed".to_owned(),
                Some(Some(now)) if (&now.bytes, &now.link) == (&was.bytes, &was.link) => match was.runs {
                    true => "this hook was made one that does not run".to_owned(),
                    false => "this file was made a hook that runs".to_owned(),
                },
                Some(_) => {
                    let kept = keep(&path, aside).map_err(unwritten(&path))?;
                    format!("this hook was changed; what it had become is kept as {}", kept.display())
                }
            };
            was.restore(&path, aside).map_err(unwritten(&path))?;
            change(name, detail);
        }
        Ok(())
    }
}

impl Hook {
    /// Reads a file without waiting for whoever would write to a pipe in its place; `None` for what is not held.
    fn read(path: &Path) -> Option<Self> {
        let meta = path.metadata().ok().filter(|meta| meta.is_file() && meta.len() <= LARGEST)?;
        Some(Self {
            link: fs::read_link(path).ok(),
            runs: meta.permissions().mode() & 0o111 != 0,
            bytes: fs::read(path).ok()?,
        })
    }

    fn restore(&self, path: &Path, aside: &Path) -> io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        if path.symlink_metadata().is_ok_and(|meta| meta.is_dir()) && fs::remove_dir(path).is_err() {
            keep(path, aside)?;
        }
        let mut end = path.to_owned();
        if let Some(target) = &self.link {
            if fs::read_link(path).ok().as_ref() != Some(target) {
                remove(path)?;
                symlink(target, path)?;
            }
            if Self::read(path).as_ref() == Some(self) {
                return Ok(());
            }
            end = path.canonicalize().unwrap_or_else(|_| path.with_file_name(target));
        }
        let mut name = end.as_os_str().to_owned();
        name.push(".new");
        let new = PathBuf::from(name);
        fs::write(&new, &self.bytes)?;
        fs::set_permissions(&new, Permissions::from_mode(if self.runs { 0o755 } else { 0o644 }))?;
        fs::rename(&new, &end)
    }
}

/// Finds the files below a directory, in their order; `None` for what is not held.
fn look(dir: &Path, below: &str, depth: usize, found: &mut BTreeMap<String, Option<Hook>>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let whole = format!("{below}{name}");
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth > 0 => look(&entry.path(), &format!("{whole}/"), depth - 1, found),
            Ok(kind) if kind.is_dir() || name.ends_with(".sample") => {}
            _ => drop(found.insert(whole, Hook::read(&entry.path()))),
        }
    }
}

/// When what lies there last changed; of what is gone, when its directory did. Unlike the time of its content, nobody sets this one.
fn changed(path: &Path) -> Option<Timestamp> {
    let of = |meta: fs::Metadata| Timestamp::new(meta.ctime(), i32::try_from(meta.ctime_nsec()).ok()?).ok();
    match path.symlink_metadata() {
        Ok(meta) => of(meta).max(path.metadata().ok().and_then(of)),
        Err(error) if is_absent(&error) => {
            let parent = path.ancestors().skip(1).find_map(|above| above.symlink_metadata().ok());
            parent.and_then(of)
        }
        Err(_) => None,
    }
}

/// Takes something out of its place, and keeps what it holds under a free name. The same bytes are kept once.
pub(in crate::git) fn keep(path: &Path, aside: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(aside)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let held = Hook::read(path);
    let mut number = 1_u32;
    let kept = loop {
        let place = aside.join(format!("{name}-{number}"));
        match place.symlink_metadata() {
            Err(error) if is_absent(&error) => break place,
            _ if held
                .as_ref()
                .is_some_and(|hook| fs::read(&place).is_ok_and(|kept| kept == hook.bytes)) =>
            {
                remove(path)?;
                return Ok(place);
            }
            _ => number += 1,
        }
    };
    match &held {
        // Not as something that runs.
        Some(hook) => fs::write(&kept, &hook.bytes).and_then(|()| remove(path))?,
        None => match fs::rename(path, &kept) {
            Err(error) if error.kind() == ErrorKind::CrossesDevices => {
                let beside = path.with_file_name(format!("{name}.set-aside-{number}"));
                fs::rename(path, &beside)?;
                return Ok(beside);
            }
            renamed => renamed?,
        },
    }
    Ok(kept)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if !is_absent(&error) => Err(error),
        _ => Ok(()),
    }
}

fn encode<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&STANDARD.encode(bytes))
}

fn decode<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    STANDARD.decode(String::deserialize(from)?).map_err(serde::de::Error::custom)
}
