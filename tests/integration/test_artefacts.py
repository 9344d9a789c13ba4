"""S18: a canary amount and a canary name in every kind of file, however wrapped, are found; clean files pass."""

from __future__ import annotations

import base64
import gzip
import json
import re
import struct
import zipfile
from collections.abc import Callable
from decimal import Decimal
from html import escape
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typst

from periscope.errors import GateError
from release.artefacts import Secrets, digits, fold
from release.file_texts import texts
from reports import dashboard
from reports.report import Report
from tests.fixtures import reader_folder
from tests.integration.test_protection import consent_pole, publication

AMOUNT = 987654.32
NAME = "Coopérative du Canari"


def secrets() -> Secrets:
    found = Secrets(names={fold(NAME): "le nom"})
    found.add_amount(Decimal("987654.32"), "le montant")
    return found


def html(path: Path, told: str) -> None:
    path.write_text(f"<html><p data-x='{told}'></p></html>", encoding="utf-8")


def json_in_script(path: Path, told: str) -> None:
    path.write_text(
        f"<script>const d = {json.dumps({'hover': [told]}, ensure_ascii=False)}</script>", encoding="utf-8"
    )


def hidden_sheet(path: Path, told: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("caché")
    sheet.sheet_state = "hidden"
    sheet["A1"] = told
    book.save(path)


def document_property(path: Path, told: str) -> None:
    book = openpyxl.Workbook()
    book.properties.keywords = told
    book.save(path)


def notebook(path: Path, told: str) -> None:
    path.write_text(
        json.dumps({"cells": [{"outputs": [{"text": [told]}]}]}, ensure_ascii=False), encoding="utf-8"
    )


def script_in_a_notebook(path: Path, told: str) -> None:
    script = f"<script>const d = {json.dumps([told])}</script>"
    path.write_text(
        json.dumps({"cells": [{"outputs": [{"data": {"text/html": [script]}}]}]}), encoding="utf-8"
    )


def download_in_json(path: Path, told: str) -> None:
    packed = base64.b64encode(f"???>>>{told}\n".encode()).decode()
    written = json.dumps({"a": f"data:text/csv;base64,{packed}"}).replace("/", "\\/")
    path.write_text(written, encoding="utf-8")


def parquet(path: Path, told: str) -> None:
    pq.write_table(pa.table({"a": pa.array(["x", told]).dictionary_encode()}).slice(0, 1), path)


def embedded_download(path: Path, told: str) -> None:
    packed = base64.b64encode(f"figure,{told}\n".encode()).decode()
    path.write_text(f"<a href='data:text/csv;base64,{packed}'>csv</a>", encoding="utf-8")


def packed_view(path: Path, told: str) -> None:
    views = json.dumps({"2026-Q1": {"all": f'<p class="x">{escape(told)}</p>'}}, ensure_ascii=False)
    packed = base64.b64encode(gzip.compress(views.encode())).decode()
    path.write_text(f"<script>data:application/gzip;base64,{packed}</script>", encoding="utf-8")


def key_told_twice(path: Path, told: str) -> None:
    path.write_text(f'{{"a": {json.dumps(told)}, "a": 1}}', encoding="utf-8")


WRAPPINGS: list[tuple[str, Callable[[Path, str], None]]] = [
    ("a.html", html),
    ("b.html", json_in_script),
    ("c.xlsx", hidden_sheet),
    ("d.xlsx", document_property),
    ("e.ipynb", notebook),
    ("f.parquet", parquet),
    ("g.ipynb", script_in_a_notebook),
    ("k.json", download_in_json),
    ("h.html", embedded_download),
    ("i.html", packed_view),
    ("j.json", key_told_twice),
]


def is_found(path: Path) -> str:
    return next((hit for text in list(texts(path)) if (hit := secrets().in_text(text))), "")


@pytest.mark.parametrize(("name", "wrap"), WRAPPINGS, ids=[w.__name__ for _, w in WRAPPINGS])
def test_canaries_are_found_in_every_wrapping(
    tmp_path: Path, name: str, wrap: Callable[[Path, str], None]
) -> None:
    for told in (
        "987654.32",
        "987 654,32 €",
        "987\u202f654,32",
        "987654",
        "987,65432",
        "\n987654,32",
        "COOPERATIVE  DU CANARI",
        NAME,
    ):
        wrap(tmp_path / name, told)
        assert is_found(tmp_path / name), told
    wrap(tmp_path / name, "987 655,99 € et la Coopérative du Canal")
    assert not is_found(tmp_path / name)


@pytest.mark.parametrize(
    ("written", "is_there"),
    [
        ('{"a": 987654.32}', True),
        ("[987654]", True),
        ('{"a": [{"b": 12, "b": 987654.32e0}]}', True),
        ('{"a": "<b>Coop&eacute;rative du canari</b>"}', True),
        ('{"a": "987 654,32\\u00b9"}', True),
        ("[" * 100_000 + '"987654,32"' + "]" * 100_000, True),
        ('{"t": "rang 12\\n987 654,32"}', True),
        ('<script>{"t": "rang 12\\n987 654,32"}</script>', True),
        ('{"t": "987\\n654,32"}', False),
        ('["Coopérative du", "Canari"]', False),
    ],
)
def test_json_is_read_as_it_is_shown_and_as_it_is_written(
    tmp_path: Path, written: str, is_there: bool
) -> None:
    (tmp_path / "a.json").write_text(written, encoding="utf-8")
    assert bool(is_found(tmp_path / "a.json")) == is_there


@pytest.mark.parametrize("name", ["Terre&centre", "Bois&regain"])
def test_a_name_that_an_entity_would_eat_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"a": name}), encoding="utf-8")
    assert any(Secrets(names={fold(name): "le nom"}).in_text(text) for text in texts(tmp_path / "a.json"))


def test_canary_in_the_text_of_a_pdf(tmp_path: Path) -> None:
    source = tmp_path / "page.typ"
    for told in ("987 654,32 €", NAME):
        source.write_text(f"Chiffre : {told}", encoding="utf-8")
        typst.compile(str(source), output=str(tmp_path / "page.pdf"))
        assert is_found(tmp_path / "page.pdf"), told


@pytest.mark.parametrize(("dtype", "code"), [("f8", "d"), ("f4", "f"), ("i4", "i")])
def test_canary_in_a_typed_array_of_plotly(tmp_path: Path, dtype: str, code: str) -> None:
    told = int(AMOUNT) if code == "i" else AMOUNT
    packed = base64.b64encode(struct.pack(f"<2{code}", told, 1)).decode()
    (tmp_path / "p.html").write_text(f'<script>{{"y":{{"dtype":"{dtype}","bdata":"{packed}"}}}}</script>')
    assert is_found(tmp_path / "p.html")
    packed = base64.b64encode(struct.pack(f"<2{code}", 987_111, float("nan") if code != "i" else 0)).decode()
    (tmp_path / "p.html").write_text(f'<script>{{"y":{{"dtype":"{dtype}","bdata":"{packed}"}}}}</script>')
    assert not is_found(tmp_path / "p.html")


@pytest.mark.parametrize("told", ["1234567.89", "987654.32"])
def test_canary_in_a_filtered_view_packed_in_the_dashboard(tmp_path: Path, told: str) -> None:
    folder = reader_folder.write(tmp_path / "committee", "committee")
    history = folder / "history.csv"
    key = ",2025-Q4,permanent_residents,all,all,"
    lines = history.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if ",turnover_total," in line and key in line)
    start, rest = lines[at].split(key)
    lines[at] = f"{start}{key}{told},{rest.partition(',')[2]}"
    history.write_text("\n".join(lines) + "\n", encoding="utf-8")
    page = dashboard.render(Report.open(folder))
    packed = re.findall(r'<script type="text/plain" class="views".*?</script>', page, re.DOTALL)
    (tmp_path / "views.html").write_text("\n".join(packed), encoding="utf-8")
    assert packed and "987654" not in "".join(packed)
    assert bool(is_found(tmp_path / "views.html")) == (told == "987654.32")


@pytest.mark.parametrize("write", [escape, lambda name: json.dumps(name).replace("&", "\\u0026")])
def test_a_name_with_an_escaped_mark_is_found(tmp_path: Path, write: Callable[[str], str]) -> None:
    name = "Compost & Compagnie"
    (tmp_path / "a.html").write_text(f"<p>{write(name)}</p>", encoding="utf-8")
    hidden = Secrets(names={fold(name): "le nom"})
    assert any(hidden.in_text(text) for text in texts(tmp_path / "a.html"))


def test_an_archive_in_an_archive(tmp_path: Path) -> None:
    hidden_sheet(tmp_path / "in.xlsx", "987654.32")
    with zipfile.ZipFile(tmp_path / "out.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "in.xlsx", "in.xlsx")
    assert is_found(tmp_path / "out.zip")


def test_an_unknown_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").write_bytes(b"\0")
    with pytest.raises(GateError, match="vérifié"):
        list(texts(tmp_path / "x.duckdb"))


def test_digits_do_not_see_scale_or_format() -> None:
    written = ("45231.27", "45 231,27", "4523127", "45.23127", "45,231.27", "45231.270000000004")
    assert {digits(number) for number in written} == {"4523127"}


def test_the_gate_searches_every_folder_but_the_house(tmp_path: Path) -> None:
    pole = consent_pole(tmp_path / "ws")

    def name_in_one(folders: list[Path]) -> None:
        for folder in folders:
            if folder.name in ("internal", "sicoval"):
                (folder / "rapport.html").write_text("<title>Coopérative M3</title>", encoding="utf-8")

    with pytest.raises(GateError, match=r"sicoval/rapport\.html.*nom du membre M3"):
        publication(pole, name_in_one)
