//! SQL that arrives as a text of its own: `expr("…")`, expectation texts, DDL schemas, queries of a client.
//!
//! Nothing is substituted here: a `${key}` in such a text is an error.

#![expect(clippy::result_large_err, reason = "one diagnostic per text, made once; callers collect it as it is")]

use lakesmith_diagnostic::{Diagnostic, SourceId, SourceMap};
use lakesmith_unresolved::sql_function::FunctionDefinition;
use lakesmith_unresolved::{Expression, Name, Relation, SparkType, StructField};

use crate::dialect::Dialect;
use crate::lexer::lex_verbatim;
use crate::parser::{Parsed, Parser};

/// The expression that is the whole text of `source`, possibly with an alias.
pub fn parse_expression(sources: &SourceMap, source: SourceId) -> Result<Expression, Diagnostic> {
    whole(sources, source, Dialect::default(), |parser| parser.named_expression(), &["an operator"])
}

/// The name, parts with dots, that is the whole text of `source`.
pub fn parse_name(sources: &SourceMap, source: SourceId) -> Result<Name, Diagnostic> {
    whole(sources, source, Dialect::default(), |parser| parser.name(), &["."])
}

/// How many parameters by name and by position the one statement has that is the whole text of `source`.
pub fn count_parameters(sources: &SourceMap, source: SourceId) -> Result<(usize, usize), Diagnostic> {
    let count = |parser: &mut Parser<'_>| {
        parser.whole_command(&mut Vec::new())?;
        Ok((parser.named_parameters, parser.positional_parameters))
    };
    whole(sources, source, Dialect::default(), count, &[])
}

/// The data type that is the whole text of `source`.
pub fn parse_data_type(sources: &SourceMap, source: SourceId) -> Result<SparkType, Diagnostic> {
    parse_data_type_in(sources, source, Dialect::default())
}

/// [`parse_data_type`] in a dialect.
pub fn parse_data_type_in(sources: &SourceMap, source: SourceId, dialect: Dialect) -> Result<SparkType, Diagnostic> {
    whole(sources, source, dialect, |parser| parser.data_type(), &[])
}

/// What a function of SQL is, `(a INT) RETURNS INT RETURN a + 1`, that is the whole text of `source`.
pub fn parse_function_in(
    sources: &SourceMap,
    source: SourceId,
    dialect: Dialect,
) -> Result<FunctionDefinition, Diagnostic> {
    whole(sources, source, dialect, |parser| parser.function_definition(&mut Vec::new()), &[])
}

/// The columns of a schema in DDL notation, `a INT, b STRING NOT NULL`, that is the whole text of `source`.
pub fn parse_schema(sources: &SourceMap, source: SourceId) -> Result<Vec<StructField>, Diagnostic> {
    parse_schema_in(sources, source, Dialect::default())
}

/// [`parse_schema`] in a dialect.
pub fn parse_schema_in(
    sources: &SourceMap,
    source: SourceId,
    dialect: Dialect,
) -> Result<Vec<StructField>, Diagnostic> {
    whole(sources, source, dialect, |parser| parser.schema(), &[","])
}

/// The query that is the whole text of `source`; a semicolon may end it.
pub fn parse_query(sources: &SourceMap, source: SourceId) -> Result<Relation, Diagnostic> {
    parse_query_in(sources, source, Dialect::default())
}

/// [`parse_query`] in a dialect.
pub fn parse_query_in(sources: &SourceMap, source: SourceId, dialect: Dialect) -> Result<Relation, Diagnostic> {
    let query = |parser: &mut Parser<'_>| {
        let query = parser.query()?;
        while parser.eat_symbol(";") {}
        Ok(query)
    };
    whole(sources, source, dialect, query, AFTER_QUERY)
}

/// What may follow a complete query, for messages.
pub(crate) const AFTER_QUERY: &[&str] = &["a clause such as WHERE, GROUP BY, ORDER BY or LIMIT"];

fn whole<T>(
    sources: &SourceMap,
    source: SourceId,
    dialect: Dialect,
    part: impl FnOnce(&mut Parser<'_>) -> Parsed<T>,
    after: &[&str],
) -> Result<T, Diagnostic> {
    let (tokens, diagnostics) = lex_verbatim(sources, source, 0..sources.source(source).text.len());
    if let Some(first) = diagnostics.into_iter().next() {
        return Err(first);
    }
    let mut parser = Parser::new(&tokens);
    parser.dialect = dialect;
    let parsed = part(&mut parser).and_then(|parsed| parser.expect_end(after).map(|()| parsed));
    parsed.map_err(|error| *error.0)
}
