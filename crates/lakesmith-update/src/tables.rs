//! [`Tables`]: the handles of Delta tables, opened once for each update and then only followed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lakesmith_delta::{DeltaTable, TableStore};
use lakesmith_engine::{EngineError, Faults};
use tokio::sync::Mutex;

/// Handles by folder.
#[derive(Debug)]
pub(crate) struct Tables {
    faults: Arc<dyn Faults>,
    open: Mutex<HashMap<PathBuf, DeltaTable>>,
}

impl Tables {
    pub fn new(faults: Arc<dyn Faults>) -> Self {
        Self { faults, open: Mutex::default() }
    }

    /// Where a table lives.
    pub fn store(&self, folder: &Path) -> Result<TableStore, EngineError> {
        TableStore::local(&folder.display().to_string(), Arc::clone(&self.faults))
    }

    /// The table at its newest version; nothing when there is none.
    pub async fn current(&self, folder: &Path) -> Result<Option<DeltaTable>, EngineError> {
        let known = self.open.lock().await.get(folder).cloned();
        let table = match known {
            Some(mut table) => {
                table.refresh().await?;
                Some(table)
            }
            None => DeltaTable::open(&self.store(folder)?).await?,
        };
        if let Some(table) = &table {
            self.keep(folder, table).await;
        }
        Ok(table)
    }

    /// Remembers a handle that is newer than the known one.
    pub async fn keep(&self, folder: &Path, table: &DeltaTable) {
        let mut open = self.open.lock().await;
        let is_newer = open.get(folder).is_none_or(|known| known.version() <= table.version());
        if is_newer {
            open.insert(folder.to_owned(), table.clone());
        }
    }
}
