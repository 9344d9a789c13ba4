"""The amounts of a network and of its poles under the same keys, so that one attack is made on them all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal

from protection.primary import Figure, Parts


@dataclass
class Member:
    """A pole of the network as outsiders see it: all its figures, those that one of its readers was told."""

    pole_id: str
    figures: list[Figure]
    told: frozenset[str]
    #: cells published as hidden
    hidden: frozenset[str] = frozenset()
    sirens: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.sirens = frozenset(s for f in self.figures for part in f.parts.values() for _, s in part if s)


def is_pole(figure: Figure) -> bool:
    return "/" in figure.perimeter


def cell_of(figure: Figure) -> tuple[str, ...]:
    return figure.indicator_id, figure.period, figure.dimension, figure.item


def aligned(figures: list[Figure], members: list[Member]) -> tuple[list[Figure], list[Member]]:
    """The same contribution under one key in the network and in its pole; what two poles tell alike is one unknown.

    An enterprise known by its SIREN has that key in every pole, unless two poles tell different amounts of it.
    """
    seen: dict[tuple[str, str, str, tuple[str, str]], set[Decimal]] = defaultdict(set)
    member_ids = {
        (pole.pole_id, entity): siren
        for pole in members
        for figure in pole.figures
        if figure.dimension == "member"
        for part in figure.parts.values()
        for entity, siren in part
        if entity == figure.item
    }

    def plain(pole_id: str, key: tuple[str, str]) -> tuple[str, str]:
        entity, siren = key
        if not siren:
            return f"{pole_id}/{entity}", ""
        return (siren, siren) if (pole_id, entity) in member_ids else (entity, siren)

    for pole in members:
        for figure in pole.figures:
            if figure.dimension == "all" and figure.perimeter == "members":
                for part, told in figure.parts.items():
                    for key, amount in told.items():
                        seen[figure.indicator_id, figure.period, part, plain(pole.pole_id, key)].add(amount)
    disputed = {cell[3] for cell, amounts in seen.items() if len(amounts) > 1}

    def final(pole_id: str, key: tuple[str, str]) -> tuple[str, str]:
        found = plain(pole_id, key)
        return (f"{pole_id}/{found[0]}", found[1]) if found in disputed else found

    def parts(figure: Figure, pole_id: str = "") -> Parts:
        told: Parts = {}
        for part, amounts in figure.parts.items():
            merged: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
            for (entity, siren), amount in amounts.items():
                own, local = (pole_id, entity) if pole_id else entity.split("/", 1)
                merged[final(own, (local, siren))] += amount
            told[part] = dict(merged)
        return told

    poles = [
        replace(
            pole,
            figures=[
                replace(
                    f,
                    figure_id=f"{pole.pole_id}/{f.figure_id}",
                    perimeter=f"{pole.pole_id}/{f.perimeter}",
                    parts=parts(f, pole.pole_id),
                )
                for f in pole.figures
            ],
            told=frozenset(f"{pole.pole_id}/{name}" for name in pole.told),
            hidden=frozenset(f"{pole.pole_id}/{name}" for name in pole.hidden),
        )
        for pole in members
    ]
    return [replace(f, parts=parts(f)) for f in figures], poles


def pooled(poles: list[Member]) -> list[Figure]:
    """For each figure of all members, the contributions of every pole: the amounts that other figures are sums of."""
    found: dict[tuple[str, str, str, str], Figure] = {}
    for pole in poles:
        for figure in pole.figures:
            if figure.perimeter.split("/", 1)[1] == "members":
                key = (figure.indicator_id, figure.period, figure.dimension, figure.item)
                whole = found.setdefault(key, replace(figure, figure_id="", perimeter="members", parts={}))
                for part, told in figure.parts.items():
                    whole.parts.setdefault(part, {}).update(told)
    return list(found.values())
