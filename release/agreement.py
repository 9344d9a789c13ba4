"""One number, one value: the same figure of the same definition says the same in every reader's folder, and as closed."""

from __future__ import annotations

from pathlib import Path

from periscope.errors import GateError
from periscope.workspace import Workspace
from release import record
from release.changes import Row, read_rows

_KEY = ("indicator_id", "indicator_version", "period", "perimeter", "dimension", "item")
_TOLD = ("value", "numerator", "denominator", "contributors", "expected", "coverage")


def gate(workspace: Workspace, base: Path) -> None:
    """Refuse the release in `base` when two folders tell two values of one figure, naming both.

    A masked row tells nothing. A row that says `closed` must tell the value that its closing froze for that reader: a
    coverage may have moved since, a value is then a restatement.
    """
    seen: dict[tuple[str, ...], tuple[str, Row]] = {}
    closed = [line["quarter"] for line in record.read_lines(record.closings_path(workspace))]
    for folder in sorted(p for p in base.iterdir() if p.is_dir()):
        rows = [row for row in _rows(folder) if row["status"] != "suppressed"]
        for row in rows:
            _compare(seen.setdefault(_key(row), (folder.name, row)), (folder.name, row))
        for quarter in closed:
            frozen = workspace.record / "closed" / quarter / folder.name
            told = {_key(row): row for row in _rows(frozen) if row["status"] == "closed"}
            for row in rows:
                is_frozen = row["status"] == "closed" and _freezes(quarter, row["period"])
                if is_frozen and _key(row) in told:
                    _compare(
                        (f"{quarter}/{folder.name} (clos)", told[_key(row)]), (folder.name, row), ("value",)
                    )


def _freezes(quarter: str, period: str) -> bool:
    """A closing freezes its quarter; the year is frozen by its fourth."""
    return period == quarter or quarter == f"{period}-Q4"


def _key(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in _KEY)


def _rows(folder: Path) -> list[Row]:
    return read_rows(folder / "figures.csv") + read_rows(folder / "history.csv")


def _compare(one: tuple[str, Row], other: tuple[str, Row], names: tuple[str, ...] = _TOLD) -> None:
    for name in names:
        if one[1][name] != other[1][name]:
            cell = ", ".join(
                one[1][key] for key in ("indicator_id", "period", "perimeter", "dimension", "item")
            )
            raise GateError(
                f"{one[1]['figure_id']} ({cell}) vaut {one[1][name] or 'n.d.'} pour « {one[0]} » et "
                f"{other[1][name] or 'n.d.'} pour « {other[0]} » ({name}) : un chiffre n'a qu'une valeur. Rien n'est "
                "publié, la publication précédente est intacte. Relancez « periscope build » puis « periscope publish »."
            )
