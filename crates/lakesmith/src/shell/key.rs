//! [`Key`]: what a person pressed, from the bytes that a terminal sends.

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Character(char),
    /// Enter.
    Enter,
    /// Tab.
    Tab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Left.
    Left,
    /// Right.
    Right,
    /// To the word on the left.
    WordLeft,
    /// To the word on the right.
    WordRight,
    /// Up.
    Up,
    /// Down.
    Down,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// Ctrl with a letter, in lower case.
    Control(char),
    /// Anything else.
    Unknown,
}

/// Reads one key; `next` gives the terminal's bytes, and nothing at the end of the input.
pub fn read(mut next: impl FnMut() -> std::io::Result<Option<u8>>) -> std::io::Result<Option<Key>> {
    let Some(first) = next()? else { return Ok(None) };
    Ok(Some(match first {
        b'\r' | b'\n' => Key::Enter,
        b'\t' => Key::Tab,
        8 | 127 => Key::Backspace,
        27 => escape(&mut next)?,
        control @ 1..=26 => Key::Control(char::from(control - 1 + b'a')),
        first => character(first, &mut next)?,
    }))
}

/// What follows Escape: `ESC [ 1 ; 5 C`, `ESC [ 3 ~`, `ESC O H`, `ESC b`.
fn escape(next: &mut impl FnMut() -> std::io::Result<Option<u8>>) -> std::io::Result<Key> {
    let Some(kind) = next()? else { return Ok(Key::Unknown) };
    if kind != b'[' && kind != b'O' {
        return Ok(match kind {
            b'b' => Key::WordLeft,
            b'f' => Key::WordRight,
            _ => Key::Unknown,
        });
    }
    let mut parameters = String::new();
    loop {
        let Some(byte) = next()? else { return Ok(Key::Unknown) };
        if byte.is_ascii_digit() || byte == b';' {
            parameters.push(char::from(byte));
            continue;
        }
        // 5 is Ctrl, 3 is Alt
        let by_word = parameters.ends_with(";5") || parameters.ends_with(";3");
        return Ok(match (byte, parameters.as_str()) {
            (b'A', _) => Key::Up,
            (b'B', _) => Key::Down,
            (b'C', _) if by_word => Key::WordRight,
            (b'D', _) if by_word => Key::WordLeft,
            (b'C', _) => Key::Right,
            (b'D', _) => Key::Left,
            (b'H', _) | (b'~', "1" | "7") => Key::Home,
            (b'F', _) | (b'~', "4" | "8") => Key::End,
            (b'~', "3") => Key::Delete,
            _ => Key::Unknown,
        });
    }
}

/// A character of one or more bytes of UTF-8.
fn character(first: u8, next: &mut impl FnMut() -> std::io::Result<Option<u8>>) -> std::io::Result<Key> {
    let length = match first {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        _ => 1,
    };
    let mut bytes = vec![first];
    while bytes.len() < length {
        match next()? {
            Some(byte) => bytes.push(byte),
            None => break,
        }
    }
    let character = std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next());
    Ok(character.filter(|character| !character.is_control()).map_or(Key::Unknown, Key::Character))
}

#[cfg(test)]
mod tests {
    use super::{Key, read};

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut left = bytes.iter().copied();
        let mut keys = Vec::new();
        while let Some(key) = read(|| Ok(left.next())).unwrap() {
            keys.push(key);
        }
        keys
    }

    #[test]
    fn keys_are_told_from_their_bytes() {
        assert_eq!(keys("aé\r".as_bytes()), [Key::Character('a'), Key::Character('é'), Key::Enter]);
        assert_eq!(
            keys(b"\x1b[A\x1b[1;5C\x1b[3~\x1bOH\x1bb"),
            [Key::Up, Key::WordRight, Key::Delete, Key::Home, Key::WordLeft]
        );
        assert_eq!(keys(b"\x03\x7f\t"), [Key::Control('c'), Key::Backspace, Key::Tab]);
    }
}
