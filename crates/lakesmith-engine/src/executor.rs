//! [`Executor`]: runs physical plans. [`LocalExecutor`] runs every partition as a task of this process.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::{ExecutionPlan, collect, collect_partitioned, execute_stream_partitioned};
use tokio::task::JoinSet;

use crate::catalog::BoxFuture;
use crate::error::{EngineError, ErrorKind};

/// Runs physical plans to their end.
pub trait Executor: std::fmt::Debug + Send + Sync {
    /// Runs all partitions and gives all rows; for results that fit memory.
    fn collect(&self, plan: Arc<dyn ExecutionPlan>) -> BoxFuture<'_, Result<Vec<RecordBatch>, EngineError>>;

    /// Runs all partitions and gives the rows of each partition; for task reports.
    fn collect_partitions(
        &self,
        plan: Arc<dyn ExecutionPlan>,
    ) -> BoxFuture<'_, Result<Vec<Vec<RecordBatch>>, EngineError>>;

    /// Runs all partitions, drops their rows and gives their number.
    fn drain(&self, plan: Arc<dyn ExecutionPlan>) -> BoxFuture<'_, Result<u64, EngineError>>;
}

/// Runs plans in this process.
#[derive(Debug, Clone)]
pub struct LocalExecutor {
    context: Arc<TaskContext>,
}

impl LocalExecutor {
    /// An executor whose tasks use the session's runtime and settings.
    pub fn new(context: Arc<TaskContext>) -> Self {
        Self { context }
    }
}

impl Executor for LocalExecutor {
    fn collect(&self, plan: Arc<dyn ExecutionPlan>) -> BoxFuture<'_, Result<Vec<RecordBatch>, EngineError>> {
        let context = Arc::clone(&self.context);
        Box::pin(async move {
            collect(plan, context).await.map_err(|error| EngineError::from_datafusion("run query", error))
        })
    }

    fn collect_partitions(
        &self,
        plan: Arc<dyn ExecutionPlan>,
    ) -> BoxFuture<'_, Result<Vec<Vec<RecordBatch>>, EngineError>> {
        let context = Arc::clone(&self.context);
        Box::pin(async move {
            collect_partitioned(plan, context).await.map_err(|error| EngineError::from_datafusion("run query", error))
        })
    }

    fn drain(&self, plan: Arc<dyn ExecutionPlan>) -> BoxFuture<'_, Result<u64, EngineError>> {
        let context = Arc::clone(&self.context);
        Box::pin(async move {
            let streams = execute_stream_partitioned(plan, context)
                .map_err(|error| EngineError::from_datafusion("run query", error))?;
            let mut tasks = JoinSet::new();
            for mut stream in streams {
                tasks.spawn(async move {
                    let mut rows = 0u64;
                    while let Some(batch) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await {
                        rows += batch?.num_rows() as u64;
                    }
                    Ok::<u64, DataFusionError>(rows)
                });
            }
            let drained = joined(&mut tasks).await;
            // after a failure no task works on: what it has written can be removed now
            tasks.shutdown().await;
            drained
        })
    }
}

/// The rows of all tasks, or the first error.
async fn joined(tasks: &mut JoinSet<Result<u64, DataFusionError>>) -> Result<u64, EngineError> {
    let mut total = 0;
    while let Some(ended) = tasks.join_next().await {
        let rows = ended.map_err(|error| {
            EngineError::new(ErrorKind::Internal, "run query", "a task of the plan panicked").caused_by(error)
        })?;
        total += rows.map_err(|error| EngineError::from_datafusion("run query", error))?;
    }
    Ok(total)
}
