//! [`Command`]: what has an effect, unresolved: statements of SQL and the commands of the Spark Connect protocol.
//!
//! A case that nothing runs yet is refused by [`CommandKind::name`].

mod catalog;
mod name;
mod object_names;
mod pipeline;
mod session;
mod show;
mod streaming;
mod write;

use lakesmith_diagnostic::Origin;

use crate::expression::{Expression, Name, NamePart, UserDefinedFunction};
use crate::pipeline::{ColumnDefinition, DatasetClauses, PipelineStatement};
use crate::relation::Relation;

pub use catalog::{AlterAction, ColumnPosition, CreateFunction, CreateTable, ObjectKind};
pub use pipeline::{AutoCdcDetails, DefineFlow, DefineOutput, FlowDetails, PipelineCommand};
pub use session::{ExecuteImmediate, Variable, VariableAction};
pub use show::{DescribeTarget, Show};
pub use streaming::{StartStream, StreamTrigger, StreamingQueryAction, StreamingQueryManagerAction};
pub use write::{Insert, Merge, Write, WriteTarget, WriteV2};

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
    /// Several INSERTs after one FROM.
    Inserts(Vec<Insert>),
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
