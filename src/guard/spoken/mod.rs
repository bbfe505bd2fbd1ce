//! Recorded checks that say themselves what they expect.
//!
//! Owns telling from the syntax of a check's commands which of the expected texts their own words print (`echo`, `printf`, a text fed
//! to `cat`, a variable set to one), and whether a comparison with what a program printed decides on it. Pure but for a look at which
//! files lay there. Invariant: a comparison counts only if a program that prints nothing would make it come out the other way.

mod command;
mod decides;
mod shell;
#[cfg(test)]
mod tests;
mod value;

use crate::protocol::Check;
use shell::{Flow, Shell};
use value::{COUNT, PROGRAM, STATUS, UNKNOWN};

/// Returns an expected text, if a check that holds expects only what its own commands say, and nothing in it is compared. `printed` is
/// what each step printed, and `is_old` says of a path whether the file lay in the project before.
#[must_use]
pub fn says_itself<'a>(check: &'a Check, printed: &[&str], is_old: &dyn Fn(&str) -> bool) -> Option<&'a str> {
    let mut shell = Shell::new(is_old);
    let mut own = None;
    for (step, printed) in check.steps.iter().zip(printed) {
        let decided = shell.step(&step.command);
        if decided && step.exit == 0 {
            return None;
        }
        for text in &step.expect {
            if !shell.says(text.trim(), printed) {
                return None;
            }
            own = own.or(Some(text.as_str()));
        }
    }
    let is_made = |file: &String| {
        !shell
            .laid
            .iter()
            .any(|(path, text)| path.ends_with(file.as_str()) && !value::is_made(text))
    };
    own.filter(|_| !check.files.iter().any(is_made))
}

impl Shell<'_> {
    /// Looks through a step; says whether it ends well only if a comparison came out well.
    fn step(&mut self, command: &str) -> bool {
        (self.out, self.strict) = (Vec::new(), false);
        self.vars.clear();
        self.functions.clear();
        let flow = Flow::default();
        self.script(command, &flow);
        self.out_decides(command, &flow)
    }

    /// Says whether the step says a text itself, each time that it was printed, and no comparison decides on it.
    fn says(&self, text: &str, printed: &str) -> bool {
        let free: Vec<&shell::Piece> = self.out.iter().filter(|piece| !piece.gated).collect();
        // What else a program may have printed between them is left out.
        let spoken: String = free
            .iter()
            .map(|piece| piece.text.as_str())
            .filter(|text| *text != PROGRAM.to_string())
            .collect();
        let spoken = spoken.replace([PROGRAM, COUNT, UNKNOWN], "\u{0}");
        let many = free.iter().any(|piece| piece.many && piece.text.contains(text));
        // Of the codes that `$?` may have stood for, those with which the step's own lines stand in what was printed.
        let stands = |code: &&str| {
            let mut own = spoken.lines().filter(|line| line.contains(STATUS));
            own.all(|line| line.replace(STATUS, code).split('\u{0}').all(|part| printed.contains(part)))
        };
        let codes = ["0", "1", "2", "3", "4", "126", "127"];
        let counted = codes.iter().filter(|code| stands(code));
        let most = counted.map(|code| spoken.replace(STATUS, code).matches(text).count()).max();
        most.is_some_and(|most| most > 0 && (many || printed.matches(text).count() <= most))
    }
}
