"""Invented poles for tests of protection and release: figures are written straight into a candidate warehouse."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import pandas as pd

from periscope import template, warehouse
from periscope.models import PROJECT
from periscope.quarters import Quarter
from periscope.warehouse import Connection
from periscope.workspace import Run, Workspace
from release.publish import Render

SIRENS = [f"{100000000 + 7919 * n}" for n in range(60)]
#: entity, siren, contribution, weight
Source = tuple[str, str, str, str | None]


def made_late(make: Callable[[list[Path]], None]) -> Render:
    """Pages that are made when they are waited for."""
    return lambda folders: partial(make, folders)


@dataclass
class SecretPole:
    """A pole told by its turnover per member and quarter, with whatever other figures a test adds."""

    root: Path
    quarter: str = "2026-Q3"
    functions: dict[str, str] = field(default_factory=dict)
    presences: dict[str, str] = field(default_factory=dict)
    turnover: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    sirens: dict[str, str] = field(default_factory=dict)
    figures: list[tuple[tuple[str, ...], list[Source]]] = field(default_factory=list)
    consents: list[tuple[str, str, str]] = field(default_factory=list)
    funders: tuple[str, ...] = ("sicoval", "region")

    def member(
        self,
        member_id: str,
        function: str = "creation_support",
        presence: str = "permanent_residents",
        **quarters: float | str,
    ) -> SecretPole:
        """Add a member with its turnover: `Q2026_3=1000`."""
        self.functions[member_id], self.presences[member_id] = function, presence
        self.sirens.setdefault(member_id, SIRENS[len(self.sirens)])
        for name, amount in quarters.items():
            self.turnover[member_id, f"{name[1:5]}-Q{name[-1]}"] = Decimal(str(amount)).quantize(
                Decimal("0.01")
            )
        return self

    def figure(
        self, indicator: str, period: str, perimeter: str, dimension: str, item: str, sources: list[Source]
    ) -> SecretPole:
        """Add one figure with its sources; its value is worked out from them."""
        self.figures.append(((indicator, period, perimeter, dimension, item), sources))
        return self

    def turnover_figures(self) -> SecretPole:
        """turnover_total by all, function, member and panel growth, in the three perimeters, quarters and year."""
        periods: dict[str, list[str]] = {}
        for _, quarter in self.turnover:
            periods.setdefault(quarter, [quarter])
            year = [q for _, q in self.turnover if q[:4] == quarter[:4] and q <= self.quarter]
            periods.setdefault(quarter[:4], sorted(set(year)))
        for period in sorted(periods):
            amounts: dict[str, Decimal] = {}
            for (member, quarter), amount in self.turnover.items():
                if quarter in periods[period]:
                    amounts[member] = amounts.get(member, Decimal(0)) + amount
            for perimeter in ("members", "permanent_residents", "occasional_users"):
                inside = {m: a for m, a in amounts.items() if perimeter in ("members", self.presences[m])}
                cells: dict[tuple[str, str], list[str]] = {("all", "all"): list(inside)}
                for member in inside:
                    cells.setdefault(("function", self.functions[member]), []).append(member)
                    cells[("member", member)] = [member]
                for (dimension, item), members in cells.items():
                    told: list[Source] = [(m, self.sirens[m], str(inside[m]), None) for m in members]
                    self.figure("turnover_total", period, perimeter, dimension, item, told)
                self._growth(period, perimeter, inside)
        return self

    def _growth(self, period: str, perimeter: str, inside: dict[str, Decimal]) -> None:
        before = f"{int(period[:4]) - 1}{period[4:]}"
        last = self.quarter[5:] if len(period) == 4 else ""
        sources: list[Source] = []
        for member in sorted(inside):
            base = sum(
                (
                    a
                    for (m, q), a in self.turnover.items()
                    if m == member and q.startswith(before) and (not last or q[5:] <= last)
                ),
                Decimal(0),
            )
            if base:
                sources.append((member, self.sirens[member], str(inside[member]), str(base)))
        if sources:
            self.figure("turnover_panel_growth", period, perimeter, "all", "all", sources)

    def run(self) -> Run:
        workspace = Workspace(self.root)
        if not self.root.exists():
            template.create(self.root)
        return Run(workspace, Quarter.parse(self.quarter), date(2026, 11, 25))

    def build(self) -> Run:
        """Write the raw and candidate warehouses; returns the run."""
        run = self.run()
        raw, candidate = run.workspace.raw_database, run.workspace.candidate / "candidate.duckdb"
        shutil.rmtree(run.workspace.candidate, ignore_errors=True)
        candidate.parent.mkdir(parents=True)
        raw.unlink(missing_ok=True)
        with warehouse.connect(raw) as connection:
            warehouse.create_raw(connection)
            for member, siren in self.sirens.items():
                connection.execute(
                    "insert into register.members (row_number, member_id, siren, name) values (2, ?, ?, ?)",
                    [member, siren, f"Coopérative {member}"],
                )
            for funder in self.funders:
                connection.execute(
                    "insert into register.grants (row_number, grant_id, funder_id, status) values (2, ?, ?, 'paid')",
                    [f"G-{funder}", funder],
                )
            for member, reader, scope in self.consents:
                connection.execute(
                    "insert into register.consents (row_number, member_id, reader, scope) values (2, ?, ?, ?)",
                    [member, reader, scope],
                )
        with warehouse.connect(candidate, reach=[PROJECT / "seeds"]) as connection:
            self._write_criteria(connection)
        return run

    def _write_criteria(self, connection: Connection) -> None:
        connection.execute("create schema criteria; create schema seeds")
        catalogue = str(PROJECT / "seeds" / "indicators.csv")
        connection.execute(
            "create table seeds.indicators as select * from read_csv(?, header = true, all_varchar = true)",
            [catalogue],
        )
        connection.execute(
            "alter table seeds.indicators alter version type integer; alter table seeds.indicators alter is_headline type boolean; alter table seeds.indicators alter is_additive type boolean"
        )
        connection.execute(
            "create table criteria.crit_test (indicator_id varchar, period varchar, perimeter varchar, dimension varchar, item varchar, "
            "value decimal(24,6), numerator decimal(24,6), denominator decimal(24,6), contributors integer, "
            "expected_count integer, answered_count integer, reason varchar, sources struct(source_ref varchar, "
            "row_number integer, entity_id varchar, siren varchar, contribution decimal(24,6), weight decimal(24,6))[])"
        )
        told, listed = [], []
        for number, (key, sources) in enumerate(self.figures):
            amounts = ["" if amount is None else str(amount) for amount in _told(key[0], sources)]
            told.append((str(number), *key, *amounts, str(len({siren for _, siren, _, _ in sources}))))
            listed += [(str(number), str(n), e, s, c, w or "") for n, (e, s, c, w) in enumerate(sources)]
        names = [
            "number",
            "indicator_id",
            "period",
            "perimeter",
            "dimension",
            "item",
            "value",
            "numerator",
            "denominator",
            "contributors",
        ]
        connection.register("told", pd.DataFrame(told, columns=names, dtype="string"))
        names = ["number", "rank", "entity_id", "siren", "contribution", "weight"]
        connection.register("listed", pd.DataFrame(listed, columns=names, dtype="string"))
        connection.execute(
            """
            insert into criteria.crit_test
            select t.indicator_id, t.period, t.perimeter, t.dimension, t.item, cast(nullif(t.value, '') as decimal(24, 6)),
                   cast(nullif(t.numerator, '') as decimal(24, 6)), cast(nullif(t.denominator, '') as decimal(24, 6)),
                   cast(t.contributors as integer), ?, cast(t.contributors as integer), '', s.sources
            from told as t
            left join (
                select number, list(struct_pack(
                    source_ref := 'register/members', row_number := 2, entity_id := entity_id, siren := siren,
                    contribution := cast(contribution as decimal(24, 6)),
                    weight := cast(nullif(weight, '') as decimal(24, 6))) order by cast(rank as integer)) as sources
                from listed group by number
            ) as s on t.number = s.number
            """,
            [len(self.sirens)],
        )
        connection.unregister("told")
        connection.unregister("listed")

    @contextmanager
    def warehouse(self, run: Run) -> Iterator[Connection]:
        with warehouse.connect(run.workspace.candidate / "candidate.duckdb") as connection:
            warehouse.attach(connection, run.workspace.raw_database)
            yield connection


def _told(indicator: str, sources: list[Source]) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    told = sum((Decimal(c) for _, _, c, _ in sources), Decimal(0))
    weights = [Decimal(w) for _, _, _, w in sources if w is not None]
    if not weights:
        return told, None, None
    base = sum(weights, Decimal(0))
    shift = 1 if indicator.endswith("growth") else 0
    return (round(told / base - shift, 6) if base else None), told, base
