//! The pipe syntax: `FROM t |> WHERE a > 1 |> AGGREGATE sum(b) GROUP BY c`.
//!
//! Steps that an ordinary clause expresses become that clause; EXTEND, SET, DROP and RENAME are pipe operators.

use lakesmith_unresolved::relation::{Aggregate, GroupKind, SetKind};
use lakesmith_unresolved::{Expression, ExpressionKind, Relation, RelationKind};

use super::group::Grouping;
use crate::parser::{Parsed, Parser};

impl Parser<'_> {
    /// The steps after `input`.
    pub(super) fn pipes(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        let mut input = input;
        for steps in 1.. {
            if !self.eat_symbol("|>") {
                break;
            }
            input = self.pipe(start, input)?;
            self.check_queries(steps)?;
        }
        Ok(input)
    }

    fn pipe(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        if self.at_keyword("SELECT") {
            return self.select(start, Some(input));
        }
        if self.eat_keyword("WHERE") {
            let condition = self.expression()?;
            return Ok(Relation::new(RelationKind::Filter { input, condition }, self.span_from(start)));
        }
        if self.eat_keyword("AGGREGATE") {
            return self.pipe_aggregate(start, input);
        }
        if self.at_keyword("AS") {
            return self.table_alias(start, input);
        }
        if let Some(operator) = ["EXTEND", "SET", "DROP", "RENAME"].into_iter().find(|word| self.eat_keyword(word)) {
            let arguments = match operator {
                "SET" => self.comma_separated(Self::pipe_assignment)?,
                _ => self.comma_separated(Self::named_expression)?,
            };
            let kind = RelationKind::PipeOperator { input, operator: operator.to_owned(), arguments };
            return Ok(Relation::new(kind, self.span_from(start)));
        }
        if self.at_any_keyword(&["UNION", "EXCEPT", "MINUS", "INTERSECT"]) {
            let kind = match self.peek() {
                token if token.is_keyword("UNION") => SetKind::Union,
                token if token.is_keyword("INTERSECT") => SetKind::Intersect,
                _ => SetKind::Except,
            };
            return self.set_operation(start, input, kind);
        }
        self.pipe_clause(start, input)
    }

    /// Steps that are clauses of FROM or of a query's end.
    fn pipe_clause(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        let before = self.position();
        let relation = match self.peek() {
            token if token.is_keyword("TABLESAMPLE") => self.after_table(start, input)?,
            _ if self.at_keywords(&["LATERAL", "VIEW"]) => return Err(self.expected(&["JOIN"])),
            token
                if ["ORDER", "CLUSTER", "DISTRIBUTE", "SORT", "WINDOW", "LIMIT", "OFFSET"]
                    .iter()
                    .any(|word| token.is_keyword(word)) =>
            {
                self.organization(start, input)?
            }
            _ => self.joins(start, input)?,
        };
        if self.position() == before {
            return Err(self.expected(&[
                "SELECT",
                "EXTEND",
                "SET",
                "DROP",
                "AS",
                "WHERE",
                "AGGREGATE",
                "JOIN",
                "ORDER BY",
                "LIMIT",
                "UNION",
                "PIVOT",
            ]));
        }
        Ok(relation)
    }

    /// `SET a = e`, as `e AS a`.
    fn pipe_assignment(&mut self) -> Parsed<Expression> {
        let start = self.position();
        let names = vec![self.identifier()?];
        self.expect_symbol("=")?;
        let child = Box::new(self.expression()?);
        Ok(Expression::new(ExpressionKind::Alias { child, names, metadata: None }, self.span_from(start)))
    }

    fn pipe_aggregate(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        let outputs = match self.at_keywords(&["GROUP", "BY"]) {
            true => Vec::new(),
            false => self.comma_separated(Self::named_expression)?,
        };
        let Grouping { kind, keys } = match self.eat_keywords(&["GROUP", "BY"]) {
            true => self.pipe_grouping()?,
            false => Grouping { kind: GroupKind::GroupBy, keys: Vec::new() },
        };
        let aggregate = Aggregate { input, kind, keys, outputs, outputs_hold_keys: false };
        Ok(Relation::new(RelationKind::Aggregate(aggregate), self.span_from(start)))
    }

    /// GROUP BY of a pipe step, whose plain keys may have aliases.
    fn pipe_grouping(&mut self) -> Parsed<Grouping> {
        let combined = self.at_any_keyword(&["ROLLUP", "CUBE"]) && self.peek_at(1).is_symbol("(");
        if combined || self.at_keyword("ALL") || self.at_keywords(&["GROUPING", "SETS"]) {
            return self.grouping();
        }
        Ok(Grouping { kind: GroupKind::GroupBy, keys: self.comma_separated(Self::named_expression)? })
    }
}
