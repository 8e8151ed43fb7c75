//! INSERT, UPDATE, DELETE, MERGE, TRUNCATE and COPY INTO.

use lakesmith_unresolved::command::{Insert, Merge};
use lakesmith_unresolved::expression::{MergeAction, MergeActionKind};
use lakesmith_unresolved::{CommandKind, Expression, NamePart};

use crate::parser::{Parsed, Parser};
use crate::statement::Faults;

/// Words after the table of INSERT, none of which is its alias.
const AFTER_TARGET: &[&str] =
    &["PARTITION", "IF", "BY", "REPLACE", "SELECT", "VALUES", "TABLE", "FROM", "WITH", "MAP", "REDUCE", "OPTIONS"];

impl Parser<'_> {
    pub(crate) fn data_change(&mut self, _: &mut Faults) -> Parsed<Option<CommandKind>> {
        let kind = if self.eat_keyword("INSERT") {
            CommandKind::Insert(Box::new(self.insert()?))
        } else if self.at_from_before_insert(0) {
            self.inserts_after_from()?
        } else if self.at_with_before_insert() {
            self.insert_after_with()?
        } else if self.at_keyword("DELETE") && self.peek_at(1).is_name() {
            self.advance();
            self.eat_keyword("FROM");
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

    /// Whether WITH begins queries that an INSERT uses, as in `WITH a AS (…) INSERT INTO t SELECT …`.
    pub(crate) fn at_with_before_insert(&self) -> bool {
        if !self.at_keyword("WITH") {
            return false;
        }
        let mut depth = 0usize;
        for n in 1.. {
            let token = self.peek_at(n);
            if token.is_end() {
                return false;
            } else if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth = depth.saturating_sub(1);
            } else if depth == 0
                && self.peek_at(n - 1).is_symbol(")")
                && !token.is_symbol(",")
                && !token.is_keyword("AS")
            {
                return token.is_keyword("INSERT") || self.at_from_before_insert(n);
            }
        }
        false
    }

    /// Whether an INSERT begins `n` tokens on, where a name could stand too.
    pub(crate) fn at_insert(&self, n: usize) -> bool {
        let next = self.peek_at(n + 1);
        self.peek_at(n).is_keyword("INSERT")
            && (next.is_any(&["INTO", "OVERWRITE"])
                || next.is_keyword("WITH") && self.peek_at(n + 2).is_keyword("SCHEMA"))
    }

    /// Whether FROM, `n` tokens on, is that of INSERTs after it: `FROM t INSERT INTO a SELECT …`.
    pub(crate) fn at_from_before_insert(&self, n: usize) -> bool {
        let mut depth = 0usize;
        self.peek_at(n).is_keyword("FROM")
            && (n + 1..).map(|at| (at, self.peek_at(at))).take_while(|(_, token)| !token.is_end()).any(|(at, token)| {
                if token.is_symbol("(") {
                    depth += 1;
                } else if token.is_symbol(")") {
                    depth = depth.saturating_sub(1);
                }
                depth == 0 && self.at_insert(at)
            })
    }

    fn insert_after_with(&mut self) -> Parsed<CommandKind> {
        let start = self.position();
        let (ctes, recursive) = self.with_clause()?;
        let mut kind = if self.at_keyword("FROM") {
            self.inserts_after_from()?
        } else {
            self.expect_keyword("INSERT")?;
            CommandKind::Insert(Box::new(self.insert()?))
        };
        let inserts = match &mut kind {
            CommandKind::Insert(insert) => std::slice::from_mut(insert.as_mut()),
            CommandKind::Inserts(inserts) => inserts.as_mut_slice(),
            _ => &mut [],
        };
        for insert in inserts {
            let (ctes, query) = (ctes.clone(), insert.query.clone());
            let with = lakesmith_unresolved::RelationKind::With { ctes, recursive, query };
            insert.query = lakesmith_unresolved::Relation::new(with, self.span_from(start));
        }
        Ok(kind)
    }

    /// `FROM t INSERT INTO a SELECT … INSERT INTO b SELECT …`: each SELECT is over the one FROM clause.
    fn inserts_after_from(&mut self) -> Parsed<CommandKind> {
        self.expect_keyword("FROM")?;
        let from = self.from()?;
        let mut inserts = Vec::new();
        while inserts.is_empty() || self.at_keyword("INSERT") {
            self.expect_keyword("INSERT")?;
            let mut insert = self.insert_target()?;
            if !self.at_keyword("SELECT") {
                return Err(self.expected(&["SELECT"]));
            }
            insert.query = self.select_after_from(from.clone())?;
            inserts.push(insert);
        }
        Ok(match inserts.pop() {
            Some(only) if inserts.is_empty() => CommandKind::Insert(Box::new(only)),
            last => {
                inserts.extend(last);
                CommandKind::Inserts(inserts)
            }
        })
    }

    fn insert(&mut self) -> Parsed<Insert> {
        let mut insert = self.insert_target()?;
        if !self.at_query() {
            return Err(self.expected(&["SELECT", "VALUES", "BY NAME"]));
        }
        insert.query = self.query()?;
        Ok(insert)
    }

    /// INSERT up to its query, the keyword taken.
    fn insert_target(&mut self) -> Parsed<Insert> {
        let schema_evolution = self.eat_keywords(&["WITH", "SCHEMA", "EVOLUTION"]);
        let overwrite = self.eat_keyword("OVERWRITE");
        if !overwrite && !self.eat_keyword("INTO") {
            return Err(self.expected(&["INTO", "OVERWRITE"]));
        }
        if overwrite && self.at_any_keyword(&["DIRECTORY", "LOCAL"]) && !self.peek_at(1).is_any(&["SELECT", "VALUES"]) {
            return Err(self.refused("INSERT OVERWRITE DIRECTORY is not supported", "insert into a table"));
        }
        self.eat_keyword("TABLE");
        let table = self.name()?;
        let alias = self.target_alias(AFTER_TARGET)?;
        let partition = self.partition_spec()?;
        let if_not_exists = self.eat_keywords(&["IF", "NOT", "EXISTS"]);
        let columns =
            if self.at_symbol("(") && !self.at_query() { self.parenthesised(Self::identifier)? } else { Vec::new() };
        let mut insert = Insert {
            table,
            alias,
            overwrite,
            if_not_exists,
            schema_evolution,
            by_name: self.eat_keywords(&["BY", "NAME"]),
            partition,
            columns,
            replace_where: None,
            replace_where_text: String::new(),
            replace_on: None,
            replace_using: Vec::new(),
            query: lakesmith_unresolved::Relation::new(
                lakesmith_unresolved::RelationKind::OneRow,
                lakesmith_diagnostic::Origin::Unknown,
            ),
        };
        self.replaced_rows(&mut insert)?;
        insert.by_name |= self.eat_keywords(&["BY", "NAME"]);
        Ok(insert)
    }

    /// REPLACE WHERE, REPLACE ON, REPLACE USING.
    fn replaced_rows(&mut self, insert: &mut Insert) -> Parsed<()> {
        if self.eat_keywords(&["REPLACE", "WHERE"]) {
            let first = self.position();
            insert.replace_where = Some(self.expression()?);
            insert.replace_where_text = self.text_between(first, self.position());
        } else if self.eat_keywords(&["REPLACE", "ON"]) {
            insert.replace_on = Some(self.expression()?);
        } else if self.eat_keywords(&["REPLACE", "USING"]) {
            insert.replace_using = self.parenthesised(Self::identifier)?;
        }
        Ok(())
    }

    pub(crate) fn partition_spec(&mut self) -> Parsed<Vec<(NamePart, Option<Expression>)>> {
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
        if self.eat_keyword("VALUES") {
            return self.parenthesised(Self::expression_or_default).map(MergeActionKind::InsertValues);
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
