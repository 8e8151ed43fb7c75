"""Plans of DataFrame methods, readers and table functions."""

import datetime

import pandas
from pyspark.sql import functions as f
from pyspark.sql.connect import dataframe as connect
from pyspark.sql.connect import plan
from pyspark.sql.types import IntegerType, StructField, StructType


def record(kept, spark):
    readers(kept, spark)
    streams(kept, spark)
    local_rows(kept, spark)
    shapes(kept, spark)
    groups(kept, spark)
    joins(kept, spark)
    statistics(kept, spark)
    subqueries(kept, spark)
    user_functions(kept, spark)


def readers(kept, spark):
    kept.query("read table", lambda: spark.read.table("cat.db.`a.b`"))
    kept.query("read table options", lambda: spark.read.option("versionAsOf", 3).option("a", "b").table("t"))
    kept.query("read json", lambda: spark.read.schema("a INT, b STRING").json(["/x", "/y"], multiLine=True))
    kept.query("read csv", lambda: spark.read.csv("/x", header=True, sep=";"))
    kept.query("read parquet", lambda: spark.read.parquet("/x"))
    kept.query("read orc", lambda: spark.read.orc("/x"))
    kept.query("read text", lambda: spark.read.text("/x", wholetext=True))
    kept.query("read xml", lambda: spark.read.xml("/x", rowTag="row"))
    kept.query("read format", lambda: spark.read.format("delta").option("k", 1).load("/x"))
    kept.query("read default", lambda: spark.read.load())
    kept.query("read jdbc", lambda: spark.read.jdbc("jdbc:x", "t", predicates=["a = 1", "a = 2"]))
    kept.query("read changes", lambda: spark.read.option("startingVersion", 1).changes("t"))
    kept.query("range", lambda: spark.range(1, 10, 2, 4))
    kept.query("range end", lambda: spark.range(5))
    kept.query("sql", lambda: spark.sql("SELECT 1"))
    kept.query("tvf range", lambda: spark.tvf.range(3))
    kept.query("tvf explode", lambda: spark.tvf.explode(f.array(f.lit(1), f.lit(2))))
    kept.query("tvf json_tuple", lambda: spark.tvf.json_tuple(f.lit('{"a":1}'), f.lit("a")))


def streams(kept, spark):
    kept.query("stream table", lambda: spark.readStream.table("t"))
    kept.query("stream files", lambda: spark.readStream.schema("a INT").format("json").load("/x"))
    kept.query("stream rate", lambda: spark.readStream.format("rate").option("rowsPerSecond", 5).load())
    kept.query("stream name", lambda: spark.readStream.format("rate").name("clicks").load())
    kept.query("stream changes", lambda: spark.readStream.changes("t"))
    stream = lambda: spark.readStream.table("t").withWatermark("t.ts", "10 minutes")
    kept.query("watermark", stream)
    kept.query("watermark duplicates", lambda: stream().dropDuplicatesWithinWatermark(["id"]))
    kept.query("watermark window", lambda: stream().groupBy(f.window("ts", "5 minutes", "1 minute")).count())
    kept.query("session window", lambda: stream().groupBy(f.session_window("ts", "5 minutes"), "id").agg(f.sum("v")))


def local_rows(kept, spark):
    kept.query("rows", lambda: spark.createDataFrame([(1, "a"), (2, "b")], ["id", "v"]))
    kept.query("rows pandas", lambda: spark.createDataFrame(pandas.DataFrame({"a": [1]})))
    empty = StructType([StructField("a", IntegerType(), False, {"comment": "c", "k": 1})])
    kept.query("rows empty", lambda: spark.createDataFrame([], empty))


def shapes(kept, spark):
    t = lambda: spark.read.table("t")
    kept.query("select", lambda: t().select("a", f.col("b.c").alias("d"), "*"))
    kept.query("select one of frame", lambda: frame_column(t()))
    kept.query("select star of frame", lambda: frame_star(t()))
    kept.query("selectExpr", lambda: t().selectExpr("a + 1 AS b", "upper(c)"))
    kept.query("select star of table", lambda: t().alias("x").select("x.*"))
    kept.query("select regex", lambda: t().select(t().colRegex("`a.*`")))
    kept.query("metadata column", lambda: metadata_column(t()))
    kept.query("filter", lambda: t().filter((f.col("a") > 1) & ~f.col("b").isNull()))
    kept.query("where text", lambda: t().where("a > 1 AND b = 'x'"))
    kept.query("alias", lambda: t().alias("x"))
    kept.query("sort", lambda: t().sort(f.desc_nulls_first("a"), f.col("b").asc(), "c"))
    kept.query("sort partitions", lambda: t().sortWithinPartitions("a"))
    kept.query("limit offset", lambda: t().offset(2).limit(5))
    kept.query("sample", lambda: t().sample(True, 0.5, 7))
    kept.query("random split", lambda: t().randomSplit([1.0, 3.0], 7)[1])
    kept.query("distinct", lambda: t().distinct())
    kept.query("drop duplicates", lambda: t().dropDuplicates(["a", "b"]))
    kept.query("repartition", lambda: t().repartition(4))
    kept.query("repartition keys", lambda: t().repartition(4, "a", f.col("b")))
    kept.query("repartition range", lambda: t().repartitionByRange(f.desc("a")))
    kept.query("repartition id", lambda: t().repartitionById(4, f.col("a")))
    kept.query("coalesce", lambda: t().coalesce(1))
    kept.query("withColumn", lambda: t().withColumn("b", f.col("a") + 1))
    kept.query("withColumns", lambda: t().withColumns({"b": f.lit(1), "c": f.lit("x")}))
    kept.query("withColumn deep", lambda: chained(t(), 15))
    kept.query("withColumnRenamed", lambda: t().withColumnRenamed("a", "b"))
    kept.query("withColumnsRenamed", lambda: t().withColumnsRenamed({"a": "b", "c": "d"}))
    kept.query("withMetadata", lambda: t().withMetadata("a", {"k": 1}))
    kept.query("drop", lambda: t().drop("a", "b"))
    kept.query("drop column", lambda: t().drop(f.col("a"), f.col("b")))
    kept.query("toDF", lambda: t().toDF("x", "y"))
    kept.query("to", lambda: t().to(StructType([StructField("a", IntegerType(), False)])))
    kept.query("hint", lambda: t().hint("REPARTITION", 3, "a"))
    kept.query("observe", lambda: t().observe("m", f.count(f.lit(1)).alias("n"), f.max("a")))
    kept.query("zipWithIndex", lambda: t().zipWithIndex())
    kept.query("transpose", lambda: t().transpose(f.col("a")))
    kept.query("unpivot", lambda: t().unpivot("id", ["a", "b"], "name", "value"))
    kept.query("unpivot all", lambda: t().unpivot(["id"], None, "name", "value"))
    kept.query("transform", lambda: t().transform(lambda frame: frame.limit(1)))


def frame_column(frame):
    return frame.select(frame["a"], frame.b)


def frame_star(frame):
    return frame.select(frame["*"])


def metadata_column(frame):
    return frame.select(frame.metadataColumn("_metadata"))


def chained(frame, count):
    for number in range(count):
        frame = frame.withColumn(f"c{number}", f.lit(number))
    return frame


def groups(kept, spark):
    t = lambda: spark.read.table("t")
    kept.query("group", lambda: t().groupBy("a", f.col("b") + 1).agg(f.sum("c").alias("s"), f.count("*")))
    kept.query("group by number", lambda: t().groupBy(1).count())
    kept.query("group dictionary", lambda: t().groupBy("a").agg({"b": "max"}))
    kept.query("group avg", lambda: t().groupBy("a").avg("b", "c"))
    kept.query("agg", lambda: t().agg(f.count_distinct("a", "b"), f.min("c")))
    kept.query("rollup", lambda: t().rollup("a", "b").count())
    kept.query("cube", lambda: t().cube("a", "b").count())
    kept.query("grouping sets", lambda: t().groupingSets([["a"], ["a", "b"], []], "a", "b").agg(f.grouping_id()))
    kept.query("pivot", lambda: t().groupBy("a").pivot("b", ["x", "y"]).sum("c"))
    kept.query("pivot all", lambda: t().groupBy("a").pivot("b").sum("c"))


def joins(kept, spark):
    l, r = lambda: spark.read.table("l"), lambda: spark.read.table("r")
    for kind in ("inner", "full", "left", "right", "semi", "anti"):
        kept.query(f"join {kind}", lambda: l().join(r(), ["a", "b"], kind))
    kept.query("join cross", lambda: l().crossJoin(r()))
    kept.query("join condition", lambda: join_on_columns(l(), r()))
    kept.query("join nothing", lambda: l().join(r()))
    kept.query("join lateral", lambda: l().lateralJoin(spark.tvf.explode(f.col("xs").outer()), how="left"))
    nearest = dict(numResults=2, mode="exact", direction="distance")
    kept.query("join nearest", lambda: l().nearestByJoin(r(), f.abs(f.col("a") - f.col("b")), **nearest))
    kept.query("join as of", lambda: as_of(l(), r()))
    kept.query("union", lambda: l().union(r()))
    kept.query("union by name", lambda: l().unionByName(r(), allowMissingColumns=True))
    kept.query("intersect", lambda: l().intersect(r()))
    kept.query("intersect all", lambda: l().intersectAll(r()))
    kept.query("subtract", lambda: l().subtract(r()))
    kept.query("except all", lambda: l().exceptAll(r()))


def join_on_columns(left, right):
    return left.join(right, (left.a == right.a) & left.b.eqNullSafe(right.b), "left")


def as_of(left, right):
    return left._joinAsOf(
        right,
        leftAsOfColumn=left.ts,
        rightAsOfColumn=right.ts,
        on="id",
        how="left",
        tolerance=f.lit(5),
        allowExactMatches=False,
        direction="backward",
    )


def statistics(kept, spark):
    t = lambda: spark.read.table("t")
    kept.query("fill", lambda: t().na.fill(0, ["a", "b"]))
    kept.query("fill each", lambda: t().na.fill({"a": 0, "b": "x"}))
    kept.query("fill all", lambda: t().fillna(False))
    kept.query("drop nulls", lambda: t().na.drop("all", subset=["a"]))
    kept.query("drop nulls at least", lambda: t().na.drop(thresh=2))
    kept.query("replace", lambda: t().na.replace({1: 2, 3: None}, subset=["a"]))
    kept.query("summary", lambda: t().summary("count", "75%"))
    kept.query("describe", lambda: t().describe("a"))
    kept.query("crosstab", lambda: t().crosstab("a", "b"))
    kept.query("freqItems", lambda: t().freqItems(["a"], 0.3))
    kept.query("sampleBy", lambda: t().sampleBy("a", {1: 0.1, 2: 0.2}, 5))
    kept.command("cov", lambda: ignore(lambda: t().cov("a", "b")))
    kept.command("corr", lambda: ignore(lambda: t().corr("a", "b")))
    kept.command("approxQuantile", lambda: ignore(lambda: t().approxQuantile(["a"], [0.5, 0.9], 0.1)))
    kept.command("show", lambda: ignore(lambda: t().show(7, truncate=False, vertical=True)))
    kept.query("html", lambda: connect.DataFrame(plan.HtmlString(t()._plan, 5, 20), spark))
    kept.command("tail", lambda: ignore(lambda: t().tail(3)))
    kept.command("count", lambda: ignore(lambda: t().count()))
    kept.query("toJSON", lambda: t().toJSON())


def ignore(run):
    """The server's answer is not the one these expect; what was sent is all that matters."""
    try:
        run()
    except Exception:
        pass


def subqueries(kept, spark):
    t, u = lambda: spark.read.table("t"), lambda: spark.read.table("u")
    kept.query("scalar", lambda: t().select("a", u().agg(f.max("b")).scalar()))
    kept.query("exists", lambda: t().where(u().where(f.col("x") == f.col("a").outer()).exists()))
    kept.query("in", lambda: t().where(f.col("a").isin(u())))
    kept.query("sql frames", lambda: spark.sql("SELECT * FROM {x} WHERE a > :low", args={"low": 3}, x=u()))
    kept.query("sql named", lambda: spark.sql("SELECT :a, :d", args={"a": 1, "d": datetime.date(2024, 1, 2)}))
    kept.query("sql positional", lambda: spark.sql("SELECT ?, ?", args=[1, "x"]))


def user_functions(kept, spark):
    t = lambda: spark.read.table("t")
    same = lambda frames: frames
    kept.query("mapInPandas", lambda: t().mapInPandas(same, "a INT"))
    kept.query("mapInArrow", lambda: t().mapInArrow(same, "a INT", barrier=True))
    kept.query("applyInPandas", lambda: t().groupBy("a").applyInPandas(lambda frame: frame, "a INT"))
    kept.query("applyInArrow", lambda: t().groupBy("a").applyInArrow(lambda frame: frame, "a INT"))
    kept.query("cogroup", lambda: cogrouped(t(), spark.read.table("u")))
    kept.query("applyInPandasWithState", lambda: with_state(t()))
    kept.query("table function", lambda: table_function())


def cogrouped(left, right):
    return left.groupBy("a").cogroup(right.groupBy("b")).applyInPandas(lambda l, r: l, "a INT")


def with_state(frame):
    rows = lambda key, frames, state: frames
    timeout = "ProcessingTimeTimeout"
    return frame.groupBy("a").applyInPandasWithState(rows, "a INT", "n INT", "append", timeout)


def table_function():
    @f.udtf(returnType="a: int")
    class Numbers:
        def eval(self, count: int):
            for number in range(count):
                yield (number,)

    return Numbers(f.lit(3))
