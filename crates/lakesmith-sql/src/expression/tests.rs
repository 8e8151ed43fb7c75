//! Expressions in their short form: what binds how, what becomes which function, where faults are shown.

use crate::testing::{expression, fault, query_result};

/// Each text and the short form it must have.
fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(text, wanted)| (text, wanted, expression(text)))
        .filter(|(_, wanted, found)| found != *wanted)
        .map(|(text, wanted, found)| format!("{text}\n  wanted {wanted}\n  found  {found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn operators_bind_as_in_spark() {
    check(&[
        ("a or b and not c", "(or a (and b (not c)))"),
        ("not a = b", "(not (== a b))"),
        ("not a and b", "(and (not a) b)"),
        ("!a and b", "(and (not a) b)"),
        ("a and b and c", "(and (and a b) c)"),
        ("a or b or c or d", "(or (or a b) (or c d))"),
        ("1 + 2 * 3 - 4", "(- (+ 1 (* 2 3)) 4)"),
        ("a - b - c", "(- (- a b) c)"),
        ("a / b % c div d", "(div (% (/ a b) c) d)"),
        ("a || b || c", "(|| (|| a b) c)"),
        ("a || b + c", "(+ (|| a b) c)"),
        ("a & b | c ^ d", "(| (& a b) (^ c d))"),
        ("a << 1 + 2", "(<< a (+ 1 2))"),
        ("a >> 1 >>> 2", "(>>> (>> a 1) 2)"),
        ("a = b < c", "(< (== a b) c)"),
        ("a == b", "(== a b)"),
        ("a <=> null", "(<=> a null)"),
        ("a <> b", "(!= a b)"),
        ("a != b", "(!= a b)"),
        ("a >= 1 and b <= 2", "(and (>= a 1) (<= b 2))"),
        ("-a * b", "(* (negative a) b)"),
        ("- -1", "(negative -1)"),
        ("+a", "(positive a)"),
        ("~a & b", "(& (~ a) b)"),
        ("(a + b) * c", "(* (+ a b) c)"),
        ("-a::int", "(negative (cast-Session a INT))"),
    ]);
}

#[test]
fn predicates_become_functions() {
    check(&[
        ("a between 1 and 2 and b", "(and (between a 1 2) b)"),
        ("a not between 1 + 1 and 2", "(not (between a (+ 1 1) 2))"),
        ("a in (1, 2)", "(in a 1 2)"),
        ("a not in ('x')", "(not (in a 'x'))"),
        ("a in (select b from t)", "(a in (select [b] t))"),
        ("(a, b) in (select c, d from t)", "(a b in (select [c d] t))"),
        ("(a, b) in ((1, 2), (3, 4))", "(in (struct a b) (struct 1 2) (struct 3 4))"),
        ("a like 'x%'", "(like a 'x%')"),
        ("a not ilike 'x' escape '!'", "(not (ilike a 'x' '!'))"),
        ("a rlike 'x' or a regexp 'y'", "(or (rlike a 'x') (rlike a 'y'))"),
        ("a like any ('x', 'y')", "(likeany a 'x' 'y')"),
        ("a like some ('x')", "(likeany a 'x')"),
        ("a not like all ('x', 'y')", "(notlikeall a 'x' 'y')"),
        ("a ilike all ('x')", "(ilikeall a 'x')"),
        ("a is null", "(isnull a)"),
        ("a is !null", "(isnotnull a)"),
        ("a !in (1)", "(not (in a 1))"),
        ("a is not null and b is true", "(and (isnotnull a) (istrue b))"),
        ("a is not false", "(not (isfalse a))"),
        ("a is unknown", "(isunknown a)"),
        ("a is not unknown", "(isnotunknown a)"),
        ("a is distinct from b", "(isdistinctfrom a b)"),
        ("a is not distinct from b", "(<=> a b)"),
        ("exists (select 1)", "(exists (select [1] one))"),
        ("exists ((select 1))", "(exists (select [1] one))"),
        ("not exists (select 1 from t)", "(not (exists (select [1] t)))"),
        ("exists(xs, x -> x > 1)", "(exists xs (\\x (> x 1)))"),
    ]);
}

#[test]
fn constants_have_the_type_they_are_written_with() {
    check(&[
        ("1", "1"),
        ("-1", "-1"),
        ("-2147483648", "-2147483648"),
        ("2147483648", "2147483648L"),
        ("1L", "1L"),
        ("2S", "2S"),
        ("3y", "3Y"),
        ("-128Y", "-128Y"),
        ("1.5", "15e-1(2,1)"),
        (".05", "5e-2(2,2)"),
        ("1.", "1e-0(1,0)"),
        ("-1.50", "-150e-2(3,2)"),
        ("1.5BD", "15e-1(2,1)"),
        ("1e3", "1000D"),
        ("1.5e-1", "0.15D"),
        ("1.5D", "1.5D"),
        ("1.5f", "1.5F"),
        ("99999999999999999999", "99999999999999999999e-0(20,0)"),
        ("'a' 'b'", "'ab'"),
        ("'it''s'", "'it's'"),
        (r"'it\'s \n \u00e9 \%'", "'it's \n é \\%'"),
        (r"'\U0001F600 \101'", "'😀 A'"),
        (r"r'\n'", r"'\n'"),
        ("\"a 'b'\"", "'a 'b''"),
        ("X'1Fa'", "X[01, FA]"),
        ("null", "null"),
        ("TRUE", "true"),
        ("date '2024-01-01'", "DATE'2024-01-01'"),
        ("timestamp_ntz'2024-01-01 00:00:00'", "TIMESTAMP_NTZ'2024-01-01 00:00:00'"),
        ("1Y + 300S", "(+ 1Y 300S)"),
        ("300Y", "the number `300Y` does not fit its type"),
    ]);
}

#[test]
fn intervals_are_of_months_or_of_microseconds() {
    check(&[
        ("interval 1 day", "86400000000us[DAY-DAY]"),
        ("interval '1' day", "86400000000us[DAY-DAY]"),
        ("interval '1 hour'", "3600000000us[HOUR-HOUR]"),
        ("interval 1 day 2 hours", "93600000000us[DAY-HOUR]"),
        ("interval '1 day 2 hours'", "93600000000us[DAY-HOUR]"),
        ("interval -3 days", "-259200000000us[DAY-DAY]"),
        ("interval 1 week", "604800000000us[DAY-DAY]"),
        ("interval '1.5' seconds", "1500000us[SECOND-SECOND]"),
        ("interval 2500 nanoseconds", "an interval literal does not add up to months or to days and shorter units"),
        ("interval 10 milliseconds", "10000us[SECOND-SECOND]"),
        ("interval 1 year 2 months", "14months[YEAR-MONTH]"),
        ("interval '1-2' year to month", "14months[YEAR-MONTH]"),
        ("interval -'1-2' year to month", "-14months[YEAR-MONTH]"),
        ("interval '1 02:03:04.5' day to second", "93784500000us[DAY-SECOND]"),
        ("interval '2:3' hour to minute", "7380000000us[HOUR-MINUTE]"),
        ("ts - interval 1 day + x", "(+ (- ts 86400000000us[DAY-DAY]) x)"),
        ("interval 1 day + 2", "(+ 86400000000us[DAY-DAY] 2)"),
        ("interval + 1", "(+ interval 1)"),
        ("interval 1 month 1 day", "an interval literal does not add up to months or to days and shorter units"),
    ]);
}

#[test]
fn words_are_columns_unless_the_place_says_otherwise() {
    check(&[
        ("value + timestamp", "(+ value timestamp)"),
        ("date", "date"),
        ("order.id", "order.id"),
        ("`my col`.x", "`my col`.x"),
        ("`a``b`", "`a``b`"),
        ("1st + 2024_01", "(+ `1st` `2024_01`)"),
        ("t.1st", "t.`1st`"),
        ("user", "user"),
        ("current_date", "(current_date)"),
        ("current_timestamp()", "(current_timestamp)"),
        ("first", "first"),
        ("struct.a", "struct.a"),
        ("interval", "interval"),
        ("filter", "filter"),
        ("default", "default"),
        ("map['k']", "map['k']"),
    ]);
}

#[test]
fn fields_subscripts_casts_and_paths_follow_any_value() {
    check(&[
        ("a.b.c", "a.b.c"),
        ("f(x).y.z", "(f x)['y']['z']"),
        ("a.b[0].c", "a.b[0]['c']"),
        ("a['k'][1]", "a['k'][1]"),
        ("(a).b", "a.b"),
        ("a::int::string", "(cast-Session (cast-Session a INT) STRING)"),
        ("a:b.c[0]['x']::int", "(cast-Session (json a b c 0 =x) INT)"),
        ("t.raw:owner", "(json t.raw owner)"),
        ("a:`B c`.d[*]", "(json a =B c d *)"),
        ("a:['x']", "(json a =x)"),
        ("cast(a as decimal(10, 2))", "(cast-Session a DECIMAL(10,2))"),
        ("try_cast(a as array<array<int>>)", "(cast-Try a ARRAY<ARRAY<INT>>)"),
        ("a collate utf8_lcase = b", "(== (collate a 'utf8_lcase') b)"),
        ("ts at time zone 'UTC'", "(at_time_zone ts 'UTC')"),
    ]);
}

#[test]
fn functions_take_everything_that_may_stand_around_their_arguments() {
    check(&[
        ("f()", "(f)"),
        ("cat.db.f(a, b + 1)", "(cat.db.f a (+ b 1))"),
        ("count(*)", "(count *)"),
        ("count(t.*)", "(count t.*)"),
        ("count(distinct a, b)", "(count DISTINCT a b)"),
        ("sum(all a)", "(sum a)"),
        ("f(distinct)", "(f distinct)"),
        ("sum(a) filter (where b > 1)", "(sum a FILTER (> b 1))"),
        ("percentile_cont(0.5) within group (order by a desc)", "(percentile_cont 5e-1(1,1) WITHIN a:desc)"),
        ("first(a ignore nulls)", "(first a IGNORE-NULLS)"),
        ("last(a) respect nulls", "(last a RESPECT-NULLS)"),
        ("lag(a, 1) ignore nulls over w", "(lag a 1 IGNORE-NULLS) over [w]"),
        (
            "row_number() over (partition by a, b order by c desc nulls last)",
            "(row_number) over [by a b; order c:desc nulls-last]",
        ),
        (
            "sum(a) over (order by b rows between 1 preceding and current row)",
            "(sum a) over [order b:asc; Rows -1..current]",
        ),
        ("sum(a) over (w)", "(sum a) over [w]"),
        ("sum(a) over (range unbounded preceding)", "(sum a) over [Range unbounded..current]"),
        ("sum(a) over (rows between current row and unbounded following)", "(sum a) over [Rows current..unbounded]"),
        (
            "sum(a) over (order by b range between interval 1 day preceding and 2 following)",
            "(sum a) over [order b:asc; Range (negative 86400000000us[DAY-DAY])..2]",
        ),
        ("sum(a) over ()", "(sum a) over []"),
        ("f(a => 1, b => x)", "(f a=>1 b=>x)"),
        ("transform(xs, x -> x + 1)", "(transform xs (\\x (+ x 1)))"),
        ("aggregate(xs, 0, (acc, x) -> acc + x)", "(aggregate xs 0 (\\acc x (+ acc x)))"),
        ("struct(a as x, b)", "(struct a@x b)"),
        ("(a, b)", "(struct a b)"),
        ("left(a, 1)", "(left a 1)"),
        ("if(a, b, c)", "(if a b c)"),
        ("identifier('f')(1)", "(f 1)"),
        ("identifier('a')", "a"),
    ]);
}

#[test]
fn functions_with_a_notation_of_their_own_become_plain_calls() {
    check(&[
        ("extract(year from ts)", "(extract 'year' ts)"),
        ("substring(a from 2 for 3)", "(substring a 2 3)"),
        ("substring(a from 2)", "(substring a 2)"),
        ("substring(a, 2, 3)", "(substring a 2 3)"),
        ("position('x' in a)", "(locate 'x' a)"),
        ("position('x', a)", "(position 'x' a)"),
        ("trim(a)", "(trim a)"),
        ("trim(both 'x' from a)", "(trim 'x' a)"),
        ("trim(leading from a)", "(ltrim a)"),
        ("trim(trailing 'x' from a)", "(rtrim 'x' a)"),
        ("trim('x' from a)", "(trim 'x' a)"),
        ("overlay(a placing 'x' from 1 for 2)", "(overlay a 'x' 1 2)"),
        ("timestampadd(day, 1, ts)", "(timestampadd 'DAY' 1 ts)"),
        ("datediff(hour, a, b)", "(timestampdiff 'HOUR' a b)"),
        ("datediff(a, b)", "(datediff a b)"),
        ("date_add(day, 1)", "(timestampadd 'DAY' 1)"),
        ("case when a then 1 when b then 2 else 3 end", "(when a 1 b 2 3)"),
        ("case a when 1 then 'x' end", "(when (== a 1) 'x')"),
    ]);
}

#[test]
fn parameters_and_subqueries_are_values() {
    check(&[
        (":id + ?", "(+ :id ?0)"),
        ("? + ?", "(+ ?0 ?1)"),
        ("(select max(a) from t) + 1", "(+ (scalar (select [(max a)] t)) 1)"),
        ("((select 1) + (select 2))", "(+ (scalar (select [1] one)) (scalar (select [2] one)))"),
        ("((select 1) union (select 2))", "(scalar (Union (select [1] one) (select [2] one)))"),
        ("a /* x /* y */ z */ + -- c\n b", "(+ a b)"),
    ]);
}

#[test]
fn a_fault_names_what_was_expected_and_stands_at_the_word() {
    let (title, under, _) = fault("SELECT CASE a THEN 1 END");
    assert_eq!((title.as_str(), under.as_str()), ("syntax error: expected `WHEN`, found `THEN`", "THEN"));
    let (title, under, _) = fault("SELECT f(a b) FROM t");
    assert_eq!((title.as_str(), under.as_str()), ("syntax error: expected an operator, `,` or `)`, found `b`", "b"));
    let (title, _, _) = fault("SELECT 1 +");
    assert_eq!(title, "syntax error: expected an expression, found the end of the statement");
    let (title, under, help) = fault("SELECT CAST(a AS STRNG)");
    assert_eq!((title.as_str(), under.as_str()), ("there is no data type `STRNG`", "STRNG"));
    assert_eq!(help, "did you mean `STRING`?");
}

#[test]
fn unclosed_text_is_shown_where_it_begins() {
    let (title, under, _) = fault("SELECT 'abc");
    assert_eq!((title.as_str(), under.as_str()), ("a string that begins with `'` is not closed", "'"));
    let (title, under, _) = fault("SELECT 1 /* abc");
    assert_eq!((title.as_str(), under.as_str()), ("a comment that begins with `/*` is not closed", "/*"));
    let (title, under, _) = fault("SELECT `abc");
    assert_eq!((title.as_str(), under.as_str()), ("a name that begins with a back-quote is not closed", "`"));
}

#[test]
fn long_chains_and_lists_are_read_without_recursion() {
    let sum = vec!["1"; 5_000].join(" + ");
    assert!(query_result(&format!("SELECT {sum}")).is_ok());
    let longer = vec!["1"; 20_000].join(" + ");
    assert!(expression(&longer).contains("more than 5000 terms"));
    let either = vec!["a = 1"; 100_000].join(" OR ");
    assert!(expression(&either).starts_with("(or (or"));
    let union = vec!["SELECT 1"; 1_000].join(" UNION ALL ");
    assert!(query_result(&union).is_ok());
    assert!(query_result(&format!("{union} UNION ALL {union}")).is_err());
    let list = format!("a in ({})", vec!["1"; 100_000].join(", "));
    assert!(expression(&list).starts_with("(in a 1 1"));
}

#[test]
fn deep_nesting_is_refused_and_ordinary_nesting_is_not() {
    for (open, close) in [
        ("(", ")"),
        ("f(", ")"),
        ("-(", ")"),
        ("not (", ")"),
        ("a[", "]"),
        ("case when (", ") then 1 end"),
        ("(select ", ")"),
        ("1 + 2 * (", ")"),
    ] {
        let deep = |levels| format!("{}1{}", open.repeat(levels), close.repeat(levels));
        assert!(!expression(&deep(30)).contains("syntax error"), "{open}");
        assert!(expression(&deep(5_000)).starts_with("syntax error: nested more than "), "{open}");
    }
    let types = format!("cast(a as {}int{})", "array<".repeat(5_000), ">".repeat(5_000));
    assert!(expression(&types).contains("nested more than"));
}

#[test]
fn copies_of_a_case_value_do_not_multiply() {
    let nested = format!("{}1{}", "case ".repeat(25), " when 1 then 2 when 3 then 4 when 5 then 6 end".repeat(25));
    assert!(expression(&nested).contains("too large for its number of branches"));
}

#[test]
fn a_blank_may_stand_inside_a_binary_literal_and_like_may_be_called() {
    for text in ["X '1F'", "x'f'", "like('Spark', '_park')", "rlike(a, 'b')"] {
        let mut sources = lakesmith_diagnostic::SourceMap::default();
        let source = sources.add_file("e", text);
        assert!(crate::parse_expression(&sources, source).is_ok(), "{text}");
    }
}
