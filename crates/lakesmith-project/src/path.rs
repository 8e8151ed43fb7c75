//! Where paths of a pipeline lie: relative paths, workspace paths such as `/Volumes/…`, URIs, and the folders of tables.
//!
//! Workspace paths (`/Volumes`, `/Workspace`, `/mnt`, `dbfs:/`, `/dbfs` and bare paths of the DBFS root) lie under one folder,
//! `files/` beside the spec unless the setting `lakesmith.path.root` names another. A setting `lakesmith.path.<prefix>` maps one
//! prefix elsewhere: `lakesmith.path./Volumes/main/landing: /data/landing`. The longest prefix wins. So the URI of an object store can
//! be mapped to a folder that holds a copy: `lakesmith.path.s3://bucket/landing: landing`.

use std::path::{Path, PathBuf};

use lakesmith_base::QualifiedName;

/// The setting that names the folder of all workspace paths.
const ROOT_SETTING: &str = "lakesmith.path.root";
/// What settings for one prefix begin with.
const PREFIX_SETTING: &str = "lakesmith.path.";
/// Prefixes that exist only in a workspace.
const WORKSPACE: &[&str] = &["/Volumes", "/Workspace", "/mnt", "/databricks-datasets", "/FileStore"];

/// A place that a pipeline reads or writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// On this machine.
    Local(PathBuf),
    /// In an object store or another system, by URI.
    Remote(String),
}

/// Maps the paths of a pipeline to locations.
#[derive(Debug, Clone)]
pub struct PathMap {
    project: PathBuf,
    root: PathBuf,
    prefixes: Vec<(String, PathBuf)>,
}

impl PathMap {
    /// A map for the project in `project`, with its settings; of equal keys the last one counts.
    pub fn new<'a>(project: &Path, settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut map = Self { project: project.to_owned(), root: project.join("files"), prefixes: Vec::new() };
        for (key, value) in settings {
            if key == ROOT_SETTING {
                map.root = project.join(value);
            } else if let Some(prefix) = key.strip_prefix(PREFIX_SETTING) {
                let prefix = without_scheme(prefix).trim_end_matches('/').to_owned();
                map.prefixes.retain(|(known, _)| *known != prefix);
                map.prefixes.push((prefix, project.join(value)));
            }
        }
        map.prefixes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        map
    }

    /// Where `path` lies.
    ///
    /// A relative path counts from the project. A bare absolute path is on this machine when its first folder exists here, and
    /// under the DBFS root otherwise.
    pub fn locate(&self, path: &str) -> Location {
        let (scheme, rest) = split_scheme(path);
        match scheme {
            Some("file") => return Location::Local(PathBuf::from(rest_of_file_uri(rest))),
            Some("dbfs") => return Location::Local(self.mapped(&absolute(rest))),
            Some(_) => {
                let mapped = self.prefix_of(path).map(|(folder, rest)| Location::Local(join_inside(folder, rest)));
                return mapped.unwrap_or_else(|| Location::Remote(path.to_owned()));
            }
            None => {}
        }
        if !path.starts_with('/') {
            return Location::Local(self.project.join(path));
        }
        if let Some(rest) = below(path, "/dbfs") {
            return Location::Local(self.mapped(&absolute(rest)));
        }
        let is_workspace =
            WORKSPACE.iter().any(|prefix| below(path, prefix).is_some()) || self.prefix_of(path).is_some();
        if is_workspace || !first_folder_exists(path) {
            return Location::Local(self.mapped(path));
        }
        Location::Local(PathBuf::from(path))
    }

    fn mapped(&self, path: &str) -> PathBuf {
        match self.prefix_of(path) {
            Some((folder, rest)) => join_inside(folder, rest),
            None => join_inside(&self.root, path),
        }
    }

    fn prefix_of<'a>(&'a self, path: &'a str) -> Option<(&'a Path, &'a str)> {
        self.prefixes.iter().find_map(|(prefix, folder)| below(path, prefix).map(|rest| (folder.as_path(), rest)))
    }
}

/// The scheme and the bucket of a URI, as a prefix that a setting can map.
pub fn bucket(uri: &str) -> &str {
    let after = uri.find("://").map_or(0, |colon| colon + 3);
    uri[after..].find('/').map_or(uri, |slash| &uri[..after + slash])
}

/// The folder of a table below a warehouse: `<catalog>/<schema>/<table>`, in lower case, with every character but letters,
/// digits, `_` and `-` percent-encoded.
pub fn table_folder(warehouse: &Path, name: &QualifiedName) -> PathBuf {
    name.parts().iter().fold(warehouse.to_owned(), |folder, part| folder.join(folder_name(&part.folded())))
}

fn folder_name(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for character in name.chars() {
        if character.is_alphanumeric() || matches!(character, '_' | '-') {
            encoded.push(character);
        } else {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    encoded
}

/// Scheme and the rest after its colon. A Windows drive or a lone word is no scheme.
fn split_scheme(path: &str) -> (Option<&str>, &str) {
    match path.split_once(':') {
        Some((scheme, rest))
            if scheme.len() > 1
                && rest.starts_with('/')
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) =>
        {
            (Some(scheme), rest)
        }
        _ => (None, path),
    }
}

fn without_scheme(prefix: &str) -> &str {
    prefix.strip_prefix("dbfs:").unwrap_or(prefix)
}

fn rest_of_file_uri(rest: &str) -> &str {
    match rest.strip_prefix("//") {
        Some(after) => after.find('/').map_or("/", |slash| &after[slash..]),
        None => rest,
    }
}

fn absolute(rest: &str) -> String {
    format!("/{}", rest.trim_start_matches('/'))
}

/// What follows `prefix` in `path`, when `path` is the prefix or lies below it.
fn below<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(prefix)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// `folder` and the parts of `path`, which never leave the folder: `..` goes up at most to it.
fn join_inside(folder: &Path, path: &str) -> PathBuf {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.into_iter().fold(folder.to_owned(), |folder, part| folder.join(part))
}

fn first_folder_exists(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    !first.is_empty() && Path::new("/").join(first).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(map: &PathMap, path: &str) -> String {
        match map.locate(path) {
            Location::Local(path) => path.display().to_string(),
            Location::Remote(uri) => uri,
        }
    }

    #[test]
    fn workspace_paths_lie_under_one_folder() {
        let map = PathMap::new(Path::new("/p"), []);
        let cases = [
            ("data/x.json", "/p/data/x.json"),
            ("/Volumes/main/default/x", "/p/files/Volumes/main/default/x"),
            ("dbfs:/raw/x", "/p/files/raw/x"),
            ("/dbfs/raw/x", "/p/files/raw/x"),
            ("dbfs:/Volumes/a", "/p/files/Volumes/a"),
            ("/mnt/raw/orders/", "/p/files/mnt/raw/orders"),
            ("/no_such_folder_here/x", "/p/files/no_such_folder_here/x"),
            ("file:///etc/x", "/etc/x"),
            ("file:/etc/x", "/etc/x"),
            ("/etc/x", "/etc/x"),
            ("s3://bucket/x", "s3://bucket/x"),
            ("abfss://c@a.dfs.core.windows.net/x", "abfss://c@a.dfs.core.windows.net/x"),
        ];
        for (path, expected) in cases {
            assert_eq!(local(&map, path), expected, "{path}");
        }
    }

    #[test]
    fn the_longest_mapped_prefix_wins() {
        let settings = [
            ("lakesmith.path./Volumes", "vols"),
            ("lakesmith.path./Volumes/main/landing", "/data/landing"),
            ("lakesmith.path.root", "elsewhere"),
            ("other", "x"),
        ];
        let map = PathMap::new(Path::new("/p"), settings);
        assert_eq!(local(&map, "/Volumes/main/landing/a"), "/data/landing/a");
        assert_eq!(local(&map, "/Volumes/main/landings/a"), "/p/vols/main/landings/a");
        assert_eq!(local(&map, "dbfs:/x"), "/p/elsewhere/x");
    }

    #[test]
    fn the_uri_of_an_object_store_can_be_mapped() {
        let settings = [("lakesmith.path.s3://bucket/landing/", "landing"), ("lakesmith.path.abfss://", "/data/azure")];
        let map = PathMap::new(Path::new("/p"), settings);
        let cases = [
            ("s3://bucket/landing/a/b.json", "/p/landing/a/b.json"),
            ("s3://bucket/landings/b.json", "s3://bucket/landings/b.json"),
            ("s3a://bucket/landing/b.json", "s3a://bucket/landing/b.json"),
            ("abfss://c@a.dfs.core.windows.net/x/../../y", "/data/azure/y"),
        ];
        for (path, expected) in cases {
            assert_eq!(local(&map, path), expected, "{path}");
        }
    }

    #[test]
    fn a_bucket_is_the_beginning_of_a_uri() {
        assert_eq!(bucket("s3://bucket/landing/*.json"), "s3://bucket");
        assert_eq!(bucket("gs://bucket"), "gs://bucket");
    }

    #[test]
    fn a_mapped_path_never_leaves_its_folder() {
        let map = PathMap::new(Path::new("/p"), []);
        assert_eq!(local(&map, "/Volumes/../../../etc/passwd"), "/p/files/etc/passwd");
    }

    #[test]
    fn table_folders_are_lower_case_and_encoded() {
        let name = QualifiedName::from_parts(vec!["Main".into(), "my schema".into(), "a/b".into()]).expect("a name");
        assert_eq!(table_folder(Path::new("/w"), &name), Path::new("/w/main/my%20schema/a%2Fb"));
    }
}
