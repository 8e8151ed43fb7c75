//! [`project`]: a projection of many columns, in time that grows with their number and not with its square.
//!
//! DataFusion's builder walks the whole plan and looks through all columns again for each column that it projects.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::FieldRef;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema, FunctionalDependencies, Result, TableReference};
use datafusion::logical_expr::expr_rewriter::normalize_col;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Projection};

/// Columns from which on it matters.
const MANY: usize = 256;

/// The plan that `LogicalPlanBuilder::project` makes.
pub fn project(plan: LogicalPlan, columns: impl IntoIterator<Item = Expr>) -> Result<LogicalPlan> {
    let columns: Vec<Expr> = columns.into_iter().collect();
    let is_plain = !matches!(plan, LogicalPlan::Aggregate(_) | LogicalPlan::Window(_))
        && *plan.schema().functional_dependencies() == FunctionalDependencies::empty();
    if columns.len() < MANY || !is_plain {
        return LogicalPlanBuilder::from(plan).project(columns)?.build();
    }
    let known = Known::new(plan.schema());
    let columns = columns.into_iter().map(|column| known.qualified(column, &plan)).collect::<Result<Vec<Expr>>>()?;
    let fields = columns.iter().map(|column| known.field(column, plan.schema())).collect::<Result<Vec<_>>>()?;
    let schema = Arc::new(DFSchema::new_with_metadata(fields, plan.schema().metadata().clone())?);
    Ok(LogicalPlan::Projection(Projection::try_new_with_schema(columns, Arc::new(plan), schema)?))
}

/// The columns of a plan by name; nothing for a name that several have.
struct Known<'p>(HashMap<&'p str, Option<(Option<&'p TableReference>, &'p FieldRef)>>);

impl<'p> Known<'p> {
    fn new(schema: &'p DFSchema) -> Self {
        let mut known = HashMap::with_capacity(schema.fields().len());
        for (qualifier, field) in schema.iter() {
            let named = known.entry(field.name().as_str()).or_insert(Some((qualifier, field)));
            if named.is_some_and(|(_, own)| !std::ptr::eq(own, field)) {
                *named = None;
            }
        }
        Self(known)
    }

    /// An expression whose columns name their tables.
    fn qualified(&self, expression: Expr, plan: &LogicalPlan) -> Result<Expr> {
        let of_column = |node: Expr| match node {
            Expr::Column(column) if column.relation.is_none() => {
                let column = match self.0.get(column.name.as_str()) {
                    Some(Some((qualifier, field))) => Expr::Column(Column::new((*qualifier).cloned(), field.name())),
                    _ => normalize_col(Expr::Column(column), plan)?,
                };
                Ok(Transformed::yes(column))
            }
            other => Ok(Transformed::no(other)),
        };
        expression.transform(of_column).map(|transformed| transformed.data)
    }

    /// What an expression gives.
    fn field(&self, expression: &Expr, schema: &DFSchema) -> Result<(Option<TableReference>, FieldRef)> {
        let of_column = |column: &Column| {
            let (qualifier, field) = self.0.get(column.name.as_str()).copied().flatten()?;
            (qualifier == column.relation.as_ref()).then(|| Arc::clone(field))
        };
        match expression {
            Expr::Column(column) => match of_column(column) {
                Some(field) => Ok((column.relation.clone(), field)),
                None => expression.to_field(schema),
            },
            Expr::Alias(alias) if alias.metadata.is_none() => match alias.expr.as_ref() {
                Expr::Column(column) => match of_column(column) {
                    Some(field) => {
                        let field = Arc::unwrap_or_clone(field).with_name(alias.name.as_str());
                        Ok((alias.relation.clone(), Arc::new(field)))
                    }
                    None => expression.to_field(schema),
                },
                _ => expression.to_field(schema),
            },
            _ => expression.to_field(schema),
        }
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::{DataType, Field, Schema};
    use datafusion::logical_expr::{col, lit, table_scan};

    use super::*;

    #[test]
    fn many_columns_give_the_plan_of_the_builder() {
        let fields: Vec<Field> =
            (0..MANY).map(|at| Field::new(format!("c{at}"), DataType::Int64, at % 2 == 0)).collect();
        let scan = table_scan(Some("t"), &Schema::new(fields), None).unwrap().build().unwrap();
        let column = |at: usize| match at % 4 {
            0 => col(format!("c{at}")),
            1 => col(format!("t.c{at}")).alias(format!("a{at}")),
            2 => (col(format!("c{at}")) + lit(1_i64)).alias_qualified(Some("q"), format!("b{at}")),
            _ => lit(at as i64).alias(format!("d{at}")),
        };
        let columns: Vec<Expr> = (0..MANY).map(column).collect();
        let own = project(scan.clone(), columns.clone()).unwrap();
        let built = LogicalPlanBuilder::from(scan).project(columns).unwrap().build().unwrap();
        assert_eq!(own, built);
        assert_eq!(own.schema(), built.schema());
        let missing = project(own, (0..MANY).map(|_| col("nowhere")));
        assert!(missing.is_err());
    }
}
