//! The environment of children: an allowlist, so that no key of the supervisor ever leaks into a command.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// Variables that are passed on by name. Places of tool chains are here because builds need them; nothing that may hold a secret is.
const PASSED: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TERM",
    "TZ",
    "TZDIR",
    "TMPDIR",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_DATA_DIRS",
    "XDG_CONFIG_DIRS",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "GOPATH",
    "GOROOT",
    "JAVA_HOME",
    "ANDROID_HOME",
    "NVM_DIR",
    "NVM_BIN",
    "VOLTA_HOME",
    "PNPM_HOME",
    "BUN_INSTALL",
    "PYENV_ROOT",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "RBENV_ROOT",
    "GEM_HOME",
    "DOTNET_ROOT",
    "SDKROOT",
    "DEVELOPER_DIR",
    "MACOSX_DEPLOYMENT_TARGET",
    "NIX_PATH",
    "NIX_PROFILES",
    "LD_LIBRARY_PATH",
    "PKG_CONFIG_PATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "NO_PROXY",
    "no_proxy",
    "NO_COLOR",
    "CI",
];

/// Proxies are passed on unless their address carries a password.
const PROXIES: &[&str] = &[
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
];

/// Which environment a child gets.
#[derive(Debug, Clone)]
pub enum EnvPolicy {
    /// The allowlisted part of ours, then these on top.
    Inherit(Vec<(OsString, OsString)>),
    /// These and nothing else.
    Exact(Vec<(OsString, OsString)>),
}

impl Default for EnvPolicy {
    fn default() -> Self {
        Self::Inherit(Vec::new())
    }
}

impl EnvPolicy {
    /// Returns the variables a child gets under this policy.
    #[must_use]
    pub fn resolve(&self) -> BTreeMap<OsString, OsString> {
        self.resolve_from(std::env::vars_os())
    }

    fn resolve_from(&self, ours: impl Iterator<Item = (OsString, OsString)>) -> BTreeMap<OsString, OsString> {
        match self {
            Self::Inherit(extra) => ours
                .filter(|(name, value)| is_passed(name, value))
                .chain(extra.iter().cloned())
                .collect(),
            Self::Exact(all) => all.iter().cloned().collect(),
        }
    }
}

fn is_passed(name: &OsStr, value: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    if PROXIES.contains(&name) {
        return value.to_str().is_some_and(|address| !address.contains('@'));
    }
    name.starts_with("LC_") || PASSED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (OsString, OsString) {
        (name.into(), value.into())
    }

    #[test]
    fn keys_never_pass() {
        let ours = vec![
            pair("PATH", "/bin"),
            pair("LC_ALL", "C"),
            pair("ANTHROPIC_API_KEY", "sk-ant-canary"),
            pair("AWS_SECRET_ACCESS_KEY", "canary"),
            pair("GITHUB_TOKEN", "canary"),
            pair("SSH_AUTH_SOCK", "/tmp/canary"),
            pair("GIT_DIR", "/canary"),
            pair("HTTPS_PROXY", "http://user:canary@proxy:1"),
            pair("HTTP_PROXY", "http://proxy:1"),
        ];
        let env = EnvPolicy::Inherit(vec![pair("PAGER", "cat")]).resolve_from(ours.into_iter());
        let names: Vec<_> = env.keys().filter_map(|name| name.to_str()).collect();
        assert_eq!(names, ["HTTP_PROXY", "LC_ALL", "PAGER", "PATH"]);
    }

    #[test]
    fn exact_is_exact() {
        let env = EnvPolicy::Exact(vec![pair("A", "1")]).resolve_from(vec![pair("PATH", "/bin")].into_iter());
        assert_eq!(env.len(), 1);
    }
}
