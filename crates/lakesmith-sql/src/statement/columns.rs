//! The parenthesised list of a dataset or table: columns, expectations and constraints in any mix.

use lakesmith_unresolved::NamePart;
use lakesmith_unresolved::pipeline::{
    ColumnDefault, ColumnDefinition, ColumnMask, Expectation, Identity, TableConstraint, TableConstraintKind,
    ViolationAction,
};

use crate::parser::{Parsed, Parser};
use crate::statement::Faults;
use crate::statement::clauses::duplicate_clause;

/// What a column list holds.
#[derive(Debug, Default)]
pub(crate) struct ColumnList {
    pub(crate) columns: Vec<ColumnDefinition>,
    pub(crate) expectations: Vec<Expectation>,
    pub(crate) constraints: Vec<TableConstraint>,
}

/// Words that begin a constraint without a name.
const CONSTRAINT_WORDS: &[&str] = &["PRIMARY", "FOREIGN", "UNIQUE", "CHECK"];

impl Parser<'_> {
    /// `( … )`, which is next.
    pub(crate) fn column_list(&mut self, faults: &mut Faults) -> Parsed<ColumnList> {
        let opening = self.expect_symbol("(")?;
        let mut list = ColumnList::default();
        if self.eat_symbol(")") {
            return Ok(list);
        }
        loop {
            self.column_list_item(&mut list, faults)?;
            if self.eat_symbol(",") {
                continue;
            }
            if self.eat_symbol(")") {
                return Ok(list);
            }
            // A constraint may follow the last column without a comma.
            if !self.at_keyword("CONSTRAINT") {
                let mut error = self.expected(&[",", ")"]);
                error
                    .0
                    .secondary
                    .push(lakesmith_diagnostic::Label { span: opening, text: "the list begins here".into() });
                return Err(error);
            }
        }
    }

    fn column_list_item(&mut self, list: &mut ColumnList, faults: &mut Faults) -> Parsed<()> {
        let named = self.at_keyword("CONSTRAINT") && self.peek_at(1).is_name() && self.peek_at(2).is_any(ITEM_WORDS);
        let bare = self.at_any_keyword(CONSTRAINT_WORDS)
            && (self.peek_at(1).is_any(&["KEY"]) || self.peek_at(1).is_symbol("("));
        if self.at_keywords(&["CONSTRAINT", "EXPECT"]) && self.peek_at(2).is_symbol("(") {
            self.advance();
            return Err(self.refused(
                "syntax error: an expectation without a name",
                "write `CONSTRAINT name EXPECT (condition)`; counts are told by its name",
            ));
        }
        if !named && !bare {
            let column = self.column_definition(list, faults)?;
            list.columns.push(column);
            return Ok(());
        }
        let start = self.position();
        let name = if named { self.constraint_name()? } else { None };
        match name {
            Some(name) if self.at_keyword("EXPECT") => {
                let expectation = self.expectation(start, name)?;
                list.expectations.push(expectation);
            }
            name => {
                let kind = self.table_constraint()?;
                list.constraints.push(TableConstraint { name, kind, span: self.span_from(start) });
            }
        }
        Ok(())
    }

    fn constraint_name(&mut self) -> Parsed<Option<NamePart>> {
        self.expect_keyword("CONSTRAINT")?;
        self.identifier().map(Some)
    }

    fn expectation(&mut self, start: usize, name: NamePart) -> Parsed<Expectation> {
        self.expect_keyword("EXPECT")?;
        if !self.at_symbol("(") {
            return Err(self.refused(
                format!(
                    "syntax error: the condition of expectation `{}` stands without parentheses",
                    name.text.as_str()
                ),
                "write `EXPECT (condition)`",
            ));
        }
        self.expect_symbol("(")?;
        let first = self.position();
        let predicate = self.expression()?;
        let text = self.text_between(first, self.position());
        if !self.eat_symbol(")") {
            return Err(self.expected(&[")", "an operator"]));
        }
        let on_violation =
            if self.eat_keywords(&["ON", "VIOLATION"]) { self.violation_action()? } else { ViolationAction::Keep };
        Ok(Expectation { name, predicate, text, on_violation, span: self.span_from(start) })
    }

    fn violation_action(&mut self) -> Parsed<ViolationAction> {
        if self.eat_keywords(&["DROP", "ROW"]) {
            return Ok(ViolationAction::DropRow);
        }
        if self.eat_keywords(&["FAIL", "UPDATE"]) {
            return Ok(ViolationAction::FailUpdate);
        }
        if self.eat_keyword("QUARANTINE") {
            let into = if self.eat_keyword("INTO") { Some(self.name()?) } else { None };
            return Ok(ViolationAction::Quarantine { into });
        }
        let mut error = self.expected(&["DROP ROW", "FAIL UPDATE", "QUARANTINE"]);
        if error.0.help.is_empty() {
            error.0.help.push("leave out ON VIOLATION to keep the row and only count it".into());
        }
        Err(error)
    }

    /// PRIMARY KEY, FOREIGN KEY, UNIQUE or CHECK.
    pub(crate) fn table_constraint(&mut self) -> Parsed<TableConstraintKind> {
        let kind = if self.eat_keywords(&["PRIMARY", "KEY"]) {
            TableConstraintKind::PrimaryKey(self.key_columns()?)
        } else if self.eat_keywords(&["FOREIGN", "KEY"]) {
            let columns = self.parenthesised(Self::identifier)?;
            let (table, referenced) = self.references()?;
            TableConstraintKind::ForeignKey { columns, table, referenced }
        } else if self.eat_keyword("UNIQUE") {
            TableConstraintKind::Unique(self.key_columns()?)
        } else if self.eat_keyword("CHECK") {
            self.expect_symbol("(")?;
            let first = self.position();
            let condition = self.expression()?;
            let text = self.text_between(first, self.position());
            self.expect_symbol(")")?;
            TableConstraintKind::Check { condition, text }
        } else {
            return Err(self.expected(&["EXPECT", "PRIMARY KEY", "FOREIGN KEY", "UNIQUE", "CHECK"]));
        };
        self.constraint_characteristics();
        Ok(kind)
    }

    fn key_columns(&mut self) -> Parsed<Vec<NamePart>> {
        self.parenthesised(|parser| {
            let column = parser.identifier()?;
            parser.eat_keyword("TIMESERIES");
            Ok(column)
        })
    }

    fn references(&mut self) -> Parsed<(lakesmith_unresolved::Name, Vec<NamePart>)> {
        self.expect_keyword("REFERENCES")?;
        let table = self.name()?;
        let columns = if self.at_symbol("(") { self.parenthesised(Self::identifier)? } else { Vec::new() };
        Ok((table, columns))
    }

    /// `NOT ENFORCED`, `RELY` and the like say nothing that changes what is done.
    fn constraint_characteristics(&mut self) {
        let phrases: &[&[&str]] = &[
            &["NOT", "ENFORCED"],
            &["ENFORCED"],
            &["NOT", "DEFERRABLE"],
            &["DEFERRABLE"],
            &["INITIALLY", "DEFERRED"],
            &["INITIALLY", "IMMEDIATE"],
            &["NORELY"],
            &["RELY"],
            &["MATCH", "FULL"],
            &["ON", "UPDATE", "NO", "ACTION"],
            &["ON", "DELETE", "NO", "ACTION"],
        ];
        while phrases.iter().any(|phrase| self.eat_keywords(phrase)) {}
    }

    /// One column with everything that may follow its type. Constraints written at the column join the list's.
    pub(crate) fn column_definition(&mut self, list: &mut ColumnList, faults: &mut Faults) -> Parsed<ColumnDefinition> {
        let start = self.position();
        let name = self.identifier()?;
        let typed = !self.at_any_keyword(COLUMN_WORDS) && !self.at_symbol(",") && !self.at_symbol(")");
        self.eat_symbol(":");
        let data_type = if typed { Some(self.data_type()?) } else { None };
        let mut column = ColumnDefinition {
            name,
            data_type,
            not_null: false,
            comment: None,
            generated: None,
            identity: None,
            default: None,
            mask: None,
            span: self.span_from(start),
        };
        while self.column_option(&mut column, list, faults)? {}
        column.span = self.span_from(start);
        Ok(column)
    }

    fn column_option(
        &mut self,
        column: &mut ColumnDefinition,
        list: &mut ColumnList,
        faults: &mut Faults,
    ) -> Parsed<bool> {
        let start = self.position();
        if self.eat_keywords(&["NOT", "NULL"]) {
            column.not_null = true;
        } else if self.eat_keyword("NULL") {
            // says what is so anyway
        } else if self.eat_keyword("COMMENT") {
            if column.comment.is_some() {
                faults.push(duplicate_clause("COMMENT", self.span_from(start), None));
            }
            column.comment = Some(self.string()?.0);
        } else if self.eat_keyword("DEFAULT") {
            column.default = Some(self.column_default()?);
        } else if self.eat_keyword("GENERATED") {
            self.generated(column)?;
        } else if self.eat_keyword("MASK") {
            column.mask = Some(self.mask()?);
        } else if self.at_keyword("CONSTRAINT") && !self.peek_at(2).is_any(&["EXPECT"]) {
            let name = self.constraint_name()?;
            self.inline_constraint(start, name, column, list)?;
        } else if self.at_any_keyword(&["PRIMARY", "REFERENCES", "UNIQUE", "CHECK", "FOREIGN"]) {
            self.inline_constraint(start, None, column, list)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// The value after DEFAULT.
    pub(crate) fn column_default(&mut self) -> Parsed<ColumnDefault> {
        let first = self.position();
        let value = self.value_expression()?;
        Ok(ColumnDefault { value, text: self.text_between(first, self.position()) })
    }

    fn inline_constraint(
        &mut self,
        start: usize,
        name: Option<NamePart>,
        column: &ColumnDefinition,
        list: &mut ColumnList,
    ) -> Parsed<()> {
        let own = vec![column.name.clone()];
        let kind = if self.eat_keywords(&["PRIMARY", "KEY"]) {
            TableConstraintKind::PrimaryKey(own)
        } else if self.eat_keyword("UNIQUE") {
            TableConstraintKind::Unique(own)
        } else if self.at_keyword("CHECK") {
            self.table_constraint()?
        } else {
            self.eat_keywords(&["FOREIGN", "KEY"]);
            let (table, referenced) = self.references()?;
            TableConstraintKind::ForeignKey { columns: own, table, referenced }
        };
        self.constraint_characteristics();
        list.constraints.push(TableConstraint { name, kind, span: self.span_from(start) });
        Ok(())
    }

    fn generated(&mut self, column: &mut ColumnDefinition) -> Parsed<()> {
        let always = self.eat_keyword("ALWAYS");
        if !always && !self.eat_keywords(&["BY", "DEFAULT"]) {
            return Err(self.expected(&["ALWAYS", "BY DEFAULT"]));
        }
        self.expect_keyword("AS")?;
        if self.eat_keyword("IDENTITY") {
            column.identity = Some(self.identity(always)?);
            return Ok(());
        }
        self.expect_symbol("(")?;
        let first = self.position();
        let value = self.expression()?;
        column.generated = Some(ColumnDefault { value, text: self.text_between(first, self.position()) });
        self.expect_symbol(")").map(|_| ())
    }

    fn identity(&mut self, always: bool) -> Parsed<Identity> {
        let mut identity = Identity { always, start: 1, increment: 1 };
        if !self.eat_symbol("(") {
            return Ok(identity);
        }
        while !self.eat_symbol(")") {
            if self.eat_keywords(&["START", "WITH"]) {
                identity.start = self.signed_number()?;
            } else if self.eat_keywords(&["INCREMENT", "BY"]) {
                identity.increment = self.signed_number()?;
            } else {
                return Err(self.expected(&["START WITH", "INCREMENT BY", ")"]));
            }
            self.eat_symbol(",");
        }
        Ok(identity)
    }

    fn signed_number(&mut self) -> Parsed<i64> {
        let negative = self.eat_symbol("-");
        let number = self.whole_number()?;
        Ok(if negative { -number } else { number })
    }

    fn mask(&mut self) -> Parsed<ColumnMask> {
        let function = self.name()?;
        let columns =
            if self.eat_keywords(&["USING", "COLUMNS"]) { self.parenthesised(Self::expression)? } else { Vec::new() };
        Ok(ColumnMask { function, columns })
    }
}

/// Words after `CONSTRAINT name` that show a constraint rather than a column named `constraint`.
const ITEM_WORDS: &[&str] = &["EXPECT", "PRIMARY", "FOREIGN", "UNIQUE", "CHECK"];

/// Words after a column's name that show that it has no type.
const COLUMN_WORDS: &[&str] = &["COMMENT", "NOT", "CONSTRAINT", "MASK", "GENERATED", "PRIMARY", "REFERENCES"];
