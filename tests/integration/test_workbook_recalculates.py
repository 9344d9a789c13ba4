"""LibreOffice computes every formula of `tableaux.xlsx` anew and finds what we wrote; a changed line moves its totals."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from periscope.reader_context import Allocation, Expense
from reports import sections, workbook
from reports.report import Report
from tests.fixtures import reader_folder

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        OFFICE is None, reason="LibreOffice Calc n'est pas installé : formules non recalculées"
    ),
]
_CACHED = re.compile(r"(<c [^>]*><f>[^<]*</f>)<v>[^<]*</v>")


def written(tmp_path: Path) -> Path:
    """A workbook with a Cerfa table, a funding plan, eligible costs and a list of expenses."""
    base = reader_folder.context().grants[0]
    grants = tuple(
        replace(base, grant_id=f"G{n}", family=name)
        for n, name in enumerate(("cerfa", "investissement", "fse"))
    )
    day = date(2026, 3, 4)
    expenses = tuple(Expense(f"D{n}", "Animation", Decimal("1033.33"), day, day, account, "Achat") for n, account in enumerate(("606", "6226", "6411")))  # fmt: skip
    shares = tuple(Allocation(f"D{n}", grant, Decimal("0.333")) for n in range(3) for grant in ("G1", "G2"))
    folder = reader_folder.write(tmp_path / "f", grants=grants, expenses=expenses, allocations=shares)
    report = Report.open(folder)
    report.show_all(sections.grant_parts)
    path = tmp_path / "tableaux.xlsx"
    path.write_bytes(workbook.render(report, "Rapport"))
    return path


def recalculated(path: Path, changes: dict[str, str]) -> Path:
    """The same file without one computed value, texts of the first sheet replaced, opened and saved by LibreOffice."""
    assert OFFICE is not None
    bare = path.with_name("bare.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bare, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                text = _CACHED.sub(r"\1", content.decode("utf-8"))
                assert not re.search(r"</f><v>", text)
                for old, new in changes.items() if name.endswith("sheet4.xml") else ():
                    assert old in text
                    text = text.replace(old, new)
                content = text.encode("utf-8")
            target.writestr(name, content)
    out = path.parent / "out"
    subprocess.run(
        [OFFICE, f"-env:UserInstallation={(path.parent / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx",
         "--outdir", str(out), str(bare)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return out / "bare.xlsx"


def test_every_formula_gives_the_value_we_wrote(tmp_path: Path) -> None:
    path = written(tmp_path)
    formulas = openpyxl.load_workbook(path)
    ours = openpyxl.load_workbook(path, data_only=True)
    theirs = openpyxl.load_workbook(recalculated(path, {}), data_only=True)
    compared = 0
    for sheet in formulas:
        for cell in (cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"):
            place = (sheet.title, cell.coordinate, cell.value)
            mine, found = (book[sheet.title][cell.coordinate].value for book in (ours, theirs))
            if mine in (None, ""):
                assert found in (None, ""), place
            else:
                assert found == pytest.approx(float(mine), abs=1e-9), place
                compared += 1
    assert compared > 100
    assert {"Cerfa 1505902", "Plan de financement", "Coûts éligibles", "État des dépenses"} <= set(
        formulas.sheetnames
    )


def test_a_changed_line_moves_its_totals(tmp_path: Path) -> None:
    path = written(tmp_path)
    names = openpyxl.load_workbook(path).sheetnames
    assert names.index("Cerfa 1505902") == 3
    book = openpyxl.load_workbook(recalculated(path, {"<v>24000</v>": "<v>25000</v>"}), data_only=True)
    lines = {
        str(row[0].value): row[1].value for row in book["Cerfa 1505902"].iter_rows(min_row=5, max_row=60)
    }
    assert (lines["64 Charges de personnel"], lines["Total des charges"]) == (34900, 49000)
