//! [`Upload`]: a large object on its way to the disk.
//!
//! What was written is synced in the background while more is written, so that little is left to wait for at the end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use async_trait::async_trait;
use object_store::{Error, MultipartUpload, PutPayload, PutResult, Result, UploadPart};

use super::{NAME, blocking, into_store};
use crate::durable::{DurableFolder, temporary_path};
use crate::error::{Actor, EngineError, ErrorKind};
use crate::fault::Faults;

/// With so many bytes that are not known to be on disk, a sync is begun.
const SYNC_BYTES: u64 = 8 << 20;

/// A large object on its way; its parts go to a temporary file that becomes the object when all are synced.
#[derive(Debug)]
pub(super) struct Upload {
    path: PathBuf,
    folder: DurableFolder,
    name: String,
    faults: Arc<dyn Faults>,
    /// Where the parts are; `None` once completed or aborted.
    staged: Option<PathBuf>,
    /// What became of it. It is published with this held, so that an upload that was dropped is never published after that.
    fate: Arc<Mutex<Fate>>,
    file: Arc<StagedFile>,
    offset: u64,
}

/// What became of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Open,
    Published,
    GivenUp,
}

impl Upload {
    pub(super) fn begin(path: PathBuf, folder: DurableFolder, name: String, faults: Arc<dyn Faults>) -> Result<Self> {
        let parent = path.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(parent)
            .map_err(|error| into_store(parent, EngineError::io("make folder", parent, error)))?;
        let staged = temporary_path(parent);
        let file = StagedFile::create(&staged);
        let file = file.map_err(|error| into_store(&path, EngineError::io("create file", &path, error)))?;
        let fate = Arc::new(Mutex::new(Fate::Open));
        Ok(Self { path, folder, name, faults, staged: Some(staged), fate, file: Arc::new(file), offset: 0 })
    }
}

/// The file that the parts are written to, and its syncs.
#[derive(Debug)]
struct StagedFile {
    writer: Mutex<File>,
    /// The same file, and the error of a sync in the background; held while it is synced.
    syncer: Mutex<(File, Option<io::Error>)>,
    unsynced: AtomicU64,
}

impl StagedFile {
    fn create(path: &Path) -> io::Result<Self> {
        let writer = OpenOptions::new().write(true).create_new(true).open(path)?;
        let syncer = writer.try_clone()?;
        Ok(Self { writer: Mutex::new(writer), syncer: Mutex::new((syncer, None)), unsynced: AtomicU64::new(0) })
    }

    fn write(&self, offset: u64, data: &PutPayload) -> io::Result<()> {
        let mut file = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(offset))?;
        data.iter().try_for_each(|part| file.write_all(part))
    }

    /// Notes that bytes were written, and says whether it is time for a sync.
    fn wants_sync(&self, written: usize) -> bool {
        self.unsynced.fetch_add(written as u64, Ordering::Relaxed) + written as u64 >= SYNC_BYTES
    }

    /// Syncs what was written so far, unless a sync is under way. Its error waits for [`Self::sync_all`].
    fn sync_early(&self) {
        let mut syncer = match self.syncer.try_lock() {
            Ok(syncer) => syncer,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        self.unsynced.store(0, Ordering::Relaxed);
        if let Err(error) = syncer.0.sync_data() {
            // the system tells a file's error once
            syncer.1.get_or_insert(error);
        }
    }

    fn sync_all(&self) -> io::Result<()> {
        let mut syncer = self.syncer.lock().unwrap_or_else(PoisonError::into_inner);
        let synced = syncer.0.sync_all();
        syncer.1.take().map_or(synced, Err)
    }
}

/// Syncs the parts and gives them their name, unless they were given up meanwhile.
fn publish(
    file: &StagedFile,
    staged: &Path,
    path: &Path,
    fate: &Mutex<Fate>,
    faults: &dyn Faults,
) -> Result<(), EngineError> {
    file.sync_all().map_err(|error| EngineError::io("sync file", path, error))?;
    faults.reach("durable.before_publish")?;
    let mut fate = fate.lock().unwrap_or_else(PoisonError::into_inner);
    if *fate != Fate::Open {
        return Err(finished());
    }
    fs::rename(staged, path).map_err(|error| EngineError::io("publish file", path, error))?;
    *fate = Fate::Published;
    Ok(())
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let offset = self.offset;
        let bytes = data.content_length();
        self.offset += bytes as u64;
        let (file, path) = (Arc::clone(&self.file), self.path.clone());
        let syncing = Arc::clone(&self.file);
        Box::pin(async move {
            blocking(move || {
                let written = file.write(offset, &data);
                written.map_err(|error| into_store(&path, EngineError::io("write file", &path, error)))
            })
            .await?;
            if syncing.wants_sync(bytes) {
                drop(tokio::task::spawn_blocking(move || syncing.sync_early()));
            }
            Ok(())
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let staged = self.staged.clone().ok_or_else(has_ended)?;
        let fate = Arc::clone(&self.fate);
        let (file, path, faults) = (Arc::clone(&self.file), self.path.clone(), Arc::clone(&self.faults));
        let (folder, name) = (self.folder.clone(), self.name.clone());
        // a failure before the rename leaves `staged` to be removed when the upload is dropped
        blocking(move || {
            let published = publish(&file, &staged, &path, &fate, faults.as_ref());
            published.and_then(|()| folder.make_durable(&name)).map_err(|error| into_store(&path, error))
        })
        .await?;
        self.staged = None;
        Ok(PutResult { e_tag: None, version: None })
    }

    async fn abort(&mut self) -> Result<()> {
        let staged = self.staged.take().ok_or_else(has_ended)?;
        blocking(move || {
            fs::remove_file(&staged)
                .map_err(|error| into_store(&staged, EngineError::io("remove file", &staged, error)))
        })
        .await
    }
}

fn finished() -> EngineError {
    EngineError::new(ErrorKind::Internal, "write file", "the upload has already ended").for_actor(Actor::Engine)
}

fn has_ended() -> Error {
    Error::Generic { store: NAME, source: finished().into() }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let Some(staged) = self.staged.take() else { return };
        let mut fate = self.fate.lock().unwrap_or_else(PoisonError::into_inner);
        if *fate == Fate::Open {
            *fate = Fate::GivenUp;
            let _ = fs::remove_file(staged); // what cannot be removed is a leftover, which clean-up finds
        }
    }
}
