//! [`Lease`]: at most one update of a pipeline at a time on one machine.
//!
//! The kernel frees the lock when its holder dies, so a run after `kill -9` starts at once. Correctness does not rest on it: commits
//! check the flow's `txn`.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::EngineError;

use crate::fault::engine_fault;

/// Time between two looks at a lock that someone else holds.
const PAUSE: Duration = Duration::from_millis(50);

/// The right to update a pipeline; given back when it is dropped.
#[derive(Debug)]
pub struct Lease {
    _file: File,
}

impl Lease {
    /// Takes the lease of the storage folder, waiting at most `wait` for whoever holds it.
    pub async fn take(storage: &Path, holder: &str, wait: Duration) -> Result<Self, Diagnostic> {
        let io = |error| engine_fault(&EngineError::io("take the pipeline's lease", storage, error));
        std::fs::create_dir_all(storage).map_err(io)?;
        let path = storage.join("lease");
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path);
        let mut file = file.map_err(io)?;
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(io(error)),
                Err(TryLockError::WouldBlock) if waited >= wait => return Err(held(&mut file, wait)),
                Err(TryLockError::WouldBlock) => {
                    tokio::time::sleep(PAUSE).await;
                    waited += PAUSE;
                }
            }
        }
        // who holds it is for people only, so it need not be durable
        file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(holder.as_bytes())).map_err(io)?;
        Ok(Self { _file: file })
    }

    /// Whether an update runs now, without waiting for it and without making anything.
    pub fn is_held(storage: &Path) -> bool {
        let Ok(file) = File::open(storage.join("lease")) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

fn held(file: &mut File, wait: Duration) -> Diagnostic {
    let mut holder = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut holder));
    let title = "another update of this pipeline is running";
    let mut diagnostic = Diagnostic::error(Condition::CONCURRENT_PIPELINE_UPDATE, title);
    if read.is_ok() && !holder.is_empty() {
        diagnostic = diagnostic.note(format!("it is {holder}"));
    }
    diagnostic
        .note(format!("waited {} s for it", wait.as_secs()))
        .help("wait for it to end, or wait longer with `--wait 10m`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_update_is_told_who_runs_and_can_start_when_the_first_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lease::take(folder.path(), "process 17", Duration::ZERO).await.unwrap();
        let refused = Lease::take(folder.path(), "process 18", Duration::ZERO).await.unwrap_err();
        assert_eq!(refused.notes[0], "it is process 17");
        assert!(Lease::is_held(folder.path()));
        drop(first);
        assert!(!Lease::is_held(folder.path()));
        Lease::take(folder.path(), "process 18", Duration::ZERO).await.unwrap();
    }
}
