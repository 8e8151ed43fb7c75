//! The syntactic dataflow graph of datasets, flows, sources and expectations.
//!
//! [`build`] takes the statements of a pipeline's files and returns the [`DataflowGraph`] together with every fault that can
//! be told without schemas. It is total: whatever the statements say, there is a graph. Nothing here knows types, files or
//! catalogs; tables that no statement defines are listed as [`ExternalRead`]s for later stages to look up.
//!
//! Start reading at [`graph`]; [`dataset`], [`flow`] and [`read`] hold its parts, [`render`] its text, Mermaid and JSON forms.

mod check;
mod collect;
pub mod dataset;
pub mod flow;
pub mod graph;
pub mod input;
pub mod name;
mod order;
mod quarantine;
pub mod read;
pub mod render;
mod scope;
mod streaming;
mod target;

#[cfg(test)]
mod testing;

pub use dataset::{Dataset, DatasetId, DatasetOrigin};
pub use flow::{Flow, FlowId, FlowKind, FlowSource, Settings};
pub use graph::{DataflowGraph, build};
pub use input::{Defaults, FileStatements, GraphInput};
pub use name::Namespace;
pub use read::{Edge, ExternalRead, ExternalSource, FileRead};
