"""Queries over the tables of `tables.py`: typed, seeded, weighted by how often public pipelines call each function.

    generate.py SEED N      prints them

The same seed gives the same queries. Their answers do not depend on the order of rows: what does is ordered by a key.
"""

import math
import pathlib
import random
import re
import sys

import clauses
import mixed
import mutations
import pools
import shapes
import signatures
import tables
import trees

USES = pathlib.Path(__file__).parent.parent.parent / "docs" / "function-uses.tsv"

# what they give depends on the order of rows
UNORDERED = {"collect_list", "collect_set", "max_by", "min_by", "any_value", "first_value", "last_value", "repeat", "rpad", "lpad", "sequence"}

LITERALS = {
    "boolean": ["true", "false", "NULL"],
    "tinyint": ["1Y", "-128Y", "127Y", "CAST(NULL AS TINYINT)"],
    "smallint": ["2S", "-32768S", "CAST(NULL AS SMALLINT)"],
    "int": ["0", "1", "2", "-1", "10", "2147483647", "-2147483648", "CAST(NULL AS INT)"],
    "bigint": ["0L", "3L", "-1L", "9223372036854775807L", "CAST(NULL AS BIGINT)"],
    "float": ["1.5F", "CAST('NaN' AS FLOAT)", "CAST('-0.0' AS FLOAT)", "CAST('Infinity' AS FLOAT)", "0.1F"],
    "double": ["0.0D", "-0.0D", "1.5D", "2.5D", "CAST('NaN' AS DOUBLE)", "CAST('-Infinity' AS DOUBLE)", "1e300", "CAST(NULL AS DOUBLE)"],
    "decimal(10,2)": ["CAST(1.5 AS DECIMAL(10,2))", "CAST(-0.01 AS DECIMAL(10,2))", "CAST(NULL AS DECIMAL(10,2))"],
    "decimal(38,18)": ["CAST(0.000000000000000001 AS DECIMAL(38,18))", "CAST(3 AS DECIMAL(38,18))"],
    "string": ["''", "'a'", "'abc'", "' x '", "'12'", "'1.5'", "'2024-02-30'", "'2020-06-15'", "'a,b-c'", "'Ünï'", "CAST(NULL AS STRING)"],
    "binary": ["X''", "X'0102FF'", "CAST('abc' AS BINARY)"],
    "date": ["DATE'2024-02-29'", "DATE'1582-10-15'", "DATE'0001-01-01'", "CAST(NULL AS DATE)"],
    "timestamp": ["TIMESTAMP'2024-03-31 02:30:00.123456'", "TIMESTAMP'1900-01-01 00:00:00'", "CAST(NULL AS TIMESTAMP)"],
    "timestamp_ntz": ["TIMESTAMP_NTZ'2024-03-31 02:30:00'"],
    "array<int>": ["array(1, NULL, 3)", "CAST(array() AS ARRAY<INT>)", "CAST(NULL AS ARRAY<INT>)"],
    "array<string>": ["array('a', '', 'b')", "CAST(NULL AS ARRAY<STRING>)"],
    "map<string,int>": ["map('a', 1, 'b', NULL)"],
    "struct<x:int,y:string>": ["named_struct('x', 1, 'y', 'b')"],
}


def uses():
    """How often each function is called."""
    lines = USES.read_text(encoding="utf-8").splitlines()
    return {name: int(count) for name, count in (line.split("\t") for line in lines if not line.startswith("#"))}


def lines(text):
    """The lines of a table of signatures."""
    return [line for line in text.splitlines() if line]


def deciding(names):
    """Which placeholder decides what `=1` is: the first that is a class of types."""
    return next((at for at, name in enumerate(names) if name in signatures.CLASSES), 0)


class Generator:
    """Makes queries from a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.columns = []
        self.table = ""
        # literals by type that stand for the usual ones
        self.calm = {}
        self.examples = mutations.examples()
        counts = uses()
        self.makers = {}
        for line in [*lines(signatures.SCALARS), *lines(trees.TYPED), *(f"?: {line}" for line in lines(shapes.EXPRESSIONS))]:
            result, template = line.split(": ", 1)
            called = [counts.get(name, 0) for name in re.findall(r"(\w+)\(", template)]
            weight = 1 + math.log2(1 + max(called, default=0)) / 2
            names = re.findall(r"\{(.*?)\}", template)
            kinds = [result]
            if result == "=1":
                first = names[deciding(names)]
                kinds = signatures.CLASSES.get(first, [first])
            for kind in kinds:
                self.makers.setdefault(kind, []).append((weight / len(kinds), template))

    def chosen(self, options):
        """One of several templates with weights."""
        return self.random.choices([template for _, template in options], [weight for weight, _ in options])[0]

    def kind(self, name):
        """A type of a class."""
        return self.random.choice(signatures.CLASSES.get(name, [name]))

    def leaf(self, kind):
        """A column or a literal, or a text of a pool."""
        if kind in pools.POOLS:
            return self.random.choice(pools.POOLS[kind])
        fitting = [column for column, known in self.columns if known == kind]
        if fitting and self.random.random() < 0.75:
            return self.random.choice(fitting)
        return self.random.choice(self.calm.get(kind) or LITERALS.get(kind) or trees.LITERALS[kind])

    def expression(self, kind, depth):
        """An expression of a type."""
        if depth <= 0 or kind not in self.makers or self.random.random() < 0.25:
            return self.leaf(kind)
        return self.filled(self.chosen(self.makers[kind]), depth - 1, kind)

    def filled(self, template, depth, first=None):
        """A template with expressions for its placeholders; where a placeholder decides the result, that is of type `first`."""
        names = re.findall(r"\{(.*?)\}", template)
        at = deciding(names)
        if f"=1: {template}" in signatures.SCALARS and first in signatures.CLASSES.get(names[at], [names[at]]):
            head = first
        else:
            head = self.kind(names[at]) if names else ""
        kinds = [head if index == at or name == "=1" else self.kind(name) for index, name in enumerate(names)]
        texts = iter([self.expression(kind, depth) for kind in kinds])
        return re.sub(r"\{(.*?)\}", lambda _: next(texts), template)

    def top(self, depth):
        """An expression of the SELECT list."""
        if self.random.random() < 0.4:
            return self.filled(self.chosen(self.makers["?"]), depth - 1)
        kind = self.random.choice(list(LITERALS))
        return self.expression(kind, depth)

    def condition(self, depth=2):
        """A condition."""
        return self.expression("boolean", depth)

    def of(self, *names, prefix=True):
        """Makes the columns of tables those that expressions may name."""
        self.columns = [
            (f"{name}.{column}" if prefix else column, kind) for name in names for column, kind in tables.COLUMNS[name].items()
        ]

    def listed(self, depth):
        """A SELECT list of one to three expressions, some with names."""
        count = self.random.choice([1, 1, 1, 2, 3])
        items = [self.top(depth) for _ in range(count)]
        # a generator stands alone
        if any(map(clauses.is_alone, items)):
            items = [next(filter(clauses.is_alone, items))]
        return ", ".join(item + (f" AS x{at}" if self.random.random() < 0.3 else "") for at, item in enumerate(items))

    def constant(self):
        """A query without a table."""
        self.columns = []
        return f"SELECT {self.listed(self.random.choice([1, 2, 2, 3]))}"

    def simple(self):
        """A query of one table."""
        name = self.random.choice(["t", "t", "t", "u", "e"])
        self.of(name, prefix=False)
        listed = self.listed(self.random.choice([1, 1, 2, 3]))
        where = f" WHERE {self.condition()}" if self.random.random() < 0.35 else ""
        order = " ORDER BY id, 1 LIMIT 5" if self.random.random() < 0.1 and name != "u" and not clauses.is_alone(listed) else ""
        distinct = "DISTINCT " if not order and self.random.random() < 0.08 else ""
        return f"SELECT {distinct}{'id, ' if order else ''}{listed} FROM {name}{where}{order}"

    def aggregate(self, name):
        """An aggregate function; where keys repeat, none that depends on the order of rows."""
        templates = [line for line in lines(signatures.AGGREGATES) if "_by(" not in line or name != "u"]
        return self.filled(self.random.choice(templates), self.random.choice([0, 0, 1]))

    def grouped(self):
        """A query with aggregates."""
        name = self.random.choice(["t", "t", "u", "u", "e"])
        self.of(name, prefix=False)
        keys = [self.expression(self.kind("ordered"), self.random.choice([0, 0, 1])) for _ in range(self.random.choice([0, 1, 1, 2]))]
        keys = [key for key in keys if re.match(r"[a-z(]", key) and not key.startswith(("true", "false"))]
        aggregates = [self.aggregate(name) for _ in range(self.random.choice([1, 2]))]
        listed = ", ".join([*keys, *aggregates])
        where = f" WHERE {self.condition(1)}" if self.random.random() < 0.25 else ""
        form = self.random.choices(["{}", "ROLLUP ({})", "CUBE ({})"], [8, 1, 1])[0]
        group = f" GROUP BY {form.format(', '.join(keys))}" if keys else ""
        having = f" HAVING count(*) {self.random.choice(['>', '<', '='])} 1" if keys and self.random.random() < 0.2 else ""
        return f"SELECT {listed} FROM {name}{where}{group}{having}"

    def joined(self):
        """A query of two tables."""
        kind = self.random.choice(["JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "LEFT SEMI JOIN", "LEFT ANTI JOIN", "CROSS JOIN"])
        key = self.random.choice(["t.id = u.id", "t.id = u.id", "t.dt = u.dt", "t.d = u.w", "t.n = u.n", "t.s = u.g", "t.i < u.v", "t.f = u.w", "t.id <=> u.id", "t.l = u.v AND t.id > 1"])
        on = "" if kind == "CROSS JOIN" else f" ON {key}"
        self.of("t", *([] if "SEMI" in kind or "ANTI" in kind else ["u"]))
        listed = self.listed(1)
        where = f" WHERE {self.condition(1)}" if self.random.random() < 0.3 else ""
        return f"SELECT {listed} FROM t {kind} u{on}{where}"

    def windowed(self):
        """A query with a window function, its order decided by a key."""
        self.of("t", prefix=False)
        call = self.filled(self.random.choice(lines(signatures.WINDOWS)), self.random.choice([0, 0, 1]))
        part = f"PARTITION BY {self.expression(self.kind('ordered'), 0)} " if self.random.random() < 0.5 else ""
        direction = self.random.choice(["", " DESC", " NULLS LAST", " DESC NULLS FIRST"])
        order = "id" if self.random.random() < 0.5 else f"{self.expression(self.kind('ordered'), 0)}{direction}, id"
        frame = self.random.choice(["", "", "", " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW", " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"])
        if re.match(r"(row_number|rank|dense|lag|lead|ntile|percent|cume)", call):
            frame = ""
        return f"SELECT id, {call} OVER ({part}ORDER BY {order}{frame}) FROM t"

    def combined(self):
        """A set operation."""
        operation = self.random.choice(["UNION ALL", "UNION", "INTERSECT", "EXCEPT", "EXCEPT ALL"])
        kinds = [self.random.choice(list(LITERALS)) for _ in range(self.random.choice([1, 2]))]
        sides = []
        for name in ("t", self.random.choice(["t", "u"])):
            self.of(name, prefix=False)
            # now and then of another type
            own = [self.kind("atom") if self.random.random() < 0.15 else kind for kind in kinds]
            sides.append(f"SELECT {', '.join(self.expression(kind, 1) for kind in own)} FROM {name}")
        return f" {operation} ".join(sides)

    def nested(self):
        """A subquery or a CTE."""
        self.of("t", prefix=True)
        listed, condition = self.listed(1), self.condition(1)
        return self.random.choice([
            f"SELECT {listed} FROM t WHERE t.id IN (SELECT u.id FROM u WHERE u.v > {self.random.randint(-5, 30)})",
            f"SELECT {listed} FROM t WHERE t.id NOT IN (SELECT u.id FROM u WHERE u.id IS NOT NULL)",
            f"SELECT {listed} FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id AND {condition})",
            f"SELECT {listed} FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.g = t.s)",
            f"SELECT t.id, (SELECT max(u.v) FROM u WHERE u.id = t.id) FROM t WHERE {condition}",
            f"SELECT t.id, (SELECT count(*) FROM u WHERE u.dt < t.dt) FROM t",
            f"WITH c AS (SELECT * FROM t WHERE {condition}) SELECT count(*), max(c.id) FROM c JOIN u ON c.id = u.id",
            f"SELECT * FROM (SELECT {listed} FROM t WHERE {condition})",
            f"SELECT (SELECT max(v) FROM u) + t.id, {listed} FROM t" if not clauses.is_alone(listed) else f"SELECT {listed} FROM t",
        ])

    def wild(self):
        """A call with arguments of any type; most are errors."""
        names = re.findall(r"(\w+)\(", signatures.SCALARS + signatures.AGGREGATES)
        self.of("t", prefix=False)
        count = self.random.choice([0, 1, 1, 2, 2, 3])
        arguments = ", ".join(self.expression(self.random.choice(list(LITERALS)), 0) for _ in range(count))
        return f"SELECT {self.random.choice([name for name in names if not name.isupper() and name not in UNORDERED])}({arguments}) FROM t"

    def query(self):
        """A query."""
        if self.random.random() < 0.5:
            return mixed.Mixed(self).query()
        forms = {
            self.constant: 20, self.simple: 34, self.grouped: 14, self.joined: 8, self.windowed: 6, self.combined: 6,
            self.nested: 7, self.wild: 5,
        }
        if self.random.random() < 0.4:
            return self.random.choices(list(forms), list(forms.values()))[0]()
        if self.random.random() < 0.2:
            return mutations.mutated(self)
        if self.random.random() < 0.5:
            return trees.Tree(self, tables.COLUMNS).query()
        return self.random.choices(list(clauses.FORMS), list(clauses.FORMS.values()))[0](self)


def queries(seed, count):
    """The queries of a seed."""
    generator = Generator(seed)
    return [generator.query() for _ in range(count)]


if __name__ == "__main__":
    print("\n".join(queries(int(sys.argv[1]), int(sys.argv[2]))))
