"""What happens in the fictitious pole, quarter after quarter: typed rows, before any file format. Seeded, so always the same."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from ingest.demo import pole
from ingest.demo.pole import Organisation
from periscope.quarters import Quarter

Row = dict[str, Any]
_CENT = Decimal("0.01")


def seeded(*parts: object) -> Random:
    """A generator of its own for each subject: adding one changes no other."""
    return Random("/".join(map(str, ("pole", *parts))))


def turnover(organisation: Organisation, quarter: Quarter) -> Decimal:
    """Net turnover of one quarter: season, trend, chance, and a modest true effect for who joined late."""
    draw = seeded(organisation.member_id, "turnover")
    trend = draw.gauss(0.02, 0.02)
    shocks = [draw.gauss(0, 0.04) for _ in pole.QUARTERS]
    position = pole.QUARTERS.index(quarter)
    level = organisation.turnover_keur * 250 * pole.SEASONS[organisation.function][quarter.number - 1]
    level *= math.exp(trend * position / 4 + shocks[position])
    if organisation.is_late and organisation.joined_on and organisation.joined_on <= quarter.first_day:
        level *= 1 + pole.EFFECT_OF_JOINING
    return Decimal(level).quantize(_CENT)


def public_income(organisation: Organisation, quarter: Quarter) -> Decimal:
    """Associations live partly on public money."""
    share = Decimal("0.35") if organisation.legal_category == "9220" else Decimal("0.04")
    return (turnover(organisation, quarter) * share).quantize(_CENT)


def members_at(quarter: Quarter) -> list[Organisation]:
    """Members on any day of the quarter."""
    return [
        m
        for m in pole.MEMBERS
        if m.joined_on
        and joined_as_member(m) <= quarter.last_day
        and (m.left_on is None or m.left_on >= quarter.first_day)
    ]


def joined_as_member(organisation: Organisation) -> date:
    assert organisation.joined_on is not None
    return pole.M24_FIRST_JOINED_ON if organisation.member_id == "M24" else organisation.joined_on


@dataclass(frozen=True)
class Post:
    """One post of one employer."""

    ref: str
    contract: str
    working_time: str
    started_on: date
    ended_on: date | None
    project_ref: str = ""
    category: str = ""


def posts_of(organisation: Organisation) -> list[Post]:
    """About one full-time post for 70 000 € a year; some begin or end while we watch."""
    draw = seeded(organisation.member_id, "posts")
    found = []
    for number in range(1, max(2, round(organisation.turnover_keur / 62)) + 1):
        started = date(2019, 1, 7) + timedelta(days=draw.randrange(0, 2400))
        ended = started + timedelta(days=draw.randrange(500, 2600)) if draw.random() < 0.25 else None
        contract = draw.choices(("CDI", "CDD", "Apprentissage", "CDDI"), (7, 2, 1, 1))[0]
        time = draw.choice(("1", "1", "1", "0,8", "80 %", "0,5"))
        found.append(Post(f"P{number:02d}", contract, time, started, ended))
    for number, (project, employer, category, time, started_on) in enumerate(pole.PROJECT_POSTS, 1):
        if employer == organisation.member_id:
            found.append(
                Post(f"C{number:02d}", "CDI", time, date.fromisoformat(started_on), None, project, category)
            )
    return found


def post_rows(organisation: Organisation, quarter: Quarter) -> list[Row]:
    """The posts open on some day of the quarter, as that quarter's declaration lists them."""
    return [
        {
            "post_ref": post.ref,
            "employer_siren": organisation.siren,
            "contract_kind": post.contract,
            "category": post.category,
            "started_on": post.started_on,
            "ended_on": post.ended_on if post.ended_on and post.ended_on <= quarter.last_day else None,
            "working_time": post.working_time,
            "project_ref": post.project_ref,
            "project_share": "100 %" if post.project_ref else "",
        }
        for post in posts_of(organisation)
        if post.started_on <= quarter.last_day
        and (post.ended_on is None or post.ended_on >= quarter.first_day)
    ]


def activity_row(organisation: Organisation, quarter: Quarter, source: str) -> Row:
    """Turnover and staff of one quarter, as its own period."""
    amount, public = turnover(organisation, quarter), public_income(organisation, quarter)
    posts = [
        p
        for p in posts_of(organisation)
        if p.started_on <= quarter.last_day and (not p.ended_on or p.ended_on > quarter.last_day)
    ]
    times = [
        Decimal("0.8") if p.working_time == "80 %" else Decimal(p.working_time.replace(",", "."))
        for p in posts
    ]
    return {
        "period_start": quarter.first_day,
        "period_end": quarter.last_day,
        "net_turnover_eur": amount,
        "operating_income_eur": amount + public,
        "public_income_eur": public,
        "fte": sum(times, Decimal(0)),
        "headcount": len(posts),
        "source": source,
    }


@dataclass(frozen=True)
class Project:
    """A creation project followed by one body or two, from first contact to what became of it."""

    ref: str
    bodies: tuple[str, ...]
    surname: str
    first_name: str
    born_on: date
    title: str
    contact_on: date
    threshold_on: date | None
    ended_on: date | None
    creation_kind: str
    created_on: date | None
    is_micro: bool
    fate: str


def projects() -> list[Project]:
    """Some 200 projects from 2022 to now; those created in 2023 are old enough for the 3-year survival."""
    found = []
    for number in range(1, 201):
        draw = seeded("project", number)
        body = ("M01", "M02", "M03", "M04")[number % 4]
        bodies = (
            (body, draw.choice([b for b in ("M01", "M03", "M04") if b != body]))
            if draw.random() < 0.15
            else (body,)
        )
        contact = date(2022, 3, 1) + timedelta(days=number * 8 + draw.randrange(12))
        threshold = contact + timedelta(days=draw.randrange(10, 80)) if draw.random() < 0.85 else None
        created = (
            threshold + timedelta(days=draw.randrange(90, 700)) if threshold and draw.random() < 0.6 else None
        )
        kind = (
            "cesa"
            if body in ("M02", "M03")
            else draw.choice(("registration", "registration", "association_jo", "takeover"))
        )
        ended = created or (threshold or contact) + timedelta(days=draw.randrange(60, 500))
        found.append(
            Project(
                f"D{number:04d}",
                bodies,
                draw.choice(pole.SURNAMES),
                draw.choice(pole.FIRST_NAMES),
                date(1968, 1, 1) + timedelta(days=draw.randrange(13000)),
                f"{draw.choice(pole.TRADES)} {draw.choice(pole.PLACES)}",
                contact,
                threshold,
                ended,
                kind if created else "",
                created,
                kind == "registration" and draw.random() < 0.5,
                draw.choices(("active", "ceased", "merged", "unknown"), (70, 15, 3, 12))[0],
            )
        )
    return found


def project_rows(body: str, quarter: Quarter) -> list[Row]:
    """What a body knows at the end of the quarter: projects it follows, and old ones it checked this quarter."""
    found = []
    last = quarter.last_day
    for project in projects():
        checked = project.created_on + timedelta(days=3 * 365 + 20) if project.created_on else None
        is_followed = project.contact_on <= last and (
            project.ended_on is None or project.ended_on >= quarter.first_day
        )
        is_checked = checked is not None and quarter.first_day <= checked <= last
        if body not in project.bodies or not (is_followed or is_checked):
            continue
        created = project.created_on if project.created_on and project.created_on <= last else None
        found.append(
            {
                "project_ref": project.ref,
                "holder_surname": project.surname if body == project.bodies[0] else project.surname.upper(),
                "holder_first_name": project.first_name,
                "holder_birth_date": project.born_on,
                "title": project.title,
                "first_contact_on": project.contact_on,
                "support_threshold_on": project.threshold_on
                if project.threshold_on and project.threshold_on <= last
                else None,
                "ended_on": project.ended_on if project.ended_on and project.ended_on <= last else None,
                "creation_kind": project.creation_kind if created else "",
                "created_on": created,
                "is_micro": ("oui" if project.is_micro else "non") if created else "",
                "checked_on": checked if is_checked else None,
                "activity_status": project.fate if is_checked else "",
            }
        )
    return found


def cooperation_rows(member_id: str, quarter: Quarter) -> list[Row]:
    """Collaborations and bids that this member leads, or declares as first partner: each is told twice."""
    return [row for row in _cooperation(quarter) if member_id in row.pop("declarers")]


def _cooperation(quarter: Quarter) -> Iterator[Row]:
    first, last = quarter.first_day, quarter.last_day
    for ref, title, kind, lead, others, started_on, ended_on, months in pole.COLLABORATIONS:
        started, ended = date.fromisoformat(started_on), date.fromisoformat(ended_on) if ended_on else None
        if started > last or (ended and ended < first):
            continue
        proof_on = max(first + timedelta(days=40), started)
        has_proof = (quarter.number * 3) % months == 0
        yield _cooperation_row(ref, title, kind, "run", started, ended if ended and ended <= last else None, lead, others,
                               proof_on if has_proof else None)  # fmt: skip
    for ref, title, lead, others, submitted_on, result, told_on, amount in pole.BIDS:
        submitted, told = date.fromisoformat(submitted_on), date.fromisoformat(told_on) if told_on else None
        moment = told if told and first <= told <= last else submitted
        if first <= moment <= last:
            status = result if moment == told else "submitted"
            yield _cooperation_row(
                ref, title, "joint_bid", status, submitted, None, lead, others, moment, amount
            )


def _cooperation_row(ref: str, title: str, kind: str, status: str, started: date, ended: date | None, lead: str,
                     others: str, proof_on: date | None, amount: int | None = None) -> Row:  # fmt: skip
    partners = ";".join(
        pole.BY_ID[one].siren if position else one for position, one in enumerate([lead, *others.split(";")])
    )
    return {
        "project_ref": ref,
        "title": title,
        "kind": kind,
        "status": status,
        "started_on": started,
        "ended_on": ended,
        "partners": partners,
        "lead_siren": pole.BY_ID[lead].siren,
        "evidence_kind": "Compte rendu signé" if proof_on else "",
        "evidence_on": proof_on,
        "evidence_ref": f"{ref}-{proof_on:%Y%m}" if proof_on else "",
        "amount_eur": amount,
        "declarers": [lead, *others.split(";")[:1]],
    }


@dataclass(frozen=True)
class Booking:
    """One booking in local time; `who` is a name as people write it."""

    ref: int
    room_id: str
    starts_at: datetime
    hours: Decimal
    who: str
    status: str
    participants: int


def bookings(room_id: str, rate: float) -> list[Booking]:
    """Bookings of one room over the twelve quarters; `rate` is the chance of one in each half day of a working day."""
    draw = seeded(room_id, "bookings")
    room = next(room for room in pole.ROOMS if room[0] == room_id)
    day = max(pole.FIRST.first_day, date.fromisoformat(room[3]))
    found: list[Booking] = []
    while day <= pole.LAST.last_day:
        for hour in (9, 14):
            is_quiet = day.weekday() >= 5 or day.month == 8
            if draw.random() < (rate / 8 if is_quiet else rate):
                who = draw.choice(
                    [m.name for m in members_at(Quarter.of(day))] + ["Client de passage", "Visiteur"] * 4
                )
                status = draw.choices(("confirmed", "tentative", "cancelled", "no_show"), (88, 4, 5, 3))[0]
                hours = draw.choice((Decimal(1), Decimal(2), Decimal("2.5"), Decimal("3.5"), Decimal(4)))
                starts_at = datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001 - local, as logs write it
                found.append(
                    Booking(
                        len(found) + 1, room_id, starts_at, hours, who, status, draw.randrange(1, room[2] + 1)
                    )
                )
        day += timedelta(days=1)
    return found
