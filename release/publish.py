"""The publication of one quarter: folders, pages, gates, then in place at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from periscope.warehouse import Connection
from periscope.workspace import Run, Workspace
from release import agreement, artefacts, attack, delivery, export, place, record, registry


def closing_of(workspace: Workspace, quarter: str) -> dict[str, Any] | None:
    """The closing of a quarter; None while it is open."""
    closings = record.read_lines(record.closings_path(workspace))
    return next((line for line in closings if line["quarter"] == quarter), None)


def publish(connection: Connection, run: Run, render: Callable[[list[Path]], None]) -> Path:
    """Write every reader's folder, render its pages, attack and search it, put it in place.

    `connection` is the candidate warehouse after `protection.masks.protect`, with `raw` attached. `render` receives
    the readers' folders (figures.csv, history.csv inside) and adds the pages. Returns `published/<quarter>`.
    Raises GateError (exit 3) when a gate refuses: the previous publication is intact. A closed quarter is left as it
    was closed: what arrives late is a restatement in the quarters after it. A folder that says what its reader was given
    already stays as it was given.
    """
    if closing_of(run.workspace, str(run.quarter)) is not None:
        return run.workspace.published / str(run.quarter)
    base = place.candidate_folder(run)
    folders = export.write_folders(connection, run, base)
    registry.gate(run.workspace)
    attack.gate(connection, run, base)
    render(folders)
    agreement.gate(run.workspace, base)
    for folder in folders:
        if not delivery.put_back(run, folder):
            export.write_manifest(connection, run, folder)
    artefacts.gate(connection, run, base)
    return place.put_in_place(run, base)
