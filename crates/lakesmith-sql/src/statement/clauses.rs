//! The clauses after the column list of a dataset, table, view or schema, in any order.

use lakesmith_diagnostic::{Condition, Diagnostic, Span};
use lakesmith_unresolved::NamePart;
use lakesmith_unresolved::pipeline::{ClusterBy, ColumnDefinition, DatasetClauses, ViewSchemaMode};

use crate::parser::{Parsed, Parser};
use crate::statement::Faults;
use crate::statement::columns::ColumnList;

/// First words of the clauses, for messages and for finding their end.
const CLAUSE_WORDS: &[&str] = &[
    "USING",
    "PARTITIONED",
    "CLUSTER",
    "LOCATION",
    "COMMENT",
    "TBLPROPERTIES",
    "OPTIONS",
    "SCHEDULE",
    "TRIGGER",
    "REFRESH",
    "WITH",
    "DEFAULT",
    "STORED",
    "CLUSTERED",
];

/// Where each clause of a statement was first seen.
#[derive(Debug, Default)]
pub(crate) struct Seen(Vec<(&'static str, Span)>);

impl Seen {
    /// Notes a clause; one that was seen before is a fault.
    pub(crate) fn note(&mut self, clause: &'static str, span: Span, faults: &mut Faults) {
        match self.place(clause) {
            Some(first) => faults.push(duplicate_clause(clause, span, Some(first))),
            None => self.0.push((clause, span)),
        }
    }

    /// Where a clause was first seen.
    pub(crate) fn place(&self, clause: &str) -> Option<Span> {
        self.0.iter().find(|(name, _)| *name == clause).map(|(_, span)| *span)
    }
}

/// The fault of a clause that stands twice.
pub(crate) fn duplicate_clause(clause: &str, second: Span, first: Option<Span>) -> Diagnostic {
    let fault = Diagnostic::error(Condition::DUPLICATE_CLAUSES, format!("the clause `{clause}` stands twice"))
        .at(second, "again here")
        .help(format!("keep one `{clause}` clause"));
    match first {
        Some(first) => fault.also(first, "first here"),
        None => fault,
    }
}

impl Parser<'_> {
    /// All clauses that follow here.
    pub(crate) fn dataset_clauses(&mut self, faults: &mut Faults) -> Parsed<DatasetClauses> {
        let mut clauses = DatasetClauses::default();
        let mut seen = Seen::default();
        while let Some((clause, span)) = self.dataset_clause(&mut clauses)? {
            seen.note(clause, span, faults);
        }
        if let (Some(partitions), Some(cluster)) = (seen.place("PARTITIONED BY"), seen.place("CLUSTER BY")) {
            faults.push(
                Diagnostic::error(
                    Condition::SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED,
                    "both `PARTITIONED BY` and `CLUSTER BY` are given",
                )
                .at(cluster.max(partitions), "")
                .also(cluster.min(partitions), "")
                .help("remove one of them"),
            );
        }
        Ok(clauses)
    }

    fn dataset_clause(&mut self, clauses: &mut DatasetClauses) -> Parsed<Option<(&'static str, Span)>> {
        let start = self.position();
        let clause = if self.eat_keyword("USING") {
            let parts = self.dotted()?;
            let text = parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".");
            clauses.format = Some(NamePart::new(text, self.previous().span));
            "USING"
        } else if self.eat_keywords(&["PARTITIONED", "BY"]) || self.eat_keywords(&["PARTITION", "BY"]) {
            let mut typed = Vec::new();
            clauses.partitioned_by = Some(self.parenthesised(|parser| parser.partition_field(&mut typed))?);
            clauses.partition_columns = typed;
            "PARTITIONED BY"
        } else if self.eat_keywords(&["CLUSTER", "BY"]) {
            clauses.cluster_by = Some(self.cluster_by()?);
            "CLUSTER BY"
        } else if self.eat_keyword("LOCATION") || self.eat_keywords(&["MANAGED", "LOCATION"]) {
            clauses.location = Some(self.string()?);
            "LOCATION"
        } else if self.at_keyword("COMMENT") {
            self.advance();
            clauses.comment = Some(self.string()?.0);
            "COMMENT"
        } else if self.eat_keyword("TBLPROPERTIES")
            || self.eat_keyword("DBPROPERTIES")
            || self.eat_keywords(&["WITH", "DBPROPERTIES"])
        {
            clauses.properties = self.properties()?;
            "TBLPROPERTIES"
        } else if self.eat_keyword("OPTIONS") {
            clauses.options = self.properties()?;
            "OPTIONS"
        } else if self.eat_keywords(&["REFRESH", "POLICY"]) {
            clauses.refresh_policy = Some(self.refresh_policy()?);
            "REFRESH POLICY"
        } else if self.at_keyword("SCHEDULE") || self.at_keywords(&["TRIGGER", "ON"]) {
            clauses.schedule = Some(self.schedule());
            "SCHEDULE"
        } else if self.at_keywords(&["WITH", "SCHEMA"]) {
            clauses.schema_mode = Some((self.schema_mode()?, self.span_from(start)));
            "WITH SCHEMA"
        } else if self.eat_keywords(&["WITH", "ROW", "FILTER"]) {
            let function = self.name()?;
            self.expect_keyword("ON")?;
            let columns = if self.at_symbol("(") && self.peek_at(1).is_symbol(")") {
                self.advance();
                self.advance();
                Vec::new()
            } else {
                self.parenthesised(Self::identifier)?
            };
            clauses.row_filter = Some((function, columns));
            "WITH ROW FILTER"
        } else if self.at_keywords(&["STORED", "AS"])
            || self.at_keywords(&["STORED", "BY"])
            || self.at_keywords(&["ROW", "FORMAT"])
        {
            clauses.stored_as = Some(self.hive_clause());
            "STORED AS"
        } else if self.at_keywords(&["CLUSTERED", "BY"]) {
            clauses.buckets = Some(self.hive_clause());
            "CLUSTERED BY"
        } else if self.eat_keywords(&["DEFAULT", "COLLATION"]) {
            clauses.collation = Some(self.identifier()?);
            "DEFAULT COLLATION"
        } else {
            return Ok(None);
        };
        Ok(Some((clause, self.span_from(start))))
    }

    /// `WITH SCHEMA BINDING` and its like, which is next.
    pub(crate) fn schema_mode(&mut self) -> Parsed<ViewSchemaMode> {
        self.eat_keywords(&["WITH", "SCHEMA"]);
        let modes = [
            (&["BINDING"] as &[&str], ViewSchemaMode::Binding),
            (&["COMPENSATION"], ViewSchemaMode::Compensation),
            (&["TYPE", "EVOLUTION"], ViewSchemaMode::TypeEvolution),
            (&["EVOLUTION"], ViewSchemaMode::Evolution),
        ];
        match modes.into_iter().find(|(words, _)| self.eat_keywords(words)) {
            Some((_, mode)) => Ok(mode),
            None => Err(self.expected(&["BINDING", "COMPENSATION", "TYPE EVOLUTION", "EVOLUTION"])),
        }
    }

    /// Refuses WITH SCHEMA of anything but a view of a query.
    pub(crate) fn refuse_schema_mode(&self, clauses: &DatasetClauses) -> Parsed<()> {
        match clauses.schema_mode {
            None => Ok(()),
            Some((_, span)) => {
                let title = "`WITH SCHEMA` belongs to `CREATE VIEW` outside of pipelines only";
                Err(Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title).at(span, "").help("remove it").into())
            }
        }
    }

    /// A column, a transform of one, or a column with its type, which is noted.
    fn partition_field(&mut self, typed: &mut Vec<ColumnDefinition>) -> Parsed<lakesmith_unresolved::Expression> {
        let start = self.position();
        let field = self.value_expression()?;
        if !self.at_symbol(",") && !self.at_symbol(")") {
            self.rewind(start);
            let (mut list, mut faults) = (ColumnList::default(), Faults::default());
            typed.push(self.column_definition(&mut list, &mut faults)?);
            if let Some(fault) = faults.into_iter().next() {
                return Err(fault.into());
            }
        }
        Ok(field)
    }

    /// What follows `CLUSTER BY`.
    pub(crate) fn cluster_by(&mut self) -> Parsed<ClusterBy> {
        if self.eat_keyword("AUTO") {
            return Ok(ClusterBy::Auto);
        }
        if self.eat_keyword("NONE") {
            return Ok(ClusterBy::None);
        }
        if !self.at_symbol("(") {
            return Err(self.expected(&["(", "AUTO", "NONE"]));
        }
        self.parenthesised(Self::dotted).map(ClusterBy::Columns)
    }

    /// `('a' = 'b', c.d = 1, e 'f')`.
    pub(crate) fn properties(&mut self) -> Parsed<Vec<(String, String, Span)>> {
        let properties = self.parenthesised(Self::property)?;
        let key_of = |at: usize| properties.iter().take(at).find(|(key, ..)| *key == properties[at].0);
        if let Some((at, first)) = (0..properties.len()).find_map(|at| Some((at, key_of(at)?))) {
            let (key, _, span) = &properties[at];
            let fault = Diagnostic::error(Condition::DUPLICATE_KEY, format!("the key `{key}` stands twice"));
            return Err(fault.at(*span, "again here").also(first.2, "first here").help("keep one of them").into());
        }
        Ok(properties)
    }

    fn property(&mut self) -> Parsed<(String, String, Span)> {
        let (key, span) = self.property_key()?;
        if !self.eat_symbol("=") && (self.at_symbol(",") || self.at_symbol(")")) {
            return Ok((key, String::new(), span));
        }
        let value = match self.string_if_next()? {
            Some(text) => text,
            None => {
                let start = self.position();
                self.eat_symbol("-");
                self.advance();
                self.text_between(start, self.position())
            }
        };
        Ok((key, value, span))
    }

    /// A property's key: a string, or words with dots.
    pub(crate) fn property_key(&mut self) -> Parsed<(String, Span)> {
        if let crate::token::TokenKind::String(text) = &self.peek().kind {
            // a string behind it is the value
            let text = text.clone();
            return Ok((text, self.advance().span));
        }
        let start = self.position();
        let parts = self.dotted()?;
        let key = parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".");
        Ok((key, self.span_from(start)))
    }

    fn string_if_next(&mut self) -> Parsed<Option<String>> {
        if matches!(self.peek().kind, crate::token::TokenKind::String(_)) {
            return self.string().map(|(text, _)| Some(text));
        }
        Ok(None)
    }

    fn refresh_policy(&mut self) -> Parsed<(String, Span)> {
        let start = self.position();
        if !self.at_any_keyword(&["AUTO", "INCREMENTAL", "FULL"]) {
            return Err(self.expected(&["AUTO", "INCREMENTAL", "INCREMENTAL STRICT", "FULL"]));
        }
        self.advance();
        self.eat_keyword("STRICT");
        Ok((self.text_between(start, self.position()).to_uppercase(), self.span_from(start)))
    }

    /// A clause of Hive's, up to where another clause or the query begins.
    fn hive_clause(&mut self) -> (String, Span) {
        let start = self.position();
        self.advance();
        self.advance();
        while !self.is_end() && !self.at_keyword("AS") && !self.at_any_keyword(CLAUSE_WORDS) {
            self.advance();
        }
        (self.text_between(start, self.position()), self.span_from(start))
    }

    /// SCHEDULE and TRIGGER end where another clause or the query begins.
    fn schedule(&mut self) -> (String, Span) {
        let start = self.position();
        self.advance();
        self.eat_keyword("REFRESH");
        while !self.is_end() && !self.at_keyword("AS") && !self.at_any_keyword(CLAUSE_WORDS) {
            self.advance();
        }
        (self.text_between(start, self.position()), self.span_from(start))
    }
}
