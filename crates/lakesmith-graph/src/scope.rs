//! Finds the reads of a query, with the names that WITH gives to parts of it taken out.
//!
//! A named query shadows a table only where its name is visible: in the queries named after it and in the query of its WITH.
//! Subqueries inside expressions are reads like any other. Whether a name is a dataset is decided elsewhere.

use std::rc::Rc;

use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::Span;
use lakesmith_unresolved::Literal;
use lakesmith_unresolved::expression::{
    Expression, ExpressionKind, FunctionCall, Subquery, SubqueryKind, SubqueryPlan,
};
use lakesmith_unresolved::relation::{Cte, Relation, RelationKind};

use crate::name::literal_name;
use crate::read::{ExternalSource, FileRead};

/// A read as written.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenRead {
    /// What is read.
    pub target: WrittenTarget,
    /// Whether STREAM stands before it, or the function is always a stream.
    pub is_streaming: bool,
    /// The name, or the call.
    pub span: Span,
    /// The same with STREAM.
    pub whole: Span,
    /// Whether it stands in a subquery of an expression, whose rows are not the query's own.
    pub is_subquery: bool,
}

/// What a [`WrittenRead`] reads.
#[derive(Debug, Clone, PartialEq)]
pub enum WrittenTarget {
    /// A table by its name as written.
    Table(QualifiedName),
    /// Something that is certainly no table.
    Source(ExternalSource),
}

/// Table functions that read services.
const SERVICES: [&str; 4] = ["read_kafka", "read_kinesis", "read_pubsub", "read_pulsar"];

/// All reads of a query in the order of their places. `fallback` is the place of what has none of its own.
pub fn reads(query: &Relation, fallback: Span) -> Vec<WrittenRead> {
    let start = Context { visible: None, is_subquery: false };
    let mut walk =
        Walk { found: Vec::new(), open: vec![(Node::Relation(query), start.clone())], context: start, fallback };
    while let Some((node, context)) = walk.open.pop() {
        walk.context = context;
        match node {
            Node::Relation(relation) => walk.relation(relation),
            Node::Expression(expression) => walk.expression(expression),
        }
    }
    walk.found.sort_by_key(|read| (read.span.source, read.span.start));
    walk.found
}

#[derive(Debug, Clone, Copy)]
enum Node<'a> {
    Relation(&'a Relation),
    Expression(&'a Expression),
}

/// A name that WITH defines, and those visible before it.
#[derive(Debug)]
struct Scope<'a> {
    name: &'a Identifier,
    outer: Visible<'a>,
}

type Visible<'a> = Option<Rc<Scope<'a>>>;

/// Where a part of the query stands.
#[derive(Debug, Clone)]
struct Context<'a> {
    visible: Visible<'a>,
    is_subquery: bool,
}

struct Walk<'a> {
    found: Vec<WrittenRead>,
    open: Vec<(Node<'a>, Context<'a>)>,
    /// Of the part that is being looked at.
    context: Context<'a>,
    fallback: Span,
}

impl<'a> Walk<'a> {
    fn expression(&mut self, expression: &'a Expression) {
        let children = expression.children().into_iter().map(Node::Expression);
        self.open.extend(children.map(|child| (child, self.context.clone())));
        if let (ExpressionKind::Subquery(subquery), Some(query)) = (&expression.kind, expression.query()) {
            // `f(TABLE(t))` takes the rows of `t`; other subqueries only look them up.
            let looks_up = !matches!(subquery.kind, SubqueryKind::TableArgument { .. });
            let is_subquery = self.context.is_subquery || looks_up;
            self.open.push((Node::Relation(query), Context { is_subquery, ..self.context.clone() }));
        }
    }

    fn relation(&mut self, relation: &'a Relation) {
        let whole = relation.origin.span().unwrap_or(self.fallback);
        match relation.kind.as_ref() {
            RelationKind::With { ctes, recursive, query } => return self.with(ctes, *recursive, query),
            RelationKind::NamedTable { name, is_streaming, .. } | RelationKind::Changes { name, is_streaming, .. } => {
                let span = name.origin.span().unwrap_or(whole);
                let visible = self.context.visible.as_deref();
                if let Some(table) = literal_name(name).filter(|table| !is_visible(table, visible)) {
                    self.add(WrittenTarget::Table(table), *is_streaming, span, whole);
                }
            }
            RelationKind::DataSource(source) => {
                let files = FileRead {
                    function: "data source".into(),
                    path: source.paths.first().cloned(),
                    format: source.format.clone(),
                };
                self.add(WrittenTarget::Source(ExternalSource::Files(files)), source.is_streaming, whole, whole);
            }
            RelationKind::TableFunction { call, is_streaming } if self.function(call, *is_streaming, whole) => return,
            _ => {}
        }
        let relations = relation.inputs().into_iter().map(Node::Relation);
        let nodes = relations.chain(relation.expressions().into_iter().map(Node::Expression));
        self.open.extend(nodes.map(|node| (node, self.context.clone())));
    }

    fn with(&mut self, ctes: &'a [Cte], recursive: bool, query: &'a Relation) {
        let mut visible = self.context.visible.clone();
        let is_subquery = self.context.is_subquery;
        for cte in ctes {
            let inner = Some(Rc::new(Scope { name: &cte.name.text, outer: visible.clone() }));
            let own = if recursive { inner.clone() } else { visible };
            self.open.push((Node::Relation(&cte.query), Context { visible: own, is_subquery }));
            visible = inner;
        }
        self.open.push((Node::Relation(query), Context { visible, is_subquery }));
    }

    /// Records what a table function reads. Whether its arguments are no reads of their own.
    fn function(&mut self, call: &FunctionCall, is_streaming: bool, whole: Span) -> bool {
        let Some(name) = call.name.parts.last().map(|part| part.text.folded()) else { return false };
        let span = call.name.origin.span().map_or(whole, |name| name.to(whole.after()));
        match name.as_str() {
            "read_files" | "cloud_files" => {
                let format =
                    argument(call, "format").or_else(|| (name == "cloud_files").then(|| positional(call, 1))?);
                let path = argument(call, "path").or_else(|| positional(call, 0));
                let streaming = is_streaming || name == "cloud_files";
                let files = FileRead { function: name, path, format };
                self.add(WrittenTarget::Source(ExternalSource::Files(files)), streaming, span, whole);
                false
            }
            "event_log" => {
                let argument = positional(call, 0).or_else(|| table_argument(call));
                self.add(WrittenTarget::Source(ExternalSource::EventLog(argument)), is_streaming, span, whole);
                true
            }
            "read_stream" => {
                if let Some(table) = positional(call, 0).as_deref().and_then(QualifiedName::from_text) {
                    self.add(WrittenTarget::Table(table), true, span, whole);
                }
                false
            }
            "table_changes" => {
                if let Some(table) = positional(call, 0).as_deref().and_then(QualifiedName::from_text) {
                    self.add(WrittenTarget::Table(table), is_streaming, span, whole);
                }
                false
            }
            function if SERVICES.contains(&function) => {
                self.add(WrittenTarget::Source(ExternalSource::Service(name)), is_streaming, span, whole);
                false
            }
            _ => false,
        }
    }

    fn add(&mut self, target: WrittenTarget, is_streaming: bool, span: Span, whole: Span) {
        let is_subquery = self.context.is_subquery;
        self.found.push(WrittenRead { target, is_streaming, span, whole, is_subquery });
    }
}

fn is_visible(table: &QualifiedName, scope: Option<&Scope<'_>>) -> bool {
    let [own] = table.parts() else { return false };
    let mut at = scope;
    while let Some(scope) = at {
        if scope.name == own {
            return true;
        }
        at = scope.outer.as_deref();
    }
    false
}

/// A named constant argument.
fn argument(call: &FunctionCall, wanted: &str) -> Option<String> {
    call.arguments.iter().find_map(|argument| match &argument.kind {
        ExpressionKind::NamedArgument { name, value } if name.text.matches(wanted) => text(value),
        _ => None,
    })
}

/// A constant argument by its position.
fn positional(call: &FunctionCall, index: usize) -> Option<String> {
    call.arguments.get(index).and_then(text)
}

fn text(expression: &Expression) -> Option<String> {
    match &expression.kind {
        ExpressionKind::Literal(Literal::String(text)) => Some(text.clone()),
        _ => None,
    }
}

/// The name in `f(TABLE(t))` or `f(t)`.
fn table_argument(call: &FunctionCall) -> Option<String> {
    match &call.arguments.first()?.kind {
        ExpressionKind::Subquery(subquery) => match subquery.as_ref() {
            Subquery { query: SubqueryPlan::Inline(relation), .. } => match relation.kind.as_ref() {
                RelationKind::NamedTable { name, .. } => literal_name(name).map(|name| name.to_string()),
                _ => None,
            },
            Subquery { .. } => None,
        },
        ExpressionKind::Attribute { parts, .. } => {
            QualifiedName::from_parts(parts.iter().map(|part| part.text.clone()).collect()).map(|name| name.to_string())
        }
        _ => None,
    }
}
