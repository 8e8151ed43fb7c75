//! [`StreamError`]: why a flow cannot go on from where it stands.

use lakesmith_engine::EngineError;

/// Why a flow cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The table says that the flow has written into it, and the flow's checkpoint is gone.
    #[error("the checkpoint `{folder}` of flow `{flow}` is gone, and the table holds what the flow wrote")]
    CheckpointGone {
        /// The flow.
        flow: String,
        /// The folder that should be there.
        folder: String,
    },
    /// A file of the checkpoint is missing or cannot be understood.
    #[error("the checkpoint file `{file}` of flow `{flow}` {why}")]
    Damaged {
        /// The flow.
        flow: String,
        /// The file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// A table that is read as a stream is another one than before.
    #[error("`{table}` has been made anew since the flow last read it")]
    SourceReplaced {
        /// The table.
        table: String,
    },
    /// A commit of a table that is read as a stream did more than append.
    #[error(
        "version {version} of `{table}` ({operation}) changed or deleted rows, and a stream reads only appended ones"
    )]
    NotAppend {
        /// The table.
        table: String,
        /// The commit.
        version: i64,
        /// Its operation.
        operation: String,
    },
    /// A commit that the flow has not read yet is no longer in the log.
    #[error("version {version} of `{table}` is no longer in its log, and the flow has not read it")]
    VersionMissing {
        /// The table.
        table: String,
        /// The commit.
        version: i64,
    },
    /// A stream is to begin after the end of a table.
    #[error("a stream of `{table}` is to begin at {start}, and its newest version is {newest}")]
    StartsLate {
        /// The table.
        table: String,
        /// Where the stream is to begin: a version or a time.
        start: String,
        /// The table's version.
        newest: i64,
    },
    /// Storage failed.
    #[error(transparent)]
    Failed(#[from] EngineError),
}
