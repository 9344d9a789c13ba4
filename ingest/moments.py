"""Dates, hours and instants as people write them. No zone means Europe/Paris; instants come out in UTC, naive."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ingest.context import fold
from ingest.unreadable import Unreadable

PARIS = ZoneInfo("Europe/Paris")
_MONTHS = [
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
]
_DAYS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_FRENCH = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_WORDS = re.compile(r"(?:[a-z]+\.? )?(\d{1,2})(?:er)? ([a-z]+) (\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}) ?(?:[:hH]) ?(\d{2})?(?::(\d{2})(?:[.,]\d+)?)?", re.ASCII)
_MOMENT = re.compile(
    r"(?P<day>\S+)(?:[T ] *(?:à )?|T)(?P<clock>\d{1,2} ?[:hH].*?) ?(?P<zone>Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
)
_DAY_REMEDY = "Écrivez la date en jour/mois/année, par exemple 30/09/2026."
_INSTANT_REMEDY = "Écrivez le jour et l'heure, par exemple 30/09/2026 14:30."
#: how registers write « sans fin »
_NO_END = date(9999, 12, 31)


def date_of(raw: object) -> date:
    """ISO, dd/mm/yyyy, `1er octobre 2026`, or a date of a spreadsheet; an hour after it is left aside."""
    if isinstance(raw, datetime):
        return _plausible(raw.date())
    if isinstance(raw, date):
        return _plausible(raw)
    if not isinstance(raw, str):
        raise Unreadable("Un nombre se trouve là où une date est attendue.", _DAY_REMEDY)
    text = raw.strip()
    moment = _MOMENT.fullmatch(text)
    return _day(moment["day"] if moment else text)


def instant_of(raw: object) -> datetime:
    """A moment as a naive UTC datetime. An offset or Z wins; else Europe/Paris.

    As in RFC 5545, the hour that occurs twice in October is its first occurrence, and an hour that the night of
    March skips keeps the winter offset.
    """
    if isinstance(raw, datetime):
        _plausible(raw.date())
        return _utc(raw)
    if not isinstance(raw, str):
        raise Unreadable("Cette case ne dit pas un jour et une heure.", _INSTANT_REMEDY)
    match = _MOMENT.fullmatch(raw.strip())
    if match is None:
        raise Unreadable("Cette case ne dit pas un jour et une heure.", _INSTANT_REMEDY)
    hour, minute, second = _clock(match["clock"], _INSTANT_REMEDY)
    midnight = datetime.combine(_day(match["day"]), time(0))
    local = midnight + timedelta(hours=hour, minutes=minute, seconds=second)
    if not match["zone"]:
        return _utc(local)
    return _utc(datetime.fromisoformat(local.isoformat() + _offset(match["zone"])))


def time_of(raw: object) -> str:
    """An hour of the day as `HH:MM`; `24:00` is midnight at the end of the day."""
    remedy = "Écrivez l'heure ainsi : 09:30."
    if isinstance(raw, datetime):
        raw = raw.time()
    if isinstance(raw, time):
        return f"{raw.hour:02d}:{raw.minute:02d}"
    if isinstance(raw, timedelta):
        minutes = raw // timedelta(minutes=1)
        raw = f"{minutes // 60}:{minutes % 60:02d}"
    if not isinstance(raw, str):
        raise Unreadable("Cette case ne contient pas une heure.", remedy)
    hour, minute, _ = _clock(raw, remedy)
    return f"{hour:02d}:{minute:02d}"


def weekday_of(raw: object) -> int:
    """ISO weekday, 1 = Monday: a number or a French day name."""
    name = fold(str(raw)).rstrip(".").removesuffix(".0")
    if name in "1234567" and len(name) == 1:
        return int(name)
    found = [position for position, day in enumerate(_DAYS, 1) if len(name) >= 2 and day.startswith(name)]
    if len(found) == 1:
        return found[0]
    raise Unreadable(
        "Cette case ne dit pas un jour de la semaine.", "Écrivez lundi, mardi… ou 1 (lundi) à 7 (dimanche)."
    )


def _day(text: str) -> date:
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _FRENCH.fullmatch(text):
        day, month, year = int(match[1]), int(match[3]), int(match[4])
    elif (match := _WORDS.fullmatch(fold(text))) and match[2] in _MONTHS:
        day, month, year = int(match[1]), _MONTHS.index(match[2]) + 1, int(match[3])
    else:
        raise Unreadable("Cette case ne contient pas une date complète et sans équivoque.", _DAY_REMEDY)
    try:
        return _plausible(date(year, month, day))
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("Cette date n'existe pas dans le calendrier.", _DAY_REMEDY) from error


def _plausible(day: date) -> date:
    if 1900 <= day.year <= 2100 or day == _NO_END:
        return day
    raise Unreadable("L'année de cette date est invraisemblable.", "Vérifiez l'année, sur quatre chiffres.")


def _clock(text: str, remedy: str) -> tuple[int, int, int]:
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise Unreadable("L'heure ne se lit pas.", remedy)
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if minute > 59 or second > 59 or hour * 3600 + minute * 60 + second > 24 * 3600:
        raise Unreadable("Cette heure n'existe pas.", remedy)
    return hour, minute, second


def _offset(zone: str) -> str:
    if zone == "Z":
        return "+00:00"
    digits = zone[1:].replace(":", "").ljust(4, "0")
    if int(digits[:2]) > 14 or int(digits[2:]) > 59:
        raise Unreadable("Le décalage horaire n'existe pas.", _INSTANT_REMEDY)
    return f"{zone[0]}{digits[:2]}:{digits[2:]}"


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=PARIS)
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
