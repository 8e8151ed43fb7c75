//! What the tests of several modules share: small tables, a crash point, a session that writes durably.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::prelude::SessionContext;
use lakesmith_engine::store::DurableStore;
use lakesmith_engine::{EngineError, ErrorKind, Faults, NoFaults, Runtime, RuntimeSettings};
use lakesmith_unresolved::{SparkType, StructField};

use crate::action::{DataFile, Metadata};
use crate::commit::Commit;
use crate::store::TableStore;

/// The time of all commits of tests.
pub(crate) const NOW: i64 = 1_700_000_000_000;

/// Fails at one point, a number of times.
#[derive(Debug)]
pub(crate) struct FailAt(pub(crate) &'static str);

impl Faults for FailAt {
    fn reach(&self, point: &'static str) -> Result<(), EngineError> {
        let fails = point == self.0;
        if fails { Err(EngineError::new(ErrorKind::DiskFull, "test", "disk full")) } else { Ok(()) }
    }
}

pub(crate) fn store_in(folder: &Path, faults: Arc<dyn Faults>) -> TableStore {
    TableStore::local(folder.join("a table").to_str().unwrap(), faults).unwrap()
}

pub(crate) fn store(folder: &tempfile::TempDir) -> TableStore {
    store_in(folder.path(), Arc::new(NoFaults))
}

pub(crate) fn metadata(schema: Vec<StructField>, partition_columns: &[&str]) -> Metadata {
    Metadata {
        id: "5fba94ed-9794-4965-ba6e-6ee3c0d22af9".into(),
        name: Some("orders".into()),
        description: Some("all orders".into()),
        schema,
        partition_columns: partition_columns.iter().map(|name| (*name).to_owned()).collect(),
        configuration: vec![("delta.appendOnly".into(), "false".into())],
        created_time: Some(NOW),
    }
}

pub(crate) fn columns() -> Vec<StructField> {
    vec![
        StructField { nullable: false, ..StructField::nullable("Id", SparkType::Long) },
        StructField::nullable("name", SparkType::STRING),
        StructField::nullable("price", SparkType::Decimal { precision: 10, scale: 2 }),
        StructField::nullable("at", SparkType::Timestamp),
        StructField::nullable("tags", SparkType::array(SparkType::STRING)),
    ]
}

/// The first commit of a table with [`columns`].
pub(crate) fn first_commit() -> Commit {
    Commit { metadata: Some(metadata(columns(), &[])), ..Commit::new("CREATE TABLE", NOW) }
}

pub(crate) fn file(path: &str) -> DataFile {
    DataFile {
        path: path.into(),
        size: 10,
        partition_values: Vec::new(),
        statistics: Some(r#"{"numRecords":1}"#.into()),
        modification_time: NOW,
        data_change: true,
    }
}

pub(crate) fn append(paths: &[&str]) -> Commit {
    let adds = paths.iter().map(|path| file(path)).collect();
    Commit { adds, is_blind_append: true, ..Commit::new("WRITE", NOW) }
}

/// A session of two partitions over durable local files.
pub(crate) fn session(folder: &tempfile::TempDir) -> SessionContext {
    session_with_memory(folder, 256 << 20)
}

pub(crate) fn session_with_memory(folder: &tempfile::TempDir, memory_bytes: usize) -> SessionContext {
    let runtime = Runtime::new(RuntimeSettings {
        memory_bytes,
        spill_folder: folder.path().join("spill"),
        partitions: NonZeroUsize::new(2).unwrap(),
        batch_size: NonZeroUsize::new(1024).unwrap(),
        physical_rules: Vec::new(),
    })
    .unwrap();
    let durable = Arc::new(DurableStore::new(Arc::new(NoFaults)));
    runtime.environment().register_object_store(ObjectStoreUrl::local_filesystem().as_ref(), durable);
    runtime.session()
}
