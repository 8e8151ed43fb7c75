"""Spark's answers to the generated queries of a seed, kept in files, so that they can be compared again without Spark.

    recording.py FOLDER --seeds 501-520 --each 2000

A file holds one seed: a line that says the seed and the settings, then an answer a line, in the order of the queries. What is there
is not asked again. Even seeds are asked with ANSI mode off. Spark runs in a process of its own for each file; where it ends, or is
silent for too long, it is started anew, and the query that it twice did not answer is noted as `LOST`, which no comparison counts.
"""

import argparse
import dataclasses
import json
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "oracle"))

import answers
import generate
import tables

LOST = "LOST"
PATIENCE_SECONDS = 180

# what makes answers quicker to have: no classes are compiled for a query that is asked once over a few rows, and the machine's code
# is compiled once and plainly
QUICK = {
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # by the greatest value of a part of a table in memory, Spark leaves out a part with NaN that is asked for
    "spark.sql.inMemoryColumnarStorage.partitionPruning": "false",
    "spark.driver.extraJavaOptions": "-Duser.timezone=UTC -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


def with_tables(settings):
    """A Spark session with the tables of generated queries; the settings hold once these are made."""
    spark = answers.session(**QUICK)
    for name, query in tables.TABLES.items():
        # the order of rows decides the last digits of sums
        answers.make_table(spark, name, f"SELECT /*+ COALESCE(1) */ * FROM ({query})")
        # from memory, because opening a file takes longer than most queries; a list of values would be computed by the optimizer
        spark.sql(f"CACHE TABLE {name}")
    for key, value in settings:
        spark.conf.set(key, value)
    return spark


def settings_of(seed):
    """The settings that a seed is asked under."""
    return [["spark.sql.ansi.enabled", "false" if seed % 2 == 0 else "true"]]


def read(path):
    """The seed, the settings and the answers of a file. A last line that is not whole is left out."""
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    head = json.loads(lines[0])
    return head["seed"], head["settings"], [answers.Answer(**json.loads(line)) for line in lines[1:]]


def begun(path, seed):
    """How many answers a file has; it is made where it is absent, and a line that is not whole is removed."""
    if not path.exists():
        path.write_text(json.dumps({"seed": seed, "settings": settings_of(seed)}) + "\n", encoding="utf-8")
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        path.write_bytes(whole)
    return whole.count(b"\n") - 1


def noted(path, answer):
    """Adds an answer to a file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(dataclasses.asdict(answer)) + "\n")


def ask(path, seed, count):
    """Asks Spark what a file does not have yet."""
    known = begun(path, seed)
    queries = generate.queries(seed, count)[known:]
    spark = with_tables(settings_of(seed)) if queries else None
    for query in queries:
        noted(path, answers.ask(spark, query))


def is_done(path, seed, count):
    """Runs a process that asks until it ends or is silent. Whether it ended well."""
    command = [sys.executable, __file__, str(path), "--ask", str(seed), "--each", str(count)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.PIPE)
    grown = time.monotonic()
    size = path.stat().st_size
    while process.poll() is None:
        time.sleep(1)
        if path.stat().st_size != size:
            size, grown = path.stat().st_size, time.monotonic()
        if time.monotonic() - grown > PATIENCE_SECONDS:
            process.kill()
    return process.wait() == 0


def record(folder, seeds, count):
    """Asks all seeds, one after another."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        path = folder / f"{seed}.jsonl"
        failed_at = None
        known = begun(path, seed)
        while known < count and not is_done(path, seed, count):
            known = begun(path, seed)
            if known == failed_at:
                noted(path, answers.Answer(generate.queries(seed, count)[known], error=LOST))
            failed_at = known
        print(f"seed {seed}: {begun(path, seed)}", flush=True)


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seeds", help="the first and the last seed: 501-520")
    parser.add_argument("--each", type=int, default=2000, help="how many queries of a seed")
    parser.add_argument("--ask", type=int, help="asks one seed into a file, without watching over Spark")
    arguments = parser.parse_args()
    if arguments.ask is not None:
        ask(arguments.folder, arguments.ask, arguments.each)
        return
    first, last = map(int, arguments.seeds.split("-"))
    record(arguments.folder, range(first, last + 1), arguments.each)


if __name__ == "__main__":
    main()
