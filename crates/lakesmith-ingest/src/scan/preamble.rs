//! [`Preamble`]: the lines at the start of a CSV file that hold no records (`skipRows`).

use bytes::{Buf, Bytes};

use crate::options::{CsvRules, TextLayout};

/// Takes the first lines off the chunks of a file, whatever they hold.
pub(crate) struct Preamble {
    left: u64,
    end: u8,
    /// Carriage returns end lines too.
    splits_returns: bool,
    /// The last chunk ended with a carriage return, to which a line feed would belong.
    after_return: bool,
}

impl Preamble {
    /// `None` where no line is passed over.
    pub(crate) fn new(rules: &CsvRules, layout: &TextLayout) -> Option<Self> {
        let splits_returns = layout.line_end.is_none() && !layout.is_multi_line;
        let end = layout.line_end.unwrap_or(b'\n');
        let preamble = Self { left: rules.skipped_lines, end, splits_returns, after_return: false };
        (rules.skipped_lines > 0).then_some(preamble)
    }

    /// What of a chunk comes after these lines.
    pub(crate) fn strip(&mut self, mut chunk: Bytes) -> Bytes {
        loop {
            if !chunk.is_empty() && std::mem::replace(&mut self.after_return, false) && chunk[0] == b'\n' {
                chunk.advance(1);
            }
            if self.left == 0 || chunk.is_empty() {
                return chunk;
            }
            let end = match self.splits_returns {
                true => memchr::memchr2(self.end, b'\r', &chunk),
                false => memchr::memchr(self.end, &chunk),
            };
            let Some(end) = end else { return Bytes::new() };
            self.after_return = self.splits_returns && chunk[end] == b'\r';
            self.left -= 1;
            chunk.advance(end + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_in_records_and_anywhere_in_chunks() {
        let content = b"one\n\r\n#\rthree\n\nfive\n";
        for (skipped, rest) in [(1, "|#|three||five|"), (2, "#|three||five|"), (3, "three||five|"), (6, ""), (9, "")] {
            let rules = CsvRules { skipped_lines: skipped, ..CsvRules::default() };
            for size in [1, 2, 3, 100] {
                let mut preamble = Preamble::new(&rules, &TextLayout::default()).unwrap();
                let chunks = content.chunks(size).map(|chunk| preamble.strip(Bytes::copy_from_slice(chunk)));
                let left: Vec<u8> = chunks.flatten().collect();
                let left = String::from_utf8(left).unwrap().replace("\r\n", "|").replace(['\r', '\n'], "|");
                assert_eq!(left, rest, "{skipped} lines, chunks of {size}");
            }
        }
        assert!(Preamble::new(&CsvRules::default(), &TextLayout::default()).is_none());
    }
}
