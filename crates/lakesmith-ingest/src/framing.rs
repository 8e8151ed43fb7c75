//! Cuts a stream of bytes into line-delimited records. It does not look inside a record.
//!
//! The records depend on the bytes alone, never on how they were cut into chunks, and at most one line is held.

/// The longest line in bytes that is handed on; longer ones are reported.
pub const LINE_LIMIT: usize = 64 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One line that is not blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record<'a> {
    /// The line without its line end, and without a byte order mark at the start of the file.
    Line(&'a [u8]),
    /// The line was longer than the limit; its bytes were passed over.
    TooLong,
}

/// Collects chunks of one file and hands on its records in order. Line ends are `\n` and `\r\n`; the last line needs
/// none. Lines of spaces, tabs and carriage returns are blank and are no records.
#[derive(Debug)]
pub struct LineFramer {
    limit: usize,
    unfinished: Vec<u8>,
    passing_over: bool,
    at_first_line: bool,
}

impl LineFramer {
    /// Starts a file whose lines may have `limit` bytes, normally [`LINE_LIMIT`].
    pub fn new(limit: usize) -> Self {
        Self { limit, unfinished: Vec::new(), passing_over: false, at_first_line: true }
    }

    /// Takes the next bytes of the file and hands on each record that ends in them.
    pub fn push(&mut self, chunk: &[u8], mut sink: impl FnMut(Record<'_>)) {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', chunk) {
            self.end_line(&chunk[start..end], &mut sink);
            start = end + 1;
        }
        self.keep(&chunk[start..]);
    }

    /// Ends the file and hands on the last line when it had no line end.
    pub fn finish(mut self, mut sink: impl FnMut(Record<'_>)) {
        self.end_line(&[], &mut sink);
    }

    fn end_line(&mut self, tail: &[u8], sink: &mut impl FnMut(Record<'_>)) {
        let first = std::mem::replace(&mut self.at_first_line, false);
        if self.unfinished.is_empty() && !self.passing_over && tail.len() <= self.limit {
            // The whole line lies in the chunk: no copy.
            return hand_on(tail, first, sink);
        }
        self.keep(tail);
        if std::mem::replace(&mut self.passing_over, false) {
            sink(Record::TooLong);
        } else {
            hand_on(&self.unfinished, first, sink);
        }
        self.unfinished.clear();
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.passing_over || self.unfinished.len() + bytes.len() > self.limit {
            self.passing_over = true;
            // Released rather than cleared: one endless line must not pin the limit's worth of memory.
            self.unfinished = Vec::new();
        } else {
            self.unfinished.extend_from_slice(bytes);
        }
    }
}

fn hand_on(line: &[u8], first: bool, sink: &mut impl FnMut(Record<'_>)) {
    let line = if first { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) } else { line };
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.iter().any(|byte| !matches!(byte, b' ' | b'\t' | b'\r')) {
        sink(Record::Line(line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(chunks: &[&[u8]], limit: usize) -> Vec<String> {
        let mut records = Vec::new();
        let mut sink = |record: Record<'_>| match record {
            Record::Line(line) => records.push(String::from_utf8_lossy(line).into_owned()),
            Record::TooLong => records.push("too long".to_owned()),
        };
        let mut framer = LineFramer::new(limit);
        for chunk in chunks {
            framer.push(chunk, &mut sink);
        }
        framer.finish(&mut sink);
        records
    }

    const FILE: &[u8] = b"\xef\xbb\xbf{a}\r\n\n \t\r\n{long line}\n{b}\n123456789\n{c}";

    #[test]
    fn line_ends_blank_lines_and_the_mark_are_no_part_of_records() {
        assert_eq!(frame(&[FILE], 9), ["{a}", "too long", "{b}", "123456789", "{c}"]);
        assert_eq!(frame(&[FILE], LINE_LIMIT), ["{a}", "{long line}", "{b}", "123456789", "{c}"]);
        assert!(frame(&[b""], 9).is_empty());
    }

    #[test]
    fn records_do_not_depend_on_where_chunks_are_cut() {
        let whole = frame(&[FILE], 9);
        for first in 0..=FILE.len() {
            for second in first..=FILE.len() {
                let chunks = [&FILE[..first], &FILE[first..second], &FILE[second..]];
                assert_eq!(frame(&chunks, 9), whole, "cut at {first} and {second}");
            }
        }
    }

    #[test]
    fn a_mark_in_a_later_line_stays() {
        assert_eq!(frame(&[b"a\n\xef\xbb\xbfb"], 9), ["a", "\u{feff}b"]);
    }
}
