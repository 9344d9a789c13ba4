"""The plain rows of a booking log, in vectorised SQL; each distinct cell of a column is read once, by `booking_fields`.

A row is plain when it is one booking and nothing of it is refused, corrected or repeated. `bookings_csv` reads the
others one by one. Who booked is known by number only: no table that is kept has a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ingest.context import Context
from ingest.readers.booking_fields import ROOM, Cells, Field, cells_of, fields, names_of_booker
from ingest.readers.booking_layouts import Layout
from ingest.readers.bookings import Log, local_quarter
from ingest.readers.text_lines import BLANKS, Lines
from periscope.receipts import Rows, sql_hash_of_rows
from periscope.warehouse import Connection

_TYPES = {
    "starts_at": pa.timestamp("us"),
    "ends_at": pa.timestamp("us"),
    "category": pa.string(),
    "status": pa.string(),
    "participants": pa.int32(),
    "price_eur_net": pa.decimal128(18, 2),
    "booking_ref": pa.string(),
}
_TEXTS = {name: pa.string() for name in ("format", "room_id", "member_id")}
_SCHEMA = pa.schema({"row_number": pa.int32()} | _TEXTS | _TYPES)
_STAGED = pa.schema([*_SCHEMA, ("quarter", pa.string()), ("is_plain", pa.bool_())])
#: a text that is read as it stands: nothing to trim, no control character, no error of a spreadsheet
_AS_IT_STANDS = r'[!"$-~](?:[ -~]*[!-~])?'
#: who booked is read once it is known which rows are accepted: near names are proposed for those only
_BOOKER = Field("booker", ("booked_by",), lambda *_: None)


@dataclass
class Plain:
    """What was read of one table: its plain rows in no order, each with its quarter and the number of its booker."""

    rows: pa.Table
    #: numbers of the rows left to be read one by one, in order
    odd_rows: list[int]
    #: by number, what the cells say of who booked, and which member that is once it is known
    bookers: list[list[str]]
    members: list[str | None]

    def first_rows(self) -> Iterator[tuple[int, int]]:
        """(row, booker), in order of rows: the first plain row of each booker."""
        none = np.iinfo(np.int32).max
        firsts = np.full(len(self.bookers), none, np.int32)
        np.minimum.at(firsts, self.rows["booker"].to_numpy(), self.rows["row_number"].to_numpy())
        for booker in np.argsort(firsts):
            if firsts[booker] < none:
                yield int(firsts[booker]), int(booker)

    def staged(self) -> pa.Table:
        """The rows with the member behind each booker."""
        members = pa.chunked_array([pa.array(self.members, pa.string())]).take(self.rows["booker"])
        return self.rows.append_column("member_id", members).select(_STAGED.names).cast(_STAGED)


@dataclass(frozen=True)
class _Bound:
    """A field in the places of one table; `keys` are the SQL names of its cells."""

    field: Field
    places: dict[int, str]
    keys: tuple[str, ...]

    @property
    def said(self) -> str:
        """The table of what each of its distinct cells says: k0, k1…, value."""
        return f"said_{self.field.name}"

    def cells(self, key: tuple[str, ...], layout: Layout) -> Cells:
        return cells_of(zip(self.places.values(), key, strict=True), layout)


def read(
    connection: Connection,
    lines: Lines,
    table: pa.Table,
    columns: dict[int, str],
    layout: Layout,
    context: Context,
    odd_rows: Iterable[int],
) -> Plain:
    """The plain rows of `table`, lines under a header of these columns; `odd_rows` are known to be none."""
    known = frozenset(columns.values()) | set(layout.constants)
    booker = _bound(_BOOKER, columns, layout)
    bound = [_bound(one, columns, layout) for one in (ROOM, *fields(known))]
    keyed = _keyed(lines, columns, layout)
    given = {"separator": lines.separator, "filled": f"[^{BLANKS}{re.escape(lines.separator)}]"}
    connection.register("table_lines", table)
    distinct = _distinct(connection, keyed, {one.keys for one in (*bound, booker)}, given)
    for one in bound:
        said = [_read(one, key, layout, context) for key in distinct[one.keys]]
        connection.register(one.said, _said(one, distinct[one.keys], said))
    bookers = distinct[booker.keys]
    numbers = pa.array(range(len(bookers)), pa.int32())
    connection.register(booker.said, _keys(booker, bookers).append_column("value", numbers))
    rows = connection.sql(
        f"""
        with {keyed}
        select
            row_number, {", ".join(_value(one) for one in (*bound, booker))}, quarter, $format as format,
            {" and ".join(f"{one.said}.is_read" for one in bound)}
            and said_ends_at.value > said_starts_at.value and not has_repeats
            and row_number not in (select unnest(cast($odd_rows as integer[]))) as is_plain
        from keyed {" ".join(_join(one) for one in (*bound, booker))}
        """,
        params=given | {"format": layout.format, "odd_rows": list(odd_rows)},
    ).to_arrow_table()
    for name in ("table_lines", *(one.said for one in (*bound, booker))):
        connection.unregister(name)
    is_plain = rows["is_plain"].fill_null(False)
    odd = rows["row_number"].to_numpy()[~is_plain.to_numpy()]
    texts = [names_of_booker(booker.cells(key, layout)) for key in bookers]
    return Plain(rows.filter(is_plain), np.sort(odd).tolist(), texts, [None] * len(texts))


def none_plain(table: pa.Table) -> Plain:
    """Every line left to be read one by one, blank ones too."""
    rows = pa.schema([one for one in _STAGED if one.name != "member_id"] + [("booker", pa.int32())])
    return Plain(rows.empty_table(), table["row_number"].to_pylist(), [], [])


def _bound(one: Field, columns: dict[int, str], layout: Layout) -> _Bound:
    places = {place: column for place, column in columns.items() if column in one.columns}
    is_reference = one.name == "booking_ref" and len(places) == 1
    as_it_stands = is_reference and "booking_ref" not in {*layout.values, *layout.constants}
    return _Bound(one, places, tuple(f"{'t' if as_it_stands else 'c'}{place}" for place in places))


def _keyed(lines: Lines, columns: dict[int, str], layout: Layout) -> str:
    """SQL: the lines cut into cells c0, c1…; t0… are those of them that are not read as they stand."""
    cells = [f"coalesce(cells[{place + 1}], '') as c{place}" for place in columns]
    texts = [
        f"case when regexp_full_match(c{place}, '{_AS_IT_STANDS}') then '' else c{place} end as t{place}"
        for place, column in columns.items()
        if column == "booking_ref"
    ]
    repeats = [
        f"regexp_matches(c{place}, '[^{BLANKS}]')" for place, column in columns.items() if column == "repeats"
    ]
    repeats += ["true"] if "repeats" in layout.constants else []
    return f"""
        split as (
            select row_number, {lines.split} as cells from table_lines where regexp_matches(line, $filled)
        ),
        cut as (select row_number, {", ".join(cells)} from split),
        keyed as (select {", ".join(["*", *texts])}, {" or ".join(repeats) or "false"} as has_repeats from cut)
    """


def _distinct(
    connection: Connection, keyed: str, wanted: set[tuple[str, ...]], given: dict[str, str]
) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    """The distinct cells of each of these sets of columns, all in one pass."""
    names = sorted({name for keys in wanted for name in keys})
    sets = ", ".join(f"({', '.join(keys)})" for keys in sorted(wanted))
    found = connection.sql(
        f"with {keyed} select {', '.join(['count(*)', *names])} from keyed group by grouping sets ({sets})",
        params=given,
    ).to_arrow_table()
    distinct: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for keys in wanted:
        is_of_set = np.ones(len(found), bool)
        for name in names:
            is_of_set &= found[name].is_valid().to_numpy() == (name in keys)
        columns = [found[name].filter(pa.array(is_of_set)).to_pylist() for name in keys]
        distinct[keys] = list(zip(*columns, strict=True)) if keys else [()]
    return distinct


def _read(one: _Bound, key: tuple[str, ...], layout: Layout, context: Context) -> tuple[Any, bool]:
    """What a field says, and whether it could be read; whatever cannot is told by those who read its row."""
    try:
        value = one.field.read(one.cells(key, layout), layout, context)
    except Exception:  # cells of a row that is not even a booking are among them
        return None, False
    return value, one.field is not ROOM or value is not None


def _said(one: _Bound, keys: list[tuple[str, ...]], said: list[tuple[Any, bool]]) -> pa.Table:
    values, is_read = ([pair[n] for pair in said] for n in (0, 1))
    table = _keys(one, keys).append_column("is_read", pa.array(is_read, pa.bool_()))
    table = table.append_column("value", pa.array(values, _TYPES.get(one.field.name, pa.string())))
    if one.field.name != "starts_at":
        return table
    quarters = [local_quarter(value) if value else None for value in values]
    return table.append_column("quarter", pa.array(quarters, pa.string()))


def _keys(one: _Bound, keys: list[tuple[str, ...]]) -> pa.Table:
    columns = {f"k{n}": pa.array([key[n] for key in keys], pa.string()) for n in range(len(one.keys))}
    # a field that no cell says has one row all the same
    return pa.table({"n": pa.array(range(len(keys)), pa.int32())} | columns)


def _join(one: _Bound) -> str:
    same = [f"{key} = {one.said}.k{n}" for n, key in enumerate(one.keys)]
    return f"join {one.said} on {' and '.join(same) or 'true'}"


def _value(one: _Bound) -> str:
    name = "room_id" if one.field is ROOM else one.field.name
    if one.keys and one.keys[0].startswith("t"):
        (place,) = one.places
        return f"coalesce(case when t{place} = '' then nullif(c{place}, '') end, {one.said}.value) as {name}"
    return f"{one.said}.value as {name}"


def store(connection: Connection, parts: list[Plain], log: Log) -> None:
    """Give each slice of the log its rows: the plain ones, and those that the log was given one by one."""
    others = [
        row | {"quarter": piece.quarter, "is_plain": False} for piece in log.slices for row in piece.rows
    ]
    staged = [*(one.staged() for one in parts), pa.Table.from_pylist(others, _STAGED)]
    connection.register("rows_read", pa.concat_tables(staged))
    found = connection.execute(
        f"""
        select room_id, quarter, count(*), count(*) filter (is_plain), {sql_hash_of_rows(_SCHEMA.names)}
        from rows_read group by room_id, quarter order by room_id, quarter
        """
    ).fetchall()
    rows = connection.sql(
        f"""
        select {", ".join(_SCHEMA.names)} from rows_read
        order by room_id, quarter, row_number, starts_at, ends_at
        """
    ).to_arrow_table()
    connection.unregister("rows_read")
    start = 0
    for room_id, quarter, count, plain_count, said in found:
        piece = log.slice(room_id, quarter)
        piece.rows_read += plain_count
        piece.rows, piece.rows_hash = Rows(rows.slice(start, count).cast(_SCHEMA)), said
        start += count
