"""`python -m impact` and `python -m impact.survival` on a reviewer's own file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from impact.__main__ import answer
from impact.panel import Panel
from impact.reviewer import read_panel
from impact.survival import answer as lives

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
    assert told.returncode == 2 and "colonne « z » absente" in told.stderr and not told.stdout


def test_survival_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "lives.csv"
    path.write_text("months,over,kind\n10,1,a\n20,1,a\n30,0,b\n40,1,b\n", encoding="utf-8")
    told = run(
        "impact.survival", "--file", str(path), "--duration", "months", "--event", "over", "--group", "kind"
    )
    assert told.returncode == 0
    assert json.loads(told.stdout)["groups"] == {"a": 10, "b": 40}
    assert run("impact.survival", "--file", str(path), "--duration", "x", "--event", "over").returncode == 2


HEADER = "u,t,g,y\n"


def read(tmp_path: Path, text: str | bytes) -> Panel:
    path = tmp_path / "p.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_panel(path, "u", "t", "g", "y")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "le fichier est vide"),
        (HEADER, "n'a que sa ligne de titres"),
        (HEADER + "A,1,2,abc\n", "ligne 2, colonne « y » : « abc » n'est pas un nombre"),
        (HEADER + "A,1,2,inf\n", "ligne 2, colonne « y » : « inf » n'est pas un nombre"),
        (HEADER + "A,1,2,3\nA,1,2,9\n", "ligne 3 : « A » a déjà une ligne pour la période 1"),
        (HEADER + "A,1,2,3\nA,2,,4\n", "ligne 3 : « A » a deux dates d'entrée, 2 et jamais"),
        (HEADER + "A,1,2,3\nA,2\n", "ligne 3 : 2 cellules pour 4 colonnes"),
        (HEADER + ",1,2,3\n", "ligne 2 : « u » ou « t » n'est pas rempli"),
        (HEADER + "A,0,1,3\nB,0,0,3\n", "0 est à la fois une période et une date d'entrée"),
        (HEADER + "A,1,2,\n", "aucune ligne n'a de valeur"),
        ("u,t,y,y\nA,1,2,3\n", "colonne « g » absente"),
        ("u,t,g,y,y\nA,1,2,3,3\n", "colonne « y » présente deux fois"),
        (HEADER.encode() + b"\xe9,1,2,3\n", "pas en UTF-8"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(ValueError) as refused:
        read(tmp_path, text)
    assert said in str(refused.value)


@pytest.mark.parametrize("separator", [",", ";"])
def test_periods_are_ordered_as_numbers_and_gaps_stay_gaps(tmp_path: Path, separator: str) -> None:
    """8, 9, 10, 11, not 10, 11, 8, 9; a date between two periods seen is the later one; past the last, not yet."""
    dates = {"A": "9.5", "B": "", "C": "inf", "D": "30", "E": "0.0"}
    lines = [
        f"{name},{t}.0,{when},{'' if name + str(t) == 'B9' else t + (2 if name == 'A' and t > 9 else 0)}"
        for name, when in dates.items()
        for t in (8, 9, 10, 11)
    ]
    found = read(tmp_path, (HEADER + "\n".join(lines)).replace(",", separator))
    assert found.times == ("8", "9", "10", "11") and len(found.outcome) == 19
    told = answer(found, "imputation", "never")
    assert told["effect"] == pytest.approx(2) and told["cells"] == 2


@pytest.mark.parametrize("method", ["imputation", "callaway-santanna"])
def test_nothing_to_compare_says_so(tmp_path: Path, method: str) -> None:
    told = answer(read(tmp_path, HEADER + "A,1,,3\nA,2,,4\n"), method, "never")
    assert told["effect"] is None and "n'a de comparaison" in told["reason"]


def test_an_end_that_is_neither_0_nor_1_is_refused() -> None:
    with pytest.raises(ValueError, match="ligne 3, colonne « e » : « 2 »"):
        lives([(2, {"d": "1", "e": "1"}), (3, {"d": "2", "e": "2"})], "d", "e", None)
