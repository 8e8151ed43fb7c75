//! Removes data files that no version names: those of a batch that was given up, and those a dead process left.

use lakesmith_engine::EngineError;

use crate::action::DataFile;
use crate::store::TableStore;
use crate::table::DeltaTable;

/// Removes the parts of a batch that is not and will not be committed; one that is already gone is no error.
pub async fn remove_parts(store: &TableStore, parts: &[DataFile]) -> Result<(), EngineError> {
    let _ = (store, parts);
    todo!()
}

/// Paths (below the folder) of parts that our sinks wrote before `older_than_millis` and that nothing in the log names.
///
/// Lists the folder, so its cost follows the size of the table.
pub async fn orphans(table: &mut DeltaTable, older_than_millis: i64) -> Result<Vec<String>, EngineError> {
    let _ = (table, older_than_millis);
    todo!()
}
