//! Delta tables: the log handle, scans, the sink and commits.
//!
//! Nothing here knows pipelines or SQL. `deltalake-core` is used for writing checkpoints only; reading the log, scanning and
//! committing are our own, because their cost must follow what is new and not the size of the table. Start reading at
//! [`table`]; [`commit`] writes versions, [`scan`] reads files, [`sink`] writes them.

pub mod action;
pub mod changes;
pub mod checkpoint;
pub mod cleanup;
pub mod commit;
pub mod compaction;
pub mod history;
pub mod scan;
pub mod sink;
pub mod store;
pub mod table;

mod active_files;
mod checkpoint_file;
mod log;
mod log_entry;
mod partition;
mod path;
mod property;
pub mod protocol;
pub mod schema_json;
mod statistics;
#[cfg(test)]
mod testing;

pub use action::{DataFile, Metadata, Protocol, Txn};
pub use changes::{ChangesError, CommitChanges};
pub use commit::{Commit, CommitError, OnVersion};
pub use history::CommitRecord;
pub use property::{Properties, PropertyFault, is_unknown};
pub use protocol::{Wanted, needed};
pub use scan::{FileColumn, scan_provider, scan_provider_with};
pub use sink::{ExpectationViolated, QuarantineSpec, SinkExec, SinkSpec, register_codecs, report_of};
pub use store::TableStore;
pub use table::DeltaTable;
