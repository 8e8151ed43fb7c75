//! Clauses of a dataset that its table does not honour: those that would change what it holds or shows are refused by name, the
//! others are told of. Columns that are `GENERATED ALWAYS AS` are computed here, from the other columns of their row.

use lakesmith_base::Identifier;
use lakesmith_diagnostic::source::Span;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_graph::Dataset;
use lakesmith_unresolved::expression::{CastMode, Expression, ExpressionKind, NamePart};
use lakesmith_unresolved::pipeline::ColumnDefinition;
use lakesmith_unresolved::{Literal, Relation, RelationKind};

/// What is refused.
pub(crate) fn faults(dataset: &Dataset) -> Vec<Diagnostic> {
    let Some(definition) = dataset.definition() else { return Vec::new() };
    let not_built = |what: &str, span: Option<Span>, help: &str| {
        let title = format!("{what} of `{}` is not built yet", dataset.name.last().as_str());
        Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title).at(span.unwrap_or(dataset.name_span), "").help(help)
    };
    let mut faults = Vec::new();
    for column in definition.columns.iter().flatten() {
        let name = column.name.text.as_str();
        if column.mask.is_some() {
            let help = "leave it out, or give readers a view that hides the column";
            faults.push(not_built(&format!("the mask on column `{name}`"), Some(column.span), help));
        }
        if column.identity.is_some() {
            let help = "number the rows in the query, or use a hash of their key";
            faults.push(not_built(&format!("the identity column `{name}`"), Some(column.span), help));
        }
        if column.default.is_some() {
            let help = "give the value in the query";
            faults.push(not_built(&format!("the default value of column `{name}`"), Some(column.span), help));
        }
    }
    let clauses = &definition.clauses;
    if let Some((filter, _)) = &clauses.row_filter {
        let help = "leave it out, or give readers a view that filters";
        faults.push(not_built("the row filter", filter.origin.span(), help));
    }
    if let Some(format) = clauses.format.as_ref().filter(|format| !format.text.matches("delta")) {
        let what = format!("the format `{}`", format.text.as_str());
        faults.push(not_built(&what, format.origin.span(), "tables of a pipeline are Delta tables"));
    }
    if let Some(collation) = clauses.collation.as_ref().filter(|name| !name.text.matches("UTF8_BINARY")) {
        let what = format!("the collation `{}`", collation.text.as_str());
        faults.push(not_built(&what, collation.origin.span(), "compare `lower(…)` instead"));
    }
    faults
}

/// What is told of clauses without effect.
pub(crate) fn lints(dataset: &Dataset) -> Vec<Diagnostic> {
    let Some(definition) = dataset.definition() else { return Vec::new() };
    let name = dataset.name.last().as_str();
    let clauses = &definition.clauses;
    let told =
        |title: String, span: Span| Diagnostic::warning(Condition::LAKESMITH_UNUSUAL, title).at(span, "no effect");
    let location = clauses.location.as_ref().map(|(_, span)| {
        told(format!("LOCATION of `{name}` has no effect: tables lie in the warehouse"), *span)
            .help("the setting `spark.sql.warehouse.dir` names its folder")
    });
    let schedule = clauses.schedule.as_ref().map(|(_, span)| {
        told(format!("the schedule of `{name}` has no effect: `lakesmith run` is one update of all datasets"), *span)
    });
    location.into_iter().chain(schedule).collect()
}

/// Whether a table of the dataset computes columns.
pub(crate) fn computes_columns(dataset: &Dataset) -> bool {
    let columns = dataset.definition().and_then(|definition| definition.columns.as_deref());
    columns.into_iter().flatten().any(|column| column.generated.is_some())
}

/// The query of a flow with the columns that its table computes. Those in `given` the query gives too: its values must be the computed
/// ones.
pub(crate) fn with_computed(query: &Relation, dataset: &Dataset, given: &[Identifier]) -> Option<Relation> {
    let columns = dataset.definition()?.columns.as_deref()?;
    let mut expressions: Vec<Expression> = columns.iter().filter_map(|column| computed(column, given)).collect();
    if expressions.is_empty() {
        return None;
    }
    let except = given.iter().filter(|given| columns.iter().any(|c| c.generated.is_some() && c.name.text == **given));
    let except = except.map(|given| vec![name(given, &query.origin)]).collect();
    let all = ExpressionKind::Star { target: Vec::new(), except, plan_id: None };
    expressions.insert(0, Expression::new(all, query.origin.clone()));
    let project = RelationKind::Project { input: query.clone(), expressions };
    Some(Relation::new(project, query.origin.clone()))
}

fn computed(column: &ColumnDefinition, given: &[Identifier]) -> Option<Expression> {
    let value = column.generated.as_ref()?.value.clone();
    let origin = value.origin.clone();
    let value = match column.data_type.clone() {
        Some(data_type) => {
            let cast = ExpressionKind::Cast { child: Box::new(value), data_type, mode: CastMode::Session };
            Expression::new(cast, origin.clone())
        }
        None => value,
    };
    let value = if given.contains(&column.name.text) { checked(column, value, &origin) } else { value };
    let names = vec![name(&column.name.text, &origin)];
    Some(Expression::new(ExpressionKind::Alias { child: Box::new(value), names, metadata: None }, origin))
}

/// The computed value where the given one is the same, and an error of the row otherwise.
fn checked(column: &ColumnDefinition, value: Expression, origin: &Origin) -> Expression {
    let parts = vec![name(&column.name.text, origin)];
    let given = ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false };
    let given = Expression::new(given, origin.clone());
    let text = column.generated.as_ref().map_or("", |generated| generated.text.as_str());
    let told = format!("column `{}` was given a value that is not `{text}`", column.name.text);
    let told = Expression::new(ExpressionKind::Literal(Literal::String(told)), origin.clone());
    let is_same = Expression::call("<=>", vec![given, value.clone()], origin.clone());
    let error = Expression::call("raise_error", vec![told], origin.clone());
    Expression::call("when", vec![is_same, value, error], origin.clone())
}

fn name(text: &Identifier, origin: &Origin) -> NamePart {
    NamePart { text: text.clone(), origin: origin.clone() }
}
