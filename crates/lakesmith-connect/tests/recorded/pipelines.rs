//! Commands of `pyspark.pipelines`.

use lakesmith_connect::Plan;
use lakesmith_diagnostic::Origin;

use super::compact::check;
use super::fixture;

#[test]
fn a_table_keeps_properties_that_carry_expectations() {
    check(
        "pipeline table 1",
        r##"
        PipelineCommand(DefineOutput(DefineOutput { graph: "graph", name: "orders", output_type: "TABLE",
        comment: Some("all orders"), properties: [("lakesmith.expect.valid_id", "id IS NOT NULL")],
        partition_by: ["day"], cluster_by: [], format: Some("delta"), schema_text: Some("id INT, day DATE"),
        schema: None }))
        "##,
    );
}

#[test]
fn a_flow_keeps_settings_and_query() {
    check(
        "pipeline table 2",
        r##"
        PipelineCommand(DefineFlow(DefineFlow { graph: "graph", name: "orders", target: "orders", configuration:
        [("spark.sql.shuffle.partitions", "4")], once: None, details: Relation(Some(NamedTable { name: [`raw`],
        is_streaming: true }#0)) }))
        "##,
    );
}

#[test]
fn a_materialized_view_keeps_a_schema_of_types() {
    check(
        "pipeline view 1",
        r##"
        PipelineCommand(DefineOutput(DefineOutput { graph: "graph", name: "totals", output_type:
        "MATERIALIZED_VIEW", comment: None, properties: [], partition_by: [], cluster_by: ["id"], format: None,
        schema_text: None, schema: Some(Struct([StructField { name: Identifier("id"), data_type: Integer,
        nullable: false, comment: None }])) }))
        "##,
    );
}

#[test]
fn a_sink_keeps_format_and_options() {
    check(
        "pipeline sink 1",
        r##"
        PipelineCommand(DefineOutput(DefineOutput { graph: "graph", name: "out", output_type: "SINK", comment:
        None, properties: [], partition_by: [], cluster_by: [], format: Some("kafka"), options: [("a", "b"),
        ("topic", "t")], schema_text: None, schema: None }))
        "##,
    );
}

#[test]
fn auto_cdc_keeps_keys_sequence_and_columns() {
    check(
        "pipeline auto cdc 1",
        r##"
        PipelineCommand(DefineFlow(DefineFlow { graph: "graph", name: "customers", target: "customers",
        configuration: [], once: None, details: AutoCdc(AutoCdcDetails { source: "changes", keys: [Attribute {
        parts: [`id`] }], sequence_by: Some(ExpressionString("ts")), apply_as_deletes: Some(ExpressionString("op
        = 'D'")), apply_as_truncates: None, columns: Some(Only([Attribute { parts: [`id`] }, Attribute { parts:
        [`name`] }])), stored_as: Some(Type1), track_history: None, ignore_null_updates: None }) }))
        "##,
    );
}

#[test]
fn auto_cdc_keeps_excepted_columns() {
    check(
        "pipeline auto cdc except 1",
        r##"
        PipelineCommand(DefineFlow(DefineFlow { graph: "graph", name: "by_day", target: "customers",
        configuration: [], once: None, details: AutoCdc(AutoCdcDetails { source: "changes", keys: [Attribute {
        parts: [`id`] }], sequence_by: Some(Function(FunctionCall { name: [`struct`], arguments: [Attribute {
        parts: [`ts`] }, Attribute { parts: [`n`] }] })), apply_as_deletes: None, apply_as_truncates: None,
        columns: Some(Except([Attribute { parts: [`op`] }, Attribute { parts: [`ts`] }])), stored_as: None,
        track_history: None, ignore_null_updates: None }) }))
        "##,
    );
}

#[test]
fn a_run_keeps_what_is_refreshed() {
    check(
        "pipeline run",
        r##"
        PipelineCommand(StartRun { graph: "graph", full_refresh: ["a"], full_refresh_all: false, refresh: ["b"],
        dry: false, storage: Some("/s") })
        "##,
    );
}

#[test]
fn a_definition_knows_its_line_of_python() {
    for name in ["pipeline table 1", "pipeline table 2", "pipeline sink 1"] {
        let Ok(Plan::Command(command)) = lakesmith_connect::plan(&fixture::plan(name)) else { panic!("{name}") };
        let Origin::Python { file, line } = &command.origin else { panic!("{name}: {:?}", command.origin) };
        assert_eq!(&**file, "plans_of_pipelines.py", "{name}");
        assert!(*line > 1, "{name}");
    }
}
