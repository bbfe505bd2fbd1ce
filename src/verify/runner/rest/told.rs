//! What cargo tells of a project and of its build, in JSON, a line each.
//!
//! Owns which targets are there, which of them build, and the first error of what does not. Invariant: a target that is not told to be
//! there is neither built nor missing.

use super::{Build, PACKAGES, Rest, Unbuilt};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A package and what of it builds.
pub(super) struct Part<'a> {
    pub(super) package: &'a Package,
    pub(super) built: Vec<&'a Target>,
    pub(super) unbuilt: Vec<&'a Target>,
    /// Whether its documentation has examples that may be run.
    pub(super) documented: bool,
}

/// A target as cargo tells it (<https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>).
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Target {
    #[serde(default)]
    kind: Vec<String>,
    name: String,
    src_path: PathBuf,
    #[serde(default)]
    test: bool,
    #[serde(default)]
    doctest: bool,
    #[serde(default, rename = "required-features")]
    required: Vec<String>,
}

impl Target {
    fn is(&self, kind: &str) -> bool {
        self.kind.iter().any(|known| known == kind)
    }

    /// The option that selects it.
    pub(super) fn selected(&self) -> String {
        let by = ["bin", "test", "example", "bench"].into_iter().find(|kind| self.is(kind));
        by.map_or_else(|| "--lib".to_owned(), |kind| format!("--{kind} '{}'", self.name))
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Package {
    name: String,
    pub(super) id: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Artifact {
    package_id: String,
    target: Target,
    profile: Profile,
    executable: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Profile {
    test: bool,
}

#[derive(Debug, Deserialize)]
struct Said {
    package_id: String,
    target: Target,
    message: Message,
}

#[derive(Debug, Clone, Deserialize)]
struct Message {
    level: String,
    message: String,
    code: Option<Code>,
    #[serde(default)]
    spans: Vec<Span>,
    #[serde(default)]
    rendered: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Code {
    code: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Span {
    file_name: String,
    line_start: u64,
    column_start: u64,
    is_primary: bool,
}

impl Message {
    fn reason(&self) -> String {
        let code = self.code.as_ref().map_or_else(String::new, |code| format!("[{}]", code.code));
        let text = format!("error{code}: {}", self.message.lines().next().unwrap_or_default());
        match self.spans.iter().find(|span| span.is_primary) {
            Some(span) => format!("{}:{}:{}: {text}", span.file_name, span.line_start, span.column_start),
            None => text,
        }
    }
}

/// What cargo told.
#[derive(Debug, Default)]
pub(super) struct Told {
    packages: Vec<Package>,
    /// Test programs that are there, with their packages.
    built: Vec<(String, Target)>,
    /// Packages whose library is there, so that what its documentation shows can be run.
    documented: BTreeSet<String>,
    /// First errors, by package and target.
    errors: Vec<(String, Target, Message)>,
}

impl Told {
    pub(super) fn line(&mut self, line: &str) {
        #[derive(Deserialize)]
        struct Line {
            reason: Option<String>,
            packages: Option<Vec<Package>>,
        }
        let Ok(Line { reason, packages }) = serde_json::from_str(line) else {
            return;
        };
        self.packages.extend(packages.into_iter().flatten());
        match reason.as_deref() {
            Some("compiler-artifact") => {
                let Ok(artifact) = serde_json::from_str::<Artifact>(line) else {
                    return;
                };
                if artifact.profile.test && artifact.executable.is_some() {
                    self.built.push((artifact.package_id, artifact.target));
                } else if !artifact.profile.test && artifact.target.doctest {
                    self.documented.insert(artifact.package_id);
                }
            }
            Some("compiler-message") => {
                if let Ok(said) = serde_json::from_str::<Said>(line)
                    && said.message.level.starts_with("error")
                    && !said.message.message.starts_with("aborting due to")
                {
                    self.errors.push((said.package_id, said.target, said.message));
                }
            }
            _ => {}
        }
    }

    /// Whether a package is one of those that are meant.
    fn is_meant(&self, package: &Package, build: &Build) -> bool {
        let of = |option: &String| {
            option
                .split(['=', ' '])
                .nth(1)
                .unwrap_or_default()
                .trim_matches(['\'', '"'])
                .to_owned()
        };
        let named = |excluded: bool| {
            let options = build.packages.iter().filter(move |option| option.contains(['=', ' ']));
            options
                .filter(move |option| option.starts_with("--exclude") == excluded)
                .any(|option| of(option) == package.name)
        };
        let all = build.packages.iter().any(|option| PACKAGES.contains(&option.as_str()));
        let seen = || {
            let built = self.built.iter().map(|(id, _)| id);
            let failed = self.errors.iter().filter(|(_, target, _)| target.test).map(|(id, ..)| id);
            built.chain(failed).any(|id| *id == package.id)
        };
        self.packages.len() == 1 || if all { !named(true) } else { named(false) || seen() }
    }

    pub(super) fn rest(&self, build: &Build) -> Rest {
        let meant = self.packages.iter().filter(|package| self.is_meant(package, build));
        let parts: Vec<Part<'_>> = meant.map(|package| self.part(package, build)).collect();
        let of = |part: &Part<'_>| {
            let of_package = || self.errors.iter().find(|(id, ..)| *id == part.package.id);
            let unbuilt = part.unbuilt.iter().filter_map(|target| {
                let error = self
                    .own_error(part.package, target)
                    .or_else(of_package)
                    .or(self.errors.first());
                let (_, _, error) = error?;
                Some(Unbuilt {
                    file: relative(&target.src_path, part.package),
                    name: target.name.replace('-', "_"),
                    package: part.package.name.clone(),
                    reason: error.reason(),
                    detail: error.rendered.clone().unwrap_or_default(),
                })
            });
            unbuilt.collect::<Vec<_>>()
        };
        Rest {
            unbuilt: parts.iter().flat_map(of).collect(),
            command: build.command(&parts),
        }
    }

    fn own_error(&self, package: &Package, target: &Target) -> Option<&(String, Target, Message)> {
        self.errors
            .iter()
            .find(|(id, failed, _)| *id == package.id && failed.src_path == target.src_path)
    }

    /// Parts a package into what builds of it and what does not.
    fn part<'a>(&self, package: &'a Package, build: &Build) -> Part<'a> {
        let is_built = |target: &&Target| {
            self.built
                .iter()
                .any(|(id, built)| *id == package.id && built.src_path == target.src_path)
        };
        let is_expected = |target: &&Target| {
            let by_default = target.test && target.required.is_empty() && build.targets.is_empty();
            !target.is("custom-build") && (by_default || is_built(target) || self.own_error(package, target).is_some())
        };
        let (built, unbuilt) = package.targets.iter().filter(is_expected).partition(is_built);
        Part {
            package,
            built,
            unbuilt,
            documented: self.documented.contains(&package.id),
        }
    }
}

fn relative(path: &Path, package: &Package) -> String {
    let root = package.manifest_path.parent().unwrap_or(Path::new(""));
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}
