//! What makes a flow exactly-once: its identity, its numbered batch plans, and how far it has come in its sources.
//!
//! A batch plan is written before anything is read and never changed; the target table's `txn` for the flow is the only truth for
//! which plans are committed. Nothing here runs a query or commits data. Start reading at [`checkpoint`]; [`plan`] says what a
//! plan holds, [`progress`] follows the committed plans, [`table_source`] reads what is new in a Delta table.

pub mod checkpoint;
pub mod error;
pub mod file_source;
pub mod identity;
pub mod plan;
pub mod progress;
pub mod table_options;
pub mod table_source;

pub use checkpoint::FlowCheckpoint;
pub use error::StreamError;
pub use identity::{FlowIdentity, RETIRED};
pub use plan::{BatchPlan, FileEntry, Slice};
pub use progress::{Progress, TablePosition};
pub use table_options::TableOptions;
