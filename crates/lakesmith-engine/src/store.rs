//! [`DurableStore`]: the local file system as an object store whose writes are on disk when they return.
//!
//! `object_store`'s own local store never syncs and has no conditional update; reading, listing and deleting are its. The store
//! is rooted at `/`, so a location is an absolute path without its leading slash. What was interrupted is not listed.

use std::fs;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt,
    PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result, UpdateVersion,
};

use crate::durable::{DurableFolder, LOCK, is_temporary};
use crate::error::{EngineError, ErrorKind};
use crate::fault::Faults;

mod upload;

use upload::Upload;

const NAME: &str = "DurableStore";

/// Objects up to this size are read back after a write, to tell the e-tag of exactly what was written.
const TAGGED_BYTES: usize = 1 << 20;

/// The local file system, written durably.
#[derive(Debug, Clone)]
pub struct DurableStore {
    local: Arc<LocalFileSystem>,
    faults: Arc<dyn Faults>,
}

impl DurableStore {
    /// The file system from its root.
    pub fn new(faults: Arc<dyn Faults>) -> Self {
        Self { local: Arc::new(LocalFileSystem::new()), faults }
    }

    /// The durable folder that `path` is written through, and the path's name in it.
    ///
    /// It is the deepest folder above `path` that exists: all folders below it are new and have to be synced with the file.
    fn folder(&self, path: &FilePath) -> Result<(DurableFolder, String)> {
        let exists = path.ancestors().skip(1).find(|folder| folder.is_dir()).unwrap_or(FilePath::new("/"));
        let name = path.strip_prefix(exists).ok().and_then(FilePath::to_str);
        let name = name.ok_or_else(|| unsupported("a path that is not UTF-8"))?;
        Ok((DurableFolder::new(exists).with_faults(Arc::clone(&self.faults)), name.to_owned()))
    }

    /// The e-tag of the object at `location` if it still holds exactly `bytes`, so that a later write is never taken for ours.
    async fn tag_of(&self, location: &Path, bytes: &[u8]) -> Option<String> {
        if bytes.len() > TAGGED_BYTES {
            return None;
        }
        let found = self.local.get(location).await.ok()?;
        let tag = found.meta.e_tag.clone();
        (found.bytes().await.ok()? == bytes).then_some(tag).flatten()
    }

    async fn update(&self, location: &Path, bytes: Vec<u8>, expected: UpdateVersion) -> Result<()> {
        let found = self.local.get(location).await.map_err(|error| match error {
            Error::NotFound { path, source } => Error::Precondition { path, source },
            other => other,
        })?;
        if found.meta.e_tag != expected.e_tag {
            let path = location.to_string();
            return Err(Error::Precondition { path, source: "the object has changed".into() });
        }
        let current = found.bytes().await?;
        let (folder, name) = self.folder(&self.local.path_to_filesystem(location)?)?;
        let location = location.clone();
        // unchanged bytes under the lock are an unchanged object, whoever wrote them
        blocking(move || folder.update(&name, Some(&current), &bytes).map_err(|error| changed(&location, error))).await
    }

    async fn make_durable(&self, path: PathBuf) -> Result<()> {
        let (folder, name) = self.folder(&path)?;
        blocking(move || folder.make_durable(&name).map_err(|error| into_store(&path, error))).await
    }
}

/// The engine's error of a store's error; finds the one that a [`DurableStore`] carries.
pub fn engine_error(operation: &'static str, error: Error) -> EngineError {
    match error {
        Error::Generic { store, source } => match source.downcast::<EngineError>() {
            Ok(error) => *error,
            Err(source) => EngineError::from_store(operation, Error::Generic { store, source }),
        },
        Error::PermissionDenied { path, source } => match source.downcast::<EngineError>() {
            Ok(error) => *error,
            Err(source) => EngineError::from_store(operation, Error::PermissionDenied { path, source }),
        },
        other => EngineError::from_store(operation, other),
    }
}

/// Removes what interrupted writes left below `folder` before `older_than_millis`, and says how many files that were.
///
/// Younger files may belong to a write that is under way, of this process or another one.
pub fn remove_leftovers(folder: &FilePath, older_than_millis: i64) -> Result<usize, EngineError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(EngineError::io("list folder", folder, error)),
    };
    let mut removed = 0;
    for entry in entries {
        let (entry, kind) = entry
            .and_then(|entry| entry.file_type().map(|kind| (entry, kind)))
            .map_err(|error| EngineError::io("list folder", folder, error))?;
        let path = entry.path();
        if kind.is_dir() {
            removed += remove_leftovers(&path, older_than_millis)?;
        } else if entry.file_name().to_str().is_some_and(is_temporary) && modified_before(&entry, older_than_millis) {
            // a file that its writer has just finished is gone already
            removed += usize::from(fs::remove_file(&path).is_ok());
        }
    }
    Ok(removed)
}

fn modified_before(entry: &fs::DirEntry, millis: i64) -> bool {
    let modified = entry.metadata().and_then(|metadata| metadata.modified());
    let since_epoch = modified.ok().and_then(|modified| modified.duration_since(std::time::UNIX_EPOCH).ok());
    since_epoch.is_some_and(|age| i64::try_from(age.as_millis()).is_ok_and(|modified| modified < millis))
}

fn into_store(path: &FilePath, error: EngineError) -> Error {
    let path = path.display().to_string();
    match error.kind {
        ErrorKind::Conflict => Error::AlreadyExists { path, source: error.into() },
        ErrorKind::NotFound => Error::NotFound { path, source: error.into() },
        ErrorKind::Denied => Error::PermissionDenied { path, source: error.into() },
        _ => Error::Generic { store: NAME, source: error.into() },
    }
}

fn changed(location: &Path, error: EngineError) -> Error {
    match error.kind {
        ErrorKind::Conflict => Error::Precondition { path: location.to_string(), source: error.into() },
        _ => Error::Generic { store: NAME, source: error.into() },
    }
}

fn unsupported(operation: &str) -> Error {
    Error::NotImplemented { operation: operation.into(), implementer: NAME.into() }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Error::JoinError { source: error }),
    }
}

impl std::fmt::Display for DurableStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(NAME)
    }
}

#[async_trait]
impl ObjectStore for DurableStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        if !opts.attributes.is_empty() {
            return Err(unsupported("attributes of an object"));
        }
        let mut bytes = Vec::with_capacity(payload.content_length());
        payload.iter().for_each(|chunk| bytes.extend_from_slice(chunk));
        let path = self.local.path_to_filesystem(location)?;
        let kept = if bytes.len() <= TAGGED_BYTES { Some(bytes.clone()) } else { None };
        match opts.mode {
            PutMode::Update(expected) => self.update(location, bytes, expected).await?,
            PutMode::Create => {
                let (folder, name) = self.folder(&path)?;
                blocking(move || folder.put_if_absent(&name, &bytes).map_err(|error| into_store(&path, error))).await?;
            }
            PutMode::Overwrite => {
                // as an upload, so that one that is dropped never appears after that
                let (folder, name) = self.folder(&path)?;
                let faults = Arc::clone(&self.faults);
                let mut upload = blocking(move || Upload::begin(path, folder, name, faults)).await?;
                upload.put_part(payload).await?;
                upload.complete().await?;
            }
        }
        let e_tag = match kept {
            Some(bytes) => self.tag_of(location, &bytes).await,
            None => None,
        };
        Ok(PutResult { e_tag, version: None })
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        if !opts.attributes.is_empty() {
            return Err(unsupported("attributes of an object"));
        }
        let path = self.local.path_to_filesystem(location)?;
        let (folder, name) = self.folder(&path)?;
        let faults = Arc::clone(&self.faults);
        let upload = blocking(move || Upload::begin(path, folder, name, faults)).await?;
        Ok(Box::new(upload))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.local.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[std::ops::Range<u64>]) -> Result<Vec<bytes::Bytes>> {
        self.local.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.local.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.local.list(prefix).filter(|found| std::future::ready(!found.as_ref().is_ok_and(is_leftover))).boxed()
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        let listed = self.local.list_with_offset(prefix, offset);
        listed.filter(|found| std::future::ready(!found.as_ref().is_ok_and(is_leftover))).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let mut listed = self.local.list_with_delimiter(prefix).await?;
        listed.objects.retain(|object| !is_leftover(object));
        Ok(listed)
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.local.copy_opts(from, to, options).await?;
        self.make_durable(self.local.path_to_filesystem(to)?).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.local.rename_opts(from, to, options).await?;
        self.make_durable(self.local.path_to_filesystem(to)?).await
    }
}

/// Whether an object is what an interrupted write left, or the lock of a folder.
fn is_leftover(object: &ObjectMeta) -> bool {
    object.location.filename().is_some_and(|name| is_temporary(name) || name == LOCK)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::durable::temporary_path;
    use crate::fault::NoFaults;

    #[derive(Debug)]
    struct FailAt(&'static str);
    impl Faults for FailAt {
        fn reach(&self, point: &'static str) -> Result<(), EngineError> {
            let fails = point == self.0;
            if fails { Err(EngineError::new(ErrorKind::DiskFull, "test", "disk full")) } else { Ok(()) }
        }
    }

    fn store() -> DurableStore {
        DurableStore::new(Arc::new(NoFaults))
    }

    fn at(folder: &tempfile::TempDir, name: &str) -> Path {
        Path::parse(format!("{}/{name}", folder.path().display())).unwrap()
    }

    fn files(folder: &tempfile::TempDir) -> Vec<String> {
        let entries = fs::read_dir(folder.path()).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with(".lakesmith-lock"))
            .collect()
    }

    #[tokio::test]
    async fn a_second_create_fails_and_keeps_the_first_object() {
        let folder = tempfile::tempdir().unwrap();
        let location = at(&folder, "a/b c=%41/0.json");
        let create = || PutOptions::from(PutMode::Create);
        store().put_opts(&location, "first".into(), create()).await.unwrap();
        let error = store().put_opts(&location, "second".into(), create()).await.unwrap_err();
        assert!(matches!(error, Error::AlreadyExists { .. }));
        assert_eq!(store().get(&location).await.unwrap().bytes().await.unwrap(), "first");
        assert_eq!(fs::read(folder.path().join("a/b c=%41/0.json")).unwrap(), b"first");
    }

    #[tokio::test]
    async fn an_update_needs_the_tag_of_the_newest_object() {
        let folder = tempfile::tempdir().unwrap();
        let location = at(&folder, "entry");
        let first = store().put(&location, "1".into()).await.unwrap();
        let second =
            store().put_opts(&location, "2".into(), PutMode::Update(first.clone().into()).into()).await.unwrap();
        assert_ne!(first.e_tag, second.e_tag);
        let stale = store().put_opts(&location, "3".into(), PutMode::Update(first.into()).into()).await.unwrap_err();
        assert!(matches!(stale, Error::Precondition { .. }));
        store().put_opts(&location, "4".into(), PutMode::Update(second.into()).into()).await.unwrap();
    }

    #[tokio::test]
    async fn an_upload_appears_whole_when_completed() {
        let folder = tempfile::tempdir().unwrap();
        let location = at(&folder, "new/part.parquet");
        let mut upload = store().put_multipart(&location).await.unwrap();
        upload.put_part(Bytes::from_static(b"hello ").into()).await.unwrap();
        assert!(store().head(&location).await.is_err());
        upload.put_part(Bytes::from_static(b"world").into()).await.unwrap();
        upload.complete().await.unwrap();
        assert_eq!(store().get(&location).await.unwrap().bytes().await.unwrap(), "hello world");
    }

    #[tokio::test]
    async fn an_aborted_dropped_or_failed_upload_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let location = at(&folder, "part.parquet");
        let mut aborted = store().put_multipart(&location).await.unwrap();
        aborted.put_part("x".into()).await.unwrap();
        aborted.abort().await.unwrap();
        drop(store().put_multipart(&location).await.unwrap());
        let failing = DurableStore::new(Arc::new(FailAt("durable.before_publish")));
        let mut failed = failing.put_multipart(&location).await.unwrap();
        let error = engine_error("write part", failed.complete().await.unwrap_err());
        assert_eq!(error.kind, ErrorKind::DiskFull);
        drop(failed);
        assert!(files(&folder).is_empty());
    }

    #[tokio::test]
    async fn leftovers_are_not_listed_and_are_removed_when_old() {
        let folder = tempfile::tempdir().unwrap();
        store().put(&at(&folder, "kept"), "x".into()).await.unwrap();
        fs::write(temporary_path(folder.path()), b"half").unwrap();
        fs::create_dir(folder.path().join("inner")).unwrap();
        fs::write(temporary_path(&folder.path().join("inner")), b"half").unwrap();
        let listed: Vec<_> = store().list(Some(&at(&folder, ""))).collect().await;
        let names: Vec<_> =
            listed.into_iter().map(|object| object.unwrap().location.filename().map(str::to_owned)).collect();
        assert_eq!(names, [Some("kept".to_owned())]);
        assert_eq!(remove_leftovers(folder.path(), 0).unwrap(), 0);
        assert_eq!(remove_leftovers(folder.path(), i64::MAX).unwrap(), 2);
        assert!(folder.path().join("kept").exists());
    }
}
