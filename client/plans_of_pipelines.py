"""Plans of pyspark.pipelines."""

import pathlib

from pyspark import pipelines as dp
from pyspark.pipelines.graph_element_registry import graph_element_registration_context
from pyspark.pipelines.spark_connect_graph_element_registry import SparkConnectGraphElementRegistry
from pyspark.pipelines.spark_connect_pipeline import create_dataflow_graph, start_run
from pyspark.sql import functions as f
from pyspark.sql.types import IntegerType, StructField, StructType


def record(kept, spark):
    kept.command("pipeline create", lambda: create_dataflow_graph(spark, "cat", "db", {"k": "v", "a": "b"}))
    registry = SparkConnectGraphElementRegistry(spark, "graph")
    definitions = {
        "pipeline table": lambda: table(spark),
        "pipeline view": lambda: materialized_view(spark),
        "pipeline temporary": lambda: temporary_view(spark),
        "pipeline flow": lambda: append_flow(spark),
        "pipeline streaming table": streaming_table,
        "pipeline sink": lambda: dp.create_sink("out", "kafka", {"topic": "t", "a": "b"}),
        "pipeline auto cdc": auto_cdc,
        "pipeline auto cdc except": auto_cdc_except,
    }
    for name, define in definitions.items():
        with graph_element_registration_context(registry):
            kept.commands(name, define)
    kept.command("pipeline sql", lambda: registry.register_sql("CREATE STREAMING TABLE t", pathlib.Path("a.sql")))
    run = lambda **options: list(start_run(spark, "graph", storage="/s", **options))
    kept.command("pipeline run", lambda: run(full_refresh=["a"], full_refresh_all=False, refresh=["b"], dry=False))
    kept.command("pipeline dry run", lambda: run(full_refresh=None, full_refresh_all=True, refresh=None, dry=True))


def table(spark):
    settings = {"spark.sql.shuffle.partitions": "4"}
    properties = {"lakesmith.expect.valid_id": "id IS NOT NULL"}
    options = dict(name="orders", comment="all orders", spark_conf=settings, table_properties=properties)

    @dp.table(**options, partition_cols=["day"], schema="id INT, day DATE", format="delta")
    def orders():
        return spark.readStream.table("raw")


def materialized_view(spark):
    schema = StructType([StructField("id", IntegerType(), False)])

    @dp.materialized_view(cluster_by=["id"], schema=schema)
    def totals():
        return spark.read.table("orders").groupBy("id").count()


def temporary_view(spark):
    @dp.temporary_view(comment="for now")
    def recent():
        return spark.read.table("orders").where("day > '2024-01-01'")


def append_flow(spark):
    @dp.append_flow(target="orders", name="late")
    def late_orders():
        return spark.readStream.table("late")


def streaming_table():
    dp.create_streaming_table("customers", comment="now", cluster_by=["id"], table_properties={"k": "v"})


def auto_cdc():
    dp.create_auto_cdc_flow(
        target="customers",
        source="changes",
        keys=["id"],
        sequence_by="ts",
        apply_as_deletes=f.expr("op = 'D'"),
        column_list=["id", "name"],
        stored_as_scd_type=1,
    )


def auto_cdc_except():
    dp.create_auto_cdc_flow(
        target="customers",
        source="changes",
        keys=[f.col("id")],
        sequence_by=f.struct("ts", "n"),
        except_column_list=["op", "ts"],
        name="by_day",
    )
