"""The figures of a network, masked: reads its candidate warehouse and the publications of its poles, writes what
`protection.masks` writes for a pole.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from periscope import warehouse
from periscope.files import csv_rows
from periscope.network.poles import READER, Network, told_with
from periscope.warehouse import Connection
from periscope.workspace import Run
from protection import reader_figures
from protection.figures import FIGURE_ID, FIGURES
from protection.masks import INTERNAL
from protection.network import choose
from protection.network_terms import Member
from protection.primary import Figure, load_figures
from protection.reader_figures import REASON_SUPPRESSED, Told


def protect(connection: Connection, network: Network, run: Run) -> None:
    """Mask the figures of the network; writes protection.reader_figures and protection.masks of its candidate warehouse."""
    connection.execute(
        "create or replace temporary table gathered as select * exclude (sources) from network.fct_network_figures"
    )
    connection.execute(FIGURES)
    connection.execute(
        f"""
        create or replace table marts.fct_figure_sources as
        with listed as (select {FIGURE_ID} as figure_id, unnest(sources) as s from network.fct_network_figures as g)

        select
            figure_id,
            s.entity_id as entity_id,
            substr(s.siren, position('/' in s.siren) + 1) as siren,
            s.contribution as contribution,
            s.weight as weight
        from listed
        """
    )
    editions = _editions(run, {pole.pole_id for pole in network.poles})
    told_before = frozenset[str]().union(*editions.values())
    figures = [f for f in load_figures(connection) if _is_current(f, run) or f.figure_id in told_before]
    members = [
        _member(pole.pole_id, pole.workspace.database, pole.workspace.published, run)
        for pole in network.poles
    ]
    causes = choose(figures, members, editions, network.settings.secrecy)
    told = [
        Told(READER, "current", f.figure_id, _status(f), f.figure_id not in causes, REASON_SUPPRESSED)
        for f in figures
        if _is_current(f, run) and f.secrecy != "internal"
    ]
    reader_figures.write(connection, causes, told)
    connection.execute("drop table gathered")


def _status(figure: Figure) -> str:
    return "not_assessable" if figure.value is None else "provisional"


def _is_current(figure: Figure, run: Run) -> bool:
    return figure.period in (str(run.quarter), str(run.quarter.year)) or figure.dimension == "cohort"


def _editions(run: Run, pole_ids: set[str]) -> dict[str, frozenset[str]]:
    """What the network told in each earlier quarter of the year that it published; nothing where its poles were others:
    no year to date may then be told, or it would give what a pole that came or left made before.
    """
    found = {}
    for number in range(1, run.quarter.number):
        quarter = replace(run.quarter, number=number)
        path = run.workspace.published / str(quarter) / READER / "figures.csv"
        if path.exists():
            is_same = told_with(run.workspace, quarter) == pole_ids
            found[str(quarter)] = frozenset(
                row["figure_id"] for row in csv_rows(path) if is_same and row["status"] != "suppressed"
            )
    return found


def _member(pole_id: str, database: Path, published: Path, run: Run) -> Member:
    """A pole as its own publications tell it, all readers but its house put together.

    A figure is told where it was published with the value that it has now: a year to date was another one before.
    """
    with warehouse.connect(database, read_only=True) as connection:
        figures = load_figures(connection)
    values: dict[str, set[Decimal]] = defaultdict(set)
    for path in sorted(published.glob("*/*/*.csv")):
        if path.name in ("figures.csv", "history.csv") and path.parent.name != INTERNAL:
            for row in csv_rows(path):
                values[row["figure_id"]] |= {Decimal(row["value"])} if row["value"] else set()
    recent = [f for f in figures if int(f.period[:4]) >= run.quarter.year - 1 or f.dimension == "cohort"]
    listed = [f for f in recent if f.figure_id in values]
    told = frozenset(f.figure_id for f in listed if f.value in values[f.figure_id])
    return Member(pole_id, recent, told, frozenset(f.figure_id for f in listed) - told)
