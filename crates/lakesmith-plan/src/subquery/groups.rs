//! Operators over many rows: what they compute for all rows becomes what they compute for the rows of each key.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::datatypes::Schema;
use datafusion::common::{DFSchema, Result, ScalarValue, not_impl_err};
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{
    Aggregate, Distinct, Expr, ExprFunctionExt, ExprSchemable, FetchType, GroupingSet, Limit, LogicalPlan,
    LogicalPlanBuilder, Projection, SkipType, Union, Window, WindowFrame, WindowFrameBound, WindowFrameUnits, lit,
};
use datafusion::physical_expr::aggregate::AggregateExprBuilder;
use datafusion::physical_expr::expressions::Literal;
use datafusion::prelude::Column;

use lakesmith_functions::{Typed, kernel};

use super::key::{Key, Keys};
use super::outer;
use super::unnest::{Unnested, Unnesting};

impl Unnesting<'_, '_> {
    pub fn aggregate(&mut self, aggregate: &Aggregate, plan: &LogicalPlan) -> Result<Unnested> {
        let input = self.whole(&aggregate.input)?;
        let keys: Vec<Expr> = input.key_columns().collect();
        let own = |expr: &Expr| Ok(outer::renamed(input.own(expr.clone())?, expr));
        let aggregates = aggregate.aggr_expr.iter().map(own).collect::<Result<Vec<_>>>()?;
        let mut groups = aggregate.group_expr.iter().map(own).collect::<Result<Vec<_>>>()?;
        match groups.as_mut_slice() {
            [Expr::GroupingSet(GroupingSet::GroupingSets(sets))] => {
                sets.iter_mut().for_each(|set| set.extend(keys.iter().cloned()));
            }
            _ => groups.extend(keys),
        }
        let absent = match aggregate.group_expr.is_empty() {
            false => None,
            true => {
                let columns = plan.schema().columns().into_iter().zip(&aggregate.aggr_expr);
                let values = columns.map(|(column, expr)| Ok((column, of_no_rows(expr, aggregate.input.schema())?)));
                Some(values.collect::<Result<Vec<_>>>()?)
            }
        };
        let plan = LogicalPlan::Aggregate(Aggregate::try_new(Arc::new(input.plan), groups, aggregates)?);
        Ok(Unnested { plan, keys: input.keys, absent })
    }

    pub fn window(&mut self, window: &Window, plan: &LogicalPlan) -> Result<Unnested> {
        let mut input = self.whole(&window.input)?;
        let mut wanted = outer::named_by_all(&window.window_expr);
        wanted.retain(|name| !input.keys.contains_key(name));
        if !wanted.is_empty() {
            input = self.widened(input, &wanted)?;
        }
        let keys: Vec<Expr> = input.key_columns().collect();
        let mut exprs = Vec::new();
        for expr in &window.window_expr {
            let mut expr = input.own(expr.clone().unalias())?;
            if let Expr::WindowFunction(call) = &mut expr {
                call.params.partition_by.extend(keys.iter().cloned());
            }
            exprs.push(expr);
        }
        // the plan above knows the values by the names of the old calls
        let old = plan.schema().columns();
        let (before, named) = old.split_at(old.len() - exprs.len());
        let mut projected: Vec<Expr> = before.iter().cloned().map(Expr::Column).collect();
        let values = exprs.iter().map(|expr| Expr::Column(Column::new_unqualified(expr.schema_name().to_string())));
        projected.extend(values.zip(named).map(|(value, name)| value.alias(&name.name)));
        projected.extend(keys);
        let plan = LogicalPlanBuilder::from(input.plan).window(exprs)?.project(projected)?.build()?;
        Ok(Unnested { plan, keys: input.keys, absent: None })
    }

    pub fn distinct(&mut self, distinct: &Distinct) -> Result<Unnested> {
        let Distinct::All(input) = distinct else {
            return not_impl_err!("a column of the query around a subquery beneath DISTINCT ON");
        };
        let own = input.schema().columns();
        let input = self.whole(input)?;
        let columns = own.into_iter().map(Expr::Column).chain(input.key_columns());
        let plan = LogicalPlanBuilder::from(input.plan.clone()).project(columns)?.distinct()?.build()?;
        Ok(Unnested { plan, ..input })
    }

    /// The first rows of each key, in the order of the Sort beneath.
    pub fn limit(&mut self, limit: &Limit) -> Result<Unnested> {
        let (SkipType::Literal(skip), FetchType::Literal(fetch)) = (limit.get_skip_type()?, limit.get_fetch_type()?)
        else {
            return not_impl_err!("a column of the query around a subquery beneath LIMIT of no constant");
        };
        let mut projections: Vec<&Projection> = Vec::new();
        let mut beneath = limit.input.as_ref();
        while let LogicalPlan::Projection(projection) = beneath {
            projections.push(projection);
            beneath = projection.input.as_ref();
        }
        let (sorted, order) = match beneath {
            LogicalPlan::Sort(sort) => (sort.input.as_ref(), sort.expr.clone()),
            _ => {
                projections.clear();
                (limit.input.as_ref(), Vec::new())
            }
        };
        let input = self.unnested(sorted)?;
        let mut input = match (&input.absent, skip, fetch) {
            // a row for each key, and no more
            (Some(_), 0, fetch) if fetch != Some(0) => input,
            _ => {
                let input = self.completed(input)?;
                let order = order.into_iter().map(|key| Ok(key.with_expr(input.own(key.expr.clone())?)));
                let order = order.collect::<Result<Vec<_>>>()?;
                self.first(input, order, (skip, fetch))?
            }
        };
        for projection in projections.into_iter().rev() {
            input = self.projection_of(input, projection)?;
        }
        Ok(input)
    }

    fn first(
        &mut self,
        input: Unnested,
        order: Vec<datafusion::logical_expr::SortExpr>,
        (skip, fetch): (usize, Option<usize>),
    ) -> Result<Unnested> {
        let Unnested { plan, keys, .. } = input;
        let start = WindowFrameBound::Preceding(ScalarValue::UInt64(None));
        let frame = WindowFrame::new_bounds(WindowFrameUnits::Rows, start, WindowFrameBound::CurrentRow);
        let call = row_number().partition_by(keys.values().map(Key::expr).collect()).order_by(order);
        let call = call.window_frame(frame).build()?;
        let name = call.schema_name().to_string();
        let number = Column::new_unqualified(format!("row#{}", self.number()));
        let own: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
        let numbered = own.iter().cloned().chain([Expr::Column(Column::new_unqualified(name)).alias(&number.name)]);
        let value = |rows: usize| lit(u64::try_from(rows).unwrap_or(u64::MAX));
        let mut kept = Expr::Column(number.clone()).gt(value(skip));
        if let Some(fetch) = fetch {
            kept = kept.and(Expr::Column(number).lt_eq(value(skip.saturating_add(fetch))));
        }
        let plan = LogicalPlanBuilder::from(plan).window([call])?.project(numbered.collect::<Vec<_>>())?;
        Ok(Unnested { plan: plan.filter(kept)?.project(own)?.build()?, keys, absent: None })
    }

    pub fn union(&mut self, union: &Union) -> Result<Unnested> {
        let inputs = union.inputs.iter().map(|input| Ok((input.schema().columns(), self.whole(input)?)));
        let inputs = inputs.collect::<Result<Vec<_>>>()?;
        let names: BTreeSet<String> = inputs.iter().flat_map(|(_, input)| input.keys.keys().cloned()).collect();
        let mut widened = Vec::new();
        for (own, input) in inputs {
            let wanted: BTreeSet<String> =
                names.iter().filter(|name| !input.keys.contains_key(*name)).cloned().collect();
            widened.push((own, if wanted.is_empty() { input } else { self.widened(input, &wanted)? }));
        }
        let some_nullable: BTreeSet<String> = widened.iter().flat_map(|(_, input)| nullable_keys(input)).collect();
        let mut keys = Keys::new();
        let mut branches = Vec::new();
        for (own, input) in widened {
            let nullable = nullable_keys(&input);
            let output = union.schema.fields().iter();
            let mut columns: Vec<Expr> =
                own.into_iter().zip(output).map(|(own, field)| Expr::Column(own).alias(field.name())).collect();
            for (name, key) in &input.keys {
                let common = keys.entry(name.clone()).or_insert_with(|| Key {
                    column: Column::new_unqualified(format!("key#{}", self.resolver.number())),
                    is_present: true,
                    ..key.clone()
                });
                common.is_present &= key.is_present;
                let differs = some_nullable.contains(name) && !nullable.contains(name);
                let value = if differs { maybe_null(key)? } else { key.expr() };
                columns.push(value.alias(&common.column.name));
            }
            branches.push(Arc::new(LogicalPlanBuilder::from(input.plan).project(columns)?.build()?));
        }
        let plan = LogicalPlan::Union(Union::try_new_with_loose_types(branches)?);
        Ok(Unnested { plan, keys, absent: None })
    }
}

/// The outer columns whose keys the plan takes for columns that may be NULL.
fn nullable_keys(input: &Unnested) -> BTreeSet<String> {
    let nullable = |key: &Key| key.expr().nullable(input.plan.schema()).unwrap_or(true);
    input.keys.iter().filter(|(_, key)| nullable(key)).map(|(name, _)| name.clone()).collect()
}

/// A key in a call that counts as NULL at times: inputs of UNION agree on that, or a plan is not read back as it was written.
fn maybe_null(key: &Key) -> Result<Expr> {
    let Ok(data_type) = lakesmith_engine::arrow_type::to_spark(&key.data_type) else { return Ok(key.expr()) };
    let fenced = kernel::fence(Typed::new(key.expr(), data_type));
    Ok(fenced.map_or_else(|_| key.expr(), |fenced| fenced.expr))
}

/// What an aggregate gives for no rows.
fn of_no_rows(aggregate: &Expr, schema: &DFSchema) -> Result<Expr> {
    let Expr::AggregateFunction(call) = aggregate.clone().unalias_nested().data else {
        return not_impl_err!("`{aggregate}` beneath a column of the query around a subquery");
    };
    let mut values = Vec::new();
    for argument in &call.params.args {
        let value = match argument {
            Expr::Literal(value, _) => value.clone(),
            other => ScalarValue::try_from(&other.get_type(schema)?)?,
        };
        values.push(Arc::new(Literal::new(value)) as _);
    }
    let empty = Arc::new(Schema::empty());
    let mut built = AggregateExprBuilder::new(Arc::clone(&call.func), values).schema(empty).alias("value");
    if call.params.distinct {
        built = built.distinct();
    }
    let value = built.build()?.create_accumulator()?.evaluate()?;
    Ok(lit(value))
}
