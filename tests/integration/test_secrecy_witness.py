"""S07, S08: three quarters closed, then a fourth: all that any reader ever had, attacked by a programme of its own.

The witness shares nothing with the protector: it reads the folders, knows who is in which cell, and asks for the
smallest and largest turnover and jobs of each member and quarter, as an outsider and as each member. It knows totals,
jobs, the two counts of growth rates, and the bridge from one year to the next.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from periscope.workspace import Run
from tests.integration.test_protection import close, publication
from tests.secrecy import SecretPole

QUARTERS = ("2026-Q1", "2026-Q2", "2026-Q3")
KINDS = ["creation_support"] * 4 + ["promotion_training"] * 3 + ["csr_promotion"]
PERIMETERS = ("members", "permanent_residents", "occasional_users")
#: one came in 2026, one left after the first quarter of 2026
CAME, LEFT = "M6", "M2"
FLOORS = {"turnover": 1000.0, "fte": 0.5}
Row = dict[str, str]
#: measure, member, quarter
Cell = tuple[str, str, str]
Terms = dict[Cell, float]


def year_before(quarter: str) -> str:
    return f"{int(quarter[:4]) - 1}{quarter[4:]}"


def quarters_of(period: str, until: str) -> list[str]:
    """The quarters of a period as a publication of the quarter `until` sees it."""
    return [period] if "-Q" in period else [q for q in QUARTERS if q[:4] == period and q <= until]


@dataclass
class Witness:
    """Equations over the amount of each (measure, member, quarter); every amount is believed to be 0 or more."""

    pole: SecretPole
    truth: dict[Cell, float]
    equations: dict[tuple[tuple[Cell, float], ...], float] = field(default_factory=dict)

    def learn(self, row: Row, until: str) -> None:
        """What one published row says, in a publication of the quarter `until`."""
        for column, terms in self.sums(row, until).items():
            if row[column] and terms:
                self.equations[tuple(sorted(terms.items()))] = float(row[column])

    def sums(self, row: Row, until: str) -> dict[str, Terms]:
        """Column -> what it sums."""
        members = [
            member
            for member in self.pole.functions
            if row["perimeter"] in ("members", self.pole.presences[member])
            and (row["dimension"] != "function" or row["item"] == self.pole.functions[member])
        ]
        quarters = quarters_of(row["period"], until)
        now = self._terms("turnover", members, quarters, 1.0)
        before = self._terms("turnover", members, [year_before(q) for q in quarters], -1.0)
        come, gone = ({member for _, member, _ in terms} for terms in (now, before))
        if row["indicator_id"] == "turnover_total":
            return {"value": now}
        if row["indicator_id"] == "jobs_fte":
            return {"value": self._terms("fte", members, quarters[-1:], 1.0)}
        panel = come & gone
        if row["indicator_id"] == "turnover_panel_growth":
            top = {cell: 1.0 for cell in now if cell[1] in panel}
            return {"numerator": top, "denominator": {cell: 1.0 for cell in before if cell[1] in panel}}
        kept = {"organic": panel, "entrants": come - gone, "leavers": gone - come, "total": come | gone}
        mine = kept[row["item"]]
        return {"value": {cell: sign for cell, sign in (now | before).items() if cell[1] in mine}}

    def _terms(self, measure: str, members: list[str], quarters: list[str], sign: float) -> Terms:
        cells = [(measure, member, quarter) for member in members for quarter in quarters]
        return {cell: sign for cell in cells if cell in self.truth}

    def nearest(self, who: str) -> float:
        """The smallest width left on one side of an amount, as a share of what its protection asks for."""
        cells = sorted(self.truth)
        place = {cell: number for number, cell in enumerate(cells)}
        left = np.zeros((len(self.equations), len(cells)))
        for number, terms in enumerate(self.equations):
            for cell, coefficient in terms:
                left[number, place[cell]] = coefficient
        right = np.array(list(self.equations.values()))
        truth = np.array([self.truth[cell] for cell in cells])
        assert np.allclose(left @ truth, right, atol=0.006), "the witness must read each row as it was meant"
        bounds = [
            (t, t) if member == who else (0, None) for (_, member, _), t in zip(cells, truth, strict=True)
        ]
        widths = []
        for number, (measure, member, _) in enumerate(cells):
            for sign in (1.0, -1.0) if member != who else ():
                goal = np.zeros(len(truth))
                goal[number] = sign
                found = linprog(goal, A_eq=left, b_eq=left @ truth, bounds=bounds, method="highs")
                assert found.status in (0, 3)
                width = np.inf if found.status == 3 else abs(found.x[number] - truth[number])
                widths.append(width / max(0.1 * truth[number], FLOORS[measure]))
        return min(widths)


def rows_of(folder: Path) -> Iterator[Row]:
    known = ("turnover_total", "turnover_panel_growth", "turnover_bridge", "jobs_fte")
    for name in ("figures.csv", "history.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            yield from (row for row in csv.DictReader(file) if row["indicator_id"] in known)


def add_bridge_and_jobs(pole: SecretPole, fte: dict[tuple[str, str], float], until: str) -> None:
    """The bridge of each period and presence, and jobs by function, as our models make them."""
    sirens = pole.sirens
    for period in (*(q for q in QUARTERS if q <= until), until[:4]):
        quarters = quarters_of(period, until)
        for perimeter in PERIMETERS:
            inside = [m for m in pole.functions if perimeter in ("members", pole.presences[m])]
            items: dict[str, list[tuple[str, str, str, None]]] = {
                key: [] for key in ("organic", "entrants", "leavers", "total")
            }
            for member in inside:
                sums = [
                    [pole.turnover[member, q] for q in told if (member, q) in pole.turnover]
                    for told in (quarters, [year_before(q) for q in quarters])
                ]
                change = sum(sums[0], Decimal(0)) - sum(sums[1], Decimal(0))
                kind = "organic" if all(sums) else "entrants" if sums[0] else "leavers" if sums[1] else ""
                for item in (kind, "total") if kind else ():
                    items[item].append((member, sirens[member], str(change), None))
            for item, told in items.items():
                pole.figure("turnover_bridge", period, perimeter, "item", item, list(told))
            cells = {("all", "all"): inside}
            for member in inside:
                cells.setdefault(("function", pole.functions[member]), []).append(member)
            for cell, members in cells.items():
                posts = [
                    (m, sirens[m], str(fte[m, quarters[-1]]), None)
                    for m in members
                    if (m, quarters[-1]) in fte
                ]
                pole.figure("jobs_fte", period, perimeter, *cell, list(posts))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Witness, list[tuple[Row, str]], Run]:
    """The witness with all that was published, and what was hidden from it."""
    pole = SecretPole(tmp_path_factory.mktemp("witness") / "ws")
    fte: dict[tuple[str, str], float] = {}
    for number, function in enumerate(KINDS):
        member = f"M{number}"
        amounts = {
            f"Q{year}_{rank + 1}": 30_000
            + 1_777 * number
            + 911.5 * rank * (number % 3)
            + 613.25 * (year - 2025)
            for year in (2025, 2026)
            for rank in range(3)
            if not (member == CAME and year == 2025) and not (member == LEFT and year == 2026 and rank)
        }
        pole.member(member, function, "permanent_residents" if number % 2 else "occasional_users", **amounts)
        fte |= {
            (member, q): 4 + 0.25 * number + 0.5 * int(q[-1])
            for q in QUARTERS
            if (member, q) in pole.turnover
        }
    whole, hidden = dict(pole.turnover), []
    truth = {("turnover", *cell): float(amount) for cell, amount in whole.items()}
    truth |= {("fte", *cell): amount for cell, amount in fte.items()}
    witness = Witness(pole, truth)
    for quarter in QUARTERS:
        pole.quarter, pole.figures = quarter, []
        pole.turnover = {
            cell: amount for cell, amount in whole.items() if cell[1][:4] == "2025" or cell[1] <= quarter
        }
        pole.turnover_figures()
        add_bridge_and_jobs(pole, fte, quarter)
        run = publication(pole)
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


def test_the_witness_was_told_something_of_each_indicator_and_not_all(
    told: tuple[Witness, list[tuple[Row, str]], Run],
) -> None:
    witness, hidden, run = told
    kept = Counter(row["indicator_id"] for row, _ in hidden)
    shown = Counter(row["indicator_id"] for row in rows_of(run.workspace.published / QUARTERS[-1] / "public") if row["value"])  # fmt: skip
    assert kept.keys() == {"turnover_total", "turnover_panel_growth", "turnover_bridge", "jobs_fte"}
    assert {"turnover_total", "jobs_fte"} <= shown.keys()
    print(f"\npublished in {QUARTERS[-1]}: {dict(shown)}; {len(witness.equations)} equations")


@pytest.mark.parametrize("who", ["", *(f"M{number}" for number in range(len(KINDS)))])
def test_no_amount_is_known_closer_than_its_interval(
    told: tuple[Witness, list[tuple[Row, str]], Run], who: str
) -> None:
    witness, hidden, _ = told
    assert witness.equations and hidden
    assert witness.nearest(who) >= 1 - 1e-6


@pytest.mark.parametrize(
    ("indicator", "dimension", "item"),
    [
        ("turnover_total", "function", "csr_promotion"),
        ("jobs_fte", "function", "csr_promotion"),
        ("turnover_bridge", "item", "entrants"),
        ("turnover_bridge", "item", "leavers"),
    ],
)
def test_the_witness_wins_as_soon_as_a_lone_cell_is_told(
    told: tuple[Witness, list[tuple[Row, str]], Run], indicator: str, dimension: str, item: str
) -> None:
    witness, _, run = told
    inside = list(rows_of(run.workspace.published / QUARTERS[-1] / "internal"))
    cell = (indicator, QUARTERS[-1], "members", dimension, item)
    keys = ("indicator_id", "period", "perimeter", "dimension", "item")
    lone = next(row for row in inside if tuple(row[key] for key in keys) == cell)
    more = Witness(witness.pole, witness.truth, dict(witness.equations))
    more.learn(lone, QUARTERS[-1])
    assert more.nearest("") < 0.01
