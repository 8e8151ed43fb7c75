//! CREATE VIEW: stored views and those of the session.

use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::ErrorKind;
use lakesmith_unresolved::command::CommandKind;
use lakesmith_unresolved::pipeline::{ColumnDefinition, DatasetClauses};
use lakesmith_unresolved::{Name, Relation};

use crate::catalog::FORMATS;
use crate::lookup::{Found, quoted, written};
use crate::objects::{Kind, SchemaMode, StoredColumn, StoredView};
use crate::state::{GLOBAL_TEMPORARY, TemporaryView};
use crate::statement::Running;
use crate::statement::container::changed;
use crate::statement::create_table::there;
use crate::statement::table_definition::{distinct_names, refuse_table_clauses};
use crate::trouble::{Done, fault, not_built, placed, taken};

/// The setting that says whether views compensate where they do not say themselves.
const COMPENSATION: &str = "spark.sql.legacy.viewSchemaCompensation";

/// The query of a view with its text.
pub(super) struct ViewQuery<'a> {
    pub query: &'a Relation,
    pub text: &'a str,
    pub columns: &'a [ColumnDefinition],
    pub clauses: &'a DatasetClauses,
}

impl Running<'_> {
    pub(super) async fn create_view(self, kind: &CommandKind) -> Done {
        let CommandKind::CreateView {
            name,
            or_replace,
            if_not_exists,
            temporary,
            global,
            columns,
            clauses,
            query,
            text,
        } = kind
        else {
            return Ok(());
        };
        refuse_table_clauses(clauses, "view")?;
        if let (Some(_), Some(format)) = (query, &clauses.format) {
            let fault =
                Diagnostic::error(Condition::UNSUPPORTED_FEATURE, "`USING` does not belong to a view of a query");
            return Err(placed(fault, &format.origin).help("remove it").into());
        }
        if let (true, Some((_, span))) = (*temporary, clauses.schema_mode) {
            let fault = Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, "a temporary view has no `WITH SCHEMA`");
            return Err(fault.at(span, "").help("remove it").into());
        }
        if *temporary {
            return match query {
                Some(query) => {
                    let shown = written(name)?;
                    let query = ViewQuery { query, text, columns, clauses };
                    let (view, _) = self.view(&shown, query).await?;
                    self.keep_temporary(name, TemporaryView::Query(view), *global, *or_replace, *if_not_exists)
                }
                None => {
                    let view = self.files_view(name, clauses, columns).await?;
                    self.keep_temporary(name, view, *global, *or_replace, *if_not_exists)
                }
            };
        }
        let Some(query) = query else {
            return Err(placed(not_built("a stored view over files"), &name.origin).into());
        };
        let full = self.session.full_name(name)?;
        self.session.expect_schema_of(&full, name)?;
        let existing = match self.session.find_stored(&full).await? {
            Some(_) if *if_not_exists => return Ok(()),
            Some(Found::View(view)) if *or_replace => Some(view),
            Some(Found::View(_)) => return Err(there(&full, name).into()),
            Some(_) if *or_replace => {
                let title = format!("`CREATE OR REPLACE VIEW` expects a view but {} is a table", quoted(&full));
                return Err(fault(Condition::EXPECT_VIEW_NOT_TABLE_NO_ALTERNATIVE, title, name).into());
            }
            Some(_) => return Err(there(&full, name).into()),
            None => None,
        };
        let (view, reads) = self.view(&full, ViewQuery { query, text, columns, clauses }).await?;
        if self.session.needs_variables(query).await {
            let title = format!("view {} outlives the session whose variable it reads", quoted(&full));
            let fault = fault(Condition::INVALID_TEMP_OBJ_REFERENCE, title, name);
            return Err(fault.help("make the view temporary, or write the value itself").into());
        }
        if let Some(temporary) = reads.first() {
            return Err(reads_temporary(&full, temporary, name).into());
        }
        let objects = self.session.objects();
        match existing {
            Some(before) => {
                self.refuse_cycle(&full, &view).await?;
                let replaced = objects.replace(Kind::View, &full, Some(&before), &view);
                replaced.map_err(|error| taken(error, || changed(&full)))
            }
            None => match objects.create(Kind::View, &full, &view) {
                Err(error) if *if_not_exists && error.kind == ErrorKind::Conflict => Ok(()),
                made => made.map_err(|error| taken(error, || there(&full, name))),
            },
        }
    }

    /// A view of a query, and the temporary views that it reads.
    pub(super) async fn view(self, shown: &QualifiedName, query: ViewQuery<'_>) -> Done<(StoredView, Vec<String>)> {
        let ViewQuery { query, text, columns, clauses } = query;
        let (resolved, notes) = self.session.resolve(query, self.sources).await?;
        let output = resolved.declared_schema();
        if !columns.is_empty() && columns.len() != output.len() {
            let (condition, what) = if output.len() > columns.len() {
                (Condition::CREATE_VIEW_COLUMN_ARITY_MISMATCH_TOO_MANY_DATA_COLUMNS, "more")
            } else {
                (Condition::CREATE_VIEW_COLUMN_ARITY_MISMATCH_NOT_ENOUGH_DATA_COLUMNS, "fewer")
            };
            let title = format!(
                "the query of view {} has {what} columns than its list: {} for {}",
                quoted(shown),
                output.len(),
                columns.len()
            );
            return Err(Diagnostic::error(condition, title).at(columns[0].span, "").into());
        }
        if columns.is_empty() {
            distinct_names(output.iter().map(|field| &field.name))?;
        } else {
            distinct_names(columns.iter().map(|column| &column.name.text))?;
        }
        let stored = output.iter().enumerate().map(|(at, field)| {
            let own = columns.get(at);
            StoredColumn {
                name: own.map_or(field.name.as_str(), |column| column.name.text.as_str()).to_owned(),
                query_name: field.name.as_str().to_owned(),
                data_type: field.data_type.to_string(),
                comment: own.and_then(|column| column.comment.clone()).or_else(|| field.comment.clone()),
            }
        });
        let (catalog, schema) = self.session.default_names();
        let view = StoredView {
            name: shown.last().as_str().to_owned(),
            text: text.to_owned(),
            catalog: catalog.as_str().to_owned(),
            schema: schema.as_str().to_owned(),
            columns: stored.collect(),
            comment: clauses.comment.clone(),
            properties: clauses.properties.iter().map(|(key, value, _)| (key.clone(), value.clone())).collect(),
            created_micros: self.session.settings().clock.now_micros(),
            settings: self.session.meaning(),
            schema_mode: self.schema_mode(clauses, columns),
        };
        Ok((view, notes.temporary))
    }

    /// How the view follows its query. A list of columns stays as it is.
    fn schema_mode(self, clauses: &DatasetClauses, columns: &[ColumnDefinition]) -> SchemaMode {
        let own = clauses.schema_mode.map(|(mode, _)| mode.into());
        match own {
            Some(SchemaMode::Evolution) if !columns.is_empty() => SchemaMode::TypeEvolution,
            Some(mode) => mode,
            None if self.session.setting(COMPENSATION).is_some_and(|value| value.eq_ignore_ascii_case("false")) => {
                SchemaMode::Binding
            }
            None => SchemaMode::default(),
        }
    }

    /// A view that is replaced must not read itself through others.
    pub(super) async fn refuse_cycle(self, full: &QualifiedName, view: &StoredView) -> Done {
        let mut open = vec![view.clone()];
        let mut seen: Vec<QualifiedName> = Vec::new();
        while let Some(next) = open.pop() {
            for name in names_of(&next) {
                let (catalog, schema) = (next.catalog.as_str().into(), next.schema.as_str().into());
                let Some(read) = self.session.table_name_in(&name, &catalog, &schema) else { continue };
                if read == *full {
                    let title = format!("view {} would read itself", quoted(full));
                    return Err(Diagnostic::error(Condition::RECURSIVE_VIEW, title).into());
                }
                if seen.contains(&read) {
                    continue;
                }
                if let Some(Found::View(inner)) = self.session.find_stored(&read).await? {
                    open.push(inner.value);
                }
                seen.push(read);
            }
        }
        Ok(())
    }

    async fn files_view(
        self,
        name: &Name,
        clauses: &DatasetClauses,
        columns: &[ColumnDefinition],
    ) -> Done<TemporaryView> {
        let format = clauses.format.as_ref().map(|format| format.text.folded()).unwrap_or_default();
        if !FORMATS.iter().any(|known| *known == format) {
            return Err(placed(not_built(&format!("a view over files of format `{format}`")), &name.origin).into());
        }
        let mut options: Vec<(String, String)> =
            clauses.options.iter().map(|(key, value, _)| (key.clone(), value.clone())).collect();
        let at = options.iter().position(|(key, _)| key.eq_ignore_ascii_case("path"));
        let path = at.map(|at| options.remove(at).1);
        if path.is_none() && columns.is_empty() {
            let title = format!("the view names neither files of format {format} nor columns");
            let fault = fault(Condition::UNABLE_TO_INFER_SCHEMA, title, name);
            return Err(fault.help(format!("write `USING {format} OPTIONS (path '…')`")).into());
        }
        let column = |column: &ColumnDefinition| {
            let data_type = column.data_type.as_ref().map_or_else(|| "STRING".to_owned(), ToString::to_string);
            format!("`{}` {data_type}", column.name.text.as_str().replace('`', "``"))
        };
        let schema = (!columns.is_empty()).then(|| columns.iter().map(column).collect::<Vec<_>>().join(", "));
        let name = written(name)?.last().as_str().to_owned();
        Ok(TemporaryView::Files { name, format, schema, options, path })
    }

    fn keep_temporary(
        self,
        name: &Name,
        view: TemporaryView,
        global: bool,
        or_replace: bool,
        if_not_exists: bool,
    ) -> Done {
        let own = written(name)?;
        let may_qualify = |part: &lakesmith_base::Identifier| {
            if global { part.matches(GLOBAL_TEMPORARY) } else { part.matches("session") }
        };
        if own.qualifier().len() > 1 || own.qualifier().iter().any(|part| !may_qualify(part)) {
            let title = format!("the temporary view `{own}` has a qualified name");
            let fault = fault(Condition::INVALID_TEMP_OBJ_QUALIFIER, title, name);
            return Err(fault.help(format!("a temporary view belongs to no schema: write `{}`", own.last())).into());
        }
        let mut state = self.session.state();
        let views = if global { &mut state.global_views } else { &mut state.views };
        let key = own.last().folded();
        if views.contains_key(&key) && !or_replace {
            if if_not_exists {
                return Ok(());
            }
            let title = format!("there is a temporary view `{}` already", own.last());
            let fault = fault(Condition::TEMP_TABLE_OR_VIEW_ALREADY_EXISTS, title, name);
            return Err(fault.help("write `CREATE OR REPLACE TEMPORARY VIEW`").into());
        }
        views.insert(key, view);
        Ok(())
    }
}

/// The fault of a stored view over a temporary one.
pub(super) fn reads_temporary(full: &QualifiedName, temporary: &str, name: &Name) -> Diagnostic {
    let title = format!("the stored view {} reads the temporary view `{temporary}`", quoted(full));
    fault(Condition::INVALID_TEMP_OBJ_REFERENCE, title, name).help("make both temporary, or both stored")
}

/// Names that the query of a view reads, the named queries of WITH among them.
fn names_of(view: &StoredView) -> Vec<QualifiedName> {
    use lakesmith_unresolved::RelationKind;
    let mut sources = lakesmith_diagnostic::SourceMap::default();
    let source = sources.add("view", view.text.as_str(), lakesmith_diagnostic::SourceKind::Inline);
    let Ok(query) = lakesmith_sql::parse_query(&sources, source) else { return Vec::new() };
    let mut names = Vec::new();
    let mut relations = vec![&query];
    while let Some(relation) = relations.pop() {
        if let RelationKind::NamedTable { name, .. } = relation.kind.as_ref() {
            names.extend(name.qualified());
        }
        relations.extend(relation.inputs());
        let mut expressions = relation.expressions();
        while let Some(expression) = expressions.pop() {
            relations.extend(expression.query());
            expressions.extend(expression.children());
        }
    }
    names
}
