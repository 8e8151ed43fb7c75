//! [`PipelineStatement`]: the statements of a pipeline's SQL files, in all three dialects.
//!
//! Databricks' current dialect, its older `LIVE` form and Apache Spark's are one set of types; [`Dialect`] remembers where a
//! spelling matters. References: <https://docs.databricks.com/aws/en/ldp/developer/sql-ref> and
//! <https://spark.apache.org/docs/latest/declarative-pipelines-programming-guide.html>.

use lakesmith_diagnostic::Span;

use crate::command::Command;
use crate::expression::{Expression, Name, NamePart};
use crate::relation::Relation;
use crate::spark_type::SparkType;

/// One statement of a pipeline file.
#[derive(Debug, Clone, PartialEq)]
pub struct PipelineStatement {
    /// What it says.
    pub kind: PipelineStatementKind,
    /// From its first to its last word.
    pub span: Span,
}

/// The cases of a pipeline statement.
#[derive(Debug, Clone, PartialEq)]
pub enum PipelineStatementKind {
    /// CREATE STREAMING TABLE, CREATE MATERIALIZED VIEW, CREATE VIEW and their legacy forms.
    Dataset(Box<DatasetDefinition>),
    /// CREATE FLOW, and a standalone APPLY CHANGES INTO or AUTO CDC INTO.
    Flow(Box<FlowDefinition>),
    /// `SET k = v`.
    Set {
        /// Key, with its place.
        key: (String, Span),
        /// Value as written.
        value: (String, Span),
    },
    /// USE, USE CATALOG, USE SCHEMA, SET CATALOG: the default names from here to the end of the file.
    Use {
        /// New default catalog.
        catalog: Option<NamePart>,
        /// New default schema.
        schema: Option<NamePart>,
    },
    /// Any other statement: correct SQL that does not belong in a pipeline's source file.
    Other(Box<Command>),
}

/// What a dataset statement creates, as far as its words tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DatasetKind {
    /// STREAMING TABLE.
    StreamingTable,
    /// MATERIALIZED VIEW.
    MaterializedView,
    /// `LIVE TABLE` and the like: a streaming table when its query is a stream, a materialized view otherwise.
    ByQuery,
    /// TEMPORARY VIEW: lives for the update.
    TemporaryView,
    /// VIEW: stored in the catalog.
    PersistedView,
}

impl DatasetKind {
    /// The words of the kind.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StreamingTable => "streaming table",
            Self::MaterializedView => "materialized view",
            Self::ByQuery => "live table",
            Self::TemporaryView => "temporary view",
            Self::PersistedView => "view",
        }
    }
}

/// A dataset, from its CREATE statement.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetDefinition {
    /// Kind.
    pub kind: DatasetKind,
    /// Name; a `LIVE.` qualifier is already removed.
    pub name: Name,
    /// Whether legacy words (`LIVE`, `INCREMENTAL`) were used.
    pub legacy: bool,
    /// Words between CREATE and the kind.
    pub modifiers: Modifiers,
    /// Declared columns; `None` when there is no list, or it holds only constraints.
    pub columns: Option<Vec<ColumnDefinition>>,
    /// Expectations, in order.
    pub expectations: Vec<Expectation>,
    /// PRIMARY KEY, FOREIGN KEY, CHECK.
    pub constraints: Vec<TableConstraint>,
    /// The remaining clauses.
    pub clauses: DatasetClauses,
    /// AS query.
    pub query: Option<Relation>,
    /// `FLOW AUTO CDC …` or `FLOW REPLACE WHERE …` in the same statement.
    pub flow: Option<FlowBody>,
}

/// Words between CREATE and the kind of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Modifiers {
    /// `OR REFRESH`.
    pub or_refresh: bool,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `PRIVATE`, or `TEMPORARY` before a table.
    pub private: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

/// A declared column.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDefinition {
    /// Name.
    pub name: NamePart,
    /// Type; views list names only.
    pub data_type: Option<SparkType>,
    /// `NOT NULL`.
    pub not_null: bool,
    /// COMMENT.
    pub comment: Option<String>,
    /// `GENERATED ALWAYS AS (e)`.
    pub generated: Option<ColumnDefault>,
    /// `GENERATED … AS IDENTITY`.
    pub identity: Option<Identity>,
    /// DEFAULT.
    pub default: Option<ColumnDefault>,
    /// `MASK f USING COLUMNS (…)`.
    pub mask: Option<ColumnMask>,
    /// The whole definition.
    pub span: Span,
}

/// The default value of a column, or what it is computed by.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDefault {
    /// The value.
    pub value: Expression,
    /// Its text, as a table keeps it.
    pub text: String,
}

/// An identity column.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// `ALWAYS` rather than `BY DEFAULT`.
    pub always: bool,
    /// START WITH.
    pub start: i64,
    /// INCREMENT BY.
    pub increment: i64,
}

/// A column mask.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnMask {
    /// The function.
    pub function: Name,
    /// Further arguments.
    pub columns: Vec<Expression>,
}

/// `CONSTRAINT n EXPECT (e) ON VIOLATION …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// Name.
    pub name: NamePart,
    /// The condition that rows meet.
    pub predicate: Expression,
    /// The condition's text, as it is counted and shown.
    pub text: String,
    /// What happens to a row that does not meet it.
    pub on_violation: ViolationAction,
    /// The whole clause.
    pub span: Span,
}

/// What happens to a row that violates an expectation.
#[derive(Debug, Clone, PartialEq)]
pub enum ViolationAction {
    /// The row stays and is counted.
    Keep,
    /// `DROP ROW`.
    DropRow,
    /// `FAIL UPDATE`.
    FailUpdate,
    /// `QUARANTINE [INTO t]`.
    Quarantine {
        /// The table; by default the dataset's name with `_quarantine`.
        into: Option<Name>,
    },
}

/// A constraint that is recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct TableConstraint {
    /// Name.
    pub name: Option<NamePart>,
    /// Which.
    pub kind: TableConstraintKind,
    /// Where.
    pub span: Span,
}

/// Kinds of table constraints.
#[derive(Debug, Clone, PartialEq)]
pub enum TableConstraintKind {
    /// PRIMARY KEY.
    PrimaryKey(Vec<NamePart>),
    /// FOREIGN KEY.
    ForeignKey {
        /// Columns.
        columns: Vec<NamePart>,
        /// Referenced table.
        table: Name,
        /// Referenced columns.
        referenced: Vec<NamePart>,
    },
    /// UNIQUE.
    Unique(Vec<NamePart>),
    /// CHECK.
    Check {
        /// The condition.
        condition: Expression,
        /// Its text, as a table keeps it.
        text: String,
    },
}

/// Clauses after the column list of a dataset.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DatasetClauses {
    /// USING.
    pub format: Option<NamePart>,
    /// PARTITIONED BY.
    pub partitioned_by: Option<Vec<Expression>>,
    /// Those of PARTITIONED BY that are given with their types, and so are columns beside the list's.
    pub partition_columns: Vec<ColumnDefinition>,
    /// CLUSTER BY.
    pub cluster_by: Option<ClusterBy>,
    /// LOCATION.
    pub location: Option<(String, Span)>,
    /// COMMENT.
    pub comment: Option<String>,
    /// TBLPROPERTIES; keys and values with the place of the key.
    pub properties: Vec<(String, String, Span)>,
    /// OPTIONS.
    pub options: Vec<(String, String, Span)>,
    /// REFRESH POLICY.
    pub refresh_policy: Option<(String, Span)>,
    /// SCHEDULE and TRIGGER clauses as written; only stand-alone datasets of a warehouse have them.
    pub schedule: Option<(String, Span)>,
    /// WITH ROW FILTER.
    pub row_filter: Option<(Name, Vec<NamePart>)>,
    /// DEFAULT COLLATION.
    pub collation: Option<NamePart>,
    /// `STORED AS`, `STORED BY` and `ROW FORMAT`, as written: Hive's words for a format.
    pub stored_as: Option<(String, Span)>,
    /// `CLUSTERED BY (…) [SORTED BY (…)] INTO n BUCKETS`, as written.
    pub buckets: Option<(String, Span)>,
    /// WITH SCHEMA of a view.
    pub schema_mode: Option<(ViewSchemaMode, Span)>,
}

/// How a view follows changes of what its query reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewSchemaMode {
    /// BINDING: columns keep their types, and values must fit into them.
    Binding,
    /// COMPENSATION: columns keep their types, and values are cast.
    Compensation,
    /// TYPE EVOLUTION: columns take the types of the query.
    TypeEvolution,
    /// EVOLUTION: the view has the columns of the query.
    Evolution,
}

impl ViewSchemaMode {
    /// As SQL writes it.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Binding => "BINDING",
            Self::Compensation => "COMPENSATION",
            Self::TypeEvolution => "TYPE EVOLUTION",
            Self::Evolution => "EVOLUTION",
        }
    }
}

/// CLUSTER BY.
#[derive(Debug, Clone, PartialEq)]
pub enum ClusterBy {
    /// Columns, possibly nested.
    Columns(Vec<Vec<NamePart>>),
    /// AUTO.
    Auto,
    /// NONE.
    None,
}

/// A flow, from CREATE FLOW or a stand-alone AUTO CDC statement.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowDefinition {
    /// Name; `None` takes the target's.
    pub name: Option<Name>,
    /// COMMENT.
    pub comment: Option<String>,
    /// Target.
    pub target: Name,
    /// What it writes.
    pub body: FlowBody,
    /// Whether legacy words (`APPLY CHANGES INTO`) were used.
    pub legacy: bool,
}

/// What a flow writes.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "a handful for each pipeline")]
pub enum FlowBody {
    /// INSERT INTO.
    Append {
        /// `ONCE`.
        once: bool,
        /// `BY NAME`.
        by_name: bool,
        /// Columns listed after the target.
        columns: Vec<NamePart>,
        /// `REPLACE WHERE`.
        replace_where: Option<Expression>,
        /// The query.
        query: Relation,
    },
    /// AUTO CDC, APPLY CHANGES.
    AutoCdc(AutoCdc),
}

/// AUTO CDC.
#[derive(Debug, Clone, PartialEq)]
pub struct AutoCdc {
    /// `ONCE`.
    pub once: bool,
    /// `FROM SNAPSHOT`.
    pub from_snapshot: bool,
    /// The source; whether STREAM was written shows in the relation.
    pub source: Option<Relation>,
    /// KEYS.
    pub keys: Vec<Expression>,
    /// IGNORE NULL UPDATES.
    pub ignore_null_updates: Option<ColumnSelection>,
    /// APPLY AS DELETE WHEN.
    pub apply_as_deletes: Option<Expression>,
    /// APPLY AS TRUNCATE WHEN.
    pub apply_as_truncates: Option<Expression>,
    /// WHERE of the legacy form.
    pub condition: Option<Expression>,
    /// SEQUENCE BY.
    pub sequence_by: Option<Expression>,
    /// SYSTEM SEQUENCE BY.
    pub system_sequence_by: Option<Expression>,
    /// COLUMNS.
    pub columns: Option<ColumnSelection>,
    /// STORED AS.
    pub stored_as: Option<(ScdType, Span)>,
    /// TRACK HISTORY ON.
    pub track_history: Option<(ColumnSelection, Span)>,
    /// COLUMNS TO UPDATE.
    pub columns_to_update: Option<Expression>,
    /// The whole body.
    pub span: Span,
}

/// A choice of columns.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnSelection {
    /// All.
    All,
    /// Those listed.
    Only(Vec<Expression>),
    /// `* EXCEPT (…)`.
    Except(Vec<Expression>),
}

/// How a table keeps changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScdType {
    /// SCD TYPE 1: the newest values.
    Type1,
    /// SCD TYPE 2: every version.
    Type2,
    /// BITEMPORAL: every version of every version.
    Bitemporal,
    /// Another number: accepted by the grammar, refused by name.
    Other(i64),
}
