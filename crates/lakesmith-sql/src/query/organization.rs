//! ORDER BY, SORT BY, DISTRIBUTE BY, CLUSTER BY, WINDOW, LIMIT, OFFSET.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::expression::Window;
use lakesmith_unresolved::{Expression, ExpressionKind, NamePart, Relation, RelationKind, SortOrder};

use crate::parser::{Parsed, Parser};

impl Parser<'_> {
    /// What orders and limits the result of `input`.
    pub(super) fn organization(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        let mut input = input;
        let (first, mut clauses) = (self.peek().span, Vec::new());
        if self.eat_keywords(&["ORDER", "BY"]) {
            clauses.push("ORDER BY");
            let orders = self.orders()?;
            input = Relation::new(RelationKind::Sort { input, orders, global: true }, self.span_from(start));
        }
        if self.eat_keywords(&["CLUSTER", "BY"]) {
            clauses.push("CLUSTER BY");
            let keys = self.comma_separated(Self::expression)?;
            let orders =
                keys.iter().map(|key| SortOrder { child: key.clone(), descending: false, nulls_first: None }).collect();
            input = self.repartitioned(start, input, keys);
            input = Relation::new(RelationKind::Sort { input, orders, global: false }, self.span_from(start));
        }
        if self.eat_keywords(&["DISTRIBUTE", "BY"]) {
            clauses.push("DISTRIBUTE BY");
            let keys = self.comma_separated(Self::expression)?;
            input = self.repartitioned(start, input, keys);
        }
        if self.eat_keywords(&["SORT", "BY"]) {
            clauses.push("SORT BY");
            let orders = self.comma_separated(Self::sort_order)?;
            input = Relation::new(RelationKind::Sort { input, orders, global: false }, self.span_from(start));
        }
        if clauses.len() > 1 && clauses != ["DISTRIBUTE BY", "SORT BY"] {
            let title = format!("{} do not stand together", clauses.join(" and "));
            let condition = Condition::UNSUPPORTED_FEATURE_COMBINATION_QUERY_RESULT_CLAUSES;
            return Err(Diagnostic::error(condition, title).at(first, "").into());
        }
        if self.at_windows() {
            input = self.named_windows(start, input)?;
        }
        self.limit(start, input)
    }

    fn repartitioned(&self, start: usize, input: Relation, expressions: Vec<Expression>) -> Relation {
        Relation::new(
            RelationKind::RepartitionByExpression { input, expressions, partitions: None },
            self.span_from(start),
        )
    }

    /// LIMIT and OFFSET in either order: rows are skipped first.
    fn limit(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        let (mut limit, mut offset) = (None, None);
        for _ in 0..2 {
            if limit.is_none() && self.eat_keyword("LIMIT") {
                limit = Some(if self.eat_keyword("ALL") { None } else { Some(self.expression()?) });
            }
            if offset.is_none() && self.at_keyword("OFFSET") {
                self.advance();
                offset = Some(self.expression()?);
            }
        }
        let mut input = input;
        if let Some(count) = offset {
            input = Relation::new(RelationKind::Offset { input, count }, self.span_from(start));
        }
        if let Some(limit) = limit {
            let kind = match limit {
                Some(count) => RelationKind::Limit { input, count },
                None => RelationKind::LimitAll { input },
            };
            input = Relation::new(kind, self.span_from(start));
        }
        Ok(input)
    }

    /// The keys of ORDER BY; none for ALL, `*` for ALL with a direction.
    fn orders(&mut self) -> Parsed<Vec<SortOrder>> {
        let next = self.peek_at(1);
        let is_column = [",", ".", "(", "[", "+", "="].iter().any(|symbol| next.is_symbol(symbol));
        if !self.at_keyword("ALL") || is_column {
            return self.comma_separated(Self::sort_order);
        }
        let all = self.advance().span;
        let descending = !self.eat_keyword("ASC") && self.eat_keyword("DESC");
        let nulls_first = match self.eat_keyword("NULLS") {
            true if self.eat_keyword("FIRST") => Some(true),
            true if self.eat_keyword("LAST") => Some(false),
            true => return Err(self.expected(&["FIRST", "LAST"])),
            false => None,
        };
        if !descending && nulls_first.is_none() {
            return Ok(Vec::new());
        }
        let star = ExpressionKind::Star { target: Vec::new(), except: Vec::new(), plan_id: None };
        Ok(vec![SortOrder { child: Expression::new(star, all), descending, nulls_first }])
    }

    /// Whether `WINDOW w AS` begins here.
    pub(super) fn at_windows(&self) -> bool {
        let is_computed = self.peek_at(1).is_keyword("IDENTIFIER") && self.peek_at(2).is_symbol("(");
        self.at_keyword("WINDOW") && (self.peek_at(2).is_keyword("AS") || is_computed)
    }

    /// The WINDOW clause over `input`.
    pub(super) fn named_windows(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        self.expect_keyword("WINDOW")?;
        let windows = self.comma_separated(Self::named_window)?;
        Ok(Relation::new(RelationKind::NamedWindows { input, windows }, self.span_from(start)))
    }

    fn named_window(&mut self) -> Parsed<(NamePart, Window)> {
        let name = self.identifier()?;
        self.expect_keyword("AS")?;
        Ok((name, self.window()?))
    }
}
