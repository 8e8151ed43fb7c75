//! UNPIVOT: columns become rows of a name and a value.

use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::Typed;
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::coercion::common_of_values;
use lakesmith_functions::generator::Generated;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, NamePart};
use lakesmith_unresolved::relation::Unpivot;
use lakesmith_unresolved::{Literal, SparkType, StructField};

use crate::generator::Rows;
use crate::literal::literal;
use crate::project::typed;
use crate::resolver::{Planned, Resolver};
use crate::scope::{Found, Reach, Scope, ScopeColumn};

/// Columns that become one row, and the name that the row has.
type Group = (Vec<ScopeColumn>, String);

impl Resolver<'_> {
    /// UNPIVOT and `melt`.
    pub(crate) fn unpivot(&mut self, unpivot: &Unpivot, origin: &Origin, outer: &Scope<'_>) -> Option<Planned> {
        let input = self.relation(&unpivot.input, outer)?;
        let ids = match &unpivot.ids {
            Some(ids) => {
                let ids: Vec<Option<ScopeColumn>> = ids.iter().map(|id| self.unpivoted(id, &input)).collect();
                Some(ids.into_iter().collect::<Option<Vec<_>>>()?)
            }
            None => None,
        };
        let visible: Vec<ScopeColumn> = input.columns.iter().filter(|column| column.is_visible()).cloned().collect();
        let groups = match (&unpivot.values, &ids) {
            (Some(values), _) => self.groups_of(values, unpivot.value_names.len(), &input)?,
            (None, ids) => {
                let is_id = |column: &ScopeColumn| {
                    ids.iter().flatten().any(|id: &ScopeColumn| id.attribute.id == column.attribute.id)
                };
                let rest = visible.iter().filter(|column| !is_id(column));
                rest.map(|column| (vec![column.clone()], column.attribute.name.as_str().to_owned())).collect()
            }
        };
        if groups.is_empty() {
            let title = "UNPIVOT has no columns that become rows";
            return self.refuse(Diagnostic::error(Condition::UNPIVOT_REQUIRES_VALUE_COLUMNS, title), origin, "");
        }
        let is_used = |column: &ScopeColumn| {
            groups.iter().flat_map(|(columns, _)| columns).any(|used| used.attribute.id == column.attribute.id)
        };
        let ids = ids.unwrap_or_else(|| visible.into_iter().filter(|column| !is_used(column)).collect());
        self.check_value_names(unpivot, &ids, origin)?;
        let generated = self.unpivoted_rows(unpivot, &groups, origin)?;
        let rows = Rows { names: &[], qualifier: Vec::new(), reach: Reach::Plain, is_outer: false, origin };
        let before = input.columns.len();
        let planned = self.unnested(input, &rows, generated)?;
        let added = planned.columns[before..].to_vec();
        let mut plan = planned.plan;
        if !unpivot.include_nulls {
            let values = added[1..].iter().map(|column| column.attribute.column().is_not_null());
            if let Some(present) = values.reduce(Expr::or) {
                plan = self.built(LogicalPlanBuilder::from(plan).filter(present), origin)?;
            }
        }
        Some(Planned { plan, columns: ids.into_iter().chain(added).collect() })
    }

    /// Notes a value column of an id's name, among which Spark cannot choose where it drops NULLs.
    fn check_value_names(&mut self, unpivot: &Unpivot, ids: &[ScopeColumn], origin: &Origin) -> Option<()> {
        let is_id = |name: &&String| ids.iter().any(|id| id.attribute.name.matches(name));
        match unpivot.value_names.iter().find(is_id).filter(|_| !unpivot.include_nulls) {
            None => Some(()),
            Some(name) => {
                let title = format!("UNPIVOT names its values `{name}`, and a column has that name");
                let diagnostic = Diagnostic::error(Condition::AMBIGUOUS_REFERENCE, title);
                self.refuse(diagnostic.help("choose another name"), origin, "")
            }
        }
    }

    fn groups_of(
        &mut self,
        written: &[(Vec<Expression>, Option<NamePart>)],
        width: usize,
        input: &Planned,
    ) -> Option<Vec<Group>> {
        let mut groups = Vec::new();
        for (columns, name) in written {
            let found: Vec<Option<ScopeColumn>> = columns.iter().map(|column| self.unpivoted(column, input)).collect();
            let Some(found) = found.into_iter().collect::<Option<Vec<_>>>() else {
                groups.push(None);
                continue;
            };
            if found.len() != width {
                let title = format!("UNPIVOT makes {width} value columns of {}", found.len());
                let place = columns.first().map_or(Origin::default(), |column| column.origin.clone());
                return self.refuse(Diagnostic::error(Condition::UNPIVOT_VALUE_SIZE_MISMATCH, title), &place, "");
            }
            let own = found.iter().map(|column| column.attribute.name.as_str()).collect::<Vec<_>>().join("_");
            groups.push(Some((found, name.as_ref().map_or(own, |name| name.text.as_str().to_owned()))));
        }
        groups.into_iter().collect()
    }

    /// A column of the input by its name.
    fn unpivoted(&mut self, written: &Expression, input: &Planned) -> Option<ScopeColumn> {
        let scope = Scope::of(&input.columns);
        if let ExpressionKind::Attribute { parts, plan_id, .. } = &written.kind {
            match scope.find(parts, *plan_id) {
                Found::Column(column, taken) if taken == parts.len() => return Some(column.clone()),
                Found::Column(..) => {}
                _ => {
                    // notes why the name is none
                    self.expression(written, &scope)?;
                }
            }
        }
        let diagnostic = Diagnostic::error(Condition::UNPIVOT_REQUIRES_ATTRIBUTES, "UNPIVOT takes columns only");
        self.refuse(diagnostic.help("select the value under a name in a query beneath"), &written.origin, "no column")
    }

    fn unpivoted_rows(&mut self, unpivot: &Unpivot, groups: &[Group], origin: &Origin) -> Option<Generated> {
        let mut fields = vec![StructField {
            nullable: false,
            ..StructField::nullable(unpivot.variable_name.as_str(), SparkType::STRING)
        }];
        for (at, name) in unpivot.value_names.iter().enumerate() {
            let types: Vec<&SparkType> = groups.iter().map(|(columns, _)| &columns[at].attribute.data_type).collect();
            let Ok(common) = common_of_values("UNPIVOT", types.iter().copied()) else {
                let listed = types.iter().map(|data_type| data_type.to_string()).collect::<Vec<_>>().join(", ");
                let title = format!("UNPIVOT puts values of types that have none in common into `{name}`: {listed}");
                let diagnostic = Diagnostic::error(Condition::UNPIVOT_VALUE_DATA_TYPE_MISMATCH, title);
                return self.refuse(diagnostic.help("cast the columns in a query beneath"), origin, "");
            };
            let nullable = groups.iter().any(|(columns, _)| columns[at].attribute.nullable);
            fields.push(StructField { nullable, ..StructField::nullable(name.as_str(), common) });
        }
        let mut rows = Vec::new();
        for (columns, name) in groups {
            let name = self.settle(literal(&Literal::String(name.clone())), origin)?;
            let mut values = vec![name];
            for (column, field) in columns.iter().zip(&fields[1..]) {
                values.push(self.settle(cast(typed(column), &field.data_type, Mode::Ansi), origin)?);
            }
            rows.push(values);
        }
        self.listed_rows(rows, fields, origin)
    }

    /// Rows as a list of structs of the given fields; names of fields may be equal.
    pub(crate) fn listed_rows(
        &mut self,
        rows: Vec<Vec<Typed>>,
        fields: Vec<StructField>,
        origin: &Origin,
    ) -> Option<Generated> {
        // fields are reached by their names, which the user's need not be
        let inner = |at: usize| format!("_{at}");
        let mut structs = Vec::new();
        for row in rows {
            let mut arguments = Vec::new();
            for (at, value) in row.into_iter().enumerate() {
                arguments.push(self.settle(literal(&Literal::String(inner(at))), origin)?);
                arguments.push(value.with_nullable(true));
            }
            structs.push(self.builtin("named_struct", arguments, origin)?);
        }
        let rows = self.builtin("array", structs, origin)?;
        Some(Generated { rows, columns: fields, is_outer: false })
    }
}
