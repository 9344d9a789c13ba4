"""Hostile containers cost their file a clear refusal, in seconds, and nothing else (SAFETY I01 to I04)."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ingest import contained
from ingest.contained import preflight
from ingest.sources import read_file
from ingest.unreadable import Unreadable
from tests.declared import STRUCTURE, context, workbook

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def xlsx(cells: str, shared: str = "") -> bytes:
    """The smallest workbook around one sheet's `cells`."""
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="emplois" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData></worksheet>',
        "xl/sharedStrings.xml": shared or f'<sst xmlns="{_MAIN}"/>',
    }
    return zipped(parts)


def zipped(parts: Mapping[str, str | bytes], again: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        if again:
            archive.writestr(again, "x")
    return buffer.getvalue()


def ods(table: str) -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    spaces = f'xmlns:office="{office}" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    body = f'<office:body><office:spreadsheet><table:table table:name="emplois">{table}</table:table></office:spreadsheet></office:body>'
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content {spaces}>{body}</office:document-content>",
            "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        }
    )


_CELL = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
_WIDE_CELL = _CELL.replace("office:value", 'table:number-columns-repeated="16384" office:value')
BOMBS: dict[str, Callable[[], bytes]] = {
    "far corner": lambda: xlsx('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "last row number": lambda: xlsx('<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>'),
    "unique count": lambda: xlsx("", f'<sst xmlns="{_MAIN}" uniqueCount="4294967295" count="4294967295"/>'),
    "spaces": lambda: ods('<table:table-row><table:table-cell office:value-type="string"><text:p><text:s text:c="2000000000"/></text:p></table:table-cell></table:table-row>'),
    "repeats": lambda: ods(f'<table:table-row table:number-rows-repeated="1048576">{_WIDE_CELL}</table:table-row>'),
    "big zip": lambda: zipped({"xl/workbook.xml": b" " * 200_000_000}),
    "nested dtd": lambda: zipped({"xl/workbook.xml": "<!--" + "x" * 5000 + '--><!DOCTYPE a [<!ENTITY b "c">]><a/>'}),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_and_the_run_goes_on(tmp_path: Path, name: str) -> None:
    bomb = tmp_path / "bomb.xlsx"
    bomb.write_bytes(BOMBS[name]())
    start = time.monotonic()
    reading = read_file(bomb, "declarations/bomb.xlsx", context())
    assert time.monotonic() - start < 30
    assert reading.is_refused
    assert reading.refusals[0].reason and reading.refusals[0].remedy
    good = workbook(tmp_path / "good.xlsx", {"structure": STRUCTURE, "emplois": []})
    assert [s.kind for s in read_file(good, "declarations/good.xlsx", context()).slices] == ["posts"]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (zipped({"a": b"\0" * 100_000_001}), "100 Mo"),
        (zipped({"../a": "x"}), "dangereux"),
        (zipped({"/a": "x"}), "dangereux"),
        (zipped({"a\\..\\b": "x"}), "dangereux"),
        (zipped({"a": "<!DOCTYPE x>"}), "DTD"),
        (zipped({"a": "<!DOCTYPE x>".encode("utf-16")}), "DTD"),
        (zipped({"a": "<!entity x>"}), "DTD"),
        (zipped({"a": b" " * (1 << 20) + b"<!DOCTYPE x>"}), "DTD"),
        (zipped({"a": b" " * ((1 << 20) - 4) + b"<!DOCTYPE x>"}), "DTD"),
        (b"PK\x03\x04" + b"\0" * 100, "abîmée"),
    ],
)
def test_preflight(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(Unreadable) as caught:
        preflight(path)
    assert word in caught.value.reason


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_preflight_duplicate_members(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(zipped({"a": "x"}, again="a"))
    with pytest.raises(Unreadable):
        preflight(path)


def test_a_reader_that_hangs_or_dies_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contained, "WALL_SECONDS_PER_CPU_SECOND", 0.1)
    for module, function in (
        ("time", "sleep_for_ever"),
        ("tests.misbehaving", "hang"),
        ("tests.misbehaving", "die"),
        ("tests.misbehaving", "swell"),
        ("tests.misbehaving", "write"),
    ):
        with pytest.raises(Unreadable) as caught:
            contained.call(module, function, tmp_path, "canari", context())
        assert "canari" not in str(caught.value)
    assert not any(path.stat().st_size for path in tmp_path.iterdir())
    monkeypatch.undo()
    assert contained.call("tests.misbehaving", "answer", tmp_path, "oui", context()) == "oui"


_HEAD = "Salle;Début;Fin;Réservé par\n"
HOSTILE_TEXTS = {
    # each line closes the quotation mark of the one before and opens another: the square of its length, once
    "bookings/open.csv": _HEAD + '"y";"z\n' * 60_000,
    "bookings/short.csv": _HEAD + '"\n' + "a\n" * 120_000,
    "bookings/wide.sql": "insert into mrbs_entry values (" + "1," * 1_000_000,
    "bookings/long.sql": "create table mrbs_entry (" + "a," * 1_000_000 + ");",
    "bookings/copies.sql": "-- mrbs_entry\n"
    + "insert into mrbs_entry (a) values (1);\n"
    + "COPY a (\n" * 200_000,
}


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_a_hostile_text_takes_time_and_memory_by_its_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Read to its end, not cut short by the limits: every reader is linear, and what it keeps is bounded.

    Each takes 2 to 10 s. The limit of a run would make a slow machine fail this; the square of a length takes more
    than any.
    """
    monkeypatch.setattr(contained, "CPU_SECONDS", 60)
    path = tmp_path / "hostile"
    path.write_text(HOSTILE_TEXTS[name], encoding="utf-8")
    reading = read_file(path, name, context())
    assert reading.kind_of_file in ("csv", "mrbs")
    assert len(reading.refusals) <= 100_002
    refused = sum(piece.rows_refused for piece in reading.slices)
    assert refused == sum(piece.rows_read for piece in reading.slices)


def test_a_dump_of_nothing_but_nested_lists_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.sql"
    path.write_text("insert into mrbs_entry values " + "((((\n" * 1_000_000, encoding="utf-8")
    reading = read_file(path, "bookings/deep.sql", context())
    assert reading.is_refused
    assert "parenthèses" in reading.refusals[0].reason


def test_a_text_past_the_limits_costs_its_file_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contained, "CPU_SECONDS", 1)
    monkeypatch.setattr(contained, "CPU_SECONDS_PER_MB", 0)
    path = tmp_path / "hostile.sql"
    path.write_text("insert into mrbs_entry values (" + "1," * 10_000_000, encoding="utf-8")
    reading = read_file(path, "bookings/hostile.sql", context())
    assert reading.is_refused
    assert "trop de temps ou de mémoire" in reading.refusals[0].reason
    good = workbook(tmp_path / "good.xlsx", {"structure": STRUCTURE, "emplois": []})
    assert [s.kind for s in read_file(good, "declarations/good.xlsx", context()).slices] == ["posts"]


def test_a_small_file_waits_less_than_20_ms_for_its_reader(tmp_path: Path) -> None:
    """The best of several: a busy machine must not fail this."""
    path = tmp_path / "small.csv"
    path.write_text(_HEAD + "Salle;2026-07-01 09:00;2026-07-01 10:00;A\n", encoding="utf-8")
    contained.call("tests.misbehaving", "answer", path, "oui", context())
    took = []
    for _ in range(20):
        start = time.perf_counter()
        contained.call("tests.misbehaving", "answer", path, "oui", context())
        took.append(time.perf_counter() - start)
    assert min(took) < 0.02
