//! Which words may complete the one before the cursor: keywords, functions, and the tables and columns of the session.

use std::collections::BTreeSet;

/// Keywords that people write; the others are short or rare.
const KEYWORDS: &[&str] = &[
    "ALTER TABLE",
    "AND",
    "AS",
    "BETWEEN",
    "BY NAME",
    "CASE",
    "CAST",
    "CLUSTER BY",
    "COMMENT",
    "CREATE OR REPLACE",
    "CREATE SCHEMA",
    "CREATE TABLE",
    "CREATE TEMPORARY VIEW",
    "CREATE VIEW",
    "CROSS JOIN",
    "DESCRIBE",
    "DESCRIBE DETAIL",
    "DESCRIBE HISTORY",
    "DISTINCT",
    "DROP SCHEMA",
    "DROP TABLE",
    "DROP VIEW",
    "ELSE",
    "END",
    "EXCEPT",
    "EXISTS",
    "EXPLAIN",
    "FROM",
    "FULL JOIN",
    "GROUP BY",
    "HAVING",
    "IF EXISTS",
    "IF NOT EXISTS",
    "INNER JOIN",
    "INSERT INTO",
    "INSERT OVERWRITE",
    "INTERSECT",
    "IS NOT NULL",
    "IS NULL",
    "JOIN",
    "LATERAL VIEW",
    "LEFT JOIN",
    "LIKE",
    "LIMIT",
    "LOCATION",
    "NOT",
    "NULL",
    "OFFSET",
    "OR",
    "ORDER BY",
    "OVER",
    "PARTITION BY",
    "PARTITIONED BY",
    "QUALIFY",
    "REPLACE WHERE",
    "RIGHT JOIN",
    "SELECT",
    "SHOW CATALOGS",
    "SHOW COLUMNS",
    "SHOW CREATE TABLE",
    "SHOW FUNCTIONS",
    "SHOW PARTITIONS",
    "SHOW SCHEMAS",
    "SHOW TABLES",
    "SHOW TBLPROPERTIES",
    "SHOW VIEWS",
    "TBLPROPERTIES",
    "THEN",
    "TIMESTAMP AS OF",
    "TRUNCATE TABLE",
    "UNION ALL",
    "USE",
    "USING",
    "VALUES",
    "VERSION AS OF",
    "WHEN",
    "WHERE",
    "WITH",
];

/// The word at the end of a text: letters, digits, `_` and dots, or a backslash command.
pub fn word_at_end(text: &str) -> &str {
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.' | '\\');
    let start = text.char_indices().rev().take_while(|(_, character)| is_part(*character)).last();
    start.map_or("", |(at, _)| &text[at..])
}

/// The words that begin with the one at the end of `text`. Keywords follow the case in which they were begun.
pub fn candidates(text: &str, names: &BTreeSet<String>) -> Vec<String> {
    let word = word_at_end(text);
    if word.is_empty() {
        return Vec::new();
    }
    let begins = |name: &str| {
        name.len() > word.len() && name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    let lower = word.chars().all(|character| !character.is_uppercase());
    let keyword = |keyword: &&str| if lower { keyword.to_lowercase() } else { (*keyword).to_owned() };
    let mut all: BTreeSet<String> = names.iter().filter(|name| begins(name)).cloned().collect();
    all.extend(KEYWORDS.iter().filter(|name| begins(name)).map(keyword));
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_completed_without_regard_to_case() {
        let names = BTreeSet::from(["orders".to_owned(), "order_id".to_owned(), "abs(".to_owned()]);
        assert_eq!(candidates("SELECT ord", &names), ["order by", "order_id", "orders"]);
        assert_eq!(candidates("SELECT ORD", &names), ["ORDER BY", "order_id", "orders"]);
        assert_eq!(candidates("SELECT ab", &names), ["abs("]);
        assert!(candidates("SELECT ", &names).is_empty());
        assert_eq!(word_at_end("SELECT o.pri"), "o.pri");
    }
}
