//! [`History`]: the statements that were entered, from the last shell too.
//!
//! The file has a statement on each line, as a JSON text. A file that cannot be read or written is no fault: the shell goes on
//! without.

use std::io::Write;
use std::path::PathBuf;

/// Most statements that are kept.
const KEPT: usize = 1000;

/// Statements, the oldest first.
#[derive(Debug, Default)]
pub struct History {
    file: Option<PathBuf>,
    entries: Vec<String>,
    /// Which entry is shown; as many as there are: the line that is being written.
    at: usize,
    /// The line that is being written, while an older one is shown.
    written: String,
}

impl History {
    /// The history in a file.
    pub fn open(file: Option<PathBuf>) -> Self {
        let text = file.as_ref().and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
        let mut entries: Vec<String> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        entries.drain(..entries.len().saturating_sub(KEPT));
        Self { file, at: entries.len(), entries, written: String::new() }
    }

    /// Adds a statement, unless it is the last one again.
    pub fn add(&mut self, statement: &str) {
        if self.entries.last().is_some_and(|last| last == statement) {
            return;
        }
        self.entries.push(statement.to_owned());
        let Some(file) = &self.file else { return };
        if let Some(folder) = file.parent() {
            let _missing = std::fs::create_dir_all(folder);
        }
        let opened = std::fs::OpenOptions::new().create(true).append(true).open(file);
        if let Ok(mut file) = opened {
            let line = serde_json::to_string(statement).unwrap_or_default();
            let _unwritten = writeln!(file, "{line}");
        }
    }

    /// Begins with a new line.
    pub fn begin(&mut self) {
        self.at = self.entries.len();
        self.written.clear();
    }

    /// The statement before the one that is shown, in one line.
    pub fn older(&mut self, line: &str) -> Option<String> {
        if self.at == self.entries.len() {
            line.clone_into(&mut self.written);
        }
        self.at = self.at.checked_sub(1)?;
        self.entries.get(self.at).map(|entry| in_one_line(entry))
    }

    /// The statement after the one that is shown; at the end the line that was being written.
    pub fn newer(&mut self) -> Option<String> {
        if self.at >= self.entries.len() {
            return None;
        }
        self.at += 1;
        Some(self.entries.get(self.at).map_or_else(|| self.written.clone(), |entry| in_one_line(entry)))
    }
}

/// A statement of several lines in one; a line comment would swallow what follows it, so it becomes a bracketed one.
fn in_one_line(statement: &str) -> String {
    let line = |line: &str| match line.split_once("--") {
        Some((code, comment)) if !code.contains(['\'', '"', '`']) => format!("{code}/*{comment} */"),
        _ => line.to_owned(),
    };
    statement.lines().map(line).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::History;

    #[test]
    fn statements_come_back_in_the_next_shell() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a/history");
        let mut history = History::open(Some(file.clone()));
        history.add("SELECT 1;");
        history.add("SELECT 1;");
        history.add("SELECT -- two\n2;");
        let mut next = History::open(Some(file));
        next.begin();
        assert_eq!(next.older("SEL").unwrap(), "SELECT /* two */ 2;");
        assert_eq!(next.older("").unwrap(), "SELECT 1;");
        assert_eq!(next.older(""), None);
        assert_eq!(next.newer().unwrap(), "SELECT /* two */ 2;");
        assert_eq!(next.newer().unwrap(), "SEL");
    }
}
