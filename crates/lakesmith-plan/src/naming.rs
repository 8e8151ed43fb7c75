//! The names that Spark generates for columns without an alias: `count(1)`, `(a + b)`, `CAST(a AS INT)`.

use lakesmith_unresolved::Literal;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall, JsonStep};

/// The name of a column of the SELECT list.
pub fn column_name(expression: &Expression) -> String {
    match &expression.kind {
        // a cast of a column keeps the column's name
        ExpressionKind::Cast { child, .. }
            if matches!(child.kind, ExpressionKind::Attribute { .. } | ExpressionKind::JsonPath { .. }) =>
        {
            column_name(child)
        }
        ExpressionKind::Attribute { parts, .. } => {
            parts.last().map_or_else(String::new, |part| part.text.as_str().to_owned())
        }
        ExpressionKind::JsonPath { path, .. } => path_name(path),
        _ => text(expression),
    }
}

/// The last name of a JSON path, with the elements that follow it.
fn path_name(path: &[JsonStep]) -> String {
    let mut name = String::new();
    for step in path {
        match step {
            JsonStep::Field { name: field, .. } => name.clone_from(field),
            JsonStep::Index(index) => name.push_str(&format!("[{index}]")),
            JsonStep::All => name.push_str("[*]"),
        }
    }
    name
}

/// The expression as Spark writes it in a generated name.
fn text(expression: &Expression) -> String {
    match &expression.kind {
        ExpressionKind::Literal(literal) => literal_text(literal),
        ExpressionKind::Attribute { parts, .. } => {
            parts.last().map_or_else(String::new, |p| p.text.as_str().to_owned())
        }
        ExpressionKind::Alias { child, names, .. } => {
            let name = names.first().map_or("", |name| name.text.as_str());
            format!("{} AS {name}", text(child))
        }
        ExpressionKind::Cast { child, data_type, .. } => format!("CAST({} AS {data_type})", text(child)),
        ExpressionKind::Function(call) => call_text(call),
        ExpressionKind::Window { function, .. } => format!("{} OVER (…)", text(function)),
        ExpressionKind::ExtractValue { child, extraction } => format!("{}[{}]", text(child), text(extraction)),
        ExpressionKind::JsonPath { child, path } => format!("{}:{}", text(child), path_name(path)),
        ExpressionKind::Star { .. } => "*".into(),
        ExpressionKind::Subquery(_) => "scalarsubquery()".into(),
        _ => "expression".into(),
    }
}

fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Null(_) => "NULL".into(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Byte(value) => value.to_string(),
        Literal::Short(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::Long(value) => value.to_string(),
        Literal::String(value) => value.clone(),
        Literal::Decimal { unscaled, scale, .. } => decimal_text(*unscaled, *scale),
        Literal::Double(value) => lakesmith_functions::text_value::format_double(&format!("{value:e}"), *value),
        Literal::Typed { data_type, text } => format!("{data_type} '{text}'"),
        other => format!("{other:?}"),
    }
}

fn decimal_text(unscaled: i128, scale: i8) -> String {
    let scale = usize::try_from(scale).unwrap_or(0);
    let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn call_text(call: &FunctionCall) -> String {
    let name = call.name.parts.last().map_or("", |part| part.text.as_str());
    let arguments: Vec<String> = call.arguments.iter().map(text).collect();
    match (name, arguments.as_slice()) {
        ("count", [star]) if star == "*" => "count(1)".into(),
        ("==", [left, right]) => format!("({left} = {right})"),
        ("!=", [left, right]) => format!("(NOT ({left} = {right}))"),
        ("and" | "or", [left, right]) => format!("({left} {} {right})", name.to_uppercase()),
        ("+" | "-" | "*" | "/" | "%" | "<" | "<=" | ">" | ">=" | "<=>" | "&" | "|" | "^" | "div", [left, right]) => {
            format!("({left} {name} {right})")
        }
        ("not", [value]) => format!("(NOT {value})"),
        ("negative", [value]) => format!("(- {value})"),
        ("isnull", [value]) => format!("({value} IS NULL)"),
        ("isnotnull", [value]) => format!("({value} IS NOT NULL)"),
        ("like", [value, pattern]) => format!("{value} LIKE {pattern}"),
        ("||", [left, right]) => format!("concat({left}, {right})"),
        ("in", [value, list @ ..]) => format!("({value} IN ({}))", list.join(", ")),
        ("between", [value, lower, upper]) => format!("between({value}, {lower}, {upper})"),
        ("when", all) => case_text(all),
        _ => {
            let distinct = if call.distinct { "DISTINCT " } else { "" };
            format!("{}({distinct}{})", name.to_lowercase(), arguments.join(", "))
        }
    }
}

fn case_text(arguments: &[String]) -> String {
    let mut text = String::from("CASE");
    let mut pairs = arguments.chunks_exact(2);
    for pair in pairs.by_ref() {
        text.push_str(&format!(" WHEN {} THEN {}", pair[0], pair[1]));
    }
    if let [otherwise] = pairs.remainder() {
        text.push_str(&format!(" ELSE {otherwise}"));
    }
    text + " END"
}
