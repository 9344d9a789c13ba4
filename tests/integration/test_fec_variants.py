"""One set of accounts, every way of writing it: the turnover never changes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests import fecs
from tests.fecs import NAMES, accounts, flat

AMOUNTS = ("Debit", "Credit")
DATES = ("EcritureDate", "PieceDate", "ValidDate")


def on_amounts(rule):  # type: ignore[no-untyped-def]
    return lambda name, value: rule(value) if name in AMOUNTS and value else value


def on_dates(form: str):  # type: ignore[no-untyped-def]
    def change(name: str, value: str) -> str:
        if name not in DATES or not value:
            return value
        return form.format(y=value[:4], m=value[4:6], d=value[6:])

    return change


def grouped(value: str, space: str) -> str:
    whole, cents = value.split(",")
    return f"{int(whole):,}".replace(",", space) + "," + cents


def directed(debit: str, credit: str) -> bytes:
    lines = []
    for said in accounts():
        is_debit = said["Credit"] == "0,00"
        lines.append(
            said | {"Montant": said["Debit" if is_debit else "Credit"], "Sens": debit if is_debit else credit}
        )
    names = [{"Debit": "Montant", "Credit": "Sens"}.get(name, name) for name in NAMES]
    return flat(lines, names=names)


def signed() -> bytes:
    lines = [
        said | {"Montant": said["Debit"] if said["Credit"] == "0,00" else "-" + said["Credit"]}
        for said in accounts()
    ]
    return flat(lines, names=[*(n for n in NAMES if n not in AMOUNTS), "Montant"])


def shuffled() -> list[str]:
    names = [*NAMES, "Analytique", "Commentaire"]
    random.Random(7).shuffle(names)
    return names


BLANK = "\u00a0"
VARIANTS = {
    "tab": flat(accounts()),
    "pipe": flat(accounts(), separator="|"),
    "pipe, trailing pipe": flat(accounts(), separator="|", after="|"),
    "semicolon": flat(accounts(), separator=";"),
    "spreadsheet": fecs.quoted(accounts()),
    "spreadsheet, comma": fecs.quoted(accounts(), ","),
    "quoted tab": fecs.quoted(accounts(), "\t").replace(b"JournalCode", b'"JournalCode"', 1),
    "xml": fecs.xml(accounts()),
    "utf-8 bom": flat(accounts(), encoding="utf-8-sig"),
    "iso-8859-15": flat(accounts(), encoding="iso-8859-15"),
    "cp1252": flat([s | {"EcritureLib": "œuvre à 12 €"} for s in accounts()], encoding="cp1252"),
    "cp850": flat(accounts(), encoding="cp850"),
    "utf-16": flat(accounts(), encoding="utf-16"),
    "utf-16 be, no bom": flat(accounts(), encoding="utf-16-be"),
    "crlf": flat(accounts(), end="\r\n"),
    "cr": flat(accounts(), end="\r"),
    "cr cr lf": flat(accounts(), end="\r\r\n"),
    "blank lines": flat(accounts(), end="\n\n"),
    "no last line end": flat(accounts()).rstrip(b"\n"),
    "D and C": directed("D", "C"),
    "+1 and -1": directed("+1", "-1"),
    "signed amounts": signed(),
    "decimal point": flat(accounts(), change=on_amounts(lambda v: v.replace(",", "."))),
    "thousands": flat(accounts(), change=on_amounts(lambda v: grouped(v, " "))),
    "thousands, hard blank": flat(accounts(), change=on_amounts(lambda v: grouped(v, BLANK))),
    "zero filled, sign first": flat(accounts(), change=on_amounts(lambda v: "+" + v.zfill(12))),
    "sign last": flat(accounts(), change=on_amounts(lambda v: v + "+")),
    "blank for zero": flat(accounts(), change=on_amounts(lambda v: "" if v == "0,00" else v)),
    "padded": flat(accounts(), change=lambda n, v: v.ljust(24), title=lambda n: n.ljust(24)),
    "iso dates": flat(accounts(), change=on_dates("{y}-{m}-{d}")),
    "french dates": flat(accounts(), change=on_dates("{d}/{m}/{y}")),
    "ddmmyyyy": flat(accounts(), change=on_dates("{d}{m}{y}")),
    "dates with time": flat(accounts(), change=on_dates("{y}-{m}-{d}T00:00:00")),
    "other order, extra columns": flat(accounts(), names=shuffled()),
    "other case and accents": flat(accounts(), title=lambda n: n.upper().replace("DEBIT", "Débit")),
    "ba 21 columns": flat(accounts(), names=[*NAMES, "DateRglt", "ModeRglt", "NatOp"]),
    "bnc 22 columns": flat(accounts(), names=[*NAMES, "DateRglt", "ModeRglt", "NatOp", "IdClient"]),
    "10 columns": flat(
        accounts(),
        names=[
            "JournalCode",
            "JournalLib",
            "EcritureNum",
            "EcritureDate",
            "CompteNum",
            "CompAuxLib",
            "PieceRef",
            "EcritureLib",
            "Debit",
            "Credit",
        ],
    ),
    "end of lines left out": flat(accounts(), names=NAMES[:13]).replace(
        b"Debit\tCredit\n", ("\t".join(NAMES[11:]) + "\n").encode(), 1
    ),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_same_turnover_however_it_is_written(tmp_path: Path, variant: str) -> None:
    with fecs.loaded(tmp_path, VARIANTS[variant]) as (connection, reading):
        assert [(r.row, r.code, r.reason) for r in reading.refusals] == []
        assert reading.slices[0].rows_read == len(accounts())
        assert fecs.turnover(connection) == fecs.TURNOVER
        roles = dict(connection.execute("select role, count(*) from revenue.fec_lines group by 1").fetchall())
        assert roles == {"opening": 2, "normal": 12}
        sold = connection.execute(
            "select sum(credit_eur - debit_eur) from revenue.fec_lines where customer_member_id = 'fournil'"
        ).fetchone()
        assert sold is not None and str(sold[0]) == "10401.23"
        assert ("decimal_point" in fecs.codes(reading)) == (variant == "decimal point")


@pytest.mark.parametrize(
    ("end", "rows"), [("\n", [3, 4]), ("\r\n", [3, 4]), ("\r", [3, 4]), ("\r\r\n", [5, 7])]
)
def test_row_numbers_are_physical_lines(tmp_path: Path, end: str, rows: list[int]) -> None:
    content = flat(accounts()[:3], end=end)
    with fecs.loaded(tmp_path, content) as (connection, _):
        found = connection.execute("select row_number from revenue.fec_lines order by 1").fetchall()
    assert [row for (row,) in found][1:] == rows


def test_a_cell_over_two_lines_counts_its_first_line(tmp_path: Path) -> None:
    with fecs.loaded(tmp_path, fecs.quoted(accounts()[:3])) as (connection, _):
        found = connection.execute("select row_number from revenue.fec_lines order by 1").fetchall()
    assert [row for (row,) in found] == [2, 4, 6]
