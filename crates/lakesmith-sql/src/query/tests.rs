//! Queries in their short form: what each clause becomes, and that no input makes the parser panic.

use lakesmith_diagnostic::{Origin, SourceKind, SourceMap};
use lakesmith_unresolved::{ExpressionKind, RelationKind};

use crate::lexer::{lex, split_statements};
use crate::template::NoVariables;
use crate::testing::{fault, mutations, query, query_result};

/// Each text and the short form it must have.
fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(text, wanted)| (text, wanted, query(text)))
        .filter(|(_, wanted, found)| found != *wanted)
        .map(|(text, wanted, found)| format!("{text}\n  wanted {wanted}\n  found  {found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn select_lists_hold_stars_and_aliases() {
    check(&[
        ("SELECT 1", "(select [1] one)"),
        ("SELECT *, t.* FROM t", "(select [* t.*] t)"),
        ("SELECT * EXCEPT (a, s.b) FROM t", "(select [*-[a s.b]] t)"),
        ("SELECT * EXCEPT (SELECT 1)", "(Except (select [*] one) (select [1] one))"),
        ("SELECT a AS x, b y, c AS (p, q) FROM t", "(select [a@x b@y c@p,q] t)"),
        ("SELECT a AS date, b AS year, order, value FROM t", "(select [a@date b@year order value] t)"),
        ("SELECT a `x y` FROM t", "(select [a@`x y`] t)"),
        ("SELECT a end, b limit FROM t", "(select [a@end b@limit] t)"),
        ("SELECT DISTINCT a FROM t", "(distinct (select [a] t))"),
        ("SELECT ALL a FROM t", "(select [a] t)"),
        ("SELECT distinct FROM t", "(select [distinct] t)"),
        ("SELECT /*+ BROADCAST(a), COALESCE(3) */ x FROM a", "(hint BROADCAST [a] (hint COALESCE [3] (select [x] a)))"),
        ("SELECT a /*+ not a hint */ FROM t", "(select [a] t)"),
        ("SELECT transform(xs, x -> x) FROM t", "(select [(transform xs (\\x x))] t)"),
        ("SELECT TRANSFORM(a) USING 'cat' FROM t", "`SELECT TRANSFORM … USING`, which runs a script, is not supported"),
        ("FROM t SELECT a", "(select [a] t)"),
        ("FROM t SELECT a LATERAL VIEW f(b) v WHERE c", "(select [a] (where c (view (f b) v() t)))"),
        ("TABLE db.t", "db.t"),
        ("VALUES (1, 'a'), (2, 'b') AS v(x, y)", "(as v(x y) (values [1 'a'] [2 'b']))"),
        ("VALUES 1, (2), ((3) + 4)", "(values [1] [2] [(+ 3 4)])"),
        ("SELECT 1;", "(select [1] one)"),
    ]);
}

#[test]
fn tables_are_names_functions_streams_and_queries() {
    check(&[
        ("SELECT * FROM a.b.c AS x", "(select [*] (as x a.b.c))"),
        ("SELECT * FROM t x (a, b)", "(select [*] (as x(a b) t))"),
        ("SELECT * FROM json.`/data/a.json`", "(select [*] json.`/data/a.json`)"),
        ("SELECT * FROM STREAM t", "(select [*] stream t)"),
        ("SELECT * FROM STREAM(LIVE.t) x", "(select [*] (as x stream LIVE.t))"),
        ("SELECT * FROM stream WHERE a", "(select [*] (where a stream))"),
        (
            "SELECT * FROM STREAM read_files('p', format => 'json')",
            "(select [*] stream (read_files 'p' format=>'json'))",
        ),
        ("SELECT * FROM STREAM(read_files('p')) AS r", "(select [*] (as r stream (read_files 'p')))"),
        ("SELECT * FROM STREAM t WITH (readChangeFeed = true)", "(select [*] stream t{readChangeFeed=true})"),
        ("SELECT * FROM t WITH (`a.b` = 'x', c.d = 1) z", "(select [*] (as z t{a.b=x} {c.d=1}))"),
        ("SELECT * FROM range(10)", "(select [*] (range 10))"),
        ("SELECT * FROM event_log(TABLE(x.y))", "(select [*] (event_log (table x.y)))"),
        ("SELECT * FROM f(TABLE(SELECT 1) PARTITION BY a ORDER BY b)", "(select [*] (f (table (select [1] one))))"),
        ("SELECT * FROM t VERSION AS OF 3", "(select [*] t@version 3)"),
        ("SELECT * FROM t FOR SYSTEM_TIME AS OF '2024-01-01' x", "(select [*] (as x t@time '2024-01-01'))"),
        (
            "SELECT * FROM t TIMESTAMP AS OF now() - interval 1 day",
            "(select [*] t@time (- (now) 86400000000us[DAY-DAY]))",
        ),
        ("SELECT * FROM t@v12", "(select [*] t@version 12L)"),
        (
            "SELECT * FROM t CHANGES FROM VERSION 1 TO VERSION 3",
            "(select [*] (changes t startingVersion=1 endingVersion=3))",
        ),
        ("SELECT * FROM STREAM t CHANGES FROM VERSION 1", "(select [*] (changes t startingVersion=1 stream))"),
        ("SELECT * FROM IDENTIFIER('a.b')", "(select [*] a.b)"),
        ("SELECT * FROM (SELECT 1) q", "(select [*] (as q (select [1] one)))"),
        ("SELECT * FROM (a JOIN b) x", "(select [*] (as x (Inner a b)))"),
        (
            "SELECT * FROM ((SELECT 1) UNION (SELECT 2)) q",
            "(select [*] (as q (Union (select [1] one) (select [2] one))))",
        ),
        ("SELECT * FROM VALUES (1) AS v(a), t", "(select [*] (Cross (as v(a) (values [1])) t))"),
        (
            "SELECT * FROM t TABLESAMPLE (10 PERCENT) REPEATABLE (7) x",
            "(select [*] (as x (sample percent 10 Some(7) t)))",
        ),
        ("SELECT * FROM t TABLESAMPLE (5 ROWS)", "(select [*] (sample rows 5 None t))"),
        (
            "SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 MINUTES AS w",
            "(select [*] (as w (watermark ts 600000000us[MINUTE-MINUTE] stream t)))",
        ),
        (
            "SELECT * FROM t x WATERMARK f(a) AS ts DELAY OF INTERVAL '1' HOUR",
            "(select [*] (watermark (f a)@ts 3600000000us[HOUR-HOUR] (as x t)))",
        ),
    ]);
}

#[test]
fn joins_of_every_kind() {
    check(&[
        ("SELECT * FROM a, b, c", "(select [*] (Cross (Cross a b) c))"),
        ("SELECT * FROM a JOIN b ON a.x = b.x", "(select [*] (Inner a b on (== a.x b.x)))"),
        ("SELECT * FROM a INNER JOIN b USING (x, y)", "(select [*] (Inner a b using x y))"),
        ("SELECT * FROM a x LEFT JOIN b y ON true", "(select [*] (LeftOuter (as x a) (as y b) on true))"),
        (
            "SELECT * FROM a LEFT OUTER JOIN b ON c RIGHT JOIN d ON e",
            "(select [*] (RightOuter (LeftOuter a b on c) d on e))",
        ),
        ("SELECT * FROM a FULL OUTER JOIN b ON c", "(select [*] (FullOuter a b on c))"),
        ("SELECT * FROM a LEFT SEMI JOIN b ON c", "(select [*] (LeftSemi a b on c))"),
        ("SELECT * FROM a ANTI JOIN b ON c", "(select [*] (LeftAnti a b on c))"),
        ("SELECT * FROM a CROSS JOIN b", "(select [*] (Cross a b))"),
        ("SELECT * FROM a NATURAL LEFT JOIN b", "(select [*] (LeftOuter a b natural))"),
        ("SELECT * FROM a, LATERAL (SELECT a.x) l", "(select [*] (lateral-Cross a (as l (select [a.x] one))))"),
        (
            "SELECT * FROM a JOIN LATERAL explode(a.xs) l ON true",
            "(select [*] (lateral-Inner a (as l (explode a.xs)) on true))",
        ),
        ("SELECT * FROM a LATERAL VIEW explode(xs) t AS x, y", "(select [*] (view (explode xs) t(x y) a))"),
        (
            "SELECT * FROM a LATERAL VIEW OUTER explode(xs) AS x LATERAL VIEW f(x) g",
            "(select [*] (view (f x) g() (view-outer (explode xs) (x) a)))",
        ),
    ]);
}

#[test]
fn grouping_keeps_its_form() {
    check(&[
        ("SELECT count(*) FROM t", "(select [(count *)] t)"),
        ("SELECT a, sum(b) FROM t GROUP BY a", "(GroupBy [a] [a (sum b)] t)"),
        ("SELECT a FROM t GROUP BY 1, ALL.x", "(GroupBy [1 ALL.x] [a] t)"),
        ("SELECT a, sum(b) FROM t GROUP BY ALL", "(All [] [a (sum b)] t)"),
        ("SELECT a FROM t GROUP BY ROLLUP(a, b)", "(Rollup [a b] [a] t)"),
        ("SELECT a FROM t GROUP BY a, b WITH CUBE", "(Cube [a b] [a] t)"),
        ("SELECT a FROM t GROUP BY GROUPING SETS ((a, b), a, ())", "(sets(a b) (a) () [a b] [a] t)"),
        ("SELECT a FROM t GROUP BY a, b GROUPING SETS ((a), (b))", "(sets(a) (b) [a b] [a] t)"),
        ("SELECT a FROM t GROUP BY GROUPING SETS (ROLLUP(a, b), CUBE(c))", "(sets(a b) (a) () (c) () [a b c] [a] t)"),
        ("SELECT a FROM t GROUP BY a, CUBE(b)", "(product(GroupBy:a Cube:b) [a b] [a] t)"),
        ("SELECT max(a) FROM t HAVING max(a) > 1", "(having (> (max a) 1) (GroupBy [] [(max a)] t))"),
        ("SELECT a FROM t WHERE b GROUP BY a HAVING c", "(having c (GroupBy [a] [a] (where b t)))"),
        (
            "SELECT a FROM t QUALIFY row_number() OVER w = 1 WINDOW w AS (ORDER BY a)",
            "(windows w=[order a:asc] (qualify (== (row_number) over [w] 1) (select [a] t)))",
        ),
        ("SELECT a FROM t WINDOW w AS (ORDER BY a) QUALIFY b", "(windows w=[order a:asc] (qualify b (select [a] t)))"),
    ]);
}

#[test]
fn results_are_ordered_limited_and_combined() {
    check(&[
        (
            "SELECT a FROM t ORDER BY a DESC, b NULLS LAST LIMIT 10 OFFSET 5",
            "(limit 10 (offset 5 (order [a:desc b:asc nulls-last] (select [a] t))))",
        ),
        ("SELECT a FROM t ORDER BY ALL", "(order [] (select [a] t))"),
        ("SELECT a FROM t LIMIT ALL", "(limit-all (select [a] t))"),
        ("SELECT a FROM t SORT BY a", "(sort [a:asc] (select [a] t))"),
        ("SELECT a FROM t DISTRIBUTE BY a SORT BY b", "(sort [b:asc] (distribute [a] (select [a] t)))"),
        ("SELECT a FROM t CLUSTER BY a", "(sort [a:asc] (distribute [a] (select [a] t)))"),
        ("TABLE a UNION TABLE b INTERSECT TABLE c", "(Union a (Intersect b c))"),
        ("TABLE a EXCEPT ALL TABLE b UNION ALL TABLE c", "(Union all (Except all a b) c)"),
        ("TABLE a MINUS TABLE b", "(Except a b)"),
        ("(TABLE a UNION DISTINCT TABLE b) INTERSECT TABLE c ORDER BY 1", "(order [1:asc] (Intersect (Union a b) c))"),
        (
            "WITH x AS (SELECT 1), y(a) AS (TABLE x) SELECT * FROM y",
            "(with x()=(select [1] one) y(a)=x (select [*] y))",
        ),
        (
            "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) TABLE r",
            "(with-recursive r(n)=(Union all (select [1] one) (select [(+ n 1)] r)) r)",
        ),
        ("SELECT * FROM (WITH x AS (SELECT 1) TABLE x)", "(select [*] (with x()=(select [1] one) x))"),
    ]);
}

#[test]
fn rows_become_columns_and_back() {
    check(&[
        (
            "SELECT * FROM t PIVOT (sum(a) AS s, max(b) FOR c IN (1 AS x, 2)) AS p",
            "(select [*] (as p (pivot [(sum a)@s (max b)] [c] [1@x 2] t)))",
        ),
        (
            "SELECT * FROM t PIVOT (sum(a) FOR (c, d) IN ((1, 2) AS x))",
            "(select [*] (pivot [(sum a)] [c d] [(struct 1 2)@x] t))",
        ),
        ("SELECT * FROM t UNPIVOT (v FOR n IN (a AS x, b))", "(select [*] (unpivot n [\"v\"] [a@x b] t))"),
        (
            "SELECT * FROM t UNPIVOT INCLUDE NULLS ((v, w) FOR n IN ((a, b) AS x))",
            "(select [*] (unpivot n [\"v\", \"w\"] [a b@x] t))",
        ),
    ]);
}

#[test]
fn pipe_steps_become_their_clauses_and_a_step_sees_only_what_the_one_before_it_gives() {
    check(&[
        ("FROM t |> WHERE a > 1 |> SELECT a", "(select [a] (where (> a 1) t))"),
        ("FROM t |> AGGREGATE sum(a) AS s GROUP BY b", "(AGGREGATE [] (GroupBy [b] [(sum a)@s] t))"),
        (
            "FROM t |> AGGREGATE sum(a) GROUP BY b + 1 AS k, c |> ORDER BY k",
            "(order [k:asc] (|> [] (AGGREGATE [] (GroupBy [(+ b 1)@k c] [(sum a)] t))))",
        ),
        ("FROM t |> SELECT a ORDER BY a LIMIT 1", "(limit 1 (order [a:asc] (select [a] t)))"),
        ("FROM t |> EXTEND a + 1 AS b |> SET c = 2 |> DROP d", "(DROP [d] (SET [2@c] (EXTEND [(+ a 1)@b] t)))"),
        (
            "FROM t |> AS x |> JOIN u ON x.a = u.a |> ORDER BY a |> LIMIT 3",
            "(limit 3 (|> [] (order [a:asc] (|> [] (Inner (as x t) u on (== x.a u.a))))))",
        ),
        ("TABLE t |> UNION ALL TABLE u", "(Union all t u)"),
        ("FROM t |> TABLESAMPLE (1 ROWS)", "(sample rows 1 None t)"),
    ]);
}

#[test]
fn a_misspelt_keyword_is_pointed_at() {
    let (title, under, help) = fault("SELECT a FORM t");
    assert_eq!(title, "syntax error: expected `FROM`, found `FORM`");
    assert_eq!((under.as_str(), help.as_str()), ("FORM", "did you mean `FROM`?"));
    let (_, under, help) = fault("SELECT a FROM t WERE b = 1");
    assert_eq!((under.as_str(), help.as_str()), ("WERE", "did you mean `WHERE`?"));
    let (_, under, help) = fault("SELECT a FROM t GRUOP BY a");
    assert_eq!((under.as_str(), help.as_str()), ("GRUOP", "did you mean `GROUP`?"));
}

#[test]
fn a_name_with_a_hyphen_and_a_comma_too_many_get_advice() {
    let (_, under, help) = fault("SELECT a FROM my-db.t");
    assert_eq!((under.as_str(), help.as_str()), ("-", "a name that holds `-` needs back-quotes around it: `my-db`"));
    let (_, under, help) = fault("SELECT a, FROM t");
    assert_eq!((under.as_str(), help.as_str()), ("FROM", "remove the comma before it, or write what is missing"));
    assert_eq!(query("SELECT a-b FROM t"), "(select [(- a b)] t)");
}

#[test]
fn a_fault_in_a_query_stands_at_its_word() {
    assert_eq!(query("SELECT a, FROM t"), "syntax error: expected an expression, found `FROM`");
    assert_eq!(query("SELECT a FROM"), "syntax error: expected a table, found the end of the statement");
    assert_eq!(query("SELECT a FROM WHERE b"), "syntax error: expected a table, found `WHERE`");
    assert_eq!(query("SELECT a FROM t NATURAL b"), "syntax error: expected `JOIN`, found `b`");
    assert_eq!(query("SELEC a"), "syntax error: expected `SELECT`, found `SELEC`");
    assert_eq!(query("x"), "syntax error: expected `SELECT`, `WITH`, `FROM`, `VALUES`, `TABLE` or `(`, found `x`");
    assert_eq!(query("SELECT (1"), "syntax error: expected an operator or `)`, found the end of the statement");
}

#[test]
fn every_part_of_a_query_knows_its_place() {
    let text = "SELECT (a + f(b)) * 2 AS x FROM main.t u WHERE y NOT IN (1, 2) AND z";
    let mut sources = SourceMap::default();
    let id = sources.add("test", text, SourceKind::Inline);
    let query = crate::parse_query(&sources, id).expect("a query");
    let at = |origin: &Origin| sources.text(origin.span().expect("a place")).to_owned();
    assert_eq!(at(&query.origin), text);
    let RelationKind::Project { input, expressions } = *query.kind else { panic!("a SELECT") };
    assert_eq!(at(&expressions[0].origin), "(a + f(b)) * 2 AS x");
    let ExpressionKind::Alias { child, .. } = &expressions[0].kind else { panic!("an alias") };
    assert_eq!(at(&child.origin), "(a + f(b)) * 2");
    let RelationKind::Filter { input, condition } = *input.kind else { panic!("a WHERE") };
    assert_eq!(at(&condition.origin), "y NOT IN (1, 2) AND z");
    assert_eq!(at(&input.origin), "main.t u");
}

/// Queries that mutations start from.
const CORPUS: &[&str] = &[
    "WITH x(a) AS (SELECT 1 UNION ALL SELECT 'it''s' || r'\\d' FROM t) SELECT * EXCEPT (b) FROM x JOIN y USING (a) WHERE a:b[0]::int > 1",
    "SELECT /*+ BROADCAST(a) */ sum(DISTINCT x) FILTER (WHERE y) OVER (PARTITION BY z ORDER BY w ROWS 1 PRECEDING) FROM STREAM(read_files('p', format => 'json')) QUALIFY q = 1",
    "FROM t@v1 |> AGGREGATE count(*) GROUP BY GROUPING SETS ((a, b), ()) |> EXTEND CASE WHEN a IN (1, 2L) THEN X'1F' ELSE 1.5e3 END AS `c d`",
    "SELECT INTERVAL '1-2' YEAR TO MONTH, (a, b) IN (SELECT 1, 2), x -> x + 1, TRIM(BOTH 'é' FROM a), a LIKE ALL ('x', 'y') -- ü\n/* c */ FROM VALUES (1, DEFAULT) AS v(a) LATERAL VIEW explode(b) t AS c",
    "SELECT * FROM t TABLESAMPLE (10 PERCENT) PIVOT (sum(a) FOR b IN (1, 2)) UNPIVOT (v FOR n IN (a, b)) ORDER BY 1 NULLS LAST LIMIT 3 OFFSET 4",
];

#[test]
fn no_mutation_of_a_query_makes_the_parser_panic() {
    let pieces = [
        "(", ")", "'", "\"", "`", "/*", "*/", "--", "${", "}", "\\", ".", ",", " ", "SELECT", "FROM", "::", "é", "\0",
        ">", "1e", "IN", "OVER", "[",
    ];
    for text in mutations(CORPUS, &pieces) {
        let mut sources = SourceMap::default();
        let file = sources.add_file("a.sql", text.as_str());
        for range in split_statements(&text) {
            let (tokens, _) = lex(&mut sources, file, range, &NoVariables);
            assert!(tokens.iter().all(|token| text.is_char_boundary(token.span.end as usize)), "{text}");
        }
        if let Err(error) = query_result(&text) {
            assert!(!error.title.is_empty() && error.primary.is_some(), "{text}");
        }
    }
}

/// Queries as people write them, which only have to be read.
const EVERYDAY: &[&str] = &[
    "SELECT inline(x) AS (a, b), explode(m) AS (k, v), stack(2, 1, 'a', 2, 'b') AS (n, s) FROM t",
    "SELECT * FROM t1 LEFT JOIN t2 USING (a) JOIN (t3 JOIN t4 ON x) ON y LEFT ANTI JOIN t5 USING (id) WHERE z",
    "select map('a', 1)['a'], array(1, 2)[0], named_struct('a', 1).a, struct(*), count(distinct(a)) from t",
    "SELECT DISTINCT(a), b FROM (VALUES (1, 2)) AS t(a, b)",
    "SELECT * FROM ((SELECT 1) a JOIN (SELECT 2) b), (t), ((u)) AS w, ((SELECT 1)) v",
    "SELECT ((SELECT 1)) + 1, ((a)), (SELECT 1) AS x, a IN ((SELECT 1)), exists((SELECT 1))",
    "SELECT t.order, t.from, a.select, end, left, right FROM t",
    "SELECT CASE WHEN x THEN 1 END end_of_case, IF(a > 1, 'x', 'y') FROM t",
    "SELECT window.start, window.end, count(*) c FROM t GROUP BY window(ts, '10 minutes')",
    "SELECT _metadata.file_path AS source, current_timestamp() AS at, * FROM STREAM read_files('/x', format => 'csv', header => true)",
    "SELECT * FROM cloud_files(\"/data\", \"json\", map(\"cloudFiles.inferColumnTypes\", \"true\"))",
    "SELECT id::bigint, payload:customer.id::string AS cid, payload:items[0]:sku FROM STREAM(LIVE.raw) AS r LEFT JOIN u ON r.id = u.id",
    "SELECT a FROM t1 UNION SELECT b FROM t2 ORDER BY 1 LIMIT :n OFFSET ?",
    "SELECT date_sub(current_date, 1), current_date - INTERVAL 7 DAYS, DATE'2020-01-01' + INTERVAL 1 DAY AS x WHERE true",
    "SELECT a, count(*) FILTER (WHERE x) AS c FROM t GROUP BY a WITH ROLLUP HAVING grouping(a) = 1 ORDER BY count(*) DESC",
    "SELECT filter(xs, x -> x IS NOT NULL), map_filter(m, (k, v) -> v > 1), forall(xs, x -> x.a = 1) FROM t",
    "SELECT * FROM range(1, 10, 1, 2) AS r(id), LATERAL explode(array(id)) AS e(x)",
    "SELECT sum(x) OVER (PARTITION BY (a, b) ORDER BY c ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) s, rank() OVER w FROM t WINDOW w AS (PARTITION BY a)",
    "SELECT * EXCEPT (_rescued_data), a.* EXCEPT (b) FROM a WHERE (a, b) NOT IN (SELECT 1, 2) AND c LIKE 'x/%' ESCAPE '/'",
    "WITH a AS (SELECT 1), b AS (WITH c AS (SELECT 2) SELECT * FROM c) SELECT * FROM a CROSS JOIN b MINUS SELECT 3, 4",
    "SELECT row_number() OVER (PARTITION BY id ORDER BY ts DESC) AS rn FROM STREAM t QUALIFY rn = 1",
    "SELECT date, year, month, day, hour, timestamp, value, key, name, type, status, comment, data, source, target, location FROM t",
    "SELECT t.a AS key, t.b value, c AS `select` FROM db.`my-table` t WHERE NOT (a = 1) AND NOT EXISTS (SELECT 1 FROM u WHERE u.x = t.x)",
    "SELECT try_cast(a AS DOUBLE) IS NULL, b IS NOT NULL AS flag, c <=> d, -e, - 1.5 FROM t",
];

#[test]
fn everyday_queries_are_read() {
    for text in EVERYDAY {
        if let Err(error) = query_result(text) {
            panic!("{}: {text}", error.title);
        }
    }
}
