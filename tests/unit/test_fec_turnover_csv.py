"""Turnover CSV: one slice per member, quarter, period and source."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ingest.readers import turnover
from ingest.unreadable import Unreadable
from tests import fecs

HEADER = "siren;quarter;period_start;period_end;net_turnover_eur;operating_income_eur;source\n"


def read(folder: Path, text: str):  # type: ignore[no-untyped-def]
    path = folder / "turnover.csv"
    path.write_text(text, encoding="utf-8")
    return turnover.read(path, "revenue/turnover.csv", fecs.context())


def test_rows_are_cut_by_member_quarter_period_and_source(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        HEADER
        + "732829320;2026-Q3;2026-07-01;2026-09-30;1 234,56;2000;Attestation\n"
        + "732829320;2026-Q3;2026-07-01;2026-09-30;1 300,00;;liasse\n"
        + "732829320;2026-Q3;2026-01-01;2026-12-31;9 999,00;;\n"
        + "356000000;2026-Q3;01/07/2026;30/09/2026;10,00;;declared\n",
    )
    assert reading.refusals == []
    assert {piece.kind for piece in reading.slices} == {"turnover"}
    assert {(piece.sender, piece.quarter, piece.scope) for piece in reading.slices} == {
        ("atelier", "2026-Q3", "2026-07-01/2026-09-30/certificate"),
        ("atelier", "2026-Q3", "2026-07-01/2026-09-30/tax_form"),
        ("atelier", "2026-Q3", "2026-01-01/2026-12-31/declared"),
        ("fournil", "2026-Q3", "2026-07-01/2026-09-30/declared"),
    }
    assert reading.slices[0].rows[0]["net_turnover_eur"] == Decimal("1234.56")
    assert reading.slices[0].rows[0]["row_number"] == 2


def test_rows_read_are_accepted_or_refused(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        HEADER
        + "732829320;2026-Q3;2026-07-01;2026-09-30;100,00;;\n"
        + "732829320;2026-Q3;2026-07-01;2026-13-30;1.725.000;;\n"
        + "111111111;2026-Q3;2026-07-01;2026-09-30;5,00;;\n",
    )
    assert sum(piece.rows_read for piece in reading.slices) == 3
    assert sum(piece.rows_refused for piece in reading.slices) == 2
    assert {(refusal.row, refusal.column) for refusal in reading.refusals} == {
        (3, "period_end"),
        (3, "net_turnover_eur"),
        (4, "siren"),
    }


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        read(tmp_path, "a;b\n1;2\n")
