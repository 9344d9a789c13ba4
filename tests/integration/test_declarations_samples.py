"""Every table file of the samples: no crash, no hang, no silent loss, and the counts that two readers agree on."""

from __future__ import annotations

import csv
import re
import time
from collections import Counter
from datetime import date, timedelta
from datetime import time as clock
from functools import cache
from pathlib import Path

import pytest

from ingest.readers.grid import Grid, read_grid
from ingest.readers.workbooks import NO_VALUE
from ingest.sources import read_file
from ingest.unreadable import Unreadable
from tests.declared import context

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "samples"
FAMILIES = ("csv_fr", "csv_messy", "survey", "spreadsheets")
SECONDS = 10
pytestmark = [
    pytest.mark.samples,
    pytest.mark.skipif(not SAMPLES.exists(), reason="échantillons absents : ../shared/samples"),
]


def files(family: str) -> list[Path]:
    return sorted((SAMPLES / family).iterdir()) if SAMPLES.exists() else []


@pytest.mark.parametrize("family", FAMILIES)
def test_no_crash_no_hang_no_silent_loss(family: str) -> None:
    for path in files(family):
        start = time.monotonic()
        reading = read_file(path, f"declarations/{path.name}", context())
        assert time.monotonic() - start < SECONDS, path.name
        assert reading.slices or reading.refusals, path.name
        assert all(piece.rows_read == len(piece.rows) + piece.rows_refused for piece in reading.slices), (
            path.name
        )
        crashed = [refusal for refusal in reading.refusals if "fait échouer" in refusal.reason]
        assert not crashed, path.name


@cache
def grid_of(path: Path) -> Grid | None:
    try:
        return read_grid(path)
    except Unreadable:
        return None


def sheet_counts(path: Path, name: str) -> str:
    """`non-empty cells / numbers / sum of numbers / dates`, as TRUTH.tsv writes it."""
    grid = grid_of(path)
    sheet = next((sheet for sheet in grid.sheets if sheet.name == name), None) if grid else None
    if sheet is None:
        return "not read"
    cells = [cell for row in sheet.rows for cell in row.cells if cell not in (None, "", NO_VALUE)]
    numbers = [cell for cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool)]
    dates = [cell for cell in cells if isinstance(cell, date | clock | timedelta)]
    return f"{len(cells)} / {len(numbers)} / {round(float(sum(numbers)), 6)} / {len(dates)}"


def table_counts(path: Path) -> str:
    """`records incl. header / width`, blank lines apart."""
    grid = grid_of(path)
    if grid is None:
        return "not read"
    rows = [row for row in grid.sheets[0].rows if row.cells]
    widths = Counter(len(row.cells) for row in rows)
    return f"{len(rows)} / {max(widths, key=lambda w: (widths[w], w), default=0)}"


def compared(family: str) -> list[tuple[str, str, str, str, bool]]:
    """(file, measure, truth, ours, is_hard) for each figure of the family that concerns tables."""
    found = []
    with (SAMPLES / "TRUTH.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            sheet = re.fullmatch(
                r"sheet '(.*)': non-empty cells / numbers / sum of numbers / dates", row["measure"]
            )
            path = SAMPLES / row["file"]
            if row["family"] != family or not (sheet or row["measure"] == "records incl. header / width"):
                continue
            ours = sheet_counts(path, sheet[1]) if sheet else table_counts(path)
            found.append(
                (path.name, row["measure"], row["value"], ours, row["confidence"].startswith("AGREED"))
            )
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_figures_that_two_readers_agree_on(family: str) -> None:
    wrong = [
        (name, measure, truth, ours)
        for name, measure, truth, ours, is_hard in compared(family)
        if is_hard and truth != ours
    ]
    assert wrong == []


@pytest.mark.parametrize("family", FAMILIES)
def test_the_score_in_the_documentation_is_the_one_measured(family: str) -> None:
    figures = compared(family)
    equal = sum(truth == ours for _, _, truth, ours, _ in figures)
    hard = sum(is_hard for *_, is_hard in figures)
    line = f"| {family} | {len(files(family))} | {len(figures)} | {hard} | {equal} |"
    text = (ROOT / "docs" / "lecture.md").read_text(encoding="utf-8")
    assert line in text, f"docs/lecture.md doit porter : {line}"
    missed = {name for name, _, truth, ours, _ in figures if truth != ours}
    assert not [name for name in missed if name not in text]
