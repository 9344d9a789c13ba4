"""Which slices count: the rule by which a corrected file replaces an earlier one.

For the same sender, quarter, kind and scope the latest `sent_on` wins, else the later landed. Two different
versions landed in one run without `sent_on` are both refused, naming each other. A FEC replaces the FECs of the
same SIREN whose entry dates overlap. A calendar (.ics) says all of its room from its first quarter to its last: it
replaces whole the earlier calendars of the room that cover one of these quarters. Replayed from the receipts at every
run, so that the order never matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from periscope import receipts
from periscope.quarters import Quarter
from periscope.warehouse import Connection

_CALENDAR = "ics"


@dataclass
class _Slice:
    slice_id: str
    file_id: str
    source_file: str
    sheet: str
    sender: str
    quarter: str
    sent_on: date | None
    landed_seq: int
    batch: int
    content_hash: str
    first_on: date | None
    last_on: date | None
    status: str = receipts.STATUS_ACCEPTED
    superseded_by: str = ""

    def overlaps(self, other: _Slice) -> bool:
        if self.first_on is None or other.first_on is None or self.last_on is None or other.last_on is None:
            return True
        return self.first_on <= other.last_on and other.first_on <= self.last_on


def _conflict(slices: list[_Slice]) -> list[tuple[_Slice, _Slice]]:
    """Pairs of different versions that arrived together with nothing to tell which is the later."""
    return [
        (a, b)
        for position, a in enumerate(slices)
        for b in slices[position + 1 :]
        if a.batch == b.batch
        and a.file_id != b.file_id
        and a.content_hash != b.content_hash
        and a.overlaps(b)
        and (a.sent_on is None or b.sent_on is None or a.sent_on == b.sent_on)
    ]


def _settle(slices: list[_Slice]) -> list[tuple[_Slice, _Slice]]:
    """Decide among the accepted slices of one key; returns the pairs refused for arriving together."""
    conflicts = _conflict(slices)
    for pair in conflicts:
        for one in pair:
            one.status = receipts.STATUS_REFUSED_SLICE
    standing: list[_Slice] = []
    for challenger in sorted(
        (s for s in slices if s.status == receipts.STATUS_ACCEPTED), key=lambda s: (s.landed_seq, s.slice_id)
    ):
        rivals = [s for s in standing if s.file_id != challenger.file_id and s.overlaps(challenger)]
        newer = [
            s
            for s in rivals
            if s.sent_on is not None and challenger.sent_on is not None and s.sent_on > challenger.sent_on
        ]
        if newer:
            challenger.status, challenger.superseded_by = receipts.STATUS_SUPERSEDED, newer[-1].source_file
            continue
        for rival in rivals:
            rival.status, rival.superseded_by = receipts.STATUS_SUPERSEDED, challenger.source_file
            standing.remove(rival)
        standing.append(challenger)
    return conflicts


def arbitrate(connection: Connection) -> None:
    """Recompute status, superseded_by and is_active of every slice; a slice not yet judged does not count."""
    connection.execute("delete from record.refusals where code = 'two_versions'")
    connection.execute("delete from record.findings where code = 'quarter_emptied'")
    connection.execute(
        "update record.slices set is_active = false, superseded_by = '', rows_accepted = rows_read - rows_unreadable, "
        "rows_refused = rows_unreadable, status = case verdict when 'refuse' then ? else ? end",
        [receipts.STATUS_REFUSED_SLICE, receipts.STATUS_ACCEPTED],
    )
    connection.execute(
        "update record.slices set status = ? from record.files "
        "where files.file_id = slices.file_id and files.status = ?",
        [receipts.STATUS_WITHDRAWN, receipts.STATUS_WITHDRAWN],
    )
    connection.execute(
        "update record.slices set rows_accepted = 0, rows_refused = rows_read where status = ?",
        [receipts.STATUS_REFUSED_SLICE],
    )
    groups: dict[tuple[str, str, str, str], list[_Slice]] = {}
    for row in connection.execute(
        """
        select s.kind, coalesce(nullif(s.sender_siren, ''), s.sender), s.quarter, s.scope,
               s.slice_id, s.file_id, s.source_file, s.sheet, s.sender, s.quarter, s.sent_on, s.landed_seq, s.batch,
               s.content_hash, f.first_entry_on, f.last_entry_on
        from record.slices as s
        left join revenue.fec_files as f on s.slice_id = f.slice_id
        where s.status = ? and s.verdict = 'accept'
        order by s.landed_seq, s.slice_id
        """,
        [receipts.STATUS_ACCEPTED],
    ).fetchall():
        groups.setdefault(row[:4], []).append(_Slice(*row[4:]))
    _join_calendars(groups)
    for key in sorted(groups):
        pairs = [pair for a, b in _settle(groups[key]) for pair in ((a, b), (b, a))]
        # the quarters of one calendar would each say it again
        for mine, other in {(m.file_id, m.sheet, o.file_id): (m, o) for m, o in pairs}.values():
            _refuse_version(connection, mine, other)
        if key[3] == _CALENDAR:
            _tell_emptied(connection, groups[key])
    told = [(one.slice_id, one.status, one.superseded_by) for slices in groups.values() for one in slices]
    connection.execute(
        """
        update record.slices
        set status = told.status, superseded_by = told.superseded_by, is_active = told.status = ?
        from (select unnest(?) as slice_id, unnest(?) as status, unnest(?) as superseded_by) as told
        where slices.slice_id = told.slice_id
        """,
        [receipts.STATUS_ACCEPTED, *([one[place] for one in told] for place in range(3))],
    )
    connection.execute(
        "update record.slices set rows_accepted = 0, rows_refused = rows_read where status = ?",
        [receipts.STATUS_REFUSED_SLICE],
    )


def _join_calendars(groups: dict[tuple[str, str, str, str], list[_Slice]]) -> None:
    """The quarters of one calendar stand or fall together: one group per room, each slice spanning its whole file."""
    for key in [key for key in groups if key[3] == _CALENDAR]:
        kind, room, _, scope = key
        groups.setdefault((kind, room, "", scope), []).extend(groups.pop(key))
    for slices in (slices for key, slices in groups.items() if key[3] == _CALENDAR):
        slices.sort(key=lambda s: (s.landed_seq, s.quarter, s.slice_id))
        for file_id in {s.file_id for s in slices}:
            mine = [s for s in slices if s.file_id == file_id]
            whole = ",".join(f"{s.quarter}:{s.content_hash}" for s in mine)
            for one in mine:
                one.first_on = Quarter.parse(mine[0].quarter).first_day
                one.last_on = Quarter.parse(mine[-1].quarter).last_day
                one.content_hash = whole


def _tell_emptied(connection: Connection, slices: list[_Slice]) -> None:
    """A quarter that the earlier calendar had and the later has not is told: an extract would look the same."""
    standing = {s.quarter for s in slices if s.status == receipts.STATUS_ACCEPTED}
    for old in slices:
        if old.status == receipts.STATUS_SUPERSEDED and old.quarter not in standing:
            later = next(s for s in slices if s.source_file == old.superseded_by)
            message = (
                f"Cet agenda remplace « {old.source_file} » et n'a plus de réservation en {old.quarter}. S'il n'est qu'un "
                "extrait, retirez-le (periscope withdraw) et déposez l'agenda entier."
            )
            connection.execute(
                "insert into record.findings values (?, ?, ?, 0, '', '', 'quarter_emptied', ?, ?)",
                [later.file_id, later.source_file, later.sheet, message, later.sender],
            )


def _refuse_version(connection: Connection, mine: _Slice, other: _Slice) -> None:
    connection.execute(
        "insert into record.refusals values (?, ?, ?, 0, '', '', 'two_versions', ?, ?, ?)",
        [
            mine.file_id,
            mine.source_file,
            mine.sheet,
            f"Une autre version est arrivée en même temps : « {other.source_file} ». Rien ne dit laquelle est la bonne.",
            "Retirez la mauvaise avec « periscope withdraw », ou renvoyez la bonne avec sa date d'envoi (sent_on).",
            mine.sender,
        ],
    )
