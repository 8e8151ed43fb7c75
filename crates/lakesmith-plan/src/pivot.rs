//! PIVOT: the values of columns become columns. Rows are grouped by all columns that PIVOT does not name.
//!
//! Groups of the values are aggregated first and laid beside each other then, so that a value without rows gives NULL, even of
//! `count`. Types that Spark cannot lay beside each other are aggregated at once, from NULLs where the value is another.

use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::Case;
use datafusion::prelude::Column;
use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::{Typed, constant};
use lakesmith_unresolved::expression::{CastMode, Expression, ExpressionKind};
use lakesmith_unresolved::{Relation, SparkType};

use crate::naming::column_name;
use crate::project::{Block, GlobalGroup, Output, Select, holds_aggregate, typed};
use crate::relation::is_aggregate;
use crate::resolver::{Planned, Resolver};
use crate::scope::{Scope, ScopeColumn};

/// A PIVOT as it is written.
pub(crate) struct Pivot<'r> {
    pub aggregates: &'r [Expression],
    pub columns: &'r [Expression],
    pub values: &'r [Expression],
    /// What rows are grouped by besides; all columns that are not named when nothing is given.
    pub groups: Option<&'r [Expression]>,
    pub origin: &'r Origin,
}

/// Whether values of a type cannot be compared.
fn holds_map(data_type: &SparkType) -> bool {
    match data_type {
        SparkType::Map { .. } => true,
        SparkType::Array { element, .. } => holds_map(element),
        SparkType::Struct(fields) => fields.iter().any(|field| holds_map(&field.data_type)),
        _ => false,
    }
}

/// One of the values that become columns.
struct PivotValue {
    name: String,
    /// In the type of the pivoted column.
    value: Typed,
    written: Expression,
}

impl Resolver<'_> {
    /// A PIVOT.
    pub(crate) fn pivot(&mut self, relation: &Relation, pivot: &Pivot<'_>, outer: &Scope<'_>) -> Option<Planned> {
        let input = self.relation(relation, outer)?;
        let scope = Scope { outer: Some(outer), ..Scope::of(&input.columns) };
        let pivoted = pivoted_expression(pivot);
        let key = self.expression(&pivoted, &scope)?;
        if holds_map(&key.data_type) {
            let title = format!("PIVOT compares values of type {}", key.data_type);
            return self.refuse(Diagnostic::error(Condition::INCOMPARABLE_PIVOT_COLUMN, title), &pivoted.origin, "");
        }
        let values: Vec<Option<PivotValue>> =
            pivot.values.iter().map(|value| self.pivot_value(value, &key, &scope)).collect();
        let aggregates: Vec<Option<Output>> =
            pivot.aggregates.iter().map(|aggregate| self.pivot_aggregate(aggregate, &scope)).collect();
        let values = values.into_iter().collect::<Option<Vec<_>>>()?;
        let aggregates = aggregates.into_iter().collect::<Option<Vec<_>>>()?;
        let groups = match pivot.groups {
            Some(groups) => self.outputs(groups, &scope)?,
            None => implicit_groups(&input.columns, &key, &aggregates),
        };
        let qualifiers: Vec<_> = groups
            .iter()
            .map(|group| group.source.as_ref().map_or_else(Vec::new, |column| column.qualifier.clone()))
            .collect();
        let block = Block::groups_of(Select::Rows(relation, &[]), pivot.origin);
        let mut planned = match aggregates.iter().all(|aggregate| is_laid_out(&aggregate.value.data_type)) {
            true => {
                let first = self.grouped_by_values(&block, input, &groups, key, &aggregates, outer)?;
                self.laid_out(&block, first, &values, &aggregates, outer)?
            }
            false => {
                let mut outputs = groups.clone();
                for value in &values {
                    for (written, aggregate) in pivot.aggregates.iter().zip(&aggregates) {
                        let chosen = chosen(written, &pivoted, value);
                        let typed = self.expression(&chosen, &Scope { aggregates: true, ..scope })?;
                        outputs.push(output(pivot_name(value, aggregate, aggregates.len()), typed, pivot.origin));
                    }
                }
                let keys = groups.iter().map(|group| group.value.clone()).collect();
                self.grouped(&block, GlobalGroup { input, outputs, keys, sets: None }, outer)?
            }
        };
        for (column, qualifier) in planned.columns.iter_mut().zip(qualifiers) {
            column.qualifier = qualifier;
        }
        Some(planned)
    }

    fn pivot_value(&mut self, written: &Expression, key: &Typed, scope: &Scope<'_>) -> Option<PivotValue> {
        let (plain, alias) = match &written.kind {
            ExpressionKind::Alias { child, names, .. } => (child.as_ref(), names.first()),
            _ => (written, None),
        };
        let is_attribute = |part: &Expression| matches!(part.kind, ExpressionKind::Attribute { .. });
        if is_attribute(plain) || plain.children().into_iter().any(is_attribute) {
            self.expression(plain, scope)?;
            let diagnostic = Diagnostic::error(Condition::NON_LITERAL_PIVOT_VALUES, "a value of PIVOT is no constant");
            return self.refuse(diagnostic, &plain.origin, "no constant");
        }
        let value = self.expression(plain, &Scope::default())?;
        let name = match alias {
            Some(alias) => alias.text.as_str().to_owned(),
            None => {
                let text = self.settle(cast(value.clone(), &SparkType::STRING, Mode::Ansi), &plain.origin)?;
                match constant::value(&text.expr) {
                    Some(text) if text.is_null() => "null".to_owned(),
                    Some(text) => text.to_string(),
                    None => {
                        return self
                            .not_built("a value of PIVOT that is not known before the query runs", &plain.origin);
                    }
                }
            }
        };
        let own = value.data_type.clone();
        let Ok(value) = cast(value, &key.data_type, Mode::Ansi) else {
            let title = format!("a value of PIVOT is {own}, the column it is compared with {}", key.data_type);
            let diagnostic = Diagnostic::error(Condition::PIVOT_VALUE_DATA_TYPE_MISMATCH, title);
            return self.refuse(diagnostic, &plain.origin, "another type");
        };
        Some(PivotValue { name, value, written: plain.clone() })
    }

    fn pivot_aggregate(&mut self, written: &Expression, scope: &Scope<'_>) -> Option<Output> {
        let name = match &written.kind {
            ExpressionKind::Alias { names, .. } => names.first().map_or("", |name| name.text.as_str()).to_owned(),
            _ => column_name(written),
        };
        let value = self.expression(written, &Scope { aggregates: true, ..*scope })?;
        if !holds_aggregate(&value.expr) {
            let title = format!("`{name}` of PIVOT has no aggregate function");
            let diagnostic =
                Diagnostic::error(Condition::MISSING_AGGREGATION, title).help(format!("write `any_value({name})`"));
            return self.refuse(diagnostic, &written.origin, "not aggregated");
        }
        Some(output(name, value, &written.origin))
    }

    /// Groups and the pivoted columns, aggregated: the columns are the groups, the key and the aggregates.
    fn grouped_by_values(
        &mut self,
        block: &Block<'_>,
        input: Planned,
        groups: &[Output],
        key: Typed,
        aggregates: &[Output],
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let mut outputs = groups.to_vec();
        outputs.push(output("pivot".into(), key.clone(), block.origin));
        outputs.extend(aggregates.iter().cloned());
        let keys = groups.iter().map(|group| group.value.clone()).chain([key]).collect();
        self.grouped(block, GlobalGroup { input, outputs, keys, sets: None }, outer)
    }

    /// The aggregates of each value beside each other.
    fn laid_out(
        &mut self,
        block: &Block<'_>,
        first: Planned,
        values: &[PivotValue],
        aggregates: &[Output],
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let groups = first.columns.len() - aggregates.len() - 1;
        let typed: Vec<Typed> = first.columns.iter().map(typed).collect();
        let (key, computed) = (&typed[groups], &typed[groups + 1..]);
        let mut outputs: Vec<Output> = Vec::new();
        for (column, value) in first.columns[..groups].iter().zip(&typed) {
            let metadata = column.attribute.metadata.clone();
            let name = column.attribute.name.clone();
            outputs.push(Output { metadata, name, ..output(String::new(), value.clone(), block.origin) });
        }
        for value in values {
            let is_value = self.builtin("<=>", vec![key.clone(), value.value.clone()], block.origin)?;
            for (aggregate, computed) in aggregates.iter().zip(computed) {
                let branch = (Box::new(is_value.expr.clone()), Box::new(computed.expr.clone()));
                let chosen = Expr::Case(Case::new(None, vec![branch], None));
                let chosen = Typed { expr: chosen, data_type: computed.data_type.clone(), nullable: true };
                let only = if chosen.data_type == SparkType::Boolean { "bool_or" } else { "max" };
                let only = self.builtin(only, vec![chosen], block.origin)?;
                outputs.push(output(pivot_name(value, aggregate, aggregates.len()), only, block.origin));
            }
        }
        let keys = typed[..groups].to_vec();
        self.grouped(block, GlobalGroup { input: first, outputs, keys, sets: None }, outer)
    }
}

/// The column whose values become columns; several are a struct.
fn pivoted_expression(pivot: &Pivot<'_>) -> Expression {
    match pivot.columns {
        [column] => column.clone(),
        columns => Expression::call("struct", columns.to_vec(), pivot.origin.clone()),
    }
}

fn implicit_groups(columns: &[ScopeColumn], key: &Typed, aggregates: &[Output]) -> Vec<Output> {
    let mut used: Vec<Column> = Vec::new();
    for expr in aggregates.iter().map(|aggregate| &aggregate.value.expr).chain([&key.expr]) {
        used.extend(expr.column_refs().into_iter().cloned());
    }
    let is_free = |column: &&ScopeColumn| {
        column.is_visible() && !used.iter().any(|used| used.name == column.attribute.internal())
    };
    let group = |column: &ScopeColumn| Output {
        name: column.attribute.name.clone(),
        value: typed(column),
        origin: Origin::default(),
        source: Some(column.clone()),
        metadata: column.attribute.metadata.clone(),
    };
    columns.iter().filter(is_free).map(group).collect()
}

fn output(name: String, value: Typed, origin: &Origin) -> Output {
    Output { name: Identifier::new(name), value, origin: origin.clone(), source: None, metadata: None }
}

/// The column of a value and an aggregate; a single aggregate is not named.
fn pivot_name(value: &PivotValue, aggregate: &Output, aggregates: usize) -> String {
    match aggregates {
        1 => value.name.clone(),
        _ => format!("{}_{}", value.name, aggregate.name.as_str()),
    }
}

/// Whether Spark lays values of a type beside each other.
fn is_laid_out(data_type: &SparkType) -> bool {
    use SparkType as T;
    matches!(
        data_type,
        T::Boolean | T::Byte | T::Short | T::Integer | T::Long | T::Float | T::Double | T::Decimal { .. }
    )
}

/// The aggregate of the rows whose key is the value: it is given NULL for others.
fn chosen(aggregate: &Expression, key: &Expression, value: &PivotValue) -> Expression {
    let mut aggregate = aggregate.clone();
    aggregate.for_each_mut(&mut |part| {
        let ExpressionKind::Function(call) = &mut part.kind else { return };
        if !is_aggregate(call) {
            return;
        }
        let name = call.name.parts.last().map_or("", |part| part.text.as_str()).to_ascii_lowercase();
        if ["first", "first_value", "last", "last_value", "any_value"].contains(&name.as_str()) {
            call.ignore_nulls = Some(true);
        }
        for argument in &mut call.arguments {
            let origin = argument.origin.clone();
            let written = Expression::new(
                ExpressionKind::Cast {
                    child: Box::new(value.written.clone()),
                    data_type: value.value.data_type.clone(),
                    mode: CastMode::Ansi,
                },
                origin.clone(),
            );
            let is_value = Expression::call("<=>", vec![key.clone(), written], origin.clone());
            let own = match argument.kind {
                ExpressionKind::Star { .. } => {
                    Expression::new(ExpressionKind::Literal(lakesmith_unresolved::Literal::Integer(1)), origin.clone())
                }
                _ => argument.clone(),
            };
            *argument = Expression::call("when", vec![is_value, own], origin);
        }
    });
    aggregate
}
