"""A publication as a linear system: amounts that are unknown, numbers told of them, amounts that must stay hidden.

Unknown amounts (one enterprise, one quarter) are non-negative or bounded below; each published number is a linear fact
about them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from periscope.bands import Band

Row = dict[int, float]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Fact:
    """A published number: sum of coefficient × unknown. `figure` is the row that tells it, `part` where in the row.

    A band says less: the sum may be as much as `below` under its true value, or `above` over it.
    """

    figure: str
    part: str
    terms: Row
    below: float = 0.0
    above: float = 0.0

    @property
    def is_band(self) -> bool:
        return bool(self.below or self.above)


def told_as(fact: Fact, amount: float, band: Band) -> Fact:
    """What a band tells of a sum whose true value is `amount`."""
    below, above = amount - float(band[0]), float(band[1]) - amount
    return replace(fact, part=f"{fact.part} tranche", below=below, above=above)


@dataclass(frozen=True)
class Target:
    """A hidden amount, and how far above and below its true value it must remain possible."""

    name: str
    terms: Row
    above: float
    below: float


@dataclass
class Unknowns:
    """True values, the lowest value an attacker believes possible, and the enterprise that knows each (or '')."""

    values: list[float] = field(default_factory=list)
    lowest: list[float] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)

    def add(self, value: float, lowest: float = 0.0, owner: str = "") -> int:
        self.values.append(value)
        self.lowest.append(lowest)
        self.owners.append(owner)
        return len(self.values) - 1


def blocks(
    unknowns: Unknowns, facts: list[Fact], targets: list[Target]
) -> list[tuple[Unknowns, list[Fact], list[Target]]]:
    """Cut a system into parts that tell nothing about each other, each with its own numbering of unknowns.

    Facts of one figure stay together: they are hidden together.
    """
    by_figure: dict[str, list[int]] = defaultdict(list)
    for fact in facts:
        by_figure[fact.figure] += fact.terms
    linked = [*by_figure.values(), *(target.terms for target in targets)]
    groups = np.repeat(np.arange(len(linked)), [len(group) for group in linked])
    members = np.array([index for group in linked for index in group], dtype=np.intp)
    part_of = components(groups, members, len(unknowns.values))
    place: dict[int, int] = {}
    parts: dict[int, tuple[Unknowns, list[Fact], list[Target]]] = {}
    for index, part in enumerate(part_of):
        mine = parts.setdefault(part, (Unknowns(), [], []))[0]
        place[index] = mine.add(unknowns.values[index], unknowns.lowest[index], unknowns.owners[index])
    for fact in facts:
        terms = {place[index]: coefficient for index, coefficient in fact.terms.items()}
        parts[part_of[next(iter(fact.terms))]][1].append(replace(fact, terms=terms))
    for target in targets:
        terms = {place[index]: coefficient for index, coefficient in target.terms.items()}
        parts[part_of[next(iter(target.terms))]][2].append(replace(target, terms=terms))
    return list(parts.values())


def components(groups: Indices, members: Indices, size: int) -> list[int]:
    """Component of each of `size` unknowns: two that are members of one group are in one component."""
    nodes = size + int(groups.max(initial=-1)) + 1
    graph = csr_array((np.ones(len(groups)), (groups + size, members)), shape=(nodes, nodes))
    labels: list[int] = connected_components(graph, directed=False)[1][:size].tolist()
    return labels
