"""A workbook: opened once, in the guarded process, then read as the booking log or the declaration that it holds."""

from __future__ import annotations

from pathlib import Path

from ingest.context import Context
from ingest.readers import bookings_csv, declarations
from ingest.readers import grid as grids
from periscope.receipts import Reading


def read(path: Path, name: str, context: Context) -> Reading:
    """Raises Unreadable when no sheet is a table that we know."""
    grid = grids.read_grid(path)
    if bookings_csv.is_booking_header(list(grids.header_rows(grid.sheets)), context):
        return bookings_csv.read_grid(grid, path, name, context)
    return declarations.read_grid(grid, name, context).reading
