"""French formatting: narrow no-break spaces, decimal comma, signed changes, and plain sentences made from figures."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from periscope import catalogue
from periscope.errors import UsageError
from periscope.quarters import Quarter

NARROW_SPACE = "\u202f"
MINUS = "\u2212"
MISSING = "n.d."
SUPPRESSED = "s"
RESTATED = "(R)"

_DECIMALS = {"count": 0, "eur": 0, "fte": 1, "hours": 0, "share": 1, "number": 2}
_SYMBOLS = {"eur": "€", "fte": "ETP", "hours": "h", "share": "%", "points": "points"}

STATUSES = catalogue.STATUSES
BRIDGE_ITEMS = {
    "organic": "Membres présents aux deux dates",
    "entrants": "Entrants",
    "leavers": "Sortants",
    "corrections": "Corrections",
    "definition": "Changement de définition",
    "total": "Évolution totale",
}


def rounded(value: Decimal, decimals: int = 0) -> Decimal:
    """Half up, away from zero: the rounding people expect of printed figures."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def number(value: Decimal, decimals: int = 0) -> str:
    """`1 234,5` with narrow no-break spaces and a true minus sign."""
    text = f"{abs(rounded(value, decimals)):,.{decimals}f}"
    sign = MINUS if rounded(value, decimals) < 0 else ""
    return sign + text.replace(",", NARROW_SPACE).replace(".", ",")


def quantity(value: Decimal | None, unit: str, decimals: int | None = None) -> str:
    """A value with its unit: `12 %` from a share of 0.12, `1 725 000 €`, `3,5 ETP`; `n.d.` when missing."""
    if value is None:
        return MISSING
    digits = _DECIMALS.get(unit, 1) if decimals is None else decimals
    text = number(value * 100 if unit == "share" else value, digits)
    return f"{text}{NARROW_SPACE}{_SYMBOLS[unit]}" if unit in _SYMBOLS else text


def euros(value: Decimal | None, decimals: int = 0) -> str:
    return quantity(value, "eur", decimals)


def share(value: Decimal | None, decimals: int = 1) -> str:
    return quantity(value, "share", decimals)


def signed(value: Decimal, unit: str) -> str:
    """`+12 ETP`, `−3 %`, `0 €`: the sign is always written unless the printed value is zero."""
    text = quantity(value, unit)
    return f"+{text}" if value > 0 and any(c in "123456789" for c in text) else text


def difference(new: Decimal, old: Decimal, unit: str) -> str:
    """The change between two values of one unit; between two shares it is in percentage points."""
    if unit == "share":
        points = (new - old) * 100
        text = f"{number(abs(points), 1)}{NARROW_SPACE}{'point' if abs(points) < 2 else 'points'}"
        mark = "" if rounded(points, 1) == 0 else MINUS if points < 0 else "+"
        return mark + text
    return signed(new - old, unit)


def day(value: date | None) -> str:
    return value.strftime("%d/%m/%Y") if value else MISSING


def period(code: str) -> str:
    """`3e trimestre 2026` for `2026-Q3`, `année 2026` for `2026`; anything else as it is."""
    try:
        return Quarter.parse(code).label_fr
    except UsageError:
        return f"année {code}" if code.isdigit() else code


def short_period(code: str) -> str:
    """`T3 2026`, for axes and narrow columns."""
    try:
        quarter = Quarter.parse(code)
    except UsageError:
        return code
    return f"T{quarter.number}{NARROW_SPACE}{quarter.year}"


def direction(change: Decimal, printed: str) -> str:
    """The words for a change as printed: one that prints as zero is called stable."""
    if not any(c in "123456789" for c in printed):
        return "stable"
    return "en hausse" if change > 0 else "en baisse"


def plural(count: int, singular: str, many: str | None = None) -> str:
    """`0 membre`, `1 membre`, `2 membres`: French starts the plural at two."""
    word = singular if abs(count) < 2 else many or f"{singular}s"
    return f"{number(Decimal(count))} {word}"


def listing(items: list[str]) -> str:
    """`a, b et c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} et {items[-1]}" if items else "aucun"
