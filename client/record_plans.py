"""Records the plans of tests/messages/plans.bin with an unmodified PySpark client; see README.md beside this file."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import plans_of_columns
import plans_of_commands
import plans_of_frames
import plans_of_pipelines
import recording
from pyspark.sql.connect.session import SparkSession

HERE = pathlib.Path(__file__).resolve().parent
OUTPUT = HERE.parent / "crates" / "lakesmith-connect" / "tests" / "messages" / "plans.bin"


def main():
    server, address = recording.serve()
    spark = SparkSession.builder.remote(address).getOrCreate()
    spark.client.set_retry_policies([])
    kept = recording.Recording(server, spark.client, str(HERE))
    for part in (plans_of_frames, plans_of_columns, plans_of_commands, plans_of_pipelines):
        part.record(kept, spark)
    kept.store(OUTPUT)
    print(f"{len(kept.plans)} plans, {OUTPUT.stat().st_size} bytes")
    os._exit(0)


if __name__ == "__main__":
    main()
