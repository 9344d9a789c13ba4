"""Everything ever delivered to anyone, with the amounts behind it: `record/registry.jsonl`, append-only.

One line per delivery: {quarter, reader, by, figures: [{figure_id, key, is_published, value, facts}]}, where `facts`
maps a part to its terms [measure, period, entity, siren, amount, coefficient]; `band` is there where one was told. Drafts are not in it. What was
published can never be withdrawn: a new publication is protected, and attacked, together with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from periscope import layouts
from periscope.bands import Band
from periscope.files import csv_rows
from periscope.records import read_lines
from periscope.workspace import Run, Workspace
from protection.primary import Figure
from protection.relations import Atom


@dataclass(frozen=True)
class Delivered:
    """One figure as it was once delivered."""

    figure_id: str
    is_published: bool
    value: str
    facts: dict[str, list[tuple[Atom, float]]]
    #: what was told in the place of a hidden value
    band: Band | None = None
    #: the first quarter whose delivery told it
    quarter: str = ""


def read(run: Run) -> list[Delivered]:
    """Distinct figures delivered so far, in the order of their delivery."""
    found: dict[str, Delivered] = {}
    for line in read_lines(run.workspace.record / "registry.jsonl"):
        for told in line["figures"]:
            facts = {
                part: [((t[0], t[1], t[2], t[3], Decimal(t[4])), float(t[5])) for t in terms]
                for part, terms in told["facts"].items()
            }
            band = (Decimal(told["band"][0]), Decimal(told["band"][1])) if "band" in told else None
            one = Delivered(
                told["figure_id"], told["is_published"], told["value"], facts, band, line["quarter"]
            )
            found.setdefault(json.dumps(told, sort_keys=True), one)
    return list(found.values())


def closed_folder(workspace: Workspace, quarter: str) -> Path:
    """Where release.closing freezes a quarter."""
    return workspace.record / "closed" / quarter


def _closed_quarter(period: str) -> str:
    return period if "-Q" in period else f"{period}-Q4"


def closed_before(run: Run) -> Callable[[str], bool]:
    """Whether a period, a quarter or a whole year, was closed before this run's quarter."""
    closings = read_lines(run.workspace.record / "closings.jsonl")
    closed = {line["quarter"] for line in closings if line["quarter"] < str(run.quarter)}
    return lambda period: _closed_quarter(period) in closed


def restated(run: Run, figures: list[Figure]) -> frozenset[str]:
    """Figures of closed periods that are no longer what the closing froze."""
    frozen: dict[str, dict[str, str]] = {}
    changed = set()
    regrouped: dict[str, bool] = {}
    is_closed = closed_before(run)
    for figure in figures:
        if not is_closed(figure.period) or figure.dimension == "cohort":
            continue
        quarter = _closed_quarter(figure.period)
        if quarter not in frozen:
            edition = closed_folder(run.workspace, quarter) / "internal"
            frozen[quarter] = {row["figure_id"]: row["value"] for row in csv_rows(edition / "figures.csv")}
            regrouped[quarter] = not layouts.is_same_in(edition, run.workspace.settings.layouts)
        if figure.dimension == "function" and regrouped[quarter]:
            continue
        before = frozen[quarter].get(figure.figure_id, "")
        old = Decimal(before) if before else None
        if old != figure.value:
            changed.add(figure.figure_id)
    return frozenset(changed)
