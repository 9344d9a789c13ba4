"""A KoboToolbox export in several CSV files: a repeat group is completed by the answers that lie beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from periscope.workspace import Run
from tests.inbox import ask, put, small_pole

MAPPING = """
[mappings.kobo]
kind = "posts"
[mappings.kobo.columns]
"Votre SIREN" = "siren"
"Trimestre" = "quarter"
"Poste" = "post_ref"
"Employeur" = "employer_siren"
"Depuis" = "started_on"
"Temps" = "working_time"
"""
ANSWERS = """"Votre SIREN";"Trimestre";"Courriel";"_uuid";"_index"
"732829320";"2026-Q3";"canari@example.org";"u1";"1"
"880878145";"2026-Q3";"canari@example.org";"u2";"2"
"""
BY_INDEX = """"Poste";"Employeur";"Depuis";"Temps";"_parent_table_name";"_parent_index"
"P1";"732829320";"2025-01-01";"1";"enquete";"1"
"P2";"732829320";"2025-02-01";"0,5";"enquete";"1"
"P3";"732829320";"2025-02-01";"0,5";"enquete";"7"
"""
BY_UUID = """Poste,Employeur,Depuis,Temps,_submission__uuid
P1,732829320,2025-01-01,1,u1
P2,732829320,2025-02-01,80 %,u1
P3,732829320,2025-02-01,1,u7
"""
SLICES = "select source_file, kind, sender, rows_read, rows_refused from record.slices order by all"
POSTS = "select row_number, post_ref from declarations.posts order by 1"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return small_pole(tmp_path / "pole", MAPPING)


@pytest.mark.parametrize("group", [BY_INDEX, BY_UUID])
def test_a_group_is_completed_by_the_answers_beside_it(run: Run, group: str) -> None:
    put(run, "declarations/kobo/enquete.csv", ANSWERS)
    put(run, "declarations/kobo/emplois.csv", group)
    assert ask(run, SLICES) == [
        ("declarations/kobo/emplois.csv", "posts", "", 1, 1),
        ("declarations/kobo/emplois.csv", "posts", "atelier", 0, 0),
        ("declarations/kobo/emplois.csv", "posts", "jardins", 2, 0),
        ("declarations/kobo/enquete.csv", "survey_answers", "", 2, 0),
    ]
    assert ask(run, POSTS) == [(2, "P1"), (3, "P2")]
    assert ask(run, "select row_number, code from record.refusals") == [(4, "broken_line")]


def test_answers_that_come_later_complete_the_group(run: Run) -> None:
    put(run, "declarations/kobo/emplois.csv", BY_INDEX)
    assert ask(run, POSTS) == []
    assert ask(run, "select code from record.refusals") == [("missing_column",)]
    put(run, "declarations/kobo/enquete.csv", ANSWERS)
    assert ask(run, POSTS) == [(2, "P1"), (3, "P2")]


def test_answers_of_another_folder_complete_nothing(run: Run) -> None:
    put(run, "declarations/kobo/emplois.csv", BY_INDEX)
    put(run, "declarations/autre/enquete.csv", ANSWERS)
    assert ask(run, POSTS) == []


def test_the_first_table_may_bear_an_empty_link(run: Run) -> None:
    """Older exports give every file the three columns."""
    old = ANSWERS.replace('"_index"', '"_index";"_parent_table_name";"_parent_index"')
    put(
        run,
        "declarations/kobo/enquete.csv",
        old.replace('"1"\n', '"1";"";"-1"\n').replace('"2"\n', '"2";"";"-1"\n'),
    )
    put(run, "declarations/kobo/emplois.csv", BY_INDEX.replace('"enquete"', '""'))
    assert ask(run, POSTS) == [(2, "P1"), (3, "P2")]
