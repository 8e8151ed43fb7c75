//! What is new in a folder of files.

use std::path::Path;

use lakesmith_engine::EngineError;
use lakesmith_ingest::{Format, FoundFile, ReaderOptions, Usage};

use crate::plan::{FileEntry, Slice};
use crate::progress::Progress;

/// The files of `pattern` that the flow has not read, the oldest first and at most `limit` of them.
pub fn next_files(
    key: &str,
    pattern: &Path,
    options: &ReaderOptions,
    progress: &Progress,
    limit: Option<usize>,
) -> Result<Slice, EngineError> {
    let known = |path: &Path| path.to_str().is_some_and(|path| progress.knows(key, path));
    let found = lakesmith_ingest::list(pattern, options, &known)?;
    let entries = found.iter().map(entry).take(limit.unwrap_or(usize::MAX));
    Ok(Slice::Files(entries.collect()))
}

/// The entry of a file.
pub fn entry(file: &FoundFile) -> FileEntry {
    FileEntry { path: file.path.display().to_string(), size: file.size, modified_micros: file.modified_micros }
}

/// Whether every file is as it was when it was listed.
pub fn is_unchanged(files: &[FileEntry]) -> bool {
    let options = ReaderOptions::defaults(Format::Json, Usage::Reader);
    files.iter().all(|file| {
        let now = lakesmith_ingest::list(Path::new(&file.path), &options, &|_| false);
        now.is_ok_and(|now| matches!(now.as_slice(), [one] if entry(one) == *file))
    })
}
