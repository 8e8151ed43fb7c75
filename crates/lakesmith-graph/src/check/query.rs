//! Whether the query of a flow is a stream where its target needs one, and a batch query where it needs that.

use lakesmith_diagnostic::{Condition, Diagnostic, Span};
use lakesmith_unresolved::function_names::is_known;
use lakesmith_unresolved::pipeline::DatasetKind;
use lakesmith_unresolved::{Relation, RelationKind};

use crate::flow::{Flow, FlowKind};
use crate::graph::Draft;
use crate::read::ExternalSource;
use crate::scope::WrittenTarget;
use crate::streaming::FlowRead;

pub fn check(draft: &Draft<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (flow, reads) in draft.collected.flows.iter().zip(&draft.reads) {
        let Some(target) = flow.target else {
            // The target is told of as missing; a query that cannot be right for any target is a fault of its own.
            once(flow, reads, diagnostics);
            continue;
        };
        let target = &draft.collected.datasets[target.0];
        if !flow.implicit && target.kind != DatasetKind::StreamingTable {
            continue; // one query too many, whatever it is
        }
        flow_query(flow, reads, target.kind, diagnostics);
    }
    for (flow, reads) in draft.collected.repeated_flows.iter().zip(&draft.repeated_reads) {
        let kind =
            draft.collected.repeated.iter().find(|dataset| dataset.span == flow.span).map(|dataset| dataset.kind);
        if let Some(kind) = kind {
            flow_query(flow, reads, kind, diagnostics);
        }
    }
}

fn flow_query(flow: &Flow, reads: &[FlowRead], target: DatasetKind, diagnostics: &mut Vec<Diagnostic>) {
    match target {
        DatasetKind::StreamingTable => match flow.kind {
            // what an unknown function reads as a stream may be one
            FlowKind::Append if flow.is_streaming == Some(false) && !calls_unknown_stream(flow) => {
                diagnostics.push(batch(flow, reads));
            }
            FlowKind::Once => once(flow, reads, diagnostics),
            FlowKind::AutoCdc => auto_cdc(flow, reads, diagnostics),
            _ => {}
        },
        DatasetKind::MaterializedView if flow.kind == FlowKind::Complete => stream_in(
            flow,
            reads,
            Condition::INVALID_FLOW_QUERY_TYPE_STREAMING_RELATION_FOR_MATERIALIZED_VIEW,
            "remove STREAM, or declare a streaming table: `CREATE OR REFRESH STREAMING TABLE`",
            diagnostics,
        ),
        DatasetKind::PersistedView => stream_in(
            flow,
            reads,
            Condition::INVALID_FLOW_QUERY_TYPE_STREAMING_RELATION_FOR_PERSISTED_VIEW,
            "remove STREAM, or declare a temporary view: `CREATE TEMPORARY VIEW`",
            diagnostics,
        ),
        _ => {}
    }
}

/// Whether the query reads a function as a stream that nobody has, which is a fault of its own.
fn calls_unknown_stream(flow: &Flow) -> bool {
    let mut open: Vec<&Relation> = flow.query().into_iter().collect();
    while let Some(relation) = open.pop() {
        if let RelationKind::TableFunction { call, is_streaming: true } = &*relation.kind
            && let [part] = call.name.parts.as_slice()
            && !is_known(part.text.as_str())
        {
            return true;
        }
        open.extend(relation.inputs());
    }
    false
}

/// A batch query that appends to a streaming table without ONCE.
fn batch(flow: &Flow, reads: &[FlowRead]) -> Diagnostic {
    let table = flow.target_name.last().as_str();
    let title = if flow.implicit {
        format!("the query of streaming table `{table}` reads no stream")
    } else {
        format!("flow `{}` into streaming table `{table}` reads no stream", flow.name.last().as_str())
    };
    let mut diagnostic =
        Diagnostic::error(Condition::INVALID_FLOW_QUERY_TYPE_BATCH_RELATION_FOR_STREAMING_TABLE, title);
    // Rows of a subquery are looked up, not taken, so STREAM belongs to the other reads where there are any.
    let only_subqueries = reads.iter().all(|read| read.written.is_subquery);
    let mut reads = reads.iter().filter(|read| read.fault.is_none() && read.written.is_subquery == only_subqueries);
    let Some(first) = reads.next() else {
        let place = flow.query().and_then(|query| query.origin.span()).unwrap_or(flow.span);
        return diagnostic
            .at(place, "reads nothing")
            .help("declare a materialized view, or load it once: `CREATE FLOW name AS INSERT INTO ONCE …`");
    };
    let others: Vec<Span> = reads.map(|read| read.written.span).collect();
    diagnostic = diagnostic.at(first.written.span, "read without STREAM");
    let help = match written(first) {
        Some(name) if others.is_empty() => format!("write `STREAM({name})`"),
        Some(name) => format!("write STREAM around the one whose new rows are wanted, for example `STREAM({name})`"),
        None => "write `STREAM` before it".into(),
    };
    for span in others {
        diagnostic = diagnostic.also(span, "read without STREAM");
    }
    diagnostic.help(help).help("or declare a materialized view, which is computed from everything its sources hold")
}

/// The source as the query names it.
fn written(read: &FlowRead) -> Option<String> {
    match &read.written.target {
        WrittenTarget::Table(name) => Some(name.to_string()),
        WrittenTarget::Source(ExternalSource::Files(files)) => {
            let path = files.path.as_deref()?;
            Some(format!("{}('{path}', …)", files.function)).filter(|_| files.function == "read_files")
        }
        WrittenTarget::Source(_) => None,
    }
}

/// A stream in a flow that runs once.
fn once(flow: &Flow, reads: &[FlowRead], diagnostics: &mut Vec<Diagnostic>) {
    if flow.kind == FlowKind::Once {
        let condition = Condition::INVALID_FLOW_QUERY_TYPE_STREAMING_RELATION_FOR_ONCE_FLOW;
        stream_in(flow, reads, condition, "remove STREAM, or remove ONCE to keep the flow running", diagnostics);
    }
}

/// A stream where a batch query belongs; the reads that make it one are shown.
fn stream_in(flow: &Flow, reads: &[FlowRead], condition: Condition, help: &str, diagnostics: &mut Vec<Diagnostic>) {
    if flow.is_streaming != Some(true) {
        return;
    }
    let own = flow.target_name.last().as_str();
    let title = match flow.kind {
        FlowKind::Complete => format!("the query of materialized view `{own}` is a stream"),
        FlowKind::View => format!("the query of view `{own}` is a stream"),
        _ => format!("flow `{}` runs once, but its query is a stream", flow.name.last().as_str()),
    };
    let mut diagnostic = Diagnostic::error(condition, title);
    let streams = reads.iter().filter(|read| read.fault.is_none() && read.is_streaming);
    for (index, read) in streams.enumerate() {
        let (span, text) = (read.written.whole, "read as a stream");
        diagnostic = if index == 0 { diagnostic.at(span, text) } else { diagnostic.also(span, text) };
    }
    if diagnostic.primary.is_none() {
        diagnostic = diagnostic.at(flow.name_span, "reads a view that is a stream");
    }
    diagnostics.push(diagnostic.help(help));
}

/// An AUTO CDC source without STREAM is taken for a stream. The once-only and snapshot forms read batches.
fn auto_cdc(flow: &Flow, reads: &[FlowRead], diagnostics: &mut Vec<Diagnostic>) {
    let Some(read) = reads.iter().find(|read| read.is_streaming && !read.written.is_streaming) else { return };
    if reads.iter().any(|read| read.written.is_streaming) || read.fault.is_some() {
        return;
    }
    let title =
        format!("the source of the AUTO CDC flow into `{}` is read without STREAM", flow.target_name.last().as_str());
    let mut diagnostic = Diagnostic::warning(Condition::LAKESMITH_UNUSUAL, title)
        .at(read.written.span, "read as a stream all the same")
        .note("Spark refuses it");
    if let Some(name) = written(read) {
        diagnostic = diagnostic.help(format!("write `STREAM({name})`"));
    }
    diagnostics.push(diagnostic);
}
