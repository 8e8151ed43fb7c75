//! FROM: tables with commas and joins, LATERAL, LATERAL VIEW.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::relation::{Join, JoinCriteria, JoinKind};
use lakesmith_unresolved::{Relation, RelationKind};

use crate::keyword;
use crate::parser::{Parsed, Parser};
use crate::token::TokenKind;

impl Parser<'_> {
    /// What stands after FROM.
    pub(crate) fn from(&mut self) -> Parsed<Relation> {
        let start = self.position();
        let mut left = self.relation()?;
        for terms in 1.. {
            if self.at_keywords(&["LATERAL", "VIEW"]) {
                left = self.lateral_view(start, left)?;
            } else if self.eat_symbol(",") {
                left = self.comma_join(start, left)?;
            } else {
                break;
            }
            self.check_queries(terms)?;
        }
        Ok(left)
    }

    /// LATERAL VIEW after a SELECT list whose FROM stood before it.
    pub(super) fn lateral_views(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        let mut input = input;
        while self.at_keywords(&["LATERAL", "VIEW"]) {
            input = self.lateral_view(start, input)?;
        }
        Ok(input)
    }

    fn comma_join(&mut self, start: usize, left: Relation) -> Parsed<Relation> {
        if self.at_lateral() {
            self.advance();
            let right = self.table_reference()?;
            let kind = RelationKind::LateralJoin { left, right, kind: JoinKind::Cross, condition: None };
            let both = Relation::new(kind, self.span_from(start));
            return self.joins(start, both);
        }
        let right = self.table_reference()?;
        let join = Join { left, right, kind: JoinKind::Cross, criteria: JoinCriteria::None };
        let both = Relation::new(RelationKind::Join(join), self.span_from(start));
        // joins after the second table see the first one too
        self.joins(start, both)
    }

    fn at_lateral(&self) -> bool {
        self.at_keyword("LATERAL") && (self.peek_at(1).is_symbol("(") || self.peek_at(2).is_symbol("("))
    }

    /// A table with the joins after it.
    pub(crate) fn relation(&mut self) -> Parsed<Relation> {
        let start = self.position();
        if self.at_lateral() {
            self.advance();
        }
        let first = self.table_reference()?;
        self.joins(start, first)
    }

    /// Joins, PIVOT and UNPIVOT after `left`, in a loop.
    pub(super) fn joins(&mut self, start: usize, left: Relation) -> Parsed<Relation> {
        let mut left = left;
        for terms in 1.. {
            if self.at_pivot() {
                left = self.pivot(start, left)?;
            } else if let Some((kind, natural)) = self.join_words()? {
                left = self.join(start, left, (kind, natural))?;
            } else {
                break;
            }
            self.check_queries(terms)?;
        }
        Ok(left)
    }

    /// One join of a pipe's step.
    pub(super) fn one_join(&mut self, start: usize, left: Relation) -> Parsed<Relation> {
        match self.join_words()? {
            Some(words) => self.join(start, left, words),
            None => Ok(left),
        }
    }

    fn join(&mut self, start: usize, left: Relation, (kind, natural): (JoinKind, bool)) -> Parsed<Relation> {
        let lateral = self.at_lateral();
        if lateral {
            self.advance();
        }
        let right = self.table_reference()?;
        if self.at_any_keyword(&["APPROX", "EXACT"]) && self.peek_at(1).is_keyword("NEAREST") {
            let fault = Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, "`NEAREST BY` of a join is not built yet");
            return Err(fault.at(self.peek().span, "not built").into());
        }
        let criteria = match natural {
            true => JoinCriteria::Natural,
            false => self.join_criteria()?,
        };
        if lateral {
            let condition = match criteria {
                JoinCriteria::On(condition) => Some(*condition),
                JoinCriteria::None => None,
                JoinCriteria::Using(_) => {
                    let fault = Diagnostic::error(Condition::UNSUPPORTED_FEATURE, "a join with LATERAL has no USING");
                    return Err(fault.at(self.previous().span, "").help("write `ON`").into());
                }
                JoinCriteria::Natural => {
                    let title = "a NATURAL join has no LATERAL";
                    let fault = Diagnostic::error(Condition::INCOMPATIBLE_JOIN_TYPES, title);
                    return Err(fault.at(self.previous().span, "").help("write `ON`").into());
                }
            };
            let kind = RelationKind::LateralJoin { left, right, kind, condition };
            return Ok(Relation::new(kind, self.span_from(start)));
        }
        let join = Join { left, right, kind, criteria };
        Ok(Relation::new(RelationKind::Join(join), self.span_from(start)))
    }

    fn join_criteria(&mut self) -> Parsed<JoinCriteria> {
        if self.eat_keyword("ON") {
            return Ok(JoinCriteria::On(Box::new(self.expression()?)));
        }
        if self.eat_keyword("USING") {
            return Ok(JoinCriteria::Using(self.parenthesised(Self::identifier)?));
        }
        Ok(JoinCriteria::None)
    }

    /// Takes the words of a join up to JOIN; says its kind and whether it is NATURAL.
    fn join_words(&mut self) -> Parsed<Option<(JoinKind, bool)>> {
        const KINDS: &[(&[&str], JoinKind)] = &[
            (&["LEFT", "SEMI"], JoinKind::LeftSemi),
            (&["LEFT", "ANTI"], JoinKind::LeftAnti),
            (&["LEFT", "OUTER"], JoinKind::LeftOuter),
            (&["LEFT"], JoinKind::LeftOuter),
            (&["RIGHT", "OUTER"], JoinKind::RightOuter),
            (&["RIGHT"], JoinKind::RightOuter),
            (&["FULL", "OUTER"], JoinKind::FullOuter),
            (&["FULL"], JoinKind::FullOuter),
            (&["INNER"], JoinKind::Inner),
            (&["CROSS"], JoinKind::Cross),
            (&["SEMI"], JoinKind::LeftSemi),
            (&["ANTI"], JoinKind::LeftAnti),
        ];
        let natural = self.eat_keyword("NATURAL");
        if self.eat_keyword("JOIN") {
            return Ok(Some((JoinKind::Inner, natural)));
        }
        let Some((_, kind)) = KINDS.iter().find(|(words, _)| self.eat_keywords(words)) else {
            return if natural { Err(self.expected(&["JOIN"])) } else { Ok(None) };
        };
        self.expect_keyword("JOIN")?;
        Ok(Some((*kind, natural)))
    }

    fn lateral_view(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        self.advance();
        self.advance();
        let outer = self.at_keyword("OUTER") && !self.peek_at(1).is_symbol("(");
        if outer {
            self.advance();
        }
        let call_at = self.position();
        let name = self.name()?;
        let generator = Box::new(self.plain_call(call_at, name)?);
        let alias = if self.at_alias() { Some(self.identifier()?) } else { None };
        let named = self.eat_keyword("AS") || (alias.is_some() && self.at_alias());
        let mut columns = Vec::new();
        if named {
            columns.push(self.identifier()?);
            // A comma that begins another table of FROM cannot stand here: those come before LATERAL VIEW.
            while self.eat_symbol(",") {
                columns.push(self.identifier()?);
            }
        }
        let kind = RelationKind::LateralView { input, generator, outer, alias, columns };
        Ok(Relation::new(kind, self.span_from(start)))
    }

    /// Whether the current token names the table before it without AS.
    pub(super) fn at_alias(&self) -> bool {
        match self.peek().kind {
            TokenKind::Quoted(_) => true,
            TokenKind::Word => {
                let nearest = self.at_any_keyword(&["APPROX", "EXACT"]) && self.peek_at(1).is_keyword("NEAREST");
                !nearest && !self.at_insert(0) && !keyword::ends_table(self.peek().raw())
            }
            _ => false,
        }
    }

    /// `[AS] alias [(columns)]` over `input`.
    pub(crate) fn table_alias(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        let implicit = !self.at_keyword("AS");
        if implicit && !self.at_alias() {
            return Ok(input);
        }
        if !implicit {
            // `… AS (SELECT` after a table belongs to the statement around it.
            if self.peek_at(1).is_symbol("(") || matches!(self.peek_at(1).kind, TokenKind::End) {
                return Ok(input);
            }
            self.advance();
        }
        let alias = self.identifier()?;
        if implicit {
            self.took_implicit_alias();
        }
        let columns = if self.at_symbol("(") { self.parenthesised(Self::identifier)? } else { Vec::new() };
        Ok(Relation::new(RelationKind::SubqueryAlias { input, alias, columns }, self.span_from(start)))
    }
}
