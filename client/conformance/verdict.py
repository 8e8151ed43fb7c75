"""When two answers are the same.

The rules are those of `client/oracle/README.md`: rows of different keys are in the order of ORDER BY, of an error counts the main condition, of a
DOUBLE all digits but the last.
"""

import dataclasses
import decimal
import pathlib
import re

import values

DIFFERENT = ("rows", "schema", "condition", "fails", "answers", "broken")
KINDS = ("same", "refused", "follows", "decided", "newer", "nullability", *DIFFERENT)
DECISIONS = pathlib.Path(__file__).parent / "decisions.tsv"
NUMBER = re.compile(r"-?\d+\.\d+(?:E-?\d+)?")
# sums of powers of distances, whose last digits depend on the order of rows
MOMENTS = re.compile(r"\b(skewness|kurtosis|corr|covar_\w+|var_\w+|variance|std|stddev\w*|regr_\w+)\(", re.IGNORECASE)
NAMES_ONLY = re.compile(r"\s*show\s+(tables|views)\b", re.IGNORECASE)
# absent because what was to make it was refused
ABSENT = {
    "TABLE_OR_VIEW_NOT_FOUND",
    "ROUTINE_NOT_FOUND",
    "UNRESOLVED_COLUMN",
    "SCHEMA_NOT_FOUND",
    "UNRESOLVABLE_TABLE_VALUED_FUNCTION",
}


@dataclasses.dataclass
class Verdict:
    """One of `KINDS`, and what is different."""

    kind: str
    detail: str = ""


def decisions():
    """Patterns of statements and of details whose difference is a decision."""
    lines = DECISIONS.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(re.compile(row[0], re.IGNORECASE | re.DOTALL), re.compile(row[1]), row[2]) for row in rows]


def is_ordered(statement):
    """Whether the order of the rows is part of the answer. A set operation after ORDER BY in a pipe loses it."""
    if re.search(r"\|>\s*(union|intersect|except|minus|aggregate|join)\b(?!.*\border\s+by\b)", statement, re.IGNORECASE | re.DOTALL):
        return False
    return bool(re.search(r"\border\s+by\b[^)]*$", statement, re.IGNORECASE))


def sort_keys(statement, columns):
    """Positions of the columns that the last ORDER BY sorts by; None where a key is no column of the answer."""
    clause = re.search(r"\border\s+by\b([^()]*)$", statement, re.IGNORECASE)
    if not clause:
        return None
    listed = re.sub(r"\b(limit|offset)\b.*$", "", clause.group(1), flags=re.IGNORECASE | re.DOTALL).split(",")
    bare = [re.sub(r"\s+(asc|desc|nulls\s+(first|last))\b", "", key, flags=re.IGNORECASE).strip().strip("`;").lower() for key in listed]
    lower = [column.lower() for column in columns]
    places = [int(key) - 1 if key.isdigit() else lower.index(key.split(".")[-1]) if lower.count(key.split(".")[-1]) == 1 else None for key in bare]
    return None if any(place is None or place >= len(columns) for place in places) else places


def keyed(text, keys):
    """The cells of each row that rows are sorted by: rows with the same have no order."""
    rows = [line.split("\t") for line in text.split("\n")]
    return [[row[key] if key < len(row) else "" for key in keys] for row in rows]


def main_part(condition):
    """A condition without its finer part."""
    return condition.split(".")[0]


def of_errors(expected, given):
    """The verdict where at least one side fails; None where both answer."""
    if given.broken:
        return Verdict("broken", given.broken)
    # these say by name what is not there, where Spark has it
    lacks = not expected and main_part(given.error) in ("UNSUPPORTED_FEATURE", "UNSUPPORTED_DATATYPE")
    if lacks or given.is_refused and main_part(expected) != given.error:
        return Verdict("refused", given.title)
    if expected and given.error:
        is_same = expected == "UNKNOWN" or main_part(expected) == main_part(given.error)
        return Verdict("same") if is_same else Verdict("condition", f"Spark: {expected}, here: {given.error} ({given.title})")
    if expected:
        return Verdict("answers", f"Spark: {expected}")
    if given.error:
        return Verdict("fails", f"{given.error}: {given.title}")
    return None


def close(left, right, tolerance=4e-16):
    """Whether two texts are equal but for the last digit of numbers with a fraction."""
    if left == right:
        return True
    if NUMBER.sub("#", left) != NUMBER.sub("#", right):
        return False
    pairs = zip(NUMBER.findall(left), NUMBER.findall(right))
    return all(abs(float(one) - float(other)) <= abs(float(one)) * tolerance for one, other in pairs)


LEFT_OUT = " [not included in comparison]"


def left_out(output):
    """What lines begin with that a golden file leaves out."""
    return tuple({line.split(LEFT_OUT)[0].strip() for line in output.split("\n") if LEFT_OUT in line})


def as_recorded(text, statement, without=()):
    """An output without what Spark's golden files leave out: spaces at the end, numbers of expressions, padding of DESCRIBE, and
    lines that begin with what is in `without`."""
    text = re.sub(r"#\d+", "#x", text)
    if without:
        text = "\n".join(line for line in text.split("\n") if not line.startswith(without))
    if re.match(r"\s*show\s+create", statement, re.IGNORECASE):
        # every table is a Delta table
        text = re.sub(r"^USING (parquet|orc|json|csv)$", "USING delta", text, flags=re.IGNORECASE | re.MULTILINE)
    if re.match(r"\s*desc", statement, re.IGNORECASE):
        cells = [[cell.strip() for cell in line.split("\t")] for line in text.split("\n")]
        text = "\n".join("\t".join("" if cell == "NULL" else cell for cell in row) for row in cells)
    return "\n".join(line.rstrip() for line in text.split("\n")).rstrip("\n")


def of_golden(recorded, given):
    """Compares with an entry of a golden file."""
    verdict = of_errors(recorded.error, given)
    if verdict:
        return verdict
    schema = "struct<" + ",".join(f"{column['name']}:{column['type']}" for column in given.columns) + ">"
    if schema.lower() != recorded.schema.lower():
        return Verdict("schema", f"Spark: {recorded.schema}, here: {schema}")
    trees = [column["tree"] for column in given.columns]
    # of SHOW TABLES and SHOW VIEWS Spark's tests keep the names
    shown = slice(1, 2) if NAMES_ONLY.match(recorded.statement) else slice(None)
    rows = ["\t".join(values.hive_text(value, tree) for value, tree in list(zip(row, trees))[shown]) for row in given.rows]
    without = left_out(recorded.output)
    here = as_recorded("\n".join(rows), recorded.statement, without)
    there = as_recorded(recorded.output, recorded.statement, without)
    if here == there:
        return Verdict("same")
    columns = [column["name"] for column in given.columns]
    keys = sort_keys(recorded.statement, columns)
    if keys is not None and keyed(here, keys) == keyed(there, keys) or not is_ordered(recorded.statement) or any(isinstance(tree, list) for tree in trees):
        # an empty row at the end of an output leaves no trace in it
        here, there = ("\n".join(sorted(line for line in text.split("\n") if line)) for text in (here, there))
    tolerance = 6e-8 if "float" in schema else 1e-14 if re.search(r"\b(var|stddev|covar|corr)", recorded.statement, re.IGNORECASE) else 4e-16
    if here == there or re.search(r"double|float", schema) and close(here, there, tolerance):
        return Verdict("same")
    return Verdict("rows", f"Spark:\n{recorded.output}\n  here:\n" + "\n".join(rows))


def of_answer(answer, given):
    """Compares with what a running Spark answers."""
    verdict = of_errors(answer.error, given)
    if verdict:
        return verdict
    columns = [(column["name"], column["type"]) for column in given.columns]
    if [tuple(column) for column in answer.columns] != columns:
        return Verdict("schema", f"Spark: {answer.columns}, here: {columns}")
    trees = [column["tree"] for column in given.columns]
    here = [[values.cast_text(value, tree) for value, tree in zip(row, trees)] for row in given.rows]
    there = [list(row) for row in answer.rows]
    kinds = [kind for _, kind in columns]
    keys = sort_keys(answer.query, [name for name, _ in columns])
    # rows of equal keys have no order
    in_order = keys is not None and [[row[key] for key in keys] for row in here] == [[row[key] for key in keys] for row in there]
    if not is_ordered(answer.query) or in_order:
        here, there = (sorted(rows, key=lambda row: sort_key(row, kinds)) for rows in (here, there))
    tolerance = 1e-12 if MOMENTS.search(answer.query) else 4e-16
    if len(here) != len(there) or not all(same_row(left, right, kinds, tolerance) for left, right in zip(there, here)):
        return Verdict("rows", f"Spark: {there}\n  here:  {here}")
    nullable = [column["nullability"] for column in given.columns]
    # answers that were kept before have none
    if answer.nullability and answer.nullability != nullable:
        return Verdict("nullability", f"Spark: {answer.nullability}, here: {nullable}")
    return Verdict("same")


def plain(text):
    """A text without exponents, as Spark writes small decimals where ANSI mode is off."""
    return re.sub(r"-?\d(?:\.\d+)?E-\d+", lambda number: f"{decimal.Decimal(number[0]):f}", text)


def sort_key(row, kinds):
    """What rows are sorted by, so that those of alike values stand at the same place on both sides."""
    cells = [plain(cell) if "decimal" in kind else cell for cell, kind in zip(row, kinds)]
    # the last digits of binary fractions decide only between rows that are otherwise equal
    rough = [NUMBER.sub(lambda number: f"{float(number[0]):.9g}", cell) if re.search("double|float", kind) else cell for cell, kind in zip(cells, kinds)]
    return rough, cells


def same_row(left, right, kinds, of_doubles):
    """Whether two rows are equal; digits may differ only in types that hold binary fractions."""
    for one, other, kind in zip(left, right, kinds):
        if "decimal" in kind:
            one, other = plain(one), plain(other)
        tolerance = 6e-8 if "float" in kind else of_doubles
        if one != other and not (re.search(r"double|float", kind) and close(one, other, tolerance)):
            return False
    return True
