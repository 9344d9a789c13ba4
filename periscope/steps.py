"""Steps that belong to no room: building the models, and what the evaluator reads at the end."""

from __future__ import annotations

from periscope import models, warehouse
from periscope.workspace import Run


def build(run: Run) -> None:
    """Build the candidate warehouse from the raw one; the published one is not touched."""
    workspace = run.workspace
    with warehouse.connect(workspace.raw_database, read_only=True) as connection:
        managing = workspace.settings.managing_body
        row = connection.execute(
            "select siren from register.members where member_id = ? or siren = ?", [managing, managing]
        ).fetchone()
    models.build(
        models.BuildRequest(
            raw=workspace.raw_database,
            candidate=workspace.candidate / "periscope.duckdb",
            target=workspace.warehouse / "dbt",
            quarter=run.quarter,
            history_start=run.history_start,
            baseline_quarter=str(workspace.settings.baseline or ""),
            managing_body_siren=row[0] if row else managing if managing.isdigit() else "",
            source_gap_share=workspace.settings.thresholds.source_gap_share,
        )
    )


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
    lines = [
        f"{run.quarter.label_fr} : {figures} chiffres publiés.",
        f"  Membres : {answered} ont répondu sur {expected} attendus, {expected - answered} à relancer (periscope status).",
        f"  Fichiers refusés : {refused_files} ; lignes refusées : {refused_rows} ; constats : {findings} "
        f"(détail par expéditeur dans {workspace.returns / str(run.quarter)}).",
        f"  Tableau de bord du comité : {published / 'committee' / 'dashboard.html'}",
        f"  Édition interne : {published / 'internal' / 'dashboard.html'}",
    ]
    return "\n".join(lines)


def _count(connection: warehouse.Connection, sql: str, *parameters: str) -> int:
    row = connection.execute(sql, list(parameters)).fetchone()
    return int(row[0]) if row else 0
