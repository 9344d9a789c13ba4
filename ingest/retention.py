"""The retention rule: originals and returns past their time go, those that a figure may still need stay.

A file goes when all that it says ends before the limit. It stays when a quarter of it is published and not closed, or
when the figures of today still look back at it (the history of the run, five-year survival).
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import date

from ingest import landing
from ingest.landing import LandedFile
from periscope import warehouse
from periscope.errors import UsageError, shown
from periscope.files import file_hash
from periscope.quarters import Quarter, quarters_between
from periscope.workspace import Run, Workspace

#: years before the quarter that an indicator may look at: survival_rate_5y, from the first day of a creation's quarter
LOOK_BACK_YEARS = 6
_MONTHS = {"y": 12, "a": 12, "q": 3, "t": 3, "m": 1}


@dataclass(frozen=True)
class Old:
    """One landed file past its time: what it says ends on `ends_on`; `kept_for` says why it stays, if it does."""

    file: LandedFile
    ends_on: date
    kept_for: str


@dataclass(frozen=True)
class Plan:
    """What a purge would remove and what it would leave."""

    limit: date
    old: list[Old]
    returns: list[str]

    @property
    def removed(self) -> list[Old]:
        return [old for old in self.old if not old.kept_for]

    @property
    def is_empty(self) -> bool:
        return not self.removed and not self.returns

    @property
    def text(self) -> str:
        lines = [f"Ce qui est antérieur au {self.limit:%d/%m/%Y} :"]
        for old in sorted(self.old, key=lambda old: (bool(old.kept_for), old.file.source_file)):
            fate = f"gardé ({old.kept_for})" if old.kept_for else "à supprimer"
            lines.append(f"  {fate} : {old.file.source_file}, jusqu'au {old.ends_on:%d/%m/%Y}")
        lines += [f"  à supprimer : returns/{name}" for name in self.returns]
        return "\n".join(map(shown, lines)) if len(lines) > 1 else f"{lines[0][:-2]} : rien."


def limit_of(text: str, as_of: date) -> date:
    """The day before which things are old: `10y`, `30m` or `40q` before `as_of`. Raises UsageError."""
    match = re.fullmatch(r"(\d{1,4}) ?([yaqtm])", text.strip().lower())
    if match is None or not int(match[1]):
        raise UsageError(
            f"« {text} » n'est pas une durée : écrivez 10y (années), 40q (trimestres) ou 120m (mois). Rien n'est supprimé."
        )
    months = as_of.year * 12 + as_of.month - 1 - int(match[1]) * _MONTHS[match[2]]
    if months < 12:
        raise UsageError(
            f"« {text} » remonte avant l'an 1. Donnez une durée plus courte ; rien n'est supprimé."
        )
    return date(months // 12, months % 12 + 1, 1)


def plan(run: Run, older_than: str, closed: set[str]) -> Plan:
    """What a purge would do. `closed` are the closed quarters. Raises UsageError when nothing was read yet."""
    workspace = run.workspace
    limit = limit_of(older_than, run.as_of)
    if not workspace.raw_database.exists():
        raise UsageError("Aucun fichier n'a été lu : lancez d'abord « periscope run ». Rien n'est supprimé.")
    needed_from = min(run.history_start, date(run.quarter.year - LOOK_BACK_YEARS, 1, 1))
    is_open = {path.name for path in workspace.published.iterdir() if path.is_dir()} - closed
    with warehouse.connect(workspace.raw_database, read_only=True) as connection:
        said = _said(connection)
    old = []
    for file in landing.landed_files(workspace):
        quarters, ends_on = said.get(file.file_id, (set(), date.fromisoformat(file.landed_on)))
        if ends_on >= limit:
            continue
        waiting = sorted(quarters & is_open)
        why = f"{waiting[0]} n'est pas clos" if waiting else ""
        if not why and quarters and ends_on >= needed_from:
            why = f"les calculs remontent au {needed_from:%d/%m/%Y}"
        old.append(Old(file, ends_on, why))
    returns = sorted(path.name for path in workspace.returns.iterdir() if _ended_before(path.name, limit))
    return Plan(limit, old, returns)


def _ended_before(name: str, limit: date) -> bool:
    try:
        return Quarter.parse(name).last_day < limit
    except UsageError:
        return False


def _said(connection: warehouse.Connection) -> dict[str, tuple[set[str], date]]:
    """file_id -> the quarters that it speaks of, and the last day of them."""
    found: dict[str, tuple[set[str], date]] = {}
    rows = connection.execute(
        """
        select slices.file_id, slices.quarter, fec.first_entry_on, fec.last_entry_on
        from record.slices as slices
        left join revenue.fec_files as fec on slices.slice_id = fec.slice_id
        where slices.quarter <> '' or fec.last_entry_on is not null
        """
    ).fetchall()
    for file_id, quarter, first_on, last_on in rows:
        first = Quarter.parse(quarter) if quarter else Quarter.of(first_on)
        last = Quarter.parse(quarter) if quarter else Quarter.of(last_on)
        quarters, ends_on = found.get(file_id, (set(), date.min))
        told = {str(one) for one in quarters_between(first, last)}
        found[file_id] = quarters | told, max(ends_on, last.last_day)
    return found


def purge(run: Run, planned: Plan, older_than: str) -> str:
    """Remove what the plan says; returns what to tell. The journal says so first: a purge cut short is finished by the next one."""
    workspace = run.workspace
    journal = landing.journal(workspace)
    if journal:
        last = journal[-1]
        landing.append(
            workspace,
            [
                landing.Entry(
                    last.seq + position, last.batch + 1, landing.PURGED, old.file.file_id, old.file.source_file,
                    run.as_of.isoformat(), reason=f"conservation limitée à {older_than}",
                )
                for position, old in enumerate(planned.removed, 1)
            ],
        )  # fmt: skip
    _remove(
        workspace, {entry.file_id for entry in landing.journal(workspace) if entry.event == landing.PURGED}
    )
    for name in planned.returns:
        shutil.rmtree(workspace.returns / name)
    _forget_copies(workspace)
    return (
        f"{len(planned.removed)} fichier(s) supprimé(s), consigné(s) au journal. Relancez « periscope run »."
    )


def _forget_copies(workspace: Workspace) -> None:
    """The analysts' copies hold rows of the files removed: gone too, `explore` makes them again; notebooks stay."""
    shutil.rmtree(workspace.exploration / "marts", ignore_errors=True)
    for path in workspace.exploration.glob("*.duckdb*"):
        path.unlink()


def _remove(workspace: Workspace, file_ids: set[str]) -> None:
    for path in landing.inbox_files(workspace):
        if file_hash(path) in file_ids:
            path.unlink()
    for file_id in file_ids:
        (workspace.landed / file_id).unlink(missing_ok=True)
