"""Calendars (.ics), one per room, expanded inside the window only. One broken event never loses the file.

The text is cut into events here, so that each event is parsed alone and keeps its line; icalendar parses its
properties and recurring-ical-events repeats it. What could repeat for ever is refused before.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import recurring_ical_events
from icalendar import Calendar, Event

from ingest.context import Context
from ingest.moments import PARIS
from ingest.readers import ics_rules
from ingest.readers.bookings import (
    Log,
    bad_interval,
    overlaps,
    room_name_of_file,
    room_of,
    unknown_room,
)
from ingest.readers.ics_zones import Zones
from periscope.receipts import Reading, Refusal

_MAX_DEPTH = 20
_NEW_LINE = re.compile(r"\r\n|\n|\r")
_PROPERTY = re.compile(r'([A-Za-z0-9-]+)((?:;[^":;]*(?:"[^"]*"[^":;]*)*)*):(.*)', re.DOTALL)
_TIMES = ("DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID")
_KEPT = {*_TIMES, "DURATION", "RRULE", "SEQUENCE", "UID", "STATUS", "SUMMARY", "ORGANIZER"}
#: what makes an event more than one occurrence, or less
_SERIES = ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
_STATUSES = {"": "confirmed", "CONFIRMED": "confirmed", "TENTATIVE": "tentative", "CANCELLED": "cancelled"}
_YEARS = range(1800, 2201)
_REMEDY = "Corrigez cet événement dans l'agenda, puis exportez-le de nouveau."
_LINE = "X-PERISCOPE-LINE"


class BadEventError(ValueError):
    """An event that is refused; the text is the French reason."""


@dataclass
class _Block:
    """One VEVENT: the physical line of its BEGIN and its own unfolded lines, without those of blocks inside."""

    line: int
    lines: list[str] = field(default_factory=list)
    is_too_deep: bool = False


@dataclass
class _Calendar:
    headers: dict[str, str] = field(default_factory=dict)
    zones: list[list[str]] = field(default_factory=list)
    events: list[_Block] = field(default_factory=list)


def read(path: Path, name: str, context: Context) -> Reading:
    """Read one calendar file. rows_read counts events; row numbers are the lines of BEGIN:VEVENT."""
    content = path.read_bytes()
    log = Log("ics", content, context)
    log.reading.encoding, text = _decode(content)
    for calendar in scan(text):
        _read_calendar(calendar, name, context, log)
    if not log.finish().slices:
        reason = "Ce fichier ne contient aucun événement d'agenda."
        log.reading.refusals.append(
            Refusal(0, reason, "Exportez l'agenda de la salle au format .ics.", code="no_event")
        )
    return log.reading


def _decode(content: bytes) -> tuple[str, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", content.decode("utf-16", errors="replace")
    try:
        return "utf-8", content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252", content.decode("cp1252", errors="replace")


def unfold(text: str) -> list[tuple[int, str]]:
    """Logical lines with the number of the physical line where each begins."""
    found: list[tuple[int, list[str]]] = []
    for number, line in enumerate(_NEW_LINE.split(text), 1):
        if line[:1] in (" ", "\t") and found:
            found[-1][1].append(line[1:])
        elif line.strip():
            found.append((number, [line]))
    return [(number, "".join(parts)) for number, parts in found]


def scan(text: str) -> list[_Calendar]:
    """The calendars of a file with their events, whatever is missing, unclosed or nested around them."""
    calendars = [_Calendar()]
    stack: list[tuple[str, _Block | None]] = []
    zone: list[str] | None = None
    for number, line in unfold(text):
        word, _, value = line.partition(":")
        word, component = word.split(";")[0].strip().upper(), value.strip().upper()
        if zone is not None:
            if word == "END" and component == "VTIMEZONE":
                zone = None
            else:
                zone.append(line)
        elif word == "BEGIN" and component == "VTIMEZONE":
            zone = []
            calendars[-1].zones.append(zone)
        elif word == "BEGIN" and component == "VCALENDAR":
            calendars.append(_Calendar())
            stack.clear()
        elif word == "BEGIN":
            _open(component, number, stack, calendars[-1])
        elif word == "END":
            near = [
                position for position in range(len(stack))[-_MAX_DEPTH:] if stack[position][0] == component
            ]
            del stack[near[-1] if near else len(stack) :]
        elif stack and stack[-1][1] is not None:
            stack[-1][1].lines.append(line)
        elif not stack:
            calendars[-1].headers.setdefault(word, value.strip())
    return [calendar for calendar in calendars if calendar.events]


def _open(component: str, number: int, stack: list[tuple[str, _Block | None]], calendar: _Calendar) -> None:
    block = _Block(number) if component == "VEVENT" else None
    stack.append((component, block))
    if block is not None:
        calendar.events.append(block)
    if len(stack) > _MAX_DEPTH:
        for _, outer in stack[-_MAX_DEPTH:]:
            if outer is not None:
                outer.is_too_deep = True


def _read_calendar(calendar: _Calendar, name: str, context: Context, log: Log) -> None:
    headers = calendar.headers
    names = [_plain(headers.get(key, "")) for key in ("X-WR-CALNAME", "NAME")] + [room_name_of_file(name)]
    room_id = room_of(names, context)
    if room_id is None:
        for block in calendar.events:
            log.refuse([unknown_room(block.line, next(text for text in names if text), context)])
        return
    zones = Zones(calendar.zones, headers.get("X-WR-TIMEZONE", ""))
    is_cancelled = headers.get("METHOD", "").upper() == "CANCEL"
    groups: dict[str, list[Event]] = {}
    for block in calendar.events:
        try:
            event = parse_event(block, zones)
        except BadEventError as reason:
            log.refuse([_refusal(block.line, str(reason))], room_id)
            continue
        if is_cancelled:
            event["STATUS"] = "CANCELLED"
        groups.setdefault(str(event.get("UID") or f"line {block.line}"), []).append(event)
    for text, zone in sorted(zones.interpreted.items()):
        log.find(f"Le fuseau horaire « {text} » est lu comme {zone}.", column="TZID", code="free_text_zone")
    for events in groups.values():
        _read_series(events, room_id, zones, context, log)


def parse_event(block: _Block, zones: Zones) -> Event:
    """One VEVENT with the properties that matter, its zones resolved. Raises BadEventError."""
    if block.is_too_deep:
        raise BadEventError("Cet événement est pris dans des blocs emboîtés sans fin.")
    lines = ["BEGIN:VEVENT", f"{_LINE}:{block.line}"]
    for line in block.lines:
        match = _PROPERTY.fullmatch(line)
        key = (match[1] if match else re.split("[:;]", line)[0]).strip().upper()
        # an empty rule is no rule
        if key not in _KEPT or (key in _SERIES and not line.rpartition(":")[2].strip()):
            continue
        if key in _TIMES:
            line = _time_line(key, line, zones)
        elif key == "RRULE" and (reason := ics_rules.problem(line.partition(":")[2])):
            raise BadEventError(reason)
        elif match is None:
            raise BadEventError("Une ligne de cet événement ne suit pas le format iCalendar.")
        lines.append(line)
    try:
        event = Event.from_ical("\r\n".join([*lines, "END:VEVENT", ""]))
    except Exception as error:  # whatever the parser does on a hostile event, only this event is lost
        raise BadEventError("Cet événement ne se lit pas.") from error
    assert isinstance(event, Event)
    broken = {str(key).upper() for key, _ in event.errors}
    if broken & {*_TIMES, "DURATION", "RRULE", "SEQUENCE"}:
        raise BadEventError("Une date ou une durée de cet événement n'existe pas ou ne se lit pas.")
    if "DTSTART" not in event:
        raise BadEventError("Cet événement n'a pas de début.")
    if any(isinstance(event.get(key), list) for key in ("DTSTART", "DTEND", "DURATION")):
        raise BadEventError("Cet événement dit plusieurs fois son début ou sa fin.")
    if _is_backwards(event):
        raise BadEventError("La fin de la réservation est avant son début.")
    return event


def _is_backwards(event: Event) -> bool:
    """Does it end before it begins? Asked here because the expansion would silently swap the two."""
    first: Any = event["DTSTART"]
    last: Any = event.get("DTEND")
    duration: Any = event.get("DURATION")
    if last is None or type(last.dt) is not type(first.dt):
        return duration is not None and duration.dt < timedelta(0)
    if isinstance(first.dt, datetime) and (first.dt.tzinfo is None) != (last.dt.tzinfo is None):
        return bool(last.dt.replace(tzinfo=None) < first.dt.replace(tzinfo=None))
    return bool(last.dt < first.dt)


def _time_line(key: str, line: str, zones: Zones) -> str:
    """A property of dates, rewritten with a zone that is known; without one it is local time."""
    head, _, value = line.rpartition(":")
    if any(int(year) not in _YEARS for year in re.findall(r"(?<!\d)(\d{4})\d{4}(?!\d)", value, re.ASCII)):
        raise BadEventError("L'année de cet événement est invraisemblable.")
    kept = re.findall(r";(VALUE=[A-Z-]+|RANGE=[A-Z]+)", head.upper())
    tzid = re.search(r';TZID=("[^"]*"|.*?)(?=;[A-Z-]+=|$)', head, re.IGNORECASE)
    if tzid and not value.strip().endswith("Z") and (name := zones.resolve(tzid[1])):
        kept.append(f"TZID={name}")
    return ";".join([key, *kept]) + ":" + value.strip()


def _read_series(events: list[Event], room_id: str, zones: Zones, context: Context, log: Log) -> None:
    """One UID: an event, its repetitions and its exceptions; each event is accepted or refused by itself."""
    rows: dict[int, list[dict[str, Any]]] = {int(str(event[_LINE])): [] for event in events}
    refused: dict[int, Refusal] = {}
    try:
        occurrences = _expand(events, zones, context.window)
    except Exception:  # the library fails in many ways on rules that contradict each other
        refused = {
            line: _refusal(line, "Cet événement se contredit : il ne peut pas être déplié.") for line in rows
        }
        occurrences = []
    for event in occurrences:
        line = int(str(event[_LINE]))
        try:
            starts_at, ends_at = _interval(event, zones)
        except (TypeError, ValueError, OverflowError):
            refused[line] = _refusal(line, "Les dates de cet événement ne vont pas ensemble.")
            continue
        if ends_at <= starts_at:
            refused[line] = bad_interval(line)
        elif overlaps(starts_at, ends_at, context.window):
            rows[line].append(_row(line, event, starts_at, ends_at, log))
    for line, found in rows.items():
        if line in refused:
            log.refuse([refused[line]], room_id)
        else:
            log.accept(room_id, found)


def _expand(events: list[Event], zones: Zones, window: tuple[date, date]) -> list[Event]:
    if len(events) == 1 and not any(key in events[0] for key in _SERIES):
        return events
    calendar = Calendar()
    if zones.default_name is not None and not zones.default_name.startswith("periscope-"):
        calendar["X-WR-TIMEZONE"] = zones.default_name
    for event in events:
        calendar.add_component(event)
    start = datetime.combine(window[0], time(0), PARIS)
    stop = datetime.combine(window[1] + timedelta(days=1), time(0), PARIS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: list[Event] = recurring_ical_events.of(calendar).between(start, stop)
    return found


def _row(line: int, event: Event, starts_at: datetime, ends_at: datetime, log: Log) -> dict[str, Any]:
    organizer = event.get("ORGANIZER")
    texts = [str(event.get("SUMMARY", ""))]
    if organizer is not None and not isinstance(organizer, list):
        texts = [str(organizer.params.get("CN", "")), str(organizer).removeprefix("mailto:"), *texts]
    return {
        "row_number": line,
        "format": "ics",
        "member_id": log.member(texts, line),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "status": _STATUSES.get(str(event.get("STATUS", "")).strip().upper(), "confirmed"),
    }


def _interval(event: Event, zones: Zones) -> tuple[datetime, datetime]:
    """Naive UTC. A whole day begins at local midnight; one that ends on its own day, against the norm, is that day."""
    first: Any = event["DTSTART"]
    last: Any = event.get("DTEND")
    duration: Any = event.get("DURATION")
    start = first.dt
    end = last.dt if last is not None else start + duration.dt if duration is not None else start
    if not isinstance(end, datetime) and start == end:
        end += timedelta(days=1)
    return _utc(start, zones), _utc(end, zones)


def _utc(moment: date, zones: Zones) -> datetime:
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(0))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zones.default)
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _plain(text: str) -> str:
    """The text of a TEXT property, its escapes undone."""
    return re.sub(r"\\([,;\\])", r"\1", text).replace("\\n", " ").replace("\\N", " ").strip()


def _refusal(line: int, reason: str) -> Refusal:
    return Refusal(line, reason, _REMEDY, code="bad_event")
