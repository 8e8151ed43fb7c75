//! [`PerValueAdapters`]: expressions over columns that were read with their dictionaries.

use std::sync::Arc;

use arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{CastExpr, Column};
use datafusion::physical_expr_adapter::{
    DefaultPhysicalExprAdapterFactory, PhysicalExprAdapter, PhysicalExprAdapterFactory,
};

use super::expression::{PerValue, dictionary_type, values_schema};
use super::texts::{calls_function, only_leaf};

/// Adapts expressions to a file as DataFusion does, and makes of those of one dictionary a [`PerValue`].
#[derive(Debug)]
pub(super) struct PerValueAdapters {
    /// What the scan gives, rather than filters by. In filters, comparisons stay as they are: by them whole pages are left out.
    pub(super) outputs: Arc<[Arc<dyn PhysicalExpr>]>,
}

impl PhysicalExprAdapterFactory for PerValueAdapters {
    fn create(&self, logical: SchemaRef, physical: SchemaRef) -> Result<Arc<dyn PhysicalExprAdapter>> {
        let has_dictionaries = physical.fields().iter().any(|field| *field.data_type() == dictionary_type());
        let inner = DefaultPhysicalExprAdapterFactory.create(logical, Arc::clone(&physical))?;
        match has_dictionaries {
            true => Ok(Arc::new(PerValueAdapter { inner, physical, outputs: Arc::clone(&self.outputs) })),
            false => Ok(inner),
        }
    }
}

#[derive(Debug)]
struct PerValueAdapter {
    inner: Arc<dyn PhysicalExprAdapter>,
    physical: SchemaRef,
    outputs: Arc<[Arc<dyn PhysicalExpr>]>,
}

impl PhysicalExprAdapter for PerValueAdapter {
    fn rewrite(&self, expr: Arc<dyn PhysicalExpr>) -> Result<Arc<dyn PhysicalExpr>> {
        let is_output = self.outputs.contains(&expr);
        let is_text = |node: &Arc<dyn PhysicalExpr>| self.dictionary(node).is_some();
        let per_value = |node: Arc<dyn PhysicalExpr>| {
            let Some(text) = only_leaf(&node, &is_text).filter(|_| is_output || calls_function(&node)) else {
                return Ok(Transformed::no(node));
            };
            let Some(column) = self.dictionary(&text).cloned() else { return Ok(Transformed::no(node)) };
            let expr = of_values(node, &text)?;
            let found: Arc<dyn PhysicalExpr> = Arc::new(PerValue::new(expr, column));
            Ok(Transformed::new(found, true, TreeNodeRecursion::Jump))
        };
        self.inner.rewrite(expr)?.transform_down(per_value).map(|expr| expr.data)
    }
}

impl PerValueAdapter {
    /// The column of dictionaries that an expression reads as texts.
    fn dictionary<'e>(&self, expr: &'e Arc<dyn PhysicalExpr>) -> Option<&'e Arc<dyn PhysicalExpr>> {
        let cast = expr.downcast_ref::<CastExpr>().filter(|cast| *cast.cast_type() == DataType::Utf8)?;
        let column = cast.expr().downcast_ref::<Column>()?;
        let field = self.physical.fields().get(column.index())?;
        (*field.data_type() == dictionary_type()).then(|| cast.expr())
    }
}

/// The expression with the value of a dictionary instead of a text.
fn of_values(expr: Arc<dyn PhysicalExpr>, text: &Arc<dyn PhysicalExpr>) -> Result<Arc<dyn PhysicalExpr>> {
    let schema = values_schema();
    let value: Arc<dyn PhysicalExpr> = Arc::new(Column::new(schema.field(0).name(), 0));
    let replaced = |node: Arc<dyn PhysicalExpr>| match node.eq(text) {
        true => Ok(Transformed::new(Arc::clone(&value), true, TreeNodeRecursion::Jump)),
        false => Ok(Transformed::no(node)),
    };
    expr.transform_down(replaced).map(|expr| expr.data)
}
