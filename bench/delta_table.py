"""Which Parquet files a Delta table has, read from its log by nothing but the protocol.

Independent of Lakesmith on purpose: the checks that use it see a table as any other reader would. Local tables without deletion vectors
and without partition columns only; anything else is refused, never ignored.
"""

import json
import os
import urllib.parse

import duckdb


def version(table):
    """The newest version of the table at this path, -1 when there is none."""
    log = os.path.join(table, "_delta_log")
    commits = [name for name in (os.listdir(log) if os.path.isdir(log) else []) if name.endswith(".json") and name[:20].isdigit()]
    return max((int(name[:20]) for name in commits), default=-1)


def files(table):
    """Paths of the table's files at its newest version."""
    base, alive = _from_checkpoint(table)
    for number in range(base + 1, version(table) + 1):
        with open(os.path.join(table, "_delta_log", f"{number:020}.json"), encoding="utf-8") as commit:
            for line in commit:
                action = json.loads(line)
                if "add" in action:
                    _refuse_unusual(action["add"])
                    alive.add(action["add"]["path"])
                elif "remove" in action:
                    alive.discard(action["remove"]["path"])
    return [os.path.join(table, urllib.parse.unquote(path)) for path in sorted(alive)]


def define_view(connection, name, table):
    """Makes the table a view of a DuckDB connection. A table without files is refused: its columns would be unknown."""
    parts = files(table)
    if not parts:
        raise ValueError(f"{table} has no rows")
    listed = ", ".join("'" + part.replace("'", "''") + "'" for part in parts)
    connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS SELECT * FROM read_parquet([{listed}])')


def _from_checkpoint(table):
    pointer = os.path.join(table, "_delta_log", "_last_checkpoint")
    if not os.path.exists(pointer):
        return -1, set()
    with open(pointer, encoding="utf-8") as text:
        number = json.load(text)["version"]
    checkpoint = os.path.join(table, "_delta_log", f"{number:020}.checkpoint.parquet")
    rows = duckdb.connect().execute("SELECT add.path FROM read_parquet(?) WHERE add.path IS NOT NULL", [checkpoint]).fetchall()
    return number, {path for (path,) in rows}


def _refuse_unusual(add):
    if add.get("deletionVector") or add.get("partitionValues"):
        raise ValueError(f"deletion vectors and partition columns are not read here: {add['path']}")
