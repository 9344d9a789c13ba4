"""The estimated effects that a reader may have: all of `impact.json` in the house, elsewhere nothing of one member."""

from __future__ import annotations

import json
from typing import Any

from periscope.effects import FILE_NAME, HOUSE_ONLY
from periscope.warehouse import Connection
from periscope.workspace import Run


def effects(connection: Connection, run: Run, reader_id: str, is_internal: bool) -> dict[str, Any]:
    """The fields `effects` and `survival` of a context. An effect masked for this reader is left out whole.

    `connection` is the candidate warehouse after `protection.masks.protect`.
    """
    path = run.workspace.candidate / FILE_NAME
    if not path.exists():
        return {}
    found: dict[str, list[dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))
    masked = {
        row[0]
        for row in connection.execute(
            "select indicator_id from protection.reader_figures "
            "where reader = ? and period = ? and status = 'suppressed'",
            [reader_id, str(run.quarter)],
        ).fetchall()
    }
    told = [effect for effect in found["effects"] if effect["indicator_id"] not in masked]
    if is_internal:
        return {"effects": told, "survival": found["survival"]}
    return {"effects": [{key: effect[key] for key in effect if key not in HOUSE_ONLY} for effect in told]}
