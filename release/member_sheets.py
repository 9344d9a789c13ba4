"""What each member's feedback sheet says, from the warehouse of the run."""

from __future__ import annotations

from periscope.member_sheet import Agreement, MemberSheet, OwnFigure, Sent
from periscope.warehouse import Connection
from periscope.workspace import Run

_FIGURES = """
    select indicator_id, period, value, unit, coalesce(reason, '')
    from marts.fct_figures
    where dimension = 'member' and perimeter = 'members' and item = ? and period like '%-Q%'
    order by all
"""
_SENT = """
    select source_file, kind, rows_read, rows_accepted, rows_refused, status
    from raw.record.slices
    where sender = ? and quarter = ? and is_active
    order by all
"""
_MISSING = """
    select kinds.kind
    from (select unnest(['supported_projects', 'collaborative_projects', 'posts', 'activity']) as kind) as kinds
    where not exists (
        select 1 from intermediate.int_answers__by_quarter as answers
        where answers.member_id = ? and answers.quarter = ? and answers.answer_kind = kinds.kind
    )
    order by 1
"""
_AGREEMENTS = """
    select reader, scope, valid_to from raw.register.consents
    where member_id = $member and (valid_from is null or valid_from <= $day) and (valid_to is null or valid_to >= $day)
    order by all
"""


def collect(connection: Connection, run: Run) -> list[MemberSheet]:
    """One sheet per member of the quarter. `connection` has the raw warehouse attached as `raw`."""
    members = connection.execute(
        """
        select distinct m.member_id, coalesce(r.name, m.member_id)
        from intermediate.int_members__by_period as m
        inner join raw.register.members as r on m.member_id = r.member_id
        where m.period = ? and m.basis = 'flow' and m.perimeter = 'members'
        order by 1
        """,
        [str(run.quarter)],
    ).fetchall()
    return [_sheet(connection, run, member_id, name) for member_id, name in members]


def _sheet(connection: Connection, run: Run, member_id: str, name: str) -> MemberSheet:
    settings, quarter = run.workspace.settings, str(run.quarter)

    def rows(sql: str, *parameters: str) -> list[tuple]:  # type: ignore[type-arg]
        return connection.execute(sql, list(parameters)).fetchall()

    agreements = connection.execute(_AGREEMENTS, {"member": member_id, "day": run.as_of}).fetchall()
    return MemberSheet(
        member_id=member_id,
        name=name,
        pole_name=settings.pole_name,
        is_fictitious=settings.is_fictitious,
        quarter=quarter,
        as_of=run.as_of,
        figures=tuple(OwnFigure(*row) for row in rows(_FIGURES, member_id)),
        sent=tuple(Sent(*row) for row in rows(_SENT, member_id, quarter)),
        missing=tuple(row[0] for row in rows(_MISSING, member_id, quarter)),
        agreements=tuple(Agreement(*row) for row in agreements),
    )
