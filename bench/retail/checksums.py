#!/usr/bin/env python3
"""Row counts and checksums of the retail tables of one engine, as JSON: checksums.py lakesmith|duckdb|spark FOLDER.

A checksum is the sum of the hashes of all rows written as text, so it does not depend on their order or on how types are spelled.
`load_ts` is left out: it is the time of the run.
"""

import glob
import json
import os
import sys

import duckdb

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import delta_table  # noqa: E402

TABLES = {
    "bronze_orders": "order_id, customer_id, product_id, order_datetime, quantity, unit_price, discount_percent, source_file",
    "silver_orders": "order_id, customer_id, product_id, CAST(order_ts AS TIMESTAMP), order_date, quantity, unit_price, gross_amount, net_amount",
    "gold_daily_sales": "order_date, orders, items, net_amount",
    "gold_product_sales": "product_id, orders, customers, items, net_amount",
    "gold_customer_sales": "customer_id, orders, CAST(first_order AS TIMESTAMP), CAST(last_order AS TIMESTAMP), net_amount",
}


def main():
    engine, folder = sys.argv[1:]
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    sums = {}
    for table, columns in TABLES.items():
        texts = ", ".join(f"CAST({column.strip()} AS VARCHAR)" for column in columns.split(","))
        query = f"SELECT count(*), CAST(sum(CAST(hash([{texts}]) AS HUGEINT)) AS VARCHAR) FROM read_parquet(?)"
        rows, checksum = connection.execute(query, [files(engine, folder, table)]).fetchone()
        sums[table] = {"rows": rows, "checksum": checksum}
    print(json.dumps(sums))


def files(engine, folder, table):
    if engine == "lakesmith":
        return delta_table.files(os.path.join(folder, "warehouse", "bench", "retail", table))
    if engine == "duckdb":
        return [os.path.join(folder, f"{table}.parquet")]
    found = glob.glob(os.path.join(folder, "warehouse", "**", table, "**", "*.parquet"), recursive=True)
    return found or sys.exit(f"no files of {table} in {folder}")


if __name__ == "__main__":
    main()
