"""Close: quarters frozen in a hash-chained, append-only record.

record/closings.jsonl    one line per closing: quarter, by, on, hash of each reader's manifest, previous hash, hash
record/closed/<quarter>/ the folders as they were closed, served for ever
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from periscope.beside import Beside
from periscope.errors import UsageError
from periscope.files import file_hash
from periscope.warehouse import Connection
from periscope.workspace import Run, Workspace
from release import bundle, delivery, place, publish, record, registry
from release.record import INTERNAL


def is_closed(workspace: Workspace, quarter: str) -> bool:
    return publish.closing_of(workspace, quarter) is not None


def refuse_closed(run: Run) -> None:
    """Raises UsageError when the quarter is closed already."""
    if is_closed(run.workspace, str(run.quarter)):
        raise UsageError(
            f"{run.quarter} est déjà clos : un trimestre clos ne change plus. Vérifiez-le par « periscope verify »."
        )


def close(
    connection: Connection,
    run: Run,
    by: str,
    render: publish.Render,
    lines: Sequence[record.Line] = (),
    beside: Beside | None = None,
) -> dict[str, Any]:
    """Publish the quarter a last time, freeze it and chain the closing; returns its line. `lines` as for `publish`.

    `connection` as for `publish.prepare`, after `protection.masks.protect(…, is_closing=True)`. The final pages are put
    in place last: a closing cut short before leaves the quarter open, and after, the next command writes its line. Raises
    UsageError when it is closed already.
    """
    workspace, quarter = run.workspace, str(run.quarter)
    refuse_closed(run)
    base = publish.prepare(connection, run, render, beside)
    readers = delivery.readers(base)
    entry: dict[str, Any] = {
        "quarter": quarter,
        "by": by,
        "on": run.as_of.isoformat(),
        "readers": {reader: file_hash(base / reader / "manifest.json") for reader in readers},
        "previous": record.last_hash(workspace),
    }
    entry["hash"] = record.entry_hash(entry)
    given = [base / reader for reader in readers if reader != INTERNAL]
    registry.add(run, given, base / INTERNAL, "tous", by)
    for reader in readers:
        bundle.write(base / f"{reader}.zip", base / reader, entry)
    place.make_private_and_durable(base)
    _freeze(base, workspace.record / "closed" / quarter)
    record.intend(workspace, quarter, base, [*lines, (record.CLOSINGS, entry)])
    place.put_in_place(run, base)
    record.settle(workspace)
    return entry


def _freeze(base: Path, frozen: Path) -> None:
    """Copy aside, then rename: a frozen quarter is whole or absent."""
    partial = frozen.with_name(f".{frozen.name}.partial")
    for folder in (partial, frozen):
        if folder.exists():
            shutil.rmtree(folder)
    shutil.copytree(base, partial)
    place.make_private_and_durable(partial)
    partial.rename(frozen)
