//! What is wrong with a message: [`ConversionError`].
//!
//! Each case is a sub-condition of Spark's `CONNECT_INVALID_PLAN` where Spark has one
//! (<https://spark.apache.org/docs/latest/sql-error-conditions.html>), with the parameters that Spark gives it, so that clients
//! find the error class they know.

use lakesmith_diagnostic::{Condition, Diagnostic};

/// A message that gives no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConversionError {
    /// An aggregate without input.
    #[error("an aggregate has no input")]
    AggregateNeedsInput,
    /// A grouping of kind pivot without its pivot.
    #[error("a pivot does not say which column it pivots")]
    AggregateRequiresPivot,
    /// Metadata on an alias of several names.
    #[error("an alias of several names has column metadata")]
    AliasNamesWithMetadata,
    /// An array literal whose element type cannot be known.
    #[error("an array literal without elements has no data type")]
    ArrayLiteralType,
    /// Fields that contradict each other, where Spark has no condition of its own.
    #[error("{text}")]
    Assertion {
        /// What does not hold.
        text: String,
    },
    /// A plan that is not readable, for example because it is compressed.
    #[error("the plan cannot be read: {reason}")]
    CannotParse {
        /// Why.
        reason: String,
    },
    /// Rows sent in parts, without a part.
    #[error("a DataFrame made of sent rows names no part that holds them")]
    ChunksWithoutData,
    /// A data type outside the limits of Spark SQL.
    #[error("data type `{kind}` of the plan is not supported with these parameters")]
    UnsupportedDataType {
        /// The type, by its field name.
        kind: &'static str,
    },
    /// All columns and some columns at once.
    #[error("dropDuplicates compares all columns and also lists some")]
    DeduplicateAllAndSubset,
    /// A deduplication without input.
    #[error("dropDuplicates has no input")]
    DeduplicateNeedsInput,
    /// Neither all columns nor some.
    #[error("dropDuplicates compares no column")]
    DeduplicateColumns,
    /// EXCEPT by name.
    #[error("EXCEPT matches columns by position, not by name")]
    ExceptByName,
    /// A field that must hold something.
    #[error("`{field}` of `{message}` is empty")]
    EmptyField {
        /// The message.
        message: &'static str,
        /// The field.
        field: &'static str,
    },
    /// A literal and a data type that do not belong together.
    #[error("a literal of kind `{literal}` has data type {data_type}")]
    LiteralType {
        /// The type that was sent along.
        data_type: String,
        /// The literal, by its field name.
        literal: &'static str,
    },
    /// INTERSECT by name.
    #[error("INTERSECT matches columns by position, not by name")]
    IntersectByName,
    /// A value of an enumeration that is unset or unknown.
    #[error("`{message}` has no value {name}({number}) that could be used here")]
    InvalidEnum {
        /// The enumeration.
        message: &'static str,
        /// The value's name; empty when it has none.
        name: String,
        /// The value.
        number: i32,
    },
    /// A choice that was not made.
    #[error("`{message}` does not say which `{field}` it is")]
    OneOfNotSet {
        /// The message.
        message: &'static str,
        /// The choice.
        field: &'static str,
    },
    /// A field that the plan has no room for.
    #[error("`{field}` of `{message}` is not supported")]
    Unsupported {
        /// The message.
        message: &'static str,
        /// The field.
        field: &'static str,
        /// Its number.
        number: i32,
    },
    /// A schema that is not a struct.
    #[error("a schema must list columns, but is {schema}")]
    NonStructSchema {
        /// The type.
        schema: String,
    },
    /// A lambda without parameters, or with too many.
    #[error("a lambda takes one to three parameters, but has {got}")]
    LambdaArguments {
        /// How many.
        got: usize,
    },
    /// A frame without start.
    #[error("a window frame has no lower bound")]
    LowerBound,
    /// A map literal whose types cannot be known.
    #[error("a map literal without entries has no data type")]
    MapLiteralType,
    /// Several paths of a stream.
    #[error("a stream reads one path")]
    StreamPaths,
    /// Nothing to fill with.
    #[error("na.fill has no value")]
    FillValuesEmpty,
    /// Values and columns of different number.
    #[error("na.fill has several values, but not one for each column")]
    FillValuesLength,
    /// Predicates of a read that is not JDBC.
    #[error("format `{format}` takes no predicates")]
    Predicates {
        /// The format.
        format: String,
    },
    /// An incomplete user-defined type.
    #[error("a user-defined type of Python lacks its class, its serialized class or its SQL type")]
    UdtFields,
    /// Neither rows nor a schema.
    #[error("a DataFrame without rows needs a schema")]
    LocalSchema,
    /// A set operation with less than two inputs.
    #[error("a set operation lacks an input")]
    SetInputs,
    /// A SQL command about something else.
    #[error("a SQL command holds {other} in place of SQL text")]
    SqlCommandInput {
        /// What it holds instead.
        other: String,
    },
    /// A struct literal whose fields have no names.
    #[error("a struct literal has no data type")]
    StructLiteralType,
    /// A user-defined type of another kind.
    #[error("a user-defined type calls itself `{kind}`, not `udt`")]
    UdtType {
        /// What it calls itself.
        kind: String,
    },
    /// Missing columns in a union by position.
    #[error("columns may be missing only in a union by name")]
    MissingColumnsByPosition,
    /// A lambda variable without a name.
    #[error("a lambda variable has no name")]
    LambdaVariableName,
    /// A star that is not one.
    #[error("`{target}` does not end with `.*`")]
    StarTarget {
        /// What was written.
        target: String,
    },
    /// A star of a table and of a DataFrame.
    #[error("a star names both a table and a DataFrame")]
    StarTargetAndPlan,
    /// A literal that cannot be read.
    #[error("a literal {kind} is not supported")]
    LiteralKind {
        /// What it is.
        kind: String,
    },
    /// A function without code.
    #[error("a function sends no code that could run: {class}")]
    UserCode {
        /// What was sent.
        class: String,
    },
    /// A frame without end.
    #[error("a window frame has no upper bound")]
    UpperBound,
    /// Two kinds of join criteria.
    #[error("a join has both a condition and columns to match")]
    UsingAndCondition,
    /// A window without function.
    #[error("a window has no function over it")]
    WindowFunction,
    /// A new column with several names.
    #[error("withColumns takes one name for each column, but got {got}")]
    WithColumnsName {
        /// What was sent.
        got: String,
    },
    /// Messages nested more deeply than is read.
    #[error("the plan is nested more than {limit} levels deep")]
    TooDeep {
        /// The deepest level that is read.
        limit: usize,
    },
    /// The system gave no stack for a deep plan.
    #[error("the plan needs another stack, and the system gives none: {reason}")]
    NoStack {
        /// The system's words.
        reason: String,
    },
    /// A column's name that cannot be divided into parts.
    #[error("`{name}` is not the name of a column: a part is empty or a back-quote is left open")]
    AttributeName {
        /// The name.
        name: String,
    },
    /// The name of a table, view or function that cannot be divided into parts.
    #[error("`{name}` is not the name of an object: a part is empty or a back-quote is left open")]
    ObjectName {
        /// The name.
        name: String,
    },
    /// A data type written as text that cannot be read.
    #[error("`{text}` is not a data type: {}", diagnostic.title)]
    TypeText {
        /// The text.
        text: String,
        /// What the parser says of it, read as a schema; its places lie in `text`.
        diagnostic: Box<Diagnostic>,
    },
}

impl ConversionError {
    /// The condition to report.
    pub fn condition(&self) -> Condition {
        match self {
            Self::AggregateNeedsInput => Condition::CONNECT_INVALID_PLAN_AGGREGATE_NEEDS_PLAN_INPUT,
            Self::AggregateRequiresPivot => Condition::CONNECT_INVALID_PLAN_AGGREGATE_WITH_PIVOT_REQUIRES_PIVOT,
            Self::AliasNamesWithMetadata => {
                Condition::CONNECT_INVALID_PLAN_ALIAS_WITH_MULTIPLE_IDENTIFIERS_AND_METADATA
            }
            Self::ArrayLiteralType => Condition::CONNECT_INVALID_PLAN_ARRAY_LITERAL_MISSING_DATA_TYPE,
            Self::Assertion { .. } | Self::TooDeep { .. } | Self::NoStack { .. } => {
                Condition::CONNECT_INVALID_PLAN_ASSERTION_FAILURE
            }
            Self::CannotParse { .. } => Condition::CONNECT_INVALID_PLAN_CANNOT_PARSE,
            Self::ChunksWithoutData => Condition::CONNECT_INVALID_PLAN_CHUNKED_CACHED_LOCAL_RELATION_WITHOUT_DATA,
            Self::UnsupportedDataType { .. } => Condition::CONNECT_INVALID_PLAN_DATA_TYPE_UNSUPPORTED_PROTO_TO_CATALYST,
            Self::DeduplicateAllAndSubset => Condition::CONNECT_INVALID_PLAN_DEDUPLICATE_ALL_COLUMNS_AND_SUBSET,
            Self::DeduplicateNeedsInput => Condition::CONNECT_INVALID_PLAN_DEDUPLICATE_NEEDS_INPUT,
            Self::DeduplicateColumns => Condition::CONNECT_INVALID_PLAN_DEDUPLICATE_REQUIRES_COLUMNS_OR_ALL,
            Self::ExceptByName => Condition::CONNECT_INVALID_PLAN_EXCEPT_DOES_NOT_SUPPORT_UNION_BY_NAME,
            Self::EmptyField { .. } => Condition::CONNECT_INVALID_PLAN_FIELD_CANNOT_BE_EMPTY,
            Self::LiteralType { .. } => Condition::CONNECT_INVALID_PLAN_INCOMPATIBLE_LITERAL_DATA_TYPE,
            Self::IntersectByName => Condition::CONNECT_INVALID_PLAN_INTERSECT_DOES_NOT_SUPPORT_UNION_BY_NAME,
            Self::InvalidEnum { .. } => Condition::CONNECT_INVALID_PLAN_INVALID_ENUM,
            Self::OneOfNotSet { .. } => Condition::CONNECT_INVALID_PLAN_INVALID_ONE_OF_FIELD_NOT_SET,
            Self::Unsupported { .. } => Condition::CONNECT_INVALID_PLAN_INVALID_ONE_OF_FIELD_NOT_SUPPORTED,
            Self::NonStructSchema { .. } => Condition::CONNECT_INVALID_PLAN_INVALID_SCHEMA_NON_STRUCT_TYPE,
            Self::LambdaArguments { .. } => Condition::CONNECT_INVALID_PLAN_LAMBDA_FUNCTION_ARGUMENT_COUNT_INVALID,
            Self::LowerBound => Condition::CONNECT_INVALID_PLAN_LOWER_BOUND_REQUIRED_IN_WINDOW_FRAME,
            Self::MapLiteralType => Condition::CONNECT_INVALID_PLAN_MAP_LITERAL_MISSING_DATA_TYPE,
            Self::StreamPaths => Condition::CONNECT_INVALID_PLAN_MULTIPLE_PATHS_NOT_SUPPORTED_FOR_STREAMING_SOURCE,
            Self::FillValuesEmpty => Condition::CONNECT_INVALID_PLAN_NA_FILL_VALUES_EMPTY,
            Self::FillValuesLength => Condition::CONNECT_INVALID_PLAN_NA_FILL_VALUES_LENGTH_MISMATCH,
            Self::Predicates { .. } => Condition::CONNECT_INVALID_PLAN_PREDICATES_NOT_SUPPORTED_FOR_DATA_SOURCE,
            Self::UdtFields => Condition::CONNECT_INVALID_PLAN_PYTHON_UDT_MISSING_FIELDS,
            Self::LocalSchema => Condition::CONNECT_INVALID_PLAN_SCHEMA_REQUIRED_FOR_LOCAL_RELATION,
            Self::SetInputs => Condition::CONNECT_INVALID_PLAN_SET_OPERATION_MUST_HAVE_TWO_INPUTS,
            Self::SqlCommandInput { .. } => Condition::CONNECT_INVALID_PLAN_SQL_COMMAND_EXPECTS_SQL_OR_WITH_RELATIONS,
            Self::StructLiteralType => Condition::CONNECT_INVALID_PLAN_STRUCT_LITERAL_MISSING_DATA_TYPE,
            Self::UdtType { .. } => Condition::CONNECT_INVALID_PLAN_UDT_TYPE_FIELD_INVALID,
            Self::MissingColumnsByPosition => {
                Condition::CONNECT_INVALID_PLAN_UNION_BY_NAME_ALLOW_MISSING_COL_REQUIRES_BY_NAME
            }
            Self::LambdaVariableName => {
                Condition::CONNECT_INVALID_PLAN_UNRESOLVED_NAMED_LAMBDA_VARIABLE_REQUIRES_NAME_PART
            }
            Self::StarTarget { .. } => Condition::CONNECT_INVALID_PLAN_UNRESOLVED_STAR_TARGET_INVALID,
            Self::StarTargetAndPlan => Condition::CONNECT_INVALID_PLAN_UNRESOLVED_STAR_WITH_BOTH_TARGET_AND_PLAN_ID,
            Self::LiteralKind { .. } => Condition::CONNECT_INVALID_PLAN_UNSUPPORTED_LITERAL_TYPE,
            Self::UserCode { .. } => Condition::CONNECT_INVALID_PLAN_UNSUPPORTED_USER_DEFINED_FUNCTION_IMPLEMENTATION,
            Self::UpperBound => Condition::CONNECT_INVALID_PLAN_UPPER_BOUND_REQUIRED_IN_WINDOW_FRAME,
            Self::UsingAndCondition => Condition::CONNECT_INVALID_PLAN_USING_COLUMNS_OR_JOIN_CONDITION_SET_IN_JOIN,
            Self::WindowFunction => Condition::CONNECT_INVALID_PLAN_WINDOW_FUNCTION_REQUIRED,
            Self::WithColumnsName { .. } => Condition::CONNECT_INVALID_PLAN_WITH_COLUMNS_REQUIRE_SINGLE_NAME_PART,
            Self::AttributeName { .. } => Condition::INVALID_ATTRIBUTE_NAME_SYNTAX,
            Self::ObjectName { .. } => Condition::PARSE_SYNTAX_ERROR,
            Self::TypeText { diagnostic, .. } => diagnostic.condition,
        }
    }

    /// The parameters of the condition, by the names that Spark gives them.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Assertion { text } => vec![("message", text.clone())],
            Self::CannotParse { reason } => vec![("errorMsg", reason.clone())],
            Self::UnsupportedDataType { kind } => vec![("kindCase", (*kind).to_owned())],
            Self::EmptyField { message, field } => {
                vec![("fieldName", (*field).to_owned()), ("fullName", (*message).to_owned())]
            }
            Self::LiteralType { data_type, literal } => {
                vec![("dataTypeKindCase", data_type.clone()), ("literalTypeCase", (*literal).to_owned())]
            }
            Self::InvalidEnum { message, name, number } => {
                vec![("fullName", (*message).to_owned()), ("name", name.clone()), ("number", number.to_string())]
            }
            Self::OneOfNotSet { message, field } => {
                vec![("fullName", (*message).to_owned()), ("name", (*field).to_owned())]
            }
            Self::Unsupported { message, field, number } => {
                vec![("fullName", (*message).to_owned()), ("name", (*field).to_owned()), ("number", number.to_string())]
            }
            Self::NonStructSchema { schema } => vec![("inputSchema", schema.clone()), ("dataType", schema.clone())],
            Self::LambdaArguments { got } => vec![("got", got.to_string())],
            Self::Predicates { format } => vec![("format", format.clone())],
            Self::SqlCommandInput { other } => vec![("other", other.clone())],
            Self::UdtType { kind } => vec![("udtType", kind.clone())],
            Self::StarTarget { target } => vec![("target", target.clone())],
            Self::LiteralKind { kind } => vec![("typeInfo", kind.clone())],
            Self::UserCode { class } => vec![("clazz", class.clone())],
            Self::WithColumnsName { got } => vec![("got", got.clone())],
            Self::TooDeep { .. } | Self::NoStack { .. } => vec![("message", self.to_string())],
            Self::AttributeName { name } => vec![("name", name.clone())],
            Self::ObjectName { name } => vec![("error", name.clone()), ("hint", String::new())],
            _ => Vec::new(),
        }
    }
}
