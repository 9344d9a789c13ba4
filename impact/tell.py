"""A finding in the units and French words of the pages. Nothing here tells one organisation's effect, but `left_out`."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np

from impact.eligibility import Limits, asked_of, missing_share, usable_units
from impact.estimate import Finding, Point, percent
from impact.inference import Interval
from impact.panel import Panel
from periscope.effects import (
    ChanceBar,
    Effect,
    EffectCheck,
    EffectLine,
    EffectPoint,
    Eligibility,
    Excluded,
    MemberNumber,
)

#: bars of the histogram of chance: a shuffled effect is a linear view of the whole panel and is never told alone
_BARS = 21
_YEARS = {
    -8: "2 ans avant",
    -4: "1 an avant",
    0: "1re année",
    4: "2e année",
    8: "3e année",
}
ESTIMANDS = {
    True: "Moyenne, sur les trimestres-membres observés depuis l'entrée, de l'écart entre le logarithme du chiffre d'affaires "
    "et celui qu'aurait eu le membre sans adhésion, imprimée en pourcentage.",
    False: "Moyenne, sur les trimestres-membres observés depuis l'entrée, de l'écart en ETP entre l'emploi du membre et celui "
    "qu'il aurait eu sans adhésion.",
}


def effect(indicator_id: str, finding: Finding, panel: Panel, limits: Limits, is_log: bool) -> Effect:
    """Everything the pages may use, for one outcome."""

    def told(value: float) -> Decimal:
        return Decimal(f"{math.expm1(value):.4f}") if is_log else Decimal(f"{value:.3f}")

    def bounds(interval: Interval) -> tuple[Decimal, Decimal]:
        return told(interval.low), told(interval.high)

    low, high = bounds(finding.interval) if finding.interval else (None, None)
    reasons: dict[str, int] = {}
    for reason in finding.verdict.excluded.values():
        reasons[reason] = reasons.get(reason, 0) + 1
    return Effect(
        indicator_id,
        "share" if is_log else "fte",
        sentence(finding, is_log),
        ESTIMANDS[is_log],
        finding.members,
        finding.comparison,
        len(panel.times),
        eligibility(panel, limits),
        tuple(finding.verdict.refusals),
        tuple(finding.verdict.warnings),
        tuple(Excluded(reason, count) for reason, count in sorted(reasons.items())),
        None if finding.effect is None else told(finding.effect),
        low,
        high,
        # kept on a refusal: it says how far the data are from an answer
        None if finding.mde is None or not math.isfinite(finding.mde) else told(finding.mde),
        None if finding.interval is None else told(tipping(finding.interval)),
        None if finding.p_value is None else Decimal(f"{finding.p_value:.3f}"),
        len(finding.permuted),
        tuple(
            EffectPoint(
                _label(p, finding), p.cells.first < 0, p.members, *rough(p.effect, p.interval, is_log)
            )
            for p in finding.points
        ),
        tuple(EffectLine(line.label, *rough(line.effect, line.interval, is_log)) for line in finding.lines),
        tuple(EffectCheck(c.name, c.is_reassuring, c.text) for c in finding.checks),
        tuple(
            ChanceBar(told(a), told(b), count) for a, b, count in _bars(finding.permuted, 2 if is_log else 1)
        ),
        tuple(
            MemberNumber(name, told(value))
            for name, value in zip(finding.used_units, finding.left_out, strict=False)
            if math.isfinite(value)
        ),
        dict(sorted(finding.verdict.excluded.items())),
    )


def rough(effect: float, interval: Interval, is_log: bool) -> tuple[Decimal, Decimal, Decimal]:
    """To 1 % or 0.1 FTE: the same year told again a quarter later, finely, would tell of who came into it."""

    def told(value: float) -> Decimal:
        return Decimal(f"{math.expm1(value):.2f}" if is_log else f"{value:.1f}") + 0  # no minus before a zero

    return told(effect), told(interval.low), told(interval.high)


def _label(point: Point, finding: Finding) -> str:
    label = _YEARS[point.cells.first]
    is_open = point.cells.first >= 0 and point is finding.points[-1]
    return f"{label} et après" if is_open else label


def _bars(permuted: list[float], decimals: int) -> list[tuple[float, float, int]]:
    """Counts between round bounds: the smallest and the largest shuffled effect are not told either."""
    if not permuted:
        return []
    unit = 10.0**-decimals
    ends = (math.floor(min(permuted) / unit) * unit, math.ceil(max(permuted) / unit) * unit)
    counts, edges = np.histogram(permuted, bins=_BARS, range=ends)
    return [(float(edges[n]), float(edges[n + 1]), int(count)) for n, count in enumerate(counts)]


def tipping(interval: Interval) -> float:
    """The smallest shock, common to members and to them alone, that would change the conclusion."""
    return min(abs(interval.low), abs(interval.high))


def eligibility(panel: Panel, limits: Limits) -> tuple[Eligibility, ...]:
    """The conditions of an estimate one by one, with what the panel has."""
    usable, _ = usable_units(panel, limits)
    members = int(usable.is_member.sum())
    outside = len(usable.units) - members
    rows = [
        (
            f"Membres observés {limits.min_periods_before} trimestres avant et {limits.min_periods_after} après l'entrée",
            f"{limits.min_members}",
            f"{members}",
            members >= limits.min_members,
        ),
        (
            "Organisations de comparaison",
            f"{limits.min_comparison}",
            f"{outside}",
            outside >= limits.min_comparison,
        ),
    ]
    for is_member, who in ((True, "des membres"), (False, "des organisations de comparaison")):
        share = missing_share(asked_of(panel), is_member)
        rows.append(
            (
                f"Déclarations manquantes {who}",
                f"au plus {percent(limits.max_missing_share)}",
                percent(share),
                share <= limits.max_missing_share,
            )
        )
    return tuple(Eligibility(*row) for row in rows)


def sentence(finding: Finding, is_log: bool) -> str:
    """What a committee reads first. The word « effet » only when nothing is refused."""
    if finding.effect is None or finding.interval is None or finding.mde is None:
        return "Aucun effet ne peut être estimé avec ces données. " + " ".join(finding.verdict.refusals)

    def show(value: float) -> str:
        told = percent(math.expm1(value)) if is_log else f"{value:.1f} ETP".replace(".", ",")
        sign = "+" if value > 0 and any(c in "123456789" for c in told) else ""
        return sign + told.replace("-", "−")

    low, high, seen = show(finding.interval.low), show(finding.interval.high), show(finding.mde).lstrip("+")
    hides = f"un effet inférieur à {seen} ne serait pas visible avec ces données."
    if finding.is_doubtful:
        return (
            f"Entre {low} et {high}, mais ce n'est pas un effet mesuré du pôle : les vérifications faites avant l'entrée ne "
            f"sont pas rassurantes ; {hides}"
        )
    conclusion = (
        "on ne peut pas conclure à un effet" if 0.0 in finding.interval else "l'effet se distingue du hasard"
    )
    return f"Entre {low} et {high} par rapport à ce qui aurait été sans l'adhésion : {conclusion} ; {hides}"
