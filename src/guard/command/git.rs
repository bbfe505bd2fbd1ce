//! Git commands that are not the agent's to run, and why.

use super::Access;
use super::lexer::Word;

/// Global options that take the next word.
const VALUED: [&str; 8] = [
    "-C",
    "-c",
    "--git-dir",
    "--work-tree",
    "--namespace",
    "--exec-path",
    "--config-env",
    "--attr-source",
];

/// The reason to refuse, as told to the agent; `None` for commands that read or only touch the index.
pub(super) fn refusal(arguments: &[Word]) -> Option<String> {
    let (settings, command, rest) = split(arguments)?;
    if settings.iter().any(|setting| setting.to_lowercase().starts_with("alias.")) {
        return Some(config("git -c alias.…"));
    }
    let has = |names: &[&str]| rest.iter().any(|word| names.contains(&word.text.as_str()));
    let flag = |letters: &str| {
        rest.iter()
            .any(|word| word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains(|c| letters.contains(c)))
    };
    let sub = rest.iter().find(|word| !word.is_option()).map(|word| word.text.as_str());
    let name = command.text.as_str();
    match name {
        "commit" | "commit-tree" | "citool" | "gui" => Some(format!(
            "Commits are made with the `commit` tool, not with `git {name}`: the harness runs the tests and commits exactly the tree it tested. \
             Call `commit` with your message."
        )),
        "replace" if replace_lists(rest) => None,
        "merge" | "pull" | "cherry-pick" | "revert" | "am" | "rebase" | "filter-branch" | "filter-repo" | "replace" | "fast-import" => Some(history(name)),
        "push" | "send-pack" | "send-email" | "request-pull" => {
            Some(format!("`git {name}` publishes work, which is for a person to decide. Nothing needs to be pushed: leave it and go on."))
        }
        "reset" if reset_moves(rest) => Some(discard(name)),
        "checkout" | "switch" | "checkout-index" | "read-tree" | "sparse-checkout" | "bisect" => Some(discard(name)),
        "restore" if !has(&["--staged", "-S"]) || has(&["--worktree", "-W"]) => Some(discard(name)),
        "stash" if !matches!(sub, Some("list" | "show")) => Some(discard(name)),
        "clean" if !(has(&["--dry-run"]) || flag("n")) => Some(discard(name)),
        "worktree" if sub != Some("list") => Some(discard(name)),
        "submodule" if !matches!(sub, None | Some("status" | "summary")) => Some(discard(name)),
        "branch" if flag("dDmMcCf") || has(&["--delete", "--move", "--copy", "--force"]) => Some(refs(name)),
        "tag" if flag("df") || has(&["--delete", "--force"]) => Some(refs(name)),
        "symbolic-ref" if flag("d") || has(&["--delete"]) || rest.iter().filter(|word| !word.is_option()).count() > 1 => Some(refs(name)),
        "update-ref" | "pack-refs" | "prune" => Some(refs(name)),
        "reflog" if matches!(sub, Some("expire" | "delete")) => Some(refs(name)),
        "gc" if rest.iter().any(|word| word.text.starts_with("--prune")) => Some(refs(name)),
        "update-index" if rest.iter().any(|word| word.text.contains("assume-unchanged") || word.text.contains("skip-worktree")) => Some(
            "`git update-index` with these options hides changes from git and from the harness. Leave every file visible; ignored files go into \
             .gitignore."
                .into(),
        ),
        "config" if config_writes(rest) => Some(config("git config")),
        _ => None,
    }
}

/// What `git rm` and `git mv` would take away.
pub(super) fn writes(arguments: &[Word]) -> Vec<(Word, Access)> {
    let Some((_, command, rest)) = split(arguments) else {
        return Vec::new();
    };
    let cached = rest.iter().any(|word| word.text == "--cached");
    match command.text.as_str() {
        "rm" if cached => Vec::new(),
        name @ ("rm" | "mv") => super::writes::targets(name, rest),
        _ => Vec::new(),
    }
}

/// `-c` settings, the subcommand, and what follows it.
fn split(arguments: &[Word]) -> Option<(Vec<&str>, &Word, &[Word])> {
    let mut settings = Vec::new();
    let mut at = 0;
    while let Some(word) = arguments.get(at) {
        if !word.text.starts_with('-') {
            return (!word.expands).then(|| (settings, word, arguments.get(at + 1..).unwrap_or(&[])));
        }
        let valued = VALUED.contains(&word.text.as_str());
        if word.text == "-c"
            && let Some(setting) = arguments.get(at + 1)
        {
            settings.push(setting.text.as_str());
        }
        at += if valued { 2 } else { 1 };
    }
    None
}

/// Whether a `git reset` does more than unstage.
fn reset_moves(rest: &[Word]) -> bool {
    let plain = ["-q", "--quiet", "-N", "--intent-to-add", "HEAD", "--mixed"];
    for word in rest {
        if word.text == "--" {
            return false;
        }
        if !plain.contains(&word.text.as_str()) {
            // Behind `HEAD` come paths, which only unstages them.
            let unstages = !word.is_option()
                && rest
                    .iter()
                    .take_while(|before| *before != word)
                    .any(|before| before.text == "HEAD");
            return !unstages;
        }
    }
    false
}

/// Whether a `git replace` only lists what there is: without names, or where it is asked to.
fn replace_lists(rest: &[Word]) -> bool {
    let asks = |word: &Word| matches!(word.text.as_str(), "-l" | "--list") && !word.expands;
    let is_plain = |word: &Word| asks(word) || word.text.starts_with("--format=") && !word.expands;
    match rest.iter().any(asks) {
        true => rest.iter().all(|word| is_plain(word) || !word.is_option() && !word.expands),
        false => rest.iter().all(is_plain),
    }
}

/// Whether a `git config` sets something other than who the author is.
fn config_writes(rest: &[Word]) -> bool {
    let reading = [
        "--get",
        "--get-all",
        "--get-regexp",
        "--get-urlmatch",
        "--list",
        "-l",
        "--name-only",
        "list",
        "get",
    ];
    if rest.iter().any(|word| reading.contains(&word.text.as_str())) {
        return false;
    }
    let words: Vec<&str> = rest
        .iter()
        .filter(|word| !word.is_option())
        .map(|word| word.text.as_str())
        .filter(|word| *word != "set")
        .collect();
    let editing = rest.iter().any(|word| {
        matches!(
            word.text.as_str(),
            "--unset" | "--unset-all" | "--remove-section" | "--rename-section" | "--edit" | "-e" | "--add" | "--replace-all"
        )
    });
    match words.first().map(|key| key.to_lowercase()) {
        Some(key) if key.starts_with("user.") || key == "init.defaultbranch" => false,
        Some(_) => editing || words.len() > 1,
        None => editing,
    }
}

fn history(name: &str) -> String {
    format!(
        "`git {name}` makes or rewrites commits behind the harness's back. Change the files as they should be, and call the `commit` tool; history \
         itself stays as it is."
    )
}

fn discard(name: &str) -> String {
    format!(
        "`git {name}` can throw away work or move the branch under the harness. To undo an edit, look at the committed version with `git show \
         HEAD:path` and write it back with a file tool; to leave a file out of a commit, unstage it with `git reset -- path`. Commits are made with \
         the `commit` tool."
    )
}

fn refs(name: &str) -> String {
    format!(
        "This `git {name}` changes or removes branches, tags or old states that a person may need. Leave them; new work is recorded with the `commit` tool."
    )
}

fn config(what: &str) -> String {
    format!(
        "`{what}` changes how git works in this repository, which is not yours to do. Use an environment variable or an option of the one command you run; commits are made with the `commit` tool."
    )
}
