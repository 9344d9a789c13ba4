"""Public holidays of metropolitan France; rooms are closed on them. Local closures add to them in the register."""

from __future__ import annotations

from datetime import date, timedelta

from dateutil.easter import easter

_FIXED = (
    (1, 1, "Jour de l'an"),
    (5, 1, "Fête du travail"),
    (5, 8, "Victoire de 1945"),
    (7, 14, "Fête nationale"),
    (8, 15, "Assomption"),
    (11, 1, "Toussaint"),
    (11, 11, "Armistice de 1918"),
    (12, 25, "Noël"),
)
_DAYS_AFTER_EASTER = ((1, "Lundi de Pâques"), (39, "Ascension"), (50, "Lundi de Pentecôte"))


def public_holidays(year: int) -> dict[date, str]:
    """The holidays of a year by day, with their French names, in order.

    Ascension may fall on 1 or 8 May: that day then bears both names.
    """
    names: dict[date, list[str]] = {}
    for month, day, name in _FIXED:
        names.setdefault(date(year, month, day), []).append(name)
    for days, name in _DAYS_AFTER_EASTER:
        names.setdefault(easter(year) + timedelta(days=days), []).append(name)
    return {day: " et ".join(names[day]) for day in sorted(names)}
