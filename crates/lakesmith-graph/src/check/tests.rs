//! Faults, each at its place. `word#2` is the second occurrence of a word in its file.

use lakesmith_diagnostic::Severity;
use lakesmith_unresolved::expression::SubqueryKind;
use lakesmith_unresolved::pipeline::{ColumnDefault, DatasetKind, ViolationAction};
use lakesmith_unresolved::{CommandKind, Expression};

use crate::testing::{Pipeline, append, cdc, filtered, history, join, once};

/// A pipeline with one healthy streaming table `ok`.
fn healthy() -> Pipeline {
    let mut p = Pipeline::new();
    let query = p.stream("raw");
    p.streaming_table("ok", query);
    p
}

#[test]
fn a_healthy_pipeline_has_no_faults() {
    assert!(healthy().faults().is_empty());
}

#[test]
fn every_further_definition_of_a_name_is_told_with_the_first() {
    let mut p = healthy();
    for _ in 0..2 {
        let query = p.read("raw");
        p.materialized_view("ok", query);
    }
    let expected = [
        "PIPELINE_DUPLICATE_IDENTIFIERS.OUTPUT at ok#2 also ok#1",
        "PIPELINE_DUPLICATE_IDENTIFIERS.OUTPUT at ok#3 also ok#1",
    ];
    assert_eq!(p.faults(), expected);
    assert_eq!(p.graph().datasets.len(), 1);
}

#[test]
fn the_same_name_in_another_schema_is_no_duplicate() {
    let mut p = healthy();
    let query = p.stream("raw");
    p.streaming_table("hr.ok", query);
    assert!(p.faults().is_empty());
}

#[test]
fn faults_of_a_repeated_definition_are_found_too() {
    let mut p = healthy();
    let query = p.read("raw");
    p.streaming_table("ok", query);
    let expected = [
        "INVALID_FLOW_QUERY_TYPE.BATCH_RELATION_FOR_STREAMING_TABLE at raw#2",
        "PIPELINE_DUPLICATE_IDENTIFIERS.OUTPUT at ok#2 also ok#1",
    ];
    assert_eq!(p.faults(), expected);
}

#[test]
fn two_flows_of_one_name_are_told_with_both_places() {
    let mut p = Pipeline::new();
    p.declare("t");
    for _ in 0..2 {
        let query = p.stream("raw");
        p.flow(Some("f"), "t", append(query));
    }
    assert_eq!(p.faults(), ["PIPELINE_DUPLICATE_IDENTIFIERS.FLOW at f#2 also f#1"]);
}

#[test]
fn a_flow_with_the_name_of_a_table_that_has_a_query_is_a_fault_of_its_own() {
    let mut p = Pipeline::new();
    let query = p.stream("more");
    p.flow(Some("ok"), "ok", append(query));
    let query = p.stream("raw");
    p.streaming_table("ok", query);
    assert_eq!(p.faults(), ["STREAMING_TABLE_WITH_QUERY_AND_FLOW at ok#1 also ok#3"]);
}

#[test]
fn several_flows_with_names_of_their_own_may_fill_a_table() {
    let mut p = healthy();
    let query = p.stream("more");
    p.flow(Some("f"), "ok", append(query));
    assert!(p.faults().is_empty());
}

#[test]
fn a_missing_target_is_told_once_with_names_that_are_close() {
    let mut p = Pipeline::new();
    let query = p.stream("raw");
    p.streaming_table("orders", query);
    for flow in ["f", "g"] {
        let query = p.stream("raw");
        p.flow(Some(flow), "ordrs", append(query));
    }
    assert_eq!(p.faults(), ["LAKESMITH_UNDECLARED_TARGET at ordrs#1 also ordrs#2"]);
    let (_, faults, _) = p.build();
    assert_eq!(faults[0].severity, Severity::Error);
    assert!(faults[0].help[0].contains("`orders`"), "{:?}", faults[0].help);
}

#[test]
fn auto_cdc_declares_its_target_with_a_warning_and_other_flows_may_use_it() {
    let mut p = Pipeline::new();
    let query = p.stream("history");
    p.flow(Some("f"), "t", append(query));
    let query = p.stream("raw");
    p.flow(None, "t", cdc(query));
    assert_eq!(p.faults(), ["LAKESMITH_UNDECLARED_TARGET at t#2"]);
    let (graph, faults, _) = p.build();
    assert_eq!(faults[0].severity, Severity::Warning);
    assert_eq!(graph.flows_into(graph.datasets[0].id).count(), 2);
}

#[test]
fn a_streaming_table_without_a_flow_stays_empty() {
    let mut p = healthy();
    p.declare("t");
    p.declare("u");
    let query = p.stream("raw");
    p.flow(Some("f"), "u", append(query));
    assert_eq!(p.faults(), ["PIPELINE_DATASET_WITHOUT_FLOW at t#1"]);
}

#[test]
fn nothing_is_said_about_what_a_broken_statement_would_have_defined() {
    let mut p = Pipeline::new();
    p.declare("t");
    let query = p.stream("broken");
    p.flow(Some("f"), "broken", append(query));
    let query = p.read("broken");
    p.streaming_table("u", query);
    p.unparsed = vec!["broken".into(), "t".into()];
    assert!(p.faults().is_empty(), "{:?}", p.faults());
    assert!(p.graph().external_reads.is_empty());
}

#[test]
fn a_circle_is_one_message_with_every_read_of_it() {
    let mut p = Pipeline::new();
    for (name, read) in [("a", "c"), ("b", "a"), ("c", "b"), ("after", "a")] {
        let query = p.read(read);
        p.materialized_view(name, query);
    }
    // a reads c, c reads b, b reads a
    assert_eq!(
        p.faults(),
        ["PIPELINE_GRAPH_NOT_TOPOLOGICALLY_SORTED at c#1 also b#2 also a#2"].map(|told| told.to_owned())
    );
    let (graph, faults, _) = p.build();
    assert!(faults[0].title.contains("`a` → `c` → `b` → `a`"), "{}", faults[0].title);
    assert_eq!(graph.order.len(), 4);
}

#[test]
fn a_dataset_that_reads_itself_is_a_circle_of_one() {
    let mut p = healthy();
    let query = p.read("m");
    p.materialized_view("m", query);
    assert_eq!(p.faults(), ["PIPELINE_GRAPH_NOT_TOPOLOGICALLY_SORTED at m#1"]);
}

#[test]
fn two_circles_are_two_messages() {
    let mut p = Pipeline::new();
    for (name, read) in [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")] {
        let query = p.read(read);
        p.materialized_view(name, query);
    }
    assert_eq!(p.faults().len(), 2);
}

#[test]
fn a_batch_query_into_a_streaming_table_is_shown_at_its_reads() {
    let mut p = Pipeline::new();
    let query = p.read("raw");
    p.streaming_table("t", query);
    let (left, right) = (p.read("a"), p.read("b"));
    p.flow(Some("f"), "t", append(join(left, right)));
    let expected = [
        "INVALID_FLOW_QUERY_TYPE.BATCH_RELATION_FOR_STREAMING_TABLE at a#1 also b#1",
        "INVALID_FLOW_QUERY_TYPE.BATCH_RELATION_FOR_STREAMING_TABLE at raw#1",
    ];
    assert_eq!(p.faults(), expected);
    assert_eq!(p.build().1[0].help[0], "write `STREAM(raw)`");
}

#[test]
fn stream_is_not_advised_for_what_a_subquery_looks_up() {
    let mut p = Pipeline::new();
    let (orders, ids) = (p.read("orders"), p.read("ids"));
    p.streaming_table("t", filtered(orders, SubqueryKind::In(Vec::new()), ids));
    assert_eq!(p.faults(), ["INVALID_FLOW_QUERY_TYPE.BATCH_RELATION_FOR_STREAMING_TABLE at orders#1"]);
}

#[test]
fn a_materialized_view_is_not_advised_to_read_a_stream() {
    let mut p = healthy();
    let query = p.stream("raw");
    p.temporary_view("v", query);
    let query = p.read("v");
    p.materialized_view("m", query);
    assert!(!p.build().1[0].help[0].contains("STREAM("), "{:?}", p.build().1[0].help);
}

#[test]
fn a_stream_joined_with_a_table_is_a_stream() {
    let mut p = Pipeline::new();
    let (left, right) = (p.stream("a"), p.read("b"));
    p.streaming_table("t", join(left, right));
    assert!(p.faults().is_empty());
}

#[test]
fn a_stream_in_a_materialized_view_or_a_persisted_view_is_a_fault() {
    let mut p = healthy();
    let query = p.stream("raw");
    p.materialized_view("m", query);
    let query = p.stream("raw");
    p.view("v", query);
    let expected = [
        "INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_MATERIALIZED_VIEW at raw#2",
        "INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_PERSISTED_VIEW at raw#3",
    ];
    assert_eq!(p.faults(), expected);
}

#[test]
fn a_flow_that_runs_once_reads_a_batch() {
    let mut p = healthy();
    let query = p.stream("old");
    p.flow(Some("f"), "ok", once(query));
    let query = p.read("older");
    p.flow(Some("g"), "ok", once(query));
    assert_eq!(p.faults(), ["INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_ONCE_FLOW at old#1"]);
}

#[test]
fn auto_cdc_writes_into_streaming_tables_only() {
    let mut p = healthy();
    let query = p.read("raw");
    p.materialized_view("m", query);
    let query = p.read("raw");
    p.temporary_view("v", query);
    for (flow, target) in [("f", "m"), ("g", "v"), ("h", "ok")] {
        let query = p.stream("raw");
        p.flow(Some(flow), target, cdc(query));
    }
    let condition = "INVALID_FLOW_QUERY_TYPE.AUTOCDC_RELATION_FOR_TEMPORARY_VIEW";
    assert_eq!(p.faults(), [format!("{condition} at m#2 also m#1"), format!("{condition} at v#2 also v#1")]);
}

#[test]
fn an_auto_cdc_source_without_stream_is_taken_for_one_with_a_warning() {
    let mut p = Pipeline::new();
    p.declare("t");
    let query = p.read("raw");
    p.flow(None, "t", cdc(query));
    assert_eq!(p.faults(), ["LAKESMITH_UNUSUAL at raw#1"]);
    let (graph, faults, _) = p.build();
    assert!(!faults[0].is_error());
    assert!(graph.external_reads[0].is_streaming);
}

#[test]
fn a_materialized_view_has_one_query() {
    let mut p = Pipeline::new();
    let query = p.read("raw");
    p.materialized_view("m", query);
    let query = p.stream("more");
    p.flow(Some("f"), "m", append(query));
    assert_eq!(p.faults(), ["MATERIALIZED_VIEW_WITH_MULTIPLE_QUERIES at m#2 also m#1"]);
}

#[test]
fn a_flow_does_not_write_into_a_view() {
    let mut p = healthy();
    let query = p.stream("raw");
    p.temporary_view("v", query);
    let query = p.stream("more");
    p.flow(Some("f"), "v", append(query));
    assert_eq!(p.faults(), ["UNSUPPORTED_FEATURE at v#2 also v#1"]);
}

#[test]
fn a_streaming_view_read_without_stream_is_one_fault_for_each_read() {
    let mut p = healthy();
    let query = p.stream("raw");
    p.temporary_view("v", query);
    let query = p.read("v");
    p.streaming_table("t", query);
    let query = p.read("v");
    p.materialized_view("m", query);
    let expected =
        ["INCOMPATIBLE_STREAMING_VIEW_READ at v#2 also v#1", "INCOMPATIBLE_STREAMING_VIEW_READ at v#3 also v#1"];
    assert_eq!(p.faults(), expected);
}

#[test]
fn a_batch_view_read_with_stream_is_one_fault() {
    let mut p = healthy();
    let query = p.read("raw");
    p.temporary_view("v", query);
    let query = p.stream("v");
    p.streaming_table("t", query);
    assert_eq!(p.faults(), ["INCOMPATIBLE_BATCH_VIEW_READ at v#2 also v#1"]);
}

#[test]
fn the_view_check_can_be_turned_off() {
    let mut p = healthy();
    let query = p.stream("raw");
    p.temporary_view("v", query);
    p.set("pipelines.incompatibleViewCheck.enabled", "false");
    let query = p.read("v");
    p.streaming_table("t", query);
    assert!(p.faults().is_empty(), "{:?}", p.faults());
}

#[test]
fn a_wrong_read_of_a_view_hides_no_other_fault_of_the_query() {
    let mut p = healthy();
    let query = p.stream("raw");
    p.temporary_view("v", query);
    let (left, right) = (p.read("v"), p.stream("other"));
    p.materialized_view("m", join(left, right));
    let expected = [
        "INCOMPATIBLE_STREAMING_VIEW_READ at v#2 also v#1",
        "INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_MATERIALIZED_VIEW at other#1",
    ];
    assert_eq!(p.faults(), expected);
}

#[test]
fn a_persisted_view_reads_no_temporary_view() {
    let mut p = healthy();
    let query = p.stream("raw");
    p.temporary_view("v", query);
    let query = p.read("v");
    p.view("w", query);
    let query = p.read("ok");
    p.view("fine", query);
    assert_eq!(p.faults(), ["INVALID_TEMP_OBJ_REFERENCE at v#2 also v#1"]);
}

#[test]
fn expectations_of_one_dataset_have_names_of_their_own() {
    let mut p = Pipeline::new();
    for name in ["t", "u"] {
        let query = p.stream("raw");
        let mut table = p.definition(DatasetKind::StreamingTable, name, Some(query));
        table.expectations.push(p.expectation("e", ViolationAction::Keep));
        if name == "u" {
            table.expectations.push(p.expectation("E", ViolationAction::DropRow));
        }
        p.create(table);
    }
    assert_eq!(p.faults(), ["DUPLICATE_EXPECTATION at E#1 also e#2"]);
}

#[test]
fn persisted_views_take_no_expectations_and_temporary_views_no_quarantine() {
    let mut p = healthy();
    for (kind, name) in [(DatasetKind::PersistedView, "v"), (DatasetKind::TemporaryView, "w")] {
        let query = p.read("raw");
        let mut view = p.definition(kind, name, Some(query));
        view.expectations.push(p.expectation("kept", ViolationAction::Keep));
        view.expectations.push(p.expectation("bad", ViolationAction::Quarantine { into: None }));
        p.create(view);
    }
    assert_eq!(p.faults(), ["UNSUPPORTED_FEATURE at bad#2", "UNSUPPORTED_FEATURE at kept#1 also bad#1"]);
}

#[test]
fn a_quarantine_table_takes_no_name_that_is_taken() {
    let mut p = healthy();
    let query = p.stream("raw");
    let mut table = p.definition(DatasetKind::StreamingTable, "t", Some(query));
    let into = Some(p.name("ok"));
    table.expectations.push(p.expectation("e", ViolationAction::Quarantine { into }));
    p.create(table);
    assert_eq!(p.faults(), ["PIPELINE_DUPLICATE_IDENTIFIERS.OUTPUT at ok#2 also ok#1"]);
}

#[test]
fn a_column_is_declared_once() {
    let mut p = Pipeline::new();
    let query = p.stream("raw");
    let mut table = p.definition(DatasetKind::StreamingTable, "t", Some(query));
    table.columns = Some(vec![p.column("id"), p.column("name"), p.column("ID")]);
    p.create(table);
    assert_eq!(p.faults(), ["COLUMN_ALREADY_EXISTS at ID#1 also id#1"]);
}

#[test]
fn a_history_declares_both_ends_of_a_version_or_neither() {
    let mut p = Pipeline::new();
    for (name, columns) in
        [("both", &["__START_AT", "__END_AT"][..]), ("none", &["id"]), ("one", &["id", "__start_at"])]
    {
        let query = p.stream("raw");
        let mut table = p.definition(DatasetKind::StreamingTable, name, None);
        table.columns = Some(columns.iter().map(|column| p.column(column)).collect());
        table.flow = Some(history(query));
        p.create(table);
    }
    assert_eq!(p.faults(), ["USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE at __start_at#1"]);
}

#[test]
fn properties_that_do_not_cluster_are_pointed_at() {
    let mut p = Pipeline::new();
    let query = p.stream("raw");
    let mut table = p.definition(DatasetKind::StreamingTable, "t", Some(query));
    for key in ["delta.clusterBy", "delta.appendOnly"] {
        let span = p.word(key);
        table.clauses.properties.push((key.into(), "id".into(), span));
    }
    p.create(table);
    assert_eq!(p.faults(), ["LAKESMITH_UNUSUAL at delta.clusterBy#1"]);
    assert_eq!(p.build().1[0].help, ["write the clause `CLUSTER BY (id)`"]);
}

#[test]
fn other_statements_do_not_belong_in_a_pipeline() {
    let mut p = healthy();
    let query = p.read("ok");
    p.statement(CommandKind::Query(query), "SELECT");
    assert_eq!(p.faults(), ["PIPELINE_SQL_GRAPH_ELEMENT_REGISTRATION_ERROR at SELECT#1"]);
    assert!(p.build().1[0].title.contains("`SELECT`"));
}

#[test]
fn a_pipeline_of_views_alone_is_empty() {
    let mut p = Pipeline::new();
    assert_eq!(p.faults(), ["RUN_EMPTY_PIPELINE"]);
    let query = p.read("raw");
    p.temporary_view("v", query);
    assert_eq!(p.faults(), ["RUN_EMPTY_PIPELINE"]);
}

#[test]
fn many_faults_are_told_at_once() {
    let mut p = healthy();
    p.declare("empty");
    let query = p.read("raw");
    p.streaming_table("batch", query);
    let query = p.stream("raw");
    p.materialized_view("m", query);
    let query = p.stream("raw");
    p.flow(Some("f"), "missing", append(query));
    assert_eq!(p.faults().len(), 4);
}

#[test]
fn an_unknown_function_is_told_wherever_it_stands() {
    let mut p = healthy();
    let mut rule = p.expectation("rule", ViolationAction::Keep);
    rule.predicate = p.call("uper");
    let query = p.read("raw");
    let mut definition = p.definition(DatasetKind::MaterializedView, "checked", Some(query));
    let (mut computed, mut given) = (p.column("computed"), p.column("given"));
    computed.generated = Some(ColumnDefault { value: p.call("lowwer"), text: String::new() });
    given.default = Some(ColumnDefault { value: p.call("current_dat"), text: "current_dat()".to_owned() });
    definition.columns = Some(vec![computed, given]);
    definition.expectations.push(rule);
    p.create(definition);
    let expected =
        ["UNRESOLVED_ROUTINE at current_dat#1", "UNRESOLVED_ROUTINE at lowwer#1", "UNRESOLVED_ROUTINE at uper#1"];
    assert_eq!(p.faults(), expected);
}

#[test]
fn an_unknown_function_of_a_repeated_definition_is_told_too() {
    let mut p = healthy();
    let mut rule = p.expectation("rule", ViolationAction::Keep);
    rule.predicate = p.call("uper");
    let query = p.function("reed_files", &["/data"], true);
    let mut definition = p.definition(DatasetKind::StreamingTable, "ok", Some(query));
    definition.expectations.push(rule);
    p.create(definition);
    let expected = [
        "PIPELINE_DUPLICATE_IDENTIFIERS.OUTPUT at ok#2 also ok#1",
        "UNRESOLVED_ROUTINE at reed_files#1",
        "UNRESOLVED_ROUTINE at uper#1",
    ];
    let faults = p.faults();
    assert!(expected.iter().all(|fault| faults.iter().any(|told| told == fault)), "{faults:?}");
}

#[test]
fn functions_of_spark_and_operators_are_known_in_any_case() {
    let mut p = healthy();
    let mut rule = p.expectation("rule", ViolationAction::Keep);
    let span = rule.span;
    rule.predicate = Expression::call("==", vec![p.call("UPPER"), p.call("Coalesce")], span);
    let query = p.read("raw");
    let mut definition = p.definition(DatasetKind::MaterializedView, "checked", Some(query));
    definition.expectations.push(rule);
    p.create(definition);
    assert!(p.faults().is_empty());
}
