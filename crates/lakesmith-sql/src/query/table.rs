//! One table of FROM: a name, a function, a stream, a query or tables in parentheses, with time travel, sample, watermark,
//! options and alias.

use lakesmith_unresolved::relation::{SampleMethod, TimeTravel, UNNAMED_QUERY};
use lakesmith_unresolved::{Expression, ExpressionKind, Literal, Name, NamePart, Relation, RelationKind};

use crate::keyword;
use crate::parser::{Parsed, Parser};
use crate::token::TokenKind;

impl Parser<'_> {
    /// A table with everything that belongs to it but joins.
    pub(crate) fn table_reference(&mut self) -> Parsed<Relation> {
        self.nested(|parser| {
            let start = parser.position();
            if parser.at_keyword("VALUES") && !parser.peek_at(1).is_symbol(".") {
                return parser.values();
            }
            let table = parser.table_primary(start)?;
            let table = parser.after_table(start, table)?;
            Ok(named_query(table))
        })
    }

    pub(crate) fn table_primary(&mut self, start: usize) -> Parsed<Relation> {
        if self.at_symbol("(") {
            return self.parenthesised_table();
        }
        if self.at_stream() {
            self.advance();
            let enclosed = self.eat_symbol("(");
            let mut relation = self.named_table(start, true)?;
            if enclosed {
                self.expect_symbol(")")?;
                if let RelationKind::NamedTable { options, .. } = relation.kind.as_mut()
                    && self.at_options()
                {
                    options.extend(self.options()?);
                }
            }
            return Ok(relation);
        }
        self.named_table(start, false)
    }

    fn parenthesised_table(&mut self) -> Parsed<Relation> {
        self.expect_symbol("(")?;
        let start = self.position();
        let relation = match self.at_query() {
            // rows that are written out may be joined where they stand
            true if self.at_keyword("VALUES") => {
                let rows = self.query()?;
                self.joins(start, rows)?
            }
            true => self.query()?,
            false => self.from()?,
        };
        if !self.eat_symbol(")") {
            return Err(self.expected(&["JOIN", ",", ")"]));
        }
        Ok(relation)
    }

    /// Whether STREAM stands before a table here, rather than being the name of one.
    fn at_stream(&self) -> bool {
        let next = self.peek_at(1);
        let names_table = match next.kind {
            TokenKind::Quoted(_) => true,
            TokenKind::Word => !keyword::ends_table(next.raw()),
            _ => next.is_symbol("("),
        };
        self.at_keyword("STREAM") && names_table
    }

    fn named_table(&mut self, start: usize, is_streaming: bool) -> Parsed<Relation> {
        let unlikely = self.peek().kind == TokenKind::Word
            && keyword::is_unlikely_column(self.peek().raw())
            && !self.peek_at(1).is_symbol(".");
        if !self.at_identifier() || unlikely {
            return Err(self.expected(&["a table"]));
        }
        let name = self.name()?;
        if self.at_symbol("(") {
            let call = Box::new(self.plain_call(start, name)?);
            return Ok(Relation::new(RelationKind::TableFunction { call, is_streaming }, self.span_from(start)));
        }
        if self.at_keyword("CHANGES") && self.peek_at(1).is_keyword("FROM") {
            return self.changes(start, name, is_streaming);
        }
        let time_travel = self.time_travel()?;
        let options = if self.at_options() { self.options()? } else { Vec::new() };
        let kind = RelationKind::NamedTable { name, options, is_streaming, time_travel };
        Ok(Relation::new(kind, self.span_from(start)))
    }

    fn at_options(&self) -> bool {
        self.at_keyword("WITH") && self.peek_at(1).is_symbol("(")
    }

    /// `WITH (key = value, …)`; a key alone is true.
    fn options(&mut self) -> Parsed<Vec<(String, String)>> {
        self.expect_keyword("WITH")?;
        self.parenthesised(|parser| {
            let key = match parser.peek().kind {
                TokenKind::String(_) => parser.string()?.0,
                _ => parser.dotted()?.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("."),
            };
            let has_value = parser.eat_symbol("=") || parser.eat_symbol("=>");
            if !has_value && (parser.at_symbol(",") || parser.at_symbol(")")) {
                return Ok((key, "true".to_owned()));
            }
            Ok((key, parser.option_value()?))
        })
    }

    fn option_value(&mut self) -> Parsed<String> {
        if matches!(self.peek().kind, TokenKind::String(_)) {
            return Ok(self.string()?.0);
        }
        let start = self.position();
        self.value_expression()?;
        Ok(self.text_between(start, self.position()))
    }

    /// `CHANGES FROM VERSION a [TO VERSION b]`, with `WITH (…)`.
    fn changes(&mut self, start: usize, name: Name, is_streaming: bool) -> Parsed<Relation> {
        self.advance();
        self.advance();
        let mut options = self.change_bound("starting")?;
        if self.eat_keyword("TO") {
            options.extend(self.change_bound("ending")?);
        }
        if self.at_options() {
            options.extend(self.options()?);
        }
        Ok(Relation::new(RelationKind::Changes { name, options, is_streaming }, self.span_from(start)))
    }

    fn change_bound(&mut self, side: &str) -> Parsed<Vec<(String, String)>> {
        let what = if self.eat_keyword("VERSION") {
            "Version"
        } else if self.eat_keyword("TIMESTAMP") {
            "Timestamp"
        } else {
            return Err(self.expected(&["VERSION", "TIMESTAMP"]));
        };
        let mut options = vec![(format!("{side}{what}"), self.option_value()?)];
        for (word, inclusive) in [("INCLUSIVE", "true"), ("EXCLUSIVE", "false")] {
            if self.eat_keyword(word) {
                options.push((format!("{side}BoundInclusive"), inclusive.to_owned()));
            }
        }
        Ok(options)
    }

    /// `[FOR] VERSION AS OF e`, `[FOR] TIMESTAMP AS OF e`, `@v1`, `@20240101000000000`.
    fn time_travel(&mut self) -> Parsed<Option<TimeTravel>> {
        if self.at_symbol("@") {
            return self.time_travel_suffix().map(Some);
        }
        let n = usize::from(self.at_keyword("FOR"));
        if !self.peek_at(n + 1).is_keyword("AS") || !self.peek_at(n + 2).is_keyword("OF") {
            return Ok(None);
        }
        let word = self.peek_at(n);
        let is_version = word.is_keyword("VERSION") || word.is_keyword("SYSTEM_VERSION");
        if !is_version && !word.is_keyword("TIMESTAMP") && !word.is_keyword("SYSTEM_TIME") {
            return Ok(None);
        }
        for _ in 0..n + 3 {
            self.advance();
        }
        let value = Box::new(self.value_expression()?);
        Ok(Some(if is_version { TimeTravel::Version(value) } else { TimeTravel::Timestamp(value) }))
    }

    fn time_travel_suffix(&mut self) -> Parsed<TimeTravel> {
        self.advance();
        let token = self.peek();
        let literal = |kind| Box::new(Expression::new(ExpressionKind::Literal(kind), token.span));
        let version = token.raw().strip_prefix(['v', 'V']).and_then(|digits| digits.parse::<i64>().ok());
        let travel = match version {
            Some(version) => TimeTravel::Version(literal(Literal::Long(version))),
            None if token.kind == TokenKind::Number => {
                TimeTravel::Timestamp(literal(Literal::String(token.raw().to_owned())))
            }
            None => return Err(self.expected(&["a version such as v1", "a time such as 20240101000000000"])),
        };
        self.advance();
        Ok(travel)
    }

    /// Sample, watermark and alias, in the order in which they stand.
    pub(super) fn after_table(&mut self, start: usize, table: Relation) -> Parsed<Relation> {
        let mut table = table;
        let mut aliased = false;
        loop {
            if self.at_keyword("TABLESAMPLE") {
                table = self.sample(start, table)?;
            } else if self.at_keyword("WATERMARK") && self.peek_at(1).kind != TokenKind::End {
                table = self.watermarked(start, table)?;
            } else if !aliased && (self.at_alias() || self.at_keyword("AS")) {
                let before = self.position();
                table = self.table_alias(start, table)?;
                if self.position() == before {
                    return Ok(table);
                }
                aliased = true;
            } else {
                return Ok(table);
            }
        }
    }

    /// The relation with the WATERMARK clause that may follow it.
    pub(crate) fn watermarked(&mut self, start: usize, table: Relation) -> Parsed<Relation> {
        if self.at_keyword("WATERMARK") && self.peek_at(1).kind != TokenKind::End {
            return self.watermark(start, table);
        }
        Ok(table)
    }

    /// `WATERMARK column DELAY OF INTERVAL …`.
    fn watermark(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        self.advance();
        let at = self.position();
        let mut event_time = self.expression()?;
        if self.eat_keyword("AS") {
            let names = vec![self.identifier()?];
            let kind = ExpressionKind::Alias { child: Box::new(event_time), names, metadata: None };
            event_time = Expression::new(kind, self.span_from(at));
        }
        self.expect_keyword("DELAY")?;
        self.expect_keyword("OF")?;
        if !self.at_keyword("INTERVAL") {
            return Err(self.expected(&["INTERVAL"]));
        }
        let delay = Box::new(self.value_expression()?);
        Ok(Relation::new(RelationKind::WithWatermark { input, event_time, delay }, self.span_from(start)))
    }

    /// `TABLESAMPLE (10 PERCENT) REPEATABLE (7)`.
    fn sample(&mut self, start: usize, input: Relation) -> Parsed<Relation> {
        self.advance();
        self.expect_symbol("(")?;
        let method = self.sample_method()?;
        self.expect_symbol(")")?;
        let mut seed = None;
        if self.eat_keyword("REPEATABLE") {
            self.expect_symbol("(")?;
            seed = Some(self.whole_number()?);
            self.expect_symbol(")")?;
        }
        let kind = RelationKind::Sample { input, method, seed, with_replacement: false };
        Ok(Relation::new(kind, self.span_from(start)))
    }

    fn sample_method(&mut self) -> Parsed<SampleMethod> {
        if self.at_keyword("BUCKET") && self.peek_at(1).kind == TokenKind::Number {
            self.advance();
            let bucket = self.whole_number()?;
            self.expect_keyword("OUT")?;
            self.expect_keyword("OF")?;
            let buckets = self.whole_number()?;
            if self.eat_keyword("ON") {
                return Err(self.refused("`BUCKET … ON` is not supported in TABLESAMPLE", "leave out ON"));
            }
            return Ok(SampleMethod::Bucket { bucket, buckets });
        }
        if self.peek().kind == TokenKind::Word && self.peek_at(1).is_symbol(")") {
            return Ok(SampleMethod::Bytes(self.advance().raw().to_owned()));
        }
        let amount = Box::new(self.value_expression()?);
        if self.eat_keyword("PERCENT") {
            return Ok(SampleMethod::Percent(amount));
        }
        if self.eat_keyword("ROWS") {
            return Ok(SampleMethod::Rows(amount));
        }
        Err(self.expected(&["PERCENT", "ROWS"]))
    }
}

/// A query in FROM with a name, so that what reads it knows nothing of the tables in it.
fn named_query(table: Relation) -> Relation {
    use RelationKind as K;
    let is_query = matches!(
        *table.kind,
        K::Project { .. }
            | K::Aggregate(_)
            | K::Having { .. }
            | K::Qualify { .. }
            | K::Deduplicate { .. }
            | K::NamedWindows { .. }
            | K::Sort { .. }
            | K::Limit { .. }
            | K::LimitAll { .. }
            | K::Offset { .. }
            | K::SetOperation(_)
            | K::With { .. }
            | K::PipeOperator { .. }
    );
    if !is_query {
        return table;
    }
    let (origin, alias) = (table.origin.clone(), NamePart { text: UNNAMED_QUERY.into(), origin: table.origin.clone() });
    Relation::new(K::SubqueryAlias { input: table, alias, columns: Vec::new() }, origin)
}
