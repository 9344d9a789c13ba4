"""Small poles for tests of the models: rows go straight into the raw warehouse, figures come out."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from periscope import models, warehouse
from periscope.quarters import Quarter

_FOLDER = models.PROJECT / "target" / f"pytest-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"

DEFAULT_MEMBERS = (
    ("A", "732829320", "creation_support", "permanent_resident"),
    ("B", "356000000", "creation_support", "permanent_resident"),
    ("C", "880878145", "enterprise_development", "occasional_user"),
)


@dataclass
class Pole:
    """Rows of the raw warehouse by `schema.table`; helpers add the usual ones with their slice."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _lines: int = 1

    def add(self, table: str, **values: Any) -> Pole:
        """Add one raw row; `row_number` is given when the table has one."""
        if "row_number" in warehouse.raw_tables()[table]:
            self._lines += 1
            values.setdefault("row_number", self._lines)
        self.rows.setdefault(table, []).append(values)
        return self

    def member(
        self,
        member_id: str,
        siren: str,
        function: str = "creation_support",
        presence: str = "permanent_resident",
        joined_on: str = "2020-01-01",
        left_on: str | None = None,
        **extra: Any,
    ) -> Pole:
        """Add a member and its first membership."""
        self.add(
            "register.members",
            member_id=member_id,
            siren=siren,
            name=f"Membre {member_id}",
            function=function,
            **extra,
        )
        return self.membership(member_id, presence, joined_on, left_on)

    def membership(self, member_id: str, presence: str, joined_on: str, left_on: str | None = None) -> Pole:
        return self.add(
            "register.memberships",
            member_id=member_id,
            presence=presence,
            joined_on=joined_on,
            left_on=left_on,
        )

    def slice(self, kind: str, siren: str, quarter: str, sender: str = "", **extra: Any) -> str:
        """Record that `siren` answered `kind` for `quarter` (or a file of bookings, FEC …); returns slice_id."""
        slice_id = f"{kind}-{siren}-{quarter}-{len(self.rows.get('record.slices', []))}"
        self.add(
            "record.slices",
            slice_id=slice_id,
            file_id=slice_id,
            source_file=f"{slice_id}.xlsx",
            sheet=kind,
            kind=kind,
            sender=sender or siren,
            sender_siren=siren,
            quarter=quarter,
            landed_seq=len(self.rows.get("record.slices", [])) + 1,
            status="accepted",
            is_active=True,
            **extra,
        )
        return slice_id

    def declare(self, kind: str, siren: str, quarter: str, *declared: dict[str, Any]) -> Pole:
        """A declaration of `kind` with these rows; no row is an answer of nothing."""
        slice_id = self.slice(kind, siren, quarter)
        for row in declared:
            self.add(f"declarations.{kind}", slice_id=slice_id, sender_siren=siren, quarter=quarter, **row)
        return self

    def write(self, raw: Path) -> None:
        """Write these rows as a raw warehouse."""
        raw.parent.mkdir(parents=True, exist_ok=True)
        raw.unlink(missing_ok=True)
        with warehouse.connect(raw) as connection:
            warehouse.create_raw(connection)
            for table, rows in self.rows.items():
                types = warehouse.raw_tables()[table]
                names = [name for name in types if any(name in row for row in rows)]
                cells = {
                    name: pa.array(
                        [None if row.get(name) is None else str(row[name]) for row in rows], pa.string()
                    )
                    for name in names
                }
                connection.register("told", pa.table(cells))
                listed = ", ".join(map(warehouse.quote, names))
                casts = ", ".join(f"cast({warehouse.quote(name)} as {types[name]})" for name in names)
                connection.execute(f"insert into {table} ({listed}) select {casts} from told")

    def build(
        self,
        quarter: str,
        *,
        history_start: str = "2024-01-01",
        select: list[str] | None = None,
        **parameters: Any,
    ) -> Figures:
        """Write the raw warehouse, run dbt, return the criteria."""
        raw, candidate = _FOLDER / "raw.duckdb", _FOLDER / "candidate.duckdb"
        self.write(raw)
        request = models.BuildRequest(
            raw=raw,
            candidate=candidate,
            target=_FOLDER / "dbt",
            quarter=Quarter.parse(quarter),
            history_start=date.fromisoformat(history_start),
            **parameters,
        )
        models.build(request, select=select)
        return Figures.read(candidate, raw)


@dataclass
class Figures:
    """Every row of every crit_ model, by (indicator, period, perimeter, dimension, item)."""

    rows: dict[tuple[str, str, str, str, str], dict[str, Any]]
    candidate: Path

    @classmethod
    def read(cls, candidate: Path, raw: Path) -> Figures:
        rows = {}
        with warehouse.connect(candidate, read_only=True) as connection:
            names = connection.execute(
                "select table_name from information_schema.tables where table_schema = 'criteria'"
            ).fetchall()
            for (name,) in names:
                cursor = connection.execute(f"select * from criteria.{warehouse.quote(name)}")
                columns = [column[0] for column in cursor.description]
                for values in cursor.fetchall():
                    row = dict(zip(columns, values, strict=True))
                    key = (
                        row["indicator_id"],
                        row["period"],
                        row["perimeter"],
                        row["dimension"],
                        row["item"],
                    )
                    assert key not in rows, f"two figures for {key}"
                    rows[key] = row
        return cls(rows, candidate)

    def row(
        self,
        indicator: str,
        period: str,
        perimeter: str = "members",
        dimension: str = "all",
        item: str = "all",
    ) -> dict[str, Any] | None:
        return self.rows.get((indicator, period, perimeter, dimension, item))

    def value(
        self,
        indicator: str,
        period: str,
        perimeter: str = "members",
        dimension: str = "all",
        item: str = "all",
    ) -> Decimal | None:
        row = self.row(indicator, period, perimeter, dimension, item)
        assert row is not None, f"no figure {indicator} {period} {perimeter} {dimension} {item}"
        value: Decimal | None = row["value"]
        return value

    def items(
        self, indicator: str, period: str, perimeter: str = "members", dimension: str = "function"
    ) -> dict[str, Decimal]:
        return {
            key[4]: row["value"]
            for key, row in self.rows.items()
            if key[:4] == (indicator, period, perimeter, dimension)
        }

    def table(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the built warehouse."""
        with warehouse.connect(self.candidate, read_only=True) as connection:
            return connection.execute(sql).fetchall()


def sources_sum(row: dict[str, Any]) -> Decimal:
    """Sum of the contributions listed with a figure."""
    sources: Iterable[dict[str, Any]] = row["sources"] or ()
    return sum((source["contribution"] for source in sources), Decimal(0))
