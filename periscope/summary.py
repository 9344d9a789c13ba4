"""What the evaluator reads: the lines that close a run, and who has sent what."""

from __future__ import annotations

from periscope import warehouse
from periscope.errors import UsageError, shown
from periscope.workspace import Run


def closing_summary(run: Run) -> str:
    """The French lines that close a run: where to look, and what needs a person."""
    workspace = run.workspace
    published = workspace.published / str(run.quarter)
    with warehouse.connect(workspace.database, read_only=True) as connection:
        warehouse.attach(connection, workspace.raw_database)
        figures = _count(
            connection,
            "select count(*) from marts.fct_figures as f inner join intermediate.int_periods as p using (period) "
            "where p.is_current and f.value is not null",
        )
        expected = _count(
            connection,
            "select count(distinct member_id) from intermediate.int_members__by_period "
            "where period = ? and basis = 'flow' and perimeter = 'members'",
            str(run.quarter),
        )
        answered = _count(
            connection,
            "select count(distinct member_id) from intermediate.int_answers__by_quarter as answers "
            "inner join intermediate.int_members__by_period as members using (member_id) "
            "where answers.quarter = ? and members.period = ? and members.basis = 'flow' and members.perimeter = 'members'",
            str(run.quarter),
            str(run.quarter),
        )
        refused_files = _count(
            connection, "select count(*) from raw.record.files where status = 'refused_file'"
        )
        refused_rows = _count(connection, "select coalesce(sum(rows_refused), 0) from raw.record.slices")
        findings = _count(connection, "select count(*) from raw.record.findings")
        model_findings = _count(connection, "select count(*) from marts.fct_findings")
        offered = connection.execute(
            "select layout, sum(shown_count), sum(cells_count) from protection.layouts where layout <> '' "
            "group by layout order by avg(told_share) desc, layout limit 1"
        ).fetchone()
    lines = [
        f"{run.quarter.label_fr} : {figures} chiffres publiés.",
        f"  Membres : {answered} ont répondu sur {expected} attendus, {expected - answered} à relancer (periscope status).",
        f"  Fichiers refusés : {refused_files} ; lignes refusées : {refused_rows} ; constats : {findings} "
        f"(détail par expéditeur dans {workspace.returns / str(run.quarter)}).",
        f"  Constats du calcul : {model_findings} (periscope status).",
        f"  Qualité des envois : {workspace.returns / str(run.quarter) / 'qualite.html'}",
        f"  Tableau de bord du comité : {published / 'committee' / 'dashboard.html'}",
        f"  Édition interne : {published / 'internal' / 'dashboard.html'}",
    ]
    if offered:
        lines.append(
            "  La plupart des fonctions sont cachées ; cette présentation en dirait au moins "
            f"{offered[1]} cases sur {offered[2]} : {offered[0]} (édition interne, chiffres masqués)."
        )
    return "\n".join(lines)


def _model_findings(run: Run) -> list[str]:
    """What the models noticed of rows that were accepted: one line per kind, with the place of the first."""
    if not run.workspace.database.exists():
        return []
    with warehouse.connect(run.workspace.database, read_only=True) as connection:
        warehouse.attach(connection, run.workspace.raw_database)
        rows = connection.execute(
            """
            select count(*), findings.message,
                first(coalesce(slices.source_file, findings.source_ref) order by slices.source_file, findings.row_number),
                first(findings.row_number order by slices.source_file, findings.row_number)
            from marts.fct_findings as findings
            left join raw.record.slices as slices on findings.source_ref = slices.slice_id
            group by findings.code, findings.message order by findings.code
            """
        ).fetchall()
    lines = [f"Constats du calcul ({sum(count for count, *_ in rows)})"]
    for count, message, file, row in rows:
        place = f"{file}, ligne {row}" if row else file
        lines.append(f"  {count} × {message} Le premier : {place}.")
    return lines


def _count(connection: warehouse.Connection, sql: str, *parameters: str) -> int:
    row = connection.execute(sql, list(parameters)).fetchone()
    return int(row[0]) if row else 0


def status(run: Run) -> str:
    """Who has sent what for the quarter, what is missing, what was refused and why."""
    workspace = run.workspace
    if not workspace.raw_database.exists():
        raise UsageError(
            "Rien n'a encore été reçu : déposez des fichiers dans inbox/, puis lancez « periscope run »."
        )
    with warehouse.connect(workspace.raw_database, read_only=True) as connection:
        slices = connection.execute(
            "select coalesce(nullif(sender, ''), '?'), kind, source_file, sheet, rows_read, rows_accepted, rows_refused, "
            "status, superseded_by from record.slices where quarter in (?, '') order by all",
            [str(run.quarter)],
        ).fetchall()
        missing = connection.execute(
            """
            select members.member_id, members.name, string_agg(distinct kinds.kind, ', ' order by kinds.kind)
            from register.members as members
            inner join register.memberships as memberships on members.member_id = memberships.member_id
            cross join (select unnest(?) as kind) as kinds
            left join record.slices as slices
                on slices.sender_siren = members.siren and slices.is_active
                and (slices.kind = kinds.kind or kinds.kind = 'activity' and slices.kind in ('fec', 'turnover'))
                and slices.quarter in (?, '')
            where memberships.presence <> 'candidate' and memberships.joined_on <= ?
                and coalesce(memberships.left_on, ?) >= ? and slices.slice_id is null
            group by all order by all
            """,
            [
                ["supported_projects", "collaborative_projects", "posts", "activity"],
                str(run.quarter),
                run.quarter.last_day,
                run.quarter.last_day,
                run.quarter.first_day,
            ],
        ).fetchall()
        refusals = connection.execute(
            "select distinct source_file, sheet, row_number, column_name, reason, remedy from record.refusals order by all"
        ).fetchall()
    lines = [f"{run.quarter.label_fr} : reçu"]
    for sender, kind, file, sheet, read, accepted, refused, state, by in slices:
        where = f"{file} [{sheet}]" if sheet else file
        replaced = f", remplacé par {by}" if by else ""
        lines.append(
            f"  {sender} · {kind} · {where} : {read} lues, {accepted} acceptées, {refused} refusées ({state}{replaced})"
        )
    lines.append(f"Manque ({len(missing)} membres)")
    lines += [f"  {member} {name} : {kinds}" for member, name, kinds in missing]
    lines.append(f"Refusé ({len(refusals)})")
    for file, sheet, row, column, reason, remedy in refusals:
        place = ", ".join(part for part in (file, sheet, f"ligne {row}" if row else "", column) if part)
        lines.append(f"  {place} : {reason} {remedy}")
    lines += _model_findings(run)
    lines.append(f"Qualité des envois : {workspace.returns / str(run.quarter) / 'qualite.html'}")
    return "\n".join(map(shown, lines))
