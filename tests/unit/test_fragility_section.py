"""The internal edition says from whom a figure is hidden, and what each headline owes to one contributor."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from periscope.reader_context import Fragility, Withheld
from reports.sections import followup


def section(withheld: tuple[Withheld, ...], fragilities: tuple[Fragility, ...]) -> str:
    context = SimpleNamespace(withheld=withheld, fragilities=fragilities)
    return repr(followup.withheld(cast("Any", SimpleNamespace(context=context))))


def test_readers_and_largest_share_are_shown() -> None:
    hidden = Withheld(
        "F1", "turnover_total", "2026-Q3", "members", "all", "Motif d'essai", "committee, public"
    )
    fragile = Fragility("turnover_total", "2026-Q3", "members", 7, Decimal("0.612"))
    shown = section((hidden,), (fragile,))
    assert "committee, public" in shown and "61,2" in shown and "'7'" in shown


def test_a_figure_that_everyone_may_see_by_agreement_says_so() -> None:
    hidden = Withheld("F1", "turnover_total", "2026-Q3", "members", "all", "Motif d'essai")
    assert "accords" in section((hidden,), ())
