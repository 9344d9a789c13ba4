"""The raw tables of several poles in one raw warehouse, every identifier under its pole's qualifier (macros/poles.sql)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from periscope import warehouse
from periscope.warehouse import Connection, quote

#: What the models read, table by table, and the columns whose texts name something of one pole. What is not here stays
#: with the pole: refused cells, corrections, aliases, consents, expenses.
QUALIFIED: dict[str, tuple[str, ...]] = {
    "record.slices": ("slice_id", "file_id", "sender", "sender_siren", "superseded_by"),
    "revenue.fec_files": ("slice_id", "siren"),
    "revenue.fec_lines": ("slice_id", "customer_member_id", "supplier_member_id"),
    "revenue.turnover": ("slice_id", "sender_siren"),
    "declarations.supported_projects": ("slice_id", "sender_siren", "holder_pid"),
    "declarations.collaborative_projects": (
        "slice_id",
        "sender_siren",
        "project_ref",
        "partners",
        "lead_siren",
    ),
    "declarations.posts": ("slice_id", "sender_siren", "employer_siren", "project_ref"),
    "declarations.activity": ("slice_id", "sender_siren"),
    "declarations.joint_purchases": ("slice_id", "sender_siren", "purchase_ref"),
    "bookings.bookings": ("slice_id", "room_id", "member_id"),
    "register.members": ("member_id", "siren"),
    "register.memberships": ("member_id",),
    "register.rooms": ("room_id", "composed_of"),
    "register.opening_hours": ("room_id",),
    "register.closures": ("room_id",),
    "register.price_list": ("room_id",),
    "register.lots": ("lot_id", "member_id"),
    "register.grants": ("grant_id", "funder_id"),
    "register.benchmark_index": ("naf_code",),
    # the days are those of every pole; the name carries the pole
    "register.public_holidays": ("name",),
}

#: Names and free texts that no model reads.
LEFT_LOCAL = {
    "register.members": ("name",),
    "declarations.supported_projects": ("title", "exit_reason"),
    "declarations.collaborative_projects": ("title", "evidence_ref"),
    "declarations.joint_purchases": ("title",),
}

#: ;-separated lists of identifiers
_LISTS = ("partners", "composed_of")


def unite(poles: Mapping[str, Path], raw: Path) -> None:
    """Write `raw` anew from the raw warehouse of each pole, by pole id."""
    raw.parent.mkdir(parents=True, exist_ok=True)
    warehouse.remove(raw)
    with warehouse.connect(raw, reach=poles.values()) as connection:
        warehouse.create_raw(connection)
        for pole_id, path in poles.items():
            warehouse.attach(connection, path, "pole")
            for table in QUALIFIED:
                _copy(connection, table, f"{pole_id}/")
            connection.execute("detach pole")


def _copy(connection: Connection, table: str, qualifier: str) -> None:
    columns = [name for name in warehouse.raw_tables()[table] if name not in LEFT_LOCAL.get(table, ())]
    read = [_qualified(name) if name in QUALIFIED[table] else quote(name) for name in columns]
    connection.execute(
        f"insert into {table} ({', '.join(map(quote, columns))}) select {', '.join(read)} from pole.{table}",
        {"qualifier": qualifier} if any("$qualifier" in one for one in read) else {},
    )


def _qualified(column: str) -> str:
    name = quote(column)
    if column in _LISTS:
        parts = f"list_transform(string_split({name}, ';'), lambda part: $qualifier || trim(part))"
        return f"case when {name} <> '' then array_to_string({parts}, ';') else {name} end"
    # an empty text names nothing
    return f"case when {name} <> '' then $qualifier || {name} else {name} end"
