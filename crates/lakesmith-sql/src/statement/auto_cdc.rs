//! AUTO CDC and its older spelling APPLY CHANGES: the clauses in any order, and what syntax alone says about them.

use lakesmith_diagnostic::{Condition, Diagnostic, Span};
use lakesmith_unresolved::pipeline::{AutoCdc, ColumnSelection, FlowBody, ScdType};
use lakesmith_unresolved::{Expression, ExpressionKind, Name};

use crate::parser::{Parsed, Parser};
use crate::statement::Faults;
use crate::statement::clauses::Seen;

/// First words of the clauses, for messages.
const CLAUSES: &[&str] = &[
    "KEYS",
    "SEQUENCE BY",
    "APPLY AS DELETE WHEN",
    "APPLY AS TRUNCATE WHEN",
    "COLUMNS",
    "STORED AS SCD TYPE",
    "TRACK HISTORY ON",
    "IGNORE NULL UPDATES",
    "WHERE",
];

/// Single words that begin a clause: they end a list written without parentheses.
const CLAUSE_STARTS: &[&str] =
    &["KEYS", "SEQUENCE", "APPLY", "COLUMNS", "STORED", "TRACK", "IGNORE", "WHERE", "SYSTEM"];

impl Parser<'_> {
    /// `AUTO CDC [ONCE] INTO target FROM …` or `APPLY CHANGES INTO target FROM …`.
    pub(crate) fn auto_cdc_into(&mut self, faults: &mut Faults) -> Parsed<(Name, FlowBody)> {
        let start = self.position();
        self.advance();
        self.advance();
        let once = self.eat_keyword("ONCE");
        self.expect_keyword("INTO")?;
        let mut target = self.name()?;
        self.remove_live(&mut target);
        self.auto_cdc_rest(start, once, faults).map(|body| (target, body))
    }

    /// `AUTO CDC [ONCE] FROM …` inside CREATE STREAMING TABLE.
    pub(crate) fn auto_cdc_inline(&mut self, faults: &mut Faults) -> Parsed<FlowBody> {
        let start = self.position();
        self.advance();
        self.advance();
        let once = self.eat_keyword("ONCE");
        self.auto_cdc_rest(start, once, faults)
    }

    fn auto_cdc_rest(&mut self, start: usize, once: bool, faults: &mut Faults) -> Parsed<FlowBody> {
        self.expect_keyword("FROM")?;
        let from_snapshot =
            self.at_keyword("SNAPSHOT") && self.peek_at(1).is_name() && !self.peek_at(1).is_any(&["KEYS"]);
        if from_snapshot {
            self.advance();
        }
        let source_start = self.position();
        let source = self.table_primary(source_start)?;
        let source = self.watermarked(source_start, source)?;
        let mut cdc = AutoCdc {
            once,
            from_snapshot,
            source: Some(source),
            keys: Vec::new(),
            ignore_null_updates: None,
            apply_as_deletes: None,
            apply_as_truncates: None,
            condition: None,
            sequence_by: None,
            system_sequence_by: None,
            columns: None,
            stored_as: None,
            track_history: None,
            columns_to_update: None,
            span: self.span_from(start),
        };
        let mut seen = Seen::default();
        while let Some((clause, span)) = self.auto_cdc_clause(&mut cdc)? {
            seen.note(clause, span, faults);
        }
        if self.eat_keywords(&["APPLY", "AS"]) {
            return Err(self.expected(&["DELETE WHEN", "TRUNCATE WHEN"]));
        }
        if !self.is_end() {
            return Err(self.expected(CLAUSES));
        }
        cdc.span = self.span_from(start);
        check(&cdc, &seen, faults);
        Ok(FlowBody::AutoCdc(cdc))
    }

    fn auto_cdc_clause(&mut self, cdc: &mut AutoCdc) -> Parsed<Option<(&'static str, Span)>> {
        let start = self.position();
        let clause = if self.eat_keyword("KEYS") {
            cdc.keys = self.column_names()?;
            "KEYS"
        } else if self.eat_keywords(&["IGNORE", "NULL", "UPDATES"]) {
            let on = self.eat_keyword("ON");
            cdc.ignore_null_updates = Some(if on { self.column_selection()? } else { ColumnSelection::All });
            "IGNORE NULL UPDATES"
        } else if self.eat_keywords(&["APPLY", "AS", "DELETE", "WHEN"]) {
            cdc.apply_as_deletes = Some(self.expression()?);
            "APPLY AS DELETE WHEN"
        } else if self.eat_keywords(&["APPLY", "AS", "TRUNCATE", "WHEN"]) {
            cdc.apply_as_truncates = Some(self.expression()?);
            "APPLY AS TRUNCATE WHEN"
        } else if self.eat_keywords(&["SYSTEM", "SEQUENCE", "BY"]) {
            cdc.system_sequence_by = Some(self.expression()?);
            "SYSTEM SEQUENCE BY"
        } else if self.eat_keywords(&["SEQUENCE", "BY"]) {
            cdc.sequence_by = Some(self.expression()?);
            "SEQUENCE BY"
        } else if self.eat_keywords(&["COLUMNS", "TO", "UPDATE"]) {
            cdc.columns_to_update = Some(self.expression()?);
            "COLUMNS TO UPDATE"
        } else if self.eat_keyword("COLUMNS") {
            cdc.columns = Some(self.column_selection()?);
            "COLUMNS"
        } else if self.at_keyword("STORED") {
            cdc.stored_as = Some(self.stored_as()?);
            "STORED AS"
        } else if self.eat_keywords(&["TRACK", "HISTORY", "ON"]) {
            let columns = self.column_selection()?;
            cdc.track_history = Some((columns, self.span_from(start)));
            "TRACK HISTORY ON"
        } else if self.eat_keyword("WHERE") {
            cdc.condition = Some(self.expression()?);
            "WHERE"
        } else {
            return Ok(None);
        };
        Ok(Some((clause, self.span_from(start))))
    }

    fn stored_as(&mut self) -> Parsed<(ScdType, Span)> {
        let start = self.position();
        self.expect_keyword("STORED")?;
        self.expect_keyword("AS")?;
        if self.eat_keyword("BITEMPORAL") {
            return Ok((ScdType::Bitemporal, self.span_from(start)));
        }
        if !self.eat_keywords(&["SCD", "TYPE"]) {
            return Err(self.expected(&["SCD TYPE 1", "SCD TYPE 2", "BITEMPORAL"]));
        }
        let scd = match self.whole_number()? {
            1 => ScdType::Type1,
            2 => ScdType::Type2,
            other => ScdType::Other(other),
        };
        Ok((scd, self.span_from(start)))
    }

    /// `(a, b)`, `a, b`, `*` or `* EXCEPT (a, b)`.
    fn column_selection(&mut self) -> Parsed<ColumnSelection> {
        if !self.eat_symbol("*") {
            return self.column_names().map(ColumnSelection::Only);
        }
        if !self.eat_keyword("EXCEPT") {
            return Ok(ColumnSelection::All);
        }
        self.column_names().map(ColumnSelection::Except)
    }

    /// Column names, with or without parentheses around them.
    fn column_names(&mut self) -> Parsed<Vec<Expression>> {
        if self.at_symbol("(") {
            if self.peek_at(1).is_symbol(")") {
                self.advance();
                self.advance();
                return Ok(Vec::new());
            }
            return self.parenthesised(Self::expression);
        }
        if self.at_any_keyword(CLAUSE_STARTS) || !self.at_identifier() {
            return Err(self.expected(&["(", "a column"]));
        }
        self.comma_separated(Self::column_name)
    }

    fn column_name(&mut self) -> Parsed<Expression> {
        let start = self.position();
        let parts = self.dotted()?;
        let kind = ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false };
        Ok(Expression::new(kind, self.span_from(start)))
    }
}

/// What the clauses alone show to be wrong.
fn check(cdc: &AutoCdc, seen: &Seen, faults: &mut Faults) {
    let place = |clause: &str| seen.place(clause).unwrap_or(cdc.span);
    if cdc.keys.is_empty() {
        faults.push(
            Diagnostic::error(Condition::AUTOCDC_EMPTY_KEYS, "the AUTO CDC flow has no key columns")
                .at(place("KEYS"), "")
                .help("add `KEYS (column, …)`: the columns that identify a row"),
        );
    }
    if cdc.sequence_by.is_none() && !cdc.from_snapshot {
        faults.push(
            Diagnostic::error(Condition::AUTOCDC_MISSING_SEQUENCE_BY, "the AUTO CDC flow has no `SEQUENCE BY`")
                .at(cdc.span, "")
                .help("add `SEQUENCE BY column`: it says which of two changes to a key came later"),
        );
    }
    let scd = cdc.stored_as.as_ref().map_or(ScdType::Type1, |(scd, _)| *scd);
    if let (ScdType::Other(number), Some((_, span))) = (scd, &cdc.stored_as) {
        faults.push(
            Diagnostic::error(Condition::UNSUPPORTED_FEATURE, format!("there is no `SCD TYPE {number}`"))
                .at(*span, "")
                .help("use `SCD TYPE 1` to keep the newest values or `SCD TYPE 2` to keep every version"),
        );
    }
    if let (Some((_, span)), ScdType::Type1) = (&cdc.track_history, scd) {
        faults.push(
            Diagnostic::error(
                Condition::AUTOCDC_TRACK_HISTORY_REQUIRES_SCD2,
                "`TRACK HISTORY ON` without `SCD TYPE 2`",
            )
            .at(*span, "")
            .help("add `STORED AS SCD TYPE 2`, or remove `TRACK HISTORY ON`"),
        );
    }
    if let (Some(ignored), Some(updated)) = (seen.place("IGNORE NULL UPDATES"), seen.place("COLUMNS TO UPDATE")) {
        faults.push(
            Diagnostic::error(
                Condition::INVALID_SQL_SYNTAX,
                "both `IGNORE NULL UPDATES` and `COLUMNS TO UPDATE` say which columns an update changes",
            )
            .at(updated.max(ignored), "")
            .also(updated.min(ignored), "")
            .help("keep one of them"),
        );
    }
    if cdc.apply_as_truncates.is_some() && scd != ScdType::Type1 {
        faults.push(
            Diagnostic::error(Condition::INVALID_SQL_SYNTAX, "`APPLY AS TRUNCATE WHEN` needs `SCD TYPE 1`")
                .at(place("APPLY AS TRUNCATE WHEN"), "")
                .help("a table that keeps every version cannot be truncated: remove the clause"),
        );
    }
    let selected = match &cdc.columns {
        Some(ColumnSelection::Only(columns) | ColumnSelection::Except(columns)) => columns.as_slice(),
        _ => &[],
    };
    let tracked = match &cdc.track_history {
        Some((ColumnSelection::Only(columns) | ColumnSelection::Except(columns), _)) => columns.as_slice(),
        _ => &[],
    };
    for column in cdc.keys.iter().chain(selected).chain(tracked) {
        check_column(column, cdc.span, faults);
    }
}

fn check_column(column: &Expression, whole: Span, faults: &mut Faults) {
    let span = column.origin.span().unwrap_or(whole);
    match &column.kind {
        ExpressionKind::Attribute { parts, .. } if parts.len() == 1 => {}
        ExpressionKind::Attribute { parts, .. } => {
            let own = parts.last().map_or("c", |part| part.text.as_str());
            faults.push(
                Diagnostic::error(
                    Condition::AUTOCDC_MULTIPART_COLUMN_IDENTIFIER,
                    "a column of an AUTO CDC flow is qualified",
                )
                .at(span, "")
                .help(format!("write `{own}`: columns are those of the source")),
            );
        }
        _ => faults.push(
            Diagnostic::error(
                Condition::AUTOCDC_MULTIPART_COLUMN_IDENTIFIER,
                "a column name is expected here, not an expression",
            )
            .at(span, "")
            .help("compute the value in the source's query and name its column here"),
        ),
    }
}
