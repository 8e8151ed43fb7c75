"""Plans of what has an effect: writers, streams, views, the catalog, registrations."""

from pyspark.sql import functions as f


def record(kept, spark):
    writers(kept, spark)
    streams(kept, spark)
    frames(kept, spark)
    catalog(kept, spark)
    registrations(kept, spark)


def writers(kept, spark):
    t = lambda: spark.read.table("t")
    parts = lambda: t().write.partitionBy("a").bucketBy(4, "b").sortBy("c")
    kept.command("write save", lambda: t().write.format("delta").mode("overwrite").option("k", "v").save("/x"))
    kept.command("write table", lambda: parts().mode("append").saveAsTable("db.t2"))
    kept.command("write clustered", lambda: t().write.clusterBy("a", "b").saveAsTable("t2"))
    kept.command("write insert", lambda: t().write.insertInto("t2", overwrite=True))
    kept.command("write parquet", lambda: t().write.mode("ignore").parquet("/x", compression="zstd"))
    kept.command("write noop", lambda: t().write.format("noop").mode("error").save())
    kept.command("write jdbc", lambda: t().write.jdbc("jdbc:x", "t2"))
    to = lambda: t().writeTo("cat.db.t2")
    kept.command("writeTo create", lambda: created(to()).create())
    kept.command("writeTo replace", lambda: to().createOrReplace())
    kept.command("writeTo append", lambda: to().append())
    kept.command("writeTo overwrite", lambda: to().overwrite(f.col("a") == 1))
    kept.command("writeTo partitions", lambda: to().overwritePartitions())
    kept.command("merge", lambda: merged(t()))
    kept.command("merge evolving", lambda: evolved(t()))


def created(writer):
    writer = writer.using("delta").option("o", "1").tableProperty("p", "2")
    return writer.partitionedBy(f.col("a"), f.partitioning.days("ts"))


def merged(source):
    merge = source.mergeInto("t2", f.expr("t2.id = s.id"))
    merge = merge.whenMatched(f.col("op") == "D").delete()
    merge = merge.whenMatched().update({"v": f.col("s.v")})
    merge = merge.whenNotMatched().insert({"id": f.col("s.id"), "v": f.lit(0)})
    merge.whenNotMatchedBySource(f.col("v") > 1).update({"v": f.lit(None)}).merge()


def evolved(source):
    merge = source.mergeInto("t2", f.col("a") == f.col("b")).withSchemaEvolution()
    merge.whenMatched().updateAll().whenNotMatched().insertAll().whenNotMatchedBySource().delete().merge()


def streams(kept, spark):
    out = lambda: spark.readStream.table("t").writeStream.option("checkpointLocation", "/c")
    kept.command("stream start", lambda: out().format("delta").outputMode("append").queryName("q").start("/x"))
    kept.command("stream toTable", lambda: out().partitionBy("a").trigger(availableNow=True).toTable("t2"))
    kept.command("stream interval", lambda: out().format("console").trigger(processingTime="5 seconds").start())
    kept.command("stream once", lambda: out().format("console").trigger(once=True).start())
    kept.command("stream continuous", lambda: out().format("console").trigger(continuous="1 second").start())
    kept.command("stream clustered", lambda: out().clusterBy("a").toTable("t2"))
    kept.command("stream foreachBatch", lambda: out().foreachBatch(lambda frame, number: None).start())
    kept.command("stream foreach", lambda: out().foreach(lambda row: None).start())
    query = out().format("console").start()
    kept.command("query status", lambda: query.status)
    kept.command("query lastProgress", lambda: query.lastProgress)
    kept.command("query recentProgress", lambda: query.recentProgress)
    kept.command("query explain", lambda: query.explain(True))
    kept.command("query exception", lambda: query.exception())
    kept.command("query await", lambda: query.awaitTermination(2))
    kept.command("query processAllAvailable", lambda: query.processAllAvailable())
    kept.command("query stop", lambda: query.stop())
    kept.command("queries active", lambda: spark.streams.active)
    kept.command("queries get", lambda: spark.streams.get("query"))
    kept.command("queries await", lambda: spark.streams.awaitAnyTermination(1))
    kept.command("queries reset", lambda: spark.streams.resetTerminated())


def frames(kept, spark):
    t = lambda: spark.read.table("t")
    kept.command("view", lambda: t().createTempView("v"))
    kept.command("view replaced", lambda: t().createOrReplaceTempView("v"))
    kept.command("view global", lambda: t().createGlobalTempView("v"))
    kept.command("checkpoint", lambda: t().checkpoint(), 0)
    kept.command("checkpoint local", lambda: t().localCheckpoint(eager=False), 0)
    kept.command("checkpoint released", lambda: t().checkpoint())
    kept.query("checkpoint read", lambda: t().checkpoint().limit(1))
    kept.command("sql command", lambda: spark.sql("CREATE TABLE x (a INT)"))
    kept.command("sql command named", lambda: spark.sql("SELECT :a", args={"a": 1}))


def catalog(kept, spark):
    c = spark.catalog
    calls = {
        "currentCatalog": lambda: c.currentCatalog(),
        "setCurrentCatalog": lambda: c.setCurrentCatalog("c"),
        "listCatalogs": lambda: c.listCatalogs("c*"),
        "currentDatabase": lambda: c.currentDatabase(),
        "setCurrentDatabase": lambda: c.setCurrentDatabase("d"),
        "listDatabases": lambda: c.listDatabases(),
        "getDatabase": lambda: c.getDatabase("d"),
        "databaseExists": lambda: c.databaseExists("d"),
        "listTables": lambda: c.listTables("d", "t*"),
        "getTable": lambda: c.getTable("d.t"),
        "listFunctions": lambda: c.listFunctions("d"),
        "functionExists": lambda: c.functionExists("f", "d"),
        "getFunction": lambda: c.getFunction("f"),
        "listColumns": lambda: c.listColumns("t"),
        "tableExists": lambda: c.tableExists("t", "d"),
        "createTable": lambda: c.createTable("t", "/x", "delta", description="text", k="v"),
        "createExternalTable": lambda: c.createExternalTable("t", "/x", "delta", k="v"),
        "dropTempView": lambda: c.dropTempView("v"),
        "dropGlobalTempView": lambda: c.dropGlobalTempView("v"),
        "isCached": lambda: c.isCached("t"),
        "cacheTable": lambda: c.cacheTable("t"),
        "uncacheTable": lambda: c.uncacheTable("t"),
        "clearCache": lambda: c.clearCache(),
        "refreshTable": lambda: c.refreshTable("t"),
        "recoverPartitions": lambda: c.recoverPartitions("t"),
        "refreshByPath": lambda: c.refreshByPath("/x"),
        "dropTable": lambda: c.dropTable("t", ifExists=True, purge=True),
        "dropView": lambda: c.dropView("v", ifExists=True),
        "createDatabase": lambda: c.createDatabase("d", ifNotExists=True),
        "dropDatabase": lambda: c.dropDatabase("d", ifExists=True, cascade=True),
        "listPartitions": lambda: c.listPartitions("t"),
        "listViews": lambda: c.listViews("d"),
        "getTableProperties": lambda: c.getTableProperties("t"),
        "getCreateTableString": lambda: c.getCreateTableString("t", asSerde=True),
        "truncateTable": lambda: c.truncateTable("t"),
        "analyzeTable": lambda: c.analyzeTable("t", noScan=True),
    }
    for name, call in calls.items():
        kept.command(f"catalog {name}", lambda: answered(call))


def answered(call):
    """The server's rows are not the ones a call expects; what was sent is all that matters."""
    try:
        call()
    except Exception:
        pass


def registrations(kept, spark):
    kept.command("register udf", lambda: spark.udf.register("my_f", lambda value: value, "string"))
    kept.command("register java", lambda: spark.udf.registerJavaFunction("my_j", "org.example.F", "int"))
    kept.command("register java aggregate", lambda: spark.udf.registerJavaUDAF("my_a", "org.example.A"))

    @f.udtf(returnType="a: int")
    class Numbers:
        def eval(self):
            yield (1,)

    kept.command("register udtf", lambda: spark.udtf.register("my_t", Numbers))
    kept.command("register data source", lambda: spark.dataSource.register(source()))


def source():
    from pyspark.sql.datasource import DataSource

    class Source(DataSource):
        @classmethod
        def name(cls):
            return "my_source"

    return Source
