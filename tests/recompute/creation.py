"""Activity creation and joint purchases, from the rows of the declarations."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from typing import Any

from tests.recompute.members import Members, Period
from tests.recompute.sheets import Row
from tests.recompute.tally import Tally


def fold(text: str) -> str:
    """Letters and digits only, without case nor accents, words in alphabetical order."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    words = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split()
    return " ".join(sorted(words))


class Projects:
    """Files of all senders joined by holder and title; the key of a file is its sender and reference."""

    def __init__(self, rows: list[Row]) -> None:
        self.parents: dict[Any, Any] = {}
        for row in rows:
            file = (row["siren"], row["project_ref"])
            self.parents.setdefault(file, file)
            if row.get("holder_surname") and row.get("title"):
                holder = fold(f"{row['holder_surname']} {row.get('holder_first_name') or ''}")
                key = (holder, row.get("holder_birth_date"), fold(row["title"]))
                self.parents.setdefault(key, key)
                self.parents[self.root(key)] = self.root(file)

    def root(self, key: Any) -> Any:
        while self.parents[key] != key:
            key = self.parents[key]
        return key


def compute(tally: Tally, rows: list[Row], members: Members, periods: list[Period]) -> None:
    projects = Projects(rows)
    own: dict[tuple[Any, str], Any] = {}
    first: dict[Any, Any] = {}
    events: dict[Any, tuple[Any, str]] = {}
    files: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        project, threshold = (
            projects.root((row["siren"], row["project_ref"])),
            row.get("support_threshold_on"),
        )
        files[row["siren"], row["project_ref"]].append(row)
        if threshold:
            own[project, row["siren"]] = min(own.get((project, row["siren"]), threshold), threshold)
            first[project] = min(first.get(project, threshold), threshold)
        if row.get("creation_kind") and row.get("created_on"):
            events[project] = min(
                events.get(project, (row["created_on"], "z")), (row["created_on"], row["creation_kind"])
            )
    for period in periods:
        followed: dict[Any, list[tuple[str, bool]]] = defaultdict(list)
        for (siren, ref), declared in files.items():
            project = projects.root((siren, ref))
            threshold = own.get((project, siren))
            inside = [row for row in declared if row["quarter"] in period.quarters]
            since = [row for row in declared if row["quarter"] > period.quarters[-1]]
            if threshold is None or threshold > period.ends_on or not inside + since:
                continue
            last = max(row["quarter"] for row in inside or since)
            ended = [row.get("ended_on") for row in declared if row["quarter"] == last]
            is_active = any(on is None or on >= period.starts_on for on in ended)
            followed[project].append((siren, is_active))
            if is_active:
                _support(
                    tally, members, period, siren, ref, project, (threshold, first[project]), bool(inside)
                )
        for project, bodies in followed.items():
            if project in events and period.has(events[project][0]):
                _credit(tally, members, period, project, events[project][1], bodies)


def _credit(
    tally: Tally, members: Members, period: Period, project: Any, kind: str, bodies: list[tuple[str, bool]]
) -> None:
    """A creation is that of the members which follow the project, else of all that had."""
    still = [siren for siren, is_active in bodies if is_active and members.perimeters(siren, period)]
    for siren in still or [siren for siren, _ in bodies]:
        for perimeter in members.perimeters(siren, period):
            if kind == "takeover":
                tally.count("takeovers", period.label, perimeter, project)
            else:
                items = {"kind": kind, "function": members.function(siren)}
                tally.count("effective_creations", period.label, perimeter, project, **items)


def _support(
    tally: Tally,
    members: Members,
    period: Period,
    siren: str,
    ref: str,
    project: Any,
    thresholds: Any,
    is_told: bool,
) -> None:
    threshold, first = thresholds
    member = members.ids[siren]
    for perimeter in members.perimeters(siren, period):
        if is_told:
            tally.count(
                "supported_projects",
                period.label,
                perimeter,
                project,
                member=member,
                function=members.function(siren),
            )
            tally.count("declared_supported_projects", period.label, perimeter, (siren, ref), member=member)
        if first >= period.starts_on:
            tally.count(
                "new_supported_projects", period.label, perimeter, project, function=members.function(siren)
            )
        if threshold >= period.starts_on:
            tally.entities["new_supported_projects", period.label, perimeter, "member", member].add(project)


def purchases(tally: Tally, rows: list[Row], members: Members, periods: list[Period]) -> None:
    refs: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        refs[row["purchase_ref"]].append(row)
    for told in refs.values():
        assert len({(row["amount_eur"], row.get("reference_amount_eur")) for row in told}) == 1
        for period in periods:
            if period.has(told[0]["bought_on"]) and any(
                members.perimeters(row["siren"], period) for row in told
            ):
                paid, reference = told[0]["amount_eur"], told[0].get("reference_amount_eur")
                tally.add("joint_purchase_amount", period.label, "members", paid)
                if reference is not None:
                    tally.add("joint_purchase_savings", period.label, "members", reference - paid)
