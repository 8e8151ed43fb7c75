//! [`Attribute`]: a column of a resolved plan, and [`Resolved`], the plan with its columns.

use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::prelude::Column;
use lakesmith_base::Identifier;
use lakesmith_unresolved::relation::Schema;
use lakesmith_unresolved::{PlanId, SparkType, StructField};

/// Identifies a column of one resolution; two columns never share one, even of a table that is read twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttributeId(pub u64);

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Which one.
    pub id: AttributeId,
    /// The name the user sees.
    pub name: Identifier,
    /// Its type.
    pub data_type: SparkType,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Column metadata as a JSON object.
    pub metadata: Option<String>,
    /// The DataFrame it comes from.
    pub plan_id: Option<PlanId>,
    /// The column that it is the same as: itself, or one that was selected before it.
    pub root: AttributeId,
    /// Of an output: the comment of the column that it is.
    pub comment: Option<String>,
    /// Of an output: the CHAR or VARCHAR that the column is in its table.
    pub declared: Option<SparkType>,
}

impl Attribute {
    /// The column's name inside the plan.
    pub fn internal(&self) -> String {
        format!("{}#{}", self.name.as_str(), self.id.0)
    }

    /// The column as an expression.
    pub fn column(&self) -> Expr {
        Expr::Column(Column::new_unqualified(self.internal()))
    }
}

/// A plan and its columns, in order.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The plan; its columns have internal names.
    pub plan: LogicalPlan,
    /// The columns.
    pub output: Vec<Attribute>,
}

impl Resolved {
    /// The columns as a schema, as a table or view of the query declares them.
    pub fn declared_schema(&self) -> Schema {
        let mut schema = self.schema();
        for (field, attribute) in schema.iter_mut().zip(&self.output) {
            if let Some(declared) = &attribute.declared {
                field.data_type.clone_from(declared);
            }
        }
        schema
    }

    /// The columns as a schema.
    pub fn schema(&self) -> Schema {
        let field = |attribute: &Attribute| StructField {
            name: attribute.name.clone(),
            data_type: attribute.data_type.clone(),
            nullable: attribute.nullable,
            comment: attribute.comment.clone(),
            metadata: attribute.metadata.clone(),
        };
        self.output.iter().map(field).collect()
    }

    /// The plan with the names the user sees; an error when two columns share one.
    pub fn named_plan(&self) -> datafusion::common::Result<LogicalPlan> {
        let columns = self.output.iter().map(|attribute| attribute.column().alias(attribute.name.as_str()));
        LogicalPlanBuilder::from(self.plan.clone()).project(columns)?.build()
    }
}
