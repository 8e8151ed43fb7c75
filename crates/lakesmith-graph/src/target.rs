//! Looks up what flows write into, once all datasets are known.

use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::pipeline::DatasetKind;

use crate::collect::Collected;
use crate::dataset::{Dataset, DatasetId, DatasetOrigin};
use crate::flow::{Flow, FlowKind};

impl Collected {
    /// Looks up the targets of flows. An AUTO CDC flow into an unknown name declares it.
    pub(crate) fn targets(&mut self) {
        for index in 0..self.flows.len() {
            let flow = &self.flows[index];
            let single = QualifiedName::single(flow.target_name.last().clone());
            let found = self.by_name.get(&flow.target_name).or_else(|| {
                // CREATE FLOW may stand before the temporary view it names.
                self.by_name.get(&single).filter(|_| !flow.implicit && is_unqualified(flow))
            });
            let target = match found.copied() {
                None if flow.kind == FlowKind::AutoCdc => Some(self.imply(index)),
                found => found,
            };
            self.flows[index].target = target;
        }
        // A flow before the AUTO CDC flow that declares its target.
        for flow in &mut self.flows {
            flow.target = flow.target.or_else(|| self.by_name.get(&flow.target_name).copied());
        }
    }

    fn imply(&mut self, index: usize) -> DatasetId {
        let flow = &self.flows[index];
        let id = DatasetId(self.datasets.len());
        let own = flow.target_name.last().as_str();
        self.diagnostics.push(
            Diagnostic::warning(
                Condition::LAKESMITH_UNDECLARED_TARGET,
                format!("streaming table `{own}` is not declared; the AUTO CDC flow into it declares it"),
            )
            .at(flow.target_span, "not declared")
            .help(format!("declare it: `CREATE OR REFRESH STREAMING TABLE {own};`")),
        );
        let dataset = Dataset {
            id,
            name: flow.target_name.clone(),
            kind: DatasetKind::StreamingTable,
            origin: DatasetOrigin::Implied,
            name_span: flow.target_span,
            span: flow.span,
            namespace: flow.namespace.clone(),
            settings: flow.settings.clone(),
            is_streaming: None,
        };
        self.by_name.insert(dataset.name.clone(), id);
        self.datasets.push(dataset);
        id
    }
}

/// Whether the target was completed by the namespace rather than written in full.
fn is_unqualified(flow: &Flow) -> bool {
    let single = QualifiedName::single(flow.target_name.last().clone());
    flow.namespace.qualify(&single) == flow.target_name
}
