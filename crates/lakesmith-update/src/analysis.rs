//! [`analyze`]: types the graph before a row moves.
//!
//! Datasets are resolved in the order of the graph against the columns of those before them, not against what is stored. A dataset
//! whose columns cannot be known stays out, and nothing is said of what reads it.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use lakesmith_diagnostic::{Condition, Diagnostic, Severity, Span};
use lakesmith_graph::{Dataset, DatasetId, Flow, FlowId, FlowKind};
use lakesmith_unresolved::StructField;

use crate::clauses;
use crate::engine::Engine;
use crate::flow_rows;
use crate::pipeline::Pipeline;
use crate::quarantine;
use crate::reads::{Reads, Uses, checkpoint, taken};
use crate::source::SourceUse;
use crate::stream_rules;
use crate::tables::Tables;
use crate::target::{Target, property_lints, target};
use crate::volatility::{depends_on_time, is_volatile};

/// The typed graph.
#[derive(Debug, Default)]
pub struct Analysis {
    /// Columns of every dataset that could be understood.
    pub schemas: HashMap<DatasetId, Vec<StructField>>,
    /// Every fault and lint.
    pub diagnostics: Vec<Diagnostic>,
    pub(crate) targets: HashMap<DatasetId, Target>,
    pub(crate) flows: HashMap<FlowId, AnalyzedFlow>,
    /// Faults of flows, by flow; flows of which nothing is known have an empty list.
    pub(crate) broken: HashMap<FlowId, Vec<Diagnostic>>,
}

/// What is known of a flow's query.
#[derive(Debug, Clone)]
pub(crate) struct AnalyzedFlow {
    pub uses: Vec<SourceUse>,
    /// Whether the query's rows depend on when it runs.
    pub is_volatile: bool,
}

/// Types the graph of a pipeline. With `is_dry`, a source that cannot be reached from here has unknown columns, and no file is
/// written.
pub async fn analyze(pipeline: &Pipeline, engine: &Engine, is_dry: bool) -> Analysis {
    analyze_anew(pipeline, engine, is_dry, &HashSet::new()).await
}

/// The same where some datasets start over: nothing that was kept of their sources counts.
pub(crate) async fn analyze_anew(
    pipeline: &Pipeline,
    engine: &Engine,
    is_dry: bool,
    full: &HashSet<DatasetId>,
) -> Analysis {
    let tables = Tables::new(std::sync::Arc::clone(&engine.faults));
    let mut analyzer = Analyzer { pipeline, engine, tables: &tables, is_dry, full, analysis: Analysis::default() };
    for id in &pipeline.graph.order {
        analyzer.dataset(pipeline.graph.dataset(*id)).await;
    }
    analyzer.analysis
}

struct Analyzer<'a> {
    pipeline: &'a Pipeline,
    engine: &'a Engine,
    tables: &'a Tables,
    is_dry: bool,
    full: &'a HashSet<DatasetId>,
    analysis: Analysis,
}

impl Analyzer<'_> {
    async fn dataset(&mut self, dataset: &Dataset) {
        if let Some(of) = dataset.quarantine_of() {
            if let Some(schema) = self.analysis.schemas.get(&of) {
                self.analysis.schemas.insert(dataset.id, quarantine::schema(schema));
            }
            return;
        }
        let pipeline = self.pipeline;
        let mut outputs: Vec<(&Flow, Vec<StructField>)> = Vec::new();
        let mut is_known = true;
        for flow in pipeline.graph.flows_into(dataset.id) {
            match self.flow(flow, dataset).await {
                Ok(output) => outputs.push((flow, output)),
                Err(faults) => {
                    is_known = false;
                    self.analysis.broken.insert(flow.id, faults.clone());
                    self.analysis.diagnostics.extend(faults);
                }
            }
        }
        let declares_types = dataset
            .definition()
            .and_then(|definition| definition.columns.as_ref())
            .is_some_and(|columns| !columns.is_empty() && columns.iter().all(|column| column.data_type.is_some()));
        if !is_known && !declares_types {
            return;
        }
        if !dataset.is_table() {
            if let Some((_, output)) = outputs.into_iter().next() {
                self.analysis.schemas.insert(dataset.id, output);
            }
            return;
        }
        match target(dataset, &outputs) {
            Ok(target) => {
                self.analysis.diagnostics.extend(property_lints(dataset));
                self.analysis.diagnostics.extend(clauses::lints(dataset));
                self.analysis.schemas.insert(dataset.id, target.schema.clone());
                self.analysis.targets.insert(dataset.id, target);
            }
            Err(faults) => {
                for flow in pipeline.graph.flows_into(dataset.id) {
                    self.analysis.broken.insert(flow.id, faults.clone());
                }
                self.analysis.diagnostics.extend(faults);
            }
        }
    }

    async fn flow(&mut self, flow: &Flow, dataset: &Dataset) -> Result<Vec<StructField>, Vec<Diagnostic>> {
        if let Some(mut fault) = refused(flow, dataset) {
            if self.is_dry {
                fault.severity = Severity::Warning;
            }
            return Err(vec![fault]);
        }
        let Some(query) = flow.query() else { return Err(Vec::new()) };
        if let Err(fault) = self.pipeline.rules(&flow.settings) {
            return Err(vec![Diagnostic::error(fault.condition, fault.title).at(flow.span, "set for this flow")]);
        }
        if flow.kind == FlowKind::Append {
            let faults = stream_rules::faults(query, self.pipeline, &flow.namespace);
            if !faults.is_empty() {
                return Err(faults);
            }
        }
        let checkpoint = checkpoint(self.pipeline, self.engine, flow);
        let uses = Mutex::default();
        let reads = Reads {
            pipeline: self.pipeline,
            engine: self.engine,
            tables: self.tables,
            schemas: &self.analysis.schemas,
            namespace: &flow.namespace,
            settings: &flow.settings,
            span: flow.span,
            checkpoint: (!self.full.contains(&dataset.id)).then_some(&checkpoint),
            target: &dataset.name,
            batch: None,
            is_dry: self.is_dry,
            uses: &uses,
        };
        let checked = flow_rows::resolve(query, dataset, &reads, reads.options()).await?;
        let output: Vec<StructField> = checked
            .output
            .iter()
            .map(|column| StructField {
                name: column.name.clone(),
                data_type: column.data_type.clone(),
                nullable: column.nullable,
                comment: None,
                metadata: None,
            })
            .collect();
        let faults = column_faults(&output, flow.span, dataset);
        if !faults.is_empty() {
            return Err(faults);
        }
        self.analysis.diagnostics.extend(flow_rows::lints(dataset, &checked));
        let Uses { sources, stored_object } = taken(&uses);
        let is_volatile = stored_object || self.is_volatile(flow, dataset);
        let analyzed = AnalyzedFlow { uses: sources, is_volatile };
        self.analysis.flows.insert(flow.id, analyzed);
        Ok(output)
    }

    /// Whether the rows of a flow depend on when it runs: by its own query, by an expectation that drops rows, or by a view that it
    /// reads, which has been looked at before.
    fn is_volatile(&self, flow: &Flow, dataset: &Dataset) -> bool {
        let graph = &self.pipeline.graph;
        let views = graph.edges_of(flow.id).map(|edge| graph.dataset(edge.dataset)).filter(|read| !read.is_table());
        let mut flows_of_views = views.flat_map(|view| graph.flows_into(view.id));
        flow.query().is_some_and(is_volatile)
            || dataset.expectations().iter().any(|expectation| depends_on_time(&expectation.predicate))
            || flows_of_views.any(|flow| self.analysis.flows.get(&flow.id).is_some_and(|known| known.is_volatile))
    }
}

/// Flows that are understood and not run yet.
fn refused(flow: &Flow, dataset: &Dataset) -> Option<Diagnostic> {
    let what = match flow.kind {
        FlowKind::AutoCdc => "AUTO CDC",
        FlowKind::ReplaceWhere => "REPLACE WHERE",
        FlowKind::Append | FlowKind::Once | FlowKind::Complete | FlowKind::View => return None,
    };
    let title = format!("{what} into `{}` is understood but not run yet", dataset.name.last().as_str());
    Some(Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title).at(flow.span, "not built"))
}

/// Columns of one name, told together.
fn column_faults(output: &[StructField], span: Span, dataset: &Dataset) -> Vec<Diagnostic> {
    let mut names = HashSet::new();
    let mut twice: Vec<String> = Vec::new();
    for column in output {
        let shown = format!("`{}`", column.name.as_str());
        if !names.insert(&column.name) && !twice.contains(&shown) {
            twice.push(shown);
        }
    }
    if twice.is_empty() {
        return Vec::new();
    }
    let title = format!(
        "the query of `{}` gives two columns the name {}",
        dataset.name.last().as_str(),
        twice.join(", and two the name ")
    );
    let fault = Diagnostic::error(Condition::COLUMN_ALREADY_EXISTS, title).at(span, "");
    vec![fault.help("name them apart with AS, or leave one out with `* EXCEPT (…)`")]
}
