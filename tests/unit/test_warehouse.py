"""The SQL of a connection reaches its workspace and nothing else, for good."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from periscope import warehouse


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with a raw warehouse, beside a file that is not its own."""
    (tmp_path / "other.csv").write_text("secret\n1\n", encoding="utf-8")
    root = tmp_path / "pole"
    (root / "warehouse" / "candidate").mkdir(parents=True)
    (root / "periscope.toml").touch()
    with warehouse.connect(root / "warehouse" / "raw.duckdb") as connection:
        connection.execute("create table told as select 1 as one")
    return root


def forbidden(root: Path) -> list[str]:
    outside = root.parent
    (root / "link").symlink_to(outside)
    return [
        "select * from read_text('/etc/passwd')",
        f"select * from read_csv('{outside}/other.csv')",
        f"select * from read_csv('{root}/../other.csv')",
        f"select * from read_csv('{root}/link/other.csv')",
        f"select * from glob('{outside}/*')",
        f"copy (select 1) to '{outside}/written.csv'",
        f"export database '{outside}/written'",
        f"attach '{outside}/written.duckdb'",
        "set enable_external_access = true",
        f"set allowed_directories = ['{outside}']",
        f"set temp_directory = '{outside}'",
        "install httpfs",
    ]


def assert_closed(connection: warehouse.Connection, root: Path) -> None:
    before = sorted(root.parent.iterdir())
    for sql in forbidden(root):
        with pytest.raises(duckdb.Error, match=r"disabled|locked"):
            connection.execute(sql)
    assert sorted(root.parent.iterdir()) == before


def test_a_connection_reaches_its_workspace_only(root: Path) -> None:
    with warehouse.connect(root / "warehouse" / "candidate" / "periscope.duckdb") as connection:
        warehouse.attach(connection, root / "warehouse" / "raw.duckdb")
        target = root / "told.parquet"
        connection.execute(f"copy raw.told to '{target}' (format parquet)")
        assert connection.execute(f"select * from '{target}'").fetchall() == [(1,)]
        assert_closed(connection, root)


def test_a_connection_in_memory_reaches_nothing_and_spills_nothing(root: Path) -> None:
    with warehouse.connect(None) as connection:
        assert connection.execute("select current_setting('temp_directory')").fetchall() == [("",)]
        with pytest.raises(duckdb.Error, match="disabled"):
            connection.execute(f"attach '{root}/warehouse/raw.duckdb'")
        assert_closed(connection, root)


def test_what_is_to_be_reached_besides_is_named(root: Path) -> None:
    with warehouse.connect(
        root / "warehouse" / "raw.duckdb", reach=[root.parent / "other.csv"]
    ) as connection:
        found = connection.execute("select * from read_csv($path)", {"path": str(root.parent / "other.csv")})
        assert found.fetchall() == [(1,)]


def test_spilling_goes_to_the_temporary_folder(root: Path) -> None:
    temporary = root / "warehouse" / "tmp"
    raw = root / "warehouse" / "raw.duckdb"
    with warehouse.connect(raw, temporary=temporary, memory_limit="40MB") as connection:
        found = connection.execute(
            "select count(*) from (select random() as r, repeat('x', 90) || i as x from range(900000) as t(i) order by r)"
            " where x <> ''"
        ).fetchall()
        assert found == [(900_000,)]


def test_the_connection_of_dbt_is_locked_too(root: Path) -> None:
    from dbt.adapters.duckdb.credentials import Attachment, DuckDBCredentials
    from dbt.adapters.duckdb.environments import Environment
    from dbt.adapters.duckdb.plugins import BasePlugin

    path = root / "warehouse" / "candidate" / "periscope.duckdb"
    raw = Attachment(path=str(root / "warehouse" / "raw.duckdb"), alias="raw", read_only=True)
    given = DuckDBCredentials(path=str(path), attach=[raw])
    plugin = BasePlugin.create("periscope.dbt_lock", credentials=given)
    connection = Environment.initialize_db(given, {"lock": plugin})  # type: ignore[no-untyped-call]
    try:
        assert connection.execute("select one from raw.told").fetchall() == [(1,)]
        assert_closed(connection, root)
    finally:
        connection.close()


def test_the_profile_of_dbt_names_the_lock() -> None:
    profile = (Path(warehouse.__file__).parents[1] / "profiles.yml").read_text(encoding="utf-8")
    assert "- module: periscope.dbt_lock" in profile


def test_a_large_amount_among_thousands_of_small_ones_is_inserted_as_it_is() -> None:
    """A type guessed from a sample of the rows would refuse it, or round what has more decimals."""
    amounts = [Decimal("1")] * 3_000
    amounts[1_500], amounts[2_501] = Decimal("1250000.123456"), Decimal("1E+5")
    types = {"amount_eur": "decimal(24, 6)", "share": "double", "is_shown": "boolean", "place": "integer"}
    rows = [(amount, n / 7, n % 2 == 0, n) for n, amount in enumerate(amounts)]
    rows[7] = None, None, None, None  # type: ignore[call-overload]
    with warehouse.connect(None) as connection:
        body = ", ".join(f"{name} {sql_type}" for name, sql_type in types.items())
        connection.execute(f"create table told ({body})")
        warehouse.insert(connection, "told", types, rows)
        warehouse.insert(connection, "told", types, [])
        assert connection.execute("select * from told").fetchall() == rows
