//! Fields of records; what Spark makes of odd ones is in `tests/answers/csv_quotes.txt`.

use super::*;
use crate::options::CsvRules;

fn cut(dialect: &CsvDialect, text: &str) -> Vec<String> {
    let mut tokens = Tokens::default();
    let tokenizer = Tokenizer::new(dialect.clone(), None);
    match tokenizer.cut(text, true, &mut tokens) {
        Cut::Ended(_) => (0..tokens.len()).map(|at| tokens.text(text, at).unwrap_or("∅").to_owned()).collect(),
        Cut::Malformed(reason) => vec![format!("! {reason}")],
        Cut::Unfinished => vec!["…".to_owned()],
    }
}

#[test]
fn fields_stand_between_delimiters() {
    let dialect = CsvRules::default().dialect;
    assert_eq!(cut(&dialect, "a,,longer than eight,é,"), ["a", "∅", "longer than eight", "é", "∅"]);
    assert_eq!(cut(&dialect, "\"a,b\",\"\",\"c\\\"d\""), ["a,b", "", "c\"d"]);
    let dialect = CsvDialect { delimiter: "||".to_owned(), trims_leading: true, trims_trailing: true, ..dialect };
    assert_eq!(cut(&dialect, " a ||b|c||  ||\"x||y\""), ["a", "b|c", "∅", "x||y"]);
    let dialect = CsvDialect { max_columns: 2, ..dialect };
    assert_eq!(cut(&dialect, "a||b||c"), [format!("! {TOO_MANY}")]);
    assert_eq!(cut(&dialect, "\"a\"||b||c"), [format!("! {TOO_MANY}")]);
}

#[test]
fn a_record_that_may_span_lines_ends_where_it_ends_however_the_text_is_cut() {
    let dialect = CsvRules::default().dialect;
    let tokenizer = Tokenizer::new(dialect, Some(b'\n'));
    let text = "a,\"b\r\nc\",\"d\"\"e\"\r\nx,y\n";
    let mut tokens = Tokens::default();
    let end = text.find("x,y").unwrap();
    assert_eq!(tokenizer.cut(text, false, &mut tokens), Cut::Ended(end));
    for length in 1..end {
        let found = tokenizer.cut(&text[..length], false, &mut tokens);
        // nothing is missing after the first byte of the next record
        assert_eq!(found, Cut::Unfinished, "{length}");
    }
    assert_eq!(tokenizer.cut(&text[end..], true, &mut tokens), Cut::Ended(4));
    assert_eq!(tokens.text(&text[end..], 1), Some("y"));
}
