#!/usr/bin/env python3
"""The retail workload written by hand for DuckDB: duckdb_peer.py ORDERS_FOLDER OUTPUT_FOLDER [MEMORY_LIMIT].

The same rows as the pipeline, each table one Parquet file with the same compression, flushed to disk before the process ends. Each layer
is read back from the file of the layer before it, as the pipeline's tables are.
"""

import os
import sys

import duckdb

LAYERS = {
    "bronze_orders": """
        SELECT order_id, customer_id, product_id, order_datetime, quantity, unit_price, discount_percent,
               parse_filename(filename) AS source_file, now() AS load_ts
        FROM read_json('{orders}/*.json', format = 'newline_delimited', filename = true, columns = {{
          order_id: 'VARCHAR', customer_id: 'VARCHAR', product_id: 'VARCHAR', order_datetime: 'VARCHAR',
          quantity: 'BIGINT', unit_price: 'DOUBLE', discount_percent: 'BIGINT'}})""",
    "silver_orders": """
        SELECT order_id, customer_id, product_id, CAST(order_datetime AS TIMESTAMP) AS order_ts,
               CAST(CAST(order_datetime AS TIMESTAMP) AS DATE) AS order_date, quantity, unit_price,
               quantity * unit_price AS gross_amount,
               CAST(quantity * unit_price * (100 - coalesce(discount_percent, 0)) / 100 AS DECIMAL(18, 4)) AS net_amount
        FROM '{out}/bronze_orders.parquet'
        WHERE order_id IS NOT NULL AND customer_id IS NOT NULL AND quantity > 0 AND unit_price >= 0""",
    "gold_daily_sales": """
        SELECT order_date, count(*) AS orders, CAST(sum(quantity) AS BIGINT) AS items, sum(net_amount) AS net_amount
        FROM '{out}/silver_orders.parquet' GROUP BY order_date""",
    "gold_product_sales": """
        SELECT product_id, count(*) AS orders, count(DISTINCT customer_id) AS customers, CAST(sum(quantity) AS BIGINT) AS items,
               sum(net_amount) AS net_amount
        FROM '{out}/silver_orders.parquet' GROUP BY product_id""",
    "gold_customer_sales": """
        SELECT customer_id, count(*) AS orders, min(order_ts) AS first_order, max(order_ts) AS last_order, sum(net_amount) AS net_amount
        FROM '{out}/silver_orders.parquet' GROUP BY customer_id""",
}


def main():
    orders, out = sys.argv[1:3]
    connection = duckdb.connect()
    # Rows may come in any order, as in the pipeline's tables; to keep the order costs DuckDB memory and time.
    connection.execute("SET preserve_insertion_order = false")
    if len(sys.argv) > 3:
        connection.execute(f"SET memory_limit = '{sys.argv[3]}'")
    for name, query in LAYERS.items():
        path = os.path.join(out, f"{name}.parquet")
        connection.execute(f"COPY ({query.format(orders=orders, out=out)}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
        flush(path)
    flush(out)


def flush(path):
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


if __name__ == "__main__":
    main()
