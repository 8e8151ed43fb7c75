//! Reads: [`Edge`] is a flow's read of a dataset, [`ExternalRead`] one of anything else.

use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::Span;

use crate::dataset::DatasetId;
use crate::flow::FlowId;

/// A flow's read of a dataset of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The flow that reads.
    pub flow: FlowId,
    /// The dataset that is read.
    pub dataset: DatasetId,
    /// Whether it is read as a stream: STREAM was written, or AUTO CDC implies it.
    pub is_streaming: bool,
    /// Where the dataset's name stands in the query.
    pub span: Span,
}

/// A flow's read of something that the pipeline does not define.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalRead {
    /// The flow that reads.
    pub flow: FlowId,
    /// What is read.
    pub source: ExternalSource,
    /// Whether it is read as a stream.
    pub is_streaming: bool,
    /// Where the name, or the call of the function, stands.
    pub span: Span,
}

/// What an [`ExternalRead`] reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExternalSource {
    /// A table by its full name.
    Table(QualifiedName),
    /// Files.
    Files(FileRead),
    /// `event_log(…)` with the argument's text, where it is a name or a constant.
    EventLog(Option<String>),
    /// A service that a table function of this name reads, as `read_kafka`.
    Service(String),
}

/// A read of files by path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRead {
    /// `read_files`, `cloud_files`, `data source`, or the format of a direct query.
    pub function: String,
    /// The path, where it is a constant.
    pub path: Option<String>,
    /// The format, where it is a constant.
    pub format: Option<String>,
}

impl ExternalSource {
    /// A short text that names the source.
    pub fn label(&self) -> String {
        match self {
            Self::Table(name) => name.to_string(),
            Self::Files(files) => {
                let path = files.path.as_deref().unwrap_or("…");
                match &files.format {
                    Some(format) => format!("{format} files {path}"),
                    None => format!("files {path}"),
                }
            }
            Self::EventLog(argument) => format!("event_log({})", argument.as_deref().unwrap_or_default()),
            Self::Service(function) => format!("{function}(…)"),
        }
    }
}
