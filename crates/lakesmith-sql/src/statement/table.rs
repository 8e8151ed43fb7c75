//! CREATE and DROP outside pipelines, and COMMENT ON.

use lakesmith_unresolved::CommandKind;
use lakesmith_unresolved::command::{CreateTable, ObjectKind, Variable, VariableAction};

use crate::parser::{Parsed, Parser};
use crate::statement::Faults;
use crate::statement::columns::ColumnList;

impl Parser<'_> {
    pub(crate) fn table_statement(&mut self, faults: &mut Faults) -> Parsed<Option<CommandKind>> {
        let start = self.position();
        if self.eat_keyword("CREATE") {
            if let Some(kind) = self.create(faults)? {
                return Ok(Some(kind));
            }
            self.rewind(start);
            return Ok(None);
        }
        if self.eat_keywords(&["REPLACE", "TABLE"]) {
            return self.create_table(TableHead { replace_only: true, ..TableHead::default() }, faults).map(Some);
        }
        if self.eat_keyword("DROP") {
            return self.drop_object().map(Some);
        }
        if self.at_keyword("ALTER") {
            return self.alter(faults).map(Some);
        }
        if self.eat_keywords(&["COMMENT", "ON"]) {
            let object = self.object_kind().ok_or_else(|| self.expected(&["TABLE", "SCHEMA", "COLUMN", "CATALOG"]))?;
            let name = self.name()?;
            self.expect_keyword("IS")?;
            let text = if self.eat_keyword("NULL") { None } else { Some(self.string()?.0) };
            return Ok(Some(CommandKind::CommentOn { object, name, text }));
        }
        Ok(None)
    }

    fn create(&mut self, faults: &mut Faults) -> Parsed<Option<CommandKind>> {
        let or_replace = self.eat_keywords(&["OR", "REPLACE"]);
        let external = self.eat_keyword("EXTERNAL");
        let global = self.eat_keywords(&["GLOBAL", "TEMPORARY"]) || self.eat_keywords(&["GLOBAL", "TEMP"]);
        let temporary = global || self.eat_keyword("TEMPORARY") || self.eat_keyword("TEMP");
        if self.eat_keyword("TABLE") {
            return self.create_table(TableHead { or_replace, external, replace_only: false }, faults).map(Some);
        }
        if self.eat_keyword("FUNCTION") {
            let create = self.create_function(or_replace, temporary, faults)?;
            return Ok(Some(CommandKind::CreateFunction(Box::new(create))));
        }
        if self.eat_keyword("VIEW") {
            return self.create_view(or_replace, temporary, global, faults).map(Some);
        }
        let containers = [
            ("CATALOG", ObjectKind::Catalog),
            ("SCHEMA", ObjectKind::Schema),
            ("DATABASE", ObjectKind::Schema),
            ("NAMESPACE", ObjectKind::Schema),
            ("VOLUME", ObjectKind::Volume),
        ];
        let found = containers.into_iter().find(|(word, _)| self.at_keyword(word));
        let Some((_, object)) = found else { return Ok(None) };
        self.advance();
        let if_not_exists = self.eat_keywords(&["IF", "NOT", "EXISTS"]);
        let name = self.name()?;
        let clauses = self.dataset_clauses(faults)?;
        self.refuse_schema_mode(&clauses)?;
        Ok(Some(CommandKind::CreateContainer { object, name, if_not_exists, clauses }))
    }

    fn create_table(&mut self, head: TableHead, faults: &mut Faults) -> Parsed<CommandKind> {
        let if_not_exists = self.eat_keywords(&["IF", "NOT", "EXISTS"]);
        let name = self.name()?;
        let list =
            if self.at_symbol("(") && !self.at_query() { self.column_list(faults)? } else { ColumnList::default() };
        if let Some(expectation) = list.expectations.first() {
            faults.push(
                lakesmith_diagnostic::Diagnostic::error(
                    lakesmith_diagnostic::Condition::INVALID_SQL_SYNTAX,
                    "an expectation stands in a plain `CREATE TABLE`",
                )
                .at(expectation.span, "")
                .help("expectations belong to streaming tables and materialized views"),
            );
        }
        let like = if self.eat_keyword("LIKE") { Some(self.name()?) } else { None };
        let clone_of = self.clone_source()?;
        let mut clauses = self.dataset_clauses(faults)?;
        self.refuse_schema_mode(&clauses)?;
        let mut columns = list.columns;
        columns.append(&mut clauses.partition_columns);
        let with_query = self.eat_keyword("AS") || self.at_query();
        let query = if with_query { Some(self.query()?) } else { None };
        Ok(CommandKind::CreateTable(Box::new(CreateTable {
            name,
            or_replace: head.or_replace,
            replace_only: head.replace_only,
            if_not_exists,
            external: head.external,
            columns,
            constraints: list.constraints,
            clauses,
            like,
            clone_of,
            query,
        })))
    }

    fn clone_source(&mut self) -> Parsed<Option<(lakesmith_unresolved::Name, bool)>> {
        let deep = self.eat_keyword("DEEP");
        let shallow = !deep && self.at_keywords(&["SHALLOW", "CLONE"]);
        if shallow {
            self.advance();
        }
        if !self.eat_keyword("CLONE") {
            return Ok(None);
        }
        let name = self.name()?;
        if self.at_any_keyword(&["VERSION", "TIMESTAMP"]) {
            self.rest_text();
        }
        Ok(Some((name, !shallow)))
    }

    fn create_view(
        &mut self,
        or_replace: bool,
        temporary: bool,
        global: bool,
        faults: &mut Faults,
    ) -> Parsed<CommandKind> {
        let if_not_exists = self.eat_keywords(&["IF", "NOT", "EXISTS"]);
        let name = self.name()?;
        let columns = if self.at_symbol("(") { self.column_list(faults)?.columns } else { Vec::new() };
        let clauses = self.dataset_clauses(faults)?;
        let mut text = String::new();
        let query = if clauses.format.is_some() && self.is_end() {
            None
        } else {
            self.expect_keyword("AS")?;
            let (first, bound) = (self.position(), self.bound_parameters);
            let query = self.query()?;
            if self.bound_parameters > bound {
                let help = "write the value itself: a view is stored as its text";
                return Err(self.refused("a parameter in the query of a view is not built yet", help));
            }
            text = self.text_between(first, self.position());
            Some(query)
        };
        Ok(CommandKind::CreateView {
            name,
            or_replace,
            if_not_exists,
            temporary,
            global,
            columns,
            clauses,
            query,
            text,
        })
    }

    fn drop_object(&mut self) -> Parsed<CommandKind> {
        let dropped = ["VARIABLE", "VAR", "FUNCTION", "VIEW"];
        let temporary = self.at_any_keyword(&["TEMPORARY", "TEMP"]) && self.peek_at(1).is_any(&dropped);
        if temporary {
            self.advance();
        }
        if self.at_any_keyword(&["VARIABLE", "VAR"]) && self.peek_at(1).is_nameable() {
            if !temporary {
                return Err(self.expected(&["TEMPORARY VARIABLE"]));
            }
            self.advance();
            let if_exists = self.eat_keywords(&["IF", "EXISTS"]);
            let name = self.name()?;
            return Ok(CommandKind::Variable(Box::new(Variable {
                action: VariableAction::Drop { if_exists },
                names: vec![name],
                data_type: None,
                value: None,
            })));
        }
        let object = self.object_kind().ok_or_else(|| {
            self.expected(&["TABLE", "VIEW", "SCHEMA", "STREAMING TABLE", "MATERIALIZED VIEW", "CATALOG"])
        })?;
        let if_exists = self.eat_keywords(&["IF", "EXISTS"]);
        let name = self.name()?;
        let cascade = self.eat_keyword("CASCADE");
        self.eat_keyword("RESTRICT");
        let purge = self.eat_keyword("PURGE");
        Ok(CommandKind::Drop { object, name, if_exists, cascade, purge, temporary })
    }
}

/// What stood before `TABLE`.
#[derive(Debug, Clone, Copy, Default)]
struct TableHead {
    or_replace: bool,
    replace_only: bool,
    external: bool,
}
