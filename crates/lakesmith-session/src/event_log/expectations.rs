//! The expectations inside the events' `details`, as rows.

use datafusion::common::{Result, UnnestOptions, internal_datafusion_err};
use datafusion::functions::core::expr_fn::get_field;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use datafusion::prelude::Column;
use lakesmith_functions::{Typed, event};
use lakesmith_unresolved::SparkType;

/// The list of expectations inside the plan.
const LIST: &str = "expectations#";

/// One row for each expectation of each event: the event's own columns, then those of the expectation.
pub(super) fn flatten(plan: LogicalPlanBuilder, own: Vec<Expr>, details: Expr) -> Result<LogicalPlanBuilder> {
    let expectations = event::expectations(Typed::new(details, SparkType::STRING))
        .map_err(|fault| internal_datafusion_err!("{}", fault.title))?;
    let column = |name: &str| Expr::Column(Column::new_unqualified(name));
    let names: Vec<String> = own.iter().map(|expr| expr.schema_name().to_string()).collect();
    let listed = plan.project(own.into_iter().chain([expectations.expr.alias(LIST)]))?;
    let options = UnnestOptions::new().with_preserve_nulls(false);
    let rows = listed.unnest_column_with_options(Column::new_unqualified(LIST), options)?;
    let kept = names.iter().map(|name| column(name));
    let taken = event::FIELDS.iter().map(|name| get_field(column(LIST), *name).alias(*name));
    rows.project(kept.chain(taken).collect::<Vec<_>>())
}
