"""When the rows of a query with ORDER BY and LIMIT are those of Spark, which has been asked for all rows.

Rows with equal keys have no order, and LIMIT takes any of them.
"""

import re
from collections import Counter

import values
from query_set import COMMENT
from verdict import Verdict, close

LIMIT = re.compile(r"\blimit\s+(\d+)\s*$", re.IGNORECASE)
# sums of fractions depend on the order of rows
TOLERANCE = 1e-11


def unlimited(text):
    """A query without the LIMIT at its end."""
    return LIMIT.sub("", COMMENT.sub(" ", text).rstrip()).rstrip()


def verdict(expected, given, text):
    """Compares all rows of Spark with the given ones."""
    columns = [(column["name"], column["type"]) for column in given.columns]
    if [tuple(column) for column in expected.columns] != columns:
        return Verdict("schema", f"Spark: {expected.columns}, here: {columns}")
    trees = [column["tree"] for column in given.columns]
    here = [[values.cast_text(value, tree) for value, tree in zip(row, trees)] for row in given.rows]
    there = [list(row) for row in expected.rows]
    limit = LIMIT.search(COMMENT.sub(" ", text).rstrip())
    wanted = min(int(limit.group(1)), len(there)) if limit else len(there)
    if len(here) != wanted:
        return Verdict("rows", f"Spark has {wanted} rows, here are {len(here)}: {first_absent(there, here)}")
    fractions = [at for at, (_, kind) in enumerate(columns) if re.search("double|float", kind)]
    keys = sort_keys(COMMENT.sub(" ", text), columns)
    for at, (one, other) in enumerate(zip(there, here)):
        if not all(close(one[key], other[key], TOLERANCE) for key in keys):
            return Verdict("rows", f"row {at} is out of order: Spark: {one}, here: {other}")
    left = Counter(rounded(row, fractions) for row in there)
    left.subtract(Counter(rounded(row, fractions) for row in here))
    missing = [row for row, count in left.items() if count < 0]
    return Verdict("rows", f"not of Spark: {missing[:3]}; of Spark: {[row for row, count in left.items() if count > 0][:3]}") if missing else Verdict("same")


def first_absent(there, here):
    """A row that only one side has."""
    left = Counter(map(tuple, there))
    left.subtract(Counter(map(tuple, here)))
    return next((f"{'Spark' if count > 0 else 'here'}: {row}" for row, count in left.items() if count), "")


def rounded(row, fractions):
    """A row that can be found again, whatever the last digits of its fractions."""
    cells = list(row)
    for at in fractions:
        if re.fullmatch(r"-?[\d.]+(E-?\d+)?", cells[at]):
            cells[at] = f"{float(cells[at]):.10e}"
    return tuple(cells)


def sort_keys(text, columns):
    """Places of the columns that the last ORDER BY sorts by, up to the first key that is no column."""
    text = LIMIT.sub("", text.rstrip())
    clause = [found.end() for found in re.finditer(r"\border\s+by\b", text, re.IGNORECASE)]
    if not clause or text[clause[-1] :].count("(") != text[clause[-1] :].count(")"):
        return []
    lower = [name.lower() for name, _ in columns]
    found = []
    for key in re.split(r",(?![^(]*\))", text[clause[-1] :]):
        bare = re.sub(r"\s+(asc|desc|nulls\s+(first|last))\b", "", key, flags=re.IGNORECASE).strip().strip("`").lower().split(".")[-1]
        if bare.isdigit():
            found.append(int(bare) - 1)
        elif lower.count(bare) == 1:
            found.append(lower.index(bare))
        else:
            break
    return found
