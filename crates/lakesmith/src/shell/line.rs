//! [`Line`]: a line of text that is being edited, and where the cursor stands in it. It knows no terminal.

use unicode_width::UnicodeWidthChar;

use super::key::Key;

/// A line and its cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    characters: Vec<char>,
    cursor: usize,
}

impl Line {
    /// A line with the cursor at its end.
    pub fn new(text: &str) -> Self {
        let characters: Vec<char> = text.chars().collect();
        Self { cursor: characters.len(), characters }
    }

    /// The text.
    pub fn text(&self) -> String {
        self.characters.iter().collect()
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.characters.is_empty()
    }

    /// The text before the cursor.
    pub fn before_cursor(&self) -> String {
        self.characters[..self.cursor].iter().collect()
    }

    /// Cells of the text before the cursor, and of the whole text.
    pub fn widths(&self) -> (usize, usize) {
        let width = |part: &[char]| part.iter().map(|character| character.width().unwrap_or(0)).sum();
        (width(&self.characters[..self.cursor]), width(&self.characters))
    }

    /// Writes text at the cursor.
    pub fn insert(&mut self, text: &str) {
        for character in text.chars() {
            self.characters.insert(self.cursor, character);
            self.cursor += 1;
        }
    }

    /// Replaces the last `count` characters before the cursor.
    pub fn replace_before(&mut self, count: usize, text: &str) {
        let start = self.cursor.saturating_sub(count);
        self.characters.drain(start..self.cursor);
        self.cursor = start;
        self.insert(text);
    }

    /// Does what a key does to a line; tells whether it was one that edits.
    pub fn edit(&mut self, key: Key) -> bool {
        match key {
            Key::Character(character) => self.insert(character.encode_utf8(&mut [0; 4])),
            Key::Backspace | Key::Control('h') => self.replace_before(1, ""),
            Key::Delete | Key::Control('d') => {
                if self.cursor < self.characters.len() {
                    self.characters.remove(self.cursor);
                }
            }
            Key::Left | Key::Control('b') => self.cursor = self.cursor.saturating_sub(1),
            Key::Right | Key::Control('f') => self.cursor = (self.cursor + 1).min(self.characters.len()),
            Key::Home | Key::Control('a') => self.cursor = 0,
            Key::End | Key::Control('e') => self.cursor = self.characters.len(),
            Key::WordLeft => self.cursor = self.word_start(),
            Key::WordRight => self.cursor = self.word_end(),
            Key::Control('k') => self.characters.truncate(self.cursor),
            Key::Control('u') => self.replace_before(self.cursor, ""),
            Key::Control('w') => self.replace_before(self.cursor - self.word_start(), ""),
            _ => return false,
        }
        true
    }

    fn word_start(&self) -> usize {
        let before = &self.characters[..self.cursor];
        let blanks = before.iter().rev().take_while(|character| !is_word(**character)).count();
        let word = before.iter().rev().skip(blanks).take_while(|character| is_word(**character)).count();
        self.cursor - blanks - word
    }

    fn word_end(&self) -> usize {
        let after = &self.characters[self.cursor..];
        let blanks = after.iter().take_while(|character| !is_word(**character)).count();
        let word = after.iter().skip(blanks).take_while(|character| is_word(**character)).count();
        self.cursor + blanks + word
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::{Key, Line};

    fn edited(text: &str, keys: &[Key]) -> (String, String) {
        let mut line = Line::new(text);
        keys.iter().for_each(|key| assert!(line.edit(*key)));
        (line.before_cursor(), line.text())
    }

    #[test]
    fn keys_edit_at_the_cursor() {
        assert_eq!(edited("ab", &[Key::Left, Key::Character('x')]), ("ax".into(), "axb".into()));
        assert_eq!(edited("ab", &[Key::Home, Key::Delete]), (String::new(), "b".into()));
        assert_eq!(
            edited("select a_b, c", &[Key::WordLeft, Key::WordLeft]),
            ("select ".into(), "select a_b, c".into())
        );
        assert_eq!(edited("select a", &[Key::Control('w')]), ("select ".into(), "select ".into()));
        assert_eq!(edited("abc", &[Key::Left, Key::Control('k')]), ("ab".into(), "ab".into()));
        assert_eq!(edited("", &[Key::Backspace, Key::Left, Key::Right]), (String::new(), String::new()));
    }

    #[test]
    fn wide_characters_take_two_cells() {
        assert_eq!(Line::new("a漢").widths(), (3, 3));
    }
}
