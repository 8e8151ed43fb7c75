//! How a materialized view is refreshed, and why not in another way.

use serde::{Deserialize, Serialize};

/// The decision and what it rests on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanningInformation {
    /// Every way that was looked at; one of them is chosen.
    pub technique_information: Vec<Technique>,
    /// What is known of the tables that the view reads.
    pub source_table_information: Vec<SourceTableInformation>,
    /// What is known of the view's own table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_table_information: Option<SourceTableInformation>,
}

/// A way to refresh a view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Technique {
    /// The way.
    pub maintenance_type: MaintenanceType,
    /// Whether it is the one.
    pub is_chosen: bool,
    /// Whether it would give the right result.
    pub is_applicable: bool,
    /// What it costs, in units that only compare with each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// Why it is not applicable, or what makes it dear.
    #[serde(default)]
    pub incrementalization_issues: Vec<IncrementalizationIssue>,
}

/// The ways to refresh a view, with Databricks' names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MaintenanceType {
    /// Everything anew.
    CompleteRecompute,
    /// Nothing: no source has changed.
    NoOp,
    /// The partitions that have changed rows.
    PartitionOverwrite,
    /// The rows that have changed.
    RowBased,
    /// Only rows that were added.
    AppendOnly,
    /// The groups that have changed rows, by arithmetic on their aggregates.
    GroupAggregate,
    /// The groups that have changed rows, computed anew.
    GenericAggregate,
    /// The window partitions that have changed rows, computed anew.
    WindowFunction,
}

impl MaintenanceType {
    /// The name in the event log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CompleteRecompute => "COMPLETE_RECOMPUTE",
            Self::NoOp => "NO_OP",
            Self::PartitionOverwrite => "PARTITION_OVERWRITE",
            Self::RowBased => "ROW_BASED",
            Self::AppendOnly => "APPEND_ONLY",
            Self::GroupAggregate => "GROUP_AGGREGATE",
            Self::GenericAggregate => "GENERIC_AGGREGATE",
            Self::WindowFunction => "WINDOW_FUNCTION",
        }
    }
}

/// Why a view is not refreshed incrementally.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IncrementalizationIssue {
    /// Databricks' name of the reason, for example `PLAN_NOT_DETERMINISTIC`.
    pub issue_type: String,
    /// Whether it rules the technique out.
    pub prevent_incrementalization: bool,
    /// The operator of the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator_name: Option<String>,
    /// The expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression_name: Option<String>,
    /// More about `PLAN_NOT_INCREMENTALIZABLE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_not_incrementalizable_sub_type: Option<String>,
    /// More about `PLAN_NOT_DETERMINISTIC`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_not_deterministic_sub_type: Option<String>,
    /// The table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_name: Option<String>,
}

/// What is known of a table when a refresh is planned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceTableInformation {
    /// The table, with catalog and schema.
    pub table_name: String,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Its rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_rows: Option<i64>,
    /// The rows that were added, changed or removed since the view was last refreshed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_changed_rows: Option<i64>,
}
