"""Runs a pipeline of SQL files over JSON files with `lakesmith run` and on Apache Spark, and compares every dataset.

    pipelines.py --lakesmith PATH [--ignore COLUMN,COLUMN] FOLDER…

On Spark a streaming table is the batch result over all of its input: rows that an expectation drops are filtered, the flows of
a table are united by name. Columns that hold the time or the place of a run are left out by `--ignore`.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import answers
import lakesmith
from pyspark.errors import AnalysisException

DATASET = re.compile(
    r"CREATE\s+(?:OR\s+REFRESH\s+|OR\s+REPLACE\s+)?(?:PRIVATE\s+|TEMPORARY\s+)?"
    r"(?:STREAMING\s+(?:LIVE\s+)?TABLE|MATERIALIZED\s+VIEW|(?:LIVE\s+)?VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w.`]+)",
    re.IGNORECASE,
)
VIEW = re.compile(r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMPORARY\s+)?(?:LIVE\s+)?VIEW\s+([\w.`]+)", re.IGNORECASE)
FLOW = re.compile(
    r"CREATE\s+FLOW\s+[\w.`]+.*?\bAS\s+INSERT\s+INTO\s+(?:ONCE\s+)?([\w.`]+)\s+(?:BY\s+NAME\s+)?(.*)$",
    re.IGNORECASE | re.DOTALL,
)
CONSTRAINT = re.compile(r"EXPECT\s*(\()", re.IGNORECASE)
FILES = re.compile(r"(?:STREAM\s+)?read_files\s*\(\s*'([^']*)'(.*?)\)", re.IGNORECASE | re.DOTALL)


def statements(text):
    """The statements of a text, without comments."""
    tokens = re.findall(r"--[^\n]*|/\*.*?\*/|'(?:[^'\\]|\\.|'')*'|;|[^;'/-]+|.", text, re.DOTALL)
    current = ""
    for token in tokens:
        if token.startswith(("--", "/*")):
            current += " "
        elif token == ";":
            yield current.strip()
            current = ""
        else:
            current += token
    if current.strip():
        yield current.strip()


def configuration(folder):
    """The values of `configuration` in the spec."""
    values = {}
    spec = next(folder.glob("spark-pipeline.y*ml"), None)
    inside = False
    for line in spec.read_text(encoding="utf-8").splitlines() if spec else []:
        inside = line.strip() == "configuration:" if not line.startswith(" ") else inside
        pair = re.match(r"\s+([\w.]+):\s*(.*)$", line)
        if inside and pair:
            values[pair.group(1)] = pair.group(2).strip("'\"")
    return values


def closing(text, start):
    """Where the bracket that opens at `start` closes."""
    depth = 0
    for index in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index
    return len(text)


def dropped(head):
    """Conditions of the rows that are kept: those of expectations that drop rows."""
    kept = []
    for found in CONSTRAINT.finditer(head):
        end = closing(head, found.start(1))
        if re.match(r"\s*ON\s+VIOLATION\s+DROP\s+ROW", head[end + 1 :], re.IGNORECASE):
            kept.append(head[found.start(1) : end + 1])
    return kept


def read(folder):
    """Datasets by name: their queries and the conditions of kept rows; and the names of those that are not stored."""
    values = configuration(folder)
    datasets, views = {}, set()
    for path in sorted(folder.rglob("*.sql")):
        text = re.sub(r"\$\{([\w.]+)\}", lambda key: values.get(key.group(1), key.group(0)), path.read_text("utf-8"))
        for statement in statements(text):
            flow, dataset, view = FLOW.match(statement), DATASET.match(statement), VIEW.match(statement)
            if view:
                views.add(view.group(1))
            if flow:
                datasets.setdefault(flow.group(1), ([], []))[0].append(flow.group(2))
            elif dataset:
                queries, kept = datasets.setdefault(dataset.group(1), ([], []))
                parts = re.split(r"\bAS\s+(?=SELECT\b|WITH\b|\()", statement, maxsplit=1, flags=re.IGNORECASE)
                queries.extend(parts[1:])
                kept.extend(dropped(parts[0]))
    return datasets, views


class Batch:
    """Datasets as DataFrames of all of their input."""

    def __init__(self, spark, folder):
        self.spark, self.folder = spark, folder
        self.datasets, self.views = read(folder)
        self.files = 0

    def all(self):
        """Every dataset by name, what it reads before it."""
        waiting = list(self.datasets)
        while waiting:
            later = []
            for name in waiting:
                try:
                    yield name, self.define(name)
                except AnalysisException as error:
                    if error.getCondition() != "TABLE_OR_VIEW_NOT_FOUND" or name == waiting[-1] and len(later) == len(waiting) - 1:
                        raise
                    later.append(name)
            waiting = later

    def view_of_files(self, found):
        """What `read_files` reads: a path, which keeps `_metadata`, or with options the name of a view."""
        options = dict(re.findall(r"(\w+)\s*=>\s*'([^']*)'", found.group(2)))
        kind = options.pop("format", "json")
        if not options:
            return f"{kind}.`{self.folder / found.group(1)}`"
        self.files += 1
        name = f"files_{self.files}"
        reader = self.spark.read
        if "schema" in options:
            reader = reader.schema(options.pop("schema"))
        frame = reader.options(**options).format(kind).load(str(self.folder / found.group(1)))
        frame.createOrReplaceTempView(name)
        return name

    def define(self, name):
        """Computes a dataset and makes it known by its name."""
        queries, kept = self.datasets[name]
        frames = []
        for query in queries:
            query = FILES.sub(self.view_of_files, query)
            query = re.sub(r"\bSTREAM\s*\(\s*([\w.`]+)\s*\)", r"\1", query, flags=re.IGNORECASE)
            query = re.sub(r"\bSTREAM\s+(?=[\w.`]+)", "", query, flags=re.IGNORECASE)
            query = re.sub(r"\bLIVE\.", "", query, flags=re.IGNORECASE)
            frames.append(self.spark.sql(query))
        frame = frames[0]
        for other in frames[1:]:
            frame = frame.unionByName(other)
        for condition in kept:
            frame = frame.where(condition)
        frame.cache().createOrReplaceTempView(name)
        return frame


def compare(command, spark, source, ignored):
    """Runs one pipeline on both, and says how many of its datasets differ."""
    different = 0
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place) / "project"
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".lakesmith", "warehouse"))
        subprocess.run([command, "run", str(folder)], check=True)
        batch = Batch(spark, folder)
        for name, frame in batch.all():
            if name in batch.views:
                continue
            shown = [column for column in frame.columns if column not in ignored]
            frame = frame.select(*shown)
            query = f"SELECT {', '.join(f'`{column}`' for column in shown)} FROM {name}"
            answer = answers.Answer(query, answers.described(frame), answers.texts(frame))
            difference = lakesmith.differs(answer, *lakesmith.ask(command, query, folder))
            different += bool(difference)
            print(f"{source.name}.{name}: {difference or f'the same {len(answer.rows)} rows'}", flush=True)
        for name in batch.datasets:
            spark.catalog.dropTempView(name)
    return different


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=pathlib.Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--lakesmith", required=True, help="the command to compare with")
    parser.add_argument("--ignore", default="", help="columns that differ from run to run")
    arguments = parser.parse_args()
    ignored = set(filter(None, arguments.ignore.split(",")))
    spark = answers.session()
    different = sum(compare(arguments.lakesmith, spark, folder, ignored) for folder in arguments.folders)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
