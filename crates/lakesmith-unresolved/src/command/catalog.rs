//! Statements that make and change objects of the catalog.

use crate::expression::{Name, NamePart};
use crate::pipeline::{ClusterBy, ColumnDefault, ColumnDefinition, DatasetClauses, TableConstraint, ViewSchemaMode};
use crate::relation::Relation;
use crate::spark_type::SparkType;
use crate::sql_function::FunctionDefinition;

/// CREATE FUNCTION.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateFunction {
    /// Name.
    pub name: Name,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// What a function of SQL is; nothing for one of another language.
    pub definition: Option<FunctionDefinition>,
    /// The statement's text after the name.
    pub text: String,
}

/// Kinds of catalog objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// CATALOG.
    Catalog,
    /// SCHEMA, DATABASE, NAMESPACE.
    Schema,
    /// TABLE.
    Table,
    /// STREAMING TABLE.
    StreamingTable,
    /// MATERIALIZED VIEW.
    MaterializedView,
    /// VIEW.
    View,
    /// FUNCTION.
    Function,
    /// VOLUME.
    Volume,
    /// FLOW.
    Flow,
    /// COLUMN, for COMMENT ON.
    Column,
}

impl ObjectKind {
    /// The keyword.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Catalog => "CATALOG",
            Self::Schema => "SCHEMA",
            Self::Table => "TABLE",
            Self::StreamingTable => "STREAMING TABLE",
            Self::MaterializedView => "MATERIALIZED VIEW",
            Self::View => "VIEW",
            Self::Function => "FUNCTION",
            Self::Volume => "VOLUME",
            Self::Flow => "FLOW",
            Self::Column => "COLUMN",
        }
    }
}

/// CREATE TABLE.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTable {
    /// Name.
    pub name: Name,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `REPLACE TABLE`, without CREATE.
    pub replace_only: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `EXTERNAL`.
    pub external: bool,
    /// Columns.
    pub columns: Vec<ColumnDefinition>,
    /// Constraints.
    pub constraints: Vec<TableConstraint>,
    /// Clauses.
    pub clauses: DatasetClauses,
    /// LIKE.
    pub like: Option<Name>,
    /// SHALLOW CLONE (`false`) or DEEP CLONE (`true`) of a table.
    pub clone_of: Option<(Name, bool)>,
    /// AS query.
    pub query: Option<Relation>,
}

/// One change of ALTER.
#[derive(Debug, Clone, PartialEq)]
pub enum AlterAction {
    /// RENAME TO.
    RenameTo(Name),
    /// WITH SCHEMA, of a view.
    ViewSchema(ViewSchemaMode),
    /// ADD COLUMNS.
    AddColumns(Vec<(ColumnDefinition, ColumnPosition)>),
    /// DROP COLUMNS.
    DropColumns {
        /// The columns.
        columns: Vec<Vec<NamePart>>,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// RENAME COLUMN.
    RenameColumn(Vec<NamePart>, NamePart),
    /// ALTER COLUMN … TYPE.
    ColumnType(Vec<NamePart>, SparkType),
    /// ALTER COLUMN … SET NOT NULL (`true`) or DROP NOT NULL.
    ColumnNotNull(Vec<NamePart>, bool),
    /// ALTER COLUMN … COMMENT.
    ColumnComment(Vec<NamePart>, String),
    /// ALTER COLUMN … SET DEFAULT or DROP DEFAULT.
    ColumnDefault(Vec<NamePart>, Option<ColumnDefault>),
    /// ALTER COLUMN … FIRST, AFTER.
    ColumnPosition(Vec<NamePart>, ColumnPosition),
    /// SET TBLPROPERTIES, SET DBPROPERTIES.
    SetProperties(Vec<(String, String)>),
    /// UNSET TBLPROPERTIES, UNSET DBPROPERTIES.
    UnsetProperties {
        /// The keys.
        keys: Vec<String>,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// SET LOCATION.
    SetLocation(String),
    /// CLUSTER BY.
    ClusterBy(ClusterBy),
    /// ADD CONSTRAINT.
    AddConstraint(TableConstraint),
    /// DROP CONSTRAINT.
    DropConstraint {
        /// Its name.
        name: NamePart,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// AS query, of a view.
    ViewQuery {
        /// The query.
        query: Relation,
        /// Its text.
        text: String,
    },
    /// Another action, by its text.
    Other(String),
}

/// Where a new column goes.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnPosition {
    /// Last.
    Last,
    /// FIRST.
    First,
    /// AFTER.
    After(NamePart),
}
