//! The names that Spark generates for columns without an alias: `count(1)`, `(a + b)`, `CAST(a AS INT)`.

use datafusion::logical_expr::Expr;
use lakesmith_diagnostic::Origin;
use lakesmith_functions::cast_text::{day_time_literal, year_month_literal};
use lakesmith_functions::text_value::format_typed;
use lakesmith_unresolved::expression::{
    CastMode, Expression, ExpressionKind, FrameBound, FrameUnit, FunctionCall, JsonStep, NamePart, SortOrder,
    SubqueryKind, Window, WindowFrame,
};
use lakesmith_unresolved::{Literal, SparkType};

use crate::bare_column;
use crate::call::field_name;
use crate::call_name;
use crate::literal::moment;
use crate::quantified_like;
use crate::rounded_name;
use crate::scope::Scope;

/// The name of a computed column: additions to dates have names of their own.
pub fn computed_name(
    expression: &Expression,
    value: &Expr,
    scope: &Scope<'_>,
    correlations: &[(Origin, String)],
    moved: &[(Origin, &'static str)],
) -> String {
    let expression =
        &with_kernels(with_named_subqueries(bare_column::without_tables(expression, scope), correlations), moved);
    let name = column_name(expression);
    let (ExpressionKind::Function(call), Expr::ScalarFunction(_)) = (&expression.kind, value) else { return name };
    let symbol = call.name.parts.last().map_or("", |part| part.text.as_str());
    if matches!(symbol.to_ascii_lowercase().as_str(), "to_char" | "to_varchar") {
        let arguments: Vec<String> = call.arguments.iter().map(text).collect();
        return call_name::written_as(symbol, value, &arguments).unwrap_or(name);
    }
    name
}

/// What a call of `+`, `-` or `*` is named by: the kernel that it became, and whether its operands changed places.
pub(crate) fn moving(symbol: &str, kernel: &str, left: &SparkType) -> Option<&'static str> {
    let is_moment = matches!(left, SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz);
    let is_text = matches!(left, SparkType::String { .. });
    Some(match (symbol, kernel) {
        ("lpad", "spark_lpad_bytes") => "lpad bytes",
        ("rpad", "spark_rpad_bytes") => "rpad bytes",
        ("*", "spark_multiply_interval_last") => "swapped *",
        ("+", "spark_date_add" | "spark_wrapping_date_add") if is_moment => "date_add",
        ("+", "spark_date_add" | "spark_wrapping_date_add") => "swapped date_add",
        ("-", "spark_date_sub" | "spark_wrapping_date_sub") => "date_sub",
        ("+", "spark_cast" | "spark_legacy_cast") if *left == SparkType::Date => "days +",
        ("-", "spark_cast" | "spark_legacy_cast") if *left == SparkType::Date => "days -",
        ("+", "spark_cast" | "spark_legacy_cast") => "swapped days +",
        ("+", "spark_add_calendar" | "spark_add_micros" | "spark_add_interval_months") if is_moment || is_text => {
            "moved +"
        }
        ("+", "spark_add_calendar" | "spark_add_micros" | "spark_add_interval_months") => "swapped moved +",
        ("-", "spark_subtract_calendar" | "spark_subtract_micros" | "spark_subtract_months") => "moved -",
        _ => return None,
    })
}

/// What the bound of a RANGE frame is noted by when it is converted to the type of the key, and so no constant to Spark.
pub(crate) const CONVERTED: &str = "converted";

/// What `s['x']` is noted by where it is a field of a struct, which Spark names `s.x`.
pub(crate) const FIELD: &str = "field";

/// What the key of a map is noted by, which Spark shows in brackets even where it is written as the name of a field.
pub(crate) const KEY: &str = "key";

/// `time_bucket` of times without a zone, of which the bucket that others begin at has none either.
pub(crate) const BUCKET_WITHOUT_ZONE: &str = "time_bucket without zone";

/// The expression with calls that move moments under names of their own.
fn with_kernels(mut expression: Expression, moved: &[(Origin, &'static str)]) -> Expression {
    expression.for_each_mut(&mut |part| {
        let known = moved.iter().find(|(origin, _)| *origin == part.origin);
        if let ExpressionKind::Window { window, .. } = &mut part.kind {
            let bounds = window.frame.iter_mut().flat_map(|frame| [&mut frame.lower, &mut frame.upper]);
            for bound in bounds {
                if let FrameBound::Offset(offset) = bound
                    && moved.iter().any(|(origin, how)| *origin == offset.origin && *how == CONVERTED)
                {
                    let shown = match crate::frame::constant(offset) {
                        Some(number) if number < 0 => format!("(- {})", -number),
                        _ => text(offset),
                    };
                    offset.kind = ExpressionKind::ExpressionString(shown);
                }
            }
        }
        if let ExpressionKind::ExtractValue { extraction, .. } = &mut part.kind
            && moved.iter().any(|(origin, how)| *origin == extraction.origin && *how == FIELD)
        {
            extraction.origin = part.origin.clone();
            return;
        }
        if let ExpressionKind::ExtractValue { extraction, .. } = &mut part.kind
            && moved.iter().any(|(origin, how)| *origin == extraction.origin && *how == KEY)
        {
            extraction.kind = ExpressionKind::ExpressionString(text(extraction));
        }
        let ExpressionKind::Function(call) = &mut part.kind else { return };
        let ([_, _], Some((origin, kernel))) = (call.arguments.as_slice(), known) else { return };
        if let Some(last) = call.name.parts.last_mut() {
            *last = NamePart { text: (*kernel).into(), origin: origin.clone() };
        }
    });
    expression
}

/// The expression with the names of subqueries in their place: `exists(a)` names column `a` of the query around it; and with
/// variables as Spark shows them within an expression.
fn with_named_subqueries(mut expression: Expression, correlations: &[(Origin, String)]) -> Expression {
    if matches!(expression.kind, ExpressionKind::Attribute { .. }) {
        return expression;
    }
    expression.for_each_mut(&mut |part| {
        if let ExpressionKind::Attribute { .. } = &part.kind {
            if let Some((_, shown)) = correlations.iter().rev().find(|(origin, _)| *origin == part.origin) {
                part.kind = ExpressionKind::ExpressionString(shown.clone());
            }
            return;
        }
        if let ExpressionKind::Function(call) = &mut part.kind {
            // a function of SQL has its full name
            let own = call.name.parts.last().map(|part| part.text.clone());
            let is_own = |name: &str| {
                name.rsplit('.').next().is_some_and(|last| own.as_ref().is_some_and(|own| own.matches(last)))
            };
            let known = correlations.iter().rev().find(|(origin, name)| *origin == part.origin && is_own(name));
            if let Some((origin, name)) = known {
                call.name.parts = vec![NamePart { text: name.as_str().into(), origin: origin.clone() }];
            }
            return;
        }
        let ExpressionKind::Subquery(subquery) = &part.kind else { return };
        let named = correlations.iter().rev().find(|(origin, _)| *origin == part.origin);
        let outer = named.map_or("", |(_, named)| named.as_str());
        let name = match &subquery.kind {
            SubqueryKind::Exists => format!("exists({outer})"),
            SubqueryKind::In(values) => {
                let value = match values.as_slice() {
                    [value] => text(value),
                    several => {
                        let fields = several.iter().enumerate().map(|(at, value)| {
                            let name = match &value.kind {
                                ExpressionKind::Attribute { .. } => text(value),
                                ExpressionKind::Literal(literal) if is_shown(literal) => text(value),
                                _ => format!("_{at}"),
                            };
                            format!("'{name}', {}", text(value))
                        });
                        format!("named_struct({})", fields.collect::<Vec<_>>().join(", "))
                    }
                };
                format!("({value} IN (listquery({outer})))")
            }
            _ => format!("scalarsubquery({outer})"),
        };
        part.kind = ExpressionKind::ExpressionString(name);
    });
    expression
}

/// Whether a constant is its own name, as a number, a text or NULL is.
fn is_shown(literal: &Literal) -> bool {
    matches!(
        literal,
        Literal::Null(_)
            | Literal::Byte(_)
            | Literal::Short(_)
            | Literal::Integer(_)
            | Literal::Long(_)
            | Literal::Float(_)
            | Literal::Double(_)
            | Literal::Decimal { .. }
            | Literal::String(_)
    )
}

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
pub(crate) fn text(expression: &Expression) -> String {
    match &expression.kind {
        ExpressionKind::Lambda { parameters, body } => {
            let arguments = vec!["namedlambdavariable()"; parameters.len()];
            format!("lambdafunction({}, {})", text(&bound(body, parameters)), arguments.join(", "))
        }
        ExpressionKind::LambdaVariable(parts) => {
            let fields = parts.iter().skip(1).map(|part| format!(".{}", part.text.as_str()));
            std::iter::once("namedlambdavariable()".to_owned()).chain(fields).collect()
        }
        ExpressionKind::Literal(literal) => literal_text(literal),
        ExpressionKind::Attribute { parts, .. } => {
            parts.last().map_or_else(String::new, |p| p.text.as_str().to_owned())
        }
        ExpressionKind::Alias { child, names, .. } => {
            let name = names.first().map_or("", |name| name.text.as_str());
            format!("{} AS {name}", text(child))
        }
        // a cast to a nested type leaves no trace
        ExpressionKind::Cast {
            child,
            data_type: SparkType::Array { .. } | SparkType::Map { .. } | SparkType::Struct(_),
            ..
        } => text(child),
        ExpressionKind::Cast { child, data_type, mode } => {
            let name = if *mode == CastMode::Try { "TRY_CAST" } else { "CAST" };
            format!("{name}({} AS {})", text(child), data_type.without_lengths())
        }
        ExpressionKind::Function(call) => call_text(call),
        ExpressionKind::Window { function, window } => window_text(function, window),
        ExpressionKind::ExtractValue { child, extraction } => match (&extraction.kind, &extraction.origin) {
            // behind the name of a field stands no bracket
            (ExpressionKind::Literal(Literal::String(name)), Origin::Text(field))
                if expression.origin.span().is_some_and(|whole| whole.end == field.end) =>
            {
                format!("{}.{name}", text(child))
            }
            _ => format!("{}[{}]", text(child), text(extraction)),
        },
        ExpressionKind::ComputedIdentifier(computed) => match &computed.kind {
            ExpressionKind::Literal(Literal::String(name)) => name.clone(),
            _ => "expression".into(),
        },
        ExpressionKind::JsonPath { child, path } => format!("{}:{}", text(child), path_name(path)),
        ExpressionKind::Star { .. } => "*".into(),
        ExpressionKind::Subquery(_) => "scalarsubquery()".into(),
        ExpressionKind::ExpressionString(name) => name.clone(),
        _ => "expression".into(),
    }
}

/// The body of a lambda, its parameters told apart from columns.
fn bound(body: &Expression, parameters: &[NamePart]) -> Expression {
    let mut body = body.clone();
    let is_parameter = |parts: &[NamePart]| {
        parts.first().is_some_and(|first| parameters.iter().any(|parameter| parameter.text == first.text))
    };
    body.for_each_mut(&mut |part| {
        let parts = match &part.kind {
            ExpressionKind::Attribute { parts, .. } if is_parameter(parts) => parts.clone(),
            _ => return,
        };
        part.kind = ExpressionKind::LambdaVariable(parts);
    });
    body
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
        Literal::Moment(text) => literal_text(&moment(text)),
        Literal::Typed { data_type, text } => {
            format!("{data_type} '{}'", format_typed(data_type, text).unwrap_or_else(|| text.clone()))
        }
        Literal::DayTimeInterval { microseconds, start, end } => day_time_literal(*microseconds, *start, *end),
        Literal::YearMonthInterval { months, start, end } => year_month_literal(*months, *start, *end),
        Literal::Float(value) => lakesmith_functions::text_value::format_float(*value),
        Literal::Binary(bytes) => format!("X'{}'", bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>()),
        other => format!("{other:?}"),
    }
}

fn decimal_text(unscaled: i128, scale: i8) -> String {
    let scale = usize::try_from(scale).unwrap_or(0);
    let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    // Java turns to an exponent when there are many zeros after the point
    let number = unscaled.unsigned_abs().to_string();
    let exponent = i64::try_from(number.len()).unwrap_or(0) - 1 - i64::try_from(scale).unwrap_or(0);
    if scale > 0 && exponent < -6 {
        let (first, rest) = number.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{sign}{first}{point}{rest}E{exponent}");
    }
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Functions that Spark writes in capitals.
const CAPITALS: [&str; 38] = [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "ceil",
    "cos",
    "cosh",
    "cot",
    "csc",
    "degrees",
    "dense_rank",
    "e",
    "exp",
    "expm1",
    "floor",
    "hypot",
    "log",
    "log10",
    "log1p",
    "log2",
    "percent_rank",
    "pi",
    "power",
    "radians",
    "rank",
    "regexp",
    "regexp_like",
    "rlike",
    "sec",
    "signum",
    "sin",
    "sinh",
    "sqrt",
    "tan",
];

/// The order that `array_sort` has when none is given, as Spark writes it.
const NATURAL_ORDER: &str = ", lambdafunction((IF(((namedlambdavariable() IS NULL) AND (namedlambdavariable() IS NULL)), 0, (IF((namedlambdavariable() IS NULL), 1, (IF((namedlambdavariable() IS NULL), -1, (IF((namedlambdavariable() < namedlambdavariable()), -1, (IF((namedlambdavariable() > namedlambdavariable()), 1, 0)))))))))), namedlambdavariable(), namedlambdavariable())";

/// Arguments that Spark adds when they are left out: function, number of arguments, what is added.
const DEFAULTS: [(&str, usize, &str); 35] = [
    ("aggregate", 3, ", lambdafunction(namedlambdavariable(), namedlambdavariable())"),
    ("approx_percentile", 2, ", 10000"),
    ("percentile", 2, ", 1"),
    ("percentile_approx", 2, ", 10000"),
    ("array_sort", 1, NATURAL_ORDER),
    ("bround", 1, ", 0"),
    ("from_unixtime", 1, ", yyyy-MM-dd HH:mm:ss"),
    ("lag", 1, ", 1, NULL"),
    ("lag", 2, ", NULL"),
    ("lead", 1, ", 1, NULL"),
    ("lead", 2, ", NULL"),
    ("listagg", 1, ", NULL"),
    ("locate", 2, ", 1"),
    ("lpad", 2, ",  "),
    ("months_between", 2, ", true"),
    ("position", 2, ", 1"),
    ("reduce", 3, ", lambdafunction(namedlambdavariable(), namedlambdavariable())"),
    ("regexp_extract", 2, ", 1"),
    ("regexp_extract_all", 2, ", 1"),
    ("regexp_instr", 2, ", 0"),
    ("regexp_replace", 3, ", 1"),
    ("replace", 2, ", "),
    ("round", 1, ", 0"),
    ("rpad", 2, ",  "),
    ("sort_array", 1, ", true"),
    ("split", 2, ", -1"),
    ("string_agg", 1, ", NULL"),
    ("str_to_map", 1, ", ,, :"),
    ("str_to_map", 2, ", :"),
    ("substr", 2, ", 2147483647"),
    ("substring", 2, ", 2147483647"),
    ("to_unix_timestamp", 1, ", yyyy-MM-dd HH:mm:ss"),
    ("unix_timestamp", 1, ", yyyy-MM-dd HH:mm:ss"),
    ("vector_norm", 1, ", 2.0"),
    ("vector_normalize", 1, ", 2.0"),
];

/// Functions whose second argument is no part of the name.
const FIRST_ONLY: [&str; 9] = [
    "any_value",
    "approx_count_distinct",
    "first",
    "first_value",
    "from_json",
    "ilike",
    "last",
    "last_value",
    "from_csv",
];

/// Names that Spark replaces by others.
const RENAMED: [(&str, &str); 4] =
    [("array_agg", "collect_list"), ("curdate", "current_date"), ("dateadd", "date_add"), ("tanh", "TANH")];

fn call_text(call: &FunctionCall) -> String {
    let name = call.name.parts.last().map_or(String::new(), |part| part.text.as_str().to_lowercase());
    let arguments: Vec<String> = call.arguments.iter().map(text).collect();
    match (name.as_str(), arguments.as_slice()) {
        ("count", [star]) if star == "*" => format!("count(1){}", filter_text(call)),
        ("==" | "=", [left, right]) => format!("({left} = {right})"),
        ("!=" | "<>", [left, right]) => format!("(NOT ({left} = {right}))"),
        ("isdistinctfrom", [left, right]) => format!("(NOT ({left} <=> {right}))"),
        ("and" | "or", [left, right]) => format!("({left} {} {right})", name.to_uppercase()),
        ("+" | "-" | "*" | "/" | "%" | "<" | "<=" | ">" | ">=" | "<=>" | "&" | "|" | "^" | "div", [left, right]) => {
            format!("({left} {name} {right})")
        }
        (_, [left, right]) if name.starts_with("rounded ") => {
            rounded_name::text(&name, left, right).unwrap_or_else(|| name.clone())
        }
        (BUCKET_WITHOUT_ZONE, [width, time]) => {
            format!("time_bucket({width}, {time}, TIMESTAMP_NTZ '1970-01-01 00:00:00')")
        }
        ("lpad bytes", [value, length]) => format!("lpad({value}, {length}, X'00')"),
        ("rpad bytes", [value, length]) => format!("rpad({value}, {length}, X'00')"),
        ("ceil" | "floor", [value, digits]) => format!("{name}({value}, {digits})"),
        ("date_add", [left, right]) => format!("date_add({left}, {right})"),
        ("swapped date_add", [left, right]) => format!("date_add({right}, {left})"),
        ("swapped *", [left, right]) => format!("({right} * {left})"),
        ("days +", [left, right]) => format!("date_add({left}, extractansiintervaldays({right}))"),
        ("swapped days +", [left, right]) => format!("date_add({right}, extractansiintervaldays({left}))"),
        ("days -", [left, right]) => format!("date_add({left}, (- extractansiintervaldays({right})))"),
        ("moved +", [left, right]) => format!("{left} + {right}"),
        ("moved -", [left, right]) => format!("{left} - {right}"),
        ("swapped moved +", [left, right]) => format!("{right} + {left}"),
        ("<<" | ">>" | ">>>", [left, right]) => format!("({left} {name} {right})"),
        ("not" | "!", [value]) => format!("(NOT {value})"),
        ("negative", [value]) if !is_named(call) => format!("(- {value})"),
        ("positive", [value]) => format!("(+ {value})"),
        ("~", [value]) => format!("~{value}"),
        ("isnull", [value]) => format!("({value} IS NULL)"),
        ("isnotnull", [value]) => format!("({value} IS NOT NULL)"),
        ("istrue", [value]) => format!("({value} <=> true)"),
        ("isfalse", [value]) => format!("({value} <=> false)"),
        ("isunknown", [value]) if is_kept(&call.arguments[0]) => format!("({value} IS UNKNOWN)"),
        ("isnotunknown", [value]) if is_kept(&call.arguments[0]) => format!("({value} IS NOT UNKNOWN)"),
        ("isunknown", [value]) => format!("({value} IS NULL)"),
        ("isnotunknown", [value]) => format!("({value} IS NOT NULL)"),
        // a cast by its type's name leaves no trace
        (
            "boolean" | "tinyint" | "smallint" | "int" | "bigint" | "float" | "double" | "decimal" | "string"
            | "binary" | "date" | "timestamp",
            [value],
        ) => value.clone(),
        ("like", [value, pattern]) => format!("{value} LIKE {pattern}"),
        ("like", [value, pattern, escape]) => format!("{value} LIKE {pattern} ESCAPE '{escape}'"),
        ("ilike", [value, pattern, ..]) => format!("ilike({value}, {pattern})"),
        ("||", [left, right]) => format!("concat({left}, {right})"),
        ("in", [value, list @ ..]) => format!("({value} IN ({}))", list.join(", ")),
        ("trim", [characters, value]) => format!("TRIM(BOTH {characters} FROM {value})"),
        ("ltrim", [characters, value]) => format!("TRIM(LEADING {characters} FROM {value})"),
        ("rtrim", [characters, value]) => format!("TRIM(TRAILING {characters} FROM {value})"),
        ("between", [value, lower, upper]) => format!("between({value}, {lower}, {upper})"),
        ("if", [condition, then, otherwise]) => format!("(IF({condition}, {then}, {otherwise}))"),
        ("extract" | "datepart", [field, value]) => format!("{name}({field} FROM {value})"),
        ("when", all) => case_text(all),
        ("log", [value]) => format!("LOG(E(), {value})"),
        ("from_json", [_, schema, _]) if schema.to_ascii_lowercase().starts_with("map<") => "entries".into(),
        ("from_json", [_, schema]) if schema.to_ascii_lowercase().starts_with("map<") => "entries".into(),
        // `(x, y)` has the names of its fields, `struct(x, y)` has not
        ("struct", all) if !is_named(call) => {
            let named = call.arguments.iter().zip(all).enumerate();
            let named = named.map(|(index, (argument, text))| format!("{}, {text}", shown_field(argument, index)));
            format!("named_struct({})", named.collect::<Vec<_>>().join(", "))
        }
        ("struct", _) => format!("struct({})", struct_text(&call.arguments)),
        ("mode", _) => mode_text(call),
        _ if name.ends_with("likeany") || name.ends_with("likeall") => {
            quantified_like::name(call, text).unwrap_or(name)
        }
        _ if arguments.len() == 2 && FIRST_ONLY.contains(&name.as_str()) => format!("{name}({})", arguments[0]),
        _ => {
            if let Some(name) = call_name::special(&name, &arguments) {
                return name;
            }
            let distinct = if call.distinct { "DISTINCT " } else { "" };
            let added = DEFAULTS.iter().find(|(known, count, _)| *known == name && *count == arguments.len());
            let added = added.map_or("", |(_, _, added)| *added);
            let nulls = if call.ignore_nulls == Some(true) && name == "nth_value" { " ignore nulls" } else { "" };
            let ignores_nulls = call.ignore_nulls == Some(true);
            let shown = match RENAMED.iter().find(|(known, _)| *known == name) {
                Some((_, shown)) => (*shown).to_owned(),
                None if ignores_nulls && ["first_value", "last_value"].contains(&name.as_str()) => {
                    name.trim_end_matches("_value").to_owned()
                }
                // Spark forgets the other name
                None if name == "string_agg" && !call.within_group.is_empty() => "listagg".to_owned(),
                None if CAPITALS.contains(&name.as_str()) => name.to_uppercase(),
                None => name,
            };
            let shown = format!("{shown}({distinct}{}{added}){nulls}", arguments.join(", "));
            shown + &within_text(call) + &filter_text(call)
        }
    }
}

/// Whether nothing in a condition changes when it is resolved: then Spark keeps the form in which `IS UNKNOWN` was written.
fn is_kept(condition: &Expression) -> bool {
    match &condition.kind {
        ExpressionKind::Literal(literal) => matches!(literal, Literal::Boolean(_)),
        ExpressionKind::Function(call) => {
            let name = call.name.parts.last().map_or("", |part| part.text.as_str());
            ["and", "or", "not", "isunknown", "isnotunknown"].iter().any(|known| known.eq_ignore_ascii_case(name))
                && call.arguments.iter().all(is_kept)
        }
        _ => false,
    }
}

/// ` WITHIN GROUP (ORDER BY …)`, which `listagg` writes in full.
fn within_text(call: &FunctionCall) -> String {
    if call.within_group.is_empty() {
        return String::new();
    }
    let is_full =
        call.name.parts.last().is_some_and(|name| name.text.matches("listagg") || name.text.matches("string_agg"));
    let key = |order: &SortOrder| match order.descending {
        _ if is_full => order_text(order),
        true => format!("{} DESC", text(&order.child)),
        false => text(&order.child),
    };
    format!(" WITHIN GROUP (ORDER BY {})", call.within_group.iter().map(key).collect::<Vec<_>>().join(", "))
}

/// `mode`, whose order Spark writes the other way round.
fn mode_text(call: &FunctionCall) -> String {
    let is_true = |flag: &Expression| flag.kind == ExpressionKind::Literal(Literal::Boolean(true));
    let order = match (call.arguments.as_slice(), call.within_group.as_slice()) {
        ([], [order]) => Some((&order.child, !order.descending)),
        ([value, flag], []) if is_true(flag) => Some((value, true)),
        _ => None,
    };
    let shown = match order {
        Some((value, true)) => format!("mode() WITHIN GROUP (ORDER BY {} DESC)", text(value)),
        Some((value, false)) => format!("mode() WITHIN GROUP (ORDER BY {})", text(value)),
        None => format!("mode({})", call.arguments.first().map(text).unwrap_or_default()),
    };
    shown + &filter_text(call)
}

/// Whether the function is written by its name before its arguments, and not as an operator around them.
fn is_named(call: &FunctionCall) -> bool {
    match (&call.name.origin, call.arguments.first().map(|argument| &argument.origin)) {
        (Origin::Text(name), Some(Origin::Text(argument))) => name.end <= argument.start,
        _ => false,
    }
}

fn filter_text(call: &FunctionCall) -> String {
    call.filter.as_ref().map_or_else(String::new, |filter| format!(" FILTER (WHERE {})", text(filter)))
}

/// The name of a field of `(x, y)`, where columns are shown as `bare_column` leaves them.
fn shown_field(argument: &Expression, index: usize) -> String {
    match &argument.kind {
        ExpressionKind::Attribute { parts, .. } => {
            parts.first().map_or_else(String::new, |part| part.text.as_str().to_owned())
        }
        _ => field_name(argument, index),
    }
}

fn struct_text(arguments: &[Expression]) -> String {
    arguments.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// `f() OVER (PARTITION BY a ORDER BY b ASC NULLS FIRST ROWS BETWEEN … AND …)`.
fn window_text(function: &Expression, window: &Window) -> String {
    let mut parts = Vec::new();
    if !window.partition_by.is_empty() {
        let keys: Vec<String> = window.partition_by.iter().map(text).collect();
        parts.push(format!("PARTITION BY {}", keys.join(", ")));
    }
    if !window.order_by.is_empty() {
        let orders: Vec<String> = window.order_by.iter().map(order_text).collect();
        parts.push(format!("ORDER BY {}", orders.join(", ")));
    }
    parts.push(frame_text(function, window));
    format!("{} OVER ({})", text(function), parts.join(" "))
}

fn order_text(order: &SortOrder) -> String {
    let direction = if order.descending { "DESC" } else { "ASC" };
    let nulls_first = order.nulls_first.unwrap_or(!order.descending);
    format!("{} {direction} NULLS {}", text(&order.child), if nulls_first { "FIRST" } else { "LAST" })
}

fn frame_text(function: &Expression, window: &Window) -> String {
    let call = match &function.kind {
        ExpressionKind::Function(call) => call.name.parts.last().map_or("", |part| part.text.as_str()).to_lowercase(),
        _ => String::new(),
    };
    if let ("lag" | "lead", ExpressionKind::Function(function)) = (call.as_str(), &function.kind) {
        let offset = function.arguments.get(1).map_or_else(|| "1".to_owned(), text);
        let negated = || match offset.parse::<i64>() {
            // the least INT has no opposite
            Ok(rows) => i32::try_from(rows).map_or(-rows, |rows| i64::from(rows.wrapping_neg())).to_string(),
            Err(_) => format!("-{offset}"),
        };
        let signed = if call == "lead" { offset.clone() } else { negated() };
        return format!("ROWS BETWEEN {signed} FOLLOWING AND {signed} FOLLOWING");
    }
    if let Some(frame) = &window.frame {
        return frame_of(frame);
    }
    let ranked = ["row_number", "rank", "dense_rank", "percent_rank", "ntile"].contains(&call.as_str());
    match (ranked, window.order_by.is_empty()) {
        (true, _) => "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW".into(),
        (false, true) => "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING".into(),
        (false, false) => "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW".into(),
    }
}

fn frame_of(frame: &WindowFrame) -> String {
    let bound = |bound: &FrameBound, unbounded: &str| match bound {
        FrameBound::Unbounded => format!("UNBOUNDED {unbounded}"),
        FrameBound::CurrentRow => "CURRENT ROW".into(),
        FrameBound::Offset(offset) => match crate::frame::constant(offset) {
            Some(number) if number < 0 => format!("{} PRECEDING", -number),
            Some(number) => format!("{number} FOLLOWING"),
            None => match preceding(offset) {
                Some(literal) => format!("{} PRECEDING", literal_text(literal)),
                None => format!("{} FOLLOWING", text(offset)),
            },
        },
    };
    let unit = if frame.unit == FrameUnit::Rows { "ROWS" } else { "RANGE" };
    format!("{unit} BETWEEN {} AND {}", bound(&frame.lower, "PRECEDING"), bound(&frame.upper, "FOLLOWING"))
}

/// The constant of a bound that lies before the row; a text has no sign that could be turned.
fn preceding(offset: &Expression) -> Option<&Literal> {
    let ExpressionKind::Function(call) = &offset.kind else { return None };
    match call.arguments.as_slice() {
        [Expression { kind: ExpressionKind::Literal(literal), .. }]
            if call.name.parts.last().is_some_and(|part| part.text.matches("negative"))
                && !matches!(literal, Literal::String(_)) =>
        {
            Some(literal)
        }
        _ => None,
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
