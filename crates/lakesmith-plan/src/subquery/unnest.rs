//! [`Unnesting`]: a subquery's plan without outer columns. Their values become columns of the plan, its keys, and its rows for
//! some outer values are those with these keys.
//!
//! This is the unnesting of Neumann and Kemper: the domain, the distinct outer values, is joined to the plan's inputs and
//! travels up through every operator. Where the plan itself compares an outer column with one of its own, that column is
//! the key and no domain is needed; there are then rows for more values than the domain has, which nobody asks for.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, not_impl_err};
use datafusion::logical_expr::utils::split_conjunction_owned;
use datafusion::logical_expr::{
    Expr, Filter, LogicalPlan, LogicalPlanBuilder, Operator, Projection, Sort, SubqueryAlias, lit, when,
};
use datafusion::prelude::Column;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;

use super::key::{Key, Keys};
use super::outer::{self, is_correlated};
use crate::resolver::Resolver;

/// A plan without outer columns.
#[derive(Debug, Clone)]
pub(super) struct Unnested {
    pub plan: LogicalPlan,
    /// Where the plan has the values of the outer columns that it depends on.
    pub keys: Keys,
    /// The columns of the one row that belongs to keys of which the plan has no row, if there is one: that of an aggregation of
    /// no rows. Values may name outer columns.
    pub absent: Option<Vec<(Column, Expr)>>,
}

impl Unnested {
    pub fn free(plan: LogicalPlan) -> Self {
        Self { plan, keys: Keys::new(), absent: None }
    }

    /// An expression of the subquery over this plan.
    pub fn own(&self, expr: Expr) -> Result<Expr> {
        outer::replaced(expr, &|name| self.keys.get(name).map(Key::expr))
    }

    pub fn key_columns(&self) -> impl Iterator<Item = Expr> + '_ {
        self.keys.values().map(Key::expr)
    }
}

/// Takes the outer columns out of the plans of subqueries over one input.
pub(super) struct Unnesting<'a, 'k> {
    pub resolver: &'a mut Resolver<'k>,
    /// The rows that have the outer columns.
    pub input: LogicalPlan,
}

impl Unnesting<'_, '_> {
    pub fn unnested(&mut self, plan: &LogicalPlan) -> Result<Unnested> {
        if !is_correlated(plan) {
            return Ok(Unnested::free(plan.clone()));
        }
        match plan {
            LogicalPlan::Filter(filter) => self.filter(filter),
            LogicalPlan::Projection(projection) => self.projection(projection),
            LogicalPlan::Sort(sort) => {
                let input = self.whole(&sort.input)?;
                let expr = sort.expr.iter().map(|key| Ok(key.with_expr(input.own(key.expr.clone())?)));
                let expr = expr.collect::<Result<Vec<_>>>()?;
                let Unnested { plan, keys, absent } = input;
                let plan = LogicalPlan::Sort(Sort { expr, input: Arc::new(plan), fetch: sort.fetch });
                Ok(Unnested { plan, keys, absent })
            }
            LogicalPlan::SubqueryAlias(alias) => {
                let mut input = self.whole(&alias.input)?;
                let plan = SubqueryAlias::try_new(Arc::new(input.plan), alias.alias.clone())?;
                input.keys.values_mut().for_each(|key| key.column.relation = Some(alias.alias.clone()));
                Ok(Unnested { plan: LogicalPlan::SubqueryAlias(plan), keys: input.keys, absent: None })
            }
            LogicalPlan::Aggregate(aggregate) => self.aggregate(aggregate, plan),
            LogicalPlan::Window(window) => self.window(window, plan),
            LogicalPlan::Distinct(distinct) => self.distinct(distinct),
            LogicalPlan::Limit(limit) => self.limit(limit),
            LogicalPlan::Union(union) => self.union(union),
            LogicalPlan::Join(join) => self.join(join),
            LogicalPlan::Unnest(unnest) => {
                let Unnested { plan, keys, absent } = self.whole(&unnest.input)?;
                let builder = LogicalPlanBuilder::from(plan);
                let builder =
                    builder.unnest_columns_with_options(unnest.exec_columns.clone(), unnest.options.clone())?;
                Ok(Unnested { plan: builder.build()?, keys, absent })
            }
            other => not_impl_err!("a column of the query around a subquery in {}", other.display()),
        }
    }

    /// The plan with the rows of aggregations of no rows.
    pub fn whole(&mut self, plan: &LogicalPlan) -> Result<Unnested> {
        let unnested = self.unnested(plan)?;
        self.completed(unnested)
    }

    pub fn number(&mut self) -> u64 {
        self.resolver.number()
    }

    fn filter(&mut self, filter: &Filter) -> Result<Unnested> {
        let mut predicates = split_conjunction_owned(filter.predicate.clone());
        let mut input = &filter.input;
        while let LogicalPlan::Filter(beneath) = input.as_ref() {
            predicates.extend(split_conjunction_owned(beneath.predicate.clone()));
            input = &beneath.input;
        }
        let input = self.whole(input)?;
        self.filtered(input, predicates)
    }

    /// The rows for which predicates hold, that may name further outer columns.
    pub fn filtered(&mut self, mut input: Unnested, mut predicates: Vec<Expr>) -> Result<Unnested> {
        let wanted: BTreeSet<String> = outer::named_by_all(&predicates);
        let wanted: BTreeSet<String> = wanted.into_iter().filter(|name| !input.keys.contains_key(name)).collect();
        let found: Vec<(String, Equal)> = wanted
            .iter()
            .filter_map(|name| predicates.iter().enumerate().find_map(|(at, p)| equal(at, p, name, &input.plan)))
            .collect();
        if found.len() == wanted.len() && !wanted.is_empty() {
            let own = input.plan.schema().columns().into_iter().map(Expr::Column);
            let mut projected: Vec<Expr> = own.collect();
            let mut present = Vec::new();
            for (name, equal) in &found {
                let column = Column::new_unqualified(format!("key#{}", self.number()));
                projected.push(equal.value.clone().alias(&column.name));
                if !equal.null_is_null {
                    present.push(Expr::Column(column.clone()).is_not_null());
                }
                let (data_type, is_present) = (equal.data_type.clone(), !equal.null_is_null);
                input.keys.insert(name.clone(), Key { column, data_type, is_present });
            }
            let taken: BTreeSet<usize> = found.iter().map(|(_, equal)| equal.at).collect();
            let rest = predicates.into_iter().enumerate().filter(|(at, _)| !taken.contains(at));
            predicates = rest.map(|(_, predicate)| predicate).collect();
            input.plan = LogicalPlanBuilder::from(input.plan).project(projected)?.build()?;
            predicates.extend(present);
        } else if !wanted.is_empty() {
            input = self.widened(input, &wanted)?;
        }
        let predicates = predicates.into_iter().map(|predicate| input.own(predicate));
        let predicate = predicates.collect::<Result<Vec<_>>>()?.into_iter().reduce(Expr::and);
        if let Some(predicate) = predicate {
            input.plan = LogicalPlanBuilder::from(input.plan).filter(predicate)?.build()?;
        }
        Ok(input)
    }

    fn projection(&mut self, projection: &Projection) -> Result<Unnested> {
        let input = self.unnested(&projection.input)?;
        self.projection_of(input, projection)
    }

    /// A projection, that may name further outer columns, of the rows of its input.
    pub fn projection_of(&mut self, mut input: Unnested, projection: &Projection) -> Result<Unnested> {
        let wanted = outer::named_by_all(&projection.expr);
        let wanted: BTreeSet<String> = wanted.into_iter().filter(|name| !input.keys.contains_key(name)).collect();
        if !wanted.is_empty() {
            input = self.completed(input)?;
            input = self.widened(input, &wanted)?;
        }
        self.projected(input, projection)
    }

    /// The columns of a projection and the keys.
    fn projected(&mut self, input: Unnested, projection: &Projection) -> Result<Unnested> {
        let own = projection.expr.iter().map(|expr| Ok(outer::renamed(input.own(expr.clone())?, expr)));
        let mut exprs = own.collect::<Result<Vec<_>>>()?;
        exprs.extend(input.key_columns());
        let absent = match &input.absent {
            None => None,
            Some(values) => {
                let value = |wanted: &Column| {
                    values.iter().find(|(column, _)| column == wanted).map(|(_, value)| value.clone())
                };
                let columns = projection.schema.columns().into_iter().zip(&projection.expr);
                let values = columns.map(|(column, expr)| {
                    Ok((column, outer::with_columns(expr.clone().unalias_nested().data, &value)?))
                });
                Some(values.collect::<Result<Vec<_>>>()?)
            }
        };
        let plan = LogicalPlanBuilder::from(input.plan).project(exprs)?.build()?;
        Ok(Unnested { plan, keys: input.keys, absent })
    }

    /// The distinct values of outer columns, under new names.
    pub fn domain(&mut self, names: &BTreeSet<String>) -> Result<(LogicalPlan, Keys)> {
        let mut keys = Keys::new();
        let mut columns = Vec::new();
        for name in names {
            let field = self.input.schema().field_with_unqualified_name(name)?;
            let (data_type, is_present) = (field.data_type().clone(), !field.is_nullable());
            if holds_map(&data_type) {
                let condition =
                    Condition::UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_UNSUPPORTED_CORRELATED_REFERENCE_DATA_TYPE;
                let message = "a subquery names a column of the query around it that is a MAP".to_owned();
                return Err(DataError { condition, message }.into_datafusion());
            }
            let column = Column::new_unqualified(format!("outer#{}", self.number()));
            columns.push(Expr::Column(Column::new_unqualified(name)).alias(&column.name));
            keys.insert(name.clone(), Key { column, data_type, is_present });
        }
        let plan = LogicalPlanBuilder::from(self.input.clone()).project(columns)?.distinct()?.build()?;
        Ok((plan, keys))
    }

    /// The plan's rows for all values of further outer columns.
    pub fn widened(&mut self, input: Unnested, names: &BTreeSet<String>) -> Result<Unnested> {
        let all = input.keys.keys().chain(names).cloned().collect();
        let (domain, mut keys) = self.domain(&all)?;
        let mut on = Vec::new();
        for (name, known) in &input.keys {
            if let Some(key) = keys.remove(name) {
                on.extend(known.is(key.expr(), key.is_present));
            }
        }
        let builder = LogicalPlanBuilder::from(input.plan);
        let plan = match on.is_empty() {
            true => builder.cross_join(domain)?,
            false => builder.join_on(domain, datafusion::common::JoinType::Inner, on)?,
        };
        keys.extend(input.keys);
        Ok(Unnested { plan: plan.build()?, keys, absent: None })
    }

    /// The plan with its absent rows.
    pub fn completed(&mut self, input: Unnested) -> Result<Unnested> {
        let Some(values) = input.absent.clone() else { return Ok(input) };
        let mut names: BTreeSet<String> = input.keys.keys().cloned().collect();
        names.extend(outer::named_by_all(values.iter().map(|(_, value)| value)));
        let (domain, keys) = self.domain(&names)?;
        let mark = Column::new_unqualified(format!("present#{}", self.number()));
        let mut columns: Vec<Expr> = values.iter().map(|(column, _)| Expr::Column(column.clone())).collect();
        columns.extend(input.key_columns());
        columns.push(lit(true).alias(&mark.name));
        let rows = LogicalPlanBuilder::from(input.plan).project(columns)?.build()?;
        let same = |(name, key): (&String, &Key)| {
            keys.get(name).map_or_else(Vec::new, |outer| key.is(outer.expr(), outer.is_present))
        };
        let on: Vec<Expr> = input.keys.iter().flat_map(same).collect();
        let joined = LogicalPlanBuilder::from(domain).join_on(rows, datafusion::common::JoinType::Left, on)?;
        let mut projected = Vec::new();
        for (column, value) in values {
            let value = outer::replaced(value, &|name| keys.get(name).map(Key::expr))?;
            projected.push(present_or(&mark, Expr::Column(column.clone()), value)?.alias(&column.name));
        }
        projected.extend(keys.values().map(Key::expr));
        let plan = joined.project(projected)?.build()?;
        Ok(Unnested { plan, keys, absent: None })
    }
}

/// A value of a row that an outer join found, or another one where it found none.
pub(super) fn present_or(mark: &Column, value: Expr, otherwise: Expr) -> Result<Expr> {
    when(Expr::Column(mark.clone()).is_null(), otherwise).otherwise(value)
}

fn holds_map(data_type: &DataType) -> bool {
    match data_type {
        DataType::Map(..) => true,
        DataType::List(element) => holds_map(element.data_type()),
        DataType::Struct(fields) => fields.iter().any(|field| holds_map(field.data_type())),
        _ => false,
    }
}

/// A predicate by which an outer column is a value of the plan.
struct Equal {
    at: usize,
    value: Expr,
    data_type: DataType,
    null_is_null: bool,
}

fn equal(at: usize, predicate: &Expr, name: &str, plan: &LogicalPlan) -> Option<(String, Equal)> {
    use datafusion::logical_expr::ExprSchemable;
    let Expr::BinaryExpr(comparison) = predicate else { return None };
    let null_is_null = match comparison.op {
        Operator::Eq => false,
        Operator::IsNotDistinctFrom => true,
        _ => return None,
    };
    let sides = [(&comparison.left, &comparison.right), (&comparison.right, &comparison.left)];
    sides.into_iter().find_map(|(outer, value)| {
        let Expr::OuterReferenceColumn(field, column) = outer.as_ref() else { return None };
        let data_type = value.get_type(plan.schema()).ok()?;
        // the least and the greatest zero are equal and not the same
        let is_exact = !data_type.is_nested() && !data_type.is_floating();
        let fits = column.name == name && *field.data_type() == data_type && is_exact;
        (fits && outer::named_by(value).is_empty() && !value.is_volatile())
            .then(|| (name.to_owned(), Equal { at, value: value.as_ref().clone(), data_type, null_is_null }))
    })
}
