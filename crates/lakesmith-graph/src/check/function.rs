//! Names of functions: what neither Spark nor Databricks has is a typing error.

use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic, Span};
use lakesmith_unresolved::function_names::{is_known, suggestions};
use lakesmith_unresolved::pipeline::{DatasetDefinition, FlowBody};
use lakesmith_unresolved::{Expression, ExpressionKind, FunctionCall, Relation, RelationKind};

use crate::dataset::Dataset;
use crate::flow::{Flow, FlowSource};
use crate::graph::Draft;

pub fn check(draft: &Draft<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let collected = &draft.collected;
    // Repeated definitions too: that a name is taken hides no other fault of theirs.
    let definitions: Vec<&DatasetDefinition> = collected.all_datasets().filter_map(Dataset::definition).collect();
    let flows: Vec<&Flow> = collected.flows.iter().chain(&collected.repeated_flows).collect();
    let mut walk = Walk { relations: Vec::new(), expressions: Vec::new(), stored: &draft.input.functions, diagnostics };
    for definition in definitions {
        walk.expressions.extend(definition.expectations.iter().map(|expectation| &expectation.predicate));
        let columns = definition.columns.iter().flatten();
        walk.expressions.extend(
            columns.flat_map(|column| column.generated.iter().chain(&column.default).map(|default| &default.value)),
        );
    }
    walk.relations.extend(flows.iter().filter_map(|flow| flow.query()));
    walk.expressions.extend(flows.iter().filter_map(|flow| flow.auto_cdc()).flat_map(|cdc| {
        cdc.sequence_by.iter().chain(&cdc.apply_as_deletes).chain(&cdc.apply_as_truncates).chain(&cdc.condition)
    }));
    walk.expressions.extend(flows.iter().filter_map(|flow| replaced_rows(flow)));
    walk.run();
}

/// The condition of REPLACE WHERE.
fn replaced_rows(flow: &Flow) -> Option<&Expression> {
    match &flow.source {
        FlowSource::Body(body) => match body.as_ref() {
            FlowBody::Append { replace_where, .. } => replace_where.as_ref(),
            FlowBody::AutoCdc(_) => None,
        },
        FlowSource::Query(_) => None,
    }
}

/// What is still to be looked at. Stacks of our own, since a chain of operators may be thousands of levels deep.
struct Walk<'a, 'd> {
    relations: Vec<&'a Relation>,
    expressions: Vec<&'a Expression>,
    /// Functions of the catalog.
    stored: &'a [Identifier],
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Walk<'_, '_> {
    fn run(mut self) {
        loop {
            if let Some(expression) = self.expressions.pop() {
                if let ExpressionKind::Function(call) = &expression.kind {
                    self.name(call);
                }
                self.expressions.extend(expression.children());
                self.relations.extend(expression.query());
            } else if let Some(relation) = self.relations.pop() {
                match &*relation.kind {
                    RelationKind::TableFunction { call, .. } => self.name(call),
                    RelationKind::LateralView { generator, .. } => self.name(generator),
                    _ => {}
                }
                self.relations.extend(relation.inputs());
                self.expressions.extend(relation.expressions());
            } else {
                return;
            }
        }
    }

    /// A name of several parts is a function of the catalog's.
    fn name(&mut self, call: &FunctionCall) {
        let [part] = call.name.parts.as_slice() else { return };
        let name = part.text.as_str();
        if call.is_user_defined || call.is_internal || is_known(name) || self.stored.contains(&part.text) {
            return;
        }
        let title = format!("there is no function `{name}`");
        let place: Option<Span> = part.origin.span();
        let mut fault = Diagnostic::error(Condition::UNRESOLVED_ROUTINE, title);
        if let Some(span) = place {
            fault = fault.at(span, "no such function");
        }
        let similar: Vec<String> = suggestions(name).iter().map(|name| format!("`{name}`")).collect();
        if !similar.is_empty() {
            fault = fault.help(format!("functions with a similar name: {}", similar.join(", ")));
        }
        self.diagnostics.push(fault);
    }
}
