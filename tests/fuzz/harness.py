"""Coverage-guided fuzzing of one reader written by hand:  python -m tests.fuzz.harness TARGET SECONDS

Seeds are tests/fixtures/corpus and the texts below. It ends with 0, or prints the input that broke a promise: such an
input becomes a file of the corpus and a test.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ingest"]):
    from ingest import headers, moments, numbers
    from ingest.readers import booking_dumps, fec
    from ingest.unreadable import Unreadable

from periscope import tables, warehouse
from periscope.receipts import Reading
from tests import fecs
from tests.declared import context

_CORPUS = Path(__file__).parents[1] / "fixtures" / "corpus"
_FOLDER = Path(tempfile.mkdtemp())
_OPENED = ExitStack()
_AMOUNTS = ["1 234,56 €", "1.725.000", "(12,00)", "-0,5", "1E5", "12 h 30", "½", "1'234.56", "٣"]
_DATES = [
    "31/12/2026",
    "2026-02-29",
    "1er mai 2026",
    "46000",
    "2026-10-25T02:30:00+02:00",
    "23:59",
    "12/2026",
]
_HEADERS = [column.label_fr for table in tables.DECLARATIONS.values() for column in table.columns]
_KNOWN = headers.Headers(list(tables.DECLARATIONS.values()), context())


def _answers(readers: list[Callable[[str], object]], text: str) -> None:
    """Each reader gives a value, or refuses in words."""
    for reader in readers:
        try:
            reader(text)
        except Unreadable as refusal:
            assert refusal.reason and refusal.remedy


def amounts(data: bytes) -> None:
    _answers([lambda t: numbers.decimal_of(t, 2), numbers.hours_of], data.decode("utf-8", "replace"))


def dates(data: bytes) -> None:
    _answers([moments.date_of, moments.instant_of, moments.time_of], data.decode("utf-8", "replace"))


def header(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    found = _KNOWN.match(text)
    # the case, spaces around and a mark of obligation say nothing
    assert found is None or _KNOWN.match(f" {text.upper().lower()} ") in (found, None)


def _whole(reading: Reading) -> None:
    """What is read is told, accepted or refused."""
    assert reading.slices or reading.refusals
    for piece in reading.slices:
        assert 0 <= piece.rows_refused <= piece.rows_read
    for refusal in reading.refusals:
        assert refusal.reason and refusal.remedy


def _file(name: str, data: bytes) -> Path:
    path = _FOLDER / name
    path.write_bytes(data)
    return path


@cache
def _warehouse() -> warehouse.Connection:
    """Opened once: opening one for each entry would take nearly all of the time."""
    connection = _OPENED.enter_context(warehouse.connect(None, threads=1))
    warehouse.create_raw(connection)
    return connection


def fec_file(data: bytes) -> None:
    connection = _warehouse()
    connection.begin()
    try:
        path = _file("a.txt", data)
        _whole(fec.load(connection, path, "revenue/732829320FEC20261231.txt", "f", fecs.context()))
    except Unreadable as refusal:
        assert refusal.reason and refusal.remedy
    finally:
        connection.rollback()


def fec_lines(data: bytes) -> None:
    """What is read by hand before DuckDB sees it: encoding, header, lines mended; thousands of entries a minute."""
    try:
        for batch in fec._Source(_file("a.txt", data), fecs.context(), Reading(kind_of_file="fec")).batches():
            assert batch.num_rows
    except (Unreadable, fec.FecError) as refusal:
        assert refusal.reason and refusal.remedy


def dump(data: bytes) -> None:
    try:
        _whole(booking_dumps.read(_file("a.sql", data), "bookings/a.sql", context()))
    except Unreadable as refusal:
        assert refusal.reason and refusal.remedy


#: target -> function, its seeds: files of the corpus by their suffix, or texts
TARGETS: dict[str, tuple[Callable[[bytes], None], str | list[str]]] = {
    "fec": (fec_file, ".fec"),
    "fec-lines": (fec_lines, ".fec"),
    "dumps": (dump, ".sql"),
    "amounts": (amounts, _AMOUNTS),
    "dates": (dates, _DATES),
    "headers": (header, _HEADERS),
}


def _seeds(wanted: str | list[str]) -> Path:
    folder = Path(tempfile.mkdtemp())
    if isinstance(wanted, str):
        for path in _CORPUS.glob(f"*{wanted}"):
            shutil.copy(path, folder)
    else:
        for number, text in enumerate(wanted):
            (folder / str(number)).write_text(text, encoding="utf-8")
    return folder


def main() -> None:
    name, seconds = sys.argv[1:]
    function, wanted = TARGETS[name]
    # 1 500 MB and 20 s are what the contained process of a reader may use
    options = [f"-max_total_time={seconds}", "-max_len=20000", "-timeout=20", "-rss_limit_mb=1500", "-seed=1"]
    atheris.Setup(
        [sys.argv[0], *options, "-print_final_stats=1", f"-artifact_prefix={_FOLDER}/", str(_seeds(wanted))],
        function,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
