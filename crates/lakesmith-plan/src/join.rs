//! Joins of every kind. The keys of USING and NATURAL appear once; each side's own key stays in reach by its qualified name.

use datafusion::common::JoinType;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::coercion::comparison_type;
use lakesmith_functions::{Call, Typed, registry};
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::expression::Expression;
use lakesmith_unresolved::relation::{Join, JoinCriteria, JoinKind};

use crate::null_order;
use crate::project::{mentions_aggregate, typed};
use crate::resolver::{Planned, Resolver};
use crate::scope::{Reach, Scope, ScopeColumn};

impl Resolver<'_> {
    /// A join.
    pub(crate) fn join(&mut self, join: &Join, origin: &Origin, outer: &Scope<'_>) -> Option<Planned> {
        let (left, right) = (self.relation(&join.left, outer), self.relation(&join.right, outer));
        let (left, right) = (left?, right?);
        if !matches!(join.kind, JoinKind::Inner | JoinKind::Cross | JoinKind::RightOuter) {
            self.uncorrelated_input(&right.plan, origin)?;
        }
        if matches!(join.kind, JoinKind::RightOuter | JoinKind::FullOuter) {
            self.uncorrelated_input(&left.plan, origin)?;
        }
        match &join.criteria {
            JoinCriteria::None => self.joined(left, right, join.kind, Vec::new(), origin),
            JoinCriteria::On(condition) => {
                let both: Vec<ScopeColumn> = left.columns.iter().chain(&right.columns).cloned().collect();
                let scope = Scope { outer: Some(outer), ..Scope::of(&both) };
                let origin_of = &condition.origin;
                self.keys_without_window(std::iter::once(condition.as_ref()), "ON")?;
                let condition = self.join_condition(condition, &scope)?;
                self.checked_condition(&condition, [&left.plan, &right.plan], origin_of)?;
                self.joined(left, right, join.kind, vec![condition], origin)
            }
            JoinCriteria::Using(names) => {
                let mut keys = Vec::new();
                for name in names {
                    let is_key = |column: &&ScopeColumn| column.is_visible() && column.attribute.name == name.text;
                    let side =
                        |resolver: &mut Self, planned: &Planned, which: &str| match planned.columns.iter().find(is_key)
                        {
                            Some(column) => Some(column.clone()),
                            None => {
                                let title = format!(
                                    "column `{}` of USING is not one column of the {which} input",
                                    name.text.as_str()
                                );
                                let diagnostic = Diagnostic::error(Condition::UNRESOLVED_USING_COLUMN_FOR_JOIN, title);
                                resolver.refuse(diagnostic, &name.origin, "no such column")
                            }
                        };
                    keys.push((side(self, &left, "left"), side(self, &right, "right")));
                }
                let keys = keys.into_iter().map(|(l, r)| Some((l?, r?))).collect::<Option<Vec<_>>>()?;
                self.by_keys(left, right, join.kind, keys, origin)
            }
            JoinCriteria::Natural if matches!(join.kind, JoinKind::LeftSemi | JoinKind::LeftAnti) => {
                let title = "NATURAL stands with no SEMI and no ANTI JOIN";
                let diagnostic = Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title);
                self.refuse(diagnostic.help("name the columns: `USING (…)`"), origin, "")
            }
            JoinCriteria::Natural => {
                let visible =
                    |planned: &Planned| planned.columns.iter().filter(|c| c.is_visible()).cloned().collect::<Vec<_>>();
                let (lefts, rights) = (visible(&left), visible(&right));
                let mut open: Vec<_> = rights.iter().map(|other| &other.attribute.name).collect();
                let keys = lefts.iter().filter_map(|own| {
                    let name = &own.attribute.name;
                    open.remove(open.iter().position(|other| *other == name)?);
                    // of several columns of a name the first is meant each time
                    let first = |columns: &[ScopeColumn]| columns.iter().find(|c| c.attribute.name == *name).cloned();
                    first(&lefts).zip(first(&rights))
                });
                let keys = keys.collect();
                self.by_keys(left, right, join.kind, keys, origin)
            }
        }
    }

    fn join_condition(&mut self, written: &Expression, scope: &Scope<'_>) -> Option<Expr> {
        if mentions_aggregate(written) {
            let title = "an aggregate function stands in ON";
            let diagnostic = Diagnostic::error(Condition::UNSUPPORTED_EXPR_FOR_OPERATOR, title);
            return self.refuse(diagnostic.help("compute it in a query beneath"), &written.origin, "");
        }
        let value = self.expression(written, scope)?;
        if value.data_type != SparkType::Boolean {
            let title = format!("ON needs a condition, this is a value of type {}", value.data_type);
            let diagnostic = Diagnostic::error(Condition::JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE, title);
            return self.refuse(diagnostic, &written.origin, "no condition");
        }
        self.same_for_all_calls(written, Condition::INVALID_NON_DETERMINISTIC_EXPRESSIONS)?;
        Some(null_order::with_keys(value.expr))
    }

    fn joined(
        &mut self,
        left: Planned,
        right: Planned,
        kind: JoinKind,
        on: Vec<Expr>,
        origin: &Origin,
    ) -> Option<Planned> {
        let builder = left.builder();
        let plan = match kind {
            JoinKind::Cross if on.is_empty() => builder.cross_join(right.plan),
            JoinKind::Inner if on.is_empty() => builder.cross_join(right.plan),
            _ => {
                let on = if on.is_empty() { vec![datafusion::logical_expr::lit(true)] } else { on };
                builder.join_on(right.plan, native(kind), on)
            }
        };
        let plan = self.built(plan, origin)?;
        let nulls = |columns: Vec<ScopeColumn>, filled: bool| {
            columns.into_iter().map(move |mut column| {
                column.attribute.nullable |= filled;
                column
            })
        };
        let left_filled = matches!(kind, JoinKind::RightOuter | JoinKind::FullOuter);
        let right_filled = matches!(kind, JoinKind::LeftOuter | JoinKind::FullOuter);
        let mut columns: Vec<ScopeColumn> = nulls(left.columns, left_filled).collect();
        if !matches!(kind, JoinKind::LeftSemi | JoinKind::LeftAnti) {
            columns.extend(nulls(right.columns, right_filled));
        }
        Some(Planned { plan, columns })
    }

    fn by_keys(
        &mut self,
        left: Planned,
        right: Planned,
        kind: JoinKind,
        keys: Vec<(ScopeColumn, ScopeColumn)>,
        origin: &Origin,
    ) -> Option<Planned> {
        let mut on = Vec::new();
        for (own, other) in &keys {
            on.push(self.equal(&typed(own), &typed(other), origin)?);
        }
        let kind = if kind == JoinKind::Cross { JoinKind::Inner } else { kind };
        let joined = self.joined(left, right, kind, on, origin)?;
        if matches!(kind, JoinKind::LeftSemi | JoinKind::LeftAnti) {
            let place = |column: &ScopeColumn| {
                keys.iter().position(|(own, _)| own.attribute.id == column.attribute.id).unwrap_or(keys.len())
            };
            let mut columns = joined.columns;
            columns.sort_by_key(place);
            return Some(Planned { columns, ..joined });
        }
        let find =
            |key: &ScopeColumn| joined.columns.iter().find(|column| column.attribute.id == key.attribute.id).cloned();
        let mut shown = Vec::new();
        let mut hidden = Vec::new();
        let mut exprs: Vec<Expr> = joined.columns.iter().map(|column| column.attribute.column()).collect();
        for (own, other) in &keys {
            let (Some(own), Some(other)) = (find(own), find(other)) else { continue };
            match kind {
                JoinKind::RightOuter => {
                    hidden.push(ScopeColumn { reach: Reach::Qualified, ..own });
                    shown.push(other);
                }
                JoinKind::FullOuter => {
                    let merged = self.either(&typed(&own), &typed(&other), origin)?;
                    let attribute = self.attribute(own.attribute.name.clone(), &merged);
                    exprs.push(merged.expr.alias(attribute.internal()));
                    shown.push(ScopeColumn::computed(attribute));
                    hidden.push(ScopeColumn { reach: Reach::Qualified, ..own });
                    hidden.push(ScopeColumn { reach: Reach::Qualified, ..other });
                }
                _ => {
                    shown.push(own);
                    hidden.push(ScopeColumn { reach: Reach::Qualified, ..other });
                }
            }
        }
        let taken: Vec<_> = shown.iter().chain(&hidden).map(|column| column.attribute.id).collect();
        let rest = joined.columns.iter().filter(|column| !taken.contains(&column.attribute.id)).cloned();
        let columns: Vec<ScopeColumn> = shown.iter().cloned().chain(rest).chain(hidden.iter().cloned()).collect();
        let plan = self.built(LogicalPlanBuilder::from(joined.plan).project(exprs), origin)?;
        Some(Planned { plan, columns })
    }

    fn equal(&mut self, left: &Typed, right: &Typed, origin: &Origin) -> Option<Expr> {
        self.builtin("==", vec![left.clone(), right.clone()], origin).map(|equal| equal.expr)
    }

    fn either(&mut self, left: &Typed, right: &Typed, origin: &Origin) -> Option<Typed> {
        let common = comparison_type(&left.data_type, &right.data_type).unwrap_or_else(|| left.data_type.clone());
        let (left, right) = (cast(left.clone(), &common, Mode::Ansi), cast(right.clone(), &common, Mode::Ansi));
        let (left, right) = (self.settle(left, origin)?, self.settle(right, origin)?);
        self.builtin("coalesce", vec![left, right], origin)
    }

    /// A call of a built-in function on resolved arguments.
    pub(crate) fn builtin(&mut self, name: &'static str, arguments: Vec<Typed>, origin: &Origin) -> Option<Typed> {
        let function = registry::find(name)?;
        let (session, entropy) = (&self.options.session, 0);
        let call = Call { name, arguments, distinct: false, ignore_nulls: false, order: Vec::new(), session, entropy };
        let value = (function.resolve)(&call);
        self.settle(value, origin)
    }
}

fn native(kind: JoinKind) -> JoinType {
    match kind {
        JoinKind::Inner | JoinKind::Cross => JoinType::Inner,
        JoinKind::LeftOuter => JoinType::Left,
        JoinKind::RightOuter => JoinType::Right,
        JoinKind::FullOuter => JoinType::Full,
        JoinKind::LeftSemi => JoinType::LeftSemi,
        JoinKind::LeftAnti => JoinType::LeftAnti,
    }
}
