#!/usr/bin/env python3
"""The retail benchmark: orders as NDJSON to bronze, to silver with four expectations, to three gold views; against peers doing equal work.

    retail.py --lakesmith target/release/lakesmith [--orders 5000000] [--runs 5] [--spark VENV] [--name NAME]

Measures, each in processes that start cold: the whole workload (engines take turns), an update with nothing new, one new file of 10,000
rows through bronze and silver, both of these after 10 and after 1,000 earlier files, and peak memory under a limit. Every run's tables
are compared by checksums. Results go to results/NAME.json and results/NAME.md. See docs/benchmarks.md.
"""

import argparse
import datetime
import os
import shutil

import history
import machine
import report
import workload

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    options = arguments()
    os.makedirs(options.work, exist_ok=True)
    orders = workload.prepare(options)
    result = {
        "date": datetime.date.today().isoformat(),
        "machine": machine.describe(options.work),
        "versions": workload.versions(options),
        "data": {"orders": options.orders, "files": len(os.listdir(orders)), "bytes": workload.size(orders)},
        "command": command_line(options),
        "build": options.build,
    }
    if "whole" in options.parts:
        result["whole"] = workload.alternate(options, orders)
    if "memory" in options.parts:
        result["memory"] = workload.limited(options, orders)
    if "no-op" in options.parts:
        result["no_op"] = workload.nothing_new(options, orders)
    if "history" in options.parts:
        result["history"] = history.measure_all(options)
    report.write(result, os.path.join(HERE, "results"), options.name)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--lakesmith", required=True, help="the binary, a release build when figures are to be kept")
    parser.add_argument("--orders", type=int, default=5_000_000)
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--runs", type=int, default=5, help="runs of each engine, in turns, after one that does not count")
    parser.add_argument("--repeats", type=int, default=7, help="runs of the small measurements")
    parser.add_argument("--spark", help="a virtual environment with pyspark[connect]; without it Spark is left out")
    parser.add_argument("--spark-runs", type=int, help="runs of Spark, by default as many as of the others")
    parser.add_argument("--memory", default="512MB", help="the limit of the memory measurement")
    parser.add_argument("--histories", default="10,1000", help="after how many earlier files to measure a new one")
    parser.add_argument("--parts", default="whole,memory,no-op,history", help="which measurements")
    parser.add_argument("--work", default=os.path.join(HERE, ".work"), help="a folder for data and tables, about 3 GB")
    parser.add_argument("--name", default="retail", help="of the result files")
    parser.add_argument("--build", default="release", help="which build of Lakesmith this is, for the page")
    options = parser.parse_args()
    options.lakesmith = os.path.abspath(shutil.which(options.lakesmith) or parser.error(f"there is no binary {options.lakesmith}"))
    options.work = os.path.abspath(options.work)
    options.parts = options.parts.split(",")
    options.histories = [int(count) for count in options.histories.split(",")]
    if options.spark_runs is None:
        options.spark_runs = options.runs
    return options


def command_line(options):
    shown = ["bench/retail.py", f"--orders {options.orders}", f"--files {options.files}", f"--runs {options.runs}"]
    return " ".join(shown + ([f"--spark VENV --spark-runs {options.spark_runs}"] if options.spark else []))


if __name__ == "__main__":
    main()
