"""The revision triangle: each headline of a closed quarter as every edition since has told it to one reader."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from periscope import catalogue
from periscope.workspace import Run
from release import record
from release.changes import Row, read_rows


def triangle(run: Run, published: Path) -> list[dict[str, Any]]:
    """Headlines of closed quarters, from this reader's own frozen folders and the one being written.

    One row per figure and edition: figure_id, indicator_id, period, perimeter, published_in, value, status. Only what
    this reader was given is read, so that nothing is told that it did not have.
    """
    closed = [line["quarter"] for line in record.read_lines(record.closings_path(run.workspace))]
    editions = [(q, run.workspace.record / "closed" / q / published.name) for q in closed]
    editions.append((str(run.quarter), published))
    headlines = {key for key, one in catalogue.load().items() if one.is_headline}
    found = []
    for quarter, folder in sorted(editions):
        for row in _rows(folder):
            is_headline = row["indicator_id"] in headlines and row["dimension"] == "all"
            if is_headline and row["period"] in closed and row["period"] <= quarter <= str(run.quarter):
                found.append(
                    {
                        **{key: row[key] for key in ("figure_id", "indicator_id", "period", "perimeter")},
                        "published_in": quarter,
                        "value": Decimal(row["value"]) if row["value"] else None,
                        "status": row["status"],
                    }
                )
    return sorted(found, key=_order)


def _rows(folder: Path) -> list[Row]:
    return read_rows(folder / "history.csv") + read_rows(folder / "figures.csv")


def _order(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row[key] for key in ("indicator_id", "perimeter", "period", "published_in"))
