//! Collects datasets and flows from the statements, before any name is looked up.
//!
//! Of several definitions of one name the first stays; the others are kept aside so that their own faults are found too.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::{Condition, Diagnostic, Span};
use lakesmith_unresolved::Command;
use lakesmith_unresolved::expression::NamePart;
use lakesmith_unresolved::pipeline::{
    AutoCdc, DatasetDefinition, DatasetKind, FlowBody, FlowDefinition, PipelineStatementKind,
};

use crate::dataset::{Dataset, DatasetId, DatasetOrigin};
use crate::flow::{Flow, FlowId, FlowKind, FlowSource, Settings};
use crate::input::GraphInput;
use crate::name::{Namespace, literal_name, without_live};

/// What the statements define.
#[derive(Debug, Default)]
pub struct Collected {
    /// Datasets, each name once.
    pub datasets: Vec<Dataset>,
    /// Later definitions of a name.
    pub repeated: Vec<Dataset>,
    /// Flows.
    pub flows: Vec<Flow>,
    /// Flows of repeated definitions, and later flows of a name; only checked.
    pub repeated_flows: Vec<Flow>,
    /// Datasets by full name.
    pub by_name: HashMap<QualifiedName, DatasetId>,
    /// Faults so far.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether statements were left out.
    pub has_foreign: bool,
}

/// What is in force at a statement, and its place.
#[derive(Debug, Clone)]
struct Place {
    namespace: Namespace,
    settings: Settings,
    span: Span,
}

/// Reads all statements of all files.
pub fn collect(input: &GraphInput) -> Collected {
    let mut collected = Collected::default();
    for file in &input.files {
        let mut namespace = Namespace::new(&input.defaults);
        let mut settings: Settings = Arc::new(BTreeMap::new());
        for statement in &file.statements {
            let place = Place { namespace: namespace.clone(), settings: settings.clone(), span: statement.span };
            match &statement.kind {
                PipelineStatementKind::Set { key, value } => {
                    Arc::make_mut(&mut settings).insert(key.0.clone(), value.0.clone());
                }
                PipelineStatementKind::Use { catalog, schema } => {
                    namespace.change(catalog.as_ref().map(|part| &part.text), schema.as_ref().map(|part| &part.text));
                }
                PipelineStatementKind::Dataset(definition) => collected.dataset(definition, &place),
                PipelineStatementKind::Flow(flow) => collected.flow(flow, &place),
                PipelineStatementKind::Other(command) => collected.foreign(command, statement.span),
            }
        }
    }
    collected.quarantine_tables();
    collected.targets();
    collected
}

impl Collected {
    /// Every dataset, repeated definitions included.
    pub fn all_datasets(&self) -> impl Iterator<Item = &Dataset> {
        self.datasets.iter().chain(&self.repeated)
    }

    /// The dataset a name of a read or target means: a temporary view by its own name, else a table or view by full name.
    pub fn find(&self, name: &QualifiedName, namespace: &Namespace) -> Option<DatasetId> {
        let (name, _) = without_live(name);
        let view = self.by_name.get(&name).filter(|_| name.parts().len() == 1);
        view.or_else(|| self.by_name.get(&namespace.qualify(&name))).copied()
    }

    fn foreign(&mut self, command: &Command, span: Span) {
        self.has_foreign = true;
        let what = command.kind.name();
        let diagnostic = Diagnostic::error(
            Condition::PIPELINE_SQL_GRAPH_ELEMENT_REGISTRATION_ERROR,
            format!("`{what}` defines neither a dataset nor a flow"),
        );
        self.diagnostics.push(diagnostic.at(span, "does not belong in a pipeline's source file").help(
            "run it with `lakesmith sql`; pipeline files hold CREATE statements of datasets, flows, SET and USE, and `libraries` in the spec says which files these are",
        ));
    }

    fn computed_name(&mut self, what: &str, span: Span) {
        self.diagnostics.push(
            Diagnostic::error(
                Condition::LAKESMITH_NOT_BUILT,
                format!("the name of a {what} is computed by `IDENTIFIER`"),
            )
            .at(span, "not a constant")
            .help("write the name, or put it in with `${key}`"),
        );
    }

    fn dataset(&mut self, definition: &DatasetDefinition, place: &Place) {
        let name_span = definition.name.origin.span().unwrap_or(place.span);
        let Some(written) = literal_name(&definition.name) else {
            return self.computed_name(definition.kind.name(), name_span);
        };
        let (written, _) = without_live(&written);
        let name = match definition.kind {
            DatasetKind::TemporaryView => QualifiedName::single(written.last().clone()),
            _ => place.namespace.qualify(&written),
        };
        let dataset = Dataset {
            id: DatasetId(self.datasets.len()),
            name,
            kind: definition.kind,
            origin: DatasetOrigin::Declared(Arc::new(definition.clone())),
            name_span,
            span: place.span,
            namespace: place.namespace.clone(),
            settings: place.settings.clone(),
            is_streaming: None,
        };
        let flows = implicit_flows(&dataset, definition);
        if self.add_dataset(dataset) {
            flows.into_iter().for_each(|flow| self.add_flow(flow));
        } else {
            self.repeated_flows.extend(flows);
        }
    }

    /// Adds a dataset unless its name is taken, which is a fault.
    fn add_dataset(&mut self, dataset: Dataset) -> bool {
        if let Some(first) = self.by_name.get(&dataset.name).map(|id| &self.datasets[id.0]) {
            let title = format!("{} is defined twice", dataset.title());
            let label = if first.kind == dataset.kind {
                "first defined here".into()
            } else {
                format!("a {} of this name", first.kind.name())
            };
            self.diagnostics.push(
                Diagnostic::error(Condition::PIPELINE_DUPLICATE_IDENTIFIERS_OUTPUT, title)
                    .at(dataset.name_span, "defined again")
                    .also(first.name_span, label)
                    .help("rename one of them, or remove it"),
            );
            self.repeated.push(dataset);
            return false;
        }
        self.by_name.insert(dataset.name.clone(), dataset.id);
        self.datasets.push(dataset);
        true
    }

    fn flow(&mut self, definition: &FlowDefinition, place: &Place) {
        let target_span = definition.target.origin.span().unwrap_or(place.span);
        let Some(target) = literal_name(&definition.target) else {
            return self.computed_name("flow's target", target_span);
        };
        let (target, _) = without_live(&target);
        let target_name = place.namespace.qualify(&target);
        let (name, name_span) = match &definition.name {
            None => (target_name.clone(), target_span),
            Some(name) => {
                let span = name.origin.span().unwrap_or(place.span);
                match literal_name(name) {
                    Some(own) => (place.namespace.qualify(&QualifiedName::single(own.last().clone())), span),
                    None => return self.computed_name("flow", span),
                }
            }
        };
        // A temporary view has no schema: its single-part name stays as written until targets are looked up.
        let target_name = if self.by_name.contains_key(&target) { target } else { target_name };
        self.add_flow(Flow {
            id: FlowId(self.flows.len()),
            name,
            name_span,
            target: None,
            target_name,
            target_span,
            kind: body_kind(&definition.body),
            implicit: false,
            source: FlowSource::Body(Box::new(definition.body.clone())),
            settings: place.settings.clone(),
            namespace: place.namespace.clone(),
            span: place.span,
            is_streaming: None,
        });
    }

    fn add_flow(&mut self, mut flow: Flow) {
        flow.id = FlowId(self.flows.len());
        self.flows.push(flow);
    }
}

fn implicit_flows(dataset: &Dataset, definition: &DatasetDefinition) -> Vec<Flow> {
    let flow = |kind, source| Flow {
        id: FlowId(0),
        name: dataset.name.clone(),
        name_span: dataset.name_span,
        target: None,
        target_name: dataset.name.clone(),
        target_span: dataset.name_span,
        kind,
        implicit: true,
        source,
        settings: dataset.settings.clone(),
        namespace: dataset.namespace.clone(),
        span: dataset.span,
        is_streaming: None,
    };
    let kind = match definition.kind {
        DatasetKind::StreamingTable => FlowKind::Append,
        DatasetKind::MaterializedView | DatasetKind::ByQuery => FlowKind::Complete,
        DatasetKind::TemporaryView | DatasetKind::PersistedView => FlowKind::View,
    };
    let query = definition.query.iter().map(|query| flow(kind, FlowSource::Query(Box::new(query.clone()))));
    let body = definition.flow.iter().map(|body| flow(body_kind(body), FlowSource::Body(Box::new(body.clone()))));
    query.chain(body).collect()
}

const fn body_kind(body: &FlowBody) -> FlowKind {
    match body {
        FlowBody::AutoCdc(AutoCdc { .. }) => FlowKind::AutoCdc,
        FlowBody::Append { replace_where: Some(_), .. } => FlowKind::ReplaceWhere,
        FlowBody::Append { once: true, .. } => FlowKind::Once,
        FlowBody::Append { .. } => FlowKind::Append,
    }
}

/// The place of a part of a name.
pub fn part_span(part: &NamePart, fallback: Span) -> Span {
    part.origin.span().unwrap_or(fallback)
}
