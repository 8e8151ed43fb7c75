//! [`SqlFunction`]: a function whose body is SQL, as it was parsed. A call of it is its body with values for its parameters.

use std::collections::BTreeMap;

use lakesmith_base::{Identifier, QualifiedName};

use crate::expression::{Expression, NamePart};
use crate::relation::Relation;
use crate::spark_type::{SparkType, StructField};

/// What `(a INT, …) RETURNS … RETURN …` says.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionDefinition {
    /// Its parameters, in order.
    pub parameters: Vec<Parameter>,
    /// What it gives.
    pub returns: Returns,
    /// CONTAINS SQL is true, READS SQL DATA is false.
    pub without_data: Option<bool>,
    /// COMMENT.
    pub comment: Option<String>,
    /// Its body.
    pub body: FunctionBody,
}

/// A parameter of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: NamePart,
    /// Its type.
    pub data_type: SparkType,
    /// The value where a call gives none.
    pub default: Option<Expression>,
}

/// What a function gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Returns {
    /// A value; of the body's type where none is named.
    Value(Option<SparkType>),
    /// Rows; with the columns of the body where none are named.
    Rows(Option<Vec<StructField>>),
}

/// The body of a function.
#[derive(Debug, Clone, PartialEq)]
pub enum FunctionBody {
    /// A value.
    Value(Box<Expression>),
    /// A query: of one value, or of a function's rows.
    Query(Relation),
}

/// A function of SQL that a call may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct SqlFunction {
    /// Its full name; of one part when it ends with the session.
    pub name: QualifiedName,
    /// What it is.
    pub definition: FunctionDefinition,
    /// Catalog and schema of the names in its body; those of the session for a function that ends with it.
    pub namespace: Option<(Identifier, Identifier)>,
    /// The settings that say what its body means.
    pub settings: BTreeMap<String, String>,
}
