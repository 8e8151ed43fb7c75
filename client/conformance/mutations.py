"""Queries of the recorded answers with other constants: every function of Spark, called as its examples call it, with other values."""

import pathlib
import re

ANSWERS = pathlib.Path(__file__).parent.parent.parent / "crates" / "lakesmith-plan" / "tests" / "answers"
FILES = ["examples", "numbers", "strings", "dates", "collections", "lambdas", "intervals", "nested", "text_more", "json_more", "encodings", "number_formats", "aggregates"]
# what they give depends on chance, on the order of rows or on where they run
UNSTABLE = re.compile(r"rand|uuid|uniform|shuffle|current|now\(|localtime|reflect|java_method|input_file|secret|monoton|sample|spark_partition|first|last|any_value|user|version|mode\(|sketch|hll|kll|theta|FROM \w+\b(?!\()", re.IGNORECASE)
CONSTANT = re.compile(r"\w*'(?:[^'\\]|\\.|'')*'|(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
# a constant that is a part of a type, of a literal of its own or of an interval stays
FIXED = re.compile(r"(\b(DECIMAL\([\d, ]*|INTERVAL|DATE|TIMESTAMP|TIMESTAMP_NTZ|TIME)\s*)$", re.IGNORECASE)


def examples():
    """The recorded queries of one line that need no table."""
    found = []
    for name in FILES:
        text = (ANSWERS / f"{name}.txt").read_text(encoding="utf-8")
        blocks = [block.strip().split("\n") for block in re.split(r"\n\s*\n", text)]
        queries = [[line[2:] for line in block if line.startswith("> ")] for block in blocks if not any(line[0] in "$%@" for line in block if line)]
        found += [query[0] for query in queries if len(query) == 1 and query[0].startswith("SELECT") and not UNSTABLE.search(query[0])]
    return found


def mutated(g):
    """An example in which one or two constants are others."""
    query = g.random.choice(g.examples)
    for _ in range(g.random.choice([1, 1, 2])):
        free = (place for place in CONSTANT.finditer(query) if re.match(r"['\d-]", place[0]))
        places = [place for place in free if not FIXED.search(query[: place.start()])]
        if not places:
            break
        place = g.random.choice(places)
        pool = g.random.choice(["TEXT", "NUMBER_TEXT", "DATE_TEXT", "VALUE"] if place[0].startswith("'") else ["POSITION", "NUMBER", "NUMBER", "DECIMAL", "VALUE"])
        query = query[: place.start()] + g.leaf(pool) + query[place.end() :]
    return query
