//! The log's folder: names of its files and how they are read.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::TryStreamExt;
use lakesmith_engine::store::engine_error;
use lakesmith_engine::{Actor, EngineError, ErrorKind};
use object_store::path::Path;
use object_store::{Error, ObjectStoreExt};
use serde::Deserialize;

use crate::log_entry::LogEntry;
use crate::store::TableStore;

/// Name of the log's folder.
pub(crate) const LOG: &str = "_delta_log";

/// A checkpoint that stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckpointRef {
    /// The version it holds.
    pub(crate) version: i64,
    /// Its files, in order.
    pub(crate) parts: Vec<Path>,
}

#[derive(Debug, Deserialize)]
struct Hint {
    version: i64,
    parts: Option<usize>,
}

/// The location of a file of the log.
pub(crate) fn log_path(store: &TableStore, name: &str) -> Path {
    store.location().clone().join(LOG).join(name)
}

/// The location of a commit.
pub(crate) fn commit_path(store: &TableStore, version: i64) -> Path {
    log_path(store, &format!("{version:020}.json"))
}

/// The bytes of a file; `None` when it does not exist.
pub(crate) async fn read(store: &TableStore, path: &Path) -> Result<Option<Bytes>, EngineError> {
    let found = match store.store().get(path).await {
        Ok(found) => found.bytes().await,
        Err(error) => Err(error),
    };
    match found {
        Ok(bytes) => Ok(Some(bytes)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(engine_error("read log", error).with("path", path)),
    }
}

/// A commit; `None` when it is not (or no longer) in the log.
pub(crate) async fn read_commit(store: &TableStore, version: i64) -> Result<Option<LogEntry>, EngineError> {
    match read(store, &commit_path(store, version)).await? {
        Some(bytes) => LogEntry::read(version, &bytes).map(Some),
        None => Ok(None),
    }
}

/// The checkpoint that `_last_checkpoint` names; a hint that cannot be read is no hint.
pub(crate) async fn hinted_checkpoint(store: &TableStore) -> Result<Option<CheckpointRef>, EngineError> {
    let hint = read(store, &log_path(store, "_last_checkpoint")).await?;
    let hint: Option<Hint> = hint.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    Ok(hint.map(|hint| CheckpointRef { version: hint.version, parts: part_paths(store, hint.version, hint.parts) }))
}

fn part_paths(store: &TableStore, version: i64, parts: Option<usize>) -> Vec<Path> {
    match parts {
        None => vec![log_path(store, &format!("{version:020}.checkpoint.parquet"))],
        Some(count) => (1..=count)
            .map(|part| log_path(store, &format!("{version:020}.checkpoint.{part:010}.{count:010}.parquet")))
            .collect(),
    }
}

/// What a listing of the log's folder shows.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Versions of the commits, ascending.
    pub(crate) commits: Vec<i64>,
    /// Whole checkpoints, ascending.
    pub(crate) checkpoints: Vec<CheckpointRef>,
    /// Whether there is a checkpoint in the form of feature `v2Checkpoint`.
    pub(crate) has_v2_checkpoint: bool,
}

/// Lists the log; checksums, compacted logs and half checkpoints are left out.
pub(crate) async fn list(store: &TableStore) -> Result<Listing, EngineError> {
    let folder = store.location().clone().join(LOG);
    let found = store.store().list_with_delimiter(Some(&folder)).await;
    let objects = match found {
        Ok(found) => found.objects,
        Err(Error::NotFound { .. }) => Vec::new(),
        Err(error) => return Err(engine_error("list log", error).with("path", folder)),
    };
    Ok(Listing::of(store, objects.iter().filter_map(|object| object.location.filename())))
}

impl Listing {
    fn of<'a>(store: &TableStore, names: impl Iterator<Item = &'a str>) -> Self {
        let mut listing = Self::default();
        let mut found_parts: BTreeMap<(i64, Option<usize>), usize> = BTreeMap::new();
        for name in names {
            let Some((version, rest)) = name.split_at_checked(20) else { continue };
            let Ok(version) = version.parse::<i64>() else { continue };
            let checkpoint = rest.strip_prefix(".checkpoint.");
            match (rest, checkpoint.map(|checkpoint| checkpoint.split('.').collect::<Vec<_>>())) {
                (".json", _) => listing.commits.push(version),
                (_, Some(words)) => match words.as_slice() {
                    ["parquet"] => *found_parts.entry((version, None)).or_default() += 1,
                    [_, count, "parquet"] if count.len() == 10 => {
                        *found_parts.entry((version, count.parse().ok())).or_default() += 1;
                    }
                    _ => listing.has_v2_checkpoint = true,
                },
                _ => {}
            }
        }
        listing.commits.sort_unstable();
        let whole = found_parts.into_iter().filter(|((_, count), found)| count.unwrap_or(1) == *found);
        let checkpoint = |((version, count), _)| CheckpointRef { version, parts: part_paths(store, version, count) };
        listing.checkpoints = whole.map(checkpoint).collect();
        listing
    }
}

/// The error for a log that lacks a commit it must have.
pub(crate) fn missing(version: i64) -> EngineError {
    EngineError::new(ErrorKind::NotFound, "read log", "a commit is no longer in the log")
        .for_actor(Actor::Target)
        .with("version", version)
}

/// All objects below the table's folder.
pub(crate) async fn list_table(store: &TableStore) -> Result<Vec<object_store::ObjectMeta>, EngineError> {
    let listed: Result<Vec<_>, Error> = store.store().list(Some(store.location())).try_collect().await;
    listed.map_err(|error| engine_error("list table", error).with("path", store.folder()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::store;

    #[test]
    fn half_checkpoints_and_foreign_files_are_no_checkpoints() {
        let folder = tempfile::tempdir().unwrap();
        let names = [
            "00000000000000000003.json",
            "00000000000000000002.json",
            "00000000000000000002.crc",
            "00000000000000000001.checkpoint.parquet",
            "00000000000000000002.checkpoint.0000000001.0000000002.parquet",
            "00000000000000000002.checkpoint.0000000002.0000000002.parquet",
            "00000000000000000003.checkpoint.0000000002.0000000002.parquet",
            "00000000000000000000.00000000000000000003.compacted.json",
            "_last_checkpoint",
        ];
        let listing = Listing::of(&store(&folder), names.into_iter());
        assert_eq!(listing.commits, [2, 3]);
        let found: Vec<_> = listing.checkpoints.iter().map(|found| (found.version, found.parts.len())).collect();
        assert_eq!(found, [(1, 1), (2, 2)]);
        assert!(!listing.has_v2_checkpoint);
        let v2 = ["00000000000000000004.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.parquet"];
        let listing = Listing::of(&store(&folder), v2.into_iter());
        assert!(listing.has_v2_checkpoint && listing.checkpoints.is_empty());
    }
}
