//! [`Key`]: a column that holds the value of an outer column, and what it means that two of them are the same.

use std::collections::BTreeMap;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::logical_expr::{Expr, Operator, binary_expr, lit};
use datafusion::prelude::Column;

/// A column of a plan that holds the value of an outer column.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// The column.
    pub column: Column,
    /// Its type.
    pub data_type: DataType,
    /// Whether it is never NULL.
    pub is_present: bool,
}

/// Keys by the names of their outer columns.
pub(super) type Keys = BTreeMap<String, Key>;

impl Key {
    pub fn expr(&self) -> Expr {
        Expr::Column(self.column.clone())
    }

    /// The conditions under which a value is this key's; NULL is the same as NULL.
    ///
    /// Plain equalities all of them, because DataFusion's joins have one meaning of NULL for all their keys.
    pub fn is(&self, value: Expr, is_present: bool) -> Vec<Expr> {
        same(value, self.expr(), self.is_present || is_present, &self.data_type)
    }
}

fn same(left: Expr, right: Expr, is_present: bool, data_type: &DataType) -> Vec<Expr> {
    if is_present {
        return vec![left.eq(right)];
    }
    match ScalarValue::new_default(data_type) {
        Ok(filler) if !data_type.is_nested() => {
            let filled = |value: Expr| coalesce(vec![value, lit(filler.clone())]);
            vec![left.clone().is_null().eq(right.clone().is_null()), filled(left).eq(filled(right))]
        }
        _ => vec![binary_expr(left, Operator::IsNotDistinctFrom, right)],
    }
}
