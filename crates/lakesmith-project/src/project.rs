//! [`Project`]: a pipeline's folder with its spec, its settings and the texts of its source files.

use std::io::Read;
use std::path::{Path, PathBuf};

use lakesmith_base::Identifier;
use lakesmith_base::suggest::closest;
use lakesmith_diagnostic::{Condition, Diagnostic, SourceId, SourceMap, Span};

use crate::path::{Location, PathMap};
use crate::spec::{ConfigurationEntry, Library, Spec, parse_spec};

/// Names a spec may have.
const SPEC_NAMES: [&str; 2] = ["spark-pipeline.yml", "spark-pipeline.yaml"];
/// Folders that never hold source code.
const SKIPPED_FOLDERS: &[&str] = &["warehouse", "target", "node_modules", "__pycache__"];
/// Largest spec, in bytes.
const LARGEST_SPEC: u64 = 1 << 20;
/// Largest source file, in bytes.
const LARGEST_SOURCE: u64 = 4 << 20;

/// Which project is meant.
#[derive(Debug, Clone)]
pub struct Request {
    /// A folder, or a single SQL file.
    pub path: PathBuf,
    /// The spec, where it is named.
    pub spec: Option<PathBuf>,
    /// Settings given for this run; they win over the spec's configuration.
    pub overrides: Vec<(String, String)>,
}

/// A source file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path relative to the project.
    pub path: String,
    /// Its text.
    pub source: SourceId,
}

/// A project with everything read from disk.
#[derive(Debug)]
pub struct Project {
    /// The folder of the spec, or the folder itself without one.
    pub root: PathBuf,
    /// Name of the pipeline: the spec's, or the folder's.
    pub name: String,
    /// Default catalog; `spark_catalog` unless the spec names one.
    pub catalog: Identifier,
    /// Default schema; `default` unless the spec names one.
    pub schema: Identifier,
    /// Settings and values of the spec.
    pub configuration: Vec<ConfigurationEntry>,
    /// Whether the configuration could be read; if not, that a key has no value says nothing.
    pub configuration_is_known: bool,
    /// Folder of the tables: the setting `spark.sql.warehouse.dir`, or `warehouse/` in the project.
    pub warehouse: Location,
    /// Folder of checkpoints and events: the spec's `storage`, or `.lakesmith/storage` in the project.
    pub storage: Location,
    /// Where paths lie.
    pub paths: PathMap,
    /// SQL files, ordered by path.
    pub sql_files: Vec<SourceFile>,
    /// Python files and notebooks, ordered by path.
    pub python_files: Vec<String>,
}

impl Project {
    /// Finds and reads a project; texts go into `sources`, faults into the returned list. `None` when there is none.
    pub fn discover(request: &Request, sources: &mut SourceMap) -> (Option<Self>, Vec<Diagnostic>) {
        let mut reader = Reader { sources, overrides: &request.overrides, faults: Vec::new() };
        let project = reader.project(request);
        (project, reader.faults)
    }
}

struct Reader<'a> {
    sources: &'a mut SourceMap,
    overrides: &'a [(String, String)],
    faults: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn project(&mut self, request: &Request) -> Option<Project> {
        if request.spec.is_none() && request.path.is_file() {
            return self.single_file(&request.path);
        }
        if request.spec.is_none() && !request.path.is_dir() {
            let title = format!("there is no folder `{}`", request.path.display());
            self.faults.push(
                Diagnostic::error(Condition::PIPELINE_SPEC_FILE_NOT_FOUND, title).help("give the path of a project"),
            );
            return None;
        }
        let spec_path = match &request.spec {
            Some(spec) => Some(spec.clone()),
            None => self.find_spec(&request.path)?,
        };
        match spec_path {
            Some(spec) => self.with_spec(&spec),
            None => self.bare_folder(&request.path),
        }
    }

    /// The spec of the nearest folder upwards that has one. The outer `None` is a fault that was reported.
    #[allow(clippy::option_option, reason = "no spec is as good an answer as a spec")]
    fn find_spec(&mut self, folder: &Path) -> Option<Option<PathBuf>> {
        let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        for (level, ancestor) in absolute.ancestors().enumerate() {
            let found: Vec<PathBuf> =
                SPEC_NAMES.iter().map(|name| ancestor.join(name)).filter(|path| path.is_file()).collect();
            match found.as_slice() {
                [] => {}
                [one] if level == 0 => return Some(Some(folder.join(one.file_name().unwrap_or_default()))),
                [one] => return Some(Some(one.clone())),
                _ => {
                    let title = format!("`{}` holds two pipeline specs", ancestor.display());
                    let fault = Diagnostic::error(Condition::MULTIPLE_PIPELINE_SPEC_FILES_FOUND, title);
                    self.faults.push(fault.help("delete one of them, or name one with `--spec`"));
                    return None;
                }
            }
        }
        Some(None)
    }

    /// The folder of a spec, its text, and what it says.
    fn read_spec(&mut self, path: &Path) -> Option<(PathBuf, SourceId, Spec)> {
        let text = self.read(path, &path.display().to_string(), LARGEST_SPEC)?;
        let root = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let root = root.map_or_else(|| PathBuf::from("."), Path::to_owned);
        let shown = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let source = self.sources.add_file(shown, text.clone());
        let (spec, faults) = parse_spec(source, &text);
        self.faults.extend(faults);
        Some((root, source, spec))
    }

    fn with_spec(&mut self, path: &Path) -> Option<Project> {
        let (root, source, spec) = self.read_spec(path)?;
        let whole = Library { path: ".".into(), recursive: true, span: Span::new(source, 0, 0) };
        let libraries = spec.libraries.clone().unwrap_or_else(|| vec![whole]);
        let mut files = Files::default();
        for library in &libraries {
            self.library(&root, library, &mut files);
        }
        Some(self.assemble(root, spec, files))
    }

    fn bare_folder(&mut self, folder: &Path) -> Option<Project> {
        let mut files = Files::default();
        self.walk(folder, folder, &mut files);
        if files.sql.is_empty() && files.python.is_empty() {
            let title = format!("there is no pipeline in `{}`", folder.display());
            let fault = Diagnostic::error(Condition::PIPELINE_SPEC_FILE_NOT_FOUND, title)
                .note("neither `spark-pipeline.yml` nor a `.sql` file was found")
                .help("give the path of a project, or start one with `lakesmith init --name my_pipeline`");
            self.faults.push(fault);
            return None;
        }
        Some(self.assemble(folder.to_owned(), Spec::default(), files))
    }

    /// One file, with the settings of the spec it lies under.
    fn single_file(&mut self, path: &Path) -> Option<Project> {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let folder = parent.map_or_else(|| PathBuf::from("."), Path::to_owned);
        let (root, spec) = match self.find_spec(&folder)? {
            Some(spec_path) => self.read_spec(&spec_path).map(|(root, _, spec)| (root, spec))?,
            None => (folder, Spec::default()),
        };
        let mut files = Files::default();
        files.add(path.to_owned());
        Some(self.assemble(root, spec, files))
    }

    fn assemble(&mut self, root: PathBuf, spec: Spec, files: Files) -> Project {
        let Files { mut sql, mut python } = files;
        for paths in [&mut sql, &mut python] {
            paths.sort();
            paths.dedup();
        }
        let sql_files = sql.iter().filter_map(|path| self.source_file(&root, path)).collect();
        let overrides = self.overrides;
        let settings = || {
            let configured = spec.configuration.iter().map(|entry| (entry.key.as_str(), entry.value.as_str()));
            configured.chain(overrides.iter().map(|(key, value)| (key.as_str(), value.as_str())))
        };
        let paths = PathMap::new(&root, settings());
        let warehouse = settings()
            .filter(|(key, _)| *key == "spark.sql.warehouse.dir")
            .reduce(|_, later| later)
            .map(|(_, value)| value);
        let storage = spec.storage.as_ref().map_or(".lakesmith/storage", |(text, _)| text);
        let name = if spec.name.is_empty() { folder_name(&root) } else { spec.name.clone() };
        Project {
            name,
            catalog: spec.catalog.clone().unwrap_or_else(|| "spark_catalog".into()),
            schema: spec.schema.clone().unwrap_or_else(|| "default".into()),
            warehouse: paths.locate(warehouse.unwrap_or("warehouse")),
            storage: paths.locate(storage),
            paths,
            sql_files,
            python_files: python.iter().map(|path| relative(&root, path)).collect(),
            configuration_is_known: !spec.is_unreadable && !spec.has_unread_settings,
            configuration: spec.configuration,
            root,
        }
    }

    fn library(&mut self, root: &Path, library: &Library, files: &mut Files) {
        let path = root.join(&library.path);
        if library.recursive && path.is_dir() {
            self.walk(root, &path, files);
        } else if !library.recursive && path.is_file() {
            files.add(path);
        } else {
            let kind = if library.recursive { "folder" } else { "file" };
            let title = format!("there is no {kind} `{}`", library.path);
            let fault = Diagnostic::error(Condition::LAKESMITH_SOURCE_FILE, title).at(library.span, "");
            let is_folder = !library.recursive && path.is_dir();
            let help = match similar_entry(&path, library.recursive) {
                _ if is_folder => format!("write `{}/**` for all files below the folder", library.path),
                Some(similar) => format!("a {kind} with a similar name exists: `{similar}`"),
                None => "paths count from the folder of the spec".to_owned(),
            };
            self.faults.push(fault.help(help));
        }
    }

    /// Collects source files below `folder`, without hidden folders and those that hold data.
    fn walk(&mut self, root: &Path, folder: &Path, files: &mut Files) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(&relative(root, folder), &error.to_string()),
        };
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            if name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                if !SKIPPED_FOLDERS.contains(&name.as_str()) && !path.is_symlink() {
                    self.walk(root, &path, files);
                }
            } else if path.is_file() {
                files.add(path);
            }
        }
    }

    fn source_file(&mut self, root: &Path, path: &Path) -> Option<SourceFile> {
        let shown = relative(root, path);
        let text = self.read(path, &shown, LARGEST_SOURCE)?;
        let source = self.sources.add_file(shown.clone(), text);
        Some(SourceFile { path: shown, source })
    }

    fn read(&mut self, path: &Path, shown: &str, limit: u64) -> Option<String> {
        if !path.is_file() {
            self.unreadable(shown, if path.exists() { "it is not a regular file" } else { "it does not exist" });
            return None;
        }
        let mut bytes = Vec::new();
        let read = std::fs::File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
        if let Err(error) = read {
            self.unreadable(shown, &error.to_string());
            return None;
        }
        if bytes.len() as u64 > limit {
            self.unreadable(shown, &format!("it is larger than {} MiB", limit >> 20));
            return None;
        }
        match String::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                self.unreadable(shown, &format!("byte {at} is not UTF-8"));
                None
            }
        }
    }

    fn unreadable(&mut self, shown: &str, why: &str) {
        let title = format!("`{shown}` cannot be read: {why}");
        self.faults.push(Diagnostic::error(Condition::LAKESMITH_SOURCE_FILE, title));
    }
}

/// Source files by language.
#[derive(Debug, Default)]
struct Files {
    sql: Vec<PathBuf>,
    python: Vec<PathBuf>,
}

impl Files {
    fn add(&mut self, path: PathBuf) {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("sql") => self.sql.push(path),
            Some("py" | "ipynb") => self.python.push(path),
            _ => {}
        }
    }
}

/// The name that resembles the path's most, among the files or folders beside it.
fn similar_entry(path: &Path, is_folder: bool) -> Option<String> {
    let wanted = path.file_name()?.to_string_lossy().into_owned();
    let entries = std::fs::read_dir(path.parent()?).ok()?.filter_map(Result::ok);
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_dir() == is_folder)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    closest(&wanted, names.iter().map(String::as_str), 1).first().map(|name| (*name).to_owned())
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

fn folder_name(root: &Path) -> String {
    let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    absolute.file_name().map_or_else(|| "pipeline".to_owned(), |name| name.to_string_lossy().into_owned())
}
