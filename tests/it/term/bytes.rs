//! What a program wrote to its terminal, piece by piece: modes left on, and whatever it may not send.

/// A piece of a terminal's input.
enum Piece<'a> {
    Text(char),
    /// Parameters with the private mark, and the final character.
    Control(&'a str, char),
    /// An operating system command or a passthrough, without its ends.
    Osc(&'a str),
    /// Anything else that begins with an escape.
    Escape(&'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut rest = text;
    let mut pieces = Vec::new();
    while let Some(first) = rest.chars().next() {
        if first != '\x1b' {
            pieces.push(Piece::Text(first));
            rest = &rest[first.len_utf8()..];
        } else if let Some(control) = rest.strip_prefix("\x1b[") {
            let end = control.find(|c: char| ('@'..='~').contains(&c)).unwrap_or(control.len());
            let last = control[end..].chars().next().unwrap_or('\0');
            pieces.push(Piece::Control(&control[..end], last));
            rest = &control[end + last.len_utf8().min(control.len() - end)..];
        } else if let Some((command, after)) = rest.strip_prefix("\x1b]").and_then(|rest| rest.split_once("\x1b\\")) {
            pieces.push(Piece::Osc(command));
            rest = after;
        } else {
            let end = rest.char_indices().nth(12).map_or(rest.len(), |(at, _)| at);
            pieces.push(Piece::Escape(&rest[..end]));
            rest = &rest[1..];
        }
    }
    pieces
}

/// Private modes that were switched on and not off again; the cursor's (25) is on by nature.
pub fn modes_left_on(raw: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(raw);
    let mut on = std::collections::BTreeSet::new();
    for piece in pieces(&text) {
        match piece {
            Piece::Control("?25", 'h') => _ = on.remove("cursor hidden"),
            Piece::Control("?25", 'l') => _ = on.insert("cursor hidden"),
            Piece::Control(mode, 'h') if mode.starts_with('?') => _ = on.insert(mode),
            Piece::Control(mode, 'l') if mode.starts_with('?') => _ = on.remove(mode),
            Piece::Text(_) | Piece::Control(..) | Piece::Osc(_) | Piece::Escape(_) => {}
        }
    }
    on.into_iter().map(str::to_owned).collect()
}

/// Whatever a terminal would act on and longhaul never sends by itself, and what hides or reorders text.
pub fn foreign(raw: &[u8]) -> Vec<String> {
    const MODES: [&str; 10] = [
        "?25", "?1000", "?1002", "?1003", "?1004", "?1006", "?1007", "?1049", "?2004", "?2026",
    ];
    let text = match std::str::from_utf8(raw) {
        Ok(text) => text,
        Err(error) => return vec![format!("not UTF-8: {error}")],
    };
    let numbers = |params: &str| params.chars().all(|c| c.is_ascii_digit() || c == ';');
    let ours = |piece: &Piece<'_>| match piece {
        Piece::Text(c) => match *c {
            '\r' | '\n' => true,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => false,
            '\u{e0000}'..='\u{e0fff}' => false,
            c => !c.is_control(),
        },
        Piece::Control(mode, 'h' | 'l') => MODES.contains(mode),
        Piece::Control("?1007", 's' | 'r') => true,
        // Colours and attributes, the cursor's place, erasing the screen or a line.
        Piece::Control(params, 'm' | 'H') => numbers(params),
        Piece::Control(params, 'J' | 'K') => ["", "0", "2"].contains(params),
        // The window's title: ours, remembered and given back.
        Piece::Control("22;2" | "23;2", 't') => true,
        Piece::Osc(command) => command.starts_with("2;") && !command.contains(char::is_control),
        Piece::Control(..) | Piece::Escape(_) => false,
    };
    let tell = |piece: Piece<'_>| match piece {
        Piece::Text(c) => format!("U+{:04X}", u32::from(c)),
        Piece::Control(params, last) => format!("CSI {params}{last}"),
        Piece::Osc(text) | Piece::Escape(text) => format!("{text:?}"),
    };
    pieces(text)
        .into_iter()
        .filter(|piece| !ours(piece))
        .map(tell)
        .take(20)
        .collect()
}
