//! Cuts a stream of bytes into records that are lines. It does not look inside a record.
//!
//! The records depend on the bytes alone, never on how they were cut into chunks, and at most one line is held.

/// The longest line in bytes that is handed on; longer ones are reported.
pub const LINE_LIMIT: usize = 64 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineRules {
    /// The byte that ends a line. Where it is `\n`, a carriage return before it belongs to the line end.
    pub end: u8,
    /// Whether lines of spaces, tabs and carriage returns are records.
    pub keeps_blank: bool,
}

impl Default for LineRules {
    fn default() -> Self {
        Self { end: b'\n', keeps_blank: false }
    }
}

/// One record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record<'a> {
    /// The line without its line end, and without a byte order mark at the start of the file.
    Line(&'a [u8]),
    /// The line was longer than the limit; its bytes were passed over.
    TooLong,
}

/// Takes the chunks of one file and hands on its records in order. Line ends are `\n` and `\r\n`; the last line needs none.
/// Lines of spaces, tabs and carriage returns are blank and are no records.
#[derive(Debug)]
pub struct LineFramer {
    limit: usize,
    rules: LineRules,
    unfinished: Vec<u8>,
    passing_over: bool,
    /// The last record lies in `unfinished`, which is to be emptied.
    handed_on: bool,
    lines: u64,
    may_have_mark: bool,
}

impl LineFramer {
    /// Starts a file whose lines may have `limit` bytes, normally [`LINE_LIMIT`].
    pub fn new(limit: usize) -> Self {
        let rules = LineRules::default();
        Self {
            limit,
            rules,
            unfinished: Vec::new(),
            passing_over: false,
            handed_on: false,
            lines: 0,
            may_have_mark: true,
        }
    }

    /// Starts in the middle of a file, where a byte order mark is part of its line.
    pub fn within_file(limit: usize) -> Self {
        Self { may_have_mark: false, ..Self::new(limit) }
    }

    /// The same with other lines.
    #[must_use]
    pub fn with_rules(self, rules: LineRules) -> Self {
        Self { rules, ..self }
    }

    /// The same after so many lines of its file.
    #[must_use]
    pub fn after(self, lines: u64) -> Self {
        Self { lines, ..self }
    }

    /// The next record that ends in `chunk` at or after `*position`, which moves on, and the number of its line. `None` when no
    /// further line ends in the chunk; then all of it was taken, and the next chunk is to follow from position 0.
    pub fn next<'a>(&'a mut self, chunk: &'a [u8], position: &mut usize) -> Option<(u64, Record<'a>)> {
        self.forget_record();
        while let Some(length) = memchr::memchr(self.rules.end, &chunk[*position..]) {
            let tail = &chunk[*position..*position + length];
            *position += length + 1;
            if let Some(held) = self.end_line(tail) {
                let record = match held {
                    Held::TooLong => Record::TooLong,
                    Held::InChunk { start, end } => Record::Line(&tail[start..end]),
                    Held::Unfinished { start, end } => Record::Line(&self.unfinished[start..end]),
                };
                return Some((self.lines, record));
            }
        }
        self.keep(&chunk[*position..]);
        *position = chunk.len();
        None
    }

    /// Ends the file: the last line when it had no line end.
    pub fn finish(&mut self) -> Option<(u64, Record<'_>)> {
        self.forget_record();
        if self.unfinished.is_empty() && !self.passing_over {
            return None;
        }
        match self.end_line(&[])? {
            Held::TooLong => Some((self.lines, Record::TooLong)),
            Held::InChunk { .. } => None,
            Held::Unfinished { start, end } => Some((self.lines, Record::Line(&self.unfinished[start..end]))),
        }
    }

    /// Lines ended so far, blank ones included; the number of the last record's line.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Bytes held of a line that has not ended.
    pub fn held_bytes(&self) -> usize {
        self.unfinished.capacity()
    }

    fn forget_record(&mut self) {
        if std::mem::replace(&mut self.handed_on, false) {
            self.unfinished.clear();
        }
    }

    /// Ends a line with the bytes of it that are new; `None` when it is blank.
    fn end_line(&mut self, tail: &[u8]) -> Option<Held> {
        self.lines += 1;
        let first = std::mem::replace(&mut self.may_have_mark, false);
        if self.unfinished.is_empty() && !self.passing_over && tail.len() <= self.limit {
            // The whole line lies in the chunk: no copy.
            return content(tail, first, self.rules).map(|(start, end)| Held::InChunk { start, end });
        }
        self.keep(tail);
        if std::mem::replace(&mut self.passing_over, false) {
            return Some(Held::TooLong);
        }
        self.handed_on = true;
        let content = content(&self.unfinished, first, self.rules);
        if content.is_none() {
            self.forget_record();
        }
        content.map(|(start, end)| Held::Unfinished { start, end })
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

/// Where the record that just ended lies.
enum Held {
    TooLong,
    InChunk { start: usize, end: usize },
    Unfinished { start: usize, end: usize },
}

/// The part of a line that is its record; `None` when the line is blank.
fn content(line: &[u8], first: bool, rules: LineRules) -> Option<(usize, usize)> {
    let start = if first && line.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let returns = rules.end == b'\n' && line.len() > start && line.ends_with(b"\r");
    let end = if returns { line.len() - 1 } else { line.len() };
    let is_blank = line[start..end].iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
    if is_blank && !rules.keeps_blank { None } else { Some((start, end)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(chunks: &[&[u8]], limit: usize) -> Vec<String> {
        let mut records = Vec::new();
        let mut framer = LineFramer::new(limit);
        for chunk in chunks {
            let mut position = 0;
            while let Some((_, record)) = framer.next(chunk, &mut position) {
                records.push(shown(record));
            }
            assert_eq!(position, chunk.len());
        }
        records.extend(framer.finish().map(|(_, record)| shown(record)));
        records.push(format!("{} lines", framer.lines()));
        records
    }

    fn shown(record: Record<'_>) -> String {
        match record {
            Record::Line(line) => String::from_utf8_lossy(line).into_owned(),
            Record::TooLong => "too long".to_owned(),
        }
    }

    const FILE: &[u8] = b"\xef\xbb\xbf{a}\r\n\n \t\r\n{long line}\n{b}\n123456789\n{c}";

    #[test]
    fn line_ends_blank_lines_and_the_mark_are_no_part_of_records() {
        assert_eq!(frame(&[FILE], 9), ["{a}", "too long", "{b}", "123456789", "{c}", "7 lines"]);
        assert_eq!(frame(&[FILE], LINE_LIMIT), ["{a}", "{long line}", "{b}", "123456789", "{c}", "7 lines"]);
        assert_eq!(frame(&[b""], 9), ["0 lines"]);
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
    fn lines_may_end_otherwise_and_blank_ones_may_count() {
        let mut framer = LineFramer::new(9).with_rules(LineRules { end: b';', keeps_blank: true });
        let (mut position, mut found) = (0, Vec::new());
        while let Some((_, record)) = framer.next(b"a\r;;\n;b", &mut position) {
            found.push(shown(record));
        }
        found.extend(framer.finish().map(|(_, record)| shown(record)));
        assert_eq!(found, ["a\r", "", "\n", "b"]);
    }

    #[test]
    fn a_mark_in_a_later_line_stays() {
        assert_eq!(frame(&[b"a\n\xef\xbb\xbfb"], 9), ["a", "\u{feff}b", "2 lines"]);
    }
}
