//! From the command line to the rows of statements: what `sql`, its shell and `show` share.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use lakesmith_base::SystemClock;
use lakesmith_diagnostic::render::printable;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin, SourceMap};
use lakesmith_engine::{EngineError, ErrorKind, Runtime};
use lakesmith_project::{Location, PathMap, Project, Request};
use lakesmith_session::{QueryError, QueryResult, Session, SessionSettings};
use lakesmith_unresolved::Command;

use crate::arguments::{RowForm, SessionArguments};
use crate::exit::Exit;
use crate::load::variables;
use crate::printer::Printer;
use crate::rejections::rejections;
use crate::rows::RowWriter;
use crate::runtime;

/// A text with statements.
#[derive(Debug)]
pub struct QueryText<'a> {
    /// What messages call it.
    pub name: &'a str,
    /// The text.
    pub text: &'a str,
    /// Values of its parameters.
    pub arguments: lakesmith_sql::Arguments,
    /// Whether to say how long each statement took.
    pub is_timed: bool,
}

impl<'a> QueryText<'a> {
    /// A text without parameters.
    pub fn new(name: &'a str, text: &'a str) -> Self {
        Self { name, text, arguments: lakesmith_sql::Arguments::default(), is_timed: false }
    }
}

/// Runs all statements of a text and prints their rows.
pub fn run(arguments: &SessionArguments, query: &QueryText<'_>, form: RowForm, printer: &mut Printer) -> Exit {
    let opened = match Opened::new(arguments, printer) {
        Ok(opened) => opened,
        Err(exit) => return exit,
    };
    let exit = runtime::block_on(opened.run_text(query, form, printer)).unwrap_or_else(|error| {
        printer.note(&format!("error: threads cannot be started: {error}"));
        Exit::Usage
    });
    drop(opened);
    runtime::clean_up();
    exit
}

/// A session of a project, and what `${key}` means in it.
#[derive(Debug)]
pub struct Opened {
    /// The session.
    pub session: Session,
    variables: lakesmith_sql::Variables,
    sources: SourceMap,
}

impl Opened {
    /// Opens the project that the arguments name; what is wrong with it is printed.
    pub fn new(arguments: &SessionArguments, printer: &mut Printer) -> Result<Self, Exit> {
        let mut sources = SourceMap::default();
        let project = project(arguments, &mut sources).map_err(|diagnostics| {
            printer.diagnostics(&sources, &diagnostics);
            Exit::Usage
        })?;
        let session = session(project.as_ref(), arguments).map_err(|fault| {
            printer.note(&fault);
            Exit::Usage
        })?;
        let variables = variables_of(project.as_ref(), &sources, arguments);
        Ok(Self { session, variables, sources })
    }

    /// Runs the statements of a text one after the other, until one fails or nobody reads any more.
    pub async fn run_text(&self, query: &QueryText<'_>, form: RowForm, printer: &mut Printer) -> Exit {
        let mut sources = self.sources.clone();
        let variables = lakesmith_sql::Variables { arguments: query.arguments.clone(), ..self.variables.clone() };
        let commands = match self.session.parse(&mut sources, query.name, query.text, &variables) {
            Ok(commands) => commands,
            Err(diagnostics) => {
                printer.diagnostics(&sources, &diagnostics);
                return Exit::Wrong;
            }
        };
        for command in &commands {
            let begun = Instant::now();
            let is_read = match self.run_command(command, &sources, form, printer).await {
                Ok(is_read) => is_read,
                Err(exit) => return exit,
            };
            if query.is_timed {
                printer.note(&format!("{:.3} s", begun.elapsed().as_secs_f64()));
            }
            if !is_read {
                break;
            }
        }
        Exit::Done
    }

    /// Runs one statement; tells whether anyone still reads rows.
    async fn run_command(
        &self,
        command: &Command,
        sources: &SourceMap,
        form: RowForm,
        printer: &mut Printer,
    ) -> Result<bool, Exit> {
        let printed = match self.session.execute(command, sources).await {
            Ok(result) => print(result, form, printer).await,
            Err(error) => Err(error),
        };
        printed.map_err(|error| match error {
            QueryError::Wrong { sources, diagnostics } => {
                printer.diagnostics(&sources, &diagnostics);
                let refused = |fault: &Diagnostic| fault.condition == Condition::LAKESMITH_NOT_BUILT;
                if diagnostics.iter().any(refused) { Exit::Usage } else { Exit::Wrong }
            }
            QueryError::Failed(error) => {
                printer.diagnostics(sources, &[failed(&error, &command.origin)]);
                if error.kind == ErrorKind::Internal { Exit::Bug } else { Exit::Wrong }
            }
        })
    }
}

/// Prints rows as they come; tells whether anyone still reads them.
async fn print(mut result: QueryResult, form: RowForm, printer: &mut Printer) -> Result<bool, QueryError> {
    for warning in &result.warnings {
        printer.note(&format!("warning: {}", printable(warning)));
    }
    let columns = result.columns.clone();
    if columns.is_empty() {
        // a statement that changes something has nothing to show
        while let Some(batch) = result.next().await {
            batch?;
        }
        told(&result, printer);
        return Ok(true);
    }
    let mut writer = RowWriter::new(form, &columns, result.zone.clone());
    while let Some(batch) = result.next().await {
        let text = writer.batch(&batch?);
        if !printer.stream(&text) {
            return Ok(false);
        }
    }
    let is_read = printer.stream(&writer.end());
    told(&result, printer);
    Ok(is_read)
}

/// Says which records of files became no rows.
fn told(result: &QueryResult, printer: &mut Printer) {
    if let Some(told) = rejections(&result.rejections(), |path| path.display().to_string()) {
        printer.note(&told);
    }
}

/// The project, or `None` for a folder that holds none: queries run there all the same.
pub fn project(arguments: &SessionArguments, sources: &mut SourceMap) -> Result<Option<Project>, Vec<Diagnostic>> {
    let request =
        Request { path: arguments.project.clone(), spec: arguments.spec.clone(), overrides: arguments.set.clone() };
    let (project, diagnostics) = Project::discover(&request, sources);
    let is_bare = |fault: &Diagnostic| fault.condition == Condition::PIPELINE_SPEC_FILE_NOT_FOUND;
    match project {
        // what is wrong with source files is no matter here
        Some(project) if project.configuration_is_known => Ok(Some(project)),
        None if arguments.spec.is_none() && arguments.project.is_dir() && diagnostics.iter().all(is_bare) => Ok(None),
        _ => Err(diagnostics),
    }
}

/// The session of a project.
pub fn session(project: Option<&Project>, arguments: &SessionArguments) -> Result<Session, String> {
    let runtime = runtime::start(arguments.memory).map_err(|error| failure(&error))?;
    let settings = match project {
        Some(project) => settings_of(project, runtime)
            .ok_or_else(|| "error[LAKESMITH_NOT_BUILT]: a warehouse in an object store is not built yet".to_owned())?,
        None => bare(&arguments.project, &arguments.set, runtime),
    };
    let configured = project.into_iter().flat_map(|project| &project.configuration);
    let configured = configured.map(|entry| (entry.key.as_str(), entry.value.as_str()));
    let given = arguments.set.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    Session::new(settings).configured(configured.chain(given)).map_err(|error| match error {
        QueryError::Wrong { diagnostics, .. } => {
            let first = diagnostics.first();
            first.map_or_else(String::new, |fault| format!("error[{}]: {}", fault.condition, fault.title))
        }
        QueryError::Failed(error) => failure(&error),
    })
}

/// The settings of a folder without a project.
/// What a session of a project is made of; nothing where its warehouse is not on this machine.
pub fn settings_of(project: &Project, runtime: Runtime) -> Option<SessionSettings> {
    let Location::Local(warehouse) = &project.warehouse else { return None };
    let storage = match &project.storage {
        Location::Local(storage) => Some(storage.clone()),
        Location::Remote(_) => None,
    };
    Some(SessionSettings {
        warehouse: warehouse.clone(),
        storage,
        catalog: project.catalog.clone(),
        schema: project.schema.clone(),
        paths: project.paths.clone(),
        clock: Arc::new(SystemClock),
        user: runtime::user(),
        runtime,
    })
}

fn bare(folder: &Path, settings: &[(String, String)], runtime: Runtime) -> SessionSettings {
    let clock = Arc::new(SystemClock);
    let paths = PathMap::new(folder, settings.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    let warehouse = settings.iter().rev().find(|(key, _)| key == "spark.sql.warehouse.dir");
    let warehouse = folder.join(warehouse.map_or("warehouse", |(_, value)| value));
    let storage = Some(folder.join(".lakesmith/storage"));
    let (catalog, schema) = ("spark_catalog".into(), "default".into());
    SessionSettings { warehouse, storage, catalog, schema, paths, clock, user: runtime::user(), runtime }
}

fn variables_of(
    project: Option<&Project>,
    sources: &SourceMap,
    arguments: &SessionArguments,
) -> lakesmith_sql::Variables {
    match project {
        Some(project) => variables(project, sources, &arguments.set),
        None => lakesmith_sql::Variables {
            overrides: crate::load::overrides(&arguments.set),
            ..lakesmith_sql::Variables::default()
        },
    }
}

/// A failed statement: where it refused a value, or the statement itself.
fn failed(error: &EngineError, statement: &Origin) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(condition(error), error.message.clone());
    if !matches!(error.kind, ErrorKind::Data(_)) {
        diagnostic = diagnostic.note(format!("failed to {}", error.operation));
    }
    for (name, value) in &error.context {
        diagnostic = diagnostic.note(format!("{name}: {value}"));
    }
    if error.kind == ErrorKind::Memory {
        diagnostic = diagnostic.help(MORE_MEMORY);
    }
    match error.place.or(statement.span()) {
        Some(place) => diagnostic.at(place, ""),
        None => diagnostic,
    }
}

/// What helps when memory runs out.
const MORE_MEMORY: &str = "allow more with `--memory`";

fn condition(error: &EngineError) -> Condition {
    match error.kind {
        ErrorKind::Data(condition) => *condition,
        ErrorKind::Memory => Condition::LAKESMITH_MEMORY,
        ErrorKind::DiskFull => Condition::LAKESMITH_DISK_FULL,
        ErrorKind::Unsupported => Condition::LAKESMITH_NOT_BUILT,
        ErrorKind::Internal => Condition::LAKESMITH_INTERNAL,
        _ => Condition::LAKESMITH_STORAGE,
    }
}

/// A failed operation as a person reads it.
pub fn failure(error: &EngineError) -> String {
    let mut text = format!("error[{}]: {}", condition(error), printable(&error.message));
    text.push_str(&format!("\n  = note: failed to {}", error.operation));
    for (name, value) in &error.context {
        text.push_str(&format!("\n  = note: {name}: {}", printable(value)));
    }
    if error.kind == ErrorKind::Memory {
        text.push_str(&format!("\n  = help: {MORE_MEMORY}"));
    }
    text
}
