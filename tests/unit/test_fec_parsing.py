"""Amounts and dates of a FEC in SQL against a slow and plain Python reading; encodings told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers import fec_layout, fec_stage
from periscope import warehouse
from periscope.warehouse import Connection


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with warehouse.connect(None) as opened:
        yield opened


def in_sql(connection: Connection, sql: str, texts: list[str]) -> list[object]:
    rows = connection.execute(
        f"select {sql} from (select unnest($texts) as x, generate_subscripts($texts, 1) as n) order by n",
        {"texts": texts},
    ).fetchall()
    return [row[0] for row in rows]


def plain_amount(text: str) -> Decimal | None:
    """Sign first or last, digits alone or by thousands, comma or point, two decimals or zeros after them."""
    if not text:
        return Decimal(0)
    sign = ""
    if text[0] in "+-":
        sign, text = text[0], text[1:].removeprefix(" ")
    elif text[-1] in "+-":
        sign, text = text[-1], text[:-1].removesuffix(" ")
    mark = "," if "," in text else "." if "." in text else ""
    whole, _, cents = text.partition(mark) if mark else (text, "", "")
    groups = whole.split(" ")
    if not all(group.isascii() and group.isdigit() for group in groups if group or len(groups) > 1):
        return None
    if len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])):
        return None
    if cents and not (cents.isascii() and cents.isdigit()):
        return None
    if mark == "." and len(cents) in (0, 3):
        return None
    if len(cents) > 2 and cents[2:].strip("0"):
        return None
    digits = "".join(groups)
    if (not digits and not cents) or len(digits.lstrip("0")) > 11:
        return None
    return Decimal(f"{sign}{digits or 0}.{cents or 0}").quantize(Decimal("0.01"))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.text(alphabet="0123456789,.+- eE€N/A_", max_size=14).map(str.strip), min_size=1, max_size=40)
)
def test_any_text_is_read_as_plain_python_does(connection: Connection, texts: list[str]) -> None:
    found = in_sql(connection, fec_stage.amount_sql("x"), texts)
    assert dict(zip(texts, found, strict=True)) == {text: plain_amount(text) for text in texts}


STYLES = [
    lambda cents: f"{cents / 100:.2f}".replace(".", ","),
    lambda cents: f"{cents / 100:.2f}",
    lambda cents: f"{abs(cents) / 100:.2f}".replace(".", ",") + ("-" if cents < 0 else "+"),
    lambda cents: ("-" if cents < 0 else "+") + f"{abs(cents) / 100:.2f}".replace(".", ",").zfill(13),
    lambda cents: f"{cents / 100:,.2f}".replace(",", " ").replace(".", ","),
]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=40), st.sampled_from(STYLES))
def test_an_amount_written_is_the_amount_read(connection: Connection, cents: list[int], style) -> None:  # type: ignore[no-untyped-def]
    texts = [style(one) for one in cents]
    assert in_sql(connection, fec_stage.amount_sql("x"), texts) == [Decimal(one) / 100 for one in cents]


@pytest.mark.parametrize(
    "text", ["1.725.000", "1.000", "1 23,00", "12,345", "1E5", "(12,00)", "N/A", "--1", "1,2,3"]
)
def test_ambiguous_amounts_are_refused(connection: Connection, text: str) -> None:
    assert in_sql(connection, fec_stage.amount_sql("x"), [text]) == [None]


FORMS = ["%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d%m%Y", "%Y-%m-%dT00:00:00"]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.dates(date(1900, 1, 1), date(2099, 12, 31)), min_size=1, max_size=40), st.sampled_from(FORMS)
)
def test_a_date_written_is_the_date_read(connection: Connection, days: list[date], form: str) -> None:
    assert in_sql(connection, fec_stage.date_sql("x"), [day.strftime(form) for day in days]) == days


def test_eight_figures_are_never_two_dates(connection: Connection) -> None:
    days = [date(1900, 1, 1) + timedelta(days=n) for n in range(73_049)]
    for form in ("%Y%m%d", "%d%m%Y"):
        assert in_sql(connection, fec_stage.date_sql("x"), [day.strftime(form) for day in days]) == days


def plain_date(text: str) -> date | None:
    """Year, month, day or day, month, year; marks may lack when every digit is there; a time is ignored."""
    mark = "[-/. ]"
    for form in (
        rf"(?P<y>\d{{4}}){mark}?(?P<m>\d\d){mark}?(?P<d>\d\d)([T ].*)?",
        rf"(?P<d>\d\d?){mark}(?P<m>\d\d?){mark}(?P<y>\d{{4}})([T ].*)?",
        r"(?P<d>\d\d)(?P<m>\d\d)(?P<y>\d{4})",
    ):
        found = re.fullmatch(form, text, re.ASCII)
        try:
            day = date(int(found["y"]), int(found["m"]), int(found["d"])) if found else None
        except ValueError:
            continue
        if day and 1900 <= day.year <= 2099:
            return day
    return None


@st.composite
def nearly_dates(draw: st.DrawFn) -> str:
    """Texts that look like dates, right or wrong."""
    mark = draw(st.sampled_from(["", "-", "/", ".", " "]))
    year, month, day = draw(st.integers(1890, 2110)), draw(st.integers(0, 14)), draw(st.integers(0, 33))
    text = mark.join(draw(st.permutations([f"{year}", f"{month:02d}", f"{day:02d}"])))
    return text + draw(st.sampled_from(["", "", "T12:00:00", " 08:15", "x"]))


@settings(max_examples=150, deadline=None)
@given(st.lists(nearly_dates() | st.text(alphabet="0123456789-/. T:", max_size=12), min_size=1, max_size=40))
def test_any_text_is_the_date_that_plain_python_reads(connection: Connection, texts: list[str]) -> None:
    texts = [text.strip() for text in texts]
    found = in_sql(connection, fec_stage.date_sql("x"), texts)
    assert dict(zip(texts, found, strict=True)) == {text: plain_date(text) for text in texts}


@pytest.mark.parametrize(
    "text", ["20260231", "00000000", "20991332", "0098-01-01", "31/02/2026", "2026", "12 mars"]
)
def test_impossible_dates_are_refused(connection: Connection, text: str) -> None:
    assert in_sql(connection, fec_stage.date_sql("x"), [text]) == [None]


SENTENCE = "Écriture n° 12 : été à l'école, façade, où, août, Noël, cœur"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-15", "cp850", "utf-16"])
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    text = SENTENCE.replace("œ", "oe") if encoding == "cp850" else SENTENCE
    path = tmp_path / "file"
    path.write_bytes((text + "\n").encode(encoding))
    assert fec_layout.encoding_of_file(path) == encoding


def test_a_lone_degree_sign_tells_code_page_850(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes("Facture n° 12\n".encode("cp850"))
    assert fec_layout.encoding_of_file(path) == "cp850"
    path.write_bytes("Montant 12 €\n".encode("cp1252"))
    assert fec_layout.encoding_of_file(path) == "cp1252"
