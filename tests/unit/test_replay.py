"""What is run again of a build: what reads something that changed, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from periscope import replay, warehouse
from periscope.models import BuildRequest, Statement
from periscope.quarters import Quarter

TABLE, VIEW, TEST = "table", "view", "test"


def _name(name: str) -> str:
    return f'"periscope"."models"."{name}"'


#: a view of the rows, what they add up to, whether that is even, and a table that reads other rows
STATEMENTS = [
    Statement(VIEW, _name("rows"), 'select amount from "raw"."main"."sales"'),
    Statement(TABLE, _name("total"), f"select sum(amount) as total from {_name('rows')}"),
    Statement(
        TABLE, _name("parity"), f"select total % 2 = 0 as is_even, random() as draw from {_name('total')}"
    ),
    Statement(TABLE, _name("others"), 'select id, random() as draw from "raw"."main"."rooms"'),
    Statement(TEST, "small", f"select total from {_name('total')} where total > 100"),
]


@pytest.fixture
def built(tmp_path: Path) -> tuple[BuildRequest, replay.Built, Path]:
    """A warehouse built from one sale of 2 and one room."""
    raw, database = tmp_path / "raw.duckdb", tmp_path / "published" / "periscope.duckdb"
    database.parent.mkdir()
    with warehouse.connect(raw) as connection:
        connection.execute("create table sales as select 2 as amount; create table rooms as select 'R' as id")
    with warehouse.connect(database, reach=[raw]) as connection:
        warehouse.attach(connection, raw)
        connection.execute("create schema models")
        for kind, name, sql, _ in STATEMENTS:
            if kind != TEST:
                connection.execute(f"create {kind} {name} as ({sql})")
    request = BuildRequest(
        raw=raw,
        candidate=tmp_path / "warehouse" / "candidate" / "periscope.duckdb",
        target=tmp_path,
        quarter=Quarter.parse("2026-Q3"),
        history_start=date(2026, 1, 1),
    )
    return request, replay.Built(STATEMENTS, warehouse.content(raw), warehouse.content(database)), database


def _sell(raw: Path, amount: int) -> None:
    with warehouse.connect(raw) as connection:
        connection.execute("insert into sales values (?)", [amount])


def _draws(path: Path) -> tuple[float, ...]:
    with warehouse.connect(path, read_only=True) as connection:
        found = connection.execute(
            "select p.draw, o.draw from models.parity as p, models.others as o"
        ).fetchone()
    assert found
    return tuple(found)


@pytest.mark.parametrize(
    ("amounts", "parity_changes"), [([], False), ([5, -5], False), ([3], True), ([4], True)]
)
def test_only_what_reads_something_that_changed_is_run(
    built: tuple[BuildRequest, replay.Built, Path], amounts: list[int], parity_changes: bool
) -> None:
    """5 and -5 leave the total as it was: what reads it is not run."""
    request, before, database = built
    for amount in amounts:
        _sell(request.raw, amount)
    told = replay.build(request, warehouse.content(request.raw), before, database)
    assert told == warehouse.content(request.candidate)
    (parity, others), (parity_before, others_before) = _draws(request.candidate), _draws(database)
    assert others == others_before
    assert (parity != parity_before) == parity_changes
    with warehouse.connect(request.candidate, read_only=True, reach=[request.raw]) as connection:
        warehouse.attach(connection, request.raw)
        assert connection.execute(
            "select total, (select sum(amount) from models.rows) from models.total"
        ).fetchone() == (
            2 + sum(amounts),
            2 + sum(amounts),
        )


def test_a_broken_promise_or_a_failing_statement_is_left_to_dbt(
    built: tuple[BuildRequest, replay.Built, Path],
) -> None:
    request, before, database = built
    _sell(request.raw, 200)
    assert replay.build(request, warehouse.content(request.raw), before, database) is None
    with warehouse.connect(request.raw) as connection:
        connection.execute("drop table sales")
    assert replay.build(request, warehouse.content(request.raw), before, database) is None


@pytest.mark.parametrize(
    "damage",
    [
        "drop table models.total",
        "update models.parity set is_even = null",
        "insert into models.others from models.others",
    ],
)
def test_a_warehouse_that_is_not_what_was_built_is_left_to_dbt(
    built: tuple[BuildRequest, replay.Built, Path], damage: str
) -> None:
    request, before, database = built
    with warehouse.connect(database) as connection:
        connection.execute(damage)
    assert replay.build(request, warehouse.content(request.raw), before, database) is None


def test_no_warehouse_or_a_torn_one_is_left_to_dbt(built: tuple[BuildRequest, replay.Built, Path]) -> None:
    request, before, database = built
    database.write_bytes(b"torn")
    assert replay.build(request, warehouse.content(request.raw), before, database) is None
    database.unlink()
    assert replay.build(request, warehouse.content(request.raw), before, database) is None


def test_what_later_steps_added_is_left_out(built: tuple[BuildRequest, replay.Built, Path]) -> None:
    request, before, database = built
    with warehouse.connect(database) as connection:
        connection.execute("create table models.estimates as select 1 as value")
    told = replay.build(request, warehouse.content(request.raw), before, database)
    assert told == warehouse.content(request.candidate) == before.tables
