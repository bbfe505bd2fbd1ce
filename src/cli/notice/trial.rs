//! `longhaul notify --test`: sends one notice by every configured way and says how to tell whether it arrived.

use super::Ways;
use crate::cli::args::NotifyArgs;
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{project, settings};
use crate::config::NotifyBackend;
use crate::process::{self, EnvPolicy, Invocation};
use crate::ui::notice::{Kind, Notice, Route};
use crate::ui::text::Clean;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// Runs the command.
///
/// # Errors
/// Fails if the settings cannot be read, the way is not known, or one that was asked for cannot work.
pub fn trial(args: &NotifyArgs, console: &mut Console) -> Result<(), Failure> {
    let workspace = project::workspace(Path::new("."))?;
    let notify = settings::load(Some(&workspace))?.settings.notify;
    let ways = match &args.backend {
        None => Ways::of(&notify, &workspace),
        Some(word) => {
            let Some(backend) = NotifyBackend::by_word(word) else {
                let known = NotifyBackend::WORDS.join(", ");
                return Err(Failure::user(
                    Exit::Usage,
                    format!("`{word}` is no way to tell you; one of: {known}"),
                ));
            };
            Ways::with(&notify, &[backend], &workspace)
        }
    };
    if ways.route.backends.is_empty() {
        console.line("Notices are off: set `backends` under [notify] in config.toml, such as [\"auto\"].")?;
        return Ok(());
    }
    let notice = Notice::new(
        Kind::Test,
        "",
        "This is a test: a gate, a question or a run's end would reach you like this.",
    );
    let mut failed = false;
    for backend in ways.route.backends.clone() {
        let told = send(backend, &ways, &notice, console);
        failed |= told.is_err();
        let (mark, about) = match told {
            Ok(about) => ("sent", about.to_owned()),
            Err(why) => ("FAIL", why),
        };
        console.line(format!("{mark}  {:<11}  {}", backend.word(), Clean::line(&about)))?;
    }
    if ways.route.tmux {
        console.line(format!("tmux  {}", passthrough()))?;
    }
    console.line(
        "Nothing arrived? Try one way at a time: `longhaul notify --test --backend bell`, osc9, osc99, osc777, notify-send.",
    )?;
    console
        .line("Then put the one that works under [notify] in config.toml: `backends = [\"osc9\"]`. While this window has the")?;
    console.line("focus some terminals show nothing: look elsewhere and run `sleep 3; longhaul notify --test`.")?;
    if failed {
        return Err(Failure::unready("a way to tell you does not work, see above".to_owned()));
    }
    Ok(())
}

fn send(backend: NotifyBackend, ways: &Ways, notice: &Notice, console: &mut Console) -> Result<&'static str, String> {
    match ways.program(backend) {
        Some(program) => program?.tell(notice).map_err(|error| error.to_string())?,
        None => {
            if !io::stderr().is_terminal() {
                return Err("standard error is not a terminal".to_owned());
            }
            let route = Route {
                backends: vec![backend],
                tmux: ways.route.tmux,
            };
            console.alert(&route.bytes(notice)).map_err(|error| error.to_string())?;
        }
    }
    Ok(sign(backend))
}

/// Says how an arrival looks.
const fn sign(backend: NotifyBackend) -> &'static str {
    match backend {
        NotifyBackend::Osc9 => "the terminal shows a notification (iTerm2, WezTerm, Warp and others)",
        NotifyBackend::Osc99 => "the terminal shows a notification (kitty)",
        NotifyBackend::Osc777 => "the terminal shows a notification (foot, ghostty, rxvt-unicode)",
        NotifyBackend::Bell => "the terminal rings, flashes or marks its tab, as it is set",
        NotifyBackend::NotifySend => "the desktop shows a notification",
        NotifyBackend::Command => "your command ran and ended well",
        NotifyBackend::Auto | NotifyBackend::Off => "",
    }
}

/// Says whether tmux lets sequences through.
fn passthrough() -> &'static str {
    match allow_passthrough().as_deref() {
        Some("on" | "all") => "lets sequences through (allow-passthrough is on)",
        Some("off") => "drops the sequence: `tmux set -g allow-passthrough on` lets it through; the bell arrives anyway",
        _ => "may drop the sequence: needs 3.3 or newer with `tmux set -g allow-passthrough on`; the bell arrives anyway",
    }
}

fn allow_passthrough() -> Option<String> {
    let mut invocation = Invocation::new(process::which("tmux", None)?, "/").args(["show", "-gv", "allow-passthrough"]);
    invocation.env = EnvPolicy::Inherit(vec![("TMUX".into(), std::env::var_os("TMUX")?)]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let run = process::run(invocation, CancellationToken::new(), None);
    let finished = runtime.block_on(run).ok()?;
    (finished.exit_code == Some(0)).then(|| finished.output.shown.trim().to_owned())
}
