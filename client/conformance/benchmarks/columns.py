"""Expressions of Spark SQL that give every row of a table a value: the same for the same seed, column and row.

`Draws` has the kinds of values, `usual` says which one a column has that nothing else is said of. What queries compare a column with is
among its values (`query_set.constants`), so that conditions hold for some rows.
"""

import pathlib
import re

SCHEMAS = pathlib.Path(__file__).parent / "schemas.txt"
WORDS = "able anti ation bar callyable cally eing ese ought pri prion stable ableought important special final regular".split()
# address-like columns of all tables share their values, so that they can be compared with each other
SHARED = ("_zip", "_city", "_county", "_state", "_country", "_gmt_offset")


def schemas(name):
    """Tables of a set: names and types of their columns, in order."""
    found = {}
    for paragraph in SCHEMAS.read_text(encoding="utf-8").split("\n\n"):
        head, _, body = " ".join(paragraph.split()).partition(": ")
        if head.startswith(name + "."):
            found[head.split(".")[1]] = re.findall(r"(\w+) ([A-Z]+(?:\([\d,]+\))?)", body)
    return found


def text_literal(value):
    """A literal of SQL."""
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


class Draws:
    """Values by chance."""

    def __init__(self, seed, constants):
        self.seed = seed
        self.constants = dict(constants)
        for suffix in SHARED:
            named = [value for column, values in constants.items() if column.endswith(suffix) for value in values]
            self.constants[suffix] = list(dict.fromkeys(named))

    def number(self, column, count, row="id"):
        """A number from 0 to `count`, which is not among them."""
        return f"pmod(xxhash64({row}, '{column}', {self.seed}), {count})"

    def skewed(self, column, count, row="id", power=2):
        """As `number`, small numbers more often."""
        return f"CAST(floor({count} * pow({self.number(column, 1_000_000, row)} / 1000000D, {power})) AS INT)"

    def pick(self, column, values, row="id", power=1.5):
        """One of some values, the first ones more often."""
        values = ", ".join(text_literal(value) for value in values)
        return f"element_at(array({values}), 1 + {self.skewed(column, values.count(', ') + 1, row, power)})"

    def pool(self, column):
        """What queries compare a column with."""
        suffix = next((suffix for suffix in SHARED if column.endswith(suffix)), None)
        return self.constants.get(suffix or column, [])

    def text(self, column, length):
        """A text of at most so many characters."""
        known = [value for value in self.pool(column) if isinstance(value, str) and len(value) <= length]
        if length == 1:
            return self.pick(column, list(dict.fromkeys([*known, "N", "Y"])), power=1)
        others = [word[:length] for word in WORDS] if len(known) < 6 else []
        return self.pick(column, list(dict.fromkeys([*known, *others])))

    def whole(self, column):
        """An INT or BIGINT."""
        known = [value for value in self.pool(column) if isinstance(value, int)]
        return self.pick(column, known + [value + 3 for value in known[:2]], power=1) if known else f"1 + {self.number(column, 100)}"

    def decimal(self, column, digits):
        """A DECIMAL with two digits after the point."""
        known = [value for value in self.pool(column) if not isinstance(value, str)]
        if digits <= 5 and known:
            return self.pick(column, known)
        return f"(9 + {self.number(column, 10_000)}) / 100"

    def usual(self, column, kind):
        """The value of a column by its type."""
        size = [int(number) for number in re.findall(r"\d+", kind)]
        if kind.startswith(("CHAR", "VARCHAR")):
            return self.text(column, size[0])
        if kind == "STRING":
            return self.text(column, 100)
        if kind.startswith("DECIMAL"):
            return self.decimal(column, size[0])
        if kind == "DATE":
            return f"date_add(DATE'1997-01-01', CAST({self.number(column, 1500)} AS INT))"
        return self.whole(column)
