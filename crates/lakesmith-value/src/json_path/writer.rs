//! [`Writer`]: JSON without white space, with commas where they belong.

use std::fmt::Write;

use super::reader::JsonText;

/// Writes JSON.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub text: String,
    /// For each array and object that is open, whether it has a member yet.
    open: Vec<bool>,
    /// Whether a field name was written and its value is still to come.
    after_key: bool,
}

impl Writer {
    /// Writes characters as they are.
    pub fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Writes a value that is JSON already.
    pub fn value(&mut self, json: &str) {
        self.next();
        self.text.push_str(json);
    }

    /// Writes a text with its quotes.
    pub fn text(&mut self, text: &JsonText<'_>) {
        self.next();
        self.quoted(text);
    }

    /// Writes the name of a field.
    pub fn key(&mut self, name: &JsonText<'_>) {
        self.next();
        self.quoted(name);
        self.text.push(':');
        self.after_key = true;
    }

    /// Opens an array or object.
    pub fn open(&mut self, bracket: char) {
        self.next();
        self.text.push(bracket);
        self.open.push(false);
    }

    /// Closes it.
    pub fn close(&mut self, bracket: char) {
        self.open.pop();
        self.text.push(bracket);
    }

    fn next(&mut self) {
        if std::mem::take(&mut self.after_key) {
            return;
        }
        if let Some(has_members) = self.open.last_mut()
            && std::mem::replace(has_members, true)
        {
            self.text.push(',');
        }
    }

    fn quoted(&mut self, text: &JsonText<'_>) {
        self.text.push('"');
        if text.is_plain {
            self.text.push_str(text.written);
        } else {
            for character in text.decoded().chars() {
                self.character(character);
            }
        }
        self.text.push('"');
    }

    fn character(&mut self, character: char) {
        match character {
            '"' => self.text.push_str("\\\""),
            '\\' => self.text.push_str("\\\\"),
            '\n' => self.text.push_str("\\n"),
            '\r' => self.text.push_str("\\r"),
            '\t' => self.text.push_str("\\t"),
            '\u{8}' => self.text.push_str("\\b"),
            '\u{c}' => self.text.push_str("\\f"),
            '\0'..='\u{1f}' => {
                // writing to a String cannot fail
                let _ = write!(self.text, "\\u{:04X}", character as u32);
            }
            other => self.text.push(other),
        }
    }
}
