//! Settings of package managers that decide how a script is run.
//!
//! Owns which settings these are, in the forms of npm, pnpm and yarn. Invariant: registries, mirrors and all that only installs are free.

use super::Facts;

/// Settings, without case and marks: `script-shell` and `scriptShell` are one.
const DECIDES: [&str; 14] = [
    "scriptshell",
    "shell",
    "shellemulator",
    "scriptsprependnodepath",
    "nodeoptions",
    "nodeversion",
    "usenodeversion",
    "ignorescripts",
    "enableprepostscripts",
    "userconfig",
    "globalconfig",
    "yarnpath",
    "plugins",
    "injectenvironmentfiles",
];

/// Reads the settings that count, each with the lines that belong to it.
pub(super) fn settings(text: &str) -> Facts {
    let mut all = Facts::new();
    let mut within: Option<String> = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if line.starts_with([' ', '\t', '-']) {
            if let Some(lines) = within.as_ref().and_then(|setting| all.get_mut(setting)) {
                lines.push_str(line.trim());
                lines.push('\n');
            }
            continue;
        }
        let (name, value) = line.split_once(['=', ':', ' ']).unwrap_or((line, ""));
        let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
        let counts = !line.starts_with(['#', ';']) && DECIDES.contains(&plain.to_lowercase().as_str());
        within = counts.then(|| format!("the setting {}", name.trim().trim_matches('"')));
        if let Some(setting) = &within {
            all.insert(setting.clone(), format!("{}\n", value.trim()));
        }
    }
    all
}
