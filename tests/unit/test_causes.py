"""Each change of an input has one type; a row that only moved, or a file that never counted, is no change."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from periscope import warehouse
from release import inputs
from release.causes import ERROR, LATE_DATA, METHOD, PERIMETER, InputChange, changes
from release.inputs import Inputs, Slice


def one_slice(name: str, status: str = "accepted", superseded_by: str = "", file_id: str = "") -> Slice:
    return Slice(
        name, file_id or f"f-{name}", f"{name}.csv", "", "posts", "M1", "2026-Q1", date(2026, 7, 3), status, superseded_by
    )  # fmt: skip


def found(before: Inputs, after: Inputs, *slices: Slice) -> list[InputChange]:
    with warehouse.connect(None) as connection:
        return changes(connection, before, after, list(slices))


@pytest.mark.parametrize(
    ("before", "slices", "kind", "words"),
    [
        (Inputs(), [one_slice("late")], LATE_DATA, "« late.csv », reçu le 03/07/2026"),
        (Inputs(slices={"old": "refused"}), [one_slice("old")], LATE_DATA, "d'abord refusé"),
        (
            Inputs(slices={"old": "accepted"}),
            [one_slice("old", "superseded", "new.csv"), one_slice("new")],
            ERROR,
            "remplace « old.csv »",
        ),
        (Inputs(slices={"old": "accepted"}), [one_slice("old", "withdrawn")], ERROR, "a été retiré"),
        (Inputs(slices={"old": "accepted"}), [one_slice("old", "refused")], ERROR, "désormais refusé"),
        (
            Inputs(slices={"old": "superseded", "new": "accepted"}),
            [one_slice("old"), one_slice("new", "withdrawn")],
            ERROR,
            "redevient la version retenue",
        ),
        (Inputs(files={"f1": "accepted"}), [one_slice("again", file_id="f1")], ERROR, "lu autrement"),
    ],
)
def test_what_a_received_file_changes(before: Inputs, slices: list[Slice], kind: str, words: str) -> None:
    told = found(before, Inputs(), *slices)
    assert (told[0].kind, words in told[0].cause) == (kind, True), told


def test_what_never_counted_is_no_change() -> None:
    before = Inputs(slices={"same": "accepted"})
    assert found(before, Inputs(), one_slice("same"), one_slice("bad", "refused")) == []


@pytest.mark.parametrize(
    ("table", "old", "new", "kind"),
    [
        ("memberships", {2: ("M1", "a")}, {2: ("M1", "b")}, PERIMETER),
        ("members", {2: ("M1", "a"), 3: ("M2", "c")}, {2: ("M1", "a")}, PERIMETER),
        ("grants", {2: ("G1", "a")}, {2: ("G1", "a"), 3: ("G2", "b")}, LATE_DATA),
        ("grants", {2: ("G1", "a")}, {2: ("G1", "b")}, ERROR),
        ("price_list", {2: ("R1", "a")}, {}, ERROR),
    ],
)
def test_what_a_register_row_changes(
    table: str, old: dict[int, tuple[str, str]], new: dict[int, tuple[str, str]], kind: str
) -> None:
    name = f"register/{table}"
    (told,) = found(Inputs(register={name: old}), Inputs(register={name: new}))
    assert told.kind == kind and name in told.cause


def test_a_row_that_only_moved_has_not_changed() -> None:
    name = "register/memberships"
    before, after = {2: ("M1", "a")}, {3: ("M1", "a")}
    assert found(Inputs(register={name: before}), Inputs(register={name: after})) == []


def test_a_setting_that_moves_figures_is_method() -> None:
    (told,) = found(
        Inputs(settings={"baseline_quarter": '""'}), Inputs(settings={"baseline_quarter": '"2024-Q1"'})
    )
    assert told.kind == METHOD and "baseline_quarter" in told.cause


def test_inputs_are_read_back_as_written(tmp_path: Path) -> None:
    told = Inputs(
        {"s": "accepted"}, {"f": "accepted"}, {"register/rooms": {2: ("R1", "d")}}, {"impact": "{}"}
    )
    path = tmp_path / inputs.FILE_NAME
    lines = [",".join(inputs.HEADER), *(",".join(row) for row in told.rows())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert Inputs.read(path) == told


def test_a_change_touches_its_files_and_its_row_only() -> None:
    whole = InputChange(ERROR, "", "posts", frozenset({"a.csv"}))
    one_row = InputChange(ERROR, "", "posts", frozenset({"a.csv"}), 4)
    assert whole.touches("a.csv", 4) and whole.touches("a.csv", None) and not whole.touches("b.csv", 4)
    assert one_row.touches("a.csv", 4) and not one_row.touches("a.csv", 5)
    assert not one_row.touches("a.csv", None) and not one_row.touches("b.csv", 4)


def test_only_a_membership_is_about_a_member() -> None:
    for table, member in (("memberships", "M1"), ("members", "M1"), ("grants", "")):
        name = f"register/{table}"
        (told,) = found(Inputs(register={name: {}}), Inputs(register={name: {2: ("M1", "a")}}))
        assert (told.member, told.key) == (member, "M1")


def _corrected(
    old: dict[int, tuple[str, str]], new: dict[int, tuple[str, str]], *slices: Slice
) -> list[InputChange]:
    """Changes of the ledger of corrections; its rows 2 and 3 are those of the register, 3 without who nor why."""
    name = "register/corrections"
    with warehouse.connect(None) as connection:
        connection.execute("attach ':memory:' as raw")
        connection.execute("create schema raw.register")
        connection.execute(
            'create table raw.register.corrections (row_number integer, "row" integer, "column" varchar, '
            "decided_by varchar, decided_on date, reason varchar)"
        )
        connection.execute(
            "insert into raw.register.corrections values (2, 7, 'fte', 'Eva', date '2026-07-03', 'faute de frappe'), "
            "(3, 8, 'fte', null, null, null)"
        )
        return changes(connection, Inputs(register={name: old}), Inputs(register={name: new}), list(slices))


def _of_the_ledger(old: dict[int, tuple[str, str]], new: dict[int, tuple[str, str]]) -> InputChange:
    told = _corrected(old, new, one_slice("late"), one_slice("other"))
    (one,) = [change for change in told if change.table == "register/corrections"]
    return one


def test_an_entry_of_the_ledger_touches_its_row_of_its_file() -> None:
    # the entry that moved to line 3 has not changed
    told = _of_the_ledger({2: ("Late.csv", "a")}, {3: ("Late.csv", "a"), 2: ("Late.csv", "b")})
    assert (told.kind, told.row, told.files) == (ERROR, 7, frozenset({"late.csv"}))
    assert (
        "ligne 2 : « Late.csv », ligne 7, fte, décidée par Eva le 03/07/2026 (faute de frappe)" in told.cause
    )


def test_an_entry_may_say_neither_who_nor_why() -> None:
    told = _of_the_ledger({}, {3: ("late.csv", "a")})
    assert "« late.csv », ligne 8, fte" in told.cause and "None" not in told.cause


def test_an_entry_taken_away_touches_its_whole_file() -> None:
    told = _of_the_ledger({2: ("late.csv", "a"), 3: ("late.csv", "b")}, {2: ("late.csv", "a")})
    assert (told.kind, told.row, told.files) == (ERROR, None, frozenset({"late.csv"}))
    assert told.cause == "register/corrections.csv : une correction de « late.csv » a été retirée"
