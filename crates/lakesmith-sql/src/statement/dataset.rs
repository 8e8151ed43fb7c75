//! CREATE STREAMING TABLE, MATERIALIZED VIEW, VIEW and their legacy `LIVE` forms.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::Name;
use lakesmith_unresolved::pipeline::{DatasetDefinition, DatasetKind, FlowBody, Modifiers};

use crate::parser::{Parsed, Parser};
use crate::statement::Faults;
use crate::statement::columns::ColumnList;

/// Words that may stand between CREATE and the kind, each at most once.
#[derive(Debug, Default)]
struct Head {
    modifiers: Modifiers,
    temporary: bool,
    live: bool,
    streaming: bool,
    incremental: bool,
}

impl Parser<'_> {
    /// A dataset, when the next words begin one; nothing is taken otherwise.
    pub(crate) fn dataset(&mut self, faults: &mut Faults) -> Parsed<Option<DatasetDefinition>> {
        let start = self.position();
        if !self.eat_keyword("CREATE") {
            return Ok(None);
        }
        let head = self.dataset_head();
        let Some(kind) = self.dataset_kind(&head) else {
            self.rewind(start);
            return Ok(None);
        };
        self.dataset_rest(start, head, kind, faults).map(Some)
    }

    /// Whether a pipeline statement begins here.
    pub(crate) fn at_pipeline_statement(&mut self) -> bool {
        let start = self.position();
        let create = self.eat_keyword("CREATE");
        let dataset = create && {
            let head = self.dataset_head();
            self.dataset_kind(&head).is_some()
        };
        self.rewind(start);
        // Exactly the words that `flow` takes: one it does not take would be read here again without end.
        let flow = self.at_create_flow();
        dataset || flow || self.at_keywords(&["APPLY", "CHANGES"]) || self.at_keywords(&["AUTO", "CDC"])
    }

    fn dataset_head(&mut self) -> Head {
        let mut head = Head::default();
        loop {
            if (head.live && self.at_keyword("LIVE")) || (head.streaming && self.at_keyword("STREAMING")) {
                return head; // a word that stands twice is no part of the head
            }
            let modifiers = &mut head.modifiers;
            if self.eat_keywords(&["OR", "REFRESH"]) {
                modifiers.or_refresh = true;
            } else if self.eat_keywords(&["OR", "REPLACE"]) {
                modifiers.or_replace = true;
            } else if self.eat_keyword("PRIVATE") {
                modifiers.private = true;
            } else if self.eat_keyword("TEMPORARY") || self.eat_keyword("TEMP") {
                head.temporary = true;
            } else if self.eat_keyword("STREAMING") {
                head.streaming = true;
            } else if self.eat_keyword("INCREMENTAL") {
                head.incremental = true;
            } else if self.eat_keyword("LIVE") {
                head.live = true;
            } else {
                return head;
            }
        }
    }

    /// Takes the words of the kind. `CREATE TABLE` alone is not a dataset.
    fn dataset_kind(&mut self, head: &Head) -> Option<DatasetKind> {
        if self.eat_keywords(&["MATERIALIZED", "VIEW"]) {
            return Some(DatasetKind::MaterializedView);
        }
        if self.at_keyword("TABLE") && (head.streaming || head.live || head.incremental) {
            self.advance();
            let streaming = head.streaming || head.incremental;
            return Some(if streaming { DatasetKind::StreamingTable } else { DatasetKind::ByQuery });
        }
        if self.eat_keyword("VIEW") {
            let temporary = head.temporary || head.live || head.streaming;
            return Some(if temporary { DatasetKind::TemporaryView } else { DatasetKind::PersistedView });
        }
        None
    }

    fn dataset_rest(
        &mut self,
        start: usize,
        head: Head,
        kind: DatasetKind,
        faults: &mut Faults,
    ) -> Parsed<DatasetDefinition> {
        let mut modifiers = head.modifiers;
        let is_view = matches!(kind, DatasetKind::TemporaryView | DatasetKind::PersistedView);
        modifiers.private |= head.temporary && !is_view;
        modifiers.if_not_exists = self.eat_keywords(&["IF", "NOT", "EXISTS"]);
        if modifiers.or_replace && !is_view {
            faults.push(unusual_replace(kind).at(self.span_from(start), ""));
        }
        let mut name = self.name()?;
        self.remove_live(&mut name);
        if kind == DatasetKind::TemporaryView && name.parts.len() > 1 {
            faults.push(qualified_view(&name, self.span_from(start)));
        }
        let list = if self.at_symbol("(") { Some(self.column_list(faults)?) } else { None };
        let mut clauses = self.dataset_clauses(faults)?;
        self.refuse_schema_mode(&clauses)?;
        for (text, span) in clauses.stored_as.iter().chain(&clauses.buckets) {
            let title = format!("`{text}` does not belong to a {}", kind.name());
            let fault = Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title).at(*span, "");
            faults.push(fault.help("datasets of a pipeline are Delta tables: remove it"));
        }
        let (query, flow) = self.dataset_body(kind, faults)?;
        let ColumnList { mut columns, expectations, constraints } = list.unwrap_or_default();
        let partition_columns = std::mem::take(&mut clauses.partition_columns);
        if !columns.is_empty() {
            // without a list the query gives all columns, and their types
            columns.extend(partition_columns);
        }
        Ok(DatasetDefinition {
            kind,
            name,
            legacy: head.live || head.incremental,
            modifiers,
            columns: (!columns.is_empty()).then_some(columns),
            expectations,
            constraints,
            clauses,
            query,
            flow,
        })
    }

    fn dataset_body(
        &mut self,
        kind: DatasetKind,
        faults: &mut Faults,
    ) -> Parsed<(Option<lakesmith_unresolved::Relation>, Option<FlowBody>)> {
        if self.eat_keyword("AS") {
            return self.query().map(|query| (Some(query), None));
        }
        if self.eat_keyword("FLOW") {
            return self.inline_flow(faults).map(|flow| (None, Some(flow)));
        }
        if self.is_end() && kind == DatasetKind::StreamingTable {
            return Ok((None, None));
        }
        if self.at_query() {
            let title = format!("`AS` is missing before the query of this {}", kind.name());
            let warning = Diagnostic::warning(Condition::LAKESMITH_UNUSUAL, title).at(self.peek().span, "");
            faults.push(warning.help("write `AS` before the query; Apache Spark requires it"));
            return self.query().map(|query| (Some(query), None));
        }
        let mut next = vec!["AS"];
        if kind == DatasetKind::StreamingTable {
            next.extend(["FLOW", "COMMENT", "TBLPROPERTIES", "PARTITIONED", "CLUSTER"]);
        }
        let mut error = self.expected(&next);
        if self.at_keyword("CONSTRAINT") && error.0.help.is_empty() {
            error.0.help.push("constraints stand in the parenthesised list after the name".into());
        }
        if self.is_end() && error.0.help.is_empty() {
            error.0.help.push(format!("a {} is defined by a query: `AS SELECT …`", kind.name()));
        }
        Err(error)
    }

    /// Removes the legacy qualifier `LIVE.` from a name that is being defined.
    pub(crate) fn remove_live(&mut self, name: &mut Name) {
        if name.parts.len() > 1 && name.parts[0].text.matches("live") {
            name.parts.remove(0);
        }
    }
}

fn unusual_replace(kind: DatasetKind) -> Diagnostic {
    let keyword = kind.name();
    Diagnostic::warning(
        Condition::LAKESMITH_UNUSUAL,
        format!("`CREATE OR REPLACE` of a {keyword} is read as `OR REFRESH`"),
    )
    .help("write `CREATE OR REFRESH`; Databricks and Apache Spark refuse `OR REPLACE` here")
}

fn qualified_view(name: &Name, whole: lakesmith_diagnostic::Span) -> Diagnostic {
    let shown = name.qualified().map_or_else(String::new, |name| name.to_string());
    let own = name.parts.last().map_or("v", |part| part.text.as_str());
    let condition = Condition::INVALID_TEMP_OBJ_QUALIFIER;
    Diagnostic::error(condition, format!("the temporary view `{shown}` has a qualified name"))
        .at(name.origin.span().unwrap_or(whole), "")
        .help(format!("a temporary view belongs to no schema: write `{own}`"))
}
