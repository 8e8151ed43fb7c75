//! From a folder to the checked graph: what every command that needs a pipeline begins with.

use std::sync::Arc;

use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic, SourceMap, render};
use lakesmith_graph::{DataflowGraph, Defaults, FileStatements, GraphInput};
use lakesmith_project::{Location, Project, Request};
use lakesmith_sql::template::Variable;
use lakesmith_sql::{Variables, parse_pipeline_file};

use crate::arguments::ProjectArguments;
use crate::outside;

/// A pipeline as far as it could be read.
#[derive(Debug)]
pub struct Loaded {
    /// Every text that diagnostics point into.
    pub sources: SourceMap,
    /// The project, when there is one.
    pub project: Option<Project>,
    /// Its graph, when there is a project.
    pub graph: Option<DataflowGraph>,
    /// Default names.
    pub defaults: Defaults,
    /// Every fault and warning, by file and place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Loaded {
    /// Whether anything is wrong.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Reads and checks the pipeline that the arguments name.
pub fn load(arguments: &ProjectArguments) -> Loaded {
    let mut sources = SourceMap::default();
    let request =
        Request { path: arguments.path.clone(), spec: arguments.spec.clone(), overrides: arguments.set.clone() };
    let (project, mut diagnostics) = Project::discover(&request, &mut sources);
    let Some(project) = project else {
        let defaults = Defaults { catalog: Identifier::new("spark_catalog"), schema: Identifier::new("default") };
        return Loaded { sources, project: None, graph: None, defaults, diagnostics };
    };
    let variables = variables(&project, &sources, &arguments.set);
    let defaults = Defaults { catalog: project.catalog.clone(), schema: project.schema.clone() };
    let (mut files, mut unparsed, mut has_unread_flow) = (Vec::new(), Vec::new(), false);
    for file in &project.sql_files {
        let parsed = parse_pipeline_file(&mut sources, file.source, &variables);
        let known = |fault: &Diagnostic| {
            project.configuration_is_known || fault.condition != Condition::NAMED_PARAMETER_NOT_FOUND
        };
        diagnostics.extend(parsed.diagnostics.into_iter().filter(known));
        unparsed.extend(parsed.unparsed);
        has_unread_flow |= parsed.has_unread_flow;
        files.push(FileStatements { source: file.source, path: file.path.clone(), statements: parsed.statements });
    }
    let anything_unread = !diagnostics.is_empty() && diagnostics.iter().any(Diagnostic::is_error);
    let functions = match &project.warehouse {
        Location::Local(warehouse) => lakesmith_session::stored::functions(warehouse),
        Location::Remote(_) => Vec::new(),
    };
    let (graph, faults) =
        lakesmith_graph::build(&GraphInput { files, defaults: defaults.clone(), unparsed, functions });
    if project.python_files.is_empty() || !project.sql_files.is_empty() {
        // A pipeline is not empty, and a table not without flow, because statements could not be read.
        let says_nothing = |fault: &Diagnostic| {
            anything_unread && fault.condition == Condition::RUN_EMPTY_PIPELINE
                || has_unread_flow && fault.condition == Condition::PIPELINE_DATASET_WITHOUT_FLOW
        };
        diagnostics.extend(faults.into_iter().filter(|fault| !says_nothing(fault)));
        diagnostics.extend(outside::check(&project, &graph));
    }
    diagnostics.extend(python(&project));
    render::sort(&sources, &mut diagnostics);
    Loaded { sources, project: Some(project), graph: Some(graph), defaults, diagnostics }
}

/// Values for `${key}`.
#[allow(clippy::disallowed_methods, reason = "the binary reads the environment")]
pub fn variables(project: &Project, sources: &SourceMap, set: &[(String, String)]) -> Variables {
    let configured = project.configuration.iter().map(|entry| {
        let described = format!("`configuration` at {}", sources.place(entry.span));
        (entry.key.clone(), Variable { value: entry.value.clone(), described })
    });
    Variables {
        overrides: overrides(set),
        configuration: configured.collect(),
        environment: Arc::new(|name| std::env::var(name).ok()),
        arguments: lakesmith_sql::Arguments::default(),
    }
}

/// The values of `--set`.
pub fn overrides(set: &[(String, String)]) -> Vec<(String, Variable)> {
    let described = |key: &str| format!("set by `--set {key}=…`");
    set.iter().map(|(key, value)| (key.clone(), Variable { value: value.clone(), described: described(key) })).collect()
}

/// Python files are not read yet: an error when there is nothing else, a warning otherwise.
fn python(project: &Project) -> Option<Diagnostic> {
    let first = project.python_files.first()?;
    let count = project.python_files.len();
    let condition = Condition::LAKESMITH_PYTHON_NOT_BUILT;
    let names = if count == 1 { format!("`{first}`") } else { format!("{count} Python files, `{first}` the first,") };
    let diagnostic = if project.sql_files.is_empty() {
        Diagnostic::error(condition, "the pipeline is defined in Python, which Lakesmith does not run yet")
    } else {
        Diagnostic::warning(condition, "the project's Python files are left out: Lakesmith does not run them yet")
    };
    let verb = if count == 1 { "is" } else { "are" };
    Some(
        diagnostic
            .note(format!("{names} {verb} not read"))
            .help("SQL pipelines run without Python; Python pipelines are the next step"),
    )
}
