//! GROUP BY: keys (positions, aliases, expressions) and aggregates are computed first; the SELECT list, HAVING and ORDER BY
//! are then written over them.

use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, GroupingSet, LogicalPlan, LogicalPlanBuilder};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::float::one_zero;
use lakesmith_functions::{Typed, guard};
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::expression::{Expression, ExpressionKind};
use lakesmith_unresolved::relation::{Aggregate, GroupKind};

use crate::project::{Block, GlobalGroup, Order, Output, holds_aggregate};
use crate::resolver::{Planned, Resolver};
use crate::scope::{Found, Scope, ScopeColumn};

/// Keys and aggregates, and the columns that hold them once computed.
struct Computed {
    keys: Vec<(Expr, Expr)>,
    aggregates: Vec<(Expr, Expr)>,
}

impl Resolver<'_> {
    /// A block with GROUP BY.
    pub(crate) fn groups(&mut self, block: &Block<'_>, aggregate: &Aggregate, outer: &Scope<'_>) -> Option<Planned> {
        match &aggregate.kind {
            GroupKind::GroupBy | GroupKind::All => {}
            GroupKind::Rollup | GroupKind::Cube | GroupKind::GroupingSets(_) => {}
            GroupKind::Product(_) => return self.not_built("several ROLLUP, CUBE or GROUPING SETS", block.origin),
            GroupKind::Pivot { .. } => return self.not_built("pivot", block.origin),
        }
        let input = self.relation(&aggregate.input, outer)?;
        let input = self.with_time_window(input, aggregate.keys.iter().chain(&aggregate.outputs), outer)?;
        let scope = Scope { outer: Some(outer), aggregates: true, ..Scope::of(&input.columns) };
        let expressions: Vec<Expression> = match aggregate.outputs_hold_keys {
            true => aggregate.outputs.clone(),
            false => aggregate.keys.iter().chain(&aggregate.outputs).cloned().collect(),
        };
        let outputs = self.outputs(&expressions, &scope);
        let keys = match (&aggregate.kind, &outputs) {
            (GroupKind::All, Some(outputs)) => {
                let plain = outputs.iter().filter(|output| !holds_aggregate(&output.value.expr));
                Some(plain.map(|output| output.value.clone()).collect())
            }
            (GroupKind::All, None) => None,
            (_, outputs) => self.keys(&aggregate.keys, outputs.as_deref(), &scope),
        };
        let (mut outputs, keys) = (outputs?, keys?);
        let sets = self.sets(&aggregate.kind, &keys, &outputs, &scope)?;
        if sets.is_some() {
            // a row of a larger group has no value of the keys that the group lacks
            outputs.iter_mut().for_each(|output| output.value.nullable = true);
        }
        self.grouped(block, GlobalGroup { outputs, keys, sets, input }, outer)
    }

    /// The sets of keys, by their numbers, that rows are grouped by; nothing for a plain GROUP BY.
    fn sets(
        &mut self,
        kind: &GroupKind,
        keys: &[Typed],
        outputs: &[Output],
        scope: &Scope<'_>,
    ) -> Option<Option<Vec<Vec<usize>>>> {
        let all = keys.len();
        Some(match kind {
            GroupKind::Rollup => Some((0..=all).rev().map(|kept| (0..kept).collect()).collect()),
            GroupKind::Cube if all <= 12 => {
                let chosen = |set: usize| (0..all).filter(|key| set >> (all - 1 - key) & 1 == 1).collect();
                Some((0..1usize << all).rev().map(chosen).collect())
            }
            GroupKind::Cube => return self.not_built("CUBE of more than 12 keys", &Origin::Unknown),
            GroupKind::GroupingSets(written) => {
                let mut sets = Vec::new();
                for set in written {
                    let members = self.keys(set, Some(outputs), scope)?;
                    let numbers =
                        members.iter().filter_map(|member| keys.iter().position(|key| key.expr == member.expr));
                    sets.push(numbers.collect());
                }
                Some(sets)
            }
            _ => None,
        })
    }

    fn keys(&mut self, keys: &[Expression], outputs: Option<&[Output]>, scope: &Scope<'_>) -> Option<Vec<Typed>> {
        let scope = Scope { aggregates: false, ..*scope };
        let mut values = Vec::new();
        for key in keys {
            if let Some(outputs) = outputs
                && let Some(index) = self.ordinal(key, outputs.len(), Condition::GROUP_BY_POS_OUT_OF_RANGE)?
            {
                if holds_aggregate(&outputs[index].value.expr) {
                    let diagnostic =
                        Diagnostic::error(Condition::GROUP_BY_AGGREGATE, "GROUP BY means an aggregate by its position");
                    return self.refuse(diagnostic, &key.origin, "an aggregate");
                }
                values.push(Some(outputs[index].value.clone()));
                continue;
            }
            let alias = match (&key.kind, outputs) {
                (ExpressionKind::Attribute { parts, plan_id, .. }, Some(outputs)) if parts.len() == 1 => {
                    match scope.find(parts, *plan_id) {
                        Found::Nothing => outputs.iter().find(|output| output.name == parts[0].text),
                        _ => None,
                    }
                }
                _ => None,
            };
            values.push(match alias {
                Some(output) => Some(output.value.clone()),
                None => self.expression(key, &scope),
            });
        }
        values.into_iter().collect()
    }

    /// Computes keys and aggregates, then HAVING, the SELECT list and ORDER BY over them.
    pub(crate) fn grouped(&mut self, block: &Block<'_>, group: GlobalGroup, outer: &Scope<'_>) -> Option<Planned> {
        let GlobalGroup { input, mut outputs, keys, sets } = group;
        let aliases: Vec<_> = outputs.iter().map(|output| (output.name.clone(), output.value.clone())).collect();
        let scope = Scope { outer: Some(outer), aggregates: true, aliases: &aliases, ..Scope::of(&input.columns) };
        let mut having = match block.having {
            Some(condition) => Some(self.condition(condition, &scope, "HAVING")?),
            None => None,
        };
        let mut filter = match block.qualify {
            Some(condition) => Some(self.condition(condition, &scope, "QUALIFY")?),
            None => None,
        };
        let mut orders = self.order_keys(block, &outputs, &scope)?;

        let mut computed = Computed { keys: Vec::new(), aggregates: Vec::new() };
        let mut grouped_by = Vec::new();
        let mut fallible = Vec::new();
        for key in keys {
            let attribute = self.attribute("key", &key);
            if guard::can_fail(&key.expr) || sets.is_some() {
                fallible.push((key.expr.clone(), key.data_type.clone()));
            }
            if !computed.keys.iter().any(|(known, _)| *known == key.expr) {
                computed.keys.push((key.expr.clone(), attribute.column()));
                grouped_by.push((self.settle(one_zero(key), block.origin)?.expr, attribute.column()));
            }
        }
        let exprs = outputs.iter().map(|output| &output.value.expr).chain(&having).chain(&filter);
        for expr in exprs.chain(orders.iter().map(|(value, _)| &value.expr)).cloned().collect::<Vec<_>>() {
            self.collect_aggregates(&expr, &mut computed);
        }
        let plan = self.fenced_keys(input.plan, &fallible, &computed, &grouped_by, block.origin)?;
        let named = |(expr, column): &(Expr, Expr)| match column {
            Expr::Column(column) => expr.clone().alias(column.name.clone()),
            _ => expr.clone(),
        };
        let has_sets = sets.is_some();
        let builder = LogicalPlanBuilder::from(plan);
        let group_exprs: Vec<Expr> = match fallible.is_empty() {
            true => grouped_by.iter().map(named).collect(),
            // computed beneath
            false => computed.keys.iter().map(|(_, column)| column.clone()).collect(),
        };
        let group_exprs = match sets {
            None => group_exprs,
            Some(sets) => {
                let columns =
                    |set: Vec<usize>| set.into_iter().filter_map(|key| group_exprs.get(key).cloned()).collect();
                vec![Expr::GroupingSet(GroupingSet::GroupingSets(sets.into_iter().map(columns).collect()))]
            }
        };
        let aggregates = computed.aggregates.iter().map(|(expr, column)| {
            let over_keys = self.over_keys(expr, &computed.keys, has_sets, block.origin)?;
            Some(named(&(over_keys, column.clone())))
        });
        let aggregate_exprs = aggregates.collect::<Option<Vec<Expr>>>()?;
        let builder = if group_exprs.is_empty() && aggregate_exprs.is_empty() {
            builder.limit(0, Some(1))
        } else {
            builder.aggregate(group_exprs, aggregate_exprs)
        };
        let mut plan = self.built(builder, block.origin)?;

        let mut complete = true;
        for output in &mut outputs {
            match self.over_groups(&output.value.expr, &computed, &input.columns, &output.origin) {
                Some(expr) => output.value.expr = expr,
                None => complete = false,
            }
            output.source = None;
        }
        for (value, order) in &mut orders {
            value.expr = self.over_groups(&value.expr, &computed, &input.columns, &order.child.origin)?;
        }
        if let (Some(condition), Some(written)) = (having.take(), block.having) {
            let condition = self.over_groups(&condition, &computed, &input.columns, &written.origin)?;
            plan = self.filtered_plan(plan, condition, &written.origin)?;
        }
        if let (Some(condition), Some(written)) = (filter.take(), block.qualify) {
            filter = Some(self.over_groups(&condition, &computed, &input.columns, &written.origin)?);
        }
        let order = Order { filter, keys: orders, all: block.order_all };
        if complete { self.finish_block(plan, outputs, order, block.origin) } else { None }
    }

    /// Computes the keys beneath the aggregation when one of them can fail, so that no filter on a key moves below it.
    fn fenced_keys(
        &mut self,
        plan: LogicalPlan,
        fallible: &[(Expr, SparkType)],
        computed: &Computed,
        grouped_by: &[(Expr, Expr)],
        origin: &Origin,
    ) -> Option<LogicalPlan> {
        if fallible.is_empty() {
            return Some(plan);
        }
        let mut exprs: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
        for ((key, column), (grouped, _)) in computed.keys.iter().zip(grouped_by) {
            let fenced = match fallible.iter().find(|(expr, _)| expr == key) {
                Some((_, data_type)) => self.settle(guard::fenced(grouped.clone(), data_type), origin)?,
                None => grouped.clone(),
            };
            if let Expr::Column(column) = column {
                exprs.push(fenced.alias(column.name.clone()));
            }
        }
        self.built(LogicalPlanBuilder::from(plan).project(exprs), origin)
    }

    fn collect_aggregates(&mut self, expr: &Expr, computed: &mut Computed) {
        // the closure never fails
        let _ = expr.apply(|node| {
            if !matches!(node, Expr::AggregateFunction(_)) {
                return Ok(TreeNodeRecursion::Continue);
            }
            if !computed.aggregates.iter().any(|(known, _)| known == node) {
                let name = format!("aggregate#{}", self.number());
                let column = datafusion::prelude::Column::new_unqualified(name);
                computed.aggregates.push((node.clone(), Expr::Column(column)));
            }
            Ok(TreeNodeRecursion::Jump)
        });
    }

    /// The expression over computed keys and aggregates; a fault when it needs another column of the input.
    fn over_groups(
        &mut self,
        expr: &Expr,
        computed: &Computed,
        columns: &[ScopeColumn],
        origin: &Origin,
    ) -> Option<Expr> {
        let mut loose = None;
        let replaced = expr.clone().transform_down(|node| {
            let known = computed.keys.iter().chain(&computed.aggregates).find(|(expr, _)| *expr == node);
            if let Some((_, column)) = known {
                return Ok(Transformed::new(column.clone(), true, TreeNodeRecursion::Jump));
            }
            if let Expr::Column(column) = &node {
                loose.get_or_insert_with(|| column.name.clone());
            }
            Ok(Transformed::no(node))
        });
        if let Some(internal) = loose {
            let own = columns.iter().find(|column| column.attribute.internal() == internal);
            let name = own.map_or(internal.as_str(), |column| column.attribute.name.as_str());
            let title = format!("column `{name}` is neither grouped by nor inside an aggregate function");
            let diagnostic = Diagnostic::error(Condition::MISSING_AGGREGATION, title)
                .help(format!("add `{name}` to GROUP BY, or write `any_value({name})`"));
            return self.refuse(diagnostic, origin, "not grouped");
        }
        replaced.ok().map(|replaced| replaced.data)
    }
}
