//! Finding programs on PATH, without ever taking one that the agent may have put there.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Returns the absolute path of `name` on our PATH; relative entries and whatever lies below `untrusted` are passed over.
#[must_use]
pub fn which(name: &str, untrusted: Option<&Path>) -> Option<PathBuf> {
    which_on(&std::env::var_os("PATH")?, name, untrusted)
}

fn which_on(path: &OsStr, name: &str, untrusted: Option<&Path>) -> Option<PathBuf> {
    std::env::split_paths(path)
        .filter(|dir| dir.is_absolute())
        .map(|dir| dir.join(name))
        .filter(|file| is_executable(file))
        .find(|file| {
            let real = file.canonicalize();
            untrusted.is_none_or(|root| !file.starts_with(root) && real.is_ok_and(|real| !real.starts_with(root)))
        })
}

fn is_executable(file: &Path) -> bool {
    file.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(dir: &Path, mode: u32) -> PathBuf {
        std::fs::create_dir_all(dir).unwrap();
        let file = dir.join("tool");
        std::fs::write(&file, "").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn workspace_relative_and_plain_files_are_passed_over() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let workspace = root.join("workspace");
        let evil = program(&workspace.join("bin"), 0o755);
        program(&root.join("plain"), 0o644);
        std::fs::create_dir(root.join("link")).unwrap();
        std::os::unix::fs::symlink(&evil, root.join("link/tool")).unwrap();
        let good = program(&root.join("good"), 0o755);
        let path = std::env::join_paths([
            "bin".into(),
            workspace.join("bin"),
            root.join("plain"),
            root.join("link"),
            root.join("good"),
        ])
        .unwrap();
        assert_eq!(which_on(&path, "tool", Some(&workspace)), Some(good));
        assert_eq!(which_on(&path, "tool", None), Some(evil));
        assert_eq!(which_on(&path, "other", None), None);
    }
}
