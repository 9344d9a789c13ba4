"""`record/registry.jsonl`: what any reader was ever given, with the amounts behind it; and the proof that it is whole.

`protection.registry` reads it. A number that a delivered folder states and the registry does not would be missing from
every later attack: the gate recomputes what the folders still at hand state, and refuses to publish on any difference.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from periscope import bands
from periscope.errors import GateError
from periscope.files import csv_rows, file_hash
from periscope.workspace import Run, Workspace
from release import record
from release.record import INTERNAL

_TERMS = ("measure", "period", "entity", "siren", "amount", "coefficient")
_TABLES = ("figures.csv", "history.csv")
Entry = dict[str, Any]


def deliveries_path(workspace: Workspace) -> Path:
    return workspace.record / "deliveries.jsonl"


def _path(workspace: Workspace) -> Path:
    return workspace.record / "registry.jsonl"


def add(run: Run, folders: Iterable[Path], internal: Path, reader: str, by: str) -> None:
    """Append one delivery: every figure of these folders, with the amounts that `internal` says are behind them."""
    line = {
        "quarter": str(run.quarter),
        "reader": reader,
        "by": by,
        "on": run.as_of.isoformat(),
        "figures": entries(folders, internal),
    }
    record.append(_path(run.workspace), line)


def entries(folders: Iterable[Path], internal: Path) -> list[Entry]:
    """What these readers' folders state together: {figure_id, is_published, value, facts, band if one is told} in the order of the ids.

    A hidden figure has its amounts as well: what was secret when it was delivered stays a target of later attacks.
    """
    rows: dict[str, dict[str, str]] = {}
    for folder in folders:
        for name in _TABLES:
            for row in csv_rows(folder / name):
                if row["figure_id"] not in rows or row["status"] != "suppressed":
                    rows[row["figure_id"]] = row
    terms: dict[str, dict[str, list[list[str]]]] = {}
    for row in csv_rows(internal / "amounts.csv"):
        terms.setdefault(row["figure_id"], {}).setdefault(row["part"], []).append([row[t] for t in _TERMS])
    found = []
    for figure_id, row in sorted(rows.items()):
        is_published = row["status"] != "suppressed"
        facts = terms.get(figure_id, {})
        entry = {"figure_id": figure_id, "is_published": is_published, "value": row["value"], "facts": facts}
        band = bands.read(row["reason"])
        found.append(entry | ({"band": [str(end) for end in band]} if band else {}))
    return found


def gate(workspace: Workspace) -> None:
    """Refuse to publish when something delivered is not in the registry as it was delivered. Raises GateError."""
    lines = record.read_lines(_path(workspace))
    told = {(line["quarter"], line["reader"], line["by"], line["on"]) for line in lines}
    known: dict[str, list[Entry]] = {}
    for line in lines:
        for entry in line["figures"]:
            known.setdefault(entry["figure_id"], []).append(entry)
    for delivery in record.read_lines(deliveries_path(workspace)):
        if (delivery["quarter"], delivery["reader"], delivery["by"], delivery["on"]) not in told:
            raise _incomplete(f"la remise à « {delivery['reader']} » pour {delivery['quarter']}")
    for where, folders, internal in _delivered(workspace):
        try:
            stated = entries(folders, internal)
        except (OSError, LookupError, TypeError, ValueError, csv.Error):
            raise GateError(
                f"{where} ne se lit plus : rien n'est publié, la publication précédente est intacte. Lancez « periscope doctor »."
            ) from None
        for entry in stated:
            if entry not in known.get(entry["figure_id"], []):
                raise _incomplete(f"le chiffre {entry['figure_id']}, remis dans {where}")


def _delivered(workspace: Workspace) -> Iterator[tuple[str, list[Path], Path]]:
    """Folders delivered that are still as they were: closed quarters, and drafts not published again since."""
    for closing in record.read_lines(record.closings_path(workspace)):
        base = workspace.record / "closed" / closing["quarter"]
        if not base.exists():  # past the retention rule: only the registry is left of it
            continue
        readers = [base / reader for reader in sorted(closing["readers"]) if reader != INTERNAL]
        yield f"record/closed/{closing['quarter']}", readers, base / INTERNAL
    for delivery in record.read_lines(deliveries_path(workspace)):
        base = workspace.published / delivery["quarter"]
        folder = base / delivery["reader"]
        manifest = folder / "manifest.json"
        if manifest.exists() and file_hash(manifest) == delivery["manifest"]:
            yield f"published/{delivery['quarter']}/{delivery['reader']}", [folder], base / INTERNAL


def _incomplete(what: str) -> GateError:
    return GateError(
        f"record/registry.jsonl ne contient pas {what} : ce qui a été remis serait oublié de l'attaque. Rien n'est "
        "publié, la publication précédente est intacte. Remettez le registre d'une sauvegarde (periscope restore)."
    )
