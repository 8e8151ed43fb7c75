//! [`TextDictionary`]: numbers the different texts of a column chunk.
//!
//! A text of up to sixteen bytes is known by those bytes as one number and its length, so it is found without comparing bytes.

/// A slot of the table that holds no entry.
const FREE: u32 = u32::MAX;

/// The different texts seen, in the form of a dictionary page: each behind its length in four bytes.
#[derive(Debug)]
pub(crate) struct TextDictionary {
    page: Vec<u8>,
    entries: Vec<Entry>,
    /// Numbers of entries by hash; a power of two, at most half of it taken.
    slots: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    start: u128,
    length: u32,
    /// Where the text stands in the page.
    at: u32,
}

impl TextDictionary {
    pub(crate) fn new() -> Self {
        Self { page: Vec::new(), entries: Vec::new(), slots: vec![FREE; 1 << 10] }
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The texts as the content of a dictionary page.
    pub(crate) fn page(&self) -> &[u8] {
        &self.page
    }

    pub(crate) fn into_page(self) -> Vec<u8> {
        self.page
    }

    pub(crate) fn memory(&self) -> usize {
        self.page.capacity() + self.entries.capacity() * size_of::<Entry>() + self.slots.capacity() * size_of::<u32>()
    }

    /// The number of a text, and whether it is new. `start` is what [`super::text_bounds::start_of`] says of the text.
    pub(crate) fn number(&mut self, start: u128, text: &[u8]) -> (u32, bool) {
        let mask = self.slots.len() - 1;
        let mut slot = hash(start, text) & mask;
        loop {
            match self.slots[slot] {
                FREE => break,
                number if self.is(self.entries[number as usize], start, text) => return (number, false),
                _ => slot = (slot + 1) & mask,
            }
        }
        let number = u32::try_from(self.entries.len()).unwrap_or(FREE);
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.page.extend_from_slice(&length.to_le_bytes());
        self.entries.push(Entry { start, length, at: u32::try_from(self.page.len()).unwrap_or(u32::MAX) });
        self.page.extend_from_slice(text);
        self.slots[slot] = number;
        if self.entries.len() * 2 > self.slots.len() {
            self.grow();
        }
        (number, true)
    }

    fn is(&self, entry: Entry, start: u128, text: &[u8]) -> bool {
        entry.start == start
            && entry.length as usize == text.len()
            && (text.len() <= 16 || self.text(entry)[16..] == text[16..])
    }

    fn text(&self, entry: Entry) -> &[u8] {
        &self.page[entry.at as usize..][..entry.length as usize]
    }

    fn grow(&mut self) {
        let mut slots = vec![FREE; self.slots.len() * 2];
        let mask = slots.len() - 1;
        for (number, entry) in (0u32..).zip(&self.entries) {
            let mut slot = hash(entry.start, self.text(*entry)) & mask;
            while slots[slot] != FREE {
                slot = (slot + 1) & mask;
            }
            slots[slot] = number;
        }
        self.slots = slots;
    }
}

/// Folds a text to a number whose lower bits are well mixed.
fn hash(start: u128, text: &[u8]) -> usize {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let [low, high] = [start.to_le_bytes(), (start >> 64).to_le_bytes()].map(|bytes| word(&bytes));
    let mut state = mixed(low ^ ODD, high ^ text.len() as u64);
    if text.len() > 16 {
        for part in text[16..].chunks(8) {
            state = mixed(state ^ ODD, word(part));
        }
    }
    usize::try_from(mixed(state, ODD) >> 8).unwrap_or(0)
}

/// Up to eight bytes as a number.
fn word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(whole) => u64::from_le_bytes(*whole),
        None => bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)),
    }
}

/// Both halves of a product, folded.
fn mixed(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    word(&product.to_le_bytes()) ^ word(&(product >> 64).to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::text_bounds::start_of;
    use super::*;

    fn number(dictionary: &mut TextDictionary, text: &str) -> (u32, bool) {
        dictionary.number(start_of(text.as_bytes(), 0, text.len()), text.as_bytes())
    }

    #[test]
    fn each_text_has_one_number() {
        let mut dictionary = TextDictionary::new();
        let texts: Vec<String> = (0..5_000)
            .map(|nth| format!("{}{}", "x".repeat(nth % 40), nth / 3))
            .chain(["", "\0", "\0\0", "a", "a\0", "0123456789abcdef", "0123456789abcdef\0"].map(str::to_owned))
            .collect();
        let mut known = std::collections::HashMap::new();
        for text in texts.iter().chain(&texts) {
            let next = u32::try_from(known.len()).unwrap();
            let is_new = !known.contains_key(text);
            let expected = *known.entry(text.clone()).or_insert(next);
            assert_eq!(number(&mut dictionary, text), (expected, is_new), "{text:?}");
        }
        assert_eq!(dictionary.len(), known.len());
        let mut page = dictionary.page();
        for nth in 0..known.len() {
            let (length, rest) = page.split_first_chunk::<4>().unwrap();
            let (text, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
            assert_eq!(known[std::str::from_utf8(text).unwrap()] as usize, nth);
            page = rest;
        }
        assert!(page.is_empty());
    }
}
