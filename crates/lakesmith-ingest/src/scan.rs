//! Scans of line-delimited files: how they are split (`split`), read (`reading`), decoded part by part (`part`), and the
//! plan node that does it (`node`). `metadata` makes the column `_metadata`.

pub(crate) mod metadata;
pub(crate) mod node;
pub(crate) mod part;
pub(crate) mod reading;
pub(crate) mod split;

#[cfg(test)]
mod tests;
