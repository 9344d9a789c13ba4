"""What the evaluator reads of a proof is French, codes included."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from periscope import catalogue, proof, proof_sheet, template
from periscope.proof import Proof
from periscope.quarters import Quarter
from periscope.workspace import Run


@pytest.mark.parametrize("status", list(catalogue.STATUSES))
def test_no_code_of_a_figure_is_shown(tmp_path: Path, status: str) -> None:
    figure = {
        "figure_id": "F1", "indicator_version": 1, "period": "2026-Q3", "perimeter": "permanent_residents",
        "dimension": "all", "item": "all", "value": Decimal("2.000"), "unit": "fte", "numerator": None,
        "denominator": None, "coverage": Decimal("0.75"), "expected": 4, "contributors": 2,
        "rung": "declared_attribution", "status": status, "reason": None,
    }  # fmt: skip
    editions = [("clôture de 2026-Q3", "1.000", "closed"), ("aujourd'hui", "2", status)]
    found = Proof(figure, catalogue.load()["jobs_fte"], [], [], [], [], editions, [])
    page = proof_sheet.write(template.create(tmp_path / "ws"), found).read_text(encoding="utf-8")
    for told in (proof_sheet.as_text(found), page):
        assert catalogue.STATUSES[status] in told and catalogue.RUNGS["declared_attribution"] in told
        assert "Résidents permanents, Ensemble" in told and "3 sur 4 attendus (75\u202f%)" in told
        assert not [code for code in (status, "permanent_residents", "declared_attribution") if code in told]
    assert "Définitif" in page


@pytest.mark.parametrize(("taken", "held"), [(0, True), (1, False)])
def test_a_rate_is_counted_again_from_its_rows(tmp_path: Path, taken: int, held: bool) -> None:
    figure = {"value": Decimal("0.5"), "unit": "share", "numerator": Decimal(1), "denominator": Decimal(2)}
    row = {"file_id": "", "source_file": "register/lots.csv"}
    rows = [
        row | {"contribution": Decimal(1), "weight": Decimal(1)},
        row | {"contribution": None, "weight": Decimal(1)},
    ]
    run = Run(template.create(tmp_path / "ws"), Quarter(2026, 3), date(2026, 11, 23))
    checks = proof._checks(run, figure, catalogue.load()["lot_vacancy"], rows[taken:])
    assert ("redonnent les deux nombres" in checks[0][0], checks[0][1]) == (True, held)
