"""Collaborative projects, their bids and their jobs, and the job ledger, from the rows of the declarations."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from tests.recompute.members import Members, Period, quarter_of
from tests.recompute.members import quarter as quarter_period
from tests.recompute.sheets import Row
from tests.recompute.tally import Tally

ONE = Decimal(1)


def _described(rows: list[Row]) -> Row:
    """The row that speaks: the lead's own; demo partners never contradict each other otherwise."""
    own = [row for row in rows if row.get("lead_siren") == row["siren"]]
    leads = {row["lead_siren"] for row in rows if row.get("lead_siren")}
    spoken = own or [row for row in rows if row["siren"] in leads] or rows
    assert len({(row["status"], row.get("kind"), row.get("started_on")) for row in spoken}) == 1
    return spoken[0]


class Projects:
    """Descriptions, partners and evidence of each project and quarter."""

    def __init__(self, rows: list[Row], members: Members, managing_siren: str) -> None:
        self.told: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in rows:
            self.told[row["project_ref"], row["quarter"]].append(row)
        self.described = {key: _described(told) for key, told in self.told.items()}
        self.partners: dict[tuple[str, str], set[str]] = {}
        for key, told in self.told.items():
            listed = {part.strip() for row in told for part in (row.get("partners") or "").split(";")}
            found = {members.sirens.get(part, part) for part in listed}
            found |= {row["lead_siren"] for row in told if row.get("lead_siren")}
            found |= {row["siren"] for row in told} - {managing_siren}
            self.partners[key] = found & members.ids.keys()

    def perimeters(self, key: tuple[str, str], members: Members, period: Period) -> set[str]:
        return {perimeter for siren in self.partners[key] for perimeter in members.perimeters(siren, period)}


def compute(tally: Tally, projects: Projects, members: Members, periods: list[Period]) -> None:
    for period in periods:
        run: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for key, told in projects.told.items():
            ref, _ = key
            for row in told:
                on = row.get("evidence_on")
                present = [siren for siren in projects.partners[key] if on and members.presence_on(siren, on)]
                if projects.described[key]["status"] == "run" and period.has(on) and len(present) >= 2:
                    run[ref].add(key)
        for ref, keys in run.items():
            key = max(keys, key=lambda one: one[1])
            described = projects.described[key]
            for perimeter in projects.perimeters(key, members, period):
                kind = described.get("kind") or "unknown"
                tally.count("effectively_run_projects", period.label, perimeter, ref, kind=kind)
                if period.has(described.get("started_on")):
                    tally.count("started_projects", period.label, perimeter, ref, kind=kind)
        for key, described in projects.described.items():
            if described["status"] == "run" and key[1] in period.quarters and key[0] not in run:
                for perimeter in projects.perimeters(key, members, period):
                    tally.count("claimed_projects", period.label, perimeter, key[0])
    _bids(tally, projects, members, periods)


def _bids(tally: Tally, projects: Projects, members: Members, periods: list[Period]) -> None:
    steps: dict[tuple[str, str], tuple[str, tuple[str, str]]] = {}
    for key in sorted(projects.told, key=lambda one: one[1]):
        described = projects.described[key]
        if described.get("kind") != "joint_bid" or described["status"] not in ("submitted", "won", "lost"):
            continue
        dates = [described.get("evidence_on"), *(row.get("evidence_on") for row in projects.told[key])]
        on = next((date for date in dates if date), None)
        if on:
            step = ("bids_submitted", key[0])
            steps[step] = min(steps.get(step, (quarter_of(on), key)), (quarter_of(on), key))
        if described["status"] == "won":
            steps.setdefault(("bids_won", key[0]), (key[1], key))
    for (indicator, ref), (quarter, key) in steps.items():
        for period in periods:
            if quarter in period.quarters:
                for perimeter in projects.perimeters(key, members, period):
                    tally.count(indicator, period.label, perimeter, ref)


def _is_open(row: Row, period: Period) -> bool:
    return row["started_on"] <= period.ends_on and (row.get("ended_on") or period.ends_on) >= period.ends_on


def jobs(tally: Tally, rows: list[Row], projects: Projects, members: Members, periods: list[Period]) -> None:
    posts: dict[str, dict[tuple[str, str], list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        posts[row["quarter"]][row["employer_siren"], row["post_ref"]].append(row)
    stocks: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    answered = {(row["siren"], row["quarter"]) for row in rows}
    for period in periods:
        quarter = period.quarters[-1]
        for (employer, ref), told in posts[quarter].items():
            own = [row for row in told if row["siren"] == employer] or told
            working_time = own[-1]["working_time"]
            if _is_open(own[-1], period):
                for perimeter in members.perimeters(employer, period, is_stock=True):
                    items = {"member": members.ids[employer], "function": members.function(employer)}
                    tally.add("jobs_fte", period.label, perimeter, working_time, **items)
                    tally.count("jobs_headcount", period.label, perimeter, (employer, ref), **items)
                    stocks[period.label, perimeter] += working_time
                _attribute(tally, period, quarter, (employer, ref), own[-1], told, projects, members)
            _declared(tally, period, told, members)
    for period in periods:
        for perimeter in ("members", "permanent_residents", "occasional_users"):
            year, rest = int(period.label[:4]), period.label[4:]
            before = quarter_period(f"{year - 1}{rest or period.quarters[-1][4:]}")
            is_known = [
                any(
                    perimeter in members.perimeters(siren, one, is_stock=True)
                    and (siren, one.quarters[-1]) in answered
                    for siren in members.ids
                )
                for one in (period, before)
            ]
            if all(is_known):
                change = stocks[period.label, perimeter] - stocks[before.label, perimeter]
                tally.add("jobs_net_change_fte", period.label, perimeter, change)


def _declared(tally: Tally, period: Period, told: list[Row], members: Members) -> None:
    by_sender = {
        row["siren"]: row for row in told if row.get("project_ref") and row.get("category") == "created"
    }
    for siren, row in by_sender.items():
        if _is_open(row, period):
            for perimeter in members.perimeters(siren, period, is_stock=True):
                tally.add("declared_collaboration_jobs_fte", period.label, perimeter, row["working_time"])


def _attribute(
    tally: Tally,
    period: Period,
    quarter: str,
    post: Any,
    own: Row,
    told: list[Row],
    projects: Projects,
    members: Members,
) -> None:
    linked = [row for row in told if row.get("project_ref")]
    shares: dict[str, Decimal | None] = {row["project_ref"]: None for row in linked}
    for row in linked:
        if row.get("project_share") is not None:
            shares[row["project_ref"]] = (shares[row["project_ref"]] or Decimal(0)) + row["project_share"]
    known = {ref: share for ref, share in shares.items() if share is not None} or dict.fromkeys(
        shares, ONE / max(len(shares), 1)
    )
    scale = max(sum(known.values(), Decimal(0)), ONE)
    perimeters = {p for row in linked for p in members.perimeters(row["siren"], period, is_stock=True)}
    names = {"created": "collaboration_jobs_created_fte", "maintained": "collaboration_jobs_maintained_fte"}
    if own.get("category") not in names or not linked:
        return
    for perimeter in perimeters:
        for ref, share in known.items():
            quarters = [q for r, q in projects.described if r == ref and q <= quarter]
            kind = projects.described[ref, max(quarters)].get("kind") if quarters else None
            attributed = own["working_time"] * share / scale
            tally.add(names[own["category"]], period.label, perimeter, attributed, kind=kind or "unknown")
        if own["category"] == "created":
            tally.count("collaboration_jobs_headcount", period.label, perimeter, post)
