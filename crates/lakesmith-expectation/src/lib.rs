//! The node that counts all expectations of a dataset in one pass and says of each row whether it is kept.
//!
//! The conditions themselves are Boolean columns of the node's input, computed by the projection beneath it, so the node holds no
//! expressions. It adds the [`VERDICT`] column, by which the sink above it drops, quarantines or fails. Start reading at
//! [`node`]; [`check`] says what an expectation does with a row.

pub mod check;
mod codec;
pub mod node;
mod verdict;

#[cfg(test)]
mod tests;

pub use check::{Action, Check};
pub use codec::register_codecs;
pub use node::{ExpectationCounts, ExpectationExec, ViewViolated, counts_of};
pub use verdict::VERDICT;
