//! SET, USE, RESET, EXPLAIN and DESCRIBE.

use lakesmith_diagnostic::{Condition, Diagnostic, Span};
use lakesmith_unresolved::command::{DescribeTarget, ObjectKind};
use lakesmith_unresolved::{Command, CommandKind, ExpressionKind, Literal, Name, NamePart, PipelineStatementKind};

use crate::parser::{Parsed, Parser};
use crate::statement::Faults;

/// What DESCRIBE and EXPLAIN may say before their object.
const MODES: &[&str] = &["EXTENDED", "FORMATTED", "DETAIL", "HISTORY", "CODEGEN", "COST"];

/// The setting that SET TIME ZONE changes.
const TIME_ZONE: &str = "spark.sql.session.timeZone";

/// Words after USE that say what is named.
const USE_WORDS: &[&str] = &["CATALOG", "SCHEMA", "DATABASE", "NAMESPACE"];
/// Those of them that mean a schema.
const SCHEMA_WORDS: &[&str] = &["SCHEMA", "DATABASE", "NAMESPACE"];

impl Parser<'_> {
    /// SET and USE as a pipeline file has them.
    pub(crate) fn pipeline_setting(&mut self) -> Parsed<Option<PipelineStatementKind>> {
        let start = self.position();
        if self.at_set_catalog() {
            self.advance();
            self.advance();
            let catalog = Some(self.identifier_or_string()?);
            return Ok(Some(PipelineStatementKind::Use { catalog, schema: None }));
        }
        if self.eat_keywords(&["SET", "TIME", "ZONE"]) {
            let key = (TIME_ZONE.to_owned(), self.span_from(start));
            return Ok(Some(PipelineStatementKind::Set { key, value: self.time_zone()? }));
        }
        if self.at_keyword("SET") && !self.at_set_variable() {
            self.advance();
            return self.set_pair().map(Some);
        }
        if !self.eat_keyword("USE") {
            return Ok(None);
        }
        if self.at_keyword("CATALOG") && self.peek_at(1).is_nameable() {
            self.advance();
            let catalog = Some(self.identifier_or_string()?);
            return Ok(Some(PipelineStatementKind::Use { catalog, schema: None }));
        }
        if self.at_any_keyword(SCHEMA_WORDS) && self.peek_at(1).is_nameable() {
            self.advance();
        }
        let (catalog, schema) = self.schema_name()?;
        Ok(Some(PipelineStatementKind::Use { catalog, schema: Some(schema) }))
    }

    /// SET CATALOG and a name; with `=` behind it CATALOG is a key like any other.
    fn at_set_catalog(&self) -> bool {
        self.at_keywords(&["SET", "CATALOG"]) && !self.peek_at(2).is_symbol("=")
    }

    /// What follows SET TIME ZONE: a name in quotes, LOCAL, or an interval that is an offset.
    fn time_zone(&mut self) -> Parsed<(String, Span)> {
        let start = self.position();
        if self.at_string() {
            return self.string();
        }
        if self.eat_keyword("LOCAL") {
            // machines have no say in what a statement means
            return Ok(("UTC".to_owned(), self.span_from(start)));
        }
        if !self.at_keyword("INTERVAL") {
            let error = self.expected(&["a time zone in quotes", "LOCAL", "INTERVAL"]);
            return Err(error);
        }
        let interval = self.interval()?;
        let seconds = match &interval.kind {
            ExpressionKind::Literal(Literal::DayTimeInterval { microseconds, .. })
                if microseconds % 1_000_000 == 0 && microseconds.abs() <= 18 * 3_600_000_000 =>
            {
                microseconds / 1_000_000
            }
            _ => {
                let title = "a time zone is at most 18 hours away from UTC, in whole seconds";
                let condition = Condition::INVALID_INTERVAL_FORMAT_TIMEZONE_INTERVAL_OUT_OF_RANGE;
                return Err(Diagnostic::error(condition, title).at(self.span_from(start), "").into());
            }
        };
        let (sign, size) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
        let rest = if size % 60 == 0 { String::new() } else { format!(":{:02}", size % 60) };
        Ok((format!("{sign}{:02}:{:02}{rest}", size / 3600, size / 60 % 60), self.span_from(start)))
    }

    /// `[catalog.]schema`.
    fn schema_name(&mut self) -> Parsed<(Option<NamePart>, NamePart)> {
        let first = self.position();
        let mut parts = vec![self.identifier()?];
        while self.eat_symbol(".") {
            parts.push(self.identifier()?);
        }
        match <[NamePart; 2]>::try_from(parts) {
            Ok([catalog, schema]) => Ok((Some(catalog), schema)),
            Err(mut parts) if parts.len() == 1 => Ok((None, parts.remove(0))),
            Err(_) => {
                let written = self.text_between(first, self.position());
                let fault = Diagnostic::error(
                    Condition::REQUIRES_SINGLE_PART_NAMESPACE,
                    format!("the name of a schema has one part after its catalog, but `{written}` has more"),
                );
                let fault = fault.at(self.span_from(first), "");
                Err(fault.help("write `USE catalog.schema`").into())
            }
        }
    }

    fn at_set_variable(&self) -> bool {
        let next = self.peek_at(2);
        self.at_keyword("SET")
            && self.peek_at(1).is_any(&["VAR", "VARIABLE"])
            && (next.is_name() || next.is_symbol("("))
    }

    /// `k = v`: the key in words with dots, hyphens or back-quotes; the value is all the text that follows.
    fn set_pair(&mut self) -> Parsed<PipelineStatementKind> {
        let start = self.position();
        while !self.is_end() && !self.at_symbol("=") && !self.at_symbol("==") {
            self.advance();
        }
        if self.position() == start || !self.at_symbol("=") {
            let mut error = self.expected(&["="]);
            if error.0.help.is_empty() {
                error.0.help.push("write `SET key = value`".into());
            }
            return Err(error);
        }
        let key = (unquoted(&self.text_between(start, self.position())), self.span_from(start));
        self.expect_symbol("=")?;
        let first = self.position();
        while !self.is_end() {
            self.advance();
        }
        let value = (unquoted(self.text_between(first, self.position()).trim()), self.span_from(first));
        Ok(PipelineStatementKind::Set { key, value })
    }

    pub(crate) fn session_statement(&mut self, faults: &mut Faults) -> Parsed<Option<CommandKind>> {
        let start = self.position();
        if self.at_set_variable() || self.at_keyword("DECLARE") {
            return self.variable().map(Some);
        }
        if self.eat_keywords(&["EXECUTE", "IMMEDIATE"]) {
            return self.execute_immediate().map(Some);
        }
        if self.eat_keyword("EXPLAIN") {
            let mode = self.mode();
            let command = Box::new(self.nested(|parser| parser.command(faults))?);
            return Ok(Some(CommandKind::Explain { mode, command }));
        }
        if self.eat_keyword("RESET") {
            let key = self.rest_text();
            return Ok(Some(CommandKind::Reset((!key.is_empty()).then_some(key))));
        }
        if self.at_keywords(&["SET", "TIME", "ZONE"]) {
            self.eat_keywords(&["SET", "TIME", "ZONE"]);
            let value = self.time_zone()?;
            return Ok(Some(CommandKind::Set { key: Some(TIME_ZONE.into()), value: Some(value.0) }));
        }
        if self.eat_keyword("SHOW") {
            return self.show().map(Some);
        }
        if self.eat_keyword("DESCRIBE") || self.eat_keyword("DESC") {
            return self.describe().map(Some);
        }
        self.rewind(start);
        if self.at_keyword("SET") || self.at_keyword("USE") {
            return self.set_or_use().map(Some);
        }
        Ok(None)
    }

    fn set_or_use(&mut self) -> Parsed<CommandKind> {
        if self.at_keyword("SET") && (self.peek_at(1).is_end() || self.peek_at(1).is_symbol("-")) {
            self.advance();
            let rest = self.rest_text();
            return Ok(CommandKind::Set { key: (!rest.is_empty()).then_some(rest), value: None });
        }
        let bare = self.at_keyword("SET") && !self.tokens_left_hold("=") && !self.at_set_catalog();
        if bare {
            self.advance();
            let key = unquoted(&self.rest_text());
            return Ok(CommandKind::Set { key: Some(key), value: None });
        }
        let computed = 1 + usize::from(self.peek_at(1).is_any(SCHEMA_WORDS));
        if self.at_keyword("USE")
            && self.peek_at(computed).is_keyword("IDENTIFIER")
            && self.peek_at(computed + 1).is_symbol("(")
        {
            for _ in 0..computed {
                self.advance();
            }
            let either = Some(self.name()?);
            return Ok(CommandKind::Use { catalog: None, schema: None, either });
        }
        if self.at_keyword("USE") && !self.peek_at(1).is_any(USE_WORDS) {
            self.advance();
            let start = self.position();
            let (catalog, schema) = self.schema_name()?;
            let parts = catalog.into_iter().chain([schema]).collect();
            let either = Some(Name { parts, computed: None, origin: self.span_from(start).into() });
            return Ok(CommandKind::Use { catalog: None, schema: None, either });
        }
        match self.pipeline_setting()? {
            Some(PipelineStatementKind::Set { key, value }) => {
                Ok(CommandKind::Set { key: Some(key.0), value: Some(value.0) })
            }
            Some(PipelineStatementKind::Use { catalog, schema }) => {
                Ok(CommandKind::Use { catalog, schema, either: None })
            }
            _ => Err(self.expected(&["a name"])),
        }
    }

    fn mode(&mut self) -> String {
        if self.at_any_keyword(MODES) && !self.peek_at(1).is_end() {
            return self.advance().raw().to_uppercase();
        }
        String::new()
    }

    fn describe(&mut self) -> Parsed<CommandKind> {
        let as_query = self.at_keyword("QUERY") && self.peek_at(1).is_name();
        if as_query {
            self.advance();
        }
        if as_query || self.at_query() && !self.at_keyword("TABLE") {
            let query = self.query()?;
            let target = DescribeTarget::Query(query);
            return Ok(CommandKind::Describe { target, mode: String::new(), as_json: false });
        }
        let mut mode = self.mode();
        let object = self.object_kind().unwrap_or(ObjectKind::Table);
        if mode.is_empty() {
            mode = self.mode();
        }
        let named_by_text = object == ObjectKind::Function && self.at_string();
        let name = if named_by_text {
            let part = self.identifier_or_string()?;
            Name { origin: part.origin.clone(), parts: vec![part], computed: None }
        } else if object == ObjectKind::Function && !self.at_identifier() && !self.is_end() {
            // operators are functions too
            let symbol = self.advance();
            let part = NamePart::new(symbol.raw().to_owned(), symbol.span);
            Name { origin: part.origin.clone(), parts: vec![part], computed: None }
        } else {
            self.name()?
        };
        let partition = self.partition_spec()?;
        let column = if self.is_end() || self.at_keyword("AS") { None } else { Some(self.dotted()?) };
        let as_json = self.eat_keywords(&["AS", "JSON"]);
        let target = DescribeTarget::Object { object, name, column, partition };
        Ok(CommandKind::Describe { target, mode, as_json })
    }

    /// The kind of a catalog object, when its keyword is next and a name follows.
    pub(crate) fn object_kind(&mut self) -> Option<ObjectKind> {
        let kinds: &[(&[&str], ObjectKind)] = &[
            (&["STREAMING", "TABLE"], ObjectKind::StreamingTable),
            (&["MATERIALIZED", "VIEW"], ObjectKind::MaterializedView),
            (&["CATALOG"], ObjectKind::Catalog),
            (&["SCHEMA"], ObjectKind::Schema),
            (&["DATABASE"], ObjectKind::Schema),
            (&["NAMESPACE"], ObjectKind::Schema),
            (&["TABLE"], ObjectKind::Table),
            (&["VIEW"], ObjectKind::View),
            (&["FUNCTION"], ObjectKind::Function),
            (&["VOLUME"], ObjectKind::Volume),
            (&["FLOW"], ObjectKind::Flow),
            (&["COLUMN"], ObjectKind::Column),
        ];
        let (words, kind) =
            kinds.iter().find(|(words, _)| self.at_keywords(words) && self.peek_at(words.len()).is_nameable())?;
        self.eat_keywords(words);
        Some(*kind)
    }

    /// A command wrapped for EXPLAIN and tests.
    pub(crate) fn whole_command(&mut self, faults: &mut Faults) -> Parsed<Command> {
        let command = self.command(faults)?;
        self.expect_end(&[])?;
        Ok(command)
    }
}

/// The text without the back-quotes around it. Quotes of other kinds are part of a setting's value.
fn unquoted(text: &str) -> String {
    without(text, '`')
}

/// The text without any quotes around it.
fn without(text: &str, quote: char) -> String {
    let text = text.trim();
    let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner.filter(|inner| !inner.contains(quote)).unwrap_or(text).to_owned()
}
