"""Asks the `lakesmith` command and gives its answers in the form that `answers.py` has."""

import csv
import io
import re
import subprocess
import sys

REFUSED = {"LAKESMITH_NOT_BUILT", "UNRESOLVED_ROUTINE"}

# a column of documents has values of any length
csv.field_size_limit(sys.maxsize)


def ask(binary, query, project):
    """Columns' names and rows as texts, or the condition of the error."""
    command = [binary, "sql", "--project", str(project), "--color", "never", "-o", "csv", query]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        named = re.search(r"error\[([A-Z0-9_.]+)\]", done.stderr)
        return [], [], named.group(1) if named else f"exit status {done.returncode}"
    # an empty field that is no quoted one is NULL, so quotes are looked at here
    rows = [[field(text) for text in fields(line)] for line in records(done.stdout)]
    return rows[0], rows[1:], ""


def records(text):
    """Lines of a CSV text; a line break within quotes does not end one."""
    line = ""
    for part in text.splitlines(keepends=True):
        line += part
        if line.count('"') % 2 == 0:
            yield line.rstrip("\n")
            line = ""


def fields(line):
    """The fields of a line with their quotes."""
    return re.findall(r'(?:^|,)("(?:[^"]|"")*"|[^,]*)', line)


def field(text):
    """A field's value; NULL of an empty one without quotes."""
    if not text:
        return "NULL"
    return next(csv.reader(io.StringIO(text)))[0] if text.startswith('"') else text


def in_spark_form(value, kind):
    """A value as Spark casts it to STRING; the command prints values as Spark's `show` does."""
    if kind == "binary" and value != "NULL":
        return value.strip("[]").replace(" ", "")
    if kind.startswith(("array", "map", "struct")) and value != "NULL":
        return re.sub(r"(?<=[\[{ ])NULL(?=[,\]}])", "null", value)
    return value


def same(left, right, kind):
    """Whether two values are equal; Java before 19 writes more digits than identify a number."""
    if left == right:
        return True
    if kind not in ("double", "float"):
        return False
    try:
        return abs(float(left) - float(right)) <= abs(float(left)) * (4e-16 if kind == "double" else 6e-8)
    except ValueError:
        return False


def differs(answer, names, rows, error):
    """What is different between an answer of Spark and that of the command; an empty text when nothing is."""
    if answer.error or error:
        main = [name.split(".")[0] for name in (answer.error, error)]
        return "" if main[0] == main[1] else f"Spark: {answer.error or 'rows'}, here: {error or 'rows'}"
    kinds = [kind for _, kind in answer.columns]
    if names != [name for name, _ in answer.columns]:
        return f"columns {names} instead of {[name for name, _ in answer.columns]}"
    here = [[in_spark_form(value, kind) for value, kind in zip(row, kinds)] for row in rows]
    there = answer.rows
    if not answer.is_ordered():
        here, there = sorted(here), sorted(there)
    if len(here) != len(there):
        return f"{len(here)} rows instead of {len(there)}"
    for left, right in zip(there, here):
        if not all(same(a, b, kind) for a, b, kind in zip(left, right, kinds)):
            return f"row {right} instead of {left}"
    return ""
