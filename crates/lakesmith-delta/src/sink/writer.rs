//! [`TableWriter`]: all files that one task writes into one table.
//!
//! A partitioned table has one open file for each partition value, up to a cap; beyond it the file that was written to longest
//! ago is finished first. Memory is asked of the process's pool; when there is none left, row groups go to the store early.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, UInt32Array};
use arrow::compute::{take, take_record_batch};
use arrow::datatypes::SchemaRef;
use arrow::row::{Row, RowConverter, SortField};
use datafusion::common::Result;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool, MemoryReservation};
use lakesmith_engine::Faults;
use lakesmith_engine::report::ReportEntry;
use object_store::ObjectStore;
use object_store::path::Path;
use uuid::Uuid;

use super::column_statistics::statistics_json;
use super::part::{FinishedPart, Part};
use crate::partition::write_values;
use crate::path::partition_folder;
use crate::scan::file_location;

/// At this size a file is finished and another begun.
const TARGET_BYTES: usize = 128 << 20;

/// How many files of different partitions a task keeps open.
const OPEN_FILES: usize = 64;

/// Which files a task writes where.
pub(crate) struct Target {
    pub(crate) node: String,
    pub(crate) folder: String,
    pub(crate) schema: SchemaRef,
    pub(crate) partition_columns: Vec<String>,
    pub(crate) part_prefix: String,
    /// Number of the task.
    pub(crate) task: usize,
}

type PartitionValues = Vec<Option<String>>;

/// The files of a task in a table.
pub(crate) struct TableWriter {
    target: Target,
    /// The columns that stand in the files.
    file_columns: Vec<usize>,
    file_schema: SchemaRef,
    /// The columns that the table is partitioned by.
    partition_columns: Vec<usize>,
    grouping: Option<RowConverter>,
    store: Arc<dyn ObjectStore>,
    faults: Arc<dyn Faults>,
    memory: MemoryReservation,
    open: HashMap<PartitionValues, (u64, Part)>,
    uses: u64,
    finished: Vec<FinishedPart>,
    begun: Vec<Path>,
}

impl TableWriter {
    pub(crate) fn new(
        target: Target,
        store: Arc<dyn ObjectStore>,
        pool: &Arc<dyn MemoryPool>,
        faults: Arc<dyn Faults>,
    ) -> Result<Self> {
        let partition_columns: Vec<usize> =
            target.partition_columns.iter().map(|name| target.schema.index_of(name)).collect::<Result<_, _>>()?;
        let count = target.schema.fields().len();
        let file_columns: Vec<usize> = (0..count).filter(|index| !partition_columns.contains(index)).collect();
        let file_schema = Arc::new(target.schema.project(&file_columns)?);
        let sort = |index: &usize| SortField::new(target.schema.field(*index).data_type().clone());
        let grouping = match partition_columns.is_empty() {
            true => None,
            false => Some(RowConverter::new(partition_columns.iter().map(sort).collect())?),
        };
        let consumer = MemoryConsumer::new(format!("{}[{}]", target.node, target.task)).with_can_spill(true);
        let memory = consumer.register(pool);
        let (open, finished, begun) = (HashMap::new(), Vec::new(), Vec::new());
        Ok(Self {
            target,
            file_columns,
            file_schema,
            partition_columns,
            grouping,
            store,
            faults,
            memory,
            open,
            uses: 0,
            finished,
            begun,
        })
    }

    /// Writes rows of the table.
    pub(crate) async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        for (values, rows) in self.groups(batch)? {
            self.write_group(values, rows).await?;
        }
        self.account().await
    }

    /// Finishes all files.
    pub(crate) async fn finish(&mut self) -> Result<()> {
        let open = std::mem::take(&mut self.open);
        let in_order: BTreeMap<PartitionValues, Part> =
            open.into_iter().map(|(values, (_, part))| (values, part)).collect();
        for part in in_order.into_values() {
            self.finish_part(part).await?;
        }
        self.memory.free();
        Ok(())
    }

    /// The files that were finished, as entries of a report.
    pub(crate) fn report(&self) -> Vec<ReportEntry> {
        let entry = |part: &FinishedPart| ReportEntry::File {
            node: self.target.node.clone(),
            path: part.path.clone(),
            bytes: i64::try_from(part.bytes).unwrap_or(i64::MAX),
            rows: i64::try_from(part.rows).unwrap_or(i64::MAX),
            partition: part.partition.clone(),
            statistics: Some(statistics_json(part.rows, &part.metadata, &self.file_schema, &part.floats)),
        };
        self.finished.iter().map(entry).collect()
    }

    /// The locations of all files that were begun, and forgets open ones.
    pub(crate) fn abandon(&mut self) -> Vec<Path> {
        self.open.clear();
        self.memory.free();
        std::mem::take(&mut self.begun)
    }

    /// The batch's rows by partition, without the partition columns.
    fn groups(&self, batch: &RecordBatch) -> Result<Vec<(PartitionValues, RecordBatch)>> {
        let rows = batch.project(&self.file_columns)?.with_schema(Arc::clone(&self.file_schema))?;
        let Some(grouping) = &self.grouping else { return Ok(vec![(Vec::new(), rows)]) };
        let keys: Vec<ArrayRef> = self.partition_columns.iter().map(|index| Arc::clone(batch.column(*index))).collect();
        let converted = grouping.convert_columns(&keys)?;
        let mut numbers: HashMap<Row<'_>, usize> = HashMap::new();
        let mut members: Vec<Vec<u32>> = Vec::new();
        for (index, key) in (0u32..).zip(converted.iter()) {
            let number = *numbers.entry(key).or_insert(members.len());
            if number == members.len() {
                members.push(Vec::new());
            }
            members[number].push(index);
        }
        let mut groups = Vec::with_capacity(members.len());
        for indices in members.into_iter().map(UInt32Array::from) {
            let group =
                if indices.len() == rows.num_rows() { rows.clone() } else { take_record_batch(&rows, &indices)? };
            groups.push((self.partition_texts(&keys, &indices)?, group));
        }
        Ok(groups)
    }

    /// The partition values of the first of these rows, which all have the same.
    fn partition_texts(&self, keys: &[ArrayRef], rows: &UInt32Array) -> Result<PartitionValues> {
        let first = rows.slice(0, 1);
        let text = |key: &ArrayRef| {
            let texts = write_values(&take(key, &first, None)?);
            let mut texts = texts.map_err(|error| datafusion::common::DataFusionError::External(Box::new(error)))?;
            Ok(texts.pop().flatten())
        };
        keys.iter().map(text).collect()
    }

    async fn write_group(&mut self, values: PartitionValues, rows: RecordBatch) -> Result<()> {
        if !self.open.contains_key(&values) {
            self.make_room().await?;
            let part = self.begin(&values)?;
            self.open.insert(values.clone(), (0, part));
        }
        self.uses += 1;
        let Some((used, part)) = self.open.get_mut(&values) else { return Ok(()) };
        *used = self.uses;
        part.write(&rows).await?;
        if part.size() >= TARGET_BYTES
            && let Some((_, part)) = self.open.remove(&values)
        {
            self.finish_part(part).await?;
        }
        Ok(())
    }

    async fn make_room(&mut self) -> Result<()> {
        if self.open.len() < OPEN_FILES { Ok(()) } else { self.finish_oldest().await }
    }

    async fn finish_oldest(&mut self) -> Result<()> {
        let oldest = self.open.iter().min_by_key(|(_, (used, _))| *used).map(|(values, _)| values.clone());
        match oldest.and_then(|values| self.open.remove(&values)) {
            Some((_, part)) => self.finish_part(part).await,
            None => Ok(()),
        }
    }

    fn begin(&mut self, values: &PartitionValues) -> Result<Part> {
        let target = &self.target;
        let name = format!("part-{:05}-{}-{}.parquet", target.task, Uuid::new_v4(), target.part_prefix);
        let partition: Vec<_> = target.partition_columns.iter().cloned().zip(values.iter().cloned()).collect();
        let path = if partition.is_empty() { name } else { format!("{}/{name}", partition_folder(&partition)) };
        let location = file_location(&path, &target.folder).map_err(external)?;
        self.begun.push(location.clone());
        Part::begin(Arc::clone(&self.store), location, path, partition, Arc::clone(&self.file_schema))
    }

    async fn finish_part(&mut self, part: Part) -> Result<()> {
        self.faults.reach("sink.before_part").map_err(external)?;
        let finished = part.finish().await?;
        self.finished.push(finished);
        self.faults.reach("sink.after_part").map_err(external)
    }

    /// Tells the pool how much memory the open files hold, and makes it less when the pool has no more.
    async fn account(&mut self) -> Result<()> {
        let held = |open: &HashMap<PartitionValues, (u64, Part)>| open.values().map(|(_, part)| part.memory()).sum();
        if self.memory.try_resize(held(&self.open)).is_ok() {
            return Ok(());
        }
        for (_, part) in self.open.values_mut() {
            part.flush().await?;
        }
        // what files still hold is their buffers on the way to the store; finished files hold nothing
        while self.memory.try_resize(held(&self.open)).is_err() {
            self.finish_oldest().await?;
        }
        Ok(())
    }
}

fn external(error: lakesmith_engine::EngineError) -> datafusion::common::DataFusionError {
    datafusion::common::DataFusionError::External(Box::new(error))
}
