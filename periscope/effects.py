"""What a page may know of an estimated effect, and how a gross number of jobs may be made net.

`impact/` writes one `Effect` per outcome to `impact.json`, `release/` copies it into a reader's `context.json`. Numbers
are in the unit printed: shares 0..1 for a turnover, FTE for jobs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from periscope.errors import UsageError

#: the file of the candidate, for every reader at once; the fields of the house only are named here
FILE_NAME = "impact.json"
HOUSE_ONLY = ("left_out", "excluded_members", "euros")


@dataclass(frozen=True)
class EffectPoint:
    """Mean effect in one year before or since joining; never of fewer members than secrecy admits."""

    label: str
    is_before: bool
    members_count: int
    effect: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class EffectLine:
    """The whole effect under one assumption."""

    label: str
    effect: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class EffectCheck:
    """One thing that could spoil the estimate, and what the data say of it."""

    name: str
    is_reassuring: bool
    text: str


@dataclass(frozen=True)
class Eligibility:
    """One condition of an estimate: what is needed, what there is."""

    name: str
    needed: str
    found: str
    is_met: bool


@dataclass(frozen=True)
class Excluded:
    """How many organisations are set aside for one reason."""

    reason: str
    organisations_count: int


@dataclass(frozen=True)
class MemberNumber:
    """The whole effect without one organisation: in the house only."""

    member_id: str
    effect: Decimal


@dataclass(frozen=True)
class ChanceBar:
    """How many shuffles of the joining dates gave an effect between two bounds."""

    low: Decimal
    high: Decimal
    count: int


@dataclass(frozen=True)
class Effect:
    """What the data allow to say about one outcome; `refusals` is empty when an effect is published."""

    indicator_id: str
    unit: str
    sentence: str
    estimand: str
    members_count: int
    comparison_count: int
    quarters_count: int
    eligibility: tuple[Eligibility, ...] = ()
    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    effect: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    mde: Decimal | None = None
    tipping: Decimal | None = None
    p_value: Decimal | None = None
    permutations_count: int = 0
    points: tuple[EffectPoint, ...] = ()
    lines: tuple[EffectLine, ...] = ()
    checks: tuple[EffectCheck, ...] = ()
    chance: tuple[ChanceBar, ...] = ()
    left_out: tuple[MemberNumber, ...] = ()
    excluded_members: dict[str, str] | None = None
    #: jobs in proportion (log of FTE), a sentence; turnover against the sector: a description, also when refused
    in_share: str = ""
    against_sector: EffectLine | None = None
    #: the effect and its bounds applied to a year of imputed turnover: it would tell that turnover, so in the house only
    euros: EffectLine | None = None


@dataclass(frozen=True)
class Survival:
    """Activities created still going after some months (Kaplan–Meier): in the house only, it is of few persons."""

    months: int
    share: Decimal
    low: Decimal
    high: Decimal
    at_risk_count: int


@dataclass(frozen=True)
class Deduction:
    """A share (0..1) of gross jobs that would have been without the pole, as a range, and who says so."""

    name: str
    low: Decimal
    high: Decimal
    source: str


#: what may be taken off a gross number of jobs, in the order in which it is
DEDUCTIONS = {
    "deadweight": "Effet d'aubaine : emplois qui auraient existé sans le projet",
    "displacement": "Déplacement : emplois perdus ailleurs sur le territoire",
    "substitution": "Substitution : emplois pris à la place d'autres, chez le même employeur",
}


def deductions(table: Any) -> tuple[Deduction, ...]:
    """The ranges of [impact.gross_to_net]: low, high, source for each name of DEDUCTIONS. Raises UsageError."""
    where = "periscope.toml : [impact.gross_to_net"
    if not isinstance(table, dict) or set(table) - set(DEDUCTIONS):
        raise UsageError(f"{where}] a pour seules tables {', '.join(DEDUCTIONS)}.")
    found = []
    for name in DEDUCTIONS:
        if name not in table:
            continue
        told = table[name]
        keys = {"low", "high", "source"}
        if not isinstance(told, dict) or set(told) != keys:
            raise UsageError(f"{where}.{name}] demande low, high et source, et rien d'autre.")
        low, high, source = told["low"], told["high"], told["source"]
        if (
            any(isinstance(v, bool) or not isinstance(v, int | float) for v in (low, high))
            or not 0 <= low <= high <= 1
        ):
            raise UsageError(f"{where}.{name}] : low et high sont des parts, 0 ≤ low ≤ high ≤ 1.")
        if not isinstance(source, str) or not source.strip():
            raise UsageError(f"{where}.{name}] : dites d'où vient cette fourchette (source).")
        found.append(Deduction(name, Decimal(str(low)), Decimal(str(high)), source.strip()))
    return tuple(found)


def net(gross: Decimal, shares: Iterable[Decimal]) -> Decimal:
    """Gross jobs less each deduction in turn: each is taken off what the former left."""
    for share in shares:
        gross *= 1 - share
    return gross
