//! Reads checkpoints: Parquet files whose rows are the actions that make up a version.
//!
//! Only the columns that are asked for are read: a handle needs protocol, metadata and `txn`s, a file list the `add`s. The rows
//! go through the same reader as the lines of a commit, so both mean the same.

use std::ops::Range;
use std::sync::Arc;

use arrow::json::LineDelimitedWriter;
use bytes::Bytes;
use futures::TryStreamExt;
use futures::future::BoxFuture;
use lakesmith_engine::store::engine_error;
use lakesmith_engine::{Actor, EngineError, ErrorKind};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::{AsyncFileReader, ParquetRecordBatchStreamBuilder};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use crate::log::CheckpointRef;
use crate::log_entry::LogEntry;
use crate::store::TableStore;

/// Columns for a handle.
const STATE: &[&str] = &["protocol", "metaData", "txn"];

/// Columns for the list of files. `deletionVector` is read only to refuse it.
const FILES: &[&str] = &[
    "add.path",
    "add.partitionValues",
    "add.size",
    "add.modificationTime",
    "add.dataChange",
    "add.stats",
    "add.deletionVector.storageType",
];

/// Columns for removed files.
const REMOVED: &[&str] = &["remove.path"];

/// Protocol, metadata and `txn`s of a checkpoint.
pub(crate) async fn read_state(store: &TableStore, checkpoint: &CheckpointRef) -> Result<LogEntry, EngineError> {
    read(store, checkpoint, STATE).await
}

/// The active files of a checkpoint.
pub(crate) async fn read_files(store: &TableStore, checkpoint: &CheckpointRef) -> Result<LogEntry, EngineError> {
    read(store, checkpoint, FILES).await
}

/// The removed files that a checkpoint still names.
pub(crate) async fn read_removed(store: &TableStore, checkpoint: &CheckpointRef) -> Result<LogEntry, EngineError> {
    read(store, checkpoint, REMOVED).await
}

async fn read(store: &TableStore, checkpoint: &CheckpointRef, columns: &[&str]) -> Result<LogEntry, EngineError> {
    let mut whole = LogEntry::default();
    for part in &checkpoint.parts {
        let head = store.store().head(part).await;
        let head = head.map_err(|error| engine_error("read checkpoint", error))?;
        let reader = PartReader { store: Arc::clone(store.store()), path: part.clone(), bytes: head.size };
        read_part(reader, checkpoint.version, columns, &mut whole).await.map_err(|error| error.with("path", part))?;
    }
    Ok(whole)
}

async fn read_part(
    reader: PartReader,
    version: i64,
    columns: &[&str],
    whole: &mut LogEntry,
) -> Result<(), EngineError> {
    let builder = ParquetRecordBatchStreamBuilder::new(reader).await.map_err(unreadable)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    let mut batches = builder.with_projection(mask).build().map_err(unreadable)?;
    while let Some(batch) = batches.try_next().await.map_err(unreadable)? {
        let mut writer = LineDelimitedWriter::new(Vec::new());
        let written = writer.write(&batch).and_then(|()| writer.finish());
        written.map_err(|error| unreadable(ParquetError::External(Box::new(error))))?;
        whole.absorb(LogEntry::read(version, &writer.into_inner())?);
    }
    Ok(())
}

fn unreadable(error: ParquetError) -> EngineError {
    EngineError::new(ErrorKind::Storage, "read checkpoint", "the file is no readable checkpoint")
        .for_actor(Actor::Target)
        .caused_by(error)
}

/// Reads ranges of one file of a checkpoint.
struct PartReader {
    store: Arc<dyn ObjectStore>,
    path: Path,
    bytes: u64,
}

impl AsyncFileReader for PartReader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes, ParquetError>> {
        Box::pin(async move {
            let read = self.store.get_range(&self.path, range).await;
            read.map_err(|error| ParquetError::External(Box::new(error)))
        })
    }

    fn get_metadata<'a>(
        &'a mut self,
        _options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>, ParquetError>> {
        Box::pin(async move {
            let bytes = self.bytes;
            Ok(Arc::new(ParquetMetaDataReader::new().load_and_finish(self, bytes).await?))
        })
    }
}
