//! The tables that expectations quarantine rows into: datasets of their own, after those that statements define.

use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::{Condition, Diagnostic, Span};
use lakesmith_unresolved::expression::Name;
use lakesmith_unresolved::pipeline::ViolationAction;

use crate::collect::Collected;
use crate::dataset::{Dataset, DatasetId, DatasetOrigin};
use crate::name::{literal_name, without_live};

impl Collected {
    /// Adds the tables that expectations quarantine rows into; several expectations of a dataset share one.
    pub(crate) fn quarantine_tables(&mut self) {
        let mut wanted: Vec<Dataset> = Vec::new();
        for dataset in self.datasets.iter().filter(|dataset| dataset.is_table()) {
            for expectation in dataset.expectations() {
                let ViolationAction::Quarantine { into } = &expectation.on_violation else { continue };
                let (name, span) = quarantine_name(dataset, into.as_ref(), expectation.span);
                let known = wanted.iter().any(|other| other.name == name && other.quarantine_of() == Some(dataset.id));
                if !known {
                    let origin = DatasetOrigin::Quarantine { of: dataset.id };
                    wanted.push(Dataset { name, name_span: span, origin, ..dataset.clone() });
                }
            }
        }
        for mut dataset in wanted {
            dataset.id = DatasetId(self.datasets.len());
            if let Some(first) = self.by_name.get(&dataset.name).map(|id| &self.datasets[id.0]) {
                let title =
                    format!("quarantine table `{}` has the name of another dataset", dataset.name.last().as_str());
                let diagnostic = Diagnostic::error(Condition::PIPELINE_DUPLICATE_IDENTIFIERS_OUTPUT, title)
                    .at(dataset.name_span, "this expectation's quarantine table")
                    .also(first.name_span, format!("a {} of this name", first.kind.name()))
                    .help("name another table: `ON VIOLATION QUARANTINE INTO name`");
                self.diagnostics.push(diagnostic);
            } else {
                self.by_name.insert(dataset.name.clone(), dataset.id);
                self.datasets.push(dataset);
            }
        }
    }
}

fn quarantine_name(dataset: &Dataset, into: Option<&Name>, fallback: Span) -> (QualifiedName, Span) {
    let written =
        into.and_then(|name| Some((without_live(&literal_name(name)?).0, name.origin.span().unwrap_or(fallback))));
    if let Some((name, span)) = written {
        return (dataset.namespace.qualify(&name), span);
    }
    let mut parts = dataset.name.parts().to_vec();
    if let Some(own) = parts.pop() {
        parts.push(format!("{}_quarantine", own.as_str()).into());
    }
    (QualifiedName::from_parts(parts).unwrap_or_else(|| dataset.name.clone()), fallback)
}
