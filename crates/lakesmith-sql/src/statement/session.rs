//! SET, USE, RESET, variables, EXPLAIN, SHOW and DESCRIBE.

use lakesmith_unresolved::command::{DescribeTarget, ObjectKind};
use lakesmith_unresolved::{Command, CommandKind, PipelineStatementKind};

use crate::parser::{Parsed, Parser};
use crate::statement::Faults;

/// What DESCRIBE and EXPLAIN may say before their object.
const MODES: &[&str] = &["EXTENDED", "FORMATTED", "DETAIL", "HISTORY", "CODEGEN", "COST"];

impl Parser<'_> {
    /// SET and USE as a pipeline file has them.
    pub(crate) fn pipeline_setting(&mut self) -> Parsed<Option<PipelineStatementKind>> {
        if self.at_keywords(&["SET", "CATALOG"]) {
            self.advance();
            self.advance();
            let catalog = Some(self.identifier_or_string()?);
            return Ok(Some(PipelineStatementKind::Use { catalog, schema: None }));
        }
        if self.at_keyword("SET") && !self.at_keywords(&["SET", "TIME", "ZONE"]) && !self.at_set_variable() {
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
        if self.at_any_keyword(&["SCHEMA", "DATABASE", "NAMESPACE"]) && self.peek_at(1).is_nameable() {
            self.advance();
        }
        let mut parts = self.dotted()?;
        let schema = parts.pop();
        Ok(Some(PipelineStatementKind::Use { catalog: parts.pop(), schema }))
    }

    fn at_set_variable(&self) -> bool {
        self.at_keyword("SET") && self.peek_at(1).is_any(&["VAR", "VARIABLE"]) && self.peek_at(2).is_name()
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
            let value = self.rest_text();
            return Ok(Some(CommandKind::Set {
                key: Some("spark.sql.session.timeZone".into()),
                value: Some(unquoted(&value)),
            }));
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
        let bare = self.at_keyword("SET") && !self.tokens_left_hold("=") && !self.at_keywords(&["SET", "CATALOG"]);
        if bare {
            self.advance();
            let key = unquoted(&self.rest_text());
            return Ok(CommandKind::Set { key: Some(key), value: None });
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

    fn variable(&mut self) -> Parsed<CommandKind> {
        let action = if self.eat_keyword("DECLARE") {
            self.eat_keywords(&["OR", "REPLACE"]);
            if !self.eat_keyword("VARIABLE") {
                self.eat_keyword("VAR");
            }
            "DECLARE"
        } else {
            self.advance();
            self.advance();
            "SET"
        };
        let name = self.name()?;
        let typed = action == "DECLARE" && !self.is_end() && !self.at_keyword("DEFAULT") && !self.at_symbol("=");
        let data_type = if typed { Some(self.data_type()?) } else { None };
        let given = self.eat_keyword("DEFAULT") || self.eat_symbol("=");
        let value = if given { Some(self.expression_or_default()?) } else { None };
        Ok(CommandKind::Variable { action: action.into(), name, data_type, value })
    }

    fn mode(&mut self) -> String {
        if self.at_any_keyword(MODES) && !self.peek_at(1).is_end() {
            return self.advance().raw().to_uppercase();
        }
        String::new()
    }

    fn show(&mut self) -> Parsed<CommandKind> {
        let start = self.position();
        while self.at_identifier() && !self.at_any_keyword(&["IN", "FROM", "LIKE", "ON"]) && self.position() < start + 3
        {
            let object =
                self.position() > start && !self.previous().is_any(&["CREATE", "TABLE", "ALL", "USER", "SYSTEM"]);
            if object || self.position() > start && !self.at_any_keyword(&["TABLE", "FUNCTIONS", "EXTENDED", "VIEW"]) {
                break;
            }
            self.advance();
        }
        let what = self.text_between(start, self.position()).to_uppercase();
        let scoped = self.eat_keyword("IN") || self.eat_keyword("FROM") || self.eat_keyword("ON");
        let scope = if scoped || self.at_identifier() && !self.at_keyword("LIKE") { Some(self.name()?) } else { None };
        let again = self.eat_keyword("IN") || self.eat_keyword("FROM");
        let scope = if again { Some(self.name()?) } else { scope };
        self.eat_keyword("LIKE");
        let pattern = if self.at_string() { Some(self.string()?.0) } else { None };
        self.rest_text();
        Ok(CommandKind::Show { what, scope, pattern })
    }

    fn describe(&mut self) -> Parsed<CommandKind> {
        if self.eat_keyword("QUERY") || self.at_query() && !self.at_keyword("TABLE") {
            let query = self.query()?;
            return Ok(CommandKind::Describe { target: DescribeTarget::Query(query), mode: String::new() });
        }
        let mut mode = self.mode();
        let object = self.object_kind().unwrap_or(ObjectKind::Table);
        if mode.is_empty() {
            mode = self.mode();
        }
        let name = self.name()?;
        let column = if self.is_end() || self.at_keyword("AS") || self.at_keyword("PARTITION") {
            None
        } else {
            Some(self.dotted()?)
        };
        self.rest_text();
        Ok(CommandKind::Describe { target: DescribeTarget::Object { object, name, column }, mode })
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

/// The text without the quotes around it.
fn unquoted(text: &str) -> String {
    let text = text.trim();
    for quote in ['`', '\'', '"'] {
        let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
            return inner.to_owned();
        }
    }
    text.to_owned()
}
