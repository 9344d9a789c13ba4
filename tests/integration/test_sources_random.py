"""Random small poles: every additive figure is the sum of its contributions, to the cent or to its rounding."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from periscope import catalogue
from periscope.quarters import Quarter
from tests.poles import Pole, sources_sum
from tests.secrecy import SIRENS

TOLERANCE = {"fte": Decimal("0.0005"), "hours": Decimal("0.00005")}
QUARTERS = [str(Quarter.parse("2026-Q3").shift(-back)) for back in range(6)]
FUNCTIONS = ("creation_support", "promotion_training", "enterprise_development", "csr_promotion")


def random_pole(draw: random.Random) -> Pole:
    """Members that come and go, projects followed by several, posts shared between projects, odd cents."""
    pole = Pole()
    sirens = SIRENS[: draw.randint(3, 7)]
    for n, siren in enumerate(sirens):
        presence = draw.choice(["permanent_resident", "occasional_user"])
        left = draw.choice([None, None, "2026-05-10"])
        pole.member(
            f"M{n}", siren, draw.choice(FUNCTIONS), presence, draw.choice(["2020-01-01", "2025-11-02"]), left
        )
    for quarter in QUARTERS:
        day = Quarter.parse(quarter).first_day.isoformat()
        for siren in (s for s in sirens if draw.random() < 0.8):
            pole.declare("posts", siren, quarter, *(_post(draw, siren) for _ in range(draw.randint(0, 3))))
            pole.declare("supported_projects", siren, quarter, *_projects(draw, day))
            partners = ";".join(draw.sample(sirens, 2))
            pole.declare(
                "collaborative_projects", siren, quarter,
                {"project_ref": f"C{draw.randint(0, 3)}", "kind": "joint_bid", "status": "run", "started_on": day,
                 "partners": partners, "lead_siren": siren, "evidence_kind": "contrat", "evidence_on": day},
            )  # fmt: skip
            cents = str(Decimal(draw.randint(-50_000, 9_000_000)) / 100)
            pole.declare(
                "activity", siren, quarter,
                {"period_start": day, "period_end": Quarter.parse(quarter).last_day.isoformat(),
                 "source": draw.choice(["declared", "certificate"]), "net_turnover_eur": cents},
            )  # fmt: skip
    return pole


def _post(draw: random.Random, siren: str) -> dict[str, str]:
    share = {"project_ref": f"C{draw.randint(0, 3)}", "project_share": draw.choice(["0.333333", "0.5", "1"])}
    return {
        "post_ref": f"P{draw.randint(0, 4)}",
        "employer_siren": siren,
        "started_on": "2025-01-05",
        "working_time": draw.choice(["0.333", "0.8", "1"]),
        "category": draw.choice(["created", "maintained"]),
    } | (share if draw.random() < 0.6 else {})


def _projects(draw: random.Random, day: str) -> list[dict[str, str]]:
    return [
        {
            "project_ref": f"S{number}", "holder_pid": f"h{number}", "title": f"Projet {number}",
            "support_threshold_on": day, "creation_kind": "registration", "created_on": day,
        }
        for number in draw.sample(range(6), draw.randint(0, 3))
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_additive_figures_are_the_sum_of_their_sources(seed: int) -> None:
    figures = random_pole(random.Random(seed)).build(
        "2026-Q3",
        select=[
            "+crit_turnover_total", "+crit_turnover_bridge", "+crit_turnover_external", "+crit_jobs_fte",
            "+crit_jobs_net_change_fte", "+crit_collaboration_jobs_created_fte", "+crit_supported_projects",
            "+crit_effective_creations", "+crit_effectively_run_projects", "+crit_members_count",
        ],
    )  # fmt: skip
    checked: dict[str, int] = {}
    for (indicator_id, *cell), row in figures.rows.items():
        known = catalogue.load()[indicator_id]
        if known.is_additive and row["value"] is not None:
            gap = abs(row["value"] - sources_sum(row))
            assert gap <= TOLERANCE.get(known.unit, Decimal(0)), (indicator_id, *cell)
            checked[indicator_id] = checked.get(indicator_id, 0) + (row["value"] != 0)
    assert len(checked) >= 10 and all(checked.values()), "a random pole that shows nothing proves nothing"
