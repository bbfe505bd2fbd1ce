//! The start script as a person should see it before it is run.
//!
//! Owns what is said of it. Does not own running it. Invariant: what is said rests on the text alone, and never stands for reading it.

use super::{read_end, shown};
use crate::harness::INIT_SCRIPT;
use crate::harness::init::InitScript;
use crate::protocol::FoundScript;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Words of commands that end what runs.
const ENDS: [&str; 5] = ["kill", "pkill", "killall", "fuser", "xkill"];

/// Words of commands that work with containers.
const CONTAINERS: [&str; 3] = ["docker", "docker-compose", "podman"];

/// Words of commands that fetch something.
const FETCHES: [&str; 9] = ["curl", "wget", "npm", "pnpm", "yarn", "pip", "pip3", "apt-get", "brew"];

/// Finds the script of a directory.
pub fn find(workspace: &Path, path_variable: Option<&OsStr>) -> Option<FoundScript> {
    let path = workspace.join(INIT_SCRIPT);
    let meta = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
    let script = InitScript::find(workspace, path_variable)?;
    let (text, _) = read_end(&path).ok()?;
    let mut notices = notices(&text);
    if meta.permissions().mode() & 0o111 == 0 {
        notices.push("is not executable, and needs not be".to_owned());
    }
    Some(FoundScript {
        path: shown(workspace, &path),
        command: script.command().to_owned(),
        notices,
        text,
    })
}

/// What a script does that outlasts it or reaches beyond the directory.
pub fn notices(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.starts_with('#')).collect();
    let says = |words: &[&str]| {
        lines.iter().any(|line| {
            let mut parts = line.split(|c: char| c.is_whitespace() || ";|&()`$\"'".contains(c));
            parts.any(|part| words.contains(&part))
        })
    };
    let behind = |line: &&str| {
        let code = line.split(" #").next().unwrap_or_default().trim_end();
        code.starts_with("nohup ") || (code.ends_with('&') && !code.ends_with("&&"))
    };
    let mut notices = Vec::new();
    for (there, what) in [
        (lines.iter().any(behind), "starts something that goes on in the background"),
        (says(&ENDS), "ends processes"),
        (says(&CONTAINERS), "works with containers"),
        (says(&FETCHES), "fetches or installs something"),
    ] {
        if there {
            notices.push(what.to_owned());
        }
    }
    notices
}
