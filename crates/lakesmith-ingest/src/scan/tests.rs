//! Compressed files and hostile lines.

use std::path::Path;
use std::sync::Arc;

use async_compression::tokio::write::{GzipEncoder, ZstdEncoder};
use datafusion::physical_plan::collect;
use datafusion::prelude::{SessionConfig, SessionContext};
use lakesmith_engine::{EngineError, ErrorKind};
use tokio::io::AsyncWriteExt;

use crate::counts::{FileCounts, counts_of};
use crate::listing::list;
use crate::options::{ReaderOptions, Usage};
use crate::provider::provider;

fn options(pairs: &[(&str, &str)]) -> ReaderOptions {
    let pairs: Vec<(String, String)> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    ReaderOptions::parse(Some("json"), &pairs, Usage::ReadFiles).unwrap()
}

async fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzipEncoder::new(Vec::new());
    encoder.write_all(text).await.unwrap();
    encoder.shutdown().await.unwrap();
    encoder.into_inner()
}

async fn zstd(text: &[u8]) -> Vec<u8> {
    let mut encoder = ZstdEncoder::new(Vec::new());
    encoder.write_all(text).await.unwrap();
    encoder.shutdown().await.unwrap();
    encoder.into_inner()
}

/// The rows and the counts of all files of a folder.
async fn count(folder: &Path, options: &ReaderOptions) -> Result<(usize, Vec<FileCounts>), EngineError> {
    let session = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(2));
    let table = provider(list(folder, options, &|_| false)?, options.schema.clone().unwrap(), options);
    let plan = table.scan(&session.state(), None, &[], None).await.unwrap();
    let batches = collect(Arc::clone(&plan), session.task_ctx()).await;
    let batches = batches.map_err(|error| EngineError::from_datafusion("run query", error))?;
    Ok((batches.iter().map(|batch| batch.num_rows()).sum(), counts_of(&plan)))
}

#[tokio::test]
async fn compressed_files_are_read_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let lines: String = (0..500).map(|n| format!("{{\"a\":{n}}}\n")).collect();
    std::fs::write(folder.path().join("a.json.gz"), gzip(lines.as_bytes()).await).unwrap();
    std::fs::write(folder.path().join("b.json.zst"), zstd(lines.as_bytes()).await).unwrap();
    // Two members one after the other are one text.
    let twice = [gzip(b"{\"a\":1}\n{\"a\"").await, gzip(b":2}").await].concat();
    std::fs::write(folder.path().join("c.json.gz"), twice).unwrap();
    std::fs::write(folder.path().join("d.json.gz"), "").unwrap();
    let (rows, counts) = count(folder.path(), &options(&[("schema", "a int")])).await.unwrap();
    assert_eq!(rows, 1_002);
    assert_eq!(counts.iter().map(|file| file.decoded).collect::<Vec<_>>(), [500, 500, 2, 0]);
}

#[tokio::test]
async fn a_damaged_compressed_file_is_an_error_or_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let lines: String = (0..5_000).map(|n| format!("{{\"a\":{n}}}\n")).collect();
    let whole = gzip(lines.as_bytes()).await;
    std::fs::write(folder.path().join("a.json.gz"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(folder.path().join("b.json.gz"), "{\"a\":1}\n").unwrap();
    std::fs::write(folder.path().join("c.json"), "{\"a\":1}\n").unwrap();
    let error = count(folder.path(), &options(&[("schema", "a int")])).await.unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Data(_)) && error.message.contains(".json.gz` is damaged"), "{error}");
    let lenient = options(&[("schema", "a int"), ("ignoreCorruptFiles", "true")]);
    let (rows, counts) = count(folder.path(), &lenient).await.unwrap();
    assert_eq!((counts[0].rejected, counts[1].rejected, counts[2].rejected), (1, 1, 0));
    assert!(counts[0].decoded > 0 && counts[0].decoded < 5_000 && counts[1].decoded == 0);
    assert_eq!(rows as u64, counts.iter().map(|file| file.decoded).sum::<u64>());
    assert_eq!(counts[0].rejected_samples[0].0, 0);
}

#[tokio::test]
async fn a_bomb_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let mut encoder = ZstdEncoder::new(Vec::new());
    let blank = vec![b' '; 1 << 20];
    for _ in 0..110 {
        encoder.write_all(&blank).await.unwrap();
    }
    encoder.shutdown().await.unwrap();
    std::fs::write(folder.path().join("a.json.zst"), encoder.into_inner()).unwrap();
    let error = count(folder.path(), &options(&[("schema", "a int")])).await.unwrap_err();
    assert!(error.message.contains("a thousand times"), "{error}");
}

#[tokio::test]
async fn lines_of_many_keys_levels_or_elements_take_no_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("{");
    for key in 0..200_000 {
        text.push_str(&format!("\"key{key}\":{key},"));
    }
    text.push_str("\"a\":1}\n");
    text.push_str(&"[".repeat(100_000));
    text.push_str("\n{\"a\":");
    text.push_str(&"{\"b\":".repeat(600));
    text.push('1');
    text.push_str(&"}".repeat(601));
    text.push_str("\n[");
    text.push_str(&vec!["{}"; 50_000].join(","));
    text.push_str("]\n");
    std::fs::write(folder.path().join("f.json"), text).unwrap();
    let started = std::time::Instant::now();
    let (rows, counts) = count(folder.path(), &options(&[("schema", "a int, _rescued_data string")])).await.unwrap();
    assert_eq!((rows, counts[0].rejected), (50_001, 2));
    assert!(started.elapsed().as_secs() < 20);
}
