"""What an update costs after many earlier ones: a new file of 10,000 rows through bronze and silver, and an update with nothing new.

The earlier files have 1,000 rows each and every one was an update of its own; the files that are measured have 10,000.
"""

import os
import shutil
import subprocess

import measure
import workload

HERE = os.path.dirname(os.path.abspath(__file__))
EARLIER_ROWS, NEW_ROWS = 1_000, 10_000


def measure_all(options):
    """Grows one project and measures at each of the given lengths of its history."""
    project = workload.clean(options, "history")
    landing = os.path.join(project, "orders")
    os.makedirs(landing)
    for name in ["spark-pipeline.yml", "bronze.sql", "silver.sql"]:
        shutil.copy(os.path.join(HERE, "retail", "lakesmith", name), project)
    # The pipeline of this measurement ends with silver.
    spec = os.path.join(project, "spark-pipeline.yml")
    with open(spec, encoding="utf-8") as text:
        lines = [line for line in text if "gold.sql" not in line]
    with open(spec, "w", encoding="utf-8") as text:
        text.writelines(lines)

    rows, found, files = Rows(options), {}, 0
    for length in sorted(options.histories):
        while files < length:
            arrive(landing, files, rows.take(EARLIER_ROWS))
            run(options, project)
            files += 1
        new = []
        for _ in range(options.repeats):
            arrive(landing, files, rows.take(NEW_ROWS))
            new.append(run(options, project))
            files += 1
        found[str(length)] = {
            "new_file": measure.summary(new),
            "no_op": measure.summary([run(options, project) for _ in range(options.repeats)]),
        }
        print(f"after {length} files: {found[str(length)]}", flush=True)
    found["rows"] = check(options, project)
    if found["rows"]["bronze_orders"] != rows.taken:
        raise SystemExit(f"bronze holds {found['rows']['bronze_orders']} rows of {rows.taken}")
    return found


class Rows:
    """Order lines of the sample data, without end: from its beginning again when it is used up."""

    def __init__(self, options):
        folder = workload.prepare(options)
        self._paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
        self._lines = self._endless()
        self.taken = 0

    def take(self, count):
        self.taken += count
        return [next(self._lines) for _ in range(count)]

    def _endless(self):
        while True:
            for path in self._paths:
                with open(path, encoding="utf-8") as lines:
                    yield from lines


def arrive(landing, number, lines):
    """Writes beside the folder and renames: a file that an update sees is whole."""
    beside = landing + ".arriving"
    with open(beside, "w", encoding="utf-8") as text:
        text.writelines(lines)
    os.rename(beside, os.path.join(landing, f"orders_{number:06}.json"))


def run(options, project):
    return measure.run([options.lakesmith, "run", project], project + ".log")


def check(options, project):
    """Rows of both tables, counted through Lakesmith."""
    query = "SELECT (SELECT count(*) FROM bronze_orders), (SELECT count(*) FROM silver_orders)"
    command = [options.lakesmith, "sql", query, "--project", project, "-o", "csv"]
    bronze, silver = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[1].split(",")
    return {"bronze_orders": int(bronze), "silver_orders": int(silver)}
