//! [`TextBounds`]: least and greatest text of a column chunk.
//!
//! Texts are compared by their first sixteen bytes as one number; only where those are equal are the whole texts looked at.

use parquet::data_type::ByteArray;
use parquet::file::statistics::{Statistics, ValueStatistics};

/// Longest bound that is kept in a footer, in bytes; `parquet`'s own limit.
const LONGEST: usize = 64;

/// Least and greatest of the texts seen.
#[derive(Debug, Default)]
pub(crate) struct TextBounds {
    bounds: Option<(Bound, Bound)>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Bound {
    start: u128,
    text: String,
}

/// The first sixteen bytes of a text that stands at `at` in `bytes`, as a number that orders like the text. A shorter text is
/// filled up with zeros.
pub(crate) fn start_of(bytes: &[u8], at: usize, length: usize) -> u128 {
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
    /// Looks at a text; `start` is what [`start_of`] says of it.
    pub(crate) fn add(&mut self, start: u128, text: &str) {
        let Some((least, greatest)) = &mut self.bounds else {
            let bound = Bound { start, text: text.to_owned() };
            self.bounds = Some((bound.clone(), bound));
            return;
        };
        if start <= least.start && (start, text) < (least.start, least.text.as_str()) {
            *least = Bound { start, text: text.to_owned() };
        }
        if start >= greatest.start && (start, text) > (greatest.start, greatest.text.as_str()) {
            *greatest = Bound { start, text: text.to_owned() };
        }
    }

    /// The statistics of the column chunk, in which so many values are NULL.
    pub(crate) fn into_statistics(self, nulls: u64) -> Statistics {
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
            Some(nulls),
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

    fn bounds(texts: &[&str]) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        let mut bounds = TextBounds::default();
        let all = texts.concat();
        let mut at = 0;
        for text in texts {
            bounds.add(start_of(all.as_bytes(), at, text.len()), text);
            at += text.len();
        }
        let statistics = bounds.into_statistics(3);
        assert_eq!(statistics.null_count_opt(), Some(3));
        let bytes = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
        (bytes(statistics.min_bytes_opt()), bytes(statistics.max_bytes_opt()))
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
                let (least, greatest) = bounds(&some);
                assert_eq!(least.as_deref(), Some(expected.0.as_bytes()));
                assert_eq!(greatest.as_deref(), Some(expected.1.as_bytes()));
            }
        }
    }

    #[test]
    fn no_texts_have_no_bounds() {
        assert_eq!(bounds(&[]), (None, None));
    }

    #[test]
    fn long_texts_are_cut_to_bounds_that_hold() {
        let (text, top) = ("ä".repeat(40), format!("{}{}", "b".repeat(62), "\u{7f}\u{7f}\u{7f}"));
        let (least, greatest) = bounds(&[&text, &top]);
        assert_eq!(least.unwrap(), top.as_bytes()[..LONGEST]);
        let greatest = String::from_utf8(greatest.unwrap()).unwrap();
        assert!(greatest > text && greatest.len() <= LONGEST, "{greatest}");
        assert_eq!(cut_greatest("\u{10ffff}".repeat(20)), None);
        assert_eq!(cut_greatest(top.clone()), Some((format!("{}c", "b".repeat(61)), false)));
    }
}
