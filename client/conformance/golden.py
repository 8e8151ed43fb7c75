"""Reads Spark's golden files: statements with the schema and the output that Spark recorded for them."""

import dataclasses
import re


@dataclasses.dataclass
class Recorded:
    """A statement of a golden file."""

    statement: str
    schema: str
    output: str

    @property
    def error(self):
        """The condition that the statement ends with, `UNKNOWN` for one of Java's own errors, empty where it has an answer."""
        lines = self.output.split("\n")
        if self.schema != "struct<>" or not re.fullmatch(r"[a-z]\w*(\.\w+)+(Exception|Error)\w*", lines[0]):
            return ""
        named = re.search(r'"(?:errorClass|condition)" : "([A-Z0-9_.a-z]+)"', self.output)
        return named.group(1) if named else "UNKNOWN"


def read(path):
    """The statements of a golden file."""
    parts = re.split(r"^-- !query( schema| output)?\n", path.read_bytes().decode("utf-8"), flags=re.MULTILINE)
    statements = []
    # text before the first mark, then marks and texts in turn
    for mark, text in zip(parts[1::2], parts[2::2]):
        text = text.removesuffix("\n\n\n") if mark == " output" else text.removesuffix("\n")
        match mark:
            case None:
                statements.append(Recorded(text, "", ""))
            case " schema":
                statements[-1].schema = text
            case " output":
                statements[-1].output = text.rstrip("\n")
    return statements


# what Spark's tests set for all files of a folder
OF_FOLDERS = {
    "nonansi": [("spark.sql.ansi.enabled", "false")],
    "postgreSQL": [("spark.sql.legacy.interval.enabled", "true")],
    "timestampNTZ": [("spark.sql.timestampType", "TIMESTAMP_NTZ")],
}


def settings(path):
    """Settings of a golden file's folder, and those that its file of statements asks for: `--SET key=value,key=value`."""
    own = [pair for folder in path.parent.parts for pair in OF_FOLDERS.get(folder, [])]
    return own + written_settings(path)


def written_settings(path):
    """Settings that the file of statements beside a golden file asks for."""
    inputs = path.parent
    while inputs.name != "results" and inputs != inputs.parent:
        inputs = inputs.parent
    source = inputs.parent / "inputs" / path.relative_to(inputs).with_name(path.name.removesuffix(".out"))
    if not source.exists():
        return []
    lines = re.findall(r"^--SET (.*)$", source.read_text(encoding="utf-8"), flags=re.MULTILINE)
    pairs = [pair.split("=", 1) for line in lines for pair in re.split(r",(?=\s*spark)", line)]
    return [(pair[0].strip(), pair[1].strip()) for pair in pairs if len(pair) == 2]
