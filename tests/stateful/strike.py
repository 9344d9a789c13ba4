"""The driver of tests/faults, which also strikes a closing:  python -m tests.stateful.strike POINT kill close …"""

from __future__ import annotations

import functools
import sys

from periscope import models
from tests.faults import driver

#: the whole program reads these models; what else dbt could compute is not asked of three members
CRITERIA = [
    *("+crit_jobs_fte", "+crit_turnover_total", "+crit_supported_projects"),
    *("+fct_findings", "+fct_cooperation_pairs", "+int_creations", "+int_turnover__member_quarters"),
]
#: point -> module, function, and whether to strike before or after it
POINTS = driver.POINTS | {
    "registry written": ("release.registry", "add", "after"),
    "one bundle written": ("release.bundle", "write", "after"),
    "before the frozen copy": ("release.closing", "_freeze", "before"),
    "before the line of the closing": ("release.closing", "_freeze", "after"),
    "closed, not accepted": ("release.closing", "close", "after"),
    "before the warehouse": ("release.member_sheets", "collect", "before"),
}

if __name__ == "__main__":
    driver.POINTS = POINTS
    models.build = functools.partial(models.build, select=CRITERIA)
    sys.exit(driver.main(sys.argv[1:]))
