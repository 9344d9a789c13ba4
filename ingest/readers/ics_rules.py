"""Repetition rules of calendars: refused, with the reason, before anything tries to expand them."""

from __future__ import annotations

import re

_UNITS = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
_TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
#: filters that the norm forbids with a rhythm, and that cost a search without end
_FORBIDDEN = {
    "DAILY": ("BYYEARDAY", "BYWEEKNO"),
    "WEEKLY": ("BYYEARDAY", "BYWEEKNO", "BYMONTHDAY"),
    "MONTHLY": ("BYYEARDAY", "BYWEEKNO"),
}
_LISTS = {
    "BYMONTH": 12,
    "BYMONTHDAY": 31,
    "BYYEARDAY": 366,
    "BYWEEKNO": 53,
    "BYHOUR": 23,
    "BYMINUTE": 59,
    "BYSECOND": 60,
    "BYSETPOS": 366,
}
_WEEKDAYS = re.compile(r"(?:[+-]?\d{1,2})?(?:MO|TU|WE|TH|FR|SA|SU)")
_LAST_DAY = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
#: a room is not booked more often than this in one day
_MAX_PER_DAY = 24


def problem(rule: str) -> str | None:
    """Why this RRULE cannot be followed, as a French sentence; None when it can."""
    parts: dict[str, str] = {}
    for part in rule.strip().strip(";").split(";"):
        key, equals, value = part.partition("=")
        if not equals or not value.strip():
            return "La règle de répétition est incomplète."
        parts[key.strip().upper()] = value.strip().upper()
    frequency = parts.get("FREQ", "")
    if frequency in _TOO_OFTEN:
        return "L'événement se répète chaque heure, chaque minute ou chaque seconde."
    if frequency not in _UNITS:
        return "La règle de répétition ne dit pas à quel rythme."
    for key in parts:
        if key not in {
            "FREQ",
            "INTERVAL",
            "COUNT",
            "UNTIL",
            "WKST",
            "BYDAY",
            "BYEASTER",
            *_LISTS,
        } and not key.startswith("X-"):
            return "La règle de répétition contient un mot inconnu."
    if not re.fullmatch(r"0*[1-9]\d{0,8}", parts.get("INTERVAL", "1"), re.ASCII):
        return "L'intervalle de répétition n'est pas un nombre entier positif."
    if not re.fullmatch(r"-?\d{1,9}", parts.get("COUNT", "1"), re.ASCII):
        return "Le nombre de répétitions n'est pas un nombre."
    if not re.fullmatch(r"\d{8}(T\d{6}Z?)?", parts.get("UNTIL", "20260101"), re.ASCII):
        return "La fin de la répétition n'est pas une date."
    return _list_problem(parts)


def _list_problem(parts: dict[str, str]) -> str | None:
    lists: dict[str, list[int]] = {}
    for key, limit in _LISTS.items():
        texts = parts[key].split(",") if key in parts else []
        if not all(
            re.fullmatch(r"[+-]?\d{1,3}", text, re.ASCII) and abs(int(text)) <= limit for text in texts
        ):
            return "La règle de répétition contient un nombre impossible."
        lists[key] = [int(text) for text in texts]
    if not all(_WEEKDAYS.fullmatch(text) for text in parts.get("BYDAY", "MO").split(",")):
        return "La règle de répétition contient un jour inconnu."
    if lists["BYMONTHDAY"] and not any(
        0 < abs(day) <= _LAST_DAY.get(month, 31)
        for day in lists["BYMONTHDAY"]
        for month in lists["BYMONTH"] or range(1, 13)
    ):
        return "La règle de répétition vise un jour qui n'existe pas, comme le 30 février."
    per_day = max(1, len(lists["BYHOUR"])) * max(1, len(lists["BYMINUTE"])) * max(1, len(lists["BYSECOND"]))
    if per_day > _MAX_PER_DAY:
        return f"L'événement se répète plus de {_MAX_PER_DAY} fois par jour."
    weekdays = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    return "La règle de répétition ne tombe jamais." if _is_never(parts, lists, weekdays, per_day) else None


def _is_never(parts: dict[str, str], lists: dict[str, list[int]], weekdays: list[str], per_day: int) -> bool:
    """Rules that no day follows, or that only a search up to the year 9999 could tell from such ones."""
    frequency = parts["FREQ"]
    if any(key in parts for key in _FORBIDDEN.get(frequency, ())):
        return True
    numbered = [day for day in weekdays if len(day) > 2]
    if frequency == "DAILY" and weekdays and int(parts.get("INTERVAL", "1")) % 7 == 0:
        return True
    if (
        frequency == "MONTHLY"
        and numbered
        and (lists["BYMONTHDAY"] or any(abs(int(day[:-2])) > 5 for day in numbered))
    ):
        return True
    months_days = 5 * (len(weekdays) - len(numbered)) + len(numbered) if weekdays else 31
    most_days = {
        "DAILY": 1,
        "WEEKLY": len(weekdays) or 1,
        "MONTHLY": min(months_days, len(lists["BYMONTHDAY"]) or months_days)
        if weekdays
        else len(lists["BYMONTHDAY"]) or 1,
    }.get(frequency, 366)
    return bool(lists["BYSETPOS"]) and min(abs(place) for place in lists["BYSETPOS"]) > most_days * per_day
