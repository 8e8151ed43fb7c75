//! File listing, inference and decoders that never lose a row.
//!
//! Start reading at [`options`]. [`list`] finds files, [`infer`] their columns, [`provider`] makes a table of them, and
//! [`counts_of`] tells after the scan what became of every record: decoded or rejected, never neither.

mod codec;
mod counts;
mod format_name;
mod framing;
mod infer;
mod json;
mod listing;
pub mod options;
mod parquet;
mod provider;
mod scan;
mod uri;
mod zone;

pub use codec::register_codecs;
pub use counts::{FileCounts, counts_of};
pub use format_name::format_by_name;
pub use framing::{LINE_LIMIT, LineFramer, Record};
pub use infer::{Inferred, infer};
pub use listing::{FoundFile, list};
pub use options::{Format, OptionFault, ReaderOptions, Usage};
pub use provider::{METADATA_COLUMN, metadata_field, provider};
