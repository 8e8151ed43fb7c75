//! Columns that files have.

use super::*;
use crate::listing::list;
use crate::options::Usage;

fn text_of(columns: &[StructField]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| format!("{} {}", column.name, column.data_type)).collect();
    columns.join(", ")
}

async fn inferred(files: &[&str], options: &[(&str, &str)], usage: Usage) -> Inferred {
    let folder = tempfile::tempdir().unwrap();
    for (at, text) in files.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{at}.json")), text).unwrap();
    }
    let options: Vec<(String, String)> = options.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let options = ReaderOptions::parse(Some("json"), &options, usage).unwrap();
    let files = list(folder.path(), &options, &|_| false).unwrap();
    infer(&files, &options, &SessionContext::new()).await.unwrap()
}

/// Files, options and columns.
type Case = (&'static [&'static str], &'static [(&'static str, &'static str)], &'static str);

/// Files and the columns that Apache Spark 4.3 infers from them.
const AS_SPARK: &[Case] = &[
    (
        &[
            r#"{"b":1,"a":1.5,"c":"","d":null,"e":{},"f":[],"g":[null],"h":12345678901234567890,"i":{"z":1,"y":"s"},"j":[1,2.5],"k":1,"l":true,"":1}"#,
            r#"{"k":"x","l":1,"i":{"w":true},"h":1,"m":NaN,"n":1e400,"o":123456789012345678901234567890123456789012,"p":1.5,"j":null}"#,
            r#"{"p":12345678901234567890}"#,
        ],
        &[],
        "a DOUBLE, b BIGINT, c STRING, d STRING, f ARRAY<STRING>, g ARRAY<STRING>, h DECIMAL(20,0), \
         i STRUCT<w: BOOLEAN, y: STRING, z: BIGINT>, j ARRAY<DOUBLE>, k STRING, l STRING, m DOUBLE, n DOUBLE, o DOUBLE, p DOUBLE",
    ),
    (&["{\"a\":1}\nbad\n[{\"a\":2},{\"b\":3}]"], &[], "_corrupt_record STRING, a BIGINT, b BIGINT"),
    (&[r#"{"a":"2024-01-01","c":"1.5"}"#], &[], "a STRING, c STRING"),
    (&[r#"{"a":"2024-01-01","c":"1.5"}"#], &[("inferTimestamp", "true")], "a TIMESTAMP, c STRING"),
    (
        &[r#"{"a":"2024-01-01","c":"1.5","d":2.25}"#],
        &[("prefersDecimal", "true")],
        "a STRING, c DECIMAL(2,1), d DECIMAL(3,2)",
    ),
    (&[r#"{"a":1,"b":true,"c":[1]}"#], &[("primitivesAsString", "true")], "a STRING, b STRING, c ARRAY<STRING>"),
    (&[r#"{"a":null,"b":1,"c":[null]}"#], &[("dropFieldIfAllNull", "true")], "b BIGINT"),
    (&[r#"{"é":1,"z":1,"Z":{"é":1}}"#, r#"{"é":1.5}"#], &[], "Z STRUCT<é: BIGINT>, é DOUBLE"),
];

#[tokio::test]
async fn columns_are_those_that_spark_infers() {
    for (files, options, columns) in AS_SPARK {
        let inferred = inferred(files, options, Usage::Reader).await;
        assert_eq!(text_of(&inferred.columns), *columns, "{files:?}");
    }
}

#[tokio::test]
async fn a_hint_says_which_of_several_spellings_is_the_column() {
    let files = [r#"{"ID":"x","a":1}"#, r#"{"id":1}"#];
    let unhinted = inferred(&files, &[], Usage::ReadFiles).await;
    assert_eq!(text_of(&unhinted.columns), "ID STRING, a BIGINT, _rescued_data STRING");
    let hinted = inferred(&files, &[("schemaHints", "id INT")], Usage::ReadFiles).await;
    assert_eq!(text_of(&hinted.columns), "id INT, a BIGINT, _rescued_data STRING");
    assert!(hinted.warnings[0].contains("`ID`"), "{:?}", hinted.warnings);
}

#[tokio::test]
async fn read_files_rescues_and_auto_loader_reads_strings() {
    let file: &[&str] = &[r#"{"id":1,"price":2.5,"tags":["x"]}"#];
    let read_files = inferred(file, &[], Usage::ReadFiles).await;
    assert_eq!(text_of(&read_files.columns), "id BIGINT, price DOUBLE, tags ARRAY<STRING>, _rescued_data STRING");
    let auto_loader = inferred(file, &[("cloudFiles.rescuedDataColumn", "_r")], Usage::CloudFiles).await;
    assert_eq!(text_of(&auto_loader.columns), "id STRING, price STRING, tags STRING, _r STRING");
    let typed = inferred(file, &[("cloudFiles.inferColumnTypes", "true")], Usage::CloudFiles).await;
    assert_eq!(text_of(&typed.columns), text_of(&read_files.columns));
}

#[tokio::test]
async fn hints_replace_types_and_add_columns() {
    let hints = [("schemaHints", "ID DECIMAL(10,2), a.b DATE, a.e TINYINT, l.element INT, new.x INT, id.y INT")];
    let inferred = inferred(&[r#"{"id":1,"a":{"b":"x"},"l":[1.5]}"#], &hints, Usage::ReadFiles).await;
    assert_eq!(
        text_of(&inferred.columns),
        "a STRUCT<b: DATE, e: TINYINT>, id DECIMAL(10,2), l ARRAY<INT>, new STRUCT<x: INT>, _rescued_data STRING"
    );
    assert_eq!(inferred.warnings.len(), 1);
}

#[tokio::test]
async fn what_is_odd_is_told() {
    let none = inferred(&[], &[], Usage::ReadFiles).await;
    assert!(none.columns.is_empty() && none.warnings.len() == 1);
    let blank = inferred(&["\n \n"], &[], Usage::ReadFiles).await;
    assert!(blank.columns.is_empty() && blank.warnings.len() == 1);
    let cased = inferred(&[r#"{"id":1,"ID":"x","Id":2}"#], &[], Usage::ReadFiles).await;
    assert_eq!(text_of(&cased.columns), "ID STRING, _rescued_data STRING");
    assert_eq!(cased.warnings.len(), 2);
}
