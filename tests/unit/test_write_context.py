"""What release tells the pages: funders by a stable id, keys, families of the evaluator, and no wage earner's name."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from periscope import tables, template, warehouse
from periscope.quarters import Quarter
from periscope.settings import Indirect, Settings
from periscope.warehouse import quote
from periscope.workspace import Run
from release import write_context


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A workspace whose register holds grants, written as the evaluator would."""
    workspace = template.create(tmp_path / "pole", 'pole_name = "P"\n[funders.region]\nfamily = "ptce"\n')
    columns = tables.raw_columns(tables.REGISTER["grants"])
    grants = [
        ("G1", "region", "Région Midi-Pyrénées", date(2014, 3, 1)),
        ("G2", "region", "Région Occitanie", date(2026, 3, 1)),
        ("G3", "region", "", date(2026, 9, 1)),
        ("G4", "sicoval", None, None),
    ]
    with warehouse.connect(workspace.raw_database) as connection:
        connection.execute("create schema register")
        kinds = {"decided_on": "date", "amount_eur": "decimal(18, 2)"}
        described = ", ".join(f"{quote(c)} {kinds.get(c, 'varchar')}" for c in columns)
        connection.execute(f"create table register.grants ({described}, row_number integer)")
        for number, (grant_id, funder_id, label, decided_on) in enumerate(grants, 2):
            connection.execute(
                "insert into register.grants (grant_id, funder_id, funder_label, decided_on, status, amount_eur, row_number) "
                "values (?, ?, ?, ?, 'paid', 10.5, ?)",
                [grant_id, funder_id, label, decided_on, number],
            )
    return Run(workspace, Quarter(2026, 3), date(2026, 11, 23))


def test_a_renamed_funder_keeps_its_folder_and_takes_its_last_name(run: Run) -> None:
    with warehouse.connect(run.workspace.raw_database, read_only=True) as connection:
        found = {r.reader_id: r.label for r in write_context.readers(connection) if r.kind == "funder"}
    assert found == {"region": "Région Occitanie", "sicoval": "sicoval"}
    assert [g.funder_label for g in write_context.all_grants(run)][:2] == [
        "Région Midi-Pyrénées",
        "Région Occitanie",
    ]


def test_each_grant_has_the_family_of_its_funder(run: Run) -> None:
    grants = write_context.all_grants(run)
    assert [grant.family for grant in grants] == ["ptce", "ptce", "ptce", "cerfa"]
    assert (grants[0].amount_eur, grants[3].funder_label) == (Decimal("10.50"), "")


def test_the_evaluators_families_are_read_by_name(run: Run) -> None:
    (run.workspace.texts / "mienne.toml").write_text('label = "x"\n', "utf-8")
    assert write_context.own_families(run.workspace) == {"mienne": 'label = "x"\n'}


def test_keys_of_the_settings_become_those_of_the_context() -> None:
    (found,) = write_context.indirect_keys(Settings(indirect={"loyer": Indirect("A", ["613"], 0.15)}))
    assert (found["label"], found["accounts"], found["share"], found["line"]) == (
        "loyer",
        ["613"],
        Decimal("0.15"),
        "i.1",
    )


def test_the_label_of_a_wage_never_reaches_a_context() -> None:
    wage = {"expense_id": "1", "action": "A", "account": "641100", "label": "Paie de Camille"}
    assert write_context._without_person(wage)["label"] == ""
    assert write_context._without_person(wage | {"account": "606"})["label"] == "Paie de Camille"
