"""The only place that opens DuckDB. Two files: `raw` (what files say) and `periscope` (what it means)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from periscope import settings, tables
from periscope.errors import PeriscopeError

Connection = duckdb.DuckDBPyConnection

#: Columns that every row of declarations, bookings and turnover files carries before its own.
ORIGIN = {"slice_id": "VARCHAR", "row_number": "INTEGER"}
SENT = {"sender_siren": "VARCHAR", "quarter": "VARCHAR"}

#: The record of what was received (periscope.receipts, one table per class) and the FEC tables.
FIXED_TABLES: dict[str, dict[str, str]] = {
    "record.files": {
        "file_id": "VARCHAR",
        "source_file": "VARCHAR",
        "landed_seq": "INTEGER",
        "landed_on": "DATE",
        "size_bytes": "BIGINT",
        "kind_of_file": "VARCHAR",
        "encoding": "VARCHAR",
        "separator": "VARCHAR",
        "status": "VARCHAR",
        "reading_id": "VARCHAR",
    },
    "record.slices": {
        "slice_id": "VARCHAR",
        "file_id": "VARCHAR",
        "source_file": "VARCHAR",
        "sheet": "VARCHAR",
        "kind": "VARCHAR",
        "sender": "VARCHAR",
        "sender_siren": "VARCHAR",
        "quarter": "VARCHAR",
        "scope": "VARCHAR",
        "sent_on": "DATE",
        "landed_seq": "INTEGER",
        "batch": "INTEGER",
        "content_hash": "VARCHAR",
        # what the gate decided: empty until it has judged, then accept or refuse
        "verdict": "VARCHAR",
        "rows_read": "BIGINT",
        # rows that the reader itself refused; rows_refused adds those of a slice refused as a whole
        "rows_unreadable": "BIGINT",
        "rows_accepted": "BIGINT",
        "rows_refused": "BIGINT",
        "status": "VARCHAR",
        "superseded_by": "VARCHAR",
        "is_active": "BOOLEAN",
    },
    "record.refusals": {
        "file_id": "VARCHAR",
        "source_file": "VARCHAR",
        "sheet": "VARCHAR",
        "row_number": "INTEGER",
        "column_name": "VARCHAR",
        "value": "VARCHAR",
        "code": "VARCHAR",
        "reason": "VARCHAR",
        "remedy": "VARCHAR",
        "sender": "VARCHAR",
    },
    "record.findings": {
        "file_id": "VARCHAR",
        "source_file": "VARCHAR",
        "sheet": "VARCHAR",
        "row_number": "INTEGER",
        "column_name": "VARCHAR",
        "value": "VARCHAR",
        "code": "VARCHAR",
        "message": "VARCHAR",
        "sender": "VARCHAR",
    },
    "revenue.fec_files": {
        "slice_id": "VARCHAR",
        "siren": "VARCHAR",
        "first_entry_on": "DATE",
        "last_entry_on": "DATE",
        "line_count": "BIGINT",
        "debit_eur": "DECIMAL(18,2)",
        "credit_eur": "DECIMAL(18,2)",
    },
    "revenue.fec_lines": {
        "slice_id": "VARCHAR",
        "row_number": "INTEGER",
        "journal_code": "VARCHAR",
        "entry_on": "DATE",
        "account_code": "VARCHAR",
        "debit_eur": "DECIMAL(18,2)",
        "credit_eur": "DECIMAL(18,2)",
        # normal, opening, closing, centralisation (DOMAIN 5.4)
        "role": "VARCHAR",
        # member to whom the entry's sale was made, when the alias table names the customer
        "customer_member_id": "VARCHAR",
        # member from whom the entry's purchase was made, matched in the same way
        "supplier_member_id": "VARCHAR",
    },
}


#: count and hash of the rows of a table known as `said`, whatever their order
_ROWS = "count(*), sum(hash(said))"


def raw_tables() -> dict[str, dict[str, str]]:
    """Every table of the raw warehouse: `schema.table` -> column -> DuckDB type."""
    found = dict(FIXED_TABLES)
    for name, table in tables.DECLARATIONS.items():
        found[f"declarations.{name}"] = ORIGIN | SENT | tables.raw_columns(table)
    found["revenue.turnover"] = ORIGIN | SENT | tables.raw_columns(tables.ACTIVITY)
    found["bookings.bookings"] = ORIGIN | {"format": "VARCHAR"} | tables.raw_columns(tables.BOOKINGS)
    for name, table in tables.REGISTER.items():
        found[f"register.{name}"] = {"row_number": "INTEGER"} | tables.raw_columns(table)
    found["register.public_holidays"] = {"holiday_on": "DATE", "name": "VARCHAR"}
    return found


def quote(identifier: str) -> str:
    """Quote an SQL identifier; the only way that a name reaches SQL text."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(path: Path) -> str:
    """A path as an SQL text, where a statement takes no parameter."""
    return "'" + str(path).replace("'", "''") + "'"


@contextmanager
def connect(
    path: Path | None,
    *,
    read_only: bool = False,
    temporary: Path | None = None,
    reach: Iterable[Path] = (),
    memory_limit: str = "1200MB",
    threads: int = 2,
) -> Iterator[Connection]:
    """Open a DuckDB file (`None`: memory). Raises PeriscopeError in French when it is damaged or held.

    SQL reaches the files of its workspace (see `lock_down`), and the files and folders of `reach`; nothing else.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": threads,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "true",
    }
    if temporary is not None:
        config["temp_directory"] = str(temporary)
    elif path is None:
        # what is kept in memory may name persons: none of it may be spilt into a file
        config["temp_directory"] = ""
    try:
        connection = duckdb.connect(str(path) if path else ":memory:", read_only=read_only, config=config)
    except duckdb.Error as error:
        raise PeriscopeError(
            f"L'entrepôt {path} ne s'ouvre pas : il est endommagé, ou ouvert par un autre programme. Fermez les "
            "carnets ouverts, puis lancez « periscope doctor » qui le reconstruit à partir des originaux."
        ) from error
    try:
        connection.execute("set preserve_insertion_order = true")
        lock_down(connection, [*([path] if path else []), *reach])
        yield connection
    finally:
        connection.close()


def lock_down(connection: Connection, reach: Iterable[Path]) -> None:
    """Close everything but these files and folders to the SQL of a connection, for good.

    A file of a workspace (a folder with periscope.toml) opens that workspace, another one its own folder.
    """
    folders = sorted({str(_home(one.absolute())) for one in reach})
    connection.execute("set timezone = 'UTC'")
    # a query of some seconds would draw its bar in the middle of what a command prints; a notebook that cannot draw
    # one does not let it be turned off either
    with suppress(duckdb.InvalidInputException):
        connection.execute("set enable_progress_bar = false")
    connection.execute("set allowed_directories = $folders", {"folders": folders})
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def _home(path: Path) -> Path:
    near = path if path.is_dir() else path.parent
    return next((one for one in (near, *near.parents) if (one / settings.FILE_NAME).exists()), near)


def table_names(connection: Connection) -> list[str]:
    """`schema.table`, quoted, of every table of the file that is open (not of those attached), in order."""
    found = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = current_database() order by all"
    ).fetchall()
    return [f"{quote(schema)}.{quote(name)}" for schema, name in found]


def content(path: Path) -> dict[str, str]:
    """What the tables of a DuckDB file hold: quoted name -> count and hash of its rows, whatever their order."""
    with connect(path, read_only=True) as connection:
        return content_of(connection)


def content_of(connection: Connection) -> dict[str, str]:
    names = table_names(connection)
    told = " union all ".join(f"select {i}, {_ROWS} from {name} as said" for i, name in enumerate(names))
    found = connection.execute(told).fetchall() if names else []
    return {names[i]: str(rows) for i, *rows in sorted(found)}


def rows_hash(connection: Connection, name: str) -> str:
    """Count and hash of the rows of a table, by its quoted name."""
    return str(list(connection.execute(f"select {_ROWS} from {name} as said").fetchone() or ()))


def is_damaged(path: Path) -> bool:
    """True when a DuckDB file does not open, or when a block of its tables does not match its checksum."""
    try:
        content(path)
    except (duckdb.Error, PeriscopeError):
        return True
    return False


def remove(path: Path) -> None:
    """Remove a DuckDB file and the log of what a struck process had not yet written into it."""
    for name in (path.name, path.name + ".wal"):
        path.with_name(name).unlink(missing_ok=True)


def attach(connection: Connection, path: Path, name: str = "raw") -> None:
    """Attach a DuckDB file read-only under `name`."""
    connection.execute(f"attach if not exists {literal(path)} as {quote(name)} (read_only)")


def create_raw(connection: Connection) -> None:
    """Create the schemas and tables of the raw warehouse that do not exist yet."""
    for schema in sorted({name.split(".")[0] for name in raw_tables()}):
        connection.execute(f"create schema if not exists {schema}")
    for name, columns in raw_tables().items():
        body = ", ".join(f"{quote(column)} {sql_type}" for column, sql_type in columns.items())
        connection.execute(f"create table if not exists {name} ({body})")


def insert(
    connection: Connection, table: str, types: dict[str, str], rows: Iterable[Sequence[object]]
) -> None:
    """Insert rows, whose cells are in the order of `types` (column -> DuckDB type), into `schema.table`.

    Every cell is bound as text and cast by the type of its column, so that nothing guesses types from a sample of rows,
    where one large amount among small ones would be refused, or rounded.
    """
    # pyarrow is slow to load; its `array` would load pandas too
    import pyarrow as pa
    from pyarrow.lib import StringBuilder

    told = list(rows)
    columns = {}
    for place, name in enumerate(types):
        builder = StringBuilder()
        builder.append_values(None if row[place] is None else str(row[place]) for row in told)
        columns[name] = builder.finish()
    casts = ", ".join(f"cast({quote(name)} as {sql_type})" for name, sql_type in types.items())
    # a registered table would be kept in memory until the transaction ends
    connection.from_arrow(pa.table(columns)).project(casts).insert_into(table)
