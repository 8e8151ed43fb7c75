//! What the tests share: a project in a temporary folder, with Delta tables written by hand.

use std::fs::File;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::Schema;
use datafusion::parquet::arrow::ArrowWriter;
use lakesmith_diagnostic::{Diagnostic, SourceMap};
use lakesmith_engine::arrow_type::to_arrow_schema;
use lakesmith_engine::{Runtime, RuntimeSettings};
use lakesmith_project::PathMap;
use lakesmith_unresolved::{SparkType, StructField};
use serde_json::json;

use crate::{QueryError, Session, SessionSettings, cell};

/// 2024-01-15T12:00:00Z.
const NOW: i64 = 1_705_320_000_000_000;

/// A project with a session.
pub(crate) struct Project {
    pub session: Session,
    folder: tempfile::TempDir,
}

impl Project {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new(RuntimeSettings {
            memory_bytes: 256 << 20,
            spill_folder: folder.path().join("spill"),
            partitions: NonZeroUsize::new(2).unwrap(),
            batch_size: NonZeroUsize::new(8192).unwrap(),
            physical_rules: lakesmith_functions::physical_rules(),
        });
        let session = Session::new(SessionSettings {
            warehouse: folder.path().join("warehouse"),
            storage: Some(folder.path().join("storage")),
            catalog: "main".into(),
            schema: "shop".into(),
            paths: PathMap::new(folder.path(), []),
            clock: std::sync::Arc::new(lakesmith_base::clock::ManualClock::at(NOW)),
            user: "ada".into(),
            runtime: runtime.unwrap(),
        });
        Self { session, folder }
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub(crate) fn write(&self, below: &str, text: &str) {
        let path = self.path(below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Makes a Delta table of the rows of a query.
    pub(crate) async fn table(&self, below: &str, sql: &str) {
        let result = self.session.query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:#?}"));
        let columns = result.columns.clone();
        let schema = std::sync::Arc::new(to_arrow_schema(&columns).unwrap());
        let batches = result.collect().await.unwrap();
        let batches: Vec<RecordBatch> = batches
            .into_iter()
            .map(|batch| RecordBatch::try_new(std::sync::Arc::clone(&schema), batch.columns().to_vec()).unwrap())
            .collect();
        write_table(&self.path(below), &columns, &schema, &batches);
    }

    /// Rows as text, values separated by `|`.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<String> {
        let result = self.session.query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:#?}"));
        let batches = result.collect().await.unwrap_or_else(|error| panic!("{sql}: {error:#?}"));
        let mut rows = Vec::new();
        for batch in &batches {
            for row in 0..batch.num_rows() {
                let values: Vec<String> = batch.columns().iter().map(|column| cell::text(column, row)).collect();
                rows.push(values.join("|"));
            }
        }
        rows
    }

    /// Condition, title, marked text and help of each fault of a query.
    pub(crate) async fn faults(&self, sql: &str) -> Vec<String> {
        match self.session.query(sql).await {
            Err(QueryError::Wrong { sources, diagnostics }) => {
                diagnostics.iter().map(|fault| shown(&sources, fault)).collect()
            }
            other => panic!("{sql}: {other:#?}"),
        }
    }
}

fn shown(sources: &SourceMap, fault: &Diagnostic) -> String {
    let marked = fault.primary.as_ref().map_or("", |label| sources.text(label.span));
    format!("{}: {} @{marked} ({})", fault.condition, fault.title, fault.help.join("; "))
}

fn write_table(folder: &Path, columns: &[StructField], schema: &Schema, batches: &[RecordBatch]) {
    std::fs::create_dir_all(folder.join("_delta_log")).unwrap();
    let data = folder.join("part-0.parquet");
    let mut writer =
        ArrowWriter::try_new(File::create(&data).unwrap(), std::sync::Arc::new(schema.clone()), None).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.close().unwrap();
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let actions = [
        json!({"commitInfo": {"timestamp": NOW / 1000, "operation": "WRITE"}}),
        json!({"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}}),
        json!({"metaData": {"id": "0", "format": {"provider": "parquet", "options": {}},
            "schemaString": delta_struct(columns).to_string(), "partitionColumns": [], "configuration": {}}}),
        json!({"add": {"path": "part-0.parquet", "partitionValues": {}, "size": std::fs::metadata(&data).unwrap().len(),
            "modificationTime": 0, "dataChange": true, "stats": json!({"numRecords": rows}).to_string()}}),
    ];
    let lines: Vec<String> = actions.iter().map(ToString::to_string).collect();
    std::fs::write(folder.join("_delta_log/00000000000000000000.json"), lines.join("\n")).unwrap();
}

fn delta_struct(fields: &[StructField]) -> serde_json::Value {
    let field = |field: &StructField| json!({"name": field.name.as_str(), "type": delta_type(&field.data_type), "nullable": true, "metadata": {}});
    json!({"type": "struct", "fields": fields.iter().map(field).collect::<Vec<_>>()})
}

fn delta_type(data_type: &SparkType) -> serde_json::Value {
    match data_type {
        SparkType::Struct(fields) => delta_struct(fields),
        SparkType::Array { element, .. } => {
            json!({"type": "array", "elementType": delta_type(element), "containsNull": true})
        }
        SparkType::Long => json!("long"),
        other => json!(other.to_string().to_lowercase().replace("int", "integer")),
    }
}
