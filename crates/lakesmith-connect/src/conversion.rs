//! Messages of the Spark Connect protocol to the unresolved plan.
//!
//! Every case of the protocol is converted; a field the plan has no room for is refused by name, never dropped. What has no
//! meaning for a result stays out: storage levels, resource profiles and type variations. SQL text inside a message is kept as
//! text, except for types, which are read here. Maps arrive without an order and leave sorted by key.
//!
//! Conversion recurses to a bounded depth of 1024 nested messages (as deep as Spark reads) and continues on stacks of its own,
//! so a deep plan is converted or refused, and never overflows the caller's stack. See [`depth`].

mod catalog;
mod command;
mod data_type;
mod depth;
mod error;
mod expression;
mod identifier;
mod literal;
mod origin;
mod pipeline;
mod relation;
mod user_code;

use std::collections::HashMap;

use lakesmith_unresolved::{Command, Expression, Relation, SparkType};
use spark_connect_proto as proto;

use depth::Depth;
pub use error::ConversionError;

/// What a client asks to be run.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// A query whose rows it wants.
    Query(Relation),
    /// A command.
    Command(Box<Command>),
}

/// The plan of a request.
///
/// A compressed plan is refused with `CONNECT_INVALID_PLAN.CANNOT_PARSE`: a server tells clients by
/// `spark.connect.session.planCompression.threshold` not to compress, and this error makes those stop that do.
pub fn plan(message: &proto::Plan) -> Result<Plan, ConversionError> {
    use proto::plan::OpType;
    match &message.op_type {
        Some(OpType::Root(root)) => relation(root).map(Plan::Query),
        Some(OpType::Command(inner)) => command(inner).map(Box::new).map(Plan::Command),
        Some(OpType::CompressedOperation(_)) => {
            Err(ConversionError::CannotParse { reason: "compressed plans are not supported".to_owned() })
        }
        None => Err(ConversionError::OneOfNotSet { message: "spark.connect.Plan", field: "op_type" }),
    }
}

/// A relation and all beneath it.
pub fn relation(message: &proto::Relation) -> Result<Relation, ConversionError> {
    relation::relation(message, Depth::TOP)
}

/// An expression and all beneath it.
pub fn expression(message: &proto::Expression) -> Result<Expression, ConversionError> {
    expression::expression(message, Depth::TOP)
}

/// A command and all beneath it.
pub fn command(message: &proto::Command) -> Result<Command, ConversionError> {
    command::command(message, Depth::TOP)
}

/// A data type. A type written as text is read as Spark does: the columns of a schema, a type, or the fields of a struct.
pub fn data_type(message: &proto::DataType) -> Result<SparkType, ConversionError> {
    data_type::data_type(message, Depth::TOP)
}

/// The entries of a map, by key.
fn pairs(map: &HashMap<String, String>) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = map.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    pairs.sort_unstable();
    pairs
}

/// A text field that protobuf cannot tell from an absent one.
fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
