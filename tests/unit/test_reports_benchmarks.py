"""Published rates stand beside the pole's, each with what it is a share of."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from periscope import benchmarks
from reports import sections
from reports.document import Cell, Note, Section, Table, cells
from reports.report import Report
from tests.fixtures import reader_folder


@pytest.fixture(scope="module")
def creation(tmp_path_factory: pytest.TempPathFactory) -> Section:
    folder = reader_folder.write(tmp_path_factory.mktemp("committee"), "committee")
    return sections.creation(Report.open(folder))


def rows(section: Section, title: str) -> list[list[Cell]]:
    (table,) = (b for b in section.blocks if isinstance(b, Table) and b.caption.startswith(title))
    return [cells(row) for row in table.rows]


def test_every_benchmark_is_shown_with_its_own_denominator_and_source(creation: Section) -> None:
    shown = [
        tuple(cell.text for cell in row)
        for title in ("Transformation", "Pérennité à 3 ans", "Pérennité à 5 ans")
        for row in rows(creation, title)
    ]
    for one in benchmarks.load():
        (row,) = (r for r in shown if (r[0], r[1]) == (one.population_fr, one.cohort) and r[4] == one.source_fr
                  and r[2].startswith(f"{one.value_share * 100:.1f}".replace(".", ",")))  # fmt: skip
        assert row[3].endswith(one.denominator_fr)
    counts = {row[3] for row in shown}
    # the same creations of BGE, over two denominators
    assert "16\u202f150 / 51\u202f300 parcours d'accompagnement" in counts
    assert "16\u202f150 / 80\u202f000 personnes accueillies" in counts


def test_the_poles_own_rate_comes_first_with_its_proof_and_its_counts(creation: Section) -> None:
    (first, *_) = rows(creation, "Pérennité à 3 ans")
    assert first[0].text == "Ce pôle" and first[2].figure_id
    assert first[2].value is not None and first[2].value < Decimal(1)
    assert first[3].text.endswith("activités créées")
    assert any(isinstance(b, Note) and "dénominateur" in b.text for b in creation.blocks)


def test_other_perimeters_do_not_repeat_them(tmp_path: Path) -> None:
    report = Report.open(reader_folder.write(tmp_path, "committee"))
    section = sections.creation(report, "permanent_residents")
    assert not [b for b in section.blocks if isinstance(b, Table) and "repères publiés" in b.caption]
