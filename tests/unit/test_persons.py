"""Persons: one person, one pseudonym, however the name is written; no key, no pseudonym."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.persons import (
    HOLDER_CODE,
    holder_pid,
    known_code,
    propose_near_holders,
    remember_holder,
    title_key,
)
from tests.declared import context

KEY = b"k" * 32
BORN = date(1990, 5, 1)


@pytest.mark.parametrize(
    ("surname", "first_name"),
    [("LEFEVRE MARTIN", "zoé"), ("lefèvre-martin", "Zoe"), ("Zoé", "Lefèvre Martin"), (" Lefèvre\u2011Martin ", "ZOÉ"), ("Martin-Lefèvre", "Zoé")],
)  # fmt: skip
def test_one_person_written_in_several_ways(surname: str, first_name: str) -> None:
    assert holder_pid(surname, first_name, BORN, KEY) == holder_pid("Lefèvre-Martin", "Zoé", BORN, KEY)


@given(st.text(max_size=20), st.text(max_size=20), st.dates())
def test_a_pseudonym_is_a_code_and_depends_on_key_and_birth(
    surname: str, first_name: str, born_on: date
) -> None:
    pid = holder_pid(surname, first_name, born_on, KEY)
    if pid is None:
        return
    assert known_code(pid) == pid
    assert pid == holder_pid(first_name, surname, born_on, KEY)
    assert pid != holder_pid(surname, first_name, born_on, b"x" * 32)
    assert pid != holder_pid(surname, first_name, None, KEY)


def test_no_name_no_pseudonym() -> None:
    assert holder_pid("", " - ", BORN, KEY) is None
    assert known_code("Zoé Lefèvre") is None
    assert HOLDER_CODE.type == "text"


def test_titles() -> None:
    assert title_key("L'Épicerie de la Gare") == title_key("EPICERIE GARE") == title_key("épicerie-gare")
    assert title_key("Le") == "le"
    assert title_key(" ?! ") is None
    assert title_key("Épicerie") != title_key("Épicerie bio")


def test_near_holders_only() -> None:
    known = context()
    for pid, surname, born_on in (
        ("a", "Lefèvre", BORN),
        ("b", "Lefebvre", BORN),
        ("c", "Durand", BORN),
        ("d", "Lefèvre", date(1991, 5, 1)),
    ):
        remember_holder(pid, surname, "Zoé", born_on, f"place {pid}", known)
    propose_near_holders(known.holders, set("abcd"), known)
    assert {(p.raw_text, p.id) for p in known.proposals} == {("place a", "place b"), ("place a", "place d")}
    propose_near_holders(known.holders, set(), known)
    assert len(known.proposals) == 2
