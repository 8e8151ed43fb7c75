//! SQL text to the unresolved plan: lexer, parser, text substitution.
//!
//! Start reading at [`parser`], the cursor all of the grammar is written with; `expression`, `query` and `data_type` are
//! Spark's query grammar. [`template`] replaces `${key}` before a statement is read. Nothing here looks up a name, and no
//! input makes it panic: what cannot be read is a diagnostic with its place.

mod arguments;
mod constant_name;
mod data_type;
mod dialect;
mod expression;
pub mod file;
pub mod inline;
mod keyword;
mod lexer;
mod notebook;
mod parser;
mod query;
mod statement;
pub mod template;
mod token;

pub use arguments::Arguments;
pub use dialect::{Dialect, TIMESTAMP_TYPE};
pub use file::{ParsedFile, Variables, parse_commands, parse_pipeline_file};
pub use inline::{count_parameters, parse_data_type, parse_expression, parse_name, parse_query, parse_schema};
pub use inline::{parse_data_type_in, parse_function_in, parse_query_in, parse_schema_in};
pub use lexer::ends_statement;

#[cfg(test)]
mod testing;
