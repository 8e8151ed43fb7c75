"""Plans of columns: literals, operators, functions, windows, lambdas and functions of the user's own."""

import datetime
import decimal

from pyspark.sql import Window
from pyspark.sql import functions as f
from pyspark.sql.types import ArrayType, DecimalType, LongType, StringType, StructField, StructType


def record(kept, spark):
    t = lambda: spark.read.table("t")
    for name, column in columns().items():
        kept.query(name, lambda: t().select(column()))


def columns():
    return {**literals(), **operators(), **functions(), **windows(), **user_functions()}


def literals():
    day = datetime.date(2024, 2, 29)
    moment = datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.timezone.utc)
    return {
        "literal null": lambda: f.lit(None),
        "literal boolean": lambda: f.lit(True),
        "literal integer": lambda: f.lit(1),
        "literal long": lambda: f.lit(1 << 40),
        "literal double": lambda: f.lit(1.5),
        "literal string": lambda: f.lit("é"),
        "literal binary": lambda: f.lit(b"\x00\xff"),
        "literal decimal": lambda: f.lit(decimal.Decimal("-12.50")),
        "literal date": lambda: f.lit(day),
        "literal timestamp": lambda: f.lit(moment),
        "literal time": lambda: f.lit(datetime.time(12, 30, 15)),
        "literal interval": lambda: f.lit(datetime.timedelta(days=1, seconds=2)),
        "literal list": lambda: f.lit([1, 2, 3]),
    }


def operators():
    a, b = f.col("a"), f.col("b")
    return {
        "operator arithmetic": lambda: -(a + 1) * 2 / b % 3 - a**2,
        "operator comparison": lambda: (a == 1) | (a != 2) & (a <= 3) & (b >= 4),
        "operator reversed": lambda: 1 - a,
        "operator bits": lambda: a.bitwiseAND(1).bitwiseOR(2).bitwiseXOR(b),
        "operator text": lambda: a.like("x%") & a.rlike("y") & a.ilike("z") & a.startswith("s") & a.contains(b),
        "operator isin": lambda: a.isin(1, 2, 3),
        "operator between": lambda: a.between(1, b),
        "operator null": lambda: a.isNotNull() & a.isNaN(),
        "operator field": lambda: f.col("s").getField("x").getItem(0)["k"],
        "operator substr": lambda: a.substr(1, 2),
        "operator cast": lambda: a.cast("decimal(10,2)"),
        "operator cast type": lambda: a.cast(ArrayType(DecimalType(12, 3), False)),
        "operator try_cast": lambda: a.try_cast("int"),
        "operator alias": lambda: a.alias("n", metadata={"k": "v"}),
        "operator aliases": lambda: f.posexplode("xs").alias("p", "x"),
        "operator withField": lambda: f.col("s").withField("x.y", f.lit(1)).dropFields("z", "w"),
        "operator quoted": lambda: f.col("`a.b`.c"),
    }


def functions():
    return {
        "function when": lambda: f.when(f.col("a") > 1, "x").when(f.col("a") > 0, "y").otherwise("z"),
        "function expr": lambda: f.expr("a + b * 2"),
        "function coalesce": lambda: f.coalesce("a", f.lit(0)),
        "function struct": lambda: f.struct("a", f.col("b").alias("c")),
        "function from_json": lambda: f.from_json("a", struct_schema(), {"mode": "FAILFAST"}),
        "function from_json text": lambda: f.from_json("a", "x INT, y STRING"),
        "function date": lambda: f.date_trunc("month", f.to_timestamp("a", "yyyy-MM-dd")),
        "function count distinct": lambda: f.count_distinct("a"),
        "function call": lambda: f.call_function("db.`my f`", f.col("a"), f.lit(1)),
        "function call udf": lambda: f.call_udf("my_f", f.col("a")),
        "function without arguments": lambda: f.monotonically_increasing_id(),
        "function rand": lambda: f.rand(3),
        "function call builtin": lambda: f.call_function("mask", f.col("a"), f.lit("X")),
        "lambda one": lambda: f.transform("xs", lambda x: x + 1),
        "lambda two": lambda: f.transform("xs", lambda x, i: x * i),
        "lambda nested": lambda: f.transform("xs", lambda x: f.filter("ys", lambda y: y > x)),
        "lambda aggregate": lambda: f.aggregate("xs", f.lit(0), lambda s, x: s + x, lambda s: s / 2),
        "lambda zip": lambda: f.map_zip_with("m", "n", lambda k, v, w: f.concat(k, v, w)),
    }


def struct_schema():
    return StructType([StructField("x", LongType(), False), StructField("y", StringType(), True, {"comment": "c"})])


def windows():
    by = Window.partitionBy("a").orderBy(f.desc("b"))
    return {
        "window rank": lambda: f.row_number().over(by),
        "window rows": lambda: f.sum("c").over(by.rowsBetween(-2, Window.currentRow)),
        "window range": lambda: f.sum("c").over(by.rangeBetween(Window.unboundedPreceding, 5)),
        "window whole": lambda: f.max("c").over(Window.partitionBy("a")),
        "window lag": lambda: f.lag("c", 2, 0).over(by),
    }


def user_functions():
    plain = lambda: f.udf(lambda value: value, "string")
    return {
        "udf": lambda: plain()("a"),
        "udf nondeterministic": lambda: plain().asNondeterministic()("a"),
        "udf named argument": lambda: plain()(value=f.col("a")),
        "udf type": lambda: f.udf(lambda value: [value], ArrayType(LongType()))("a"),
        "udf arrow": lambda: f.udf(lambda value: value, "long", useArrow=True)("a"),
        "udf pandas": lambda: f.pandas_udf(lambda series: series, "long", f.PandasUDFType.SCALAR)("a"),
    }
