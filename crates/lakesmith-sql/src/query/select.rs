//! SELECT with its clauses up to QUALIFY.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::relation::{Aggregate, GroupKind};
use lakesmith_unresolved::{Expression, Relation, RelationKind};

use super::group::Grouping;
use crate::parser::{Parsed, Parser};

impl Parser<'_> {
    /// A SELECT, at its keyword; `from` is the FROM clause that stood before it.
    pub(super) fn select(&mut self, start: usize, from: Option<Relation>) -> Parsed<Relation> {
        self.expect_keyword("SELECT")?;
        let hints = self.hints()?;
        let alone =
            [",", "."].iter().any(|symbol| self.peek_at(1).is_symbol(symbol)) || self.peek_at(1).is_keyword("FROM");
        let distinct = !alone && self.eat_keyword("DISTINCT");
        if !distinct && !alone {
            self.eat_keyword("ALL");
        }
        self.refuse_transform()?;
        let outputs = self.select_list()?;
        let input = match from {
            Some(from) => from,
            None if self.eat_keyword("FROM") => self.from()?,
            None => Relation::new(RelationKind::OneRow, self.previous().span.after()),
        };
        let input = self.lateral_views(start, input)?;
        let mut query = self.filtered_and_grouped(start, input, outputs)?;
        if distinct {
            let kind = RelationKind::Deduplicate { input: query, columns: Vec::new(), within_watermark: false };
            query = Relation::new(kind, self.span_from(start));
        }
        for (name, parameters) in hints.into_iter().rev() {
            query = Relation::new(RelationKind::Hint { input: query, name, parameters }, self.span_from(start));
        }
        Ok(query)
    }

    fn select_list(&mut self) -> Parsed<Vec<Expression>> {
        self.comma_separated(Self::named_expression)
    }

    /// WHERE, GROUP BY, HAVING, QUALIFY and WINDOW around the SELECT list.
    fn filtered_and_grouped(&mut self, start: usize, input: Relation, outputs: Vec<Expression>) -> Parsed<Relation> {
        let mut input = input;
        if self.eat_keyword("WHERE") {
            let condition = self.expression()?;
            input = Relation::new(RelationKind::Filter { input, condition }, self.span_from(start));
        }
        let grouping = if self.eat_keywords(&["GROUP", "BY"]) { Some(self.grouping()?) } else { None };
        let having = if self.eat_keyword("HAVING") { Some(self.expression()?) } else { None };
        let kind = match (grouping, &having) {
            (None, None) => RelationKind::Project { input, expressions: outputs },
            (grouping, _) => {
                let Grouping { kind, keys } =
                    grouping.unwrap_or(Grouping { kind: GroupKind::GroupBy, keys: Vec::new() });
                RelationKind::Aggregate(Aggregate { input, kind, keys, outputs, outputs_hold_keys: true })
            }
        };
        let mut query = Relation::new(kind, self.span_from(start));
        if let Some(condition) = having {
            query = Relation::new(RelationKind::Having { input: query, condition }, self.span_from(start));
        }
        let windows_first = self.at_windows();
        if windows_first {
            query = self.named_windows(start, query)?;
        }
        if self.eat_keyword("QUALIFY") {
            let condition = self.expression()?;
            query = qualified(query, condition);
            query.origin = self.span_from(start).into();
        }
        if !windows_first && self.at_windows() {
            query = self.named_windows(start, query)?;
        }
        Ok(query)
    }

    /// `/*+ BROADCAST(a), REPARTITION(3) */`, possibly several.
    fn hints(&mut self) -> Parsed<Vec<(String, Vec<Expression>)>> {
        let mut hints = Vec::new();
        while self.eat_symbol("/*+") {
            while !self.eat_symbol("*/") {
                let name = self.plain_identifier()?.text.as_str().to_owned();
                let mut parameters = Vec::new();
                if self.eat_symbol("(") && !self.eat_symbol(")") {
                    parameters = self.comma_separated(Self::value_expression)?;
                    self.expect_symbol(")")?;
                }
                hints.push((name, parameters));
                self.eat_symbol(",");
            }
        }
        Ok(hints)
    }

    /// Refuses `SELECT TRANSFORM(…) USING '…'`, which runs a script; `transform(array, function)` is a function.
    fn refuse_transform(&mut self) -> Parsed<()> {
        if !self.at_keyword("TRANSFORM") || !self.peek_at(1).is_symbol("(") {
            return Ok(());
        }
        let Some(close) = self.closing_parenthesis(1) else { return Ok(()) };
        if !["USING", "ROW", "RECORDWRITER"].iter().any(|word| self.peek_at(close + 1).is_keyword(word)) {
            return Ok(());
        }
        let word = self.advance().span;
        let is_all = self.peek_at(1).is_any(&["DISTINCT", "ALL"]) && !self.peek_at(2).is_symbol(",");
        if !is_all {
            self.parenthesised(Self::expression)?;
        }
        let title = "`SELECT TRANSFORM … USING`, which runs a script, is not supported";
        Err(Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title).at(word, "").into())
    }
}

/// QUALIFY over `query`, beneath the WINDOW clause that names its windows.
fn qualified(query: Relation, condition: Expression) -> Relation {
    let origin = query.origin.clone();
    match *query.kind {
        RelationKind::NamedWindows { input, windows } => {
            let input = Relation::new(RelationKind::Qualify { input, condition }, origin.clone());
            Relation::new(RelationKind::NamedWindows { input, windows }, origin)
        }
        kind => {
            let input = Relation { kind: Box::new(kind), plan_id: query.plan_id, origin: origin.clone() };
            Relation::new(RelationKind::Qualify { input, condition }, origin)
        }
    }
}
