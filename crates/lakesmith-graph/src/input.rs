//! [`GraphInput`]: what the graph is built from.

use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::SourceId;
use lakesmith_unresolved::PipelineStatement;

/// The statements of a pipeline and the names it defaults to.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphInput {
    /// The files, in the order in which they are read.
    pub files: Vec<FileStatements>,
    /// Catalog and schema of the pipeline.
    pub defaults: Defaults,
    /// Names that statements which could not be parsed define or write to. Nothing is said about reads of these names.
    pub unparsed: Vec<QualifiedName>,
    /// Names of the functions of SQL that the catalog holds, in whatever schema.
    pub functions: Vec<Identifier>,
}

impl GraphInput {
    /// The input of files that were parsed without faults.
    pub const fn new(files: Vec<FileStatements>, defaults: Defaults) -> Self {
        Self { files, defaults, unparsed: Vec::new(), functions: Vec::new() }
    }
}

/// The statements of one file. SET and USE hold from their place to the end of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileStatements {
    /// The text the statements' spans refer to.
    pub source: SourceId,
    /// The file's path relative to the project.
    pub path: String,
    /// The statements, in order.
    pub statements: Vec<PipelineStatement>,
}

/// Where names without catalog or schema live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defaults {
    /// Catalog.
    pub catalog: Identifier,
    /// Schema.
    pub schema: Identifier,
}
