"""Queries as trees: relations within relations, subqueries in every clause, expressions within expressions.

They read mostly the table `o` of ordinary values, so that what is deep seldom fails. Each relation has columns of known types under
its own name. `TYPED` has more expressions in the form of `signatures.py`, over types that only these queries have.
"""

TYPED = """
dts: {dts} + {dts}
dts: {dts} - {dts}
dts: -{dts}
dts: {dts} * {small}
dts: {dts} / {small}
dts: abs({dts})
dts: {timestamp} - {timestamp}
dts: make_dt_interval({small}, {small}, {small}, {decimal(10,2)})
dts: CAST({dtstext} AS INTERVAL DAY TO SECOND)
dts: CAST({dts} AS INTERVAL DAY TO SECOND)
dts: coalesce({dts}, {dts})
dts: greatest({dts}, {dts})
dts: try_add({dts}, {dts})
dts: try_subtract({dts}, {dts})
yms: {yms} + {yms}
yms: {yms} - {yms}
yms: {yms} * {small}
yms: {yms} / {small}
yms: make_ym_interval({small}, {small})
yms: if({boolean}, {yms}, {yms})
yms: least({yms}, {yms})
?: extract(DAY FROM {dts})
?: extract(SECOND FROM {dts})
?: extract(HOUR FROM {dts})
?: extract(MONTH FROM {yms})
?: CAST({dts} AS INTERVAL HOUR TO SECOND)
?: CAST({dts} AS INTERVAL DAY)
?: CAST({dts} AS BIGINT)
?: CAST({dts} AS DECIMAL(20,6))
?: CAST({yms} AS INT)
?: CAST({yms} AS INTERVAL YEAR)
?: CAST({small} AS INTERVAL HOUR)
?: CAST({small} AS INTERVAL MONTH)
?: signum({dts})
?: signum({yms})
?: {dts} / {dts}
?: try_divide({dts}, {small})
?: try_multiply({yms}, {small})
?: hash({dts}, {yms})
?: xxhash64({yms})
?: array({dts}, {dts})
?: to_json(named_struct('a', {dts}, 'b', {yms}))
?: struct({dts}, {yms})
?: typeof({date} - {date})
?: {date} - {date} + {dts}
?: date_trunc('DAY', {timestamp_ntz})
?: {timestamp_ntz} - {timestamp_ntz}
?: {timestamp_ntz} - {date}
string: CAST({dts} AS STRING)
string: CAST({yms} AS STRING)
boolean: {dts} < {dts}
boolean: {dts} = {dts}
boolean: {yms} >= {yms}
boolean: {yms} BETWEEN {yms} AND {yms}
timestamp: {timestamp} + {dts}
timestamp: {timestamp} - {dts}
timestamp: {timestamp} + {yms}
timestamp: {date} + {dts}
timestamp_ntz: {timestamp_ntz} + {dts}
timestamp_ntz: {timestamp_ntz} - {yms}
timestamp_ntz: CAST({date} AS TIMESTAMP_NTZ)
timestamp_ntz: date_trunc('MONTH', {timestamp_ntz})
timestamp_ntz: greatest({timestamp_ntz}, {timestamp_ntz})
timestamp_ntz: make_timestamp_ntz(2024, {month}, {month}, {month}, {small}, {month})
date: {date} + {yms}
date: {date} - {small}
date: {date} + {small}
date: make_date(2000 + {small}, {month}, {month})
date: element_at({array<date>}, 1)
date: greatest({date}, {date})
date: array_max({array<date>})
int: {small}
int: {month} * {small}
int: ({small} + {month})
int: length({string}) % 5
int: cardinality({map<int,string>})
int: size({array<double>})
int: {array<struct<x:int,y:string>>}[0].x
int: array_position({array<double>}, {double})
int: extract(MONTH FROM {timestamp_ntz})
int: date_diff({date}, {date})
int: array_size({array<date>})
int: aggregate({array<struct<x:int,y:string>>}, 0, (a, e) -> a + coalesce(e.x, 1))
int: map_keys({map<int,string>})[0]
int: regexp_count({string}, '[a-z]')
int: regexp_instr({string}, '[0-9]')
int: position({string} IN {string})
int: bit_count({bigint})
string: {map<int,string>}[{small}]
string: element_at({map<int,string>}, {small})
string: {array<struct<x:int,y:string>>}[0].y
string: array_join(transform({array<double>}, e -> CAST(e AS STRING)), ',')
string: to_json({map<int,string>})
string: to_json({array<struct<x:int,y:string>>})
string: to_csv({struct<x:int,y:string>})
string: CAST({array<double>} AS STRING)
string: CAST({array<struct<x:int,y:string>>} AS STRING)
string: CAST({map<int,string>} AS STRING)
string: date_format({timestamp_ntz}, 'yyyy-MM-dd HH:mm:ss.SSSSSS')
string: concat({string}, '-', {string})
string: regexp_replace({string}, '([a-z])', '<$1>')
string: lower({string}) || upper({string})
string: format_string('%05d|%s', {small}, {string})
string: format_number({double}, 3)
string: sha1({string})
string: nvl({string}, {string})
string: CASE WHEN {boolean} THEN {string} WHEN {boolean} THEN {string} END
string: coalesce({string}, CAST({small} AS STRING))
string: mask({string})
string: aggregate({array<string>}, '', (a, x) -> a || coalesce(x, '_'))
array<double>: array({double}, {double})
array<double>: transform({array<int>}, x -> x / 2)
array<double>: sort_array({array<double>}, false)
array<double>: array_distinct({array<double>})
array<double>: concat({array<double>}, {array<double>})
array<double>: filter({array<double>}, x -> x > {double})
array<double>: array_except({array<double>}, {array<double>})
array<double>: array_union({array<double>}, {array<double>})
array<double>: slice({array<double>}, 1, 1)
array<date>: array({date}, {date})
array<date>: array_sort({array<date>})
array<date>: sequence(DATE'2024-01-01', DATE'2024-01-01' + {month}, INTERVAL 3 DAYS)
array<date>: array_repeat({date}, 2)
array<int>: map_keys({map<int,string>})
array<int>: {array<struct<x:int,y:string>>}.x
array<int>: sequence(1, {month})
array<int>: transform({array<string>}, x -> length(x))
array<int>: flatten(array({array<int>}, {array<int>}))
array<int>: zip_with({array<int>}, {array<int>}, (x, y) -> x + y)
array<int>: array_insert({array<int>}, 1, {int})
array<string>: map_values({map<int,string>})
array<string>: {array<struct<x:int,y:string>>}.y
array<string>: array_distinct({array<string>})
array<string>: array_append({array<string>}, {string})
array<string>: filter({array<string>}, x -> x <> {string})
array<string>: map_keys({map<string,int>})
array<struct<x:int,y:string>>: array({struct<x:int,y:string>}, {struct<x:int,y:string>})
array<struct<x:int,y:string>>: filter({array<struct<x:int,y:string>>}, e -> e.x > {small})
array<struct<x:int,y:string>>: reverse({array<struct<x:int,y:string>>})
array<struct<x:int,y:string>>: transform({array<int>}, e -> named_struct('x', e, 'y', {string}))
map<int,string>: map({small}, {string})
map<int,string>: map_filter({map<int,string>}, (k, v) -> k > {small})
map<int,string>: transform_values({map<int,string>}, (k, v) -> v || k)
map<int,string>: map_from_arrays(array(1, 2), array({string}, {string}))
map<string,int>: transform_values({map<string,int>}, (k, v) -> v + {small})
map<string,int>: map_concat({map<string,int>}, map('zz', {small}))
struct<x:int,y:string>: element_at({array<struct<x:int,y:string>>}, 1)
struct<x:int,y:string>: if({boolean}, {struct<x:int,y:string>}, {struct<x:int,y:string>})
struct<x:int,y:string>: coalesce({struct<x:int,y:string>}, {struct<x:int,y:string>})
boolean: {struct<x:int,y:string>} = {struct<x:int,y:string>}
boolean: {array<int>} = {array<int>}
boolean: {array<double>} < {array<double>}
boolean: map_contains_key({map<int,string>}, {small})
boolean: exists({array<struct<x:int,y:string>>}, e -> e.x = {small})
boolean: forall({array<double>}, e -> e IS NOT NULL AND e > 0)
boolean: {string} RLIKE '[a-c]+'
boolean: array_contains({array<string>}, {string})
boolean: {date} BETWEEN {date} AND {date}
boolean: {small} IN ({month}, {small}, 3)
boolean: ({int}, {string}) = ({int}, {string})
double: {double} + {double}
double: {double} * {small}
double: {small} / {month}
double: array_max({array<double>})
double: coalesce({double}, {small})
double: CAST({decimal(10,2)} AS DOUBLE)
double: aggregate({array<double>}, 0D, (a, e) -> a + coalesce(e, 1))
double: round({double}, 1)
decimal(10,2): CAST({small} AS DECIMAL(10,2))
decimal(10,2): round({decimal(10,2)}, 2)
decimal(10,2): greatest({decimal(10,2)}, {decimal(10,2)})
bigint: {small} * 1L
bigint: shiftleft({bigint}, 2)
bigint: unix_seconds({timestamp})
bigint: ceil({double})
bigint: hash({any}) % 100L
bigint: xxhash64({atom}) % 1000
?: {decimal(10,2)} * {decimal(10,2)} + {small}
?: {decimal(10,2)} / {month}
?: {small} DIV {month}
?: {bigint} % {month}
?: arrays_zip({array<int>}, {array<double>})
?: map_entries({map<int,string>})
?: map_zip_with({map<int,string>}, {map<int,string>}, (k, v, w) -> coalesce(v, w))
?: named_struct('a', {array<double>}, 'b', named_struct('c', {date}, 'd', {map<int,string>}))
?: array({map<int,string>}, {map<int,string>})
?: transform({array<struct<x:int,y:string>>}, (e, i) -> struct(i, e.y, e.x + i))
?: transform({array<int>}, e -> transform({array<int>}, f -> e + f))
?: array_sort({array<struct<x:int,y:string>>}, (p, q) -> coalesce(p.x, 0) - coalesce(q.x, 0))
?: from_json(to_json({struct<x:int,y:string>}), 'x INT, y STRING').x
?: from_json(to_json({array<struct<x:int,y:string>>}), 'ARRAY<STRUCT<x: BIGINT, z: STRING>>')
?: from_csv(to_csv({struct<x:int,y:string>}), 'x INT, y STRING')
?: get_json_object(to_json(named_struct('a', {any})), '$.a')
?: width_bucket({double}, 0, 10, {month})
?: CAST({decimal(38,18)} AS DECIMAL(20,4)) * {decimal(10,2)}
?: round({decimal(38,18)} / {month}, 6)
?: CAST({struct<x:int,y:string>} AS STRUCT<p: STRING, q: STRING>)
?: CAST({array<int>} AS ARRAY<STRING>)
?: CAST({map<int,string>} AS MAP<STRING, STRING>)
?: to_timestamp(date_format({timestamp}, 'yyyy-MM-dd HH:mm'), 'yyyy-MM-dd HH:mm')
?: to_date(CAST({date} AS STRING))
?: date_format({date}, 'EEE dd MMM yyyy')
?: months_between({timestamp}, {date})
?: next_day({date}, 'FR')
?: datediff({date}, {timestamp})
?: timestampdiff(MONTH, {timestamp}, {timestamp})
?: timestampadd(WEEK, {small}, {timestamp_ntz})
?: window({timestamp}, '1 day').start
?: try_divide({small}, {small})
?: regexp_extract_all({string}, '([a-z])', 1)
?: split({string}, '')
?: sentences({string})
?: levenshtein({string}, {string})
?: greatest({double}, {int}, {decimal(10,2)})
?: nvl2({string}, {date}, {timestamp})
?: decode({small}, 1, {string}, 2, 'two', NULL)
?: CASE {small} WHEN 1 THEN {double} WHEN 2 THEN {decimal(10,2)} ELSE {int} END
?: try_to_number({string}, '999')
?: try_element_at({array<double>}, {small})
?: slice({array<date>}, {month}, 2)
?: array_compact({array<string>})
?: bround({decimal(10,2)}, 1)
?: {int} | {small}
?: conv(CAST({month} AS STRING), 10, 2)
?: stack(2, {small}, {string}, {month}, {string})
?: posexplode_outer({array<struct<x:int,y:string>>})
?: inline_outer({array<struct<x:int,y:string>>})
?: explode_outer({map<int,string>})
"""
LITERALS = {
    "dts": ["INTERVAL 1 DAY 2 HOURS", "INTERVAL '3 04:05:06.7' DAY TO SECOND", "INTERVAL '-1 00:00:01' DAY TO SECOND", "CAST(NULL AS INTERVAL DAY TO SECOND)"],
    "dtstext": ["'1 02:03:04'", "'-3 00:00:00.5'", "INTERVAL '1' DAY", "'INTERVAL ''1 02:03:04'' DAY TO SECOND'"],
    "yms": ["INTERVAL 1 YEAR 2 MONTHS", "INTERVAL '-0-3' YEAR TO MONTH", "CAST(NULL AS INTERVAL YEAR TO MONTH)"],
    "small": ["1", "2", "3", "-1", "0", "5", "NULL"],
    "month": ["1", "2", "3", "7", "12"],
    "array<double>": ["array(1.5D, NULL, -2D)", "array(0D, -0D, 2.25D)"],
    "array<date>": ["array(DATE'2024-02-29', NULL)", "CAST(array() AS ARRAY<DATE>)"],
    "map<int,string>": ["map(1, 'one', 2, NULL)", "CAST(map() AS MAP<INT,STRING>)"],
    "array<struct<x:int,y:string>>": ["array(named_struct('x', 1, 'y', 'a'), NULL)"],
}
# values that fail seldom
CALM = {
    "boolean": ["true", "false"], "tinyint": ["2Y"], "smallint": ["3S"], "int": ["1", "2", "-1", "10"], "bigint": ["3L", "-1L"], "float": ["1.5F"], "double": ["0.0D", "1.5D", "-2.5D"],
    "decimal(10,2)": ["1.50BD", "CAST(-0.01 AS DECIMAL(10,2))"], "decimal(38,18)": ["CAST(3.25 AS DECIMAL(38,18))"], "string": ["''", "'a'", "'ann'", "'12'", "'x-y'", "'Çé😀'"],
    "binary": ["X'0102FF'"], "date": ["DATE'2024-02-29'", "DATE'2023-12-31'"], "timestamp": ["TIMESTAMP'2024-03-31 02:30:00.123456'"], "timestamp_ntz": ["TIMESTAMP_NTZ'2024-03-31 02:30:00'"],
}

PLAIN = ["boolean", "int", "bigint", "double", "decimal(10,2)", "string", "date", "timestamp", "timestamp_ntz"]
KINDS = [*PLAIN, *PLAIN, "dts", "yms", "array<int>", "array<string>", "array<double>", "map<int,string>", "struct<x:int,y:string>", "array<struct<x:int,y:string>>"]
ORDERED = ["boolean", "int", "bigint", "double", "decimal(10,2)", "string", "date", "timestamp", "dts", "struct<x:int,y:string>", "array<int>"]
KEYS = ["boolean", "int", "string", "date", "decimal(10,2)", "double", "timestamp", "array<int>", "struct<x:int,y:string>", "yms"]


class Tree:
    """Makes one query."""

    def __init__(self, generator, columns):
        self.g = generator
        self.random = generator.random
        self.tables = columns
        self.count = 0

    def name(self, letter="r"):
        """A name that the query does not have yet."""
        self.count += 1
        return f"{letter}{self.count}"

    def expression(self, scope, kind, depth):
        """An expression over the columns of a scope."""
        self.g.columns, self.g.calm = scope, CALM if self.random.random() < 0.9 else {}
        text = self.g.expression(kind, depth)
        self.g.calm = {}
        return text

    def table(self):
        """A table under a name of its own."""
        table, name = self.random.choice(["o", "o", "o", "u", "t"]), self.name()
        return f"{table} AS {name}", [(f"{name}.{column}", kind) for column, kind in self.tables[table].items()]

    def relation(self, depth):
        """Something to stand in FROM, with its columns."""
        if depth <= 0:
            return self.table()
        form = self.random.choices(
            [self.table, self.derived, self.grouped, self.windowed, self.united, self.inline, self.joined, self.lateral, self.viewed],
            [2, 4, 3, 2, 3, 1, 5, 2, 1],
        )[0]
        return form() if form == self.table else form(depth - 1)

    def kinds(self, scope=(), most=4):
        """Some types, mostly those of columns that there are."""
        there = [kind for _, kind in scope if kind in KINDS]
        return [self.random.choice(there if there and self.random.random() < 0.7 else KINDS) for _ in range(self.random.randint(1, most))]

    def passed(self, scope, kind):
        """A column as it is, or an expression."""
        return self.expression(scope, kind, self.random.choice([0, 0, 1, 2]))

    def selected(self, name, kinds):
        """The columns that a subquery has under its name."""
        return [(f"{name}.c{at}", kind) for at, kind in enumerate(kinds)]

    def where(self, scope, chance=0.5):
        """A WHERE, or none."""
        return f" WHERE {self.condition(scope)}" if self.random.random() < chance else ""

    def derived(self, depth):
        """A subquery of expressions."""
        source, scope = self.relation(depth)
        kinds, name = self.kinds(scope), self.name()
        listed = ", ".join(f"{self.passed(scope, kind)} AS c{at}" for at, kind in enumerate(kinds))
        distinct = "DISTINCT " if self.random.random() < 0.15 and not any("map" in kind for kind in kinds) else ""
        return f"(SELECT {distinct}{listed} FROM {source}{self.where(scope)}) AS {name}", self.selected(name, kinds)

    def grouped(self, depth):
        """A subquery with keys and aggregates."""
        source, scope = self.relation(depth)
        key, name = self.random.choice(KEYS), self.name()
        aggregates = [self.aggregate(scope) for _ in range(self.random.randint(1, 2))]
        listed = ", ".join(f"{text} AS c{at + 1}" for at, (text, _) in enumerate(aggregates))
        by = self.random.choice(["GROUP BY c0", "GROUP BY c0", "GROUP BY 1", "GROUP BY ALL", "GROUP BY ROLLUP (c0)"])
        having = f" HAVING {self.random.choice(['count(*) > 1', 'min(1) = 1', 'count(*) IN (1, 2, 3)'])}" if self.random.random() < 0.25 else ""
        kinds = [key, *(kind for _, kind in aggregates)]
        return f"(SELECT {self.expression(scope, key, 1)} AS c0, {listed} FROM {source}{self.where(scope, 0.3)} {by}{having}) AS {name}", self.selected(name, kinds)

    def aggregate(self, scope, depth=1):
        """An aggregate that no order of rows changes, with its type."""
        kind = self.random.choice(ORDERED)
        inner = self.expression(scope, kind, depth)
        condition = f" FILTER (WHERE {self.expression(scope, 'boolean', 1)})" if self.random.random() < 0.15 else ""
        text, result = self.random.choice([
            (f"max({inner})", kind), (f"min({inner})", kind), (f"count({inner})", "bigint"), (f"count(DISTINCT {inner})", "bigint"), ("count(*)", "bigint"),
            (f"sum({self.expression(scope, 'int', depth)})", "bigint"), (f"avg({self.expression(scope, 'int', depth)})", "double"),
            (f"sum({self.expression(scope, 'dts', 0)})", "dts"), (f"bool_and({self.expression(scope, 'boolean', depth)})", "boolean"),
            (f"sum(DISTINCT {self.expression(scope, 'int', 0)})", "bigint"),
        ])
        return text + condition, result

    def windowed(self, depth):
        """A subquery with a window over unique rows, or over ranks."""
        source, scope = self.relation(depth)
        name, key = self.name(), self.random.choice(ORDERED)
        order = self.expression(scope, key, 0)
        part = f"PARTITION BY {self.expression(scope, self.random.choice(KEYS), 0)} " if self.random.random() < 0.6 else ""
        direction = self.random.choice(["", " DESC", " NULLS LAST", " DESC NULLS FIRST"])
        text, kind = self.aggregate(scope, 0)
        call, result = self.random.choice([("rank()", "int"), ("dense_rank()", "int"), ("cume_dist()", "double"), ("percent_rank()", "double"), (text, kind), (text, kind)])
        call = call if "DISTINCT" not in call else "count(*)"
        result = "bigint" if call == "count(*)" else result
        frame = self.random.choice(["", " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", " RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING", self.range(key)]) if call == text else ""
        kinds = [key, result]
        return f"(SELECT {order} AS c0, {call} OVER ({part}ORDER BY {order}{direction}{frame}) AS c1 FROM {source}) AS {name}", self.selected(name, kinds)

    def range(self, key):
        """A frame by distances from a key."""
        steps = {
            "int": ["1", "3"], "bigint": ["2L", "10"], "double": ["0.5D", "2"], "decimal(10,2)": ["1.5", "2"],
            "date": ["INTERVAL 1 DAY", "INTERVAL 1 MONTH", "5", "INTERVAL '1-1' YEAR TO MONTH"], "timestamp": ["INTERVAL 1 HOUR", "INTERVAL 1 MONTH", "INTERVAL '1 02:00:00' DAY TO SECOND"],
            "dts": ["INTERVAL 1 HOUR", "INTERVAL 1 DAY"],
        }.get(key)
        if not steps:
            return ""
        one, two = self.random.choice(steps), self.random.choice(steps)
        return self.random.choice([
            f" RANGE BETWEEN {one} PRECEDING AND CURRENT ROW", f" RANGE BETWEEN {one} PRECEDING AND {two} FOLLOWING", f" RANGE BETWEEN CURRENT ROW AND {two} FOLLOWING",
            f" RANGE BETWEEN UNBOUNDED PRECEDING AND {one} FOLLOWING",
        ])

    def united(self, depth):
        """A set operation, now and then of types that meet in another."""
        kinds, name = self.kinds(most=2), self.name()
        kinds = [kind for kind in kinds if "map" not in kind] or ["int"]
        sides = []
        for at in range(self.random.choice([2, 2, 3])):
            source, scope = self.relation(depth - 1)
            own = [self.random.choice({"int": ["bigint", "double", "decimal(10,2)"], "date": ["timestamp"], "double": ["int", "decimal(10,2)"]}.get(kind, [kind])) if at and self.random.random() < 0.3 else kind for kind in kinds]
            listed = ", ".join(f"{self.passed(scope, kind)} AS {'c' if at == 0 else 'd'}{place}" for place, kind in enumerate(own))
            sides.append(f"SELECT {listed} FROM {source}{self.where(scope, 0.3)}")
        text = sides[0]
        for side in sides[1:]:
            text += f" {self.random.choice(['UNION ALL', 'UNION', 'INTERSECT', 'EXCEPT', 'UNION ALL', 'EXCEPT ALL', 'INTERSECT ALL'])} {side}"
        return f"({text}) AS {name}", self.selected(name, kinds)

    def inline(self, _depth):
        """VALUES."""
        kinds, name = self.kinds(), self.name()
        rows = [f"({', '.join(self.expression([], kind, 0) for kind in kinds)})" for _ in range(self.random.randint(1, 3))]
        return f"(VALUES {', '.join(rows)}) AS {name}({', '.join(f'c{at}' for at in range(len(kinds)))})", self.selected(name, kinds)

    def joined(self, depth):
        """A join by a condition, by names, or by none."""
        one, left = self.relation(depth)
        two, right = self.relation(depth - 1)
        kind = self.random.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "LEFT SEMI JOIN", "LEFT ANTI JOIN", "CROSS JOIN", "LEFT JOIN"])
        scope = left if "SEMI" in kind or "ANTI" in kind else left + right
        if kind == "CROSS JOIN":
            return f"{one} CROSS JOIN {two}", scope
        shared = [name for name in ("id", "c0", "c1") if self.kind_of(left, name) and self.kind_of(left, name) == self.kind_of(right, name) and "map" not in self.kind_of(left, name)]
        if shared and self.unique(left, shared[0]) and self.unique(right, shared[0]) and self.random.random() < 0.4:
            return f"{one} {kind} {two} USING ({shared[0]})", scope
        if kind in ("JOIN", "LEFT JOIN", "FULL JOIN") and self.random.random() < 0.08:
            return f"{one} NATURAL {kind} {two}", scope
        return f"{one} {kind} {two} ON {self.join_condition(left, right)}", scope

    def kind_of(self, scope, name):
        """The type of the column of a name."""
        return next((kind for text, kind in scope if text.split(".")[-1] == name), None)

    def unique(self, scope, name):
        """Whether one column alone has a name."""
        return sum(text.split(".")[-1] == name for text, _ in scope) == 1

    def join_condition(self, left, right):
        """An equation of both sides, or any condition."""
        pairs = [(one, two) for one, kind in left for two, other in right if kind == other and kind in ORDERED]
        if not pairs or self.random.random() < 0.15:
            return self.expression(left + right, "boolean", 1)
        one, two = self.random.choice(pairs)
        text = f"{one} {self.random.choice(['=', '=', '=', '<=>', '<', '>='])} {two}"
        more = self.random.random()
        if more < 0.1:
            inner, own = self.table()
            return f"{text} AND {self.membership(left, inner, own)}"
        return text + (f" AND {self.expression(left + right, 'boolean', 1)}" if more < 0.35 else "")

    def lateral(self, depth):
        """A subquery that sees what stands before it."""
        one, left = self.relation(depth)
        inner, scope = self.table()
        kinds, name = self.kinds(most=2), self.name()
        listed = ", ".join(f"{self.expression(scope + left, kind, 1)} AS c{at}" for at, kind in enumerate(kinds))
        if self.random.random() < 0.5:
            aggregates = [self.aggregate(scope, 0) for _ in kinds]
            listed = ", ".join(f"{text} AS c{at}" for at, (text, _) in enumerate(aggregates))
            kinds = [kind for _, kind in aggregates]
        comma = self.random.choice([", LATERAL", " JOIN LATERAL", " LEFT JOIN LATERAL", " CROSS JOIN LATERAL"])
        on = " ON true" if "LEFT" in comma else ""
        return f"{one}{comma} (SELECT {listed} FROM {inner} WHERE {self.correlation(scope, left)}) AS {name}{on}", left + self.selected(name, kinds)

    def viewed(self, depth):
        """LATERAL VIEW."""
        source, scope = self.relation(depth)
        kind = self.random.choice(["array<int>", "array<string>", "map<int,string>", "array<struct<x:int,y:string>>"])
        name, generator = self.name(), self.random.choice(["explode", "posexplode", "explode_outer"])
        outer = self.random.choice(["", "OUTER "])
        value = {"array<int>": ["int"], "array<string>": ["string"], "map<int,string>": ["int", "string"], "array<struct<x:int,y:string>>": ["struct<x:int,y:string>"]}[kind]
        kinds = (["int"] if generator == "posexplode" else []) + value
        names = ", ".join(f"c{at}" for at in range(len(kinds)))
        inner, hidden = self.name(), [f"{self.expression(scope, kind, 1)} AS v", f"{self.expression(scope, 'int', 0)} AS c"]
        return f"(SELECT {', '.join(hidden)} FROM {source}) AS {inner} LATERAL VIEW {outer}{generator}({inner}.v) {name} AS {names}", [(f"{inner}.v", kind), (f"{inner}.c", "int"), *self.selected(name, kinds)]

    def correlation(self, inner, outer):
        """An equation between a subquery's columns and those outside."""
        pairs = [(one, two) for one, kind in inner for two, other in outer if kind == other and kind in PLAIN]
        text = "{} {} {}".format(*(lambda pair: (pair[0], self.random.choice(["=", "=", "=", "<", "<=>"]), pair[1]))(self.random.choice(pairs))) if pairs else "true"
        return text + (f" AND {self.expression(inner, 'boolean', 1)}" if self.random.random() < 0.3 else "")

    def scalar(self, scope):
        """A subquery of one value, with its type."""
        inner, own = self.table()
        text, kind = self.aggregate(own, 0)
        where = f" WHERE {self.correlation(own, scope)}" if self.random.random() < 0.7 else ""
        return f"(SELECT {text} FROM {inner}{where})", kind

    def condition(self, scope, depth=2):
        """A condition, now and then with a subquery."""
        chance = self.random.random()
        if chance < 0.6:
            return self.expression(scope, "boolean", depth)
        inner, own = self.table() if chance < 0.9 else self.relation(1)
        text = self.random.choice([
            f"EXISTS (SELECT * FROM {inner} WHERE {self.correlation(own, scope)})", f"NOT EXISTS (SELECT 1 FROM {inner} WHERE {self.correlation(own, scope)})",
            self.membership(scope, inner, own), self.membership(scope, inner, own), self.compared(scope),
        ])
        return self.random.choice([text, text, f"{text} {self.random.choice(['AND', 'OR'])} {self.expression(scope, 'boolean', 1)}", f"NOT ({text})"])

    def membership(self, scope, inner, own):
        """IN with a subquery."""
        kind = self.random.choice(["int", "string", "date", "decimal(10,2)", "double", "struct<x:int,y:string>"])
        where = f" WHERE {self.correlation(own, scope)}" if self.random.random() < 0.3 else ""
        return f"{self.expression(scope, kind, 1)} {self.random.choice(['IN', 'NOT IN'])} (SELECT {self.expression(own, kind, 0)} FROM {inner}{where})"

    def compared(self, scope):
        """A comparison with a subquery of one value."""
        text, kind = self.scalar(scope)
        return f"{self.expression(scope, kind, 1)} {self.random.choice(['=', '<', '>=', '<=>', '<>'])} {text}"

    def query(self):
        """A query."""
        source, scope = self.relation(self.random.choice([0, 1, 1, 2, 2, 3]))
        items = [self.expression(scope, kind, self.random.choice([1, 2, 3])) for kind in self.kinds(scope, 3)]
        if self.random.random() < 0.25:
            items.append(self.scalar(scope)[0])
        if self.random.random() < 0.1:
            items.append(f"CASE WHEN {self.condition(scope)} THEN {self.scalar(scope)[0]} END")
        if self.random.random() < 0.3:
            self.g.columns = scope
            item = self.g.filled(self.g.chosen(self.g.makers["?"]), 1)
            items = [item] if any(word in item for word in ("explode", "stack(", "inline")) else [*items, item]
        if self.random.random() < 0.3:
            there = [kind for _, kind in scope if kind in KEYS]
            keys = [self.passed(scope, self.random.choice(there or KEYS)) for _ in range(self.random.choice([1, 2]))]
            form = self.random.choice(["ALL", "ALL", "ROLLUP", "CUBE", "SETS"])
            names = [f"k{at}" for at in range(len(keys))]
            by = {"ALL": "ALL", "ROLLUP": f"ROLLUP ({', '.join(names)})", "CUBE": f"CUBE ({', '.join(names)})", "SETS": f"GROUPING SETS (({', '.join(names)}), ({names[0]}), ())"}[form]
            aggregates = [self.aggregate(scope)[0] for _ in range(self.random.randint(1, 2))]
            having = f" HAVING {self.random.choice(['count(*) > 1', self.aggregate(scope, 0)[0] + ' IS NOT NULL', 'count(*) > ' + self.scalar([])[0], 'max(1) > (SELECT count(*) FROM e)'])}" if self.random.random() < 0.3 else ""
            mark = [f"grouping({self.random.choice([keys[0], keys[0], names[0]])})"] if form != "ALL" and self.random.random() < 0.3 else []
            return f"SELECT {', '.join([*(f'{key} AS {name}' for key, name in zip(keys, names)), *mark, *aggregates])} FROM {source}{self.where(scope)} GROUP BY {by}{having}"
        text = f"SELECT {', '.join(items)} FROM {source}{self.where(scope)}"
        last = self.random.random()
        if last < 0.08:
            return f"{text} ORDER BY ALL LIMIT {self.random.choice([1, 3, 5])}"
        if last < 0.12:
            return f"SELECT * FROM ({text}) ORDER BY ALL DESC LIMIT 4"
        if self.random.random() < 0.1:
            name = self.name("w")
            text = f"WITH {name} AS ({text.replace('SELECT ', 'SELECT 1 AS one, ', 1)}) SELECT count(*), max(one) FROM {name}"
        return text
