//! What is new in a Delta table that is read as a stream.

use lakesmith_delta::changes::ChangesError;
use lakesmith_delta::{DataFile, DeltaTable};

use crate::error::StreamError;
use crate::plan::Slice;
use crate::progress::TablePosition;
use crate::table_options::{OnChange, Start, TableOptions};

/// The versions of a table that come after a position, up to the version of the handle. Without a position the options say
/// where the flow begins.
pub async fn next_versions(
    name: &str,
    table: &DeltaTable,
    position: Option<&TablePosition>,
    options: TableOptions,
) -> Result<Slice, StreamError> {
    let table_id = table.metadata().id.clone();
    let up_to = table.version();
    match position {
        None => Ok(Slice::Table { table_id, after: before_start(name, table, options).await?, up_to }),
        Some(position) if position.table_id != table_id => Err(StreamError::SourceReplaced { table: name.to_owned() }),
        Some(position) => {
            Ok(Slice::Table { table_id, after: Some(position.version), up_to: up_to.max(position.version) })
        }
    }
}

/// The version after which a flow begins; nothing when it begins with all rows of the table.
async fn before_start(name: &str, table: &DeltaTable, options: TableOptions) -> Result<Option<i64>, StreamError> {
    let newest = table.version();
    let late = |start: String| StreamError::StartsLate { table: name.to_owned(), start, newest };
    match options.start {
        None => Ok(None),
        Some(Start::Latest) => Ok(Some(newest)),
        Some(Start::Version(version)) if version > newest + 1 => Err(late(format!("version {version}"))),
        Some(Start::Version(version)) => Ok(Some(version - 1)),
        Some(Start::Time(millis)) => {
            let commits = table.history().await?;
            let reached =
                commits.iter().take_while(|commit| commit.timestamp_millis.is_some_and(|time| time >= millis));
            match reached.last() {
                Some(first) => Ok(Some(first.version - 1)),
                None => Err(late("a time after all of its commits".to_owned())),
            }
        }
    }
}

/// The files whose rows a slice of a table holds. A commit in it that is not an append is an error that names it, unless the
/// options pass over it.
pub async fn files(
    name: &str,
    table: &mut DeltaTable,
    after: Option<i64>,
    up_to: i64,
    on_change: OnChange,
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
        let deletes = change.removes.iter().any(|file| file.data_change);
        let adds = change.adds.iter().any(|file| file.data_change);
        if deletes && on_change == OnChange::Skip {
            continue;
        }
        let is_allowed = match on_change {
            OnChange::Fail => false,
            OnChange::IgnoreDeletes => !adds,
            OnChange::IgnoreChanges | OnChange::Skip => true,
        };
        if deletes && !is_allowed {
            let operation = change.operation.unwrap_or_else(|| "unknown operation".to_owned());
            return Err(StreamError::NotAppend { table: name.to_owned(), version: change.version, operation });
        }
        files.extend(change.adds.into_iter().filter(|file| file.data_change));
    }
    Ok(files)
}
