"""The whole pole, from its folder to its additive figures."""

from __future__ import annotations

import tomllib
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path

from tests.recompute import accounts, cooperation, creation, logs, rooms
from tests.recompute.members import Members, periods
from tests.recompute.sheets import declarations
from tests.recompute.tally import Cell, Tally


def recompute(root: Path, first: str, last: str) -> dict[Cell, Decimal]:
    """Additive figures of the quarters from `first` to `last` and of their years, by cell; hours and FTE unrounded."""
    tally, members, spans = Tally(), Members(root), periods(first, last)
    rows = declarations(root)
    settings = tomllib.loads((root / "periscope.toml").read_text(encoding="utf-8"))
    managing = members.sirens[settings["managing_body"]]
    creation.compute(tally, rows["supported_projects"], members, spans)
    creation.purchases(tally, rows["joint_purchases"], members, spans)
    projects = cooperation.Projects(rows["collaborative_projects"], members, managing)
    cooperation.compute(tally, projects, members, spans)
    cooperation.jobs(tally, rows["posts"], projects, members, spans)
    accounts.compute(tally, root, accounts.ledgers(root, members), rows["activity"], members, spans)
    until = datetime.combine(max(span.ends_on for span in spans), time.max)
    rooms.compute(tally, rooms.Building(root), logs.bookings(root, members, until), members, spans)
    rooms.grants(tally, root, spans)
    for span in spans:
        for siren in members.ids:
            for perimeter in members.perimeters(siren, span, is_stock=True):
                tally.count("members_count", span.label, perimeter, siren, function=members.function(siren))
    return tally.values
