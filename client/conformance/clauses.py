"""Queries by the clauses that they put together. Each function takes the generator and gives a query.

Where rows are cut or counted by order, a key decides the order.
"""

import re

import shapes

DIRECTIONS = ["", " ASC", " DESC", " NULLS LAST", " DESC NULLS FIRST"]
BOUNDS = ["UNBOUNDED PRECEDING", "2 PRECEDING", "1 PRECEDING", "CURRENT ROW", "1 FOLLOWING", "2 FOLLOWING", "UNBOUNDED FOLLOWING"]


def lines(text):
    """The lines of a table."""
    return [line for line in text.splitlines() if line]


def is_alone(text):
    """Whether an expression gives rows, so that others cannot stand beside it."""
    return bool(re.search(r"\b(explode|stack|inline|json_tuple)", text))


def aggregate(g, depth=0):
    """An aggregate that does not depend on the order of rows."""
    return g.filled(g.random.choice(lines(shapes.AGGREGATES)), depth)


def key(g, depth=0):
    """An expression to group or sort by: none that a position could be."""
    while True:
        text = g.expression(g.kind("ordered"), depth)
        if re.match(r"[a-z(]", text) and not text.startswith(("true", "false")):
            return text


def frame(g):
    """A frame of rows or of values whose start is not after its end."""
    first, last = sorted(g.random.sample(range(len(BOUNDS)), 2))
    if BOUNDS[first] == BOUNDS[-1]:
        return ""
    return f" {g.random.choice(['ROWS', 'ROWS', 'RANGE'])} BETWEEN {BOUNDS[first]} AND {BOUNDS[last]}"


def expressions(g):
    """One expression, over a table or over nothing."""
    text = g.filled(g.random.choice(lines(shapes.EXPRESSIONS)), 0)
    alias = g.random.choice(["", "", "", " AS x"]) if not is_alone(text) else ""
    return f"SELECT {text}{alias} FROM {g.table}" if g.columns else f"SELECT {text}{alias}"


def constants(g):
    """An expression of constants."""
    g.columns = []
    return expressions(g)


def of_columns(g):
    """An expression over a table."""
    g.table = g.random.choice(["t", "t", "t", "c"])
    g.of(g.table, prefix=False)
    return expressions(g)


def aggregates(g):
    """Aggregates of all kinds, with and without keys."""
    g.of("t", prefix=False)
    calls = ", ".join(aggregate(g) for _ in range(g.random.choice([1, 1, 2])))
    form = g.random.choice(["", "", " GROUP BY b", " GROUP BY {key}", " GROUP BY ALL", " GROUP BY 1", " GROUP BY k"])
    if not form:
        return f"SELECT {calls} FROM t"
    by = key(g)
    having = g.random.choice(["", "", f" HAVING {aggregate(g)} IS NOT NULL", " HAVING count(*) > 1", " HAVING max(id) > 3"])
    alias = " AS k" if form.endswith(" k") else ""
    first = "b" if form.endswith(" b") else by + alias
    return f"SELECT {first}, {calls} FROM t{form.format(key=by)}{having}"


def grouping_sets(g):
    """Several groupings at once."""
    name, one, two = g.random.choice([("t", "b", "ti"), ("u", "g", "dt"), ("u", "id", "g"), ("t", "year(dt)", "b")])
    g.of(name, prefix=False)
    form = g.random.choice([
        "GROUPING SETS (({0}, {1}), ({0}), ())", "GROUPING SETS ({0}, {1})", "ROLLUP ({0}, {1})", "CUBE ({0}, {1})", "{0}, ROLLUP ({1})",
        "{0}, {1} WITH ROLLUP", "{0}, {1} WITH CUBE", "GROUPING SETS (ROLLUP ({0}, {1}), ({1}))", "ROLLUP (({0}, {1}))", "CUBE ({0}), CUBE ({1})",
    ])
    marks = g.random.choice(["grouping_id()", "grouping_id({0}, {1})", "grouping({0})", "grouping({1}) + 1", "count(*)", "CASE WHEN grouping({0}) = 1 THEN 'all' END"])
    having = g.random.choice(["", "", " HAVING grouping_id() < 3", " HAVING count(*) > 1"])
    return f"SELECT {one}, {two}, {marks.format(one, two)}, {aggregate(g)} FROM {name} GROUP BY {form.format(one, two)}{having}"


def pivoted(g):
    """Values of a column as columns."""
    aggregate_of = g.random.choice(["sum(v)", "max(v) AS m", "count(*)", "sum(v), avg(w)", "sum(v) AS s, count(w) AS c", "min(n)", "sum(v * 2) + 1", "first(g)"])
    source, on = g.random.choice([
        ("g, v, w, n", "g IN ('a', 'b')"), ("g, v, w, n", "g IN ('a' AS first, 'c' AS other, 'zz')"), ("g, id, v, w, n", "g IN ('a')"),
        ("id, g, v, w, n", "(id, g) IN ((1, 'a') AS one, (2, 'a'))"), ("dt, id, g, v, w, n", "id IN (1, 2, NULL)"), ("g, v, w, n", "n IN (1.00, 2.5)"),
        ("g, year(dt) AS y, v, w, n", "y IN (2024, 1999)"),
    ])
    return f"SELECT * FROM (SELECT {source} FROM u) PIVOT ({aggregate_of} FOR {on})"


def unpivoted(g):
    """Columns as rows."""
    listed = g.random.choice([
        "(w FOR k IN (i, l))", "(w FOR k IN (i AS a, d AS b))", "(w FOR k IN (ti, si, n))", "((p, q) FOR k IN ((i, s), (l, s)))", "(w FOR k IN (f, d, nn))",
        "((p, q) FOR k IN ((i, l) AS x, (ti, si) AS y))", "(w FOR k IN (s, i))", "(w FOR k IN (dt, ts))",
    ])
    nulls = g.random.choice(["", " INCLUDE NULLS", " EXCLUDE NULLS"])
    return f"SELECT * FROM (SELECT id, ti, si, i, l, f, d, n, nn, s, dt, ts FROM t) UNPIVOT{nulls} {listed}"


def lateral_views(g):
    """Rows of what a column holds."""
    view = g.random.choice([
        "explode(a) v AS e", "explode(sa) v AS e", "posexplode(a) v AS p, e", "explode(m) v AS k, e", "explode(array(id, i)) v AS e", "inline(array(r)) v AS e, y",
        "stack(2, id, s, i, s) v AS e, w", "explode(split(s, ' ')) v AS e", "json_tuple(to_json(r), 'x', 'y') v AS e, y", "explode(sequence(1, id)) v AS e",
    ])
    more = g.random.choice(["", "", " LATERAL VIEW explode(array(1, 2)) z AS zz", " LATERAL VIEW OUTER explode(sa) z AS zz"])
    listed = g.random.choice(["id, e", "*", "v.*", "v.e, count(*)", "id, upper(CAST(e AS STRING)) AS w", "id, e, e = id"])
    if listed == "*":
        listed = "id, v.*"
    end = " GROUP BY v.e" if "count" in listed else g.random.choice(["", " WHERE e IS NOT NULL", " WHERE id > 2"])
    return f"SELECT {listed} FROM t LATERAL VIEW {g.random.choice(['', 'OUTER '])}{view}{more}{end}"


def generated_joins(g):
    """Table functions beside a table."""
    function = g.random.choice(["explode(t.a) AS x(e)", "explode(t.sa) AS x(e)", "posexplode(t.a) AS x(p, e)", "explode(array(t.id, t.i)) AS x(e)", "range(t.id) AS x(e)", "inline(array(t.r)) AS x(e, y)"])
    comma = g.random.choice([", LATERAL", " JOIN LATERAL", " LEFT JOIN LATERAL", " CROSS JOIN LATERAL"])
    side = g.random.choice([function, function, "(SELECT t.id + u.id AS e FROM u WHERE u.id <= t.id) x", "(SELECT max(u.v) AS e FROM u WHERE u.id = t.id) x"])
    on = " ON true" if "LEFT" in comma else ""
    return f"SELECT t.id, x.* FROM t{comma} {side}{on}"


def framed(g):
    """A window with a frame of its own."""
    g.of("t", prefix=False)
    call = g.random.choice([
        "sum({num})", "avg({num})", "min({atom})", "max({atom})", "count({any})", "first_value({any}) IGNORE NULLS", "last_value({any}) IGNORE NULLS", "first({atom})",
        "last_value({atom}, true)", "nth_value({any}, 2) IGNORE NULLS", "nth_value({any}, 3)", "collect_list({int})", "count(*)", "stddev({int})", "sum({int}) FILTER (WHERE {boolean})", "max_by({string}, id)",
    ])
    by = g.random.choice(["", "PARTITION BY b ", "PARTITION BY b, ti ", f"PARTITION BY {key(g)} "])
    chosen = frame(g)
    order = g.random.choice(["id", "id DESC", "ti NULLS LAST, id", "dt DESC, id"]) if " ROWS" in chosen or not chosen else g.random.choice(["id", "ti", "i DESC", "n", "l NULLS LAST", "d", "si", "dt"])
    named = g.random.random() < 0.15
    over = f"({by}ORDER BY {order}{chosen})"
    return f"SELECT id, {g.filled(call, 0)} OVER {'w' if named else over} FROM t{' WINDOW w AS ' + over if named else ''}"


def offsets(g):
    """LAG, LEAD and ranks."""
    g.of("t", prefix=False)
    call = g.random.choice([
        "lag({any})", "lag({any}, 2)", "lead({any}, -1)", "lead({int}, 1, {NUMBER})", "lag({string}, 1, 'none')", "lag({any}) IGNORE NULLS", "lead({any}, 1) RESPECT NULLS",
        "ntile(4)", "rank()", "dense_rank()", "percent_rank()", "cume_dist()", "row_number()", "lag({int}, 0)", "lag({int}, {POSITION})",
    ])
    by = g.random.choice(["", "PARTITION BY b ", f"PARTITION BY {key(g)} "])
    order = f"{key(g)}{g.random.choice(DIRECTIONS)}, id"
    outer = g.random.choice(["{}", "{}", "coalesce({}, NULL)", "{} IS NULL"])
    over = g.filled(call, 0) + f" OVER ({by}ORDER BY {order})"
    return f"SELECT id, {outer.format(over)} FROM t"


def ranked(g):
    """The first rows of each group."""
    g.of("t", prefix=False)
    order = f"{key(g)}{g.random.choice(DIRECTIONS)}, id"
    rank = g.random.choice(["row_number()", "rank()", "dense_rank()"])
    over = f"{rank} OVER (PARTITION BY {key(g)} ORDER BY {order})"
    return g.random.choice([
        f"SELECT id, r FROM (SELECT id, {over} AS r FROM t) WHERE r <= 2",
        f"SELECT id FROM t QUALIFY {over} = 1",
        f"SELECT id, {over} AS r FROM t QUALIFY r < 3",
        f"WITH x AS (SELECT *, {over} AS r FROM t) SELECT id, s, r FROM x WHERE r = 1",
        f"SELECT b, max(id) AS m FROM t GROUP BY b QUALIFY rank() OVER (ORDER BY max(id)) = 1",
    ])


def sorted_rows(g):
    """Sorted rows, some of them cut."""
    g.of("t", prefix=False)
    order = f"{key(g, 1)}{g.random.choice(DIRECTIONS)}"
    end = g.random.choice(["", " LIMIT 3", " LIMIT 3 OFFSET 2", " OFFSET 5", " LIMIT 0", " LIMIT ALL", " LIMIT 1 + 1"])
    return g.random.choice([
        f"SELECT id, {g.top(1)} AS y FROM t ORDER BY {order}, id{end}" if g.random.random() < 0 else f"SELECT id, {key(g)} AS y FROM t ORDER BY {order}, id{end}",
        f"SELECT id, {key(g)} AS y FROM t ORDER BY y{g.random.choice(DIRECTIONS)}, id{end}",
        f"SELECT {key(g)}, id FROM t ORDER BY 1{g.random.choice(DIRECTIONS)}, 2 DESC{end}",
        f"SELECT b, count(*) FROM t GROUP BY b ORDER BY {g.random.choice(['count(*)', 'max(id)', 'sum(i)'])} DESC, b{end}",
        f"SELECT DISTINCT b FROM t ORDER BY b{g.random.choice(DIRECTIONS)}{end}",
        f"SELECT id FROM t ORDER BY ALL{end}",
        f"SELECT id AS z, s FROM t WHERE {g.condition(1)} ORDER BY {order}, t.id{end}",
    ])


def inline_tables(g):
    """VALUES whose rows meet in common types."""
    g.columns = []
    rows = ", ".join(f"({g.leaf('VALUE')}, {g.leaf('NUMBER')})" for _ in range(g.random.choice([1, 2, 3])))
    return g.random.choice([
        f"SELECT * FROM VALUES {rows}", f"SELECT a, typeof(a), b + 1 FROM VALUES {rows} AS v(a, b)", f"VALUES {rows}", f"SELECT max(b), count(a) FROM (VALUES {rows}) v(a, b)",
    ])


def widened(g):
    """A set operation between types."""
    g.of("t", prefix=False)
    operation = g.random.choice(["UNION ALL", "UNION", "INTERSECT", "EXCEPT", "MINUS", "INTERSECT ALL", "EXCEPT ALL", "UNION DISTINCT"])
    one, two, three = (g.random.choice([g.leaf("VALUE"), g.leaf("NUMBER"), g.leaf("DECIMAL")]) for _ in range(3))
    column = g.leaf(g.kind("any"))
    return g.random.choice([
        f"SELECT {one} {operation} SELECT {two}",
        f"SELECT {one} AS a {operation} SELECT {two} AS b {g.random.choice(['UNION ALL', 'EXCEPT'])} SELECT {three}",
        f"SELECT {column} FROM t {operation} SELECT {two}",
        f"SELECT {one} UNION ALL (SELECT {two} {operation} SELECT {three})",
        f"SELECT a, typeof(a) FROM (SELECT {one} AS a {operation} SELECT {two})",
        f"SELECT {one} AS a {operation} SELECT {two} ORDER BY a",
    ])


def equal_names(g):
    """Joins by names, and stars."""
    kind = g.random.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL OUTER JOIN", "LEFT SEMI JOIN", "LEFT ANTI JOIN"])
    using = g.random.choice(["USING (id)", "USING (id, dt)", "USING (dt)"])
    listed = g.random.choice(["*", "id, dt", "id", "count(*)", "count(id), max(dt)", "* EXCEPT (h, a, sa, m, r)", "t.id, t.dt"])
    if g.random.random() < 0.3:
        return f"SELECT {listed.replace('t.', 't.')} FROM t NATURAL {kind.replace('LEFT SEMI', 'LEFT').replace('LEFT ANTI', 'INNER')} u"
    return f"SELECT {listed} FROM t {kind} u {using}"


def stars(g):
    """Stars with exceptions, of structs and of several tables."""
    return g.random.choice([
        "SELECT * EXCEPT (h, a) FROM t", "SELECT r.* FROM t", "SELECT t.*, u.v FROM t JOIN u ON t.id = u.id", "SELECT struct(*) FROM u", "SELECT count(*), count(u.*) FROM u",
        "SELECT * EXCEPT (r.y) FROM t", "SELECT u.* EXCEPT (id) FROM u", "SELECT array(id, v, w) FROM u", "SELECT to_json(struct(*)) FROM u", "SELECT coalesce(*) FROM (SELECT id, v FROM u)",
        "SELECT hash(*) FROM u", "SELECT concat_ws('-', *) FROM u", "SELECT DISTINCT * FROM u", "SELECT u.id, * FROM u", "SELECT greatest(*) FROM (SELECT id, v, w FROM u)",
    ])


def correlated(g):
    """Subqueries that look outside."""
    g.of("t", "u")
    condition = g.condition(1)
    g.of("t")
    outer, value = g.condition(1), g.leaf("int")
    aggregate_of = g.random.choice(["max(u.v)", "count(*)", "sum(u.v + t.id)", "avg(u.w)", "count(DISTINCT u.g)", "min(u.g)", "sum(u.n)", "max(u.v) + t.id", "coalesce(sum(u.v), 0)"])
    return g.random.choice([
        f"SELECT t.id, (SELECT {aggregate_of} FROM u WHERE u.id = t.id AND {condition}) AS q FROM t",
        f"SELECT t.id, (SELECT {aggregate_of} FROM u WHERE u.id < t.id) FROM t WHERE {outer}",
        f"SELECT t.id FROM t WHERE t.l > (SELECT {aggregate_of} FROM u WHERE u.id = t.id)",
        f"SELECT t.id FROM t WHERE t.id IN (SELECT u.id FROM u WHERE {condition})",
        f"SELECT t.id FROM t WHERE t.id NOT IN (SELECT u.id FROM u WHERE {condition})",
        f"SELECT t.id FROM t WHERE {outer} OR EXISTS (SELECT 1 FROM u WHERE u.id = t.id)",
        f"SELECT t.id FROM t WHERE NOT EXISTS (SELECT * FROM u WHERE u.id = t.id AND {condition})",
        f"SELECT t.id, {value} IN (SELECT id FROM u) AS q FROM t",
        f"SELECT t.id, CASE WHEN EXISTS (SELECT 1 FROM u WHERE u.dt = t.dt) THEN 'yes' ELSE 'no' END FROM t",
        f"SELECT g, sum(v) FROM u GROUP BY g HAVING sum(v) > (SELECT avg(v) FROM u)",
        f"SELECT t.b, count(*) FROM t WHERE (t.id, t.dt) IN (SELECT id, dt FROM u) GROUP BY t.b",
        f"SELECT t.id FROM t ORDER BY (SELECT max(v) FROM u WHERE u.id = t.id) DESC NULLS LAST, t.id",
        f"SELECT t.id FROM t JOIN u ON t.id = u.id AND u.v > (SELECT min(v) FROM u) WHERE {outer}",
        f"SELECT (SELECT count(*) FROM u WHERE u.g = t.s), count(*) FROM t GROUP BY t.s",
        f"SELECT t.id, (SELECT u.v FROM u WHERE u.id = t.id ORDER BY u.v LIMIT 1) FROM t",
        f"SELECT t.id FROM t WHERE t.n IN (SELECT n FROM u)",
        f"SELECT t.id FROM t WHERE t.i <=> (SELECT v FROM u WHERE u.id = 2)",
    ])


def named_queries(g):
    """CTEs within CTEs, in set operations, recursive."""
    g.of("t", prefix=False)
    condition, first, second = g.condition(1), g.leaf("int"), g.leaf("string")
    return g.random.choice([
        f"WITH a AS (SELECT id, {first} AS x FROM t WHERE {condition}), b AS (SELECT x, count(*) AS n FROM a GROUP BY x) SELECT a.id, b.n FROM a JOIN b ON a.x <=> b.x",
        f"WITH a(p, q) AS (SELECT id, {second} FROM t) SELECT q, max(p) FROM a GROUP BY q",
        f"WITH a AS (WITH b AS (SELECT {first} AS x FROM t) SELECT x + 1 AS y FROM b) SELECT sum(y) FROM a",
        f"WITH a AS (SELECT id FROM t WHERE {condition}) SELECT id FROM a UNION ALL SELECT id FROM a",
        f"WITH a AS (SELECT 1 AS id), t AS (SELECT id FROM a) SELECT * FROM t",
        f"WITH RECURSIVE r(n, x) AS (SELECT 1, CAST({g.random.choice(['1', '2.5', 'NULL', '0L'])} AS BIGINT) UNION ALL SELECT n + 1, x * 2 FROM r WHERE n < 5) SELECT * FROM r",
        f"SELECT * FROM (WITH a AS (SELECT {first} AS x, id FROM t) SELECT id, x FROM a WHERE x IS NOT NULL) WHERE id > 2",
        f"WITH a AS (SELECT *, row_number() OVER (PARTITION BY b ORDER BY id) AS rn FROM t) SELECT b, max(rn) FROM a GROUP BY b",
    ])


def piped(g):
    """Queries that are written from front to back."""
    g.of("t", prefix=False)
    steps = [
        f"WHERE {g.condition(1)}", f"SELECT id, {g.leaf('int')} AS k, s", f"EXTEND {g.leaf('string')} AS z", "SET s = upper(s)", "DROP s", "ORDER BY id", "LIMIT 3",
        "AGGREGATE count(*) AS c, max(id) AS id", "AS q", "UNION ALL SELECT id, id, 'x' FROM u", "AGGREGATE sum(id) AS s GROUP BY id % 2 AS id",
    ]
    chosen = [f"SELECT id, i, s", *g.random.sample(steps, 2)]
    if "LIMIT 3" in chosen:
        chosen.insert(chosen.index("LIMIT 3"), "ORDER BY id")
    elif "ORDER BY id" in chosen:
        chosen.sort(key=lambda step: step == "ORDER BY id")
    return "FROM t |> " + " |> ".join(chosen)


def nested_access(g):
    """Parts of nested values."""
    access = g.random.choice([
        "p.x", "p[0].y", "p[0]", "q['a'][0]", "q['a']", "rr.p.q", "rr.z[1]", "rr.p", "rr.z", "aa[0][1]", "flatten(aa)", "mi[1]", "element_at(mi, 2)", "transform(p, e -> e.x + 1)",
        "filter(p, e -> e.y IS NOT NULL)", "exists(p, e -> e.x = 1)", "aggregate(p, 0, (s, e) -> s + coalesce(e.x, 0))", "transform(aa, e -> size(e))", "transform_values(q, (k, v) -> v[0])",
        "map_keys(q)", "map_values(mi)", "map_entries(mi)", "size(q)", "array_max(dd)", "sort_array(dd)", "array_distinct(dd)", "array_contains(dd, 1)", "array_position(dd, 'NaN')", "to_json(rr)",
        "to_json(p)", "to_json(q)", "explode(p)", "inline(p)", "explode(q)", "posexplode(aa)", "CAST(rr AS STRING)", "CAST(p AS STRING)", "CAST(q AS STRING)", "rr = rr", "p = p", "p < p", "max(rr)", "min(p)",
        "max(aa)", "count(DISTINCT rr)", "kk + k", "kk * k", "k / 3", "avg(kk)", "sum(kk)", "sum(k)", "rr.p.r || 'x'", "arrays_zip(aa, dd)", "get_json_object(j, '$.a')", "from_json(j, 'a INT')", "schema_of_json('[1]')",
        "array_sort(p)", "array_min(aa)", "concat(aa, aa)", "reverse(p)", "slice(p, 1, 1)", "array_join(transform(dd, e -> CAST(e AS STRING)), ';')", "map_filter(mi, (k, v) -> k > 1)", "struct(rr.p.*)", "rr.*",
        "coalesce(p, array())", "if(id = 1, aa, array())", "named_struct('a', p, 'b', q)", "hash(rr)", "hash(p, dd)", "xxhash64(mi)", "typeof(p)", "typeof(rr)", "da[0] + 1", "array_max(da)", "array_repeat(rr, 2)", "rr['p']", "p.y[0]", "zip_with(dd, aa, (x, y) -> x + y[0])",
    ])
    grouped = g.random.random() < 0.1 and re.match(r"(p|q|rr|aa|dd|k)\b[^=<]*$", access)
    return f"SELECT {access}, count(*) FROM c GROUP BY {access}" if grouped else f"SELECT {access} FROM c"


FORMS = {
    constants: 30, of_columns: 30, aggregates: 12, grouping_sets: 3, pivoted: 2, unpivoted: 2, lateral_views: 4, generated_joins: 2, framed: 6, offsets: 4, ranked: 3,
    sorted_rows: 5, inline_tables: 4, widened: 6, equal_names: 3, stars: 1, correlated: 6, named_queries: 4, piped: 2, nested_access: 6,
}
