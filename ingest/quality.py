"""The evaluator's page on the quarter's files, `qualite.html`: who sent what and when, refusals by reason, the trend.

Internal: it names members. It is written with the returns and never published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ingest import pages
from periscope import tables
from periscope.quarters import Quarter
from periscope.warehouse import Connection
from periscope.workspace import Run

FILE_NAME = "qualite.html"
_KINDS = ("supported_projects", "collaborative_projects", "posts", "activity")
_TREND_QUARTERS = 8

#: one row per quarter asked for, member expected in it and kind: the day of its first answer, null without any
_ANSWERS = """
    with
    quarters as (
        select unnest($quarters) as quarter, unnest($first_days) as first_day, unnest($last_days) as last_day
    ),
    expected as (
        select distinct quarters.*, members.member_id, members.name, members.siren
        from quarters
        inner join register.memberships as held
            on held.presence <> 'candidate' and held.joined_on <= quarters.last_day
            and coalesce(held.left_on, quarters.last_day) >= quarters.first_day
        inner join register.members as members on held.member_id = members.member_id
    ),
    kinds as (select unnest($kinds) as kind),
    standing as (
        select
            slices.sender_siren, slices.quarter, coalesce(slices.sent_on, files.landed_on) as received_on,
            case when slices.kind in ('fec', 'turnover') then 'activity' else slices.kind end as kind,
            ledgers.first_entry_on, ledgers.last_entry_on
        from record.slices as slices
        inner join record.files as files on slices.file_id = files.file_id
        left join revenue.fec_files as ledgers on slices.slice_id = ledgers.slice_id
        where slices.is_active and (slices.kind <> 'fec' or ledgers.slice_id is not null)
    )
    select expected.quarter, expected.member_id, expected.name, kinds.kind, min(standing.received_on)
    from expected
    cross join kinds
    left join standing
        on expected.siren = standing.sender_siren and kinds.kind = standing.kind
        and (
            expected.quarter = standing.quarter
            or (standing.first_entry_on <= expected.last_day and standing.last_entry_on >= expected.last_day)
        )
    group by all
    order by expected.quarter, expected.member_id, kinds.kind
"""
_ROWS = """
    select quarter, sum(rows_read), sum(rows_refused) from record.slices
    where status not in ('superseded', 'withdrawn') group by quarter
"""
_ROOMS = """
    select
        rooms.room_id, coalesce(rooms.name, rooms.room_id),
        string_agg(distinct slices.scope, ', ' order by slices.scope), sum(slices.rows_accepted), sum(slices.rows_refused)
    from register.rooms as rooms
    left join record.slices as slices
        on rooms.room_id = slices.sender and slices.kind = 'bookings' and slices.quarter = ?
        and slices.status not in ('superseded', 'withdrawn')
    group by 1, 2
    order by 1
"""

Answer = tuple[str, str, str, str, date | None]


def write(folder: Path, run: Run, connection: Connection, refused: Iterable[tuple[str, str, str]]) -> None:
    """Write the page in `folder`; `refused` are (sender, file, reason) of what stands refused for the quarter."""
    quarters = [run.quarter.shift(-back) for back in range(_TREND_QUARTERS - 1, -1, -1)]
    answers: list[Answer] = connection.execute(
        _ANSWERS,
        {
            "quarters": [str(quarter) for quarter in quarters],
            "first_days": [quarter.first_day for quarter in quarters],
            "last_days": [quarter.last_day for quarter in quarters],
            "kinds": list(_KINDS),
        },
    ).fetchall()
    rooms = connection.execute(_ROOMS, [str(run.quarter)]).fetchall()
    page = pages.page(
        run,
        f"Qualité des envois, {run.quarter.label_fr}",
        pages.paragraph(
            "Page interne : elle nomme les membres. Les jours sont comptés depuis le dernier jour du trimestre jusqu'à la "
            "date d'envoi écrite dans le fichier, sinon jusqu'au jour où il a été lu."
        ),
        _who(run, answers),
        pages.table(
            "Salles : réservations reçues",
            ("Salle", "Nom", "Formats", "Lignes acceptées", "Lignes refusées"),
            rooms,
        ),
        _reasons(refused),
        _trend(answers, quarters, {row[0]: row[1:] for row in connection.execute(_ROWS).fetchall()}),
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE_NAME).write_text(page, encoding="utf-8")


def _who(run: Run, answers: list[Answer]) -> str:
    now = [answer for answer in answers if answer[0] == str(run.quarter)]
    waited = (run.as_of - run.quarter.last_day).days
    rows: list[list[object]] = []
    for member_id, name in dict.fromkeys((answer[1], answer[2]) for answer in now):
        received = {kind: on for _, other, _, kind, on in now if other == member_id}
        told = [_days(received[kind], run.quarter) or f"manque depuis {waited} j" for kind in _KINDS]
        rows.append([member_id, name, *told])
    titles = ("Membre", "Nom", *(tables.DECLARATIONS[kind].label_fr for kind in _KINDS))
    return pages.table("Qui a répondu, à quoi, et quand", titles, rows)


def _days(received_on: date | None, quarter: Quarter) -> str:
    if received_on is None:
        return ""
    days = (received_on - quarter.last_day).days
    return f"reçu, {days} j après" if days > 0 else "reçu avant la fin"


def _reasons(refused: Iterable[tuple[str, str, str]]) -> str:
    lines = list(refused)
    counts = Counter(reason for _, _, reason in lines)
    rows = [
        (
            reason,
            count,
            len({file for _, file, other in lines if other == reason}),
            ", ".join(sorted({sender or "non reconnu" for sender, _, other in lines if other == reason})),
        )
        for reason, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    if not rows:
        return pages.paragraph("Aucun refus ce trimestre.")
    return pages.table("Refus par motif", ("Motif", "Refus", "Fichiers", "Expéditeurs"), rows)


def _trend(answers: list[Answer], quarters: Sequence[Quarter], rows: dict[str, Any]) -> str:
    lines = []
    for quarter in quarters:
        mine = [answer for answer in answers if answer[0] == str(quarter)]
        if not mine:
            continue
        on = {member: [o for _, m, _, _, o in mine if m == member and o] for _, member, _, _, _ in mine}
        late = sorted((min(found) - quarter.last_day).days for found in on.values() if found)
        read, refused = rows.get(str(quarter), (0, 0))
        lines.append(
            (
                quarter.label_fr,
                len(on),
                sum(map(bool, on.values())),
                late[len(late) // 2] if late else None,
                read,
                refused,
                f"{100 * refused / read:.1f} %".replace(".", ",") if read else None,
            )
        )
    titles = ("Trimestre", "Membres attendus", "Ont répondu", "Délai médian (jours)", "Lignes lues", "Lignes refusées", "Part refusée")  # fmt: skip
    return pages.table("Tendance", titles, lines)
