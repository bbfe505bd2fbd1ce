//! Which of a program's arguments it writes, for the programs that agents write files with.

use super::Access;
use super::lexer::Word;

/// The paths a program would write or remove.
pub(super) fn targets(program: &str, arguments: &[Word]) -> Vec<(Word, Access)> {
    let plain: Vec<&Word> = plain(arguments);
    let all = |access| plain.iter().map(|word| ((*word).clone(), access)).collect::<Vec<_>>();
    let cluster = |letter: char| {
        arguments
            .iter()
            .any(|word| word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains(letter))
    };
    let recursive = cluster('R') || cluster('r') || arguments.iter().any(|word| word.text == "--recursive");
    match program {
        "rm" | "rmdir" | "unlink" | "shred" | "trash" => all(Access::Whole),
        "truncate" | "tee" | "sponge" | "patch" | "ed" | "ex" | "vi" | "vim" | "nvim" | "nano" | "emacs" => all(Access::Content),
        "chmod" | "chown" | "chgrp" | "chattr" | "setfacl" => all(if recursive { Access::Whole } else { Access::Content }),
        "mv" | "rename" => moved(arguments, &plain),
        "cp" | "install" | "ln" | "rsync" | "scp" | "ditto" => copied(arguments, &plain),
        "sed" | "gsed" if edits_in_place(arguments) => all(Access::Content),
        "perl" | "ruby" if edits_in_place(arguments) => all(Access::Content),
        "awk" | "gawk"
            if arguments
                .windows(2)
                .any(|pair| pair[0].text == "-i" && pair[1].text == "inplace") =>
        {
            all(Access::Content)
        }
        "dd" => arguments
            .iter()
            .filter_map(|word| {
                word.text.strip_prefix("of=").map(|text| Word {
                    text: text.to_owned(),
                    ..word.clone()
                })
            })
            .map(|word| (word, Access::Content))
            .collect(),
        "sort" | "curl" | "wget" | "yq" | "prettier" => outputs(program, arguments, &plain),
        _ => Vec::new(),
    }
}

/// Code in another language that an interpreter is given, if it seems to write files.
pub(super) fn code(program: &str, arguments: &[Word], stdin: Option<&str>) -> Option<String> {
    let name = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let option: &[&str] = match name {
        "python" | "pypy" => &["-c"],
        "node" | "bun" => &["-e", "--eval", "-p"],
        "perl" | "ruby" | "lua" => &["-e", "-E"],
        "php" => &["-r"],
        "deno" => &["eval"],
        _ => return None,
    };
    let given = arguments
        .iter()
        .skip_while(|word| !option.contains(&word.text.as_str()))
        .nth(1)
        .map(|word| word.text.clone());
    let text = given.or_else(|| stdin.map(str::to_owned))?;
    // Modes of `open` stand behind a comma or an equals sign; the rest are names of functions.
    const MODES: [&str; 10] = [",'w", ",\"w", ",'a", ",\"a", ",'x", ",\"x", ",'r+", ",\"r+", "='w", "=\"w"];
    const NAMES: [&str; 16] = [
        "write",
        "Write",
        "dump(",
        "unlink",
        "remove",
        "rename",
        "truncate",
        "rmtree",
        "rmSync",
        "copy",
        "move",
        "spew",
        "put_contents",
        "symlink",
        "chmod",
        "'>",
    ];
    let telling = text.replace("stdout.write", "").replace(' ', "");
    MODES.iter().chain(&NAMES).any(|hint| telling.contains(hint)).then_some(text)
}

/// Arguments that are no options; everything after `--` is none.
fn plain(arguments: &[Word]) -> Vec<&Word> {
    let end = arguments.iter().position(|word| word.text == "--");
    let before = arguments
        .iter()
        .take(end.unwrap_or(arguments.len()))
        .filter(|word| !word.is_option());
    before
        .chain(arguments.iter().skip(end.map_or(arguments.len(), |end| end + 1)))
        .collect()
}

/// The folder that `-t` or `--target-directory` names.
fn target_directory(arguments: &[Word]) -> Option<Word> {
    let glued = |word: &Word| {
        word.text.strip_prefix("--target-directory=").map(|text| Word {
            text: text.to_owned(),
            ..word.clone()
        })
    };
    arguments
        .iter()
        .find_map(glued)
        .or_else(|| arguments.iter().skip_while(|word| word.text != "-t").nth(1).cloned())
}

fn below(directory: &Word, source: &Word) -> Word {
    let name = source.text.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    Word {
        text: format!("{}/{name}", directory.text.trim_end_matches('/')),
        quoted: directory.quoted,
        expands: directory.expands || source.expands,
        globs: directory.globs || source.globs,
    }
}

/// A copy writes its destination: the last word, or the source's name in it should it be a directory.
fn copied(arguments: &[Word], plain: &[&Word]) -> Vec<(Word, Access)> {
    let (destination, sources) = match (target_directory(arguments), plain) {
        (Some(directory), sources) => (directory, sources.to_vec()),
        (None, [sources @ .., last]) if !sources.is_empty() => ((*last).clone(), sources.to_vec()),
        // `ln -s target` makes a link of the same name here.
        (None, [only]) => (
            Word {
                text: ".".into(),
                ..Word::default()
            },
            vec![*only],
        ),
        (None, _) => return Vec::new(),
    };
    let mut touched: Vec<(Word, Access)> = sources
        .iter()
        .map(|source| (below(&destination, source), Access::Content))
        .collect();
    touched.push((destination, Access::Content));
    touched
}

/// A move writes its destination and takes its sources away.
fn moved(arguments: &[Word], plain: &[&Word]) -> Vec<(Word, Access)> {
    let mut touched = copied(arguments, plain);
    let sources = if target_directory(arguments).is_some() {
        plain
    } else {
        plain.split_last().map_or(plain, |(_, sources)| sources)
    };
    touched.extend(sources.iter().map(|source| ((*source).clone(), Access::Whole)));
    touched
}

fn edits_in_place(arguments: &[Word]) -> bool {
    arguments.iter().any(|word| {
        let text = word.text.as_str();
        // Perl's `-Mstrict` and `-Ilib` hold an `i` that means nothing here.
        text.starts_with("--in-place")
            || (text.starts_with('-')
                && !["--", "-M", "-m", "-I"].iter().any(|other| text.starts_with(other))
                && text.contains('i'))
    })
}

/// Programs with an option that names a file to write.
fn outputs(program: &str, arguments: &[Word], plain: &[&Word]) -> Vec<(Word, Access)> {
    let options: &[&str] = match program {
        "sort" | "curl" => &["-o", "--output"],
        "wget" => &["-O", "--output-document"],
        "yq" if arguments.iter().any(|word| matches!(word.text.as_str(), "-i" | "--inplace")) => {
            return plain.iter().map(|word| ((*word).clone(), Access::Content)).collect();
        }
        "prettier" if arguments.iter().any(|word| matches!(word.text.as_str(), "-w" | "--write")) => {
            return plain.iter().map(|word| ((*word).clone(), Access::Content)).collect();
        }
        _ => return Vec::new(),
    };
    arguments
        .windows(2)
        .filter(|pair| options.contains(&pair[0].text.as_str()))
        .map(|pair| (pair[1].clone(), Access::Content))
        .collect()
}
