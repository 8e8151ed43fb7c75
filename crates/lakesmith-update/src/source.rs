//! [`SourceUse`]: what a flow reads, and under which key its progress is kept.

use std::path::{Path, PathBuf};

use lakesmith_base::QualifiedName;
use lakesmith_ingest::ReaderOptions;

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
    },
    /// Files.
    Files {
        /// File, folder or pattern.
        pattern: PathBuf,
        /// How they are read.
        options: Box<ReaderOptions>,
    },
}

impl Source {
    /// The key under which a flow's progress in the source is kept.
    pub fn key(&self) -> String {
        match self {
            Self::Table { folder, .. } => table_key(folder),
            Self::Files { pattern, .. } => format!("files:{}", pattern.display()),
        }
    }
}

/// The key of a table.
pub(crate) fn table_key(folder: &Path) -> String {
    format!("table:{}", folder.display())
}
