"""The query sets as others publish them, and the constants that they compare columns with.

The texts are read from where they are: the archive of Spark's SQL tests (`spark-sql_2.13-….tests.jar` of Maven Central), or a folder
with the same folders. They are no part of this project.
"""

import collections
import pathlib
import re
import zipfile

# folder of the archive → which tables its queries read
SETS = {"tpcds": "tpcds", "tpcds-v2.7.0": "tpcds", "tpcds-modifiedQueries": "tpcds", "tpch": "tpch", "ssb": "ssb"}

COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
VALUE = r"'(?:[^']|'')*'|-?\d+(?:\.\d+)?"
COLUMN = r"(?:substr(?:ing)?\s*\(\s*)?(?:\w+\.)?(\w+)(?:\s*,\s*\d+\s*,\s*\d+\s*\))?"
COMPARED = re.compile(rf"\b{COLUMN}\s*(<>|<=|>=|=|<|>|\blike\b)\s*({VALUE})", re.IGNORECASE)
BETWEEN = re.compile(rf"\b{COLUMN}\s+between\s+({VALUE})\s+and\s+({VALUE})(?:\s*\+\s*(\d+))?", re.IGNORECASE)
LISTED = re.compile(rf"\b{COLUMN}\s+in\s*\(\s*((?:{VALUE})(?:\s*,\s*(?:{VALUE}))*)\s*\)", re.IGNORECASE)


def queries(source):
    """Pairs of a name, such as `tpcds/q1`, and a text, in the order of their numbers."""
    found = dict(read(pathlib.Path(source)))
    for name in sorted(found, key=lambda name: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]):
        yield name, found[name].strip().rstrip(";").rstrip()


def read(source):
    """Names and texts of a folder or an archive."""
    if source.is_dir():
        for folder in SETS:
            for path in (source / folder).glob("*.sql"):
                yield f"{folder}/{path.stem}", path.read_text(encoding="utf-8")
        return
    with zipfile.ZipFile(source) as archive:
        for entry in archive.namelist():
            folder, _, file = entry.partition("/")
            if folder in SETS and file.endswith(".sql"):
                yield f"{folder}/{file.removesuffix('.sql')}", archive.read(entry).decode("utf-8")


def constants(texts):
    """Values by column that conditions of the queries name: rows that have them are found."""
    found = collections.defaultdict(dict)
    for text in texts:
        plain = COMMENT.sub(" ", text)
        for column, operator, value in COMPARED.findall(plain):
            for near in neighbours(value, operator):
                found[column.lower()][near] = None
        for column, low, high, more in BETWEEN.findall(plain):
            for between in inner(low, high, more):
                found[column.lower()][between] = None
        for column, values in LISTED.findall(plain):
            for value in re.findall(VALUE, values):
                found[column.lower()][literal(value)] = None
    return {column: list(values) for column, values in found.items()}


def literal(text):
    """The value that a literal writes."""
    return text[1:-1].replace("''", "'") if text.startswith("'") else float(text) if "." in text else int(text)


def neighbours(text, operator):
    """A value, and the numbers beside it where it is a limit; of a pattern a text that has it."""
    value = literal(text)
    if operator.lower() == "like":
        return [re.sub(r"%+", " any ", str(value)).strip().replace("_", "x")]
    if operator in ("=", "<>") or not isinstance(value, int):
        return [value]
    return [value - 1, value, value + 1]


def inner(low, high, more):
    """The limits of a range and what is in the middle."""
    low, high = literal(low), literal(high)
    if isinstance(low, str) or isinstance(high, str):
        return [low, high]
    high += int(more or 0)
    return [low, high, (low + high) // 2] if isinstance(low, int) and isinstance(high, int) else [low, high]
