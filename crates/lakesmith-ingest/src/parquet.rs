//! Parquet files: `footer` checks and reads what a file declares, `part` decodes its row groups, `adapt` turns the file's
//! types into those of the columns, `leftover` writes what found no place.
//!
//! Files are not ours: nothing that a file declares is believed before it is held against the file's size, a decoder that
//! panics is a damaged file, and every declared row is decoded or rejected.

pub(crate) mod adapt;
pub(crate) mod footer;
mod input;
mod leftover;
pub(crate) mod part;

#[cfg(test)]
mod tests;
