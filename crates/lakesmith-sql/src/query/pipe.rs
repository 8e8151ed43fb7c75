//! The pipe syntax: `FROM t |> WHERE a > 1 |> AGGREGATE sum(b) GROUP BY c`.
//!
//! Steps that an ordinary clause expresses become that clause; EXTEND, SET, DROP and AGGREGATE are pipe operators, and so is
//! the boundary before a step that orders or limits.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::relation::{Aggregate, GroupKind, SetKind};
use lakesmith_unresolved::{Expression, ExpressionKind, Relation, RelationKind};

use super::group::Grouping;
use crate::parser::{Parsed, Parser, SyntaxError};
use crate::token::TokenKind;

/// First words of steps.
const STEPS: &[&str] = &[
    "SELECT",
    "WHERE",
    "EXTEND",
    "SET",
    "DROP",
    "AS",
    "AGGREGATE",
    "JOIN",
    "INNER",
    "CROSS",
    "LEFT",
    "RIGHT",
    "FULL",
    "NATURAL",
    "SEMI",
    "ANTI",
    "ORDER",
    "SORT",
    "CLUSTER",
    "DISTRIBUTE",
    "LIMIT",
    "OFFSET",
    "WINDOW",
    "UNION",
    "EXCEPT",
    "MINUS",
    "INTERSECT",
    "PIVOT",
    "UNPIVOT",
    "TABLESAMPLE",
];

/// Words that follow an operand, and so show that the word before them is one.
const AFTER_OPERAND: &[&str] = &[
    "AND",
    "AS",
    "ASC",
    "BETWEEN",
    "DESC",
    "DIV",
    "ELSE",
    "END",
    "EXCEPT",
    "FROM",
    "GROUP",
    "HAVING",
    "ILIKE",
    "IN",
    "INTERSECT",
    "IS",
    "LIKE",
    "LIMIT",
    "MINUS",
    "NOT",
    "NULLS",
    "OFFSET",
    "OR",
    "ORDER",
    "QUALIFY",
    "REGEXP",
    "RLIKE",
    "THEN",
    "UNION",
    "WHEN",
    "WHERE",
    "WINDOW",
];

impl Parser<'_> {
    /// The steps after `input`.
    pub(super) fn pipes(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        let mut input = input;
        for steps in 1.. {
            if !self.eat_symbol("|>") && !self.eat_single_pipe() {
                break;
            }
            input = self.pipe(start, input)?;
            self.check_queries(steps)?;
        }
        Ok(input)
    }

    /// Takes `|` where a step follows; it may stand for `|>`.
    fn eat_single_pipe(&mut self) -> bool {
        let next = self.peek_at(1);
        let is_step = self.at_symbol("|") && STEPS.iter().any(|word| next.is_keyword(word));
        if is_step {
            self.advance();
        }
        is_step
    }

    /// Whether `|` ends an expression here, because no expression can begin after it.
    pub(crate) fn at_step_after_expression(&self) -> bool {
        let (step, next) = (self.peek_at(1), self.peek_at(2));
        let begins_operand = match &next.kind {
            TokenKind::Word => !next.is_any(AFTER_OPERAND),
            kind => matches!(kind, TokenKind::Quoted(_) | TokenKind::Number | TokenKind::String(_)),
        };
        self.at_symbol("|")
            && (step.is_any(&["SELECT", "WHERE"])
                || step.is_any(&["ORDER", "GROUP"]) && next.is_keyword("BY")
                || STEPS.iter().any(|word| step.is_keyword(word)) && begins_operand)
    }

    fn pipe(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        if self.at_keyword("SELECT") {
            return self.select(start, Some(input));
        }
        if self.eat_keyword("WHERE") {
            let condition = self.expression()?;
            if self.at_windows() {
                let title = "`|> WHERE` has no WINDOW";
                let condition = Condition::NOT_ALLOWED_IN_PIPE_OPERATOR_WHERE_WINDOW_CLAUSE;
                return Err(Diagnostic::error(condition, title).at(self.peek().span, "").into());
            }
            return Ok(Relation::new(RelationKind::Filter { input, condition }, self.span_from(start)));
        }
        if self.eat_keyword("AGGREGATE") {
            return self.pipe_aggregate(start, input);
        }
        if self.eat_keyword("AS") {
            let alias = self.identifier()?;
            let kind = RelationKind::SubqueryAlias { input, alias, columns: Vec::new() };
            return Ok(Relation::new(kind, self.span_from(start)));
        }
        if let Some(operator) = ["EXTEND", "SET", "DROP"].into_iter().find(|word| self.eat_keyword(word)) {
            let arguments = match operator {
                "SET" => self.comma_separated(Self::pipe_assignment)?,
                "DROP" => self.comma_separated(Self::column)?,
                _ => self.comma_separated(Self::named_expression)?,
            };
            let step = self.pipe_step(start, input, operator, arguments);
            return if self.at_windows() { self.named_windows(start, step) } else { Ok(step) };
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

    fn pipe_step(&self, start: usize, input: Relation, operator: &str, arguments: Vec<Expression>) -> Relation {
        let kind = RelationKind::PipeOperator { input, operator: operator.to_owned(), arguments };
        Relation::new(kind, self.span_from(start))
    }

    /// ORDER BY, LIMIT and their like, of which a step has one; they see the columns of the step before only.
    fn pipe_organization(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        let first = self.peek().span;
        let input = self.pipe_step(start, input, "|>", Vec::new());
        let relation = self.organization(start, input)?;
        let clauses = |relation: &Relation| match relation.kind.as_ref() {
            RelationKind::Limit { input, .. } | RelationKind::LimitAll { input } => match input.kind.as_ref() {
                RelationKind::Offset { input, .. } => Some(input.clone()),
                _ => Some(input.clone()),
            },
            RelationKind::Offset { input, .. } => Some(input.clone()),
            _ => None,
        };
        let is_start = |relation: &Relation| matches!(relation.kind.as_ref(), RelationKind::PipeOperator { .. });
        if clauses(&relation).is_some_and(|beneath| !is_start(&beneath)) {
            let title = "one step of a pipe has several clauses";
            let condition = Condition::MULTIPLE_QUERY_RESULT_CLAUSES_WITH_PIPE_OPERATORS;
            return Err(Diagnostic::error(condition, title).help("write a step for each").at(first, "").into());
        }
        Ok(relation)
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
                self.pipe_organization(start, input)?
            }
            _ if self.at_pivot() => self.pipe_pivot(start, input)?,
            _ => self.one_join(start, input)?,
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

    /// PIVOT or UNPIVOT, of which a step has one.
    fn pipe_pivot(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        let is_pivot = self.at_keyword("PIVOT");
        let relation = self.pivot(start, input)?;
        if !self.at_pivot() {
            return Ok(relation);
        }
        let again = self.at_keyword(if is_pivot { "PIVOT" } else { "UNPIVOT" });
        if again {
            return Err(self.expected(&["|>", "the end of the statement"]));
        }
        let title = "PIVOT and UNPIVOT stand in one step";
        let fault = Diagnostic::error(Condition::NOT_ALLOWED_IN_FROM_UNPIVOT_WITH_PIVOT, title);
        Err(fault.at(self.peek().span, "").help("write `|>` between them").into())
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
        let aggregate = Relation::new(RelationKind::Aggregate(aggregate), self.span_from(start));
        Ok(self.pipe_step(start, aggregate, "AGGREGATE", Vec::new()))
    }

    fn unsupported_grouping(&self) -> SyntaxError {
        let title = "`|> AGGREGATE` groups by plain keys only";
        let condition = Condition::UNSUPPORTED_FEATURE_PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE;
        Diagnostic::error(condition, title).at(self.peek().span, "").into()
    }

    /// GROUP BY of a pipe step, whose plain keys may have aliases.
    fn pipe_grouping(&mut self) -> Parsed<Grouping> {
        let combined = self.at_any_keyword(&["ROLLUP", "CUBE"]) && self.peek_at(1).is_symbol("(");
        if combined || self.at_keyword("ALL") || self.at_keywords(&["GROUPING", "SETS"]) {
            return Err(self.unsupported_grouping());
        }
        let keys = self.comma_separated(Self::named_expression)?;
        if self.at_keyword("SETS") {
            return Err(self.unsupported_grouping());
        }
        Ok(Grouping { kind: GroupKind::GroupBy, keys })
    }
}
