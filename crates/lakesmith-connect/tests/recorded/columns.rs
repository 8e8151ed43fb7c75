//! Columns.

use super::compact::check;

#[test]
fn a_metadata_column_is_told_from_a_plain_one() {
    check(
        "metadata column",
        r##"
        Project { input: NamedTable { name: [`t`] }#0, expressions: [Attribute { parts: [`_metadata`], plan_id:
        Some(PlanId(0)), is_metadata_column: true }] }#1
        "##,
    );
}

#[test]
fn a_decimal_has_the_type_that_was_sent() {
    check(
        "literal decimal",
        r##"
        Project { input: NamedTable { name: [`t`] }#0, expressions: [Literal(Decimal { unscaled: -1250,
        precision: 10, scale: 2 })] }#1
        "##,
    );
}

#[test]
fn a_cast_keeps_the_type_in_full() {
    check(
        "operator cast type",
        r##"
        Project { input: NamedTable { name: [`t`] }#0, expressions: [Cast { child: Attribute { parts: [`a`] },
        data_type: Array { element: Decimal { precision: 12, scale: 3 }, contains_null: false }, mode: Session
        }] }#1
        "##,
    );
}

#[test]
fn fields_are_set_and_dropped_in_order() {
    check(
        "operator withField",
        r##"
        Project { input: NamedTable { name: [`t`] }#0, expressions: [UpdateFields { child: UpdateFields { child:
        UpdateFields { child: Attribute { parts: [`s`] }, field: "x.y", value: Some(Literal(Integer(1))) },
        field: "z", value: None }, field: "w", value: None }] }#1
        "##,
    );
}

#[test]
fn an_aggregate_keeps_distinct() {
    check(
        "function count distinct",
        r##"
        Project { input: NamedTable { name: [`t`] }#0, expressions: [Function(FunctionCall { name: [`count`],
        arguments: [Attribute { parts: [`a`] }], distinct: true })] }#1
        "##,
    );
}

#[test]
fn a_nested_lambda_tells_its_variables_apart() {
    check(
        "lambda nested",
        r##"
        Project { input: NamedTable { name: [`t`] }#0, expressions: [Function(FunctionCall { name:
        [`transform`], arguments: [Attribute { parts: [`xs`] }, Lambda { parameters: [`x_0`], body:
        Function(FunctionCall { name: [`filter`], arguments: [Attribute { parts: [`ys`] }, Lambda { parameters:
        [`x_1`], body: Function(FunctionCall { name: [`>`], arguments: [LambdaVariable([`x_1`]),
        LambdaVariable([`x_0`])] }) }] }) }] })] }#1
        "##,
    );
}

#[test]
fn a_window_keeps_order_and_frame() {
    check(
        "window rows",
        r##"
        Project { input: NamedTable { name: [`t`] }#0, expressions: [Window { function: Function(FunctionCall {
        name: [`sum`], arguments: [Attribute { parts: [`c`] }] }), window: Window { reference: None,
        partition_by: [Attribute { parts: [`a`] }], order_by: [SortOrder { child: Attribute { parts: [`b`] },
        descending: true, nulls_first: Some(false) }], frame: Some(WindowFrame { unit: Rows, lower:
        Offset(Literal(Integer(-2))), upper: CurrentRow }) } }] }#1
        "##,
    );
}

#[test]
fn a_python_function_keeps_code_type_and_named_arguments() {
    check(
        "udf named argument",
        r##"
        Project { input: NamedTable { name: [`t`] }#0, expressions: [UserDefinedFunction(UserDefinedFunction {
        name: "<lambda>", deterministic: true, arguments: [NamedArgument { name: `value`, value: Attribute {
        parts: [`a`] } }], code: Python { output_type: Some(Struct([StructField { name: Identifier("id"),
        data_type: Long, nullable: true, comment: None }])), eval_type: 100, command: [99, 111, 109, 109, 97,
        110, 100], python_version: "3.11", includes: [] } })] }#1
        "##,
    );
}
