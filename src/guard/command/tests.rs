//! What is found in scripts, and what must not be.

use super::*;

fn refused(script: &str) -> bool {
    examine(script).refusal.is_some()
}

#[test]
fn commits_are_seen_through_wrappers_and_nesting() {
    for script in [
        "git commit -m x",
        "git add -A && git commit -m 'a message'",
        "true; git commit",
        "true & git commit",
        "false || git commit",
        "ls\ngit commit",
        "(git commit)",
        "{ git commit; }",
        "! git commit",
        "if true; then git commit; fi",
        "for f in a b; do git commit -m \"$f\"; done",
        "GIT_AUTHOR_NAME=x git commit",
        "/usr/bin/git commit",
        "sudo -u me git commit",
        "env -u HOME A=b git commit",
        "env -S 'git commit -m x'",
        "command git commit",
        "exec git commit",
        "time -p git commit",
        "nohup git commit &",
        "nice -n 5 git commit",
        "timeout -k 1 5s git commit",
        "stdbuf -oL git commit",
        "setsid git commit",
        "sudo nohup env X=1 timeout 3 git commit",
        "sh -c 'git commit -m x'",
        "bash -lc \"cd sub && git commit\"",
        "bash -o pipefail -ec 'git commit'",
        "sh -c \"bash -c 'git commit'\"",
        "eval git commit",
        "eval \"git commit\"",
        "echo $(git commit)",
        "echo \"done: $(git commit -m x)\"",
        "echo `git commit`",
        "x=$(cd a; git commit)",
        "cat <(git commit)",
        "echo ${x:-$(git commit)}",
        "echo a | xargs git commit -m",
        "echo a | xargs -I {} git commit -m {}",
        "find . -name x -exec git commit \\;",
        "git -C dir -c user.name=x --no-pager commit",
        "git --git-dir .git --work-tree=. commit",
        "g'i't comm\\it",
        "g\\\nit commit",
        "sh <<EOF\ngit commit\nEOF",
        "cat <<EOF | sh\ngit commit\nEOF",
        "bash <<< 'git commit'",
        "echo 'git commit' | sh",
        "printf 'git add -A\\ngit commit' |\n bash -s",
        "cat <<EOF\n$(git commit)\nEOF",
        "trap 'git commit' EXIT",
        "case x in a) git commit;; esac",
        "2>&1 git commit",
        "git commit > log 2>&1",
        "$'git' commit",
        "busybox sh -c 'git commit'",
        "git -c alias.x='!git commit' x",
    ] {
        assert!(refused(script), "{script}");
    }
}

#[test]
fn words_that_are_only_data_are_left_alone() {
    for script in [
        "echo \"git commit\"",
        "echo 'git commit' > notes.txt",
        "echo git commit",
        "printf '%s' 'git push'",
        "grep -rn 'git commit' .",
        "grep 'git commit; git push' README.md",
        "cat <<'EOF' > README.md\nRun git commit and git push.\n$(git commit)\nEOF",
        "cat <<EOF\ngit commit\nEOF",
        "cat <<-EOF\n\tgit commit\n\tEOF\necho ok",
        "# git commit",
        "ls # git commit",
        "echo a#b git commit",
        "git log --grep='git commit'",
        "git log --oneline -- commit",
        "command -v git",
        "which git commit",
        "timeout 5 echo git commit",
        "sh script.sh git commit",
        "python3 -c 'print(\"git commit\")'",
        "test \"$(cat msg)\" = 'git commit'",
        "echo \"it's git commit\"",
        "x='git commit'",
        "commit -m x",
    ] {
        assert!(!refused(script), "{script}: {:?}", examine(script).refusal);
    }
}

#[test]
fn git_is_sorted_into_reading_and_the_rest() {
    for script in [
        "git push",
        "git push --force origin main",
        "git reset --hard",
        "git reset HEAD~1",
        "git reset --soft HEAD^",
        "git reset --keep main",
        "git rebase -i HEAD~3",
        "git checkout -- .",
        "git checkout main",
        "git switch -c x",
        "git restore file",
        "git restore --staged --worktree f",
        "git stash",
        "git stash pop",
        "git clean -fd",
        "git merge x",
        "git pull",
        "git cherry-pick abc",
        "git revert HEAD",
        "git branch -D x",
        "git branch -f main HEAD~2",
        "git tag -d v1",
        "git replace HEAD HEAD~1",
        "git replace -d HEAD",
        "git replace -l -d HEAD",
        "git replace --edit HEAD",
        "git replace --graft HEAD",
        "git replace $X",
        "git update-ref refs/heads/main abc",
        "git reflog expire --all",
        "git gc --prune=now",
        "git filter-branch x",
        "git worktree remove x",
        "git symbolic-ref HEAD refs/heads/x",
        "git update-index --assume-unchanged f",
        "git config core.hooksPath /tmp",
        "git config --unset gpg.format",
        "git config set alias.ci commit",
        "git submodule update",
        "git commit-tree abc",
        "git am x",
        "git bisect start",
    ] {
        assert!(refused(script), "{script}");
    }
    for script in [
        "git status",
        "git log --oneline -20",
        "git diff HEAD~1",
        "git show HEAD:src/a",
        "git add -A",
        "git reset",
        "git reset -q",
        "git reset -- a b",
        "git reset HEAD a.txt",
        "git restore --staged a",
        "git stash list",
        "git clean -n",
        "git clean -nd",
        "git branch",
        "git branch -a -v",
        "git branch --show-current",
        "git tag",
        "git tag -l 'v*'",
        "git replace",
        "git replace -l",
        "git replace --list 'a*' --format=long",
        "git symbolic-ref --short HEAD",
        "git reflog",
        "git config --get user.name",
        "git config user.name 'A B'",
        "git config -l",
        "git config core.bare",
        "git worktree list",
        "git ls-files",
        "git rev-parse HEAD",
        "git blame a",
        "git grep commit",
        "git rm --cached a",
        "git mv a b",
        "git fetch",
        "git --version",
        "git",
        "git -C sub status",
        "git submodule status",
        "git gc",
    ] {
        assert!(!refused(script), "{script}: {:?}", examine(script).refusal);
    }
}

#[test]
fn refusals_name_the_way_to_go() {
    let reason = |script: &str| examine(script).refusal.unwrap();
    assert!(reason("git commit -m x").contains("`commit` tool"));
    assert!(reason("git checkout -- a").contains("git show HEAD:path"));
    assert!(reason("git push").contains("for a person to decide"));
}

fn paths(script: &str) -> Vec<String> {
    let shown = |touch: &Touch| match touch {
        Touch::Path { path, access } => format!("{}{}", path.display(), if *access == Access::Whole { "!" } else { "" }),
        Touch::Glob { pattern, .. } => format!("glob {pattern}"),
        Touch::Unplaced { name } => format!("? {name}"),
        Touch::Code { .. } => "code".into(),
    };
    examine(script).touches.iter().map(shown).collect()
}

#[test]
fn writes_are_found_by_redirection_and_program() {
    for (script, expected) in [
        ("echo x > a", vec!["a"]),
        ("echo x >> a 2>/dev/null", vec!["a", "/dev/null"]),
        ("echo x >| a 2>&1 &> b", vec!["a", "b"]),
        ("cat < a", vec![]),
        ("cat > a <<EOF\nrm b\nEOF\n", vec!["a"]),
        ("rm -rf tests/ b", vec!["tests/!", "b!"]),
        ("rm -- -x", vec!["-x!"]),
        ("mv a b", vec!["b/a", "b", "a!"]),
        ("cp -r x/a dir", vec!["dir/a", "dir"]),
        ("cp -t dir a b", vec!["dir/dir", "dir/a", "dir/b", "dir"]),
        ("ln -s x/y", vec!["./y", "."]),
        ("sed -i 's/a/b/' f", vec!["s/a/b/", "f"]),
        ("sed -n 's/a/b/p' f", vec![]),
        ("perl -Mstrict -ne print f", vec![]),
        ("perl -pi -e s/a/b/ f", vec!["s/a/b/", "f"]),
        ("echo x | tee -a f", vec!["f"]),
        ("dd if=x of=f", vec!["f"]),
        ("cd sub && echo x > a", vec!["sub/a"]),
        ("cd \"$D\" && echo x > a", vec!["? a"]),
        ("(echo x > $F/a)", vec!["? a"]),
        ("rm *.json", vec!["glob *.json"]),
        ("git rm a", vec!["a!"]),
        ("git mv a tests/", vec!["tests/a", "tests/", "a!"]),
        ("find . -name x -exec rm {} +", vec!["{}!"]),
        ("bash -c 'echo x > a'", vec!["a"]),
        ("python3 -c \"open('a','w').write('x')\"", vec!["code"]),
        ("python3 - <<EOF\nopen('a','w')\nEOF", vec!["code"]),
        ("python3 -c \"print(open('a').read())\"", vec![]),
        ("chmod 600 f", vec!["600", "f"]),
        ("cat f; grep x f; wc f; git add f; sh f", vec![]),
    ] {
        assert_eq!(paths(script), expected, "{script}");
    }
}

#[test]
fn no_script_makes_it_panic_or_loop() {
    for script in [
        "$(",
        "`",
        "\"",
        "'",
        "$((",
        "${",
        "<<",
        "<<EOF",
        "a <<EOF | b <<EOG\n1\nEOF\n2\nEOG\n",
        "\\",
        "$'",
        "&>",
        "<(",
        ")",
        "env -S",
        "sh -c",
        "cp -t",
    ] {
        let _ = examine(script);
    }
    let _ = examine(&"$(".repeat(2_000));
    let _ = examine(&"sh -c \"".repeat(200));
}

proptest::proptest! {
    #[test]
    fn any_text_is_survived(script in "[ a-z$(){}`'\"<>|&;#\\\\\n*=-]{0,60}") {
        let _ = examine(&script);
    }

    /// Whatever stands in single quotes is data to `echo`.
    #[test]
    fn quoted_text_is_never_a_command(text in "[ a-z$(){}`\"<>|&;#\\\\\n*=-]{0,40}") {
        let script = format!("echo '{text} git commit; {text}'");
        proptest::prop_assert!(examine(&script).refusal.is_none());
    }
}
