//! [`SourceUse`]: what a flow reads, and under which key its progress is kept.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lakesmith_base::QualifiedName;
use lakesmith_ingest::ReaderOptions;
use lakesmith_stream::TableOptions;

use crate::pipeline::Pipeline;

/// One source of a flow.
#[derive(Debug, Clone)]
pub(crate) struct SourceUse {
    pub source: Source,
    pub is_streaming: bool,
}

/// What is read.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A table, of the pipeline or from outside.
    Table {
        /// Its full name.
        name: QualifiedName,
        /// Its folder.
        folder: PathBuf,
        /// How it is read as a stream.
        options: TableOptions,
    },
    /// Files.
    Files {
        /// File, folder or pattern.
        pattern: PathBuf,
        /// How they are read.
        options: Box<ReaderOptions>,
        /// The unread files whose columns are known, where new columns matter; later ones wait for the next update.
        seen: Option<Arc<BTreeSet<PathBuf>>>,
    },
}

impl Source {
    /// The key under which a flow's progress in the source is kept. It holds no path of this machine where the source lies in
    /// the project, so a copy of the project goes on where this one stands.
    pub fn key(&self, pipeline: &Pipeline) -> String {
        match self {
            Self::Table { folder, .. } => table_key(pipeline, folder),
            Self::Files { pattern, .. } => files_key(pipeline, pattern),
        }
    }

    /// Whether both are the same source.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Table { folder: own, .. }, Self::Table { folder, .. }) => own == folder,
            (Self::Files { pattern: own, .. }, Self::Files { pattern, .. }) => own == pattern,
            _ => false,
        }
    }
}

/// The key of files.
pub(crate) fn files_key(pipeline: &Pipeline, pattern: &Path) -> String {
    format!("files:{}", pipeline.shown_path(pattern))
}

/// The key of a table.
pub(crate) fn table_key(pipeline: &Pipeline, folder: &Path) -> String {
    format!("table:{}", pipeline.shown_path(folder))
}
