//! [`Printer`]: the only place that writes. stdout is data, stderr is everything else.

use std::io::{IsTerminal, Write};

use lakesmith_diagnostic::render::{self, Colour};
use lakesmith_diagnostic::{Diagnostic, SourceMap};

use crate::arguments::ColourChoice;

/// Writes data and messages.
#[derive(Debug)]
pub struct Printer {
    colour: Colour,
}

impl Printer {
    /// A printer; `Auto` colours messages on a terminal unless `NO_COLOR` is set.
    #[allow(clippy::disallowed_methods, reason = "the binary reads the environment")]
    pub fn new(choice: ColourChoice) -> Self {
        let wanted = match choice {
            ColourChoice::Always => true,
            ColourChoice::Never => false,
            ColourChoice::Auto => {
                std::io::stderr().is_terminal() && std::env::var("NO_COLOR").map_or(true, |value| value.is_empty())
            }
        };
        Self { colour: if wanted { Colour::Always } else { Colour::Never } }
    }

    /// Writes data. A reader that has gone away is no fault of ours.
    pub fn data(&mut self, text: &str) {
        let _gone = self.stream(text);
    }

    /// Writes data and tells whether its reader is still there.
    pub fn stream(&mut self, text: &str) -> bool {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
    }

    /// Writes a line of data.
    pub fn line(&mut self, text: &str) {
        self.data(&format!("{text}\n"));
    }

    /// Writes a line for the person at the terminal.
    pub fn note(&mut self, text: &str) {
        let mut out = std::io::stderr().lock();
        let _gone = writeln!(out, "{text}");
    }

    /// Writes diagnostics, each followed by an empty line, and how many there were.
    pub fn diagnostics(&mut self, sources: &SourceMap, diagnostics: &[Diagnostic]) {
        for diagnostic in diagnostics {
            self.note(&render::to_text(sources, diagnostic, self.colour));
        }
        if let Some(counts) = counts(diagnostics) {
            self.note(&counts);
        }
    }
}

/// "2 errors, 1 warning"; `None` when there is nothing.
pub fn counts(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let warnings = diagnostics.len() - errors;
    let counted = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        count => Some(format!("{count} {word}s")),
    };
    let parts: Vec<String> = [counted(errors, "error"), counted(warnings, "warning")].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
