"""Compares Lakesmith with Apache Spark, statement by statement, with schema.

    run.py --binary PATH --golden FOLDER     a folder of Spark's golden files (`*.sql.out`), which hold Spark's answers
    run.py --binary PATH --generate N        N generated queries, asked of a Spark that runs in this process

`--differences FILE` takes what is not the same. The exit status is 1 where something is different or broken.
"""

import argparse
import collections
import dataclasses
import json
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "oracle"))

import answers
import generate
import golden
import tables
import verdict
from newer import Newer
from process import Lakesmith


class Report:
    """Counts by kind, and a file of what is not the same."""

    def __init__(self, path):
        self.counts = collections.Counter()
        self.reasons = collections.Counter()
        self.decisions = verdict.decisions()
        self.file = path.open("w", encoding="utf-8") if path else None

    def add(self, place, statement, found):
        """Counts a verdict; a difference that is a decision is one."""
        if found.kind not in ("same", "refused", "follows", "newer", "broken"):
            decided = any(s.search(f"{place} {statement}") and d.search(found.kind + ": " + found.detail) for s, d, _ in self.decisions)
            found = verdict.Verdict("decided", found.detail) if decided else found
        self.counts[found.kind] += 1
        if found.kind == "refused":
            self.reasons[found.detail] += 1
        if self.file and found.kind != "same":
            self.file.write(f"-- {place} [{found.kind}]\n{statement}\n  {found.detail}\n\n")
            self.file.flush()
        return found.kind

    def is_failed(self):
        """Whether something is neither the same nor refused nor decided."""
        return any(self.counts[kind] for kind in verdict.DIFFERENT)


def shown(counts):
    """Counts on one line."""
    return ", ".join(f"{counts[kind]} {kind}" for kind in verdict.KINDS if counts[kind])


def as_delta(statement):
    """The statement with Delta for the formats of Spark's tests: which files hold a table changes no answer of a query."""
    is_table = re.match(r"\s*create\s+(or\s+replace\s+)?table", statement, re.IGNORECASE)
    # files that a table is made over stay what they are
    formats = "parquet|orc|json" if re.search(r"\b(options|location)\b", statement, re.IGNORECASE) else "parquet|orc|json|csv"
    return re.sub(rf"\busing\s+({formats})\b", "", statement, flags=re.IGNORECASE) if is_table else statement


ZONE = ("spark.sql.session.timeZone", "America/Los_Angeles")


def of_file(binary, path, report, data, newer):
    """Runs a golden file in a session of its own."""
    counts = collections.Counter()
    binary.begin()
    recorded = golden.read(path)
    # Spark's tests run there
    binary.run(f"SET {ZONE[0]}={ZONE[1]}")
    # what differs under other settings than the file's follows from the setting that was refused
    unset = {key for key, value in golden.settings(path) if binary.run(f"SET {key}={value}").error}
    text = path.read_text(encoding="utf-8").lower()
    for statement in tables.golden(text, data):
        binary.run(statement)
    lost = False
    all_given, all_found = [], []
    for entry in recorded:
        given = binary.run(as_delta(entry.statement))
        found = verdict.of_golden(entry, given)
        is_absent = found.kind in ("fails", "condition") and lost and given.error in verdict.ABSENT
        if is_absent or unset and found.kind in verdict.DIFFERENT[:-1]:
            found = verdict.Verdict("follows", found.detail)
        setting = re.match(r"\s*set\s+([\w.]+)\s*=", entry.statement, re.IGNORECASE)
        if setting:
            (unset.add if found.kind == "refused" else unset.discard)(setting.group(1))
        if found.kind in ("refused", "fails") and entry.schema == "struct<>":
            lost = True
        all_given.append(given)
        all_found.append(found)
    if newer and any(found.kind in verdict.DIFFERENT[:-1] for found in all_found):
        settings = [ZONE, *golden.settings(path)]
        told = newer.answers([entry.statement for entry in recorded], settings, tables.on_spark(text, data))
        for at, (answer, given) in enumerate(zip(told, all_given)):
            if all_found[at].kind in verdict.DIFFERENT[:-1] and verdict.of_answer(answer, given).kind == "same":
                all_found[at] = verdict.Verdict("newer", all_found[at].detail)
    for entry, found in zip(recorded, all_found):
        counts[report.add(f"{path.parent.name}/{path.name}", entry.statement, found)] += 1
    print(f"{path.parent.name}/{path.name}: {len(recorded)}: {shown(counts)}", flush=True)
    return counts


def goldens(arguments, report):
    """Runs a folder of golden files; a table of counts per file where one is asked for."""
    binary = Lakesmith(arguments.binary)
    newer = Newer(arguments.data) if arguments.newer else None
    lines = []
    for path in sorted(arguments.golden.rglob(arguments.files)):
        counts = of_file(binary, path, report, arguments.data, newer)
        other = sum(counts[kind] for kind in verdict.DIFFERENT)
        refused = counts["refused"] + counts["follows"]
        decided = counts["decided"] + counts["newer"]
        name = path.relative_to(arguments.golden)
        lines.append(f"{name}\t{sum(counts.values())}\t{counts['same']}\t{refused}\t{decided}\t{other}\t{counts['broken']}")
    if arguments.table:
        head = "file\tstatements\tsame\trefused\tdecided\tdifferent\tbroken"
        arguments.table.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    binary.close()


def asked(queries, path, settings):
    """What Spark answers, from a file where it has been asked before."""
    known = {}
    if path and path.exists():
        known = {answer.query: answer for answer in recorded(path)}
    spark = None
    with (path or pathlib.Path(os.devnull)).open("a", encoding="utf-8") as file:
        for query in queries:
            if query not in known:
                spark = spark or with_tables(settings)
                known[query] = answers.ask(spark, query)
                file.write(json.dumps(dataclasses.asdict(known[query])) + "\n")
                file.flush()
            yield known[query]


def recorded(path):
    """All answers of a file."""
    with path.open(encoding="utf-8") as file:
        return [answers.Answer(**json.loads(line)) for line in file]


# what makes answers quicker to have: no classes are compiled for a query that is asked once over a few rows
QUICK = {"spark.sql.codegen.factoryMode": "NO_CODEGEN"}


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


def generated(arguments, report):
    """Asks generated queries of both."""
    settings = [setting.split("=", 1) for setting in arguments.set]
    if arguments.generate:
        found = asked(generate.queries(arguments.seed, arguments.generate), arguments.answers, settings)
    else:
        found = recorded(arguments.answers)
    if not arguments.binary:
        collections.deque(found, 0)
        return
    binary = Lakesmith(arguments.binary)
    binary.begin()
    for name, query in tables.TABLES.items():
        made = binary.run(f"CREATE TABLE {name} AS {query}")
        if made.error == "UNSUPPORTED_DATATYPE":
            # a Delta table has no intervals
            made = binary.run(f"CREATE TEMPORARY VIEW {name} AS {query}")
        if made.error or made.broken:
            sys.exit(f"table {name}: {made}")
    for key, value in settings:
        binary.run(f"SET {key} = {value}")
    for number, answer in enumerate(found):
        report.add(f"{arguments.seed}/{number}", answer.query, verdict.of_answer(answer, binary.run(answer.query)))
        if number % 500 == 499:
            print(f"{number + 1}: {shown(report.counts)}", flush=True)
    binary.close()


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", help="the built example `answer_queries`; without it Spark is asked and nothing compared")
    parser.add_argument("--golden", type=pathlib.Path, help="a folder of golden files")
    parser.add_argument("--files", default="*.sql.out", help="which of them")
    parser.add_argument("--data", type=pathlib.Path, help="the folder `test-data` of Spark, for tables that golden files read")
    parser.add_argument("--newer", action="store_true", help="asks the installed Spark too about what differs from golden files")
    parser.add_argument("--table", type=pathlib.Path, help="takes the counts of each golden file")
    parser.add_argument("--generate", type=int, help="how many queries to make")
    parser.add_argument("--replay", action="store_true", help="takes the queries of the file of --answers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--answers", type=pathlib.Path, help="keeps Spark's answers, and gives those that it has")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting for generated queries, on both sides")
    parser.add_argument("--differences", type=pathlib.Path, help="takes all that is not the same")
    arguments = parser.parse_args()
    if sum((arguments.golden is not None, arguments.generate is not None, arguments.replay)) != 1:
        parser.error("one of --golden, --generate and --replay is needed")
    report = Report(arguments.differences)
    (goldens if arguments.golden else generated)(arguments, report)
    print(f"{sum(report.counts.values())} statements: {shown(report.counts)}")
    for reason, count in report.reasons.most_common(25):
        print(f"  {count} refused: {reason}")
    return 1 if report.is_failed() else 0


if __name__ == "__main__":
    sys.exit(main())
