//! One subquery of a node: the join that answers it, and the column that has the answer.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, JoinType, Result, not_impl_err};
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::expr::{Exists, InSubquery};
use datafusion::logical_expr::{
    Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Subquery, is_not_false, lit, not, scalar_subquery,
};
use lakesmith_functions::guard;

use super::outer::{self, is_correlated, names_outer};
use super::peel::{Peel, Peeled, peeled};
use super::unnest::{Unnested, Unnesting, present_or};
use crate::recursion::reads_step;
use crate::resolver::Resolver;

/// The rows of a subquery and when one of them belongs to a row of the input.
struct Meeting {
    input: LogicalPlan,
    rows: LogicalPlan,
    on: Vec<Expr>,
}

/// What is asked about the rows of EXISTS or IN.
struct Asked {
    plan: LogicalPlan,
    /// The values of IN.
    values: Vec<Expr>,
    negated: bool,
}

impl Resolver<'_> {
    /// The rows of the input for which EXISTS or IN holds.
    pub(super) fn kept(&mut self, input: LogicalPlan, condition: Expr) -> Result<LogicalPlan> {
        let asked = asked(condition)?;
        let asked = Asked { plan: self.attached(asked.plan)?, ..asked };
        if let Some(answer) = self.once(&asked)? {
            return LogicalPlanBuilder::from(input).filter(answer)?.build();
        }
        if let Some((plan, answer)) = self.absence(&input, &asked)? {
            return LogicalPlanBuilder::from(plan).filter(answer)?.build();
        }
        let kind = if asked.negated { JoinType::LeftAnti } else { JoinType::LeftSemi };
        let Meeting { input, rows, on } = self.meeting(input, asked)?;
        LogicalPlanBuilder::from(input).join_on(rows, kind, on)?.build()
    }

    /// The input with what the answer of a subquery is made of, and the answer.
    pub(super) fn answer(&mut self, input: LogicalPlan, subquery: Expr) -> Result<(LogicalPlan, Expr)> {
        if let Expr::ScalarSubquery(subquery) = subquery {
            let plan = self.attached(subquery.subquery.as_ref().clone())?;
            return match is_correlated(&plan) || reads_step(&plan) {
                true => self.value(input, plan),
                false => Ok((input, scalar(plan))),
            };
        }
        let asked = asked(subquery)?;
        let asked = Asked { plan: self.attached(asked.plan)?, ..asked };
        if let Some(answer) = self.once(&asked)? {
            return Ok((input, answer));
        }
        if let Some(answered) = self.absence(&input, &asked)? {
            return Ok(answered);
        }
        let negated = asked.negated;
        let meeting = self.meeting(input, asked)?;
        let (plan, mark) = self.marked(meeting)?;
        Ok((plan, if negated { not(mark) } else { mark }))
    }

    /// The input with a column that says whether a row meets another.
    fn marked(&mut self, meeting: Meeting) -> Result<(LogicalPlan, Expr)> {
        let own: Vec<Expr> = meeting.input.schema().columns().into_iter().map(Expr::Column).collect();
        let joined = LogicalPlanBuilder::from(meeting.input).join_on(meeting.rows, JoinType::LeftMark, meeting.on)?;
        let name = format!("exists#{}", self.number());
        let mark = joined.schema().columns().pop().map(|column| Expr::Column(column).alias(&name));
        let plan = joined.project(own.into_iter().chain(mark))?.build()?;
        Ok((plan, Expr::Column(Column::new_unqualified(name))))
    }

    /// The answer of EXISTS that is the same for all rows.
    fn once(&mut self, asked: &Asked) -> Result<Option<Expr>> {
        if !asked.values.is_empty() {
            return Ok(None);
        }
        let Peeled { plan, predicates, .. } = peeled(&asked.plan, Vec::new(), Peel::Existence)?;
        if let LogicalPlan::Aggregate(aggregate) = &plan
            && aggregate.group_expr.is_empty()
            && predicates.is_empty()
        {
            return Ok(Some(lit(!asked.negated)));
        }
        if is_correlated(&asked.plan) || reads_step(&asked.plan) {
            return Ok(None);
        }
        let one = LogicalPlanBuilder::from(asked.plan.clone()).limit(0, Some(1))?;
        let counted = one.aggregate(Vec::<Expr>::new(), [count(lit(1i64)).alias(format!("rows#{}", self.number()))])?;
        let rows = scalar(counted.build()?);
        Ok(Some(if asked.negated { rows.eq(lit(0i64)) } else { rows.gt(lit(0i64)) }))
    }

    /// NOT IN of one value among rows that name nothing of the query around: a join by equality and two counts, because a join by
    /// "equal or NULL" would compare each row with each.
    fn absence(&mut self, input: &LogicalPlan, asked: &Asked) -> Result<Option<(LogicalPlan, Expr)>> {
        let ([value], true, false) = (asked.values.as_slice(), asked.negated, is_correlated(&asked.plan)) else {
            return Ok(None);
        };
        let member = asked.plan.schema().columns().swap_remove(0);
        let member_nullable = asked.plan.schema().field(0).is_nullable();
        let value_nullable = value.nullable(input.schema())?;
        if !member_nullable && !value_nullable {
            return Ok(None);
        }
        let on = vec![value.clone().eq(Expr::Column(member.clone()))];
        let meeting = Meeting { input: input.clone(), rows: asked.plan.clone(), on };
        let (plan, met) = self.marked(meeting)?;
        let names = [format!("rows#{}", self.number()), format!("present#{}", self.number())];
        let counts = [count(lit(1i64)).alias(&names[0]), count(Expr::Column(member)).alias(&names[1])];
        let counted = LogicalPlanBuilder::from(asked.plan.clone()).aggregate(Vec::<Expr>::new(), counts)?.build()?;
        let plan = LogicalPlanBuilder::from(plan).cross_join(counted)?.build()?;
        let [rows, present] = names.map(|name| Expr::Column(Column::new_unqualified(name)));
        let sure = value.clone().is_not_null().and(rows.clone().eq(present)).and(not(met));
        Ok(Some((plan, rows.eq(lit(0i64)).or(sure))))
    }

    /// How the rows of EXISTS or IN meet those of the input.
    fn meeting(&mut self, input: LogicalPlan, asked: Asked) -> Result<Meeting> {
        let members: Vec<Expr> =
            asked.plan.schema().columns().into_iter().take(asked.values.len()).map(Expr::Column).collect();
        let Peeled { plan, predicates, members } = peeled(&asked.plan, members, Peel::Existence)?;
        let (input, rows, mut on, members) = if is_correlated(&plan) {
            let (input, plan) = self.with_outer_values(input, asked.plan.clone())?;
            let mut unnesting = Unnesting { resolver: self, input: input.clone() };
            let unnested = unnesting.whole(&plan)?;
            let on = keys_of(&unnested, &input)?;
            let members = asked.plan.schema().columns().into_iter().take(asked.values.len()).map(Expr::Column);
            (input, unnested.plan, on, members.collect())
        } else {
            let (outer, own): (Vec<Expr>, Vec<Expr>) = predicates.into_iter().partition(names_outer);
            let rows = match own.into_iter().reduce(Expr::and) {
                Some(own) => LogicalPlanBuilder::from(plan).filter(own)?.build()?,
                None => plan,
            };
            let on = outer.into_iter().map(outer::as_own).collect::<Result<Vec<_>>>()?;
            let members: Vec<Expr> = members.into_iter().map(outer::as_own).collect::<Result<_>>()?;
            (input, rows, on, members)
        };
        // the optimizer takes no input without columns
        let rows = match rows.schema().fields().is_empty() {
            true => {
                LogicalPlanBuilder::from(rows).project([lit(true).alias(format!("row#{}", self.number()))])?.build()?
            }
            false => rows,
        };
        let both = input.schema().join(rows.schema())?;
        for (value, member) in asked.values.into_iter().zip(members) {
            let is_sure = !value.nullable(&both)? && !member.nullable(&both)?;
            let same = value.eq(member);
            // to NOT IN, what may be the same is the same
            on.push(if asked.negated && !is_sure { is_not_false(same) } else { same });
        }
        if on.is_empty() {
            on.push(lit(true));
        }
        Ok(Meeting { input, rows, on })
    }

    /// The value that a subquery has for each row of the input.
    fn value(&mut self, input: LogicalPlan, plan: LogicalPlan) -> Result<(LogicalPlan, Expr)> {
        let mut value = Expr::Column(plan.schema().columns().swap_remove(0));
        let mut core = &plan;
        // what is computed from outer columns and an aggregation, which has one row, or from no table, is computed for each row of
        // the input; what is computed from an aggregation alone, for each of its rows
        while let LogicalPlan::Projection(projection) = core {
            value = through(value, projection)?;
            core = projection.input.as_ref();
        }
        match core {
            LogicalPlan::EmptyRelation(empty) if empty.produce_one_row => {
                let columns: Vec<Expr> = input.schema().columns().into_iter().map(Expr::Column).collect();
                let name = format!("value#{}", self.number());
                let value = outer::as_own(value)?.alias(&name);
                let plan = LogicalPlanBuilder::from(input).project(columns.into_iter().chain([value]))?.build()?;
                Ok((plan, Expr::Column(Column::new_unqualified(name))))
            }
            LogicalPlan::Aggregate(aggregate)
                if aggregate.group_expr.is_empty() && !outer::named_by(&value).is_empty() =>
            {
                self.joined_value(input, core.clone(), value)
            }
            _ => {
                let value = Expr::Column(plan.schema().columns().swap_remove(0));
                self.joined_value(input, plan, value)
            }
        }
    }

    /// The input with the value of an expression over the one row that a plan has for each of its rows.
    fn joined_value(&mut self, input: LogicalPlan, plan: LogicalPlan, value: Expr) -> Result<(LogicalPlan, Expr)> {
        let own: Vec<Expr> = input.schema().columns().into_iter().map(Expr::Column).collect();
        let (input, plan) = self.with_outer_values(input, plan)?;
        let mut unnesting = Unnesting { resolver: self, input: input.clone() };
        let unnested = unnesting.unnested(&plan)?;
        let on = keys_of(&unnested, &input)?;
        let mark = Column::new_unqualified(format!("present#{}", self.number()));
        let mut columns: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
        columns.extend(unnested.key_columns());
        columns.push(lit(true).alias(&mark.name));
        let rows = LogicalPlanBuilder::from(unnested.plan).project(columns)?.build()?;
        let on = if on.is_empty() { vec![lit(true)] } else { on };
        let joined = LogicalPlanBuilder::from(input).join_on(rows, JoinType::Left, on)?;
        let value = match unnested.absent {
            None => outer::as_own(value)?,
            Some(absent) => {
                let chosen = absent.into_iter().map(|(column, otherwise)| {
                    let otherwise = outer::as_own(otherwise)?;
                    // a row that the join does not find is NULL by itself
                    let value = match guard::is_null_constant(otherwise.clone()) {
                        true => Expr::Column(column.clone()),
                        false => present_or(&mark, Expr::Column(column.clone()), otherwise)?,
                    };
                    Ok((column, value))
                });
                let chosen = chosen.collect::<Result<Vec<_>>>()?;
                let choose = |wanted: &Column| {
                    chosen.iter().find(|(column, _)| column == wanted).map(|(_, value)| value.clone())
                };
                outer::as_own(outer::with_columns(value, &choose)?)?
            }
        };
        let name = format!("value#{}", self.number());
        let plan = joined.project(own.into_iter().chain([value.alias(&name)]))?.build()?;
        Ok((plan, Expr::Column(Column::new_unqualified(name))))
    }

    /// Computes what a subquery computes from outer columns alone beside them, so that it compares single columns.
    pub(super) fn with_outer_values(
        &mut self,
        input: LogicalPlan,
        plan: LogicalPlan,
    ) -> Result<(LogicalPlan, LogicalPlan)> {
        let mut computed: Vec<(Expr, String)> = Vec::new();
        let plan = plan.transform_up(|node| {
            node.map_expressions(|expr| {
                let name = expr.schema_name().to_string();
                let replaced = expr.transform_down(|node| self.outer_value(node, &mut computed))?;
                let is_named = replaced.data.schema_name().to_string() == name;
                Ok(if is_named || !replaced.transformed {
                    replaced
                } else {
                    replaced.update_data(|new| new.alias(name))
                })
            })
        })?;
        if computed.is_empty() {
            return Ok((input, plan.data));
        }
        let own: Vec<Expr> = input.schema().columns().into_iter().map(Expr::Column).collect();
        let values = computed.into_iter().map(|(expr, name)| Ok(outer::as_own(expr)?.alias(name)));
        let columns = own.into_iter().map(Ok).chain(values).collect::<Result<Vec<_>>>()?;
        Ok((LogicalPlanBuilder::from(input).project(columns)?.build()?, plan.data))
    }

    fn outer_value(&mut self, node: Expr, computed: &mut Vec<(Expr, String)>) -> Result<Transformed<Expr>> {
        let is_leaf = matches!(node, Expr::OuterReferenceColumn(..) | Expr::Alias(_) | Expr::Literal(..));
        let is_foreign = |part: &Expr| {
            Ok(matches!(
                part,
                Expr::Column(_)
                    | Expr::AggregateFunction(_)
                    | Expr::WindowFunction(_)
                    | Expr::ScalarSubquery(_)
                    | Expr::InSubquery(_)
                    | Expr::Exists(_)
            ))
        };
        if is_leaf || !names_outer(&node) || node.exists(is_foreign)? || node.is_volatile() {
            return Ok(Transformed::no(node));
        }
        // no join compares maps
        if fails(&node) && !names_map(&node) {
            return Ok(Transformed::no(node));
        }
        let name = match computed.iter().find(|(known, _)| *known == node) {
            Some((_, name)) => name.clone(),
            None => format!("outer#{}", self.number()),
        };
        let empty = DFSchema::empty();
        let field = datafusion::arrow::datatypes::Field::new(&name, node.get_type(&empty)?, node.nullable(&empty)?);
        let column = Expr::OuterReferenceColumn(field.into(), Column::new_unqualified(&name));
        if computed.iter().all(|(_, known)| *known != name) {
            computed.push((node, name));
        }
        Ok(Transformed::new(column, true, TreeNodeRecursion::Jump))
    }
}

/// Whether an expression names an outer column that is a MAP.
fn names_map(expr: &Expr) -> bool {
    let is_map = |node: &Expr| match node {
        Expr::OuterReferenceColumn(field, _) => Ok(matches!(field.data_type(), DataType::Map(..))),
        _ => Ok(false),
    };
    expr.exists(is_map).unwrap_or(true)
}

/// Whether computing an expression over outer columns can end in an error.
fn fails(expr: &Expr) -> bool {
    // what names no column counts as a constant there
    outer::as_own(expr.clone()).map_or(true, |own| guard::can_fail(&own))
}

/// The conditions under which rows belong to a row of the input.
pub(super) fn keys_of(unnested: &Unnested, input: &LogicalPlan) -> Result<Vec<Expr>> {
    let mut on = Vec::new();
    for (name, key) in &unnested.keys {
        let is_present = !input.schema().field_with_unqualified_name(name)?.is_nullable();
        on.extend(key.is(Expr::Column(Column::new_unqualified(name)), is_present));
    }
    Ok(on)
}

/// An expression over a projection's columns as one over its input's.
pub(super) fn through(expr: Expr, projection: &datafusion::logical_expr::Projection) -> Result<Expr> {
    let columns = projection.schema.columns();
    outer::with_columns(expr, &|wanted| {
        let at = columns.iter().position(|column| column == wanted || column.name == wanted.name)?;
        Some(projection.expr[at].clone().unalias_nested().data)
    })
}

fn asked(subquery: Expr) -> Result<Asked> {
    match subquery {
        Expr::Exists(Exists { subquery, negated }) => {
            Ok(Asked { plan: subquery.subquery.as_ref().clone(), values: Vec::new(), negated })
        }
        Expr::InSubquery(InSubquery { expr, subquery, negated }) => {
            let plan = subquery.subquery.as_ref().clone();
            let values = match (*expr, plan.schema().fields().len()) {
                (Expr::ScalarFunction(call), columns) if columns > 1 => call.args,
                (value, _) => vec![value],
            };
            Ok(Asked { plan, values, negated })
        }
        other => not_impl_err!("{other} as a subquery"),
    }
}

/// The columns of the input that a subquery is about.
pub(super) fn host_columns(subquery: &Expr) -> Vec<Column> {
    let (plan, value): (&Subquery, Option<&Expr>) = match subquery {
        Expr::Exists(exists) => (&exists.subquery, None),
        Expr::InSubquery(within) => (&within.subquery, Some(&within.expr)),
        Expr::ScalarSubquery(subquery) => (subquery, None),
        _ => return Vec::new(),
    };
    let outer = outer::named_in(&plan.subquery).into_iter().map(Column::new_unqualified);
    outer.chain(value.into_iter().flat_map(|value| value.column_refs().into_iter().cloned())).collect()
}

fn scalar(plan: LogicalPlan) -> Expr {
    scalar_subquery(std::sync::Arc::new(plan))
}
