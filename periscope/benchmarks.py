"""Published rates that a reader may set beside the pole's, each with its own denominator: seeds/benchmarks.csv."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from periscope.files import csv_rows

SEED = Path(__file__).resolve().parents[1] / "seeds" / "benchmarks.csv"


@dataclass(frozen=True)
class Benchmark:
    """One published rate; its two counts are None when the source gives the rate alone."""

    benchmark_id: str
    indicator_id: str
    cohort: str
    population_fr: str
    value_share: Decimal
    numerator_count: int | None
    denominator_count: int | None
    denominator_fr: str
    source_fr: str


@cache
def load() -> tuple[Benchmark, ...]:
    """Every benchmark, in the order of the seed."""
    return tuple(_benchmark(line) for line in csv_rows(SEED))


def _benchmark(line: dict[str, str]) -> Benchmark:
    def count(name: str) -> int | None:
        return int(line[name]) if line[name] else None

    return Benchmark(
        benchmark_id=line["benchmark_id"],
        indicator_id=line["indicator_id"],
        cohort=line["cohort"],
        population_fr=line["population_fr"],
        value_share=Decimal(line["value_share"]),
        numerator_count=count("numerator_count"),
        denominator_count=count("denominator_count"),
        denominator_fr=line["denominator_fr"],
        source_fr=line["source_fr"],
    )
