//! DataFrame methods and readers.

use super::compact::check;

#[test]
fn a_table_keeps_its_reader_options() {
    check(
        "read table options",
        r##"
        NamedTable { name: [`t`], options: [("a", "b"), ("versionAsOf", "3")] }#0
        "##,
    );
}

#[test]
fn a_stream_keeps_the_name_its_checkpoint_knows_it_by() {
    check(
        "stream name",
        r##"
        DataSource(DataSource { format: Some("rate"), schema: None, paths: [], predicates: [], source_name:
        Some("clicks"), is_streaming: true })#0
        "##,
    );
}

#[test]
fn a_filter_is_functions_with_the_names_of_operators() {
    check(
        "filter",
        r##"
        Filter { input: NamedTable { name: [`t`] }#0, condition: Function(FunctionCall { name: [`and`],
        arguments: [Function(FunctionCall { name: [`>`], arguments: [Attribute { parts: [`a`] },
        Literal(Integer(1))] }), Function(FunctionCall { name: [`not`], arguments: [Function(FunctionCall {
        name: [`isNull`], arguments: [Attribute { parts: [`b`] }] })] })] }) }#1
        "##,
    );
}

#[test]
fn a_sort_keeps_direction_and_nulls_of_each_key() {
    check(
        "sort",
        r##"
        Sort { input: NamedTable { name: [`t`] }#0, orders: [SortOrder { child: Attribute { parts: [`a`] },
        descending: true, nulls_first: Some(true) }, SortOrder { child: Attribute { parts: [`b`] }, descending:
        false, nulls_first: Some(true) }, SortOrder { child: Attribute { parts: [`c`] }, descending: false,
        nulls_first: Some(true) }], global: true }#1
        "##,
    );
}

#[test]
fn a_random_split_samples_ordered_partitions() {
    check(
        "random split",
        r##"
        Sample { input: Sort { input: NamedTable { name: [`t`] }#0, orders: [], global: false }, method:
        Fraction { lower: 0.25, upper: 1.0 }, seed: Some(7), with_replacement: false }#2
        "##,
    );
}

#[test]
fn a_watermark_names_a_column_and_a_delay() {
    check(
        "watermark duplicates",
        r##"
        Deduplicate { input: WithWatermark { input: NamedTable { name: [`t`], is_streaming: true }#0,
        event_time: Attribute { parts: [`t`, `ts`] }, delay: Literal(String("10 minutes")) }#1, columns: ["id"],
        within_watermark: true }#2
        "##,
    );
}

#[test]
fn a_join_condition_keeps_which_frame_a_column_is_of() {
    check(
        "join condition",
        r##"
        Join(Join { left: NamedTable { name: [`l`] }#0, right: NamedTable { name: [`r`] }#1, kind: LeftOuter,
        criteria: On(Function(FunctionCall { name: [`and`], arguments: [Function(FunctionCall { name: [`==`],
        arguments: [Attribute { parts: [`a`], plan_id: Some(PlanId(0)) }, Attribute { parts: [`a`], plan_id:
        Some(PlanId(1)) }] }), Function(FunctionCall { name: [`<=>`], arguments: [Attribute { parts: [`b`],
        plan_id: Some(PlanId(0)) }, Attribute { parts: [`b`], plan_id: Some(PlanId(1)) }] })] })) })#2
        "##,
    );
}

#[test]
fn a_lateral_join_reads_a_table_function() {
    check(
        "join lateral",
        r##"
        LateralJoin { left: NamedTable { name: [`l`] }#0, right: TableFunction { call: FunctionCall { name:
        [`explode`], arguments: [Attribute { parts: [`xs`] }] } }#1, kind: LeftOuter, condition: None }#2
        "##,
    );
}

#[test]
fn a_nearest_by_join_keeps_every_parameter() {
    check(
        "join nearest",
        r##"
        NearestByJoin { left: NamedTable { name: [`l`] }#0, right: NamedTable { name: [`r`] }#1, parameters:
        [("ranking_expression", Function(FunctionCall { name: [`abs`], arguments: [Function(FunctionCall { name:
        [`-`], arguments: [Attribute { parts: [`a`] }, Attribute { parts: [`b`] }] })] })), ("num_results",
        Literal(Integer(2))), ("join_type", Literal(String("inner"))), ("mode", Literal(String("exact"))),
        ("direction", Literal(String("distance")))] }#2
        "##,
    );
}

#[test]
fn an_as_of_join_keeps_tolerance_and_direction() {
    check(
        "join as of",
        r##"
        AsOfJoin(AsOfJoin { left: NamedTable { name: [`l`] }#0, right: NamedTable { name: [`r`] }#1, as_of:
        (Attribute { parts: [`ts`], plan_id: Some(PlanId(0)) }, Attribute { parts: [`ts`], plan_id:
        Some(PlanId(1)) }), criteria: Using([`id`]), kind: "left", tolerance: Some(Literal(Integer(5))),
        allow_exact_matches: false, direction: "backward" })#2
        "##,
    );
}

#[test]
fn a_union_by_name_may_miss_columns() {
    check(
        "union by name",
        r##"
        SetOperation(SetOperation { left: NamedTable { name: [`l`] }#0, right: NamedTable { name: [`r`] }#1,
        kind: Union, all: true, by_name: true, allow_missing_columns: true })#2
        "##,
    );
}

#[test]
fn grouping_sets_keep_the_empty_set() {
    check(
        "grouping sets",
        r##"
        Aggregate(Aggregate { input: NamedTable { name: [`t`] }#0, kind: GroupingSets([[Attribute { parts: [`a`]
        }], [Attribute { parts: [`a`] }, Attribute { parts: [`b`] }], []]), keys: [Attribute { parts: [`a`] },
        Attribute { parts: [`b`] }], outputs: [Function(FunctionCall { name: [`grouping_id`], arguments: [] })],
        outputs_hold_keys: false })#1
        "##,
    );
}

#[test]
fn a_pivot_keeps_its_values() {
    check(
        "pivot",
        r##"
        Aggregate(Aggregate { input: NamedTable { name: [`t`] }#0, kind: Pivot { column: Attribute { parts:
        [`b`], plan_id: Some(PlanId(0)) }, values: [String("x"), String("y")] }, keys: [Attribute { parts: [`a`]
        }], outputs: [Function(FunctionCall { name: [`sum`], arguments: [Attribute { parts: [`c`] }] })],
        outputs_hold_keys: false })#1
        "##,
    );
}

#[test]
fn an_unpivot_of_all_columns_keeps_rows_of_nulls() {
    check(
        "unpivot all",
        r##"
        Unpivot(Unpivot { input: NamedTable { name: [`t`] }#0, ids: Some([Attribute { parts: [`id`] }]), values:
        None, variable_name: "name", value_names: ["value"], include_nulls: true })#1
        "##,
    );
}

#[test]
fn a_subquery_refers_to_a_frame_beside_the_query() {
    check(
        "scalar",
        r##"
        WithRelations { root: Project { input: NamedTable { name: [`t`] }#0, expressions: [Attribute { parts:
        [`a`] }, Subquery(Subquery { kind: Scalar, query: Reference(PlanId(2)) })] }#3, references:
        [Aggregate(Aggregate { input: NamedTable { name: [`u`] }#1, kind: GroupBy, keys: [], outputs:
        [Function(FunctionCall { name: [`max`], arguments: [Attribute { parts: [`b`] }] })], outputs_hold_keys:
        false })#2] }#4
        "##,
    );
}

#[test]
fn sql_text_over_frames_stays_text() {
    check(
        "sql frames",
        r##"
        WithRelations { root: Sql { query: "SELECT * FROM _pyspark_connect_temp_view_0 WHERE a > :low", named:
        [("low", Literal(Integer(3)))], positional: [] }#2, references: [SubqueryAlias { input: NamedTable {
        name: [`u`] }#0, alias: `_pyspark_connect_temp_view_0`, columns: [] }#1] }#4
        "##,
    );
}
