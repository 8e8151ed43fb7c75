//! Files that are on disk when a call returns: the file is synced first, then the folders that name it.
//!
//! A file appears whole or not at all: it is written under a temporary name and moved. What fails leaves no temporary file
//! behind, except when the process dies; [`is_temporary`] tells such leftovers. [`DurableFolder`] serves the small files of
//! checkpoints and catalogs; all paths are relative to it.

use std::collections::hash_map::RandomState;
use std::fs::{self, File, OpenOptions};
use std::hash::BuildHasher;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use crate::error::{Actor, EngineError, ErrorKind};
use crate::fault::{Faults, NoFaults};

/// What temporary names begin with; no listing shows them.
const TEMPORARY: &str = ".lakesmith-tmp-";

/// Name of the file that is locked while a file of its folder is compared and replaced.
pub(crate) const LOCK: &str = ".lakesmith-lock";

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// Whether a file name is one that an interrupted write left behind.
pub fn is_temporary(file_name: &str) -> bool {
    file_name.starts_with(TEMPORARY)
}

/// A path in `folder` that no other call of any process gets.
pub(crate) fn temporary_path(folder: &Path) -> PathBuf {
    // a process id alone comes again: in a container the first process always has the same one
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(std::process::id()));
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    folder.join(format!("{TEMPORARY}{:016x}-{number}", *PROCESS))
}

/// A folder whose files are durable when a call returns.
#[derive(Debug, Clone)]
pub struct DurableFolder {
    root: PathBuf,
    faults: Arc<dyn Faults>,
}

impl DurableFolder {
    /// The folder at `root`, which is made when something is first written.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), faults: Arc::new(NoFaults) }
    }

    /// The same folder with crash points.
    #[must_use]
    pub fn with_faults(mut self, faults: Arc<dyn Faults>) -> Self {
        self.faults = faults;
        self
    }

    /// The bytes of a file; `None` when it does not exist.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, EngineError> {
        let full = self.root.join(path);
        match fs::read(&full) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(EngineError::io("read file", &full, error)),
        }
    }

    /// Writes a file, replacing one of the same name.
    pub fn put(&self, path: &str, bytes: &[u8]) -> Result<(), EngineError> {
        let full = self.root.join(path);
        let staged = self.stage(&full, bytes)?;
        self.publish(&staged, &full, |staged, full| fs::rename(staged, full))
    }

    /// Writes a file that must not exist yet; a conflict when it does.
    pub fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<(), EngineError> {
        let full = self.root.join(path);
        let staged = self.stage(&full, bytes)?;
        // a hard link fails when the name is taken, which a rename does not
        let published = self.publish(&staged, &full, |staged, full| fs::hard_link(staged, full));
        // the file stands under its own name or not at all; a leftover second name is only untidy
        let _ = fs::remove_file(&staged);
        published
    }

    /// Replaces a file whose bytes are still `expected` (`None`: it does not exist); a conflict otherwise.
    ///
    /// The comparison and the write happen under a lock of the folder that other processes respect too.
    pub fn update(&self, path: &str, expected: Option<&[u8]>, bytes: &[u8]) -> Result<(), EngineError> {
        let full = self.root.join(path);
        let _lock = self.lock(&full)?;
        if self.read(path)?.as_deref() != expected {
            return Err(conflict("update file", &full));
        }
        self.put(path, bytes)
    }

    /// Removes a file; one that does not exist is no error.
    pub fn remove(&self, path: &str) -> Result<(), EngineError> {
        let full = self.root.join(path);
        match fs::remove_file(&full) {
            Ok(()) => sync_folder(parent(&full)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(EngineError::io("remove file", &full, error)),
        }
    }

    /// Syncs a file that someone else wrote, and the folders down to it.
    pub fn make_durable(&self, path: &str) -> Result<(), EngineError> {
        let full = self.root.join(path);
        let file = File::open(&full).map_err(|error| EngineError::io("open file", &full, error))?;
        file.sync_all().map_err(|error| EngineError::io("sync file", &full, error))?;
        self.sync_down_to(parent(&full))
    }

    fn stage(&self, full: &Path, bytes: &[u8]) -> Result<PathBuf, EngineError> {
        let folder = parent(full);
        fs::create_dir_all(folder).map_err(|error| EngineError::io("make folder", folder, error))?;
        let staged = temporary_path(folder);
        let written = OpenOptions::new().write(true).create_new(true).open(&staged).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        if let Err(error) = written {
            let _ = fs::remove_file(&staged); // the first error is the one to report
            return Err(EngineError::io("write file", full, error));
        }
        Ok(staged)
    }

    fn publish(
        &self,
        staged: &Path,
        full: &Path,
        rename: impl Fn(&Path, &Path) -> std::io::Result<()>,
    ) -> Result<(), EngineError> {
        let published = self.faults.reach("durable.before_publish").and_then(|()| {
            rename(staged, full).map_err(|error| match error.kind() {
                std::io::ErrorKind::AlreadyExists => conflict("create file", full),
                _ => EngineError::io("publish file", full, error),
            })
        });
        if let Err(error) = published {
            let _ = fs::remove_file(staged); // the first error is the one to report
            return Err(error);
        }
        self.faults.reach("durable.before_folder_sync")?;
        self.sync_down_to(parent(full))
    }

    /// Syncs `folder` and every folder above it up to the root, since any of them may be new.
    fn sync_down_to(&self, folder: &Path) -> Result<(), EngineError> {
        let mut next = Some(folder);
        while let Some(folder) = next.filter(|folder| folder.starts_with(&self.root)) {
            sync_folder(folder)?;
            next = folder.parent();
        }
        Ok(())
    }

    fn lock(&self, full: &Path) -> Result<File, EngineError> {
        let folder = parent(full);
        fs::create_dir_all(folder).map_err(|error| EngineError::io("make folder", folder, error))?;
        let path = folder.join(LOCK);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|error| EngineError::io("open lock", &path, error))?;
        file.lock().map_err(|error| EngineError::io("take lock", &path, error))?;
        Ok(file)
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

fn conflict(operation: &'static str, path: &Path) -> EngineError {
    EngineError::new(ErrorKind::Conflict, operation, "someone else wrote the file first")
        .for_actor(Actor::Target)
        .retryable()
        .with("path", path.display())
}

/// Syncs a folder, so that the names in it survive a power cut.
fn sync_folder(folder: &Path) -> Result<(), EngineError> {
    let file = File::open(folder).map_err(|error| EngineError::io("open folder", folder, error))?;
    file.sync_all().map_err(|error| EngineError::io("sync folder", folder, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct FailAt(&'static str);
    impl Faults for FailAt {
        fn reach(&self, point: &'static str) -> Result<(), EngineError> {
            let fails = point == self.0;
            if fails { Err(EngineError::new(ErrorKind::DiskFull, "test", "disk full")) } else { Ok(()) }
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn only_one_of_two_writers_creates_a_file() {
        let root = tempfile::tempdir().unwrap();
        let folder = DurableFolder::new(root.path());
        folder.put_if_absent("plan/0", b"first").unwrap();
        let error = folder.put_if_absent("plan/0", b"second").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Conflict);
        assert_eq!(folder.read("plan/0").unwrap().as_deref(), Some(&b"first"[..]));
        assert_eq!(names(&root.path().join("plan")), ["0"]);
    }

    #[test]
    fn an_update_of_changed_bytes_is_a_conflict_and_of_unchanged_ones_is_not() {
        let root = tempfile::tempdir().unwrap();
        let folder = DurableFolder::new(root.path());
        folder.update("entry", None, b"one").unwrap();
        assert_eq!(folder.update("entry", None, b"two").unwrap_err().kind, ErrorKind::Conflict);
        folder.update("entry", Some(b"one"), b"two").unwrap();
        assert_eq!(folder.read("entry").unwrap().as_deref(), Some(&b"two"[..]));
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        DurableFolder::new(root.path()).put("entry", b"old").unwrap();
        let failing = DurableFolder::new(root.path()).with_faults(Arc::new(FailAt("durable.before_publish")));
        assert_eq!(failing.put("entry", b"new").unwrap_err().kind, ErrorKind::DiskFull);
        assert_eq!(failing.read("entry").unwrap().as_deref(), Some(&b"old"[..]));
        assert_eq!(names(root.path()), ["entry"]);
    }
}
