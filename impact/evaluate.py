"""The pole's own panel, from the models; estimates go back to the warehouse in the interface of criteria."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from impact import tell
from impact.describe import INDICES, against_sector, imputed_year
from impact.eligibility import Limits, usable_units
from impact.estimate import Finding, assess
from impact.imputation import impute
from impact.panel import Panel
from impact.survival import kaplan_meier
from periscope import warehouse
from periscope.effects import FILE_NAME, EffectLine, Survival
from periscope.quarters import Quarter
from periscope.warehouse import Connection
from periscope.workspace import Run

#: who joined when: the first quarter of membership of each enterprise of the register; null for candidates
_JOINED = """
    select
        members.member_id,
        members.siren,
        min(case when memberships.presence <> 'candidate' then memberships.joined_on end) as joined_on
    from raw.register.members as members
    inner join raw.register.memberships as memberships on members.member_id = memberships.member_id
    group by all
    order by all
"""
_TURNOVER = """
    select member_id, quarter, net_turnover_eur, source_ref, row_number
    from intermediate.int_turnover__member_quarters
    where net_turnover_eur > 0 and ends_on <= $last_day
    order by all
"""
_JOBS = """
    with answers as (
        select distinct sender_siren, quarter from raw.record.slices where kind = 'posts' and is_active
    ),
    posts as (
        select sender_siren, quarter, sum(working_time) as fte, min(slice_id) as slice_id, min(row_number) as row_number
        from staging.stg_declarations__posts as posts
        inner join intermediate.int_quarters as quarters using (quarter)
        where employer_siren = sender_siren and started_on <= quarters.ends_on
            and coalesce(ended_on, quarters.ends_on) >= quarters.ends_on
        group by all
    )
    select members.member_id, answers.quarter, coalesce(posts.fte, 0), posts.slice_id, posts.row_number
    from answers
    inner join raw.register.members as members on answers.sender_siren = members.siren
    left join posts on answers.sender_siren = posts.sender_siren and answers.quarter = posts.quarter
    order by all
"""


#: how long each creation is followed; one that merged goes on, one never checked is followed for nothing
_FOLLOWED = """
    with checks as (
        select project_id, activity_status, coalesce(declared.checked_on, quarters.ends_on) as checked_on
        from intermediate.int_supported_projects__identified as declared
        inner join intermediate.int_quarters as quarters using (quarter)
        where activity_status in ('active', 'ceased', 'merged')
    )
    select
        max(checks.checked_on) - creations.created_on as days,
        bool_or(checks.activity_status = 'ceased') and not bool_or(checks.activity_status = 'merged') as is_ceased
    from intermediate.int_creations as creations
    inner join checks on creations.project_id = checks.project_id
    where creations.creation_kind <> 'takeover' and checks.checked_on between creations.created_on and $last_day
    group by creations.project_id, creations.created_on
    order by all
"""
_DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True)
class _Outcome:
    indicator_id: str
    sql: str
    is_log: bool


_OUTCOMES = (_Outcome("turnover_effect", _TURNOVER, True), _Outcome("jobs_effect", _JOBS, False))


def evaluate(run: Run, raw: Path, candidate: Path) -> None:
    """Write impact.estimates in the warehouse `candidate`, built from `raw`, and `impact.json` beside it for the pages."""
    limits = Limits.from_settings(run.workspace.settings.impact)
    told: list[dict[str, Any]] = []
    with warehouse.connect(candidate) as connection:
        warehouse.attach(connection, raw)
        connection.execute("create schema if not exists impact")
        connection.execute(
            "create or replace table impact.estimates (indicator_id varchar, period varchar, perimeter varchar, "
            "dimension varchar, item varchar, value decimal(24, 6), numerator decimal(24, 6), denominator decimal(24, 6), "
            "contributors integer, expected_count integer, answered_count integer, reason varchar, "
            "sources struct(source_ref varchar, row_number integer, entity_id varchar, siren varchar, "
            "contribution decimal(24, 6), weight decimal(24, 6))[])"
        )
        joined = {row[0]: (row[1], row[2]) for row in connection.execute(_JOINED).fetchall()}
        for outcome in _OUTCOMES:
            parameters = {"last_day": run.quarter.last_day} if "$last_day" in outcome.sql else {}
            rows = connection.execute(outcome.sql, parameters).fetchall()
            panel = _panel(rows, joined, outcome, run.quarter)
            finding = assess(
                panel,
                limits,
                secrecy=run.workspace.settings.secrecy,
                scale=None if outcome.is_log else _mean_of_members(panel),
            )
            _write(connection, run, outcome, finding, _sources(rows, joined, panel, limits))
            effect = tell.effect(outcome.indicator_id, finding, panel, limits, outcome.is_log)
            describe_more = _of_turnover if outcome.is_log else _of_jobs
            told.append(asdict(replace(effect, **describe_more(connection, panel, finding, limits))))
        found = {"effects": told, "survival": [asdict(one) for one in _survival(connection, run)]}
    text = json.dumps(found, ensure_ascii=False, sort_keys=True, indent=1, default=str)
    candidate.with_name(FILE_NAME).write_text(text, encoding="utf-8")


def _survival(connection: Connection, run: Run) -> list[Survival]:
    """Activities created, followed until they cease or are last seen active, at 12, 24 and 36 months."""
    rows = connection.execute(_FOLLOWED, {"last_day": run.quarter.last_day}).fetchall()
    if not rows:
        return []
    months = np.array([days / _DAYS_PER_MONTH for days, _ in rows])
    curve = kaplan_meier(months, np.array([is_ceased for _, is_ceased in rows], dtype=bool))
    told = []
    for horizon in (12, 24, 36):
        if curve.still_at_risk(horizon):
            share, low, high = (
                Decimal(f"{value:.4f}") for value in (curve.at(horizon), *curve.interval(horizon))
            )
            told.append(Survival(horizon, share, low, high, curve.still_at_risk(horizon)))
    return told


def _panel(
    rows: list[tuple[Any, ...]], joined: dict[str, tuple[str, Any]], outcome: _Outcome, last: Quarter
) -> Panel:
    """Organisations of the register by quarter up to `last`; who joins later has not joined yet."""
    cells = [
        (row[0], row[1], math.log(row[2]) if outcome.is_log else float(row[2]))
        for row in rows
        if row[0] in joined and Quarter.parse(row[1]) <= last
    ]
    first = {
        member: str(Quarter.of(day)) if day is not None and Quarter.of(day) <= last else None
        for member, (_, day) in joined.items()
    }
    return Panel.build(cells, first)


def _of_turnover(connection: Connection, panel: Panel, finding: Finding, limits: Limits) -> dict[str, Any]:
    """Beside the effect: members against their sector, and its equivalent in euros with its bounds."""
    found: dict[str, Any] = {}
    sector = against_sector(panel, connection.execute(INDICES).fetchall())
    if sector is not None:
        mean, interval, count = sector
        found["against_sector"] = EffectLine(f"{count} membres", *tell.rough(mean, interval, is_log=True))
    if finding.effect is not None and finding.interval is not None:
        usable, _ = usable_units(panel, limits)
        year = imputed_year(usable)
        bounds = (finding.effect, finding.interval.low, finding.interval.high)
        found["euros"] = EffectLine("", *(Decimal(f"{math.expm1(bound) * year:.0f}") for bound in bounds))
    return found


def _of_jobs(connection: Connection, panel: Panel, finding: Finding, limits: Limits) -> dict[str, Any]:
    """Beside the effect in FTE: the same in proportion, over the quarters with a job."""
    if finding.effect is None:
        return {}
    has_jobs = panel.keep_rows(panel.outcome > 0)
    share = assess(has_jobs.with_outcome(np.log(has_jobs.outcome)), limits)
    return {"in_share": tell.sentence(share, is_log=True)}


def _sources(
    rows: list[tuple[Any, ...]], joined: dict[str, tuple[str, Any]], panel: Panel, limits: Limits
) -> list[dict[str, Any]]:
    """The rows that the estimate weighs, each with its part in it: they add up to the effect (a turnover's in logs).

    An organisation's parts say whether it dominates, as in any sum.
    """
    usable, _ = usable_units(panel, limits)
    if not len(usable.units):
        return []
    parts = impute(usable).weights * usable.outcome
    told = {
        (usable.units[unit], usable.times[time]): float(part)
        for unit, time, part in zip(usable.unit, usable.time, parts, strict=True)
    }
    return [
        {
            "source_ref": row[3],
            "row_number": row[4],
            "entity_id": row[0],
            "siren": joined[row[0]][0],
            "contribution": round(told[row[0], row[1]], 6),
            "weight": None,
        }
        for row in rows
        if row[3] is not None and (row[0], row[1]) in told
    ]


def _mean_of_members(panel: Panel) -> float:
    """What an effect in FTE is a share of; 1 when members declare no job."""
    told = panel.outcome[panel.is_member[panel.unit]] if len(panel.units) else panel.outcome
    return float(told.mean()) if len(told) and told.mean() > 0 else 1.0


def _write(
    connection: Connection,
    run: Run,
    outcome: _Outcome,
    finding: Finding,
    sources: list[dict[str, Any]],
) -> None:
    interval = finding.interval
    values = {
        "": finding.effect,
        "_low": interval.low if interval else None,
        "_high": interval.high if interval else None,
        "_mde": finding.mde if finding.effect is not None else None,
    }
    expected, answered = _coverage(connection, run, outcome)
    for suffix, value in values.items():
        shown = value if value is None or not outcome.is_log else math.expm1(value)
        connection.execute(
            "insert into impact.estimates values (?, ?, 'members', 'all', 'all', ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                outcome.indicator_id + suffix,
                str(run.quarter),
                None if shown is None else round(shown, 6),
                finding.members,
                finding.comparison,
                finding.members,
                expected,
                answered,
                None if value is not None else " ".join(finding.verdict.refusals),
                sources if suffix == "" else [],
            ],
        )


def _coverage(connection: Connection, run: Run, outcome: _Outcome) -> tuple[int, int]:
    kind, basis = ("activity", "flow") if outcome.is_log else ("posts", "stock")
    row = connection.execute(
        "select expected_count, answered_count from intermediate.int_coverage where period = ? and perimeter = 'members' "
        "and basis = ? and answer_kind = ? and dimension = 'all'",
        [str(run.quarter), basis, kind],
    ).fetchone()
    return (row[0], row[1]) if row else (0, 0)
