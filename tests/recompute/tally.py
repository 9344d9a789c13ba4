"""Where recomputed figures are gathered: distinct entities, or sums, by cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from decimal import Decimal

#: indicator, period, perimeter, dimension, item
Cell = tuple[str, str, str, str, str]


class Tally:
    def __init__(self) -> None:
        self.entities: dict[Cell, set[Hashable]] = defaultdict(set)
        self.sums: dict[Cell, Decimal] = defaultdict(Decimal)

    def count(self, indicator: str, period: str, perimeter: str, entity: Hashable, **items: str) -> None:
        for dimension, item in {"all": "all", **items}.items():
            self.entities[indicator, period, perimeter, dimension, item].add(entity)

    def add(self, indicator: str, period: str, perimeter: str, amount: Decimal, **items: str) -> None:
        self.add_item(indicator, period, perimeter, amount, all="all", **items)

    def add_item(self, indicator: str, period: str, perimeter: str, amount: Decimal, **items: str) -> None:
        """Add to the cells of these items only."""
        for dimension, item in items.items():
            self.sums[indicator, period, perimeter, dimension, item] += amount

    @property
    def values(self) -> dict[Cell, Decimal]:
        return {**self.sums, **{cell: Decimal(len(found)) for cell, found in self.entities.items()}}
