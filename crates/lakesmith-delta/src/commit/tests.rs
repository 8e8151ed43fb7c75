use std::sync::Arc;

use deltalake_core::{DeltaTableBuilder, ensure_table_uri};
use lakesmith_engine::{ErrorKind, NoFaults};
use lakesmith_unresolved::{SparkType, StructField};

use super::*;
use crate::testing::{FailAt, append, columns, first_commit, metadata, store, store_in};

async fn created(folder: &tempfile::TempDir) -> DeltaTable {
    DeltaTable::create(&store(folder), &first_commit()).await.unwrap()
}

async fn reopened(folder: &tempfile::TempDir) -> DeltaTable {
    DeltaTable::open(&store(folder)).await.unwrap().unwrap()
}

fn txn(app_id: &str, version: i64) -> Txn {
    Txn { app_id: app_id.into(), version }
}

#[tokio::test]
async fn a_table_is_opened_as_it_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    assert!(DeltaTable::open(&store(&folder)).await.unwrap().is_none());
    let mut table = created(&folder).await;
    let commit = Commit { txns: vec![txn("lakesmith/orders/1", 0)], ..append(&["a.parquet", "b c.parquet"]) };
    assert_eq!(table.commit(&commit).await.unwrap(), 1);
    let mut back = reopened(&folder).await;
    assert_eq!((back.version(), back.txn("lakesmith/orders/1")), (1, Some(0)));
    assert_eq!(back.metadata(), &metadata(columns(), &[]));
    assert_eq!((back.protocol().min_reader_version, back.protocol().min_writer_version), (1, 2));
    assert_eq!(back.files().await.unwrap(), commit.adds);
    assert_eq!(table.files().await.unwrap(), commit.adds);
}

#[tokio::test]
async fn another_reader_sees_the_same_table() {
    let folder = tempfile::tempdir().unwrap();
    let partitioned = metadata(columns(), &["name"]);
    let first = Commit { metadata: Some(partitioned), ..Commit::new("CREATE TABLE", 1) };
    let mut table = DeltaTable::create(&store(&folder), &first).await.unwrap();
    let mut commit = append(&["name=a%3Ab/x y.parquet"]);
    commit.adds[0].partition_values = vec![("name".into(), Some("a:b".into()))];
    commit.txns = vec![txn("flow", 7)];
    table.commit(&commit).await.unwrap();

    let location = ensure_table_uri(store(&folder).folder()).unwrap();
    let other = DeltaTableBuilder::from_url(location).unwrap().load().await.unwrap();
    assert_eq!(other.version(), Some(1));
    let snapshot = other.snapshot().unwrap();
    let fields: Vec<String> = snapshot.schema().fields().map(|field| field.name().clone()).collect();
    assert_eq!(fields, ["Id", "name", "price", "at", "tags"]);
    assert!(!snapshot.schema().field("Id").unwrap().is_nullable());
    let found = snapshot.transaction_version(other.log_store().as_ref(), "flow").await.unwrap();
    assert_eq!(found, Some(7));
    let uris: Vec<String> = other.get_file_uris().unwrap().collect();
    assert_eq!(uris.len(), 1);
    assert!(uris[0].ends_with("name=a%3Ab/x y.parquet") || uris[0].ends_with("name=a%253Ab/x%20y.parquet"), "{uris:?}");
}

#[tokio::test]
async fn two_writers_at_once_lose_no_commit() {
    let folder = tempfile::tempdir().unwrap();
    created(&folder).await;
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..2 {
        let mut table = reopened(&folder).await;
        tasks.spawn(async move {
            for number in 0..25 {
                let path = format!("{writer}-{number}.parquet");
                let commit = Commit { txns: vec![txn(&format!("w{writer}"), number)], ..append(&[&path]) };
                table.commit(&commit).await.unwrap();
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    let mut table = reopened(&folder).await;
    assert_eq!((table.version(), table.txn("w0"), table.txn("w1")), (50, Some(24), Some(24)));
    assert_eq!(table.files().await.unwrap().len(), 50);
}

#[tokio::test]
async fn a_stale_run_of_a_flow_cannot_commit_beside_a_newer_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut newer = created(&folder).await;
    let mut stale = reopened(&folder).await;
    let batch = |path| Commit { txns: vec![txn("f", 1)], expected_txns: vec![("f".into(), None)], ..append(&[path]) };
    newer.commit(&batch("new.parquet")).await.unwrap();
    let error = stale.commit(&batch("stale.parquet")).await.unwrap_err();
    assert!(matches!(error, CommitError::TxnConflict { expected: None, found: Some(1), .. }), "{error}");
    // the handle has not moved, so asking again gives the same answer
    assert_eq!(stale.version(), 0);
    assert_eq!(reopened(&folder).await.files().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_commit_is_refused_when_metadata_or_protocol_changed_since() {
    let folder = tempfile::tempdir().unwrap();
    let mut other = created(&folder).await;
    let mut table = reopened(&folder).await;
    let mut wider = columns();
    wider.push(StructField::nullable("more", SparkType::STRING));
    let change = Commit { metadata: Some(metadata(wider, &[])), ..Commit::new("ADD COLUMNS", 2) };
    other.commit(&change).await.unwrap();
    let error = table.commit(&append(&["x.parquet"])).await.unwrap_err();
    assert!(matches!(error, CommitError::MetadataChanged { version: 1 }), "{error}");
    table.refresh().await.unwrap();
    assert_eq!(table.commit(&append(&["x.parquet"])).await.unwrap(), 2);

    let mut ntz = columns();
    ntz.push(StructField::nullable("local", SparkType::TimestampNtz));
    other.refresh().await.unwrap();
    other.commit(&Commit { metadata: Some(metadata(ntz, &[])), ..Commit::new("ADD COLUMNS", 3) }).await.unwrap();
    assert_eq!(other.protocol().min_reader_version, 3);
    let error = table.commit(&append(&["y.parquet"])).await.unwrap_err();
    assert!(matches!(error, CommitError::ProtocolChanged { version: 3 }), "{error}");
}

#[tokio::test]
async fn a_commit_on_a_version_is_refused_on_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = created(&folder).await;
    let mut other = reopened(&folder).await;
    other.commit(&append(&["a.parquet"])).await.unwrap();
    let exact = |version| Commit { on_version: OnVersion::Exactly(version), ..append(&["b.parquet"]) };
    let error = table.commit(&exact(0)).await.unwrap_err();
    assert!(matches!(error, CommitError::VersionMoved { found: 1 }), "{error}");
    let again = Commit { on_version: OnVersion::Exactly(-1), ..first_commit() };
    let error = DeltaTable::create(&store(&folder), &again).await.unwrap_err();
    assert!(matches!(error, CommitError::VersionMoved { found: 1 }), "{error}");
    assert_eq!(other.commit(&exact(1)).await.unwrap(), 2);
}

#[tokio::test]
async fn two_commits_do_not_remove_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = created(&folder).await;
    table.commit(&append(&["a.parquet"])).await.unwrap();
    let mut other = reopened(&folder).await;
    let delete = Commit { removes: append(&["a.parquet"]).adds, ..Commit::new("DELETE", 5) };
    other.commit(&delete).await.unwrap();
    let error = table.commit(&delete).await.unwrap_err();
    assert!(matches!(error, CommitError::VersionMoved { found: 2 }), "{error}");
    assert!(other.files().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_failure_at_any_point_leaves_nothing_or_the_whole_commit() {
    let points =
        ["delta.before_log_put", "delta.after_log_put", "durable.before_publish", "durable.before_folder_sync"];
    for point in points {
        let folder = tempfile::tempdir().unwrap();
        created(&folder).await;
        let failing = store_in(folder.path(), Arc::new(FailAt(point)));
        let mut table = DeltaTable::open(&failing).await.unwrap().unwrap();
        let commit = Commit { txns: vec![txn("f", 1)], ..append(&["a.parquet", "b.parquet"]) };
        let committed = table.commit(&commit).await;
        let mut back = reopened(&folder).await;
        let files = back.files().await.unwrap().len();
        match committed {
            Ok(version) => assert_eq!((version, back.version(), back.txn("f"), files), (1, 1, Some(1), 2), "{point}"),
            Err(failure) => {
                // whoever is told that the commit was not made removes its files
                let may_stand = matches!(failure, CommitError::Unsure(_));
                let (CommitError::Failed(error) | CommitError::Unsure(error)) = failure else {
                    unreachable!("{point}")
                };
                assert_eq!(error.kind, ErrorKind::DiskFull, "{point}");
                let (nothing, whole) = ((0, None, 0), (1, Some(1), 2));
                let found = (back.version(), back.txn("f"), files);
                assert!(found == nothing || may_stand && found == whole, "{point}: {found:?}");
                assert_eq!(table.version(), 0);
            }
        }
        let names = std::fs::read_dir(folder.path().join("a table/_delta_log")).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert!(names.into_iter().all(|name| name.ends_with(".json")), "{point}");
    }
}

#[tokio::test]
async fn a_table_with_a_feature_we_do_not_write_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut constrained = metadata(columns(), &[]);
    constrained.configuration.push(("delta.constraints.positive".into(), "Id > 0".into()));
    let first = Commit { metadata: Some(constrained), ..Commit::new("CREATE TABLE", 1) };
    let mut table = DeltaTable::create(&store(&folder), &first).await.unwrap();
    let Err(CommitError::Failed(error)) = table.commit(&append(&["a.parquet"])).await else { unreachable!() };
    assert!(error.message.contains("checkConstraints"), "{error}");
    assert_eq!(DeltaTable::open(&store_in(folder.path(), Arc::new(NoFaults))).await.unwrap().unwrap().version(), 0);
}

#[tokio::test]
async fn an_append_only_table_keeps_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut only = metadata(columns(), &[]);
    only.configuration = vec![("delta.appendOnly".into(), "true".into())];
    let first = Commit { metadata: Some(only), ..append(&["a.parquet"]) };
    let mut table = DeltaTable::create(&store(&folder), &first).await.unwrap();
    let mut rearranged = append(&["a.parquet"]).adds;
    let delete = Commit { removes: rearranged.clone(), ..Commit::new("DELETE", 5) };
    assert!(matches!(table.commit(&delete).await, Err(CommitError::Failed(_))));
    rearranged[0].data_change = false;
    let optimize = Commit { removes: rearranged, ..append(&["b.parquet"]) };
    assert_eq!(table.commit(&optimize).await.unwrap(), 1);
}

#[tokio::test]
async fn a_table_that_was_deleted_meanwhile_gets_no_commit() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = created(&folder).await;
    table.commit(&append(&["a.parquet"])).await.unwrap();
    std::fs::remove_dir_all(folder.path().join("a table")).unwrap();
    let Err(CommitError::Failed(error)) = table.commit(&append(&["b.parquet"])).await else { unreachable!() };
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(!folder.path().join("a table").exists());
}
