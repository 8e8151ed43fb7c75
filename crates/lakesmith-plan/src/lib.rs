//! The resolver: an unresolved query and a catalog become a typed DataFusion plan with the meaning Spark gives the query.
//!
//! Names, types, casts, null order and generated names are all decided here; DataFusion's own coercion finds nothing to do.
//! Columns inside a plan carry unique names (`quantity#12`), so duplicate names are no matter; the names that the user sees
//! are in [`Resolved::output`]. What is not built is refused by name, at its place. Start reading at [`resolver`].

pub mod aggregate;
mod alias;
pub mod attribute;
mod bare_column;
mod call;
mod call_name;
mod char_column;
pub mod checked;
mod column_name;
mod cte;
mod event_log;
pub mod expression;
mod file_arguments;
mod filter;
pub mod frame;
mod generated_list;
mod generator;
mod grouping;
mod grouping_sets;
mod identifier;
pub mod join;
mod lambda;
pub mod literal;
mod named_argument;
mod named_window;
pub mod naming;
mod null_folding;
mod null_order;
mod output_name;
mod pipe;
mod pivot;
pub mod project;
mod quantified_like;
mod random;
mod range;
mod recursion;
pub mod relation;
mod repeated;
pub mod resolver;
mod rounded_name;
mod row_limit;
mod same_value;
mod sample;
pub mod scope;
mod session_window;
pub mod set_operation;
pub mod sort;
mod sql_function;
mod stack;
mod star;
pub mod subquery;
mod table_function;
mod time_travel;
mod time_window;
mod unpivot;
mod values;
mod variable;
mod window;

pub use attribute::{Attribute, AttributeId, Resolved};
pub use checked::{Checked, CheckedCondition, Conditions, resolve_checked};
pub use resolver::{Options, VariableValue, Variables, resolve, resolve_name};

#[cfg(test)]
mod answers;
#[cfg(test)]
mod chain_tests;
#[cfg(test)]
mod json_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
