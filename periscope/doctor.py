"""What doctor found: what was mended, what is lost, which quarters to compute again; and its checks of the ground floor."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field

from periscope import warehouse
from periscope.errors import GateError, UsageError, shown
from periscope.files import PARTIAL, is_partial
from periscope.quarters import Quarter
from periscope.workspace import Run, Workspace

#: of a run that was cut short, in warehouse/; never read by anyone
_LEFTOVERS = (
    "candidate/published",
    "candidate/ahead",
    "candidate/periscope.duckdb",
    "candidate/periscope.duckdb.wal",
    "tmp",
)


@dataclass
class Report:
    """French sentences: `mended` is whole again, `lost` needs a person. `quarters` are to be computed again."""

    mended: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    quarters: set[str] = field(default_factory=set)
    is_warehouse_gone: bool = False

    @property
    def text(self) -> str:
        if not self.mended and not self.lost:
            return "Tout est sain : réglages, clé, entrepôt, originaux, clôtures et publications."
        lines = [f"Réparé : {text}" for text in self.mended] + [f"PERDU : {text}" for text in self.lost]
        return "\n".join(map(shown, lines))

    def refuse_losses(self) -> None:
        """Raise GateError when something is lost: nothing is computed from what is not whole."""
        if self.lost:
            raise GateError(
                f"{len(self.lost)} perte(s) demandent une personne (lignes PERDU) ; rien n'a été recalculé. Suivez le remède "
                "de chaque ligne, puis relancez « periscope doctor »."
            )


def quarters_to_compute(run: Run, report: Report) -> list[Quarter]:
    """The quarters to compute again; without a warehouse, at least the last one published."""
    workspace, wanted = run.workspace, set(report.quarters)
    if report.is_warehouse_gone:
        wanted.add(max((path.name for path in workspace.published.glob("*-Q*")), default=str(run.quarter)))
    if wanted:
        (workspace.warehouse / "state.json").unlink(missing_ok=True)
    return sorted(map(Quarter.parse, wanted))


def check_ground(workspace: Workspace, report: Report) -> None:
    """Key, DuckDB files, leftovers. A damaged DuckDB file is removed: it can be computed again."""
    try:
        workspace.key  # noqa: B018 - read for its failure
    except UsageError as error:
        report.lost.append(str(error))
    for path in (workspace.raw_database, workspace.database):
        if path.exists() and warehouse.is_damaged(path):
            warehouse.remove(path)
            report.mended.append(
                f"warehouse/{path.name} était endommagé : il est recalculé depuis les originaux."
            )
        if not path.exists() and workspace.journal.exists():
            report.is_warehouse_gone = True
    left = [workspace.warehouse / name for name in _LEFTOVERS]
    files = [path for place in left for path in (place, *place.rglob("*")) if path.is_file()]
    for path in files:
        path.unlink()
    if files:
        report.mended.append("warehouse gardait les restes d'un traitement interrompu : ils sont ôtés.")
    for path in sorted(workspace.root.rglob(f"*{PARTIAL}")):
        if is_partial(path):
            path.unlink() if path.is_file() else shutil.rmtree(path)
            report.mended.append("Un fichier écrit à moitié par un traitement interrompu est ôté.")
