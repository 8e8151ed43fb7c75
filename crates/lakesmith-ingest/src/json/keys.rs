//! [`KeyTable`]: finds the column of a field by its name.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::options::Names;

/// The names of the fields of an object. Names are compared exactly, so that one which differs by case is another one, unless
/// names are found in any case.
///
/// Objects of one file mostly have the same fields in the same order, so the field that followed last time is tried before
/// anything is hashed.
#[derive(Debug, Clone)]
pub(crate) struct KeyTable {
    names: Vec<Option<Box<[u8]>>>,
    /// The names as most writers write them, with quotes and colon; `None` for those that need an escape.
    spelled: Vec<Option<Box<[u8]>>>,
    positions: HashMap<Box<[u8]>, usize, BuildHasherDefault<KeyHasher>>,
    /// By position + 1, which field came next last time; 0 stands for the start of the object.
    followers: Vec<usize>,
    /// Positions by names in lower case, where names are found in any case.
    folded: Option<HashMap<String, usize>>,
}

impl KeyTable {
    /// A table whose positions are those of `names`; of equal names the first one counts, and a `None` is never found.
    pub(crate) fn new<'a>(names: impl IntoIterator<Item = Option<&'a str>>, found: Names) -> Self {
        let names: Vec<Option<&str>> = names.into_iter().collect();
        let folded = (found == Names::AnyCase).then(|| {
            let folded = names.iter().enumerate().rev();
            folded.filter_map(|(position, name)| Some((name.as_ref()?.to_lowercase(), position))).collect()
        });
        let mut positions = HashMap::default();
        for (position, name) in names.iter().enumerate() {
            if let Some(name) = name {
                positions.entry(name.as_bytes().into()).or_insert(position);
            }
        }
        let followers = (0..=names.len()).collect();
        let spelled = names.iter().map(|name| name.and_then(spelled)).collect();
        let names = names.into_iter().map(|name| name.map(|name| name.as_bytes().into())).collect();
        Self { names, spelled, positions, followers, folded }
    }

    /// When `rest` starts with the field that followed last time, its position and the length of its key with quotes and
    /// colon. `None` says nothing: [`Self::find`] decides.
    pub(crate) fn guess(&self, rest: &[u8], place: &mut usize) -> Option<(usize, usize)> {
        let guess = self.followers[*place];
        let spelled = self.spelled.get(guess)?.as_ref()?;
        if !rest.starts_with(spelled) {
            return None;
        }
        *place = guess + 1;
        Some((guess, spelled.len()))
    }

    /// Adds a name that [`Self::find`] did not find and gives its position, the next one.
    pub(crate) fn add(&mut self, key: &str, place: &mut usize) -> usize {
        let position = self.names.len();
        self.names.push(Some(key.as_bytes().into()));
        self.spelled.push(spelled(key));
        self.positions.insert(key.as_bytes().into(), position);
        if let Some(folded) = &mut self.folded {
            folded.entry(key.to_lowercase()).or_insert(position);
        }
        self.followers.push(position + 1);
        self.followers[*place] = position;
        *place = position + 1;
        position
    }

    /// The position of `key`, where `place` is what the last call for the same object gave, or 0 at its start.
    pub(crate) fn find(&mut self, key: &[u8], place: &mut usize) -> Option<usize> {
        let guess = self.followers[*place];
        let position = match self.names.get(guess) {
            Some(Some(name)) if **name == *key => guess,
            _ => {
                let folded = || self.folded.as_ref()?.get(&String::from_utf8_lossy(key).to_lowercase());
                let position = *self.positions.get(key).or_else(folded)?;
                self.followers[*place] = position;
                position
            }
        };
        *place = position + 1;
        Some(position)
    }
}

fn spelled(name: &str) -> Option<Box<[u8]>> {
    let is_plain = name.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
    is_plain.then(|| format!("\"{name}\":").into_bytes().into())
}

/// A short hash for short names. The table only holds names of the schema, so hostile files cannot fill it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        // The best bits of a product are the high ones; a table looks at the low ones too.
        self.0 ^ (self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_in_any_order() {
        let mut table = KeyTable::new([Some("a"), Some("b"), None, Some("long_name_of_a_field")], Names::Exact);
        for keys in
            [["a", "b", "x", "long_name_of_a_field"], ["long_name_of_a_field", "A", "b", "a"], ["b", "b", "", "\0"]]
        {
            let mut place = 0;
            let found: Vec<_> = keys.iter().map(|key| table.find(key.as_bytes(), &mut place)).collect();
            let expected: Vec<_> =
                keys.iter().map(|key| ["a", "b", "?", "long_name_of_a_field"].iter().position(|n| n == key)).collect();
            assert_eq!(found, expected, "{keys:?}");
        }
        let mut any = KeyTable::new([Some("Id"), Some("ID"), Some("é")], Names::AnyCase);
        let found = ["ID", "id", "Id", "\u{c9}", "x"].map(|key| any.find(key.as_bytes(), &mut 0));
        assert_eq!(found, [Some(1), Some(0), Some(0), Some(2), None]);
        assert_eq!(table.guess(b"\"b\":1", &mut 0), Some((1, 4)));
        assert_eq!(table.guess(b"\"b\" :1", &mut 0), None);
        assert_eq!(KeyTable::new([Some("a\"b")], Names::Exact).guess(b"\"a\"b\":", &mut 0), None);
    }
}
