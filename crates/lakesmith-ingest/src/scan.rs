//! Scans of files: how they are split (`split`), read (`reading`, `encoding`, `preamble`), cut into records (`framer`), decoded part by
//! part (`part`, `decoder`), and the plan node that does it (`node`). `metadata` makes the column `_metadata`.

pub(crate) mod decoder;
mod encoding;
pub(crate) mod framer;
pub(crate) mod metadata;
pub(crate) mod node;
pub(crate) mod part;
mod preamble;
pub(crate) mod reading;
pub(crate) mod split;

#[cfg(test)]
mod tests;
