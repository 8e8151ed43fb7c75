//! [`FilesExec`]: the plan node that scans files. It is a leaf.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, Statistics, internal_datafusion_err};
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::statistics::StatisticsArgs;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties,
    ReplaceChildrenOptions,
};
use futures::stream::try_unfold;
use object_store::ObjectStore;
use serde::{Deserialize, Serialize};

use super::metadata::{metadata_array, partition_array};
use super::part::{OpenPart, PartSettings};
use super::reading::compression_of;
use super::split::{FilePart, spread};
use crate::counts::{CountsTable, FileCounts};
use crate::listing::FoundFile;
use crate::options::{Compression, Format, ParseMode, ReaderOptions, Rules};
use crate::parquet::part::ParquetPart;
use crate::partition;
use crate::rows::RowPlan;

/// Name of the node.
pub(crate) const NAME: &str = "FilesExec";

/// What a scan does, as it is shipped. Schemas travel beside it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FilesScan {
    pub(crate) rules: Rules,
    pub(crate) files: Vec<FoundFile>,
    pub(crate) partitions: Vec<Vec<FilePart>>,
    /// Positions in the table's columns; the last column of the table is `_metadata`.
    pub(crate) projection: Vec<usize>,
    pub(crate) mode: ParseMode,
    pub(crate) rescued: Option<usize>,
    pub(crate) corrupt: Option<usize>,
    pub(crate) compression: Compression,
    pub(crate) rejects_damaged: bool,
    pub(crate) ignores_missing: bool,
    /// Rows after which each partition stops.
    pub(crate) limit: Option<usize>,
    /// Positions of the columns whose values the names of folders say, and how many folders say nothing.
    pub(crate) from_folders: Vec<usize>,
    pub(crate) folders: usize,
}

impl FilesScan {
    /// A scan of files whose table has the columns of `table`, `_metadata` last.
    pub(crate) fn new(files: Vec<FoundFile>, table: &Schema, options: &ReaderOptions, partitions: usize) -> Self {
        let data = table.fields().len().saturating_sub(1);
        let columns = Arc::new(Schema::new(table.fields()[..data].to_vec()));
        let plan = RowPlan::new(columns, options, 0);
        let is_splittable = |file: &FoundFile| {
            let is_plain = || compression_of(file, options.compression) == Compression::None;
            options.format == Format::Parquet || options.is_splittable() && is_plain()
        };
        let rejects_damaged = match (options.ignore_corrupt_files, options.format) {
            (Some(rejects), _) => rejects,
            (None, Format::Parquet) => options.mode != ParseMode::FailFast,
            (None, Format::Json | Format::Csv | Format::Text) => false,
        };
        let folders = options.partition_depth();
        Self {
            from_folders: folders.map(|folders| from_folders(table, &files, folders, options)).unwrap_or_default(),
            folders: folders.unwrap_or_default(),
            rules: options.rules(),
            partitions: spread(&files, partitions, is_splittable),
            files,
            projection: (0..=data).collect(),
            mode: plan.mode,
            rescued: plan.rescued,
            corrupt: plan.corrupt,
            compression: options.compression,
            rejects_damaged,
            ignores_missing: options.ignore_missing_files,
            limit: None,
        }
    }
}

/// Scans files.
#[derive(Debug, Clone)]
pub(crate) struct FilesExec {
    scan: Arc<FilesScan>,
    table: SchemaRef,
    counts: CountsTable,
    properties: Arc<PlanProperties>,
}

impl FilesExec {
    /// A node for a scan of a table with these columns, `_metadata` last.
    pub(crate) fn try_new(scan: FilesScan, table: SchemaRef) -> Result<Self> {
        let schema = Arc::new(table.project(&scan.projection)?);
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(scan.partitions.len()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        let counts = CountsTable::default();
        Ok(Self { scan: Arc::new(scan), table, counts, properties: Arc::new(properties) })
    }

    /// What is scanned.
    pub(crate) fn scan(&self) -> &FilesScan {
        &self.scan
    }

    /// The table's columns.
    pub(crate) fn table(&self) -> &SchemaRef {
        &self.table
    }

    /// The counts of the files read so far.
    pub(crate) fn counts(&self) -> Vec<FileCounts> {
        self.counts.by_file(|file| self.scan.files.get(file).map(|file| file.path.clone()).unwrap_or_default())
    }

    fn settings(&self, batch_size: usize) -> PartSettings {
        let data = self.table.fields().len().saturating_sub(1);
        let is_decoded = |column: &usize| *column < data && !self.scan.from_folders.contains(column);
        let projection = self.scan.projection.iter().copied().filter(is_decoded).collect();
        let plan = RowPlan {
            columns: Arc::new(Schema::new(self.table.fields()[..data].to_vec())),
            projection,
            mode: self.scan.mode,
            rescued: self.scan.rescued,
            corrupt: self.scan.corrupt,
            partitions: self.scan.from_folders.clone(),
            batch_size,
        };
        PartSettings {
            plan,
            rules: self.scan.rules.clone(),
            compression: self.scan.compression,
            rejects_damaged: self.scan.rejects_damaged,
            ignores_missing: self.scan.ignores_missing,
        }
    }
}

impl DisplayAs for FilesExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: u64 = self.scan.files.iter().map(|file| file.size).sum();
        let schema = self.properties.eq_properties.schema();
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        write!(
            f,
            "{NAME}: format={}, files={}, bytes={bytes}, projection=[{}]",
            self.scan.rules.format_name(),
            self.scan.files.len(),
            names.join(", ")
        )?;
        if let Some(limit) = self.scan.limit {
            write!(f, ", limit={limit}")?;
        }
        Ok(())
    }
}

impl ExecutionPlan for FilesExec {
    fn name(&self) -> &'static str {
        NAME
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let parts = self.scan.partitions.get(partition);
        let parts = parts.ok_or_else(|| internal_datafusion_err!("{NAME} has no partition {partition}"))?.clone();
        let memory = MemoryConsumer::new(format!("{NAME}[{partition}]")).register(context.memory_pool());
        let store = context.runtime_env().object_store(ObjectStoreUrl::local_filesystem())?;
        let schema = self.schema();
        self.counts.start(partition);
        let run = PartitionRun {
            settings: self.settings(context.session_config().batch_size()),
            scan: Arc::clone(&self.scan),
            schema: Arc::clone(&schema),
            metadata: self.table.fields().len().saturating_sub(1),
            counts: self.counts.clone(),
            partition,
            parts: parts.into_iter().enumerate(),
            open: None,
            store,
            memory,
            left: self.scan.limit,
        };
        let batches = try_unfold(run, |mut run| async move { Ok(run.next_batch().await?.map(|batch| (batch, run))) });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, batches)))
    }

    fn statistics_from_inputs(&self, _: &[Arc<Statistics>], args: &StatisticsArgs) -> Result<Arc<Statistics>> {
        let parts: Vec<&FilePart> = match args.partition() {
            Some(partition) => self.scan.partitions.get(partition).into_iter().flatten().collect(),
            None => self.scan.partitions.iter().flatten().collect(),
        };
        let bytes: u64 = parts.iter().map(|part| part.end - part.start).sum();
        let mut statistics = Statistics::new_unknown(&self.schema());
        statistics.total_byte_size = Precision::Inexact(usize::try_from(bytes).unwrap_or(usize::MAX));
        Ok(Arc::new(statistics))
    }
}

/// The columns, all but the last one, whose names stand in the names of folders.
fn from_folders(table: &Schema, files: &[FoundFile], folders: usize, options: &ReaderOptions) -> Vec<usize> {
    let names: BTreeSet<String> = files
        .iter()
        .flat_map(|file| partition::values(&file.path, folders))
        .filter(|(name, _)| options.is_partition(name))
        .map(|(name, _)| name.to_lowercase())
        .collect();
    let data = table.fields().len().saturating_sub(1);
    (0..data).filter(|at| names.contains(&table.field(*at).name().to_lowercase())).collect()
}

/// A part that is being decoded.
enum Open {
    Text(Box<OpenPart>),
    Parquet(Box<ParquetPart>),
}

/// One run of one partition.
struct PartitionRun {
    scan: Arc<FilesScan>,
    settings: PartSettings,
    schema: SchemaRef,
    /// Position of `_metadata` in the table.
    metadata: usize,
    counts: CountsTable,
    partition: usize,
    parts: std::iter::Enumerate<std::vec::IntoIter<FilePart>>,
    open: Option<(usize, FoundFile, Open)>,
    store: Arc<dyn ObjectStore>,
    memory: MemoryReservation,
    left: Option<usize>,
}

impl PartitionRun {
    async fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        while self.left != Some(0) {
            let Some((nth, file, open)) = &mut self.open else {
                let Some((nth, part)) = self.parts.next() else { return Ok(None) };
                let file = self.scan.files.get(part.file);
                let file = file.ok_or_else(|| internal_datafusion_err!("{NAME} has no file {}", part.file))?.clone();
                let store = Arc::clone(&self.store);
                let open = match self.scan.rules {
                    Rules::Parquet(_) => Open::Parquet(Box::new(ParquetPart::new(store, &self.settings, &file, part))),
                    _ => Open::Text(Box::new(OpenPart::new(store, &self.settings, &file, part)?)),
                };
                self.open = Some((nth, file, open));
                continue;
            };
            let batch = match open {
                Open::Text(part) => part.next_batch(&self.memory).await?,
                Open::Parquet(part) => part.next_batch(&self.memory).await?,
            };
            let counts = match open {
                Open::Text(part) => part.counts(),
                Open::Parquet(part) => part.counts(),
            };
            self.counts.set(self.partition, *nth, counts);
            match batch {
                Some(batch) => {
                    let file = file.clone();
                    return self.complete(batch, &file).map(Some);
                }
                None => self.open = None,
            }
        }
        Ok(None)
    }

    /// Adds `_metadata` and keeps the limit.
    fn complete(&mut self, batch: RecordBatch, file: &FoundFile) -> Result<RecordBatch> {
        let rows = batch.num_rows();
        let mut data = batch.columns().iter();
        let mut columns = Vec::with_capacity(self.scan.projection.len());
        for (column, field) in self.scan.projection.iter().zip(self.schema.fields()) {
            columns.push(if *column == self.metadata {
                metadata_array(field, file, rows)?
            } else if self.scan.from_folders.contains(column) {
                partition_array(field, file, self.scan.folders, rows)?
            } else {
                Arc::clone(data.next().ok_or_else(|| internal_datafusion_err!("a column was not decoded"))?)
            });
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?;
        Ok(match &mut self.left {
            Some(left) => {
                let taken = rows.min(*left);
                *left -= taken;
                batch.slice(0, taken)
            }
            None => batch,
        })
    }
}
