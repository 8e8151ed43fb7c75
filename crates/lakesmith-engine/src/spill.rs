//! [`SpillFolder`]: where a process spills to, locked while the process lives. What processes that were killed have left beside
//! it is swept.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use crate::error::EngineError;

/// The file by whose lock a folder is known to be in use.
const LOCK: &str = ".lakesmith-spill-lock";

/// A folder of spilled data. The kernel frees its lock when the process ends, however it ends.
#[derive(Debug)]
pub struct SpillFolder {
    path: PathBuf,
    _lock: File,
}

impl SpillFolder {
    /// Makes the folder, or takes over one that nobody uses, and removes those beside it whose processes are gone.
    ///
    /// Only folders with a lock of ours are ever removed. One that two runtimes of this process use is locked once for each.
    pub fn take(path: &Path) -> Result<Self, EngineError> {
        if let Some(parent) = path.parent() {
            sweep(parent, path);
        }
        loop {
            fs::create_dir_all(path).map_err(|error| EngineError::io("make spill folder", path, error))?;
            let lock = path.join(LOCK);
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock);
            let file = match file {
                Ok(file) => file,
                // swept between the two steps
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(EngineError::io("lock spill folder", &lock, error)),
            };
            // shared, so that several runtimes of a process can spill to one folder; a sweep asks for it alone
            file.lock_shared().map_err(|error| EngineError::io("lock spill folder", &lock, error))?;
            if lock.exists() {
                return Ok(Self { path: path.to_owned(), _lock: file });
            }
        }
    }

    /// Where data is spilled to.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Removes what dead processes left in a folder, apart from `own`. What cannot be removed stays for the next sweep.
fn sweep(folder: &Path, own: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        // a link may lead to what is not ours
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let path = entry.path();
        if !is_folder || path == own {
            continue;
        }
        let Ok(lock) = OpenOptions::new().write(true).open(path.join(LOCK)) else { continue };
        if lock.try_lock().is_ok() {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = entries.collect();
        names.sort();
        names
    }

    #[test]
    fn folders_of_dead_processes_are_swept_and_all_others_stay() {
        let temporary = tempfile::tempdir().unwrap();
        let at = |name: &str| temporary.path().join(name);
        let dead = SpillFolder::take(&at("dead")).unwrap();
        fs::write(dead.path().join("run-1.arrow"), b"rows").unwrap();
        let alive = SpillFolder::take(&at("alive")).unwrap();
        fs::write(alive.path().join("run-1.arrow"), b"rows").unwrap();
        fs::create_dir(at("of-somebody-else")).unwrap();
        drop(dead);
        let own = SpillFolder::take(&at("own")).unwrap();
        assert_eq!(names(temporary.path()), ["alive", "of-somebody-else", "own"]);
        assert!(alive.path().join("run-1.arrow").exists());
        drop(own);
    }

    #[test]
    fn two_runtimes_of_a_process_use_one_folder() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("spill");
        let first = SpillFolder::take(&path).unwrap();
        let second = SpillFolder::take(&path).unwrap();
        drop(first);
        SpillFolder::take(&temporary.path().join("other")).unwrap();
        assert!(second.path().exists());
    }
}
