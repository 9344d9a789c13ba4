"""The publication of one quarter: folders, pages, gates, then in place at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from periscope.beside import Beside
from periscope.errors import PeriscopeError
from periscope.files import file_hash
from periscope.warehouse import Connection
from periscope.workspace import Run, Workspace
from release import agreement, artefacts, attack, delivery, export, place, record, registry

#: Starts the pages of these folders, figures.csv and history.csv inside; what it returns waits for them.
Render = Callable[[list[Path]], Callable[[], None]]


def closing_of(workspace: Workspace, quarter: str) -> dict[str, Any] | None:
    """The closing of a quarter; None while it is open."""
    closings = record.read_lines(record.closings_path(workspace))
    return next((line for line in closings if line["quarter"] == quarter), None)


def publish(
    connection: Connection,
    run: Run,
    render: Render,
    lines: Sequence[record.Line] = (),
    beside: Beside | None = None,
) -> Path:
    """Publish the quarter, and add to the records what it changes: `lines`. Returns `published/<quarter>`.

    A closed quarter is left as it was closed: what arrives late is a restatement in the quarters after it.
    """
    workspace, quarter = run.workspace, str(run.quarter)
    if closing_of(workspace, quarter) is not None:
        base = workspace.published / quarter
        record.intend(workspace, quarter, base, list(lines))
    else:
        candidate = prepare(connection, run, render, beside)
        record.intend(workspace, quarter, candidate, list(lines))
        base = place.put_in_place(run, candidate)
    record.settle(workspace)
    return base


def prepare(connection: Connection, run: Run, render: Render, beside: Beside | None = None) -> Path:
    """Write every reader's folder, render its pages, attack it and search it; returns the folder to put in place.

    `connection` is the candidate warehouse after `protection.masks.protect`, with `raw` attached. Raises
    GateError (exit 3) when a gate refuses: the previous publication is intact. A folder that says what its reader was
    given already stays as it was given.
    """
    _refuse_lost_closing(run)
    base = place.candidate_folder(run)
    folders = export.write_folders(connection, run, base)
    registry.gate(run.workspace)
    rendered = render(folders)
    export.write_proofs(connection, run, folders)
    # the attack reads figures only, which no page changes
    attack.gate(connection, run, base)
    secrets = artefacts.secrets(connection, run, folders)
    rendered()
    agreement.gate(run.workspace, base)
    for folder in folders:
        if not delivery.put_back(run, folder):
            export.write_manifest(connection, run, folder)
    artefacts.gate(secrets, beside)
    return base


def _refuse_lost_closing(run: Run) -> None:
    """A publication that is the frozen copy of its quarter was closed, whatever the record says now."""
    published, frozen = (
        folder / str(run.quarter) / record.INTERNAL / "manifest.json"
        for folder in (run.workspace.published, run.workspace.record / "closed")
    )
    if published.exists() and frozen.exists() and file_hash(published) == file_hash(frozen):
        raise PeriscopeError(
            f"{run.quarter} a été clos, mais record/closings.jsonl ne le dit plus. Rien n'a été modifié. Lancez « periscope "
            "doctor » : il le reprend des dossiers de preuve, ou dit quoi faire."
        )
