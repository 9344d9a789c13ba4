"""Typed restatement: what a closed figure has become since, why, and who was given the old number.

Comparing writes `marts.fct_restatements` of the candidate, one row per figure and type; accepting appends the same to
record/restatements.jsonl, which is never rewritten: the first acceptance of a difference is its approver for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from periscope import catalogue, layouts
from periscope.errors import GateError
from periscope.warehouse import Connection
from periscope.workspace import Run, Workspace
from release import record
from release.causes import KINDS_FR
from release.changes import Change, Comparison, Row, figures_now, read_rows, texts
from release.inputs import Inputs
from release.record import INTERNAL

_GONE = "Ce chiffre n'a plus lieu d'être : plus rien ne le compose depuis la clôture."
_TABLE = """
create or replace table marts.fct_restatements (
    figure_id varchar, indicator_id varchar, period varchar, perimeter varchar, dimension varchar, item varchar,
    old_value decimal(24, 6), new_value decimal(24, 6), kind varchar, part decimal(24, 6), cause varchar,
    approved_by varchar, approved_on varchar
)
"""


@dataclass(frozen=True)
class Approval:
    """Who accepted a difference, and on which day; empty while nobody has."""

    by: str = ""
    on: str = ""


@dataclass(frozen=True)
class Restatement:
    """A closed figure that changed, told against the value of its closing."""

    change: Change
    approval: Approval

    def lines(self) -> list[dict[str, Any]]:
        """One line of the record per type of cause; `part` is null when the change cannot be divided."""
        told = self.change.told
        return [
            {
                **{
                    k: told[k]
                    for k in ("figure_id", "indicator_id", "period", "perimeter", "dimension", "item")
                },
                "old_value": self.change.before.get("value", ""),
                "new_value": self.change.after.get("value", ""),
                "kind": kind,
                "part": _text(self.change.parts.get(kind)),
                "cause": " ; ".join(causes),
            }
            for kind, causes in self.change.causes.items()
        ]


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}"


def path(workspace: Workspace) -> Path:
    return workspace.record / record.RESTATEMENTS


def closed_folder(workspace: Workspace, quarter: str) -> Path:
    return workspace.record / "closed" / quarter / INTERNAL


def find(connection: Connection, run: Run) -> list[Restatement]:
    """Compare every closed figure with the candidate; call it after `figures.bind` and before the masks.

    Writes marts.fct_restatements. A closed figure that has lost all that made it is kept in marts.fct_figures without
    value, so that it does not disappear in silence. Raises GateError when a difference has no cause.
    """
    closings = record.read_lines(record.closings_path(run.workspace))
    closed = [line["quarter"] for line in closings if line["quarter"] < str(run.quarter)]
    if not closed:
        _write(connection, [])
        return []
    now, inputs = figures_now(connection), Inputs.current(connection, run)
    approved = recorded(run.workspace)
    found: list[Restatement] = []
    for quarter in closed:
        folder = closed_folder(run.workspace, quarter)
        is_regrouped = not layouts.is_same_in(folder, run.workspace.settings.layouts)
        pairs = _pairs(folder, quarter, now, is_regrouped)
        changes = Comparison(connection, run, folder, inputs).changes(pairs)
        found += [Restatement(one, approved.get(key(one), Approval())) for one in changes]
    _refuse_untyped([one.change for one in found])
    _keep_the_gone(connection, [one.change for one in found if not one.change.after])
    _write(connection, found)
    return found


def _pairs(
    folder: Path, quarter: str, now: dict[str, dict[str, Any]], is_regrouped: bool
) -> list[tuple[Row, Row]]:
    """Closed and present rows of the periods that this closing froze; a period no longer computed is left alone.

    With `is_regrouped` the functions are told in other classes since: they are not compared, their totals are.
    """
    periods = {quarter, quarter[:4]} if quarter.endswith("Q4") else {quarter}
    # estimates are made for the quarter being evaluated only: a criterion no longer computed has not changed
    computed = {(_criterion(row), row["period"]) for row in now.values()}

    def is_compared(row: Row) -> bool:
        left_out = ("cohort", "function") if is_regrouped else ("cohort",)
        is_frozen = row["period"] in periods and row["dimension"] not in left_out
        return is_frozen and (_criterion(row), row["period"]) in computed

    before = {row["figure_id"]: row for row in read_rows(folder / "figures.csv") if is_compared(row)}
    after = {key: texts(row) for key, row in now.items() if is_compared(row)}
    return [(before.get(key, {}), after.get(key, {})) for key in sorted(before.keys() | after.keys())]


def _criterion(row: Row) -> str:
    known = catalogue.load().get(row["indicator_id"])
    return known.criterion if known else ""


def _refuse_untyped(changes: list[Change]) -> None:
    untyped = [one for one in changes if not one.causes]
    if untyped:
        first = untyped[0]
        others = f" ({len(untyped) - 1} autres chiffres clos sont dans ce cas)" if len(untyped) > 1 else ""
        raise GateError(
            f"{first.figure_id} {first.name_fr} était clos à {first.before.get('value') or 'n.d.'} et vaut "
            f"{first.after.get('value') or 'n.d.'}, sans que rien ne l'explique : ni fichier, ni correction, ni "
            f"définition, ni membre n'a changé pour lui{others}. Rien n'est publié, la publication précédente est "
            "intacte. Si la règle de calcul a changé, donnez une nouvelle version à sa définition dans "
            "seeds/indicators.csv ; sinon, revenez à la version du programme qui a servi à la clôture."
        )


def _keep_the_gone(connection: Connection, gone: list[Change]) -> None:
    if not gone:
        return
    connection.executemany(
        "insert into marts.fct_figures select ?, ?, cast(? as integer), ?, ?, ?, ?, null, ?, null, null, 0, null, null, ?, "
        "'not_assessable', ?",
        [
            [
                *(one.before[k] for k in ("figure_id", "indicator_id", "indicator_version", "period")),
                *(one.before[k] for k in ("perimeter", "dimension", "item", "unit", "rung")),
                _GONE,
            ]
            for one in gone
        ],
    )


def _write(connection: Connection, found: list[Restatement]) -> None:
    connection.execute(_TABLE)
    for one in found:
        for line in one.lines():
            values = [None if value == "" else value for value in line.values()]
            connection.execute(
                "insert into marts.fct_restatements values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [*values, one.approval.by, one.approval.on],
            )


def key(change: Change) -> tuple[str, str, str]:
    return change.figure_id, change.before.get("value", ""), change.after.get("value", "")


def recorded(workspace: Workspace) -> dict[tuple[str, str, str], Approval]:
    """Approval by difference: figure, old value, new value."""
    found: dict[tuple[str, str, str], Approval] = {}
    for line in record.read_lines(path(workspace)):
        told = (line["figure_id"], line["old_value"], line["new_value"])
        found.setdefault(told, Approval(line["by"], line["on"]))
    return found


def approve(connection: Connection, run: Run, found: list[Restatement], by: str) -> list[Restatement]:
    """The same, each with its approver: the first one for ever, `by` on this day for the new ones."""
    mine = Approval(by, run.as_of.isoformat())
    approved = [one if one.approval.by else Restatement(one.change, mine) for one in found]
    _write(connection, approved)
    return approved


def lines(workspace: Workspace, approved: list[Restatement]) -> list[record.Line]:
    """What the record does not hold yet."""
    known = recorded(workspace)
    return [
        (record.RESTATEMENTS, line | {"by": one.approval.by, "on": one.approval.on})
        for one in approved
        if key(one.change) not in known
        for line in one.lines()
    ]


def for_reader(workspace: Workspace, found: list[Restatement], published: Path) -> list[dict[str, Any]]:
    """What one reader may know of the restatements: its own old number, its own new one, and the types.

    `published` is its folder being written. Causes name files and members: only the internal edition has them, with the
    parts of the change, any of which could be the amount of one member.
    """
    rows = {row["figure_id"]: row for row in read_rows(published / "figures.csv")}
    old: dict[str, dict[str, Row]] = {}
    told = []
    for one in found:
        period = one.change.told["period"]
        quarter = period if "-Q" in period else f"{period}-Q4"
        if quarter not in old:
            frozen = workspace.record / "closed" / quarter / published.name / "figures.csv"
            old[quarter] = {row["figure_id"]: row for row in read_rows(frozen)}
        before, after = old[quarter].get(one.change.figure_id, {}), rows.get(one.change.figure_id, {})
        if not after or "suppressed" in (before.get("status"), after["status"]):
            continue
        is_internal = published.name == INTERNAL
        told.append(
            {
                **{
                    k: after[k]
                    for k in ("figure_id", "indicator_id", "period", "perimeter", "dimension", "item")
                },
                "old_value": Decimal(before["value"]) if before.get("value") else None,
                "new_value": Decimal(after["value"]) if after["value"] else None,
                "kinds": list(one.change.causes),
                "reason": one.change.cause_fr
                if is_internal
                else ", ".join(KINDS_FR[k] for k in one.change.causes),
                "approved_by": one.approval.by if is_internal else "",
                "approved_on": one.approval.on or None,
            }
        )
    return told
