//! What every crate above the DataFusion line shares: session settings, the memory pool, durable local files, typed runtime
//! errors, task reports, and the traits through which plans find their tables and are run.
//!
//! DataFusion is configured here and nowhere else. Nothing here knows Spark's functions, Delta or pipelines. Start reading at
//! [`session`]; [`executor`] runs plans, [`catalog`] finds relations, [`arrow_type`] maps data types.

pub mod arrow_type;
pub mod catalog;
pub mod codec;
pub mod dictionary;
mod distinct;
pub mod durable;
pub mod error;
pub mod executor;
pub mod fault;
pub mod fence;
mod grouping_sets;
pub mod input;
mod nested_fields;
mod null_keys;
pub mod once;
mod order;
pub mod projection;
pub mod range;
pub mod recursion;
pub mod report;
pub mod session;
pub mod spill;
pub mod store;

pub use catalog::{
    BoxFuture, Catalog, FileInterface, ProvidedRelation, RelationAnswer, RelationRequest, RelationSource,
};
pub use error::{Actor, DataError, EngineError, ErrorKind, PlacedError, Retry};
pub use executor::{Executor, LocalExecutor};
pub use fault::{Faults, NoFaults};
pub use session::{Runtime, RuntimeSettings};
