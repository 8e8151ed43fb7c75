#!/usr/bin/env python3
"""The same ingest by hand in DuckDB: duckdb_peer.py CUSTOMERS_FOLDER OUTPUT_FOLDER. One Parquet file, flushed to disk."""

import os
import sys

import duckdb


def main():
    customers, out = sys.argv[1:3]
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET TimeZone = 'UTC'")
    texts = ["customer_id", "first_name", "last_name", "email", "city", "customer_segment", "operation"]
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in texts) + ", ingestion_ts: 'TIMESTAMPTZ'"
    path = os.path.join(out, "bronze_customers.parquet")
    rows = f"SELECT * FROM read_csv('{customers}/*.csv', header = true, columns = {{{columns}}})"
    connection.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
    for place in (path, out):
        descriptor = os.open(place, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


if __name__ == "__main__":
    main()
