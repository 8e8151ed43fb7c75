//! [`Terminal`]: reads a line from the terminal, with editing, history and completion.
//!
//! The terminal is in raw mode only while a line is read, so that Ctrl-C interrupts a statement that runs.

use std::io::{self, IsTerminal, Read, Write};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use super::history::History;
use super::key::{self, Key};
use super::line::Line;

/// Columns of a terminal that does not tell.
const COLUMNS: usize = 80;
/// Most completions that are listed.
const LISTED: usize = 60;

/// What a person entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// A line.
    Line(String),
    /// Ctrl-C: what was written so far is given up.
    Interrupted,
    /// Ctrl-D on an empty line, or the end of the input.
    End,
}

/// Reads lines.
#[derive(Debug)]
pub struct Terminal {
    before: Termios,
}

/// Puts the terminal back when the line is read.
struct Raw<'t>(&'t Terminal);

impl Drop for Raw<'_> {
    fn drop(&mut self) {
        // a terminal that has gone away needs nothing
        let _gone = tcsetattr(io::stdin(), OptionalActions::Now, &self.0.before);
    }
}

impl Terminal {
    /// The terminal of this process; an error when stdin or stderr is none.
    pub fn open() -> io::Result<Self> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "stdin is no terminal"));
        }
        Ok(Self { before: tcgetattr(io::stdin())? })
    }

    /// Reads a line. `complete` gives the words that may stand at the end of a text.
    pub fn read_line(
        &self,
        prompt: &str,
        history: &mut History,
        complete: &mut dyn FnMut(&str) -> Vec<String>,
    ) -> io::Result<Entered> {
        let mut raw = self.before.clone();
        raw.make_raw();
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
        let _raw = Raw(self);
        let mut screen = Screen { prompt, row: 0 };
        let mut line = Line::default();
        history.begin();
        screen.draw(&line)?;
        loop {
            let Some(key) = key::read(next_byte)? else { return Ok(Entered::End) };
            match key {
                Key::Enter => {
                    line.edit(Key::End);
                    screen.draw(&line)?;
                    screen.new_line()?;
                    return Ok(Entered::Line(line.text()));
                }
                Key::Control('c') => {
                    line.edit(Key::End);
                    screen.draw(&line)?;
                    screen.write("^C\r\n")?;
                    return Ok(Entered::Interrupted);
                }
                Key::Control('d') if line.is_empty() => {
                    screen.new_line()?;
                    return Ok(Entered::End);
                }
                Key::Control('l') => screen.write("\x1b[2J\x1b[H")?,
                Key::Up | Key::Control('p') => {
                    if let Some(text) = history.older(&line.text()) {
                        line = Line::new(&text);
                    }
                }
                Key::Down | Key::Control('n') => {
                    if let Some(text) = history.newer() {
                        line = Line::new(&text);
                    }
                }
                Key::Tab => completed(&mut line, &mut screen, complete)?,
                other => {
                    line.edit(other);
                }
            }
            screen.draw(&line)?;
        }
    }
}

/// Completes the word before the cursor as far as it is clear; lists what it may become where it is not.
fn completed(
    line: &mut Line,
    screen: &mut Screen<'_>,
    complete: &mut dyn FnMut(&str) -> Vec<String>,
) -> io::Result<()> {
    let before = line.before_cursor();
    let words = complete(&before);
    let word = super::completion::word_at_end(&before);
    let Some(first) = words.first() else { return Ok(()) };
    let shared = words.iter().skip(1).fold(first.clone(), |shared, word| {
        let same = shared.chars().zip(word.chars()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
        shared.chars().take(same).collect()
    });
    if words.len() == 1 || shared.chars().count() > word.chars().count() {
        line.replace_before(word.chars().count(), &shared);
        return Ok(());
    }
    let more = words.len().saturating_sub(LISTED);
    let mut listed = words.iter().take(LISTED).cloned().collect::<Vec<_>>().join("  ");
    if more > 0 {
        listed.push_str(&format!("  … and {more} more"));
    }
    screen.new_line()?;
    screen.write(&format!("{listed}\r\n"))
}

fn next_byte() -> io::Result<Option<u8>> {
    let mut byte = [0];
    loop {
        match io::stdin().lock().read(&mut byte) {
            Ok(0) => return Ok(None),
            Ok(_) => return Ok(Some(byte[0])),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// What stands on the screen.
struct Screen<'p> {
    prompt: &'p str,
    /// The row of the cursor below the row of the prompt.
    row: usize,
}

impl Screen<'_> {
    /// Writes prompt and line anew, over as many rows as they need.
    fn draw(&mut self, line: &Line) -> io::Result<()> {
        let columns = tcgetwinsize(io::stderr()).map_or(0, |size| usize::from(size.ws_col));
        let columns = if columns == 0 { COLUMNS } else { columns };
        let prompt = Line::new(self.prompt).widths().1;
        let (cursor, whole) = line.widths();
        let up = if self.row > 0 { format!("\x1b[{}A", self.row) } else { String::new() };
        let mut text = format!("{up}\r\x1b[J{}{}", self.prompt, line.text());
        let (end, at) = (prompt + whole, prompt + cursor);
        if end % columns == 0 && end > 0 {
            text.push_str("\r\n"); // the terminal waits at the edge; the cursor is to stand in the next row
        }
        let (end_row, row) = (end / columns, at / columns);
        if end_row > row {
            text.push_str(&format!("\x1b[{}A", end_row - row));
        }
        text.push('\r');
        if at % columns > 0 {
            text.push_str(&format!("\x1b[{}C", at % columns));
        }
        self.row = row;
        self.write(&text)
    }

    fn new_line(&mut self) -> io::Result<()> {
        self.row = 0;
        self.write("\r\n")
    }

    fn write(&self, text: &str) -> io::Result<()> {
        let mut out = io::stderr().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}
