//! Data types as `DESCRIBE` prints them.

use lakesmith_diagnostic::{SourceKind, SourceMap};

fn data_type(text: &str) -> String {
    let mut sources = SourceMap::default();
    let id = sources.add("test", text, SourceKind::Inline);
    crate::parse_data_type(&sources, id).map_or_else(|error| error.title, |data_type| data_type.to_string())
}

#[test]
fn types_have_the_names_of_spark() {
    let cases = [
        ("byte", "TINYINT"),
        ("long", "BIGINT"),
        ("real", "FLOAT"),
        ("string collate utf8_lcase", "STRING COLLATE utf8_lcase"),
        ("dec", "DECIMAL(10,0)"),
        ("numeric(5)", "DECIMAL(5,0)"),
        ("decimal(38, 18)", "DECIMAL(38,18)"),
        ("char(3)", "CHAR(3)"),
        ("varchar(10)", "VARCHAR(10)"),
        ("timestamp without time zone", "TIMESTAMP_NTZ"),
        ("timestamp_ltz", "TIMESTAMP"),
        ("timestamp_ntz(9)", "TIMESTAMP_NTZ(9)"),
        ("time(3)", "TIME(3)"),
        ("interval", "INTERVAL"),
        ("interval year to month", "INTERVAL YEAR TO MONTH"),
        ("interval hour", "INTERVAL HOUR"),
        ("interval day to second", "INTERVAL DAY TO SECOND"),
        ("array<map<string, array<int>>>", "ARRAY<MAP<STRING, ARRAY<INT>>>"),
        ("struct<a: int not null comment 'c', `b c` string>", "STRUCT<a: INT NOT NULL, `b c`: STRING>"),
        ("struct<>", "STRUCT<>"),
        ("variant", "VARIANT"),
        ("geography(4326)", "GEOGRAPHY(4326)"),
        ("decimal(3, 5)", "`DECIMAL(3, 5)` has more digits after the point than digits, or none at all"),
        ("decimal(39)", "syntax error: expected a number from 0 to 38, found `39`"),
        ("interval second to day", "syntax error: expected `HOUR`, `MINUTE` or `SECOND`, found `day`"),
        ("text", "there is no data type `TEXT`"),
        ("array<int", "syntax error: expected `>`, found the end of the statement"),
    ];
    for (text, wanted) in cases {
        assert_eq!(data_type(text), wanted, "{text}");
    }
}

#[test]
fn a_schema_keeps_comments_and_nullability() {
    let mut sources = SourceMap::default();
    let id = sources.add("test", "a INT, b: STRING NOT NULL COMMENT 'x', timestamp TIMESTAMP", SourceKind::Inline);
    let schema = crate::parse_schema(&sources, id).expect("a schema");
    assert_eq!(schema.len(), 3);
    assert!(schema[0].nullable && !schema[1].nullable);
    assert_eq!(schema[1].comment.as_deref(), Some("x"));
    assert_eq!(schema[2].name.as_str(), "timestamp");
}
