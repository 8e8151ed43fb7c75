//! The unresolved plan: what a query, command or pipeline statement says, before any name is looked up.
//!
//! Every front end produces these types: the SQL parser and the conversion of Spark Connect messages. They follow Spark's own
//! unresolved plan: every relation, expression and command of the Spark Connect protocol has its case here, so a new feature
//! never needs a second representation. Nothing here is resolved, coerced or folded; operators are function calls with
//! Spark's names (`+`, `==`, `and`), exactly as a DataFrame sends them.
//!
//! Start reading at [`relation`]; [`expression`] holds values and conditions, [`spark_type`] the types, [`command`] what has an
//! effect, [`pipeline`] the statements of a pipeline's source files.

pub mod command;
pub mod expression;
pub mod function_names;
pub mod literal;
pub mod pipeline;
pub mod relation;
pub mod spark_type;
pub mod sql_function;
pub mod walk;

pub use command::{Command, CommandKind};
pub use expression::{Expression, ExpressionKind, FunctionCall, Name, NamePart, SortOrder};
pub use literal::Literal;
pub use pipeline::{PipelineStatement, PipelineStatementKind};
pub use relation::{Relation, RelationKind};
pub use spark_type::{SparkType, StructField};
pub use sql_function::SqlFunction;

/// The number that a DataFrame client gives a relation, so that `df1.a` and `df2.a` can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlanId(pub i64);
