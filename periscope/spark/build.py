"""Build the models on Spark from the Parquet of raw tables, and hold every figure against DuckDB's."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from periscope import models, warehouse
from periscope.errors import UsageError
from periscope.models import BuildRequest
from periscope.spark import cluster
from periscope.warehouse import quote

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: No program compiled for each query, none of the second compiler of Java: two to three times less processor, measured.
SMALL = {
    "spark.driver.extraJavaOptions": cluster.SHORT_LIVED,
    "spark.executor.extraJavaOptions": cluster.SHORT_LIVED,
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
}
_NOT_BUILT = "Aucun critère à comparer : lancez d'abord « periscope run » dans cet espace (« periscope network » pour un réseau)."
#: schema, table, and its columns as Spark declares them
Table = tuple[str, str, str]


def export(raw: Path, candidate: Path, folder: Path) -> list[Table]:
    """Write the raw tables and the seeds as `folder`/<schema>/<table>.parquet.

    Seeds come from the DuckDB build: loaded by dbt-spark, an empty cell would become the text 'None'.
    """
    written = []
    with warehouse.connect(candidate, read_only=True, reach=[raw, folder]) as connection:
        warehouse.attach(connection, raw)
        found = connection.execute(
            "select table_catalog, table_schema, table_name from information_schema.tables "
            "where table_catalog = 'raw' or table_schema = 'seeds' order by all"
        ).fetchall()
        for catalog, schema, table in found:
            path = folder / schema / f"{table}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            source = ".".join(quote(part) for part in (catalog, schema, table))
            rows = connection.sql(f"select * from {source}")
            rows.write_parquet(str(path))
            # the one type that Spark names otherwise
            types = ("string" if str(kind) == "VARCHAR" else str(kind) for kind in rows.types)
            columns = ", ".join(f"`{name}` {kind}" for name, kind in zip(rows.columns, types, strict=True))
            written.append((schema, table, columns))
    return written


def session(
    master: str, folder: Path, tables: list[Table], *, executor_memory: str = "1g", is_small: bool = True
) -> SparkSession:
    """A session on `master` that knows the raw tables; its own tables go to `folder`/warehouse.

    `is_small`: thousands of rows, where planning costs more than the rows do. Only the speed changes.
    """
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    from pyspark.sql import SparkSession

    builder = (
        SparkSession.builder.master(master)
        .appName("periscope")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.sql.catalogImplementation", "in-memory")
        # a missing value stays missing, as on DuckDB
        .config("spark.sql.ansi.enabled", "false")
        # DuckDB writes naive UTC instants; read as such they are what to_utc_timestamp gives
        .config("spark.sql.parquet.inferTimestampNTZ.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.executor.memory", executor_memory)
    )
    if is_small:
        for name, value in SMALL.items():
            builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    for schema, table, columns in tables:
        spark.sql(f"create database if not exists `{schema}`")
        path = folder / schema / f"{table}.parquet"
        # columns told: Spark would run a job for each table to find them
        spark.sql(f"create table `{schema}`.`{table}` ({columns}) using parquet location '{path}'")
    return spark


def compare(candidate: Path, folder: Path) -> list[str]:
    """French sentences for each criterion whose figures or sources differ between DuckDB and Spark; none if equal.

    Rows are compared by a hash of 64 bits of all they hold: the sources of a large network do not fit in memory together.
    """
    differences = []
    with warehouse.connect(candidate, read_only=True, reach=[folder]) as connection:
        names = connection.execute(
            "select table_schema, table_name, list(column_name order by ordinal_position) "
            "from information_schema.columns where table_schema in ('criteria', 'network') group by all order by all"
        ).fetchall()
        if not names:
            raise UsageError(_NOT_BUILT)
        for schema, name, columns in names:
            files = str(folder / "warehouse" / f"{schema}.db" / name / "*.parquet")
            row = ", ".join(map(quote, columns))
            count = connection.execute(
                f"""
                with both_engines as (
                    select *, 1 as side from {quote(schema)}.{quote(name)}
                    union all
                    select *, -1 as side from read_parquet($files)
                ),
                by_row as (select sum(side) as gap from both_engines group by hash({row}))
                select sum(abs(gap)) from by_row
                """,
                {"files": files},
            ).fetchone()
            if count and count[0]:
                differences.append(f"{name} : {count[0]} lignes diffèrent.")
    return differences


def require_built(request: BuildRequest) -> None:
    """Raises UsageError when DuckDB's figures are not there."""
    if not request.candidate.exists():
        raise UsageError(_NOT_BUILT)


def build(
    request: BuildRequest,
    master: str,
    folder: Path,
    *,
    select: list[str] | None = None,
    while_building: Callable[[], None] | None = None,
) -> list[str]:
    """Build on Spark what `request` built on DuckDB and compare. Returns the differences, none if all is equal.

    `request.candidate` holds DuckDB's figures, of the models of `select` only when some are given. Raises PeriscopeError when a model fails.
    """
    require_built(request)
    shutil.rmtree(folder / "warehouse", ignore_errors=True)
    tables = export(request.raw, request.candidate, folder)
    spark = session(master, folder, tables)
    try:
        if while_building:
            while_building()
        models.build_on_spark(request, folder / "target", select=select)
    finally:
        spark.stop()
    return compare(request.candidate, folder)
