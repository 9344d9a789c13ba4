"""Who bought and who sold: customers and suppliers that are members, and no other name kept (DOMAIN 5, SAFETY P01)."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers import fec
from periscope import warehouse
from periscope.warehouse import Connection
from tests import fecs
from tests.fecs import Line, flat, line, loaded

SALES, PURCHASES = "VE Ventes", "AC Achats"


def sale(number: str, on: str, amount: str, **customer: str) -> list[Line]:
    return [
        line(SALES, number, on, "411000", amount, "0,00", **customer),
        line(SALES, number, on, "706000", "0,00", amount),
    ]


def sold_to(connection: Connection) -> dict[str, str]:
    rows = connection.execute(
        "select customer_member_id, sum(credit_eur - debit_eur) from revenue.fec_lines "
        "where customer_member_id is not null group by 1"
    ).fetchall()
    return {member: str(amount) for member, amount in rows}


def test_customers_are_matched_by_alias_number_or_name(tmp_path: Path) -> None:
    lines = [
        *sale("1", "20260105", "10,00", CompAuxNum="F99", CompAuxLib="Fournil SCIC"),
        *sale("2", "20260106", "20,00", CompAuxLib="LE FOURNIL D’EOLE"),
        *sale("3", "20260107", "40,00", CompAuxNum="C7", CompAuxLib="Zéphyrine Quincampoix"),
        # a credit note comes off the sales to the member
        line(SALES, "4", "20260108", "706000", "5,00", "0,00"),
        line(SALES, "4", "20260108", "411000", "0,00", "5,00", CompAuxNum="F99"),
        # EcritureNum says nothing here: pieces tell the entries apart
        *[said | {"PieceRef": "A"} for said in sale("0", "20260109", "80,00", CompAuxNum="F99")],
        *[said | {"PieceRef": "B"} for said in sale("0", "20260109", "160,00", CompAuxNum="C7")],
    ]
    known = fecs.context({("customer", "f99"): "fournil"})
    with loaded(tmp_path, flat(lines), known=known) as (connection, _):
        assert sold_to(connection) == {"fournil": "105.00"}
        others = "select count(*) from revenue.fec_lines where customer_member_id is not null and account_code not like '70%'"
        assert connection.execute(others).fetchone() == (0,)


def bought(number: str, on: str, amount: str, **party: str) -> list[Line]:
    """A purchase without VAT; `party` names the supplier on the 401 line."""
    return [
        line(PURCHASES, number, on, "604000", amount, "0,00"),
        line(PURCHASES, number, on, "401000", "0,00", amount, **party),
    ]


def test_suppliers_that_are_members_are_matched_and_no_name_is_kept(tmp_path: Path) -> None:
    lines = [
        *bought("1", "20260105", "10,00", CompAuxNum="F99", CompAuxLib="Fournil SCIC"),
        *bought("2", "20260106", "20,00", CompAuxLib="LE FOURNIL D’EOLE"),
        *bought("3", "20260107", "40,00", CompAuxNum="C7", CompAuxLib="Zéphyrine Quincampoix"),
        # a credit note comes off, its payment does not count, a batch of two suppliers is nobody's
        line(PURCHASES, "4", "20260108", "401000", "5,00", "0,00", CompAuxNum="F99"),
        line(PURCHASES, "4", "20260108", "609000", "0,00", "5,00"),
        line("BQ Banque", "5", "20260109", "401000", "25,00", "0,00", CompAuxNum="F99"),
        line("BQ Banque", "5", "20260109", "512000", "0,00", "25,00"),
        line(PURCHASES, "6", "20260110", "622600", "30,00", "0,00"),
        line(PURCHASES, "6", "20260110", "401000", "0,00", "10,00", CompAuxNum="F99"),
        line(PURCHASES, "6", "20260110", "401000", "0,00", "20,00", CompAuxNum="C7"),
    ]
    known = fecs.context({("customer", "f99"): "fournil"})
    with loaded(tmp_path, flat(lines), known=known) as (connection, reading):
        assert connection.execute(
            "select supplier_member_id, cast(sum(debit_eur - credit_eur) as varchar) from revenue.fec_lines "
            "where supplier_member_id is not null group by 1"
        ).fetchall() == [("fournil", "25.00")]
        assert sold_to(connection) == {}
        assert "mixed_suppliers" in fecs.codes(reading)
        assert "Quincampoix" not in str(connection.execute("from revenue.fec_lines").fetchall())


def test_an_entry_with_two_customers_is_nobodys(tmp_path: Path) -> None:
    lines = [
        line(SALES, "1", "20260105", "411000", "10,00", "0,00", CompAuxLib="Le Fournil d'Éole"),
        line(SALES, "1", "20260105", "411000", "20,00", "0,00", CompAuxLib="Zéphyrine Quincampoix"),
        line(SALES, "1", "20260105", "706000", "0,00", "30,00"),
    ]
    with loaded(tmp_path, flat(lines)) as (connection, reading):
        assert sold_to(connection) == {}
        assert "mixed_customers" in fecs.codes(reading)


def test_near_names_are_proposed_and_not_applied(tmp_path: Path) -> None:
    known = fecs.context()
    with loaded(
        tmp_path, flat(sale("1", "20260105", "1,00", CompAuxLib="Le Fournil d'Eoles")), known=known
    ) as (con, _):
        assert sold_to(con) == {}
    assert [(p.kind, p.raw_text, p.id) for p in known.proposals] == [
        ("customer", "Le Fournil d'Eoles", "fournil")
    ]


CANARY = "Zéphyrine QUINCAMPOIX"


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_no_third_party_is_kept(tmp_path: Path, separator: str) -> None:
    lines = [
        *[
            said | dict.fromkeys(("CompAuxNum", "CompAuxLib", "EcritureLib", "PieceRef", "CompteLib"), CANARY)
            for said in sale("1", "20260105", "10,00")
        ],
        line(SALES, "2", "20260106", f"411{CANARY}", "10,00", "0,00"),
        line(SALES, "2", "20260106", "706000", "0,00", CANARY),
        line(SALES, "3", CANARY, "706000", "0,00", "1,00"),
        line(SALES, "4", "20260106", CANARY, "0,00", "1,00"),
    ]
    path, database = tmp_path / "landed", tmp_path / "raw.duckdb"
    path.write_bytes(flat(lines, separator=separator))
    temporary = tmp_path / "tmp"
    with warehouse.connect(database, temporary=temporary) as connection:
        warehouse.create_raw(connection)
        connection.begin()
        reading = fec.load(connection, path, "revenue/atelier/fec.txt", "f" * 64, fecs.context())
        connection.commit()
    assert (reading.slices[0].rows_read, reading.slices[0].rows_refused) == (6, 3)
    said = repr(reading)
    kept = [database, *temporary.rglob("*")] if temporary.exists() else [database]
    for needle in (CANARY, "QUINCAMPOIX"):
        assert needle not in said
        assert not any(needle.encode() in file.read_bytes() for file in kept if file.is_file())
