//! Whole files: every statement of a pipeline file, or of a text of ad-hoc SQL, with all faults.
//!
//! A statement that cannot be read is a diagnostic and never hides another one. `${key}` takes its value from SET statements
//! above it in the same file, then from [`Variables::overrides`], then from [`Variables::configuration`].

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::{Condition, Diagnostic, SourceId, SourceMap};
use lakesmith_unresolved::{Command, CommandKind, PipelineStatement, PipelineStatementKind};

use crate::arguments::Arguments;
use crate::dialect::{Dialect, TIMESTAMP_TYPE};
use crate::lexer::lex_text;
use crate::notebook::sql_text;
use crate::parser::{Parsed, Parser};
use crate::statement::Faults;
use crate::template::{Variable, VariableLookup};
use crate::token::{Token, TokenKind};

/// What a file holds.
#[derive(Debug, Default)]
pub struct ParsedFile {
    /// The statements that could be read, in order.
    pub statements: Vec<PipelineStatement>,
    /// Names that statements define which could not be read, as far as they can be told: that they are missing says nothing.
    pub unparsed: Vec<QualifiedName>,
    /// Whether a flow could not be read and its target cannot be told: that a table has no flow says nothing.
    pub has_unread_flow: bool,
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
    /// Values of `:name` and `?`.
    pub arguments: Arguments,
}

impl Default for Variables {
    fn default() -> Self {
        let (overrides, configuration, environment) = (Vec::new(), Vec::new(), Arc::new(|_: &str| None));
        Self { overrides, configuration, environment, arguments: Arguments::default() }
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

impl InForce<'_> {
    fn dialect(&self) -> Dialect {
        let value = self.get(TIMESTAMP_TYPE).map(|variable| variable.value);
        Dialect::of(|key| value.as_deref().filter(|_| key == TIMESTAMP_TYPE))
    }
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
        let dialect = lookup.dialect();
        let mut attempts: Vec<(Vec<QualifiedName>, bool)> = Vec::new();
        let read = parse_statement(sources, text, &lookup, &mut file.diagnostics, |parser, faults| {
            parser.dialect = dialect;
            let names = parser.defined_names();
            let parsed = parser.pipeline_statement(faults);
            attempts.push((names, parsed.is_ok()));
            if parsed.is_err() {
                file.has_unread_flow |= parser.at_flow_without_target();
            }
            parsed
        });
        // Nothing is kept of a statement with a `${key}` that has no value, even if the rest could be read.
        let lost = attempts.into_iter().filter(|(_, could_be_read)| !could_be_read || read.is_empty());
        file.unparsed.extend(lost.flat_map(|(names, _)| names));
        for statement in read {
            if let PipelineStatementKind::Set { key, value } = &statement.kind {
                let described = format!("set at {}", sources.place(statement.span));
                settings.push((key.0.clone(), Variable { value: value.0.clone(), described }));
            }
            file.statements.push(statement);
        }
    }
    file
}

/// Reads every statement of a text outside a pipeline. A SET statement counts for the statements below it.
pub fn parse_commands(
    sources: &mut SourceMap,
    source: SourceId,
    variables: &Variables,
) -> (Vec<Command>, Vec<Diagnostic>) {
    let read = sql_text(source, &sources.source(source).text.clone());
    let mut diagnostics = read.diagnostics;
    let mut settings: Vec<(String, Variable)> = Vec::new();
    let mut commands: Vec<Command> = Vec::new();
    for range in read.statements {
        let lookup = InForce { settings: &settings, variables };
        let dialect = lookup.dialect();
        let text = StatementText { source, text: &read.text, range };
        let parsed = parse_statement(sources, text, &lookup, &mut diagnostics, |parser, faults| {
            parser.arguments = variables.arguments.clone();
            parser.dialect = dialect;
            parser.whole_command(faults)
        });
        for command in parsed {
            if let (CommandKind::Set { key: Some(key), value: Some(value) }, Some(span)) =
                (&command.kind, command.origin.span())
            {
                let described = format!("set at {}", sources.place(span));
                settings.push((key.clone(), Variable { value: value.clone(), described }));
            }
            commands.push(command);
        }
    }
    (commands, diagnostics)
}

/// One statement: a range of a file's text, in which what is not SQL is blanked out.
struct StatementText<'a> {
    source: SourceId,
    text: &'a str,
    range: Range<usize>,
}

/// Reads the statement, and those after it that begin with CREATE on a line of their own where a semicolon is missing.
fn parse_statement<T>(
    sources: &mut SourceMap,
    statement: StatementText<'_>,
    lookup: &dyn VariableLookup,
    diagnostics: &mut Vec<Diagnostic>,
    mut read: impl FnMut(&mut Parser<'_>, &mut Faults) -> Parsed<T>,
) -> Vec<T> {
    let StatementText { source, text, range } = statement;
    let (tokens, faults) = lex_text(sources, source, text, range, lookup);
    let broken = faults.iter().any(Diagnostic::is_error);
    diagnostics.extend(faults);
    let mut statements = Vec::new();
    let mut first = 0;
    while tokens.len() > first + 1 {
        let mut parser = Parser::new(&tokens[first..]);
        let mut faults = Faults::new();
        let parsed = read(&mut parser, &mut faults);
        if broken {
            // The fault has been reported; what it makes of the rest says nothing.
            return Vec::new();
        }
        diagnostics.extend(faults);
        let mut error = match parsed {
            Ok(statement) => {
                statements.push(statement);
                return statements;
            }
            Err(error) => *error.0,
        };
        let at = error.primary.as_ref().and_then(|label| tokens.iter().position(|token| token.span == label.span));
        // The word CREATE itself may have been read as an alias.
        let near = at.into_iter().flat_map(|at| [at, at.saturating_sub(1)]);
        let next = near.filter(|at| *at > first).find(|at| begins_statement(&tokens, *at));
        if let Some(next) = next {
            let title = "syntax error: `;` is missing before this statement";
            error = Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, title)
                .at(tokens[next].span, "")
                .help("end the statement before it with `;`");
        }
        diagnostics.push(error);
        let Some(next) = next else { return statements };
        let (mut until, mut faults) = (tokens[first..next].to_vec(), Faults::new());
        until.push(Token { kind: TokenKind::End, end: tokens[next].start, ..tokens[next].clone() });
        if let Ok(statement) = read(&mut Parser::new(&until), &mut faults) {
            statements.push(statement);
            diagnostics.extend(faults);
        }
        first = next;
    }
    statements
}

/// Whether the token is CREATE at the beginning of a line.
fn begins_statement(tokens: &[Token], at: usize) -> bool {
    let token = &tokens[at];
    let before = token.text.get(..token.start as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    token.is_keyword("CREATE") && line.trim().is_empty() && before.contains('\n')
}
