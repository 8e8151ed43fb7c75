//! Sessions: queries over the tables, files and events of a project, and their results as text.
//!
//! A session reads and never writes. Start reading at [`session`]; [`catalog`] finds what a query names, [`warehouse`] lists
//! tables, [`cell`] and [`json`] write values.

pub mod catalog;
pub mod cell;
mod event_log;
mod files;
pub mod json;
pub mod result;
pub mod session;
mod time_travel;
pub mod warehouse;

pub use result::{QueryError, QueryResult};
pub use session::{Session, SessionSettings};
pub use warehouse::{TableFacts, Warehouse};

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
