"""The publication of one quarter: folders, pages, gates, then in place at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from periscope.warehouse import Connection
from periscope.workspace import Run
from release import artefacts, attack, export, place


def publish(connection: Connection, run: Run, render: Callable[[list[Path]], None]) -> Path:
    """Write every reader's folder, render its pages, attack and search it, put it in place.

    `connection` is the candidate warehouse after `protection.masks.protect`, with `raw` attached. `render` receives
    the readers' folders (figures.csv, history.csv inside) and adds the pages. Returns `published/<quarter>`.
    Raises GateError (exit 3) when a gate refuses: the previous publication is intact.
    """
    base = place.candidate_folder(run)
    folders = export.write_folders(connection, run, base)
    attack.gate(connection, run, base)
    render(folders)
    for folder in folders:
        export.write_manifest(connection, run, folder)
    artefacts.gate(connection, run, base)
    return place.put_in_place(run, base)
