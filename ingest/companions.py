"""Survey exports cut in several CSV files (KoboToolbox: one per repeat group): which files may complete another.

A group's file lies in the same folder of the inbox as the file of its answers, to which `_parent_index` or
`_submission__uuid` point.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from ingest import landing
from ingest.context import Context
from ingest.readers import text_tables
from ingest.readers.grid import Sheet, is_workbook
from ingest.unreadable import Unreadable
from periscope import tables
from periscope.workspace import Workspace

_MARKS = (b"_index", b"_uuid")
_HEAD_BYTES = 65_536
_MOST_BYTES = 100_000_000


def landed(workspace: Workspace) -> list[tuple[str, Path]]:
    """(name in the inbox, landed original) of the texts that bear the marks of such an export, the latest of each name.

    Empty when the settings describe no survey.
    """
    if not any(mapping.kind in tables.DECLARATIONS for mapping in workspace.settings.mappings.values()):
        return []
    found = {}
    for file in landing.landed_files(workspace):
        path = file.path(workspace)
        if not file.is_withdrawn and path.is_file() and path.stat().st_size <= _MOST_BYTES:
            with path.open("rb") as stream:
                head = stream.read(_HEAD_BYTES)
            if not is_workbook(head) and any(mark in head for mark in _MARKS):
                found[file.source_file] = path
    return sorted(found.items())


def beside(name: str, context: Context) -> list[Sheet]:
    """The other files of the same export, each a sheet named as its file."""
    found = []
    for other, path in context.companions:
        if other != name and PurePosixPath(other).parent == PurePosixPath(name).parent:
            try:
                (sheet,) = text_tables.read(path).sheets
            except Unreadable:
                continue
            found.append(Sheet(PurePosixPath(other).stem, sheet.rows))
    return found
