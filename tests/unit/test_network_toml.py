"""network.toml: what is wrong is named, with its cure, before anything is pooled."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from periscope import template, warehouse
from periscope.errors import UsageError
from periscope.network import poles, pool
from periscope.quarters import Quarter
from periscope.workspace import Run, Workspace
from protection import network_masks

QUARTER, AS_OF = Quarter.parse("2026-Q3"), date(2026, 11, 23)


def _network(folder: Path, *told: tuple[str, str]) -> Path:
    lines = [f'[[pole]]\nid = "{pole_id}"\nfolder = "{where}"' for pole_id, where in told]
    (folder / poles.FILE_NAME).write_text("\n".join(['name = "Essai"', *lines]) + "\n", encoding="utf-8")
    return folder


def _published(folder: Path, settings: str = "") -> None:
    """A workspace that looks as one whose third quarter of 2026 was published last."""
    workspace = template.create(folder)
    (folder / "periscope.toml").write_text(settings, encoding="utf-8")
    (workspace.published / str(QUARTER)).mkdir(parents=True)
    workspace.warehouse.mkdir(exist_ok=True)
    with warehouse.connect(workspace.raw_database) as connection:
        warehouse.create_raw(connection)
    with warehouse.connect(workspace.database) as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.int_periods as "
            f"select '{QUARTER}' as period, 'quarter' as period_kind, true as is_current"
        )


def test_without_its_file_a_folder_is_no_network(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="n'est pas un réseau"):
        poles.load(tmp_path)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([], "ne nomme aucun pôle"),
        ([("P/1", "a")], "n'est pas un pôle complet"),
        ([("P1", "a"), ("P1", "b")], "deux pôles portent l'identifiant « P1 »"),
        ([("P1", "a"), ("P2", "./a")], "est donné à deux pôles"),
    ],
)
def test_what_network_toml_cannot_say(tmp_path: Path, told: list[tuple[str, str]], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        poles.load(_network(tmp_path, *told))


@pytest.mark.parametrize(
    "text",
    ['pole = ["P1", "P2"]', '[[pole]]\nid = "P1"\nfolder = "a\\u0000b"', '[[pole]]\nid = "P1"\nfolder = 3'],
)
def test_a_pole_that_is_no_table_or_has_no_folder_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / poles.FILE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="« P1 » n'est pas un pôle complet"):
        poles.load(tmp_path)


def test_a_network_is_not_written_over_a_pole(tmp_path: Path) -> None:
    """Its raw warehouse would be emptied, its publication replaced by the network's."""
    _published(tmp_path)
    raw = (tmp_path / "warehouse" / "raw.duckdb").read_bytes()
    with pytest.raises(
        UsageError, match=r"est l'espace d'un pôle .*Déplacez network.toml dans un dossier à lui"
    ):
        poles.load(_network(tmp_path, ("P1", "."), ("P2", "../other")))
    assert (tmp_path / "warehouse" / "raw.duckdb").read_bytes() == raw


def test_a_missing_pole_and_a_late_one_are_named(tmp_path: Path) -> None:
    network = poles.load(_network(tmp_path, ("P1", "absent")))
    with pytest.raises(UsageError, match="Le pôle P1 est introuvable"):
        poles.request(network, QUARTER, AS_OF)
    template.create(tmp_path / "late")
    network = poles.load(_network(tmp_path, ("P1", "late")))
    with pytest.raises(UsageError, match="Le pôle P1 n'a pas publié 2026-Q3 en dernier"):
        poles.request(network, QUARTER, AS_OF)


def test_settings_that_figures_depend_on_are_shared(tmp_path: Path) -> None:
    _published(tmp_path / "a")
    _published(tmp_path / "b")
    _published(tmp_path / "c", 'baseline_quarter = "2024-Q1"')
    same = poles.request(poles.load(_network(tmp_path, ("P1", "a"), ("P2", "b"))), QUARTER, AS_OF)
    assert [pole["pole_id"] for pole in same.poles] == ["P1", "P2"]
    network = poles.load(_network(tmp_path, ("P1", "a"), ("P3", "c")))
    with pytest.raises(UsageError, match="P1 et P3 n'ont pas le même réglage baseline_quarter"):
        poles.request(network, QUARTER, AS_OF)


def _told(network: Path, quarter: str, *pole_ids: str) -> None:
    folder = network / "published" / quarter / poles.READER
    folder.mkdir(parents=True)
    (folder / poles.MANIFEST).write_text(json.dumps({"poles": pole_ids}), encoding="utf-8")
    (folder / "figures.csv").write_text("figure_id,status\nF1,provisional\nF2,suppressed\n", encoding="utf-8")


def test_a_quarter_is_not_told_twice_with_other_poles(tmp_path: Path) -> None:
    """The difference of the two editions would be the pole that left."""
    _published(tmp_path / "a")
    _published(tmp_path / "b")
    network = poles.load(_network(tmp_path, ("P1", "a"), ("P2", "b")))
    _told(tmp_path, str(QUARTER), "P1", "P2", "P3")
    with pytest.raises(UsageError, match="a déjà publié 2026-Q3 avec les pôles P1, P2, P3"):
        poles.request(network, QUARTER, AS_OF)


def test_no_year_is_told_beside_quarters_of_other_poles(tmp_path: Path) -> None:
    _told(tmp_path, "2026-Q1", "P1", "P2")
    _told(tmp_path, "2026-Q2", "P1", "P2", "P3")
    run = Run(Workspace(tmp_path), QUARTER, AS_OF)
    assert network_masks._editions(run, {"P1", "P2"}) == {"2026-Q1": {"F1"}, "2026-Q2": set()}


#: columns of the pooled tables that name nothing of one pole, though their names end as identifiers do
_NOT_OF_A_POLE = {"project_ref", "post_ref", "booking_ref", "evidence_ref", "siren_created"}


def test_every_identifier_of_a_pooled_table_is_qualified_or_known_not_to_be() -> None:
    for table, columns in warehouse.raw_tables().items():
        if table not in pool.QUALIFIED:
            continue
        named = {
            c for c in columns if c.endswith(("_id", "_pid", "_ref", "siren")) or c in ("sender", "partners")
        }
        missing = named - set(pool.QUALIFIED[table]) - _NOT_OF_A_POLE - set(pool.LEFT_LOCAL.get(table, ()))
        assert not missing, (
            f"{table}: {sorted(missing)} could meet those of another pole. Qualify them in pool.py."
        )


def test_names_and_refused_cells_stay_with_their_pole(tmp_path: Path) -> None:
    own = tmp_path / "own.duckdb"
    with warehouse.connect(own) as connection:
        warehouse.create_raw(connection)
        connection.execute(
            "insert into register.members (member_id, siren, name) values ('A', '732829320', 'Canari')"
        )
        connection.execute("insert into record.refusals (sender, value) values ('A', 'Canari')")
        connection.execute(
            "insert into declarations.collaborative_projects (slice_id, project_ref, partners, title) "
            "values ('s', 'C1', '356000000; 732829320', 'Canari')"
        )
    pool.unite({"P1": own, "P2": own}, tmp_path / "raw.duckdb")
    with warehouse.connect(tmp_path / "raw.duckdb", read_only=True) as connection:
        for name in warehouse.table_names(connection):
            assert "Canari" not in str(connection.execute(f"select * from {name}").fetchall()), name
        members = connection.execute("select member_id, siren from register.members order by 1").fetchall()
        partners = connection.execute(
            "select partners from declarations.collaborative_projects order by 1"
        ).fetchall()
    assert members == [("P1/A", "P1/732829320"), ("P2/A", "P2/732829320")]
    assert partners == [("P1/356000000;P1/732829320",), ("P2/356000000;P2/732829320",)]
