"""Time zones of one calendar: names of the world's list, Windows names, definitions of the file, free text."""

from __future__ import annotations

import re
import warnings
from datetime import tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Timezone
from icalendar.timezone import tzp

from ingest.context import fold
from ingest.moments import PARIS

_OFFSET = re.compile(r"(?:GMT|UTC)\s*([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)


class Zones:
    """The zones that one file speaks of. Made anew per file: a definition must not leak into the next one."""

    def __init__(self, definitions: list[list[str]], calendar_zone: str) -> None:
        tzp.use_default()
        self._names: dict[str, str] = {}
        #: free texts that had to be interpreted, and what became of them
        self.interpreted: dict[str, str] = {}
        for number, lines in enumerate(definitions):
            self._define(f"periscope-{number}", lines)
        self.default: tzinfo = PARIS
        self.default_name = self.resolve(calendar_zone) if calendar_zone else None
        if self.default_name is not None:
            self.default = tzp.timezone(self.default_name) or PARIS

    def resolve(self, text: str) -> str | None:
        """A name that icalendar knows for this TZID; None when it says nothing, to be read as local time."""
        wanted = text.strip().strip('"')
        if wanted not in self._names:
            name = _standard_name(wanted) or self._interpret(wanted)
            if name is None:
                return None
            self._names[wanted] = name
        return self._names[wanted]

    def _define(self, name: str, lines: list[str]) -> None:
        """Keep a VTIMEZONE of the file under a name of our own, when its TZID is not a known one."""
        tzid = next(
            (line.split(":", 1)[1] for line in lines if re.match(r"TZID[:;]", line, re.I)), ""
        ).strip()
        rules = [line.upper() for line in lines if line.upper().startswith("RRULE")]
        if (
            not tzid
            or _standard_name(tzid)
            or not all("FREQ=YEARLY" in r and "INTERVAL" not in r for r in rules)
        ):
            return
        body = [line for line in lines if not re.match(r"TZID[:;]", line, re.I)]
        try:
            Timezone.from_ical("\r\n".join(["BEGIN:VTIMEZONE", f"TZID:{name}", *body, "END:VTIMEZONE", ""]))
        except Exception:  # any failure of the parser on a hostile definition only loses this definition
            return
        if tzp.timezone(name) is not None:
            self._names[tzid.strip('"')] = name

    def _interpret(self, text: str) -> str | None:
        name = _free_text_name(text)
        self.interpreted[text] = name or "Europe/Paris"
        return name


def _standard_name(text: str) -> str | None:
    if not text or text.startswith("periscope-"):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            zone = tzp.timezone(text)
        except (ValueError, OSError):
            return None
    return zone.key if isinstance(zone, ZoneInfo) else None


@cache
def _cities() -> list[tuple[str, str]]:
    """Folded last word of every zone and its name, the longest first, Europe before the rest."""
    names = sorted(available_timezones(), key=lambda name: (not name.startswith("Europe/"), name))
    cities = [
        (fold(name.rsplit("/", 1)[-1]), name) for name in names if "/" in name and not name.startswith("Etc/")
    ]
    return sorted(cities, key=lambda city: -len(city[0]))


def _free_text_name(text: str) -> str | None:
    """`(GMT+01.00) Paris, Madrid` says Europe/Paris by its city, else by its offset."""
    words = f" {re.sub('[^a-z0-9]+', ' ', fold(text))} "
    for city, name in _cities():
        if len(city) > 3 and f" {city} " in words:
            return name
    if (match := _OFFSET.search(text)) and int(match[2]) <= 14 and match[3] in (None, "00"):
        # the names of Etc have the sign reversed
        return (
            "Etc/GMT" + ("-" if match[1] == "+" else "+") + str(int(match[2])) if int(match[2]) else "Etc/GMT"
        )
    return None
