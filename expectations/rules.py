"""What a rule is. Suites are data, so that only the worker process needs to load Great Expectations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

REFUSE, FINDING = "refuse", "finding"


@dataclass(frozen=True)
class Rule:
    """One expectation on the profile of slices, with the words that its sender will read.

    `expectation` is the name of a Great Expectations class, `arguments` its arguments.
    """

    code: str
    expectation: str
    arguments: dict[str, Any]
    verdict: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class Suite:
    """The rules of one source over `profile_sql`: one row per slice still to judge, first column slice_id.

    The SQL reads the raw warehouse; its only parameter is `$as_of`.
    """

    name: str
    profile_sql: str
    rules: tuple[Rule, ...] = field(default_factory=tuple)


def between(column: str, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    """Arguments of ExpectColumnValuesToBeBetween; missing values are not judged."""
    return {"column": column, "min_value": low, "max_value": high}
