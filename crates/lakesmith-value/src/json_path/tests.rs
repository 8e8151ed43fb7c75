//! Paths and what they find. The answers of `get_json_object` are those of Apache Spark 4.

use super::*;

fn get(json: &str, path: &str) -> Option<String> {
    JsonPath::parse(path)?.find(json, Dialect::GetJsonObject)
}

#[test]
fn get_json_object_answers_as_spark_does() {
    let table = [
        (r#"{"a": {"b" : 1}}"#, "$.a.b", Some("1")),
        (r#"{"a": {"b" : [1, "x", null]}}"#, "$.a", Some(r#"{"b":[1,"x",null]}"#)),
        (r#"{"a": "x\ny"}"#, "$.a", Some("x\ny")),
        (r#"{"a": ["x\ny"]}"#, "$.a", Some(r#"["x\ny"]"#)),
        (r#"{"a": null}"#, "$.a", None),
        (r#"{"a": null, "a": 2}"#, "$.a", Some("2")),
        (r#"{"a": 1, "a": 2}"#, "$.a", Some("1")),
        (r#"{"A": 1}"#, "$.a", None),
        (r#"{"a b": 1}"#, "$['a b']", Some("1")),
        (r#"{"a": {"x": 1, "y": 2}}"#, "$.a.*", Some("1")),
        (r#"[1, [2, 3]]"#, "$[1][0]", Some("2")),
        (r#"[1, 2]"#, "$[5]", None),
        (r#"[{"b": "x"}, {"b": "y"}, {"c": 1}]"#, "$[*].b", Some(r#"["x","y"]"#)),
        (r#"[{"b": "x"}]"#, "$[*].b", Some(r#""x""#)),
        (r#"[[1, 2], [3]]"#, "$[*][*]", Some("[1,2,3]")),
        (r#"[[1, 2], [3]]"#, "$[0][*]", Some("[1,2]")),
        (r#"[[1]]"#, "$[0][*]", Some("[1]")),
        (
            r#"{"a": 1.50, "b": 1e10, "c": 12345678901234567890}"#,
            "$",
            Some(r#"{"a":1.5,"b":1.0E10,"c":12345678901234567890}"#),
        ),
        (r"{'a': 'it\'s'}", "$.a", Some("it's")),
        (r#"{"a": "\u00e9\ud83d\ude00"}"#, "$.a", Some("é😀")),
        (r#"{"a": true}"#, "$.a", Some("true")),
        ("\"x\"", "$", Some("x")),
        (r#"{"a": 1"#, "$.a", None),
        (r#"{"a": 1} rest"#, "$.a", Some("1")),
        (r#"{"a": 01}"#, "$.a", None),
        ("", "$.a", None),
        ("not json", "$", None),
    ];
    for (json, path, expected) in table {
        assert_eq!(get(json, path).as_deref(), expected, "{path} of {json}");
    }
}

#[test]
fn texts_that_are_no_paths_are_refused() {
    for path in ["", "a", "$.", "$a", "$[x]", "$[", "$['']", "$[-1]", "$..a"] {
        assert_eq!(JsonPath::parse(path), None, "{path}");
    }
}

#[test]
fn the_operator_ignores_case_and_keeps_numbers_and_arrays() {
    let field = |name: &str, exact| PathStep::Field { name: name.to_owned(), exact };
    let find = |json: &str, steps: &[PathStep]| JsonPath::new(steps.to_vec()).find(json, Dialect::Operator);
    let json = r#"{"Flow": {"x": 1.50, "list": [{"n": "a"}], "nothing": null}}"#;
    assert_eq!(find(json, &[field("flow", false), field("X", false)]).as_deref(), Some("1.50"));
    assert_eq!(find(json, &[field("flow", true)]), None);
    let all = [field("flow", false), field("list", false), PathStep::AllItems, field("n", false)];
    assert_eq!(find(json, &all).as_deref(), Some(r#"["a"]"#));
    assert_eq!(find(json, &[field("flow", false), field("nothing", false)]), None);
}

#[test]
fn deep_nesting_is_no_json_instead_of_an_overflow() {
    let deep = "[".repeat(100_000);
    assert_eq!(get(&deep, "$"), None);
    assert_eq!(get(&format!("{{\"b\":{deep}"), "$.a"), None);
}
