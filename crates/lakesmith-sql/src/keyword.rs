//! Words that cannot be read as a name where a clause, join or operator may stand.
//!
//! Spark reserves no word by default. What decides is the place: these lists hold, for each place where a name is optional,
//! the words that begin what may follow instead.

/// Words that begin a clause or a join, which a misspelt word may have been meant for.
pub(crate) const CLAUSES: &[&str] = &[
    "FROM",
    "WHERE",
    "GROUP",
    "HAVING",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "JOIN",
    "INNER",
    "RIGHT",
    "CROSS",
    "WINDOW",
    "QUALIFY",
    "LATERAL",
    "PIVOT",
    "UNPIVOT",
    "TABLESAMPLE",
    "WATERMARK",
];

/// Words that end an expression, so they are no alias of it unless `AS` stands before them.
const AFTER_EXPRESSION: &[&str] = &[
    "AND",
    "ANTI",
    "AS",
    "BETWEEN",
    "BY",
    "CLUSTER",
    "CROSS",
    "DISTRIBUTE",
    "DIV",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "FOR",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "ILIKE",
    "IN",
    "INNER",
    "INTERSECT",
    "INTO",
    "IS",
    "JOIN",
    "LATERAL",
    "LEFT",
    "LIKE",
    "LIMIT",
    "MINUS",
    "NATURAL",
    "NOT",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "PIVOT",
    "QUALIFY",
    "REGEXP",
    "RIGHT",
    "RLIKE",
    "SELECT",
    "SEMI",
    "SORT",
    "THEN",
    "UNION",
    "UNPIVOT",
    "USING",
    "WHEN",
    "WHERE",
    "WINDOW",
    "COLLATE",
];

/// Further words that may follow a table in FROM or the statement around it.
const AFTER_TABLE: &[&str] = &[
    "TABLESAMPLE",
    "WATERMARK",
    "VERSION",
    "TIMESTAMP",
    "WITH",
    "SET",
    "VALUES",
    "TABLE",
    "SYSTEM_VERSION",
    "SYSTEM_TIME",
    "STORED",
    "KEYS",
    "APPLY",
    "SEQUENCE",
    "COLUMNS",
    "IGNORE",
    "TRACK",
    "CHANGES",
];

/// Words that do not begin an expression unless what follows shows that they are a column.
const BEFORE_EXPRESSION: &[&str] = &[
    "AND",
    "AS",
    "BETWEEN",
    "ELSE",
    "END",
    "FROM",
    "GROUP",
    "HAVING",
    "IN",
    "IS",
    "JOIN",
    "LIKE",
    "ON",
    "OR",
    "ORDER",
    "SELECT",
    "THEN",
    "UNION",
    "WHEN",
    "WHERE",
    "BY",
    "LIMIT",
    "INTERSECT",
    "EXCEPT",
    "QUALIFY",
    "USING",
];

fn holds(list: &[&str], word: &str) -> bool {
    list.iter().any(|candidate| candidate.eq_ignore_ascii_case(word))
}

/// Whether `word` ends an expression, so that it is not an alias without `AS`.
pub(crate) fn ends_expression(word: &str) -> bool {
    holds(AFTER_EXPRESSION, word)
}

/// Whether `word` ends a table reference, so that it is not an alias without `AS`.
pub(crate) fn ends_table(word: &str) -> bool {
    holds(AFTER_EXPRESSION, word) || holds(AFTER_TABLE, word)
}

/// Whether `word` is more likely the next clause than a column, where an expression must begin.
pub(crate) fn is_unlikely_column(word: &str) -> bool {
    holds(BEFORE_EXPRESSION, word)
}
