"""What is taken again from an earlier run: only what was made from the very same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from periscope import models, replay, reuse, state, template, warehouse
from periscope.quarters import Quarter
from periscope.workspace import Run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(template.create(tmp_path / "pole"), Quarter.parse("2026-Q3"), date(2026, 11, 23))


def candidate(run: Run, **texts: str) -> list[Path]:
    """A folder per reader, with the figures it may have and a form to fill."""
    base = run.workspace.candidate / "published"
    for reader, text in texts.items():
        (base / reader).mkdir(parents=True, exist_ok=True)
        (base / reader / "figures.csv").write_text(text)
        (base / reader / "form.pdf").write_text("blank")
    return [base / reader for reader in texts]


class Renderer:
    """Writes a page from the figures, takes the form away, keeps views, and remembers whose pages it made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, folders: Iterable[Path], kept: reuse.Reuse) -> Callable[[], None]:
        mine = list(folders)
        self.made += [folder.name for folder in mine]
        for name in self.made:
            kept.keep(name, f"views of {name}")

        def written() -> None:
            for folder in mine:
                (folder / "page.html").write_text(f"<p>{(folder / 'figures.csv').read_text()}</p>")
                (folder / "form.pdf").unlink()

        return written


def publish(run: Run, **texts: str) -> list[str]:
    """Whose pages had to be made; the candidate is put in place as release does."""
    renderer = Renderer()
    folders = candidate(run, **texts)
    written = reuse.pages(run, folders, renderer, {"proof.csv"})
    proof = f"proof {len(list(run.workspace.candidate.iterdir()))}"
    for folder in folders:
        (folder / "proof.csv").write_text(proof)
    written()
    assert all((folder / "proof.csv").read_text() == proof for folder in folders)
    place = run.workspace.published / str(run.quarter)
    place.parent.mkdir(exist_ok=True)
    if place.exists():
        place.rename(run.workspace.candidate / f"old{len(list(run.workspace.candidate.iterdir()))}")
    (run.workspace.candidate / "published").rename(place)
    return renderer.made


def page(run: Run, reader: str) -> Path:
    return run.workspace.published / str(run.quarter) / reader / "page.html"


def test_only_a_reader_whose_figures_changed_gets_new_pages(run: Run) -> None:
    assert publish(run, committee="1", public="2") == ["committee", "public"]
    assert publish(run, committee="1", public="3") == ["public"]
    assert page(run, "committee").read_text() == "<p>1</p>" and page(run, "public").read_text() == "<p>3</p>"
    there = {path.name for path in page(run, "committee").parent.iterdir()}
    assert there == {"figures.csv", "page.html", "proof.csv"}


def test_what_is_kept_of_a_reader_stays_while_its_page_is_taken_again(run: Run) -> None:
    publish(run, committee="1", public="2")
    publish(run, committee="1", public="3")
    with reuse.opened(run.workspace, "pages") as kept:
        assert [kept.known(name) for name in ("committee", "public")] == [
            "views of committee",
            "views of public",
        ]


def test_a_page_that_somebody_touched_is_made_again(run: Run) -> None:
    publish(run, committee="1")
    page(run, "committee").write_text("<p>9</p>")
    assert publish(run, committee="1") == ["committee"]
    assert page(run, "committee").read_text() == "<p>1</p>"


def test_figures_of_two_readers_are_not_confused(run: Run) -> None:
    publish(run, committee="1")
    assert publish(run, public="1") == ["public"]


def test_another_program_takes_nothing_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(run, committee="1")
    monkeypatch.setattr(reuse, "code_hash", lambda: "another version")
    assert publish(run, committee="1") == ["committee"]


def test_one_changed_byte_anywhere_and_nothing_is_taken_again(run: Run) -> None:
    """SQL is among what is kept: changed by a byte, it would compute another figure."""
    with reuse.opened(run.workspace, "models") as kept:
        kept.get("a", lambda: {"statements": ["select * from posts where started_on <= ends_on"]})
    path = run.workspace.warehouse / "reuse" / "models.json"
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with reuse.opened(run.workspace, "models") as kept:
            assert kept.known("a") is None


@pytest.mark.parametrize("damage", ["", "{", "[]", "[1]", "null", '{"seal": 1}', '{"2026-Q3": 1}'])
def test_a_damaged_state_says_nothing(run: Run, damage: str) -> None:
    path = run.workspace.warehouse / "state.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(damage)
    assert not state.is_up_to_date(run)
    state.remember(run)
    assert str(run.quarter) in json.loads(path.read_text())


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"seal": 1}', '{"seal": 1, "results": 1}'])
def test_a_damaged_memory_is_no_memory(run: Run, damage: str) -> None:
    publish(run, committee="1")
    (run.workspace.warehouse / "reuse" / "pages.json").write_text(damage)
    assert publish(run, committee="1") == ["committee"]


def test_only_what_the_last_run_used_is_kept(run: Run) -> None:
    for made_from in ("a", "b"):
        with reuse.opened(run.workspace, "masks") as kept:
            assert kept.get(made_from, partial(list, made_from)) == [made_from]
    saved = json.loads((run.workspace.warehouse / "reuse" / "masks.json").read_text())
    assert list(json.loads(saved["results"]).values()) == [["b"]]


def test_a_run_that_fails_keeps_the_memory_of_the_one_before(run: Run) -> None:
    with reuse.opened(run.workspace, "masks") as kept:
        kept.get("a", lambda: 1)
    with pytest.raises(RuntimeError), reuse.opened(run.workspace, "masks") as kept:
        raise RuntimeError
    with reuse.opened(run.workspace, "masks") as kept:
        assert kept.get("a", lambda: 2) == 1


MEMBERS = (
    'create table criteria.crit_members_count as select count(*) as value from "raw"."register"."members"'
)
STATEMENTS = [
    models.Statement("table", '"periscope"."criteria"."crit_members_count"', MEMBERS.partition(" as ")[2]),
    models.Statement(
        "test",
        "a_pole_is_small",
        'select value from "periscope"."criteria"."crit_members_count" where value > 3',
    ),
]


class Builder:
    """Stands for dbt: one seed, one model that counts members; tells what it ran, and counts how often it was asked."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, request: models.BuildRequest) -> list[models.Statement]:
        self.count += 1
        request.candidate.unlink(missing_ok=True)
        request.candidate.parent.mkdir(parents=True, exist_ok=True)
        with warehouse.connect(request.candidate) as connection:
            warehouse.attach(connection, request.raw)
            connection.execute("create schema criteria; create schema seeds")
            connection.execute("create table seeds.indicators as select 'members_count' as indicator_id")
            connection.execute(MEMBERS)
        return STATEMENTS


@pytest.fixture
def builder(run: Run, monkeypatch: pytest.MonkeyPatch) -> Builder:
    """A raw warehouse of one member, and a builder in the place of dbt."""
    with warehouse.connect(run.workspace.raw_database) as connection:
        warehouse.create_raw(connection)
        connection.execute("insert into register.members (member_id, siren) values ('A', '732829320')")
    found = Builder()
    monkeypatch.setattr(models, "build", found)
    return found


def build_and_publish(run: Run) -> None:
    """Build, add what later steps add, and put the candidate in the place of the warehouse."""
    reuse.build(run)
    candidate = run.workspace.candidate / "periscope.duckdb"
    with warehouse.connect(candidate) as connection:
        connection.execute("create schema if not exists impact")
        connection.execute("create table impact.estimates (value integer)")
    candidate.replace(run.workspace.database)


def test_the_same_rows_are_not_built_twice(run: Run, builder: Builder) -> None:
    build_and_publish(run)
    reuse.build(run)
    assert builder.count == 1
    # what a later step added is gone, as after a build
    candidate = run.workspace.candidate / "periscope.duckdb"
    assert list(warehouse.content(candidate)) == ['"criteria"."crit_members_count"', '"seeds"."indicators"']


def members(run: Run, *sirens: str) -> None:
    with warehouse.connect(run.workspace.raw_database) as connection:
        for siren in sirens:
            connection.execute("insert into register.members (member_id, siren) values ($1, $1)", [siren])


def counted(run: Run) -> int:
    with warehouse.connect(run.workspace.database, read_only=True) as connection:
        (count,) = connection.execute(
            "select any_value(value) from criteria.crit_members_count, seeds.indicators"
        ).fetchone() or (0,)
    return int(count)


def test_from_other_rows_what_dbt_compiled_is_run_again_without_it(run: Run, builder: Builder) -> None:
    build_and_publish(run)
    members(run, "356000000")
    build_and_publish(run)
    assert (builder.count, counted(run)) == (1, 2)
    # an exclusive or of hashes would not see a pair of equal rows
    members(run, "552100554", "552100554")
    reuse.build(run)
    assert builder.count == 2, "the fourth row breaks the promise: only dbt may say so"


@pytest.mark.parametrize(
    "damage", ["update seeds.indicators set indicator_id = 'other'", "drop table seeds.indicators"]
)
def test_a_list_of_the_program_that_is_not_as_it_was_is_loaded_again(
    run: Run, builder: Builder, damage: str
) -> None:
    build_and_publish(run)
    with warehouse.connect(run.workspace.database) as connection:
        connection.execute(damage)
    members(run, "356000000")
    build_and_publish(run)
    assert (builder.count, counted(run)) == (2, 2)


def test_another_quarter_is_built(run: Run, builder: Builder) -> None:
    build_and_publish(run)
    reuse.build(Run(run.workspace, Quarter.parse("2026-Q2"), run.as_of))
    assert builder.count == 2


def test_a_warehouse_that_is_not_what_was_built_is_built_again(run: Run, builder: Builder) -> None:
    build_and_publish(run)
    with warehouse.connect(run.workspace.database) as connection:
        connection.execute("update criteria.crit_members_count set value = 9")
    reuse.build(run)
    assert builder.count == 2
    (run.workspace.candidate / "periscope.duckdb").unlink()
    run.workspace.database.write_bytes(b"torn")
    reuse.build(run)
    assert builder.count == 3


def _evaluate(run: Run, raw: Path, candidate: Path) -> None:
    """The estimates, in the candidate that was built from `raw`."""
    assert raw.exists()
    candidate.with_name("impact.json").write_text("{}")
    with warehouse.connect(candidate) as connection:
        connection.execute("create schema if not exists impact")
        connection.execute("create table impact.estimates (value integer)")


def test_effects_that_fail_on_rows_not_judged_yet_stop_nothing(run: Run, builder: Builder) -> None:
    def fails(run: Run, raw: Path, candidate: Path) -> None:
        raise ValueError("math domain error")

    build_and_publish(run)
    assert reuse.make_ahead(run, _one_more, fails) is None
    build_and_publish(run)
    assert (builder.count, counted(run)) == (1, 1)


def test_nothing_is_made_ahead_of_a_build_that_needs_dbt(run: Run, builder: Builder) -> None:
    assert reuse.make_ahead(run, _one_more, _evaluate) is None
    assert not (run.workspace.candidate / "periscope.duckdb").exists()


def _one_more(connection: warehouse.Connection) -> None:
    connection.execute("insert into register.members (member_id, siren) values ('9', '9')")


def test_what_was_built_ahead_is_kept_when_all_is_accepted(
    run: Run, builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_and_publish(run)
    made = reuse.make_ahead(run, _one_more, _evaluate)
    with warehouse.connect(run.workspace.raw_database) as connection:
        _one_more(connection)
    candidate = run.workspace.candidate / "periscope.duckdb"
    assert not candidate.exists(), "nobody may publish what nobody has judged"
    assert reuse.take(run, made)
    assert '"impact"."estimates"' in warehouse.content(candidate)
    assert (run.workspace.candidate / "impact.json").read_text() == "{}"
    changed: list[set[str]] = []
    monkeypatch.setattr(replay, "_run", lambda *told: changed.append(told[-1]) or True)
    build_and_publish(run)
    assert changed and not set().union(*changed), "every statement found what it reads as it left it"
    assert (builder.count, counted(run)) == (1, 2)


def test_what_was_built_ahead_is_made_again_when_something_is_refused(run: Run, builder: Builder) -> None:
    build_and_publish(run)
    made = reuse.make_ahead(run, _one_more, _evaluate)
    assert made and not reuse.take(run, made)
    assert not (run.workspace.candidate / "periscope.duckdb").exists()
    build_and_publish(run)
    assert (builder.count, counted(run)) == (1, 1)


def test_what_cannot_be_built_ahead_is_left_to_the_build(run: Run, builder: Builder) -> None:
    """More members than the promise allows: dbt says so, on the rows that were accepted."""
    build_and_publish(run)
    many = reuse.make_ahead(run, lambda c: [_one_more(c) for _ in range(3)] and None, _evaluate)
    assert many is None
    build_and_publish(run)
    assert (builder.count, counted(run)) == (1, 1)
