"""The primary rule at its thresholds: which figures betray somebody by themselves, outside the house."""

from __future__ import annotations

from decimal import Decimal

import pytest

from periscope.settings import Secrecy
from protection.primary import Figure, Parts, by_siren, cause, is_safe_for_enterprises

RULE = Secrecy()
FEW, DOMINATED = "Moins de 3 entreprises.", "Une entreprise domine ce chiffre."


def amounts(*told: str) -> dict[str, Decimal]:
    return {f"S{number}": Decimal(text) for number, text in enumerate(told)}


def part(*told: str) -> dict[tuple[str, str], Decimal]:
    return {(f"E{siren}", siren): amount for siren, amount in amounts(*told).items()}


def figure(
    secrecy: str = "enterprise",
    parts: Parts | None = None,
    *,
    dimension: str = "all",
    unit: str = "eur",
    value: int | None = 100,
    numerator: int | None = None,
    denominator: int | None = None,
    contributors: int = 3,
) -> Figure:
    counts = [None if n is None else Decimal(n) for n in (value, numerator, denominator)]
    return Figure(
        "f", "turnover_total", "2026-Q3", "members", dimension, "all", unit, secrecy, True, True,
        counts[0], counts[1], counts[2], contributors, parts or {},
    )  # fmt: skip


def why(one: Figure, *known: str) -> str:
    return cause(one, RULE, frozenset(known))


@pytest.mark.parametrize(
    ("told", "is_safe"),
    [
        (("85", "10", "5"), True),
        (("85.01", "10", "4.99"), False),
        (("50", "50"), False),
        # a gain and a loss are both amounts: -90 of 100 dominates, whatever the sum
        (("-90", "5", "5"), False),
        (("-40", "30", "30"), True),
        (("0", "0", "0"), False),
        (("1", "1", "0"), True),
    ],
)
def test_three_enterprises_and_none_above_85_percent(told: tuple[str, ...], is_safe: bool) -> None:
    assert is_safe_for_enterprises(amounts(*told), RULE) is is_safe


def test_establishments_and_spellings_of_one_siren_are_one_enterprise() -> None:
    told = {("shop", "1"): Decimal(2), ("shop bis", "1"): Decimal(3), ("abroad", ""): Decimal(4)}
    assert by_siren(told) == {"1": Decimal(5), "abroad": Decimal(4)}


def test_what_is_internal_or_of_one_member_says_why() -> None:
    assert why(figure("internal")) == "Donnée réservée à l'édition interne."
    assert why(figure(dimension="member", parts={"value": part("5")})) == "Chiffre d'un seul membre."
    assert why(figure("exempt", dimension="member")) == "Chiffre d'un seul membre."


@pytest.mark.parametrize("told", [(1, None, None), (None, 1, None), (None, None, 1)])
def test_a_row_is_empty_only_when_it_tells_no_number_at_all(told: tuple[int | None, ...]) -> None:
    parts: Parts = {"value": part("1", "2")}
    assert why(figure(parts=parts, value=None)) == ""
    assert why(figure(parts=parts, value=told[0], numerator=told[1], denominator=told[2])) == FEW


def test_an_exempt_figure_of_two_is_told() -> None:
    assert why(figure("exempt", {"value": part("1", "2")})) == ""


@pytest.mark.parametrize(("count", "is_told"), [(3, True), (2, False), (0, False)])
def test_a_count_of_persons_is_told_from_three(count: int, is_told: bool) -> None:
    assert (why(figure("person", unit="count", value=count)) == "") is is_told


@pytest.mark.parametrize(
    ("numerator", "denominator", "is_told"), [(3, 9, True), (2, 9, False), (3, 2, False), (None, 9, True)]
)
def test_a_rate_of_persons_is_told_when_both_its_counts_are(
    numerator: int | None, denominator: int | None, is_told: bool
) -> None:
    rate = figure("person", unit="share", value=0, numerator=numerator, denominator=denominator)
    assert (why(rate) == "") is is_told


@pytest.mark.parametrize(
    ("value", "contributors", "expected"), [(0, 0, ""), (7, 2, FEW), (7, 3, ""), (None, 0, "")]
)
def test_an_estimate_without_sources_hides_fewer_than_three(
    value: int | None, contributors: int, expected: str
) -> None:
    assert why(figure(value=value, numerator=1, contributors=contributors)) == expected


def test_every_part_of_a_rate_must_be_safe() -> None:
    safe, dominated = part("30", "30", "40"), part("90", "5", "5")
    assert why(figure(parts={"numerator": safe, "denominator": safe})) == ""
    assert why(figure(parts={"numerator": safe, "denominator": dominated})) == DOMINATED
    assert why(figure(parts={"numerator": part("1", "2"), "denominator": safe})) == FEW


def test_what_one_agreed_to_show_no_longer_protects_the_others() -> None:
    four = figure(parts={"value": part("25", "25", "25", "25")})
    assert why(four, "S0") == ""
    assert why(four, "S0", "S1") == FEW
    # the last one who did not agree would be known by difference
    assert why(four, "S0", "S1", "S2") == FEW
    # nobody is left to be betrayed
    assert why(four, "S0", "S1", "S2", "S3") == ""
    # without S0, S1 is 90 % of what is left
    assert why(figure(parts={"value": part("100", "90", "5", "5")}), "S0") == DOMINATED
