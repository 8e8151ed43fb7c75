"""Records what Apache Spark reads from files of odd shapes.

A file of cases holds blocks, separated by blank lines. `# ` begins a comment, `? ` the options as JSON (`format` and `schema`
among them), `> ` the content of the file, escaped: of several lines of it all are one text. With `"hex": true` among the options
it is hexadecimal digits. The answer follows as in `answers.py`.

    python client/oracle/files.py crates/lakesmith-ingest/tests/answers/*.txt
"""

import json
import pathlib
import re
import sys
import tempfile

import answers

UNESCAPES = {"\\": "\\", "|": "|", "n": "\n", "r": "\r", "t": "\t", "0": "\0", "b": "\b", "f": "\f"}


def unescaped(text):
    """A text without the escapes of `answers.escaped`."""
    return re.sub(r"\\(.)", lambda found: UNESCAPES[found.group(1)], text)


def ask(spark, options, content):
    """What Spark reads: columns and rows, or the condition of its error."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    options = dict(options)
    form, schema = options.pop("format"), options.pop("schema", None)
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / f"f.{form}").write_bytes(content)
        try:
            reader = spark.read.format(form).options(**options)
            frame = (reader.schema(schema) if schema else reader).load(folder)
            return answers.Answer("", answers.described(frame), answers.texts(frame))
        except PySparkException as error:
            return answers.Answer("", error=error.getCondition() or "UNKNOWN")
        except Py4JJavaError as error:
            named = re.search(r"\[([A-Z][A-Z0-9_.]+)\]", str(error.java_exception))
            return answers.Answer("", error=named.group(1) if named else "UNKNOWN")


def main():
    """Writes the answers into the files that are named."""
    spark = answers.session()
    for name in sys.argv[1:]:
        path = pathlib.Path(name)
        written = []
        for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
            lines = [line for line in block.split("\n") if line]
            kept = [line for line in lines if line[0] in "#?>~"]
            options = next((json.loads(line[2:]) for line in lines if line.startswith("? ")), None)
            if options is None:
                written.append("\n".join(kept) + "\n")
                continue
            text = "".join(line[2:] for line in lines if line.startswith(">"))
            is_hex = options.pop("hex", False)
            content = bytes.fromhex(text) if is_hex else unescaped(text).encode()
            answer = ask(spark, options, content)
            kept += [f": {answers.escaped(column)} :: {kind}" for column, kind in answer.columns]
            kept += ["= " + " | ".join(answers.escaped(value) for value in row) for row in answer.rows]
            kept += [f"! {answer.error}"] if answer.error else []
            written.append("\n".join(kept) + "\n")
        path.write_text("\n".join(written), encoding="utf-8")


main()
