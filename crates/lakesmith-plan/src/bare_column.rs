//! Columns as Spark writes them in the name of what is computed from them: without their table.

use lakesmith_base::Identifier;
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, NamePart, SubqueryKind};

use crate::naming;
use crate::scope::{Found, Scope};

/// The expression with columns as Spark writes them within a computed one: without their table, with the fields that are asked
/// of them.
pub(crate) fn without_tables(expression: &Expression, scope: &Scope<'_>) -> Expression {
    let mut expression = expression.clone();
    // a cast of a column keeps its name, and one of a field in a column does not
    if let ExpressionKind::Cast { child, .. } = &mut expression.kind
        && let ExpressionKind::Attribute { parts, plan_id, .. } = &child.kind
        && let Found::Column(_, taken) = scope.find(parts, *plan_id)
        && taken < parts.len()
    {
        without_table(child, scope);
        child.kind = ExpressionKind::ExpressionString(naming::text(child));
        return expression;
    }
    let is_computed = match &expression.kind {
        ExpressionKind::Function(_)
        | ExpressionKind::Window { .. }
        | ExpressionKind::ExtractValue { .. }
        | ExpressionKind::Subquery(_) => true,
        ExpressionKind::Cast { child, .. } => !matches!(child.kind, ExpressionKind::Attribute { .. }),
        _ => false,
    };
    if !is_computed {
        return expression;
    }
    expression.for_each_mut(&mut |part| {
        // what is compared with a subquery is no part of it
        if let ExpressionKind::Subquery(subquery) = &mut part.kind
            && let SubqueryKind::In(values) = &mut subquery.kind
        {
            values.iter_mut().for_each(|value| value.for_each_mut(&mut |part| without_table(part, scope)));
        }
        without_table(part, scope);
    });
    expression
}

/// A column without its table, with the fields that are asked of it.
fn without_table(part: &mut Expression, scope: &Scope<'_>) {
    let ExpressionKind::Attribute { parts, plan_id, .. } = &mut part.kind else { return };
    let Found::Column(column, taken) = scope.find_before_aliases(parts, *plan_id) else {
        if let [only] = parts.as_mut_slice()
            && scope.aliases.iter().any(|(name, _)| *name == only.text)
        {
            only.text = Identifier::new(format!("lateralAliasReference({})", only.text.as_str()));
        }
        return;
    };
    let mut shown = parts[taken - 1].text.as_str().to_owned();
    let own = (taken < parts.len()).then(|| parts[parts.len() - 1].clone());
    let mut data_type = &column.attribute.data_type;
    for field in &parts[taken..] {
        let name = field.text.as_str();
        let fields = match data_type {
            SparkType::Array { element, .. } => element.as_ref(),
            other => other,
        };
        match fields {
            SparkType::Struct(fields) => {
                shown.push_str(&format!(".{name}"));
                let found = fields.iter().find(|field| field.name.matches(name));
                data_type = found.map_or(data_type, |field| &field.data_type);
            }
            SparkType::Map { value, .. } => {
                shown.push_str(&format!("[{name}]"));
                data_type = value;
            }
            _ => return,
        }
    }
    let origin = parts[taken - 1].origin.clone();
    // what is shown is the last part, and a field's own name stands before it
    *parts = own.into_iter().chain([NamePart { text: shown.as_str().into(), origin }]).collect();
}
