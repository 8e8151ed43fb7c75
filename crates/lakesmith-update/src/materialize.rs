//! Before flows run: tables are made, started over, or given new columns and properties.

use std::path::Path;
use std::sync::PoisonError;

use lakesmith_delta::{Commit, DeltaTable, Metadata, OnVersion, Txn, Wanted, needed};
use lakesmith_diagnostic::Diagnostic;
use lakesmith_graph::{Dataset, FlowKind};
use lakesmith_stream::{FlowIdentity, RETIRED};
use lakesmith_unresolved::pipeline::DatasetKind;
use uuid::Uuid;

use crate::changed::change_faults;
use crate::complete::view_state::ViewState;
use crate::fault::{commit_fault, engine_fault, stream_fault};
use crate::full_refresh::Before;
use crate::quarantine;
use crate::reads::checkpoint;
use crate::target::{Target, first_metadata};
use crate::update::UpdateRun;

impl UpdateRun<'_> {
    /// Makes the table of a dataset, or brings the one that is there in line with the pipeline.
    pub(crate) async fn materialize(&self, dataset: &Dataset) -> Result<(), Vec<Diagnostic>> {
        let Some(target) = self.target_of(dataset) else { return Ok(()) };
        let folder = self.pipeline.folder(&dataset.name);
        let table = self.tables.current(&folder).await.map_err(|error| vec![engine_fault(&error)])?;
        match table {
            None => self.create(dataset, &target, &folder).await,
            Some(table) if self.starts_over(dataset.id) => self.start_over(dataset, &target, table, &folder).await,
            Some(table) => self.adapt(dataset, &target, table, &folder).await,
        }
    }

    fn target_of(&self, dataset: &Dataset) -> Option<Target> {
        match dataset.quarantine_of() {
            Some(of) => Some(Target {
                schema: quarantine::schema(&self.analysis.targets.get(&of)?.schema),
                partition_columns: Vec::new(),
                comment: Some(format!("Rows that break an expectation of {}", self.pipeline.shown(of))),
                properties: Vec::new(),
                wanted: Wanted::default(),
            }),
            None => self.analysis.targets.get(&dataset.id).cloned(),
        }
    }

    async fn create(&self, dataset: &Dataset, target: &Target, folder: &Path) -> Result<(), Vec<Diagnostic>> {
        let now = self.engine.now_millis();
        let mut commit = Commit::new("CREATE TABLE", now);
        let metadata = first_metadata(target, Uuid::new_v4().to_string(), now);
        commit.protocol = needed(None, &metadata, &target.wanted);
        commit.metadata = Some(metadata);
        commit.on_version = OnVersion::Exactly(-1);
        let store = self.tables.store(folder).map_err(|error| vec![engine_fault(&error)])?;
        let name = self.pipeline.shown(dataset.id);
        let table = DeltaTable::create(&store, &commit).await;
        let table = table.map_err(|error| vec![commit_fault(&name, &error).at(dataset.name_span, "")])?;
        self.tables.keep(folder, &table).await;
        Ok(())
    }

    /// One commit removes all files and retires every flow's identity, so that no stale writer can ever commit again.
    async fn start_over(
        &self,
        dataset: &Dataset,
        target: &Target,
        mut table: DeltaTable,
        folder: &Path,
    ) -> Result<(), Vec<Diagnostic>> {
        if is_view(dataset) {
            // its flow replaces everything, rows of a streaming table too
            return self.retire(dataset, table, folder).await;
        }
        let mut commit = Commit::new("FULL REFRESH", self.engine.now_millis());
        commit.removes = table.files().await.map_err(|error| vec![engine_fault(&error)])?;
        let metadata = Metadata {
            schema: target.schema.clone(),
            partition_columns: target.partition_columns.clone(),
            description: target.comment.clone(),
            configuration: target.properties.clone(),
            ..table.metadata().clone()
        };
        commit.protocol = needed(Some(table.protocol()), &metadata, &target.wanted);
        commit.metadata = Some(metadata);
        for app_id in FlowIdentity::all_current(table.txns()) {
            commit.expected_txns.push((app_id.clone(), table.txn(&app_id)));
            commit.txns.push(Txn { app_id, version: RETIRED });
        }
        for flow in self.pipeline.graph.flows_into(dataset.id).filter(|flow| flow.kind != FlowKind::View) {
            let checkpoint = checkpoint(self.pipeline, self.engine, flow);
            let fault = |error| vec![stream_fault(&error).at(flow.span, "")];
            checkpoint.forget_source_notes("schema").map_err(fault)?;
            ViewState::forget(&checkpoint)?;
            let identity = checkpoint.begin().map_err(fault)?;
            commit.txns.push(Txn { app_id: identity.app_id(), version: 0 });
        }
        self.engine.faults.reach("update.before_reset").map_err(|error| vec![engine_fault(&error)])?;
        let name = self.pipeline.shown(dataset.id);
        let old = table.metadata().clone();
        table.commit(&commit).await.map_err(|error| vec![commit_fault(&name, &error).at(dataset.name_span, "")])?;
        let before = Before { version: table.version(), metadata: old, files: commit.removes };
        self.started_over.lock().unwrap_or_else(PoisonError::into_inner).insert(dataset.id, before);
        self.tables.keep(folder, &table).await;
        self.engine.faults.reach("update.after_reset").map_err(|error| vec![engine_fault(&error)])
    }

    /// Ends what flows of a streaming table have begun, for a view that takes its place.
    async fn retire(&self, dataset: &Dataset, mut table: DeltaTable, folder: &Path) -> Result<(), Vec<Diagnostic>> {
        let current = FlowIdentity::all_current(table.txns());
        if current.is_empty() {
            return Ok(());
        }
        let mut commit = Commit::new("SET TRANSACTION", self.engine.now_millis());
        for app_id in current {
            commit.expected_txns.push((app_id.clone(), table.txn(&app_id)));
            commit.txns.push(Txn { app_id, version: RETIRED });
        }
        let name = self.pipeline.shown(dataset.id);
        table.commit(&commit).await.map_err(|error| vec![commit_fault(&name, &error).at(dataset.name_span, "")])?;
        self.tables.keep(folder, &table).await;
        Ok(())
    }

    /// New columns and fields, comment and properties. A column never changes its type otherwise.
    async fn adapt(
        &self,
        dataset: &Dataset,
        target: &Target,
        mut table: DeltaTable,
        folder: &Path,
    ) -> Result<(), Vec<Diagnostic>> {
        let faults = change_faults(self.pipeline, self.engine, dataset, target, &table);
        if !faults.is_empty() {
            return Err(faults);
        }
        if is_view(dataset) {
            return Ok(());
        }
        let known = table.metadata();
        let metadata = adapted_metadata(known, target);
        let protocol = needed(Some(table.protocol()), &metadata, &target.wanted);
        if metadata == *known && protocol.is_none() {
            return Ok(());
        }
        let mut commit = Commit::new("SET TBLPROPERTIES", self.engine.now_millis());
        commit.protocol = protocol;
        commit.metadata = Some(metadata);
        let name = self.pipeline.shown(dataset.id);
        table.commit(&commit).await.map_err(|error| vec![commit_fault(&name, &error).at(dataset.name_span, "")])?;
        self.tables.keep(folder, &table).await;
        Ok(())
    }
}

pub(crate) fn is_view(dataset: &Dataset) -> bool {
    dataset.kind == DatasetKind::MaterializedView
}

/// The metadata of a streaming table: what it has, and what is new.
fn adapted_metadata(known: &Metadata, target: &Target) -> Metadata {
    let mut schema = known.schema.clone();
    for column in &target.schema {
        match schema.iter_mut().find(|stored| stored.name == column.name) {
            Some(stored) => {
                stored.comment = column.comment.clone().or(stored.comment.take());
                // fields may be added to structs
                stored.data_type = column.data_type.clone();
                // a rule that stored rows may break is not added
                stored.nullable = stored.nullable || column.nullable;
            }
            None => schema.push(lakesmith_unresolved::StructField { nullable: true, ..column.clone() }),
        }
    }
    Metadata { schema, ..with_properties(known, target) }
}

/// The metadata of a view that is replaced; nothing when it stays the same.
pub(crate) fn replaced_metadata(known: &Metadata, target: &Target) -> Option<Metadata> {
    let metadata = Metadata {
        schema: target.schema.clone(),
        partition_columns: target.partition_columns.clone(),
        ..with_properties(known, target)
    };
    (metadata != *known).then_some(metadata)
}

fn with_properties(known: &Metadata, target: &Target) -> Metadata {
    let mut configuration = known.configuration.clone();
    configuration.retain(|(key, _)| target.properties.iter().all(|(own, _)| own != key));
    configuration.extend(target.properties.iter().cloned());
    configuration.sort();
    let description = target.comment.clone().or_else(|| known.description.clone());
    Metadata { configuration, description, ..known.clone() }
}
