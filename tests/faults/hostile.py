"""What a member may send by mistake or malice, by case of the table of hostile inputs: name in the inbox -> content."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults import house
from tests.integration import test_messy_workbooks as messy
from tests.unit.test_contained import BOMBS, ods, xlsx, zipped
from tests.unit.test_ics import HOSTILE, MORNING, calendar

A, B, C = house.MEMBERS.values()
_POSTS = house.lines(C, "1").encode()
_HEADER, _ROW, _ = _POSTS.split(b"\n")
_CELL = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
_WIDE = _CELL.replace("office:value", 'table:number-columns-repeated="2000000000" office:value')
_DOCTYPE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


def _many_rows() -> bytes:
    row = "<row>" + "<c><v>1</v></c>" * 10 + "</row>"
    return xlsx(row * 1_000_000)


def _unreadable_rows() -> dict[str, bytes]:
    return {
        "open-quote.csv": _POSTS + _ROW.replace(b"P1", b'"P2') + b"\n" + _ROW + b"\n",
        "ragged.csv": _POSTS + b"a;b\n" + _ROW + b";;;x;y\n;\n",
        "twice.csv": _HEADER + b";post_ref\n" + _ROW + b";P9\n",
        "nul.csv": _POSTS + _ROW.replace(b"P1", b"P\0") + b"\n",
        "mixed.csv": _POSTS + "é;".encode() + _ROW + b"\n" + "é;".encode("latin-1") + _ROW + b"\n",
        "utf16.csv": (_POSTS + _ROW + b"\n").decode().encode("utf-16"),
        "wide.csv": b";".join([b"a"] * 1_000_000) + b"\n" + b";".join([b"1"] * 1_000_000) + b"\n",
        "bomb.csv": gzip.compress(bytes(200_000_000)),
    }


def _hidden() -> dict[str, bytes]:
    found = {}
    with TemporaryDirectory() as folder:
        for ending, write in (
            ("xlsx", messy.xlsx_file),
            ("ods", messy.ods_file),
            ("xls", messy.xls_file),
        ):
            path = Path(folder) / f"hidden.{ending}"
            write(path)
            found[path.name] = path.read_bytes()
    total = messy.CSV + messy.line("A", "10") + messy.line("B", "20,5") + "Total;;;;;;99\n"
    return found | {"total.csv": total.encode()}


_PURCHASES = "siren;quarter;purchase_ref;bought_on;amount_eur\n"
_PROJECTS = (
    "siren;quarter;project_ref;holder_surname;holder_first_name;title;support_threshold_on;siren_created\n"
)
#: an amount or a date as people write them -> what must be kept, None for a refusal
WRITTEN = {
    ("(250,00)", "2026-07-03"): ("-250.00", "2026-07-03"),
    ("1 234,56", "2026-07-03"): ("1234.56", "2026-07-03"),
    ("1E5", "2026-07-03"): None,
    ("1.725.000", "2026-07-03"): None,
    ("10", "03/04/2026"): ("10.00", "2026-04-03"),
}
LEADING_ZERO = "005520135"

NAMES = (
    "'); drop table record.files; --.csv",
    "*.csv",
    "[1].csv",
    "x..%2f..%2fy.csv",
    "x\\..\\..\\y.csv",
    "é" * 125 + ".csv",
    "a\N{RIGHT-TO-LEFT OVERRIDE}vsc.csv",
    "CON",
)

#: case -> its files; each is made once
FILES: dict[str, Callable[[], dict[str, bytes]]] = {
    "I01": lambda: {
        f"{n}.xlsx": BOMBS[name]() for n, name in enumerate(("far corner", "last row number", "unique count"))
    },
    "I02": lambda: {
        "big.xlsx": BOMBS["big zip"](),
        "rows.xlsx": _many_rows(),
        "cell.xlsx": xlsx(f'<row r="1"><c r="A1" t="str"><v>{"x" * 200_000_000}</v></c></row>'),
        "above.xlsx": zipped({"../a": "x"}),
        "twice.xlsx": zipped({"a": "x"}, again="a"),
    },
    "I03": lambda: {
        "dtd.xlsx": zipped({"xl/workbook.xml": _DOCTYPE}),
        "utf16.xlsx": zipped({"xl/workbook.xml": _DOCTYPE.encode("utf-16")}),
        "late.xlsx": BOMBS["nested dtd"](),
        "dtd.ods": zipped({"content.xml": _DOCTYPE}),
        "dtd.xml": _DOCTYPE.encode(),
    },
    "I04": lambda: {
        "both.ods": BOMBS["repeats"](),
        "spaces.ods": BOMBS["spaces"](),
        "rows.ods": ods(f'<table:table-row table:number-rows-repeated="1048576">{_CELL}</table:table-row>'),
        "columns.ods": ods(f"<table:table-row>{_WIDE}</table:table-row>"),
    },
    "I05": lambda: {
        "agenda.ics": calendar(
            *(body.replace("UID:a", f"UID:{n}") for n, body in enumerate(HOSTILE)),
            "BEGIN:X-BOX\n" * 5000 + MORNING + "END:X-BOX\n" * 5000,
            MORNING,
            headers="X-WR-CALNAME:S1",
        ).encode()
    },
    "I06": _unreadable_rows,
    "I07": lambda: {
        # a quarter each: two versions of one declaration would be refused together
        name: _PURCHASES.encode()
        + f"{A};{2024 + n // 4}-Q{n % 4 + 1};N{n};{2024 + n // 4}-{n % 4 * 3 + 1:02}-05;5\n".encode()
        for n, name in enumerate(NAMES)
    },
    "I11": _hidden,
    "I12": lambda: {
        "achats.csv": (
            _PURCHASES
            + "".join(f"{B};2026-Q3;W{n};{on};{amount}\n" for n, (amount, on) in enumerate(WRITTEN))
        ).encode(),
        "projets.csv": f"{_PROJECTS}{B};2026-Q3;Z1;Nom;Prénom;Titre;2026-07-20;{LEADING_ZERO}\n".encode(),
    },
}


@cache
def files(case: str) -> dict[str, bytes]:
    return FILES[case]()
