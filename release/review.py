"""What a publication changes against the last one, figure by figure with the cause, and who accepts it.

record/acceptances.jsonl  one line per accepted publication: quarter, by, on, how, and every change it accepted
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from periscope.errors import GateError
from periscope.records import delivered_to
from periscope.warehouse import Connection
from periscope.workspace import Run
from release import inputs, record, restatement
from release.changes import Change, Comparison, figures_now, read_rows, texts
from release.inputs import Inputs
from release.record import INTERNAL
from release.restatement import Restatement

#: lines shown on the terminal for each list; the record has them all
_MOST_LINES = 40
#: Asks a person, given the question; returns a name, or '' for no.
Ask = Callable[[str], str]


@dataclass(frozen=True)
class Decision:
    """Who accepts, said on the command line: `by` with `yes`; else `ask` a person, None without a terminal."""

    by: str = ""
    yes: bool = False
    ask: Ask | None = None


@dataclass(frozen=True)
class Reviewed:
    """What was accepted, to be written down once the publication is in place."""

    provisional: list[Change]
    restatements: list[Restatement]
    by: str
    how: str


def provisional_changes(connection: Connection, run: Run) -> list[Change]:
    """Figures of the last publication of this quarter that are no longer the same; none before the first."""
    folder = run.workspace.published / str(run.quarter) / INTERNAL
    if not (folder / inputs.FILE_NAME).exists():
        return []
    now = figures_now(connection)
    current = {str(run.quarter), str(run.quarter.year)}

    def is_told(row: dict[str, str]) -> bool:
        return row["period"] in current or row["dimension"] == "cohort"

    before = {row["figure_id"]: row for row in read_rows(folder / "figures.csv") if is_told(row)}
    after = {key: texts(row) for key, row in now.items() if is_told(row)}
    pairs = [(before.get(key, {}), after.get(key, {})) for key in sorted(before.keys() | after.keys())]
    return Comparison(connection, run, folder, Inputs.current(connection, run)).changes(pairs)


def review(
    connection: Connection, run: Run, found: list[Restatement], decision: Decision, say: Callable[[str], None]
) -> Reviewed:
    """Show what changes, and have it accepted. Raises GateError when a person says no.

    Without a terminal and without `--yes`, what changes is accepted and recorded as such.
    """
    provisional = provisional_changes(connection, run)
    new = [one for one in found if not one.approval.by]
    if not provisional and not new:
        return Reviewed([], found, "", "")
    for line in told(run, provisional, new):
        say(line)
    by, how = decision.by, "option --yes" if decision.yes else "sans terminal"
    if not decision.yes and decision.ask is not None:
        by = decision.ask("Acceptez-vous ces changements ? Votre nom pour oui, Entrée pour non : ").strip()
        how = "terminal"
        if not by:
            raise GateError(
                "Changements refusés : rien n'est publié, la publication précédente est intacte. Corrigez les fichiers "
                "ou le registre, puis relancez."
            )
    by = by or how
    return Reviewed(provisional, restatement.approve(connection, run, found, by), by, how)


def told(run: Run, provisional: list[Change], new: list[Restatement]) -> list[str]:
    """The French lines of the review."""
    lines = []
    if provisional:
        lines.append(
            f"{len(provisional)} chiffres provisoires changent depuis la dernière publication de {run.quarter} :"
        )
        lines += _listed(provisional)
        lines += _holders(run, str(run.quarter))
    if new:
        lines.append(f"{len(new)} chiffres de trimestres clos sont révisés :")
        lines += _listed([one.change for one in new])
        quarters = {one.change.told["period"] for one in new}
        for quarter in sorted({q if "-Q" in q else f"{q}-Q4" for q in quarters}):
            lines += _holders(run, quarter)
    return lines


def _holders(run: Run, quarter: str) -> list[str]:
    """Who was given the old numbers of a quarter, if anybody."""
    readers = delivered_to(run.workspace.record, quarter)
    return [f"  L'ancien nombre de {quarter} a été remis à : {' ; '.join(readers)}."] if readers else []


def _listed(changes: list[Change]) -> list[str]:
    lines = [
        f"  {one.figure_id} {one.name_fr} : {one.before.get('value') or 'n.d.'} → {one.after.get('value') or 'n.d.'} "
        f"[{one.cause_fr or 'cause non établie'}]"
        for one in changes[:_MOST_LINES]
    ]
    if len(changes) > _MOST_LINES:
        lines.append(
            f"  … et {len(changes) - _MOST_LINES} autres, tous dans record/acceptances.jsonl après accord."
        )
    return lines


def lines(run: Run, reviewed: Reviewed) -> list[record.Line]:
    """What the records keep of it once the publication is in place: the acceptance and the new restatements."""
    if not reviewed.by:
        return []
    new = [one.change for one in reviewed.restatements if one.approval.by == reviewed.by]
    known = restatement.recorded(run.workspace)
    entry: dict[str, Any] = {
        "quarter": str(run.quarter),
        "by": reviewed.by,
        "on": run.as_of.isoformat(),
        "how": reviewed.how,
        "provisional": [_entry(one) for one in reviewed.provisional],
        "restated": [_entry(one) for one in new if restatement.key(one) not in known],
    }
    return [(record.ACCEPTANCES, entry), *restatement.lines(run.workspace, reviewed.restatements)]


def _entry(change: Change) -> list[str]:
    told = change.before.get("value", ""), change.after.get("value", "")
    return [change.figure_id, *told, change.cause_fr]
