//! `longhaul completions` and `longhaul man`, made from the same definition as the parser.

use super::args::Cli;
use super::console::Console;
use super::failure::Failure;
use clap::CommandFactory as _;
use clap_complete::Shell;

/// Prints the completions for a shell.
///
/// # Errors
/// Fails if standard output does.
pub fn completions(shell: Shell, console: &mut Console) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "longhaul", &mut text);
    print(&text, console)
}

/// Prints the man page: the program's, then one section per command.
///
/// # Errors
/// Fails if standard output does.
pub fn man(console: &mut Console) -> Result<(), Failure> {
    let mut command = Cli::command();
    command.build();
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    for sub in command
        .get_subcommands()
        .filter(|sub| sub.get_name() != "help" && !sub.is_hide_set())
    {
        let page = clap_mangen::Man::new(sub.clone());
        text.extend_from_slice(format!(".SH \"LONGHAUL {}\"\n", sub.get_name().to_uppercase()).as_bytes());
        page.render_synopsis_section(&mut text)?;
        page.render_description_section(&mut text)?;
        page.render_options_section(&mut text)?;
    }
    print(&text, console)
}

fn print(text: &[u8], console: &mut Console) -> Result<(), Failure> {
    console.line(String::from_utf8_lossy(text).trim_end())?;
    Ok(())
}
