"""What dbt gives to templates, as far as sqlfluff needs it to render the models as DuckDB would run them."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

modules = SimpleNamespace(datetime=datetime)

_VARIABLES = {
    "quarter": "2024-Q2",
    "history_start": "2024-01-01",
    "baseline_quarter": "2024-Q1",
    "managing_body_siren": "732829320",
    "source_gap_share": 0.05,
    "poles": [],
}


def var(name: str, default: Any = None) -> Any:
    """A parameter of a run: a short one, so that little is rendered."""
    return _VARIABLES.get(name, default)


@pass_context
def _dispatch(context: Context, name: str, package: str) -> Any:
    return context.resolve(f"duckdb__{name}")


adapter = SimpleNamespace(dispatch=_dispatch)
dbt = SimpleNamespace(
    dateadd=lambda part, count, start: f"date_add({start}, interval ({count}) {part})",
    datediff=lambda start, end, part: f"date_diff('{part}', {start}, {end})",
    hash=lambda text: f"md5(cast({text} as varchar))",
    last_day=lambda day, part: f"last_day({day})",
    date_trunc=lambda part, day: f"date_trunc('{part}', {day})",
    type_string=lambda: "varchar",
)
