//! Lines of a file, with the faults that were asked for.
//!
//! For every file: lines = header + rows + repeated + malformed. A repeated line is that of a good row not long before, maybe
//! in the file before; a malformed line is the beginning of a row's line, so nothing is lost with it.

use std::io::{self, Write};
use std::ops::Range;

use serde::Serialize;

use super::random::Random;
use super::settings::Settings;

/// How a row came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// As it should be.
    Good,
    /// It has an old time, or arrives in the wrong order.
    Late,
    /// It breaks a rule.
    Bad,
}

/// Rows that are functions of their number.
pub trait Rows {
    /// Tells the numbers of these rows from those of others.
    const PURPOSE: u64;
    /// The first line of every file, with its end; empty if there is none.
    const HEADER: &'static str;

    /// Adds the line of a row, without its end.
    fn push(&self, row: u64, line: &mut Vec<u8>) -> Quality;
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows: good, bad and late ones.
    pub rows: u64,
    /// Rows that break a rule.
    pub bad: u64,
    /// Rows that are late.
    pub late: u64,
    /// Lines that are there again.
    pub repeated: u64,
    /// Lines that are cut off.
    pub malformed: u64,
}

impl Counts {
    /// Adds those of another file.
    pub const fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.bad += other.bad;
        self.late += other.late;
        self.repeated += other.repeated;
        self.malformed += other.malformed;
    }

    /// Lines besides headers.
    pub const fn lines(&self) -> u64 {
        self.rows + self.repeated + self.malformed
    }
}

/// How far back a repeated line can be.
const REPEAT_WITHIN: u64 = 10_000;
/// Bytes that are handed to the operating system at once.
const BUFFER: usize = 1 << 20;

/// Writes the rows with these numbers.
pub fn write<R: Rows>(rows: &R, settings: &Settings, range: Range<u64>, out: &mut impl Write) -> io::Result<Counts> {
    let mut buffer = Vec::with_capacity(BUFFER + 4096);
    let mut counts = Counts::default();
    buffer.extend_from_slice(R::HEADER.as_bytes());
    for row in range {
        match rows.push(row, &mut buffer) {
            Quality::Good => {}
            Quality::Late => counts.late += 1,
            Quality::Bad => counts.bad += 1,
        }
        counts.rows += 1;
        buffer.push(b'\n');
        let mut random = Random::of_row(settings.seed, R::PURPOSE + 1, row);
        if random.happens(settings.duplicate) && push_repeated(rows, row, &mut random, &mut buffer) {
            counts.repeated += 1;
        }
        if random.happens(settings.malformed) {
            push_malformed(rows, row, &mut random, &mut buffer);
            counts.malformed += 1;
        }
        if buffer.len() >= BUFFER {
            out.write_all(&buffer)?;
            buffer.clear();
        }
    }
    out.write_all(&buffer)?;
    Ok(counts)
}

/// Adds the line of a row up to `row` that is not bad; none if there are hardly any.
fn push_repeated<R: Rows>(rows: &R, row: u64, random: &mut Random, buffer: &mut Vec<u8>) -> bool {
    let before = buffer.len();
    for _ in 0..16 {
        let again = row - random.below(row.min(REPEAT_WITHIN) + 1);
        if rows.push(again, buffer) != Quality::Bad {
            buffer.push(b'\n');
            return true;
        }
        buffer.truncate(before);
    }
    false
}

/// Adds the beginning of the row's line: at least half of it, never all of it.
fn push_malformed<R: Rows>(rows: &R, row: u64, random: &mut Random, buffer: &mut Vec<u8>) {
    let before = buffer.len();
    rows.push(row, buffer);
    let length = (buffer.len() - before) as u64;
    let keep = length / 2 + random.below(length - length / 2 - 1);
    let mut end = before + keep as usize;
    // The file stays UTF-8.
    while end > before && buffer[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    buffer.truncate(end);
    buffer.push(b'\n');
}
