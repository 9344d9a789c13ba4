"""SQL dumps of MRBS and GRR, read without a server. Each entry is one occurrence: series are not expanded again.

Persons' names serve to recognise a member through the alias table and are dropped here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from ingest.context import Context
from ingest.moments import PARIS
from ingest.readers.bookings import (
    Log,
    bad_interval,
    category_of,
    local_quarter,
    room_of,
    unknown_room,
)
from ingest.readers.sql_dump import Dump, SqlRow, read_dump
from ingest.readers.text_tables import decode
from periscope.receipts import Reading, Refusal

Values = dict[str, str | None]

_WANTED = re.compile(r"(?:\w*_)?(?:entry|room|area|area_periodes)")
_PERIOD = re.compile(r"(\d{1,2}) ?[:hH] ?(\d{2})?\s*(?:-|–|à|/|,)\s*(\d{1,2}) ?[:hH] ?(\d{2})?")
_REMEDY = "Corrigez cette réservation dans le logiciel, puis refaites l'export."
_AWAITING, _TENTATIVE = 2, 4


class _Refused(ValueError):  # noqa: N818 - carries the refusal of one row, not an error of the program
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


@dataclass(frozen=True)
class _Area:
    name: str
    zone: tzinfo
    #: None: real hours; else the hours of each period, empty when their names do not say them
    periods: list[tuple[time, time]] | None


def recognises(head: bytes) -> bool:
    """Does this beginning of a file look like an SQL dump of MRBS or GRR?"""
    return bool(
        re.search(rb"(?i)(?:create table|insert into|^copy)[^\n;]{0,60}(?:mrbs|grr)_", head, re.MULTILINE)
    )


def read(path: Path, name: str, context: Context) -> Reading:
    """Read one dump. Row numbers are the physical lines of the tuples of the table of entries."""
    content = path.read_bytes()
    text, encoding, findings = decode(content)
    dump = read_dump(text, lambda table: bool(_WANTED.fullmatch(table)))
    entries = _rows(dump, "entry")
    is_grr = any(table.endswith("area_periodes") or table.startswith("grr_") for table in dump.tables) or any(
        row.values and "beneficiaire" in row.values for row in entries
    )
    log = Log("grr" if is_grr else "mrbs", content, context)
    log.reading.encoding = encoding
    log.reading.findings.extend(findings)
    if not entries:
        reason = "Cet export ne contient aucune réservation de MRBS ou de GRR."
        log.reading.refusals.append(
            Refusal(0, reason, "Exportez la base entière, table des réservations comprise.", code="no_entry")
        )
    if dump.unclosed_line:
        message = f"Un texte ouvert ligne {dump.unclosed_line} n'est jamais refermé : la suite du fichier est perdue."
        log.find(message, row=dump.unclosed_line, code="unclosed_quote")
    areas = _areas(dump, log)
    rooms = {row.values.get("id"): row.values for row in _rows(dump, "room") if row.values}
    for entry in entries:
        _read_entry(entry, rooms, areas, context, log)
    return log.finish()


def _rows(dump: Dump, suffix: str) -> list[SqlRow]:
    return [
        row
        for table, rows in dump.tables.items()
        if re.fullmatch(rf"(?:\w*_)?{suffix}", table)
        for row in rows
    ]


def _areas(dump: Dump, log: Log) -> dict[str | None, _Area]:
    grr_periods: dict[str | None, list[tuple[int, str]]] = {}
    for row in _rows(dump, "area_periodes"):
        if row.values and (number := row.values.get("num_periode") or "").isdecimal():
            label = row.values.get("nom_periode") or ""
            grr_periods.setdefault(row.values.get("id_area"), []).append((int(number), label))
    areas: dict[str | None, _Area] = {}
    for row in _rows(dump, "area"):
        if row.values:
            key = row.values.get("id")
            names = [text for _, text in sorted(grr_periods.get(key, []))] or _json_periods(
                row.values.get("periods")
            )
            has_periods = row.values.get("enable_periods") in ("1", "y")
            periods = _hours_of_periods(names) if has_periods else None
            areas[key] = _Area(
                row.values.get("area_name") or "", _zone(row.values.get("timezone"), log), periods
            )
    return areas


def _json_periods(text: str | None) -> list[str]:
    """MRBS keeps the names of an area's periods as a JSON list, each a name or a list that begins with it."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    return (
        [" - ".join(map(str, one)) if isinstance(one, list) else str(one) for one in found]
        if isinstance(found, list)
        else []
    )


def _hours_of_periods(names: list[str]) -> list[tuple[time, time]]:
    """`M1 (8h-9h30)` says its hours; empty unless every name does."""
    found = []
    for match in (_PERIOD.search(name) for name in names):
        if (
            match is None
            or int(match[1]) > 23
            or int(match[3]) > 23
            or int(match[2] or 0) > 59
            or int(match[4] or 0) > 59
        ):
            return []
        found.append((time(int(match[1]), int(match[2] or 0)), time(int(match[3]), int(match[4] or 0))))
    return found


def _zone(name: str | None, log: Log) -> tzinfo:
    try:
        return ZoneInfo(name) if name else PARIS
    except (KeyError, ValueError, OSError):
        message = "Le fuseau horaire d'un domaine n'existe pas : ses heures sont lues comme celles de Paris."
        log.find(message, column="timezone", code="unknown_zone")
        return PARIS


def _read_entry(
    entry: SqlRow, rooms: dict[str | None, Values], areas: dict[str | None, _Area], context: Context, log: Log
) -> None:
    room_id = ""
    try:
        if entry.values is None:
            raise _Refused(_refusal(entry.line, "Cette ligne n'a pas le nombre de valeurs attendu."))
        room = rooms.get(entry.values.get("room_id"), {})
        area = areas.get(room.get("area_id"), _Area("", PARIS, None))
        room_id = _room(entry.line, room, area, context)
        starts_at, ends_at = _interval(entry.line, entry.values, area)
        status = _status(entry.line, entry.values)
    except _Refused as refused:
        log.refuse([refused.refusal], room_id)
        return
    if ends_at <= starts_at:
        log.refuse([bad_interval(entry.line)], room_id, local_quarter(starts_at))
        return
    texts = [entry.values.get(key) or "" for key in ("beneficiaire", "beneficiaire_ext", "create_by", "name")]
    row = {
        "row_number": entry.line,
        "format": log.reading.kind_of_file,
        "member_id": log.member(texts, entry.line),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "category": category_of(log.reading.kind_of_file, entry.values.get("type"), context),
        "status": status,
        "booking_ref": entry.values.get("id"),
    }
    log.accept(room_id, [row])


def _room(line: int, room: Values, area: _Area, context: Context) -> str:
    """By the name of the room, alone or after its area; texts stored twice in UTF-8 are mended first."""
    label = _mended(room.get("room_name") or "")
    room_id = room_of([f"{_mended(area.name)} {label}", f"{_mended(area.name)} - {label}", label], context)
    if room_id is None:
        raise _Refused(unknown_room(line, label, context, "room_id"))
    return room_id


def _interval(line: int, values: Values, area: _Area) -> tuple[datetime, datetime]:
    starts_at, ends_at = (
        datetime.fromtimestamp(_integer(values.get(key), line), UTC) for key in ("start_time", "end_time")
    )
    if area.periods is not None:
        day = starts_at.astimezone(area.zone).date()
        first, last = (
            _period_number(moment, area.zone) for moment in (starts_at, ends_at - timedelta(minutes=1))
        )
        if not (0 <= first <= last < len(area.periods)):
            raise _Refused(
                Refusal(
                    line,
                    "Cette salle se réserve par périodes, dont les heures ne sont pas dites.",
                    "Nommez les périodes avec leurs heures, par exemple « M1 (9h00-10h30) », ou passez la salle aux heures réelles.",
                    column="start_time",
                    code="period_mode",
                )
            )
        starts_at = datetime.combine(day, area.periods[first][0], area.zone)
        ends_at = datetime.combine(day, area.periods[last][1], area.zone)
    return starts_at.astimezone(UTC).replace(tzinfo=None), ends_at.astimezone(UTC).replace(tzinfo=None)


def _period_number(moment: datetime, zone: tzinfo) -> int:
    """In period mode the hour is 12:00 plus the number of the period, in minutes."""
    local = moment.astimezone(zone)
    return (local.hour - 12) * 60 + local.minute


def _integer(text: str | None, line: int) -> int:
    """An instant or a number of the dump, within the years that make sense."""
    if text is None or not re.fullmatch(r"\d{1,10}", text, re.ASCII) or int(text) > 4_102_444_800:
        raise _Refused(_refusal(line, "Une date ou un numéro de cette réservation ne se lit pas."))
    return int(text)


def _status(line: int, values: Values) -> str:
    """GRR: soft deletion, moderation (1 pending, 3 refused) and options; MRBS: bits of its status."""
    if values.get("supprimer") not in (None, "0") or values.get("moderate") == "3":
        return "cancelled"
    option_until = values.get("option_reservation") or "-1"
    if values.get("moderate") == "1" or option_until not in ("-1", "0"):
        return "tentative"
    is_tentative = _integer(values.get("status") or "0", line) & (_AWAITING | _TENTATIVE)
    return "tentative" if is_tentative else "confirmed"


def _mended(text: str) -> str:
    """UTF-8 kept in a latin1 column comes out as `SallÃ© `; put back when that gives a text."""
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _refusal(line: int, reason: str) -> Refusal:
    return Refusal(line, reason, _REMEDY, code="bad_entry")
