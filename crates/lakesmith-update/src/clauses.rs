//! Clauses of a dataset that its table does not honour: those that would change what it holds or shows are refused by name, the
//! others are told of. Columns that are `GENERATED ALWAYS AS` are computed here, from the other columns of their row.

use lakesmith_base::Identifier;
use lakesmith_diagnostic::source::Span;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_graph::Dataset;
use lakesmith_unresolved::expression::{CastMode, Expression, ExpressionKind, NamePart};
use lakesmith_unresolved::pipeline::ColumnDefinition;
use lakesmith_unresolved::{Relation, RelationKind};

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

/// The query of a flow with the columns that its table computes.
pub(crate) fn with_computed(query: &Relation, dataset: &Dataset) -> Option<Relation> {
    let columns = dataset.definition()?.columns.as_deref()?;
    let mut expressions: Vec<Expression> = columns.iter().filter_map(computed).collect();
    if expressions.is_empty() {
        return None;
    }
    let all = ExpressionKind::Star { target: Vec::new(), except: Vec::new(), plan_id: None };
    expressions.insert(0, Expression::new(all, query.origin.clone()));
    let project = RelationKind::Project { input: query.clone(), expressions };
    Some(Relation::new(project, query.origin.clone()))
}

fn computed(column: &ColumnDefinition) -> Option<Expression> {
    let value = column.generated.as_ref()?.value.clone();
    let origin = value.origin.clone();
    let value = match column.data_type.clone() {
        Some(data_type) => {
            let cast = ExpressionKind::Cast { child: Box::new(value), data_type, mode: CastMode::Session };
            Expression::new(cast, origin.clone())
        }
        None => value,
    };
    let names = vec![name(&column.name.text, &origin)];
    Some(Expression::new(ExpressionKind::Alias { child: Box::new(value), names, metadata: None }, origin))
}

fn name(text: &Identifier, origin: &Origin) -> NamePart {
    NamePart { text: text.clone(), origin: origin.clone() }
}
