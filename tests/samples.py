"""Real files of others, read in place; tests that need them are skipped by name where they are absent."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "samples"

needs_samples = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="échantillons réels absents (../shared/samples)"
)


def files(family: str) -> list[Path]:
    folder = FOLDER / family
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def truth(family: str) -> dict[tuple[str, str], str]:
    """(file, measure) -> value of TRUTH.tsv for one family, whatever its confidence."""
    with (FOLDER / "TRUTH.tsv").open(encoding="utf-8", newline="") as file:
        return {
            (row["file"].split("/", 1)[1], row["measure"]): row["value"]
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if row["family"] == family
        }
