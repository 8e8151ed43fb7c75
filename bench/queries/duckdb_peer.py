#!/usr/bin/env python3
"""Runs a query from stdin on DuckDB over the Parquet files of a project's tables: duckdb_peer.py PROJECT RUNS. Prints seconds and rows."""

import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import duckdb  # noqa: E402
import delta_table  # noqa: E402

TABLES = ["silver_orders", "gold_daily_sales", "gold_product_sales", "gold_customer_sales"]


def main():
    project, runs = sys.argv[1], int(sys.argv[2])
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    # the one function of the queries that DuckDB writes otherwise
    connection.execute("CREATE MACRO datediff(later, earlier) AS date_diff('day', earlier, later)")
    warehouse = os.path.join(project, "warehouse")
    folders = {os.path.basename(path): path for path, names, _ in os.walk(warehouse) if "_delta_log" in names}
    for table in TABLES:
        delta_table.define_view(connection, table, folders[table])
    query, seconds, rows = sys.stdin.read(), [], []
    for turn in range(runs + 1):
        started = time.monotonic()
        rows = connection.execute(query).fetchall()
        if turn > 0:
            seconds.append(round(time.monotonic() - started, 4))
    json.dump({"seconds": seconds, "rows": [["" if value is None else str(value) for value in row] for row in rows]}, sys.stdout)


if __name__ == "__main__":
    main()
