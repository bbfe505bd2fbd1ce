// minimal ratatui program: the floor for start-up, key latency and RSS. j/k move a highlight, q quits.
use ratatui::{
    crossterm::{self, event::*},
    prelude::*,
    widgets::*,
};
use std::io::Write;
fn main() -> std::io::Result<()> {
    crossterm::terminal::enable_raw_mode()?;
    let mut o = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout());
    crossterm::execute!(o, crossterm::terminal::EnterAlternateScreen)?;
    let mut t = Terminal::new(CrosstermBackend::new(o))?;
    let mut s = 0usize;
    let top = 0usize;
    let list: Vec<String> = (0..10000).map(|i| format!("READY feature {i:05}")).collect();
    loop {
        t.draw(|f| {
            let h = f.area().height as usize;
            let off = if s >= top + h { s + 1 - h } else { 0 };
            let it: Vec<ListItem> = list[off..(off + h).min(list.len())]
                .iter()
                .map(|x| ListItem::new(x.as_str()))
                .collect();
            let mut st = ListState::default().with_selected(Some(s - off));
            f.render_stateful_widget(List::new(it).highlight_style(Style::default().reversed()), f.area(), &mut st);
        })?;
        loop {
            if let Event::Key(k) = read()? {
                match k.code {
                    KeyCode::Char('j') => {
                        s = (s + 1).min(9999);
                        break;
                    }
                    KeyCode::Char('k') => {
                        s = s.saturating_sub(1);
                        break;
                    }
                    KeyCode::Char('G') => {
                        s = 9999;
                        break;
                    }
                    KeyCode::Char('g') => {
                        s = 0;
                        break;
                    }
                    KeyCode::Char('q') => {
                        let mut o = std::io::stdout();
                        crossterm::execute!(o, crossterm::terminal::LeaveAlternateScreen)?;
                        crossterm::terminal::disable_raw_mode()?;
                        o.flush()?;
                        return Ok(());
                    }
                    _ => {}
                }
            }
        }
    }
}
