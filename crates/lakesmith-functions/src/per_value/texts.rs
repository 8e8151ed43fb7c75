//! Which expressions are functions of one text.

use std::sync::Arc;

use datafusion::common::tree_node::TreeNode;
use datafusion::physical_expr::expressions::{
    BinaryExpr, CaseExpr, CastExpr, InListExpr, IsNotNullExpr, IsNullExpr, Literal, NotExpr,
};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};
use datafusion::physical_expr_common::physical_expr::is_volatile;

/// The one leaf of an expression that is no constant, and that `is_leaf` knows; nothing where there are others or none, where it is
/// the expression itself or all that is asked is whether it is NULL, and where the same text may give another value in another row.
pub(super) fn only_leaf(
    expr: &Arc<dyn PhysicalExpr>,
    is_leaf: &impl Fn(&Arc<dyn PhysicalExpr>) -> bool,
) -> Option<Arc<dyn PhysicalExpr>> {
    let mut found = None;
    if asks_for_null(expr, is_leaf) || is_leaf(expr) || !gather(expr, is_leaf, &mut found) || is_volatile(expr) {
        return None;
    }
    found
}

fn asks_for_null(expr: &Arc<dyn PhysicalExpr>, is_leaf: &impl Fn(&Arc<dyn PhysicalExpr>) -> bool) -> bool {
    (expr.is::<IsNullExpr>() || expr.is::<IsNotNullExpr>()) && expr.children().into_iter().all(is_leaf)
}

fn gather(
    expr: &Arc<dyn PhysicalExpr>,
    is_leaf: &impl Fn(&Arc<dyn PhysicalExpr>) -> bool,
    found: &mut Option<Arc<dyn PhysicalExpr>>,
) -> bool {
    if is_leaf(expr) {
        let first = found.get_or_insert_with(|| Arc::clone(expr));
        return Arc::clone(first).eq(expr);
    }
    expr.is::<Literal>()
        || is_of_its_children(expr) && expr.children().into_iter().all(|child| gather(child, is_leaf, found))
}

/// Whether the value is one of the children's values alone; others, as the filters of joins, change while a query runs.
fn is_of_its_children(expr: &Arc<dyn PhysicalExpr>) -> bool {
    expr.is::<ScalarFunctionExpr>()
        || expr.is::<BinaryExpr>()
        || expr.is::<CaseExpr>()
        || expr.is::<CastExpr>()
        || expr.is::<InListExpr>()
        || expr.is::<IsNullExpr>()
        || expr.is::<IsNotNullExpr>()
        || expr.is::<NotExpr>()
}

/// Whether a function is called somewhere in the expression.
pub(super) fn calls_function(expr: &Arc<dyn PhysicalExpr>) -> bool {
    expr.exists(|node| Ok(node.is::<ScalarFunctionExpr>())).unwrap_or(false)
}
