//! File listing, ledgers and decoders that never lose a row.
//!
//! Built so far: the framing of line-delimited records.

mod framing;

pub use framing::{LINE_LIMIT, LineFramer, Record};
