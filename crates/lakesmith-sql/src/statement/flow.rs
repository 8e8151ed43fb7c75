//! CREATE FLOW, flows written inside CREATE STREAMING TABLE, and stand-alone AUTO CDC statements.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::pipeline::{FlowBody, FlowDefinition};

use crate::parser::{Parsed, Parser};
use crate::statement::Faults;

/// Words after INSERT INTO's target: before them, ONCE is the target's name.
const AFTER_TARGET: &[&str] = &["BY", "SELECT", "WITH", "REPLACE", "VALUES", "FROM"];

impl Parser<'_> {
    /// A flow, when the next words begin one; nothing is taken otherwise.
    pub(crate) fn flow(&mut self, faults: &mut Faults) -> Parsed<Option<FlowDefinition>> {
        if self.at_create_flow() {
            return self.create_flow(faults).map(Some);
        }
        let legacy = self.at_keywords(&["APPLY", "CHANGES"]);
        if legacy || self.at_keywords(&["AUTO", "CDC"]) {
            let (target, body) = self.auto_cdc_into(faults)?;
            return Ok(Some(FlowDefinition { name: None, comment: None, target, body, legacy }));
        }
        Ok(None)
    }

    /// Whether CREATE FLOW is next.
    pub(crate) fn at_create_flow(&self) -> bool {
        self.at_keywords(&["CREATE", "FLOW"]) || self.at_keywords(&["CREATE", "OR", "REFRESH", "FLOW"])
    }

    fn create_flow(&mut self, faults: &mut Faults) -> Parsed<FlowDefinition> {
        self.expect_keyword("CREATE")?;
        self.eat_keywords(&["OR", "REFRESH"]);
        self.expect_keyword("FLOW")?;
        self.eat_keywords(&["IF", "NOT", "EXISTS"]);
        let name = self.name()?;
        if let (true, Some(span)) = (name.parts.len() > 1, name.origin.span()) {
            let own = name.parts.last().map_or("f", |part| part.text.as_str());
            faults.push(
                Diagnostic::error(Condition::MULTIPART_FLOW_NAME_NOT_SUPPORTED, "the name of a flow has several parts")
                    .at(span, "")
                    .help(format!("write `{own}`")),
            );
        }
        let comment = if self.eat_keyword("COMMENT") { Some(self.string()?.0) } else { None };
        self.expect_keyword("AS")?;
        let legacy = self.at_keywords(&["APPLY", "CHANGES"]);
        let (target, body) = if legacy || self.at_keywords(&["AUTO", "CDC"]) {
            self.auto_cdc_into(faults)?
        } else if self.eat_keyword("INSERT") {
            self.insert_into()?
        } else {
            let mut error = self.expected(&["INSERT INTO", "AUTO CDC INTO", "APPLY CHANGES INTO"]);
            if self.at_query() {
                let help = "say where its rows go, `INSERT INTO table BY NAME SELECT …`, or `CREATE STREAMING TABLE name AS …`";
                error.0.help.push(help.into());
            }
            return Err(error);
        };
        Ok(FlowDefinition { name: Some(name), comment, target, body, legacy })
    }

    fn insert_into(&mut self) -> Parsed<(lakesmith_unresolved::Name, FlowBody)> {
        let once_first = self.eat_keyword("ONCE");
        self.expect_keyword("INTO")?;
        let once = self.at_keyword("ONCE") && self.peek_at(1).is_name() && !self.peek_at(1).is_any(AFTER_TARGET);
        if once {
            self.advance();
        }
        let once = once || once_first;
        self.eat_keyword("TABLE");
        let mut target = self.name()?;
        self.remove_live(&mut target);
        let columns =
            if self.at_symbol("(") && !self.at_query() { self.parenthesised(Self::identifier)? } else { Vec::new() };
        let by_name = self.eat_keywords(&["BY", "NAME"]);
        let replace_where = if self.eat_keywords(&["REPLACE", "WHERE"]) { Some(self.expression()?) } else { None };
        let by_name = by_name || self.eat_keywords(&["BY", "NAME"]);
        if !self.at_query() && !self.at_keyword("SELECT") {
            return Err(self.expected(if by_name { &["SELECT"] } else { &["BY NAME", "SELECT"] }));
        }
        let query = self.query()?;
        Ok((target, FlowBody::Append { once, by_name, columns, replace_where, query }))
    }

    /// What follows `FLOW` inside CREATE STREAMING TABLE.
    pub(crate) fn inline_flow(&mut self, faults: &mut Faults) -> Parsed<FlowBody> {
        if self.at_keywords(&["AUTO", "CDC"]) || self.at_keywords(&["APPLY", "CHANGES"]) {
            return self.auto_cdc_inline(faults);
        }
        let once = self.eat_keywords(&["INSERT", "ONCE"]);
        if !once {
            self.eat_keyword("INSERT");
        }
        let mut by_name = self.eat_keywords(&["BY", "NAME"]);
        let replace_where = if self.eat_keywords(&["REPLACE", "WHERE"]) { Some(self.expression()?) } else { None };
        by_name |= self.eat_keywords(&["BY", "NAME"]);
        if !self.at_query() {
            return Err(self.expected(&["AUTO CDC", "INSERT", "REPLACE WHERE", "BY NAME", "SELECT"]));
        }
        let query = self.query()?;
        Ok(FlowBody::Append { once, by_name, columns: Vec::new(), replace_where, query })
    }
}
