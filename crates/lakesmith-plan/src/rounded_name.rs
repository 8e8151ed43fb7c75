//! Names of comparisons of whole numbers with constants that have a fraction.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;
use lakesmith_functions::Typed;
use lakesmith_functions::coercion::is_integral;
use lakesmith_unresolved::SparkType;

/// What a comparison of a whole number with a constant DECIMAL is named by: Spark compares with the next whole number, so that
/// `a < 2.5` is `(a < 3)`.
pub(crate) fn rounding(symbol: &str, left: &Typed, right: &Typed) -> Option<&'static str> {
    let is_decimal = |side: &Typed| {
        let is_constant = matches!(side.expr, Expr::Literal(ScalarValue::Decimal128(Some(_), ..), _));
        is_constant && matches!(side.data_type, SparkType::Decimal { .. })
    };
    let is_right = is_integral(&left.data_type) && is_decimal(right);
    let is_left = is_integral(&right.data_type) && is_decimal(left);
    let all = ["<", "<=", ">", ">="].into_iter().zip(ROUNDED);
    let (_, [of_right, of_left]) = all.into_iter().find(|(known, _)| *known == symbol)?;
    if is_right {
        return Some(of_right);
    }
    is_left.then_some(of_left)
}

/// Comparisons whose right, or left, side is shown as a whole number.
const ROUNDED: [[&str; 2]; 4] = [
    ["rounded right <", "rounded left <"],
    ["rounded right <=", "rounded left <="],
    ["rounded right >", "rounded left >"],
    ["rounded right >=", "rounded left >="],
];

/// The name of a comparison that was noted as one of these.
pub(crate) fn text(name: &str, left: &str, right: &str) -> Option<String> {
    let (side, symbol) = name.strip_prefix("rounded ")?.split_once(' ')?;
    // what is more than the whole number below is also more than the fraction
    let is_up = matches!((side, symbol), ("right", "<" | ">=") | ("left", ">" | "<="));
    Some(match side {
        "right" => format!("({left} {symbol} {})", whole_text(right, is_up)),
        _ => format!("({} {symbol} {right})", whole_text(left, is_up)),
    })
}

/// The text of the whole number next to that of a DECIMAL.
fn whole_text(decimal: &str, is_up: bool) -> String {
    let (sign, digits) = decimal.strip_prefix('-').map_or((1, decimal), |digits| (-1, digits));
    let (whole, fraction) = match digits.contains('E') {
        // less than a millionth
        true => ("0", "1"),
        false => digits.split_once('.').unwrap_or((digits, "")),
    };
    let Ok(whole) = whole.parse::<i128>() else { return decimal.to_owned() };
    let is_between = fraction.bytes().any(|digit| digit != b'0');
    let step = i128::from(is_between && is_up == (sign > 0));
    (sign * (whole + step)).to_string()
}
