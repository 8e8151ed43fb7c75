//! [`TextBounds`]: least and greatest text of a column chunk.
//!
//! Texts are compared by their first sixteen bytes as one number; only where those are equal are the whole texts looked at.

use arrow::array::{Array, StringArray};
use parquet::data_type::ByteArray;
use parquet::file::statistics::{Statistics, ValueStatistics};

/// Longest bound that is kept in a footer, in bytes; `parquet`'s own limit.
const LONGEST: usize = 64;

/// Least and greatest of the texts seen, and how many were NULL.
#[derive(Debug, Default)]
pub(crate) struct TextBounds {
    bounds: Option<(Bound, Bound)>,
    nulls: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Bound {
    start: u128,
    text: String,
}

impl Bound {
    fn new(text: &str) -> Self {
        Self { start: start_of(text.as_bytes(), 0, text.len()), text: text.to_owned() }
    }
}

/// The first sixteen bytes of a text that stands at `at` in `bytes`, as a number that orders like the text. A shorter text is
/// filled up with zeros.
fn start_of(bytes: &[u8], at: usize, length: usize) -> u128 {
    match bytes.get(at..at + 16) {
        Some(start) => {
            let start = u128::from_be_bytes(start.try_into().unwrap_or_default());
            // what follows a shorter text is another text
            if length >= 16 { start } else { start & !(u128::MAX >> (8 * length)) }
        }
        None => bytes[at..at + length.min(16)]
            .iter()
            .enumerate()
            .fold(0, |start, (place, byte)| start | u128::from(*byte) << (120 - 8 * place)),
    }
}

impl TextBounds {
    /// Looks at texts.
    pub(crate) fn watch(&mut self, texts: &StringArray) {
        self.nulls += texts.null_count() as u64;
        let Some(first) = (0..texts.len()).find(|row| texts.is_valid(*row)) else { return };
        let (least, greatest) = self.bounds.get_or_insert_with(|| {
            let bound = Bound::new(texts.value(first));
            (bound.clone(), bound)
        });
        let bytes = texts.value_data();
        let has_nulls = texts.null_count() > 0;
        for (row, ends) in texts.value_offsets().windows(2).enumerate() {
            let (at, end) = (ends[0] as usize, ends[1] as usize);
            let start = start_of(bytes, at, end - at);
            if start > least.start && start < greatest.start || has_nulls && texts.is_null(row) {
                continue;
            }
            let text = texts.value(row);
            if (start, text) < (least.start, least.text.as_str()) {
                *least = Bound { start, text: text.to_owned() };
            }
            if (start, text) > (greatest.start, greatest.text.as_str()) {
                *greatest = Bound { start, text: text.to_owned() };
            }
        }
    }

    /// The statistics of the column chunk.
    pub(crate) fn into_statistics(self) -> Statistics {
        let (least, greatest) = self.bounds.unzip();
        let least = least.map(|bound| cut_least(bound.text));
        let greatest = greatest.map(|bound| cut_greatest(bound.text));
        let is_exact = |bound: &Option<Option<(String, bool)>>| matches!(bound, Some(Some((_, true))));
        let (least_is_exact, greatest_is_exact) = (matches!(least, Some((_, true))), is_exact(&greatest));
        let bytes = |text: String| ByteArray::from(text.into_bytes());
        let values = ValueStatistics::new(
            least.map(|(text, _)| bytes(text)),
            greatest.flatten().map(|(text, _)| bytes(text)),
            None,
            Some(self.nulls),
            false,
        );
        Statistics::ByteArray(values.with_min_is_exact(least_is_exact).with_max_is_exact(greatest_is_exact))
    }
}

/// A lower bound of at most the length that is kept, and whether it is the text itself.
fn cut_least(mut text: String) -> (String, bool) {
    let end = text.floor_char_boundary(LONGEST);
    let is_whole = end == text.len();
    text.truncate(end);
    (text, is_whole)
}

/// An upper bound of at most the length that is kept: a cut text with its last character made greater. `None` where no character
/// can be.
fn cut_greatest(mut text: String) -> Option<(String, bool)> {
    if text.len() <= LONGEST {
        return Some((text, true));
    }
    text.truncate(text.floor_char_boundary(LONGEST));
    while let Some(last) = text.pop() {
        let next = char::from_u32(u32::from(last) + 1);
        // a longer character would make the bound longer than it may be
        if let Some(next) = next.filter(|next| next.len_utf8() == last.len_utf8()) {
            text.push(next);
            return Some((text, false));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(texts: &[Option<&str>]) -> (Option<Vec<u8>>, Option<Vec<u8>>, u64) {
        let mut bounds = TextBounds::default();
        // in two batches, the second a slice
        let array = StringArray::from(texts.to_vec());
        bounds.watch(&array.slice(0, texts.len() / 2));
        bounds.watch(&array.slice(texts.len() / 2, texts.len() - texts.len() / 2));
        let statistics = bounds.into_statistics();
        let bytes = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
        (bytes(statistics.min_bytes_opt()), bytes(statistics.max_bytes_opt()), statistics.null_count_opt().unwrap())
    }

    #[test]
    fn bounds_are_those_of_the_bytes() {
        let texts = [
            "order-0000000000001",
            "order-0000000000000",
            "b",
            "",
            "a\0",
            "a",
            "order-000000000000",
            "ä",
            "order-0000000000002x",
            "order-0000000000002",
            "zz",
            "z",
            "zz\0",
            "0123456789abcdef",
            "0123456789abcdef0",
        ];
        for skipped in 0..texts.len() {
            for length in 1..=texts.len() {
                let some: Vec<&str> = texts.iter().cycle().skip(skipped).take(length).copied().collect();
                let expected = (some.iter().min().unwrap(), some.iter().max().unwrap());
                let mut with_nulls: Vec<Option<&str>> = some.iter().copied().map(Some).collect();
                with_nulls.insert(length / 2, None);
                let (least, greatest, nulls) = bounds(&with_nulls);
                assert_eq!(least.as_deref(), Some(expected.0.as_bytes()));
                assert_eq!(greatest.as_deref(), Some(expected.1.as_bytes()));
                assert_eq!(nulls, 1);
            }
        }
    }

    #[test]
    fn nothing_but_nulls_has_no_bounds() {
        assert_eq!(bounds(&[None, None, None]), (None, None, 3));
        assert_eq!(bounds(&[]), (None, None, 0));
    }

    #[test]
    fn long_texts_are_cut_to_bounds_that_hold() {
        let (text, top) = ("ä".repeat(40), format!("{}{}", "b".repeat(62), "\u{7f}\u{7f}\u{7f}"));
        let (least, greatest, _) = bounds(&[Some(&text), Some(&top)]);
        assert_eq!(least.unwrap(), top.as_bytes()[..LONGEST]);
        let greatest = String::from_utf8(greatest.unwrap()).unwrap();
        assert!(greatest > text && greatest.len() <= LONGEST, "{greatest}");
        assert_eq!(cut_greatest("\u{10ffff}".repeat(20)), None);
        assert_eq!(cut_greatest(top.clone()), Some((format!("{}c", "b".repeat(61)), false)));
    }
}
