//! ORDER BY and LIMIT. NULLs come first in ascending and last in descending order unless the query says otherwise.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::expr::Sort;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::float::one_zero;
use lakesmith_functions::higher_order::holds_map;
use lakesmith_functions::{Fault, Typed};
use lakesmith_unresolved::expression::{Expression, SortOrder};
use lakesmith_unresolved::{Relation, RelationKind, SparkType};

use crate::attribute::Attribute;
use crate::frame::constant;
use crate::project::Block;
use crate::resolver::{Planned, Resolver};
use crate::scope::Scope;

impl Resolver<'_> {
    /// One key.
    pub(crate) fn sort_key(&mut self, order: &SortOrder, scope: &Scope<'_>) -> Option<Sort> {
        let value = self.expression(&order.child, scope)?;
        self.settle(directed(value, order), &order.child.origin)
    }

    /// ORDER BY over a relation.
    pub(crate) fn sort(&mut self, input: &Relation, orders: &[SortOrder], outer: &Scope<'_>) -> Option<Planned> {
        if let Some(block) = Block::of(input) {
            return self.block(&Block { orders, order_all: orders.is_empty(), ..block }, outer);
        }
        let input = self.relation(input, outer)?;
        let scope = Scope { outer: outer.columns.first().map(|_| outer), ..Scope::of(&input.columns) };
        let mut keys = Vec::new();
        for order in orders {
            keys.push(match self.ordinal(&order.child, input.columns.len(), Condition::ORDER_BY_POS_OUT_OF_RANGE)? {
                Some(index) => {
                    let attribute = &input.columns[index].attribute;
                    let key = directed(Typed::new(attribute.column(), attribute.data_type.clone()), order);
                    self.settle(key, &order.child.origin)
                }
                None => self.sort_key(order, &scope),
            });
        }
        let mut keys = keys.into_iter().collect::<Option<Vec<_>>>()?;
        if orders.is_empty() {
            keys = input.columns.iter().map(|column| column.attribute.column().sort(true, true)).collect();
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

    /// LIMIT and OFFSET.
    pub(crate) fn limit(
        &mut self,
        input: &Relation,
        skip: Option<&Expression>,
        fetch: Option<&Expression>,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let input = self.relation(input, outer)?;
        let mut count = |expression: Option<&Expression>| match expression {
            None => Some(None),
            Some(expression) => match constant(expression).and_then(|number| usize::try_from(number).ok()) {
                Some(number) => Some(Some(number)),
                None => self.not_built("LIMIT or OFFSET that is no whole constant", &expression.origin),
            },
        };
        let (skip, fetch) = (count(skip)?, count(fetch)?);
        let plan = self.built(input.builder().limit(skip.unwrap_or(0), fetch), &Origin::Unknown)?;
        Some(Planned { plan, columns: input.columns })
    }

    /// Rows with maps cannot be compared, so they are no rows of a set.
    pub(crate) fn refuse_maps(&mut self, types: &[SparkType], origin: &Origin) -> Option<()> {
        let Some(data_type) = types.iter().find(|data_type| holds_map(data_type)) else { return Some(()) };
        let title = format!("rows with a value of type {data_type} cannot be compared");
        self.refuse(Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title), origin, "")
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
        if names.is_empty() {
            let types: Vec<_> = visible.iter().map(|column| column.attribute.data_type.clone()).collect();
            self.refuse_maps(&types, &relation.origin)?;
        }
        let plan = if names.is_empty() {
            let all: Result<Vec<Expr>, Fault> = visible.iter().map(|column| one_form(&column.attribute)).collect();
            let all = self.settle(all, &relation.origin)?;
            planned.builder().project(all).and_then(LogicalPlanBuilder::distinct)
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

/// A column in which values that count as equal are one value.
fn one_form(attribute: &Attribute) -> Result<Expr, Fault> {
    let value = Typed::new(attribute.column(), attribute.data_type.clone());
    let one = one_zero(value)?.expr;
    Ok(if one == attribute.column() { one } else { one.alias(attribute.internal()) })
}

/// A key with its direction and place of NULLs.
pub(crate) fn directed(key: Typed, order: &SortOrder) -> Result<Sort, Fault> {
    let expr = one_zero(key)?.expr;
    Ok(Sort { expr, asc: !order.descending, nulls_first: order.nulls_first.unwrap_or(!order.descending) })
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
