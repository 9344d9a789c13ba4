"""The claim ladder: every rung of the catalogue is on it, and words follow the evidence."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from periscope import catalogue, claims
from periscope.reader_context import Text
from reports import lexicon, wording
from reports.figures import Figure, Figures
from tests.fixtures import reader_folder


def test_every_rung_of_the_catalogue_is_on_the_ladder() -> None:
    assert {one.rung for one in catalogue.load().values()} <= set(claims.ladder())
    assert [rung.level for rung in claims.ladder().values()] == [1, 2, 3, 4]


def test_families_of_words_are_those_the_ladder_knows() -> None:
    allowed = frozenset().union(*(rung.allows for rung in claims.ladder().values()))
    assert set(lexicon.CLAIMS) <= allowed
    causal = [name for name, rung in claims.ladder().items() if "cause" in rung.allows]
    assert causal == ["counterfactual"]


@pytest.fixture
def effect(tmp_path: Path) -> list[Figure]:
    folder = reader_folder.write(tmp_path, "committee")
    found = [f for f in Figures.load(folder) if f.indicator_id.startswith("jobs_effect")]
    assert {f.indicator_id for f in found} >= {"jobs_effect", "jobs_effect_low", "jobs_effect_high"}
    return found


def remarks(figures: list[Figure], words: str, indicator_id: str = "jobs_effect") -> list[str]:
    figure_id = next(f.figure_id for f in figures if f.indicator_id == indicator_id)
    text = Text("G1", "t.md", words.format(f"[[{figure_id}]]"))
    return [str(remark) for remark in wording.check(text, Figures(figures))]


CAUSE = "Le pôle a généré {}."


@pytest.mark.parametrize(("low", "is_said"), [("0.1", True), ("0", False), ("-0.1", False), (None, False)])
def test_an_effect_is_a_cause_only_when_its_interval_leaves_zero_out(
    effect: list[Figure], low: str | None, is_said: bool
) -> None:
    bound = None if low is None else Decimal(low)
    figures = [replace(f, value=bound) if f.indicator_id.endswith("_low") else f for f in effect]
    assert (remarks(figures, CAUSE) == []) is is_said


@pytest.mark.parametrize(
    ("rung", "words", "is_said"),
    [
        ("observed", "On observe {}.", True),
        ("observed", "Ce nombre, {}, est recoupé.", False),
        ("corroborated", "Ce nombre, {}, est recoupé.", True),
        ("declared_attribution", "On constate {}.", False),
        ("declared_attribution", "Les membres attribuent au pôle {}.", True),
        ("declared_attribution", CAUSE, False),
        ("corroborated", CAUSE, False),
    ],
)
def test_words_follow_the_rung(effect: list[Figure], rung: str, words: str, is_said: bool) -> None:
    told = remarks([replace(f, rung=rung) for f in effect], words)
    assert (told == []) is is_said
    if not is_said:
        assert claims.ladder()[rung].proposal_fr in told[0]
