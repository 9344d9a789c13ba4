"""What the evaluator reads of a proof is French, codes included."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from periscope import catalogue, proof_sheet, template
from periscope.proof import Proof


@pytest.mark.parametrize("status", list(catalogue.STATUSES))
def test_no_code_of_a_figure_is_shown(tmp_path: Path, status: str) -> None:
    figure = {
        "figure_id": "F1", "indicator_version": 1, "period": "2026-Q3", "perimeter": "permanent_residents",
        "dimension": "all", "item": "all", "value": Decimal("2.000"), "unit": "fte", "numerator": None,
        "denominator": None, "coverage": Decimal("0.75"), "expected": 4, "contributors": 2,
        "rung": "declared_attribution", "status": status, "reason": None,
    }  # fmt: skip
    editions = [("clôture de 2026-Q3", "1.000", "closed"), ("aujourd'hui", "2", status)]
    proof = Proof(figure, catalogue.load()["jobs_fte"], [], [], [], [], editions, [])
    page = proof_sheet.write(template.create(tmp_path / "ws"), proof).read_text(encoding="utf-8")
    for told in (proof_sheet.as_text(proof), page):
        assert catalogue.STATUSES[status] in told and catalogue.RUNGS["declared_attribution"] in told
        assert "Résidents permanents, Ensemble" in told and "3 sur 4 attendus (75\u202f%)" in told
        assert not [code for code in (status, "permanent_residents", "declared_attribution") if code in told]
    assert "Définitif" in page
