//! Checks that look one value up in a file, by a key that they name.
//!
//! Owns telling such a check from one that hands a file on. Pure. Invariant: a value that is a whole line of the file, or much of it,
//! was handed on, whatever was asked for.

use std::path::Path;

/// Words that a shell acts on: a command with one of these is more than a program with its arguments.
const ACTS: &str = ";|&<>$`(){}*?\n";
/// How a program is run that no word of the command names.
const BUILDS_AND_RUNS: [&str; 3] = ["cargo run ", "go run ", "npm start "];

/// Says whether a command runs a program of the project with a key that stands in a file, and what came of it is a small part of that
/// file. `is_program` says of a word whether it names such a program.
pub fn looks_up(command: &str, expect: &[String], printed: &str, held: &str, is_program: &dyn Fn(&Path) -> bool) -> bool {
    if command.contains(|c| ACTS.contains(c)) || held.lines().count() == 0 {
        return false;
    }
    let words: Vec<&str> = command
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'']))
        .collect();
    let runs = BUILDS_AND_RUNS.iter().any(|begin| command.starts_with(begin));
    let program = words.iter().position(|word| is_program(Path::new(word)));
    let Some(program) = program.or(runs.then_some(1)) else {
        return false;
    };
    let is_key = |word: &&&str| {
        names_a_place(word, held)
            && !expect
                .iter()
                .any(|text| text.contains(**word) || command.contains(text.trim()))
    };
    let keyed = words.iter().skip(program + 1).any(|word| is_key(&word));
    let is_part = |text: &str| {
        let text = text.trim();
        !text.contains('\n') && text.len() * 3 <= held.trim().len() && !held.lines().any(|line| line.trim() == text)
    };
    keyed && is_part(printed) && expect.iter().all(|text| is_part(text))
}

/// Says whether a word is a key, or a way to one: `port`, `server.port`, `users[0].name`.
fn names_a_place(word: &str, held: &str) -> bool {
    let of_word = |c: char| c.is_alphanumeric() || c == '_';
    let stands = |part: &str| held.split(|c: char| !of_word(c)).any(|known| known == part);
    let mut parts = word
        .split(|c: char| !of_word(c))
        .filter(|part| part.chars().any(char::is_alphabetic))
        .peekable();
    parts.peek().is_some() && parts.all(stands)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "{\"server\":{\"port\":8080},\"name\":\"demo service\",\"users\":[{\"mail\":\"ada@example.org\"}]}\n";

    fn told(command: &str, expect: &str, held: &str) -> bool {
        let is_program = |path: &Path| matches!(path.to_str(), Some("get.py" | "./get" | "get.sh"));
        looks_up(command, &[expect.to_owned()], &format!("{expect}\n"), held, &is_program)
    }

    #[test]
    fn one_value_by_its_key_is_looked_up() {
        let ini = "[server]\nhost=localhost\nport=8080\n";
        let capitals = "France: Paris\nItaly: Rome\nSpain: Madrid\n";
        for (command, value, held) in [
            ("python3 get.py config.json server.port", "8080", CONFIG),
            ("python3 get.py config.json name", "demo service", CONFIG),
            ("python3 get.py config.json users.0.mail", "ada@example.org", CONFIG),
            ("./get config.json 'users[0].mail'", "ada@example.org", CONFIG),
            ("sh get.sh settings.ini port", "8080", ini),
            ("sh get.sh settings.ini server.host", "localhost", ini),
            ("sh get.sh capitals.txt Italy", "Rome", capitals),
            ("python3 get.py --key Spain capitals.txt", "Madrid", capitals),
            ("cargo run -q -- capitals.txt France", "Paris", capitals),
            ("go run . capitals.txt France", "Paris", capitals),
        ] {
            assert!(told(command, value, held), "{command}");
        }
    }

    #[test]
    fn what_hands_a_file_on_looks_nothing_up() {
        let lines = "name\ndemo service\nport\n8080\nserver\n";
        for (command, value, held) in [
            ("python3 get.py config.json", "8080", CONFIG),
            ("python3 get.py config.json nowhere", "8080", CONFIG),
            ("python3 get.py config.json 8080", "8080", CONFIG),
            ("jq .server.port config.json", "8080", CONFIG),
            ("node -p \"require('./config.json').name\"", "demo service", CONFIG),
            ("cat config.json | python3 get.py name", "demo service", CONFIG),
            ("sh get.sh config.json name > x", "demo service", CONFIG),
            ("python3 get.py lines.txt name", "demo service", lines),
            ("python3 get.py lines.txt port", "8080", lines),
            ("python3 get.py v.env V", "42", "V=42\n"),
            ("python3 get.py config.json name", CONFIG.trim(), CONFIG),
        ] {
            assert!(!told(command, value, held), "{command}");
        }
    }
}
