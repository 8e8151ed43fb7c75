use std::sync::Mutex;

use async_trait::async_trait;
use futures::stream::BoxStream;
use lakesmith_engine::NoFaults;
use lakesmith_engine::store::DurableStore;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result,
};

use super::*;
use crate::changes::ChangesError;
use crate::checkpoint::checkpoint_if_due;
use crate::commit::Commit;
use crate::testing::{NOW, append, first_commit, store};

/// Notes which files are read, and that something is listed.
#[derive(Debug)]
struct Noting {
    inner: DurableStore,
    reads: Arc<Mutex<Vec<String>>>,
}

impl std::fmt::Display for Noting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Noting")
    }
}

impl Noting {
    fn note(&self, text: &str) {
        self.reads.lock().unwrap().push(text.to_owned());
    }
}

#[async_trait]
impl ObjectStore for Noting {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        self.inner.put_opts(location, payload, opts).await
    }
    async fn put_multipart_opts(&self, to: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(to, opts).await
    }
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.note(location.filename().unwrap());
        self.inner.get_opts(location, options).await
    }
    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.note("list");
        self.inner.list(prefix)
    }
    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.note("list");
        self.inner.list_with_delimiter(prefix).await
    }
    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

fn noting(folder: &tempfile::TempDir) -> (TableStore, Arc<Mutex<Vec<String>>>) {
    let reads = Arc::new(Mutex::new(Vec::new()));
    let inner = DurableStore::new(Arc::new(NoFaults));
    let noting = Noting { inner, reads: Arc::clone(&reads) };
    (TableStore::new(Arc::new(noting), store(folder).folder()).unwrap(), reads)
}

/// A table of `commits` appends of one file each after its first commit.
async fn table_of(folder: &tempfile::TempDir, commits: usize) -> DeltaTable {
    let mut table = DeltaTable::create(&store(folder), &first_commit()).await.unwrap();
    for number in 1..=commits {
        let txns = vec![Txn { app_id: "flow".into(), version: i64::try_from(number).unwrap() }];
        table.commit(&Commit { txns, ..append(&[&format!("{number}.parquet")]) }).await.unwrap();
    }
    table
}

#[tokio::test]
async fn following_the_log_reads_only_what_is_new_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = table_of(&folder, 5).await;
    let (noting, reads) = noting(&folder);
    let mut reader = DeltaTable::open(&noting).await.unwrap().unwrap();
    assert_eq!(reader.files().await.unwrap().len(), 5);
    writer.commit(&append(&["new.parquet"])).await.unwrap();
    reads.lock().unwrap().clear();
    assert!(reader.refresh().await.unwrap());
    assert!(!reader.refresh().await.unwrap());
    assert_eq!(reader.files().await.unwrap().len(), 6);
    let (new, next) = ("00000000000000000006.json".to_owned(), "00000000000000000007.json".to_owned());
    assert_eq!(*reads.lock().unwrap(), [new, next.clone(), next]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_stands_for_all_commits_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = table_of(&folder, 12).await;
    let written = table.files().await.unwrap();
    assert!(checkpoint_if_due(&table, 10, NOW).await.is_none());
    let log = folder.path().join("a table/_delta_log");
    assert!(log.join("00000000000000000012.checkpoint.parquet").exists());
    assert!(checkpoint_if_due(&table, 10, NOW).await.is_none());
    table.commit(&append(&["after.parquet"])).await.unwrap();

    let (noting, reads) = noting(&folder);
    let mut back = DeltaTable::open(&noting).await.unwrap().unwrap();
    assert!(!reads.lock().unwrap().iter().any(|name| name == "list" || name == "00000000000000000011.json"));
    assert_eq!((back.version(), back.txn("flow")), (13, Some(12)));
    assert_eq!((back.metadata(), back.protocol()), (table.metadata(), table.protocol()));
    let mut files = back.files().await.unwrap();
    let after = files.iter().position(|file| file.path == "after.parquet").unwrap();
    files.remove(after);
    assert_eq!(files, written);
}

#[tokio::test]
async fn old_commits_that_a_checkpoint_covers_are_removed_and_missed_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let table = table_of(&folder, 10).await;
    let day = 24 * 60 * 60 * 1000;
    let long_after = i64::from(u32::MAX) * 1000 + 31 * day;
    assert!(checkpoint_if_due(&table, 10, long_after).await.is_none());
    let mut back = DeltaTable::open(&store(&folder)).await.unwrap().unwrap();
    assert_eq!((back.version(), back.files().await.unwrap().len()), (10, 10));
    let error = back.changes(3, 10).await.unwrap_err();
    assert!(matches!(error, ChangesError::VersionMissing { version: 4 }), "{error}");
    assert_eq!(DeltaTable::open_at(&store(&folder), 3).await.unwrap_err().kind, ErrorKind::NotFound);
    std::fs::remove_file(folder.path().join("a table/_delta_log/_last_checkpoint")).unwrap();
    assert_eq!(DeltaTable::open(&store(&folder)).await.unwrap().unwrap().version(), 10);
}

#[tokio::test]
async fn a_version_of_the_past_has_the_files_it_had() {
    let folder = tempfile::tempdir().unwrap();
    table_of(&folder, 4).await;
    let mut past = DeltaTable::open_at(&store(&folder), 2).await.unwrap().unwrap();
    assert_eq!((past.version(), past.files().await.unwrap().len(), past.txn("flow")), (2, 2, Some(2)));
}

#[tokio::test]
async fn changes_say_what_each_commit_did() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = table_of(&folder, 2).await;
    let mut compaction = Commit { removes: append(&["1.parquet"]).adds, ..append(&["c.parquet"]) };
    compaction.adds[0].data_change = false;
    compaction.removes[0].data_change = false;
    compaction.removes[0].modification_time = 1;
    table.commit(&Commit { is_blind_append: false, operation: "OPTIMIZE".into(), ..compaction }).await.unwrap();
    let changes = table.changes(-1, 3).await.unwrap();
    assert_eq!(changes.iter().map(|change| change.version).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert!(changes[0].metadata_changed && changes[0].protocol_changed);
    assert!(changes[1].is_blind_append && !changes[1].metadata_changed);
    assert_eq!((changes[2].adds[0].path.as_str(), changes[2].timestamp_millis), ("2.parquet", NOW));
    assert_eq!(changes[3].operation.as_deref(), Some("OPTIMIZE"));
    assert!(!changes[3].adds[0].data_change && !changes[3].removes[0].data_change);
    assert_eq!(changes[3].removes[0].modification_time, NOW, "the time of the removal");
}

/// Writes a log as text, with files in it that are no commits.
fn foreign(folder: &tempfile::TempDir, protocol: &str, properties: &str, add: &str) {
    let log = folder.path().join("a table/_delta_log");
    std::fs::create_dir_all(&log).unwrap();
    let schema = r#"{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}},{\"name\":\"p\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}}]}"#;
    let metadata = format!(
        r#"{{"metaData":{{"id":"1","format":{{"provider":"parquet","options":{{}}}},"schemaString":"{schema}","partitionColumns":["p"],"configuration":{properties},"createdTime":1}}}}"#
    );
    let commit = format!("{{\"protocol\":{protocol}}}\n{metadata}\n{add}\n");
    std::fs::write(log.join("00000000000000000000.json"), commit).unwrap();
    std::fs::write(log.join("00000000000000000000.crc"), "{}").unwrap();
    std::fs::write(log.join("00000000000000000000.00000000000000000001.compacted.json"), "").unwrap();
}

#[tokio::test]
async fn a_table_of_spark_is_read_with_its_escaped_paths() {
    let folder = tempfile::tempdir().unwrap();
    let add = r#"{"add":{"path":"p=a%2520b/part-0.c000.snappy.parquet","partitionValues":{"p":"a b"},"size":5,"modificationTime":1,"dataChange":true}}"#;
    foreign(&folder, r#"{"minReaderVersion":1,"minWriterVersion":2}"#, "{}", add);
    let mut table = DeltaTable::open(&store(&folder)).await.unwrap().unwrap();
    let files = table.files().await.unwrap();
    assert_eq!(files[0].path, "p=a%20b/part-0.c000.snappy.parquet");
    assert_eq!((files[0].partition_values[0].1.as_deref(), &files[0].statistics), (Some("a b"), &None));
    assert_eq!(table.commit(&append(&["p=x/new.parquet"])).await.unwrap(), 1);
}

#[tokio::test]
async fn a_table_that_we_would_misread_is_refused_by_the_features_name() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = r#"{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]}"#;
    foreign(&folder, protocol, "{}", "");
    let error = DeltaTable::open(&store(&folder)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
    assert!(error.message.contains("`deletionVectors`"));
}
