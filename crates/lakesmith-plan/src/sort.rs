//! ORDER BY and LIMIT. NULLs come first in ascending and last in descending order unless the query says otherwise.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::LogicalPlanBuilder;
use datafusion::logical_expr::expr::Sort;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::{Typed, constant as constants, normal};
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, SortOrder};
use lakesmith_unresolved::{Relation, RelationKind};

use crate::aggregate::all_as_name;
use crate::frame::constant;
use crate::project::{Block, mentions_aggregate, typed};
use crate::resolver::{Planned, Resolver};
use crate::scope::Scope;

/// ORDER BY ALL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrderAll {
    descending: bool,
    nulls_first: Option<bool>,
}

impl OrderAll {
    /// What the keys say when they are ALL: there is none, or `*` with a direction.
    pub fn of(orders: &[SortOrder]) -> Option<Self> {
        match orders {
            [] => Some(Self { descending: false, nulls_first: None }),
            [order] if matches!(&order.child.kind, ExpressionKind::Star { target, .. } if target.is_empty()) => {
                Some(Self { descending: order.descending, nulls_first: order.nulls_first })
            }
            _ => None,
        }
    }

    /// A column as a key.
    pub fn key(self, column: datafusion::logical_expr::Expr) -> Sort {
        column.sort(!self.descending, self.nulls_first.unwrap_or(!self.descending))
    }
}

impl Resolver<'_> {
    /// One key.
    pub(crate) fn sort_key(&mut self, order: &SortOrder, scope: &Scope<'_>) -> Option<Sort> {
        self.without_functions(&order.child, "ORDER BY")?;
        let value = self.expression(&order.child, scope)?;
        Some(directed(self.settle(normal::ordered(value), &order.child.origin)?.expr, order))
    }

    /// ORDER BY over a relation.
    pub(crate) fn sort(&mut self, input: &Relation, orders: &[SortOrder], outer: &Scope<'_>) -> Option<Planned> {
        let all = OrderAll::of(orders);
        let orders = if all.is_some() { &[] } else { orders };
        if let Some(direction) = all {
            // ALL may be the name of a column
            let child = all_as_name(&input.origin);
            let (descending, nulls_first) = (direction.descending, direction.nulls_first);
            let named = [SortOrder { child, descending, nulls_first }];
            let by_name = self.quietly(|resolver| match Block::of(input) {
                Some(block) => resolver.block(&Block { orders: &named, order_all: None, ..block }, outer),
                None => {
                    let input = resolver.relation(input, outer)?;
                    resolver.ordered(input, &named, None, outer)
                }
            });
            if by_name.is_some() {
                return by_name;
            }
        }
        if let Some(block) = Block::of(input) {
            return self.block(&Block { orders, order_all: all, ..block }, outer);
        }
        let input = self.relation(input, outer)?;
        self.ordered(input, orders, all, outer)
    }

    /// Rows in the order of keys over their columns, or of all columns.
    pub(crate) fn ordered(
        &mut self,
        input: Planned,
        orders: &[SortOrder],
        all: Option<OrderAll>,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        if orders.is_empty() && all.is_none() {
            return Some(input);
        }
        let scope = Scope { outer: outer.columns.first().map(|_| outer), ..Scope::of(&input.columns) };
        if let Some(order) = orders.iter().find(|order| mentions_aggregate(&order.child)) {
            let title = "an aggregate function stands in ORDER BY of rows that are not grouped";
            let diagnostic = Diagnostic::error(Condition::UNSUPPORTED_EXPR_FOR_OPERATOR, title);
            return self.refuse(diagnostic, &order.child.origin, "aggregate");
        }
        let mut keys = Vec::new();
        for order in orders {
            keys.push(match self.ordinal(&order.child, input.columns.len(), Condition::ORDER_BY_POS_OUT_OF_RANGE)? {
                Some(index) => {
                    let key = self.settle(normal::ordered(typed(&input.columns[index])), &order.child.origin)?;
                    Some(directed(key.expr, order))
                }
                None => self.sort_key(order, &scope),
            });
        }
        let mut keys = keys.into_iter().collect::<Option<Vec<_>>>()?;
        if let Some(all) = all {
            let visible = input.columns.iter().filter(|column| column.is_visible());
            let visible = visible.map(|column| self.settle(normal::ordered(typed(column)), &Origin::Unknown));
            keys = visible.map(|key| Some(all.key(key?.expr))).collect::<Option<Vec<_>>>()?;
        }
        let plan = self.built(input.builder().sort(keys), &Origin::Unknown)?;
        Some(Planned { plan, columns: input.columns })
    }

    /// The column that a whole number in ORDER BY or GROUP BY means; `None` for any other expression.
    pub(crate) fn ordinal(
        &mut self,
        expression: &Expression,
        columns: usize,
        condition: Condition,
    ) -> Option<Option<usize>> {
        let Some(number) = constant(expression) else { return Some(None) };
        match usize::try_from(number).ok().and_then(|number| number.checked_sub(1)).filter(|index| *index < columns) {
            Some(index) => Some(Some(index)),
            None => {
                let counted = if columns == 1 { "1 column".to_owned() } else { format!("{columns} columns") };
                let title = format!("position {number} is not in the SELECT list, which has {counted}");
                let diagnostic = Diagnostic::error(condition, title);
                self.refuse(diagnostic, &expression.origin, "no such position")
            }
        }
    }

    /// Rows spread by keys, which is no matter of their values; a key that is no column is noted.
    pub(crate) fn distributed(&mut self, input: &Relation, keys: &[Expression], outer: &Scope<'_>) -> Option<Planned> {
        let written = keys.iter().filter(|key| constant(key).is_none()).cloned();
        let orders: Vec<SortOrder> =
            written.map(|child| SortOrder { child, descending: false, nulls_first: None }).collect();
        if !orders.is_empty() {
            self.sort(input, &orders, outer)?;
        }
        self.relation(input, outer)
    }

    /// LIMIT and OFFSET.
    pub(crate) fn limit(
        &mut self,
        input: &Relation,
        skip: Option<&Expression>,
        fetch: Option<&Expression>,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let input = self.relation(input, outer)?;
        let skip = match skip {
            Some(skip) => Some(self.row_count(skip, "OFFSET")?),
            None => None,
        };
        let fetch = match fetch {
            Some(fetch) => Some(self.row_count(fetch, "LIMIT")?),
            None => None,
        };
        let plan = self.built(input.builder().limit(skip.unwrap_or(0), fetch), &Origin::Unknown)?;
        Some(Planned { plan, columns: input.columns })
    }

    /// The number of rows that a clause names: a constant INT that is not negative.
    pub(crate) fn row_count(&mut self, written: &Expression, clause: &str) -> Option<usize> {
        if self.mentions_column(written) {
            let title = format!("{clause} takes a constant");
            let condition = Condition::INVALID_LIMIT_LIKE_EXPRESSION_IS_UNFOLDABLE;
            return self.refuse(Diagnostic::error(condition, title), &written.origin, "no constant");
        }
        self.without_functions(written, clause)?;
        let value = self.expression(written, &Scope::default())?;
        if value.data_type != SparkType::Integer {
            let title = format!("{clause} takes a number of type INT, not {}", value.data_type);
            let condition = Condition::INVALID_LIMIT_LIKE_EXPRESSION_DATA_TYPE;
            return self.refuse(Diagnostic::error(condition, title), &written.origin, "");
        }
        match constants::value(&value.expr) {
            Some(ScalarValue::Int32(Some(number))) => match usize::try_from(number) {
                Ok(number) => Some(number),
                Err(_) => {
                    let title = format!("{clause} takes no negative number");
                    let condition = Condition::INVALID_LIMIT_LIKE_EXPRESSION_IS_NEGATIVE;
                    self.refuse(Diagnostic::error(condition, title), &written.origin, "negative")
                }
            },
            Some(_) => {
                let title = format!("{clause} takes a number, not NULL");
                let condition = Condition::INVALID_LIMIT_LIKE_EXPRESSION_IS_NULL;
                self.refuse(Diagnostic::error(condition, title), &written.origin, "")
            }
            None => self.not_built(&format!("{clause} that is not known before the query runs"), &written.origin),
        }
    }

    /// SELECT DISTINCT and dropDuplicates.
    pub(crate) fn deduplicate(
        &mut self,
        relation: &Relation,
        input: &Relation,
        names: &[String],
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let planned = self.relation(input, outer)?;
        let visible: Vec<_> = planned.columns.iter().filter(|column| column.is_visible()).cloned().collect();
        let all: Vec<_> = visible.iter().map(|column| column.attribute.column()).collect();
        let plan = if names.is_empty() {
            self.comparable(&visible, "DISTINCT", &relation.origin)?;
            let keys: Vec<Typed> = visible.iter().map(typed).collect();
            let plan = self.with_merged_sessions(planned.plan, &keys, &relation.origin)?;
            let mut normals = Vec::new();
            for column in &visible {
                let value = self.settle(normal::normal(typed(column)), &relation.origin)?;
                normals.push(value.expr.alias(column.attribute.internal()));
            }
            LogicalPlanBuilder::from(plan).project(normals).and_then(LogicalPlanBuilder::distinct)
        } else {
            let mut keys = Vec::new();
            for name in names {
                match visible.iter().find(|column| column.attribute.name.matches(name)) {
                    Some(column) => keys.push(column.attribute.column()),
                    None => {
                        let title = format!("column `{name}` does not exist");
                        let diagnostic = Diagnostic::error(Condition::UNRESOLVED_COLUMN_WITHOUT_SUGGESTION, title);
                        return self.refuse(diagnostic, &relation.origin, "");
                    }
                }
            }
            planned.builder().distinct_on(keys, all, None)
        };
        let plan = self.built(plan, &relation.origin)?;
        Some(Planned { plan, columns: visible })
    }
}

/// A key with its direction and place of NULLs.
pub(crate) fn directed(expr: datafusion::logical_expr::Expr, order: &SortOrder) -> Sort {
    Sort { expr, asc: !order.descending, nulls_first: order.nulls_first.unwrap_or(!order.descending) }
}

/// A constant NULL, for callers that fill missing columns.
pub(crate) fn null() -> datafusion::logical_expr::Expr {
    datafusion::logical_expr::lit(ScalarValue::Null)
}

/// The input beneath HAVING, if the relation is one.
pub(crate) fn having(relation: &Relation) -> Option<(&Relation, &Expression)> {
    match relation.kind.as_ref() {
        RelationKind::Having { input, condition } => Some((input, condition)),
        _ => None,
    }
}
