//! [`list`]: the files that a path means, in the order they are read.
//!
//! A path is a file, a folder (read with all folders below it) or a pattern whose parts may hold `*`, `?`, `[a-c]` and
//! `{a,b}`. Names that start with `.` or `_` (unless they hold `=`) or end with `._COPYING_` are passed over inside folders
//! and by wildcards, as in Spark; a path that is written out is always read. Nothing is opened here.

pub(crate) mod glob;
mod pattern;

use std::fs::{self, DirEntry, FileType, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

use lakesmith_engine::{Actor, EngineError, ErrorKind};
use serde::{Deserialize, Serialize};

use crate::options::ReaderOptions;
use crate::uri::file_uri;

pub(crate) use glob::Glob;

const OPERATION: &str = "list files";

/// Folders below folders that are entered; more is a loop of links.
const DEEPEST: usize = 128;

/// A file to be read, as it was when it was listed. Reading it later fails when it has changed since.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FoundFile {
    /// Where it lies, absolute.
    pub path: PathBuf,
    /// The same as `_metadata.file_path` shows it: `file:///…`, percent-encoded as Spark does.
    pub uri: String,
    /// Size in bytes.
    pub size: u64,
    /// When it was modified, in microseconds since the epoch.
    pub modified_micros: i64,
}

impl FoundFile {
    /// A file as it was when it was listed.
    pub fn new(path: PathBuf, size: u64, modified_micros: i64) -> Self {
        let uri = crate::uri::file_uri(&path);
        Self { path, uri, size, modified_micros }
    }
}

/// Lists the files that `pattern` (an absolute path) means, ordered by time of modification, then path.
///
/// Files for which `known` holds are left out without looking at anything but their names, so that the cost of listing grows
/// with the number of names only. A path that does not exist, or a pattern that nothing matches, is
/// [`ErrorKind::NotFound`] unless `ignoreMissingFiles` is set; an empty folder is an empty list.
pub fn list(
    pattern: &Path,
    options: &ReaderOptions,
    known: &dyn Fn(&Path) -> bool,
) -> Result<Vec<FoundFile>, EngineError> {
    if !pattern.is_absolute() {
        let message = format!("`{}` is not an absolute path", pattern.display());
        return Err(EngineError::new(ErrorKind::Internal, OPERATION, message));
    }
    let mut search = Search { options, known, found: Vec::new(), matched: false };
    for parts in pattern::alternatives(pattern)? {
        search.descend(PathBuf::from("/"), &parts, 0)?;
    }
    if !search.matched && !options.ignore_missing_files {
        let message = format!("`{}` does not exist", pattern.display());
        return Err(EngineError::new(ErrorKind::NotFound, OPERATION, message)
            .for_actor(Actor::Source)
            .with("path", pattern.display()));
    }
    let mut found = search.found;
    found.sort_by(|a, b| (a.modified_micros, &a.path).cmp(&(b.modified_micros, &b.path)));
    // Alternatives of a pattern may overlap.
    found.dedup();
    Ok(found)
}

struct Search<'a> {
    options: &'a ReaderOptions,
    known: &'a dyn Fn(&Path) -> bool,
    found: Vec<FoundFile>,
    matched: bool,
}

impl Search<'_> {
    /// Follows the parts of a pattern from an existing folder.
    fn descend(&mut self, folder: PathBuf, parts: &[pattern::Part], depth: usize) -> Result<(), EngineError> {
        let Some((part, rest)) = parts.split_first() else {
            self.matched = true;
            return self.folder(&folder, depth);
        };
        match part {
            pattern::Part::Name(name) => {
                let path = folder.join(name);
                match fs::metadata(&path) {
                    Ok(metadata) if metadata.is_dir() => self.descend(path, rest, depth),
                    Ok(metadata) if rest.is_empty() => {
                        self.matched = true;
                        self.take(path, Some(metadata))
                    }
                    Ok(_) => Ok(()),
                    Err(error) if is_missing(&error) => Ok(()),
                    Err(error) => Err(failed(&path, error)),
                }
            }
            pattern::Part::Wildcard { glob, shows_hidden } => {
                for (entry, kind) in entries(&folder)? {
                    let name = entry.file_name().to_string_lossy().into_owned();
                    if !glob.matches(&name) || (!shows_hidden && is_hidden(&name)) {
                        continue;
                    }
                    if is_folder(&entry, kind) {
                        if !leads_back(&entry, kind) {
                            self.descend(entry.path(), rest, depth)?;
                        }
                    } else if rest.is_empty() {
                        self.matched = true;
                        self.take(entry.path(), None)?;
                    }
                }
                Ok(())
            }
        }
    }

    /// Takes all files of a folder and of the folders below.
    fn folder(&mut self, folder: &Path, depth: usize) -> Result<(), EngineError> {
        if depth > DEEPEST {
            let message = format!("`{}` lies more than {DEEPEST} folders deep", folder.display());
            return Err(EngineError::new(ErrorKind::Storage, OPERATION, message).for_actor(Actor::Source));
        }
        for (entry, kind) in entries(folder)? {
            if is_hidden(&entry.file_name().to_string_lossy()) {
                continue;
            }
            if is_folder(&entry, kind) {
                if !leads_back(&entry, kind) {
                    self.folder(&entry.path(), depth + 1)?;
                }
            } else {
                self.take(entry.path(), None)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, path: PathBuf, metadata: Option<Metadata>) -> Result<(), EngineError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if self.options.file_name_pattern.as_ref().is_some_and(|glob| !glob.matches(&name)) || (self.known)(&path) {
            return Ok(());
        }
        if path.to_str().is_none() {
            let message = format!("the name of `{}` is not UTF-8", path.display());
            return Err(EngineError::new(ErrorKind::Storage, OPERATION, message).for_actor(Actor::Source));
        }
        let metadata = match metadata.map_or_else(|| fs::metadata(&path), Ok) {
            Ok(metadata) => metadata,
            // It was renamed or removed since its name was read; its next name is found next time.
            Err(error) if is_missing(&error) => return Ok(()),
            Err(error) => return Err(failed(&path, error)),
        };
        if !metadata.is_file() {
            return Ok(());
        }
        let modified_micros = modified_micros(&metadata).map_err(|error| failed(&path, error))?;
        let is_late = self.options.modified_after.is_none_or(|time| modified_micros > time);
        let is_early = self.options.modified_before.is_none_or(|time| modified_micros < time);
        if is_late && is_early {
            let uri = file_uri(&path);
            self.found.push(FoundFile { path, uri, size: metadata.len(), modified_micros });
        }
        Ok(())
    }
}

/// The entries of a folder; none when it has vanished.
fn entries(folder: &Path) -> Result<Vec<(DirEntry, FileType)>, EngineError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_missing(&error) => return Ok(Vec::new()),
        Err(error) => return Err(failed(folder, error)),
    };
    entries
        .map(|entry| entry.and_then(|entry| entry.file_type().map(|kind| (entry, kind))))
        .collect::<io::Result<_>>()
        .map_err(|error| failed(folder, error))
}

/// Whether an entry leads into a folder. Only links are looked at, so plain files cost nothing.
fn is_folder(entry: &DirEntry, kind: FileType) -> bool {
    kind.is_dir() || kind.is_symlink() && fs::metadata(entry.path()).is_ok_and(|target| target.is_dir())
}

/// Whether a link leads to a folder that it lies in, whose files would be found again and again.
fn leads_back(entry: &DirEntry, kind: FileType) -> bool {
    let path = entry.path();
    let real = |path: &Path| fs::canonicalize(path).ok();
    kind.is_symlink()
        && path.parent().and_then(real).zip(real(&path)).is_some_and(|(folder, target)| folder.starts_with(target))
}

fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name.starts_with('_') && !name.contains('=') || name.ends_with("._COPYING_")
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn failed(path: &Path, error: io::Error) -> EngineError {
    EngineError::io(OPERATION, path, error).for_actor(Actor::Source)
}

/// The time of modification in microseconds since the epoch, as [`FoundFile`] keeps it.
fn modified_micros(metadata: &Metadata) -> io::Result<i64> {
    let time = jiff::Timestamp::try_from(metadata.modified()?).map_err(io::Error::other)?;
    Ok(i64::try_from(time.as_nanosecond().div_euclid(1_000)).unwrap_or(i64::MAX))
}

/// The parts of an absolute path below the root, `.` left out and `..` resolved.
fn parts_of(path: &Path) -> Vec<String> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => parts.push(name.to_string_lossy().into_owned()),
            Component::ParentDir => {
                parts.pop();
            }
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    parts
}

#[cfg(test)]
mod tests;
