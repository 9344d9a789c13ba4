"""P01 and P04 on the real program: a name that no file may keep, in every free text of a FEC, then in broken cells."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from periscope import warehouse
from periscope.workspace import Workspace
from release.artefacts import texts
from tests.faults import house
from tests.fecs import flat, line

NAME = "Zéphyrine QUINCAMPOIX"
_NEEDLES = [
    word.encode(encoding)
    for word in ("Zéphyrine", "zéphyrine", "QUINCAMPOIX", "quincampoix", "Quincampoix")
    for encoding in ("utf-8", "cp1252", "utf-16-le")
]
_PAGES = (".html", ".csv", ".json", ".ipynb", ".xlsx", ".parquet", ".pdf", ".zip")


def named(said: bytes) -> bool:
    return any(needle in said for needle in _NEEDLES)


def files_that_name(workspace: Workspace, *kept: Path) -> list[str]:
    """Files of the workspace, opened when they are archives, that hold the name; `kept` are the originals."""
    found = []
    for path in sorted(p for p in workspace.root.rglob("*") if p.is_file()):
        if any(path.is_relative_to(folder) for folder in kept):
            continue
        told = path.read_bytes()
        if path.suffix in _PAGES:
            told += "\n".join(texts(path)).encode()
        if named(told) or named(os.fsencode(path.name)):
            found.append(str(path.relative_to(workspace.root)))
    return found


def columns_that_name(database: Path) -> list[str]:
    """Columns of every table that hold the name: compressed blocks hide a text from who only reads bytes."""
    found = []
    with warehouse.connect(database, read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_catalog = current_database() and table_type = 'BASE TABLE'"
        ).fetchall()
        for schema, table in tables:
            name = f"{warehouse.quote(schema)}.{warehouse.quote(table)}"
            rows = connection.execute(f"select lower(cast(t as varchar)) from {name} as t").fetchall()
            if any("quincampoix" in row or "zéphyrine" in row for (row,) in rows):
                found.append(f"{schema}.{table}")
    return found


def names_everywhere(workspace: Workspace) -> None:
    """C's accounts with a third party's name in every free column, in an account, and in cells that cannot be read."""
    free = ("CompAuxNum", "CompAuxLib", "EcritureLib", "PieceRef", "CompteLib", "JournalLib", "EcritureLet")
    lines = [
        line("VE Ventes", number, on, account, debit, credit) | dict.fromkeys(free, NAME)
        for number, on in (("1", "20260715"), ("2", "20260930"))
        for account, debit, credit in ((f"411{NAME}", "120,00", "0,00"), ("706000", "0,00", "120,00"))
    ]
    lines += [
        line("VE Ventes", "3", NAME, "706000", "0,00", "1,00"),
        line("VE Ventes", "4", "20260720", "706000", "0,00", NAME),
        line("VE Ventes", NAME, "20260721", NAME, "0,00", "1,00"),
    ]
    (path,) = (workspace.inbox / "revenue").iterdir()
    path.write_bytes(flat(lines))


@pytest.mark.slow
def test_p01_a_name_in_every_free_text_of_a_fec_is_nowhere_after_a_run(tmp_path: Path) -> None:
    workspace = house.create(tmp_path / "pole")
    names_everywhere(workspace)
    originals = (workspace.inbox, workspace.landed)
    assert files_that_name(workspace), "the search must be able to find the name"
    ended = house.run(workspace.root, "run")
    assert ended.status == 0, ended.told
    assert not named(ended.told.encode())
    assert list(workspace.landed.rglob("*")), "the original is kept"
    with warehouse.connect(workspace.raw_database, read_only=True) as connection:
        assert connection.execute("select count(*) from revenue.fec_lines").fetchone() != (0,)
    assert files_that_name(workspace, *originals) == []
    assert [columns_that_name(d) for d in (workspace.raw_database, workspace.database)] == [[], []]
    assert (workspace.warehouse / "dbt").is_dir() and workspace.log.is_file(), "both were searched"


@pytest.mark.parametrize("point", ["rows written, not committed", "rows committed"])
def test_p01_nor_in_the_journals_and_temporary_files_of_a_run_struck_down(tmp_path: Path, point: str) -> None:
    workspace = house.create(tmp_path / "pole")
    names_everywhere(workspace)
    process = house.struck(workspace.root, point, "kill", "run")
    ended = house.end(process)
    assert ended.status != 0 and not named(ended.told.encode())
    assert files_that_name(workspace, workspace.inbox, workspace.landed) == []
