"""What goes with an effect and is none: members against the index of their sector, and its equivalent in euros."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import special

from impact.imputation import impute
from impact.inference import Interval
from impact.panel import Panel

#: value of the index of each organisation's sector by quarter, the latest vintage
INDICES = """
    select members.member_id, indices.period, indices.value
    from raw.register.benchmark_index as indices
    inner join raw.register.members as members
        on upper(replace(members.naf_code, '.', '')) = upper(replace(indices.naf_code, '.', ''))
    where indices.value > 0
    qualify row_number() over (
        partition by members.member_id, indices.period order by coalesce(vintage, '') desc, indices.row_number desc
    ) = 1
    order by all
"""
_YEAR = 4


def against_sector(panel: Panel, rows: Sequence[tuple[str, str, Any]]) -> tuple[float, Interval, int] | None:
    """Mean over members of log(outcome / index), since joining less before, with Student's interval, and their number.

    A description: who joins may differ from its sector for many reasons. None for fewer than three members.
    """
    indices = {(member, period): math.log(value) for member, period, value in rows}
    logs = np.array(
        [
            indices.get((panel.units[u], panel.times[t]), np.nan)
            for u, t in zip(panel.unit, panel.time, strict=True)
        ]
    )
    gaps = panel.outcome - logs
    changes = []
    for unit in np.flatnonzero(panel.is_member):
        known = (panel.unit == unit) & ~np.isnan(gaps)
        before, after = gaps[known & ~panel.is_treated], gaps[known & panel.is_treated]
        if len(before) and len(after):
            changes.append(after.mean() - before.mean())
    if len(changes) < 3:
        return None
    mean, error = float(np.mean(changes)), float(np.std(changes, ddof=1) / math.sqrt(len(changes)))
    half = float(special.stdtrit(len(changes) - 1, 0.975)) * error
    return mean, Interval(mean - half, mean + half), len(changes)


def imputed_year(panel: Panel) -> float:
    """What members would have sold over the last four quarters, by the imputation; `panel` is in logs."""
    found = impute(panel)
    cells = found.is_used & (panel.time >= len(panel.times) - _YEAR)
    return float(np.exp(panel.outcome - found.cell_effects)[cells].sum())
