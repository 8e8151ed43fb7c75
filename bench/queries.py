#!/usr/bin/env python3
"""Twenty analytical queries over the tables of the retail workload, beside DuckDB over the same Parquet files.

    queries.py --lakesmith target/release/lakesmith [--orders 5000000] [--runs 5]

Both engines run a query several times in one process, planning and rows included, and the first time does not count; the engines take
turns, query by query. Beside it stands what a new process of `lakesmith sql` takes, its start and end included. Answers are compared.
Results go to results/queries.json and results/queries.md.
"""

import argparse
import csv
import datetime
import json
import math
import os
import shutil
import statistics
import subprocess
import sys

import machine
import measure
import workload

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    options = arguments()
    os.makedirs(options.work, exist_ok=True)
    folder = tables(options)
    found, names = [], queries()
    for name, text in names.items():
        processes = [ask(options, folder, name, text) for _ in range(3)]
        ours = repeated(options, folder, name, text)
        theirs = duckdb(options, folder, name)
        difference = differs(answer(folder, name), theirs["rows"])
        if difference:
            raise SystemExit(f"{name}: {difference}")
        row = {"query": name, "lakesmith_s": statistics.median(ours["seconds"]), "duckdb_s": statistics.median(theirs["seconds"])}
        row["ratio"] = round(row["lakesmith_s"] / row["duckdb_s"], 2)
        row["process_s"] = statistics.median(run["wall_s"] for run in processes)
        row["others_share"] = ours["others_share"]
        print(row, flush=True)
        found.append(row)
    result = {
        "date": datetime.date.today().isoformat(),
        "machine": machine.describe(options.work),
        "versions": workload.versions(options),
        "orders": options.orders,
        "runs": options.runs,
        "build": options.build,
        "median_ratio": round(statistics.median(row["ratio"] for row in found), 2),
        "queries": found,
    }
    write(result, options.name)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--lakesmith", required=True, help="the binary, a release build when figures are to be kept")
    parser.add_argument("--orders", type=int, default=5_000_000)
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--runs", type=int, default=5, help="runs of each query, after one that does not count")
    parser.add_argument("--work", default=os.path.join(HERE, ".work"))
    parser.add_argument("--name", default="queries", help="of the result files")
    parser.add_argument("--build", default="release", help="which build of Lakesmith this is, for the page")
    options = parser.parse_args()
    options.lakesmith = os.path.abspath(shutil.which(options.lakesmith) or parser.error(f"there is no binary {options.lakesmith}"))
    options.work = os.path.abspath(options.work)
    options.spark = None
    return options


def queries():
    """The queries by name, as queries.sql has them: a comment with the name, then one line."""
    with open(os.path.join(HERE, "queries", "queries.sql"), encoding="utf-8") as text:
        lines = text.read().splitlines()
    return {name[3:]: query.rstrip(";") for name, query in zip(lines[::2], lines[1::2], strict=True)}


def tables(options):
    """A project whose tables were made by an update; made once and kept."""
    folder = os.path.join(options.work, f"queries-{options.orders}")
    if not os.path.isdir(folder):
        orders = workload.prepare(options)
        beside = workload.clean(options, "queries")
        workload.lakesmith(options, orders, beside)
        os.rename(beside, folder)
    return folder


def ask(options, folder, name, text):
    command = [options.lakesmith, "sql", "--project", folder, "-o", "csv", text]
    return measure.run(command, os.path.join(folder, f"{name}.csv"))


def repeated(options, folder, name, text):
    """Seconds of each run but the first, of one process."""
    statements = os.path.join(folder, f"{name}.sql")
    with open(statements, "w", encoding="utf-8") as file:
        file.write(f"{text};\n" * (options.runs + 1))
    told = os.path.join(folder, f"{name}.log")
    # what it says of the time goes to stderr; its rows are those of `ask`
    command = ["sh", "-c", 'exec "$0" sql --timing --project "$1" -o csv -f "$2" 2>&1 >/dev/null', options.lakesmith, folder, statements]
    run = measure.run(command, told)
    with open(told, encoding="utf-8") as file:
        seconds = [float(line.split()[0]) for line in file.read().splitlines()]
    if len(seconds) != options.runs + 1:
        raise SystemExit(f"{name}: {len(seconds)} times instead of {options.runs + 1}")
    return {"seconds": seconds[1:], "others_share": run["others_share"]}


def answer(folder, name):
    with open(os.path.join(folder, f"{name}.csv"), encoding="utf-8", newline="") as text:
        return list(csv.reader(text))[1:]


def duckdb(options, folder, name):
    """Seconds of each run and the rows, from a process of its own: see measure.py for why this one loads no DuckDB."""
    command = [sys.executable, os.path.join(HERE, "queries", "duckdb_peer.py"), folder, str(options.runs)]
    done = subprocess.run(command, input=queries()[name], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{name} in DuckDB: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def differs(ours, theirs):
    """What is different about two answers; numbers are the same up to the last digits of a floating-point sum."""
    if len(ours) != len(theirs):
        return f"{len(ours)} rows instead of {len(theirs)}"
    for own, other in zip(ours, theirs):
        if len(own) != len(other) or not all(same(a, b) for a, b in zip(own, other)):
            return f"{own} instead of {other}"
    return None


def same(own, other):
    if own == other or own.rstrip("Z") == other:
        return True
    try:
        return math.isclose(float(own), float(other), rel_tol=1e-9)
    except ValueError:
        return own.replace("T", " ").replace("Z", "") == other.replace("+00:00", "")


def write(result, name):
    place = os.path.join(HERE, "results", name)
    with open(place + ".json", "w", encoding="utf-8") as text:
        json.dump(result, text, indent=2)
        text.write("\n")
    worst = max(result["queries"], key=lambda row: row["ratio"])
    busiest = max(row["others_share"] for row in result["queries"])
    with open(place + ".md", "w", encoding="utf-8") as page:
        page.write("# Twenty analytical queries\n\n")
        page.write(f"{result['date']}, {result['build']} build, {result['orders']:,} orders, median of {result['runs']} runs. ")
        page.write(f"{result['machine']['cpu']}, {result['machine']['cores']} cores, DuckDB {result['versions']['duckdb']}. ")
        page.write(f"Other processes took at most {busiest:.0%} of the cores.\n\n")
        page.write(f"Median of the ratios: **{result['median_ratio']}**; highest: {worst['ratio']} (`{worst['query']}`).\n\n")
        page.write("Both run in a process that has started. The last column is a new process of `lakesmith sql`, from its start to its end.\n\n")
        page.write("| query | Lakesmith, s | DuckDB, s | ratio | new process, s |\n|---|---|---|---|---|\n")
        for row in result["queries"]:
            page.write(f"| {row['query']} | {row['lakesmith_s']:.3f} | {row['duckdb_s']:.3f} | {row['ratio']} | {row['process_s']:.3f} |\n")


if __name__ == "__main__":
    main()
