//! Expectations: names that occur twice, and kinds of datasets that take none.

use std::collections::HashMap;

use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic, Span};
use lakesmith_unresolved::pipeline::{DatasetKind, TableConstraintKind, ViolationAction};

use crate::collect::part_span;
use crate::dataset::Dataset;
use crate::graph::Draft;

pub fn check(draft: &Draft<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for dataset in draft.collected.all_datasets() {
        repeated(dataset, diagnostics);
        subqueries(dataset, diagnostics);
        checks(dataset, diagnostics);
        match dataset.kind {
            DatasetKind::PersistedView => persisted_view(dataset, diagnostics),
            DatasetKind::TemporaryView => quarantine(dataset, diagnostics),
            _ => {}
        }
    }
}

fn repeated(dataset: &Dataset, diagnostics: &mut Vec<Diagnostic>) {
    let mut first: HashMap<&Identifier, Span> = HashMap::new();
    for expectation in dataset.expectations() {
        let span = part_span(&expectation.name, expectation.span);
        if let Some(earlier) = first.get(&expectation.name.text) {
            let title =
                format!("expectation `{}` is declared twice on {}", expectation.name.text.as_str(), dataset.title());
            diagnostics.push(
                Diagnostic::error(Condition::DUPLICATE_EXPECTATION, title)
                    .at(span, "the same name again")
                    .also(*earlier, "first declared here")
                    .help("rename one of them"),
            );
        } else {
            first.insert(&expectation.name.text, span);
        }
    }
}

/// A condition is about one row and the columns beside it.
fn subqueries(dataset: &Dataset, diagnostics: &mut Vec<Diagnostic>) {
    for expectation in dataset.expectations() {
        let mut open = vec![&expectation.predicate];
        while let Some(expression) = open.pop() {
            if expression.query().is_some() {
                let title =
                    format!("expectation `{}` reads another table by a subquery", expectation.name.text.as_str());
                diagnostics.push(
                    Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title)
                        .at(expression.origin.span().unwrap_or(expectation.span), "not a condition on the row alone")
                        .help("join the other table in the query, and expect something of its column"),
                );
            }
            open.extend(expression.children());
        }
    }
}

/// A CHECK that nobody would check is refused rather than believed.
fn checks(dataset: &Dataset, diagnostics: &mut Vec<Diagnostic>) {
    let constraints = dataset.definition().map_or(&[][..], |definition| &definition.constraints);
    for constraint in
        constraints.iter().filter(|constraint| matches!(constraint.kind, TableConstraintKind::Check { .. }))
    {
        diagnostics.push(
            Diagnostic::error(Condition::UNSUPPORTED_FEATURE, format!("a CHECK constraint on {}", dataset.title()))
                .at(constraint.span, "not checked")
                .help("write `CONSTRAINT name EXPECT (condition) ON VIOLATION FAIL UPDATE`"),
        );
    }
}

fn persisted_view(dataset: &Dataset, diagnostics: &mut Vec<Diagnostic>) {
    let mut expectations =
        dataset.expectations().iter().map(|expectation| part_span(&expectation.name, expectation.span));
    let Some(first) = expectations.next() else { return };
    let title = format!("expectations on {}, which is stored in the catalog", dataset.title());
    let mut diagnostic =
        Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title).at(first, "not checked when the view is read");
    for span in expectations {
        diagnostic = diagnostic.also(span, "another one");
    }
    diagnostics
        .push(diagnostic.help("declare a temporary view or a materialized view, or move them to the view's readers"));
}

fn quarantine(dataset: &Dataset, diagnostics: &mut Vec<Diagnostic>) {
    for expectation in dataset.expectations() {
        if matches!(expectation.on_violation, ViolationAction::Quarantine { .. }) {
            let title = format!("`ON VIOLATION QUARANTINE` on {}", dataset.title());
            diagnostics.push(
                Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title)
                    .at(expectation.span, "a temporary view writes no tables")
                    .help("declare the expectation on the table that reads the view"),
            );
        }
    }
}
