//! LATERAL: an input of a join that names columns of the input before it.

use std::sync::Arc;

use datafusion::common::{JoinType, Result};
use datafusion::logical_expr::{Expr, Join, LogicalPlan, LogicalPlanBuilder, lit};

use super::answer::{keys_of, through};
use super::outer::{self, is_correlated, names_outer};
use super::peel::{Peel, Peeled, peeled};
use super::unnest::Unnesting;
use crate::resolver::Resolver;

impl Resolver<'_> {
    /// A join whose right input is computed for each row of the left one.
    pub(super) fn lateral(&mut self, join: Join) -> Result<LogicalPlan> {
        let left = join.left.as_ref().clone();
        let right = match Arc::unwrap_or_clone(join.right) {
            LogicalPlan::Subquery(subquery) => subquery.subquery.as_ref().clone(),
            other => other,
        };
        let columns: Vec<Expr> = join.schema.columns().into_iter().map(Expr::Column).collect();
        let condition = join.filter.filter(|filter| *filter != lit(true));
        if let Some(plan) = self.computed_beside(&left, &right, join.join_type, condition.as_ref())? {
            return Ok(plan);
        }
        let (left, rows, mut on) = match self.met_directly(&right)? {
            Some((rows, on)) => (left, rows, on),
            None => {
                let (left, right) = self.with_outer_values(left, right)?;
                let mut unnesting = Unnesting { resolver: self, input: left.clone() };
                let unnested = unnesting.whole(&right)?;
                let on = keys_of(&unnested, &left)?;
                (left, unnested.plan, on)
            }
        };
        on.extend(condition);
        let joined = match (join.join_type, on.is_empty()) {
            (JoinType::Inner, true) => LogicalPlanBuilder::from(left).cross_join(rows)?,
            (kind, true) => LogicalPlanBuilder::from(left).join_on(rows, kind, [lit(true)])?,
            (kind, false) => LogicalPlanBuilder::from(left).join_on(rows, kind, on)?,
        };
        joined.project(columns)?.build()
    }

    /// The left input with the columns of a right one that reads no table.
    fn computed_beside(
        &mut self,
        left: &LogicalPlan,
        right: &LogicalPlan,
        kind: JoinType,
        condition: Option<&Expr>,
    ) -> Result<Option<LogicalPlan>> {
        let columns = right.schema().columns();
        let mut values: Vec<Expr> = columns.iter().cloned().map(Expr::Column).collect();
        let mut core = right;
        while let LogicalPlan::Projection(projection) = core {
            values = values.into_iter().map(|value| through(value, projection)).collect::<Result<_>>()?;
            core = projection.input.as_ref();
        }
        let is_row = matches!(core, LogicalPlan::EmptyRelation(empty) if empty.produce_one_row);
        if !is_row || (kind != JoinType::Inner && condition.is_some()) {
            return Ok(None);
        }
        let mut exprs: Vec<Expr> = left.schema().columns().into_iter().map(Expr::Column).collect();
        for (value, column) in values.into_iter().zip(columns) {
            exprs.push(outer::as_own(value)?.alias(column.name));
        }
        let plan = LogicalPlanBuilder::from(left.clone()).project(exprs)?;
        match condition {
            Some(condition) => plan.filter(condition.clone())?.build().map(Some),
            None => plan.build().map(Some),
        }
    }

    /// The rows of a right input that is rows of a table for which conditions hold, and those conditions.
    fn met_directly(&mut self, right: &LogicalPlan) -> Result<Option<(LogicalPlan, Vec<Expr>)>> {
        let columns = right.schema().columns();
        let members = columns.iter().cloned().map(Expr::Column).collect();
        let Peeled { plan, predicates, members } = peeled(right, members, Peel::Rows)?;
        if is_correlated(&plan) || members.iter().any(names_outer) {
            return Ok(None);
        }
        let (outer, own): (Vec<Expr>, Vec<Expr>) = predicates.into_iter().partition(names_outer);
        let mut rows = LogicalPlanBuilder::from(plan);
        if let Some(own) = own.into_iter().reduce(Expr::and) {
            rows = rows.filter(own)?;
        }
        let kept: Vec<Expr> = rows.schema().columns().into_iter().map(Expr::Column).collect();
        let named = members.into_iter().zip(columns).filter(|(member, column)| *member != Expr::Column(column.clone()));
        let named: Vec<Expr> = named.map(|(member, column)| member.alias(column.name)).collect();
        let rows = if named.is_empty() { rows } else { rows.project(kept.into_iter().chain(named))? };
        let on = outer.into_iter().map(outer::as_own).collect::<Result<Vec<_>>>()?;
        Ok(Some((rows.build()?, on)))
    }
}
