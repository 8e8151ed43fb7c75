"""Compares Lakesmith with Apache Spark, statement by statement, with schema.

    run.py --binary PATH --golden FOLDER     a folder of Spark's golden files (`*.sql.out`), which hold Spark's answers
    run.py --binary PATH --generate N        N generated queries, asked of a Spark that runs in this process
    run.py --binary PATH --answers FOLDER    generated queries whose answers `recording.py` has kept, without Spark

`--differences FILE` takes what is not the same. The exit status is 1 where something is different or broken.
"""

import argparse
import collections
import concurrent.futures
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "oracle"))

import answers
import generate
import golden
import recording
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
        # what is not the same, kept until another report takes it
        self.kept = []

    def add(self, place, statement, found):
        """Counts a verdict; a difference that is a decision is one."""
        if found.kind not in ("same", "refused", "follows", "newer", "broken"):
            decided = any(s.search(f"{place} {statement}") and d.search(found.kind + ": " + found.detail) for s, d, _ in self.decisions)
            found = verdict.Verdict("decided", found.detail) if decided else found
        self.counts[found.kind] += 1
        if found.kind == "refused":
            self.reasons[found.detail] += 1
        if found.kind != "same":
            self.keep(f"-- {place} [{found.kind}]\n{statement}\n  {found.detail}\n\n")
        return found.kind

    def keep(self, text):
        """Writes what is not the same, or keeps it where there is no file."""
        if not self.file:
            self.kept.append(text)
            return
        self.file.write(text)
        self.file.flush()

    def take(self, other):
        """Adds what another report has counted."""
        self.counts += other.counts
        self.reasons += other.reasons
        for text in other.kept:
            self.keep(text)

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
    for path in sorted(arguments.golden.rglob(arguments.files or "*.sql.out")):
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


def live(settings, queries):
    """Spark's answers, asked now."""
    spark = recording.with_tables(settings)
    return (answers.ask(spark, query) for query in queries)


def prepared(path, settings):
    """The process, with the tables of generated queries and the settings."""
    binary = Lakesmith(path)
    binary.begin()
    for name, query in tables.TABLES.items():
        # one file in the order of the rows, as Spark has it: sums are made in that order
        made = binary.run(f"CREATE TABLE {name} AS SELECT * EXCEPT (place) FROM ({tables.query(name, placed=True)}) ORDER BY place")
        if made.error == "UNSUPPORTED_DATATYPE":
            # a Delta table has no intervals
            made = binary.run(f"CREATE TEMPORARY VIEW {name} AS {query}")
        if made.error or made.broken:
            sys.exit(f"table {name}: {made}")
    for key, value in settings:
        binary.run(f"SET {key} = {value}")
    return binary


def compared(path, report, seed, settings, found):
    """Asks the queries of Spark's answers of the process too."""
    binary = prepared(path, settings)
    for number, answer in enumerate(found):
        if answer.error != recording.LOST:
            report.add(f"{seed}/{number}", answer.query, verdict.of_answer(answer, binary.run(answer.query)))
    binary.close()


def generated(arguments, report):
    """Asks generated queries of both."""
    settings = [setting.split("=", 1) for setting in arguments.set]
    queries = generate.queries(arguments.seed, arguments.generate)
    compared(arguments.binary, report, arguments.seed, settings, live(settings, queries))


def replayed(arguments, report):
    """Asks the queries of recorded answers, several files at a time."""

    def one(file):
        seed, settings, found = recording.read(file)
        own = Report(None)
        compared(arguments.binary, own, seed, settings, found)
        print(f"{file.name}: {sum(own.counts.values())}: {shown(own.counts)}", flush=True)
        return own

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for own in pool.map(one, sorted(arguments.answers.glob(arguments.files or "*.jsonl"))):
            report.take(own)


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, help="the built example `answer_queries`")
    parser.add_argument("--golden", type=pathlib.Path, help="a folder of golden files")
    parser.add_argument("--files", help="which of the golden files, or of those with answers")
    parser.add_argument("--data", type=pathlib.Path, help="the folder `test-data` of Spark, for tables that golden files read")
    parser.add_argument("--newer", action="store_true", help="asks the installed Spark too about what differs from golden files")
    parser.add_argument("--table", type=pathlib.Path, help="takes the counts of each golden file")
    parser.add_argument("--generate", type=int, help="how many queries to make")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting for generated queries, on both sides")
    parser.add_argument("--answers", type=pathlib.Path, help="a folder of Spark's answers that `recording.py` has kept")
    parser.add_argument("--jobs", type=int, default=2, help="how many files of answers are compared at a time")
    parser.add_argument("--differences", type=pathlib.Path, help="takes all that is not the same")
    arguments = parser.parse_args()
    if sum(given is not None for given in (arguments.golden, arguments.generate, arguments.answers)) != 1:
        parser.error("one of --golden, --generate and --answers is needed")
    report = Report(arguments.differences)
    (goldens if arguments.golden else replayed if arguments.answers else generated)(arguments, report)
    print(f"{sum(report.counts.values())} statements: {shown(report.counts)}")
    for reason, count in report.reasons.most_common(25):
        print(f"  {count} refused: {reason}")
    return 1 if report.is_failed() else 0


if __name__ == "__main__":
    sys.exit(main())
