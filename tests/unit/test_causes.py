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
