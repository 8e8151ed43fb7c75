//! [`peeled`]: what a question about the rows of a plan does not depend on is taken off the plan's top, and its filters are
//! made conditions of the question.

use datafusion::common::Result;
use datafusion::logical_expr::utils::split_conjunction_owned;
use datafusion::logical_expr::{Distinct, Expr, FetchType, LogicalPlan, SkipType};
use lakesmith_functions::guard;

use super::answer::through;
use super::outer;

/// What is asked about a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Peel {
    /// Whether there are rows, of which values.
    Existence,
    /// Its rows, each as often as the plan has it.
    Rows,
}

/// A plan, the conditions on its rows, and the values that are asked for.
pub(super) struct Peeled {
    pub plan: LogicalPlan,
    pub predicates: Vec<Expr>,
    pub members: Vec<Expr>,
}

/// What is asked about `plan` and the values of `members` has the same answer for those rows of the result for which all
/// predicates hold.
pub(super) fn peeled(plan: &LogicalPlan, members: Vec<Expr>, peel: Peel) -> Result<Peeled> {
    let is_existence = peel == Peel::Existence;
    let mut peeled = Peeled { plan: plan.clone(), predicates: Vec::new(), members };
    loop {
        let beneath = match &peeled.plan {
            LogicalPlan::Projection(projection) => {
                let moved = |expr: &Expr| through(expr.clone(), projection);
                let predicates = peeled.predicates.iter().map(moved).collect::<Result<Vec<_>>>()?;
                let members = peeled.members.iter().map(moved).collect::<Result<Vec<_>>>()?;
                if predicates.iter().chain(&members).any(is_fixed) {
                    return Ok(peeled);
                }
                let beneath = projection.input.clone();
                (peeled.predicates, peeled.members) = (predicates, members);
                beneath
            }
            LogicalPlan::Filter(filter) => {
                peeled.predicates.extend(split_conjunction_owned(filter.predicate.clone()));
                filter.input.clone()
            }
            LogicalPlan::Sort(sort) if is_existence && sort.fetch.is_none() => sort.input.clone(),
            LogicalPlan::Distinct(Distinct::All(input)) if is_existence => input.clone(),
            LogicalPlan::Limit(limit) if is_existence && peeled.members.is_empty() && peeled.predicates.is_empty() => {
                match (limit.get_skip_type()?, limit.get_fetch_type()?) {
                    (SkipType::Literal(0), FetchType::Literal(fetch)) if fetch != Some(0) => limit.input.clone(),
                    _ => return Ok(peeled),
                }
            }
            _ => return Ok(peeled),
        };
        peeled.plan = beneath.as_ref().clone();
    }
}

/// Whether an expression has to be computed where it stands.
fn is_fixed(expr: &Expr) -> bool {
    expr.is_volatile() || outer::as_own(expr.clone()).map_or(true, |own| guard::can_fail(&own))
}
