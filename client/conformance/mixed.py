"""Queries as generators of other projects write them: operands of types that only meet by coercion, predicates full of NULL, DECIMALs of
any precision, subqueries within subqueries, windows over groups, joins by names, set operations over joins.

Expressions here have a family (number, text, time, condition, nested value) but no exact type, so that every operator sees every pair of
types; now and then one of another family stands where it should not.
"""

NUMBERS = {
    "t": ["{}id", "{}ti", "{}si", "{}i", "{}l", "{}f", "{}d", "{}n", "{}nn", "{}a[0]", "{}r.x", "{}m['a']", "size({}a)"], "u": ["{}id", "{}v", "{}w", "{}n"],
    "o": ["{}id", "{}i", "{}l", "{}d", "{}n", "{}a[1]", "{}r.x", "{}mk[1]"], "e": ["{}id", "{}d"],
}
TEXTS = {"t": ["{}s", "{}sa[0]", "{}r.y"], "u": ["{}g"], "o": ["{}s", "{}sa[0]", "{}r.y", "{}mk[2]"], "e": ["{}s"]}
TIMES = {"t": ["{}dt", "{}ts", "{}tn"], "u": ["{}dt"], "o": ["{}dt", "{}ts", "{}tn", "{}da[0]"], "e": []}
CONDITIONS = {"t": ["{}b"], "u": [], "o": ["{}b"], "e": []}
NESTED = {"t": ["{}a", "{}sa", "{}m", "{}r"], "u": [], "o": ["{}a", "{}sa", "{}m", "{}r", "{}ad", "{}da", "{}mk", "{}ps"], "e": []}
# tables whose numbers are ordinary come more often
TABLES = ["o", "o", "o", "u", "u", "t", "e"]

NUMBER_LITERALS = [
    "0", "1", "2", "-1", "7", "100", "NULL", "1Y", "3S", "5L", "1.5", "0.1", "-2.50", "1e2", "1.5D", "2.5F", "1BD", "0.001BD", ".5", "3.", "1E-3",
    "99999999999", "123456789.123456789",
]
TEXT_LITERALS = ["''", "'a'", "'ann'", "'12'", "'1.5'", "' 7 '", "'2024-02-29'", "'true'", "'x-y'", "NULL", "'b' 'c'", "\"q\"", "'1e2'", "'-0'"]
TIME_LITERALS = [
    "DATE'2024-02-29'", "DATE'2023-12-31'", "TIMESTAMP'2024-01-15 08:30:00'", "TIMESTAMP_NTZ'2024-03-31 02:30:00'", "'2024-01-15'", "NULL", "DATE'2000-02-29'",
]
SPANS = [
    "INTERVAL 1 DAY", "INTERVAL '2' HOUR", "INTERVAL 1 MONTH", "INTERVAL '1-2' YEAR TO MONTH", "INTERVAL '1 02:03' DAY TO MINUTE", "INTERVAL -3 DAYS",
    "INTERVAL 90 SECONDS", "INTERVAL 1 WEEK", "INTERVAL '1.5' SECOND", "INTERVAL 1 YEAR",
]
AGGREGATES = [
    "sum({n})", "avg({n})", "min({v})", "max({v})", "count({v})", "count(*)", "count(DISTINCT {v})", "sum(DISTINCT {i})", "count(DISTINCT {i}, {s})",
    "bool_or({c})", "every({c})", "count_if({c})", "bit_xor({i})", "array_size(collect_set({s}))", "stddev_samp({i})", "max({s})",
    "sum({d})", "avg({d})", "median({i})", "percentile({i}, 0.5)", "approx_count_distinct({i})", "sort_array(collect_list({i}))",
    "array_sort(collect_set({s}))", "listagg(DISTINCT {s}, ',') WITHIN GROUP (ORDER BY {s})", "any_value(1)", "sum({n}) FILTER (WHERE {c})",
    "count(*) FILTER (WHERE {c})", "max({v}) FILTER (WHERE {c})", "regr_count({i}, {i})", "kurtosis({i})",
]
JOINS = ["JOIN", "INNER JOIN", "LEFT JOIN", "LEFT OUTER JOIN", "RIGHT JOIN", "FULL JOIN", "FULL OUTER JOIN", "LEFT SEMI JOIN", "LEFT ANTI JOIN"]
SET_OPERATIONS = ["UNION ALL", "UNION", "INTERSECT", "EXCEPT", "MINUS", "INTERSECT ALL", "EXCEPT ALL"]
COMPARISONS = ["=", "=", "<>", "!=", "<", "<=", ">", ">=", "<=>", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"]


class Mixed:
    """Makes one query."""

    def __init__(self, generator):
        self.random = generator.random
        self.one = self.random.choice
        # name and table of what stands in FROM
        self.scope = []
        self.count = 0

    def leaf(self, columns, literals):
        """A column of the scope or a literal."""
        there = [column.format(f"{name}." if name else "") for name, table in self.scope for column in columns.get(table, [])]
        return self.one(there) if there and self.random.random() < 0.7 else self.one(literals)

    def stray(self):
        """Whether one of another family comes."""
        return self.random.random() < 0.02

    def number(self, depth=2):
        """Something to reckon with."""
        if self.stray():
            return self.value(depth - 1)
        if depth <= 0 or self.random.random() < 0.2:
            return self.leaf(NUMBERS, NUMBER_LITERALS)
        n, s, t, c = (lambda: self.number(depth - 1)), (lambda: self.text(depth - 1)), (lambda: self.time(depth - 1)), (lambda: self.condition(depth - 1))
        return self.one([
            lambda: f"{n()} {self.one('+-*')} {n()}", lambda: f"({n()} {self.one(['+', '-', '*', '/', '%'])} {n()})", lambda: f"{n()} / {n()}",
            lambda: f"({n()} {self.one(['%', 'DIV', '&', '|', '^'])} {self.one(['2', '3', n()])})",
            lambda: f"-{self.leaf(NUMBERS, ['1', '2.5'])}", lambda: f"- ({n()})", lambda: f"+{self.leaf(NUMBERS, ['1', '2.5'])}",
            lambda: f"~{self.leaf(NUMBERS, ['1'])}", lambda: f"abs({n()})", lambda: f"round({n()}, {self.one(['0', '1', '2', '-1'])})", lambda: f"ceil({n()})",
            lambda: f"floor({n()})",
            lambda: f"coalesce({n()}, {n()})", lambda: f"nullif({n()}, {n()})", lambda: f"greatest({n()}, {n()})", lambda: f"least({n()}, {n()}, {n()})",
            lambda: f"if({c()}, {n()}, {n()})", lambda: f"nvl({n()}, {n()})", lambda: f"nvl2({n()}, {n()}, {n()})",
            lambda: f"CASE WHEN {c()} THEN {n()} WHEN {c()} THEN {n()} ELSE {n()} END", lambda: f"CASE {n()} WHEN {n()} THEN {n()} WHEN {n()} THEN {n()} END",
            lambda: f"CASE WHEN {c()} THEN {n()} END",
            lambda: f"CAST({n()} AS {self.number_type()})", lambda: f"CAST({c()} AS INT)", lambda: f"try_cast({s()} AS {self.number_type()})",
            lambda: f"length({s()})", lambda: f"instr({s()}, {s()})", lambda: f"year({t()})", lambda: f"datediff({t()}, {t()})",
            lambda: f"extract({self.one(['DAY', 'MONTH', 'HOUR', 'DOW', 'WEEK', 'SECOND', 'EPOCH'])} FROM {t()})", lambda: f"sign({n()})",
            lambda: f"pmod({n()}, {n()})", lambda: f"mod({n()}, {n()})", lambda: f"try_divide({n()}, {n()})", lambda: f"try_add({n()}, {n()})",
            lambda: f"ascii({s()})",
            lambda: self.decimal(depth - 1), lambda: self.decimal(depth - 1), lambda: f"cardinality({self.nested(depth - 1)})",
            lambda: f"hash({self.value(depth - 1)}) % 10", lambda: f"bround({n()}, 1)", lambda: f"shiftleft({n()}, 2)", lambda: f"sqrt(abs({n()}))",
            lambda: self.folded(depth - 1),
        ])()

    def number_type(self):
        """A type of numbers."""
        return self.one(["INT", "BIGINT", "DOUBLE", "SMALLINT", "TINYINT", "FLOAT", self.decimal_type(), self.decimal_type(), "STRING"])

    def decimal_type(self):
        """A DECIMAL of any precision and scale."""
        precision = self.one([1, 3, 5, 7, 9, 10, 12, 17, 18, 19, 20, 25, 30, 37, 38])
        return f"DECIMAL({precision}, {self.one([0, 0, min(1, precision), min(2, precision), precision // 2, min(precision, 6), precision])})"

    def decimal(self, depth):
        """An operation between DECIMALs."""
        one, two = (f"CAST({self.number(depth - 1)} AS {self.decimal_type()})" for _ in range(2))
        return self.one([
            f"{one} + {two}", f"{one} - {two}", f"{one} * {two}", f"{one} / {two}", f"{one} % {two}", f"({one} DIV {two})", f"coalesce({one}, {two})", one, one,
            f"round({one}, {self.one(['0', '1', '-2', '5'])})", f"try_multiply({one}, {two})", f"floor({one}, 1)",
        ])

    def text(self, depth=2):
        """Something to read."""
        if self.stray():
            return self.value(depth - 1)
        if depth <= 0 or self.random.random() < 0.2:
            return self.leaf(TEXTS, TEXT_LITERALS)
        n, s, t, c = (lambda: self.number(depth - 1)), (lambda: self.text(depth - 1)), (lambda: self.time(depth - 1)), (lambda: self.condition(depth - 1))
        return self.one([
            lambda: f"{s()} || {self.one([s, n, t])()}", lambda: f"concat({s()}, {n()}, {t()})", lambda: f"upper({s()})", lambda: f"trim({s()})",
            lambda: f"substring({s()}, {self.one(['1', '2', '-2', n()])}, 2)", lambda: f"coalesce({s()}, {self.one([s, n, t])()})",
            lambda: f"CAST({self.value(depth - 1)} AS STRING)",
            lambda: f"CASE WHEN {c()} THEN {s()} ELSE {self.one([s, n, t])()} END", lambda: f"if({c()}, {s()}, {n()})", lambda: f"nullif({s()}, {s()})",
            lambda: f"replace({s()}, {s()}, {s()})", lambda: f"lpad({s()}, 4, {s()})", lambda: f"greatest({s()}, {s()})",
            lambda: f"concat_ws('-', {s()}, {n()})",
            lambda: f"CASE {s()} WHEN {s()} THEN {s()} WHEN {s()} THEN {s()} ELSE {s()} END", lambda: f"date_format({t()}, 'yyyy-MM')",
            lambda: f"typeof({self.value(depth - 1)})", lambda: f"left({s()}, 2)", lambda: f"reverse({s()})", lambda: f"decode({n()}, {n()}, {s()}, {s()})",
            lambda: f"CAST({t()} AS STRING)",
            lambda: f"to_json(struct({self.value(depth - 1)} AS k))", lambda: f"format_number({n()}, 2)", lambda: f"split({s()}, '-')[0]",
            lambda: f"regexp_replace({s()}, '[0-9]', '#')", lambda: f"initcap({s()})", lambda: f"hex({n()})",
        ])()

    def time(self, depth=2):
        """A date or a timestamp."""
        if self.stray():
            return self.value(depth - 1)
        if depth <= 0 or self.random.random() < 0.25:
            return self.leaf(TIMES, TIME_LITERALS)
        n, t, c = (lambda: self.number(depth - 1)), (lambda: self.time(depth - 1)), (lambda: self.condition(depth - 1))
        return self.one([
            lambda: f"{t()} + {self.one(SPANS)}", lambda: f"{t()} - {self.one(SPANS)}", lambda: f"date_add({t()}, {n()})",
            lambda: f"{t()} + {self.one(['1', '30', n()])}", lambda: f"date_sub({t()}, 7)", lambda: f"add_months({t()}, {n()})", lambda: f"last_day({t()})",
            lambda: f"to_date({t()})",
            lambda: f"date_trunc('{self.one(['month', 'week', 'hour', 'quarter'])}', {t()})", lambda: f"trunc({t()}, 'MM')",
            lambda: f"CAST({t()} AS {self.one(['DATE', 'TIMESTAMP', 'TIMESTAMP_NTZ'])})", lambda: f"coalesce({t()}, {t()})", lambda: f"greatest({t()}, {t()})",
            lambda: f"if({c()}, {t()}, {t()})",
            lambda: f"CASE WHEN {c()} THEN {t()} ELSE {t()} END", lambda: f"nullif({t()}, {t()})",
            lambda: f"timestampadd({self.one(['DAY', 'HOUR', 'MONTH'])}, {n()}, {t()})", lambda: f"{self.one(SPANS)} + {t()}",
            lambda: f"make_date(2024, {self.one(['1', '2', '12'])}, {self.one(['1', '28', n()])})", lambda: f"next_day({t()}, 'MO')",
            lambda: f"{t()} + ({t()} - {t()})",
        ])()

    def nested(self, depth=2):
        """An array, a map or a struct."""
        if depth <= 0 or self.random.random() < 0.3:
            return self.leaf(NESTED, ["array(1, 2, NULL)", "array('a', 'b')", "map('a', 1)", "named_struct('x', 1, 'y', 'b')", "array()", "NULL"])
        v, n, s = (lambda: self.value(depth - 1)), (lambda: self.number(depth - 1)), (lambda: self.text(depth - 1))
        a = lambda: self.leaf({"t": ["{}a"], "o": ["{}a", "{}ad"]}, ["array(3, 1, NULL)", "sequence(1, 3)"])
        return self.one([
            lambda: f"array({v()}, {v()})", lambda: f"array({n()}, {n()}, {n()})", lambda: f"map({s()}, {v()})", lambda: f"struct({v()}, {v()})",
            lambda: f"named_struct('p', {v()}, 'q', {v()})", lambda: f"transform({a()}, e -> e + {n()})", lambda: f"transform({a()}, (e, i) -> {n()} + i)",
            lambda: f"filter({a()}, e -> e > {n()} OR {self.condition(depth - 1)})", lambda: f"array_sort({a()})", lambda: f"array_union({a()}, array({n()}))",
            lambda: f"array_except({a()}, {a()})", lambda: f"concat({a()}, array({n()}))", lambda: f"array_repeat({v()}, 2)", lambda: f"slice({a()}, 1, 2)",
            lambda: f"transform({a()}, e -> struct(e, {v()} AS w))", lambda: f"zip_with({a()}, {a()}, (p, q) -> coalesce(p, q, {n()}))",
            lambda: f"map_from_arrays(array({s()}), array({v()}))", lambda: f"transform_values(map('k', {n()}), (k, w) -> w + {n()})",
            lambda: f"arrays_zip({a()}, {a()})", lambda: f"split({s()}, '')",
            lambda: f"array_remove({a()}, {n()})", lambda: f"array_append({a()}, {n()})", lambda: f"array_prepend({a()}, {n()})",
            lambda: f"array_distinct(concat({a()}, {a()}))", lambda: f"flatten(array({a()}, {a()}))",
            lambda: f"coalesce({self.nested(depth - 1)}, {self.nested(depth - 1)})", lambda: f"if({self.condition(depth - 1)}, {a()}, {a()})",
            lambda: f"transform({a()}, e -> filter({a()}, f -> f <> e))", lambda: f"map_filter(map('a', {n()}, 'b', {n()}), (k, w) -> w > {n()})",
            lambda: f"map_concat(map('a', {n()}), map('b', {n()}))", lambda: f"reverse({a()})", lambda: f"array_insert({a()}, 2, {n()})",
            lambda: f"sort_array({a()}, false)",
        ])()

    def folded(self, depth):
        """A number that an array gives."""
        a = lambda: self.leaf({"t": ["{}a"], "o": ["{}a", "{}ad"]}, ["array(3, 1, NULL)", "sequence(1, 3)"])
        return self.one([
            lambda: f"aggregate({a()}, {self.number(depth - 1)}, (p, e) -> p + e)",
            lambda: f"aggregate({a()}, CAST(0 AS BIGINT), (p, e) -> p + coalesce(e, {self.number(depth - 1)}))",
            lambda: f"reduce({a()}, 0, (p, e) -> p + 1, p -> p * {self.number(depth - 1)})", lambda: f"array_max({a()})",
            lambda: f"array_position({a()}, {self.number(depth - 1)})",
            lambda: f"{a()}[{self.one(['0', '1', self.number(depth - 1)])}]", lambda: f"element_at({a()}, {self.one(['1', '-1', self.number(depth - 1)])})",
            lambda: f"size(filter({a()}, e -> e = {self.number(depth - 1)}))", lambda: f"try_element_at({a()}, {self.one(['3', '-1'])})",
            lambda: f"get({a()}, {self.number(depth - 1)})",
        ])()

    def condition(self, depth=2):
        """True, false or NULL."""
        if self.stray():
            return self.value(depth - 1)
        if depth <= 0 or self.random.random() < 0.12:
            return self.leaf(CONDITIONS, ["true", "false", "NULL", "true", "1 = 1"])
        d = depth - 1
        c, v, n, s, t = (lambda: self.condition(d)), (lambda: self.value(d)), (lambda: self.number(d)), (lambda: self.text(d)), (lambda: self.time(d))
        same = self.one([n, n, s, t])
        return self.one([
            lambda: f"{same()} {self.one(COMPARISONS)} {same()}", lambda: f"{same()} {self.one(COMPARISONS)} {same()}",
            lambda: f"{v()} {self.one(COMPARISONS)} {v()}", lambda: f"({c()} AND {c()})", lambda: f"({c()} OR {c()})", lambda: f"NOT ({c()})",
            lambda: f"NOT {c()}",
            lambda: f"({v()}) IS {self.one(['', 'NOT '])}NULL", lambda: f"{same()} {self.one(['', 'NOT '])}BETWEEN {same()} AND {same()}",
            lambda: f"{same()} {self.one(['', 'NOT '])}IN ({same()}, {same()}, {same()})", lambda: f"{v()} IN ({v()}, {v()})",
            lambda: f"({c()}) IS {self.one(['', 'NOT '])}{self.one(['TRUE', 'FALSE', 'UNKNOWN'])}",
            lambda: f"{s()} {self.one(['LIKE', 'NOT LIKE', 'ILIKE', 'RLIKE'])} {self.one(['%a%', '_n%', '', '1%'])!r}", lambda: f"{n()} = {s()}",
            lambda: f"{s()} < {n()}", lambda: f"{t()} >= {s()}", lambda: f"{n()} IN ({s()}, {n()})", lambda: f"{s()} IN ({n()}, {t()})",
            lambda: f"{c()} = {c()}", lambda: f"{c()} <=> {c()}", lambda: f"({n()}, {s()}) = ({n()}, {s()})",
            lambda: f"if({c()}, {c()}, {c()})", lambda: f"coalesce({c()}, {c()})", lambda: f"CASE WHEN {c()} THEN {c()} ELSE {c()} END",
            lambda: f"CAST({n()} AS BOOLEAN)", lambda: f"array_contains({self.nested(d)}, {n()})",
            lambda: f"exists({self.leaf({'t': ['{}a'], 'o': ['{}a']}, ['array(1, NULL)'])}, e -> e = {n()})", lambda: f"isnull({v()})",
            lambda: f"({n()}, {n()}) IN (({n()}, {n()}), ({n()}, 1))",
            lambda: f"{self.nested(d)} = {self.nested(d)}", lambda: f"startswith({s()}, {s()})", lambda: f"isnan({n()})",
            lambda: f"{n()} > ALL (SELECT 1)" if self.random.random() < 0.1 else f"{c()} OR NULL",
        ])()

    def value(self, depth=2):
        """An expression of any family."""
        return self.one([self.number, self.number, self.text, self.time, self.condition, self.nested])(depth)

    def aggregate(self, depth=1):
        """An aggregate that no order of rows changes."""
        text = self.one(AGGREGATES)
        makers = {
            "{n}": lambda: self.leaf({**NUMBERS, "o": ["{}id", "{}i", "{}l", "{}n"], "u": ["{}id", "{}v", "{}n"], "t": ["{}id", "{}ti", "{}si", "{}n"]}, NUMBER_LITERALS),
            "{v}": lambda: self.one([self.number, self.text, self.time])(depth),
            "{i}": lambda: self.leaf({"t": ["{}id", "{}ti", "{}si"], "u": ["{}id", "{}v"], "o": ["{}id", "{}i"], "e": ["{}id"]}, ["1", "2"]),
            "{s}": lambda: self.leaf(TEXTS, ["'a'"]), "{c}": lambda: self.condition(depth),
            "{d}": lambda: f"CAST({self.leaf({'t': ['{}id', '{}ti', '{}n'], 'u': ['{}id', '{}n'], 'o': ['{}id', '{}i', '{}n'], 'e': ['{}id']}, ['1.5', '2'])} AS {self.decimal_type()})",
        }
        for mark, made in makers.items():
            while mark in text:
                text = text.replace(mark, made(), 1)
        return text

    def name(self, letter="q"):
        """A name that the query does not have yet."""
        self.count += 1
        return f"{letter}{self.count}"

    def within(self, scope, made):
        """What is made with a scope of its own."""
        before, self.scope = self.scope, scope
        text = made()
        self.scope = before
        return text

    def source(self, joins=2):
        """FROM: one to three tables, joined by conditions. The scope becomes theirs."""
        table, name = self.one(TABLES), self.name()
        text, scope = f"{table} {name}", [(name, table)]
        for _ in range(self.random.choice([0, 0, 1, 1, joins])):
            table, name, kind = self.one(TABLES), self.name(), self.one(JOINS)
            own = [*scope, (name, table)]
            equal = f"{self.one(scope)[0]}.id {self.one(['=', '=', '<=>', '<'])} {name}.id"
            on = self.one([
                equal, equal, f"{equal} AND {self.within(own, lambda: self.condition(1))}", f"{equal} OR {self.within(own, lambda: self.condition(1))}",
                self.within(own, lambda: self.condition(2)),
            ])
            text += f" {kind} {table} {name} ON {on}"
            scope = scope if "SEMI" in kind or "ANTI" in kind else own
        self.scope = scope
        return text

    def where(self, chance=0.6, depth=2):
        """A WHERE, or none."""
        return f" WHERE {self.predicate(depth)}" if self.random.random() < chance else ""

    def predicate(self, depth=2):
        """A condition, now and then about a subquery."""
        return self.condition(depth) if self.random.random() < 0.7 else self.about_subquery(1)

    def about_subquery(self, depth):
        """A condition about a subquery, which may have one itself."""
        outer, before = self.scope, self.scope
        source = self.source(0)
        inner = self.scope
        self.scope = inner + outer
        link = self.one([
            f"{inner[0][0]}.id = {outer[0][0]}.id" if outer else "true", self.condition(1), f"{inner[0][0]}.id < {outer[0][0]}.id" if outer else "false",
        ])
        more = f" AND {self.about_subquery(depth - 1)}" if depth > 0 and self.random.random() < 0.3 else f" AND {self.condition(1)}" if self.random.random() < 0.3 else ""
        where = self.one([f" WHERE {link}{more}", f" WHERE {link}{more}", ""])
        self.scope = inner
        number, aggregate_of, text = self.number(1), self.aggregate(0), self.text(0)
        self.scope = before
        return self.one([
            lambda: f"{self.one(['', 'NOT '])}EXISTS (SELECT {self.one(['1', '*', number])} FROM {source}{where})",
            lambda: f"{self.number(1)} {self.one(['IN', 'NOT IN'])} (SELECT {number} FROM {source}{where})",
            lambda: f"{self.number(1)} {self.one(COMPARISONS[:9])} (SELECT {aggregate_of} FROM {source}{where})",
            lambda: f"({self.number(0)}, {self.text(0)}) {self.one(['IN', 'NOT IN'])} (SELECT {number}, {text} FROM {source}{where})",
            lambda: f"{self.text(1)} IN (SELECT {text} FROM {source}{where})", lambda: f"(SELECT {aggregate_of} FROM {source}{where}) IS NOT NULL",
        ])()

    def scalar(self):
        """A subquery of one value."""
        outer = self.scope
        source = self.source(0)
        inner, text = self.scope, self.aggregate(0)
        self.scope = inner + outer
        where = self.one([f" WHERE {inner[0][0]}.id = {outer[0][0]}.id" if outer else "", f" WHERE {self.condition(1)}", ""])
        self.scope = outer
        return f"(SELECT {text} FROM {source}{where})"

    def listed(self, depth=3, most=3):
        """A SELECT list."""
        items = [self.value(self.random.randint(1, depth)) if self.random.random() < 0.88 else self.scalar() for _ in range(self.random.randint(1, most))]
        return ", ".join(item + (f" AS c{at}" if self.random.random() < 0.3 else "") for at, item in enumerate(items))

    def selection(self):
        """Expressions over joined tables."""
        source = self.source()
        return f"SELECT {self.listed()} FROM {source}{self.where()}"

    def constants(self):
        """Expressions of literals alone."""
        return f"SELECT {self.listed(3, 2)}"

    def partitioned(self):
        """A predicate, its negation and what is neither."""
        source = self.source()
        predicate, listed = self.predicate(), self.one(["count(*)", f"{self.value(1)}", f"{self.scope[0][0]}.id"])
        return self.one([
            f"SELECT {listed} FROM {source} WHERE {predicate} UNION ALL SELECT {listed} FROM {source} WHERE NOT ({predicate}) UNION ALL SELECT {listed} FROM {source} WHERE ({predicate}) IS NULL",
            f"SELECT count(*), sum(CASE WHEN {predicate} THEN 1 ELSE 0 END), count_if({predicate}) FROM {source}",
            f"SELECT {predicate}, count(*) FROM {source} GROUP BY 1", f"SELECT {listed} FROM {source} WHERE {predicate}",
            f"SELECT count(*) FROM (SELECT {predicate} AS p FROM {source}) WHERE p", f"SELECT p, NOT p, p IS NULL FROM (SELECT {predicate} AS p FROM {source})",
            f"SELECT max(p), min(p), bool_and(p) FROM (SELECT {predicate} AS p FROM {source})",
        ])

    def grouped(self):
        """Groups by expressions, now and then under windows."""
        source = self.source()
        keys = [self.one([self.number, self.text, self.time, self.condition])(self.one([0, 0, 1, 2])) for _ in range(self.one([1, 1, 2]))]
        aggregates = [self.aggregate() for _ in range(self.one([1, 2, 3]))]
        where = self.where(0.4)
        names = [f"k{at}" for at in range(len(keys))]
        head = ", ".join(f"{key} AS {name}" for key, name in zip(keys, names))
        by = self.one([
            ", ".join(names), ", ".join(names), "ALL", ", ".join(str(at + 1) for at in range(len(keys))), f"ROLLUP ({', '.join(names)})",
            f"CUBE ({', '.join(names)})", f"GROUPING SETS (({names[0]}), ())", f"{names[0]} WITH ROLLUP" if len(names) == 1 else ", ".join(names),
        ])
        having = self.one([
            "", "", "", f" HAVING {self.aggregate(0)} IS NOT NULL", " HAVING count(*) > 1", f" HAVING {aggregates[0]} = {aggregates[0]}",
            f" HAVING {names[0]} IS NOT NULL OR count(*) >= 1",
            f" HAVING sum({self.leaf({'o': ['{}i', '{}id'], 'u': ['{}v'], 't': ['{}id'], 'e': ['{}id']}, ['1'])}) > {self.scalar()}",
        ])
        over = self.one([
            "", "", "rank() OVER (ORDER BY count(*) DESC)", "sum(count(*)) OVER ()", f"max({aggregates[0]}) OVER (PARTITION BY count(*))",
            f"count(*) OVER (ORDER BY {aggregates[0]})", "sum(sum(1)) OVER (ORDER BY count(*))",
            f"dense_rank() OVER (PARTITION BY {names[0]} ORDER BY count(*))" , "count(*) * 100 / sum(count(*)) OVER ()",
            "avg(count(*)) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)",
            "min(count(*)) OVER (ORDER BY count(*) RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING)",
        ])
        listed = ", ".join([head, *aggregates, *([over] if over else [])])
        return f"SELECT {listed} FROM {source}{where} GROUP BY {by}{having}"

    def totals(self):
        """Aggregates of all rows, also of none, and expressions over them."""
        source = self.source()
        aggregates = [self.aggregate(2) for _ in range(self.one([1, 2, 3]))]
        first = aggregates[0]
        outer = self.one([
            "{}", "{}", "coalesce({}, 0)", "({}) IS NULL", "CAST({} AS STRING)", "array({}, NULL)", "{} + 1", "CASE WHEN count(*) > 2 THEN {} END",
            "struct({}, count(*))", "round({}, 2)", "-({})", "{} || 'x'", "{} IN ({}, NULL)",
        ])
        return f"SELECT {', '.join([outer.replace('{}', first), *aggregates[1:]])} FROM {source}{self.where()}{self.one(['', '', ' HAVING count(*) > 0', ' HAVING false', f' HAVING {self.aggregate(0)} IS NULL'])}"

    def united(self):
        """Set operations over joins, in and without parentheses."""
        families = [self.one([self.number, self.text, self.time, self.condition]) for _ in range(self.one([1, 1, 2]))]
        sides = []
        for at in range(self.one([2, 2, 3, 4])):
            source = self.source()
            families = [self.one([self.number, self.text, self.time]) if self.random.random() < 0.08 else family for family in families]
            sides.append(f"SELECT {self.one(['', '', 'DISTINCT '])}{', '.join(f'{family(1)} AS u{place}' for place, family in enumerate(families))} FROM {source}{self.where(0.4)}")
        text = sides[0]
        for side in sides[1:]:
            operation = self.one(SET_OPERATIONS)
            text = self.one([f"{text} {operation} {side}", f"({text}) {operation} ({side})", f"{side} {operation} ({text})"])
        self.scope = []
        return self.one([
            text, text, f"SELECT count(*), count(u0), min(u0), max(u0) FROM ({text})", f"SELECT u0, count(*) FROM ({text}) GROUP BY u0",
            f"SELECT DISTINCT u0, typeof(u0) FROM ({text})", f"{text} ORDER BY u0 LIMIT 5" if len(families) == 1 else text,
            f"SELECT * FROM o q0 WHERE q0.id IN (SELECT u0 FROM ({text}))" if families[0] == self.number else text,
        ])

    def windowed(self):
        """Windows of all kinds over joined tables."""
        source = self.source(1)
        part, order = self.one([self.number, self.text, self.time])(self.one([0, 0, 1])), self.one([self.number, self.text, self.time])(self.one([0, 0, 1]))
        call = self.one([self.aggregate(1), self.aggregate(0), "rank()", "dense_rank()", "percent_rank()", "cume_dist()"])
        call = call if "DISTINCT" not in call and "listagg" not in call and "collect" not in call and "median" not in call and "percentile" not in call else "count(*)"
        frame = self.one(["", "", " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", " RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING", " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"]) if "rank" not in call and "dist" not in call else ""
        over = self.one([
            f"PARTITION BY {part}", f"ORDER BY {order}{self.one(['', ' DESC', ' NULLS LAST'])}{frame}", f"PARTITION BY {part} ORDER BY {order}{frame}", "",
        ])
        over = over if "rank" not in call and "dist" not in call or "ORDER" in over else f"ORDER BY {order}"
        outer = self.one([
            "{}", "{}", "{}", "coalesce({}, 0)", "{} IS NULL", "CASE WHEN {} > 1 THEN 'many' ELSE {} END", "{} + 1", "CAST({} AS STRING)", "{} - {}",
        ])
        text = f"SELECT {self.value(1)}, {outer.replace('{}', f'{call} OVER ({over})')} AS w FROM {source}{self.where(0.4)}"
        return self.one([
            text, text, f"SELECT w, count(*) FROM ({text}) GROUP BY w", f"SELECT * FROM ({text}) WHERE w IS NOT NULL",
            f"{text} QUALIFY {self.one(['rank()', 'count(*)'])} OVER (PARTITION BY {part} ORDER BY {order}) <= 2",
        ])

    def by_names(self):
        """Joins by names, three tables long."""
        kinds = [self.one(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "INNER JOIN", "FULL OUTER JOIN"]) for _ in range(2)]
        one, two, three = self.one(["o", "t", "u", "e"]), self.one(["u", "o", "e"]), self.one(["u", "e", "o"])
        shared = self.one(["id", "id", "id", "dt"]) if "e" not in (one, two, three) else "id"
        text = f"{one} j1 {kinds[0]} {two} j2 USING ({shared})"
        if self.random.random() < 0.5:
            text += f" {kinds[1]} {three} j3 USING ({shared})"
        elif self.random.random() < 0.4:
            text = f"(SELECT id, {self.one(['dt', 'n'])} FROM {self.one(['o', 'u', 't'])}) j1 NATURAL {kinds[0]} (SELECT id, dt, n AS m FROM u) j2"
            shared = "id"
        self.scope = [("j1", one if "NATURAL" not in text else "-"), ("j2", two if "NATURAL" not in text else "-")]
        return self.one([
            f"SELECT {shared}, j1.{shared}, j2.{shared} FROM {text}", f"SELECT {shared}, {self.value(1)} FROM {text}{self.where(0.4, 1)}",
            f"SELECT count(*), count({shared}), count(j1.{shared}), max(j2.{shared}) FROM {text}",
            f"SELECT {shared} AS k, count(*) FROM {text} GROUP BY {shared}",
            f"SELECT coalesce({shared}, -1) = 1, {shared} IS NULL FROM {text}" if shared == "id" else f"SELECT {shared} IS NULL FROM {text}",
            f"SELECT {shared} FROM {text} WHERE j1.{shared} IS NULL OR j2.{shared} IS NULL",
            f"SELECT DISTINCT {shared} FROM {text} ORDER BY {shared} LIMIT 3",
            f"SELECT j2.* FROM {text} WHERE {shared} IS NOT NULL",
        ])

    def laterals(self):
        """LATERAL with aggregates, sorts and generators."""
        source = self.source(1)
        outer = self.scope
        table, name = self.one(TABLES), self.name("l")
        inner = [(name, table)]
        link = f"{name}.id {self.one(['=', '<', '<=>', '>='])} {outer[0][0]}.id"
        body = self.one([
            f"SELECT {self.within(inner, lambda: self.aggregate(0))} AS v FROM {table} {name} WHERE {link}",
            f"SELECT {self.within(inner + outer, lambda: self.value(2))} AS v",
            f"SELECT {self.within(inner + outer, lambda: self.value(1))} AS v FROM {table} {name} WHERE {link}",
            f"SELECT {name}.id AS v, count(*) AS n FROM {table} {name} WHERE {link} GROUP BY {name}.id",
            f"SELECT {name}.id AS v FROM {table} {name} WHERE {link} ORDER BY {name}.id LIMIT 1",
            f"SELECT {outer[0][0]}.id AS v UNION ALL SELECT {name}.id FROM {table} {name} WHERE {link}",
            f"SELECT DISTINCT {name}.id % 2 AS v FROM {table} {name} WHERE {link}",
        ])
        kind = self.one([", LATERAL ({}) z", " JOIN LATERAL ({}) z", " LEFT JOIN LATERAL ({}) z ON true", " CROSS JOIN LATERAL ({}) z", " LEFT JOIN LATERAL ({}) z ON z.v > 1"]).format(body)
        self.scope = outer
        return f"SELECT {self.value(1)}, z.v FROM {source}{kind}{self.where(0.3, 1)}"

    def turned(self):
        """PIVOT and UNPIVOT of what a query gives."""
        self.scope = [("", "u")]
        source = self.one([
            "(SELECT g, v, id FROM u)", "(SELECT g, CAST(v AS DECIMAL(12,2)) AS v, id FROM u)", "(SELECT a.s AS g, b.v, a.id FROM o a JOIN u b USING (id))",
            "(SELECT g, id AS v, id FROM u UNION ALL SELECT s, i, id FROM o)",
        ])
        aggregates = self.one([
            "sum(v)", "count(v), max(v)", "avg(v) AS m", "max(v) AS x, count(*) AS n", "min(v + id)", "sum(v) / count(*) AS r", "count(DISTINCT id)",
        ])
        values = self.one(["'a', 'b'", "'a' AS first, NULL AS none", "'a', 'ann', 'zz'", "'a' AS `x y`"])
        pivot = f"SELECT * FROM {source} PIVOT ({aggregates} FOR {self.one(['g', 'g', 'g', 'upper(g)'])} IN ({values}))"
        unpivot = f"SELECT {self.one(['*', 'k, w', 'k, count(*), count(w)'])} FROM (SELECT {', '.join(f'{self.number(1)} AS p{at}' for at in range(3))}, id FROM u) UNPIVOT {self.one(['', 'INCLUDE NULLS '])}(w FOR k IN (p0, p1{self.one([', p2', ' AS second', ''])}))"
        return self.one([pivot, unpivot + (" GROUP BY k" if "count(*)" in unpivot.split(" FROM ")[0] else "")])

    def rows(self):
        """VALUES of mixed rows, joined and grouped."""
        self.scope = []
        families = [self.one([self.number, self.text, self.time, self.condition]) for _ in range(2)]
        values = ", ".join(f"({', '.join(family(self.one([0, 0, 1])) for family in families)})" for _ in range(self.one([2, 3, 4])))
        source = f"(VALUES {values}) AS v(x, y)"
        return self.one([
            f"SELECT x, y, typeof(x), typeof(y) FROM {source}", f"SELECT x, count(y) FROM {source} GROUP BY x",
            f"SELECT * FROM {source} WHERE x = y OR x IS NULL",
            f"SELECT a.x, b.y FROM {source} JOIN (VALUES {values}) AS b(x, y) ON v.x = b.x".replace("a.x", "v.x"),
            f"SELECT x IN (SELECT y FROM {source}) FROM {source}",
            f"SELECT max(x), min(y), count(DISTINCT x, y) FROM {source}", f"SELECT x, y FROM {source} ORDER BY x, y", f"SELECT DISTINCT x FROM {source}",
            f"SELECT o.id, x FROM o JOIN {source} ON o.id = x", f"SELECT x <=> y, coalesce(x, y) FROM {source}",
            f"SELECT array(x, y), struct(x, y) FROM {source}",
        ])

    def nested_queries(self):
        """CTEs, derived tables and subqueries within each other."""
        source = self.source()
        inner = f"SELECT {self.scope[0][0]}.id AS id, {self.value(2)} AS x, {self.one([self.number, self.text])(1)} AS y FROM {source}{self.where()}"
        self.scope = [("w", "e")]
        return self.one([
            f"WITH w AS ({inner}) SELECT count(*), count(x), count(DISTINCT y) FROM w", f"WITH w AS ({inner}) SELECT w.id, p.y FROM w JOIN w p ON w.id = p.id",
            f"SELECT id, x FROM ({inner}) w WHERE {self.predicate()}",
            f"WITH w AS ({inner}), z AS (SELECT id, max(y) AS m FROM w GROUP BY id) SELECT * FROM z WHERE m IS NOT NULL",
            f"SELECT y, count(*) FROM ({inner}) GROUP BY y HAVING count(*) < 3", f"SELECT id FROM ({inner}) w WHERE y IN (SELECT y FROM ({inner}))",
            f"SELECT (SELECT max(y) FROM ({inner})), id FROM e RIGHT JOIN (SELECT 1 AS k) ON true",
            f"SELECT id, y, row_number() OVER (PARTITION BY id, y ORDER BY id) FROM ({inner})",
            f"SELECT DISTINCT y, id IS NULL FROM ({inner})",
        ])

    def query(self):
        """A query."""
        forms = {
            self.selection: 12, self.constants: 5, self.partitioned: 8, self.grouped: 8, self.totals: 6, self.united: 6, self.windowed: 5, self.by_names: 4,
            self.laterals: 3, self.turned: 2, self.rows: 4, self.nested_queries: 4,
        }
        return self.random.choices(list(forms), list(forms.values()))[0]()
