"""Queries and what Apache Spark answers them: one text format, a Spark session that fills it in.

A file holds blocks, separated by blank lines. `> ` begins a line of a query, `: name :: type` is a column, `= a | b` a row,
`! CONDITION` the error that the query ends with. A line `?` asks where columns may be NULL: `? _ | _? | array<_>`, a `?` after
each part that may be. `#` begins a comment. `@ key = value`, a block of its own, is a setting that holds for all blocks after it,
`@` alone ends all of them. `$ name` makes a table of the query for the blocks after it, as does
`% name SELECT …`. Values are what CAST to STRING
gives, BINARY is in hexadecimal digits, NULL is `NULL`, and control characters, `\\` and `|` are escaped by `\\`.
"""

import dataclasses
import logging
import re
import tempfile


@dataclasses.dataclass
class Answer:
    """What a query gives: columns and rows, or the name of an error condition."""

    query: str
    columns: list = dataclasses.field(default_factory=list)
    rows: list = dataclasses.field(default_factory=list)
    error: str = ""
    table: str = ""
    comments: list = dataclasses.field(default_factory=list)
    nullability: list = dataclasses.field(default_factory=list)

    def is_ordered(self):
        """Whether the order of the rows is part of the answer."""
        return bool(re.search(r"\border\s+by\b[^)]*$", self.query, re.IGNORECASE))

    def text(self, with_nullability=False):
        """The block of this answer."""
        named = [f"$ {self.table}"] if self.table else []
        lines = [*self.comments, *named, *(f"> {line}" for line in self.query.split("\n"))]
        lines += [f": {escaped(name)} :: {kind}" for name, kind in self.columns]
        if with_nullability:
            lines.append("? " + " | ".join(self.nullability))
        rows = self.rows if self.is_ordered() else sorted(self.rows)
        lines += ["= " + " | ".join(escaped(value) for value in row) for row in rows]
        if self.error:
            lines.append(f"! {self.error}")
        return "\n".join(line.rstrip() if line.startswith("#") else line for line in lines) + "\n"


ESCAPES = {"\\": "\\\\", "|": "\\|", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0", "\b": "\\b", "\f": "\\f"}


def escaped(value):
    """A value on one line."""
    return "".join(ESCAPES.get(character, character) for character in value)


def read(path):
    """The blocks of a file; answers may still be absent."""
    blocks = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        lines = [line for line in block.split("\n") if line]
        query = [line[2:] for line in lines if line.startswith("> ")]
        comments = [line for line in lines if line.startswith("#")]
        if query:
            columns = [tuple(line[2:].rsplit(" :: ", 1)) for line in lines if line.startswith(": ")]
            rows = [line[2:] for line in lines if line.startswith("= ")]
            error, table = (next((line[2:] for line in lines if line.startswith(mark)), "") for mark in ("! ", "$ "))
            blocks.append(Answer("\n".join(query), columns, rows, error, table, comments))
        elif comments:
            blocks.append(Answer("", comments=comments))
    return blocks


def write(path, blocks):
    """Writes blocks as `read` reads them."""
    text = [block.text() if block.query else "\n".join(block.comments) + "\n" for block in blocks]
    path.write_text("\n".join(text), encoding="utf-8")


def apply(spark, block):
    """Makes the settings of a block those of the session. Gives whether it has any."""
    lines = [line for line in block.split("\n") if line.startswith("@")]
    for line in lines:
        key, _, value = line[1:].partition("=")
        if key.strip():
            spark.conf.set(key.strip(), value.strip())
        else:
            for known, usual in SETTINGS.items():
                spark.conf.set(known, usual)
    return bool(lines)


# settings that a file may change, with their usual values
SETTINGS = {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true"}


def session(**settings):
    """A Spark session as the project's answers need it: ANSI, UTC, all on this machine."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("oracle")
    fixed = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.warehouse.dir": tempfile.mkdtemp(),
        **SETTINGS,
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.driver.extraJavaOptions": "-Duser.timezone=UTC",
    }
    for key, value in {**fixed, **settings}.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    # the client writes every error of a query as JSON
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
    return spark


def ask(spark, query):
    """What Spark answers."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        frame = spark.sql(query)
        return Answer(query, described(frame), texts(frame), nullability=[nullability(f.dataType, f.nullable) for f in frame.schema.fields])
    except PySparkException as error:
        return Answer(query, error=error.getCondition() or "UNKNOWN")
    except Py4JJavaError as error:
        told = str(error.java_exception)
        named = re.search(r"\[([A-Z][A-Z0-9_.]+)\]", told)
        if not named and "NoSuchElementException" in told:
            # its optimizer has lost a column
            return Answer(query, error="INTERNAL_ERROR")
        return Answer(query, error=named.group(1) if named else "UNKNOWN")


def make_table(spark, name, query):
    """A table with the rows of a query."""
    spark.sql(f"DROP TABLE IF EXISTS {name}")
    spark.sql(f"CREATE TABLE {name} USING parquet AS {query}")


def described(frame):
    """Names and types of a frame's columns."""
    return [(field.name, field.dataType.simpleString()) for field in frame.schema.fields]


def nullability(kind, is_nullable):
    """Where a type has NULL: `?` after each part that may be one."""
    mark = "?" if is_nullable else ""
    match kind.typeName():
        case "array":
            return f"array<{nullability(kind.elementType, kind.containsNull)}>{mark}"
        case "map":
            return f"map<{nullability(kind.valueType, kind.valueContainsNull)}>{mark}"
        case "struct":
            return f"struct<{','.join(nullability(field.dataType, field.nullable) for field in kind.fields)}>{mark}"
    return f"_{mark}"


def texts(frame):
    """The rows of a frame as texts."""
    from pyspark.sql import functions as f

    names = [f"c{index}" for index in range(len(frame.columns))]
    kinds = [field.dataType.simpleString() for field in frame.schema.fields]
    plain = frame.toDF(*names)
    columns = [f.hex(name) if kind == "binary" else f.col(name).cast("string") for name, kind in zip(names, kinds)]
    return [["NULL" if value is None else value for value in row] for row in plain.select(*columns).collect()]
