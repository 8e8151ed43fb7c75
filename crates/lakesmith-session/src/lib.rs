//! Sessions: statements over the tables, files and events of a project, and their results as text.
//!
//! A session changes only what its statements name. Start reading at [`session`]; `statement` has a file for each family of
//! statements, [`catalog`] finds what a query names, [`warehouse`] lists tables, [`cell`] and [`json`] write values.

pub mod catalog;
pub mod cell;
mod event_log;
mod file_metadata;
mod files;
pub mod json;
mod lookup;
mod objects;
pub mod result;
mod row_rule;
mod rows;
pub mod session;
mod state;
mod statement;
pub mod stored;
mod stored_function;
mod stored_view;
mod time_travel;
mod trouble;
pub mod warehouse;
mod write;

pub use result::{QueryError, QueryResult};
pub use session::{Session, SessionSettings};
pub use stored::StoredObjects;
pub use warehouse::{TableFacts, Warehouse};

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
