//! Streaming queries of data frames.

use super::WriteTarget;
use crate::expression::UserDefinedFunction;
use crate::relation::Relation;

/// `DataFrame.writeStream`.
#[derive(Debug, Clone, PartialEq)]
pub struct StartStream {
    /// The streaming DataFrame.
    pub input: Relation,
    /// Format.
    pub format: String,
    /// Options.
    pub options: Vec<(String, String)>,
    /// Partition columns.
    pub partition_by: Vec<String>,
    /// Clustering columns.
    pub cluster_by: Vec<String>,
    /// When batches run.
    pub trigger: StreamTrigger,
    /// Output mode.
    pub output_mode: String,
    /// Query name.
    pub query_name: String,
    /// Where to.
    pub target: WriteTarget,
    /// The function of `foreach`.
    pub foreach_writer: Option<UserDefinedFunction>,
    /// The function of `foreachBatch`.
    pub foreach_batch: Option<UserDefinedFunction>,
}

/// When the batches of a streaming query run.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamTrigger {
    /// As soon as the last one ends.
    Default,
    /// At an interval, for example `5 seconds`.
    ProcessingTime(String),
    /// What is there now, in several batches.
    AvailableNow,
    /// What is there now, in one batch.
    Once,
    /// Continuous processing.
    Continuous(String),
    /// Real-time mode.
    RealTime(String),
}

/// What is asked of a streaming query.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamingQueryAction {
    /// `status`.
    Status,
    /// `lastProgress`.
    LastProgress,
    /// `recentProgress`.
    RecentProgress,
    /// `stop`.
    Stop,
    /// `processAllAvailable`.
    ProcessAllAvailable,
    /// `explain`.
    Explain {
        /// With logical plans.
        extended: bool,
    },
    /// `exception`.
    Exception,
    /// `awaitTermination`.
    AwaitTermination {
        /// Milliseconds.
        timeout: Option<i64>,
    },
}

/// What is asked of all streaming queries.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamingQueryManagerAction {
    /// `active`.
    Active,
    /// `get`.
    Get(String),
    /// `awaitAnyTermination`.
    AwaitAnyTermination {
        /// Milliseconds.
        timeout: Option<i64>,
    },
    /// `resetTerminated`.
    ResetTerminated,
    /// `addListener` with its id and pickled class.
    AddListener(String, Vec<u8>),
    /// `removeListener`.
    RemoveListener(String),
    /// `listListeners`.
    ListListeners,
}
