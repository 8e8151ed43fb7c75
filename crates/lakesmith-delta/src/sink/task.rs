//! One task of a sink: reads one partition of the input, writes it and passes on what it stored.

use std::sync::{Arc, PoisonError};

use arrow::array::RecordBatch;
use datafusion::common::Result;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::{StreamExt, stream};
use lakesmith_engine::report::ReportEntry;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use super::shape::{Shape, stored};
use super::spec::{SinkSpec, counter};
use super::verdict::split;
use super::writer::{TableWriter, Target};
use super::{Reports, SinkExec, Unended};

/// Starts the task of one partition.
pub(crate) fn run(
    sink: &SinkExec,
    partition: usize,
    input: SendableRecordBatchStream,
    context: &TaskContext,
) -> Result<SendableRecordBatchStream> {
    let store = context.runtime_env().object_store(ObjectStoreUrl::local_filesystem())?;
    let writer = |target| TableWriter::new(target, Arc::clone(&store), context.memory_pool(), Arc::clone(&sink.faults));
    let task = Task {
        spec: Arc::clone(&sink.spec),
        shape: Arc::clone(&sink.shape),
        reports: Arc::clone(&sink.reports),
        unended: Arc::clone(&sink.unended),
        partition,
        table: writer(table_target(&sink.spec, partition))?,
        quarantine: quarantine_target(&sink.spec, partition).map(writer).transpose()?,
        counts: Counts::default(),
        store: Arc::clone(&store),
        is_ended: false,
    };
    task.unended.running.send_modify(|running| *running += 1);
    let rows = stream::unfold(Some((task, input)), |state| async move {
        let (mut task, mut input) = state?;
        match task.next(&mut input).await {
            Ok(Some(batch)) => Some((Ok(batch), Some((task, input)))),
            Ok(None) => None,
            Err(error) => {
                task.remove_parts().await;
                Some((Err(error), None))
            }
        }
    });
    Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&sink.spec.schema), rows)))
}

fn table_target(spec: &SinkSpec, task: usize) -> Target {
    Target {
        node: spec.node.clone(),
        folder: spec.folder.clone(),
        schema: Arc::clone(&spec.schema),
        partition_columns: spec.partition_columns.clone(),
        part_prefix: spec.part_prefix.clone(),
        task,
    }
}

fn quarantine_target(spec: &SinkSpec, task: usize) -> Option<Target> {
    let quarantine = spec.quarantine.as_ref()?;
    Some(Target {
        node: quarantine.node.clone(),
        folder: quarantine.folder.clone(),
        schema: Arc::clone(&quarantine.schema),
        partition_columns: Vec::new(),
        part_prefix: spec.part_prefix.clone(),
        task,
    })
}

#[derive(Debug, Default)]
struct Counts {
    written: usize,
    dropped: usize,
    quarantined: usize,
}

struct Task {
    spec: Arc<SinkSpec>,
    shape: Arc<Shape>,
    reports: Reports,
    unended: Arc<Unended>,
    partition: usize,
    table: TableWriter,
    quarantine: Option<TableWriter>,
    counts: Counts,
    store: Arc<dyn ObjectStore>,
    /// Whether the parts belong to the report and not to the task any more.
    is_ended: bool,
}

impl Task {
    /// Stores the next rows that are kept and gives them; at the input's end the parts are finished and reported.
    async fn next(&mut self, input: &mut SendableRecordBatchStream) -> Result<Option<RecordBatch>> {
        while let Some(batch) = input.next().await {
            let kept = self.store_batch(batch?).await?;
            if kept.num_rows() > 0 {
                return Ok(Some(kept));
            }
        }
        self.end().await?;
        Ok(None)
    }

    async fn store_batch(&mut self, batch: RecordBatch) -> Result<RecordBatch> {
        let split = split(&self.spec, &self.shape, batch)?;
        self.counts.dropped += split.dropped;
        self.counts.quarantined += split.quarantined_rows;
        if let (Some(writer), Some(rows)) = (&mut self.quarantine, &split.quarantined) {
            writer.write(rows).await?;
        }
        let kept = stored(self.shape.columns(&split.kept), &self.spec.schema, &self.spec.node)?;
        self.counts.written += kept.num_rows();
        self.table.write(&kept).await?;
        Ok(kept)
    }

    async fn end(&mut self) -> Result<()> {
        self.table.finish().await?;
        let mut entries = self.table.report();
        if let Some(quarantine) = &mut self.quarantine {
            quarantine.finish().await?;
            entries.extend(quarantine.report());
        }
        let counts = &self.counts;
        for (name, value) in [
            (counter::WRITTEN, counts.written),
            (counter::DROPPED, counts.dropped),
            (counter::QUARANTINED, counts.quarantined),
        ] {
            let value = i64::try_from(value).unwrap_or(i64::MAX);
            entries.push(ReportEntry::Counter { node: self.spec.node.clone(), name: name.to_owned(), value });
        }
        self.is_ended = true;
        // the parts of an earlier run of this partition may be committed by now, so they are not removed here
        self.reports.lock().unwrap_or_else(PoisonError::into_inner).insert(self.partition, entries);
        Ok(())
    }

    async fn remove_parts(&mut self) {
        let locations = self.abandon();
        self.unended.leave(&locations);
        remove(Arc::clone(&self.store), locations).await;
    }

    /// The locations of all parts, which are not the task's any more.
    fn abandon(&mut self) -> Vec<Path> {
        if std::mem::replace(&mut self.is_ended, true) {
            return Vec::new();
        }
        let mut locations = self.table.abandon();
        locations.extend(self.quarantine.as_mut().map(TableWriter::abandon).unwrap_or_default());
        locations
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        let locations = self.abandon();
        if !locations.is_empty() {
            // whoever runs the plan removes them; when it has gone too, this does, inside of a runtime
            self.unended.leave(&locations);
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(remove(Arc::clone(&self.store), locations));
            }
        }
        self.unended.running.send_modify(|running| *running -= 1);
    }
}

/// Removes parts that nothing will name. A part that cannot be removed stays as an orphan.
pub(super) async fn remove(store: Arc<dyn ObjectStore>, locations: Vec<Path>) {
    for location in locations {
        match store.delete(&location).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => tracing::warn!(%location, %error, "a part that is not needed could not be removed"),
        }
    }
}
