//! The shell: `lakesmith sql` without a query on a terminal.
//!
//! A statement ends with `;` and may take several lines. Lines that begin with a backslash are commands of the shell itself.
//! Rows go to stdout, prompts and messages to stderr.

mod completion;
mod history;
mod key;
mod line;
mod terminal;

use std::collections::BTreeSet;
use std::path::PathBuf;

use lakesmith_sql::ends_statement;

use crate::arguments::{RowForm, Sql};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::query::{Opened, QueryText};
use crate::runtime;

use history::History;
use terminal::{Entered, Terminal};

/// What `\?` prints.
const HELP: &str = "\
\\d            list tables and views
\\d NAME       describe a table or view
\\timing       say how long each statement took, or stop saying it
\\?            this list
\\q            leave; so do exit, quit and Ctrl-D

A statement ends with `;` and may take several lines. Ctrl-C gives up the line, or the statement that runs. Tab completes
keywords, functions, tables and columns; the arrows walk through what was entered before.";

/// Runs the shell until the person leaves.
pub fn run(arguments: &Sql, printer: &mut Printer) -> Exit {
    let terminal = match Terminal::open() {
        Ok(terminal) => terminal,
        Err(error) => {
            printer.note(&format!("error: the terminal cannot be used: {error}"));
            return Exit::Usage;
        }
    };
    let opened = match Opened::new(&arguments.session, printer) {
        Ok(opened) => opened,
        Err(exit) => return exit,
    };
    printer.note(concat!("lakesmith ", env!("CARGO_PKG_VERSION"), ", \\? for help, \\q to leave"));
    let shell = Shell {
        opened: &opened,
        terminal,
        history: History::open(history_file()),
        form: arguments.output,
        is_timed: arguments.timing,
        names: None,
    };
    let exit = runtime::block_on(shell.run(printer)).unwrap_or_else(|error| {
        printer.note(&format!("error: threads cannot be started: {error}"));
        Exit::Usage
    });
    drop(opened);
    runtime::clean_up();
    exit
}

/// Where statements are kept: `LAKESMITH_HISTORY`, or a file of the person's state folder.
#[allow(clippy::disallowed_methods, reason = "the binary reads the environment")]
fn history_file() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty()).map(PathBuf::from);
    folder("LAKESMITH_HISTORY")
        .or_else(|| folder("XDG_STATE_HOME").map(|state| state.join("lakesmith/history")))
        .or_else(|| folder("HOME").map(|home| home.join(".local/state/lakesmith/history")))
}

/// What a line does.
enum Next {
    /// The shell goes on.
    On,
    /// The shell ends.
    End,
}

struct Shell<'s> {
    opened: &'s Opened,
    terminal: Terminal,
    history: History,
    form: RowForm,
    is_timed: bool,
    /// Names for completion; nothing before they are asked for, and after a statement that may change them.
    names: Option<BTreeSet<String>>,
}

impl Shell<'_> {
    async fn run(mut self, printer: &mut Printer) -> Exit {
        // from here on Ctrl-C never ends the process, also not between a line and the statement that it begins
        #[cfg(unix)]
        let _kept = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt());
        let mut statement = String::new();
        loop {
            let prompt = if statement.is_empty() { self.prompt() } else { "...> ".to_owned() };
            match self.line(&prompt) {
                Ok(Entered::Line(line)) => {
                    if let Next::End = self.take(&line, &mut statement, printer).await {
                        return Exit::Done;
                    }
                }
                Ok(Entered::Interrupted) => statement.clear(),
                Ok(Entered::End) => return Exit::Done,
                Err(error) => {
                    printer.note(&format!("error: the terminal cannot be read: {error}"));
                    return Exit::Usage;
                }
            }
        }
    }

    /// The default schema, as the names after it are read.
    fn prompt(&self) -> String {
        format!("{}> ", self.opened.session.default_names().1)
    }

    fn line(&mut self, prompt: &str) -> std::io::Result<Entered> {
        let (opened, names) = (self.opened, &mut self.names);
        let mut complete = |text: &str| {
            let known = names.get_or_insert_with(|| {
                let handle = tokio::runtime::Handle::current();
                tokio::task::block_in_place(|| handle.block_on(opened.session.words()))
            });
            completion::candidates(text, known)
        };
        self.terminal.read_line(prompt, &mut self.history, &mut complete)
    }

    /// Takes a line: a command, or a part of a statement, which runs when it is whole.
    async fn take(&mut self, line: &str, statement: &mut String, printer: &mut Printer) -> Next {
        let word = line.trim().trim_end_matches(';').trim();
        if statement.is_empty() {
            if word.is_empty() {
                return Next::On;
            }
            if word.starts_with('\\') {
                self.history.add(line.trim());
                return self.command(word, printer).await;
            }
            if word.eq_ignore_ascii_case("exit") || word.eq_ignore_ascii_case("quit") {
                return Next::End;
            }
        }
        statement.push_str(line);
        statement.push('\n');
        if ends_statement(statement) {
            let text = std::mem::take(statement);
            self.history.add(text.trim());
            self.execute(&text, printer).await;
        }
        Next::On
    }

    async fn command(&mut self, command: &str, printer: &mut Printer) -> Next {
        let (name, argument) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        match (name, argument.trim()) {
            ("\\q", "") => return Next::End,
            ("\\?" | "\\h", "") => printer.note(HELP),
            ("\\timing", "") => {
                self.is_timed = !self.is_timed;
                printer.note(if self.is_timed { "timing is on" } else { "timing is off" });
            }
            ("\\d", "") => self.execute("SHOW TABLES", printer).await,
            ("\\d", table) => self.execute(&format!("DESCRIBE TABLE {table}"), printer).await,
            (other, _) => printer.note(&format!("`{other}` is no command; \\? lists them")),
        }
        Next::On
    }

    /// Runs statements; Ctrl-C gives them up.
    async fn execute(&mut self, text: &str, printer: &mut Printer) {
        let query = QueryText { is_timed: self.is_timed, ..QueryText::new("query", text) };
        let ended = {
            let running = self.opened.run_text(&query, self.form, printer);
            tokio::select! {
                _ = running => true,
                _ = tokio::signal::ctrl_c() => false,
            }
        };
        if !ended {
            printer.note("the statement was given up");
        }
        self.names = None;
    }
}
