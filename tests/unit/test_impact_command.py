"""`python -m impact` and `python -m impact.survival` on a reviewer's own file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=PROJECT, capture_output=True, text=True, check=False
    )


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    """Two organisations join at period 3 and gain exactly 2; two never do."""
    lines = ["firm,year,joined,y"]
    for firm, joined in (("A", 3), ("B", 3), ("C", 0), ("D", "")):
        for year in range(1, 5):
            gain = 2 if joined and year >= 3 else 0
            lines.append(f"{firm},{year},{joined},{ord(firm) + year**2 + gain}")
    path = tmp_path / "panel.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


COLUMNS = ("--unit", "firm", "--time", "year", "--first-treated", "joined", "--outcome", "y")


@pytest.mark.parametrize("control", ["never", "not-yet"])
def test_both_methods_find_the_exact_effect(panel: Path, control: str) -> None:
    told = run("impact", "--panel", str(panel), *COLUMNS)
    assert told.returncode == 0 and json.loads(told.stdout)["effect"] == pytest.approx(2)
    method = ("--method", "callaway-santanna", "--control", control)
    told = run("impact", "--panel", str(panel), *COLUMNS, *method)
    assert json.loads(told.stdout)["aggregates"]["simple"]["effect"] == pytest.approx(2)


def test_a_missing_column_is_named(panel: Path) -> None:
    told = run("impact", "--panel", str(panel), *COLUMNS[:-1], "z")
    assert told.returncode == 2 and "colonne 'z' absente" in told.stderr and not told.stdout


def test_survival_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "lives.csv"
    path.write_text("months,over,kind\n10,1,a\n20,1,a\n30,0,b\n40,1,b\n", encoding="utf-8")
    told = run(
        "impact.survival", "--file", str(path), "--duration", "months", "--event", "over", "--group", "kind"
    )
    assert told.returncode == 0
    assert json.loads(told.stdout)["groups"] == {"a": 10, "b": 40}
    assert run("impact.survival", "--file", str(path), "--duration", "x", "--event", "over").returncode == 2
