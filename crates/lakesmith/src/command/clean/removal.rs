//! [`Removal`]: one file or folder that may be deleted, inside a fence.
//!
//! It is made only for a path below a root, when neither the root nor any folder on the way is a symbolic link; links inside a
//! folder are deleted and never followed.

use std::io;
use std::path::{Component, Path, PathBuf};

/// A file or folder that may be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    root: PathBuf,
    path: PathBuf,
    /// What it is to a person.
    pub what: String,
}

impl Removal {
    /// A removal of `path`, which lies below `root`. `None` when there is nothing; an error says why it must stay.
    pub fn find(root: &Path, path: PathBuf, what: impl Into<String>) -> Result<Option<Self>, String> {
        let removal = Self { root: root.to_owned(), path, what: what.into() };
        match removal.is_there() {
            Ok(true) => Ok(Some(removal)),
            Ok(false) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Deletes it. A folder is first put out of sight in one step, so that nobody ever sees a part of it.
    pub fn delete(&self) -> io::Result<()> {
        if !self.is_there()? {
            return Ok(());
        }
        if !self.path.is_dir() {
            return std::fs::remove_file(&self.path);
        }
        let aside = aside(&self.path);
        if aside.symlink_metadata().is_ok() {
            std::fs::remove_dir_all(&aside)?;
        }
        std::fs::rename(&self.path, &aside)?;
        if let Some(parent) = self.path.parent() {
            std::fs::File::open(parent)?.sync_all()?;
        }
        std::fs::remove_dir_all(&aside)?;
        self.remove_empty_parents();
        Ok(())
    }

    fn remove_empty_parents(&self) {
        let parents = self.path.ancestors().skip(1).take_while(|parent| *parent != self.root);
        for parent in parents {
            if std::fs::remove_dir(parent).is_err() {
                break; // it holds something else
            }
        }
    }

    /// Whether it exists; an error when the way to it leaves the root or goes through a link.
    fn is_there(&self) -> io::Result<bool> {
        let outside = || io::Error::other(format!("it lies outside of `{}`", self.root.display()));
        let below = self.path.strip_prefix(&self.root).map_err(|_| outside())?;
        let is_plain = below.components().all(|part| matches!(part, Component::Normal(_)));
        if !is_plain || below.as_os_str().is_empty() {
            return Err(outside());
        }
        let mut way = self.root.clone();
        for part in std::iter::once(None).chain(below.components().map(Some)) {
            way.extend(part);
            match way.symlink_metadata() {
                Ok(found) if found.is_symlink() => {
                    return Err(io::Error::other(format!("`{}` is a symbolic link", way.display())));
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

/// Where a folder goes before it is deleted; hidden, so that nobody takes it for a table.
pub fn aside(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.deleted"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_with_its_empty_parents_and_links_inside_it_are_not_followed() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().join("warehouse");
        let table = root.join("c/s/orders");
        std::fs::create_dir_all(table.join("_delta_log")).unwrap();
        std::fs::write(temporary.path().join("precious"), "x").unwrap();
        std::os::unix::fs::symlink(temporary.path(), table.join("link")).unwrap();
        let removal = Removal::find(&root, table.clone(), "table").unwrap().unwrap();
        removal.delete().unwrap();
        assert!(!root.join("c").exists() && root.exists() && temporary.path().join("precious").exists());
        removal.delete().unwrap();
    }

    #[test]
    fn nothing_outside_the_root_or_behind_a_link_is_ever_found() {
        let temporary = tempfile::tempdir().unwrap();
        let (root, other) = (temporary.path().join("warehouse"), temporary.path().join("other"));
        std::fs::create_dir_all(root.join("c")).unwrap();
        std::fs::create_dir_all(other.join("orders")).unwrap();
        std::os::unix::fs::symlink(&other, root.join("c/s")).unwrap();
        std::os::unix::fs::symlink(&root, temporary.path().join("linked")).unwrap();
        for (root, path) in [
            (root.clone(), root.join("c/s/orders")),
            (root.clone(), root.join("c/s")),
            (root.clone(), root.join("../other/orders")),
            (root.clone(), other.join("orders")),
            (root.clone(), root.clone()),
            (temporary.path().join("linked"), temporary.path().join("linked/c")),
        ] {
            assert!(Removal::find(&root, path.clone(), "").is_err(), "{}", path.display());
        }
        assert_eq!(Removal::find(&root, root.join("d/e"), ""), Ok(None));
        assert!(other.join("orders").exists());
    }
}
