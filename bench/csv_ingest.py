#!/usr/bin/env python3
"""Ingest of CSV: customers' change events of about 1 GB into one bronze table, beside DuckDB doing equal work.

    csv_ingest.py --lakesmith target/release/lakesmith [--events 9000000] [--runs 5]

Both write the rows to disk, compressed alike, and flush them; Lakesmith also commits them to a Delta table, exactly once. Engines take
turns; row counts and checksums are compared. Results go to results/csv.json and results/csv.md.
"""

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys

import machine
import measure
import workload

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    options = arguments()
    os.makedirs(options.work, exist_ok=True)
    customers = prepare(options)
    engines, runs, reference = {"lakesmith": lakesmith, "duckdb": duckdb}, {"lakesmith": [], "duckdb": []}, None
    for turn in range(options.runs + 1):
        for name, engine in engines.items():
            folder = workload.clean(options, f"csv-{name}")
            cost = engine(options, customers, folder)
            sums = checksum(folder)
            reference = reference or sums
            if sums != reference:
                raise SystemExit(f"{name} wrote other rows: {sums} instead of {reference}")
            cost["bytes_written"] = workload.written(folder)
            print(f"turn {turn} {name}: {cost}", flush=True)
            if turn > 0:
                runs[name].append(cost)
    write(
        {
            "date": datetime.date.today().isoformat(),
            "machine": machine.describe(options.work),
            "versions": workload.versions(options),
            "data": {"events": options.events, "bytes": workload.size(customers), "rows": reference[0]},
            "build": options.build,
            "engines": {name: measure.summary(costs) for name, costs in runs.items()},
        },
        options.name,
    )


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--lakesmith", required=True, help="the binary, a release build when figures are to be kept")
    parser.add_argument("--events", type=int, default=9_000_000)
    parser.add_argument("--runs", type=int, default=5, help="runs of each engine, in turns, after one that does not count")
    parser.add_argument("--work", default=os.path.join(HERE, ".work"))
    parser.add_argument("--name", default="csv", help="of the result files")
    parser.add_argument("--build", default="release", help="which build of Lakesmith this is, for the page")
    options = parser.parse_args()
    options.lakesmith = os.path.abspath(shutil.which(options.lakesmith) or parser.error(f"there is no binary {options.lakesmith}"))
    options.work = os.path.abspath(options.work)
    options.spark = None
    return options


def prepare(options):
    """The folder with the CSV files; made once and kept."""
    folder = os.path.join(options.work, f"customers-{options.events}")
    if not os.path.isdir(folder):
        sample = os.path.join(options.work, "sample")
        shutil.rmtree(sample, ignore_errors=True)
        arguments = ["--orders", "1000", "--files", "8", "--customer-events", str(options.events), "--out", sample]
        subprocess.run([options.lakesmith, "sample-data", "retail", *arguments], check=True, stdout=subprocess.DEVNULL)
        beside = folder + ".new"
        shutil.rmtree(beside, ignore_errors=True)
        os.makedirs(beside)
        for path, _, names in os.walk(sample):
            for name in names:
                if name.endswith(".csv"):
                    os.rename(os.path.join(path, name), os.path.join(beside, name))
        os.rename(beside, folder)
        shutil.rmtree(sample)
    return folder


def lakesmith(options, customers, folder):
    for name in os.listdir(os.path.join(HERE, "csv", "lakesmith")):
        shutil.copy(os.path.join(HERE, "csv", "lakesmith", name), folder)
    return measure.run([options.lakesmith, "run", folder, "--set", f"customers={customers}"], folder + ".log")


def duckdb(options, customers, folder):
    return measure.run([sys.executable, os.path.join(HERE, "csv", "duckdb_peer.py"), customers, folder], folder + ".log")


def checksum(folder):
    """Rows, and a sum of hashes over all columns, of the Parquet files below a folder that are rows of the table."""
    script = (
        "import duckdb, json, os, sys\n"
        "found = [os.path.join(p, n) for p, _, ns in os.walk(sys.argv[1]) for n in ns if n.endswith('.parquet')]\n"
        "found = [path for path in found if 'storage' not in path]\n"
        "c = duckdb.connect(); c.execute(\"SET TimeZone = 'UTC'\")\n"
        "columns = 'customer_id, first_name, last_name, email, city, customer_segment, operation, epoch_us(ingestion_ts)'\n"
        "row = c.execute(f'SELECT count(*), CAST(sum(hash({columns})) AS VARCHAR) FROM read_parquet({found})').fetchone()\n"
        "print(json.dumps(row))"
    )
    return json.loads(subprocess.run([sys.executable, "-c", script, folder], check=True, capture_output=True, text=True).stdout)


def write(result, name):
    place = os.path.join(HERE, "results", name)
    with open(place + ".json", "w", encoding="utf-8") as text:
        json.dump(result, text, indent=2)
        text.write("\n")
    data, engines = result["data"], result["engines"]
    ratio = engines["lakesmith"]["wall_s"] / engines["duckdb"]["wall_s"]
    with open(place + ".md", "w", encoding="utf-8") as page:
        page.write("# CSV ingest\n\n")
        page.write(f"{result['date']}, {result['build']} build, {data['rows']:,} rows, {data['bytes'] / 1e6:,.0f} MB of CSV in 9 files at most. ")
        page.write(f"{result['machine']['cpu']}, {result['machine']['cores']} cores, DuckDB {result['versions']['duckdb']}.\n\n")
        page.write(f"Lakesmith takes **{ratio:.2f}** times DuckDB's time.\n\n")
        page.write("| engine | wall, s | least to most | CPU, s | peak memory, MiB | others took |\n|---|---|---|---|---|---|\n")
        for engine, cost in engines.items():
            spread = f"{cost['wall_min_s']:.2f} to {cost['wall_max_s']:.2f}"
            page.write(f"| {engine} | {cost['wall_s']:.2f} | {spread} | {cost['cpu_s']:.1f} | {cost['peak_rss_mib']:.0f} | {cost['others_share']:.0%} |\n")


if __name__ == "__main__":
    main()
