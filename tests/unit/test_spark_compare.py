"""What tells that the two engines differ: any cell of a figure, of its sources, any row more or less."""

from __future__ import annotations

from pathlib import Path

import pytest

from periscope import warehouse
from periscope.errors import UsageError
from periscope.spark import build

_ROWS = (
    "select * from (values (1, 2.50::decimal(18, 2), [{'file': 'a', 'line': 3}], null), "
    "(2, null, [], 'sans source'), (2, null, [], 'sans source')) as told (id, value, sources, reason)"
)


def _differences(tmp_path: Path, theirs: str) -> list[str]:
    """DuckDB's table is `_ROWS`; `theirs` selects from it, as `told`, what Spark would have written."""
    folder = tmp_path / "warehouse" / "criteria.db" / "crit_x"
    folder.mkdir(parents=True)
    candidate = tmp_path / "candidate.duckdb"
    with warehouse.connect(candidate) as connection:
        connection.execute(f"create schema criteria; create table criteria.crit_x as {_ROWS}")
        connection.execute(
            f"copy (with told as ({_ROWS}) {theirs}) to '{folder}/part.parquet' (format parquet)"
        )
    return build.compare(candidate, tmp_path)


@pytest.mark.parametrize(
    ("theirs", "count"),
    [
        ("select * from told", 0),
        ("select * from told order by id desc", 0),
        ("select * replace (cast(value as decimal(20, 3)) as value) from told", 0),
        ("select * replace (value + 0.01 as value) from told", 2),
        ("select * replace (coalesce(reason, '') as reason) from told", 2),
        ("select * replace (if(id = 1, [{'file': 'a', 'line': 4}], sources) as sources) from told", 2),
        ("select distinct * from told", 1),
        ("select * from told union all select * from told where id = 1", 1),
    ],
)  # fmt: skip
def test_every_difference_is_counted(tmp_path: Path, theirs: str, count: int) -> None:
    told = [f"crit_x : {count} lignes diffèrent."] if count else []
    assert _differences(tmp_path, theirs) == told


def test_nothing_to_compare_is_no_equality(tmp_path: Path) -> None:
    with warehouse.connect(tmp_path / "candidate.duckdb") as connection:
        connection.execute("create schema criteria")
    with pytest.raises(UsageError, match="Aucun critère"):
        build.compare(tmp_path / "candidate.duckdb", tmp_path)
