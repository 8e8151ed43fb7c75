//! Statements: what a pipeline's files hold, and all other statements of Spark SQL and Databricks.
//!
//! [`Parser::pipeline_statement`] reads one statement of a pipeline file, [`Parser::command`] one statement outside a pipeline.
//! What syntax alone can decide beyond the grammar (a missing KEYS, two COMMENT clauses) is noted as a [`Faults`] entry and does
//! not stop the statement from being read.

mod alter;
mod auto_cdc;
mod clauses;
mod columns;
mod data_change;
mod dataset;
mod flow;
mod function;
mod maintenance;
mod session;
mod show;
mod table;
mod variable;

#[cfg(test)]
mod tests;

use lakesmith_diagnostic::Diagnostic;
use lakesmith_unresolved::{Command, CommandKind, PipelineStatement, PipelineStatementKind};

use crate::parser::{Parsed, Parser};

/// Faults of a statement that could be read all the same.
pub(crate) type Faults = Vec<Diagnostic>;

/// First words of statements, for "did you mean".
const FIRST_WORDS: &[&str] = &[
    "CREATE", "SELECT", "WITH", "FROM", "VALUES", "SET", "USE", "APPLY", "AUTO", "INSERT", "MERGE", "UPDATE", "DELETE",
    "DROP", "ALTER", "TRUNCATE", "COPY", "SHOW", "DESCRIBE", "EXPLAIN", "REFRESH", "OPTIMIZE", "VACUUM", "ANALYZE",
    "DECLARE", "RESET", "COMMENT", "CACHE", "RESTORE", "GRANT", "REVOKE", "CALL",
];

/// What CREATE creates, for "did you mean".
const CREATED: &[&str] = &["STREAMING", "MATERIALIZED", "FLOW", "VIEW", "TABLE", "TEMPORARY", "SCHEMA"];

impl Parser<'_> {
    /// One statement of a pipeline file, up to the end of the tokens.
    pub(crate) fn pipeline_statement(&mut self, faults: &mut Faults) -> Parsed<PipelineStatement> {
        let start = self.position();
        let kind = self.pipeline_statement_kind(faults)?;
        self.expect_end(&[])?;
        Ok(PipelineStatement { kind, span: self.span_from(start) })
    }

    fn pipeline_statement_kind(&mut self, faults: &mut Faults) -> Parsed<PipelineStatementKind> {
        if let Some(dataset) = self.dataset(faults)? {
            return Ok(PipelineStatementKind::Dataset(Box::new(dataset)));
        }
        if let Some(flow) = self.flow(faults)? {
            return Ok(PipelineStatementKind::Flow(Box::new(flow)));
        }
        if let Some(setting) = self.pipeline_setting()? {
            return Ok(setting);
        }
        self.command(faults).map(|command| PipelineStatementKind::Other(Box::new(command)))
    }

    /// One statement outside a pipeline.
    pub(crate) fn command(&mut self, faults: &mut Faults) -> Parsed<Command> {
        let start = self.position();
        let kind = self.command_kind(faults)?;
        Ok(Command { kind, origin: self.span_from(start).into() })
    }

    fn command_kind(&mut self, faults: &mut Faults) -> Parsed<CommandKind> {
        let is_enclosed = self.at_symbol("(");
        if (self.at_query() || is_enclosed) && !self.at_with_before_insert() && !self.at_from_before_insert(0) {
            return self.query().map(CommandKind::Query);
        }
        let families = [Self::session_statement, Self::data_change, Self::table_statement, Self::maintenance];
        for family in families {
            if let Some(kind) = family(self, faults)? {
                return Ok(kind);
            }
        }
        if self.at_pipeline_statement() {
            let statement = self.pipeline_statement(faults)?;
            return Ok(CommandKind::Pipeline(Box::new(statement)));
        }
        Err(self.no_statement())
    }
}

impl Parser<'_> {
    /// The error where no statement begins: the nearest first word, or a plain "expected a statement".
    fn no_statement(&mut self) -> crate::parser::SyntaxError {
        if self.eat_keyword("CREATE") {
            while self.eat_keywords(&["OR", "REFRESH"]) || self.eat_keywords(&["OR", "REPLACE"]) {}
            return self.expected(CREATED);
        }
        let error = self.expected(FIRST_WORDS);
        if error.0.help.is_empty() { self.expected(&["a statement"]) } else { error }
    }

    /// The names that a CREATE statement seems to define, or a flow to fill, read without looking at the rest; nothing is taken.
    pub(crate) fn defined_names(&mut self) -> Vec<lakesmith_base::QualifiedName> {
        let start = self.position();
        let mut names = Vec::new();
        if self.at_keyword("CREATE") {
            let words = ["TABLE", "VIEW"];
            while !self.is_end() && !self.at_any_keyword(&words) && !self.at_keyword("FLOW") && self.at_identifier() {
                self.advance();
            }
            if self.at_any_keyword(&words) {
                self.advance();
                self.eat_keywords(&["IF", "NOT", "EXISTS"]);
                names.extend(self.name().ok().and_then(|name| name.qualified()));
            }
        }
        while names.is_empty() && !self.is_end() {
            if self.eat_keyword("INTO") {
                self.eat_keyword("ONCE");
                names.extend(self.name().ok().and_then(|name| name.qualified()));
                break;
            }
            self.advance();
        }
        self.rewind(start);
        names
    }

    /// Whether the statement is a flow whose target cannot be told. Called after it could not be read; goes back to its start.
    pub(crate) fn at_flow_without_target(&mut self) -> bool {
        self.rewind(0);
        self.at_keywords(&["CREATE", "FLOW"]) && self.defined_names().is_empty()
    }

    /// Takes everything that is left and returns its text.
    pub(crate) fn rest_text(&mut self) -> String {
        let start = self.position();
        while !self.is_end() {
            self.advance();
        }
        self.text_between(start, self.position())
    }

    /// Whether a string literal is next.
    pub(crate) fn at_string(&self) -> bool {
        matches!(self.peek().kind, crate::token::TokenKind::String(_))
    }

    /// A name part, which may be written as a string.
    pub(crate) fn identifier_or_string(&mut self) -> Parsed<lakesmith_unresolved::NamePart> {
        if self.at_string() {
            return self.string().map(|(text, span)| lakesmith_unresolved::NamePart::new(text, span));
        }
        self.identifier()
    }

    /// Whether `symbol` is among the tokens left.
    pub(crate) fn tokens_left_hold(&self, symbol: &str) -> bool {
        (0..).map(|n| self.peek_at(n)).take_while(|token| !token.is_end()).any(|token| token.is_symbol(symbol))
    }
}
