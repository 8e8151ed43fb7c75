//! [`Block`]: one SELECT with its GROUP BY, HAVING and ORDER BY, resolved together, because ORDER BY and HAVING may name
//! columns of the input, aggregates and aliases alike.

use datafusion::common::tree_node::TreeNode;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Origin};
use lakesmith_functions::{Typed, guard};
use lakesmith_unresolved::expression::{Expression, ExpressionKind, SortOrder};
use lakesmith_unresolved::relation::Aggregate;
use lakesmith_unresolved::{Relation, RelationKind};

use crate::naming::{column_name, computed_name};
use crate::resolver::{Planned, Resolver};
use crate::scope::{Reach, Scope, ScopeColumn};
use crate::sort::{directed, having};

/// The parts of one SELECT.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block<'r> {
    pub select: Select<'r>,
    pub having: Option<&'r Expression>,
    pub qualify: Option<&'r Expression>,
    pub orders: &'r [SortOrder],
    /// ORDER BY ALL.
    pub order_all: bool,
    pub origin: &'r Origin,
}

/// Which of a block's rows are kept, and how they are ordered.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// QUALIFY.
    pub filter: Option<Expr>,
    pub keys: Vec<(Typed, SortOrder)>,
    pub all: bool,
}

/// What is selected.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Select<'r> {
    Rows(&'r Relation, &'r [Expression]),
    Groups(&'r Aggregate),
}

/// A column of the SELECT list.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub name: Identifier,
    pub value: Typed,
    pub origin: Origin,
    /// The input column it is, unchanged.
    pub source: Option<ScopeColumn>,
    pub metadata: Option<String>,
}

impl<'r> Block<'r> {
    /// The block that a relation is the top of.
    pub fn of(relation: &'r Relation) -> Option<Self> {
        let (relation, qualify) = match relation.kind.as_ref() {
            RelationKind::Qualify { input, condition } => (input, Some(condition)),
            _ => (relation, None),
        };
        let (relation, having) = match having(relation) {
            Some((input, condition)) => (input, Some(condition)),
            None => (relation, None),
        };
        let select = match relation.kind.as_ref() {
            RelationKind::Project { input, expressions } if having.is_none() => Select::Rows(input, expressions),
            RelationKind::Aggregate(aggregate) => Select::Groups(aggregate),
            _ => return None,
        };
        Some(Self { select, having, qualify, orders: &[], order_all: false, origin: &relation.origin })
    }
}

impl Resolver<'_> {
    /// Resolves a block.
    pub(crate) fn block(&mut self, block: &Block<'_>, outer: &Scope<'_>) -> Option<Planned> {
        match block.select {
            Select::Groups(aggregate) => self.groups(block, aggregate, outer),
            Select::Rows(input, expressions) => {
                let input = self.relation(input, outer)?;
                let input = self.with_time_window(input, expressions, outer)?;
                let (input, generated) = self.with_generator(input, expressions, outer)?;
                let expressions = generated.as_deref().unwrap_or(expressions);
                let scope = Scope { outer: Some(outer), aggregates: true, ..Scope::of(&input.columns) };
                let outputs = self.outputs(expressions, &scope)?;
                if outputs.iter().any(|output| holds_aggregate(&output.value.expr)) {
                    let global = GlobalGroup { input, outputs, keys: Vec::new(), sets: None };
                    return self.grouped(block, global, outer);
                }
                let aliases: Vec<_> = outputs.iter().map(|o| (o.name.clone(), o.value.clone())).collect();
                let scope = Scope { aggregates: false, aliases: &aliases, ..scope };
                let filter = match block.qualify {
                    Some(condition) => Some(self.condition(condition, &scope, "QUALIFY")?),
                    None => None,
                };
                let orders = self.order_keys(block, &outputs, &scope)?;
                let order = Order { filter, keys: orders, all: block.order_all };
                self.finish_block(input.plan, outputs, order, block.origin)
            }
        }
    }

    /// The SELECT list; all faults of it are noted before it is given up.
    pub(crate) fn outputs(&mut self, expressions: &[Expression], scope: &Scope<'_>) -> Option<Vec<Output>> {
        let mut outputs: Vec<Output> = Vec::new();
        let mut aliases: Vec<(Identifier, Typed)> = Vec::new();
        let mut complete = true;
        for expression in expressions {
            if let ExpressionKind::Star { target, except, .. } = &expression.kind {
                match self.star(target, except, scope, &expression.origin) {
                    Some(columns) => outputs.extend(columns),
                    None => complete = false,
                }
                continue;
            }
            let (name, metadata) = match &expression.kind {
                ExpressionKind::Alias { names, metadata, .. } if names.len() == 1 => {
                    (names[0].text.clone(), metadata.clone())
                }
                ExpressionKind::Alias { .. } => {
                    complete = false;
                    self.not_built::<()>("a generator in the SELECT list", &expression.origin);
                    continue;
                }
                _ => (Identifier::new(column_name(expression)), None),
            };
            let is_named = matches!(expression.kind, ExpressionKind::Alias { .. });
            let inner = Scope { aliases: &aliases, ..*scope };
            let Some(value) = self.expression(expression, &inner) else {
                complete = false;
                continue;
            };
            if is_named {
                aliases.push((name.clone(), value.clone()));
            }
            let name = if is_named {
                name
            } else {
                Identifier::new(computed_name(expression, &value.expr, scope, &self.moved))
            };
            let source = if is_named { None } else { source_of(&value.expr, scope) };
            outputs.push(Output { name, value, origin: expression.origin.clone(), source, metadata });
        }
        complete.then_some(outputs)
    }

    fn star(
        &mut self,
        target: &[lakesmith_unresolved::NamePart],
        except: &[Vec<lakesmith_unresolved::NamePart>],
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Vec<Output>> {
        let columns = scope.star(target);
        if columns.is_empty() && !target.is_empty() {
            return self.not_built("`.*` of what is no table of FROM", origin);
        }
        let mut left_out = Vec::new();
        for path in except {
            match scope.find(path, None) {
                crate::scope::Found::Column(column, taken) if taken == path.len() => left_out.push(column.attribute.id),
                crate::scope::Found::Column(..) => return self.not_built("EXCEPT of a struct's field", origin),
                _ => {
                    let name = Expression::new(
                        ExpressionKind::Attribute { parts: path.clone(), plan_id: None, is_metadata_column: false },
                        path.last().map_or_else(Origin::default, |part| part.origin.clone()),
                    );
                    self.expression(&name, scope)?;
                }
            }
        }
        let kept = columns.into_iter().filter(|column| !left_out.contains(&column.attribute.id));
        let output = |column: &ScopeColumn| Output {
            name: column.attribute.name.clone(),
            value: Typed {
                expr: column.attribute.column(),
                data_type: column.attribute.data_type.clone(),
                nullable: column.attribute.nullable,
            },
            origin: origin.clone(),
            source: Some(column.clone()),
            metadata: column.attribute.metadata.clone(),
        };
        Some(kept.map(output).collect())
    }

    /// ORDER BY keys: a position, a name of the SELECT list, or an expression over the input.
    pub(crate) fn order_keys(
        &mut self,
        block: &Block<'_>,
        outputs: &[Output],
        scope: &Scope<'_>,
    ) -> Option<Vec<(Typed, SortOrder)>> {
        let mut keys = Vec::new();
        for order in block.orders {
            let by_name = match &order.child.kind {
                ExpressionKind::Attribute { parts, .. } if parts.len() == 1 => {
                    outputs.iter().position(|output| output.name == parts[0].text)
                }
                _ => None,
            };
            let value =
                match self.ordinal(&order.child, outputs.len(), Condition::ORDER_BY_POS_OUT_OF_RANGE)?.or(by_name) {
                    Some(index) => Some(outputs[index].value.clone()),
                    None => self.expression(&order.child, scope),
                };
            keys.push(value.map(|value| (value, order.clone())));
        }
        keys.into_iter().collect()
    }

    /// Projects the outputs, and sorts by keys that may be no outputs.
    pub(crate) fn finish_block(
        &mut self,
        plan: LogicalPlan,
        outputs: Vec<Output>,
        order: Order,
        origin: &Origin,
    ) -> Option<Planned> {
        let orders = order.keys;
        let exprs = outputs.iter().map(|output| &output.value.expr).chain(orders.iter().map(|(value, _)| &value.expr));
        let exprs = exprs.chain(&order.filter).cloned().collect();
        let (mut plan, mut replaced) = self.windows(plan, exprs, origin)?;
        if order.filter.is_some()
            && let Some(condition) = replaced.pop()
        {
            plan = self.filtered_plan(plan, condition, origin)?;
        }
        let mut columns = Vec::new();
        let mut projected = Vec::new();
        for (output, expr) in outputs.iter().zip(&replaced) {
            let mut attribute = self.attribute(output.name.clone(), &output.value);
            attribute.metadata.clone_from(&output.metadata);
            attribute.plan_id = output.source.as_ref().and_then(|source| source.attribute.plan_id);
            let fenced = self.settle(guard::fenced(expr.clone(), &output.value.data_type), &output.origin)?;
            projected.push(fenced.alias(attribute.internal()));
            let qualifier = output.source.as_ref().map_or_else(Vec::new, |source| source.qualifier.clone());
            columns.push(ScopeColumn { attribute, qualifier, reach: Reach::Plain });
        }
        let mut sorts = Vec::new();
        for ((value, order), expr) in orders.iter().zip(&replaced[outputs.len()..]) {
            let same = outputs.iter().position(|output| output.value.expr == value.expr);
            let key = match same {
                Some(index) => columns[index].attribute.column(),
                None => {
                    let hidden = self.attribute("sort", value);
                    projected.push(expr.clone().alias(hidden.internal()));
                    hidden.column()
                }
            };
            let key = directed(Typed::new(key, value.data_type.clone()), order);
            sorts.push(self.settle(key, &order.child.origin)?);
        }
        if order.all {
            sorts = columns.iter().map(|column| column.attribute.column().sort(true, true)).collect();
        }
        let mut builder = LogicalPlanBuilder::from(plan).project(projected);
        if !sorts.is_empty() {
            let visible: Vec<Expr> = columns.iter().map(|column| column.attribute.column()).collect();
            builder = builder.and_then(|builder| builder.sort(sorts)).and_then(|builder| builder.project(visible));
        }
        let plan = self.built(builder, origin)?;
        Some(Planned { plan, columns })
    }

    /// Computes the window functions within expressions beneath them.
    fn windows(&mut self, plan: LogicalPlan, exprs: Vec<Expr>, origin: &Origin) -> Option<(LogicalPlan, Vec<Expr>)> {
        let mut found: Vec<Expr> = Vec::new();
        for expr in &exprs {
            // the closure never fails
            let _ = expr.apply(|node| {
                if matches!(node, Expr::WindowFunction(_)) && !found.contains(node) {
                    found.push(node.clone());
                }
                Ok(datafusion::common::tree_node::TreeNodeRecursion::Continue)
            });
        }
        if found.is_empty() {
            return Some((plan, exprs));
        }
        let windowed = LogicalPlanBuilder::window_plan(plan, found.clone()).map(LogicalPlanBuilder::from);
        let plan = self.built(windowed, origin)?;
        let replaced = exprs.into_iter().map(|expr| {
            let replaced = expr.clone().transform_down(|node| {
                if found.contains(&node) {
                    let name = node.schema_name().to_string();
                    let column = datafusion::prelude::Column::new_unqualified(name);
                    return Ok(datafusion::common::tree_node::Transformed::new(
                        Expr::Column(column),
                        true,
                        datafusion::common::tree_node::TreeNodeRecursion::Jump,
                    ));
                }
                Ok(datafusion::common::tree_node::Transformed::no(node))
            });
            replaced.map_or(expr, |replaced| replaced.data)
        });
        Some((plan, replaced.collect()))
    }
}

/// A query with aggregates, before they are computed.
#[derive(Debug)]
pub(crate) struct GlobalGroup {
    pub input: Planned,
    pub outputs: Vec<Output>,
    pub keys: Vec<Typed>,
    /// Sets of keys, by their numbers, when there are several.
    pub sets: Option<Vec<Vec<usize>>>,
}

/// The input column that an expression is, unchanged.
pub(crate) fn source_of(expr: &Expr, scope: &Scope<'_>) -> Option<ScopeColumn> {
    scope.columns.iter().find(|column| column.attribute.column() == *expr).cloned()
}

/// Whether an expression holds an aggregate that is still to be computed.
pub(crate) fn holds_aggregate(expr: &Expr) -> bool {
    expr.exists(|node| Ok(matches!(node, Expr::AggregateFunction(_)))).unwrap_or(false)
}
