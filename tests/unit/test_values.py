"""Cells: what is written is read back; what is ambiguous is refused and the refusal never quotes the cell."""

# ruff: noqa: DTZ001 - naive instants are what the warehouse holds

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.context import fold
from ingest.moments import PARIS
from ingest.numbers import SPACES
from ingest.values import Unreadable, _stem, parse
from periscope import tables
from periscope.tables import Column


def read(kind: str, raw: object, **options: object) -> object:
    return parse(Column("c", kind, "C", **options), raw)  # type: ignore[arg-type]


def refused(kind: str, raw: object, **options: object) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(kind, raw, **options)
    return caught.value


def test_every_type_of_the_house_is_read() -> None:
    for kind in tables.SQL_TYPES:
        assert read(kind, "  ") is None
        assert read(kind, None) is None


AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


def french(value: Decimal, space: str) -> str:
    return f"{value:,.2f}".replace(",", space).replace(".", ",")


@given(AMOUNTS, st.sampled_from([*SPACES, ""]), st.sampled_from(["", "€", " €", " €", " EUR"]))
def test_amount_in_french(value: Decimal, space: str, currency: str) -> None:
    assert read("eur", french(value, space) + currency) == value


@given(AMOUNTS)
def test_amount_other_signs_and_marks(value: Decimal) -> None:
    bare = french(abs(value), " ")
    assert read("eur", f"({bare})") == -abs(value)
    assert read("eur", f"{bare} -") == -abs(value)
    assert read("eur", f"−{bare}") == -abs(value)
    assert read("eur", f"{value:.2f}") == value
    assert read("eur", float(value)) == pytest.approx(value)


@given(st.integers(1, 10**7), st.integers(0, 999), st.sampled_from([".", ","]))
def test_three_digits_after_a_mark_are_ambiguous(whole: int, rest: int, mark: str) -> None:
    refused("eur", f"{whole}{mark}{rest:03d}")
    refused("fte", f"{whole}{mark}{rest:03d}")


@pytest.mark.parametrize(
    "text",
    ["1.725.000", "1,725,000", "1.234,56", "1,234.56", "1725.000 €", "12 34", "1'234", "1E5", "12 k€", "n.d.", "12,", "--3", "(12",
     "12,345", "nan", "inf", "#REF!", "٣", "1_000", "9" * 20],
)  # fmt: skip
def test_amounts_refused(text: str) -> None:
    assert text not in str(refused("eur", text)) + refused("eur", text).remedy


def test_amounts_of_spreadsheets() -> None:
    assert read("eur", 0.1 + 0.2) == Decimal("0.30")
    assert read("eur", 1234.0) == Decimal("1234.00")
    assert str(read("eur", -0.001)) == "0.00"
    refused("eur", True)
    refused("eur", float("nan"))


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_dates(day: date) -> None:
    for text in (
        day.isoformat(),
        f"{day:%d/%m/%Y}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%d-%m-%Y}",
        f"{day:%d.%m.%Y}",
        f"{day.isoformat()} 00:00:00",
        f"{day.isoformat()}T14:30:00.000+02:00",
    ):
        assert read("date", text) == day
    assert read("date", datetime.combine(day, time(9))) == day


def test_dates_in_words() -> None:
    assert read("date", "1er août 2026") == date(2026, 8, 1)
    assert read("date", "mardi 6 Décembre 2016") == date(2016, 12, 6)


@pytest.mark.parametrize(
    "raw",
    [
        "30/02/2026",
        "2026-13-01",
        "03/04/26",
        "30/09/0098",
        45000.0,
        "45000",
        "sept. 2026",
        "2026",
        "3/4-2026",
        "2026-9",
        True,
    ],
)
def test_dates_refused(raw: object) -> None:
    refused("date", raw)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)))
def test_instants(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    aware = moment.replace(tzinfo=UTC)
    assert read("instant", aware.isoformat()) == moment
    assert read("instant", aware.isoformat().replace("+00:00", "Z")) == moment
    assert read("instant", aware.astimezone(PARIS).isoformat()) == moment
    assert read("instant", aware) == moment


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("30/09/2026 14:30", datetime(2026, 9, 30, 12, 30)),
        ("2026-12-31 23:59", datetime(2026, 12, 31, 22, 59)),
        ("01/01/2026 à 00h30", datetime(2025, 12, 31, 23, 30)),
        ("2026-01-01T00:30+0000", datetime(2026, 1, 1, 0, 30)),
        ("31/12/2026 24:00", datetime(2026, 12, 31, 23)),
        ("25/10/2026 02:30", datetime(2026, 10, 25, 0, 30)),
        ("29/03/2026 02:30", datetime(2026, 3, 29, 1, 30)),
        ("30/09/2026 9h", datetime(2026, 9, 30, 7)),
    ],
)
def test_instants_of_paris(text: str, utc: datetime) -> None:
    assert read("instant", text) == utc


@pytest.mark.parametrize(
    "raw",
    ["30/09/2026", "14:30", "2026-09-30T25:00", "2026-09-30T10:00+99:00", 45000.5, "2026-09-30 10:00 CET"],
)
def test_instants_refused(raw: object) -> None:
    refused("instant", raw)


@given(st.decimals(0, 1, places=6))
def test_shares(value: Decimal) -> None:
    assert read("share", str(value)) == value
    assert read("share", str(value).replace(".", ",")) == value
    assert read("share", f"{value * 100:f} %".replace(".", ",")) == value
    if 1 < value * 100 <= 100:
        assert read("share", f"{value * 100:f}") == value


def test_share_bounds() -> None:
    assert read("share", 80.0) == Decimal("0.8")
    assert read("share", "1 %") == Decimal("0.01")
    assert read("share", 1) == 1
    for raw in ("120", "-0,1", "150 %", "un peu"):
        refused("share", raw)


@pytest.mark.parametrize(
    ("raw", "hours"),
    [
        (timedelta(hours=151, minutes=40), "151.67"),
        ("35h30", "35.50"),
        ("151,67", "151.67"),
        (time(7, 45), "7.75"),
        (12.5, "12.50"),
    ],
)
def test_hours(raw: object, hours: str) -> None:
    assert read("hours", raw) == Decimal(hours)


def test_hours_refused() -> None:
    for raw in ("-3", "12:75", "12.500"):
        refused("hours", raw)


@given(st.integers(0, 23), st.integers(0, 59))
def test_times(hour: int, minute: int) -> None:
    wanted = f"{hour:02d}:{minute:02d}"
    for raw in (
        wanted,
        f"{hour}h{minute:02d}",
        f"{wanted}:00",
        time(hour, minute),
        timedelta(hours=hour, minutes=minute),
    ):
        assert read("time", raw) == wanted


def test_times_and_days() -> None:
    assert read("time", "24:00") == "24:00"
    assert [read("weekday", raw) for raw in ("lundi", "Dim.", 3.0, "7", "mar")] == [1, 7, 3, 7, 2]
    for kind, raw in (("time", "24:30"), ("time", 0.5), ("weekday", "8"), ("weekday", "m"), ("weekday", 0)):
        refused(kind, raw)


@pytest.mark.parametrize(
    ("raw", "siren"),
    [("732 829 320", "732829320"), (732829320.0, "732829320"), ("73282932000074", "732829320"), (88087814500015.0, "880878145"),
     ("5520135", "005520135"), (5520135.0, "005520135"), ("000000001", "000000001"), ("111111111", "111111111")],
)  # fmt: skip
def test_siren(raw: object, siren: str) -> None:
    assert read("siren", raw) == siren


@pytest.mark.parametrize(
    "raw",
    [
        "000000000",
        "8,80878E+13",
        "8.80878E+13",
        "5520136",
        "1234567890",
        "73282932A",
        "١٢٣٤٥٦٧٨٩",
        "-732829320",
        0,
        "00000000000000",
    ],
)
def test_siren_refused(raw: object) -> None:
    refused("siren", raw)


def test_quarters() -> None:
    for raw in ("2026-Q3", "T3 2026", "2026T3", "3e trimestre 2026", "3ème trimestre 2026"):
        assert read("quarter", raw) == "2026-Q3"
    refused("quarter", "2026-Q5")
    refused("quarter", "2026")


ENUMS = [
    c
    for t in (*tables.DECLARATIONS.values(), tables.BOOKINGS, *tables.REGISTER.values())
    for c in t.columns
    if c.choices
]


@pytest.mark.parametrize("column", ENUMS, ids=lambda c: c.name)
def test_every_spelling_of_a_choice_names_one_choice(column: Column) -> None:
    seen: dict[str, str] = {}
    for identifier, spellings in column.choices.items():
        for text in (identifier, *spellings):
            assert parse(column, text.upper()) == identifier
            assert parse(column, f"  {text} ") == identifier
            assert seen.setdefault(_stem(fold(text)), identifier) == identifier
    assert "canari" not in str(refused("enum", "canari", choices=column.choices))


def test_gender_and_number_of_an_answer_are_folded() -> None:
    assert parse(tables.POSTS.column("category"), "créée") == "created"
    assert parse(tables.COLLABORATIVE_PROJECTS.column("status"), "Menée") == "run"


def test_text_keeps_what_was_typed() -> None:
    assert read("text", 12.0) == "12"
    assert read("text", "0012") == "0012"
    assert read("text", "=HYPERLINK()") == "=HYPERLINK()"
    assert read("text", "a\x00b") == "a b"
    assert read("text", date(2026, 1, 2)) == "2026-01-02"


@given(st.text())
def test_no_text_breaks_any_type(text: str) -> None:
    for kind in tables.SQL_TYPES:
        try:
            value = read(kind, text)
        except Unreadable as error:
            assert error.reason and error.remedy
        else:
            str(value).encode()


def test_bool_and_count() -> None:
    assert [read("bool", raw) for raw in ("oui", "NON", True, 1.0, 0, "vrai")] == [
        True,
        False,
        True,
        True,
        False,
        True,
    ]
    assert [read("count", raw) for raw in ("12", 12.0, "1 200")] == [12, 12, 1200]
    for raw in ("12,5", "-1", "1.200", 3 * 10**9):
        refused("count", raw)
    refused("bool", "peut-être")
