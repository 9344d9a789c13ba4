"""Several poles in one build: each keeps its own figures to the last source, and the network counts each thing once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from periscope import models, warehouse
from periscope.models import BuildRequest
from periscope.network import agreement, pool
from periscope.quarters import Quarter
from tests.invented import HISTORY_START, QUARTER, SHARED, invented_pole
from tests.poles import Figures

pytestmark = pytest.mark.slow

#: pole id -> number of the invented pole; 2 and 6 share their first member, 3 and 6 their second
POLES = {"NORD": 2, "OUEST": 3, "SUD": 6}


@dataclass
class Built:
    """The three poles, each on its own, and their network."""

    own: dict[str, Figures]
    network: Path
    sirens: dict[str, dict[str, str]]

    def figures(
        self, indicator: str, period: str, dimension: str = "all", item: str = "all"
    ) -> dict[str, Any]:
        with warehouse.connect(self.network, read_only=True) as connection:
            cursor = connection.execute(
                "select * from network.fct_network_figures where indicator_id = ? and period = ? and dimension = ? and item = ?",
                [indicator, period, dimension, item],
            )
            names = [column[0] for column in cursor.description]
            (row,) = cursor.fetchall()
        return dict(zip(names, row, strict=True))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("network")
    raws, own, sirens, told = {}, {}, {}, []
    for pole_id, number in POLES.items():
        pole = invented_pole(number)
        raws[pole_id] = folder / f"{pole_id}.duckdb"
        pole.write(raws[pole_id])
        sirens[pole_id] = {row["member_id"]: row["siren"] for row in pole.rows["register.members"]}
        # one pole names no managing body
        managing = "" if pole_id == "OUEST" else sirens[pole_id]["M0"]
        told.append({"pole_id": pole_id, "managing_body_siren": managing})
        request = _request(raws[pole_id], folder / f"{pole_id}-own.duckdb", managing_body_siren=managing)
        models.build(request)
        own[pole_id] = Figures.read(request.candidate, request.raw)
    pool.unite(raws, folder / "raw.duckdb")
    models.build(_request(folder / "raw.duckdb", folder / "all.duckdb", poles=tuple(told)))
    return Built(own, folder / "all.duckdb", sirens)


def _request(raw: Path, candidate: Path, **parameters: Any) -> BuildRequest:
    return BuildRequest(
        raw=raw,
        candidate=candidate,
        target=raw.with_name("dbt"),
        quarter=Quarter.parse(QUARTER),
        history_start=date.fromisoformat(HISTORY_START),
        baseline_quarter="2025-Q2",
        **parameters,
    )


def test_every_figure_of_every_pole_is_that_of_its_own_build(built: Built) -> None:
    for pole_id, figures in built.own.items():
        assert sum(row["value"] is not None for row in figures.rows.values()) > 1000
        assert agreement.differences(built.network, pole_id, figures.candidate) == []


def test_one_changed_figure_is_found(built: Built, tmp_path: Path) -> None:
    changed = tmp_path / "own.duckdb"
    shutil.copyfile(built.own["NORD"].candidate, changed)
    with warehouse.connect(changed) as connection:
        connection.execute(
            "update criteria.crit_jobs_fte set answered_count = answered_count + 1 "
            f"where period = '{QUARTER}' and perimeter = 'members' and dimension = 'all'"
        )
    assert agreement.differences(built.network, "NORD", changed) == [
        "NORD : crit_jobs_fte, 2 lignes diffèrent de sa propre construction."
    ]


def test_no_row_of_the_network_build_is_of_no_pole(built: Built) -> None:
    with warehouse.connect(built.network, read_only=True) as connection:
        for name in agreement.criteria(connection):
            strays = connection.execute(
                f"select count(*) from criteria.{name} where split_part(perimeter, '/', 1) not in ('NORD', 'OUEST', 'SUD')"
            ).fetchone()
            assert strays == (0,), name
        marts = connection.execute(
            "select table_name, bool_or(column_name = 'pole_id') from duckdb_columns() "
            "where schema_name = 'marts' group by 1"
        ).fetchall()
        assert len(marts) >= 14
        assert all(has_pole for _, has_pole in marts), marts
        for name, _ in marts:
            ids = connection.execute(f"select distinct pole_id from marts.{name} order by 1").fetchall()
            assert {pole_id for (pole_id,) in ids} <= set(POLES), name


def test_an_enterprise_of_two_poles_counts_once(built: Built) -> None:
    """Recomputed from each pole's own figures by member: the first pole by its id speaks for an enterprise."""
    shared = [siren for siren in SHARED if sum(siren in ids.values() for ids in built.sirens.values()) > 1]
    assert shared == list(SHARED)
    told: dict[str, Decimal] = {}
    for pole_id in sorted(POLES):
        for member_id, value in (
            built.own[pole_id].items("turnover_total", QUARTER, dimension="member").items()
        ):
            told.setdefault(built.sirens[pole_id][member_id], value)
    total = built.figures("turnover_total", QUARTER)
    assert total["value"] == sum(told.values())
    assert total["contributors"] == len(told)
    twice = sum(built.own[pole_id].value("turnover_total", QUARTER) or 0 for pole_id in POLES)
    assert total["value"] < twice


def test_members_and_coverage_are_distinct_enterprises(built: Built) -> None:
    count = built.figures("members_count", QUARTER)
    everyone = {siren for ids in built.sirens.values() for siren in ids.values()}
    assert count["value"] == len(everyone) == 3 * 6 - 2
    assert count["expected_count"] == count["answered_count"] == len(everyone)
    declared = built.figures("supported_projects", QUARTER)
    sums = [built.own[pole_id].row("supported_projects", QUARTER) for pole_id in POLES]
    assert declared["expected_count"] == len(everyone) < sum(row["expected_count"] for row in sums if row)
    assert declared["answered_count"] <= declared["expected_count"]


def test_a_rate_is_made_of_its_two_sums(built: Built) -> None:
    for indicator, shift in (
        ("turnover_panel_growth", 1),
        ("market_share_of_income", 0),
        ("mean_partners", 0),
    ):
        row = built.figures(indicator, QUARTER)
        ratio = float(row["numerator"]) / float(row["denominator"]) - shift
        assert row["value"] == pytest.approx(Decimal(str(round(ratio, 6))), abs=Decimal("0.000001"))
        parts = [built.own[pole_id].row(indicator, QUARTER) for pole_id in POLES]
        assert row["denominator"] <= sum(part["denominator"] or 0 for part in parts if part)
    partners = built.figures("mean_partners", QUARTER)
    assert partners["denominator"] == built.figures("effectively_run_projects", QUARTER)["value"]


def test_rooms_and_grants_add_up(built: Built) -> None:
    for indicator in ("booked_hours", "room_revenue", "after_hours"):
        own = [built.own[pole_id].value(indicator, QUARTER, "pole") for pole_id in POLES]
        assert built.figures(indicator, QUARTER)["value"] == sum(value for value in own if value is not None)
    asked = [
        row["value"]
        for pole_id in POLES
        for key, row in built.own[pole_id].rows.items()
        if key[:2] == ("grant_requested", QUARTER)
    ]
    assert len(asked) == 6
    assert built.figures("grant_requested", QUARTER)["value"] == sum(asked)


def test_what_no_sum_gives_back_is_left_out_and_says_so(built: Built) -> None:
    row = built.figures("turnover_median_growth", QUARTER)
    assert row["value"] is None
    assert row["reason"] == "Une médiane de médianes n'est pas une médiane."


def test_the_functions_of_the_network_make_its_total(built: Built) -> None:
    with warehouse.connect(built.network, read_only=True) as connection:
        rows = connection.execute(
            "select dimension, sum(value) from network.fct_network_figures "
            f"where indicator_id = 'turnover_total' and period = '{QUARTER}' group by 1"
        ).fetchall()
    sums = dict(rows)
    assert sums["function"] == sums["all"]
