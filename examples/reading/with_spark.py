"""Read a store with Spark: `spark-submit with_spark.py STORE`; with pyspark and Java, `python with_spark.py STORE`."""

import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

store = sys.argv[1]
spark = (
    SparkSession.builder.appName("labels")
    .config("spark.sql.session.timeZone", "UTC")
    # `snapshot` is a column, taken from the folders' names; as text, lest it be read as a time.
    .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
    .getOrCreate()
)

# basePath: where the folders begin whose names are columns.
objects = spark.read.option("basePath", store).parquet(f"{store}/snapshot=*/objects")

growth = (
    objects.where(~f.coalesce("is_deleted", f.lit(False)))
    .groupBy("snapshot", "name")
    .agg(f.count("*").alias("objects"), f.countDistinct("row_id", "object_hash").alias("instances"))
    .orderBy("snapshot", f.desc("objects"), "name")
)
growth.show(truncate=False)
spark.stop()
