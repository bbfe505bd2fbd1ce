//! Which commands only read files of the workspace, by a short list: what runs without asking when a person wants to be asked.
//!
//! Owns the list and the grammar around it. No boundary either: it decides whom to ask, not what a command can do. Invariant:
//! what is not understood is not on the list. A script passes only if it is plain words joined by `&&`, `||`, `;` and `|`, with
//! nothing that the shell would substitute or expand, and no file written but `/dev/null`.

use super::lexer::{self, Simple, Word};
use std::path::{Component, Path};

/// Programs none of whose options write, run anything or reach a network.
const FREE: [&str; 15] = [
    "basename", "cat", "cut", "dirname", "du", "echo", "false", "grep", "head", "ls", "nl", "pwd", "stat", "tail", "true",
];

/// As [`FREE`], and they take no file names that could be taken for options.
const FILTERS: [&str; 2] = ["tr", "wc"];

/// Programs with the letters of the short options that only read. Any other option is not on the list.
const LETTERS: [(&str, &str); 4] = [
    ("diff", "urNqwBbaiy"),
    ("rg", "nilcwvoFegtTABCSsHNUumx"),
    ("sort", "nruhVfbdgMskt,."),
    ("which", "a"),
];

/// Long options of `rg` that only read, before any `=`.
const RG: [&str; 20] = [
    "--color",
    "--context",
    "--count",
    "--files",
    "--files-with-matches",
    "--fixed-strings",
    "--glob",
    "--heading",
    "--hidden",
    "--ignore-case",
    "--json",
    "--line-number",
    "--max-count",
    "--multiline",
    "--no-heading",
    "--no-ignore",
    "--sort",
    "--stats",
    "--type",
    "--word-regexp",
];

/// Words of `find` that only look, beside names and numbers.
const FIND: [&str; 27] = [
    "-H",
    "-L",
    "-P",
    "-a",
    "-and",
    "-empty",
    "-iname",
    "-ipath",
    "-iregex",
    "-ls",
    "-maxdepth",
    "-mindepth",
    "-mmin",
    "-mtime",
    "-name",
    "-newer",
    "-not",
    "-o",
    "-or",
    "-path",
    "-perm",
    "-print",
    "-print0",
    "-prune",
    "-regex",
    "-size",
    "-type",
];

/// Operators of `test`; `-v` is not among them, because it evaluates a subscript.
const TEST: [&str; 22] = [
    "-a", "-d", "-e", "-ef", "-eq", "-f", "-ge", "-gt", "-h", "-L", "-le", "-lt", "-n", "-ne", "-nt", "-o", "-ot", "-r", "-s",
    "-w", "-x", "-z",
];

/// Subcommands of git that only read.
const GIT: [&str; 4] = ["diff", "log", "show", "status"];

/// Their options, before any `=`. Git takes any unambiguous beginning of an option, so only whole ones count.
const GIT_OPTIONS: [&str; 39] = [
    "--",
    "--all",
    "--author",
    "--branch",
    "--cached",
    "--color",
    "--date",
    "--decorate",
    "--first-parent",
    "--follow",
    "--format",
    "--graph",
    "--grep",
    "--ignored",
    "--max-count",
    "--merges",
    "--name-only",
    "--name-status",
    "--no-color",
    "--no-merges",
    "--numstat",
    "--oneline",
    "--patch",
    "--porcelain",
    "--pretty",
    "--reverse",
    "--short",
    "--shortstat",
    "--since",
    "--staged",
    "--stat",
    "--summary",
    "--until",
    "--word-diff",
    "-b",
    "-n",
    "-p",
    "-s",
    "-w",
];

/// Says whether a script only reads files of the workspace, as far as the list knows.
#[must_use]
pub fn only_reads(script: &str, workspace: &Path) -> bool {
    is_plain(script) && lexer::commands(script).iter().all(|simple| reads(simple, workspace))
}

/// Whether a script holds nothing but words, quotes and the four joints.
pub(super) fn is_plain(script: &str) -> bool {
    let chars: Vec<char> = script.chars().collect();
    let mut quote = None;
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        let fine = match (quote, c) {
            (_, c) if c.is_control() && c != '\t' => false,
            (Some(open), c) if c == open => {
                quote = None;
                true
            }
            (Some('\''), _) => true,
            (Some(_), c) => !matches!(c, '$' | '`' | '\\' | '!'),
            (None, '\'' | '"') => {
                quote = Some(c);
                true
            }
            (None, '&') if next == Some('&') => {
                at += 1;
                true
            }
            // `2>&1`: from one stream to another, no file.
            (None, '&') => at > 0 && chars[at - 1] == '>' && matches!(next, Some('1' | '2')) && ends(chars.get(at + 2)),
            (None, c) => c.is_ascii_alphanumeric() || " \t;|>_-./,:+=%@^*?".contains(c),
        };
        if !fine {
            return false;
        }
        at += 1;
    }
    quote.is_none()
}

fn ends(c: Option<&char>) -> bool {
    c.is_none_or(|c| " \t;|&".contains(*c))
}

/// Whether a simple command is on the list.
pub(super) fn reads(simple: &Simple, workspace: &Path) -> bool {
    let quiet = simple.writes.iter().all(|word| word.text == "/dev/null" && !word.quoted);
    if !quiet || !simple.reads.is_empty() || simple.stdin.is_some() || !simple.nested.is_empty() {
        return false;
    }
    let Some((program, arguments)) = simple.words.split_first() else {
        // A redirection without a command.
        return simple.writes.is_empty();
    };
    if program.globs || arguments.iter().any(|word| leads_out(word, workspace)) {
        return false;
    }
    let name = program.text.as_str();
    if FREE.contains(&name) {
        return true;
    }
    // A pattern could expand to a file that is named like an option.
    if arguments.iter().any(|word| word.globs && !word.quoted) {
        return false;
    }
    let texts: Vec<&str> = arguments.iter().map(|word| word.text.as_str()).collect();
    if let Some((_, letters)) = LETTERS.iter().find(|(program, _)| *program == name) {
        return texts.iter().all(|word| is_known(word, letters));
    }
    match name {
        _ if FILTERS.contains(&name) => true,
        "cd" => matches!(texts.as_slice(), [dir] if !dir.starts_with('-') && !dir.is_empty()),
        "find" => texts
            .iter()
            .all(|word| !word.starts_with('-') || FIND.contains(word) || is_number(&word[1..])),
        "git" => git(&texts),
        // `uniq IN OUT` writes.
        "uniq" => texts.iter().all(|word| word.starts_with('-') && is_known(word, "cdiu")),
        "sed" => sed(&texts),
        "test" => texts
            .iter()
            .all(|word| !word.starts_with('-') || TEST.contains(word) || is_number(&word[1..])),
        _ => false,
    }
}

/// Whether a word may name something outside the workspace, or hide a path in an option.
pub(super) fn leads_out(word: &Word, workspace: &Path) -> bool {
    let path = Path::new(&word.text);
    word.expands
        || path.components().any(|part| part == Component::ParentDir)
        || (path.is_absolute() && !path.starts_with(workspace))
        || (word.is_option() && word.text.contains('/'))
}

/// Whether a word is no option, or one on the list.
fn is_known(word: &str, letters: &str) -> bool {
    let Some(option) = word.strip_prefix('-') else { return true };
    if option.starts_with('-') {
        // Only `rg` has long ones here; those of the others may be shortened to something that looks harmless.
        let name = word.split('=').next().unwrap_or(word);
        return letters.starts_with("nil") && RG.contains(&name);
    }
    option.chars().all(|c| letters.contains(c) || c.is_ascii_digit())
}

fn git(words: &[&str]) -> bool {
    let words = words.strip_prefix(&["--no-pager"]).unwrap_or(words);
    let Some((subcommand, rest)) = words.split_first() else {
        return false;
    };
    let known = |word: &&str| {
        let name = word.split('=').next().unwrap_or(word);
        let context = word.strip_prefix("-U").is_some_and(is_number);
        !word.starts_with('-') || GIT_OPTIONS.contains(&name) || context || is_number(&word[1..])
    };
    GIT.contains(subcommand) && rest.iter().all(known)
}

/// `sed -n 'ADDRESS[,ADDRESS]p' FILE...` with numbers for addresses: prints lines, and nothing else.
fn sed(words: &[&str]) -> bool {
    let ["-n", script, files @ ..] = words else { return false };
    let address = |text: &str| text == "$" || is_number(text);
    let prints = script.strip_suffix('p').is_some_and(|range| match range.split_once(',') {
        Some((from, to)) => address(from) && address(to),
        None => address(range),
    });
    prints && files.iter().all(|file| !file.starts_with('-'))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: &[&str] = &[
        "",
        "ls",
        "ls -la src",
        "ls *.rs",
        "cat a.txt b.txt",
        "cat 'a file.txt'",
        "cat /w/notes/src/a.rs",
        "head -n 20 src/main.rs",
        "tail -5 log.txt",
        "wc -l src/a.rs",
        "pwd",
        "cd src && ls",
        "echo done",
        "grep -rn 'fn main()' src",
        "grep -n \"a b\" x | head -3",
        "grep -c 'a$' x",
        "rg -n --hidden 'foo|bar' src",
        "rg -A3 --glob='*.rs' foo",
        "find . -name '*.rs' -type f",
        "find src -maxdepth 2 -not -empty",
        "git status",
        "git status --short",
        "git --no-pager log --oneline -20",
        "git log --format='%h %s' -n 3",
        "git diff --stat HEAD",
        "git show HEAD:src/a.rs",
        "git diff -U5 -- src/a.rs",
        "sed -n '1,20p' src/a.rs",
        "sed -n 5p a",
        "sed -n '10,$p' a",
        "test -f a.txt && cat a.txt || echo none",
        "ls src; ls tests",
        "ls missing 2>/dev/null",
        "ls missing 2>&1 | tail -2",
        "cat a > /dev/null",
        "sort -rn a | uniq -c",
        "sort -k2,2 a",
        "cut -d: -f1 a | tr a b",
        "which -a node",
        "diff -u a b",
    ];

    const ASKED: &[&str] = &[
        "ls\nrm -rf x",
        "ls\r\nrm x",
        "ls & rm x",
        "ls &rm x",
        "ls |& sh",
        "ls $(rm x)",
        "ls `rm x`",
        "echo \"$(rm x)\"",
        "echo \"`rm x`\"",
        "cat $HOME/.ssh/id_rsa",
        "cat ~/.ssh/id_rsa",
        "cat /etc/passwd",
        "cat ../secret",
        "cat src/../../secret",
        "grep -f/etc/passwd x",
        "cat <(rm x)",
        "cat < x",
        "cat << E",
        "echo x > file",
        "echo x >> file",
        "echo x >| file",
        "echo x &> file",
        "echo x >&file",
        "echo x 2>err",
        "echo x > '/dev/null/../x'",
        "> a",
        "(ls)",
        "{ ls; }",
        "! ls",
        "ls {a,b}",
        "ls [ab]",
        "ls \\\nrm",
        "echo a\\;b",
        "ls # rm",
        "ls 'unclosed",
        "FOO=1 ls",
        "LD_PRELOAD=./x.so ls",
        "/tmp/evil/ls",
        "/bin/ls",
        "./ls",
        "src/tool",
        "env ls",
        "sudo ls",
        "xargs rm",
        "ls | xargs rm",
        "ls | sh",
        "cat x | tee y",
        "find . -exec rm {} +",
        "find . -exec rm x",
        "find . -execdir rm x",
        "find . -ok rm x",
        "find . -delete",
        "find . -fprint x",
        "find . -fls x",
        "find * -name x",
        "rg --pre ./evil foo",
        "rg --pre=evil foo",
        "rg -z foo",
        "rg --hostname-bin=evil foo",
        "rg foo *",
        "git -c core.pager=evil log",
        "git -C x status",
        "git --git-dir=x log",
        "git --paginate log",
        "git -p log",
        "git diff --output=x",
        "git diff --outp=x",
        "git diff --ext-diff",
        "git show --textconv",
        "git log --no-index",
        "git checkout .",
        "git commit -m x",
        "git branch -D x",
        "git",
        "sort -o x y",
        "sort -ox y",
        "sort --output=x y",
        "sort --compress-program=evil y",
        "sort -T x y",
        "uniq a b",
        "sed -i s/a/b/ x",
        "sed -n 'w out' x",
        "sed -n '1e rm' x",
        "sed -n 1p -i x",
        "sed s/a/b/ x",
        "sed -n -e 1p x",
        "test -v 'a[$(rm x)]'",
        "test -R x",
        "[ -f x ]",
        "cd -",
        "cd",
        "cd /etc",
        "cd .. && ls",
        "eval ls",
        "exec ls",
        "command ls",
        "source x",
        ". x",
        "python3 -c 1",
        "awk '{system(1)}' x",
        "printf -v x y",
        "time ls",
        "if true; then rm x; fi",
        "l\u{0073}\u{00a0}x",
        "ls\u{0000}x",
        "npm test",
        "ls && make",
        "true || rm x",
    ];

    #[test]
    fn plain_reads_pass_and_everything_else_is_asked_about() {
        let workspace = Path::new("/w/notes");
        for script in ALLOWED {
            assert!(only_reads(script, workspace), "should pass: {script:?}");
        }
        for script in ASKED {
            assert!(!only_reads(script, workspace), "should be asked about: {script:?}");
        }
    }
}
