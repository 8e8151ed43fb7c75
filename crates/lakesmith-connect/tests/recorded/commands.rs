//! Commands.

use super::compact::check;

#[test]
fn a_write_keeps_partitions_buckets_and_order() {
    check(
        "write table",
        r##"
        Write(Write { input: NamedTable { name: [`t`] }#0, format: None, target: SaveAsTable("db.t2"), mode:
        "append", partition_by: ["a"], cluster_by: [], sort_by: ["c"], bucket_by: Some((["b"], 4)),
        schema_evolution: false })
        "##,
    );
}

#[test]
fn a_write_to_a_table_keeps_transforms_options_and_properties() {
    check(
        "writeTo create",
        r##"
        WriteV2(WriteV2 { input: NamedTable { name: [`t`] }#0, table: "cat.db.t2", format: Some("delta"), mode:
        "create", overwrite_condition: None, partition_by: [Attribute { parts: [`a`] }, Function(FunctionCall {
        name: [`days`], arguments: [Attribute { parts: [`ts`] }] })], cluster_by: [], options: [("o", "1")],
        properties: [("p", "2")], schema_evolution: false })
        "##,
    );
}

#[test]
fn a_merge_keeps_the_actions_of_each_clause() {
    check(
        "merge",
        r##"
        Merge(Merge { target: [`t2`], target_alias: None, source: NamedTable { name: [`t`] }#0, condition:
        ExpressionString("t2.id = s.id"), matched: [MergeAction { kind: Delete, condition:
        Some(Function(FunctionCall { name: [`==`], arguments: [Attribute { parts: [`op`] },
        Literal(String("D"))] })) }, MergeAction { kind: Update([(ExpressionString("v"), Attribute { parts:
        [`s`, `v`] })]), condition: None }], not_matched: [MergeAction { kind: Insert([(ExpressionString("id"),
        Attribute { parts: [`s`, `id`] }), (ExpressionString("v"), Literal(Integer(0)))]), condition: None }],
        not_matched_by_source: [MergeAction { kind: Update([(ExpressionString("v"), Literal(Null(Null)))]),
        condition: Some(Function(FunctionCall { name: [`>`], arguments: [Attribute { parts: [`v`] },
        Literal(Integer(1))] })) }], schema_evolution: false })
        "##,
    );
}

#[test]
fn a_merge_may_evolve_the_schema() {
    check(
        "merge evolving",
        r##"
        Merge(Merge { target: [`t2`], target_alias: None, source: NamedTable { name: [`t`] }#0, condition:
        Function(FunctionCall { name: [`==`], arguments: [Attribute { parts: [`a`] }, Attribute { parts: [`b`]
        }] }), matched: [MergeAction { kind: UpdateStar { except: [] }, condition: None }], not_matched:
        [MergeAction { kind: InsertStar { except: [] }, condition: None }], not_matched_by_source: [MergeAction
        { kind: Delete, condition: None }], schema_evolution: true })
        "##,
    );
}

#[test]
fn a_stream_keeps_target_and_trigger() {
    check(
        "stream toTable",
        r##"
        StartStream(StartStream { input: NamedTable { name: [`t`], is_streaming: true }#0, format: "", options:
        [("checkpointLocation", "/c")], partition_by: ["a"], cluster_by: [], trigger: AvailableNow, output_mode:
        "", query_name: "", target: SaveAsTable("t2"), foreach_writer: None, foreach_batch: None })
        "##,
    );
}

#[test]
fn a_stream_keeps_the_function_of_each_batch() {
    check(
        "stream foreachBatch",
        r##"
        StartStream(StartStream { input: NamedTable { name: [`t`], is_streaming: true }#0, format: "", options:
        [("checkpointLocation", "/c")], partition_by: [], cluster_by: [], trigger: Default, output_mode: "",
        query_name: "", target: None, foreach_writer: None, foreach_batch: Some(UserDefinedFunction { name: "",
        deterministic: true, arguments: [], code: Python { output_type: None, eval_type: 0, command: [99, 111,
        109, 109, 97, 110, 100], python_version: "3.11", includes: [] } }) })
        "##,
    );
}

#[test]
fn a_catalog_call_keeps_its_arguments() {
    check(
        "catalog dropTable",
        r##"
        Catalog(CatalogCall { operation: "drop_table", arguments: [("table_name", "t"), ("if_exists", "true"),
        ("purge", "true")], schema: None })#0
        "##,
    );
}

#[test]
fn a_sql_command_keeps_parameters_and_stays_text() {
    check(
        "sql command named",
        r##"
        Sql(Sql { query: "SELECT :a", named: [("a", Literal(Integer(1)))], positional: [] }#0)
        "##,
    );
}

#[test]
fn a_java_function_keeps_its_class_and_type() {
    check(
        "register java",
        r##"
        RegisterFunction(UserDefinedFunction { name: "my_j", deterministic: false, arguments: [], code: Java {
        class_name: "org.example.F", output_type: Some(Integer), aggregate: false } })
        "##,
    );
}
