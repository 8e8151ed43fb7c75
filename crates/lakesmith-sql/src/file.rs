//! Whole files: every statement of a pipeline file, or of a text of ad-hoc SQL, with all faults.
//!
//! A statement that cannot be read is a diagnostic and never hides another one. `${key}` takes its value from SET statements
//! above it in the same file, then from [`Variables::overrides`], then from [`Variables::configuration`].

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::{Diagnostic, SourceId, SourceMap};
use lakesmith_unresolved::{Command, PipelineStatement, PipelineStatementKind};

use crate::lexer::lex_text;
use crate::notebook::sql_text;
use crate::parser::{Parsed, Parser};
use crate::statement::Faults;
use crate::template::{Variable, VariableLookup};

/// What a file holds.
#[derive(Debug, Default)]
pub struct ParsedFile {
    /// The statements that could be read, in order.
    pub statements: Vec<PipelineStatement>,
    /// Names that statements define which could not be read, as far as they can be told: that they are missing says nothing.
    pub unparsed: Vec<QualifiedName>,
    /// Faults and warnings, in order of their statements.
    pub diagnostics: Vec<Diagnostic>,
}

/// Looks up an environment variable.
pub type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Values for `${key}` references.
#[derive(Clone)]
pub struct Variables {
    /// Values given for this run.
    pub overrides: Vec<(String, Variable)>,
    /// Values of the pipeline's configuration.
    pub configuration: Vec<(String, Variable)>,
    /// The environment, for `${env:NAME}`.
    pub environment: Environment,
}

impl Default for Variables {
    fn default() -> Self {
        Self { overrides: Vec::new(), configuration: Vec::new(), environment: Arc::new(|_| None) }
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variables")
            .field("overrides", &self.overrides)
            .field("configuration", &self.configuration)
            .finish()
    }
}

/// The values in force at one statement.
struct InForce<'a> {
    settings: &'a [(String, Variable)],
    variables: &'a Variables,
}

impl VariableLookup for InForce<'_> {
    fn get(&self, key: &str) -> Option<Variable> {
        if let Some(name) = key.strip_prefix("env:") {
            let value = (self.variables.environment)(name)?;
            return Some(Variable { value, described: format!("set by the environment variable {name}") });
        }
        let find = |values: &[(String, Variable)]| {
            values.iter().rev().find(|(name, _)| name == key).map(|(_, found)| found.clone())
        };
        find(self.settings).or_else(|| find(&self.variables.overrides)).or_else(|| find(&self.variables.configuration))
    }

    fn keys(&self) -> Vec<String> {
        let all = [self.settings, &self.variables.overrides, &self.variables.configuration];
        all.into_iter().flatten().map(|(key, _)| key.clone()).collect()
    }
}

/// Reads every statement of a pipeline's source file.
pub fn parse_pipeline_file(sources: &mut SourceMap, source: SourceId, variables: &Variables) -> ParsedFile {
    let mut settings: Vec<(String, Variable)> = Vec::new();
    let mut file = ParsedFile::default();
    let read = sql_text(source, &sources.source(source).text.clone());
    file.diagnostics = read.diagnostics;
    for range in read.statements {
        let lookup = InForce { settings: &settings, variables };
        let text = StatementText { source, text: &read.text, range };
        let mut names = Vec::new();
        let statement = parse_statement(sources, text, &lookup, &mut file.diagnostics, |parser, faults| {
            names = parser.defined_names();
            parser.pipeline_statement(faults)
        });
        let Some(statement) = statement else {
            file.unparsed.extend(names);
            continue;
        };
        if let PipelineStatementKind::Set { key, value } = &statement.kind {
            let described = format!("set at {}", sources.place(statement.span));
            settings.push((key.0.clone(), Variable { value: value.0.clone(), described }));
        }
        file.statements.push(statement);
    }
    file
}

/// Reads every statement of a text outside a pipeline.
pub fn parse_commands(
    sources: &mut SourceMap,
    source: SourceId,
    variables: &Variables,
) -> (Vec<Command>, Vec<Diagnostic>) {
    let read = sql_text(source, &sources.source(source).text.clone());
    let mut diagnostics = read.diagnostics;
    let mut commands = Vec::new();
    for range in read.statements {
        let lookup = InForce { settings: &[], variables };
        let text = StatementText { source, text: &read.text, range };
        commands.extend(parse_statement(sources, text, &lookup, &mut diagnostics, |parser, faults| {
            parser.whole_command(faults)
        }));
    }
    (commands, diagnostics)
}

/// One statement: a range of a file's text, in which what is not SQL is blanked out.
struct StatementText<'a> {
    source: SourceId,
    text: &'a str,
    range: Range<usize>,
}

fn parse_statement<T>(
    sources: &mut SourceMap,
    statement: StatementText<'_>,
    lookup: &dyn VariableLookup,
    diagnostics: &mut Vec<Diagnostic>,
    read: impl FnOnce(&mut Parser<'_>, &mut Faults) -> Parsed<T>,
) -> Option<T> {
    let StatementText { source, text, range } = statement;
    let (tokens, faults) = lex_text(sources, source, text, range, lookup);
    let broken = faults.iter().any(Diagnostic::is_error);
    diagnostics.extend(faults);
    if tokens.len() <= 1 {
        return None;
    }
    let mut parser = Parser::new(&tokens);
    let mut faults = Faults::new();
    let parsed = read(&mut parser, &mut faults);
    if broken {
        // The fault has been reported; what it makes of the rest says nothing.
        return None;
    }
    diagnostics.extend(faults);
    parsed.map_err(|error| diagnostics.push(*error.0)).ok()
}
