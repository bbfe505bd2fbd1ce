//! Colours for code: bat's syntaxes, mapped to the terminal's own sixteen colours so that light and dark both work.
//!
//! The grammars are loaded once, on a thread of their own, when first wanted; until then code is plain, so the
//! first frame never waits. Invariant: text passes through unchanged, only styles are added; what is too long
//! (a line over 2 KB, a text over 2,000 lines) stays plain, because the regexes backtrack.

use super::clean::Clean;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use syntect::highlighting::{FontStyle, HighlightIterator, HighlightState, Highlighter, Theme};
use syntect::parsing::{ParseState, ScopeStack, SyntaxReference, SyntaxSet};
use two_face::theme::EmbeddedThemeName;

const LINE_CAP: usize = 2 * 1024;
const LINES_CAP: usize = 2_000;

struct Assets {
    syntaxes: SyntaxSet,
    highlighter: Highlighter<'static>,
}

static THEME: OnceLock<Theme> = OnceLock::new();
static ASSETS: OnceLock<Assets> = OnceLock::new();
static ASKED: AtomicBool = AtomicBool::new(false);
static LISTENER: OnceLock<Box<dyn Fn() + Send + Sync>> = OnceLock::new();

/// Names who is told, once, when code can be coloured, whoever asked for it first. Later calls do nothing.
pub fn on_ready(listener: impl Fn() + Send + Sync + 'static) {
    let _ = LISTENER.set(Box::new(listener));
}

/// Starts loading the grammars, once, off the calling thread; calls `ready` when code can be coloured.
/// Later calls do nothing.
pub fn preload(ready: impl FnOnce() + Send + 'static) {
    if ASKED.swap(true, Ordering::AcqRel) {
        return;
    }
    let spawned = std::thread::Builder::new().name("highlight".to_owned()).spawn(move || {
        load();
        ready();
        if let Some(listener) = LISTENER.get() {
            listener();
        }
    });
    if let Err(error) = spawned {
        tracing::warn!(%error, "no thread for syntax highlighting; code stays plain");
    }
}

/// Says whether code can be coloured by now. Render caches take this into their keys.
#[must_use]
pub fn is_ready() -> bool {
    ASSETS.get().is_some()
}

fn load() -> &'static Assets {
    ASSETS.get_or_init(|| {
        let theme = THEME.get_or_init(|| two_face::theme::extra().get(EmbeddedThemeName::Ansi).clone());
        Assets {
            syntaxes: two_face::syntax::extra_newlines(),
            highlighter: Highlighter::new(theme),
        }
    })
}

/// Loads the grammars on this thread, for tests and for rendering files.
pub fn load_now() {
    ASKED.store(true, Ordering::Release);
    load();
}

/// Colours one text line by line. Cloning it saves the state for a line that may still grow.
#[derive(Clone)]
pub struct Painter {
    state: Option<(ParseState, HighlightState)>,
    lines: usize,
}

impl std::fmt::Debug for Painter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Painter").field("lines", &self.lines).finish_non_exhaustive()
    }
}

impl Painter {
    /// Paints nothing.
    #[must_use]
    pub const fn plain() -> Self {
        Self { state: None, lines: 0 }
    }

    /// Makes a painter for a language name as in a code fence: `rust`, `sh`, `json`.
    #[must_use]
    pub fn for_language(name: &str) -> Self {
        let token = name.split([' ', ',', '{', ':']).next().unwrap_or_default();
        Self::with(|syntaxes| syntaxes.find_syntax_by_token(alias(token)), token.is_empty())
    }

    /// Makes a painter for a file, by its name, its extension or its first line.
    #[must_use]
    pub fn for_path(path: &str, first_line: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        Self::with(
            |syntaxes| {
                syntaxes
                    .find_syntax_by_extension(name)
                    .or_else(|| syntaxes.find_syntax_by_extension(extension))
                    .or_else(|| syntaxes.find_syntax_by_first_line(first_line))
            },
            false,
        )
    }

    fn with(find: impl FnOnce(&SyntaxSet) -> Option<&SyntaxReference>, nothing: bool) -> Self {
        if nothing {
            return Self::plain();
        }
        let Some(assets) = ASSETS.get() else {
            preload(|| {});
            return Self::plain();
        };
        let state = find(&assets.syntaxes).map(|syntax| {
            let highlight = HighlightState::new(&assets.highlighter, ScopeStack::new());
            (ParseState::new(syntax), highlight)
        });
        Self { state, lines: 0 }
    }

    /// Paints the next line of the text, given without its line feed, on top of `base`.
    pub fn line(&mut self, line: &str, base: Style) -> Vec<Span<'static>> {
        // Cleaned first: tabs and escapes must be in place before the text is cut into tokens.
        self.cleaned(Clean::line(line), base)
    }

    /// Paints the next line of the text, cleaned in whatever form its reader needs.
    pub fn cleaned(&mut self, line: Clean, base: Style) -> Vec<Span<'static>> {
        self.lines += 1;
        if self.lines > LINES_CAP || line.as_str().len() > LINE_CAP || line.is_empty() {
            return vec![line.span(base)];
        }
        let (Some((parse, highlight)), Some(assets)) = (&mut self.state, ASSETS.get()) else {
            return vec![line.span(base)];
        };
        let mut line = line.into_string();
        line.push('\n');
        let Ok(changes) = parse.parse_line(&line, &assets.syntaxes) else {
            self.state = None;
            line.pop();
            return vec![Span::styled(line, base)];
        };
        HighlightIterator::new(highlight, &changes, &line, &assets.highlighter)
            .filter_map(|(style, text)| {
                let text = text.trim_end_matches('\n');
                (!text.is_empty()).then(|| Span::styled(text.to_owned(), base.patch(ansi(style))))
            })
            .collect()
    }
}

fn alias(token: &str) -> &str {
    match token {
        "console" | "shell-session" | "shell" | "zsh" => "sh",
        "jsonl" | "json5" => "json",
        "jsx" => "js",
        other => other,
    }
}

/// Bat's `ansi` theme writes palette numbers into the red channel: alpha 0 means "palette colour", 1 "default".
fn ansi(style: syntect::highlighting::Style) -> Style {
    let mut out = Style::new();
    if style.foreground.a == 0 {
        out = match style.foreground.r {
            1 => out.fg(Color::Red),
            2 => out.fg(Color::Green),
            3 => out.fg(Color::Yellow),
            4 => out.fg(Color::Blue),
            5 => out.fg(Color::Magenta),
            6 => out.fg(Color::Cyan),
            // Comments are "bright black", which is unreadable on half of all palettes; dim is not.
            8 => out.add_modifier(Modifier::DIM),
            9 => out.fg(Color::LightRed),
            10 => out.fg(Color::LightGreen),
            11 => out.fg(Color::LightYellow),
            12 => out.fg(Color::LightBlue),
            13 => out.fg(Color::LightMagenta),
            14 => out.fg(Color::LightCyan),
            // Black and white are somebody's background.
            _ => out,
        };
    }
    if style.font_style.contains(FontStyle::BOLD) {
        out = out.add_modifier(Modifier::BOLD);
    }
    if style.font_style.contains(FontStyle::ITALIC) {
        out = out.add_modifier(Modifier::ITALIC);
    }
    out
}
