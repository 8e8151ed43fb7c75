//! The log's folder: names of its files and how they are read.

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
    let mut listing = Listing::default();
    let mut names: Vec<&str> = objects.iter().filter_map(|object| object.location.filename()).collect();
    names.sort_unstable();
    for name in names {
        let Some((version, rest)) = name.split_at_checked(20) else { continue };
        let Ok(version) = version.parse::<i64>() else { continue };
        match rest {
            ".json" => listing.commits.push(version),
            ".checkpoint.parquet" => listing.checkpoints.push(one_part(store, version)),
            rest => listing.add_part(store, version, rest),
        }
    }
    listing.checkpoints.retain(|checkpoint| !checkpoint.parts.is_empty());
    listing.checkpoints.sort_by_key(|checkpoint| checkpoint.version);
    Ok(listing)
}

fn one_part(store: &TableStore, version: i64) -> CheckpointRef {
    CheckpointRef { version, parts: part_paths(store, version, None) }
}

impl Listing {
    /// Adds a checkpoint of several parts at its last part; names are sorted, so all parts before it have been seen.
    fn add_part(&mut self, store: &TableStore, version: i64, rest: &str) {
        let numbers = rest.strip_prefix(".checkpoint.").and_then(|rest| rest.strip_suffix(".parquet"));
        let Some((part, count)) = numbers.and_then(|numbers| numbers.split_once('.')) else { return };
        let (Ok(part), Ok(count)) = (part.parse::<usize>(), count.parse::<usize>()) else { return };
        if part == count {
            self.checkpoints.push(CheckpointRef { version, parts: part_paths(store, version, Some(count)) });
        }
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
