//! File listing, inference and decoders that never lose a row.
//!
//! Start reading at [`options`]. [`list`] finds files, [`infer`] their columns, [`provider`] makes a table of them, and
//! [`counts_of`] tells after the scan what became of every record: decoded or rejected, never neither.

mod codec;
mod counts;
mod csv;
mod evolve;
mod format_name;
mod framing;
mod infer;
mod json;
mod listing;
pub mod options;
mod parquet;
mod partition;
mod provider;
mod rows;
mod scan;
mod text;
mod times;
pub mod uri;
mod zone;

#[cfg(test)]
mod answers;

pub use codec::register_codecs;
pub use counts::{FileCounts, counts_of};
pub use evolve::{add_new_columns, extends};
pub use framing::{LINE_LIMIT, LineFramer, LineRules, Record};
pub use infer::{Inferred, infer};
pub use listing::{FoundFile, list};
pub use options::{Format, OptionFault, ReaderOptions, SchemaEvolution, Usage};
pub use provider::{METADATA_COLUMN, metadata_field, provider};
