"""An old definition stands beside the present one only where it says which it is, and stays in the house."""

from __future__ import annotations

import pytest

from periscope import warehouse
from periscope.errors import GateError
from protection import figures


def check(*catalogue: tuple[str, int, str], computed: tuple[tuple[str, str], ...]) -> None:
    with warehouse.connect(None) as connection:
        connection.execute("create schema seeds")
        connection.execute(
            "create table seeds.indicators (indicator_id varchar, version integer, secrecy varchar)"
        )
        connection.executemany("insert into seeds.indicators values (?, ?, ?)", catalogue)
        connection.execute(
            "create temp table gathered (indicator_id varchar, period varchar, perimeter varchar, dimension varchar, "
            "item varchar)"
        )
        for indicator_id, period in computed:
            row = [indicator_id, period, "members", "all", "all"]
            connection.execute("insert into gathered values (?, ?, ?, ?, ?)", row)
        figures._check_versions(connection)


BOTH = (("x", "2026-Q3"), ("x_v1", "2026-Q3"))


def test_two_versions_of_one_quarter() -> None:
    check(("x", 2, "enterprise"), ("x_v1", 1, "internal"), computed=BOTH)
    check(("x", 3, "exempt"), ("x_v2", 2, "exempt"), computed=(("x", "2026"), ("x_v2", "2026")))


@pytest.mark.parametrize(
    ("catalogue", "computed"),
    [
        ((("x", 2, "enterprise"), ("x_v1", 1, "enterprise")), BOTH),
        ((("x", 2, "person"), ("x_v1", 1, "person")), BOTH),
        ((("x", 1, "exempt"), ("x_v1", 1, "exempt")), BOTH),
        ((("x", 3, "exempt"), ("x_v1", 2, "exempt")), BOTH),
        ((("x_v1", 1, "exempt"),), BOTH),
        ((("x", 2, "exempt"), ("x_v1", 1, "exempt")), (("x", "2026-Q3"),)),
        ((("x", 2, "exempt"), ("x_v1", 1, "exempt")), (("x", "2026-Q3"), ("x_v1", "2026-Q2"))),
    ],
    ids=[
        "enterprise",
        "person",
        "same version",
        "another number",
        "no present one",
        "not computed",
        "no overlap",
    ],
)
def test_what_is_no_overlap_is_refused_by_name(
    catalogue: tuple[tuple[str, int, str], ...], computed: tuple[tuple[str, str], ...]
) -> None:
    with pytest.raises(GateError, match="x_v1"):
        check(*catalogue, computed=computed)
