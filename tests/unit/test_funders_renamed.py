"""A funder that changes name stays one reader: the id is stable, the label dated."""

from __future__ import annotations

from pathlib import Path

from periscope import warehouse
from release.write_context import readers


def test_a_renamed_funder_is_one_reader_under_its_latest_name(tmp_path: Path) -> None:
    grants = [
        ("G1", "region", "Région Midi-Pyrénées", "2015-03-01"),
        ("G2", "region", "Région Occitanie", "2016-03-01"),
        ("G3", "region", None, "2017-03-01"),
        ("G4", "cdc", None, None),
    ]
    with warehouse.connect(tmp_path / "raw.duckdb") as connection:
        warehouse.create_raw(connection)
        for grant in grants:
            connection.execute(
                "insert into register.grants (grant_id, funder_id, funder_label, decided_on) values (?, ?, ?, ?)",
                grant,
            )
    with warehouse.connect(tmp_path / "figures.duckdb") as connection:
        warehouse.attach(connection, tmp_path / "raw.duckdb")
        found = [
            (reader.reader_id, reader.label) for reader in readers(connection) if reader.kind == "funder"
        ]
    # a funder without any label is known by its id
    assert found == [("cdc", "cdc"), ("region", "Région Occitanie")]
