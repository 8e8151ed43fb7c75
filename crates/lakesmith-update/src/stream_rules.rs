//! What a query over a stream may do today: whatever gives each new row its rows without looking at earlier ones.
//!
//! Aggregates, DISTINCT and joins of two streams need state between batches, which is not built yet; sorting and limits have no
//! meaning for rows that keep coming, as in Apache Spark
//! (<https://spark.apache.org/docs/latest/streaming/apis-on-dataframes-and-datasets.html#unsupported-operations>).

use std::collections::HashMap;

use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::{Role, registry};
use lakesmith_graph::{Flow, Namespace};
use lakesmith_unresolved::expression::{Expression, ExpressionKind};
use lakesmith_unresolved::relation::{JoinKind, SampleMethod, SetKind};
use lakesmith_unresolved::{Relation, RelationKind};

use crate::pipeline::Pipeline;

/// Everything that the query of an append flow asks of its streams and that cannot be done.
pub(crate) fn faults(query: &Relation, pipeline: &Pipeline, namespace: &Namespace) -> Vec<Diagnostic> {
    let mut rules = Rules { pipeline, namespace, named: HashMap::new(), faults: Vec::new() };
    rules.is_stream(query);
    rules.faults
}

struct Rules<'a> {
    pipeline: &'a Pipeline,
    namespace: &'a Namespace,
    /// Named queries in reach, and whether they are streams.
    named: HashMap<Identifier, bool>,
    faults: Vec<Diagnostic>,
}

impl Rules<'_> {
    /// Whether a relation is a stream; notes what is asked of streams beneath it.
    fn is_stream(&mut self, relation: &Relation) -> bool {
        let origin = &relation.origin;
        match relation.kind.as_ref() {
            RelationKind::NamedTable { name, is_streaming, .. } => {
                let Some(name) = name.qualified() else { return *is_streaming };
                if let (1, Some(known)) = (name.parts().len(), self.named.get(name.last())) {
                    return *known;
                }
                let view = self.pipeline.dataset(&name, self.namespace).filter(|dataset| !dataset.is_table());
                match view.and_then(|view| self.pipeline.graph.flows_into(view.id).next()) {
                    Some(flow) => self.view(flow) || *is_streaming,
                    None => *is_streaming,
                }
            }
            RelationKind::TableFunction { call, is_streaming } => {
                *is_streaming || call.name.parts.last().is_some_and(|part| part.text.matches("cloud_files"))
            }
            RelationKind::DataSource(source) => source.is_streaming,
            RelationKind::With { ctes, recursive, query } => {
                let before = self.named.clone();
                for cte in ctes {
                    if *recursive {
                        self.named.remove(&cte.name.text);
                    }
                    let mut is_stream = self.is_stream(&cte.query);
                    if *recursive && is_stream && cte.names_itself() {
                        is_stream = self.forbidden("WITH RECURSIVE", origin);
                    }
                    self.named.insert(cte.name.text.clone(), is_stream);
                }
                let is_stream = self.is_stream(query);
                self.named = before;
                is_stream
            }
            RelationKind::Project { input, expressions } => {
                let is_stream = self.is_stream(input);
                if is_stream {
                    self.expressions(expressions);
                }
                is_stream
            }
            RelationKind::Aggregate(aggregate) => {
                let is_stream = self.is_stream(&aggregate.input);
                self.refuse(is_stream, "an aggregate over a stream keeps state, which", origin)
            }
            RelationKind::Deduplicate { input, .. } => {
                let is_stream = self.is_stream(input);
                self.refuse(is_stream, "DISTINCT over a stream keeps state, which", origin)
            }
            RelationKind::Pivot { input, .. } => {
                let is_stream = self.is_stream(input);
                self.refuse(is_stream, "PIVOT of a stream keeps state, which", origin)
            }
            RelationKind::Qualify { input, condition } => {
                let is_stream = self.is_stream(input);
                if is_stream {
                    self.expressions(std::slice::from_ref(condition));
                }
                is_stream
            }
            RelationKind::PipeOperator { input, arguments, .. } => {
                let is_stream = self.is_stream(input);
                if is_stream {
                    self.expressions(arguments);
                }
                is_stream
            }
            RelationKind::Sample { input, method: SampleMethod::Rows(_), .. } => {
                self.forbid(input, "TABLESAMPLE of a number of rows", origin)
            }
            RelationKind::Sort { input, .. } => self.forbid(input, "ORDER BY", origin),
            RelationKind::Limit { input, .. } => self.forbid(input, "LIMIT", origin),
            RelationKind::Offset { input, .. } => self.forbid(input, "OFFSET", origin),
            RelationKind::Join(join) => {
                let (left, right) = (self.is_stream(&join.left), self.is_stream(&join.right));
                match (left, right) {
                    (true, true) => self.refuse(true, "a join of two streams keeps state, which", origin),
                    (true, false) if matches!(join.kind, JoinKind::FullOuter | JoinKind::RightOuter) => {
                        self.forbidden("an outer join that keeps rows of the table beside the stream", origin)
                    }
                    (false, true) if !matches!(join.kind, JoinKind::Inner | JoinKind::Cross | JoinKind::RightOuter) => {
                        self.forbidden("a join that keeps rows of the table beside the stream", origin)
                    }
                    _ => left || right,
                }
            }
            RelationKind::SetOperation(operation) => {
                let (left, right) = (self.is_stream(&operation.left), self.is_stream(&operation.right));
                match operation.kind {
                    _ if !left && !right => false,
                    SetKind::Union if left != right => self.forbidden("UNION with a table that is read whole", origin),
                    SetKind::Union if operation.all => true,
                    SetKind::Union => self.refuse(true, "UNION without ALL over streams keeps state, which", origin),
                    _ => self.forbidden("INTERSECT or EXCEPT", origin),
                }
            }
            _ => {
                // every input is looked at, also after a stream was found
                let inputs: Vec<bool> = relation.inputs().into_iter().map(|input| self.is_stream(input)).collect();
                inputs.contains(&true)
            }
        }
    }

    /// Whether a view is a stream; what its query asks of streams is asked by whoever reads it.
    fn view(&mut self, flow: &Flow) -> bool {
        let Some(query) = flow.query() else { return false };
        let mut inner = Rules {
            pipeline: self.pipeline,
            namespace: &flow.namespace,
            named: HashMap::new(),
            faults: std::mem::take(&mut self.faults),
        };
        let is_stream = inner.is_stream(query);
        self.faults = inner.faults;
        is_stream
    }

    /// Aggregates without GROUP BY, and window functions.
    fn expressions(&mut self, expressions: &[Expression]) {
        let mut open: Vec<&Expression> = expressions.iter().collect();
        while let Some(expression) = open.pop() {
            match &expression.kind {
                ExpressionKind::Window { .. } => {
                    self.forbidden("a window function", &expression.origin);
                    continue;
                }
                ExpressionKind::Function(call) if call.name.computed.is_some() => {
                    self.forbidden("a function whose name IDENTIFIER gives", &expression.origin);
                    continue;
                }
                ExpressionKind::Function(call) => {
                    let name = call.name.parts.last().map_or("", |part| part.text.as_str());
                    if registry::find(name).is_some_and(|function| function.role == Role::Aggregate) {
                        self.refuse(true, "an aggregate over a stream keeps state, which", &expression.origin);
                        continue;
                    }
                }
                _ => {}
            }
            open.extend(expression.children());
        }
    }

    fn forbid(&mut self, input: &Relation, what: &str, origin: &Origin) -> bool {
        self.is_stream(input) && self.forbidden(what, origin)
    }

    fn forbidden(&mut self, what: &str, origin: &Origin) -> bool {
        let title = format!("{what} cannot be applied to a stream");
        let fault = Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title);
        self.note(fault.help("use a materialized view, which reads its sources whole"), origin)
    }

    fn refuse(&mut self, is_stream: bool, what: &str, origin: &Origin) -> bool {
        if is_stream {
            let fault = Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, format!("{what} is not built yet"));
            self.note(fault.help("use a materialized view, which reads its sources whole"), origin);
        }
        is_stream
    }

    fn note(&mut self, fault: Diagnostic, origin: &Origin) -> bool {
        let fault = match origin {
            Origin::Text(span) => fault.at(*span, ""),
            _ => fault,
        };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
        true
    }
}
