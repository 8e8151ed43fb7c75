//! What the graph holds.

use lakesmith_unresolved::expression::{Name, NamePart};
use lakesmith_unresolved::pipeline::{DatasetKind, ViolationAction};
use lakesmith_unresolved::relation::DataSource;

use super::*;
use crate::testing::{Pipeline, append, cdc, filtered, join, once};
use lakesmith_unresolved::expression::SubqueryKind;
use lakesmith_unresolved::{Relation, RelationKind};

/// Reads of a flow's graph as `reader ← read` with `~` before streams, external ones in brackets.
fn reads(graph: &DataflowGraph) -> Vec<String> {
    let own = |name: &QualifiedName| name.last().as_str().to_owned();
    let stream = |is_streaming: bool| if is_streaming { "~" } else { "" };
    let edges = graph.edges.iter().map(|edge| {
        let read = own(&graph.dataset(edge.dataset).name);
        format!("{} ← {}{read}", own(&graph.flow(edge.flow).target_name), stream(edge.is_streaming))
    });
    let external = graph.external_reads.iter().map(|read| {
        let flow = own(&graph.flow(read.flow).target_name);
        format!("{flow} ← {}[{}]", stream(read.is_streaming), read.source.label())
    });
    edges.chain(external).collect()
}

fn kinds(graph: &DataflowGraph) -> Vec<(String, DatasetKind)> {
    graph.datasets.iter().map(|dataset| (dataset.name.last().as_str().to_owned(), dataset.kind)).collect()
}

#[test]
fn a_read_of_a_dataset_is_an_edge_and_any_other_read_is_external() {
    let mut p = Pipeline::new();
    let query = p.stream("raw");
    p.streaming_table("bronze", query);
    let query = p.read("bronze");
    p.materialized_view("gold", query);
    assert_eq!(reads(&p.graph()), ["gold ← bronze", "bronze ← ~[main.sales.raw]"]);
    assert!(p.faults().is_empty());
}

#[test]
fn the_order_follows_reads_and_not_files() {
    let mut p = Pipeline::new();
    let query = p.read("silver");
    p.materialized_view("gold", query);
    p.next_file();
    let query = p.read("bronze");
    p.materialized_view("silver", query);
    let query = p.read("raw");
    p.materialized_view("bronze", query);
    let graph = p.graph();
    let order: Vec<&str> = graph.order.iter().map(|id| graph.dataset(*id).name.last().as_str()).collect();
    assert_eq!(order, ["bronze", "silver", "gold"]);
}

#[test]
fn names_compare_without_case_and_in_every_length() {
    let mut p = Pipeline::new();
    let query = p.read("raw");
    p.materialized_view("Bronze", query);
    for (index, name) in
        ["BRONZE", "sales.bronze", "main.sales.bronze", "LIVE.bronze", "spark_catalog.sales.bronze"].iter().enumerate()
    {
        let query = p.read(name);
        p.materialized_view(&format!("m{index}"), query);
    }
    assert_eq!(p.graph().edges.len(), 5);
    assert_eq!(p.graph().external_reads.len(), 1);
}

#[test]
fn another_schema_or_catalog_is_another_table() {
    let mut p = Pipeline::new();
    let query = p.read("hr.t");
    p.materialized_view("t", query);
    let query = p.read("prod.sales.t");
    p.materialized_view("u", query);
    assert_eq!(reads(&p.graph()), ["t ← [main.hr.t]", "u ← [prod.sales.t]"]);
}

#[test]
fn use_holds_from_its_place_to_the_end_of_the_file() {
    let mut p = Pipeline::new();
    let query = p.read("x");
    p.materialized_view("a", query);
    p.use_schema("hr");
    let query = p.read("a");
    p.materialized_view("b", query);
    p.next_file();
    let query = p.read("a");
    p.materialized_view("c", query);
    let graph = p.graph();
    let names: Vec<String> = graph.datasets.iter().map(|dataset| dataset.name.to_string()).collect();
    assert_eq!(names, ["main.sales.a", "main.hr.b", "main.sales.c"]);
    assert_eq!(reads(&graph), ["c ← a", "a ← [main.sales.x]", "b ← [main.hr.a]"]);
}

#[test]
fn set_holds_for_the_statements_below_it_in_its_file() {
    let mut p = Pipeline::new();
    let query = p.stream("x");
    p.streaming_table("a", query);
    p.set("k", "1");
    let query = p.stream("x");
    p.streaming_table("b", query);
    p.next_file();
    let query = p.stream("x");
    p.streaming_table("c", query);
    let graph = p.graph();
    let values: Vec<Option<&str>> = graph.flows.iter().map(|flow| flow.settings.get("k").map(String::as_str)).collect();
    assert_eq!(values, [None, Some("1"), None]);
}

#[test]
fn a_named_query_shadows_a_table_only_inside_its_query() {
    let mut p = Pipeline::new();
    let query = p.read("raw");
    p.materialized_view("orders", query);
    let inner = p.read("orders"); // the name is not visible in its own query
    let body = p.read("orders");
    let query = p.with("orders", inner, body);
    p.materialized_view("a", query);
    let other = p.read("raw");
    let body = p.read("orders");
    let with = p.with("orders", other, body);
    let outside = p.read("orders");
    p.materialized_view("b", join(with, outside));
    assert_eq!(reads(&p.graph()), ["a ← orders", "b ← orders", "orders ← [main.sales.raw]", "b ← [main.sales.raw]"]);
}

#[test]
fn a_qualified_name_is_no_named_query() {
    let mut p = Pipeline::new();
    let inner = p.read("raw");
    let body = p.read("sales.orders");
    let query = p.with("orders", inner, body);
    p.materialized_view("a", query);
    assert_eq!(reads(&p.graph()), ["a ← [main.sales.raw]", "a ← [main.sales.orders]"]);
}

#[test]
fn subqueries_inside_expressions_are_reads() {
    let mut p = Pipeline::new();
    let (a, b, c, d) = (p.read("a"), p.read("b"), p.read("c"), p.read("d"));
    let query = filtered(a, SubqueryKind::Exists, b);
    let query = filtered(query, SubqueryKind::In(Vec::new()), c);
    let query = filtered(query, SubqueryKind::Scalar, d);
    p.materialized_view("m", query);
    assert_eq!(p.graph().external_reads.len(), 4);
}

#[test]
fn a_named_query_is_visible_inside_subqueries() {
    let mut p = Pipeline::new();
    let inner = p.read("raw");
    let (body, seen) = (p.read("q"), p.read("q"));
    let query = p.with("q", inner, filtered(body, SubqueryKind::Exists, seen));
    p.materialized_view("m", query);
    assert_eq!(reads(&p.graph()), ["m ← [main.sales.raw]"]);
}

#[test]
fn a_temporary_view_masks_a_table_when_its_name_stands_alone() {
    let mut p = Pipeline::new();
    let query = p.read("raw");
    p.materialized_view("v", query);
    let query = p.read("raw");
    p.temporary_view("v", query);
    let query = p.read("v");
    p.materialized_view("by_view", query);
    let query = p.read("sales.v");
    p.materialized_view("by_table", query);
    let graph = p.graph();
    let read: Vec<DatasetKind> = graph.edges.iter().map(|edge| graph.dataset(edge.dataset).kind).collect();
    assert_eq!(read, [DatasetKind::TemporaryView, DatasetKind::MaterializedView]);
    assert!(p.faults().is_empty());
}

#[test]
fn files_are_read_by_function_format_and_reader() {
    let mut p = Pipeline::new();
    let query = p.function("read_files", &["/in/a"], true);
    p.streaming_table("a", query);
    let query = p.function("cloud_files", &["/in/b", "json"], false);
    p.streaming_table("b", query);
    let query = p.read("json.`/in/c`");
    p.materialized_view("c", query);
    let span = p.word("reader");
    let source = DataSource {
        format: Some("csv".into()),
        schema: None,
        options: Vec::new(),
        paths: vec!["/in/d".into()],
        predicates: Vec::new(),
        source_name: None,
        is_streaming: false,
    };
    p.materialized_view("d", Relation::new(RelationKind::DataSource(source), span));
    let expected = ["a ← ~[files /in/a]", "b ← ~[json files /in/b]", "c ← [json files /in/c]", "d ← [csv files /in/d]"];
    assert_eq!(reads(&p.graph()), expected);
    assert!(p.faults().is_empty());
}

#[test]
fn a_schema_with_the_name_of_a_format_holds_datasets_like_any_other() {
    let mut p = Pipeline::new();
    let query = p.read("raw");
    p.materialized_view("text.notes", query);
    let query = p.read("text.notes");
    p.materialized_view("m", query);
    assert_eq!(reads(&p.graph()), ["m ← notes", "notes ← [main.sales.raw]"]);
}

#[test]
fn an_event_log_is_a_source_of_its_own() {
    let mut p = Pipeline::new();
    let query = p.function("event_log", &["1-2-3"], false);
    p.materialized_view("m", query);
    assert_eq!(p.graph().external_reads[0].source, ExternalSource::EventLog(Some("1-2-3".into())));
}

#[test]
fn other_table_functions_read_nothing() {
    let mut p = Pipeline::new();
    let query = p.function("range", &[], false);
    p.materialized_view("m", query);
    assert!(p.graph().external_reads.is_empty());
    assert!(p.faults().is_empty());
}

#[test]
fn a_constant_identifier_is_a_name() {
    let mut p = Pipeline::new();
    let query = p.read("raw");
    p.materialized_view("a", query);
    let span = p.word("IDENTIFIER");
    let name = Name {
        parts: Vec::<NamePart>::new(),
        computed: Some(Box::new(crate::testing::string("sales.a", span))),
        origin: span.into(),
    };
    let table = RelationKind::NamedTable { name, options: Vec::new(), is_streaming: false, time_travel: None };
    p.materialized_view("b", Relation::new(table, span));
    assert_eq!(reads(&p.graph())[0], "b ← a");
}

#[test]
fn a_live_table_is_what_its_query_makes_it() {
    let mut p = Pipeline::new();
    let query = p.stream("raw");
    p.live_table("a", query);
    let query = p.read("a");
    p.live_table("b", query);
    let graph = p.graph();
    assert_eq!(kinds(&graph), [("a".into(), DatasetKind::StreamingTable), ("b".into(), DatasetKind::MaterializedView)]);
    assert_eq!(graph.flows[0].kind, FlowKind::Append);
    assert_eq!(graph.flows[1].kind, FlowKind::Complete);
    assert!(p.faults().is_empty());
}

#[test]
fn views_carry_streams_through_any_number_of_views() {
    let mut p = Pipeline::new();
    let query = p.stream("v2");
    p.live_table("t", query);
    let query = p.stream("v1");
    p.temporary_view("v2", query);
    let query = p.stream("raw");
    p.temporary_view("v1", query);
    let graph = p.graph();
    assert_eq!(graph.datasets.iter().map(|dataset| dataset.is_streaming).collect::<Vec<_>>(), [Some(true); 3]);
    assert!(p.faults().is_empty());
}

#[test]
fn a_quarantine_table_is_a_dataset_after_its_table() {
    let mut p = Pipeline::new();
    let query = p.stream("raw");
    let mut table = p.definition(DatasetKind::StreamingTable, "t", Some(query));
    let into = Some(p.name("bad"));
    table.expectations.push(p.expectation("a", ViolationAction::Quarantine { into: None }));
    table.expectations.push(p.expectation("b", ViolationAction::Quarantine { into: None }));
    table.expectations.push(p.expectation("c", ViolationAction::Quarantine { into }));
    p.create(table);
    let query = p.read("t_quarantine");
    p.materialized_view("m", query);
    let graph = p.graph();
    let stream = DatasetKind::StreamingTable;
    let expected = [
        ("t".into(), stream),
        ("m".into(), DatasetKind::MaterializedView),
        ("t_quarantine".into(), stream),
        ("bad".into(), stream),
    ];
    assert_eq!(kinds(&graph), expected);
    assert_eq!(graph.edges.len(), 1);
    assert_eq!(graph.datasets[2].quarantine_of(), Some(graph.datasets[0].id));
    assert!(graph.datasets[2].expectations().is_empty());
    assert!(p.faults().is_empty());
}

#[test]
fn flows_know_how_they_write() {
    let mut p = Pipeline::new();
    p.declare("t");
    p.declare("u");
    let query = p.stream("a");
    p.flow(Some("f"), "t", append(query));
    let query = p.read("b");
    p.flow(Some("g"), "t", once(query));
    let query = p.stream("c");
    p.flow(None, "u", cdc(query));
    let graph = p.graph();
    let kinds: Vec<(String, FlowKind)> = graph.flows.iter().map(|flow| (flow.name.to_string(), flow.kind)).collect();
    let expected = [
        ("main.sales.f".into(), FlowKind::Append),
        ("main.sales.g".into(), FlowKind::Once),
        ("main.sales.u".into(), FlowKind::AutoCdc),
    ];
    assert_eq!(kinds, expected);
    assert!(p.faults().is_empty());
}
