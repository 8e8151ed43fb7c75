"""The whole workload: its data, one run of each engine over it in a clean folder, and runs of all engines in turns.

Nothing here loads DuckDB: see measure.py for why this process stays small.
"""

import json
import os
import shutil
import subprocess
import sys

import measure

HERE = os.path.dirname(os.path.abspath(__file__))


def prepare(options):
    """The folder with the order files; made once and kept."""
    folder = os.path.join(options.work, f"orders-{options.orders}-{options.files}")
    if not os.path.isdir(folder):
        sample = os.path.join(options.work, "sample")
        shutil.rmtree(sample, ignore_errors=True)
        arguments = ["--orders", str(options.orders), "--files", str(options.files), "--customer-events", "40000", "--out", sample]
        rates = ["--bad-rate", "0.01", "--late-rate", "0.01", "--duplicate-rate", "0.001"]
        subprocess.run([options.lakesmith, "sample-data", "retail", *arguments, *rates], check=True)
        stream = os.path.join(sample, "orders", "stream")
        shutil.move(os.path.join(sample, "orders", "orders_batch.json"), stream)
        os.rename(stream, folder)
        shutil.rmtree(sample)
    return folder


def size(folder):
    return sum(entry.stat().st_size for entry in os.scandir(folder))


def versions(options):
    of = {"lakesmith": [options.lakesmith, "--version"], "duckdb": [sys.executable, "-c", "import duckdb; print(duckdb.__version__)"]}
    if options.spark:
        of["spark"] = [os.path.join(options.spark, "bin", "python"), "-c", "import pyspark; print(pyspark.__version__)"]
    return {name: subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1] for name, command in of.items()}


def alternate(options, orders):
    """All engines in turns. The first turn warms the page cache and does not count. Differing tables end the benchmark."""
    engines = {"lakesmith": lakesmith, "duckdb": duckdb}
    if options.spark and options.spark_runs:
        engines["spark"] = spark
    runs, reference = {name: [] for name in engines}, None
    for turn in range(options.runs + 1):
        for name, engine in engines.items():
            if name == "spark" and turn > options.spark_runs:
                continue
            folder = clean(options, name)
            cost = engine(options, orders, folder)
            sums = checksums(name, folder)
            reference = reference or sums
            if sums != reference:
                raise SystemExit(f"{name} wrote other rows than the first engine:\n{sums}\n{reference}")
            cost["bytes_written"] = written(folder)
            print(f"turn {turn} {name}: {cost}", flush=True)
            if turn > 0:
                runs[name].append(cost)
    return {"tables": reference, "engines": {name: measure.summary(costs) for name, costs in runs.items() if costs}}


def limited(options, orders):
    """Peak memory of the whole workload under the limit, and that its tables are the same as without one."""
    found = {}
    for name, engine in [("lakesmith", lakesmith), ("duckdb", duckdb)]:
        folder = clean(options, name)
        cost = engine(options, orders, folder, options.memory)
        found[name] = {**cost, "limit": options.memory, "tables": checksums(name, folder)}
        print(f"limit {options.memory} {name}: {cost}", flush=True)
    if found["lakesmith"]["tables"] != found["duckdb"]["tables"]:
        raise SystemExit("the tables differ under the memory limit")
    return found


def nothing_new(options, orders):
    """An update of the whole workload for which nothing has arrived, in cold processes."""
    folder = clean(options, "lakesmith")
    lakesmith(options, orders, folder)
    runs = [measure.run([options.lakesmith, "run", folder, "--set", f"orders={orders}"], folder + ".log") for _ in range(options.repeats)]
    return measure.summary(runs)


def clean(options, engine):
    folder = os.path.join(options.work, f"run-{engine}")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    os.sync()
    return folder


def lakesmith(options, orders, folder, memory=None):
    for name in os.listdir(os.path.join(HERE, "retail", "lakesmith")):
        shutil.copy(os.path.join(HERE, "retail", "lakesmith", name), folder)
    limit = ["--memory", memory] if memory else []
    return measure.run([options.lakesmith, "run", folder, "--set", f"orders={orders}", *limit], folder + ".log")


def duckdb(options, orders, folder, memory=None):
    script = os.path.join(HERE, "retail", "duckdb_peer.py")
    return measure.run([sys.executable, script, orders, folder, *([memory] if memory else [])], folder + ".log")


def spark(options, orders, folder):
    """Spark's own `spark-pipelines`, tables in Parquet. It does not flush to disk."""
    cores = os.cpu_count()
    shutil.copy(os.path.join(HERE, "retail", "spark", "pipeline.py"), folder)
    with open(os.path.join(folder, "spark-pipeline.yml"), "w", encoding="utf-8") as spec:
        spec.write(f"name: bench_retail\nstorage: file://{folder}/storage\nconfiguration:\n  bench.orders: {orders}\n")
        spec.write("libraries:\n  - glob: {include: pipeline.py}\n")
    os.makedirs(os.path.join(folder, "conf"))
    with open(os.path.join(folder, "conf", "spark-defaults.conf"), "w", encoding="utf-8") as settings:
        settings.write(f"spark.sql.shuffle.partitions {cores}\nspark.driver.memory 4g\n")
        settings.write(f"spark.ui.enabled false\nspark.sql.session.timeZone UTC\nspark.sql.warehouse.dir {folder}/warehouse\n")
        settings.write("spark.sql.parquet.compression.codec zstd\nspark.sql.parquet.compression.codec.zstd.level 1\n")
    bin_folder = os.path.join(options.spark, "bin")
    environment = {
        **os.environ,
        "PATH": bin_folder + os.pathsep + os.environ["PATH"],
        "PYSPARK_PYTHON": os.path.join(bin_folder, "python"),
        "SPARK_CONF_DIR": os.path.join(folder, "conf"),
    }
    command = ["spark-pipelines", "run", "--remote", f"local[{cores}]", "--spec", "spark-pipeline.yml"]
    return measure.run(command, folder + ".log", cwd=folder, environment=environment, watch=measure.Family())


def checksums(engine, folder):
    command = [sys.executable, os.path.join(HERE, "retail", "checksums.py"), engine, folder]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def written(folder):
    """Bytes of all Parquet files below the folder."""
    return sum(
        os.path.getsize(os.path.join(path, name)) for path, _, names in os.walk(folder) for name in names if name.endswith(".parquet")
    )
