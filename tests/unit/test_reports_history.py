"""The section of revisions: types, what each edition said, and targets that were revised."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from periscope.reader_context import Restatement, Revision, Target
from reports import html
from reports.document import Section, Table, cells
from reports.report import Report
from reports.sections import restatements
from tests.fixtures import reader_folder


def restated(approved_by: str = "") -> Restatement:
    return Restatement(
        "F000000000001", "effective_creations", "2026-Q2", "members", "all", "all", Decimal(5), Decimal(7),
        "Erreur corrigée : « <b>a.csv »", ("late_data", "error"), approved_by, date(2026, 10, 2),
    )  # fmt: skip


def revision(edition: str, value: str, status: str = "closed") -> Revision:
    told = Decimal(value) if value else None
    return Revision("F1", "effective_creations", "2026-Q2", "members", edition, told, status)


def section(tmp_path: Path, kind: str, **changes: object) -> Section:
    return restatements(Report.open(reader_folder.write(tmp_path / kind, kind, **changes)))


def table(built: Section, caption: str) -> list[list[str]]:
    (found,) = [b for b in built.blocks if isinstance(b, Table) and b.caption.startswith(caption)]
    return [list(found.columns), *([cell.text for cell in cells(row)] for row in found.rows)]


def test_a_restatement_is_told_with_its_difference_and_types(tmp_path: Path) -> None:
    heads, row = table(section(tmp_path, "committee", restatements=(restated(),)), "Chiffres révisés")
    told = dict(zip(heads, row, strict=True))
    assert (told["Clos à"], told["Révisé à"], told["Écart"]) == ("5", "7", "+2")
    assert told["Type"] == "donnée arrivée après coup, erreur corrigée" and "Cause" not in told


def test_the_house_reads_the_cause_and_the_approver_escaped(tmp_path: Path) -> None:
    built = section(tmp_path, "internal", restatements=(restated("Eva"),))
    heads, row = table(built, "Chiffres révisés")
    assert row[heads.index("Accepté par")].startswith("Eva, ")
    assert "<b>a.csv" not in html.section(built) and "&lt;b&gt;a.csv" in html.section(built)


def test_the_triangle_shows_each_edition_masked_ones_too(tmp_path: Path) -> None:
    told = (revision("2026-Q2", "5"), revision("2026-Q3", "", "suppressed"))
    heads, row = table(section(tmp_path, "committee", revisions=told), "Ce que chaque édition")
    assert [head.split()[1] for head in heads[2:]] == ["T2", "T3"] and row[2:] == ["5", "s"]


def test_a_revised_target_shows_both_with_their_days(tmp_path: Path) -> None:
    def target(value: int, day: date) -> Target:
        return Target("effective_creations", "members", "2026", Decimal(value), day, "Comité", "Revue")

    targets = (target(10, date(2026, 4, 2)), target(8, date(2025, 12, 1)))
    _, first, second = table(section(tmp_path, "committee", targets=targets), "Objectifs révisés")
    assert (first[2], second[2]) == ("8", "10") and first[3] != second[3]
    only = section(tmp_path, "funder", targets=targets[:1], restatements=(), revisions=())
    assert not [b for b in only.blocks if isinstance(b, Table)]
