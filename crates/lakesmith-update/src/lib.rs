//! The update engine: from a checked graph to committed tables.
//!
//! [`analysis`] types the graph; [`selection`] says which datasets take part; [`update`] runs their flows and commits; [`plan`]
//! says what it would do. Only this crate executes and commits: the crates beneath it give plans, nodes and bookkeeping.
//! Start reading at [`update`].

pub mod analysis;
mod append;
mod changed;
mod clauses;
mod complete;
mod engine;
pub mod event_log;
mod evolution;
pub mod fault;
mod flow_rows;
mod full_refresh;
mod fusing;
pub mod lease;
mod materialize;
pub mod outcome;
pub mod pipeline;
pub mod plan;
mod quarantine;
mod reads;
mod retries;
mod schedule;
pub mod selection;
mod source;
mod stream_rules;
mod tables;
mod target;
pub mod update;
mod upkeep;
mod volatility;

pub use analysis::{Analysis, analyze};
pub use engine::{Engine, EngineSettings, Plans};
pub use outcome::{FlowOutcome, FlowResult, UpdateOutcome};
pub use pipeline::Pipeline;
pub use selection::Selection;
pub use update::run_update;
