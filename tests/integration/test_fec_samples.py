"""Every real FEC of ../shared/samples, against the figures of TRUTH.tsv that two readers agree on."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ingest.readers import fec, fec_layout
from periscope import warehouse
from periscope.receipts import Reading
from tests import fecs

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
pytestmark = [
    pytest.mark.samples,
    pytest.mark.skipif(not SAMPLES.exists(), reason="../shared/samples is not there"),
]
#: carries the expected boxes of tax forms, not entries
NOT_A_FEC = "neolegal-fr+fec-reader__src~test~resources~0000000001FEC20220831-expected.csv"
SQL = {
    "sum of debits": "sum(debit_eur)",
    "sum of credits": "sum(credit_eur)",
    "turnover: credits-debits on accounts 70*": "sum(credit_eur - debit_eur) filter (account_code like '70%')",
    "subsidies: credits-debits on 74*": "sum(credit_eur - debit_eur) filter (account_code like '74%')",
    "credits-debits on class 7": "sum(credit_eur - debit_eur) filter (account_code like '7%')",
    "debits-credits on class 6": "sum(debit_eur - credit_eur) filter (account_code like '6%')",
    "rows with both debit and credit": "count(*) filter (debit_eur <> 0 and credit_eur <> 0)",
    "rows with a negative amount": "count(*) filter (debit_eur < 0 or credit_eur < 0)",
    "first EcritureDate": "strftime(min(entry_on), '%Y%m%d')",
    "last EcritureDate": "strftime(max(entry_on), '%Y%m%d')",
    "turnover without the opening journal OUV": "sum(credit_eur - debit_eur) filter "
    "(account_code like '70%' and role = 'normal')",
}


def files(family: str) -> list[Path]:
    return sorted((SAMPLES / family).glob("*"))


def truths(path: Path) -> dict[str, str]:
    with (SAMPLES / "TRUTH.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    trusted = ("agree", "by hand", "one reading (XML)")
    return {
        row["measure"]: row["value"]
        for row in rows
        if row["file"] == f"{path.parent.name}/{path.name}"
        and any(word in row["confidence"] for word in trusted)
    }


def measured(reading: Reading, connection: warehouse.Connection) -> dict[str, str]:
    found = {
        "data rows": reading.slices[0].rows_read,
        "unreadable amounts": reading.slices[0].rows_refused,
        "of these, not balanced": counted(reading, "unbalanced_number"),
        "EcritureNum values not balanced": counted(reading, "unbalanced_entries"),
    }
    for measure, sql in SQL.items():
        row = connection.execute(f"select {sql} from revenue.fec_lines").fetchone()
        assert row is not None
        found[measure] = row[0]
    return {measure: f"{value or 0}" for measure, value in found.items()}


def counted(reading: Reading, code: str) -> int:
    return next((int(finding.value) for finding in reading.findings if finding.code == code), 0)


@pytest.mark.parametrize("path", files("fec"), ids=lambda path: path.name[-40:])
def test_figures_equal_the_truth(path: Path) -> None:
    if path.name == NOT_A_FEC:
        assert not fec.recognises_fec(path.read_bytes())
        return
    assert fec.recognises_fec(path.read_bytes()[:65_536])
    with warehouse.connect(None) as connection:
        warehouse.create_raw(connection)
        reading = fec.load(connection, path, f"revenue/atelier/{path.name}", "f" * 64, fecs.context())
        found = measured(reading, connection)
    expected = truths(path)
    compared = {
        measure: (found[measure], value)
        for measure, value in expected.items()
        if measure in found and value  # the other readers could not read ISO dates
    }
    assert len(compared) >= 11
    wrong = {measure: pair for measure, pair in compared.items() if (float(pair[0]) != float(pair[1]))}
    assert wrong == {}
    piece = reading.slices[0]
    assert piece.rows_refused == len(reading.refusals) == int(expected.get("unreadable amounts", "0"))
    assert piece.rows_accepted == piece.rows_read - piece.rows_refused


@pytest.mark.parametrize("path", files("fec_neighbours"), ids=lambda path: path.name[-40:])
def test_other_exports_are_not_taken_for_a_fec(path: Path) -> None:
    assert not fec.recognises_fec(path.read_bytes()[: fec_layout.HEAD_BYTES])
