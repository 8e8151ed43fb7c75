"""Compares what `lakesmith sql` answers with what Apache Spark answers, query by query.

    compare.py --lakesmith PATH FOLDER     compare with Spark, which runs in this process
    compare.py --record FOLDER             write Spark's answers into the files

The folder holds files of queries as `answers.py` describes them (`*.txt`). Spark's answers in them are what
`cargo test -p lakesmith-plan` compares with, types included, without Java. Needs `pyspark` and Java 17.
"""

import argparse
import concurrent.futures
import pathlib
import re
import sys
import tempfile

import answers
import lakesmith


def record(spark, path):
    """Asks Spark all queries of a file anew. Marks of refused queries are kept."""
    text = path.read_text(encoding="utf-8")
    for name, query in re.findall(r"^% (\S+) (.*)$", text, re.MULTILINE):
        spark.sql(query).createOrReplaceTempView(name)
    blocks = []
    answers.apply(spark, "@")
    for block in re.split(r"\n\s*\n", text):
        lines = block.split("\n")
        answers.apply(spark, block)
        query = "\n".join(line[2:] for line in lines if line.startswith("> "))
        if not query:
            blocks.append(block.strip("\n"))
            continue
        if table := next((line[2:] for line in lines if line.startswith("$ ")), None):
            answers.make_table(spark, table, query)
            blocks.append(block.strip("\n"))
            continue
        answer = answers.ask(spark, query)
        answer.comments = [line for line in lines if line.startswith("#")]
        fresh = answer.text(with_nullability=any(line.startswith("?") for line in lines)).rstrip("\n").split("\n")
        marks = [line for line in lines if line.startswith("~ ")]
        after = max(index for index, line in enumerate(fresh) if line.startswith("> ")) + 1
        blocks.append("\n".join(fresh[:after] + marks + fresh[after:]))
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def compare(spark, binary, path):
    """Counts of a file: the same, refused by name, different."""
    if re.search("^[@$%]", path.read_text(encoding="utf-8"), re.MULTILINE):
        # the command runs each query in a session of its own
        print(f"{path.name}: left to `cargo test`, its queries depend on settings or tables")
        return 0
    queries = [block.query for block in answers.read(path) if block.query]
    counts = {"the same": 0, "refused": 0, "different": 0}
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        asked = pool.map(lambda query: lakesmith.ask(binary, query, folder), queries)
        for query, (names, rows, error) in zip(queries, asked):
            if error in lakesmith.REFUSED:
                counts["refused"] += 1
                continue
            difference = lakesmith.differs(answers.ask(spark, query), names, rows, error)
            counts["different" if difference else "the same"] += 1
            if difference:
                print(f"{query}\n  {difference}")
    print(f"{path.name}: " + ", ".join(f"{count} {name}" for name, count in counts.items()), flush=True)
    return counts["different"]


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--lakesmith", help="the command to compare with")
    parser.add_argument("--record", action="store_true", help="write Spark's answers into the files")
    parser.add_argument("--only", default="*", help="names of the files, without `.txt`")
    arguments = parser.parse_args()
    if bool(arguments.lakesmith) == arguments.record:
        parser.error("one of --lakesmith and --record is needed")
    spark = answers.session()
    files = sorted(arguments.folder.glob(f"{arguments.only}.txt"))
    if arguments.record:
        for path in files:
            record(spark, path)
        return 0
    return 1 if sum(compare(spark, arguments.lakesmith, path) for path in files) else 0


if __name__ == "__main__":
    sys.exit(main())
