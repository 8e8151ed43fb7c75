//! [`FileInput`]: how the Parquet decoder reads a file, which must stay as it was listed.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use datafusion::common::DataFusionError;
use futures::FutureExt;
use futures::future::BoxFuture;
use object_store::ObjectStore;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ParquetMetaData;

use crate::listing::FoundFile;
use crate::scan::reading::{ReadFault, read_range};

/// A file whose footer is known.
pub(super) struct FileInput {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) file: FoundFile,
    pub(super) metadata: Arc<ParquetMetaData>,
}

impl AsyncFileReader for FileInput {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
        let read = async move {
            if range.start > range.end || range.end > self.file.size {
                return Err(ParquetError::EOF("a page is declared to lie outside the file".to_owned()));
            }
            read_range(Arc::clone(&self.store), &self.file, range).await.map_err(|fault| match fault {
                ReadFault::Failed(error) => ParquetError::External(Box::new(error)),
                ReadFault::Damaged(reason) => ParquetError::General(reason),
            })
        };
        read.boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        _: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>>> {
        let metadata = Arc::clone(&self.metadata);
        async move { Ok(metadata) }.boxed()
    }
}

/// Tells a store that failed from a file that is damaged.
pub(super) fn read_fault(error: ParquetError) -> ReadFault {
    match error {
        ParquetError::External(cause) => match cause.downcast::<DataFusionError>() {
            Ok(failed) => ReadFault::Failed(*failed),
            Err(cause) => ReadFault::Damaged(format!("its data cannot be decoded: {cause}")),
        },
        error => ReadFault::Damaged(format!("its data cannot be decoded: {error}")),
    }
}
