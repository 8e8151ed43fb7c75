//! Reads of views that do not fit what the view or its reader is.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::pipeline::DatasetKind;

use crate::flow::{Flow, FlowKind};
use crate::graph::Draft;
use crate::streaming::{FlowRead, ReadFault};

pub fn check(draft: &Draft<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let flows = draft.collected.flows.iter().zip(&draft.reads);
    let repeated = draft.collected.repeated_flows.iter().zip(&draft.repeated_reads);
    for (flow, read) in flows.chain(repeated).flat_map(|(flow, reads)| reads.iter().map(move |read| (flow, read))) {
        let Some(view) = read.dataset else { continue };
        let view = &draft.collected.datasets[view.0];
        if view.kind == DatasetKind::MaterializedView && read.is_streaming {
            diagnostics
                .push(streamed(flow, read, view.name.last().as_str()).also(view.name_span, "the materialized view"));
        }
        let Some(fault) = read.fault else { continue };
        let diagnostic = diagnostic(fault, flow, read, view.name.last().as_str());
        diagnostics.push(diagnostic.also(view.name_span, "the view"));
    }
}

/// The first refresh that changes anything replaces rows that the stream has read.
fn streamed(flow: &Flow, read: &FlowRead, view: &str) -> Diagnostic {
    let title = format!("`{}` reads materialized view `{view}` as a stream", flow.target_name.last().as_str());
    Diagnostic::warning(Condition::LAKESMITH_UNUSUAL, title)
        .at(read.written.whole, "its rows are replaced when it is refreshed, which stops the stream")
        .help(format!("make `{view}` a streaming table, or read it without STREAM in a materialized view"))
}

fn diagnostic(fault: ReadFault, flow: &Flow, read: &FlowRead, view: &str) -> Diagnostic {
    let reader = flow.target_name.last().as_str();
    match fault {
        ReadFault::BatchReadOfStream => Diagnostic::error(
            Condition::INCOMPATIBLE_STREAMING_VIEW_READ,
            format!("temporary view `{view}` is a stream, but `{reader}` reads it without STREAM"),
        )
        .at(read.written.span, "read without STREAM")
        .help(match flow.kind {
            FlowKind::Complete | FlowKind::Once => {
                format!("read a batch in the query of `{view}`: write its source without STREAM")
            }
            _ => format!("write `STREAM({view})`"),
        }),
        ReadFault::StreamReadOfBatch => Diagnostic::error(
            Condition::INCOMPATIBLE_BATCH_VIEW_READ,
            format!("temporary view `{view}` is not a stream, but `{reader}` reads it as one"),
        )
        .at(read.written.whole, "read as a stream")
        .help(format!("read a stream in the query of `{view}`, or read `{view}` without STREAM")),
        ReadFault::FromPersistedView => Diagnostic::error(
            Condition::INVALID_TEMP_OBJ_REFERENCE,
            format!("view `{reader}` is stored in the catalog, but reads the temporary view `{view}`"),
        )
        .at(read.written.span, "gone when the update ends")
        .help(format!("make `{reader}` a temporary view too, or store `{view}` with `CREATE VIEW`")),
    }
}
