//! What is new in a Delta table that is read as a stream.

use lakesmith_delta::changes::ChangesError;
use lakesmith_delta::{DataFile, DeltaTable};

use crate::error::StreamError;
use crate::plan::Slice;
use crate::progress::TablePosition;

/// The versions of a table that come after a position, up to the version of the handle.
pub fn next_versions(name: &str, table: &DeltaTable, position: Option<&TablePosition>) -> Result<Slice, StreamError> {
    let table_id = table.metadata().id.clone();
    let up_to = table.version();
    match position {
        None => Ok(Slice::Table { table_id, after: None, up_to }),
        Some(position) if position.table_id != table_id => Err(StreamError::SourceReplaced { table: name.to_owned() }),
        Some(position) => {
            Ok(Slice::Table { table_id, after: Some(position.version), up_to: up_to.max(position.version) })
        }
    }
}

/// The files whose rows a slice of a table holds. A commit in it that is not an append is an error that names it.
pub async fn files(
    name: &str,
    table: &mut DeltaTable,
    after: Option<i64>,
    up_to: i64,
) -> Result<Vec<DataFile>, StreamError> {
    let Some(after) = after else {
        if table.version() == up_to {
            return Ok(table.files().await?);
        }
        let past = DeltaTable::open_at(table.store(), up_to).await?;
        let mut past = past.ok_or_else(|| StreamError::VersionMissing { table: name.to_owned(), version: up_to })?;
        return Ok(past.files().await?);
    };
    let changes = table.changes(after, up_to).await.map_err(|error| match error {
        ChangesError::VersionMissing { version } => StreamError::VersionMissing { table: name.to_owned(), version },
        ChangesError::Failed(error) => error.into(),
    })?;
    let mut files = Vec::new();
    for change in changes {
        if change.removes.iter().any(|file| file.data_change) {
            let operation = change.operation.unwrap_or_else(|| "unknown operation".to_owned());
            return Err(StreamError::NotAppend { table: name.to_owned(), version: change.version, operation });
        }
        files.extend(change.adds.into_iter().filter(|file| file.data_change));
    }
    Ok(files)
}
