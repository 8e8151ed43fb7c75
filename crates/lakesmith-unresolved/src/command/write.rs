//! Commands that write rows: INSERT, MERGE, and the writers of data frames.

use crate::expression::{Expression, MergeAction, Name, NamePart};
use crate::relation::Relation;

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
