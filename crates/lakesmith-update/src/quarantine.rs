//! The quarantine table of a dataset: its rows, and why and when each was taken out.

use lakesmith_base::QualifiedName;
use lakesmith_graph::{DataflowGraph, Dataset, DatasetId};
use lakesmith_unresolved::{SparkType, StructField};

/// The columns of the quarantine table of a dataset with these columns. Nothing is required of a row in it.
pub(crate) fn schema(columns: &[StructField]) -> Vec<StructField> {
    let kept = columns.iter().map(|column| StructField { nullable: true, ..column.clone() });
    let added = [
        ("_violated", SparkType::array(SparkType::STRING)),
        ("_quarantined_at", SparkType::Timestamp),
        ("_source_file", SparkType::STRING),
        ("_update_id", SparkType::STRING),
    ];
    kept.chain(added.map(|(name, data_type)| StructField::nullable(name, data_type))).collect()
}

/// The dataset that takes the quarantined rows of another.
pub(crate) fn table_of(graph: &DataflowGraph, dataset: DatasetId) -> Option<&Dataset> {
    graph.datasets.iter().find(|other| other.quarantine_of() == Some(dataset))
}

/// The name that the quarantine table of a dataset has unless a definition names another.
pub(crate) fn usual_name(dataset: &QualifiedName) -> Option<QualifiedName> {
    let mut parts = dataset.parts().to_vec();
    let own = parts.pop()?;
    parts.push(format!("{}_quarantine", own.as_str()).into());
    QualifiedName::from_parts(parts)
}
