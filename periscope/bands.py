"""Bands told in the place of hidden amounts: rungs of a ladder that is the same for all, whatever the amounts.

The ladder is 1, 2.5 and 5 times each power of ten. A band is told in the column `reason` of figures.csv, where the
value is empty: it is read back there by the pages, the gate and the registry.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise

#: From, to: the amount is at least the first and below the second.
Band = tuple[Decimal, Decimal]
_LADDER = [Decimal(step) for step in ("1", "2.5", "5", "10")]
_UNITS = {"eur": "€", "fte": "ETP"}
_REASON = "Secret statistique : seule une tranche est publiée, {}."
_TOLD = re.compile(_REASON.format(r"(entre ([\d\u202f,]+) et ([\d\u202f,]+)\u00a0(?:€|ETP))"))


def of(value: Decimal, unit: str) -> Band | None:
    """The rung that an amount lies on; None when it has none (no money nor jobs, zero, a loss)."""
    if unit not in _UNITS or value <= 0:
        return None
    power = Decimal(1).scaleb(value.adjusted())
    return next((low, high) for low, high in pairwise(step * power for step in _LADDER) if value < high)


def reason(band: Band, unit: str) -> str:
    """What figures.csv says in the place of the amount."""
    low, high = (f"{end.normalize():,f}".replace(",", "\u202f").replace(".", ",") for end in band)
    return _REASON.format(f"entre {low} et {high}\u00a0{_UNITS[unit]}")


def words(reason: str) -> str:
    """The band that a reason tells, in words; empty when it tells none."""
    found = _TOLD.fullmatch(reason)
    return found[1] if found else ""


def read(reason: str) -> Band | None:
    """The band that a reason tells."""
    found = _TOLD.fullmatch(reason)
    if not found:
        return None
    low, high = (Decimal(end.replace("\u202f", "").replace(",", ".")) for end in found.group(2, 3))
    return low, high
