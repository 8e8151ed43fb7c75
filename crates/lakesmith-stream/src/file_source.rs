//! What is new in a folder of files.
//!
//! Paths are kept relative to the project where files lie in it, so that a copy of the project goes on where this one stands.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use lakesmith_engine::EngineError;
use lakesmith_ingest::{FoundFile, ReaderOptions};

use crate::plan::{FileEntry, Slice};
use crate::progress::Progress;

/// The files of `pattern` that the flow has not read, the oldest first and at most `limit` of them; only those in `seen` where
/// that is given. Where the options say so, all files that are there at first are passed over. `root` is the project's folder.
pub fn next_files(
    root: &Path,
    key: &str,
    pattern: &Path,
    options: &ReaderOptions,
    progress: &Progress,
    seen: Option<&BTreeSet<PathBuf>>,
    limit: Option<usize>,
) -> Result<Slice, EngineError> {
    let found = unread(root, key, pattern, options, progress)?;
    let seen = seen.filter(|_| !passes_over(key, options, progress));
    let found = found.into_iter().filter(|file| seen.is_none_or(|seen| seen.contains(&file.path)));
    let entries = found.map(|file| FileEntry {
        path: kept(root, &file.path).display().to_string(),
        size: file.size,
        modified_micros: file.modified_micros,
    });
    if passes_over(key, options, progress) {
        return Ok(Slice::Passed(entries.collect()));
    }
    Ok(Slice::Files(entries.take(limit.unwrap_or(usize::MAX)).collect()))
}

/// Whether the files that are there now are passed over: the source has not been looked at before.
pub fn passes_over(key: &str, options: &ReaderOptions, progress: &Progress) -> bool {
    !options.include_existing_files && !progress.files.contains_key(key)
}

/// The files of `pattern` that the flow has not read, the oldest first.
pub fn unread(
    root: &Path,
    key: &str,
    pattern: &Path,
    options: &ReaderOptions,
    progress: &Progress,
) -> Result<Vec<FoundFile>, EngineError> {
    let known = |path: &Path| kept(root, path).to_str().is_some_and(|path| progress.knows(key, path));
    lakesmith_ingest::list(pattern, options, &known)
}

/// The file of an entry.
pub fn found(root: &Path, entry: &FileEntry) -> FoundFile {
    FoundFile::new(root.join(&entry.path), entry.size, entry.modified_micros)
}

/// Whether every file is as it was when it was listed.
pub fn is_unchanged(root: &Path, files: &[FileEntry]) -> bool {
    files.iter().all(|file| {
        let Ok(now) = std::fs::metadata(root.join(&file.path)) else { return false };
        let modified = now.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = modified.and_then(|since| i64::try_from(since.as_micros()).ok());
        now.len() == file.size && modified == Some(file.modified_micros)
    })
}

/// A path as plans keep it.
fn kept<'a>(root: &Path, path: &'a Path) -> &'a Path {
    path.strip_prefix(root).unwrap_or(path)
}
