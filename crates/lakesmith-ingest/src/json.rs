//! Line-delimited JSON to Arrow arrays, driven by the wanted columns, with Spark's meaning.
//!
//! A record goes through three steps: `scan` checks its syntax and finds where each field's value lies, `decode` appends
//! one value to each column, `rescue` writes what found no place. A record that is no JSON is known to be none before
//! anything is appended, so no step ever takes a value back.

mod column;
pub(crate) mod decode;
pub(crate) mod keys;
pub(crate) mod number;
pub(crate) mod object;
mod rescue;
pub(crate) mod scan;
pub(crate) mod text;
pub(crate) mod time;
mod value;
