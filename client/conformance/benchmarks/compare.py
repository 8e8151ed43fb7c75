"""Runs the query sets on Lakesmith and compares with what Apache Spark answers over the same Parquet files.

    compare.py --queries JAR --data FOLDER --answers FILE                     asks Spark and keeps its answers
    compare.py --queries JAR --data FOLDER --answers FILE --binary PATH       compares, and asks Spark what is not in the file

`--data` is what `tables.py` made. `--form` says how Lakesmith has the tables: `delta` (the default), `parquet`, `csv` and `json` (views over
files), or `char` (tables with CHAR and VARCHAR as TPC-DS has them, on both sides).
"""

import argparse
import collections
import dataclasses
import hashlib
import json
import pathlib
import re
import sys
import time

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / "oracle")]

import answers
import query_set
import same_rows
import verdict
from columns import schemas
from process import Lakesmith


def spark_tables(spark, options, name):
    """The tables of a set on Spark."""
    for table, schema in schemas(name).items():
        files = f"parquet.`{options.data / name / table}`"
        if options.form == "char":
            spark.sql(f"DROP TABLE IF EXISTS {table}")
            spark.sql(f"CREATE TABLE {table} ({declared(schema)}) USING parquet")
            spark.sql(f"INSERT INTO {table} SELECT * FROM {files}")
        else:
            spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW {table} AS SELECT * FROM {files}")


def our_tables(binary, options, name):
    """The tables of a set on Lakesmith."""
    for table, schema in schemas(name).items():
        folder = options.data / name / table
        if options.form == "delta":
            run(binary, f"CREATE TABLE {table} AS SELECT * FROM parquet.`{folder}`")
        elif options.form == "char":
            run(binary, f"CREATE TABLE {table} ({declared(schema)})")
            run(binary, f"INSERT INTO {table} SELECT * FROM parquet.`{folder}`")
        else:
            where, more = folder, ""
            if options.form != "parquet":
                where = options.data / options.form / name / table
                more = f", schema => '{strings(declared(schema))}'" + (", header => true" if options.form == "csv" else "")
            run(binary, f"CREATE TEMPORARY VIEW {table} AS SELECT * FROM read_files('{where}', format => '{options.form}'{more})")


def declared(schema):
    """Columns with types, as CREATE TABLE has them."""
    return ", ".join(f"{column} {kind}" for column, kind in schema)


def strings(text):
    """A schema with STRING for CHAR and VARCHAR."""
    return re.sub(r"\b(VAR)?CHAR\(\d+\)", "STRING", text)


def run(binary, statement):
    """Runs a statement that must not fail."""
    made = binary.run(statement)
    if made.error or made.broken:
        sys.exit(f"{statement[:200]}: {made.error} {made.title} {made.broken}")


def write_as(spark, options, kind):
    """The same rows as CSV or JSON, for `--form`."""
    for name in ("tpcds", "tpch", "ssb"):
        for table in schemas(name):
            target = options.data / kind / name / table
            if not target.exists():
                frame = spark.read.parquet(str(options.data / name / table))
                frame.coalesce(1).write.options(header=True).format(kind).save(str(target))


class Spark:
    """Answers of Spark: those of a file, and new ones of a Spark that starts when it is needed."""

    def __init__(self, options):
        self.options = options
        self.known, self.spark, self.tables = {}, None, None
        if options.answers.exists():
            for line in options.answers.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                key = entry.pop("key")
                self.known[key] = answers.Answer(**entry)

    def started(self):
        """A session."""
        self.spark = self.spark or answers.session()
        return self.spark

    def answer(self, name, text):
        """What Spark answers to a query; nothing where only recorded answers are wanted."""
        form = "char" if self.options.form == "char" else "plain"
        key = f"{form} {name} {hashlib.sha256(text.encode()).hexdigest()[:16]}"
        if key not in self.known and not self.options.recorded:
            tables = query_set.SETS[name.split("/")[0]]
            if self.tables != tables:
                spark_tables(self.started(), self.options, tables)
                self.tables = tables
            self.known[key] = answers.ask(self.spark, text)
            with self.options.answers.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, **dataclasses.asdict(self.known[key])}) + "\n")
        return self.known.get(key)


def compare(options):
    """All queries; gives how many of each set have which verdict."""
    spark, binary, tables = Spark(options), options.binary and Lakesmith(options.binary, options.patience), None
    if options.form in ("csv", "json"):
        write_as(spark.started(), options, options.form)
    counts, times = collections.defaultdict(collections.Counter), []
    for name, text in query_set.queries(options.queries):
        if options.only and not any(name == only or name.startswith(only + "/") for only in options.only.split(",")):
            continue
        # LIMIT takes any of rows with equal keys, so Spark is asked for all of them
        begin = time.monotonic()
        expected = spark.answer(name, same_rows.unlimited(text))
        if expected is None:
            continue
        if not binary:
            print(f"{name}: {len(expected.rows)} rows {expected.error} in {time.monotonic() - begin:.1f} s", flush=True)
            continue
        if tables != query_set.SETS[name.split("/")[0]]:
            tables = query_set.SETS[name.split("/")[0]]
            binary.begin()
            our_tables(binary, options, tables)
        begin = time.monotonic()
        given = binary.run(text)
        times.append((time.monotonic() - begin, name, len(expected.rows)))
        found = verdict.of_errors(expected.error, given) or same_rows.verdict(expected, given, text)
        counts[name.split("/")[0]][found.kind] += 1
        counts[name.split("/")[0]]["empty"] += not expected.rows
        if found.kind != "same":
            print(f"-- {name} [{found.kind}]\n  {found.detail[: options.width]}", flush=True)
    if options.times:
        options.times.write_text("".join(f"{seconds:.3f}\t{name}\t{rows}\n" for seconds, name, rows in sorted(times, reverse=True)), encoding="utf-8")
    return counts


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", required=True, help="the archive of Spark's SQL tests, or a folder with its folders")
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--answers", type=pathlib.Path, required=True)
    parser.add_argument("--binary", help="the built example `answer_queries`; without it Spark is asked and nothing compared")
    parser.add_argument("--recorded", action="store_true", help="leaves out queries that Spark has not been asked")
    parser.add_argument("--form", choices=("delta", "parquet", "csv", "json", "char"), default="delta")
    parser.add_argument("--only", help="sets or queries, separated by commas: tpch,tpcds/q1")
    parser.add_argument("--times", type=pathlib.Path, help="takes the seconds of each query, the slowest first")
    parser.add_argument("--patience", type=int, default=120, help="seconds after which a query hangs")
    parser.add_argument("--width", type=int, default=1500, help="how much of a difference to show")
    options = parser.parse_args()
    options.data = options.data.resolve()
    counts = compare(options)
    for name, of_set in counts.items():
        empty = of_set.pop("empty")
        print(f"{name}: {sum(of_set.values())} queries: {', '.join(f'{count} {kind}' for kind, count in of_set.items())}; {empty} without rows")
    return 1 if any(of_set[kind] for of_set in counts.values() for kind in verdict.DIFFERENT) else 0


if __name__ == "__main__":
    sys.exit(main())
