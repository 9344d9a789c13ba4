"""Identity: zeros put back are told, a bad control key is only a remark, near names are only proposed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from ingest.context import Context, Member
from ingest.identity import propose_member, propose_room, siren_remarks
from ingest.values import Unreadable, parse
from periscope.settings import Thresholds
from periscope.tables import STRUCTURE

SIREN = STRUCTURE.column("siren")


def context() -> Context:
    return Context(
        members=[
            Member("m1", "732829320", "Les Jardins du Canal"),
            Member("m2", "880878145", "Atelier Bois"),
        ],
        rooms={"S1": "Salle Éole"},
        aliases={},
        managing_body_siren="",
        mappings={},
        corrections=[],
        thresholds=Thresholds(),
        key=b"k" * 32,
        window=(date(2024, 1, 1), date(2026, 12, 31)),
    )


def codes(raw: object) -> list[str]:
    return [code for code, _ in siren_remarks(raw, str(parse(SIREN, raw)))]


def test_oracles_of_the_domain() -> None:
    assert (
        codes("732829320")
        == codes("88087814500015")
        == codes("35600000049837")
        == codes("35600000000048")
        == []
    )
    assert codes("732829321") == codes("000000001") == ["siren_luhn"]
    assert codes("88974287600009") == ["siren_luhn"]
    assert codes(5520135.0) == ["siren_repaired"]


@given(st.integers(1, 10**8 - 1))
def test_lost_zeros_come_back_or_are_refused(number: int) -> None:
    text = f"{number:09d}"
    if luhn.is_valid(text) and number >= 10**4:
        assert parse(SIREN, number) == text
        assert codes(number) == ["siren_repaired"]
    else:
        with pytest.raises(Unreadable):
            parse(SIREN, number)


def test_near_names_are_proposed_once_and_far_ones_are_not() -> None:
    known = context()
    for _ in range(2):
        propose_member("Jardins du canal (les)", known)
        propose_member("Les jardins du Cannal", known, kind="customer", where="FEC 2026")
        propose_room("salle eolle", known)
        propose_member("Boulangerie Martin", known)
    assert [(p.kind, p.raw_text, p.id, p.context) for p in known.proposals] == [
        ("customer", "Les jardins du Cannal", "m1", "FEC 2026"),
        ("room", "salle eolle", "S1", ""),
    ]
