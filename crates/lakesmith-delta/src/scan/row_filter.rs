//! [`pays_off`]: whether the reader of Parquet should apply filters while it decodes, rather than a node above it.
//!
//! A reader that filters decodes the other columns only where rows are left, but it keeps the places of these rows as runs, which
//! costs for each run. So it is worth it where few rows are left or the other columns are dear, as texts are. What is compared is
//! the time for one row of the table. Filters that come up while a query runs, as those of joins, are not known here; the reader
//! applies them where there is no other filter.

use arrow::datatypes::{DataType, Schema};
use datafusion::common::stats::Precision;
use datafusion::common::{Column, ColumnStatistics, ScalarValue, Statistics};
use datafusion::logical_expr::{Between, BinaryExpr, Expr, Operator};

/// Nanoseconds for a run of rows that are left, or are not. At one row in five, reading three texts takes the same time either way;
/// this and the costs of decoding were measured on random rows.
const RUN: f64 = 100.0;
/// Nanoseconds to decode a value of a fixed width.
const FIXED: f64 = 2.0;
/// Nanoseconds to decode a text.
const TEXT: f64 = 12.0;
/// Nanoseconds to decode a nested value.
const NESTED: f64 = 60.0;

/// The share of rows of which nothing is known.
const UNKNOWN: f64 = 1.0 / 3.0;
/// The share of rows that hold one value, where nothing is known of the values.
const ONE_OF_MANY: f64 = 0.05;

/// Whether filters are better applied by the reader, of which `outputs` are asked for.
pub(super) fn pays_off<'a>(
    filters: &[Expr],
    outputs: impl Iterator<Item = &'a str>,
    schema: &Schema,
    statistics: &Statistics,
) -> bool {
    // a condition about no column is the same for all rows; it may end in an error, of which the reader would keep the text alone
    if filters.iter().any(|filter| filter.column_refs().is_empty()) {
        return false;
    }
    let known = Known { schema, statistics };
    // a column of no file, by whose values whole files are left out, leaves no gaps within a file
    let is_of_rows = |filter: &&Expr| filter.column_refs().iter().any(|column| schema.index_of(&column.name).is_ok());
    if !filters.iter().any(|filter| is_of_rows(&filter)) {
        return true;
    }
    let share: f64 = filters.iter().filter(is_of_rows).map(|filter| known.share(filter)).product();
    let is_filtered =
        |name: &str| filters.iter().any(|filter| filter.column_refs().iter().any(|column| column.name == name));
    let others = outputs.filter(|name| !is_filtered(name));
    let decoding: f64 =
        others.filter_map(|name| schema.field_with_name(name).ok()).map(|field| cost(field.data_type())).sum();
    // of random rows, a run ends where a row is left and the next is not, or the other way round
    let runs = 2.0 * share * (1.0 - share);
    runs * RUN + share * decoding < decoding
}

fn cost(data_type: &DataType) -> f64 {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => TEXT,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => TEXT,
        other if other.is_nested() => NESTED,
        _ => FIXED,
    }
}

/// What the log knows of the rows.
struct Known<'a> {
    schema: &'a Schema,
    statistics: &'a Statistics,
}

impl Known<'_> {
    /// About which share of the rows a condition leaves.
    fn share(&self, condition: &Expr) -> f64 {
        match condition {
            Expr::Alias(alias) => self.share(&alias.expr),
            Expr::Not(condition) => 1.0 - self.share(condition),
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => self.share(left) * self.share(right),
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
                (self.share(left) + self.share(right)).min(1.0)
            }
            Expr::BinaryExpr(BinaryExpr { left, op, right }) => match (&**left, &**right) {
                (column, Expr::Literal(value, _)) => self.compared(column, *op, value),
                (Expr::Literal(value, _), column) => op.swap().map_or(UNKNOWN, |op| self.compared(column, op, value)),
                _ => UNKNOWN,
            },
            Expr::Between(Between { expr, negated, low, high }) => {
                let (Expr::Literal(low, _), Expr::Literal(high, _)) = (&**low, &**high) else { return UNKNOWN };
                let within = self.compared(expr, Operator::LtEq, high) - self.compared(expr, Operator::Lt, low);
                turned(within.max(0.0), *negated)
            }
            Expr::InList(list) => {
                let one = self.column(&list.expr).map_or(ONE_OF_MANY, one_value);
                turned((one * list.list.len() as f64).min(1.0), list.negated)
            }
            Expr::IsNull(value) => self.nulls(value),
            Expr::IsNotNull(value) => 1.0 - self.nulls(value),
            Expr::Literal(ScalarValue::Boolean(Some(true)), _) => 1.0,
            Expr::Literal(..) => 0.0,
            _ => UNKNOWN,
        }
    }

    /// The statistics of a column, perhaps under a cast.
    fn column(&self, expr: &Expr) -> Option<&ColumnStatistics> {
        match expr {
            Expr::Column(Column { name, .. }) => {
                self.statistics.column_statistics.get(self.schema.index_of(name).ok()?)
            }
            Expr::Cast(cast) => self.column(&cast.expr),
            _ => None,
        }
    }

    fn nulls(&self, value: &Expr) -> f64 {
        let nulls = self.column(value).and_then(|column| column.null_count.get_value());
        match (nulls, self.statistics.num_rows.get_value()) {
            (Some(nulls), Some(rows)) if *rows > 0 => *nulls as f64 / *rows as f64,
            _ => ONE_OF_MANY,
        }
    }

    fn compared(&self, column: &Expr, operator: Operator, value: &ScalarValue) -> f64 {
        let column = self.column(column);
        match operator {
            Operator::Eq | Operator::IsNotDistinctFrom => column.map_or(ONE_OF_MANY, one_value),
            Operator::NotEq | Operator::IsDistinctFrom => 1.0 - column.map_or(ONE_OF_MANY, one_value),
            Operator::Lt | Operator::GtEq => {
                let below = column.and_then(|column| below(column, value, false)).unwrap_or(UNKNOWN);
                turned(below, operator == Operator::GtEq)
            }
            Operator::LtEq | Operator::Gt => {
                let below = column.and_then(|column| below(column, value, true)).unwrap_or(UNKNOWN);
                turned(below, operator == Operator::Gt)
            }
            _ => UNKNOWN,
        }
    }
}

fn turned(share: f64, is_negated: bool) -> f64 {
    if is_negated { 1.0 - share } else { share }
}

/// The share of one value among all, or among whole numbers and days between the column's bounds.
fn one_value(column: &ColumnStatistics) -> f64 {
    if let Some(values) = column.distinct_count.get_value() {
        return 1.0 / (*values).max(1) as f64;
    }
    match bounds(column) {
        Some((least, most)) if is_whole(&column.min_value) => 1.0 / (most - least + 1.0),
        _ => ONE_OF_MANY,
    }
}

fn is_whole(value: &Precision<ScalarValue>) -> bool {
    value.get_value().is_some_and(|value| value.data_type().is_integer() || value.data_type() == DataType::Date32)
}

/// The share of the values that are less, or equal as well, as if they were spread evenly between the column's bounds.
fn below(column: &ColumnStatistics, value: &ScalarValue, or_equal: bool) -> Option<f64> {
    let (least, most) = bounds(column)?;
    // a whole number is one of as many as there are between the bounds
    let step = if is_whole(&column.min_value) { 1.0 } else { 0.0 };
    let less = number(value)? - least + if or_equal { step } else { 0.0 };
    let share = less / (most - least + step);
    share.is_finite().then(|| share.clamp(0.0, 1.0))
}

fn bounds(column: &ColumnStatistics) -> Option<(f64, f64)> {
    Some((number(column.min_value.get_value()?)?, number(column.max_value.get_value()?)?))
}

/// A number, or the number of a day.
fn number(value: &ScalarValue) -> Option<f64> {
    match value {
        ScalarValue::Date32(Some(days)) => Some(f64::from(*days)),
        ScalarValue::Decimal128(Some(digits), _, scale) => Some(*digits as f64 / 10f64.powi(i32::from(*scale))),
        ScalarValue::Float32(..) | ScalarValue::Float64(..) => match value.cast_to(&DataType::Float64) {
            Ok(ScalarValue::Float64(number)) => number,
            _ => None,
        },
        other if other.data_type().is_integer() => match other.cast_to(&DataType::Float64) {
            Ok(ScalarValue::Float64(number)) => number,
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::Field;
    use datafusion::prelude::{col, in_list, lit};

    use super::*;

    fn schema() -> Schema {
        let types = [("small", DataType::Int32), ("price", DataType::Decimal128(9, 2)), ("name", DataType::Utf8)];
        Schema::new(types.map(|(name, data_type)| Field::new(name, data_type, true)).to_vec())
    }

    fn statistics() -> Statistics {
        let mut statistics = Statistics::new_unknown(&schema());
        statistics.num_rows = Precision::Exact(1000);
        let columns = &mut statistics.column_statistics;
        columns[0].min_value = Precision::Exact(ScalarValue::from(1));
        columns[0].max_value = Precision::Exact(ScalarValue::from(10));
        columns[0].null_count = Precision::Exact(100);
        columns[1].min_value = Precision::Exact(ScalarValue::Decimal128(Some(0), 9, 2));
        columns[1].max_value = Precision::Exact(ScalarValue::Decimal128(Some(50_000), 9, 2));
        statistics
    }

    fn share(condition: &Expr) -> f64 {
        let (schema, statistics) = (schema(), statistics());
        (Known { schema: &schema, statistics: &statistics }.share(condition) * 1000.0).round() / 1000.0
    }

    #[test]
    fn shares_are_those_of_values_spread_evenly_between_the_bounds() {
        assert_eq!(share(&col("small").eq(lit(3))), 0.1);
        assert_eq!(share(&lit(3).gt_eq(col("small"))), 0.3);
        assert_eq!(share(&col("small").gt_eq(lit(3)).and(col("small").lt_eq(lit(100)))), 0.8);
        assert_eq!(share(&col("price").lt(lit(ScalarValue::Decimal128(Some(1000), 6, 1)))), 0.2);
        assert_eq!(share(&in_list(col("small"), vec![lit(1), lit(2)], true)), 0.8);
        assert_eq!(share(&col("small").is_null()), 0.1);
        assert_eq!(share(&col("small").between(lit(2), lit(4))), 0.3);
        assert_eq!(share(&col("name").eq(lit("x")).or(col("name").not_eq(lit("x")))), 1.0);
    }

    #[test]
    fn a_reader_filters_where_few_rows_are_left_or_what_they_hold_is_dear() {
        let (schema, statistics) = (schema(), statistics());
        let pays = |filter: Expr, outputs: &[&str]| pays_off(&[filter], outputs.iter().copied(), &schema, &statistics);
        assert!(!pays(lit(1).eq(lit(2)), &["name"]));
        assert!(!pays(col("small").gt(lit(5)), &["small", "price"]));
        assert!(!pays(col("small").gt(lit(5)), &["small"]));
        assert!(!pays(col("small").gt(lit(5)), &["name"]));
        assert!(pays(col("small").gt(lit(10_000)), &["price"]));
        assert!(!pays(col("name").eq(lit("x")), &["small", "price"]));
        assert!(pays(col("small").gt(lit(10_000)), &["small", "price"]));
        assert!(pays(col("price").lt(lit(ScalarValue::Decimal128(Some(1), 6, 2))), &["name"]));
    }
}
