"""What the cells of a row, and the rows of a slice, must not say against each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingest.readers import grid as grids
from ingest.values import Unreadable, parse
from periscope.receipts import Refusal, Slice
from periscope.tables import DECLARATIONS, POSTS, Column, Table

_ORDERED = (
    ("started_on", "ended_on"),
    ("support_threshold_on", "ended_on"),
    ("period_start", "period_end"),
)
#: what tells two legitimate rows of one key apart: the holders of a project, the projects of a post
_DISTINCT = {"supported_projects": ("holder_pid",), "posts": ("project_ref",)}


def inconsistencies(table: Table, values: dict[str, Any]) -> Iterator[tuple[Column, str, str]]:
    """(column, reason, remedy) for each pair of dates in the wrong order."""
    for first, last in _ORDERED:
        if values.get(first) and values.get(last) and values[last] < values[first]:
            column, other = table.column(last), table.column(first)
            reason = f"« {column.label_fr} » est avant « {other.label_fr} »."
            yield column, reason, "Vérifiez les deux dates."


def may_be_blank(table: Table, raw: dict[str, object]) -> set[str]:
    """Required cells that this row may leave blank: a CESA's time is often not measurable, its paid hours stand for it."""
    if table is not POSTS or grids.is_empty(raw.get("paid_hours")):
        return set()
    try:
        contract = parse(POSTS.column("contract_kind"), raw.get("contract_kind"))
    except Unreadable:
        return set()
    return {"working_time"} if contract == "cesa" else set()


def duplicates(piece: Slice) -> list[Refusal]:
    """Refusals of rows that repeat a key. Equal rows: the first is kept; different ones: all are refused."""
    table = DECLARATIONS[piece.kind]
    names = (*table.key, *_DISTINCT.get(piece.kind, ()))
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in piece.rows:
        groups.setdefault(tuple(row.get(name) for name in names), []).append(row)
    refusals = []
    for rows in groups.values():
        says = [{k: v for k, v in row.items() if k != "row_number"} for row in rows]
        is_same = all(said == says[0] for said in says)
        for row in rows[1:] if is_same else rows if len(rows) > 1 else []:
            others = ", ".join(str(other["row_number"]) for other in rows if other is not row)
            refusals.append(_refusal(piece, table, row, others, is_same))
    return refusals


def _refusal(piece: Slice, table: Table, row: dict[str, Any], others: str, is_same: bool) -> Refusal:
    label = " et ".join(f"« {table.column(name).label_fr} »" for name in table.key)
    if is_same:
        reason = f"Cette ligne répète la ligne {others}."
        remedy = "Rien à faire si elle est en trop ; sinon distinguez-les par leur référence."
    else:
        reason = f"Même {label} qu'à la ligne {others}, avec d'autres valeurs."
        remedy = "Gardez la bonne ligne, ou donnez à chacune sa propre référence."
    value = " / ".join(str(row.get(name) or "") for name in table.key)
    return Refusal(row["row_number"], reason, remedy, piece.sheet, table.key[-1], value, "duplicate_key")
