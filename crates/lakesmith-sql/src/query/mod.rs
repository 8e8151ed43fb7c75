//! Queries: WITH, set operations, and what orders and limits their result. SELECT is in `select`, FROM in `from`.

mod from;
mod group;
mod lookahead;
mod organization;
mod pipe;
mod pivot;
mod select;
mod table;
mod values;

#[cfg(test)]
mod tests;

use lakesmith_unresolved::relation::{Cte, SetKind, SetOperation};
use lakesmith_unresolved::{Relation, RelationKind};

use crate::parser::{Parsed, Parser};

impl Parser<'_> {
    /// A query with everything that may belong to it, without parentheses around it.
    pub(crate) fn query(&mut self) -> Parsed<Relation> {
        self.nested(Self::query_here)
    }

    fn query_here(&mut self) -> Parsed<Relation> {
        let start = self.position();
        if !self.at_keyword("WITH") {
            return self.query_body(start);
        }
        let (ctes, recursive) = self.with_clause()?;
        let body = self.position();
        let query = self.query_body(body)?;
        Ok(Relation::new(RelationKind::With { ctes, recursive, query }, self.span_from(start)))
    }

    /// WITH and its named queries; whether they are recursive.
    pub(crate) fn with_clause(&mut self) -> Parsed<(Vec<Cte>, bool)> {
        self.expect_keyword("WITH")?;
        let recursive = self.at_keyword("RECURSIVE") && !self.peek_at(1).is_keyword("AS");
        if recursive {
            self.advance();
        }
        Ok((self.comma_separated(Self::cte)?, recursive))
    }

    fn query_body(&mut self, start: usize) -> Parsed<Relation> {
        let terms = self.set_operations()?;
        let organized = self.organization(start, terms)?;
        let piped = self.pipes(start, organized)?;
        self.organization(start, piped)
    }

    fn cte(&mut self) -> Parsed<Cte> {
        let name = self.identifier()?;
        let columns = if self.at_symbol("(") && !self.at_query_after(1) {
            self.parenthesised(Self::identifier)?
        } else {
            Vec::new()
        };
        let max_recursion =
            if self.eat_keywords(&["MAX", "RECURSION", "LEVEL"]) { Some(self.whole_number()?) } else { None };
        if !self.eat_keyword("AS") && !self.at_symbol("(") {
            return Err(self.expected(&["AS", "("]));
        }
        self.expect_symbol("(")?;
        let query = self.query()?;
        self.expect_symbol(")")?;
        Ok(Cte { name, columns, query, max_recursion })
    }

    /// A whole number, for example of a bucket.
    pub(crate) fn whole_number(&mut self) -> Parsed<i64> {
        let negative = self.at_symbol("-");
        match self.peek_at(usize::from(negative)).raw().parse::<i64>() {
            Ok(number) => {
                self.advance();
                if negative {
                    self.advance();
                    return Ok(-number);
                }
                Ok(number)
            }
            Err(_) => Err(self.expected(&["a whole number"])),
        }
    }

    /// One SELECT or several over a FROM clause that stands before them; several give the rows of all.
    fn selects_after_from(&mut self, start: usize, from: Relation) -> Parsed<Relation> {
        let mut all = self.select_after_from(from.clone())?;
        for terms in 1.. {
            if !self.at_keyword("SELECT") {
                break;
            }
            let right = self.select_after_from(from.clone())?;
            let kind = SetKind::Union;
            let union =
                SetOperation { left: all, right, kind, all: true, by_name: false, allow_missing_columns: false };
            all = Relation::new(RelationKind::SetOperation(union), self.span_from(start));
            self.check_queries(terms)?;
        }
        Ok(all)
    }

    /// A SELECT over a FROM clause that stood before it, with what orders and limits its rows.
    pub(crate) fn select_after_from(&mut self, from: Relation) -> Parsed<Relation> {
        let start = self.position();
        let selected = self.select(start, Some(from))?;
        self.organization(start, selected)
    }

    /// UNION and EXCEPT over what INTERSECT binds more tightly.
    fn set_operations(&mut self) -> Parsed<Relation> {
        let start = self.position();
        let mut left = self.intersections()?;
        for terms in 1.. {
            let kind = match self.peek() {
                token if token.is_keyword("UNION") => SetKind::Union,
                token if token.is_keyword("EXCEPT") || token.is_keyword("MINUS") => SetKind::Except,
                _ => break,
            };
            left = self.set_operation(start, left, kind)?;
            self.check_queries(terms)?;
        }
        Ok(left)
    }

    fn intersections(&mut self) -> Parsed<Relation> {
        let start = self.position();
        let mut left = self.query_primary()?;
        for terms in 1.. {
            if !self.at_keyword("INTERSECT") {
                break;
            }
            left = self.set_operation(start, left, SetKind::Intersect)?;
            self.check_queries(terms)?;
        }
        Ok(left)
    }

    /// One set operation, at its keyword.
    fn set_operation(&mut self, start: usize, left: Relation, kind: SetKind) -> Parsed<Relation> {
        self.advance();
        let all = self.eat_keyword("ALL");
        if !all {
            self.eat_keyword("DISTINCT");
        }
        let right = match kind {
            SetKind::Intersect => self.query_primary()?,
            SetKind::Union | SetKind::Except => self.intersections()?,
        };
        let operation = SetOperation { left, right, kind, all, by_name: false, allow_missing_columns: false };
        Ok(Relation::new(RelationKind::SetOperation(operation), self.span_from(start)))
    }

    /// Refuses a chain of queries or joins that is too long for what comes after the parser.
    fn check_queries(&self, terms: usize) -> Parsed<()> {
        const LONGEST: usize = 1_000;
        if terms <= LONGEST {
            return Ok(());
        }
        let title = format!("syntax error: more than {LONGEST} queries or tables in one chain");
        Err(self.refused(title, "split the chain by common table expressions"))
    }

    fn query_primary(&mut self) -> Parsed<Relation> {
        let start = self.position();
        if self.at_keyword("SELECT") {
            return self.select(start, None);
        }
        if self.eat_keyword("FROM") {
            let from = self.from()?;
            return if self.at_keyword("SELECT") { self.selects_after_from(start, from) } else { Ok(from) };
        }
        if self.at_keyword("VALUES") {
            return self.values();
        }
        if self.at_keyword("TABLE") && self.peek_at(1).kind != crate::token::TokenKind::End {
            self.advance();
            let name = self.name()?;
            let table = RelationKind::NamedTable { name, options: Vec::new(), is_streaming: false, time_travel: None };
            return Ok(Relation::new(table, self.span_from(start)));
        }
        if self.eat_symbol("(") {
            let query = self.query()?;
            if !self.eat_symbol(")") {
                return Err(self.expected(&[")"]));
            }
            return Ok(query);
        }
        Err(self.expected(&["SELECT", "WITH", "FROM", "VALUES", "TABLE", "("]))
    }
}
