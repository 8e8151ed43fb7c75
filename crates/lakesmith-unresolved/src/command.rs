//! [`Command`]: what has an effect, unresolved: statements of SQL and the commands of the Spark Connect protocol.
//!
//! A case that nothing runs yet is refused by [`CommandKind::name`].

mod name;
mod object_names;

use lakesmith_diagnostic::Origin;

use crate::expression::{Expression, MergeAction, Name, NamePart, UserDefinedFunction};
use crate::pipeline::{
    ClusterBy, ColumnDefault, ColumnDefinition, ColumnSelection, DatasetClauses, PipelineStatement, ScdType,
    TableConstraint, ViewSchemaMode,
};
use crate::relation::Relation;
use crate::spark_type::SparkType;
use crate::sql_function::FunctionDefinition;

/// A command with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// What it is.
    pub kind: CommandKind,
    /// Where it stands.
    pub origin: Origin,
}

/// The cases of a command.
#[derive(Debug, Clone, PartialEq)]
pub enum CommandKind {
    // ---- SQL statements
    /// A query.
    Query(Relation),
    /// EXPLAIN.
    Explain {
        /// `EXTENDED`, `CODEGEN`, `COST`, `FORMATTED`, or empty.
        mode: String,
        /// What is explained.
        command: Box<Command>,
    },
    /// CREATE TABLE, REPLACE TABLE, CTAS.
    CreateTable(Box<CreateTable>),
    /// CREATE VIEW outside a pipeline.
    CreateView {
        /// Name.
        name: Name,
        /// `OR REPLACE`.
        or_replace: bool,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// `TEMPORARY`.
        temporary: bool,
        /// `GLOBAL TEMPORARY`.
        global: bool,
        /// Column names and comments.
        columns: Vec<ColumnDefinition>,
        /// Clauses.
        clauses: DatasetClauses,
        /// The query; `None` for `CREATE TEMPORARY VIEW v USING format OPTIONS (…)`.
        query: Option<Relation>,
        /// The query's text, as a stored view keeps it.
        text: String,
    },
    /// CREATE CATALOG | SCHEMA | DATABASE | NAMESPACE | VOLUME.
    CreateContainer {
        /// Which.
        object: ObjectKind,
        /// Name.
        name: Name,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// COMMENT, LOCATION, DBPROPERTIES.
        clauses: DatasetClauses,
    },
    /// DROP of any object.
    Drop {
        /// Which.
        object: ObjectKind,
        /// Name.
        name: Name,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
        /// `PURGE`.
        purge: bool,
        /// `TEMPORARY`.
        temporary: bool,
    },
    /// ALTER of any object.
    Alter {
        /// Which.
        object: ObjectKind,
        /// Name.
        name: Name,
        /// `IF EXISTS`.
        if_exists: bool,
        /// What changes.
        actions: Vec<AlterAction>,
    },
    /// INSERT.
    Insert(Box<Insert>),
    /// DELETE FROM.
    Delete {
        /// Table.
        table: Name,
        /// Alias.
        alias: Option<NamePart>,
        /// WHERE.
        condition: Option<Expression>,
    },
    /// UPDATE.
    Update {
        /// Table.
        table: Name,
        /// Alias.
        alias: Option<NamePart>,
        /// SET.
        assignments: Vec<(Expression, Expression)>,
        /// WHERE.
        condition: Option<Expression>,
    },
    /// MERGE INTO (`merge_into_table_command`).
    Merge(Box<Merge>),
    /// TRUNCATE TABLE.
    Truncate {
        /// Table.
        table: Name,
        /// PARTITION.
        partition: Vec<(NamePart, Option<Expression>)>,
    },
    /// COPY INTO.
    CopyInto {
        /// Table.
        table: Name,
        /// The statement's text after the table.
        rest: String,
    },
    /// SHOW.
    Show(Box<Show>),
    /// DESCRIBE.
    Describe {
        /// What is described.
        target: DescribeTarget,
        /// `EXTENDED`, `FORMATTED`, `DETAIL`, `HISTORY`, or empty.
        mode: String,
        /// `AS JSON`.
        as_json: bool,
    },
    /// USE.
    Use {
        /// New default catalog.
        catalog: Option<NamePart>,
        /// New default schema.
        schema: Option<NamePart>,
        /// A name whose meaning (catalog or schema) only the catalog tells.
        either: Option<Name>,
    },
    /// SET without a pipeline, `SET`, `SET -v`, `SET TIME ZONE`.
    Set {
        /// Key.
        key: Option<String>,
        /// Value.
        value: Option<String>,
    },
    /// RESET.
    Reset(Option<String>),
    /// DECLARE VARIABLE, SET VAR, DROP VARIABLE.
    Variable(Box<Variable>),
    /// EXECUTE IMMEDIATE.
    ExecuteImmediate(Box<ExecuteImmediate>),
    /// CREATE FUNCTION.
    CreateFunction(Box<CreateFunction>),
    /// COMMENT ON.
    CommentOn {
        /// Which.
        object: ObjectKind,
        /// Name.
        name: Name,
        /// Text; `None` removes it.
        text: Option<String>,
    },
    /// CACHE, UNCACHE, CLEAR CACHE, REFRESH, ANALYZE, REPAIR, OPTIMIZE, VACUUM, RESTORE, REORG, GRANT, REVOKE, CALL, ADD, LIST,
    /// EXECUTE IMMEDIATE and other statements that name an object and options.
    Maintenance {
        /// The statement's first words, upper-case.
        verb: String,
        /// The object, where there is one.
        table: Option<Name>,
        /// The text after it.
        rest: String,
    },
    /// A statement of a pipeline, where it arrives outside a pipeline's file.
    Pipeline(Box<PipelineStatement>),

    // ---- commands of the protocol
    /// `sql_command`: SQL text to run at once; parsed when it arrives.
    Sql(Relation),
    /// `register_function`.
    RegisterFunction(UserDefinedFunction),
    /// `register_table_function`.
    RegisterTableFunction(UserDefinedFunction),
    /// `register_data_source`.
    RegisterDataSource {
        /// Name.
        name: String,
        /// The pickled class.
        command: Vec<u8>,
        /// Python's minor version.
        python_version: String,
    },
    /// `write_operation`.
    Write(Box<Write>),
    /// `write_operation_v2`.
    WriteV2(Box<WriteV2>),
    /// `create_dataframe_view`.
    CreateDataFrameView {
        /// The DataFrame.
        input: Relation,
        /// Name.
        name: String,
        /// Global temporary.
        is_global: bool,
        /// Replaces an existing one.
        replace: bool,
    },
    /// `write_stream_operation_start`.
    StartStream(Box<StartStream>),
    /// `streaming_query_command`.
    StreamingQuery {
        /// Query id.
        id: String,
        /// Run id.
        run_id: String,
        /// What is asked.
        action: StreamingQueryAction,
    },
    /// `streaming_query_manager_command`.
    StreamingQueryManager(StreamingQueryManagerAction),
    /// `streaming_query_listener_bus_command`: adds (`true`) or removes the bus.
    StreamingQueryListenerBus(bool),
    /// `get_resources_command`.
    GetResources,
    /// `create_resource_profile_command`.
    CreateResourceProfile,
    /// `checkpoint_command`.
    Checkpoint {
        /// The DataFrame.
        input: Relation,
        /// On local storage.
        local: bool,
        /// At once.
        eager: bool,
    },
    /// `remove_cached_remote_relation_command`.
    RemoveCachedRemoteRelation(String),
    /// `ml_command`.
    MachineLearning(Vec<u8>),
    /// `execute_external_command`.
    ExecuteExternal {
        /// Which runner.
        runner: String,
        /// The command.
        command: String,
        /// Options.
        options: Vec<(String, String)>,
    },
    /// `pipeline_command`.
    PipelineCommand(Box<PipelineCommand>),
    /// A command of a protocol extension.
    Extension {
        /// Its type URL.
        type_url: String,
        /// Its bytes.
        value: Vec<u8>,
    },
}

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

/// A statement about a session variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// What is done.
    pub action: VariableAction,
    /// Names; several only for SET and DECLARE.
    pub names: Vec<Name>,
    /// Type.
    pub data_type: Option<SparkType>,
    /// Value; for several names of SET a subquery with as many columns.
    pub value: Option<Expression>,
}

/// What is done to a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableAction {
    /// DECLARE.
    Declare {
        /// OR REPLACE.
        or_replace: bool,
    },
    /// SET.
    Set,
    /// DROP.
    Drop {
        /// IF EXISTS.
        if_exists: bool,
    },
}

/// EXECUTE IMMEDIATE.
#[derive(Debug, Clone, PartialEq)]
pub struct ExecuteImmediate {
    /// The text of the statement, as an expression.
    pub text: Expression,
    /// INTO: variables that take the values of the one row.
    pub into: Vec<Name>,
    /// USING: values of the parameters, named or in order.
    pub using: Vec<(Option<NamePart>, Expression)>,
}

/// SHOW.
#[derive(Debug, Clone, PartialEq)]
pub struct Show {
    /// What is shown, upper-case: `TABLES`, `COLUMNS`, `CREATE TABLE` and so on.
    pub what: String,
    /// IN or FROM, or the object itself.
    pub scope: Option<Name>,
    /// LIKE, or the property of SHOW TBLPROPERTIES.
    pub pattern: Option<String>,
    /// PARTITION.
    pub partition: Vec<(NamePart, Option<Expression>)>,
    /// The text of a part that belongs to no other field.
    pub rest: String,
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

/// INSERT.
#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    /// Table.
    pub table: Name,
    /// The table's alias, for the condition of REPLACE ON.
    pub alias: Option<NamePart>,
    /// OVERWRITE.
    pub overwrite: bool,
    /// IF NOT EXISTS after PARTITION.
    pub if_not_exists: bool,
    /// WITH SCHEMA EVOLUTION.
    pub schema_evolution: bool,
    /// BY NAME.
    pub by_name: bool,
    /// PARTITION; values are absent for dynamic partitions.
    pub partition: Vec<(NamePart, Option<Expression>)>,
    /// Column list.
    pub columns: Vec<NamePart>,
    /// REPLACE WHERE.
    pub replace_where: Option<Expression>,
    /// The text of REPLACE WHERE.
    pub replace_where_text: String,
    /// REPLACE ON.
    pub replace_on: Option<Expression>,
    /// REPLACE USING.
    pub replace_using: Vec<NamePart>,
    /// Rows.
    pub query: Relation,
}

/// MERGE INTO.
#[derive(Debug, Clone, PartialEq)]
pub struct Merge {
    /// Target.
    pub target: Name,
    /// Its alias.
    pub target_alias: Option<NamePart>,
    /// Source.
    pub source: Relation,
    /// ON.
    pub condition: Expression,
    /// WHEN MATCHED.
    pub matched: Vec<MergeAction>,
    /// WHEN NOT MATCHED \[BY TARGET\].
    pub not_matched: Vec<MergeAction>,
    /// WHEN NOT MATCHED BY SOURCE.
    pub not_matched_by_source: Vec<MergeAction>,
    /// WITH SCHEMA EVOLUTION.
    pub schema_evolution: bool,
}

/// What DESCRIBE describes.
#[derive(Debug, Clone, PartialEq)]
pub enum DescribeTarget {
    /// An object.
    Object {
        /// Which.
        object: ObjectKind,
        /// Name.
        name: Name,
        /// One column of it.
        column: Option<Vec<NamePart>>,
        /// One partition of it.
        partition: Vec<(NamePart, Option<Expression>)>,
    },
    /// A query.
    Query(Relation),
}

/// `DataFrame.write`.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The DataFrame.
    pub input: Relation,
    /// Format.
    pub format: Option<String>,
    /// Where to.
    pub target: WriteTarget,
    /// Mode: `append`, `overwrite`, `error`, `ignore`, or empty.
    pub mode: String,
    /// Partition columns.
    pub partition_by: Vec<String>,
    /// Clustering columns.
    pub cluster_by: Vec<String>,
    /// Sort columns.
    pub sort_by: Vec<String>,
    /// Bucket columns and their number.
    pub bucket_by: Option<(Vec<String>, i32)>,
    /// Options.
    pub options: Vec<(String, String)>,
    /// Adds new columns to the table.
    pub schema_evolution: bool,
}

/// Where a write goes.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteTarget {
    /// Nowhere named (`format("noop")`).
    None,
    /// A path.
    Path(String),
    /// A table, created when missing.
    SaveAsTable(String),
    /// An existing table, by position.
    InsertInto(String),
}

/// `DataFrame.writeTo`.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteV2 {
    /// The DataFrame.
    pub input: Relation,
    /// Table.
    pub table: String,
    /// Format.
    pub format: Option<String>,
    /// Mode: `create`, `overwrite`, `overwrite_partitions`, `append`, `replace`, `create_or_replace`.
    pub mode: String,
    /// Condition of `overwrite`.
    pub overwrite_condition: Option<Expression>,
    /// Partitioning.
    pub partition_by: Vec<Expression>,
    /// Clustering columns.
    pub cluster_by: Vec<String>,
    /// Options.
    pub options: Vec<(String, String)>,
    /// Table properties.
    pub properties: Vec<(String, String)>,
    /// Adds new columns to the table.
    pub schema_evolution: bool,
}

/// `DataFrame.writeStream`.
#[derive(Debug, Clone, PartialEq)]
pub struct StartStream {
    /// The streaming DataFrame.
    pub input: Relation,
    /// Format.
    pub format: String,
    /// Options.
    pub options: Vec<(String, String)>,
    /// Partition columns.
    pub partition_by: Vec<String>,
    /// Clustering columns.
    pub cluster_by: Vec<String>,
    /// When batches run.
    pub trigger: StreamTrigger,
    /// Output mode.
    pub output_mode: String,
    /// Query name.
    pub query_name: String,
    /// Where to.
    pub target: WriteTarget,
    /// The function of `foreach`.
    pub foreach_writer: Option<UserDefinedFunction>,
    /// The function of `foreachBatch`.
    pub foreach_batch: Option<UserDefinedFunction>,
}

/// When the batches of a streaming query run.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamTrigger {
    /// As soon as the last one ends.
    Default,
    /// At an interval, for example `5 seconds`.
    ProcessingTime(String),
    /// What is there now, in several batches.
    AvailableNow,
    /// What is there now, in one batch.
    Once,
    /// Continuous processing.
    Continuous(String),
    /// Real-time mode.
    RealTime(String),
}

/// What is asked of a streaming query.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamingQueryAction {
    /// `status`.
    Status,
    /// `lastProgress`.
    LastProgress,
    /// `recentProgress`.
    RecentProgress,
    /// `stop`.
    Stop,
    /// `processAllAvailable`.
    ProcessAllAvailable,
    /// `explain`.
    Explain {
        /// With logical plans.
        extended: bool,
    },
    /// `exception`.
    Exception,
    /// `awaitTermination`.
    AwaitTermination {
        /// Milliseconds.
        timeout: Option<i64>,
    },
}

/// What is asked of all streaming queries.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamingQueryManagerAction {
    /// `active`.
    Active,
    /// `get`.
    Get(String),
    /// `awaitAnyTermination`.
    AwaitAnyTermination {
        /// Milliseconds.
        timeout: Option<i64>,
    },
    /// `resetTerminated`.
    ResetTerminated,
    /// `addListener` with its id and pickled class.
    AddListener(String, Vec<u8>),
    /// `removeListener`.
    RemoveListener(String),
    /// `listListeners`.
    ListListeners,
}

/// Commands of `pyspark.pipelines`.
#[derive(Debug, Clone, PartialEq)]
pub enum PipelineCommand {
    /// `create_dataflow_graph`.
    CreateDataflowGraph {
        /// Default catalog.
        default_catalog: Option<String>,
        /// Default schema.
        default_database: Option<String>,
        /// Settings.
        configuration: Vec<(String, String)>,
    },
    /// `drop_dataflow_graph`.
    DropDataflowGraph(String),
    /// `define_output`.
    DefineOutput(Box<DefineOutput>),
    /// `define_flow`.
    DefineFlow(Box<DefineFlow>),
    /// `start_run`.
    StartRun {
        /// Graph.
        graph: String,
        /// Datasets to reset and refresh.
        full_refresh: Vec<String>,
        /// Reset everything.
        full_refresh_all: bool,
        /// Datasets to refresh.
        refresh: Vec<String>,
        /// Only check.
        dry: bool,
        /// Storage root.
        storage: Option<String>,
    },
    /// `define_sql_graph_elements`.
    DefineSqlGraphElements {
        /// Graph.
        graph: String,
        /// The file's path.
        path: String,
        /// The file's text.
        text: String,
    },
    /// A command of a protocol extension.
    Extension {
        /// Its type URL.
        type_url: String,
        /// Its bytes.
        value: Vec<u8>,
    },
    /// `get_query_function_execution_signal_stream`, `define_flow_query_function_result` and `execute_output_flows`, by field
    /// name. No client sends them and Spark's own server refuses them, so their content is not kept.
    Other(String),
}

/// An output of a pipeline, from Python.
#[derive(Debug, Clone, PartialEq)]
pub struct DefineOutput {
    /// Graph.
    pub graph: String,
    /// Name.
    pub name: String,
    /// `TABLE`, `MATERIALIZED_VIEW`, `TEMPORARY_VIEW`, `SINK`.
    pub output_type: String,
    /// Comment.
    pub comment: Option<String>,
    /// Table properties.
    pub properties: Vec<(String, String)>,
    /// Partition columns.
    pub partition_by: Vec<String>,
    /// Clustering columns.
    pub cluster_by: Vec<String>,
    /// Format of a table or sink.
    pub format: Option<String>,
    /// Options of a sink.
    pub options: Vec<(String, String)>,
    /// Schema as DDL.
    pub schema_text: Option<String>,
    /// Schema as a type.
    pub schema: Option<SparkType>,
    /// The pipeline file whose execution sent it, where that is not the file of the definition.
    pub definition_path: Option<String>,
    /// Details of a protocol extension, in place of those of a table or sink: type URL and bytes.
    pub details_extension: Option<(String, Vec<u8>)>,
    /// Additions of our Python package: type URL and bytes.
    pub extensions: Vec<(String, Vec<u8>)>,
}

/// A flow of a pipeline, from Python.
#[derive(Debug, Clone, PartialEq)]
pub struct DefineFlow {
    /// Graph.
    pub graph: String,
    /// Name.
    pub name: String,
    /// Target.
    pub target: String,
    /// Settings.
    pub configuration: Vec<(String, String)>,
    /// Runs a single time.
    pub once: Option<bool>,
    /// The client that computes the query later.
    pub client_id: Option<String>,
    /// The pipeline file whose execution sent it, where that is not the file of the definition.
    pub definition_path: Option<String>,
    /// What it writes.
    pub details: FlowDetails,
    /// Additions of our Python package: type URL and bytes.
    pub extensions: Vec<(String, Vec<u8>)>,
}

/// What a flow from Python writes.
#[derive(Debug, Clone, PartialEq)]
pub enum FlowDetails {
    /// A query; absent when the client computes it later.
    Relation(Option<Relation>),
    /// AUTO CDC.
    AutoCdc(Box<AutoCdcDetails>),
    /// A protocol extension.
    Extension {
        /// Its type URL.
        type_url: String,
        /// Its bytes.
        value: Vec<u8>,
    },
}

/// AUTO CDC from Python. SQL has [`crate::pipeline::AutoCdc`], whose clauses have places in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct AutoCdcDetails {
    /// Name of the source.
    pub source: String,
    /// Columns that identify a row.
    pub keys: Vec<Expression>,
    /// Order of changes.
    pub sequence_by: Option<Expression>,
    /// Which changes delete.
    pub apply_as_deletes: Option<Expression>,
    /// Which changes empty the table.
    pub apply_as_truncates: Option<Expression>,
    /// Columns kept.
    pub columns: Option<ColumnSelection>,
    /// How the table keeps changes; `None` when the client says nothing.
    pub stored_as: Option<ScdType>,
    /// Columns whose change opens a new version.
    pub track_history: Option<ColumnSelection>,
    /// Columns in which NULL means no change.
    pub ignore_null_updates: Option<ColumnSelection>,
}
