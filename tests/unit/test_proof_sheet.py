"""What the evaluator reads of a proof is French, codes included."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from periscope import catalogue, proof, proof_sheet, template, warehouse
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


def test_a_sum_of_accounting_entries_is_followed_to_each_of_them(tmp_path: Path) -> None:
    """A comparison cites the first entry of a quarter for its whole amount: the sheet has all, of two files if need be.

    In Q3 the first line is a subsidy and the turnover a single other line; in Q2 the line cited is its own amount.
    """
    with warehouse.connect(tmp_path / "w.duckdb") as connection:
        connection.execute("attach ':memory:' as raw")
        for schema in ("intermediate", "marts", "raw.record"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            "create table raw.record.slices as from (values ('a', 'a.txt'), ('b', 'b.txt')) as t(slice_id, source_file)"
        )
        connection.execute(
            "create table intermediate.int_turnover__fec_lines as from (values "
            "('b', 4, '1', '2026-Q1', true, 60.00), ('a', 9, '1', '2026-Q1', true, 50.00), "
            "('a', 8, '1', '2026-Q1', true, -10.00), ('a', 12, '1', '2026-Q2', true, 7.00), "
            "('a', 20, '1', '2026-Q3', false, 5.00), ('a', 21, '1', '2026-Q3', true, 30.00)"
            ") as t(source_ref, row_number, siren, quarter, is_turnover, amount_eur)"
        )
        connection.execute(
            "create table marts.fct_figure_sources as from (values ('F1', 'a.txt', 4, 100.00, null), "
            "('F1', 'a.txt', 12, 7.00, null), ('F1', 'a.txt', 20, null, -30.00), ('F2', 'a.txt', 4, 60.00, null)"
            ") as t(figure_id, source_file, row, contribution, weight)"
        )
        entries = proof._entries(connection, "F1")
        assert proof._entries(connection, "F2") == []
    assert [(e["cited_row"], e["source_file"], e["row"], e["amount"]) for e in entries] == [
        (4, "a.txt", 8, -10), (4, "a.txt", 9, 50), (4, "b.txt", 4, 60), (20, "a.txt", 21, 30),
    ]  # fmt: skip
    figure = {
        "figure_id": "F1", "indicator_version": 1, "period": "2026", "perimeter": "members", "dimension": "item",
        "item": "organic", "value": Decimal(77), "unit": "eur", "numerator": None, "denominator": None,
        "coverage": None, "expected": None, "contributors": 1, "rung": "observed", "status": "provisional",
        "reason": None,
    }  # fmt: skip
    rows = [
        {"source_file": "a.txt", "sheet": "", "row": row, "entity_id": "M1", "contribution": Decimal(amount),
         "weight": None, "file_id": ""}
        for row, amount in ((4, 100), (12, 7), (20, -30))
    ]  # fmt: skip
    found = Proof(figure, catalogue.load()["turnover_bridge"], rows, [], [], [], [], [], entries)
    told = proof_sheet.as_text(found)
    assert (
        "a.txt, écritures du trimestre (3), dès la ligne 4 · M1 : 100" in told
        and "a.txt, ligne 12 · M1" in told
    )
    page = proof_sheet.write(template.create(tmp_path / "ws"), found).read_text(encoding="utf-8")
    assert "Écritures comptables réunies par trimestre (4)" in page and page.count("b.txt") == 1
