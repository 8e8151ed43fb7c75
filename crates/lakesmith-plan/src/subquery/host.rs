//! Subqueries in a query with GROUP BY: what they name of the query around them is its keys, or in HAVING its aggregates.

use datafusion::arrow::datatypes::Field;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Subquery};
use datafusion::prelude::Column;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::Typed;
use lakesmith_unresolved::expression::{FunctionCall, SortOrder};

use super::asks;
use super::native;
use super::outer::{self, is_correlated, names_outer};
use crate::project::Output;
use crate::resolver::{Resolver, broken};
use crate::scope::Scope;

impl Resolver<'_> {
    /// Notes which columns a subquery names of the query around it, for its name.
    pub(super) fn note_correlation(&mut self, plan: &LogicalPlan, scope: &Scope<'_>, origin: &Origin) {
        let shown = outer::named_in(plan).into_iter().filter_map(|name| {
            let column = scope.columns.iter().find(|column| column.attribute.internal() == name)?;
            Some(column.attribute.name.as_str().to_owned())
        });
        self.correlations.push((origin.clone(), shown.collect::<Vec<_>>().join(", ")));
    }

    /// An aggregate function within a subquery of HAVING that is one of the query around it.
    pub(crate) fn aggregate_around(
        &mut self,
        call: &FunctionCall,
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Typed> {
        let outer = scope.outer.filter(|outer| outer.is_having)?;
        let before = self.diagnostics.len();
        let value = self.call(call, outer, origin);
        let is_own = value.is_some() && self.diagnostics.len() == before;
        self.diagnostics.truncate(before);
        let value = value.filter(|_| is_own)?;
        let as_outer = |node: Expr| {
            let Expr::Column(column) = &node else { return Ok(Transformed::no(node)) };
            let attribute = outer.columns.iter().map(|own| &own.attribute).find(|own| own.internal() == column.name);
            let field = attribute.and_then(|own| {
                let arrow = lakesmith_engine::arrow_type::to_arrow(&own.data_type).ok()?;
                Some(Field::new(own.internal(), arrow, own.nullable))
            });
            Ok(match field {
                Some(field) => Transformed::yes(Expr::OuterReferenceColumn(field.into(), column.clone())),
                None => Transformed::no(node),
            })
        };
        let expr = value.expr.clone().transform(as_outer).ok()?.data;
        Some(Typed { expr, ..value })
    }

    /// Refuses what no aggregation can compute: outer columns, and subqueries about rows that are groups by then.
    pub(crate) fn checked_groups(
        &mut self,
        outputs: &[Output],
        keys: &[Typed],
        orders: &[(Typed, SortOrder)],
        origin: &Origin,
    ) -> Option<()> {
        let repeats = |expr: &Expr| keys.iter().any(|key| asks(&key.expr)) && asks_beside(expr, keys);
        let written = outputs.iter().map(|output| (&output.value.expr, &output.origin));
        let sorted = orders.iter().map(|(value, order)| (&value.expr, &order.child.origin));
        if let Some((_, origin)) = written.chain(sorted).find(|(expr, _)| repeats(expr)) {
            return self
                .not_built("a subquery beside one that GROUP BY has; what repeats it can be a position there", origin);
        }
        for output in outputs {
            self.without_outer([&output.value.expr], &output.origin)?;
            let mut is_loose = false;
            let _ = output.value.expr.apply(|node| {
                if keys.iter().any(|key| key.expr == *node) || matches!(node, Expr::AggregateFunction(_)) {
                    return Ok(TreeNodeRecursion::Jump);
                }
                is_loose |= matches!(node, Expr::ScalarSubquery(subquery) if is_correlated(&subquery.subquery));
                Ok(TreeNodeRecursion::Continue)
            });
            if is_loose {
                let title = "a subquery about rows stands in the SELECT list of groups";
                let condition = Condition::SCALAR_SUBQUERY_IS_IN_GROUP_BY_OR_AGGREGATE_FUNCTION;
                let help = "group by its position, or put it into `first(…)`";
                return self.refuse(Diagnostic::error(condition, title).help(help), &output.origin, "");
            }
        }
        self.without_outer(keys.iter().map(|key| &key.expr), origin)?;
        self.without_outer(orders.iter().map(|(value, _)| &value.expr), origin)
    }

    /// Refuses keys of ORDER BY that no row can be sorted by: questions about it, but for those that are selected.
    pub(crate) fn checked_sort(&mut self, key: &Expr, origin: &Origin) -> Option<()> {
        let mut condition = None;
        let _ = key.apply(|node| {
            match node {
                Expr::Exists(_) | Expr::InSubquery(_) => {
                    condition =
                        Some(Condition::UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_UNSUPPORTED_IN_EXISTS_SUBQUERY);
                }
                Expr::ScalarSubquery(subquery) if is_correlated(&subquery.subquery) => {
                    condition = Some(
                        Condition::UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_UNSUPPORTED_CORRELATED_SCALAR_SUBQUERY,
                    );
                }
                _ => {}
            }
            Ok(TreeNodeRecursion::Continue)
        });
        if names_outer(key) {
            return self.misplaced_outer(origin);
        }
        let Some(condition) = condition else { return Some(()) };
        let fault = Diagnostic::error(condition, "a subquery about a row stands in ORDER BY");
        self.refuse(fault.help("select it under a name, and order by the name"), origin, "")
    }

    /// Computes the subqueries within windows beneath these.
    pub(crate) fn asked_beneath_windows(
        &mut self,
        plan: LogicalPlan,
        exprs: Vec<Expr>,
        origin: &Origin,
    ) -> Option<(LogicalPlan, Vec<Expr>)> {
        let mut computed: Vec<(Expr, String)> = Vec::new();
        let mut taken = |asking: &mut Expr| {
            let is_windowed = asking.exists(|node| Ok(matches!(node, Expr::WindowFunction(_)))).unwrap_or(true);
            if is_windowed || !asks(asking) {
                return;
            }
            let known = computed.iter().find(|(known, _)| known == asking).map(|(_, name)| name.clone());
            let name = known.unwrap_or_else(|| {
                let name = format!("asked#{}", self.number());
                computed.push((asking.clone(), name.clone()));
                name
            });
            *asking = Expr::Column(Column::new_unqualified(name));
        };
        let exprs = exprs.into_iter().map(|expr| {
            let replaced = expr.transform_down(|node| {
                let Expr::WindowFunction(mut call) = node else { return Ok(Transformed::no(node)) };
                let params = &mut call.params;
                params.args.iter_mut().chain(&mut params.partition_by).for_each(&mut taken);
                params.order_by.iter_mut().for_each(|key| taken(&mut key.expr));
                params.filter.iter_mut().for_each(|filter| taken(filter));
                Ok(Transformed::new(Expr::WindowFunction(call), true, TreeNodeRecursion::Jump))
            });
            replaced.map(|replaced| replaced.data)
        });
        let exprs = match exprs.collect::<Result<Vec<_>>>() {
            Ok(exprs) => exprs,
            Err(error) => return self.refuse(broken(&error), origin, ""),
        };
        if computed.is_empty() {
            return Some((plan, exprs));
        }
        let own = plan.schema().columns().into_iter().map(Expr::Column);
        let columns: Vec<Expr> = own.chain(computed.into_iter().map(|(expr, name)| expr.alias(name))).collect();
        let plan = self.built(LogicalPlanBuilder::from(plan).project(columns), origin)?;
        Some((plan, exprs))
    }

    /// Refuses what the condition of a join cannot ask.
    pub(crate) fn checked_condition(
        &mut self,
        condition: &Expr,
        sides: [&LogicalPlan; 2],
        origin: &Origin,
    ) -> Option<()> {
        let mut fault = None;
        let _ = condition.apply(|node| {
            match node {
                Expr::ScalarSubquery(subquery) if is_correlated(&subquery.subquery) => {
                    let condition =
                        Condition::UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_UNSUPPORTED_CORRELATED_SCALAR_SUBQUERY;
                    fault = Some((condition, "a subquery about a row stands in the condition of a join"));
                }
                Expr::Exists(_) | Expr::InSubquery(_) => {
                    let columns = super::answer::host_columns(node);
                    let on = |side: &LogicalPlan| columns.iter().all(|column| side.schema().has_column(column));
                    if !sides.into_iter().any(on) {
                        let condition =
                            Condition::UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION;
                        fault = Some((condition, "a subquery in the condition of a join is about both inputs"));
                    }
                }
                _ => {}
            }
            Ok(TreeNodeRecursion::Continue)
        });
        match fault {
            Some((condition, title)) => {
                self.refuse(Diagnostic::error(condition, title).help("ask it in WHERE"), origin, "")
            }
            None => Some(()),
        }
    }
}

/// Whether an expression over groups asks a subquery about rows that is none of the keys.
fn asks_beside(expr: &Expr, keys: &[Typed]) -> bool {
    let mut found = false;
    let _ = expr.apply(|node| {
        if keys.iter().any(|key| key.expr == *node) {
            return Ok(TreeNodeRecursion::Jump);
        }
        found |= match node {
            Expr::Exists(_) | Expr::InSubquery(_) => true,
            Expr::ScalarSubquery(subquery) => is_correlated(&subquery.subquery),
            _ => false,
        };
        Ok(TreeNodeRecursion::Continue)
    });
    found
}

/// The aggregates of the query around that subqueries within the expression ask, as that query has them.
pub(crate) fn aggregates_around(subquery: &Expr) -> Vec<Expr> {
    let mut found = Vec::new();
    let Some(plan) = plan_of(subquery) else { return found };
    outer::each_own_node(plan, &mut |node| {
        let _ = node.apply_expressions(|expr| {
            expr.apply(|part| {
                if matches!(part, Expr::AggregateFunction(_)) && names_outer(part) {
                    found.extend(outer::as_own(part.clone()));
                }
                Ok(TreeNodeRecursion::Continue)
            })
        });
    });
    found
}

/// A subquery that names the groups of the query around it: each outer column is one that `find` has for its key or aggregate.
/// Other expressions stay as they are. `loose` is set to a column that has no place among the groups.
pub(crate) fn about_groups(
    subquery: Expr,
    find: &dyn Fn(&Expr) -> Option<Expr>,
    loose: &mut Option<String>,
) -> Result<Expr> {
    let mut moved = |plan: &LogicalPlan| -> Result<Subquery> {
        let plan = plan.clone().transform_up(|node| {
            node.map_expressions(|expr| {
                let name = expr.schema_name().to_string();
                let new = expr.transform_down(|part| {
                    let is_own = matches!(part, Expr::AggregateFunction(_)) && names_outer(&part);
                    if !is_own && !matches!(part, Expr::OuterReferenceColumn(..)) {
                        return Ok(Transformed::no(part));
                    }
                    match find(&outer::as_own(part.clone())?) {
                        Some(Expr::Column(column)) => {
                            let empty = DFSchema::empty();
                            let field = Field::new(&column.name, part.get_type(&empty)?, true);
                            let outer = Expr::OuterReferenceColumn(field.into(), column);
                            Ok(Transformed::new(outer, true, TreeNodeRecursion::Jump))
                        }
                        _ => {
                            *loose = outer::named_by(&part).pop();
                            Ok(Transformed::no(part))
                        }
                    }
                })?;
                let is_named = !new.transformed || new.data.schema_name().to_string() == name;
                Ok(if is_named { new } else { new.update_data(|new| new.alias(name)) })
            })
        })?;
        Ok(native(plan.data))
    };
    Ok(match subquery {
        Expr::ScalarSubquery(subquery) => Expr::ScalarSubquery(moved(&subquery.subquery)?),
        Expr::Exists(mut exists) => {
            exists.subquery = moved(&exists.subquery.subquery)?;
            Expr::Exists(exists)
        }
        Expr::InSubquery(mut within) => {
            within.subquery = moved(&within.subquery.subquery)?;
            Expr::InSubquery(within)
        }
        other => other,
    })
}

fn plan_of(subquery: &Expr) -> Option<&LogicalPlan> {
    match subquery {
        Expr::ScalarSubquery(subquery) => Some(&subquery.subquery),
        Expr::Exists(exists) => Some(&exists.subquery.subquery),
        Expr::InSubquery(within) => Some(&within.subquery.subquery),
        _ => None,
    }
}
