"""Makes the tables of the three query sets as Parquet files, by Apache Spark.

    tables.py --queries JAR --out FOLDER [--scale 1] [--seed 1]

Rows are made by chance, the same for the same seed and scale: foreign keys that are there, a few values that are frequent, NULLs, and the
constants that the queries compare columns with. Tables that are there are kept. `--scale 150` gives store_sales three million rows.
"""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent.parent / "oracle"))

import answers
import query_set
import ssb
import tpcds
import tpch
from columns import Draws, schemas

ROWS_PER_FILE = 1_000_000


def rows(tables, draws, table, schema):
    """The query that gives a table's rows."""
    own = tables.columns(table)
    # expressions may refer to columns before them
    order = [*(column for column, _ in schema if column not in own), *own]
    kinds = dict(schema)
    unknown = set(own) - set(kinds)
    if unknown:
        sys.exit(f"{table} has no {unknown}")
    made = [f"CAST({own.get(column) or draws.usual(column, kinds[column])} AS {plain(kinds[column])}) AS {column}" for column in order]
    shown = [with_nulls(tables, draws, table, column) for column, _ in schema]
    return f"SELECT {', '.join(shown)} FROM (SELECT id, {', '.join(made)} FROM {tables.source(table)})"


def plain(kind):
    """A type of Parquet: texts have no lengths."""
    return "STRING" if "CHAR" in kind else kind


def with_nulls(tables, draws, table, column):
    """A column, NULL in one row of thirty where it may be."""
    if not tables.may_be_null(table, column):
        return column
    return f"if({draws.number(column + ' is null', 30)} = 0, NULL, {column}) AS {column}"


def make(spark, kind, constants, options):
    """All tables of a set."""
    draws = Draws(options.seed, constants)
    tables = kind.Tables(draws, options.scale)
    listed = schemas(tables.folder)
    for table in tables.order():
        folder = options.out / tables.folder / table
        if not (folder / "_SUCCESS").exists():
            frame = spark.sql(rows(tables, draws, table, listed[table]))
            files = max(1, tables.counts.get(table, 0) // ROWS_PER_FILE)
            frame.coalesce(files).write.mode("overwrite").parquet(str(folder))
        spark.read.parquet(str(folder)).createOrReplaceTempView(table)


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", required=True, help="the archive of Spark's SQL tests, or a folder with its folders")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sets", default="tpcds,tpch,ssb")
    options = parser.parse_args()
    texts = dict(query_set.queries(options.queries))
    spark = answers.session()
    for kind in (tpcds, tpch, ssb):
        name = kind.Tables.folder
        if name in options.sets.split(","):
            of_set = [text for query, text in texts.items() if query_set.SETS[query.split("/")[0]] == name]
            make(spark, kind, query_set.constants(of_set), options)


if __name__ == "__main__":
    main()
