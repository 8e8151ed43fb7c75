//! The query of a view: its columns when the view is made, its rows when the view is read.

use std::borrow::Cow;

use datafusion::logical_expr::LogicalPlanBuilder;
use lakesmith_diagnostic::{Condition, Diagnostic, SourceKind, SourceMap};
use lakesmith_engine::{EngineError, ProvidedRelation};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::coercion::{common_type, is_text, with_nulls};
use lakesmith_functions::rules::within;
use lakesmith_functions::{Rules, Typed};
use lakesmith_plan::{Attribute, Options, resolve};
use lakesmith_sql::{parse_data_type, parse_query_in};
use lakesmith_unresolved::{SparkType, StructField};

use crate::catalog::WarehouseCatalog;
use crate::objects::{SchemaMode, StoredColumn, StoredView};
use crate::session::Session;

/// The rows of a view. The fault is the first that was found.
pub(crate) async fn resolved(
    session: &Session,
    catalog: &WarehouseCatalog<'_>,
    view: &StoredView,
) -> Result<ProvidedRelation, Box<Diagnostic>> {
    let mut sources = SourceMap::default();
    let source = sources.add(view.name.as_str(), view.text.as_str(), SourceKind::Inline);
    // a view means what it meant when it was made
    let rules = Rules::of(|key| view.settings.get(key).map(String::as_str)).unwrap_or_default();
    let query = parse_query_in(&sources, source, rules.dialect).map_err(Box::new)?;
    let mut options = Options { notes_places: false, ..session.options() };
    options.session.rules = rules.clone();
    let resolved = resolve(&query, catalog, options).await;
    let resolved = resolved.map_err(|faults| Box::new(faults.into_iter().next().unwrap_or_else(unread)))?;
    let (mut columns, mut schema) = (Vec::new(), Vec::new());
    let evolved = columns_now(view, &resolved.output)?;
    for column in evolved.iter() {
        let found = resolved.output.iter().find(|output| output.name.matches(&column.query_name));
        let Some(found) = found else { return Err(Box::new(column_gone(view, column))) };
        let data_type = match view.schema_mode {
            SchemaMode::TypeEvolution | SchemaMode::Evolution => found.data_type.clone(),
            // a type is stored without where its parts may be NULL
            _ => data_type_of(column)
                .filter(|stored| with_nulls(stored) != with_nulls(&found.data_type))
                .unwrap_or_else(|| found.data_type.clone()),
        };
        if view.schema_mode == SchemaMode::Binding && !widens(&found.data_type, &data_type) {
            return Err(Box::new(no_up_cast(column, &found.data_type, &data_type)));
        }
        let value = Typed { expr: found.column(), data_type: found.data_type.clone(), nullable: found.nullable };
        // what no longer fits the view is an error, whatever the setting says of other values
        let strict = Rules { ansi: true, ..rules.clone() };
        let value = within(&strict, || cast(value, &data_type, Mode::Ansi)).map_err(|fault| {
            let title = format!("column `{}`: {}", column.name, fault.title);
            Box::new(Diagnostic::error(fault.condition, title))
        })?;
        columns.push(value.expr.alias(column.name.as_str()));
        let mut field = StructField::nullable(column.name.as_str(), data_type);
        field.nullable = value.nullable;
        field.comment.clone_from(&column.comment);
        schema.push(field);
    }
    let plan = LogicalPlanBuilder::from(resolved.plan).project(columns).and_then(LogicalPlanBuilder::build);
    plan.and_then(|plan| ProvidedRelation::of_plan(schema, plan)).map_err(|error| {
        let error = EngineError::from_datafusion("plan view", error);
        Box::new(Diagnostic::error(Condition::LAKESMITH_INTERNAL, error.message))
    })
}

/// The columns that a view has now: those of its query where it follows them.
fn columns_now<'v>(view: &'v StoredView, output: &[Attribute]) -> Result<Cow<'v, [StoredColumn]>, Box<Diagnostic>> {
    if view.schema_mode != SchemaMode::Evolution {
        return Ok(Cow::Borrowed(&view.columns));
    }
    let mut columns: Vec<StoredColumn> = Vec::new();
    for found in output {
        let name = found.name.as_str();
        if columns.iter().any(|column| found.name.matches(&column.name)) {
            let title = format!("the query of view `{}` has two columns `{name}`", view.name);
            return Err(Box::new(Diagnostic::error(Condition::COLUMN_ALREADY_EXISTS, title)));
        }
        let comment = found.comment.clone();
        let (name, query_name, data_type) = (name.to_owned(), name.to_owned(), found.data_type.to_string());
        columns.push(StoredColumn { name, query_name, data_type, comment });
    }
    Ok(Cow::Owned(columns))
}

/// Whether all values of a type are values of another, so that nothing is lost.
fn widens(from: &SparkType, to: &SparkType) -> bool {
    from == to || !is_text(from) && (is_text(to) || common_type(from, to).as_ref() == Some(to))
}

fn no_up_cast(column: &StoredColumn, from: &SparkType, to: &SparkType) -> Diagnostic {
    let title = format!("column `{}` is {from} in the view's query now, which does not fit into {to}", column.name);
    Diagnostic::error(Condition::CANNOT_UP_CAST_DATATYPE, title)
        .help("make the view anew, or let it follow its query: `ALTER VIEW … WITH SCHEMA TYPE EVOLUTION`")
}

/// The type of a view's column.
pub(crate) fn data_type_of(column: &StoredColumn) -> Option<SparkType> {
    let mut sources = SourceMap::default();
    let source = sources.add("type", column.data_type.as_str(), SourceKind::Inline);
    parse_data_type(&sources, source).ok()
}

/// The fault of a query in which a relation could not be looked up.
fn unread() -> Diagnostic {
    Diagnostic::error(Condition::TABLE_OR_VIEW_NOT_FOUND, "what its query reads could not be looked up")
}

fn column_gone(view: &StoredView, column: &StoredColumn) -> Diagnostic {
    let title = format!("its query has no column `{}` any more", column.query_name);
    Diagnostic::error(Condition::INCOMPATIBLE_VIEW_SCHEMA_CHANGE, title)
        .help(format!("make the view anew: `CREATE OR REPLACE VIEW {} AS …`", view.name))
}
