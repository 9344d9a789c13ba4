"""parse(format(x)) = x for headers, encodings and tables of text; readers of hostile bytes answer, whatever they are."""

from __future__ import annotations

import csv
import io
import random
import struct
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ingest import headers, moments, numbers
from ingest.demo import xls
from ingest.readers import booking_dumps, fec, text_tables, xls_marks
from ingest.sources import read_file
from ingest.unreadable import Unreadable
from periscope import tables
from tests import fecs
from tests.declared import context

_CORPUS = Path(__file__).parents[1] / "fixtures" / "corpus"
_COLUMNS = [(table, column) for table in tables.DECLARATIONS.values() for column in table.columns]


@given(
    st.sampled_from(_COLUMNS),
    st.sampled_from([str.upper, str.lower, str.title, lambda text: text.replace(" ", "  "), lambda text: text.replace(" ", "\n")]),
    st.sampled_from(["", " ", "*", " *", " :", " (obligatoire)", " ?", "\u00a0", "."]),
    st.sampled_from(["", " ", "\t", "\u202f"]),
)  # fmt: skip
def test_a_header_is_known_however_it_is_dressed(given_column, dress, after: str, before: str) -> None:  # type: ignore[no-untyped-def]
    table, column = given_column
    match = headers.Headers([table], context()).match
    for name in (column.label_fr, column.name):
        assert match(before + dress(name) + after) == column.name


@given(st.sampled_from(_COLUMNS), st.sampled_from(["k€", "milliers", "2025", "bis", "prévu"]))
def test_a_header_that_says_more_is_not_guessed(given_column, more: str) -> None:  # type: ignore[no-untyped-def]
    table, column = given_column
    assert headers.Headers([table], context()).match(f"{column.label_fr} {more}") is None


_FRENCH = st.lists(
    st.sampled_from(["été", "où", "façade", "hôtel", "naïf", "çà", "réalisé", "près", "dû", "élève"]),
    min_size=3,
    max_size=30,
)


@given(_FRENCH, st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "iso8859-15", "cp850", "utf-16", "utf-16-le", "utf-16-be"]))  # fmt: skip
def test_a_french_text_comes_back_from_any_encoding(words: list[str], encoding: str) -> None:
    text = "Référence;" + ";".join(words) + "\n"
    assert text_tables.decode(text.encode(encoding))[0].lstrip("\ufeff") == text


_CELLS = st.text(alphabet="abé 0123456789'\"\n(){}%€", max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(_CELLS, min_size=3, max_size=3), min_size=2, max_size=8), st.sampled_from([";", ",", "\t", "|"]),
       st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.sampled_from(["\n", "\r\n"]))  # fmt: skip
def test_a_table_of_text_comes_back_cell_by_cell(
    rows: list[list[str]], separator: str, quoting: int, end: str
) -> None:
    rows = [["Référence", "Intitulé", "Montant"], *rows]
    assume(all(any(cell.strip() for cell in row) for row in rows))
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, quoting=quoting, lineterminator=end).writerows(rows)  # type: ignore[arg-type]
    grid = text_tables.parse(buffer.getvalue().encode())
    assert grid.separator == separator
    assert [row.cells for row in grid.sheets[0].rows] == rows
    assert not [row.defect for row in grid.sheets[0].rows if row.defect]


@given(st.text(max_size=40))
def test_amounts_and_dates_answer_or_refuse_any_text(text: str) -> None:
    for reader in (
        lambda t: numbers.decimal_of(t, 2),
        numbers.hours_of,
        moments.date_of,
        moments.instant_of,
        moments.time_of,
    ):
        try:
            reader(text)
        except Unreadable as refusal:
            assert refusal.reason.endswith(".") and refusal.remedy


def mutated(seed: bytes, draw: random.Random) -> bytes:
    """A few bytes of `seed` changed, removed, repeated or moved, as broken transports and editors do."""
    content = bytearray(seed)
    for _ in range(draw.randint(1, 8)):
        place, length = draw.randrange(len(content)), draw.randint(1, 12)
        piece = content[place : place + length]
        kind = draw.randrange(4)
        if kind == 0:
            content[place : place + length] = bytes(
                draw.choice(b"\0\t\r\n\"';|,.-+()\xe9\xff09A") for _ in range(length)
            )
        elif kind == 1 and len(content) > 2 * length:
            del content[place : place + length]
        elif kind == 2:
            content[place:place] = piece * draw.randint(1, 50)
        else:
            other = draw.randrange(len(content))
            content[other:other] = piece
    return bytes(content)


SEEDS = sorted(path.name for path in _CORPUS.iterdir())


@pytest.mark.parametrize("name", SEEDS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.randoms(use_true_random=False))
def test_no_broken_file_defeats_its_reader(tmp_path: Path, name: str, draw: random.Random) -> None:
    path = tmp_path / name
    path.write_bytes(mutated((_CORPUS / name).read_bytes(), draw))
    if path.suffix == ".fec":
        reading = fec.read(path, "revenue/732829320FEC.txt", fecs.context())
    elif path.suffix == ".sql":
        reading = booking_dumps.read(path, f"bookings/{name}", context())
    else:
        reading = read_file(path, f"declarations/{name}", context())
        assert "a fait échouer" not in repr(reading.refusals)
    assert reading.slices or reading.refusals
    for piece in reading.slices:
        assert 0 <= piece.rows_refused <= piece.rows_read
        assert piece.kind == "fec" or len(piece.rows) >= piece.rows_accepted
    for refusal in reading.refusals:
        assert refusal.reason and refusal.remedy


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_broken_xls_is_searched_for_ever(draw: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xls"
        xls.write_xls(path, {"emplois": [["post_ref", 1], ["A", 2.5]]})
        raw = mutated(path.read_bytes(), draw)
    try:
        xls_marks.of_xls(raw)
    except (struct.error, IndexError, KeyError, ValueError):
        return


def test_i06_a_line_of_too_many_cells_is_refused_alone() -> None:
    content = "post_ref;title\n" + ";" * 1_000_000 + "\nA;B\n"
    rows = text_tables.parse(content.encode()).sheets[0].rows
    assert [row.defect for row in rows] == ["", "Cette ligne a 1000001 cases.", ""]
    assert rows[2].cells == ["A", "B"]
