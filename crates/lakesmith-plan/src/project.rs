//! [`Block`]: one SELECT with its GROUP BY, HAVING and ORDER BY, resolved together, because ORDER BY and HAVING may name
//! columns of the input, aggregates and aliases alike.

use datafusion::common::tree_node::TreeNode;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Origin};
use lakesmith_engine::projection::project;
use lakesmith_functions::{Typed, guard, normal};
use lakesmith_unresolved::expression::{Expression, ExpressionKind, SortOrder};
use lakesmith_unresolved::relation::{Aggregate, GroupKind};
use lakesmith_unresolved::{Relation, RelationKind};

use crate::generated_list::has_generator;
use crate::naming::{column_name, computed_name};
use crate::output_name::{is_same_column, named_outputs};
use crate::relation::is_aggregate;
use crate::resolver::{Planned, Resolver};
use crate::scope::{Reach, Scope, ScopeColumn};
use crate::sort::{OrderAll, directed, having};
use crate::star::needs_spelling;

/// The parts of one SELECT.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block<'r> {
    pub select: Select<'r>,
    pub having: Option<&'r Expression>,
    pub qualify: Option<&'r Expression>,
    pub orders: &'r [SortOrder],
    /// ORDER BY ALL.
    pub order_all: Option<OrderAll>,
    pub origin: &'r Origin,
}

/// Which of a block's rows are kept, and how they are ordered.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// QUALIFY.
    pub filter: Option<Expr>,
    pub keys: Vec<(Typed, SortOrder)>,
    pub all: Option<OrderAll>,
}

/// What is selected.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Select<'r> {
    Rows(&'r Relation, &'r [Expression]),
    Groups(&'r Aggregate),
}

impl<'r> Select<'r> {
    fn expressions(self) -> &'r [Expression] {
        match self {
            Select::Rows(_, expressions) => expressions,
            Select::Groups(aggregate) => &aggregate.outputs,
        }
    }
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

impl Output {
    /// A column of the input as it is.
    pub fn kept(column: &ScopeColumn, origin: &Origin) -> Self {
        Self {
            name: column.attribute.name.clone(),
            value: typed(column),
            origin: origin.clone(),
            source: Some(column.clone()),
            metadata: column.attribute.metadata.clone(),
        }
    }
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
        Some(Self { select, having, qualify, orders: &[], order_all: None, origin: &relation.origin })
    }

    /// A block of nothing but its SELECT list.
    pub fn groups_of(select: Select<'r>, origin: &'r Origin) -> Self {
        Self { select, having: None, qualify: None, orders: &[], order_all: None, origin }
    }
}

impl Resolver<'_> {
    /// Resolves a block.
    pub(crate) fn block(&mut self, block: &Block<'_>, outer: &Scope<'_>) -> Option<Planned> {
        if let Some(condition) = block.qualify {
            self.check_qualify(block.select.expressions(), condition)?;
        }
        self.selected(block, outer)
    }

    fn selected(&mut self, block: &Block<'_>, outer: &Scope<'_>) -> Option<Planned> {
        match block.select {
            Select::Groups(aggregate) if has_generator(&aggregate.outputs) => {
                self.generated_from_groups(block, aggregate, outer)
            }
            Select::Groups(aggregate) => self.groups(block, aggregate, outer),
            Select::Rows(relation, expressions) => {
                if has_generator(expressions) && expressions.iter().any(mentions_aggregate) {
                    let aggregate = Aggregate {
                        input: relation.clone(),
                        kind: GroupKind::GroupBy,
                        keys: Vec::new(),
                        outputs: expressions.to_vec(),
                        outputs_hold_keys: true,
                    };
                    return self.generated_from_groups(block, &aggregate, outer);
                }
                let input = self.relation(relation, outer)?;
                let input = self.with_time_window(input, expressions, outer)?;
                let (input, generated) = self.with_generator(input, expressions, outer)?;
                let expressions = generated.as_deref().unwrap_or(expressions);
                let scope = Scope { outer: Some(outer), aggregates: true, ..Scope::of(&input.columns) };
                let outputs = self.outputs(expressions, &scope)?;
                if outputs.iter().any(|output| holds_aggregate(&output.value.expr)) {
                    let global = GlobalGroup { input, outputs, keys: Vec::new(), sets: None };
                    return self.grouped(block, global, outer);
                }
                let aliases = named_outputs(&outputs);
                let scope = Scope { aggregates: false, aliases: &aliases, ..scope };
                let filter = match block.qualify {
                    Some(condition) => {
                        Some(self.condition(condition, &Scope { is_qualify: true, ..scope }, "QUALIFY")?)
                    }
                    None => None,
                };
                let orders = self.order_keys(block, &outputs, &Scope { aliases_first: true, ..scope })?;
                let order = Order { filter, keys: orders, all: block.order_all };
                self.with_second_keys(input, outputs, order, block.origin)
            }
        }
    }

    /// The block over its input, behind which the second keys of JOIN USING stay in reach: the next step of a pipe may name them.
    pub(crate) fn with_second_keys(
        &mut self,
        input: Planned,
        mut outputs: Vec<Output>,
        order: Order,
        origin: &Origin,
    ) -> Option<Planned> {
        let shown = outputs.len();
        if order.all.is_none() {
            let second = input.columns.iter().filter(|column| column.reach == Reach::Qualified);
            outputs.extend(second.map(|column| Output::kept(column, origin)));
        }
        let mut planned = self.finish_block(input.plan, outputs, order, origin)?;
        planned.columns[shown..].iter_mut().for_each(|column| column.reach = Reach::Qualified);
        Some(planned)
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
            let inner = Scope { aliases: &aliases, ..*scope };
            let spelled = match needs_spelling(expression) {
                true => match self.spelled_out(expression, &inner) {
                    Some(spelled) => Some(spelled),
                    None => {
                        complete = false;
                        continue;
                    }
                },
                false => None,
            };
            let expression = spelled.as_ref().unwrap_or(expression);
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
            let Some(value) = self.expression(expression, &inner) else {
                complete = false;
                continue;
            };
            let name = match &expression.kind {
                _ if is_named => name,
                // a column that is called like a function without parentheses
                ExpressionKind::Function(call)
                    if matches!(value.expr, Expr::Column(_)) && call.arguments.is_empty() =>
                {
                    call.name.parts.last().map_or(name, |part| part.text.clone())
                }
                _ => Identifier::new(computed_name(expression, &value.expr, &inner, &self.correlations, &self.moved)),
            };
            let source = source_of(&value.expr, scope);
            // an alias makes another column of one; that of a generator is the name of its column
            let source =
                source.filter(|source| !is_named || source.reach == Reach::Generated && source.attribute.name == name);
            let is_field =
                matches!(&expression.kind, ExpressionKind::Attribute { .. }) && !matches!(value.expr, Expr::Column(_));
            if is_named || is_field {
                aliases.push((name.clone(), value.clone()));
            }
            outputs.push(Output { name, value, origin: expression.origin.clone(), source, metadata });
        }
        complete.then_some(outputs)
    }

    /// ORDER BY keys: a position, a name of the SELECT list, or an expression over the input.
    pub(crate) fn order_keys(
        &mut self,
        block: &Block<'_>,
        outputs: &[Output],
        scope: &Scope<'_>,
    ) -> Option<Vec<(Typed, SortOrder)>> {
        let mut keys = Vec::new();
        self.keys_without_window(block.orders.iter().map(|order| &order.child), "ORDER BY")?;
        for order in block.orders {
            let by_name = match &order.child.kind {
                ExpressionKind::Attribute { parts, .. } if parts.len() == 1 => {
                    let first = outputs.iter().position(|output| output.name == parts[0].text);
                    let is_other = |output: &Output, at: usize| {
                        output.name == parts[0].text && !is_same_column(output, &outputs[at])
                    };
                    // of several columns of the name none is meant
                    first.filter(|at| !outputs[at + 1..].iter().any(|output| is_other(output, *at)))
                }
                _ => None,
            };
            let value =
                match self.ordinal(&order.child, outputs.len(), Condition::ORDER_BY_POS_OUT_OF_RANGE)?.or(by_name) {
                    Some(index) => Some(outputs[index].value.clone()),
                    None => {
                        self.without_functions(&order.child, "ORDER BY")?;
                        self.expression(&order.child, scope)
                    }
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
            if let Some(source) = &output.source {
                attribute.root = source.attribute.root;
            }
            self.keep_declared(&output.value.expr, &attribute);
            let fenced = self.settle(guard::fenced(expr.clone(), &output.value.data_type), &output.origin)?;
            projected.push(fenced.alias(attribute.internal()));
            let source = output.source.as_ref().filter(|source| source.reach != Reach::Generated);
            let qualifier = source.map_or_else(Vec::new, |source| source.qualifier.clone());
            columns.push(ScopeColumn { attribute, qualifier, reach: Reach::Plain });
        }
        let mut sorts = Vec::new();
        for ((value, order), expr) in orders.iter().zip(&replaced[outputs.len()..]) {
            let same = outputs.iter().position(|output| output.value.expr == value.expr);
            let key = match same {
                Some(index) => columns[index].attribute.column(),
                None => {
                    self.checked_sort(expr, &order.child.origin)?;
                    let hidden = self.attribute("sort", value);
                    projected.push(expr.clone().alias(hidden.internal()));
                    hidden.column()
                }
            };
            let key = Typed { expr: key, data_type: value.data_type.clone(), nullable: value.nullable };
            sorts.push(directed(self.settle(normal::ordered(key), &order.child.origin)?.expr, order));
        }
        if let Some(all) = order.all {
            let keys = columns.iter().map(|column| self.settle(normal::ordered(typed(column)), origin));
            sorts = keys.map(|key| Some(all.key(key?.expr))).collect::<Option<Vec<_>>>()?;
        }
        let mut builder = project(plan, projected).map(LogicalPlanBuilder::from);
        if !sorts.is_empty() {
            let visible: Vec<Expr> = columns.iter().map(|column| column.attribute.column()).collect();
            builder = builder.and_then(|builder| builder.sort(sorts)).and_then(|builder| builder.project(visible));
        }
        let plan = self.built(builder, origin)?;
        Some(Planned { plan, columns })
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

/// Whether an aggregate function is written in an expression, and not as a window function.
pub(crate) fn mentions_aggregate(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Function(call) if is_aggregate(call) => true,
        ExpressionKind::Window { .. } => false,
        _ => expression.children().into_iter().any(mentions_aggregate),
    }
}

/// Whether an expression holds an aggregate that is still to be computed.
pub(crate) fn holds_aggregate(expr: &Expr) -> bool {
    expr.exists(|node| Ok(matches!(node, Expr::AggregateFunction(_)))).unwrap_or(false)
}

/// A column as a value.
pub(crate) fn typed(column: &ScopeColumn) -> Typed {
    let attribute = &column.attribute;
    Typed { expr: attribute.column(), data_type: attribute.data_type.clone(), nullable: attribute.nullable }
}
