"""Golden files asked of the Spark that is installed, which is newer than the files: where both differ, the newer one counts."""

import answers


class Newer:
    """A Spark that runs golden files, each in a session of its own; started when it is first needed."""

    def __init__(self, data):
        self.data = data
        self.spark = None

    def answers(self, statements, settings, tables):
        """What Spark answers to the statements of a file, in their order."""
        self.spark = self.spark or answers.session()
        spark = self.spark.newSession()
        for key, value in settings:
            spark.conf.set(key, value)
        for name, query in tables.items():
            if callable(query):
                query(spark).createOrReplaceTempView(name)
            else:
                spark.sql(query).createOrReplaceTempView(name)
        try:
            return [answers.ask(spark, statement) for statement in statements]
        finally:
            clear(spark)


def clear(spark):
    """Drops all that statements have made in the catalog."""
    spark.sql("USE spark_catalog.default")
    for database in spark.sql("SHOW DATABASES").collect():
        if database[0] != "default":
            spark.sql(f"DROP DATABASE IF EXISTS `{database[0]}` CASCADE")
    for table in spark.sql("SHOW TABLES IN default").collect():
        if not table.isTemporary:
            try:
                spark.sql(f"DROP TABLE IF EXISTS default.`{table.tableName}`")
            except Exception:
                spark.sql(f"DROP VIEW IF EXISTS default.`{table.tableName}`")
