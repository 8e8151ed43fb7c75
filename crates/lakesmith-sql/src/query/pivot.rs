//! PIVOT and UNPIVOT.

use lakesmith_unresolved::relation::Unpivot;
use lakesmith_unresolved::{Expression, NamePart, Relation, RelationKind};

use crate::parser::{Parsed, Parser};

impl Parser<'_> {
    /// Whether PIVOT or UNPIVOT begins here.
    pub(super) fn at_pivot(&self) -> bool {
        let next = self.peek_at(1);
        (self.at_keyword("PIVOT") && next.is_symbol("("))
            || (self.at_keyword("UNPIVOT")
                && (next.is_symbol("(") || next.is_keyword("INCLUDE") || next.is_keyword("EXCLUDE")))
    }

    /// PIVOT or UNPIVOT over `input`, with its alias.
    pub(super) fn pivot(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        let kind = match self.advance().is_keyword("PIVOT") {
            true => self.pivot_clause(input)?,
            false => self.unpivot_clause(input)?,
        };
        let relation = Relation::new(kind, self.span_from(start));
        if !self.eat_keyword("AS") && !self.at_alias() {
            return Ok(relation);
        }
        let alias = self.identifier()?;
        let kind = RelationKind::SubqueryAlias { input: relation, alias, columns: Vec::new() };
        Ok(Relation::new(kind, self.span_from(start)))
    }

    fn pivot_clause(&mut self, input: Relation) -> Parsed<RelationKind> {
        self.expect_symbol("(")?;
        let aggregates = self.comma_separated(Self::named_expression)?;
        self.expect_keyword("FOR")?;
        let columns = match self.at_symbol("(") {
            true => self.parenthesised(Self::plain_column)?,
            false => vec![self.plain_column()?],
        };
        self.expect_keyword("IN")?;
        let values = self.parenthesised(Self::named_expression)?;
        self.expect_symbol(")")?;
        Ok(RelationKind::Pivot { input, aggregates, columns, values })
    }

    /// A column without its table.
    fn plain_column(&mut self) -> Parsed<Expression> {
        let start = self.position();
        let parts = vec![self.identifier()?];
        let kind = lakesmith_unresolved::ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false };
        Ok(Expression::new(kind, self.span_from(start)))
    }

    /// A column by name.
    pub(super) fn column(&mut self) -> Parsed<Expression> {
        let start = self.position();
        let parts = self.dotted()?;
        let kind = lakesmith_unresolved::ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false };
        Ok(Expression::new(kind, self.span_from(start)))
    }

    fn unpivot_clause(&mut self, input: Relation) -> Parsed<RelationKind> {
        let include_nulls = self.eat_keywords(&["INCLUDE", "NULLS"]);
        if !include_nulls {
            self.eat_keywords(&["EXCLUDE", "NULLS"]);
        }
        self.expect_symbol("(")?;
        let text = |part: NamePart| part.text.as_str().to_owned();
        let value_names: Vec<String> = match self.at_symbol("(") {
            true => self.parenthesised(Self::identifier)?.into_iter().map(text).collect(),
            false => vec![text(self.identifier()?)],
        };
        self.expect_keyword("FOR")?;
        let variable_name = text(self.identifier()?);
        self.expect_keyword("IN")?;
        let values = Some(self.parenthesised(Self::unpivoted)?);
        self.expect_symbol(")")?;
        Ok(RelationKind::Unpivot(Unpivot { input, ids: None, values, variable_name, value_names, include_nulls }))
    }

    fn unpivoted(&mut self) -> Parsed<(Vec<Expression>, Option<NamePart>)> {
        let columns = match self.at_symbol("(") {
            true => self.parenthesised(Self::column)?,
            false => vec![self.column()?],
        };
        let named = self.eat_keyword("AS") || self.at_identifier();
        Ok((columns, if named { Some(self.identifier()?) } else { None }))
    }
}
