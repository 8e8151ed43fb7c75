//! Names of functions: what neither Spark nor Databricks has is a typing error.

use lakesmith_diagnostic::{Condition, Diagnostic, Span};
use lakesmith_unresolved::function_names::{is_known, suggestions};
use lakesmith_unresolved::pipeline::FlowBody;
use lakesmith_unresolved::{Expression, ExpressionKind, FunctionCall, Relation, RelationKind};

use crate::dataset::Dataset;
use crate::flow::Flow;
use crate::graph::Draft;

pub fn check(draft: &Draft<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let collected = &draft.collected;
    let predicates = collected.datasets.iter().flat_map(Dataset::expectations);
    let mut walk = Walk { relations: Vec::new(), expressions: Vec::new(), diagnostics };
    walk.expressions.extend(predicates.map(|expectation| &expectation.predicate));
    walk.relations.extend(collected.flows.iter().filter_map(Flow::query));
    walk.expressions.extend(collected.flows.iter().filter_map(Flow::auto_cdc).flat_map(|cdc| {
        cdc.sequence_by.iter().chain(&cdc.apply_as_deletes).chain(&cdc.apply_as_truncates).chain(&cdc.condition)
    }));
    let inline = collected.datasets.iter().filter_map(|dataset| dataset.definition()?.flow.as_ref());
    walk.expressions.extend(inline.filter_map(|flow| match flow {
        FlowBody::Append { replace_where, .. } => replace_where.as_ref(),
        FlowBody::AutoCdc(_) => None,
    }));
    walk.run();
}

/// What is still to be looked at. Stacks of our own, since a chain of operators may be thousands of levels deep.
struct Walk<'a, 'd> {
    relations: Vec<&'a Relation>,
    expressions: Vec<&'a Expression>,
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
        if call.is_user_defined || call.is_internal || is_known(name) {
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
