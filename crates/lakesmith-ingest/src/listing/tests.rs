//! Which files a path means.

use std::cell::RefCell;

use super::*;
use crate::options::{Format, Usage};

fn tree(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "{}").unwrap();
    }
    folder
}

fn options() -> ReaderOptions {
    ReaderOptions::defaults(Format::Json, Usage::ReadFiles)
}

fn names(folder: &Path, pattern: &str) -> Vec<String> {
    let found = list(&folder.join(pattern), &options(), &|_| false).unwrap();
    let mut names: Vec<String> =
        found.iter().map(|file| file.path.strip_prefix(folder).unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn folders_are_read_with_what_is_below_but_not_hidden_names() {
    let folder = tree(&["a.json", "x/b.json", "x/_SUCCESS", ".c.json", "_d/e.json", "_k=1/f.json", "g.json._COPYING_"]);
    assert_eq!(names(folder.path(), ""), ["_k=1/f.json", "a.json", "x/b.json"]);
    assert_eq!(names(folder.path(), "_d"), ["_d/e.json"]);
    assert_eq!(names(folder.path(), ".c.json"), [".c.json"]);
}

#[test]
fn wildcards_stand_in_any_part() {
    let folder = tree(&["2024/01/a.json", "2024/02/b.json", "2025/01/c.json", "2025/01/.d.json", "2025/x/1/e.json"]);
    assert_eq!(names(folder.path(), "*/01/*.json"), ["2024/01/a.json", "2025/01/c.json"]);
    assert_eq!(names(folder.path(), "202[4-4]/??"), ["2024/01/a.json", "2024/02/b.json"]);
    assert_eq!(names(folder.path(), "2024/{01,02}/[!b]*"), ["2024/01/a.json"]);
    assert_eq!(names(folder.path(), "{2024/02,2025/*}/*.json"), ["2024/02/b.json", "2025/01/c.json"]);
    assert_eq!(names(folder.path(), "*"), ["2024/01/a.json", "2024/02/b.json", "2025/01/c.json", "2025/x/1/e.json"]);
}

#[test]
fn files_are_ordered_by_time_and_known_ones_left_out() {
    let folder = tree(&["b.json", "a.json", "c.json"]);
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(folder.path().join("c.json")).unwrap().set_modified(time).unwrap();
    let asked = RefCell::new(0);
    let known = |path: &Path| {
        *asked.borrow_mut() += 1;
        path.ends_with("b.json")
    };
    let found = list(folder.path(), &options(), &known).unwrap();
    assert_eq!(found[0].path, folder.path().join("c.json"));
    assert_eq!((found[0].modified_micros, found[0].size), (1_000_000_000_000_000, 2));
    assert_eq!((found.len(), asked.take()), (2, 3));
    let late = ReaderOptions { modified_after: Some(1_000_000_000_000_000), ..options() };
    assert_eq!(list(folder.path(), &late, &|_| false).unwrap().len(), 2);
}

#[test]
fn a_missing_path_is_an_error_unless_ignored_and_an_empty_folder_is_none() {
    let folder = tree(&["x/a.json"]);
    for pattern in ["y", "*.csv", "x/a.json/b", "y/*"] {
        let error = list(&folder.path().join(pattern), &options(), &|_| false).unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound, "{pattern}");
    }
    assert_eq!(list(Path::new("x"), &options(), &|_| false).unwrap_err().kind, ErrorKind::Internal);
    let lenient = ReaderOptions { ignore_missing_files: true, ..options() };
    assert!(list(&folder.path().join("y"), &lenient, &|_| false).unwrap().is_empty());
    fs::remove_file(folder.path().join("x/a.json")).unwrap();
    assert!(names(folder.path(), "x").is_empty());
    assert!(list(&folder.path().join("x"), &options(), &|_| true).unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_back_is_not_followed_and_a_name_that_is_no_text_is_told() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tree(&["x/a.json"]);
    std::os::unix::fs::symlink("..", folder.path().join("x/up")).unwrap();
    std::os::unix::fs::symlink("x", folder.path().join("y")).unwrap();
    assert_eq!(names(folder.path(), ""), ["x/a.json", "y/a.json"]);
    assert_eq!(names(folder.path(), "*"), ["x/a.json", "y/a.json"]);
    fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"b\xff.json")), "{}").unwrap();
    let fault = list(folder.path(), &options(), &|_| false).unwrap_err();
    assert!(fault.message.ends_with("is not UTF-8"), "{}", fault.message);
}
