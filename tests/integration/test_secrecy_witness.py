"""S07, S08: three quarters closed, then a fourth: all that any reader ever had, attacked by a programme of its own.

The witness shares nothing with the protector: it reads the folders, knows who is in which cell, and asks for the
smallest and largest amount of each member and quarter, as an outsider and as each member.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from periscope.workspace import Run
from tests.integration.test_protection import close, publication
from tests.secrecy import SecretPole

QUARTERS = ("2026-Q1", "2026-Q2", "2026-Q3")
KINDS = ["creation_support"] * 4 + ["promotion_training"] * 3 + ["csr_promotion"]
Row = dict[str, str]


@dataclass
class Witness:
    """Equations over the turnover of each (member, quarter); every amount is believed to be 0 or more."""

    pole: SecretPole
    equations: list[tuple[np.ndarray, float]] = field(default_factory=list)

    @property
    def cells(self) -> list[tuple[str, str]]:
        return sorted(self.pole.turnover)

    def learn(self, row: Row, until: str) -> None:
        """One published total: of a quarter, or of the year up to the quarter `until`."""
        chosen = [
            member
            for member in self.pole.functions
            if row["perimeter"] in ("members", self.pole.presences[member])
            and row["item"] in ("all", self.pole.functions[member])
        ]
        terms = np.array(
            [float(m in chosen and q.startswith(row["period"]) and q <= until) for m, q in self.cells]
        )
        self.equations.append((terms, float(row["value"])))

    def nearest(self, who: str) -> float:
        """The smallest width left on one side of an amount, as a share of what its protection asks for."""
        left = np.array([terms for terms, _ in self.equations])
        right = np.array([value for _, value in self.equations])
        truth = np.array([float(self.pole.turnover[cell]) for cell in self.cells])
        bounds = [
            (t, t) if member == who else (0, None) for (member, _), t in zip(self.cells, truth, strict=True)
        ]
        widths = []
        for place, (member, _) in enumerate(self.cells):
            for sign in (1.0, -1.0) if member != who else ():
                goal = np.zeros(len(truth))
                goal[place] = sign
                found = linprog(goal, A_eq=left, b_eq=right, bounds=bounds, method="highs")
                width = np.inf if found.status == 3 else abs(found.x[place] - truth[place])
                widths.append(width / max(0.1 * truth[place], 1000.0))
        return min(widths)


def rows_of(folder: Path) -> Iterator[Row]:
    for name in ("figures.csv", "history.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            yield from (row for row in csv.DictReader(file) if row["indicator_id"] == "turnover_total")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Witness, list[tuple[Row, str]], Run]:
    """The witness with all that was published, and what was hidden from it."""
    pole = SecretPole(tmp_path_factory.mktemp("witness") / "ws")
    for number, function in enumerate(KINDS):
        presence = "permanent_residents" if number % 2 else "occasional_users"
        amounts = {q: 30_000 + 1_777 * number + 911.5 * rank * (number % 3) for rank, q in enumerate(("Q2026_1", "Q2026_2", "Q2026_3"))}  # fmt: skip
        pole.member(f"M{number}", function, presence, **amounts)  # type: ignore[arg-type]
    whole, witness, hidden = dict(pole.turnover), Witness(pole), []
    for quarter in QUARTERS:
        pole.quarter, pole.figures = quarter, []
        pole.turnover = {cell: amount for cell, amount in whole.items() if cell[1] <= quarter}
        run = publication(pole.turnover_figures())
        if quarter != QUARTERS[-1]:
            close(pole, run)
        pole.turnover = whole
        for folder in sorted(run.workspace.published.joinpath(quarter).iterdir()):
            for row in rows_of(folder) if folder.is_dir() and folder.name != "internal" else ():
                if row["value"]:
                    witness.learn(row, quarter)
                else:
                    hidden.append((row, quarter))
    return witness, hidden, run


@pytest.mark.parametrize("who", ["", *(f"M{number}" for number in range(len(KINDS)))])
def test_no_amount_is_known_closer_than_its_interval(
    told: tuple[Witness, list[tuple[Row, str]], Run], who: str
) -> None:
    witness, hidden, _ = told
    assert witness.equations and hidden
    assert witness.nearest(who) >= 1 - 1e-6


def test_the_witness_wins_as_soon_as_a_lone_cell_is_told(
    told: tuple[Witness, list[tuple[Row, str]], Run],
) -> None:
    witness, hidden, run = told
    inside = {row["figure_id"]: row for row in rows_of(run.workspace.published / QUARTERS[-1] / "internal")}
    cell = (QUARTERS[-1], "members", "csr_promotion")
    lone = next(row for row, _ in hidden if (row["period"], row["perimeter"], row["item"]) == cell)
    more = Witness(witness.pole, list(witness.equations))
    more.learn(inside[lone["figure_id"]], QUARTERS[-1])
    assert more.nearest("") < 0.01
