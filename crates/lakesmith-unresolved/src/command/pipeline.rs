//! Commands of `pyspark.pipelines`.

use crate::expression::Expression;
use crate::pipeline::{ColumnSelection, ScdType};
use crate::relation::Relation;
use crate::spark_type::SparkType;

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
