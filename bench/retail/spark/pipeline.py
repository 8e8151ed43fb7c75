"""The retail workload as a pipeline of Apache Spark 4.3. Spark has no expectations: their conditions are a filter."""

from pyspark import pipelines as dp
from pyspark.sql import SparkSession
from pyspark.sql.functions import coalesce, col, count, countDistinct, current_timestamp, lit
from pyspark.sql.functions import max as max_, min as min_, sum as sum_

spark = SparkSession.active()
ORDERS = spark.conf.get("bench.orders")
SCHEMA = (
    "order_id STRING, customer_id STRING, product_id STRING, order_datetime STRING, "
    "quantity BIGINT, unit_price DOUBLE, discount_percent BIGINT"
)


@dp.table()
def bronze_orders():
    return (
        spark.readStream.schema(SCHEMA).json(ORDERS)
        .withColumn("source_file", col("_metadata.file_name"))
        .withColumn("load_ts", current_timestamp())
    )


@dp.table()
def silver_orders():
    gross = col("quantity") * col("unit_price")
    return (
        spark.readStream.table("bronze_orders")
        .where("order_id IS NOT NULL AND customer_id IS NOT NULL AND quantity > 0 AND unit_price >= 0")
        .select(
            "order_id",
            "customer_id",
            "product_id",
            col("order_datetime").cast("timestamp").alias("order_ts"),
            col("order_datetime").cast("date").alias("order_date"),
            "quantity",
            "unit_price",
            gross.alias("gross_amount"),
            (gross * (100 - coalesce(col("discount_percent"), lit(0))) / 100).cast("decimal(18,4)").alias("net_amount"),
        )
    )


@dp.materialized_view()
def gold_daily_sales():
    return spark.read.table("silver_orders").groupBy("order_date").agg(
        count("*").alias("orders"), sum_("quantity").alias("items"), sum_("net_amount").alias("net_amount")
    )


@dp.materialized_view()
def gold_product_sales():
    return spark.read.table("silver_orders").groupBy("product_id").agg(
        count("*").alias("orders"),
        countDistinct("customer_id").alias("customers"),
        sum_("quantity").alias("items"),
        sum_("net_amount").alias("net_amount"),
    )


@dp.materialized_view()
def gold_customer_sales():
    return spark.read.table("silver_orders").groupBy("customer_id").agg(
        count("*").alias("orders"),
        min_("order_ts").alias("first_order"),
        max_("order_ts").alias("last_order"),
        sum_("net_amount").alias("net_amount"),
    )
