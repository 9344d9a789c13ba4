"""An effect beside the masks: no equation that binds a member, and no effect that one organisation makes."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from impact.imputation import impute
from periscope.settings import Secrecy
from protection.primary import Figure, Parts, cause
from protection.relations import Amounts, enterprise_terms
from protection.system import parents
from tests.unit.test_impact import world

D = Decimal


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_any_amount_of_a_member_fits_a_published_effect(missing: float) -> None:
    """Each organisation outside, of whom nothing else is told, weighs up in some quarters and down in others: what it
    declared could make up for any amount of any member, with no sum to contradict it."""
    panel = world(8, members=8, outside=10, missing=missing)
    weights = impute(panel).weights
    for unit in np.flatnonzero(~panel.is_member):
        own = weights[panel.unit == unit]
        assert own.min() < -1e-6 < 1e-6 < own.max()
        assert own.sum() == pytest.approx(0, abs=1e-9)  # its own level says nothing either


def effect(parts: Parts, end: str = "") -> Figure:
    cell = ("jobs_effect" + end, "2026-Q3", "members", "all", "all", "fte", "enterprise", False, False)
    return Figure("F" + end, *cell, D("1.5"), D(8), D(16), 8, parts)


def parts(*amounts: str) -> Parts:
    return {"numerator": {(f"M{n}", f"{n:09d}"): D(amount) for n, amount in enumerate(amounts)}}


def test_an_effect_that_one_organisation_makes_is_hidden() -> None:
    rule = Secrecy()
    assert (
        cause(effect(parts("6", "0.3", "-0.2", "0.1")), rule, frozenset())
        == "Une entreprise domine ce chiffre."
    )
    assert cause(effect(parts("6", "3", "-2", "1")), rule, frozenset()) == ""


def test_its_bounds_are_hidden_with_it() -> None:
    scope = [effect(parts("6", "0.1", "0.1"))] + [effect({}, end) for end in ("_low", "_high", "_mde")]
    assert sorted(parents(scope)) == [("F_high", "F"), ("F_low", "F"), ("F_mde", "F")]


def test_an_effect_is_no_sum_to_attack() -> None:
    figure = effect(parts("6", "3", "-2", "1"))
    assert enterprise_terms(figure, Amounts([figure])) == {}
