"""FEC variants drawn at random say the same turnover; the traps of real exports each have a defined answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import fecs
from tests.fecs import NAMES, Line, accounts, flat

_AMOUNTS = ("Debit", "Credit")
_AMOUNT_STYLES: dict[str, Callable[[str], str]] = {
    "comma": lambda v: v,
    "point": lambda v: v.replace(",", "."),
    "zeros": lambda v: v.zfill(13),
    "plus": lambda v: "+" + v,
    "padded": lambda v: f"  {v} ",
    "thousands": lambda v: f"{int(v.split(',')[0]):,}".replace(",", " ") + "," + v.split(",")[1],
}
_DATE_STYLES: dict[str, Callable[[str], str]] = {
    "official": lambda v: v,
    "iso": lambda v: f"{v[:4]}-{v[4:6]}-{v[6:]}",
    "french": lambda v: f"{v[6:]}/{v[4:6]}/{v[:4]}",
    "padded": lambda v: f"{v}    ",
}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.sampled_from(sorted(_AMOUNT_STYLES)),
    dates=st.sampled_from(sorted(_DATE_STYLES)),
    names=st.permutations([*NAMES, "Analytique"]),
    separator=st.sampled_from(["\t", "|", ";"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "iso8859-15", "cp850", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"]),
    after=st.booleans(),
    case=st.sampled_from([str, str.upper, str.lower]),
)
def test_any_mixture_of_variants_says_the_same_turnover(
    tmp_path: Path,
    amounts: str,
    dates: str,
    names: list[str],
    separator: str,
    encoding: str,
    end: str,
    after: bool,
    case: Callable[[str], str],
) -> None:
    def change(name: str, value: str) -> str:
        if value and name in _AMOUNTS:
            return _AMOUNT_STYLES[amounts](value)
        return _DATE_STYLES[dates](value) if value and name.endswith("Date") else value

    content = flat(accounts(), names=names, separator=separator, end=end, encoding=encoding, change=change, title=case,
                   after=separator if after else "")  # fmt: skip
    with fecs.loaded(tmp_path, content) as (connection, reading):
        assert [(r.row, r.reason) for r in reading.refusals] == []
        assert (reading.slices[0].rows_read, fecs.turnover(connection)) == (len(accounts()), fecs.TURNOVER)


def changed(place: int, **cells: str) -> list[Line]:
    lines = accounts()
    lines[place] |= cells
    return lines


#: name -> lines, columns, rows refused, a finding's code or "", turnover
TRAPS: dict[str, tuple[list[Line], list[str], int, str, str]] = {
    "unbalanced": (changed(6, Credit="2433,33"), NAMES, 0, "unbalanced_file", "12334.56"),
    "impossible date": (changed(6, EcritureDate="20260230"), NAMES, 1, "unbalanced_file", "9901.23"),
    "entry outside the year": (changed(6, EcritureDate="20250220"), NAMES, 0, "unbalanced_number", "11334.56"),
    "validated before entered": (changed(6, ValidDate="20250101"), NAMES, 0, "", "11334.56"),
    "two labels for one account": (changed(6, CompteLib="Autre"), NAMES, 0, "", "11334.56"),
    "debit and credit on one line": (changed(8, Debit="600,00", Credit="100,00"), NAMES, 0, "debit_and_credit", "11334.56"),
    "auxiliary number without label": (changed(5, CompAuxLib=""), NAMES, 0, "", "11334.56"),
    "currency without amount": (changed(6, Idevise="USD"), NAMES, 0, "", "11334.56"),
    "no opening entries": (accounts()[2:], NAMES, 0, "", "11334.56"),
    "short account": (changed(10, CompteNum="51"), NAMES, 0, "short_account", "11334.56"),
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_has_its_answer(tmp_path: Path, trap: str) -> None:
    lines, names, refused, code, turnover = TRAPS[trap]
    with fecs.loaded(tmp_path, flat(lines, names=names)) as (connection, reading):
        (piece,) = reading.slices
        assert (piece.rows_read, piece.rows_refused) == (len(lines), refused)
        assert not code or code in fecs.codes(reading)
        assert fecs.turnover(connection) == turnover


@pytest.mark.parametrize("missing", ["EcritureDate", "CompteNum", "Debit", "Credit"])
def test_a_missing_column_refuses_the_file_by_name(tmp_path: Path, missing: str) -> None:
    content = flat(accounts(), names=[name for name in NAMES if name != missing])
    with fecs.loaded(tmp_path, content) as (_, reading):
        (refusal,) = reading.refusals
        assert (reading.slices, refusal.code) == ([], "missing_column")
        assert missing in refusal.reason
