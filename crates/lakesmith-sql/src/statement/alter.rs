//! ALTER.

use lakesmith_unresolved::command::{AlterAction, ColumnPosition};
use lakesmith_unresolved::pipeline::{ColumnDefinition, TableConstraint};
use lakesmith_unresolved::{CommandKind, NamePart};

use crate::parser::{Parsed, Parser};
use crate::statement::Faults;
use crate::statement::columns::ColumnList;

/// What follows SET or UNSET before a list of properties.
const PROPERTY_WORDS: &[&str] = &["TBLPROPERTIES", "DBPROPERTIES", "PROPERTIES"];

impl Parser<'_> {
    pub(crate) fn alter(&mut self, faults: &mut Faults) -> Parsed<CommandKind> {
        self.expect_keyword("ALTER")?;
        let object = self.object_kind().ok_or_else(|| {
            self.expected(&["TABLE", "VIEW", "SCHEMA", "STREAMING TABLE", "MATERIALIZED VIEW", "CATALOG"])
        })?;
        let if_exists = self.eat_keywords(&["IF", "EXISTS"]);
        let name = self.name()?;
        let mut actions = vec![self.alter_action(faults)?];
        while self.eat_symbol(",") {
            actions.push(self.alter_action(faults)?);
        }
        Ok(CommandKind::Alter { object, name, if_exists, actions })
    }

    fn alter_action(&mut self, faults: &mut Faults) -> Parsed<AlterAction> {
        let start = self.position();
        let action = if self.eat_keywords(&["RENAME", "TO"]) {
            AlterAction::RenameTo(self.name()?)
        } else if self.eat_keywords(&["RENAME", "COLUMN"]) {
            let from = self.dotted()?;
            self.expect_keyword("TO")?;
            AlterAction::RenameColumn(from, self.identifier()?)
        } else if self.at_keyword("ADD") && self.peek_at(1).is_any(&["COLUMN", "COLUMNS"]) {
            self.advance();
            self.advance();
            AlterAction::AddColumns(self.added_columns(faults)?)
        } else if self.eat_keywords(&["ADD", "CONSTRAINT"]) {
            let name = Some(self.identifier()?);
            let kind = self.table_constraint()?;
            AlterAction::AddConstraint(TableConstraint { name, kind, span: self.span_from(start) })
        } else if self.eat_keywords(&["DROP", "CONSTRAINT"]) {
            let if_exists = self.eat_keywords(&["IF", "EXISTS"]);
            let name = self.identifier()?;
            self.eat_keyword("CASCADE");
            self.eat_keyword("RESTRICT");
            AlterAction::DropConstraint { name, if_exists }
        } else if self.at_keyword("DROP") && self.peek_at(1).is_any(&["COLUMN", "COLUMNS"]) {
            self.advance();
            self.advance();
            let if_exists = self.eat_keywords(&["IF", "EXISTS"]);
            let listed = self.at_symbol("(");
            let columns = if listed { self.parenthesised(Self::dotted)? } else { self.comma_separated(Self::dotted)? };
            AlterAction::DropColumns { columns, if_exists }
        } else if self.at_keyword("ALTER") || self.at_keyword("CHANGE") {
            self.advance();
            self.eat_keyword("COLUMN");
            self.altered_column()?
        } else if self.at_keyword("SET") && self.peek_at(1).is_any(PROPERTY_WORDS) {
            self.advance();
            self.advance();
            AlterAction::SetProperties(self.properties()?.into_iter().map(|(key, value, _)| (key, value)).collect())
        } else if self.at_keyword("UNSET") && self.peek_at(1).is_any(PROPERTY_WORDS) {
            self.advance();
            self.advance();
            let if_exists = self.eat_keywords(&["IF", "EXISTS"]);
            let keys = self.parenthesised(|parser| parser.property_key().map(|(key, _)| key))?;
            AlterAction::UnsetProperties { keys, if_exists }
        } else if self.eat_keywords(&["SET", "LOCATION"]) {
            AlterAction::SetLocation(self.string()?.0)
        } else if self.eat_keywords(&["CLUSTER", "BY"]) {
            AlterAction::ClusterBy(self.cluster_by()?)
        } else if self.at_keyword("AS") {
            self.advance();
            let first = self.position();
            let query = self.query()?;
            AlterAction::ViewQuery { query, text: self.text_between(first, self.position()) }
        } else if self.at_keywords(&["WITH", "SCHEMA"]) {
            AlterAction::ViewSchema(self.schema_mode()?)
        } else if self.is_end() {
            return Err(self.expected(&["ADD", "DROP", "ALTER", "RENAME", "SET", "UNSET", "CLUSTER BY"]));
        } else {
            AlterAction::Other(self.rest_text())
        };
        Ok(action)
    }

    fn added_columns(&mut self, faults: &mut Faults) -> Parsed<Vec<(ColumnDefinition, ColumnPosition)>> {
        let mut list = ColumnList::default();
        let one = |parser: &mut Self| {
            let column = parser.column_definition(&mut list, faults)?;
            Ok((column, parser.column_position()?))
        };
        if self.at_symbol("(") { self.parenthesised(one) } else { self.comma_separated(one) }
    }

    fn column_position(&mut self) -> Parsed<ColumnPosition> {
        if self.eat_keyword("FIRST") {
            return Ok(ColumnPosition::First);
        }
        if self.eat_keyword("AFTER") {
            return self.identifier().map(ColumnPosition::After);
        }
        Ok(ColumnPosition::Last)
    }

    fn altered_column(&mut self) -> Parsed<AlterAction> {
        let column: Vec<NamePart> = self.dotted()?;
        let action = if self.eat_keyword("TYPE") {
            AlterAction::ColumnType(column, self.data_type()?)
        } else if self.eat_keywords(&["SET", "NOT", "NULL"]) {
            AlterAction::ColumnNotNull(column, true)
        } else if self.eat_keywords(&["DROP", "NOT", "NULL"]) {
            AlterAction::ColumnNotNull(column, false)
        } else if self.eat_keyword("COMMENT") {
            AlterAction::ColumnComment(column, self.string()?.0)
        } else if self.eat_keywords(&["SET", "DEFAULT"]) {
            AlterAction::ColumnDefault(column, Some(self.column_default()?))
        } else if self.eat_keywords(&["DROP", "DEFAULT"]) {
            AlterAction::ColumnDefault(column, None)
        } else if self.at_any_keyword(&["FIRST", "AFTER"]) {
            let position = self.column_position()?;
            AlterAction::ColumnPosition(column, position)
        } else if self.is_end() {
            return Err(self.expected(&["TYPE", "SET", "DROP", "COMMENT", "FIRST", "AFTER"]));
        } else {
            AlterAction::Other(self.rest_text())
        };
        Ok(action)
    }
}
