//! INSERT, UPDATE, DELETE, MERGE, TRUNCATE and COPY INTO.

use lakesmith_unresolved::command::{Insert, Merge};
use lakesmith_unresolved::expression::{MergeAction, MergeActionKind};
use lakesmith_unresolved::{CommandKind, Expression, NamePart};

use crate::parser::{Parsed, Parser};
use crate::statement::Faults;

impl Parser<'_> {
    pub(crate) fn data_change(&mut self, _: &mut Faults) -> Parsed<Option<CommandKind>> {
        let kind = if self.eat_keyword("INSERT") {
            self.insert()?
        } else if self.eat_keywords(&["DELETE", "FROM"]) {
            let table = self.name()?;
            let alias = self.target_alias(&["WHERE"])?;
            CommandKind::Delete { table, alias, condition: self.where_condition()? }
        } else if self.at_keyword("UPDATE") {
            self.advance();
            let table = self.name()?;
            let alias = self.target_alias(&["SET"])?;
            self.expect_keyword("SET")?;
            let assignments = self.comma_separated(Self::assignment)?;
            CommandKind::Update { table, alias, assignments, condition: self.where_condition()? }
        } else if self.eat_keyword("MERGE") {
            self.merge()?
        } else if self.eat_keywords(&["TRUNCATE", "TABLE"]) {
            let table = self.name()?;
            CommandKind::Truncate { table, partition: self.partition_spec()? }
        } else if self.eat_keywords(&["COPY", "INTO"]) {
            CommandKind::CopyInto { table: self.name()?, rest: self.rest_text() }
        } else {
            return Ok(None);
        };
        Ok(Some(kind))
    }

    fn insert(&mut self) -> Parsed<CommandKind> {
        let overwrite = self.eat_keyword("OVERWRITE");
        if !overwrite && !self.eat_keyword("INTO") {
            return Err(self.expected(&["INTO", "OVERWRITE"]));
        }
        self.eat_keyword("TABLE");
        let table = self.name()?;
        let partition = self.partition_spec()?;
        let columns =
            if self.at_symbol("(") && !self.at_query() { self.parenthesised(Self::identifier)? } else { Vec::new() };
        let mut by_name = self.eat_keywords(&["BY", "NAME"]);
        let replace_where = if self.eat_keywords(&["REPLACE", "WHERE"]) { Some(self.expression()?) } else { None };
        let replace_using =
            if self.eat_keywords(&["REPLACE", "USING"]) { self.parenthesised(Self::identifier)? } else { Vec::new() };
        by_name |= self.eat_keywords(&["BY", "NAME"]);
        if !self.at_query() {
            return Err(self.expected(&["SELECT", "VALUES", "BY NAME"]));
        }
        let query = self.query()?;
        let insert = Insert { table, overwrite, by_name, partition, columns, replace_where, replace_using, query };
        Ok(CommandKind::Insert(Box::new(insert)))
    }

    fn partition_spec(&mut self) -> Parsed<Vec<(NamePart, Option<Expression>)>> {
        if !self.eat_keyword("PARTITION") {
            return Ok(Vec::new());
        }
        self.parenthesised(|parser| {
            let column = parser.identifier()?;
            let value = if parser.eat_symbol("=") { Some(parser.value_expression()?) } else { None };
            Ok((column, value))
        })
    }

    fn target_alias(&mut self, ends: &[&str]) -> Parsed<Option<NamePart>> {
        if self.eat_keyword("AS") || self.at_identifier() && !self.at_any_keyword(ends) {
            return self.identifier().map(Some);
        }
        Ok(None)
    }

    fn where_condition(&mut self) -> Parsed<Option<Expression>> {
        if self.eat_keyword("WHERE") { self.expression().map(Some) } else { Ok(None) }
    }

    fn assignment(&mut self) -> Parsed<(Expression, Expression)> {
        let start = self.position();
        let parts = self.dotted()?;
        let kind = lakesmith_unresolved::ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false };
        let target = Expression::new(kind, self.span_from(start));
        self.expect_symbol("=")?;
        Ok((target, self.expression_or_default()?))
    }

    fn merge(&mut self) -> Parsed<CommandKind> {
        let mut schema_evolution = self.eat_keywords(&["WITH", "SCHEMA", "EVOLUTION"]);
        self.expect_keyword("INTO")?;
        let target = self.name()?;
        let target_alias = self.target_alias(&["USING", "WITH"])?;
        schema_evolution |= self.eat_keywords(&["WITH", "SCHEMA", "EVOLUTION"]);
        self.expect_keyword("USING")?;
        let source = self.table_reference()?;
        self.expect_keyword("ON")?;
        let condition = self.expression()?;
        let mut merge = Merge {
            target,
            target_alias,
            source,
            condition,
            matched: Vec::new(),
            not_matched: Vec::new(),
            not_matched_by_source: Vec::new(),
            schema_evolution,
        };
        if !self.at_keyword("WHEN") {
            return Err(self.expected(&["WHEN MATCHED", "WHEN NOT MATCHED"]));
        }
        while self.eat_keyword("WHEN") {
            self.merge_clause(&mut merge)?;
        }
        Ok(CommandKind::Merge(Box::new(merge)))
    }

    fn merge_clause(&mut self, merge: &mut Merge) -> Parsed<()> {
        let negated = self.eat_keyword("NOT");
        self.expect_keyword("MATCHED")?;
        let by_source = negated && self.eat_keywords(&["BY", "SOURCE"]);
        if negated && !by_source {
            self.eat_keywords(&["BY", "TARGET"]);
        }
        let condition = if self.eat_keyword("AND") { Some(self.expression()?) } else { None };
        self.expect_keyword("THEN")?;
        let kind = self.merge_action()?;
        let clauses = match (negated, by_source) {
            (false, _) => &mut merge.matched,
            (true, false) => &mut merge.not_matched,
            (true, true) => &mut merge.not_matched_by_source,
        };
        clauses.push(MergeAction { kind, condition });
        Ok(())
    }

    fn merge_action(&mut self) -> Parsed<MergeActionKind> {
        if self.eat_keyword("DELETE") {
            return Ok(MergeActionKind::Delete);
        }
        if self.eat_keyword("UPDATE") {
            self.expect_keyword("SET")?;
            if self.eat_symbol("*") {
                return self.except_columns().map(|except| MergeActionKind::UpdateStar { except });
            }
            return self.comma_separated(Self::assignment).map(MergeActionKind::Update);
        }
        if !self.eat_keyword("INSERT") {
            return Err(self.expected(&["UPDATE", "DELETE", "INSERT"]));
        }
        if self.eat_symbol("*") {
            return self.except_columns().map(|except| MergeActionKind::InsertStar { except });
        }
        let columns = self.parenthesised(|parser| {
            let start = parser.position();
            let parts = parser.dotted()?;
            let kind =
                lakesmith_unresolved::ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false };
            Ok(Expression::new(kind, parser.span_from(start)))
        })?;
        self.expect_keyword("VALUES")?;
        let values_at = self.peek().span;
        let values = self.parenthesised(Self::expression_or_default)?;
        if values.len() != columns.len() {
            let title = format!("syntax error: {} columns but {} values", columns.len(), values.len());
            let mut error = self.refused(title, "give one value for each column");
            error.0.primary = Some(lakesmith_diagnostic::Label { span: values_at, text: String::new() });
            return Err(error);
        }
        Ok(MergeActionKind::Insert(columns.into_iter().zip(values).collect()))
    }

    fn except_columns(&mut self) -> Parsed<Vec<Vec<NamePart>>> {
        if self.eat_keyword("EXCEPT") { self.parenthesised(Self::dotted) } else { Ok(Vec::new()) }
    }
}
