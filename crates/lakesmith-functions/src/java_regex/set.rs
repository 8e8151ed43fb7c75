//! [`Set`]: a set of characters, as a character class describes it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use regex::Regex;

/// A set of characters.
#[derive(Debug, Clone)]
pub(super) enum Set {
    /// All characters from one to another.
    Range(char, char),
    /// What a class of the `regex` crate holds, written as in brackets: `\p{Lu}`.
    Named(Arc<Named>),
    /// Characters of one of several sets.
    Union(Vec<Set>),
    /// Characters of both.
    Both(Box<Set>, Box<Set>),
    /// All other characters.
    Not(Box<Set>),
}

/// A class of the `regex` crate.
#[derive(Debug)]
pub(super) struct Named {
    text: String,
    one: Regex,
}

static KNOWN: LazyLock<Mutex<HashMap<String, Option<Arc<Named>>>>> = LazyLock::new(Mutex::default);

impl Set {
    /// The characters of `first..=last` of each pair.
    pub fn ranges(pairs: &[(char, char)]) -> Self {
        Self::Union(pairs.iter().map(|(first, last)| Self::Range(*first, *last)).collect())
    }

    /// One character.
    pub fn single(character: char) -> Self {
        Self::Range(character, character)
    }

    /// A class by the text that the `regex` crate has for it; nothing when it has none.
    pub fn named(text: &str) -> Option<Self> {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let compiled = known.entry(text.to_owned()).or_insert_with(|| {
            let one = Regex::new(&format!("^[{text}]$")).ok()?;
            Some(Arc::new(Named { text: text.to_owned(), one }))
        });
        compiled.clone().map(Self::Named)
    }

    /// The set, or all characters outside of it.
    pub fn complement_if(self, complement: bool) -> Self {
        if complement { Self::Not(Box::new(self)) } else { self }
    }

    /// Whether a character belongs to the set.
    pub fn contains(&self, character: char) -> bool {
        match self {
            Self::Range(first, last) => (*first..=*last).contains(&character),
            Self::Named(named) => named.one.is_match(character.encode_utf8(&mut [0; 4])),
            Self::Union(sets) => sets.iter().any(|set| set.contains(character)),
            Self::Both(left, right) => left.contains(character) && right.contains(character),
            Self::Not(set) => !set.contains(character),
        }
    }

    /// The set as the `regex` crate writes it, in brackets.
    pub fn text(&self) -> String {
        match self {
            Self::Range(first, last) if first == last => format!("[\\x{{{:x}}}]", u32::from(*first)),
            Self::Range(first, last) => format!("[\\x{{{:x}}}-\\x{{{:x}}}]", u32::from(*first), u32::from(*last)),
            Self::Named(named) => format!("[{}]", named.text),
            Self::Union(sets) if sets.is_empty() => "[a&&b]".into(),
            Self::Union(sets) => format!("[{}]", sets.iter().map(Self::text).collect::<String>()),
            Self::Both(left, right) => format!("[{}&&{}]", left.text(), right.text()),
            Self::Not(set) => format!("[^{}]", set.text()),
        }
    }
}

/// A set that answers quickly for ASCII.
#[derive(Debug, Clone)]
pub(super) struct Class {
    ascii: u128,
    /// The set itself.
    pub set: Set,
}

impl Class {
    pub fn new(set: Set) -> Self {
        let ascii = (0u8..128).filter(|byte| set.contains(char::from(*byte))).fold(0, |bits, byte| bits | 1 << byte);
        Self { ascii, set }
    }

    pub fn contains(&self, character: char) -> bool {
        match u32::from(character) {
            code @ 0..128 => self.ascii >> code & 1 == 1,
            _ => self.set.contains(character),
        }
    }
}

/// The characters that Java takes for the same without regard to case, Unicode's letters included.
pub(super) fn same_letters(character: char) -> Vec<char> {
    static FOLDED: LazyLock<HashMap<char, Vec<char>>> = LazyLock::new(|| {
        let mut groups: HashMap<char, Vec<char>> = HashMap::new();
        for character in '\0'..=char::MAX {
            let folded = folded(character);
            if folded != character || lower(character) != character || upper(character) != character {
                groups.entry(folded).or_default().push(character);
            }
        }
        groups
    });
    FOLDED.get(&folded(character)).cloned().unwrap_or_else(|| vec![character])
}

fn folded(character: char) -> char {
    lower(upper(character))
}

/// The lower-case letter, where it is one character. Java maps I with a dot to `i`.
fn lower(character: char) -> char {
    let mut letters = character.to_lowercase();
    match (letters.next(), letters.next()) {
        (Some(only), None) => only,
        _ if character == '\u{130}' => 'i',
        _ => character,
    }
}

fn upper(character: char) -> char {
    let mut letters = character.to_uppercase();
    match (letters.next(), letters.next()) {
        (Some(only), None) => only,
        _ => character,
    }
}
