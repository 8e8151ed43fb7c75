//! [`QueryResult`]: the rows of a query on their way. [`QueryError`]: why there are none.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::physical_plan::{ExecutionPlan, SendableRecordBatchStream};
use futures::StreamExt;
use lakesmith_diagnostic::{Diagnostic, SourceMap};
use lakesmith_engine::EngineError;
use lakesmith_ingest::FileCounts;
use lakesmith_unresolved::StructField;
use lakesmith_value::Zone;

/// The rows of a query.
pub struct QueryResult {
    /// The columns. Two may have the same name.
    pub columns: Vec<StructField>,
    /// What the user should know about the files that were read.
    pub warnings: Vec<String>,
    /// The zone in which instants are shown.
    pub zone: Zone,
    rows: SendableRecordBatchStream,
    /// What computes the rows, where files may be read.
    plan: Option<Arc<dyn ExecutionPlan>>,
    says_places: bool,
}

impl std::fmt::Debug for QueryResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QueryResult").field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl QueryResult {
    /// The same, with what the user should know.
    pub(crate) fn with_warnings(mut self, warnings: Vec<String>) -> Self {
        self.warnings = warnings;
        self
    }

    pub(crate) fn new(columns: Vec<StructField>, warnings: Vec<String>, rows: SendableRecordBatchStream) -> Self {
        Self { columns, warnings, zone: Zone::default(), rows, plan: None, says_places: true }
    }

    /// The same rows, computed by a plan that may read files.
    pub(crate) fn of_plan(self, plan: Arc<dyn ExecutionPlan>) -> Self {
        Self { plan: Some(plan), ..self }
    }

    /// The same rows, instants shown in a zone.
    pub(crate) fn shown_in(self, zone: Zone) -> Self {
        Self { zone, ..self }
    }

    /// The same rows; an error says no place, because it would be one in another text.
    pub(crate) fn without_places(self) -> Self {
        Self { says_places: false, ..self }
    }

    /// Files with records that became no rows. To be called when all rows have come.
    pub fn rejections(&self) -> Vec<FileCounts> {
        let mut files = self.plan.as_ref().map(lakesmith_ingest::counts_of).unwrap_or_default();
        files.retain(|file| file.rejected > 0);
        files
    }

    /// The next rows, in the query's order; `None` at the end.
    ///
    /// Columns of a batch stand in the order of [`Self::columns`]; their names inside the batch mean nothing.
    pub async fn next(&mut self) -> Option<Result<RecordBatch, EngineError>> {
        let batch = self.rows.next().await?;
        Some(batch.map_err(|error| {
            let error = EngineError::from_datafusion("run query", error);
            EngineError { place: error.place.filter(|_| self.says_places), ..error }
        }))
    }

    /// All rows, for results that fit memory.
    pub async fn collect(mut self) -> Result<Vec<RecordBatch>, EngineError> {
        let mut batches = Vec::new();
        while let Some(batch) = self.next().await {
            batches.push(batch?);
        }
        Ok(batches)
    }
}

/// Why a query gives no rows.
#[derive(Debug)]
pub enum QueryError {
    /// The query is wrong; all that could be found.
    Wrong {
        /// The texts that the diagnostics point into.
        sources: SourceMap,
        /// The faults.
        diagnostics: Vec<Diagnostic>,
    },
    /// Reading or computing failed.
    Failed(Box<EngineError>),
}

impl From<EngineError> for QueryError {
    fn from(error: EngineError) -> Self {
        Self::Failed(Box::new(error))
    }
}
