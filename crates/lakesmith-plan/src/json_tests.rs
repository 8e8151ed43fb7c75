//! JSON texts in queries: paths by `:`, `get_json_object`, `from_json`.

use crate::testing::Session;

const JSON: &str = r#"'{"Flow": {"rows": 90, "rate": 0.50, "list": [{"n": "a", "v": 1}, {"n": "b"}]}, "empty": null}'"#;

#[tokio::test]
async fn a_path_finds_texts_that_casts_make_values_of() {
    let session = Session::new();
    for (expression, expected) in [
        ("j:flow.rows", "90"),
        ("j:Flow:rows::INT + 1", "91"),
        ("j:flow.rate", "0.50"),
        ("j:flow.list[1].n", "b"),
        ("j:flow.list[*].n", r#"["a","b"]"#),
        ("j:flow.list", r#"[{"n":"a","v":1},{"n":"b"}]"#),
        ("j:['flow']", "NULL"),
        ("j:['Flow'].rows", "90"),
        ("j:empty", "NULL"),
        ("j:flow.none.deeper", "NULL"),
        ("j:flow.list[9]", "NULL"),
        ("j:flow.rows IS NOT NULL AND j:flow.gone IS NULL", "true"),
        ("j:flow.list::ARRAY<STRUCT<n: STRING, v: INT>>", "[{n: a, v: 1}, {n: b, v: NULL}]"),
    ] {
        assert_eq!(
            session.rows(&format!("SELECT {expression} FROM VALUES ({JSON}) AS t(j)")).await,
            [expected],
            "{expression}"
        );
    }
}

#[tokio::test]
async fn a_path_is_named_after_its_last_field() {
    let session = Session::new();
    let sql = format!("SELECT j:flow.rows, j:flow.list[0], j:flow.rows::INT FROM VALUES ({JSON}) AS t(j)");
    assert_eq!(session.columns(&sql).await, ["rows STRING", "list[0] STRING", "rows INT"]);
    assert_eq!(
        session.faults("SELECT a:b FROM VALUES (1) AS t(a)").await,
        ["DATATYPE_MISMATCH: `:` follows a path into a JSON text, not into a value of type INT @a:b"]
    );
}

#[tokio::test]
async fn get_json_object_gives_null_for_what_is_no_json_or_no_path() {
    let session = Session::new();
    for (expression, expected) in [
        (r#"get_json_object('{"a": [1, 2]}', '$.a[1]')"#, "2"),
        ("get_json_object('no json', '$.a')", "NULL"),
        (r#"get_json_object('{"a": 1}', 'a')"#, "NULL"),
        ("get_json_object(NULL, '$.a')", "NULL"),
    ] {
        assert_eq!(session.rows(&format!("SELECT {expression}")).await, [expected], "{expression}");
    }
}

#[tokio::test]
async fn from_json_keeps_the_fields_around_one_that_does_not_fit() {
    let session = Session::new();
    for (json, schema, expected) in [
        (r#"{"a": 1, "b": "x"}"#, "a INT, b STRING", "{a: 1, b: x}"),
        (r#"{"a": "no number", "b": 2}"#, "a INT, b STRING", "{a: NULL, b: 2}"),
        ("broken", "a INT", "{a: NULL}"),
        ("[1, 2, null]", "ARRAY<INT>", "[1, 2, NULL]"),
        ("broken", "ARRAY<INT>", "NULL"),
        (r#"{"a": 1.25}"#, "a DECIMAL(10,2)", "{a: 1.25}"),
        (r#"{"k": 1, "l": 2}"#, "MAP<STRING, INT>", "{k: 1, l: 2}"),
        (r#"{"a": {"b": [1,  2]}}"#, "struct<a: string>", r#"{a: {"b":[1,2]}}"#),
        (r#"{"a": "2024-01-05T10:00:00Z"}"#, "a TIMESTAMP", "{a: 2024-01-05T10:00:00Z}"),
        (r#"{"x": 1}"#, "array<struct<x: int>>", "[{x: 1}]"),
    ] {
        let rows = session.rows(&format!("SELECT from_json('{json}', '{schema}')")).await;
        assert_eq!(rows, [expected], "{json} as {schema}");
    }
    assert_eq!(session.rows("SELECT from_json(CAST(NULL AS STRING), 'a INT')").await, ["NULL"]);
}
