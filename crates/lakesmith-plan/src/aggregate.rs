//! GROUP BY: keys (positions, aliases, expressions) and aggregates are computed first; the SELECT list, HAVING and ORDER BY
//! are then written over them.

use datafusion::common::ScalarValue;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{self, Expr, GroupingSet, LogicalPlan, LogicalPlanBuilder, lit};
use datafusion::prelude::Column;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_engine::arrow_type::to_arrow;
use lakesmith_functions::{Fault, Typed, guard, kernel, normal};
use lakesmith_unresolved::expression::{Expression, ExpressionKind, NamePart};
use lakesmith_unresolved::relation::{Aggregate, GroupKind};
use lakesmith_unresolved::{Literal, SparkType};

use crate::frame::constant;
use crate::literal::literal;
use crate::output_name::named_outputs;
use crate::pipe::grouping_call;
use crate::project::{Block, GlobalGroup, Order, Output, holds_aggregate};
use crate::resolver::{Planned, Resolver};
use crate::same_value::is_same;
use crate::scope::{Found, Scope, ScopeColumn};
use crate::subquery::asks;
use crate::subquery::host::{about_groups, aggregates_around};

/// Keys and aggregates, and the columns that hold them once computed.
struct Computed {
    keys: Vec<(Expr, Expr)>,
    aggregates: Vec<(Expr, Expr)>,
}

/// Where an expression over groups stands.
#[derive(Clone, Copy)]
enum Place {
    /// In the SELECT list.
    List,
    /// In HAVING, QUALIFY or ORDER BY.
    Clause,
}

impl Resolver<'_> {
    /// A block with GROUP BY.
    pub(crate) fn groups(&mut self, block: &Block<'_>, aggregate: &Aggregate, outer: &Scope<'_>) -> Option<Planned> {
        if let GroupKind::Pivot { .. } = aggregate.kind {
            return self.not_built("pivot", block.origin);
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
            (GroupKind::All, Some(outputs)) if is_all_named(outputs, &scope) => {
                self.keys(&[all_as_name(block.origin)], Some(outputs), &scope)
            }
            (GroupKind::All, Some(outputs)) => {
                self.outputs_without_window(outputs)?;
                let plain = outputs.iter().filter(|output| !holds_aggregate(&output.value.expr));
                let plain: Vec<Typed> = plain.map(|output| output.value.clone()).collect();
                self.check_all(outputs, &plain)?;
                Some(plain)
            }
            (GroupKind::All, None) => None,
            (_, outputs) => {
                self.check_positions(aggregate)?;
                self.keys(&aggregate.keys, outputs.as_deref(), &scope)
            }
        };
        let (mut outputs, mut keys) = (outputs?, keys?);
        let written = std::mem::take(&mut keys);
        for key in written {
            if !keys.iter().any(|known: &Typed| is_same(&known.expr, &key.expr)) {
                keys.push(key);
            }
        }
        let sets = self.key_sets(aggregate, &keys, &outputs, &scope)?;
        if sets.is_some() {
            // a row of a larger group has no value of the keys that the group lacks
            let is_key = |node: &Expr| Ok(keys.iter().any(|key| is_same(&key.expr, node)));
            let of_keys = outputs.iter_mut().filter(|output| {
                !holds_aggregate(&output.value.expr) && output.value.expr.exists(is_key).unwrap_or(true)
            });
            of_keys.for_each(|output| output.value.nullable = true);
        }
        if sets.is_some() && keys.iter().any(|key| self.is_session(&key.expr)) {
            return self.not_built("`session_window` in ROLLUP, CUBE and GROUPING SETS", block.origin);
        }
        let plan = self.with_merged_sessions(input.plan, &keys, block.origin)?;
        self.grouped(block, GlobalGroup { outputs, keys, sets, input: Planned { plan, ..input } }, outer)
    }

    /// Notes an output of GROUP BY ALL from which nothing can be grouped: the only one, of columns beside an aggregate.
    fn check_all(&mut self, outputs: &[Output], keys: &[Typed]) -> Option<()> {
        let loose = |output: &&Output| holds_column_beside_aggregate(&output.value.expr);
        match outputs.iter().find(loose).filter(|_| keys.is_empty()) {
            None => Some(()),
            Some(output) => {
                let title = "GROUP BY ALL cannot tell what to group by";
                let diagnostic = Diagnostic::error(Condition::UNRESOLVED_ALL_IN_GROUP_BY, title);
                self.refuse(diagnostic.help("name the columns in GROUP BY"), &output.origin, "column and aggregate")
            }
        }
    }

    /// Notes an output of GROUP BY ALL that would be a key and holds a window.
    fn outputs_without_window(&mut self, outputs: &[Output]) -> Option<()> {
        let is_window = |node: &Expr| Ok(matches!(node, Expr::WindowFunction(_)));
        let holds_window = |output: &&Output| output.value.expr.exists(is_window).unwrap_or(false);
        let keys = outputs.iter().filter(|output| !holds_aggregate(&output.value.expr));
        let Some(output) = keys.into_iter().find(holds_window) else { return Some(()) };
        let title = "GROUP BY ALL would group by a window function";
        let diagnostic = Diagnostic::error(Condition::UNSUPPORTED_EXPR_FOR_OPERATOR, title)
            .help("compute it over aggregates, or in a query around this one");
        self.refuse(diagnostic, &output.origin, "")
    }

    /// Notes positions in GROUP BY beside `*` in the SELECT list.
    fn check_positions(&mut self, aggregate: &Aggregate) -> Option<()> {
        let is_star = |output: &Expression| matches!(output.kind, ExpressionKind::Star { .. });
        let position = aggregate.keys.iter().find(|key| constant(key).is_some());
        match position.filter(|_| aggregate.outputs.iter().any(is_star)) {
            None => Some(()),
            Some(key) => {
                let title = "GROUP BY has a position, and the SELECT list has `*`";
                let diagnostic = Diagnostic::error(Condition::STAR_GROUP_BY_POS, title);
                self.refuse(diagnostic.help("name the columns"), &key.origin, "position")
            }
        }
    }

    pub(crate) fn keys(
        &mut self,
        keys: &[Expression],
        outputs: Option<&[Output]>,
        scope: &Scope<'_>,
    ) -> Option<Vec<Typed>> {
        let named = outputs.map_or_else(Vec::new, named_outputs);
        let scope = Scope { aggregates: false, aliases: &named, ..*scope };
        self.keys_without_window(keys.iter(), "GROUP BY")?;
        let mut values = Vec::new();
        for key in keys {
            if let Some(outputs) = outputs
                && let Some(index) = self.ordinal(key, outputs.len(), Condition::GROUP_BY_POS_OUT_OF_RANGE)?
            {
                if holds_aggregate(&outputs[index].value.expr) {
                    let title = "GROUP BY means an aggregate by its position";
                    let diagnostic = Diagnostic::error(Condition::GROUP_BY_POS_AGGREGATE, title);
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
                Some(output) if holds_aggregate(&output.value.expr) => {
                    let title = "GROUP BY means an aggregate by its name";
                    let diagnostic = Diagnostic::error(Condition::GROUP_BY_AGGREGATE, title);
                    return self.refuse(diagnostic, &key.origin, "an aggregate");
                }
                Some(output) => Some(output.value.clone()),
                None => self.expression(key, &scope),
            });
        }
        values.into_iter().collect()
    }

    /// Computes keys and aggregates, then HAVING, the SELECT list and ORDER BY over them.
    pub(crate) fn grouped(&mut self, block: &Block<'_>, group: GlobalGroup, outer: &Scope<'_>) -> Option<Planned> {
        let GlobalGroup { input, mut outputs, keys, sets } = group;
        let aliases = named_outputs(&outputs);
        let plain = Scope { outer: Some(outer), aggregates: true, aliases: &aliases, ..Scope::of(&input.columns) };
        let key_exprs: Vec<Expr> = keys.iter().map(|key| key.expr.clone()).collect();
        let scope = Scope { aliases_first: true, keys: &key_exprs, ..plain };
        let mut having = match block.having {
            Some(condition) => {
                self.without_window(condition, "HAVING")?;
                Some(self.condition(condition, &Scope { is_having: true, ..scope }, "HAVING")?)
            }
            None => None,
        };
        let mut filter = match block.qualify {
            Some(condition) => {
                self.without_aggregate(condition)?;
                Some(self.condition(condition, &scope, "QUALIFY")?)
            }
            None => None,
        };
        let mut orders = self.order_keys(block, &outputs, &scope)?;

        self.checked_groups(&outputs, &keys, &orders, block.origin)?;

        // one group without any key, whose keys are all NULL
        let is_total = sets.as_ref().is_some_and(|sets| !sets.is_empty() && sets.iter().all(Vec::is_empty));
        // the group of no key several times: as many rows, and none where there is nothing to group
        let times = sets.as_ref().filter(|_| is_total).map_or(1, Vec::len);
        if times > 1 {
            let clauses = block.having.into_iter().chain(block.orders.iter().map(|order| &order.child));
            if let Some(clause) = clauses.into_iter().find(|clause| grouping_call(clause).is_some()) {
                return self.no_sets(&clause.origin);
            }
        }
        let mut computed = Computed { keys: Vec::new(), aggregates: Vec::new() };
        let mut fallible = Vec::new();
        // a key that no set has is NULL in all groups
        let is_absent = |at: usize| sets.as_ref().is_some_and(|sets| sets.iter().all(|set| !set.contains(&at)));
        for (at, key) in keys.into_iter().enumerate() {
            let attribute = self.attribute("key", &key);
            self.keep_declared(&key.expr, &attribute);
            let normal = self.settle(normal::normal(key.clone()), block.origin)?;
            if !is_total && !is_absent(at) && (guard::can_fail(&key.expr) || sets.is_some() || normal.expr != key.expr)
            {
                fallible.push((key.expr.clone(), normal));
            }
            if !computed.keys.iter().any(|(known, _)| *known == key.expr) {
                let column = if is_total || is_absent(at) { null_of(&key.data_type) } else { attribute.column() };
                computed.keys.push((key.expr, column));
            }
        }
        let exprs = outputs.iter().map(|output| &output.value.expr).chain(&having).chain(&filter);
        for expr in exprs.chain(orders.iter().map(|(value, _)| &value.expr)).cloned().collect::<Vec<_>>() {
            self.collect_aggregates(&expr, &mut computed);
        }
        if is_total {
            let keys: Vec<Expr> = computed.keys.iter().map(|(key, _)| key.clone()).collect();
            for (aggregate, column) in &mut computed.aggregates {
                if let Some(value) = self.over_nothing(aggregate, &keys, block.origin)? {
                    *column = value;
                }
            }
        }
        // a key that is the same in all rows is not so in the groups of sets, where it may be NULL; a fence hides it from the planner
        let fence = if sets.is_some() { fence } else { guard::fenced };
        let plan = self.fenced_keys(input.plan, &fallible, fence, &mut computed, block.origin)?;
        let named = |(expr, column): &(Expr, Expr)| match column {
            Expr::Column(column) => expr.clone().alias(column.name.clone()),
            _ => expr.clone(),
        };
        // a single set without keys is one group, even of no rows; among others it has none then
        let sets = sets.filter(|sets| sets.iter().any(|set| !set.is_empty()));
        let (has_sets, has_total) = (sets.is_some(), sets.iter().flatten().any(Vec::is_empty));
        let builder = LogicalPlanBuilder::from(plan);
        let group_exprs: Vec<Expr> = match fallible.is_empty() {
            _ if is_total => Vec::new(),
            true => computed.keys.iter().map(named).collect(),
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
        let asked = computed.aggregates.iter().filter(|(_, column)| matches!(column, Expr::Column(_)));
        let aggregates = asked.map(|(expr, column)| {
            let over_keys = self.over_keys(expr, &computed.keys, has_sets, block.origin)?;
            Some(named(&(over_keys, column.clone())))
        });
        let aggregate_exprs = aggregates.collect::<Option<Vec<Expr>>>()?;
        // without keys there is one group, even of no rows
        let (mut aggregate_exprs, counted) = (aggregate_exprs, format!("rows#{}", self.number()));
        if has_total || times > 1 {
            aggregate_exprs.push(count(lit(1i64)).alias(&counted));
        }
        let aggregate_exprs = match group_exprs.is_empty() && aggregate_exprs.is_empty() {
            true => vec![count(lit(1i64)).alias(counted.clone())],
            false => aggregate_exprs,
        };
        let builder = builder.aggregate(group_exprs, aggregate_exprs);
        let mut plan = self.built(builder, block.origin)?;
        if has_sets {
            // a column of DataFusion's own, which is gone once it has made `grouping` of it
            let columns = plan.schema().columns().into_iter();
            let own =
                columns.filter(|column| column.name != logical_expr::Aggregate::INTERNAL_GROUPING_ID).map(Expr::Column);
            let own: Vec<Expr> = own.collect();
            plan = self.built(LogicalPlanBuilder::from(plan).project(own), block.origin)?;
        }
        if has_total || times > 1 {
            let some = Expr::Column(Column::new_unqualified(counted)).gt(lit(0i64));
            plan = self.built(LogicalPlanBuilder::from(plan).filter(some), block.origin)?;
        }
        if times > 1 {
            let times = i64::try_from(times).unwrap_or(i64::MAX);
            let times = self.settle(literal(&Literal::Long(times)), block.origin)?;
            let own: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
            plan = self.repeated(plan, [own.clone(), own], times, block.origin)?;
        }

        let mut complete = true;
        for output in &mut outputs {
            match self.over_groups(&output.value.expr, &computed, &input.columns, &output.origin, Place::List) {
                Some(expr) => output.value.expr = expr,
                None => complete = false,
            }
            if has_sets || is_total {
                // a key of several sets is another column than that of the input
                output.source = None;
            }
        }
        for (value, order) in &mut orders {
            let origin = &order.child.origin;
            value.expr = self.over_groups(&value.expr, &computed, &input.columns, origin, Place::Clause)?;
        }
        if let (Some(condition), Some(written)) = (having.take(), block.having) {
            let origin = &written.origin;
            let condition = self.over_groups(&condition, &computed, &input.columns, origin, Place::Clause)?;
            plan = self.filtered_plan(plan, condition, &written.origin)?;
        }
        if let (Some(condition), Some(written)) = (filter.take(), block.qualify) {
            let origin = &written.origin;
            filter = Some(self.over_groups(&condition, &computed, &input.columns, origin, Place::Clause)?);
        }
        let order = Order { filter, keys: orders, all: block.order_all };
        if complete { self.finish_block(plan, outputs, order, block.origin) } else { None }
    }

    /// Computes the keys beneath the aggregation when one of them can fail, so that no filter on a key moves below it, and when
    /// it is grouped by in another form than it is written.
    fn fenced_keys(
        &mut self,
        plan: LogicalPlan,
        fallible: &[(Expr, Typed)],
        fence: fn(Expr, &SparkType) -> Result<Expr, Fault>,
        computed: &mut Computed,
        origin: &Origin,
    ) -> Option<LogicalPlan> {
        if fallible.is_empty() {
            return Some(plan);
        }
        let mut exprs: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
        for (key, column) in &computed.keys {
            let fenced = match fallible.iter().find(|(expr, _)| expr == key) {
                Some((_, normal)) => self.settle(fence(normal.expr.clone(), &normal.data_type), origin)?,
                None => key.clone(),
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
            if asks(node) {
                for aggregate in aggregates_around(node) {
                    self.collect_aggregates(&aggregate, computed);
                }
            }
            if !matches!(node, Expr::AggregateFunction(_)) {
                return Ok(TreeNodeRecursion::Continue);
            }
            if !computed.aggregates.iter().any(|(known, _)| known == node) {
                let name = format!("aggregate#{}", self.number());
                let column = Column::new_unqualified(name);
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
        place: Place,
    ) -> Option<Expr> {
        let mut loose = None;
        let find = |node: &Expr| {
            let mut known = computed.keys.iter().chain(&computed.aggregates);
            known.find(|(expr, _)| is_same(expr, node)).map(|(_, column)| column.clone())
        };
        let replaced = expr.clone().transform_down(|node| {
            if let Some(column) = find(&node) {
                return Ok(Transformed::new(column, true, TreeNodeRecursion::Jump));
            }
            // a key may be the beginning of a chain of additions
            if let Some([before, whole]) = kernel::unchained(&node)
                && begins_with_key(&before, &computed.keys)
            {
                return Ok(Transformed::yes(whole));
            }
            let node = about_groups(node, &find, &mut loose)?;
            if let Expr::Column(column) = &node {
                loose.get_or_insert_with(|| column.name.clone());
            }
            Ok(Transformed::no(node))
        });
        if let Some(internal) = loose {
            let own = columns.iter().find(|column| column.attribute.internal() == internal);
            let name = own.map_or(internal.as_str(), |column| column.attribute.name.as_str());
            let condition = match place {
                // only the SELECT list is there to name a column of
                Place::Clause => Condition::UNRESOLVED_COLUMN_WITH_SUGGESTION,
                Place::List if computed.keys.is_empty() => Condition::MISSING_GROUP_BY,
                Place::List => Condition::MISSING_AGGREGATION,
            };
            let title = format!("column `{name}` is neither grouped by nor inside an aggregate function");
            let diagnostic = Diagnostic::error(condition, title)
                .help(format!("add `{name}` to GROUP BY, or write `any_value({name})`"));
            return self.refuse(diagnostic, origin, "not grouped");
        }
        replaced.ok().map(|replaced| replaced.data)
    }
}

/// Whether ALL is the name of a column, or of an output.
fn is_all_named(outputs: &[Output], scope: &Scope<'_>) -> bool {
    let name = [NamePart { text: "all".into(), origin: Origin::Unknown }];
    !matches!(scope.find(&name, None), Found::Nothing) || outputs.iter().any(|output| output.name.matches("all"))
}

/// ALL as a name.
pub(crate) fn all_as_name(origin: &Origin) -> Expression {
    let parts = vec![NamePart { text: "all".into(), origin: origin.clone() }];
    Expression::new(ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false }, origin.clone())
}

/// NULL of a type.
fn null_of(data_type: &SparkType) -> Expr {
    let null = to_arrow(data_type).ok().and_then(|arrow| ScalarValue::try_from(&arrow).ok());
    Expr::Literal(null.unwrap_or(ScalarValue::Null), None)
}

/// Whether a chain of operators is, or begins with, a key.
fn begins_with_key(chain: &Expr, keys: &[(Expr, Expr)]) -> bool {
    keys.iter().any(|(key, _)| key == chain)
        || kernel::unchained(chain).is_some_and(|[before, _]| begins_with_key(&before, keys))
}

/// Whether an expression has both an aggregate and a column outside of it.
fn holds_column_beside_aggregate(expr: &Expr) -> bool {
    let mut column = false;
    // the closure never fails
    let _ = expr.apply(|node| {
        column |= match node {
            Expr::Column(_) => true,
            Expr::ScalarSubquery(subquery) => !subquery.outer_ref_columns.is_empty(),
            _ => false,
        };
        Ok(match node {
            Expr::AggregateFunction(_) => TreeNodeRecursion::Jump,
            _ => TreeNodeRecursion::Continue,
        })
    });
    column && holds_aggregate(expr)
}

/// The value in a call that DataFusion knows nothing of.
fn fence(expr: Expr, data_type: &SparkType) -> Result<Expr, Fault> {
    kernel::fence(Typed::new(expr, data_type.clone())).map(|fenced| fenced.expr)
}
