//! Parts of files, and names of columns; what Spark reads is in `tests/answers`.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::physical_plan::collect;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::counts::{FileCounts, counts_of};
use crate::listing::list;
use crate::options::{ReaderOptions, Usage};
use crate::provider::provider;
use crate::scan::node::{FilesExec, FilesScan};
use crate::scan::split::FilePart;

/// The rows of a file that is read in two parts, and its counts.
async fn read(folder: &Path, pairs: &[(&str, &str)], cut: u64) -> (Vec<String>, FileCounts) {
    let pairs: Vec<(String, String)> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let options = ReaderOptions::parse(Some("csv"), &pairs, Usage::ReadFiles).unwrap();
    let files = list(folder, &options, &|_| false).unwrap();
    let end = files[0].size;
    let table = provider(files.clone(), options.given_columns().unwrap(), &options).schema();
    let mut scan = FilesScan::new(files, &table, &options, 1);
    scan.projection.pop();
    let part = |start, end| vec![FilePart { file: 0, start, end }];
    scan.partitions = if cut == 0 { vec![part(0, end)] } else { vec![part(0, cut), part(cut, end)] };
    let plan: Arc<dyn datafusion::physical_plan::ExecutionPlan> = Arc::new(FilesExec::try_new(scan, table).unwrap());
    let session = SessionContext::new_with_config(SessionConfig::new().with_batch_size(2));
    let mut rows = Vec::new();
    let batches = collect(Arc::clone(&plan), session.task_ctx()).await.unwrap();
    let format = FormatOptions::new().with_null("∅");
    for batch in &batches {
        let columns: Vec<_> =
            batch.columns().iter().map(|array| ArrayFormatter::try_new(array, &format).unwrap()).collect();
        for row in 0..batch.num_rows() {
            rows.push(columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("|"));
        }
    }
    rows.sort();
    (rows, counts_of(&plan).remove(0))
}

const FILE: &str = "# a comment\r\n\n b,a,c\n1,x,2\n\"3\",\"y,y\",é\n#no record\n  \n4\r5,z\n6,w,7,8\nseven,v,8";

#[tokio::test]
async fn rows_and_counts_do_not_depend_on_where_a_file_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.csv"), FILE).unwrap();
    for options in [
        &[
            ("schema", "a string, b int, _rescued_data string"),
            ("header", "true"),
            ("comment", "#"),
            ("ignoreLeadingWhiteSpace", "true"),
        ][..],
        &[
            ("schema", "a string, b string, c int, _corrupt_record string"),
            ("header", "true"),
            ("comment", "#"),
            ("enforceSchema", "true"),
        ],
        &[("schema", "a int, b string, c string"), ("mode", "DROPMALFORMED")],
    ] {
        let whole = read(folder.path(), options, 0).await;
        assert_eq!(whole.1.records, whole.1.decoded + whole.1.rejected);
        for cut in 1..FILE.len() as u64 {
            assert_eq!(read(folder.path(), options, cut).await, whole, "{cut}");
        }
    }
}

#[tokio::test]
async fn names_in_the_header_find_their_columns_and_the_rest_is_rescued() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.csv"), FILE).unwrap();
    let options = [
        ("schema", "a string, b int, _rescued_data string"),
        ("header", "true"),
        ("comment", "#"),
        ("ignoreLeadingWhiteSpace", "true"),
    ];
    let (rows, counts) = read(folder.path(), &options, 0).await;
    let uri = format!("file://{}/f.csv", folder.path().display());
    let rescued = |fields: &str| format!("{{{fields},\"_file_path\":\"{uri}\"}}");
    let mut expected = vec![
        format!("x|1|{}", rescued("\"c\":\"2\"")),
        format!("y,y|3|{}", rescued("\"c\":\"é\"")),
        "∅|4|∅".to_owned(),
        "z|5|∅".to_owned(),
        format!("w|6|{}", rescued("\"c\":\"7\",\"_c3\":\"8\"")),
        format!("v|∅|{}", rescued("\"b\":\"seven\",\"c\":\"8\"")),
    ];
    expected.sort();
    assert_eq!(rows, expected);
    assert_eq!((counts.decoded, counts.rejected), (6, 0));
}
