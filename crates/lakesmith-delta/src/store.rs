//! [`TableStore`]: where one table lives, a folder of an object store.

use std::sync::Arc;

use lakesmith_engine::store::DurableStore;
use lakesmith_engine::{EngineError, ErrorKind, Faults, NoFaults};
use object_store::ObjectStore;
use object_store::path::Path;

/// A table's folder in an object store, and the crash points of work on it.
#[derive(Debug, Clone)]
pub struct TableStore {
    store: Arc<dyn ObjectStore>,
    folder: String,
    location: Path,
    faults: Arc<dyn Faults>,
}

impl TableStore {
    /// The folder with this absolute path (`/warehouse/orders`) in a store that is rooted at `/`.
    pub fn new(store: Arc<dyn ObjectStore>, folder: &str) -> Result<Self, EngineError> {
        let location = Path::parse(folder).map_err(|error| {
            EngineError::new(
                ErrorKind::Unsupported,
                "open table",
                "the folder's path has a part that no store can hold",
            )
            .with("path", folder)
            .caused_by(error)
        })?;
        Ok(Self { store, folder: format!("/{location}"), location, faults: Arc::new(NoFaults) })
    }

    /// A folder of the local file system, written durably.
    pub fn local(folder: &str, faults: Arc<dyn Faults>) -> Result<Self, EngineError> {
        Ok(Self::new(Arc::new(DurableStore::new(Arc::clone(&faults))), folder)?.with_faults(faults))
    }

    /// The same folder with crash points.
    #[must_use]
    pub fn with_faults(mut self, faults: Arc<dyn Faults>) -> Self {
        self.faults = faults;
        self
    }

    /// The object store.
    pub fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// The absolute path of the folder, without a slash at its end.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// The folder as the store names it.
    pub fn location(&self) -> &Path {
        &self.location
    }

    /// The crash points.
    pub fn faults(&self) -> &dyn Faults {
        self.faults.as_ref()
    }
}
