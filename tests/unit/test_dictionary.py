"""The data dictionary: every table of the house, every column described where its home describes it, one offline page."""

from __future__ import annotations

import re
from pathlib import Path

from periscope import catalogue, dictionary, warehouse
from reports import dictionary as page_module

MODELS = {path.stem for path in dictionary.MODELS.rglob("*.sql")}


def test_every_model_and_every_received_table_is_there() -> None:
    names = {entry.name for entry in dictionary.entries(None)}
    assert names >= MODELS
    assert names >= set(warehouse.raw_tables())


def test_columns_come_from_the_built_warehouse_with_their_written_descriptions(tmp_path: Path) -> None:
    database = tmp_path / "built.duckdb"
    with warehouse.connect(database) as connection:
        connection.execute("create table dim_members (member_id varchar, sprung_up integer)")
    found = {entry.name: entry for entry in dictionary.entries(database)}["dim_members"]
    told = {column.name: column.description for column in found.columns}
    assert told["member_id"].startswith("The enterprise's id") and told["sprung_up"] == ""


def test_the_page_is_whole_and_offline() -> None:
    page = page_module.render(dictionary.entries(None))
    for one in catalogue.load().values():
        assert f">{one.indicator_id}<" in page
    assert not re.search(r"\b(?:src|href)=\"(?!#)", page)
    assert not set(re.findall(r"https?://[^\s\"'<]+", page))
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
