//! Rows that come several times, because each element of a list makes one.
//!
//! DataFusion goes on to take a key of groups for one of such rows, and drops what it then thinks can change nothing: DISTINCT,
//! further keys of GROUP BY, further keys of ORDER BY. So the columns of a key are hidden from it beneath the list.

use datafusion::common::tree_node::TreeNode;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::prelude::Column;
use lakesmith_diagnostic::Origin;
use lakesmith_functions::{Typed, kernel};
use lakesmith_unresolved::Literal;

use crate::literal::literal;
use crate::project::typed;
use crate::resolver::Resolver;
use crate::scope::ScopeColumn;

impl Resolver<'_> {
    /// Columns of a plan, which are no key for what reads them.
    pub(crate) fn without_keys(
        &mut self,
        plan: &LogicalPlan,
        columns: &[ScopeColumn],
        origin: &Origin,
    ) -> Option<Vec<Expr>> {
        let schema = plan.schema();
        let keys = schema.functional_dependencies().iter().flat_map(|key| key.source_indices.iter().copied());
        let keys: Vec<usize> = keys.collect();
        // DISTINCT becomes a GROUP BY of all its columns, but later
        let is_distinct = plan.exists(|node| Ok(matches!(node, LogicalPlan::Distinct(_)))).unwrap_or(true);
        let hidden = columns.iter().map(|column| {
            let name = column.attribute.internal();
            let place = schema.maybe_index_of_column(&Column::new_unqualified(&name));
            if !is_distinct && !place.is_some_and(|place| keys.contains(&place)) {
                return Some(column.attribute.column());
            }
            Some(self.settle(kernel::fence(typed(column)), origin)?.expr.alias(name))
        });
        hidden.collect()
    }

    /// Each row as often as it says: the columns as they are beneath, and as they are above.
    pub(crate) fn repeated(
        &mut self,
        rows: LogicalPlan,
        [beneath, above]: [Vec<Expr>; 2],
        times: Typed,
        origin: &Origin,
    ) -> Option<LogicalPlan> {
        let one = self.settle(literal(&Literal::Long(1)), origin)?;
        let list = self.builtin("sequence", vec![one, times], origin)?;
        let name = format!("times#{}", self.number());
        let listed = beneath.into_iter().chain([list.expr.alias(&name)]);
        let repeated = LogicalPlanBuilder::from(rows)
            .project(listed.collect::<Vec<_>>())
            .and_then(|plan| plan.unnest_column(Column::new_unqualified(&name)))
            .and_then(|plan| plan.project(above));
        self.built(repeated, origin)
    }
}
