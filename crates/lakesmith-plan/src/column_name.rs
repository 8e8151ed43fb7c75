//! Names of columns and of the fields in them.

use datafusion::common::tree_node::TreeNode;
use datafusion::logical_expr::Expr;
use lakesmith_base::Identifier;
use lakesmith_base::suggest::closest;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::{Typed, arrange, collection};
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall, NamePart};
use lakesmith_unresolved::relation::UNNAMED_QUERY;
use lakesmith_unresolved::{Literal, PlanId, SparkType};

use crate::call::bare_function;
use crate::literal::literal;
use crate::naming;
use crate::project::typed;
use crate::resolver::Resolver;
use crate::scope::{Found, Reach, Scope, ScopeColumn};

impl Resolver<'_> {
    pub(crate) fn name(
        &mut self,
        parts: &[NamePart],
        plan_id: Option<PlanId>,
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Typed> {
        let own = parts.first().and_then(|first| scope.variables.iter().rev().find(|known| known.name == first.text));
        if let (Some(variable), None) = (own, plan_id) {
            return self.fields(variable.value.clone(), &parts[1..]);
        }
        let over_window = |value: &Typed| value.expr.exists(|node| Ok(matches!(node, Expr::WindowFunction(_))));
        let of_window = scope.aliases.iter().rev().find(|(name, _)| *name == parts[0].text);
        if let Some((_, value)) = of_window
            && scope.is_qualify
            && parts.len() == 1
            && over_window(value).unwrap_or(false)
        {
            return Some(value.clone());
        }
        if scope.aliases_first
            && !scope.within_aggregate
            && let Some(output) = self.output_named(parts, scope, origin)
        {
            return output;
        }
        let named = scope.aliases.iter().rev().find(|(name, _)| *name == parts[0].text);
        match scope.find_before_aliases(parts, plan_id) {
            Found::Column(column, taken) => {
                self.check_row_index(column, &parts[taken..], origin)?;
                if column.reach == Reach::Generated && named.is_some() {
                    self.checked_alias(parts, scope, origin)?;
                }
                self.fields(typed(column), &parts[taken..])
            }
            Found::Ambiguous(columns) => self.ambiguous(parts, &columns, origin),
            Found::Nothing => {
                if let Some((_, value)) = named {
                    self.checked_alias(parts, scope, origin)?;
                    let is_same = |(name, _): &&(Identifier, Typed)| *name == parts[0].text;
                    let is_several = scope.aliases.iter().filter(is_same).count() > 1;
                    if !scope.aliases_first && is_several {
                        let title = format!("`{}` is the name of several columns of the SELECT list", shown(parts));
                        let condition = Condition::AMBIGUOUS_LATERAL_COLUMN_ALIAS;
                        return self.refuse(Diagnostic::error(condition, title), origin, "ambiguous");
                    }
                    if !is_several {
                        return self.fields(value.clone(), &parts[1..]);
                    }
                }
                let is_body = scope.parameters.is_some();
                if parts.len() == 1 && (scope.aggregates || is_body) && parts[0].text.matches("grouping__id") {
                    let call = FunctionCall::builtin("grouping_id", Vec::new(), origin.clone());
                    return self.call(&call, scope, origin);
                }
                if parts.len() == 1 && bare_function(parts[0].text.as_str()) {
                    let call = FunctionCall::builtin(parts[0].text.as_str(), Vec::new(), origin.clone());
                    return self.call(&call, scope, origin);
                }
                if let Some(value) = self.outer(parts, plan_id, scope, origin) {
                    return Some(value);
                }
                if let Some(value) = self.parameter(parts, scope, origin) {
                    return value;
                }
                if let (Some((value, taken)), None) = (self.variable(parts), plan_id) {
                    self.note_variable(&parts[taken - 1], &value, origin);
                    return self.fields(value, &parts[taken..]);
                }
                self.unknown_column(parts, scope)
            }
        }
    }

    /// Refuses an alias of the same SELECT list in an aggregate or window function, which are computed before the list.
    fn checked_alias(&mut self, parts: &[NamePart], scope: &Scope<'_>, origin: &Origin) -> Option<()> {
        let is_after = scope.aliases_first || scope.is_qualify;
        let (condition, place) = match (scope.within_aggregate, scope.within_window) {
            _ if is_after => return Some(()),
            (true, _) => {
                (Condition::UNSUPPORTED_FEATURE_LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC, "an aggregate function")
            }
            (false, true) => (Condition::UNSUPPORTED_FEATURE_LATERAL_COLUMN_ALIAS_IN_WINDOW, "a window function"),
            (false, false) => return Some(()),
        };
        let title = format!("`{}` is an alias of the same SELECT list and stands in {place}", shown(parts));
        let help = "write what it stands for, or give it its name in a query beneath this one";
        self.refuse(Diagnostic::error(condition, title).help(help), origin, "an alias")
    }

    /// Refuses `_metadata` as a whole, and its field `row_index`, where that is not built.
    pub(crate) fn check_row_index(&mut self, column: &ScopeColumn, fields: &[NamePart], origin: &Origin) -> Option<()> {
        let is_asked = fields.first().is_none_or(|field| field.text.matches("row_index"));
        match column.reach {
            Reach::MetadataWithoutRowIndex if is_asked => {
                self.not_built("`row_index` of `_metadata` of a Delta table", origin)
            }
            _ => Some(()),
        }
    }

    /// A column of the query around this subquery.
    pub(crate) fn outer(
        &mut self,
        parts: &[NamePart],
        plan_id: Option<PlanId>,
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Typed> {
        let outer = scope.outer?;
        let Found::Column(column, taken) = outer.find(parts, plan_id) else { return None };
        self.outer_named.push(column.attribute.internal());
        let names = column.qualifier.iter().chain([&column.attribute.name]);
        let fields = parts[taken..].iter().map(|part| &part.text);
        let shown: Vec<&str> = names.map(Identifier::as_str).collect();
        let fields: String = fields.map(|field| format!(".{}", field.as_str())).collect();
        self.correlations.push((origin.clone(), format!("outer({}){fields}", shown.join("."))));
        let value = outer_value(column)?;
        self.fields(value, &parts[taken..])
    }

    /// Refuses a name that several columns have.
    pub(crate) fn ambiguous<T>(&mut self, parts: &[NamePart], columns: &[&ScopeColumn], origin: &Origin) -> Option<T> {
        let written = |column: &&ScopeColumn| {
            let table = column.qualifier.last().filter(|table| !table.matches(UNNAMED_QUERY));
            let all = table.into_iter().chain([&column.attribute.name]);
            format!("`{}`", all.map(Identifier::as_str).collect::<Vec<_>>().join("."))
        };
        let candidates: Vec<String> = columns.iter().map(written).collect();
        let title = format!("column `{}` can mean several columns", shown(parts));
        let diagnostic = Diagnostic::error(Condition::AMBIGUOUS_REFERENCE, title)
            .help(format!("write one of {}", candidates.join(", ")));
        self.refuse(diagnostic, origin, "ambiguous")
    }

    pub(crate) fn unknown_column<T>(&mut self, parts: &[NamePart], scope: &Scope<'_>) -> Option<T> {
        let last = parts.last()?;
        let told = scope.columns.iter().filter(|column| column.reach != Reach::MetadataWithoutRowIndex);
        let names: Vec<&str> = told.map(|column| column.attribute.name.as_str()).collect();
        let similar = closest(last.text.as_str(), names.iter().copied(), 3);
        let title = format!("column `{}` does not exist", shown(parts));
        if let Some(diagnostic) = unknown_qualifier(parts, scope, &title) {
            return self.refuse(diagnostic, &parts[0].origin, "no such table or alias here");
        }
        let diagnostic = if similar.is_empty() {
            let listed = names.iter().take(8).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let known =
                if names.is_empty() { "there are no columns here".into() } else { format!("columns here: {listed}") };
            Diagnostic::error(Condition::UNRESOLVED_COLUMN_WITHOUT_SUGGESTION, title).help(known)
        } else {
            let listed = similar.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            Diagnostic::error(Condition::UNRESOLVED_COLUMN_WITH_SUGGESTION, title)
                .help(format!("a column with a similar name exists: {listed}"))
        };
        self.refuse(diagnostic, &last.origin, "no such column")
    }

    /// Fields of a struct, one after the other.
    pub(crate) fn fields(&mut self, mut value: Typed, parts: &[NamePart]) -> Option<Typed> {
        for part in parts {
            value = self.field(value, part.text.as_str(), &part.origin)?;
        }
        Some(value)
    }

    pub(crate) fn field(&mut self, value: Typed, name: &str, origin: &Origin) -> Option<Typed> {
        if let SparkType::Map { key: key_type, .. } = &value.data_type {
            let key = literal(&Literal::String(name.to_owned()));
            let key = self.settle(key, origin)?;
            let key = self.settle(cast(key, key_type, Mode::Ansi), origin)?;
            let element = collection::element(value, key);
            return self.settle(element, origin);
        }
        let fields = match &value.data_type {
            SparkType::Struct(fields) => Some(fields),
            SparkType::Array { element, .. } => match element.as_ref() {
                SparkType::Struct(fields) => Some(fields),
                _ => None,
            },
            _ => None,
        };
        if value.data_type == SparkType::Null {
            return Some(value);
        }
        let Some(fields) = fields else {
            let title = format!("`{name}` is asked of a value of type {}, which has no fields", value.data_type);
            let condition = Condition::INVALID_EXTRACT_BASE_FIELD_TYPE;
            return self.refuse(Diagnostic::error(condition, title), origin, "no struct");
        };
        match fields.iter().position(|field| field.name.matches(name)) {
            Some(index) => {
                let field = match value.data_type {
                    SparkType::Array { .. } => arrange::field_of_each(value, index),
                    _ => collection::field(value, index),
                };
                self.settle(field, origin)
            }
            None => {
                let names: Vec<String> = fields.iter().map(|field| format!("`{}`", field.name.as_str())).collect();
                let diagnostic =
                    Diagnostic::error(Condition::FIELD_NOT_FOUND, format!("field `{name}` does not exist"))
                        .help(format!("the fields are {}", names.join(", ")));
                self.refuse(diagnostic, origin, "no such field")
            }
        }
    }

    pub(crate) fn extract(&mut self, child: &Expression, extraction: &Expression, scope: &Scope<'_>) -> Option<Typed> {
        let value = self.expression(child, scope)?;
        match (&value.data_type, &extraction.kind) {
            (SparkType::Null, _) => Some(value),
            (data_type, ExpressionKind::Literal(Literal::String(name))) if has_fields(data_type) => {
                let name = name.clone();
                self.moved.push((extraction.origin.clone(), naming::FIELD));
                self.field(value, &name, &extraction.origin)
            }
            (data_type @ (SparkType::Array { .. } | SparkType::Map { .. }), _) => {
                if matches!(data_type, SparkType::Map { .. }) {
                    self.moved.push((extraction.origin.clone(), naming::KEY));
                }
                let key = self.expression(extraction, scope)?;
                let element = collection::element(value, key);
                self.settle(element, &extraction.origin)
            }
            _ => {
                let title = format!("a value of type {} has no elements", value.data_type);
                let condition = Condition::INVALID_EXTRACT_BASE_FIELD_TYPE;
                self.refuse(Diagnostic::error(condition, title), &extraction.origin, "")
            }
        }
    }
}

/// A column that is there, under another table or alias than was written.
fn unknown_qualifier(parts: &[NamePart], scope: &Scope<'_>, title: &str) -> Option<Diagnostic> {
    let [qualifier, name] = parts else { return None };
    let is_alias = |column: &&ScopeColumn| column.qualifier.last().is_some_and(|own| *own == qualifier.text);
    if scope.columns.iter().any(|column| is_alias(&column)) {
        return None;
    }
    let fitting = scope.columns.iter().filter(|column| column.attribute.name == name.text);
    let written = fitting.filter_map(|column| {
        let own = column.qualifier.last().filter(|table| !table.matches(UNNAMED_QUERY))?;
        Some(format!("`{}.{}`", own.as_str(), column.attribute.name.as_str()))
    });
    let mut written: Vec<String> = written.collect();
    written.dedup();
    if written.is_empty() {
        return None;
    }
    let help = format!("a table with an alias is named by it: write {}", written.join(" or "));
    Some(Diagnostic::error(Condition::UNRESOLVED_COLUMN_WITH_SUGGESTION, title).help(help))
}

/// A column of the query around a subquery, as its value there.
pub(crate) fn outer_value(column: &ScopeColumn) -> Option<Typed> {
    let attribute = &column.attribute;
    let arrow = lakesmith_engine::arrow_type::to_arrow(&attribute.data_type).ok()?;
    let field = datafusion::arrow::datatypes::Field::new(attribute.internal(), arrow, attribute.nullable);
    let column = datafusion::prelude::Column::new_unqualified(attribute.internal());
    let expr = Expr::OuterReferenceColumn(std::sync::Arc::new(field), column);
    Some(Typed { expr, data_type: attribute.data_type.clone(), nullable: attribute.nullable })
}

/// Whether a value is a struct or a list of structs.
fn has_fields(data_type: &SparkType) -> bool {
    match data_type {
        SparkType::Array { element, .. } => matches!(element.as_ref(), SparkType::Struct(_)),
        other => matches!(other, SparkType::Struct(_)),
    }
}

fn shown(parts: &[NamePart]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".")
}
