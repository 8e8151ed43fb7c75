#!/usr/bin/env python3
"""Runs the pipeline while its files arrive one by one, and compares its tables with DuckDB's answers over the same files, row by row.

    check.py --lakesmith target/debug/lakesmith [--files 5]

Works in a scratch folder and leaves the example as it is. From the second arrival on there is an update after each; after the last one, one more that must
write nothing. The tables are read from their Delta logs, not through Lakesmith. Exit code 0 when every row is equal. Needs Python 3.9
with the package `duckdb`, and the files that fetch.sh prepares (it is run when they are missing).
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "bench"))

import duckdb  # noqa: E402
import delta_table  # noqa: E402

ARRIVALS = ["archive/flights-3m.parquet", "feed/flights-2k.json", "feed/flights-5k.json", "feed/flights-10k.json", "feed/flights-20k.json"]
TABLES = ["silver_flights", "airport_delays", "busiest_routes", "feed_quality", "long_delays"]
PIPELINE = ["spark-pipeline.yml", "bronze", "silver", "gold"]


def main():
    options = arguments()
    lakesmith = os.path.abspath(options.lakesmith)
    if not os.path.exists(os.path.join(HERE, "data", "files", "flights-20k.json")):
        subprocess.run([os.path.join(HERE, "fetch.sh")], check=True)
    project = tempfile.mkdtemp(prefix="lakesmith-flights-")
    try:
        arrivals = ARRIVALS[: options.files]
        copy_pipeline(project)
        # The pipeline starts when both of its sources have a file; from then on one more arrives before each update.
        for number, arrival in enumerate(arrivals):
            arrive(project, arrival)
            if number > 0:
                update(lakesmith, project, f"after {arrival}")
        wrong = unchanged_by_another_update(lakesmith, project)
        connection = sources(project, arrivals)
        wrong += differences(connection, project) + violations_differ(connection, lakesmith, project)
    finally:
        if options.keep:
            print(f"kept: {project}")
        else:
            shutil.rmtree(project)
    sys.exit(1 if wrong else 0)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--lakesmith", default="lakesmith", help="the binary")
    parser.add_argument("--files", type=int, default=len(ARRIVALS), help="how many files arrive, the archive first (at least 2)")
    parser.add_argument("--keep", action="store_true", help="keep the scratch folder")
    options = parser.parse_args()
    if not 2 <= options.files <= len(ARRIVALS):
        parser.error(f"--files is from 2 to {len(ARRIVALS)}")
    options.lakesmith = shutil.which(options.lakesmith) or parser.error(f"there is no binary {options.lakesmith}")
    return options


def copy_pipeline(project):
    for name in PIPELINE:
        source = os.path.join(HERE, name)
        (shutil.copytree if os.path.isdir(source) else shutil.copy)(source, os.path.join(project, name))
    for folder in ["archive", "feed"]:
        os.makedirs(os.path.join(project, "data", "landing", folder))


def arrive(project, arrival):
    """Copies beside the target and renames: a file that an update sees is whole."""
    folder = os.path.join(project, "data", "landing", os.path.dirname(arrival))
    beside = os.path.join(project, "data", "arriving")
    shutil.copyfile(os.path.join(HERE, "data", "files", os.path.basename(arrival)), beside)
    os.rename(beside, os.path.join(folder, os.path.basename(arrival)))


def update(lakesmith, project, when):
    started = time.monotonic()
    done = subprocess.run([lakesmith, "run", project], capture_output=True, text=True)
    print(f"update {when}: exit code {done.returncode}, {time.monotonic() - started:.1f} s", flush=True)
    if done.returncode != 0:
        sys.stdout.write(done.stdout + done.stderr)
        sys.exit(1)


def table_path(project, table):
    return os.path.join(project, "warehouse", "aviation", "delays", table)


def unchanged_by_another_update(lakesmith, project):
    """How many tables got a new version in an update for which nothing had arrived."""
    tables = TABLES + ["bronze_archive", "bronze_feed"]
    before = {table: delta_table.version(table_path(project, table)) for table in tables}
    update(lakesmith, project, "with nothing new")
    changed = [table for table in tables if delta_table.version(table_path(project, table)) != before[table]]
    for table in changed:
        print(f"{table}: written although nothing was new")
    return len(changed)


def sources(project, arrivals):
    """A DuckDB connection with the source files as views and the answers of expected.sql as tables."""
    connection = duckdb.connect()
    archive = source_list(project, arrivals, "archive/")
    feed = source_list(project, arrivals, "feed/")
    connection.execute(f"CREATE VIEW archive AS SELECT * FROM read_parquet({archive})")
    columns = "{date: 'VARCHAR', delay: 'BIGINT', distance: 'BIGINT', origin: 'VARCHAR', destination: 'VARCHAR'}"
    connection.execute(f"CREATE VIEW feed AS SELECT * FROM read_json({feed}, format = 'newline_delimited', columns = {columns})")
    connection.execute("SET TimeZone = 'UTC'")
    with open(os.path.join(HERE, "expected.sql"), encoding="utf-8") as text:
        connection.execute(text.read())
    return connection


def differences(connection, project):
    """How many tables differ from DuckDB's; prints a line for each table and the first rows that differ."""
    wrong = 0
    for table in TABLES:
        delta_table.define_view(connection, table, table_path(project, table))
        wrong += differs(connection, table)
    return wrong + rows_differ_from_sources(connection, project)


def source_list(project, arrivals, prefix):
    return repr([os.path.join(project, "data", "landing", arrival) for arrival in arrivals if arrival.startswith(prefix)])


def differs(connection, table):
    columns = [name for name, *_ in connection.execute(f"DESCRIBE expected_{table}").fetchall()]
    # A TIMESTAMP of the table is an instant; its clock time in UTC is what the sources hold.
    ours = ", ".join(f"CAST({name} AS TIMESTAMP) AS {name}" if name == "departed_at" else name for name in columns)
    actual, expected = f"(SELECT {ours} FROM {table})", f"(SELECT {', '.join(columns)} FROM expected_{table})"
    count, wanted = (connection.execute(f"SELECT count(*) FROM {rows}").fetchone()[0] for rows in (actual, expected))
    surplus = connection.execute(f"FROM {actual} EXCEPT ALL FROM {expected}").fetchall()
    # As many rows and none too many: the two are the same multiset.
    if count == wanted and not surplus:
        print(f"{table}: {count:,} rows, all equal")
        return 0
    missing = connection.execute(f"FROM {expected} EXCEPT ALL FROM {actual}").fetchall()
    print(f"{table}: {count:,} rows, {len(surplus)} not in DuckDB's answer, {len(missing)} missing")
    for row in surplus[:3]:
        print(f"  surplus {row}")
    for row in missing[:3]:
        print(f"  missing {row}")
    return 1


def rows_differ_from_sources(connection, project):
    """Bronze holds each source row once: as many rows as the files of the source."""
    wrong = 0
    for table, source in [("bronze_archive", "archive"), ("bronze_feed", "feed")]:
        delta_table.define_view(connection, table, table_path(project, table))
        columns = "CAST(date AS VARCHAR), delay, distance, origin, destination"
        surplus = len(connection.execute(f"(SELECT {columns} FROM {table}) EXCEPT ALL (SELECT {columns} FROM {source})").fetchall())
        rows, expected = (connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in (table, source))
        equal = rows == expected and surplus == 0
        print(f"{table}: {rows:,} rows, {'all equal' if equal else f'expected {expected:,}, {surplus} not in the files'}")
        wrong += not equal
    return wrong


def violations_differ(connection, lakesmith, project):
    """1 when the event log counts other violations of the expectations than DuckDB finds in the source rows."""
    query = "SELECT name, sum(passed_records), sum(failed_records) FROM event_log(TABLE(silver_flights)) GROUP BY name"
    command = [lakesmith, "sql", query, "--project", project, "-o", "csv"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[1:]
    counted = sorted((name, int(passed), int(failed)) for name, passed, failed in (line.split(",") for line in lines))
    expected = sorted(connection.execute("SELECT name, passed, failed FROM expected_violations").fetchall())
    equal = counted == expected
    dropping = ", ".join(f"{name} {failed:,}" for name, _, failed in counted if failed)
    print(f"expectations: {'all equal' if equal else f'{counted}, expected {expected}'}; violations: {dropping}")
    return 0 if equal else 1


if __name__ == "__main__":
    main()
