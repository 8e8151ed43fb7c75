//! Names of a file's fields, as Spark makes them of the first record.

use std::collections::HashMap;

use super::tokens::Tokens;
use crate::options::CsvRules;

/// The names in a header. A name that is empty or stands for NULL is `_c` and its position from 0; names that differ at most by
/// case get their position appended.
pub(crate) fn names(rules: &CsvRules, tokens: &Tokens, record: &str) -> Vec<String> {
    let texts: Vec<Option<&str>> = (0..tokens.len())
        .map(|at| tokens.text(record, at).filter(|text| !text.is_empty() && *text != rules.null_text))
        .collect();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for text in texts.iter().flatten() {
        *counts.entry(text.to_lowercase()).or_default() += 1;
    }
    let name = |(at, text): (usize, &Option<&str>)| match text {
        None => unnamed(at),
        Some(text) if counts.get(&text.to_lowercase()).is_some_and(|count| *count > 1) => format!("{text}{at}"),
        Some(text) => (*text).to_owned(),
    };
    texts.iter().enumerate().map(name).collect()
}

/// The name of a field that has none.
pub(crate) fn unnamed(at: usize) -> String {
    format!("_c{at}")
}
