//! Joins within subqueries: each side has the keys that it depends on, and rows meet where the keys of both are the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::common::{JoinType, NullEquality, Result, not_impl_err};
use datafusion::logical_expr::utils::split_conjunction_owned;
use datafusion::logical_expr::{Expr, Join, LogicalPlan};

use super::outer;
use super::unnest::{Unnested, Unnesting};

impl Unnesting<'_, '_> {
    pub fn join(&mut self, join: &Join) -> Result<Unnested> {
        let (left, right) = (self.whole(&join.left)?, self.whole(&join.right)?);
        let conditions = join.filter.clone().map_or_else(Vec::new, split_conjunction_owned);
        match join.join_type {
            JoinType::Inner => {
                let (outer, own) = conditions.into_iter().partition(outer::names_outer);
                let mut keys = right.keys.clone();
                keys.extend(left.keys.clone());
                let plan = met(join, &left, &right, own)?;
                self.filtered(Unnested { plan, keys, absent: None }, outer)
            }
            JoinType::Left | JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark => {
                let left = self.covering(left, &right, &conditions)?;
                let conditions = conditions.into_iter().map(|condition| left.own(condition));
                let plan = met(join, &left, &right, conditions.collect::<Result<_>>()?)?;
                Ok(Unnested { plan, keys: left.keys, absent: None })
            }
            JoinType::Right => {
                let right = self.covering(right, &left, &conditions)?;
                let conditions = conditions.into_iter().map(|condition| right.own(condition));
                let plan = met(join, &left, &right, conditions.collect::<Result<_>>()?)?;
                Ok(Unnested { plan, keys: right.keys, absent: None })
            }
            other => not_impl_err!("a column of the query around a subquery in a {other} join"),
        }
    }

    /// The side whose rows are all kept, for all outer columns that the other side and the conditions depend on.
    fn covering(&mut self, kept: Unnested, other: &Unnested, conditions: &[Expr]) -> Result<Unnested> {
        let mut wanted: BTreeSet<String> = outer::named_by_all(conditions);
        wanted.extend(other.keys.keys().cloned());
        wanted.retain(|name| !kept.keys.contains_key(name));
        if wanted.is_empty() { Ok(kept) } else { self.widened(kept, &wanted) }
    }
}

fn met(join: &Join, left: &Unnested, right: &Unnested, mut conditions: Vec<Expr>) -> Result<LogicalPlan> {
    let mut on = join.on.clone();
    for (name, key) in &left.keys {
        match right.keys.get(name) {
            // such a join takes no other equality as a condition
            Some(other) if join.null_equality == NullEquality::NullEqualsNull => on.push((key.expr(), other.expr())),
            Some(other) => conditions.extend(other.is(key.expr(), key.is_present)),
            None => {}
        }
    }
    let filter = conditions.into_iter().reduce(Expr::and);
    let (left, right) = (Arc::new(left.plan.clone()), Arc::new(right.plan.clone()));
    let (kind, constraint) = (join.join_type, join.join_constraint);
    let joined = Join::try_new(left, right, on, filter, kind, constraint, join.null_equality, join.null_aware)?;
    Ok(LogicalPlan::Join(joined))
}
