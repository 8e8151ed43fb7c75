//! The rows of a query that is computed once: kept in memory, and on disk once memory is short.

use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::RecordBatch;
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::spill_file::SpillFile;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::memory::MemoryStream;
use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, SpillMetrics};
use datafusion::physical_plan::spill::SpillManager;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};
use futures::future::{BoxFuture, FutureExt, Shared};
use futures::stream::StreamExt;

/// One computation that several readers wait for.
type Computation = Shared<BoxFuture<'static, Result<Arc<Kept>, Arc<DataFusionError>>>>;

/// The rows of each partition of a query.
#[derive(Debug)]
pub(super) struct Rows {
    partitions: Mutex<Vec<Option<Computation>>>,
}

impl Rows {
    /// Those of a plan, which is not run before one of its partitions is read.
    pub fn new(source: &Arc<dyn ExecutionPlan>) -> Self {
        Self { partitions: Mutex::new(vec![None; source.output_partitioning().partition_count()]) }
    }

    /// The rows of a partition. The first reader computes it, to its end, and the others wait for it.
    pub async fn read(
        &self,
        partition: usize,
        source: &Arc<dyn ExecutionPlan>,
        context: &Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let computation = {
            let mut partitions = self.partitions.lock().unwrap_or_else(PoisonError::into_inner);
            if partitions.len() <= partition {
                partitions.resize(partition + 1, None);
            }
            let (source, context) = (Arc::clone(source), Arc::clone(context));
            let begin = || async move { kept(partition, source, context).await.map_err(Arc::new) }.boxed().shared();
            partitions[partition].get_or_insert_with(begin).clone()
        };
        let kept = computation.await.map_err(DataFusionError::Shared)?;
        kept.read(source)
    }
}

/// The rows of a partition.
struct Kept {
    batches: Vec<RecordBatch>,
    /// What the batches take of the memory of all.
    _memory: MemoryReservation,
    spilled: Option<(SpillManager, Arc<dyn SpillFile>)>,
}

impl Kept {
    /// The rows, from disk where they are there.
    fn read(&self, source: &Arc<dyn ExecutionPlan>) -> Result<SendableRecordBatchStream> {
        match &self.spilled {
            Some((manager, file)) => manager.read_spill_as_stream(Arc::clone(file), None),
            None => Ok(Box::pin(MemoryStream::try_new(self.batches.clone(), source.schema(), None)?)),
        }
    }
}

/// Runs a partition and keeps its rows.
async fn kept(partition: usize, source: Arc<dyn ExecutionPlan>, context: Arc<TaskContext>) -> Result<Arc<Kept>> {
    let name = format!("{}[{partition}]", super::NAME);
    let memory = MemoryConsumer::new(&name).with_can_spill(true).register(context.memory_pool());
    let metrics = SpillMetrics::new(&ExecutionPlanMetricsSet::new(), partition);
    let manager = SpillManager::new(context.runtime_env(), metrics, source.schema());
    let mut stream = source.execute(partition, context)?;
    let (mut batches, mut spilling): (Vec<RecordBatch>, _) = (Vec::new(), None);
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        if spilling.is_none() && memory.try_grow(batch.get_array_memory_size()).is_err() {
            let mut file = manager.create_in_progress_file(&name)?;
            for kept in std::mem::take(&mut batches) {
                file.append_batch(&kept)?;
            }
            memory.free();
            spilling = Some(file);
        }
        match &mut spilling {
            Some(file) => _ = file.append_batch(&batch)?,
            None => batches.push(batch),
        }
    }
    let file = match &mut spilling {
        Some(file) => file.finish()?,
        None => None,
    };
    Ok(Arc::new(Kept { batches, _memory: memory, spilled: file.map(|file| (manager, file)) }))
}
