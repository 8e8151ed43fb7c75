//! [`Folder`]: the folder that the data go to, which nobody else's file may be lost in.
//!
//! A list of the files, [`LIST`], is written before the first of them, so a run that was killed can be run again. A folder
//! that holds a file outside that list is left alone. Files get their names when they are complete.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The list of files. Its name makes readers of folders pass over it.
const LIST: &str = "_sample_data.txt";
const LIST_HEAD: &str = "Files written by `lakesmith sample-data`, which replaces them when it is run again.";
/// What incomplete files end with.
const INCOMPLETE: &str = ".incomplete";

/// Why data cannot be written.
#[derive(Debug)]
pub enum FolderFault {
    /// The folder holds something else.
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// Something that is not ours, below it.
        entry: PathBuf,
    },
    /// The file system says no.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it says.
        error: io::Error,
    },
}

impl fmt::Display for FolderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign { folder, entry } => write!(
                f,
                "`{}` holds `{}`, which `lakesmith sample-data` did not write\nhelp: choose another `--out`; nothing was \
                 changed",
                folder.display(),
                entry.display()
            ),
            Self::Io { path, error } => write!(f, "`{}` cannot be written: {error}", path.display()),
        }
    }
}

/// The folder, once it is known to be ours.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    files: BTreeSet<String>,
    earlier: BTreeSet<String>,
}

impl Folder {
    /// Makes sure that `root` holds nothing but what an earlier run wrote, and lists `files` in it.
    pub fn claim(root: &Path, files: &[&str]) -> Result<Self, FolderFault> {
        let files: BTreeSet<String> = files.iter().map(|&file| file.to_owned()).collect();
        let earlier = listed(root)?;
        let mut found = Vec::new();
        find(root, Path::new(""), &mut found)?;
        for entry in found {
            let text = entry.to_string_lossy();
            let name = text.strip_suffix(INCOMPLETE).unwrap_or(&text);
            if name != LIST && !earlier.contains(name) {
                return Err(FolderFault::Foreign { folder: root.to_owned(), entry });
            }
        }
        let folder = Self { root: root.to_owned(), files, earlier };
        folder.list(folder.files.union(&folder.earlier))?;
        Ok(folder)
    }

    /// Begins a file.
    pub fn create(&self, path: &str) -> Result<SampleFile, FolderFault> {
        SampleFile::create(self.root.join(path))
    }

    /// Removes what the earlier run wrote and this one did not.
    pub fn finish(&self) -> Result<(), FolderFault> {
        for stale in self.earlier.difference(&self.files) {
            for name in [stale.clone(), format!("{stale}{INCOMPLETE}")] {
                let path = self.root.join(name);
                match fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(FolderFault::Io { path, error });
                    }
                    _ => {}
                }
            }
        }
        self.list(self.files.iter())
    }

    fn list<'a>(&self, files: impl Iterator<Item = &'a String>) -> Result<(), FolderFault> {
        let mut list = SampleFile::create(self.root.join(LIST))?;
        let lines: String = files.map(|file| format!("{file}\n")).collect();
        let written = list.write_all(format!("{LIST_HEAD}\n{lines}").as_bytes());
        written.map_err(|error| list.fault(error))?;
        list.keep().map(|_bytes| ())
    }
}

/// The files that an earlier run listed.
fn listed(root: &Path) -> Result<BTreeSet<String>, FolderFault> {
    let path = root.join(LIST);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.lines().skip(1).map(str::to_owned).collect()),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(BTreeSet::new())
        }
        Err(error) => Err(FolderFault::Io { path, error }),
    }
}

/// Everything below a folder but folders, links included; nothing if there is no folder.
fn find(root: &Path, below: &Path, found: &mut Vec<PathBuf>) -> Result<(), FolderFault> {
    let folder = root.join(below);
    let fault = |error| FolderFault::Io { path: folder.clone(), error };
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(fault(error)),
    };
    for entry in entries {
        let entry = entry.map_err(fault)?;
        let path = below.join(entry.file_name());
        if entry.file_type().map_err(fault)?.is_dir() {
            find(root, &path, found)?;
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(())
}

/// A file that gets its name when it is complete.
#[derive(Debug)]
pub struct SampleFile {
    file: File,
    path: PathBuf,
    bytes: u64,
}

impl SampleFile {
    fn create(path: PathBuf) -> Result<Self, FolderFault> {
        let made = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| File::create(incomplete(&path)));
        match made {
            Ok(file) => Ok(Self { file, path, bytes: 0 }),
            Err(error) => Err(FolderFault::Io { path, error }),
        }
    }

    /// What went wrong with this file.
    pub fn fault(&self, error: io::Error) -> FolderFault {
        FolderFault::Io { path: self.path.clone(), error }
    }

    /// Gives the file its name; returns its size.
    pub fn keep(self) -> Result<u64, FolderFault> {
        fs::rename(incomplete(&self.path), &self.path).map_err(|error| self.fault(error))?;
        Ok(self.bytes)
    }
}

impl Write for SampleFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn incomplete(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(INCOMPLETE);
    PathBuf::from(name)
}
