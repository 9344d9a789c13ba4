"""Every additive figure of the demo pole, worked out again from its raw files: the same cells, to the cent."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from ingest import demo
from periscope import catalogue, cli, warehouse
from protection import figures as bound
from protection.primary import load_figures
from protection.relations import Amounts, Atom, enterprise_terms
from tests.poles import Figures
from tests.recompute.pole import recompute
from tests.recompute.tally import Cell

#: published decimals of the units that are not whole cents or counts
HALF_OF_LAST_DECIMAL = {"fte": Decimal("0.0005"), "hours": Decimal("0.00005")}
ADDITIVE = {name: line for name, line in catalogue.load().items() if line.is_additive}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Figures]:
    root = tmp_path_factory.mktemp("recomputed") / "pole"
    demo.write_demo(root)
    for step in ("ingest", "check", "build"):
        assert cli.main([step, "-w", str(root), "--quarter", "2026-Q3", "--as-of", "2026-11-23"]) == 0
    folder = root / "warehouse"
    return root, Figures.read(folder / "candidate" / "periscope.duckdb", folder / "raw.duckdb")


@pytest.mark.slow
def test_every_additive_figure_is_that_of_the_raw_files(built: tuple[Path, Figures]) -> None:
    root, figures = built
    published: dict[Cell, Decimal | None] = {
        cell: row["value"] for cell, row in figures.rows.items() if cell[0] in ADDITIVE
    }
    first = min(cell[1] for cell in published if len(cell[1]) > 4)
    expected = recompute(root, first, "2026-Q3")
    different = []
    agreed: Counter[str] = Counter()
    for cell in sorted(published.keys() | expected.keys()):
        ours, theirs = published.get(cell), expected.get(cell)
        # an empty figure, or no row, is where nothing was found; 0 is only ever said of `all`
        gap = abs((ours or Decimal(0)) - (theirs or Decimal(0)))
        is_lost = (ours is None) != (theirs is None) and bool(ours or theirs)
        if gap > HALF_OF_LAST_DECIMAL.get(ADDITIVE[cell[0]].unit, 0) or is_lost:
            different.append((cell, ours, theirs))
        elif theirs is not None:
            agreed[cell[0]] += 1
    assert not different, different[:10]
    assert set(agreed) == set(ADDITIVE)
    assert sum(agreed.values()) > 4000


def test_the_raw_files_are_read_by_nobody_else() -> None:
    """The recomputation shares neither reader nor model with the house."""
    folder = Path(__file__).resolve().parents[1] / "recompute"
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for room in (
            "ingest",
            "expectations",
            "impact",
            "protection",
            "release",
            "reports",
            "warehouse",
            "models",
        ):
            assert f"from {room}" not in text and f"periscope.{room}" not in text, f"{path.name} uses {room}"


@pytest.mark.slow
def test_the_attack_knows_that_the_items_of_every_bridge_make_its_total(built: tuple[Path, Figures]) -> None:
    """In its unknowns, not only in its sums: else the total less the other items would tell a hidden one."""
    folder = built[0] / "warehouse"
    with warehouse.connect(folder / "candidate" / "periscope.duckdb") as connection:
        warehouse.attach(connection, folder / "raw.duckdb")
        bound.bind(connection)
        figures = load_figures(connection)
    amounts = Amounts(figures)
    left: dict[tuple[str, str], dict[Atom, float]] = defaultdict(lambda: defaultdict(float))
    for figure in figures:
        if figure.indicator_id == "turnover_bridge":
            sign = -1 if figure.item == "total" else 1
            for atom, coefficient in enterprise_terms(figure, amounts).get("value", []):
                left[figure.period, figure.perimeter][atom] += sign * coefficient
    assert len(left) > 20
    assert {cell for cell, terms in left.items() if any(terms.values())} == set()
